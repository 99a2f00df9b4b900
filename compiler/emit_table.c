/* emit_table.c - the functions of a table in a state.
 *
 * Idea: each gives the library's function the types of the spec. A predicate of the user's is
 * called through an adaptor, which gets it and its context by pointer. */
#include "emit_parts.h"

static void emit_adaptor(struct emitter *e, const struct plan_table *t)
{
    tmpl_put(&e->out,
             "struct $stem$_visitor {\n"
             "    bool (*visit)($key$, $value$, void *context);\n"
             "    void *context;\n"
             "};\n\n"
             "static bool $stem$_visit(const void *key_, const void *value_, void *context_)\n"
             "{\n"
             "    const struct $stem$_visitor *v_ = context_;\n"
             "    return v_->visit($k$, $v$, v_->context);\n"
             "}\n",
             EMIT_VARS(TMPL_VAR("stem", t->stem),
                       TMPL_VAR("key", emit_item_param(e, t->key, "key")),
                       TMPL_VAR("value", emit_item_param(e, t->value, "value")),
                       TMPL_VAR("k", emit_item_deref(e, t->key, "key_")),
                       TMPL_VAR("v", emit_item_deref(e, t->value, "value_"))));
}

static const char *const bodies[EMIT_TABLE_VERB_COUNT] = {
    [EMIT_TABLE_PUT] = "    return otp_table_put((struct otp_table *)table, $key$, $value$);\n",
    [EMIT_TABLE_PUT_NEW] =
        "    return otp_table_put_new((struct otp_table *)table, $key$, $value$);\n",
    [EMIT_TABLE_PUT_ALL] = "$keys_make$"
                           "    otp_status status_ = $keys_check$otp_table_put_all("
                           "(struct otp_table *)table, $keys$, values, n);\n"
                           "$keys_end$"
                           "    return status_;\n",
    [EMIT_TABLE_PUT_ALL_NEW] = "$keys_make$"
                               "    otp_status status_ = $keys_check$otp_table_put_all_new("
                               "(struct otp_table *)table, $keys$, values, n);\n"
                               "$keys_end$"
                               "    return status_;\n",
    [EMIT_TABLE_GET] = "    return otp_table_get((const struct otp_table *)table, $key$, value);\n",
    [EMIT_TABLE_TAKE] = "    return otp_table_take((struct otp_table *)table, $key$, value);\n",
    [EMIT_TABLE_HAS] = "    return otp_table_has((const struct otp_table *)table, $key$);\n",
    [EMIT_TABLE_DELETE] = "    return otp_table_delete((struct otp_table *)table, $key$);\n",
    [EMIT_TABLE_DELETE_IF] =
        "    struct $stem$_visitor visitor_ = {predicate, context};\n"
        "    return otp_table_delete_if((struct otp_table *)table, $stem$_visit, &visitor_);\n",
    [EMIT_TABLE_COUNT_IF] =
        "    struct $stem$_visitor visitor_ = {predicate, context};\n"
        "    return otp_table_count_if((const struct otp_table *)table, $stem$_visit, "
        "&visitor_);\n",
    [EMIT_TABLE_SELECT] =
        "    struct $stem$_visitor visitor_ = {predicate, context};\n"
        "    const void *keys_ = NULL;\n"
        "    otp_status status_ = otp_table_select((const struct otp_table *)table, "
        "predicate == NULL ? NULL : $stem$_visit, &visitor_, &keys_, n);\n"
        "    if (status_ == OTP_OK)\n"
        "        *keys = (const $K$ *)keys_;\n"
        "    return status_;\n",
    [EMIT_TABLE_EACH] =
        "    struct $stem$_visitor visitor_ = {visit, context};\n"
        "    otp_table_each((const struct otp_table *)table, $stem$_visit, &visitor_);\n",
    [EMIT_TABLE_CLEAR] = "    otp_table_clear((struct otp_table *)table);\n",
    [EMIT_TABLE_COUNT] = "    return otp_table_count((const struct otp_table *)table);\n",
    [EMIT_TABLE_MEMORY] = "    return otp_table_memory((const struct otp_table *)table);\n",
    [EMIT_TABLE_ADD] =
        "    const struct otp_addition add_ = {by, NULL, NULL, NULL, $signed$};\n"
        "    return otp_table_add((struct otp_table *)table, $key$, &add_, value);\n",
    [EMIT_TABLE_ADD_OR] =
        "    const struct otp_addition add_ = {by, &initial, NULL, NULL, $signed$};\n"
        "    return otp_table_add((struct otp_table *)table, $key$, &add_, value);\n",
    [EMIT_TABLE_ADD_WRAP] =
        "    const struct otp_addition add_ = {by, NULL, &limit, &restart, $signed$};\n"
        "    return otp_table_add((struct otp_table *)table, $key$, &add_, value);\n",
    [EMIT_TABLE_FIRST] = "    return otp_table_first((const struct otp_table *)table, found);\n",
    [EMIT_TABLE_LAST] = "    return otp_table_last((const struct otp_table *)table, found);\n",
    [EMIT_TABLE_NEXT] =
        "    return otp_table_next((const struct otp_table *)table, $key$, found);\n",
    [EMIT_TABLE_PREV] =
        "    return otp_table_prev((const struct otp_table *)table, $key$, found);\n",
    [EMIT_TABLE_RANGE] =
        "    struct $stem$_visitor visitor_ = {visit, context};\n"
        "    otp_table_range((const struct otp_table *)table, from, to, $stem$_visit, "
        "&visitor_);\n",
};

static const char *key_kind(const struct plan_table *t)
{
    if (!t->ordered)
        return t->key->kind == PLAN_TEXT ? "OTP_KEY_TEXT" : "OTP_KEY_PLAIN";
    if (t->key->kind == PLAN_TEXT)
        return "OTP_KEY_TEXT | OTP_KEY_ORDERED";
    return t->signed_keys ? "OTP_KEY_ORDERED | OTP_KEY_SIGNED" : "OTP_KEY_ORDERED";
}

void emit_source_table(struct emitter *e, const struct plan_table *t)
{
    emit_note(e, "table ", TMPL_JOIN(e->arena, t->name, ", a ", t->type), t->line, NULL);
    tmpl_put(&e->out,
             "static const struct otp_table_type $stem$_type = {$kind$, &$key$, &$value$};\n\n",
             EMIT_VARS(TMPL_VAR("stem", t->stem), TMPL_VAR("kind", key_kind(t)),
                       TMPL_VAR("key", t->key->layout), TMPL_VAR("value", t->value->layout)));
    emit_key_maker(e, t->stem, t->key);
    emit_keys_maker(e, t->stem, t->key);
    emit_adaptor(e, t);
    const struct emit_keys keys = emit_keys(e, t->stem, t->key);
    for (int v = 0; v < EMIT_TABLE_VERB_COUNT; v++) {
        if (!emit_table_has(t, (enum emit_table_verb)v))
            continue;
        tmpl_raw(&e->out, "\n");
        emit_table_head(e, t, (enum emit_table_verb)v);
        tmpl_raw(&e->out, "\n{\n");
        tmpl_put(&e->out, bodies[v],
                 EMIT_VARS(TMPL_VAR("stem", t->stem),
                           TMPL_VAR("key", emit_key_address(e, t->stem, t->key)),
                           TMPL_VAR("value", emit_item_address(e, t->value, "value")),
                           TMPL_VAR("K", t->key->view), TMPL_VAR("keys", keys.keys),
                           TMPL_VAR("keys_make", keys.make), TMPL_VAR("keys_check", keys.check),
                           TMPL_VAR("keys_end", keys.end),
                           TMPL_VAR("signed", t->is_signed ? "true" : "false")));
        tmpl_raw(&e->out, "}\n");
    }
    tmpl_raw(&e->out, "\n");
}
