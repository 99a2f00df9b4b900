/* emit_types.c - PACKAGE.otp.types.h: what both headers share.
 *
 * Idea: here is what everyone may use, in a module or outside: the types, the registered names, and
 * the functions that never wait (casts, infos, answers, defaults). What waits (calls and starts) is
 * in the public header, and in the header of a module only as far as the module declares it. */
#include "emit_parts.h"

#include <otp/version.h>

#define STRINGIFY(x) #x
#define NUMBER(x)    STRINGIFY(x)

/* ---- Types ---- */

static void emit_enum(struct emitter *e, const struct plan_enum *m)
{
    emit_note(e, "enum ", m->name, m->line, m->doc);
    tmpl_put(&e->out, "enum $c$ {\n", EMIT_VARS(TMPL_VAR("c", m->c_name)));
    for (size_t i = 0; i < m->count; i++) {
        const struct plan_enum_value *v = &m->values[i];
        tmpl_comment(&e->out, 4, NULL, v->doc);
        tmpl_put(&e->out, "    $value$$comma$\n",
                 EMIT_VARS(TMPL_VAR("value", v->c_name),
                           TMPL_VAR("comma", i + 1 < m->count ? "," : "")));
    }
    tmpl_raw(&e->out, "};\n\n");
}

static void emit_struct(struct emitter *e, const struct plan_struct *s)
{
    const char *name = s->made ? s->name : TMPL_JOIN(e->arena, "struct ", s->name);
    if (s->made)
        tmpl_comment(&e->out, 0, TMPL_JOIN(e->arena, name, ", as views."), NULL);
    else
        emit_note(e, name, ", as views", s->line, s->doc);
    tmpl_put(&e->out, "struct $c$ {\n", EMIT_VARS(TMPL_VAR("c", s->c_name)));
    emit_members(e, &s->fields, EMIT_VIEW, "    ");
    tmpl_raw(&e->out, "};\n\n");
    if (s->made && !s->kept)
        return;
    tmpl_comment(&e->out, 0, TMPL_JOIN(e->arena, name, ", as an owner."), NULL);
    tmpl_put(&e->out, "struct $c$_owned {\n", EMIT_VARS(TMPL_VAR("c", s->c_name)));
    emit_members(e, &s->fields, EMIT_OWNER, "    ");
    tmpl_raw(&e->out, "};\n\n");
}

static void emit_tag_enum(struct emitter *e, const struct plan_message *m)
{
    tmpl_put(&e->out, "enum $c$_tag {\n", EMIT_VARS(TMPL_VAR("c", m->c_name)));
    for (size_t i = 0; i < m->reply.n_tags; i++) {
        const struct plan_tag *t = &m->reply.tags[i];
        tmpl_comment(&e->out, 4, NULL, t->doc);
        tmpl_put(&e->out, "    $value$$comma$\n",
                 EMIT_VARS(TMPL_VAR("value", t->c_name),
                           TMPL_VAR("comma", i + 1 < m->reply.n_tags ? "," : "")));
    }
    tmpl_raw(&e->out, "};\n\n");
}

void emit_reply_struct(struct emitter *e, const struct plan_message *m)
{
    if (m->kind != PLAN_CALL || m->reply.kind != PLAN_TAGS)
        return;
    emit_note(e, "The reply of ",
              m->name == m->module ? m->name : TMPL_JOIN(e->arena, m->module, ".", m->name),
              m->line, NULL);
    emit_tag_enum(e, m);
    tmpl_put(&e->out,
             "struct $c$_reply {\n"
             "    enum $c$_tag tag;\n",
             EMIT_VARS(TMPL_VAR("c", m->c_name)));
    bool any = false;
    for (size_t i = 0; i < m->reply.n_tags; i++) {
        const struct plan_tag *t = &m->reply.tags[i];
        if (t->fields.count == 0)
            continue;
        tmpl_raw(&e->out, any ? "        struct {\n" : "    union {\n        struct {\n");
        emit_members(e, &t->fields, EMIT_VIEW, "            ");
        tmpl_put(&e->out, "        } $tag$;\n", EMIT_VARS(TMPL_VAR("tag", t->name)));
        any = true;
    }
    tmpl_raw(&e->out, any ? "    } as;\n};\n\n" : "};\n\n");
}

static void emit_module_types(struct emitter *e, const struct plan_module *m)
{
    emit_note(e, TMPL_JOIN(e->arena, "The options of ", m->word, " "), m->name, m->options_line,
              NULL);
    tmpl_put(&e->out, "struct $c$_options {\n", EMIT_VARS(TMPL_VAR("c", m->c_name)));
    emit_members(e, &m->options, EMIT_VIEW, "    ");
    tmpl_raw(&e->out, "};\n\n");
    for (size_t i = 0; i < m->n_messages; i++)
        emit_reply_struct(e, &m->messages[i]);
}

static void emit_env(struct emitter *e)
{
    const struct plan *p = e->plan;
    if (p->env_line == 0)
        return;
    emit_note(e, "The configuration of package ", p->package, p->env_line, NULL);
    tmpl_put(&e->out, "struct $package$_env_values {\n",
             EMIT_VARS(TMPL_VAR("package", p->package)));
    struct plan_fields one = { .count = p->n_variables == 0 ? 0 : 1 };
    for (size_t i = 0; i < p->n_variables; i++) {
        struct plan_field field = p->variables[i].field;
        one.items = &field;
        emit_members(e, &one, EMIT_VIEW, "    ");
    }
    if (one.count == 0)
        emit_members(e, &one, EMIT_VIEW, "    ");
    tmpl_raw(&e->out, "};\n\n");
}

/* ---- Functions ---- */

static void emit_owner_functions(struct emitter *e, const struct plan_struct *s, bool *explained)
{
    if (s->made)
        return;
    if (!*explained)
        tmpl_raw(
            &e->out,
            "/* _set replaces *owned by a copy of *view; OTP_NOMEM: unchanged. Inside a process. "
            "_view is\n"
            " * what owned holds, valid until it changes. */\n");
    *explained = true;
    tmpl_put(&e->out,
             "OTP_MUST_CHECK otp_status $c$_set(struct $c$_owned *owned, const struct $c$ *view);\n"
             "struct $c$ $c$_view(const struct $c$_owned *owned);\n",
             EMIT_VARS(TMPL_VAR("c", s->c_name)));
}

static void emit_answer(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    emit_answer_head(e, m, tag);
    tmpl_raw(&e->out, ";\n");
}

static void emit_client(struct emitter *e, const struct plan_message *m, enum emit_head head)
{
    emit_message_head(e, m, head);
    tmpl_raw(&e->out, ";\n");
}

static void emit_senders(struct emitter *e, const struct plan_message *m)
{
    if (m->kind == PLAN_CONTINUE || m->kind == PLAN_EVENT || (m->kind == PLAN_CALL && !m->later))
        return;
    const char *word = m->kind == PLAN_CAST ? "cast " : m->kind == PLAN_INFO ? "info " : "call ";
    if (m->kind == PLAN_CALL) {
        emit_note(e, word, TMPL_JOIN(e->arena, m->name, ", answered later, from anywhere"), m->line,
                  NULL);
        emit_replies(e, m, emit_answer);
    } else {
        emit_note(e, word, m->name, m->line, m->doc);
        emit_client(e, m, EMIT_CLIENT);
        if (m->params.required < m->params.count)
            emit_client(e, m, EMIT_CLIENT_WITH);
        if (m->kind == PLAN_INFO)
            emit_client(e, m, EMIT_CLIENT_AFTER);
    }
    tmpl_raw(&e->out, "\n");
}

static void emit_via_head(struct emitter *e, const struct plan_module *m)
{
    struct plan_field key = *m->via->key;
    struct plan_fields one = { &key, 1, 1, false, false };
    tmpl_put(&e->out,
             "/* The $name$ of that $key$ now, through its registry: $place$ */\n"
             "otp_dest $c$_via($params$);\n\n",
             EMIT_VARS(TMPL_VAR("name", m->name), TMPL_VAR("key", m->via->key->name),
                       TMPL_VAR("place", emit_place(e, m->via->line)), TMPL_VAR("c", m->c_name),
                       TMPL_VAR("params", emit_params(e, &one, 1) + 2)));
}

static void emit_module_functions(struct emitter *e, const struct plan_module *m)
{
    const char *params = emit_params(e, &m->required, m->required.count);
    emit_note(e, TMPL_JOIN(e->arena, m->word, " "), m->name, m->line, m->doc);
    tmpl_put(
        &e->out,
        "struct $c$_options $c$_options_default($params$);\n"
        "struct otp_child $c$_child_spec(const struct $c$_options *options);\n\n",
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("params", *params ? params + 2 : "void")));
    if (m->via)
        emit_via_head(e, m);
    for (size_t i = 0; i < m->n_messages; i++)
        emit_senders(e, &m->messages[i]);
}

static void emit_names_section(struct emitter *e)
{
    const struct plan *p = e->plan;
    if (p->n_names > 0)
        tmpl_raw(&e->out, "/* Registered names. */\n");
    for (size_t i = 0; i < p->n_names; i++)
        tmpl_put(
            &e->out,
            "extern struct otp_name $c$;\n"
            "#define $macro$ (otp_to_name(&$c$))\n",
            EMIT_VARS(TMPL_VAR("c", p->names[i]->c_name), TMPL_VAR("macro", p->names[i]->macro)));
    if (p->n_names > 0)
        tmpl_raw(&e->out, "\n");
}

static void emit_functions(struct emitter *e)
{
    const struct plan *p = e->plan;
    bool explained = false;
    tmpl_raw(&e->out, "OTP_BEGIN_DECLS\n\n");
    for (size_t i = 0; i < p->n_structs; i++)
        emit_owner_functions(e, p->structs[i], &explained);
    if (explained)
        tmpl_raw(&e->out, "\n");
    if (p->env_line > 0)
        tmpl_put(&e->out,
                 "/* The configuration, once the application has started. */\n"
                 "const struct $package$_env_values *$package$_env(void);\n\n",
                 EMIT_VARS(TMPL_VAR("package", p->package)));
    emit_names_section(e);
    for (size_t i = 0; i < p->n_refs; i++)
        emit_ref_heads(e, p->refs[i]);
    for (size_t i = 0; i < p->n_modules; i++)
        emit_module_functions(e, &p->modules[i]);
    for (size_t i = 0; i < p->n_tasks; i++)
        emit_task_heads(e, &p->tasks[i]);
    for (size_t i = 0; i < p->n_registries; i++)
        emit_registry_heads(e, &p->registries[i]);
    for (size_t i = 0; i < p->n_pubsubs; i++)
        emit_pubsub_heads(e, &p->pubsubs[i]);
    for (size_t i = 0; i < p->n_caches; i++)
        emit_cache_heads(e, &p->caches[i]);
    tmpl_raw(&e->out, "OTP_END_DECLS\n\n");
}

/* ---- The file ---- */

static void emit_top(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_banner(e);
    const char *head =
        TMPL_JOIN(e->arena, "What everyone may use of package ", p->package,
                  ": types, names, casts and infos. The implementation of a module includes ",
                  p->package, "_MODULE_impl.h, everyone else ", p->file, ".h.");
    tmpl_comment(&e->out, 0, head, NULL);
    tmpl_put(&e->out,
             "#ifndef $upper$_OTP_TYPES_H\n"
             "#define $upper$_OTP_TYPES_H\n\n"
             "#include <otp/otp.h>\n\n",
             EMIT_VARS(TMPL_VAR("upper", p->upper)));
    for (size_t i = 0; i < p->n_imports; i++)
        tmpl_put(&e->out, "#include \"$file$.types.h\"\n",
                 EMIT_VARS(TMPL_VAR("file", p->imports[i])));
    for (size_t i = 0; i < p->n_includes; i++)
        tmpl_put(&e->out, "#include \"$file$\"\n", EMIT_VARS(TMPL_VAR("file", p->includes[i])));
    tmpl_put(&e->out,
             "$gap$#if OTP_ABI != $abi$\n"
             "#error \"$file$.types.h was written for libotp ABI $abi$: run otpc again\"\n"
             "#endif\n\n",
             EMIT_VARS(TMPL_VAR("gap", p->n_imports + p->n_includes > 0 ? "\n" : ""),
                       TMPL_VAR("abi", NUMBER(OTP_ABI)), TMPL_VAR("file", p->file)));
}

void emit_types(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_top(e);
    for (size_t i = 0; i < p->n_enums; i++)
        emit_enum(e, &p->enums[i]);
    for (size_t i = 0; i < p->n_refs; i++)
        emit_ref_type(e, p->refs[i]);
    for (size_t i = 0; i < p->n_structs; i++)
        emit_struct(e, p->structs[i]);
    for (size_t i = 0; i < p->n_modules; i++)
        emit_module_types(e, &p->modules[i]);
    for (size_t i = 0; i < p->n_tasks; i++)
        emit_task_types(e, &p->tasks[i]);
    for (size_t i = 0; i < p->n_registries; i++)
        emit_registry_types(e, &p->registries[i]);
    for (size_t i = 0; i < p->n_pubsubs; i++)
        emit_pubsub_types(e, &p->pubsubs[i]);
    emit_env(e);
    emit_functions(e);
    tmpl_raw(&e->out, "#endif\n");
    emit_finish(e, TMPL_JOIN(e->arena, p->file, ".types.h"), EMIT_GENERATED);
}
