/* emit_tree.c - the configuration, the supervisors and the application in the wiring.
 *
 * Idea: a supervisor is a table of its children. Options that are constant are constants; those
 * that read the configuration are variables which the application sets before anything starts, and
 * which hold until then what the defaults of the configuration give. */
#include <string.h>

#include "emit_parts.h"

/* ---- The configuration ---- */

static void emit_words(struct emitter *e, const struct plan_variable *v)
{
    if (!v->words)
        return;
    tmpl_put(&e->out, "static const char *const env_$name$_words[] = {",
             EMIT_VARS(TMPL_VAR("name", v->field.name)));
    for (size_t i = 0; i < v->words->count; i++)
        tmpl_put(&e->out, "\"$word$\", ", EMIT_VARS(TMPL_VAR("word", v->words->values[i].name)));
    tmpl_raw(&e->out, "NULL};\n");
}

static const char *literal(struct emitter *e, const char *text)
{
    return text ? tmpl_string(e->arena, text, strlen(text)) : "NULL";
}

/* The doc on one line. */
static const char *help_text(struct emitter *e, const char *doc)
{
    if (!doc)
        return NULL;
    char *line = arena_copy(e->arena, doc, strlen(doc));
    for (char *p = line; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return line;
}

static void emit_entry(struct emitter *e, const struct plan_variable *v)
{
    const char *package = e->plan->package;
    tmpl_put(
        &e->out,
        "    {\"$name$\", $variable$, $fallback$, $help$, $kind$, "
        "offsetof(struct $package$_env_values, $name$), $words$}, /* $place$ */\n",
        EMIT_VARS(TMPL_VAR("name", v->field.name), TMPL_VAR("variable", literal(e, v->variable)),
                  TMPL_VAR("fallback", literal(e, v->fallback)),
                  TMPL_VAR("help", literal(e, help_text(e, v->field.doc))),
                  TMPL_VAR("kind", v->kind), TMPL_VAR("package", package),
                  TMPL_VAR("words", v->words ? TMPL_JOIN(e->arena, "env_", v->field.name, "_words")
                                             : "NULL"),
                  TMPL_VAR("place", emit_place(e, v->field.line))));
}

void emit_source_env(struct emitter *e)
{
    const struct plan *p = e->plan;
    if (p->env_line == 0)
        return;
    emit_note(e, "env", "", p->env_line, NULL);
    tmpl_put(&e->out, "static struct $package$_env_values env_values = {\n",
             EMIT_VARS(TMPL_VAR("package", p->package)));
    bool any = false;
    for (size_t i = 0; i < p->n_variables; i++) {
        const struct plan_field *f = &p->variables[i].field;
        if (!f->value)
            continue;
        any = true;
        tmpl_put(&e->out, "    $setting$, /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("setting", emit_setting(e, f, f->value, false)),
                           TMPL_VAR("place", emit_place(e, f->line))));
    }
    if (!any)
        tmpl_raw(&e->out, "    0, /* all must be given */\n");
    tmpl_raw(&e->out, "};\n\n");
    tmpl_put(&e->out,
             "const struct $package$_env_values *$package$_env(void)\n"
             "{\n"
             "    return &env_values;\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("package", p->package)));
}

static void emit_entries(struct emitter *e)
{
    const struct plan *p = e->plan;
    if (p->n_variables == 0)
        return;
    for (size_t i = 0; i < p->n_variables; i++)
        emit_words(e, &p->variables[i]);
    tmpl_raw(&e->out, "static const struct otp_env_entry env_entries[] = {\n");
    for (size_t i = 0; i < p->n_variables; i++)
        emit_entry(e, &p->variables[i]);
    tmpl_raw(&e->out, "};\n\n");
}

/* ---- Options of children ---- */

static bool is_kind(const struct plan_child *c, bool configured)
{
    return c->options && c->configured == configured;
}

static void emit_child_settings(struct emitter *e, const struct plan_child *c)
{
    struct arena_buf all;
    arena_buf_init(&all, e->arena);
    for (size_t i = 0; i < c->n_settings; i++) {
        const char *text = emit_setting(e, c->settings[i].option, c->settings[i].value, true);
        if (*text)
            arena_buf_printf(&all, "%s%s", all.len ? ", " : "", text);
    }
    if (all.len == 0)
        arena_buf_puts(&all, "0");
    tmpl_put(&e->out, "    .$id$_ = {$settings$}, /* $place$ */\n",
             EMIT_VARS(TMPL_VAR("id", c->id), TMPL_VAR("settings", all.data),
                       TMPL_VAR("place", emit_place(e, c->line))));
}

/* One variable with a member per child; ids become members with a '_', so that any will do. */
static void emit_settings(struct emitter *e, const struct plan_supervisor *s, bool configured)
{
    if ((configured ? s->n_configured : s->n_constant) == 0)
        return;
    tmpl_put(&e->out, "static $const$struct {\n",
             EMIT_VARS(TMPL_VAR("const", configured ? "" : "const ")));
    for (size_t i = 0; i < s->n_children; i++)
        if (is_kind(&s->children[i], configured))
            tmpl_put(&e->out, "    struct $options$ $id$_;\n",
                     EMIT_VARS(TMPL_VAR("options", s->children[i].options),
                               TMPL_VAR("id", s->children[i].id)));
    tmpl_put(&e->out, "} $stem$_$kind$ = {\n",
             EMIT_VARS(TMPL_VAR("stem", s->stem),
                       TMPL_VAR("kind", configured ? "configured" : "settings")));
    for (size_t i = 0; i < s->n_children; i++)
        if (is_kind(&s->children[i], configured))
            emit_child_settings(e, &s->children[i]);
    tmpl_raw(&e->out, "};\n\n");
}

/* ---- Supervisors ---- */

static const char *options_of(struct emitter *e, const struct plan_supervisor *s,
                              const struct plan_child *c)
{
    if (!c->options)
        return NULL;
    return TMPL_JOIN(e->arena, "&", s->stem, c->configured ? "_configured." : "_settings.", c->id,
                     "_");
}

const char *emit_child(struct emitter *e, const struct plan_child *c, const char *options)
{
    struct arena_buf all;
    arena_buf_init(&all, e->arena);
    arena_buf_printf(&all, "{.id = \"%s\", .module = &%s.module, ", c->id, c->module);
    if (c->registered)
        arena_buf_printf(&all, ".name = \"%s\", ", c->registered);
    if (c->task)
        options = "&otp_task_nobody"; /* its args */
    if (options)
        arena_buf_printf(&all, ".options = %s, ", options);
    arena_buf_printf(&all, ".shutdown = %s, .restart = %s", c->shutdown, c->restart);
    if (c->significant)
        arena_buf_puts(&all, ", .significant = 1");
    if (c->backoff_min)
        arena_buf_printf(&all, ", .backoff_min = %s, .backoff_max = %s", c->backoff_min,
                         c->backoff_max);
    arena_buf_puts(&all, "}");
    return all.data;
}

static void emit_children(struct emitter *e, const struct plan_supervisor *s)
{
    if (s->n_children == 0)
        return;
    tmpl_put(&e->out, "static const struct otp_child $stem$_children[] = {\n",
             EMIT_VARS(TMPL_VAR("stem", s->stem)));
    for (size_t i = 0; i < s->n_children; i++) {
        const struct plan_child *c = &s->children[i];
        tmpl_put(&e->out, "    $child$, /* $place$ */\n",
                 EMIT_VARS(TMPL_VAR("child", emit_child(e, c, options_of(e, s, c))),
                           TMPL_VAR("place", emit_place(e, c->line))));
    }
    tmpl_raw(&e->out, "};\n\n");
}

static void emit_supervisor_table(struct emitter *e, const struct plan_supervisor *s)
{
    tmpl_put(&e->out,
             "const struct otp_supervisor $c$_module = {\n"
             "    .module = {\"$registered$\", \"$place$\", 1, NULL, otp_supervisor_start},\n"
             "    .strategy = $strategy$,\n"
             "    .max_restarts = $max_restarts$,\n"
             "    .period = $period$,\n"
             "    .auto_shutdown = $auto_shutdown$,\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name), TMPL_VAR("registered", s->registered),
                       TMPL_VAR("place", emit_place(e, s->line)), TMPL_VAR("strategy", s->strategy),
                       TMPL_VAR("max_restarts", s->max_restarts), TMPL_VAR("period", s->period),
                       TMPL_VAR("auto_shutdown", s->auto_shutdown)));
    if (s->n_children > 0)
        tmpl_put(&e->out, "    .n_children = $n$,\n    .children = $stem$_children,\n",
                 EMIT_VARS(TMPL_VAR("n", tmpl_number(e->arena, s->n_children)),
                           TMPL_VAR("stem", s->stem)));
    tmpl_raw(&e->out, "};\n\n");
}

/* What makes a copy's options those of its number. */
static void emit_arguments(struct emitter *e, const struct plan_supervisor *s)
{
    tmpl_put(&e->out,
             "static void $stem$_arguments(void *options_, uint32_t partition_)\n"
             "{\n"
             "    struct $options$ *to_ = options_;\n"
             "    to_->partition = ($type$)partition_;\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("stem", s->stem), TMPL_VAR("options", s->children[0].options),
                       TMPL_VAR("type", s->number)));
}

static void emit_partition_table(struct emitter *e, const struct plan_supervisor *s)
{
    if (s->number)
        emit_arguments(e, s);
    tmpl_put(&e->out,
             "const struct otp_partition_supervisor $c$_module = {\n"
             "    .module = {\"$registered$\", \"$place$\", 1, NULL, "
             "otp_partition_supervisor_start},\n"
             "    .child = $stem$_children,\n"
             "    .partitions = $partitions$,\n"
             "    .strategy = $strategy$,\n"
             "    .max_restarts = $max_restarts$,\n"
             "    .period = $period$,\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name), TMPL_VAR("registered", s->registered),
                       TMPL_VAR("place", emit_place(e, s->line)), TMPL_VAR("stem", s->stem),
                       TMPL_VAR("partitions", s->partitions), TMPL_VAR("strategy", s->strategy),
                       TMPL_VAR("max_restarts", s->max_restarts), TMPL_VAR("period", s->period)));
    if (s->number)
        tmpl_put(&e->out, "    .arguments = $stem$_arguments,\n",
                 EMIT_VARS(TMPL_VAR("stem", s->stem)));
    tmpl_raw(&e->out, "};\n\n");
}

void emit_plain_starts(struct emitter *e, const char *c_name, const char *name,
                       const char *registered, const char *start)
{
    tmpl_put(&e->out,
             "otp_status $c$_start(otp_pid *pid)\n"
             "{\n"
             "    const struct otp_start how_ = {.name = \"$registered$\"};\n"
             "    return $start$(&$c$_module.module, &how_, NULL, pid);\n"
             "}\n\n"
             "otp_status $c$_start_link(otp_pid *pid)\n"
             "{\n"
             "    const struct otp_start how_ = {.name = \"$registered$\", .link = true};\n"
             "    return $start$(&$c$_module.module, &how_, NULL, pid);\n"
             "}\n\n"
             "otp_status $c$_start_with(const struct otp_start *how, otp_pid *pid)\n"
             "{\n"
             "    return $start$(&$c$_module.module, how, NULL, pid);\n"
             "}\n\n"
             "struct otp_child $c$_child_spec(void)\n"
             "{\n"
             "    const struct otp_child child_ = {.id = \"$name$\", .module = &$c$_module.module, "
             ".name = \"$registered$\", .shutdown = OTP_SHUTDOWN_DEFAULT, "
             ".restart = OTP_PERMANENT};\n"
             "    return child_;\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("c", c_name), TMPL_VAR("registered", registered),
                       TMPL_VAR("name", name), TMPL_VAR("start", start)));
}

static void emit_supervisor(struct emitter *e, const struct plan_supervisor *s)
{
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, "---- ", s->word, " ", s->name, ": ", emit_place(e, s->line), " ----"),
        NULL);
    tmpl_raw(&e->out, "\n");
    if (!s->max_children) {
        emit_settings(e, s, false);
        emit_settings(e, s, true);
        emit_children(e, s);
    }
    if (s->max_children)
        emit_dynamic_table(e, s);
    else if (s->partitions)
        emit_partition_table(e, s);
    else
        emit_supervisor_table(e, s);
    emit_plain_starts(e, s->c_name, s->name, s->registered, TMPL_JOIN(e->arena, s->type, "_start"));
    if (s->starter)
        emit_source_dynamic(e, s);
}

/* ---- The application ---- */

/* One assignment per option that reads the configuration. */
static void emit_assignment(struct emitter *e, const struct plan_supervisor *s,
                            const struct plan_child *c, const struct plan_setting *setting)
{
    const struct plan_field *f = setting->option;
    const struct tmpl_var *vars = EMIT_VARS(
        TMPL_VAR("stem", s->stem), TMPL_VAR("id", c->id), TMPL_VAR("name", f->name),
        TMPL_VAR("value", setting->value->text), TMPL_VAR("place", emit_place(e, setting->line)));
    if (!setting->value->fallback)
        return;
    if (f->many == PLAN_OPTIONAL)
        tmpl_put(&e->out, "    $stem$_configured.$id$_.has_$name$ = true;\n", vars);
    tmpl_put(&e->out, "    $stem$_configured.$id$_.$name$ = $value$; /* $place$ */\n", vars);
}

static void emit_configure(struct emitter *e)
{
    const struct plan *p = e->plan;
    tmpl_raw(&e->out, "/* Options of children that read the configuration. */\n"
                      "static void configure_options(void)\n"
                      "{\n");
    for (size_t i = 0; i < p->n_supervisors; i++) {
        const struct plan_supervisor *s = &p->supervisors[i];
        for (size_t j = 0; !s->starter && j < s->n_children; j++)
            for (size_t k = 0; k < s->children[j].n_settings; k++)
                emit_assignment(e, s, &s->children[j], &s->children[j].settings[k]);
    }
    tmpl_raw(&e->out, "}\n\n");
}

static void emit_life(struct emitter *e, const struct plan_application *a)
{
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("n", tmpl_number(e->arena, a->n_uses)), TMPL_VAR("type", a->type),
                  TMPL_VAR("package", e->plan->package),
                  TMPL_VAR("within", a->stop_within ? a->stop_within : "0"));
    if (a->n_uses > 0)
        tmpl_put(&e->out, "    .uses = application_uses,\n    .n_uses = $n$,\n", vars);
    tmpl_put(&e->out, "    .type = $type$,\n", vars);
    if (a->prep_stop_line > 0)
        tmpl_put(&e->out, "    .prep_stop = $package$_application_prep_stop,\n", vars);
    if (a->stop_line > 0)
        tmpl_put(&e->out, "    .stop = $package$_application_stop,\n", vars);
    if (a->stop_within)
        tmpl_put(&e->out, "    .stop_within = $within$,\n", vars);
}

static void emit_application(struct emitter *e)
{
    const struct plan *p = e->plan;
    const struct plan_application *a = p->application;
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, "---- application ", a->name, ": ", emit_place(e, a->line), " ----"),
        NULL);
    tmpl_raw(&e->out, "\n");
    emit_entries(e);
    if (a->configures)
        emit_configure(e);
    if (a->n_uses > 0) {
        tmpl_raw(&e->out, "static const struct otp_application *const application_uses[] = {");
        for (size_t i = 0; i < a->n_uses; i++)
            tmpl_put(&e->out, "$comma$&$name$",
                     EMIT_VARS(TMPL_VAR("comma", i > 0 ? ", " : ""), TMPL_VAR("name", a->uses[i])));
        tmpl_raw(&e->out, "};\n\n");
    }
    tmpl_put(&e->out,
             "const struct otp_application $package$_application = {\n"
             "    .name = \"$name$\",\n"
             "    .source = \"$place$\",\n"
             "    .root = &$root$,\n"
             "    .root_name = \"$root_name$\",\n",
             EMIT_VARS(TMPL_VAR("package", p->package), TMPL_VAR("name", a->name),
                       TMPL_VAR("place", emit_place(e, a->line)), TMPL_VAR("root", a->root_table),
                       TMPL_VAR("root_name", a->root_name)));
    if (p->n_variables > 0)
        tmpl_put(&e->out,
                 "    .entries = env_entries,\n"
                 "    .n_entries = $n$,\n"
                 "    .env = &env_values,\n",
                 EMIT_VARS(TMPL_VAR("n", tmpl_number(e->arena, p->n_variables))));
    if (a->configures)
        tmpl_raw(&e->out, "    .configure = configure_options,\n");
    emit_life(e, a);
    tmpl_raw(&e->out, "};\n");
}

void emit_source_tree(struct emitter *e)
{
    for (size_t i = 0; i < e->plan->n_supervisors; i++)
        emit_supervisor(e, &e->plan->supervisors[i]);
    if (e->plan->application)
        emit_application(e);
}
