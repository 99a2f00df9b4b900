/* emit_task.c - the functions of a task: those of who starts it, and its wiring.
 *
 * Idea: each gives the library's function the types of the spec. Two tables say what their heads
 * and bodies are: one for what starts a task, which packs its parameters, and one for the rest.
 * What waits for a task is apart, as calls are: a module has it if it declares that it calls the
 * task. */
#include "emit_parts.h"

enum { REPLY = 1, REFS = 2, PLAIN = 4 };

/* What starts one. With defaults there is one more, which takes all parameters. */
struct starter {
    const char *doc;
    const char *name;
    const char *head;
    const char *forward; /* what the other one is called with */
    const char *body;
};

static const struct starter starters[] = {
    { "Starts one, linked with the calling process, whose result is to be waited for.", "_async",
      "($leading$otp_task *task_)", "($passing$task_)",
      "    return otp_task_async(&$c$_module, &args_, task_);\n" },
    { "The same as a child of a task supervisor.", "_async_under",
      "(otp_dest supervisor_$params$, otp_task *task_)", "(supervisor_$pass$, task_)",
      "    return otp_task_supervisor_async(supervisor_, &$c$_module, &args_, task_);\n" },
    { "The same, not linked with the caller.", "_async_nolink",
      "(otp_dest supervisor_$params$, otp_task *task_)", "(supervisor_$pass$, task_)",
      "    return otp_task_supervisor_async_nolink(supervisor_, &$c$_module, &args_, task_);\n" },
    { "Starts one under a task supervisor that nobody waits for and that is not started again. "
      "pid_ may be NULL.",
      "_start", "(otp_dest supervisor_$params$, otp_pid *pid_)", "(supervisor_$pass$, pid_)",
      "    return otp_task_supervisor_start_child(supervisor_, &$c$_module, &args_, "
      "OTP_TEMPORARY, OTP_SHUTDOWN_DEFAULT, pid_);\n" },
};

/* Its body is packed into args_ first. */
static const struct emit_typed start_child = {
    0, true, "The same with a restart (enum otp_restart) and a shutdown of its own.",
    "otp_status $c$_start_child(otp_dest supervisor_, uint32_t restart_, otp_duration "
    "shutdown_$params$, otp_pid *pid_)",
    "    return otp_task_supervisor_start_child(supervisor_, &$c$_module, &args_, restart_, "
    "shutdown_, pid_);\n"
};

static const struct emit_typed functions[] = {
    { 0, false, "Lets it run on and drops what it will say.",
      "otp_status $c$_ignore(otp_task *task_$reply$)",
      "    return otp_task_ignore(task_, &$c$_module, $r$);\n" },
    { 0, true,
      "A task for each of the args that input gives (OTP_NOT_FOUND: no more), so many at once. "
      "They have the defaults; the rest is zero.",
      "otp_status $c$_stream(const struct otp_stream_options *options, otp_status (*input)(void "
      "*context, struct $c$_args *args), void *context, struct otp_stream **stream)",
      "    return otp_stream_open(&$c$_module, options, (otp_stream_input *)input, context, "
      "stream);\n" },
    { PLAIN, false, "What a supervisor starts it by; not started again.",
      "struct otp_child $c$_child_spec(void)",
      "    const struct otp_child child_ = {.id = \"$name$\", .module = &$c$_module.module, "
      ".options = &otp_task_nobody, .shutdown = OTP_SHUTDOWN_DEFAULT, .restart = OTP_TEMPORARY};\n"
      "    return child_;\n" },
    { REFS, false, "Frees what a reply refers to; needed in a foreign thread only.",
      "void $c$_free_reply(const $T$ *reply_)", "    otp_reply_free($layout$, reply_);\n" },
};

/* For whoever may wait for it. */
static const struct emit_typed waits[] = {
    { 0, true, "Waits for its result; what fails is OTP_EXIT, and otp_last_reason() tells why.",
      "otp_status $c$_await(otp_task *task_$reply$)",
      "    return otp_task_await(task_, &$c$_module, $r$, $timeout$);\n" },
    { 0, true, NULL, "otp_status $c$_await_within(otp_task *task_, otp_duration timeout_$reply$)",
      "    return otp_task_await(task_, &$c$_module, $r$, timeout_);\n" },
    { 0, true, "The same, but after OTP_TIMEOUT one may ask again.",
      "otp_status $c$_yield(otp_task *task_, otp_duration timeout_$reply$)",
      "    return otp_task_yield(task_, &$c$_module, $r$, timeout_);\n" },
    { 0, false, "Ends it, and kills it if it takes longer. OTP_STOPPED: it had no result.",
      "otp_status $c$_shutdown(otp_task *task_, otp_duration timeout_$reply$)",
      "    return otp_task_shutdown(task_, &$c$_module, $r$, timeout_);\n" },
    { 0, true, "Waits for all, or until one fails, timeout in all.",
      "otp_status $c$_await_many(otp_task *tasks_, size_t count_, otp_duration timeout_$replies$)",
      "    return otp_task_await_many(tasks_, count_, &$c$_module, $rs$, timeout_);\n" },
    { 0, true, "Waits for all and tells how each has gone; one may ask again for the others.",
      "otp_status $c$_yield_many(otp_task *tasks_, size_t count_, otp_duration timeout_, "
      "struct otp_task_outcome *outcomes_$replies$)",
      "    return otp_task_yield_many(tasks_, count_, &$c$_module, outcomes_, $rs$, timeout_);\n" },
    { 0, true, "The next result. OTP_NOT_FOUND: there are no more.",
      "otp_status $c$_stream_next(struct otp_stream *stream_$reply$)",
      "    return otp_stream_next(stream_, $r$);\n" },
};

enum { N_STARTERS = sizeof starters / sizeof starters[0] };
enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };
enum { N_WAITS = sizeof waits / sizeof waits[0] };

static unsigned what_it_is(const struct plan_message *m)
{
    return (m->reply.kind != PLAN_ACK ? REPLY : 0) | (m->reply.refs ? REFS : 0) |
           (m->params.count == 0 ? PLAIN : 0);
}

static bool has_defaults(const struct plan_message *m)
{
    return m->params.required < m->params.count;
}

/* ", a, b" as "a, b, ". */
static const char *first(struct emitter *e, const char *list)
{
    return *list ? TMPL_JOIN(e->arena, list + 2, ", ") : "";
}

/* Renders text with what the texts above say between dollars; count: parameters that it has. */
static void put(struct emitter *e, const struct plan_message *m, const char *text, size_t count)
{
    const char *type = emit_reply_type(e, m), *layout = emit_reply_layout_name(e, m);
    const char *params = emit_params(e, &m->params, count);
    const char *values = count >= m->params.required ? emit_values(e, &m->params, count) : "";
    const char *pass = TMPL_JOIN(e->arena, emit_names(e, &m->params, count), values);
    tmpl_put(
        &e->out, text,
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("name", m->name), TMPL_VAR("params", params),
                  TMPL_VAR("leading", first(e, params)), TMPL_VAR("pass", pass),
                  TMPL_VAR("passing", first(e, pass)), TMPL_VAR("timeout", m->timeout),
                  TMPL_VAR("T", type ? type : ""),
                  TMPL_VAR("reply", type ? TMPL_JOIN(e->arena, ", ", type, " *reply_") : ""),
                  TMPL_VAR("r", type ? "reply_" : "NULL"),
                  TMPL_VAR("replies", type ? TMPL_JOIN(e->arena, ", ", type, " *replies_") : ""),
                  TMPL_VAR("rs", type ? "replies_" : "NULL"),
                  TMPL_VAR("layout", layout ? layout : "")));
}

/* ---- The headers ---- */

void emit_task_types(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    emit_note(e, "The parameters of task ", m->name, m->line, NULL);
    tmpl_put(&e->out,
             "struct $c$_args {\n"
             "    struct otp_task_head head_; /* the library's */\n",
             EMIT_VARS(TMPL_VAR("c", m->c_name)));
    if (m->params.count > 0)
        emit_members(e, &m->params, EMIT_VIEW, "    ");
    tmpl_raw(&e->out, "};\n\n");
    emit_reply_struct(e, m);
}

static void put_starter(struct emitter *e, const struct plan_message *m, const struct starter *s,
                        bool all)
{
    put(e, m, TMPL_JOIN(e->arena, "otp_status $c$", s->name, all ? "_with" : "", s->head),
        all ? m->params.count : m->params.required);
}

static void put_all(struct emitter *e, const void *message, const char *text)
{
    const struct plan_message *m = message;
    put(e, m, text, m->params.count);
}

void emit_task_heads(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    emit_note(e, "task ", m->name, m->line, m->doc);
    put(e, m, "extern const struct otp_task_type $c$_module;\n", 0);
    for (size_t i = 0; i < N_STARTERS; i++) {
        tmpl_comment(&e->out, 0, starters[i].doc, NULL);
        for (int all = 0; all <= (has_defaults(m) ? 1 : 0); all++) {
            tmpl_raw(&e->out, "OTP_MUST_CHECK ");
            put_starter(e, m, &starters[i], all != 0);
            tmpl_raw(&e->out, ";\n");
        }
    }
    emit_typed_heads(e, &start_child, 1, 0, put_all, m);
    emit_typed_heads(e, functions, N_FUNCTIONS, what_it_is(m), put_all, m);
    tmpl_raw(&e->out, "\n");
}

void emit_task_waits(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    const char *place = TMPL_JOIN(e->arena, m->source, ":", tmpl_number(e->arena, m->line));
    tmpl_comment(&e->out, 0, TMPL_JOIN(e->arena, "waiting for task ", m->name, ": ", place),
                 m->doc);
    emit_typed_heads(e, waits, N_WAITS, what_it_is(m), put_all, m);
    tmpl_raw(&e->out, "\n");
}

/* ---- What the user writes, and what it returns ---- */

void emit_task_run_head(struct emitter *e, const struct plan_message *m)
{
    const char *params = emit_params(e, &m->params, m->params.count);
    bool reply = m->reply.kind != PLAN_ACK;
    const char *from = emit_own_name(&m->params, "from", "from_");
    if (!reply)
        params = *params ? params + 2 : "void";
    tmpl_put(
        &e->out, reply ? "otp_next $run$(otp_from $from$$params$)" : "void $run$($params$)",
        EMIT_VARS(TMPL_VAR("run", m->handler), TMPL_VAR("from", from), TMPL_VAR("params", params)));
}

/* ---- The wiring ---- */

static void emit_args(struct emitter *e, const struct plan_message *m)
{
    const char *type = TMPL_JOIN(e->arena, "struct ", m->c_name, "_args");
    const char *stem = TMPL_JOIN(e->arena, m->stem, "_args");
    emit_layout(e, stem, type, &m->params);
    if (m->params.count > 0)
        emit_description(e, stem, type, &m->params);
    if (m->reply.kind == PLAN_TAGS)
        emit_reply_layout(e, m);
    if (m->reply.kind != PLAN_ACK)
        emit_reply_description(e, m);
    tmpl_raw(&e->out, "\n");
}

static void emit_dispatch(struct emitter *e, const struct plan_message *m)
{
    bool reply = m->reply.kind != PLAN_ACK, args = m->params.count > 0;
    const char *unpack = emit_unpack(e, &m->params);
    if (!reply && args)
        unpack += 2;
    tmpl_put(&e->out,
             "static otp_next $stem$_dispatch(void *self_, otp_from from_, const void *args_)\n"
             "{\n"
             "$args$"
             "    (void)self_;\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem),
                       TMPL_VAR("args", args ? TMPL_JOIN(e->arena, "    const struct ", m->c_name,
                                                         "_args *a_ = args_;\n")
                                             : "    (void)args_;\n")));
    tmpl_put(&e->out,
             reply ? "    return $run$(from_$unpack$);\n}\n\n"
                   : "    (void)from_;\n"
                     "    $run$($unpack$);\n"
                     "    return otp_noreply();\n}\n\n",
             EMIT_VARS(TMPL_VAR("run", m->handler), TMPL_VAR("unpack", unpack)));
}

static void emit_pull(struct emitter *e, const struct plan_message *m)
{
    tmpl_put(&e->out,
             "static otp_status $stem$_pull(otp_stream_input *input_, void *context_, "
             "void *args_)\n"
             "{\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem)));
    if (has_defaults(m)) {
        struct arena_buf all;
        arena_buf_init(&all, e->arena);
        for (size_t i = m->params.required; i < m->params.count; i++) {
            const struct plan_field *f = &m->params.items[i];
            const char *text = emit_setting(e, f, f->value, false);
            arena_buf_printf(&all, "%s%s", *text && all.len > 0 ? ", " : "", text);
        }
        tmpl_put(&e->out,
                 "    static const struct $c$_args defaults_ = {$all$};\n"
                 "    *(struct $c$_args *)args_ = defaults_;\n",
                 EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("all", all.data)));
    }
    put(e, m,
        "    return ((otp_status (*)(void *, struct $c$_args *))input_)(context_, args_);\n}\n\n",
        0);
}

static void emit_table(struct emitter *e, const struct plan_message *m)
{
    const char *reply = emit_reply_layout_name(e, m);
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("stem", m->stem), TMPL_VAR("name", m->name),
                  TMPL_VAR("package", e->plan->package), TMPL_VAR("place", emit_place(e, m->line)));
    tmpl_put(&e->out,
             "const struct otp_task_type $c$_module = {\n"
             "    .module = {\"$package$.$name$\", \"$place$\", 0, &$stem$_args_layout, "
             "otp_task_start},\n"
             "    .work = {\n"
             "        .name = \"$name$\",\n"
             "        .module = &$c$_module.module,\n"
             "        .message_class = OTP_CLASS_CALL_LATER,\n"
             "        .args = &$stem$_args_layout,\n",
             vars);
    if (m->params.count > 0)
        tmpl_put(&e->out, "        .args_description = &$stem$_args_description,\n", vars);
    if (reply)
        tmpl_put(&e->out,
                 "        .reply = $reply$,\n"
                 "        .reply_description = &$description$,\n",
                 EMIT_VARS(TMPL_VAR("reply", reply),
                           TMPL_VAR("description", emit_reply_description_name(e, m))));
    tmpl_put(&e->out, "        .dispatch = $stem$_dispatch,\n", vars);
    if (m->blocking)
        tmpl_raw(&e->out, "        .blocking = true,\n");
    tmpl_put(&e->out,
             "    },\n"
             "    .pull = $stem$_pull,\n"
             "};\n\n",
             vars);
}

/* args_, of which the library writes the head. */
static void emit_pack(struct emitter *e, const struct plan_message *m)
{
    const char *head = m->params.count == 0 ? ".head_ = {.linked_with_ = {0}}" : NULL;
    tmpl_put(&e->out, "    struct $c$_args args_ = $init$;\n",
             EMIT_VARS(TMPL_VAR("c", m->c_name),
                       TMPL_VAR("init", emit_initializer(e, &m->params, head, ""))));
    emit_optionals(e, &m->params, "args_");
}

static void emit_starter(struct emitter *e, const struct plan_message *m, const struct starter *s)
{
    if (has_defaults(m)) {
        put_starter(e, m, s, false);
        put(e, m,
            TMPL_JOIN(e->arena, "\n{\n    return $c$", s->name, "_with", s->forward, ";\n}\n\n"),
            m->params.required);
    }
    put_starter(e, m, s, has_defaults(m));
    tmpl_raw(&e->out, "\n{\n");
    emit_pack(e, m);
    put(e, m, s->body, 0);
    tmpl_raw(&e->out, "}\n\n");
}

static void emit_reply(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    emit_reply_head(e, m, tag);
    tmpl_raw(&e->out, "\n{\n");
    const char *value = emit_reply_value(e, m, tag);
    tmpl_put(&e->out, "    return otp_task_reply($from$, &$c$_module.work, $value$);\n}\n\n",
             EMIT_VARS(TMPL_VAR("from", emit_from_name(tag)), TMPL_VAR("c", m->c_name),
                       TMPL_VAR("value", value)));
}

void emit_source_task(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, "---- task ", m->name, ": ", emit_place(e, m->line), " ----"),
                 NULL);
    tmpl_raw(&e->out, "\n");
    emit_args(e, m);
    emit_dispatch(e, m);
    emit_pull(e, m);
    emit_table(e, m);
    for (size_t i = 0; i < N_STARTERS; i++)
        emit_starter(e, m, &starters[i]);
    put_all(e, m, start_child.head);
    tmpl_raw(&e->out, "\n{\n");
    emit_pack(e, m);
    put_all(e, m, start_child.body);
    tmpl_raw(&e->out, "}\n\n");
    emit_typed_bodies(e, functions, N_FUNCTIONS, what_it_is(m), put_all, m);
    emit_typed_bodies(e, waits, N_WAITS, what_it_is(m), put_all, m);
    if (m->reply.kind != PLAN_ACK)
        emit_replies(e, m, emit_reply);
}
