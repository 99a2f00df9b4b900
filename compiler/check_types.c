/* check_types.c - which types and values may stand where.
 *
 * Idea: every type is looked at once, in the light of the place it stands in; every default and
 * every option of a child is compared with the type it is given to. Only agents compute: everywhere
 * else a value is a literal, a value of an enum or a variable of env. */
#include "check_parts.h"

#include <string.h>

enum type_place { PLACE_DATA, PLACE_STATE, PLACE_ENV, PLACE_TABLE };

/* ---- Types ---- */

static bool is_integer(enum type_kind k)
{
    return k >= TYPE_I8 && k <= TYPE_U64;
}

static const struct decl *enum_of(const struct type *t)
{
    const struct decl *d = t->kind == TYPE_NAMED ? t->named.decl : NULL;
    return d && d->kind == DECL_ENUM ? d : NULL;
}

/* Could not be resolved, which was reported. */
static bool is_unknown(const struct type *t)
{
    return t->kind == TYPE_POISON || (t->kind == TYPE_NAMED && !t->named.decl);
}

static bool is_plain_key(const struct type *t)
{
    return is_integer(t->kind) || t->kind == TYPE_BOOL || t->kind == TYPE_DURATION ||
           t->kind == TYPE_INSTANT || t->kind == TYPE_PID || enum_of(t);
}

/* Structs inside structs are looked at so deep: a circle of them is found elsewhere. */
#define KEY_DEPTH 20

static const struct decl *key_struct(const struct type *t)
{
    const struct decl *d = t->kind == TYPE_NAMED ? t->named.decl : NULL;
    return d && d->kind == DECL_STRUCT ? d : NULL;
}

/* The first field of a struct with which it cannot be a key; NULL: it can. */
static const struct field *unfit_field(const struct decl *d, int depth)
{
    for (const struct field *f = d->fields.first; f && depth > 0; f = f->next) {
        const struct decl *inner = f->type && !is_unknown(f->type) ? key_struct(f->type) : NULL;
        const struct field *unfit = inner ? unfit_field(inner, depth - 1) : NULL;
        if (unfit)
            return unfit;
        if (f->type && !is_unknown(f->type) && !inner && !is_plain_key(f->type))
            return f;
    }
    return NULL;
}

/* Of structs the fields are compared, by what otpc writes. */
static void check_key(struct check *c, const struct type *t)
{
    const struct field *unfit = NULL;
    if (!t || is_unknown(t) || is_plain_key(t) || t->kind == TYPE_STRING || t->kind == TYPE_BYTES)
        return;
    if (t->kind == TYPE_NAMED && !key_struct(t))
        return; /* a module, which is no type of a value */
    if (key_struct(t)) {
        unfit = unfit_field(key_struct(t), KEY_DEPTH);
        if (!unfit)
            return;
    }
    struct diag *d = diag_add(c->ds, E_TABLE_KEY, t->span, "a value of type '%s' cannot be a key",
                              ast_type_text(c->a, t));
    diag_help(d, "a key is a whole number, a bool, a string, bytes, a time, a pid, an enum, or a "
                 "struct without strings and bytes");
    if (unfit)
        diag_note(d, unfit->name.span, "its field '%s' is of type '%s'", unfit->name.name->text,
                  ast_type_text(c->a, unfit->type));
}

/* What a C type in a spec may be made of: it is copied into the state's struct before a name. */
static bool is_c_type(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_* ";
    return text[strspn(text, " ")] != '\0' && text[strspn(text, allowed)] == '\0';
}

static void check_type(struct check *c, const struct type *t, enum type_place place);

static void check_state_type(struct check *c, const struct type *t, enum type_place place)
{
    if (place != PLACE_STATE) {
        struct diag *d =
            diag_add(c->ds, E_TYPE_PLACE, t->span,
                     place == PLACE_TABLE ? "'%s' can only be a whole field of a state"
                                          : "'%s' can stand only in the state of a genserver",
                     ast_type_text(c->a, t));
        if (t->kind == TYPE_EXTERN && place != PLACE_TABLE)
            diag_help(d, "a message is copied, and otpc cannot know how to copy a C type");
        if (t->kind == TYPE_TABLE && place != PLACE_TABLE)
            diag_help(d, "what is sent of a table is a 'table_ref<%s, %s>'",
                      ast_type_text(c->a, t->table.key), ast_type_text(c->a, t->table.value));
        return;
    }
    if (t->kind == TYPE_TABLE) {
        check_key(c, t->table.key);
        check_type(c, t->table.key, PLACE_TABLE);
        check_type(c, t->table.value, PLACE_TABLE);
    }
    if (t->kind == TYPE_EXTERN && t->c_type.bytes && !is_c_type(t->c_type.bytes)) {
        struct diag *d =
            diag_add(c->ds, E_TYPE_PLACE, t->c_type.span,
                     "'%s' is not a C type that can stand before a name", t->c_type.bytes);
        diag_help(d, "give it a name with typedef in a header, and include that");
    }
}

static bool is_env_type(const struct type *t)
{
    return is_integer(t->kind) || t->kind == TYPE_BOOL || t->kind == TYPE_F64 ||
           t->kind == TYPE_STRING || t->kind == TYPE_DURATION || enum_of(t);
}

static void check_type(struct check *c, const struct type *t, enum type_place place)
{
    if (!t || is_unknown(t))
        return;
    if (t->kind == TYPE_TIMER || t->kind == TYPE_MONITOR || t->kind == TYPE_TABLE ||
        t->kind == TYPE_EXTERN) {
        check_state_type(c, t, place);
        return;
    }
    if (place == PLACE_ENV && !is_env_type(t)) {
        diag_add(c->ds, E_TYPE_PLACE, t->span,
                 "a variable of env cannot be of type '%s', which is not read from text",
                 ast_type_text(c->a, t));
        return;
    }
    if (t->kind == TYPE_OPTIONAL || t->kind == TYPE_LIST) {
        check_type(c, t->elem, place == PLACE_DATA ? PLACE_DATA : PLACE_TABLE);
    } else if (t->kind == TYPE_TABLE_REF) {
        check_key(c, t->table.key);
        check_type(c, t->table.key, PLACE_TABLE);
        check_type(c, t->table.value, PLACE_TABLE);
    }
}

/* ---- Values ---- */

/* A value, the type it must have, and how to speak of both. */
struct wanted {
    struct check *c;
    const struct type *type; /* without its '?' */
    const struct type *whole;
    const struct ident *name;
    enum value_place place;
};

static const char *value_word(struct check *c, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_INT: return "a number";
    case EXPR_FLOAT: return "a number with a fraction";
    case EXPR_DURATION: return "a duration";
    case EXPR_STRING: return "a string";
    case EXPR_BOOL: return "a bool";
    case EXPR_NONE: return "none";
    case EXPR_UNARY: return value_word(c, e->op.left);
    case EXPR_NAME:
    case EXPR_DOT:
        if (e->bind.kind == BIND_ENUM_VALUE && e->bind.decl)
            return arena_format(c->a, "a value of enum '%s'", e->bind.decl->name.name->text);
        if (e->bind.kind == BIND_ENV_FIELD && e->bind.field->type)
            return arena_format(c->a, "a variable of type '%s'",
                                ast_type_text(c->a, e->bind.field->type));
        return "a name";
    case EXPR_POISON:
    case EXPR_BINARY: break;
    }
    return "an expression";
}

static const char *wanted_phrase(const struct wanted *w)
{
    const char *name = w->name->name->text;
    switch (w->place) {
    case VALUE_PARAMETER: return arena_format(w->c->a, "default of parameter '%s'", name);
    case VALUE_OPTION: return arena_format(w->c->a, "default of option '%s'", name);
    case VALUE_VARIABLE: return arena_format(w->c->a, "default of '%s'", name);
    case VALUE_CHILD: return arena_format(w->c->a, "value of option '%s'", name);
    case VALUE_SETTING: break;
    }
    return arena_format(w->c->a, "value of '%s'", name);
}

static void wrong_type(const struct wanted *w, const struct expr *e)
{
    const struct type *t = w->type;
    struct diag *d =
        diag_add(w->c->ds, E_VALUE_TYPE, e->span, "%s is %s, but its type is '%s'",
                 wanted_phrase(w), value_word(w->c, e), ast_type_text(w->c->a, w->whole));
    if (w->place == VALUE_CHILD)
        diag_note(d, w->name->span, "the option is declared here");
    else if (ast_has_span(t->span))
        diag_mark(d, w->whole->span);
    if (t->kind == TYPE_DURATION && e->kind == EXPR_INT)
        diag_help(d, "a duration has a unit: %llus, %llums, ...", (unsigned long long)e->integer,
                  (unsigned long long)e->integer);
    else if (t->kind == TYPE_DURATION && e->kind == EXPR_STRING)
        diag_help(d, "a duration is a number with its unit, without quotes: 5m");
    else if (e->kind == EXPR_NONE)
        diag_help(d, "only a type with '?' has none: '%s?'", ast_type_text(w->c->a, t));
    else if (t->kind == TYPE_PID || t->kind == TYPE_INSTANT || t->kind == TYPE_REASON ||
             t->kind == TYPE_LIST || (t->kind == TYPE_NAMED && !enum_of(t)))
        diag_help(d, "no value of this type can be written in a spec");
}

void check_limits(enum type_kind k, uint64_t *most, uint64_t *below)
{
    bool is_signed = k <= TYPE_I64;
    unsigned bits = 8u << (is_signed ? k - TYPE_I8 : k - TYPE_U8);
    uint64_t half = UINT64_C(1) << (bits - 1);
    *most = is_signed ? half - 1 : (half - 1) * 2 + 1;
    *below = is_signed ? half : 0;
}

static void check_integer(const struct wanted *w, const struct expr *e, const struct expr *whole,
                          bool negative)
{
    uint64_t most, below;
    check_limits(w->type->kind, &most, &below);
    if (e->integer <= (negative ? below : most))
        return;
    struct diag *d =
        diag_add(w->c->ds, E_VALUE_RANGE, whole->span, "%s is out of the range of type '%s'",
                 wanted_phrase(w), ast_type_text(w->c->a, w->type));
    const char *type = ast_type_text(w->c->a, w->type);
    if (below)
        diag_remark(d, "%s goes from -%llu to %llu", type, (unsigned long long)below,
                    (unsigned long long)most);
    else
        diag_remark(d, "%s goes from 0 to %llu", type, (unsigned long long)most);
}

static void check_literal(const struct wanted *w, struct expr *e, const struct expr *whole,
                          bool negative)
{
    enum type_kind k = w->type->kind;
    bool fits = false;
    switch (e->kind) {
    case EXPR_INT: fits = is_integer(k) || k == TYPE_F64; break;
    case EXPR_FLOAT: fits = k == TYPE_F64; break;
    case EXPR_DURATION: fits = k == TYPE_DURATION; break;
    case EXPR_STRING: fits = !negative && (k == TYPE_STRING || k == TYPE_BYTES); break;
    case EXPR_BOOL: fits = !negative && k == TYPE_BOOL; break;
    case EXPR_NONE: fits = !negative && w->whole->kind == TYPE_OPTIONAL; break;
    case EXPR_POISON:
    case EXPR_NAME:
    case EXPR_DOT:
    case EXPR_UNARY:
    case EXPR_BINARY: break;
    }
    if (!fits)
        wrong_type(w, whole);
    else if (e->kind == EXPR_INT && is_integer(k))
        check_integer(w, e, whole, negative);
}

static void not_plain(const struct wanted *w, const struct expr *e)
{
    struct diag *d =
        diag_add(w->c->ds, E_VALUE_FORM, e->span, "%s is not a plain value", wanted_phrase(w));
    diag_help(d, "write a number, a string, a duration, true, false, none or a value of an enum");
}

static void check_env_value(const struct wanted *w, const struct expr *e)
{
    const struct type *t = e->bind.field->type;
    if (w->place != VALUE_CHILD && w->place != VALUE_OPTION)
        not_plain(w, e);
    else if (t && !is_unknown(t) && !check_same_type(t, w->type))
        wrong_type(w, e);
}

static void check_bound(const struct wanted *w, const struct expr *e)
{
    switch (e->bind.kind) {
    case BIND_NONE: return; /* reported */
    case BIND_ENUM_VALUE:
        if (enum_of(w->type) != e->bind.decl)
            wrong_type(w, e);
        return;
    case BIND_ENV_FIELD: check_env_value(w, e); return;
    case BIND_STATE:
    case BIND_PARAM:
    case BIND_ENV:
    case BIND_ENUM:
    case BIND_FIELD:
    case BIND_PACKAGE: not_plain(w, e); return;
    }
}

static void check_value(struct check *c, struct expr *e, const struct type *t,
                        const struct ident *name, enum value_place place)
{
    if (!e || !t)
        return;
    struct wanted w = { .c = c, .whole = t, .name = name, .place = place };
    w.type = t->kind == TYPE_OPTIONAL ? t->elem : t;
    if (e->kind == EXPR_POISON || is_unknown(w.type))
        return;
    bool negative = e->kind == EXPR_UNARY && e->op.op == OP_NEG;
    struct expr *inner = negative ? e->op.left : e;
    if (inner->kind == EXPR_POISON)
        return;
    if (inner->kind == EXPR_UNARY || inner->kind == EXPR_BINARY ||
        (negative && (inner->kind == EXPR_NAME || inner->kind == EXPR_DOT)))
        not_plain(&w, e);
    else if (inner->kind == EXPR_NAME || inner->kind == EXPR_DOT)
        check_bound(&w, e);
    else
        check_literal(&w, inner, e, negative);
}

/* ---- Walking ---- */

/* Of a table of a state. */
static void check_ordered(struct check *c, const struct field *f)
{
    const struct type *key = f->type->table.key;
    if (ast_is_shared(f)) {
        struct diag *d =
            diag_add(c->ds, E_CLAUSE, f->ordered.span, "a table that others use has no order");
        diag_note(d, f->access.span, "its access");
        diag_help(d, "leave one of the two out");
        return;
    }
    if (key && !is_unknown(key) && (key->kind == TYPE_PID || key_struct(key)))
        diag_add(c->ds, E_TABLE_KEY, key->span, "values of type '%s' have no order",
                 ast_type_text(c->a, key));
}

static void check_fields(struct check *c, const struct field_list *fields, enum type_place place,
                         enum value_place value)
{
    for (const struct field *f = fields->first; f; f = f->next) {
        check_type(c, f->type, place);
        if (f->ordered.set && f->type && f->type->kind == TYPE_TABLE)
            check_ordered(c, f);
        check_value(c, f->value, f->type, &f->name, value);
    }
}

static void check_message(struct check *c, const struct message *m)
{
    if (m->kind == MESSAGE_EVENT)
        return; /* its pubsub is looked at */
    check_fields(c, &m->params, PLACE_DATA, VALUE_PARAMETER);
    check_type(c, m->reply.type, PLACE_DATA);
    for (const struct tag *t = m->reply.tags.first; t; t = t->next)
        check_fields(c, &t->fields, PLACE_DATA, VALUE_PARAMETER);
}

static void check_child_options(struct check *c, const struct supervisor *s)
{
    for (const struct child *k = s->children.first; k; k = k->next)
        for (struct option_value *v = k->options.first; v; v = v->next)
            if (v->option)
                check_value(c, v->value, v->option->type, &v->option->name, VALUE_CHILD);
}

static void check_setting(struct check *c, const struct set_value *s, enum type_kind kind,
                          const char *word)
{
    const struct type type = { .kind = kind, .depth = 1 };
    const struct ident name = { .name = intern_text(&c->u->names, word), .span = s->name_span };
    check_value(c, s->value, &type, &name, VALUE_SETTING);
}

static void check_cache(struct check *c, const struct cache *k)
{
    check_key(c, k->key.type);
    check_type(c, k->key.type, PLACE_DATA);
    check_type(c, k->value.type, PLACE_DATA);
    check_setting(c, &k->ttl, TYPE_DURATION, "ttl");
    check_setting(c, &k->sweep, TYPE_DURATION, "sweep");
    check_setting(c, &k->max_entries, TYPE_U64, "max_entries");
    check_setting(c, &k->max_bytes, TYPE_U64, "max_bytes");
}

/* Bytes of a key in C, as every machine that we know lays it out. *align: a multiple of what it
 * stands at. */
static size_t measure_key(const struct type *t, size_t *align, int depth)
{
    static const unsigned char sizes[TYPE_EXTERN + 1] = {
        [TYPE_BOOL] = 1, [TYPE_I8] = 1,  [TYPE_U8] = 1,  [TYPE_I16] = 2,
        [TYPE_U16] = 2,  [TYPE_I32] = 4, [TYPE_U32] = 4, [TYPE_NAMED] = 4,
    };
    const struct decl *d = key_struct(t);
    size_t size = 0, widest = 1;
    if (!d || depth == 0)
        return *align = sizes[t->kind] ? sizes[t->kind] : 8;
    for (const struct field *f = d->fields.first; f; f = f->next) {
        size_t inner = 1, bytes = f->type ? measure_key(f->type, &inner, depth - 1) : 0;
        size = (size + inner - 1) / inner * inner + bytes;
        widest = inner > widest ? inner : widest;
    }
    *align = widest;
    return (size + widest - 1) / widest * widest;
}

static void check_key_size(struct check *c, const struct type *t)
{
    enum { MOST = 64 }; /* OTP_REGISTRY_PLAIN_MAX */
    size_t align, size = 0;
    if (t && !is_unknown(t) && key_struct(t) && !unfit_field(key_struct(t), KEY_DEPTH))
        size = measure_key(t, &align, KEY_DEPTH);
    if (size > MOST)
        diag_add(c->ds, E_TABLE_KEY, t->span,
                 "a key of type '%s' has %zu bytes, and %d are the most in a registry",
                 ast_type_text(c->a, t), size, MOST);
}

static void check_registry(struct check *c, const struct registry *r)
{
    check_key(c, r->key.type);
    check_key_size(c, r->key.type);
    check_type(c, r->key.type, PLACE_DATA);
    check_type(c, r->value.type, PLACE_DATA);
    check_type(c, r->meta.type, PLACE_DATA);
}

static void check_decl(struct check *c, const struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT: check_fields(c, &d->fields, PLACE_DATA, VALUE_PARAMETER); break;
    case DECL_ENV: check_fields(c, &d->fields, PLACE_ENV, VALUE_VARIABLE); break;
    case DECL_GENSERVER:
        check_fields(c, &d->genserver.options.fields, PLACE_DATA, VALUE_OPTION);
        check_fields(c, &d->genserver.state.fields, PLACE_STATE, VALUE_PARAMETER);
        break;
    case DECL_AGENT:
        check_type(c, d->agent.type, PLACE_DATA);
        check_value(c, d->agent.value, d->agent.type, &d->name, VALUE_SETTING);
        check_operations(c, d);
        break;
    case DECL_REGISTRY: check_registry(c, &d->registry); break;
    case DECL_PUBSUB: check_type(c, d->pubsub.message.type, PLACE_DATA); break;
    case DECL_CACHE: check_cache(c, &d->cache); break;
    case DECL_TASK_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
        check_setting(c, &d->supervisor.max_children, TYPE_U32, "max_children");
        check_child_options(c, &d->supervisor);
        break;
    case DECL_PARTITION_SUPERVISOR:
        check_setting(c, &d->supervisor.partitions, TYPE_U32, "partitions");
        check_child_options(c, &d->supervisor);
        break;
    case DECL_SUPERVISOR: check_child_options(c, &d->supervisor); break;
    case DECL_ENUM:
    case DECL_TASK:
    case DECL_APPLICATION:
    case DECL_ALLOW:
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: break;
    }
    for (const struct message *m = ast_messages(d); m; m = m->next)
        check_message(c, m);
}

/* ---- Structs that contain themselves ---- */

enum { STRUCT_MAX_DEPTH = 200 };

struct nesting {
    struct check *c;
    struct intern_map height; /* struct to how deep it nests, as a pointer into heights */
    const struct field *path[STRUCT_MAX_DEPTH + 1];
    const struct decl *on_path[STRUCT_MAX_DEPTH + 1];
    int depth;
};

struct height {
    int value;
};

/* The struct that a field holds by value; NULL if none. What a list holds lies elsewhere. */
static const struct decl *held_struct(const struct field *f)
{
    const struct type *t = f->type;
    while (t && t->kind == TYPE_OPTIONAL)
        t = t->elem;
    const struct decl *d = t && t->kind == TYPE_NAMED ? t->named.decl : NULL;
    return d && d->kind == DECL_STRUCT ? d : NULL;
}

static void report_struct_cycle(struct nesting *n, int from)
{
    struct arena_buf chain;
    arena_buf_init(&chain, n->c->a);
    for (int i = from; i < n->depth; i++)
        arena_buf_printf(&chain, "%s -> ", n->on_path[i]->name.name->text);
    const struct decl *d = n->on_path[from];
    struct diag *f = diag_add(n->c->ds, E_STRUCT_CYCLE, n->path[from]->type->span,
                              "struct '%s' contains itself: %s%s", d->name.name->text, chain.data,
                              d->name.name->text);
    for (int i = from + 1; i < n->depth; i++)
        diag_note(f, n->path[i]->type->span, "struct '%s' has it here",
                  n->on_path[i]->name.name->text);
    diag_help(f, "a list of it can be a field: '[%s]'", d->name.name->text);
}

static int visit_struct(struct nesting *n, const struct decl *d)
{
    for (int i = 0; i < n->depth; i++) {
        if (n->on_path[i] == d) {
            report_struct_cycle(n, i);
            return 0;
        }
    }
    struct height *known = intern_map_get(&n->height, d);
    if (known)
        return known->value;
    if (n->depth == STRUCT_MAX_DEPTH)
        return STRUCT_MAX_DEPTH; /* the outermost one is reported */
    int most = 0;
    for (const struct field *f = d->fields.first; f; f = f->next) {
        const struct decl *held = held_struct(f);
        if (!held)
            continue;
        n->on_path[n->depth] = d;
        n->path[n->depth++] = f;
        int below = visit_struct(n, held);
        n->depth--;
        most = below > most ? below : most;
    }
    known = ARENA_NEW(n->c->a, struct height);
    known->value = most + 1;
    intern_map_add(&n->height, d, known);
    if (known->value > STRUCT_MAX_DEPTH)
        diag_add(n->c->ds, E_DEPTH, d->name.span, "struct '%s' nests more than %d levels deep",
                 d->name.name->text, STRUCT_MAX_DEPTH);
    return known->value > STRUCT_MAX_DEPTH ? 0 : known->value;
}

void check_types(struct check *c)
{
    struct nesting *n = ARENA_NEW(c->a, struct nesting);
    n->c = c;
    intern_map_init(&n->height, c->a);
    for (const struct file *f = c->u->first_file; f; f = f->next) {
        for (const struct decl *d = f->decls.first; d; d = d->next) {
            check_decl(c, d);
            if (d->kind == DECL_STRUCT)
                visit_struct(n, d);
        }
    }
}
