/* emit_ref.c - the functions of a table that is used where it is.
 *
 * Idea: each gives the library's function the types of the spec. What is sent is a struct of its
 * own for each pair of types, so that a C compiler keeps them apart. */
#include "emit_parts.h"

enum { REFS = 1, COUNTS = 2 };

/* In the order in which they are written. */
static const struct emit_typed functions[] = {
    { 0, true, "The value of key. OTP_NOT_FOUND.",
      "otp_status $c$_get(struct $c$ table, $key$, $V$ *value)",
      "    return otp_table_ref_get(table.ref, &$stem$_type, $k$, value);\n" },
    { 0, true, "Whether it is there: OTP_OK or OTP_NOT_FOUND.",
      "otp_status $c$_has(struct $c$ table, $key$)",
      "    return otp_table_ref_has(table.ref, &$stem$_type, $k$);\n" },
    { 0, true, "Puts or replaces. OTP_NOMEM: nothing has changed.",
      "otp_status $c$_put(struct $c$ table, $key$, $value$)",
      "    return otp_table_ref_put(table.ref, &$stem$_type, $k$, $v$);\n" },
    { 0, true, "Puts it if it is not there. OTP_EXISTS: it is.",
      "otp_status $c$_put_new(struct $c$ table, $key$, $value$)",
      "    return otp_table_ref_put_new(table.ref, &$stem$_type, $k$, $v$);\n" },
    { 0, true,
      "Puts n entries at once, or none; of two with one key the later stays. OTP_NOMEM: nothing "
      "has changed.",
      "otp_status $c$_put_all(struct $c$ table, const $K$ *keys, const $V$ *values, size_t n)",
      "$keys_make$"
      "    otp_status status_ = $keys_check$otp_table_ref_put_all(table.ref, &$stem$_type, $keys$, "
      "values, n);\n"
      "$keys_end$"
      "    return status_;\n" },
    { 0, true, "The same, unless one of the keys is there: OTP_EXISTS.",
      "otp_status $c$_put_all_new(struct $c$ table, const $K$ *keys, const $V$ *values, size_t n)",
      "$keys_make$"
      "    otp_status status_ = $keys_check$otp_table_ref_put_all_new(table.ref, &$stem$_type, "
      "$keys$, values, n);\n"
      "$keys_end$"
      "    return status_;\n" },
    { 0, true, "Gets it and deletes the key. OTP_NOT_FOUND.",
      "otp_status $c$_take(struct $c$ table, $key$, $V$ *value)",
      "    return otp_table_ref_take(table.ref, &$stem$_type, $k$, value);\n" },
    { 0, false, "OTP_NOT_FOUND: it was not there.",
      "otp_status $c$_delete(struct $c$ table, $key$)",
      "    return otp_table_ref_delete(table.ref, &$stem$_type, $k$);\n" },
    { COUNTS, true, "Adds to a number. OTP_NOT_FOUND; OTP_OUT_OF_RANGE: it would not fit.",
      "otp_status $c$_add(struct $c$ table, $key$, int64_t by, $V$ *value)",
      "    const struct otp_addition add_ = {by, NULL, NULL, NULL, $signed$};\n"
      "    return otp_table_ref_add(table.ref, &$stem$_type, $k$, &add_, value);\n" },
    { COUNTS, true, "The same; a missing key has initial before.",
      "otp_status $c$_add_or(struct $c$ table, $key$, int64_t by, $V$ initial, $V$ *value)",
      "    const struct otp_addition add_ = {by, &initial, NULL, NULL, $signed$};\n"
      "    return otp_table_ref_add(table.ref, &$stem$_type, $k$, &add_, value);\n" },
    { COUNTS, true, "The same; what gets beyond limit becomes restart.",
      "otp_status $c$_add_wrap(struct $c$ table, $key$, int64_t by, $V$ limit, $V$ restart, $V$ "
      "*value)",
      "    const struct otp_addition add_ = {by, NULL, &limit, &restart, $signed$};\n"
      "    return otp_table_ref_add(table.ref, &$stem$_type, $k$, &add_, value);\n" },
    { 0, true, "*view stays until it is released. OTP_NOT_FOUND.",
      "otp_status $c$_borrow(struct $c$ table, $key$, const $V$ **view)",
      "    const void *view_ = NULL;\n"
      "    otp_status status_ = otp_table_ref_borrow(table.ref, &$stem$_type, $k$, &view_);\n"
      "    if (status_ == OTP_OK)\n"
      "        *view = (const $V$ *)view_;\n"
      "    return status_;\n" },
    { 0, false, NULL, "void $c$_release(const $V$ *view)", "    otp_table_ref_release(view);\n" },
    { 0, true, "Shows each entry, until visit is false. Others may write meanwhile, visit too.",
      "otp_status $c$_each(struct $c$ table, $visit$, void *context)",
      "    struct $stem$_visitor visitor_ = {visit, context};\n"
      "    return otp_table_ref_each(table.ref, &$stem$_type, $stem$_visit, &visitor_);\n" },
    { 0, true, "How many visit accepts.",
      "otp_status $c$_count_if(struct $c$ table, $visit$, void *context, size_t *n)",
      "    struct $stem$_visitor visitor_ = {visit, context};\n"
      "    return otp_table_ref_count_if(table.ref, &$stem$_type, $stem$_visit, &visitor_, n);\n" },
    { 0, true, "Deletes what visit accepts; *n: how many.",
      "otp_status $c$_delete_if(struct $c$ table, $visit$, void *context, size_t *n)",
      "    struct $stem$_visitor visitor_ = {visit, context};\n"
      "    return otp_table_ref_delete_if(table.ref, &$stem$_type, $stem$_visit, &visitor_, "
      "n);\n" },
    { 0, true,
      "*keys gets copies of the keys of the n entries that visit accepts; NULL: of all. In a "
      "process they stay until the handler returns, a foreign thread gives them back.",
      "otp_status $c$_select(struct $c$ table, $visit$, void *context, const $K$ **keys, "
      "size_t *n)",
      "    struct $stem$_visitor visitor_ = {visit, context};\n"
      "    const void *keys_ = NULL;\n"
      "    otp_status status_ = otp_table_ref_select(table.ref, &$stem$_type, "
      "visit == NULL ? NULL : $stem$_visit, &visitor_, &keys_, n);\n"
      "    if (status_ == OTP_OK)\n"
      "        *keys = (const $K$ *)keys_;\n"
      "    return status_;\n" },
    { 0, false, NULL, "void $c$_free_keys(const $K$ *keys)",
      "    otp_table_ref_free_keys(keys);\n" },
    { 0, true, "Deletes all.", "otp_status $c$_clear(struct $c$ table)",
      "    return otp_table_ref_clear(table.ref, &$stem$_type);\n" },
    { 0, true, "How many entries there are, how many bytes they take, whose the table is.",
      "otp_status $c$_count(struct $c$ table, size_t *n)",
      "    return otp_table_ref_count(table.ref, &$stem$_type, n);\n" },
    { 0, true, NULL, "otp_status $c$_memory(struct $c$ table, size_t *bytes)",
      "    return otp_table_ref_memory(table.ref, &$stem$_type, bytes);\n" },
    { 0, true, NULL, "otp_status $c$_owner(struct $c$ table, otp_pid *owner)",
      "    return otp_table_ref_owner(table.ref, owner);\n" },
    { REFS, false, "What a foreign thread has got it gives back; nothing to do in a process.",
      "void $c$_free_value(const $V$ *value)",
      "    otp_table_ref_free_value(&$value_layout$, value);\n" },
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

static unsigned what_it_is(const struct plan_ref *r)
{
    return (r->value->refs ? REFS : 0) | (r->counts ? COUNTS : 0);
}

/* Renders text with what the texts above say between dollars. */
static void put(struct emitter *e, const void *ref, const char *text)
{
    const struct plan_ref *r = ref;
    const char *key = emit_item_param(e, r->key, "key");
    const char *value = emit_item_param(e, r->value, "value");
    const struct emit_keys keys = emit_keys(e, r->stem, r->key);
    tmpl_put(
        &e->out, text,
        EMIT_VARS(
            TMPL_VAR("c", r->c_name), TMPL_VAR("stem", r->stem), TMPL_VAR("name", r->name),
            TMPL_VAR("key", key), TMPL_VAR("value", value),
            TMPL_VAR("k", emit_key_address(e, r->stem, r->key)),
            TMPL_VAR("v", emit_item_address(e, r->value, "value")), TMPL_VAR("V", r->value->view),
            TMPL_VAR("K", r->key->view), TMPL_VAR("keys", keys.keys),
            TMPL_VAR("keys_make", keys.make), TMPL_VAR("keys_check", keys.check),
            TMPL_VAR("keys_end", keys.end), TMPL_VAR("own_key", emit_item_deref(e, r->key, "key_")),
            TMPL_VAR("own_value", emit_item_deref(e, r->value, "value_")),
            TMPL_VAR("kind", r->key->kind == PLAN_TEXT ? "OTP_KEY_TEXT" : "OTP_KEY_PLAIN"),
            TMPL_VAR("key_layout", r->key->layout), TMPL_VAR("value_layout", r->value->layout),
            TMPL_VAR("signed", r->is_signed ? "true" : "false"),
            TMPL_VAR("visit",
                     TMPL_JOIN(e->arena, "bool (*visit)(", key, ", ", value, ", void *context)"))));
}

void emit_ref_type(struct emitter *e, const struct plan_ref *r)
{
    tmpl_comment(
        &e->out, 0,
        TMPL_JOIN(e->arena, r->name, ": of a table that is used where it is. All zero: of none."),
        NULL);
    put(e, r,
        "struct $c$ {\n"
        "    otp_table_ref ref;\n"
        "};\n\n");
}

void emit_ref_heads(struct emitter *e, const struct plan_ref *r)
{
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, r->name,
                           ": see otp_table_ref(3). From any thread, without a message. "
                           "OTP_NOPROC: the table has gone; OTP_NOT_OWNER: only its process may "
                           "change it."),
                 NULL);
    emit_typed_heads(e, functions, N_FUNCTIONS, what_it_is(r), put, r);
    tmpl_raw(&e->out, "\n");
}

void emit_source_ref(struct emitter *e, const struct plan_ref *r)
{
    put(e, r,
        "/* ---- $name$ ---- */\n\n"
        "static const struct otp_table_type $stem$_type = {$kind$, &$key_layout$, "
        "&$value_layout$};\n\n");
    emit_key_maker(e, r->stem, r->key);
    emit_keys_maker(e, r->stem, r->key);
    put(e, r,
        "struct $stem$_visitor {\n"
        "    $visit$;\n"
        "    void *context;\n"
        "};\n\n"
        "static bool $stem$_visit(const void *key_, const void *value_, void *context_)\n"
        "{\n"
        "    const struct $stem$_visitor *v_ = context_;\n"
        "    return v_->visit($own_key$, $own_value$, v_->context);\n"
        "}\n\n");
    emit_typed_bodies(e, functions, N_FUNCTIONS, what_it_is(r), put, r);
}
