/* check_expr.c - what agents compute: the type of every expression.
 *
 * Idea: from the leaves up, in the light of the type that is wanted. A literal takes the type of
 * what it stands beside; nothing else is converted, so that what an operation may overflow is
 * always the type that one reads. Each expression gets its type; NULL stays where something was
 * reported, and is asked about no further. */
#include "check_parts.h"

#include <string.h>

/* ---- Types ---- */

static struct type *plain_type(struct check *c, enum type_kind kind)
{
    struct type *t = ARENA_NEW(c->a, struct type);
    t->kind = kind;
    t->depth = 1;
    return t;
}

static struct type *enum_type(struct check *c, const struct decl *d)
{
    struct type *t = plain_type(c, TYPE_NAMED);
    t->named.decl = (struct decl *)d;
    t->named.name = d->name;
    return t;
}

static bool is_known(const struct type *t)
{
    for (; t; t = t->elem) {
        if (t->kind == TYPE_POISON || (t->kind == TYPE_NAMED && !t->named.decl))
            return false;
        if (t->kind != TYPE_OPTIONAL && t->kind != TYPE_LIST)
            return true;
    }
    return false;
}

bool check_same_type(const struct type *a, const struct type *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == TYPE_OPTIONAL || a->kind == TYPE_LIST)
        return check_same_type(a->elem, b->elem);
    if (a->kind == TYPE_TABLE_REF)
        return check_same_type(a->table.key, b->table.key) &&
               check_same_type(a->table.value, b->table.value);
    return a->kind != TYPE_NAMED || a->named.decl == b->named.decl;
}

static bool is_integer(const struct type *t)
{
    return t->kind >= TYPE_I8 && t->kind <= TYPE_U64;
}

static bool is_number(const struct type *t)
{
    return is_integer(t) || t->kind == TYPE_F64;
}

static bool is_time(const struct type *t)
{
    return t->kind == TYPE_DURATION || t->kind == TYPE_INSTANT;
}

static bool is_enum(const struct type *t)
{
    return t->kind == TYPE_NAMED && t->named.decl->kind == DECL_ENUM;
}

/* A number without a type of its own: it takes that of what it stands beside. */
static bool is_untyped(const struct expr *e)
{
    if (e->kind == EXPR_INT)
        return true;
    if (e->kind == EXPR_UNARY && e->op.op == OP_NEG)
        return is_untyped(e->op.left);
    return e->kind == EXPR_BINARY && e->op.op <= OP_MOD && is_untyped(e->op.left) &&
           is_untyped(e->op.right);
}

static const char *phrase(struct check *c, const struct type *t)
{
    const char *text = ast_type_text(c->a, t);
    return arena_format(c->a, "%s '%s'", is_enum(t) ? "a value of enum" : "of type", text);
}

/* ---- Leaves ---- */

static struct type *type_of(struct check *c, struct expr *e, const struct type *want);

/* What is said of a number that does not fit into its type. */
static void beyond(struct check *c, enum type_kind kind, struct diag *d)
{
    const char *name = ast_type_text(c->a, plain_type(c, kind));
    uint64_t most, below;
    check_limits(kind, &most, &below);
    diag_remark(d, "%s goes from %s%llu to %llu", name, below ? "-" : "", (unsigned long long)below,
                (unsigned long long)most);
    diag_help(d, "write a number in that range, or take a wider type");
}

static struct type *integer(struct check *c, const struct expr *e, const struct expr *whole,
                            const struct type *want)
{
    enum type_kind kind = want && is_number(want) ? want->kind : TYPE_I64;
    if (kind == TYPE_F64)
        return plain_type(c, kind);
    uint64_t most, below;
    check_limits(kind, &most, &below);
    bool negative = whole != e;
    if (e->integer <= (negative ? below : most))
        return plain_type(c, kind);
    const char *name = ast_type_text(c->a, plain_type(c, kind));
    beyond(c, kind,
           diag_add(c->ds, E_VALUE_RANGE, whole->span, "number is out of the range of type '%s'",
                    name));
    return NULL;
}

static struct type *none(struct check *c, const struct expr *e, const struct type *want)
{
    if (want && want->kind == TYPE_OPTIONAL)
        return (struct type *)want;
    diag_help(diag_add(c->ds, E_EXPR_TYPE, e->span,
                       "'none' can stand only where a type with '?' is wanted"),
              "write a value, or '?' behind the type");
    return NULL;
}

static struct type *bound(struct check *c, const struct expr *e, const struct type *state)
{
    const struct binding *b = &e->bind;
    switch (b->kind) {
    case BIND_STATE: return (struct type *)state;
    case BIND_PARAM:
    case BIND_FIELD: return b->field->type;
    case BIND_ENUM_VALUE: return enum_type(c, b->decl);
    case BIND_ENV_FIELD:
        diag_help(diag_add(c->ds, E_EXPR_TYPE, e->span, "an operation cannot read env"),
                  "make it a parameter of the operation");
        return NULL;
    case BIND_NONE:
    case BIND_ENV:
    case BIND_ENUM:
    case BIND_PACKAGE: break;
    }
    return NULL;
}

static struct type *name_type(struct check *c, struct expr *e)
{
    struct type *t = bound(c, e, c->state);
    return is_known(t) ? t : NULL;
}

/* ---- Operations ---- */

#define IN_C "leave the expression out and write the operation in C"

static void bad_operand(struct check *c, const struct expr *e, const struct expr *side,
                        const char *needs, const char *cure)
{
    diag_help(diag_add(c->ds, E_EXPR_TYPE, side->span, "'%s' needs %s, but this is %s",
                       ast_op_text(e->op.op), needs, phrase(c, side->type)),
              "%s", cure);
}

/* ---- Constants ---- */

/* A whole number or a time that is known when compiling; as wide as none of their products is. */
__extension__ typedef __int128 wide;

static bool fold(const struct expr *e, wide *value);

static bool fold_binary(const struct expr *e, wide *value)
{
    const wide beyond_all = (wide)UINT64_MAX * 2;
    enum expr_op op = e->op.op;
    wide left, right;
    if (!fold(e->op.left, &left) || !fold(e->op.right, &right))
        return false;
    if (op == OP_ADD)
        *value = left + right;
    else if (op == OP_SUB)
        *value = left - right;
    else if (op == OP_MUL && __builtin_mul_overflow(left, right, value))
        *value = beyond_all; /* only of numbers without a sign */
    else if ((op == OP_DIV || op == OP_MOD) && right != 0)
        *value = op == OP_DIV ? left / right : left % right;
    return op <= OP_MUL || (op <= OP_MOD && right != 0);
}

/* False: it is no such constant. Its parts fit into their types. */
static bool fold(const struct expr *e, wide *value)
{
    if (!e->type || !(is_integer(e->type) || is_time(e->type)))
        return false;
    if (e->kind == EXPR_INT)
        *value = (wide)e->integer;
    else if (e->kind == EXPR_DURATION)
        *value = e->ns;
    else if (e->kind == EXPR_BINARY)
        return fold_binary(e, value);
    else if (e->kind != EXPR_UNARY || e->op.op != OP_NEG || !fold(e->op.left, value))
        return false;
    else
        *value = -*value;
    return true;
}

/* t is the type of e, whose parts are checked; NULL if it is a constant beyond it. */
static struct type *constant(struct check *c, struct expr *e, struct type *t)
{
    wide value;
    uint64_t most, below;
    enum type_kind kind = is_time(t) ? TYPE_I64 : t->kind;
    e->type = t;
    if (!fold(e, &value))
        return t;
    check_limits(kind, &most, &below);
    if (value <= (wide)most && value >= -(wide)below)
        return t;
    const char *name = ast_type_text(c->a, t);
    bool is_small = value <= (wide)UINT64_MAX && value >= -(wide)UINT64_MAX;
    uint64_t size = (uint64_t)(value < 0 ? -value : value);
    const char *text = is_small && !is_time(t) ? arena_format(c->a, " %s%llu", value < 0 ? "-" : "",
                                                              (unsigned long long)size)
                                               : "";
    struct diag *d = diag_add(c->ds, E_VALUE_RANGE, e->span,
                              "result%s is out of the range of type '%s'", text, name);
    if (is_time(t))
        diag_help(d, "a time is at most 292 years: write a shorter one");
    else
        beyond(c, kind, d);
    return NULL;
}

static struct type *unary(struct check *c, struct expr *e, const struct type *want)
{
    struct expr *left = e->op.left;
    if (e->op.op == OP_NEG && left->kind == EXPR_INT)
        return left->type = integer(c, left, e, want);
    struct type *t = type_of(c, left, want);
    if (!t)
        return NULL;
    if (e->op.op == OP_NOT) {
        if (t->kind == TYPE_BOOL)
            return t;
        bad_operand(c, e, left, "a bool", "compare it: a comparison is a bool");
        return NULL;
    }
    bool signs = (t->kind >= TYPE_I8 && t->kind <= TYPE_I64) || t->kind == TYPE_F64;
    if (signs || t->kind == TYPE_DURATION)
        return constant(c, e, t);
    bad_operand(c, e, left, "a number with a sign",
                "numbers with a sign are of types i8 to i64, and f64");
    return NULL;
}

static struct type *two_types(struct check *c, const struct expr *e)
{
    const struct expr *left = e->op.left, *right = e->op.right;
    struct diag *d =
        diag_add(c->ds, E_EXPR_TYPE, e->op.op_span,
                 "'%s' has type '%s' on its left and type '%s' on its right", ast_op_text(e->op.op),
                 ast_type_text(c->a, left->type), ast_type_text(c->a, right->type));
    diag_mark(d, left->span);
    diag_mark(d, right->span);
    if (is_number(left->type) && is_number(right->type))
        diag_help(d, "numbers are not converted: give both sides one type");
    else if (e->op.op <= OP_MOD && (is_time(left->type) || is_time(right->type)))
        diag_help(d, "of an instant t and durations d one can write t + d, t - d, t - t, d + d, "
                     "d - d, d * 2 and d / 2");
    else
        diag_help(d, "give both sides one type, or " IN_C);
    return NULL;
}

static bool is_zero(const struct expr *e)
{
    wide value;
    return fold(e, &value) && value == 0;
}

/* duration and instant: t + d, d + d, t - t, t - d, d - d, d * n, n * d, d / n. */
static struct type *time_arithmetic(struct check *c, const struct expr *e)
{
    struct type *l = e->op.left->type, *r = e->op.right->type;
    bool add = e->op.op == OP_ADD, sub = e->op.op == OP_SUB;
    if (l->kind == TYPE_DURATION && r->kind == TYPE_DURATION && (add || sub))
        return l;
    if (l->kind == TYPE_INSTANT && r->kind == TYPE_DURATION && (add || sub))
        return l;
    if (l->kind == TYPE_INSTANT && r->kind == TYPE_INSTANT && sub)
        return plain_type(c, TYPE_DURATION);
    if (l->kind == TYPE_DURATION && r->kind == TYPE_I64 && e->op.op >= OP_MUL && e->op.op <= OP_DIV)
        return l;
    if (l->kind == TYPE_I64 && r->kind == TYPE_DURATION && e->op.op == OP_MUL)
        return r;
    return two_types(c, e);
}

static struct type *arithmetic(struct check *c, struct expr *e)
{
    struct expr *left = e->op.left, *right = e->op.right;
    enum expr_op op = e->op.op;
    if ((op == OP_DIV || op == OP_MOD) && left->type->kind != TYPE_F64 && is_zero(right)) {
        diag_help(diag_add(c->ds, E_EXPR_TYPE, right->span, "division by zero"),
                  "divide by another number, or by a parameter");
        return NULL;
    }
    if (is_time(left->type) || is_time(right->type))
        return time_arithmetic(c, e);
    const char *needs = op == OP_MOD ? "whole numbers" : "numbers";
    struct expr *sides[] = { left, right };
    for (int i = 0; i < 2; i++)
        if (!is_number(sides[i]->type) || (op == OP_MOD && sides[i]->type->kind == TYPE_F64)) {
            bad_operand(c, e, sides[i], needs, IN_C);
            return NULL;
        }
    return check_same_type(left->type, right->type) ? left->type : two_types(c, e);
}

static bool has_equality(const struct type *t)
{
    return is_number(t) || is_time(t) || is_enum(t) || t->kind == TYPE_BOOL ||
           t->kind == TYPE_STRING || t->kind == TYPE_BYTES || t->kind == TYPE_PID ||
           (t->kind == TYPE_NAMED && t->named.decl->kind != DECL_STRUCT);
}

static struct type *comparison(struct check *c, struct expr *e)
{
    struct expr *left = e->op.left, *right = e->op.right;
    bool equality = e->op.op == OP_EQ || e->op.op == OP_NE;
    if (!check_same_type(left->type, right->type))
        return two_types(c, e);
    const struct type *t = left->type;
    bool absent = left->kind == EXPR_NONE || right->kind == EXPR_NONE;
    bool fits = equality ? absent || has_equality(t) : is_number(t) || is_time(t);
    if (fits)
        return plain_type(c, TYPE_BOOL);
    bool optional = equality && t->kind == TYPE_OPTIONAL;
    bad_operand(c, e, left, equality ? "plain values" : "numbers or times",
                optional ? "only whether it is there can be asked: '== none'" : IN_C);
    return NULL;
}

static struct type *logic(struct check *c, struct expr *e)
{
    struct expr *sides[] = { e->op.left, e->op.right };
    for (int i = 0; i < 2; i++)
        if (sides[i]->type->kind != TYPE_BOOL) {
            bad_operand(c, e, sides[i], "bools", "compare it: a comparison is a bool");
            return NULL;
        }
    return e->op.left->type;
}

/* What a literal beside t is to be: the number that a duration is multiplied by is an i64. */
static const struct type *beside(struct check *c, const struct expr *e, const struct type *t)
{
    return t && t->kind == TYPE_DURATION && (e->op.op == OP_MUL || e->op.op == OP_DIV)
               ? plain_type(c, TYPE_I64)
               : t;
}

static struct type *binary(struct check *c, struct expr *e, const struct type *want)
{
    struct expr *first = e->op.left, *second = e->op.right;
    const struct type *light = e->op.op <= OP_MOD ? want : NULL;
    if (is_untyped(first) || first->kind == EXPR_NONE) {
        first = e->op.right;
        second = e->op.left;
    }
    if (!is_untyped(first) && light && !is_number(light))
        light = NULL;
    const struct type *t = type_of(c, first, light);
    const struct type *other = type_of(c, second, t ? beside(c, e, t) : light);
    if (!t || !other)
        return NULL;
    if (e->op.op <= OP_MOD) {
        struct type *whole = arithmetic(c, e);
        return whole ? constant(c, e, whole) : NULL;
    }
    return e->op.op <= OP_GE ? comparison(c, e) : logic(c, e);
}

static struct type *type_of(struct check *c, struct expr *e, const struct type *want)
{
    struct type *t = NULL;
    switch (e->kind) {
    case EXPR_POISON: break;
    case EXPR_INT: t = integer(c, e, e, want); break;
    case EXPR_FLOAT: t = plain_type(c, TYPE_F64); break;
    case EXPR_DURATION: t = plain_type(c, TYPE_DURATION); break;
    case EXPR_BOOL: t = plain_type(c, TYPE_BOOL); break;
    case EXPR_STRING:
        t = plain_type(c, want && want->kind == TYPE_BYTES ? TYPE_BYTES : TYPE_STRING);
        break;
    case EXPR_NONE: t = none(c, e, want); break;
    case EXPR_NAME:
    case EXPR_DOT: t = name_type(c, e); break;
    case EXPR_UNARY: t = unary(c, e, want); break;
    case EXPR_BINARY: t = binary(c, e, want); break;
    }
    e->type = t;
    return t;
}

/* ---- Operations of an agent ---- */

static void check_result(struct check *c, struct expr *e, const struct type *want, const char *what)
{
    if (!e || !is_known(want))
        return;
    const struct type *inner = want->kind == TYPE_OPTIONAL ? want->elem : want;
    const struct type *t = type_of(c, e, e->kind == EXPR_NONE ? want : inner);
    if (!t || check_same_type(t, want) || check_same_type(t, inner))
        return;
    diag_help(diag_add(c->ds, E_EXPR_TYPE, e->span, "%s is %s, but its type is '%s'", what,
                       phrase(c, t), ast_type_text(c->a, want)),
              "write an expression of that type, or declare another type");
}

static void check_operation(struct check *c, const struct message *m)
{
    bool replies = m->kind == MESSAGE_GET || m->kind == MESSAGE_GET_AND_UPDATE;
    struct expr *reply = replies ? m->value : NULL;
    struct expr *next = m->kind == MESSAGE_GET ? NULL : replies ? m->next_value : m->value;
    const char *name = m->name.name->text;
    if (reply && m->reply.kind == REPLY_TAGS) {
        struct diag *d = diag_add(c->ds, E_EXPR_TYPE, reply->span,
                                  "an expression cannot choose between alternatives");
        diag_help(d, "leave it out and write '%s' in C, or reply with one type", name);
        reply = NULL;
    }
    check_result(c, reply, m->reply.type, arena_format(c->a, "reply of '%s'", name));
    check_result(c, next, c->state,
                 arena_format(c->a, "new state of '%s'", m->owner->name.name->text));
}

void check_operations(struct check *c, const struct decl *d)
{
    c->state = d->agent.type;
    for (const struct message *m = ast_messages(d); m; m = m->next)
        if (!m->broken)
            check_operation(c, m);
    c->state = NULL;
}
