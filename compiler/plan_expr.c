/* plan_expr.c - what an agent's operations compute, as C.
 *
 * Idea: checking has given every expression its type. What is read stands in the state, s_, where
 * structs and texts are owners, or in the arguments, a_, where they are views. Arithmetic on whole
 * numbers goes through otp/checked.h: in 64 bits, then into the type. A struct or a list is handed
 * on by its address, an optional value is put together. Where all results are plain values the
 * operation becomes a function of its own, which says by its result what went wrong. */
#include <string.h>

#include "plan_build.h"

#include "tmpl.h"

#define JOIN(...) TMPL_JOIN(b->arena, __VA_ARGS__)

static const char *text_of(struct plan_builder *b, const struct expr *e);

/* ---- Places ---- */

static bool is_name(const struct expr *e)
{
    return e->kind == EXPR_NAME || (e->kind == EXPR_DOT && e->bind.kind == BIND_FIELD);
}

/* Does it stand in the state, where values are owned? */
static bool is_owned(const struct expr *e)
{
    while (e->kind == EXPR_DOT)
        e = e->dot.base;
    return e->bind.kind == BIND_STATE;
}

/* "s_->value", "a_->by", "s_->value.count"; with word before the last name: "a_->has_by". */
static const char *place(struct plan_builder *b, const struct expr *e, const char *word)
{
    if (e->kind == EXPR_DOT)
        return JOIN(place(b, e->dot.base, ""), ".", word, e->dot.member.name->text);
    if (e->bind.kind == BIND_STATE)
        return JOIN("s_->", word, "value");
    return JOIN("a_->", word, e->bind.field->name.name->text);
}

/* What a place holds of type t, which is no option and no list, as a view. */
static const char *read_place(struct plan_builder *b, const struct expr *e, const struct type *t)
{
    const char *at = place(b, e, "");
    if (!is_owned(e))
        return at;
    if (t->kind == TYPE_STRING)
        return JOIN("otp_string_view(&", at, ")");
    if (t->kind == TYPE_BYTES)
        return JOIN("otp_blob_view(&", at, ")");
    if (t->kind == TYPE_NAMED && t->named.decl->kind == DECL_STRUCT)
        return JOIN(plan_c_name(b, t->named.decl), "_view(&", at, ")");
    return at;
}

/* ---- Operators ---- */

static const char *const verbs[] = {
    [OP_ADD] = "add", [OP_SUB] = "sub", [OP_MUL] = "mul", [OP_DIV] = "div", [OP_MOD] = "mod",
};

/* A checked operation on whole numbers or times of type t. */
static const char *checked(struct plan_builder *b, enum expr_op op, const struct type *t,
                           const char *left, const char *right)
{
    bool is_u64 = t->kind == TYPE_U64;
    const char *prefix = b->computes ? "otp_try_" : "otp_", *end = b->computes ? ", &fault_)" : ")";
    const char *wide = JOIN(prefix, verbs[op], is_u64 ? "_u64(" : "_i64(", left, ", ", right, end);
    if (is_u64 || t->kind == TYPE_I64 || t->kind == TYPE_DURATION || t->kind == TYPE_INSTANT)
        return wide;
    return JOIN(prefix, "to_", ast_type_text(b->arena, t), "(", wide, end);
}

static const char *unary_text(struct plan_builder *b, const struct expr *e)
{
    const struct expr *left = e->op.left;
    if (e->op.op == OP_NOT)
        return JOIN("!", text_of(b, left));
    if (left->kind == EXPR_INT || left->kind == EXPR_FLOAT || left->kind == EXPR_DURATION)
        return plan_value_of(b, e, e->type, b->file)->text;
    if (e->type->kind == TYPE_F64)
        return JOIN("-", text_of(b, left));
    return checked(b, OP_SUB, e->type, "0", text_of(b, left));
}

/* A comparison with none, or of texts or pids, is no operator of C. */
static const char *equality_text(struct plan_builder *b, const struct expr *e)
{
    const struct expr *left = e->op.left, *right = e->op.right;
    const char *no = e->op.op == OP_NE ? "!" : "", *yes = e->op.op == OP_NE ? "" : "!";
    if (left->kind == EXPR_NONE || right->kind == EXPR_NONE) {
        const struct expr *asked = left->kind == EXPR_NONE ? right : left;
        return asked->kind == EXPR_NONE ? "true" : JOIN(yes, place(b, asked, "has_"));
    }
    const char *equal = NULL;
    if (left->type->kind == TYPE_STRING)
        equal = "otp_str_equal(";
    else if (left->type->kind == TYPE_BYTES)
        equal = "otp_bytes_equal(";
    else if (left->type->kind == TYPE_PID ||
             (left->type->kind == TYPE_NAMED && left->type->named.decl->kind != DECL_ENUM))
        equal = "otp_pid_equal(";
    return equal ? JOIN(no, equal, text_of(b, left), ", ", text_of(b, right), ")") : NULL;
}

static const char *binary_text(struct plan_builder *b, const struct expr *e)
{
    enum expr_op op = e->op.op;
    const char *special = op == OP_EQ || op == OP_NE ? equality_text(b, e) : NULL;
    if (special)
        return special;
    const char *left = text_of(b, e->op.left), *right = text_of(b, e->op.right);
    if (op <= OP_MOD && e->type->kind != TYPE_F64)
        return checked(b, op, e->type, left, right);
    return JOIN("(", left, " ", ast_op_text(op), " ", right, ")");
}

static const char *text_of(struct plan_builder *b, const struct expr *e)
{
    const struct plan_value *v;
    switch (e->kind) {
    case EXPR_UNARY: return unary_text(b, e);
    case EXPR_BINARY: return binary_text(b, e);
    case EXPR_NAME:
    case EXPR_DOT:
        if (is_name(e))
            return read_place(b, e, e->type);
        return plan_value_of(b, e, e->type, b->file)->text;
    case EXPR_STRING:
        v = plan_value_of(b, e, e->type, b->file);
        return v->kind == PLAN_BLOB
                   ? JOIN("(otp_bytes){(const uint8_t *)", v->text, ", ",
                          tmpl_number(b->arena, v->size), "}")
                   : JOIN("(otp_str){", v->text, ", ", tmpl_number(b->arena, v->size), "}");
    case EXPR_POISON:
    case EXPR_NONE:
    case EXPR_INT:
    case EXPR_FLOAT:
    case EXPR_DURATION:
    case EXPR_BOOL: break;
    }
    return plan_value_of(b, e, e->type, b->file)->text;
}

/* ---- Results ---- */

/* The members behind has_value of an optional value whose type, without its '?', is t. */
static const char *members(struct plan_builder *b, const struct expr *e, const struct type *t)
{
    if (t->kind != TYPE_LIST)
        return is_name(e) ? read_place(b, e, t) : text_of(b, e);
    const struct plan_item *item = plan_field_of(b, "", t, b->file).item;
    const char *at = place(b, e, "");
    return JOIN("(const ", item->view, " *)", at, ", ", at, "_count");
}

static const char *optional_text(struct plan_builder *b, const struct expr *e,
                                 const struct type *want)
{
    if (e->kind == EXPR_NONE)
        return "{0}";
    const char *has = e->type->kind == TYPE_OPTIONAL ? place(b, e, "has_") : "true";
    return JOIN("{", has, ", ", members(b, e, want->elem), "}");
}

static struct plan_result result_of(struct plan_builder *b, const struct expr *e,
                                    const struct type *want)
{
    const struct plan_item *item = plan_whole_item(b, want, b->file);
    struct plan_result r = { .item = item, .plain = item->kind == PLAN_SCALAR };
    bool whole_state = e->kind == EXPR_NAME && e->bind.kind == BIND_STATE;
    if (item->kind != PLAN_STRUCT)
        r.text = text_of(b, e);
    else if (whole_state && e->type->kind == want->kind)
        r.address = "s_";
    else if (want->kind == TYPE_OPTIONAL)
        r.text = optional_text(b, e, want);
    else
        r.address = JOIN("&", place(b, e, ""));
    return r;
}

static bool mentions(const struct expr *e, enum bind_kind kind)
{
    switch (e->kind) {
    case EXPR_NAME: return e->bind.kind == kind;
    case EXPR_DOT: return mentions(e->dot.base, kind);
    case EXPR_UNARY: return mentions(e->op.left, kind);
    case EXPR_BINARY: return mentions(e->op.left, kind) || mentions(e->op.right, kind);
    case EXPR_POISON:
    case EXPR_INT:
    case EXPR_FLOAT:
    case EXPR_DURATION:
    case EXPR_STRING:
    case EXPR_BOOL:
    case EXPR_NONE: break;
    }
    return false;
}

static bool is_plain(struct plan_builder *b, const struct type *t)
{
    return plan_whole_item(b, t, b->file)->kind == PLAN_SCALAR;
}

const struct plan_inline *plan_inline_of(struct plan_builder *b, const struct message *m)
{
    if (!m->value)
        return NULL;
    struct plan_inline *to = ARENA_NEW(b->arena, struct plan_inline);
    const struct type *state = m->owner->agent.type;
    bool get = m->kind == MESSAGE_GET, both = m->kind == MESSAGE_GET_AND_UPDATE;
    to->replies = get || both;
    to->updates = !get;
    to->computes =
        (!to->replies || is_plain(b, m->reply.type)) && (!to->updates || is_plain(b, state));
    b->computes = to->computes;
    if (to->replies)
        to->reply = result_of(b, m->value, m->reply.type);
    if (to->updates)
        to->state = result_of(b, both ? m->next_value : m->value, state);
    b->computes = false;
    to->fails = to->computes && ((to->replies && strstr(to->reply.text, "fault_") != NULL) ||
                                 (to->updates && strstr(to->state.text, "fault_") != NULL));
    to->reads_state =
        mentions(m->value, BIND_STATE) || (both && mentions(m->next_value, BIND_STATE));
    to->reads_args =
        mentions(m->value, BIND_PARAM) || (both && mentions(m->next_value, BIND_PARAM));
    return to;
}
