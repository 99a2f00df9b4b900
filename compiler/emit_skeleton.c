/* emit_skeleton.c - MODULE.c: where the user begins.
 *
 * Idea: every function that the user must write, with a body that ends the process with a reason
 * which names its line in the spec, so that nothing that is not written yet goes unnoticed. */
#include "emit_parts.h"

/* The functions of one file, and where each begins in it. */
struct bodies {
    struct emitter *e;
    struct emit_function *functions;
    size_t *begins;
    size_t count;
};

static void begin_function(struct bodies *b, const char *name)
{
    b->functions[b->count].name = name;
    b->begins[b->count++] = b->e->out.len;
    tmpl_raw(&b->e->out, "\n");
}

static void emit_unused(struct emitter *e, const char *name)
{
    tmpl_put(&e->out, "    (void)$name$;\n", EMIT_VARS(TMPL_VAR("name", name)));
}

static void emit_unused_params(struct emitter *e, const struct plan_fields *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct plan_field *p = &f->items[i];
        if (p->many == PLAN_OPTIONAL_LIST)
            emit_unused(e, TMPL_JOIN(e->arena, "has_", p->name));
        emit_unused(e, p->name);
        if (p->many == PLAN_LIST || p->many == PLAN_OPTIONAL_LIST)
            emit_unused(e, TMPL_JOIN(e->arena, p->name, "_count"));
    }
}

/* A reason holds 48 bytes of text, so the place comes first. */
static void emit_stop(struct emitter *e, uint32_t line, const char *what, const char *text)
{
    tmpl_put(&e->out, text,
             EMIT_VARS(TMPL_VAR("place", emit_place(e, line)), TMPL_VAR("what", what)));
}

static void emit_message(struct bodies *b, const struct plan_message *m)
{
    struct emitter *e = b->e;
    begin_function(b, m->handler);
    tmpl_comment(&e->out, 0, NULL, m->doc);
    emit_message_head(e, m, EMIT_HANDLER);
    tmpl_raw(&e->out, "\n{\n");
    emit_unused(e, emit_own_name(&m->params, "self", "self_"));
    if (m->kind == PLAN_CALL)
        emit_unused(e, emit_own_name(&m->params, "from", "from_"));
    emit_unused_params(e, &m->params);
    emit_stop(e, m->line, m->name,
              "    return otp_stop(otp_error(\"$place$: $what$ is not written\"));\n}\n");
}

static void emit_callback(struct bodies *b, const struct plan_module *m,
                          enum plan_callback_kind kind)
{
    static const char *const params[PLAN_CALLBACK_COUNT][4] = {
        [PLAN_INIT] = { "self", "options" },
        [PLAN_DOWN] = { "self", "monitor", "pid", "reason" },
        [PLAN_EXIT] = { "self", "pid", "reason" },
        [PLAN_IDLE] = { "self" },
        [PLAN_TERMINATE] = { "self", "reason" },
        [PLAN_FORMAT_STATUS] = { "self", "format" },
    };
    static const char *const words[] = { "init", "down",      "exit",
                                         "idle", "terminate", "format_status" };
    struct emitter *e = b->e;
    const struct plan_callback *c = &m->callbacks[kind];
    begin_function(b, emit_callback_name(e, m, kind));
    tmpl_comment(&e->out, 0, NULL, c->doc);
    emit_callback_head(e, m, kind);
    tmpl_raw(&e->out, "\n{\n");
    for (size_t i = 0; i < 4 && params[kind][i]; i++)
        emit_unused(e, params[kind][i]);
    const char *text = "    return otp_stop(otp_error(\"$place$: $what$ is not written\"));\n}\n";
    if (kind == PLAN_TERMINATE)
        text = "    otp_exit(otp_error(\"$place$: $what$ is not written\"));\n}\n";
    else if (kind == PLAN_FORMAT_STATUS)
        text = "    otp_format_hide_all(format); /* $place$: $what$ is not written */\n}\n";
    emit_stop(e, c->line, words[kind], text);
}

static void finish(struct bodies *b, const char *name)
{
    struct emit_file *f = emit_finish(b->e, name, EMIT_SKELETON);
    for (size_t i = 0; i < b->count; i++) {
        size_t end = i + 1 < b->count ? b->begins[i + 1] : f->size;
        b->functions[i].bytes = f->bytes + b->begins[i];
        b->functions[i].size = end - b->begins[i];
    }
    f->functions = b->functions;
    f->n_functions = b->count;
}

static void emit_top(struct emitter *e, const char *word, const char *name, const char *c_name,
                     const char *doc)
{
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, name, ".c - ", word, " ", name, " of package ",
                           e->plan->package, " (", e->plan->file, ")."),
                 doc);
    tmpl_put(&e->out, "#include \"$c$_impl.h\"\n", EMIT_VARS(TMPL_VAR("c", c_name)));
}

void emit_skeleton(struct emitter *e, const struct plan_module *m)
{
    size_t most = m->n_messages + PLAN_CALLBACK_COUNT;
    struct bodies b = { .e = e,
                        .functions = ARENA_ARRAY(e->arena, struct emit_function, most),
                        .begins = ARENA_ARRAY(e->arena, size_t, most) };
    emit_top(e, m->word, m->name, m->c_name, m->doc);
    if (!m->agent_item)
        emit_callback(&b, m, PLAN_INIT);
    for (size_t i = 0; i < m->n_messages; i++)
        if (!m->messages[i].inlined)
            emit_message(&b, &m->messages[i]);
    for (int k = PLAN_DOWN; k < PLAN_CALLBACK_COUNT; k++)
        if (m->callbacks[k].set)
            emit_callback(&b, m, (enum plan_callback_kind)k);
    finish(&b, TMPL_JOIN(e->arena, m->name, ".c"));
}

static void emit_application_callback(struct bodies *b, const char *word, uint32_t line)
{
    struct emitter *e = b->e;
    if (line == 0)
        return;
    const char *name = TMPL_JOIN(e->arena, e->plan->package, "_application_", word);
    begin_function(b, name);
    tmpl_put(&e->out, "void $name$(void)\n{\n", EMIT_VARS(TMPL_VAR("name", name)));
    emit_stop(e, line, word, "    otp_exit(otp_error(\"$place$: $what$ is not written\"));\n}\n");
}

void emit_application_skeleton(struct emitter *e)
{
    const struct plan_application *a = e->plan->application;
    struct bodies b = { .e = e,
                        .functions = ARENA_ARRAY(e->arena, struct emit_function, 2),
                        .begins = ARENA_ARRAY(e->arena, size_t, 2) };
    const char *name = TMPL_JOIN(e->arena, e->plan->package, "_application.c");
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, name, " - application ", a->name, " (", e->plan->file, ")."),
                 a->doc);
    tmpl_put(&e->out, "#include \"$file$.h\"\n", EMIT_VARS(TMPL_VAR("file", e->plan->file)));
    emit_application_callback(&b, "prep_stop", a->prep_stop_line);
    emit_application_callback(&b, "stop", a->stop_line);
    finish(&b, name);
}

static void emit_cache_callback(struct bodies *b, const struct plan_cache *k, const char *what,
                                void (*head)(struct emitter *e, const struct plan_cache *k),
                                const char *last, uint32_t line)
{
    struct emitter *e = b->e;
    begin_function(b, TMPL_JOIN(e->arena, k->c_name, "_", what));
    head(e, k);
    tmpl_raw(&e->out, "\n{\n");
    emit_unused(e, "key");
    emit_unused(e, "value");
    emit_unused(e, last);
    emit_stop(e, line, what, "    otp_exit(otp_error(\"$place$: $what$ is not written\"));\n}\n");
}

/* What a cache is filled by and tells is outside of any process's module: the public header is
 * what it sees. */
void emit_cache_skeleton(struct emitter *e, const struct plan_cache *k)
{
    struct bodies b = { .e = e,
                        .functions = ARENA_ARRAY(e->arena, struct emit_function, 2),
                        .begins = ARENA_ARRAY(e->arena, size_t, 2) };
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, k->name, ".c - cache ", k->name, " of package ",
                           e->plan->package, " (", e->plan->file, ")."),
                 k->doc);
    tmpl_put(&e->out, "#include \"$file$.h\"\n", EMIT_VARS(TMPL_VAR("file", e->plan->file)));
    if (k->loader_line > 0)
        emit_cache_callback(&b, k, "load", emit_cache_load_head, "ttl", k->loader_line);
    if (k->evict_line > 0)
        emit_cache_callback(&b, k, "evicted", emit_cache_evicted_head, "cause", k->evict_line);
    finish(&b, TMPL_JOIN(e->arena, k->name, ".c"));
}

void emit_task_skeleton(struct emitter *e, const struct plan_task *t)
{
    const struct plan_message *m = &t->message;
    struct bodies b = { .e = e,
                        .functions = ARENA_NEW(e->arena, struct emit_function),
                        .begins = ARENA_NEW(e->arena, size_t) };
    emit_top(e, "task", m->name, m->c_name, m->doc);
    begin_function(&b, m->handler);
    emit_task_run_head(e, m);
    tmpl_raw(&e->out, "\n{\n");
    if (m->reply.kind != PLAN_ACK)
        emit_unused(e, emit_own_name(&m->params, "from", "from_"));
    emit_unused_params(e, &m->params);
    emit_stop(e, m->line, m->name,
              "    otp_exit(otp_error(\"$place$: $what$ is not written\"));\n}\n");
    finish(&b, TMPL_JOIN(e->arena, m->name, ".c"));
}
