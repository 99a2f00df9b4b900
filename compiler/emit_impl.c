/* emit_impl.c - PACKAGE_MODULE_impl.h: what the implementation of one module needs.
 *
 * Idea: the module's state, what its user writes, how a handler answers, the tables of its state,
 * and of all calls only those that the module declares: one that it does not declare does not
 * compile. */
#include "emit_parts.h"

static void emit_end(struct emitter *e)
{
    tmpl_raw(&e->out, ";\n");
}

/* ---- The state ---- */

void emit_state(struct emitter *e, const struct plan_module *m)
{
    for (size_t i = 0; i < m->n_tables; i++)
        tmpl_put(&e->out,
                 "/* $type$: $place$ */\n"
                 "struct $c$;\n\n",
                 EMIT_VARS(TMPL_VAR("type", m->tables[i].type), TMPL_VAR("c", m->tables[i].c_name),
                           TMPL_VAR("place", emit_place(e, m->tables[i].line))));
    emit_note(e, "The state", "", m->state_line, NULL);
    tmpl_put(&e->out, "struct $c$ {\n", EMIT_VARS(TMPL_VAR("c", m->c_name)));
    emit_members(e, &m->state, EMIT_STATE, "    ");
    tmpl_raw(&e->out, "};\n\n");
}

static void emit_list_setters(struct emitter *e, const struct plan_module *m)
{
    for (size_t i = 0; i < m->state.count; i++) {
        const struct plan_field *f = &m->state.items[i];
        if (f->many != PLAN_LIST)
            continue;
        tmpl_put(&e->out,
                 "/* Replaces the list $name$ by a copy of count items; OTP_NOMEM: unchanged. */\n"
                 "OTP_MUST_CHECK otp_status $c$_$name$_set(struct $c$ *self, const $type$ *items, "
                 "size_t count);\n\n",
                 EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("name", f->name),
                           TMPL_VAR("type", f->item->view)));
    }
}

/* ---- What the user writes ---- */

static void emit_handlers(struct emitter *e, const struct plan_module *m)
{
    tmpl_raw(&e->out, "/* ---- What you write. ---- */\n\n");
    if (!m->agent_item) {
        emit_note(e, "init", "", m->callbacks[PLAN_INIT].line, m->callbacks[PLAN_INIT].doc);
        emit_callback_head(e, m, PLAN_INIT);
        tmpl_raw(&e->out, ";\n\n");
    }
    for (size_t i = 0; i < m->n_messages; i++) {
        const struct plan_message *msg = &m->messages[i];
        if (msg->inlined)
            continue;
        emit_note(e, TMPL_JOIN(e->arena, msg->word, " "), msg->name, msg->line, msg->doc);
        emit_message_head(e, msg, EMIT_HANDLER);
        tmpl_raw(&e->out, ";\n\n");
    }
    static const char *const callbacks[PLAN_CALLBACK_COUNT] = {
        "init", "on down", "on exit", "on idle", "on terminate", "on format_status"
    };
    for (int k = PLAN_DOWN; k < PLAN_CALLBACK_COUNT; k++) {
        const struct plan_callback *c = &m->callbacks[k];
        if (!c->set)
            continue;
        emit_note(e, callbacks[k], "", c->line, c->doc);
        emit_callback_head(e, m, (enum plan_callback_kind)k);
        tmpl_raw(&e->out, ";\n\n");
    }
}

/* ---- How a handler answers ---- */

static void emit_reply(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    emit_reply_head(e, m, tag);
    emit_end(e);
}

static void emit_answers(struct emitter *e, const struct plan_module *m)
{
    bool any = false;
    for (size_t i = 0; i < m->n_messages; i++) {
        const struct plan_message *msg = &m->messages[i];
        if (msg->inlined || (msg->kind != PLAN_CALL && msg->kind != PLAN_CONTINUE))
            continue;
        if (!any)
            tmpl_raw(&e->out, "/* ---- What handlers return. ---- */\n\n");
        any = true;
        if (msg->kind == PLAN_CALL) {
            emit_replies(e, msg, emit_reply);
        } else {
            emit_message_head(e, msg, EMIT_CONTINUE);
            emit_end(e);
        }
    }
    if (any)
        tmpl_raw(&e->out, "\n");
}

/* ---- Tables ---- */

static void emit_table(struct emitter *e, const struct plan_table *t)
{
    tmpl_put(
        &e->out,
        "/* ---- $name$, a $type$: $place$ ---- */\n\n"
        "/* put copies key and value; OTP_NOMEM: nothing has changed. What get gives refers to\n"
        " * scratch memory. delete_if tells how many went; each ends when visit is false. What\n"
        " * these call must not change the table: select gives the keys, to do so with each. */\n",
        EMIT_VARS(TMPL_VAR("name", t->name), TMPL_VAR("type", t->type),
                  TMPL_VAR("place", emit_place(e, t->line))));
    for (int v = 0; v < EMIT_TABLE_VERB_COUNT; v++) {
        if (!emit_table_has(t, (enum emit_table_verb)v))
            continue;
        if (emit_table_must((enum emit_table_verb)v))
            tmpl_raw(&e->out, "OTP_MUST_CHECK ");
        emit_table_head(e, t, (enum emit_table_verb)v);
        emit_end(e);
    }
    tmpl_raw(&e->out, "\n");
}

/* ---- The file ---- */

static void emit_begin(struct emitter *e, const char *what, uint32_t line, const char *upper,
                       const char *c_name)
{
    emit_banner(e);
    tmpl_put(&e->out,
             "/* For the implementation of $what$ ($place$), and for nobody else. */\n"
             "#ifndef $upper$_IMPL_H\n"
             "#define $upper$_IMPL_H\n\n"
             "#include \"$file$.types.h\"\n\n"
             "#if defined(OTP_PUBLIC_HEADER) && !defined(OTP_WIRING)\n"
             "#error \"include either $c$_impl.h or a public header such as $file$.h, not both\"\n"
             "#endif\n"
             "#define OTP_IMPL_HEADER\n\n"
             "OTP_BEGIN_DECLS\n\n",
             EMIT_VARS(TMPL_VAR("what", what), TMPL_VAR("place", emit_place(e, line)),
                       TMPL_VAR("upper", upper), TMPL_VAR("file", e->plan->file),
                       TMPL_VAR("c", c_name)));
}

static void emit_finish_impl(struct emitter *e, const struct plan_edges *edges, const char *c_name)
{
    if (edges->n_calls + edges->n_starters + edges->n_tasks > 0)
        tmpl_raw(&e->out, "/* ---- The calls that it declares. ---- */\n\n");
    for (size_t i = 0; i < edges->n_calls; i++)
        emit_call(e, edges->calls[i]);
    for (size_t i = 0; i < edges->n_starters; i++)
        emit_starter_heads(e, edges->starters[i]);
    for (size_t i = 0; i < edges->n_tasks; i++)
        emit_task_waits(e, edges->tasks[i]);
    tmpl_raw(&e->out, "OTP_END_DECLS\n\n#endif\n");
    emit_finish(e, TMPL_JOIN(e->arena, c_name, "_impl.h"), EMIT_GENERATED);
}

void emit_impl(struct emitter *e, const struct plan_module *m)
{
    emit_begin(e, TMPL_JOIN(e->arena, m->word, " ", m->name), m->line, m->upper, m->c_name);
    emit_state(e, m);
    emit_handlers(e, m);
    emit_answers(e, m);
    emit_list_setters(e, m);
    for (size_t i = 0; i < m->n_tables; i++)
        emit_table(e, &m->tables[i]);
    emit_finish_impl(e, &m->edges, m->c_name);
}

void emit_task_impl(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    emit_begin(e, TMPL_JOIN(e->arena, "task ", m->name), m->line, t->upper, m->c_name);
    tmpl_raw(&e->out, "/* ---- What you write. ---- */\n\n");
    emit_note(e, "task ", m->name, m->line, m->doc);
    emit_task_run_head(e, m);
    tmpl_raw(&e->out, ";\n\n");
    if (m->reply.kind != PLAN_ACK) {
        tmpl_raw(&e->out, "/* ---- What it returns. ---- */\n\n");
        emit_replies(e, m, emit_reply);
        tmpl_raw(&e->out, "\n");
    }
    emit_finish_impl(e, &t->edges, m->c_name);
}
