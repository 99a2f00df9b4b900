/* emit_key.c - keys of tables, registries and caches that are structs.
 *
 * Idea: the library compares keys by their bytes, and what lies between the fields of a struct is
 * anybody's guess. So each key is made anew before it is used: all zero, then one field after the
 * other, copied as bytes, which leaves alone what is beside it. */
#include "emit_parts.h"

static void put_fields(struct emitter *e, const struct plan_struct *s, const char *path)
{
    for (size_t i = 0; i < s->fields.count; i++) {
        const struct plan_field *f = &s->fields.items[i];
        const char *at = TMPL_JOIN(e->arena, path, f->name);
        if (f->item->kind == PLAN_STRUCT)
            put_fields(e, f->item->record, TMPL_JOIN(e->arena, at, "."));
        else
            tmpl_put(&e->out, "    memcpy(&to_->$at$, &from_->$at$, sizeof to_->$at$);\n",
                     EMIT_VARS(TMPL_VAR("at", at)));
    }
}

void emit_key_maker(struct emitter *e, const char *stem, const struct plan_item *key)
{
    if (key->kind != PLAN_STRUCT)
        return;
    tmpl_put(
        &e->out,
        "/* The same key, with nothing between its fields: keys are compared by their bytes. */\n"
        "static const $V$ *$stem$_key($V$ *to_, const $V$ *from_)\n"
        "{\n"
        "    memset(to_, 0, sizeof *to_);\n",
        EMIT_VARS(TMPL_VAR("V", key->view), TMPL_VAR("stem", stem)));
    put_fields(e, key->record, "");
    tmpl_raw(&e->out, "    return to_;\n"
                      "}\n\n");
}

void emit_keys_maker(struct emitter *e, const char *stem, const struct plan_item *key)
{
    if (key->kind != PLAN_STRUCT)
        return;
    tmpl_put(&e->out,
             "/* The same n keys, for otp_free; NULL: no memory. */\n"
             "static $V$ *$stem$_keys(const $V$ *from_, size_t n_)\n"
             "{\n"
             "    $V$ *to_ = n_ < SIZE_MAX / sizeof *to_ ? otp_alloc((n_ + 1) * sizeof *to_) : "
             "NULL;\n"
             "    for (size_t i_ = 0; to_ != NULL && i_ < n_; i_++)\n"
             "        (void)$stem$_key(&to_[i_], &from_[i_]);\n"
             "    return to_;\n"
             "}\n\n",
             EMIT_VARS(TMPL_VAR("V", key->view), TMPL_VAR("stem", stem)));
}

const char *emit_key_address(struct emitter *e, const char *stem, const struct plan_item *key)
{
    return key->kind == PLAN_STRUCT ? TMPL_JOIN(e->arena, stem, "_key(&(", key->view, "){0}, key)")
                                    : "&key";
}

struct emit_keys emit_keys(struct emitter *e, const char *stem, const struct plan_item *key)
{
    if (key->kind != PLAN_STRUCT)
        return (struct emit_keys){ "", "", "keys", "" };
    return (struct emit_keys){
        .make = TMPL_JOIN(e->arena, "    ", key->view, " *keys_ = ", stem, "_keys(keys, n);\n"),
        .check = "keys_ == NULL ? OTP_NOMEM : ",
        .keys = "keys_",
        .end = "    otp_free(keys_);\n",
    };
}
