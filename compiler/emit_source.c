/* emit_source.c - PACKAGE.otp.c: the wiring between the user's functions and the library.
 *
 * Idea: constant tables and thin functions. The order is that of the spec; what a table points to
 * stands before it. */
#include <string.h>

#include "emit_parts.h"

/* ---- Top ---- */

static void emit_top(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_banner(e);
    tmpl_put(&e->out,
             "/* The wiring of package $package$: constant tables and thin functions. */\n"
             "#define OTP_WIRING /* sees the public header and those of implementations */\n"
             "#include \"$file$.h\"\n\n",
             EMIT_VARS(TMPL_VAR("package", p->package), TMPL_VAR("file", p->file)));
    for (size_t i = 0; i < p->n_imports; i++)
        tmpl_put(&e->out, "#include \"$file$.h\"\n", EMIT_VARS(TMPL_VAR("file", p->imports[i])));
    for (size_t i = 0; i < p->n_modules; i++)
        if (p->modules[i].written)
            tmpl_put(&e->out, "#include \"$c$_impl.h\"\n",
                     EMIT_VARS(TMPL_VAR("c", p->modules[i].c_name)));
    for (size_t i = 0; i < p->n_tasks; i++)
        tmpl_put(&e->out, "#include \"$c$_impl.h\"\n",
                 EMIT_VARS(TMPL_VAR("c", p->tasks[i].message.c_name)));
    if (p->n_imports + p->n_modules + p->n_tasks > 0)
        tmpl_raw(&e->out, "\n");
    for (size_t i = 0; i < p->n_names; i++)
        tmpl_put(&e->out, "struct otp_name $c$ = {\"$text$\", NULL, 0}; /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("c", p->names[i]->c_name), TMPL_VAR("text", p->names[i]->text),
                           TMPL_VAR("place", emit_place(e, p->names[i]->line))));
    if (p->n_names > 0)
        tmpl_raw(&e->out, "\n");
}

/* ---- Structs ---- */

static void emit_owner_functions(struct emitter *e, const struct plan_struct *s)
{
    if (s->made)
        return;
    tmpl_put(&e->out,
             "_Static_assert(sizeof(struct $c$) == sizeof(struct $c$_owned), \"one layout\");\n\n"
             "otp_status $c$_set(struct $c$_owned *owned, const struct $c$ *view)\n"
             "{\n"
             "    return otp_owned_set(&$layout$, owned, view);\n"
             "}\n\n"
             "struct $c$ $c$_view(const struct $c$_owned *owned)\n"
             "{\n"
             "    struct $c$ view;\n"
             "    memcpy(&view, owned, sizeof view);\n"
             "    return view;\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name), TMPL_VAR("layout", s->item.layout)));
}

/* ---- Modules ---- */

static void emit_list_setters(struct emitter *e, const struct plan_module *m)
{
    for (size_t i = 0; i < m->state.count; i++) {
        const struct plan_field *f = &m->state.items[i];
        if (f->many != PLAN_LIST)
            continue;
        tmpl_put(
            &e->out,
            "otp_status $c$_$name$_set(struct $c$ *self, const $type$ *items, size_t count)\n"
            "{\n"
            "    struct list_ {\n"
            "        const $type$ *items;\n"
            "        size_t count;\n"
            "    };\n"
            "    static const struct otp_ref refs_[] = {{OTP_REF_LIST, 0, 0, 0, 0, &$layout$}};\n"
            "    static const struct otp_layout layout_ = {sizeof(struct list_), 1, refs_};\n"
            "    const struct list_ view_ = {items, count};\n"
            "    return otp_owned_set(&layout_, (char *)self + offsetof(struct $c$, $name$), "
            "&view_);\n"
            "}\n\n",
            EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("name", f->name),
                      TMPL_VAR("type", f->item->view), TMPL_VAR("layout", f->item->layout)));
    }
}

/* The library calls with untyped pointers; these give them their types. */
static void emit_thunks(struct emitter *e, const struct plan_module *m)
{
    static const char *const texts[PLAN_CALLBACK_COUNT] = {
        [PLAN_INIT] = "static otp_next $stem$_init_thunk(void *self_, const void *options_)\n"
                      "{\n"
                      "$none$    return $name$(self_, $options$);\n"
                      "}\n\n",
        [PLAN_DOWN] = "static otp_next $stem$_down_thunk(void *self_, otp_monitor monitor_, "
                      "otp_pid pid_, otp_reason reason_)\n"
                      "{\n"
                      "    return $name$(self_, monitor_, pid_, reason_);\n"
                      "}\n\n",
        [PLAN_EXIT] =
            "static otp_next $stem$_exit_thunk(void *self_, otp_pid pid_, otp_reason reason_)\n"
            "{\n"
            "    return $name$(self_, pid_, reason_);\n"
            "}\n\n",
        [PLAN_IDLE] = "static otp_next $stem$_idle_thunk(void *self_)\n"
                      "{\n"
                      "    return $name$(self_);\n"
                      "}\n\n",
        [PLAN_TERMINATE] = "static void $stem$_terminate_thunk(void *self_, otp_reason reason_)\n"
                           "{\n"
                           "    $name$(self_, reason_);\n"
                           "}\n\n",
        [PLAN_FORMAT_STATUS] = "static void $stem$_format_status_thunk(const void *self_, "
                               "struct otp_format *format_)\n"
                               "{\n"
                               "    $name$(self_, format_);\n"
                               "}\n\n",
    };
    const char *none = m->options.count > 0
                           ? ""
                           : TMPL_JOIN(e->arena, "    static const struct ", m->c_name,
                                       "_options none_ = {0};\n    (void)options_;\n");
    if (m->agent_item)
        emit_agent_init(e, m);
    for (int k = m->agent_item ? PLAN_INIT + 1 : PLAN_INIT; k < PLAN_CALLBACK_COUNT; k++)
        if (m->callbacks[k].set)
            tmpl_put(
                &e->out, texts[k],
                EMIT_VARS(TMPL_VAR("stem", m->stem),
                          TMPL_VAR("name", emit_callback_name(e, m, (enum plan_callback_kind)k)),
                          TMPL_VAR("none", none),
                          TMPL_VAR("options", m->options.count > 0 ? "options_" : "&none_")));
}

static void emit_table_fields(struct emitter *e, const struct plan_module *m)
{
    if (m->n_tables == 0)
        return;
    tmpl_put(&e->out, "static const struct otp_table_field $stem$_tables[] = {\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem)));
    for (size_t i = 0; i < m->n_tables; i++) {
        const struct plan_table *t = &m->tables[i];
        tmpl_put(&e->out,
                 "    {\"$name$\", offsetof(struct $c$, $name$), &$stem$_type}, /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("name", t->name), TMPL_VAR("c", m->c_name),
                           TMPL_VAR("stem", t->stem), TMPL_VAR("place", emit_place(e, t->line))));
    }
    tmpl_raw(&e->out, "};\n\n");
}

/* Who gets a table, and how it is told. */
static void emit_heir(struct emitter *e, const struct plan_module *m, const struct plan_shared *s)
{
    if (!s->heir)
        return;
    tmpl_put(&e->out,
             "static void $stem$_$name$_tells(otp_dest dest_, otp_table_ref ref_, otp_pid from_)\n"
             "{\n"
             "    struct $table$ table_;\n"
             "    table_.ref = ref_;\n"
             "    (void)$heir$_inherit(dest_, table_, from_);\n"
             "}\n\n"
             "static const struct otp_heir $stem$_$name$_gives = {\n"
             "    {0, &$heir_name$}, $stem$_$name$_tells};\n\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("name", s->name),
                       TMPL_VAR("table", s->heir_table), TMPL_VAR("heir", s->heir),
                       TMPL_VAR("heir_name", s->heir_name)));
}

static void emit_shared_fields(struct emitter *e, const struct plan_module *m)
{
    if (m->n_shared == 0)
        return;
    for (size_t i = 0; i < m->n_shared; i++)
        emit_heir(e, m, &m->shared[i]);
    tmpl_put(&e->out, "static const struct otp_shared_field $stem$_shared[] = {\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem)));
    for (size_t i = 0; i < m->n_shared; i++) {
        const struct plan_shared *s = &m->shared[i];
        tmpl_put(&e->out,
                 "    {\"$name$\", offsetof(struct $c$, $name$), &$type$_type, $access$, "
                 "$heir$}, /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("name", s->name), TMPL_VAR("c", m->c_name),
                           TMPL_VAR("type", s->ref->stem), TMPL_VAR("access", s->access),
                           TMPL_VAR("heir", s->heir ? TMPL_JOIN(e->arena, "&", m->stem, "_",
                                                                s->name, "_gives")
                                                    : "NULL"),
                           TMPL_VAR("place", emit_place(e, s->line))));
    }
    tmpl_raw(&e->out, "};\n\n");
}

/* One row for each pubsub that it hears. */
static bool emit_event_handlers(struct emitter *e, const struct plan_module *m)
{
    bool any = false;
    for (size_t i = 0; i < m->n_messages; i++) {
        const struct plan_message *msg = &m->messages[i];
        if (msg->kind != PLAN_EVENT)
            continue;
        if (!any)
            tmpl_put(&e->out, "static const struct otp_event_handler $stem$_handlers[] = {\n",
                     EMIT_VARS(TMPL_VAR("stem", m->stem)));
        any = true;
        tmpl_put(&e->out, "    {&$event$_type, $stem$_dispatch}, /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("event", msg->event), TMPL_VAR("stem", msg->stem),
                           TMPL_VAR("place", emit_place(e, msg->line))));
    }
    if (any)
        tmpl_raw(&e->out, "};\n\n");
    return any;
}

/* The name that a server is started under, and how to reach one by it. */
static void emit_via(struct emitter *e, const struct plan_module *m)
{
    const struct plan_via *via = m->via;
    struct plan_field key = *via->key;
    struct plan_fields one = { &key, 1, 1, false, false };
    tmpl_put(&e->out,
             "static void $stem$_via_thunk(const void *options_, struct otp_via *via_)\n"
             "{\n"
             "    const struct $c$_options *o_ = options_;\n"
             "    via_->type = &otp_registry_via;\n"
             "    via_->keeper = $keeper$;\n"
             "    via_->context = &$registry$_module;\n"
             "    via_->key = &o_->$key$;\n"
             "}\n\n"
             "otp_dest $c$_via($params$)\n"
             "{\n"
             "    const struct otp_via via_ = {&otp_registry_via, $keeper$, &$registry$_module, "
             "&$key$, NULL};\n"
             "    return otp_to_via(&via_);\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("c", m->c_name),
                       TMPL_VAR("keeper", via->keeper), TMPL_VAR("registry", via->registry),
                       TMPL_VAR("key", via->key->name),
                       TMPL_VAR("params", emit_params(e, &one, 1) + 2)));
}

static void emit_module_table(struct emitter *e, const struct plan_module *m)
{
    static const char *const members[PLAN_CALLBACK_COUNT] = {
        "init", "down", "exit", "idle", "terminate", "format_status"
    };
    bool hears = emit_event_handlers(e, m);
    tmpl_put(
        &e->out,
        "const struct otp_genserver $c$_module = {\n"
        "    .module = {\"$package$.$name$\", \"$place$\", 0, $options$, otp_genserver_start},\n"
        "    .state_size = sizeof(struct $c$),\n"
        "    .state_description = &$stem$_description,\n",
        EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("c", m->c_name),
                  TMPL_VAR("package", e->plan->package), TMPL_VAR("name", m->name),
                  TMPL_VAR("place", emit_place(e, m->line)),
                  TMPL_VAR("options", m->options.count > 0
                                          ? TMPL_JOIN(e->arena, "&", m->stem, "_options_layout")
                                          : "NULL")));
    if (m->n_tables > 0)
        tmpl_put(&e->out, "    .tables = $stem$_tables,\n    .n_tables = $n$,\n",
                 EMIT_VARS(TMPL_VAR("stem", m->stem),
                           TMPL_VAR("n", tmpl_number(e->arena, m->n_tables))));
    if (m->n_shared > 0)
        tmpl_put(&e->out, "    .shared = $stem$_shared,\n    .n_shared = $n$,\n",
                 EMIT_VARS(TMPL_VAR("stem", m->stem),
                           TMPL_VAR("n", tmpl_number(e->arena, m->n_shared))));
    if (hears)
        tmpl_put(&e->out,
                 "    .events = $stem$_handlers,\n"
                 "    .n_events = sizeof $stem$_handlers / sizeof $stem$_handlers[0],\n",
                 EMIT_VARS(TMPL_VAR("stem", m->stem)));
    if (m->trap_exit)
        tmpl_raw(&e->out, "    .trap_exit = true,\n");
    if (m->mailbox)
        tmpl_put(&e->out, "    .mailbox = $mailbox$,\n",
                 EMIT_VARS(TMPL_VAR("mailbox", m->mailbox)));
    if (m->blocking)
        tmpl_raw(&e->out, "    .blocking = true,\n");
    if (m->via)
        tmpl_put(&e->out, "    .via = $stem$_via_thunk,\n", EMIT_VARS(TMPL_VAR("stem", m->stem)));
    for (int k = 0; k < PLAN_CALLBACK_COUNT; k++)
        if (m->callbacks[k].set)
            tmpl_put(&e->out, "    .$handle$$name$ = $stem$_$name$_thunk,\n",
                     EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("name", members[k]),
                               TMPL_VAR("handle", k == PLAN_DOWN || k == PLAN_EXIT || k == PLAN_IDLE
                                                      ? "handle_"
                                                      : "")));
    tmpl_raw(&e->out, "};\n\n");
}

/* ---- Starting ---- */

static void emit_options_default(struct emitter *e, const struct plan_module *m)
{
    const struct plan_fields *f = &m->options;
    const char *params = emit_params(e, &m->required, m->required.count);
    tmpl_put(
        &e->out, "struct $c$_options $c$_options_default($params$)\n{\n",
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("params", *params ? params + 2 : "void")));
    const char *init =
        emit_initializer(e, &m->required, f->count > 0 ? NULL : ".reserved_ = 0", "");
    struct arena_buf all;
    arena_buf_init(&all, e->arena);
    arena_buf_put(&all, init, strlen(init) - 1); /* without its brace */
    for (size_t i = 0; i < f->count; i++) {
        if (!f->items[i].value)
            continue;
        if (all.len > 1)
            arena_buf_puts(&all, ", ");
        arena_buf_puts(&all, emit_setting(e, &f->items[i], f->items[i].value, false));
    }
    tmpl_put(&e->out, "    $const$struct $c$_options options_ = $init$};\n",
             EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("init", all.data),
                       TMPL_VAR("const", emit_has_optionals(&m->required) ? "" : "const ")));
    emit_optionals(e, &m->required, "options_");
    tmpl_raw(&e->out, "    return options_;\n}\n\n");
}

static void emit_starts(struct emitter *e, const struct plan_module *m)
{
    bool takes = m->options.count > 0;
    const char *name =
        m->registered ? TMPL_JOIN(e->arena, ".name = \"", m->registered, "\"") : ".name = NULL";
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("id", m->name), TMPL_VAR("name", name),
                  TMPL_VAR("ignored", takes ? "" : "    (void)options;\n"),
                  TMPL_VAR("options", takes ? "options" : "NULL"));
    tmpl_put(&e->out,
             "otp_status $c$_start(const struct $c$_options *options, otp_pid *pid)\n"
             "{\n"
             "    const struct otp_start how_ = {$name$};\n"
             "$ignored$"
             "    return otp_genserver_start(&$c$_module.module, &how_, $options$, pid);\n"
             "}\n\n"
             "otp_status $c$_start_link(const struct $c$_options *options, otp_pid *pid)\n"
             "{\n"
             "    const struct otp_start how_ = {$name$, .link = true};\n"
             "$ignored$"
             "    return otp_genserver_start(&$c$_module.module, &how_, $options$, pid);\n"
             "}\n\n"
             "otp_status $c$_start_with(const struct otp_start *how, "
             "const struct $c$_options *options, otp_pid *pid)\n"
             "{\n"
             "$ignored$"
             "    return otp_genserver_start(&$c$_module.module, how, $options$, pid);\n"
             "}\n\n"
             "struct otp_child $c$_child_spec(const struct $c$_options *options)\n"
             "{\n"
             "    const struct otp_child child_ = {.id = \"$id$\", .module = &$c$_module.module, "
             "$name$, .options = $options$, .shutdown = OTP_SHUTDOWN_DEFAULT, "
             ".restart = OTP_PERMANENT};\n"
             "$ignored$"
             "    return child_;\n"
             "}\n\n",
             vars);
}

static void emit_module(struct emitter *e, const struct plan_module *m)
{
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, "---- ", m->word, " ", m->name, ": ", emit_place(e, m->line), " ----"),
        NULL);
    tmpl_raw(&e->out, "\n");
    if (!m->written)
        emit_state(e, m);
    if (m->options.count > 0) {
        emit_layout(e, TMPL_JOIN(e->arena, m->stem, "_options"),
                    TMPL_JOIN(e->arena, "struct ", m->c_name, "_options"), &m->options);
        tmpl_raw(&e->out, "\n");
    }
    for (size_t i = 0; i < m->n_messages; i++)
        emit_source_message(e, m, &m->messages[i]);
    for (size_t i = 0; i < m->n_tables; i++)
        emit_source_table(e, &m->tables[i]);
    emit_list_setters(e, m);
    emit_thunks(e, m);
    emit_table_fields(e, m);
    emit_shared_fields(e, m);
    emit_state_description(e, m);
    if (m->via)
        emit_via(e, m);
    emit_module_table(e, m);
    emit_options_default(e, m);
    emit_starts(e, m);
}

void emit_source(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_top(e);
    emit_source_layouts(e);
    emit_source_descriptions(e);
    for (size_t i = 0; i < p->n_structs; i++)
        emit_owner_functions(e, p->structs[i]);
    emit_source_env(e);
    for (size_t i = 0; i < p->n_refs; i++)
        emit_source_ref(e, p->refs[i]);
    for (size_t i = 0; i < p->n_modules; i++)
        emit_module(e, &p->modules[i]);
    for (size_t i = 0; i < p->n_tasks; i++)
        emit_source_task(e, &p->tasks[i]);
    for (size_t i = 0; i < p->n_registries; i++)
        emit_source_registry(e, &p->registries[i]);
    for (size_t i = 0; i < p->n_pubsubs; i++)
        emit_source_pubsub(e, &p->pubsubs[i]);
    for (size_t i = 0; i < p->n_caches; i++)
        emit_source_cache(e, &p->caches[i]);
    emit_source_tree(e);
    tmpl_trim(&e->out);
    emit_finish(e, TMPL_JOIN(e->arena, p->file, ".c"), EMIT_GENERATED);
}
