/* emit_registry.c - the functions of a registry.
 *
 * Idea: each gives the library's function the types of the spec. One table says for which
 * registries there is one, what its prototype and what its body is. What the user passes to be
 * called goes through an adaptor, which gets it and its context by pointer. */
#include "emit_parts.h"

enum { UNIQUE = 1, DUPLICATE = 2, VALUE = 4, VALUE_REFS = 8, META = 16, META_REFS = 32 };

#define GIVES(call)                                                                                \
    "    struct otp_registry_entries all_;\n"                                                      \
    "    const otp_status status_ = " call ";\n"                                                   \
    "    return $stem$_gives(status_, &all_, entries);\n"

/* In the order in which they are written. */
static const struct emit_typed functions[] = {
    { UNIQUE, true,
      "Gives key to the calling process. OTP_ALREADY_STARTED: *holder has it (NULL: who cares).",
      "otp_status $c$_register(otp_dest registry, $key$$value$, otp_pid *holder)",
      "    return otp_registry_register(registry, &$c$_module, $k$, $v$, holder);\n" },
    { DUPLICATE, true, "Makes an entry of the calling process.",
      "otp_status $c$_register(otp_dest registry, $key$$value$)",
      "    return otp_registry_register(registry, &$c$_module, $k$, $v$, NULL);\n" },
    { 0, false, "Takes its entries of key away; OTP_OK also if there are none.",
      "otp_status $c$_unregister(otp_dest registry, $key$)",
      "    return otp_registry_unregister(registry, &$c$_module, $k$);\n" },
    { 0, false, "The same for those that accept wants (NULL: all); *n (may be NULL): how many.",
      "otp_status $c$_unregister_match(otp_dest registry, $key$, $accept$, void *context, "
      "size_t *n)",
      "    struct $stem$_acceptor acceptor_ = {accept, context};\n"
      "    return otp_registry_unregister_match(registry, &$c$_module, $k$, $stem$_accepts, "
      "&acceptor_, n);\n" },
    { UNIQUE | VALUE, true,
      "Replaces the value that the calling process has under key. OTP_NOT_FOUND: it has not.",
      "otp_status $c$_update_value(otp_dest registry, $key$$value$)",
      "    return otp_registry_update_value(registry, &$c$_module, $k$, $v$);\n" },
    { UNIQUE, true, "Who has key. OTP_NOT_FOUND: nobody.",
      "otp_status $c$_lookup(otp_dest registry, $key$, otp_pid *pid$out$)",
      "    return otp_registry_lookup(registry, &$c$_module, $k$, pid, $o$);\n" },
    { UNIQUE, false, "The same; no pid if nobody.", "otp_pid $c$_whereis(otp_dest registry, $key$)",
      "    return otp_registry_whereis_name(registry, &$c$_module, $k$);\n" },
    { DUPLICATE, true, "All entries of key.",
      "otp_status $c$_lookup(otp_dest registry, $key$, struct $c$_entries *entries)",
      GIVES("otp_registry_lookup_all(registry, &$c$_module, $k$, &all_)") },
    { 0, true, "The entries of one process.",
      "otp_status $c$_keys(otp_dest registry, otp_pid pid, struct $c$_entries *entries)",
      GIVES("otp_registry_entries_of(registry, &$c$_module, pid, NULL, &all_)") },
    { 0, true, "Those of them that have key.",
      "otp_status $c$_values(otp_dest registry, $key$, otp_pid pid, struct $c$_entries *entries)",
      GIVES("otp_registry_entries_of(registry, &$c$_module, pid, $k$, &all_)") },
    { 0, true, "The entries of key that accept wants (NULL: all).",
      "otp_status $c$_match(otp_dest registry, $key$, $accept$, void *context, "
      "struct $c$_entries *entries)",
      "    struct $stem$_acceptor acceptor_ = {accept, context};\n" GIVES(
          "otp_registry_select(registry, &$c$_module, $k$, $stem$_accepts, &acceptor_, &all_)") },
    { 0, true, "The entries of all keys that accept wants (NULL: all).",
      "otp_status $c$_select(otp_dest registry, $accept$, void *context, "
      "struct $c$_entries *entries)",
      "    struct $stem$_acceptor acceptor_ = {accept, context};\n" GIVES(
          "otp_registry_select(registry, &$c$_module, NULL, $stem$_accepts, &acceptor_, &all_)") },
    { 0, true, "Calls run once with all entries of key, in the caller; not if there are none.",
      "otp_status $c$_dispatch(otp_dest registry, $key$, void (*run)(const struct $c$_entries "
      "*entries, void *context), void *context)",
      "    struct $stem$_runner runner_ = {run, context};\n"
      "    return otp_registry_dispatch(registry, &$c$_module, $k$, $stem$_runs, &runner_);\n" },
    { 0, true, "How many entries there are.", "otp_status $c$_count(otp_dest registry, size_t *n)",
      "    return otp_registry_count(registry, &$c$_module, n);\n" },
    { META, true, "What is kept about the registry itself. OTP_NOT_FOUND: nothing.",
      "otp_status $c$_meta(otp_dest registry, $M$ *meta)",
      "    return otp_registry_meta(registry, &$c$_module, meta);\n" },
    { META, true, "Replaces it.", "otp_status $c$_put_meta(otp_dest registry, $meta$)",
      "    return otp_registry_put_meta(registry, &$c$_module, $m$);\n" },
    { META, false, "Takes it away.", "otp_status $c$_delete_meta(otp_dest registry)",
      "    return otp_registry_delete_meta(registry, &$c$_module);\n" },
    { 0, false, "What a foreign thread has got it gives back; nothing to do in a process.",
      "void $c$_free_entries(struct $c$_entries *entries)",
      "    struct otp_registry_entries all_ = {(void *)entries->items, entries->count};\n"
      "    otp_registry_free_entries(&all_);\n"
      "    entries->items = NULL;\n"
      "    entries->count = 0;\n" },
    { UNIQUE | VALUE_REFS, false, NULL, "void $c$_free_value(const $V$ *value)",
      "    otp_registry_free_value(&$value_layout$, value);\n" },
    { META_REFS, false, NULL, "void $c$_free_meta(const $M$ *meta)",
      "    otp_registry_free_value(&$meta_layout$, meta);\n" },
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

static unsigned what_it_is(const struct plan_registry *r)
{
    return (r->unique ? UNIQUE : DUPLICATE) | (r->value ? VALUE : 0) |
           (r->value && r->value->refs ? VALUE_REFS : 0) | (r->meta ? META : 0) |
           (r->meta && r->meta->refs ? META_REFS : 0);
}

/* Renders text with what the texts above say between dollars. */
static void put(struct emitter *e, const void *registry, const char *text)
{
    const struct plan_registry *r = registry;
    const struct plan_item *v = r->value, *m = r->meta;
    const char *param = v ? emit_item_param(e, v, "value") : "";
    tmpl_put(&e->out, text,
             EMIT_VARS(TMPL_VAR("c", r->c_name), TMPL_VAR("stem", r->stem),
                       TMPL_VAR("key", emit_item_param(e, r->key, "key")),
                       TMPL_VAR("k", emit_key_address(e, r->stem, r->key)),
                       TMPL_VAR("value", v ? TMPL_JOIN(e->arena, ", ", param) : ""),
                       TMPL_VAR("v", v ? emit_item_address(e, v, "value") : "NULL"),
                       TMPL_VAR("out", v ? TMPL_JOIN(e->arena, ", ", v->view, " *value") : ""),
                       TMPL_VAR("o", v ? "value" : "NULL"), TMPL_VAR("V", v ? v->view : ""),
                       TMPL_VAR("value_layout", v ? v->layout : ""),
                       TMPL_VAR("meta", m ? emit_item_param(e, m, "meta") : ""),
                       TMPL_VAR("m", m ? emit_item_address(e, m, "meta") : ""),
                       TMPL_VAR("M", m ? m->view : ""), TMPL_VAR("meta_layout", m ? m->layout : ""),
                       TMPL_VAR("accept", TMPL_JOIN(e->arena, "bool (*accept)(const struct ",
                                                    r->c_name, "_entry *entry, void *context)"))));
}

/* ---- The types header ---- */

void emit_registry_types(struct emitter *e, const struct plan_registry *r)
{
    emit_note(e, "An entry of registry ", r->name, r->line, NULL);
    tmpl_put(&e->out,
             "struct $c$_entry {\n"
             "    $K$ key;\n"
             "    otp_pid pid;\n",
             EMIT_VARS(TMPL_VAR("c", r->c_name), TMPL_VAR("K", r->key->view)));
    if (r->value)
        tmpl_put(&e->out, "    $V$ value;\n", EMIT_VARS(TMPL_VAR("V", r->value->view)));
    tmpl_put(&e->out,
             "};\n\n"
             "/* Some of them, in no order. */\n"
             "struct $c$_entries {\n"
             "    const struct $c$_entry *items;\n"
             "    size_t count;\n"
             "};\n\n",
             EMIT_VARS(TMPL_VAR("c", r->c_name)));
}

void emit_registry_heads(struct emitter *e, const struct plan_registry *r)
{
    emit_note(e, "registry ", r->name, r->line, r->doc);
    tmpl_raw(&e->out, "/* See otp_registry(3). None of these waits; results lie in scratch memory, "
                      "in a foreign\n"
                      " * thread until they are given back. */\n");
    emit_typed_heads(e, functions, N_FUNCTIONS, what_it_is(r), put, r);
    tmpl_raw(&e->out, "\n");
}

/* ---- The wiring ---- */

static void emit_adaptors(struct emitter *e, const struct plan_registry *r)
{
    put(e, r,
        "struct $stem$_acceptor {\n"
        "    $accept$;\n"
        "    void *context;\n"
        "};\n\n"
        "static bool $stem$_accepts(const void *entry_, void *context_)\n"
        "{\n"
        "    const struct $stem$_acceptor *a_ = context_;\n"
        "    return a_->accept == NULL || a_->accept(entry_, a_->context);\n"
        "}\n\n"
        "struct $stem$_runner {\n"
        "    void (*run)(const struct $c$_entries *entries, void *context);\n"
        "    void *context;\n"
        "};\n\n"
        "static void $stem$_runs(const struct otp_registry_entries *all_, void *context_)\n"
        "{\n"
        "    const struct $stem$_runner *r_ = context_;\n"
        "    const struct $c$_entries entries_ = {all_->items, all_->count};\n"
        "    r_->run(&entries_, r_->context);\n"
        "}\n\n"
        "static otp_status $stem$_gives(otp_status status_, const struct otp_registry_entries "
        "*all_, struct $c$_entries *entries_)\n"
        "{\n"
        "    if (status_ == OTP_OK) {\n"
        "        entries_->items = all_->items;\n"
        "        entries_->count = all_->count;\n"
        "    }\n"
        "    return status_;\n"
        "}\n\n");
}

static void emit_listener(struct emitter *e, const struct plan_registry *r)
{
    if (!r->listener)
        return;
    tmpl_put(
        &e->out,
        "static void $stem$_tells(const void *key_, otp_pid pid_, const void *value_)\n"
        "{\n"
        "$ignored$"
        "    (void)$listener$_registered($name$, $key$, pid_$value$);\n"
        "}\n\n"
        "static void $stem$_untells(const void *key_, otp_pid pid_)\n"
        "{\n"
        "    (void)$listener$_unregistered($name$, $key$, pid_);\n"
        "}\n\n",
        EMIT_VARS(TMPL_VAR("stem", r->stem), TMPL_VAR("listener", r->listener),
                  TMPL_VAR("name", r->listener_name),
                  TMPL_VAR("key", emit_item_deref(e, r->key, "key_")),
                  TMPL_VAR("ignored", r->value ? "" : "    (void)value_;\n"),
                  TMPL_VAR("value", r->value ? TMPL_JOIN(e->arena, ", ",
                                                         emit_item_deref(e, r->value, "value_"))
                                             : "")));
}

static void emit_table(struct emitter *e, const struct plan_registry *r)
{
    tmpl_put(
        &e->out,
        "const struct otp_registry $c$_module = {\n"
        "    .module = {\"$registered$\", \"$place$\", 0, NULL, otp_registry_start},\n"
        "    .keys = $keys$,\n"
        "    .key_kind = $kind$,\n"
        "    .key = &$key$,\n",
        EMIT_VARS(TMPL_VAR("c", r->c_name), TMPL_VAR("registered", r->registered),
                  TMPL_VAR("place", emit_place(e, r->line)),
                  TMPL_VAR("keys", r->unique ? "OTP_UNIQUE" : "OTP_DUPLICATE"),
                  TMPL_VAR("kind", r->key->kind == PLAN_TEXT ? "OTP_KEY_TEXT" : "OTP_KEY_PLAIN"),
                  TMPL_VAR("key", r->key->layout)));
    if (r->value)
        tmpl_put(&e->out, "    .value = &$layout$,\n",
                 EMIT_VARS(TMPL_VAR("layout", r->value->layout)));
    if (r->meta)
        tmpl_put(&e->out, "    .meta = &$layout$,\n",
                 EMIT_VARS(TMPL_VAR("layout", r->meta->layout)));
    tmpl_put(&e->out,
             "    .entry_size = sizeof(struct $c$_entry),\n"
             "    .pid_offset = offsetof(struct $c$_entry, pid),\n",
             EMIT_VARS(TMPL_VAR("c", r->c_name)));
    if (r->value)
        tmpl_put(&e->out, "    .value_offset = offsetof(struct $c$_entry, value),\n",
                 EMIT_VARS(TMPL_VAR("c", r->c_name)));
    if (r->listener)
        tmpl_put(&e->out,
                 "    .registered = $stem$_tells,\n"
                 "    .unregistered = $stem$_untells,\n",
                 EMIT_VARS(TMPL_VAR("stem", r->stem)));
    tmpl_raw(&e->out, "};\n\n");
}

void emit_source_registry(struct emitter *e, const struct plan_registry *r)
{
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, "---- registry ", r->name, ": ", emit_place(e, r->line), " ----"),
        NULL);
    tmpl_raw(&e->out, "\n");
    emit_listener(e, r);
    emit_table(e, r);
    emit_key_maker(e, r->stem, r->key);
    emit_adaptors(e, r);
    emit_typed_bodies(e, functions, N_FUNCTIONS, what_it_is(r), put, r);
    emit_plain_starts(e, r->c_name, r->name, r->registered, "otp_registry_start");
}
