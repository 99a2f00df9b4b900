/* plan_values.c - from the values of a spec to C expressions.
 *
 * Idea: checking has left plain values only: literals, values of enums, variables of env. Each
 * becomes text that is right wherever a value of its type may stand. */
#include "plan_build.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cname.h"
#include "tmpl.h"

const char *plan_duration(struct arena *a, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {
        { INT64_C(86400000000000), "OTP_DAY" },
        { INT64_C(3600000000000), "OTP_HOUR" },
        { INT64_C(60000000000), "OTP_MIN" },
        { INT64_C(1000000000), "OTP_S" },
        { INT64_C(1000000), "OTP_MS" },
        { INT64_C(1000), "OTP_US" },
        { 1, "OTP_NS" },
    };
    if (ns == 0)
        return "0";
    size_t i = 0;
    while (ns % units[i].ns != 0)
        i++;
    int64_t count = ns / units[i].ns;
    if (count == 1)
        return units[i].name;
    return arena_format(a, "%lld * %s", (long long)count, units[i].name);
}

static const char *number_text(struct arena *a, double number)
{
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) >= number && strtod(text, NULL) <= number)
            break;
    }
    return arena_format(a, "%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}

static const char *integer_text(struct arena *a, uint64_t n, bool minus, const struct type *t)
{
    const char *digits = tmpl_number(a, n);
    if (t && t->kind == TYPE_F64)
        return TMPL_JOIN(a, minus ? "-" : "", digits, ".0");
    if (n > INT64_MAX)
        return minus ? "INT64_MIN" : TMPL_JOIN(a, digits, "u");
    return TMPL_JOIN(a, minus ? "-" : "", digits);
}

static struct plan_value *new_value(struct plan_builder *b, enum plan_value_kind kind,
                                    const char *text)
{
    struct plan_value *v = ARENA_NEW(b->arena, struct plan_value);
    v->kind = kind;
    v->text = text;
    return v;
}

static const struct plan_value *string_value(struct plan_builder *b, const struct text *s,
                                             const struct type *t)
{
    struct plan_value *v = new_value(b, t->kind == TYPE_BYTES ? PLAN_BLOB : PLAN_STRING,
                                     tmpl_string(b->arena, s->bytes, s->len));
    v->size = s->len;
    return v;
}

static const struct plan_value *enum_value(struct plan_builder *b, const struct expr *e,
                                           const struct type *t)
{
    const struct decl *d = t->named.decl;
    const char *name = TMPL_JOIN(b->arena, plan_package(d->file), "_", d->name.name->text, "_",
                                 e->bind.value->name.name->text);
    return new_value(b, PLAN_EXPR, cname_upper(b->arena, name));
}

/* A variable of env: of this package its own static, of another through its function. */
static const struct plan_value *env_value(struct plan_builder *b, const struct field *variable,
                                          const struct file *f)
{
    const char *name = variable->name.name->text;
    struct plan_value *v = new_value(b, PLAN_EXPR, NULL);
    v->text = f == b->file ? TMPL_JOIN(b->arena, "env_values.", name)
                           : TMPL_JOIN(b->arena, plan_package(f), "_env()->", name);
    v->fallback = variable->value ? plan_value_of(b, variable->value, variable->type, f)
                                  : new_value(b, PLAN_ABSENT, NULL);
    return v;
}

static const struct plan_value *negative_value(struct plan_builder *b, const struct expr *e,
                                               const struct type *t)
{
    const char *text = "0";
    if (e->kind == EXPR_INT)
        text = integer_text(b->arena, e->integer, true, t);
    else if (e->kind == EXPR_FLOAT)
        text = number_text(b->arena, -e->number);
    else if (e->kind == EXPR_DURATION)
        text = TMPL_JOIN(b->arena, "-(", plan_duration(b->arena, e->ns), ")");
    return new_value(b, PLAN_EXPR, text);
}

const struct plan_value *plan_value_of(struct plan_builder *b, const struct expr *e,
                                       const struct type *t, const struct file *f)
{
    if (!e)
        return NULL;
    if (t->kind == TYPE_OPTIONAL && e->kind != EXPR_NONE)
        return plan_value_of(b, e, t->elem, f);
    switch (e->kind) {
    case EXPR_NONE: return new_value(b, PLAN_ABSENT, NULL);
    case EXPR_INT: return new_value(b, PLAN_EXPR, integer_text(b->arena, e->integer, false, t));
    case EXPR_FLOAT: return new_value(b, PLAN_EXPR, number_text(b->arena, e->number));
    case EXPR_DURATION: return new_value(b, PLAN_EXPR, plan_duration(b->arena, e->ns));
    case EXPR_BOOL: return new_value(b, PLAN_EXPR, e->truth ? "true" : "false");
    case EXPR_STRING: return string_value(b, &e->string, t);
    case EXPR_UNARY: return negative_value(b, e->op.left, t);
    case EXPR_NAME:
    case EXPR_DOT:
        if (e->bind.kind == BIND_ENV_FIELD)
            return env_value(b, e->bind.field, f);
        return enum_value(b, e, t);
    case EXPR_POISON:
    case EXPR_BINARY: break; /* checking has refused these */
    }
    return new_value(b, PLAN_ABSENT, NULL);
}
