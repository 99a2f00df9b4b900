/* emit_pubsub.c - the functions of a pubsub, and how a genserver hears it.
 *
 * Idea: what is broadcast is a struct of the topic and the message, which everyone may see, since a
 * plain process reads it from its mailbox as it is. */
#include "emit_parts.h"

struct function {
    bool must; /* its result must be looked at */
    bool says; /* its parameters end in the message */
    const char *doc;
    const char *head;
    const char *body;
};

static const struct function functions[] = {
    { true, false, "From now on the calling process gets what is broadcast on topic.",
      "otp_status $c$_subscribe(otp_dest pubsub, otp_str topic)",
      "    return otp_pubsub_subscribe(pubsub, &$c$_module, topic);\n" },
    { false, false, "Ends that; OTP_OK also if it has not subscribed.",
      "otp_status $c$_unsubscribe(otp_dest pubsub, otp_str topic)",
      "    return otp_pubsub_unsubscribe(pubsub, &$c$_module, topic);\n" },
    { false, true, "Tells all who have subscribed to topic.",
      "otp_status $c$_broadcast(otp_dest pubsub$params$)",
      "    return otp_pubsub_broadcast(pubsub, &$c$_module, otp_no_pid(), &event_);\n" },
    { false, true, "The same, but for one process.",
      "otp_status $c$_broadcast_from(otp_dest pubsub, otp_pid from$params$)",
      "    return otp_pubsub_broadcast(pubsub, &$c$_module, from, &event_);\n" },
    { true, false, "How many subscriptions topic has.",
      "otp_status $c$_subscribers(otp_dest pubsub, otp_str topic, size_t *n)",
      "    return otp_pubsub_count(pubsub, &$c$_module, topic, n);\n" },
};

static void put(struct emitter *e, const struct plan_pubsub *p, const char *text)
{
    tmpl_put(&e->out, text,
             EMIT_VARS(TMPL_VAR("c", p->c_name), TMPL_VAR("stem", p->stem),
                       TMPL_VAR("registered", p->registered), TMPL_VAR("name", p->name),
                       TMPL_VAR("topic", p->topic->layout),
                       TMPL_VAR("place", emit_place(e, p->line)),
                       TMPL_VAR("params", emit_params(e, &p->event, p->event.count))));
}

/* ---- The types header ---- */

void emit_pubsub_types(struct emitter *e, const struct plan_pubsub *p)
{
    emit_note(e, "What is broadcast by pubsub ", p->name, p->line, NULL);
    put(e, p, "struct $c$_event {\n");
    emit_members(e, &p->event, EMIT_ARGS, "    ");
    tmpl_raw(&e->out, "};\n\n");
}

void emit_pubsub_heads(struct emitter *e, const struct plan_pubsub *p)
{
    emit_note(e, "pubsub ", p->name, p->line, p->doc);
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena,
                           "See otp_pubsub(3). None of these waits. A plain process "
                           "receives an OTP_MESSAGE_EVENT of this type, whose args are a "
                           "struct ",
                           p->c_name, "_event."),
                 NULL);
    put(e, p, "extern const struct otp_message_type $c$_event_type;\n");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        tmpl_comment(&e->out, 0, functions[i].doc, NULL);
        put(e, p, functions[i].must ? "OTP_MUST_CHECK " : "");
        put(e, p, functions[i].head);
        tmpl_raw(&e->out, ";\n");
    }
    tmpl_raw(&e->out, "\n");
}

/* ---- The wiring ---- */

static void emit_function(struct emitter *e, const struct plan_pubsub *p, const struct function *f)
{
    put(e, p, f->head);
    tmpl_raw(&e->out, "\n{\n");
    if (f->says) {
        bool changed = emit_has_optionals(&p->event);
        tmpl_put(&e->out, "    $const$struct $c$_event event_ = $init$;\n",
                 EMIT_VARS(TMPL_VAR("const", changed ? "" : "const "), TMPL_VAR("c", p->c_name),
                           TMPL_VAR("init", emit_initializer(e, &p->event, NULL, ""))));
        emit_optionals(e, &p->event, "event_");
    }
    put(e, p, f->body);
    tmpl_raw(&e->out, "}\n\n");
}

void emit_source_pubsub(struct emitter *e, const struct plan_pubsub *p)
{
    const char *stem = TMPL_JOIN(e->arena, p->stem, "_event");
    const char *type = TMPL_JOIN(e->arena, "struct ", p->c_name, "_event");
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, "---- pubsub ", p->name, ": ", emit_place(e, p->line), " ----"), NULL);
    tmpl_raw(&e->out, "\n");
    emit_layout(e, stem, type, &p->event);
    emit_description(e, stem, type, &p->event);
    put(e, p,
        "\n"
        "const struct otp_message_type $c$_event_type = {\n"
        "    .name = \"$name$\",\n"
        "    .module = &$c$_module.module,\n"
        "    .message_class = OTP_CLASS_EVENT,\n"
        "    .args = &$stem$_event_layout,\n"
        "    .args_description = &$stem$_event_description,\n"
        "};\n\n"
        "const struct otp_pubsub $c$_module = {\n"
        "    .module = {\"$registered$\", \"$place$\", 0, NULL, otp_pubsub_start},\n"
        "    .topics = {.keys = OTP_DUPLICATE, .key_kind = OTP_KEY_TEXT, .key = &$topic$},\n"
        "    .event = &$c$_event_type,\n"
        "};\n\n");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        emit_function(e, p, &functions[i]);
    emit_plain_starts(e, p->c_name, p->name, p->registered, "otp_pubsub_start");
}

void emit_event_dispatch(struct emitter *e, const struct plan_message *m)
{
    emit_note(e, "event ", m->name, m->line, NULL);
    tmpl_put(&e->out,
             "static otp_next $stem$_dispatch(void *self_, const void *args_)\n"
             "{\n"
             "    const struct $event$ *a_ = args_;\n"
             "    return $handler$(self_$args$);\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("event", m->event),
                       TMPL_VAR("handler", m->handler),
                       TMPL_VAR("args", emit_unpack(e, &m->params))));
}
