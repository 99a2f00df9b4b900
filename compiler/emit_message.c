/* emit_message.c - one message in the wiring: its constants, clients and replies.
 *
 * Idea: a client packs its parameters into a struct and hands it, with the constant that describes
 * the message, to the library; the dispatch function unpacks the copy on the other side. */
#include "emit_parts.h"

static const char *args_struct(struct emitter *e, const struct plan_message *m)
{
    return TMPL_JOIN(e->arena, "struct ", m->stem, "_args");
}

/* ---- Constants ---- */

static void emit_args(struct emitter *e, const struct plan_message *m)
{
    if (m->params.count == 0)
        return;
    tmpl_put(&e->out, "struct $stem$_args {\n", EMIT_VARS(TMPL_VAR("stem", m->stem)));
    emit_members(e, &m->params, EMIT_ARGS, "    ");
    tmpl_raw(&e->out, "};\n");
    emit_layout(e, TMPL_JOIN(e->arena, m->stem, "_args"), args_struct(e, m), &m->params);
    emit_description(e, TMPL_JOIN(e->arena, m->stem, "_args"), args_struct(e, m), &m->params);
}

static void emit_dispatch(struct emitter *e, const struct plan_message *m)
{
    bool call = m->kind == PLAN_CALL, args = m->params.count > 0;
    tmpl_put(&e->out,
             "static otp_next $stem$_dispatch(void *self_, otp_from from_, const void *args_)\n"
             "{\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem)));
    if (args)
        tmpl_put(&e->out, "    const struct $stem$_args *a_ = args_;\n",
                 EMIT_VARS(TMPL_VAR("stem", m->stem)));
    if (!call)
        tmpl_raw(&e->out, "    (void)from_;\n");
    if (!args)
        tmpl_raw(&e->out, "    (void)args_;\n");
    tmpl_put(&e->out,
             "    return $handler$(self_$from$$args$);\n"
             "}\n",
             EMIT_VARS(TMPL_VAR("handler", m->handler), TMPL_VAR("from", call ? ", from_" : ""),
                       TMPL_VAR("args", emit_unpack(e, &m->params))));
}

const char *emit_reply_layout_name(struct emitter *e, const struct plan_message *m)
{
    if (m->kind != PLAN_CALL || m->reply.kind == PLAN_ACK)
        return NULL;
    if (m->reply.kind == PLAN_VALUE)
        return TMPL_JOIN(e->arena, "&", m->reply.item->layout);
    return TMPL_JOIN(e->arena, "&", m->stem, "_reply_layout");
}

static void emit_type(struct emitter *e, const struct plan_module *module,
                      const struct plan_message *m)
{
    static const char *const classes[] = { "OTP_CLASS_CALL", "OTP_CLASS_CAST", "OTP_CLASS_INFO",
                                           "OTP_CLASS_CONTINUE" };
    const char *reply = emit_reply_layout_name(e, m);
    const struct tmpl_var *vars = EMIT_VARS(
        TMPL_VAR("stem", m->stem), TMPL_VAR("name", m->name), TMPL_VAR("module", module->c_name),
        TMPL_VAR("class", m->later ? "OTP_CLASS_CALL_LATER" : classes[m->kind]),
        TMPL_VAR("reply", reply));
    tmpl_put(&e->out,
             "static const struct otp_message_type $stem$_type = {\n"
             "    .name = \"$name$\",\n"
             "    .module = &$module$_module.module,\n"
             "    .message_class = $class$,\n",
             vars);
    if (m->params.count > 0)
        tmpl_put(&e->out,
                 "    .args = &$stem$_args_layout,\n"
                 "    .args_description = &$stem$_args_description,\n",
                 vars);
    if (reply)
        tmpl_put(&e->out,
                 "    .reply = $reply$,\n"
                 "    .reply_description = &$description$,\n",
                 EMIT_VARS(TMPL_VAR("reply", reply),
                           TMPL_VAR("description", emit_reply_description_name(e, m))));
    tmpl_put(&e->out, "    .dispatch = $stem$_dispatch,\n", vars);
    if (m->inlined && m->inlined->computes)
        tmpl_put(&e->out, "    .compute = $stem$_compute,\n", vars);
    if (m->blocking)
        tmpl_raw(&e->out, "    .blocking = true,\n");
    tmpl_raw(&e->out, "};\n");
}

/* ---- Clients ---- */

/* "struct cache_put_args args_ = {...};" and what follows; nothing without parameters. */
static void emit_pack(struct emitter *e, const struct plan_message *m)
{
    if (m->params.count == 0)
        return;
    bool changed = emit_has_optionals(&m->params);
    tmpl_put(&e->out, "    $const$$args$ args_ = $init$;\n",
             EMIT_VARS(TMPL_VAR("const", changed ? "" : "const "),
                       TMPL_VAR("args", args_struct(e, m)),
                       TMPL_VAR("init", emit_initializer(e, &m->params, NULL, ""))));
    emit_optionals(e, &m->params, "args_");
}

/* A function whose body is one return: text, behind '!' if it needs args_. */
static void emit_client(struct emitter *e, const struct plan_message *m, enum emit_head head,
                        const char *text)
{
    tmpl_raw(&e->out, "\n");
    emit_message_head(e, m, head);
    tmpl_raw(&e->out, "\n{\n");
    bool pack = text[0] == '!';
    if (pack)
        emit_pack(e, m);
    size_t required = m->params.required;
    bool reply = m->kind == PLAN_CALL && m->reply.kind != PLAN_ACK;
    tmpl_put(&e->out, text + pack,
             EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("stem", m->stem),
                       TMPL_VAR("required", emit_names(e, &m->params, required)),
                       TMPL_VAR("names", emit_names(e, &m->params, m->params.count)),
                       TMPL_VAR("values", emit_values(e, &m->params, required)),
                       TMPL_VAR("timeout", m->timeout ? m->timeout : ""),
                       TMPL_VAR("args", m->params.count > 0 ? "&args_" : "NULL"),
                       TMPL_VAR("comma_reply", reply ? ", reply_" : ""),
                       TMPL_VAR("reply", reply ? "reply_" : "NULL")));
    tmpl_raw(&e->out, "}\n");
}

static void emit_call_clients(struct emitter *e, const struct plan_message *m)
{
    bool defaults = m->params.required < m->params.count;
    emit_client(e, m, EMIT_CLIENT,
                "    return $c$_within(dest_, $timeout$$required$$values$$comma_reply$);\n");
    if (defaults)
        emit_client(e, m, EMIT_CLIENT_WITH,
                    "    return $c$_within(dest_, $timeout$$names$$comma_reply$);\n");
    emit_client(e, m, EMIT_CLIENT_WITHIN,
                "!    return otp_call(dest_, &$stem$_type, $args$, $reply$, timeout_);\n");
    emit_client(e, m, EMIT_REQUEST,
                "!    return otp_send_request(dest_, &$stem$_type, $args$, request_);\n");
    emit_client(e, m, EMIT_RECEIVE,
                "    return otp_receive_response(request_, &$stem$_type, $reply$, timeout_);\n");
    if (!m->reply.refs)
        return;
    tmpl_raw(&e->out, "\n");
    emit_message_head(e, m, EMIT_FREE_REPLY);
    tmpl_put(&e->out, "\n{\n    otp_reply_free($layout$, reply_);\n}\n",
             EMIT_VARS(TMPL_VAR("layout", emit_reply_layout_name(e, m))));
}

static void emit_cast_clients(struct emitter *e, const struct plan_message *m)
{
    bool defaults = m->params.required < m->params.count;
    if (defaults)
        emit_client(e, m, EMIT_CLIENT, "    return $c$_with(dest_$required$$values$);\n");
    emit_client(e, m, defaults ? EMIT_CLIENT_WITH : EMIT_CLIENT,
                "!    return otp_cast(dest_, &$stem$_type, $args$);\n");
    if (m->kind == PLAN_INFO)
        emit_client(e, m, EMIT_CLIENT_AFTER,
                    "!    return otp_send_after(dest_, &$stem$_type, $args$, delay_);\n");
}

/* ---- Replies ---- */

const char *emit_reply_value(struct emitter *e, const struct plan_message *m,
                             const struct plan_tag *tag)
{
    if (!tag && m->reply.kind == PLAN_ACK)
        return "NULL";
    if (!tag && m->reply.value.many == PLAN_ONE)
        return m->reply.item->kind == PLAN_STRUCT ? "value" : "&value";
    struct plan_field value = m->reply.value;
    struct plan_fields one = { &value, 1, 1, false, false };
    const struct plan_fields *f = tag ? &tag->fields : &one;
    const char *first = NULL, *prefix = "", *var = "reply_";
    if (tag) {
        first = TMPL_JOIN(e->arena, ".tag = ", tag->c_name);
        prefix = TMPL_JOIN(e->arena, ".as.", tag->name);
        var = TMPL_JOIN(e->arena, "reply_.as.", tag->name);
    }
    const char *init = emit_initializer(e, f, first, prefix);
    if (!tag && (value.many == PLAN_LIST || value.many == PLAN_OPTIONAL_LIST))
        init = value.many == PLAN_LIST ? "{value, value_count}" : "{has_value, value, value_count}";
    tmpl_put(&e->out, "    $const$$type$ reply_ = $init$;\n",
             EMIT_VARS(TMPL_VAR("const", emit_has_optionals(f) ? "" : "const "),
                       TMPL_VAR("type", emit_reply_type(e, m)), TMPL_VAR("init", init)));
    emit_optionals(e, f, var);
    return "&reply_";
}

const char *emit_from_name(const struct plan_tag *tag)
{
    return emit_own_name(tag ? &tag->fields : NULL, "from", "from_");
}

static void emit_reply(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    tmpl_raw(&e->out, "\n");
    emit_reply_head(e, m, tag);
    tmpl_raw(&e->out, "\n{\n");
    const char *value = emit_reply_value(e, m, tag);
    tmpl_put(&e->out, "    return otp_reply($from$, &$stem$_type, $value$);\n}\n",
             EMIT_VARS(TMPL_VAR("from", emit_from_name(tag)), TMPL_VAR("stem", m->stem),
                       TMPL_VAR("value", value)));
}

static void emit_answer(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    tmpl_raw(&e->out, "\n");
    emit_answer_head(e, m, tag);
    tmpl_raw(&e->out, "\n{\n");
    const char *value = emit_reply_value(e, m, tag), *layout = emit_reply_layout_name(e, m);
    tmpl_put(&e->out, "    return otp_answer($from$, $layout$, $value$);\n}\n",
             EMIT_VARS(TMPL_VAR("from", emit_from_name(tag)),
                       TMPL_VAR("layout", layout ? layout : "NULL"), TMPL_VAR("value", value)));
}

/* ---- The message ---- */

void emit_source_message(struct emitter *e, const struct plan_module *module,
                         const struct plan_message *m)
{
    if (m->kind == PLAN_EVENT) {
        emit_event_dispatch(e, m);
        return;
    }
    emit_note(e, TMPL_JOIN(e->arena, m->word, " "), m->name, m->line, NULL);
    emit_args(e, m);
    bool reply = m->kind == PLAN_CALL && m->reply.kind != PLAN_ACK;
    if (reply && m->reply.kind == PLAN_TAGS)
        emit_reply_layout(e, m);
    if (reply)
        emit_reply_description(e, m);
    if (m->params.count > 0 || reply)
        tmpl_raw(&e->out, "\n");
    if (m->inlined)
        emit_agent_dispatch(e, module, m);
    else
        emit_dispatch(e, m);
    tmpl_raw(&e->out, "\n");
    emit_type(e, module, m);
    if (m->kind == PLAN_CALL) {
        emit_call_clients(e, m);
        if (!m->inlined)
            emit_replies(e, m, emit_reply);
        if (m->later)
            emit_replies(e, m, emit_answer);
    } else if (m->kind == PLAN_CONTINUE) {
        emit_client(e, m, EMIT_CONTINUE, "!    return otp_continue(&$stem$_type, $args$);\n");
    } else {
        emit_cast_clients(e, m);
    }
    tmpl_raw(&e->out, "\n");
}
