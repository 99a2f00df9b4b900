/* emit_header.c - PACKAGE.otp.h: what the outside of a package may call.
 *
 * Idea: the types header, and on top of it what waits: starts and calls. */
#include "emit_parts.h"

static void emit_prototype(struct emitter *e, const struct plan_message *m, enum emit_head head)
{
    tmpl_raw(&e->out, "OTP_MUST_CHECK ");
    emit_message_head(e, m, head);
    tmpl_raw(&e->out, ";\n");
}

void emit_call(struct emitter *e, const struct plan_message *m)
{
    const char *place = TMPL_JOIN(e->arena, m->source, ":", tmpl_number(e->arena, m->line));
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, m->word, " ", m->module, ".", m->name, ": ", place), m->doc);
    emit_prototype(e, m, EMIT_CLIENT);
    if (m->params.required < m->params.count)
        emit_prototype(e, m, EMIT_CLIENT_WITH);
    emit_prototype(e, m, EMIT_CLIENT_WITHIN);
    emit_prototype(e, m, EMIT_REQUEST);
    emit_prototype(e, m, EMIT_RECEIVE);
    if (m->reply.refs) {
        tmpl_raw(&e->out, "/* Frees what a reply refers to; needed in a foreign thread only. */\n");
        emit_message_head(e, m, EMIT_FREE_REPLY);
        tmpl_raw(&e->out, ";\n");
    }
    tmpl_raw(&e->out, "\n");
}

static void emit_module(struct emitter *e, const struct plan_module *m)
{
    emit_note(e, TMPL_JOIN(e->arena, m->word, " "), m->name, m->line, m->doc);
    tmpl_put(&e->out,
             "extern const struct otp_genserver $c$_module;\n"
             "OTP_MUST_CHECK otp_status $c$_start(const struct $c$_options *options, "
             "otp_pid *pid);\n"
             "OTP_MUST_CHECK otp_status $c$_start_link(const struct $c$_options *options, "
             "otp_pid *pid);\n"
             "OTP_MUST_CHECK otp_status $c$_start_with(const struct otp_start *how, "
             "const struct $c$_options *options, otp_pid *pid);\n\n",
             EMIT_VARS(TMPL_VAR("c", m->c_name)));
    for (size_t i = 0; i < m->n_messages; i++)
        if (m->messages[i].kind == PLAN_CALL)
            emit_call(e, &m->messages[i]);
}

/* Of what takes no options: the table, of type, and the functions that start one. */
static void emit_plain_start_heads(struct emitter *e, const char *c_name, const char *type)
{
    tmpl_put(&e->out,
             "extern const struct $type$ $c$_module;\n"
             "OTP_MUST_CHECK otp_status $c$_start(otp_pid *pid);\n"
             "OTP_MUST_CHECK otp_status $c$_start_link(otp_pid *pid);\n"
             "OTP_MUST_CHECK otp_status $c$_start_with(const struct otp_start *how, "
             "otp_pid *pid);\n"
             "struct otp_child $c$_child_spec(void);\n\n",
             EMIT_VARS(TMPL_VAR("c", c_name), TMPL_VAR("type", type)));
}

static void emit_application_callback(struct emitter *e, const char *word, const char *text,
                                      uint32_t line)
{
    if (line == 0)
        return;
    tmpl_comment(&e->out, 0, TMPL_JOIN(e->arena, word, ": ", emit_place(e, line)), text);
    tmpl_put(&e->out, "void $package$_application_$word$(void);\n\n",
             EMIT_VARS(TMPL_VAR("package", e->plan->package), TMPL_VAR("word", word)));
}

void emit_header(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_banner(e);
    tmpl_comment(&e->out, 0, NULL, p->doc);
    tmpl_put(&e->out,
             "#ifndef $upper$_OTP_H\n"
             "#define $upper$_OTP_H\n\n"
             "#include \"$file$.types.h\"\n\n"
             "#if defined(OTP_IMPL_HEADER) && !defined(OTP_WIRING)\n"
             "#error \"include either $file$.h or the header of an implementation, *_impl.h\"\n"
             "#endif\n"
             "#define OTP_PUBLIC_HEADER\n\n"
             "OTP_BEGIN_DECLS\n\n",
             EMIT_VARS(TMPL_VAR("upper", p->upper), TMPL_VAR("file", p->file)));
    for (size_t i = 0; i < p->n_modules; i++)
        emit_module(e, &p->modules[i]);
    for (size_t i = 0; i < p->n_tasks; i++)
        emit_task_waits(e, &p->tasks[i]);
    for (size_t i = 0; i < p->n_registries; i++) {
        const struct plan_registry *r = &p->registries[i];
        emit_note(e, "registry ", r->name, r->line, r->doc);
        emit_plain_start_heads(e, r->c_name, "otp_registry");
    }
    for (size_t i = 0; i < p->n_pubsubs; i++) {
        const struct plan_pubsub *s = &p->pubsubs[i];
        emit_note(e, "pubsub ", s->name, s->line, s->doc);
        emit_plain_start_heads(e, s->c_name, "otp_pubsub");
    }
    for (size_t i = 0; i < p->n_caches; i++) {
        const struct plan_cache *k = &p->caches[i];
        emit_note(e, "cache ", k->name, k->line, k->doc);
        emit_plain_start_heads(e, k->c_name, "otp_cache");
        emit_cache_callbacks(e, k);
    }
    for (size_t i = 0; i < p->n_supervisors; i++) {
        const struct plan_supervisor *s = &p->supervisors[i];
        emit_note(e, TMPL_JOIN(e->arena, s->word, " "), s->name, s->line, s->doc);
        emit_plain_start_heads(e, s->c_name, s->type);
        if (s->starter)
            emit_starter_heads(e, s->starter);
    }
    if (p->application) {
        emit_note(e, "application ", p->application->name, p->application->line,
                  p->application->doc);
        tmpl_put(&e->out, "extern const struct otp_application $package$_application;\n\n",
                 EMIT_VARS(TMPL_VAR("package", p->package)));
        emit_application_callback(e, "prep_stop",
                                  "Written by hand: called before the tree is stopped.",
                                  p->application->prep_stop_line);
        emit_application_callback(e, "stop", "Written by hand: called when the tree has ended.",
                                  p->application->stop_line);
    }
    tmpl_raw(&e->out, "OTP_END_DECLS\n\n#endif\n");
    emit_finish(e, TMPL_JOIN(e->arena, p->file, ".h"), EMIT_GENERATED);
}
