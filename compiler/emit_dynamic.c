/* emit_dynamic.c - dynamic supervisors: their tables, and what starts their children.
 *
 * Idea: a start takes as parameters the options that the child's line leaves open, as a call takes
 * its own; the line's are put in where it is made, so all starts and restarts have them. */
#include <string.h>

#include "emit_parts.h"

static void put_head(struct emitter *e, const struct plan_starter *s, bool all)
{
    size_t count = all ? s->params.count : s->params.required;
    tmpl_put(&e->out, "otp_status $c$_start_child$with$(otp_dest dest_$params$, otp_pid *pid_)",
             EMIT_VARS(TMPL_VAR("c", s->c_name), TMPL_VAR("with", all ? "_with" : ""),
                       TMPL_VAR("params", emit_params(e, &s->params, count))));
}

static bool has_defaults(const struct plan_starter *s)
{
    return s->params.required < s->params.count;
}

void emit_starter_heads(struct emitter *e, const struct plan_starter *s)
{
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, "Starts a child '", s->child, "' of ", s->word,
                           ": statuses as of otp_start_child. pid_ may be NULL."),
                 NULL);
    for (int all = 0; all <= (has_defaults(s) ? 1 : 0); all++) {
        tmpl_raw(&e->out, "OTP_MUST_CHECK ");
        put_head(e, s, all != 0);
        tmpl_raw(&e->out, ";\n");
    }
    tmpl_raw(&e->out, "\n");
}

/* The options, from the parameters and what the line sets. */
static void put_options(struct emitter *e, const struct plan_starter *s, const struct plan_child *c)
{
    struct arena_buf all;
    const char *params = emit_initializer(e, &s->params, NULL, "");
    arena_buf_init(&all, e->arena);
    arena_buf_put(&all, params, strlen(params) - 1); /* without its brace */
    for (size_t i = 0; i < c->n_settings; i++) {
        const char *text = emit_setting(e, c->settings[i].option, c->settings[i].value, false);
        if (*text)
            arena_buf_printf(&all, "%s%s", all.len > 1 ? ", " : "", text);
    }
    bool later = emit_has_optionals(&s->params);
    tmpl_put(&e->out, "    $const$struct $options$ options_ = $all$};\n",
             EMIT_VARS(TMPL_VAR("const", later ? "" : "const "), TMPL_VAR("options", c->options),
                       TMPL_VAR("all", all.data)));
    emit_optionals(e, &s->params, "options_");
}

/* The one that takes all of them. */
static void put_start(struct emitter *e, const struct plan_starter *s, const struct plan_child *c)
{
    put_head(e, s, has_defaults(s));
    tmpl_raw(&e->out, "\n{\n");
    if (c->options)
        put_options(e, s, c);
    tmpl_put(&e->out,
             "    const struct otp_child child_ = $child$; /* $place$ */\n"
             "    return otp_start_child(dest_, &child_, pid_);\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("child", emit_child(e, c, c->options ? "&options_" : NULL)),
                       TMPL_VAR("place", emit_place(e, c->line))));
}

static void put_start_with_defaults(struct emitter *e, const struct plan_starter *s)
{
    put_head(e, s, false);
    tmpl_put(&e->out,
             "\n{\n"
             "    return $c$_start_child_with(dest_$names$$values$, pid_);\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name),
                       TMPL_VAR("names", emit_names(e, &s->params, s->params.required)),
                       TMPL_VAR("values", emit_values(e, &s->params, s->params.required))));
}

void emit_dynamic_table(struct emitter *e, const struct plan_supervisor *s)
{
    tmpl_put(&e->out,
             "const struct otp_dynamic_supervisor $c$_module = {\n"
             "    .module = {\"$registered$\", \"$place$\", 1, NULL, "
             "otp_dynamic_supervisor_start},\n"
             "    .max_restarts = $max_restarts$,\n"
             "    .period = $period$,\n"
             "    .max_children = $max_children$,\n"
             "};\n\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name), TMPL_VAR("registered", s->registered),
                       TMPL_VAR("place", emit_place(e, s->line)),
                       TMPL_VAR("max_restarts", s->max_restarts), TMPL_VAR("period", s->period),
                       TMPL_VAR("max_children", s->max_children)));
}

void emit_source_dynamic(struct emitter *e, const struct plan_supervisor *s)
{
    put_start(e, s->starter, &s->children[0]);
    if (has_defaults(s->starter))
        put_start_with_defaults(e, s->starter);
}
