/* parse_node.c - builders of the small nodes: fields, names, types, times, expressions.
 *
 * Idea: depth is counted while the tree grows, and what would grow beyond PARSE_MAX_DEPTH becomes
 * poison, so every later pass may recurse. Poison takes in whatever it becomes a part of. */
#include "parse_build.h"

#include <string.h>

#include "suggest.h"

static struct arena *arena_of(struct parser *p)
{
    return p->unit->arena;
}

struct span build_span(struct span from, struct span to)
{
    return (struct span){ from.file, from.begin, to.end };
}

/* ---- Checks that several builders make ---- */

bool build_once(struct parser *p, bool set, struct span first, struct span second, const char *word)
{
    if (!set)
        return true;
    struct diag *d = diag_add(&p->unit->diags, E_TWICE, second, "'%s' is given twice", word);
    diag_note(d, first, "first given here");
    return false;
}

/* A keyword in the place of a value: likely the value is missing and a clause follows, which can
 * now only be misread. */
static void expect_nonsense(struct parser *p, struct ident word)
{
    p->bad = p->bad || word.name->token;
}

static const char *list_words(struct parser *p, const struct build_words *words)
{
    struct arena_buf b;
    arena_buf_init(&b, arena_of(p));
    for (unsigned i = 0; i < words->count; i++)
        arena_buf_printf(&b, "%s%s", i ? ", " : "", words->texts[i]);
    return b.data;
}

bool build_word(struct parser *p, struct ident word, const struct build_words *words, int *value)
{
    struct suggest s;
    suggest_init(&s, word.name->text, NULL);
    for (unsigned i = 0; i < words->count; i++) {
        if (strcmp(words->texts[i], word.name->text) == 0) {
            *value = (int)i;
            return true;
        }
        suggest_offer(&s, words->texts[i]);
    }
    struct diag *d = diag_add(&p->unit->diags, E_WORD, word.span, "unknown %s '%s'%s", words->what,
                              word.name->text, suggest_text(&s, arena_of(p)));
    if (suggest_first(&s))
        diag_suggest(d, suggest_first(&s));
    diag_remark(d, "%s are %s", words->plural, list_words(p, words));
    expect_nonsense(p, word);
    return false;
}

void build_set_word(struct parser *p, struct set_word *to, struct word *word, struct span span,
                    const char *clause, const struct build_words *words)
{
    int value;
    if (!build_once(p, to->set, to->span, span, clause) || !build_word(p, word->id, words, &value))
        return;
    *to =
        (struct set_word){ .set = true, .value = value, .span = span, .value_span = word->id.span };
}

static void wrong_time_word(struct parser *p, const struct parse_time *t,
                            enum build_time_words words)
{
    static const char *const texts[] = { "infinity", "brutal_kill" };
    struct suggest s;
    suggest_init(&s, t->word.name->text, NULL);
    for (int i = 0; i < (int)words; i++)
        suggest_offer(&s, texts[i]);
    struct diag *d = diag_add(&p->unit->diags, E_WORD, t->span, "unknown time '%s'%s",
                              t->word.name->text, suggest_text(&s, arena_of(p)));
    if (suggest_first(&s))
        diag_suggest(d, suggest_first(&s));
    diag_remark(d, "here stands a duration such as 5s%s%s",
                words >= TIME_WORDS_INFINITY ? ", or infinity" : "",
                words >= TIME_WORDS_BRUTAL_KILL ? ", or brutal_kill" : "");
    expect_nonsense(p, t->word);
}

bool build_exact(struct parser *p, const struct parse_time *t, int64_t *ns)
{
    if (t->bad)
        return false;
    if (t->form == FORM_WORD) {
        wrong_time_word(p, t, TIME_WORDS_NONE);
        return false;
    }
    if (t->form == FORM_INTEGER) {
        const char *text =
            arena_copy(arena_of(p), p->source->bytes + t->span.begin, t->span.end - t->span.begin);
        struct diag *d =
            diag_add(&p->unit->diags, E_DURATION, t->span, "duration '%s' has no unit", text);
        diag_help(d, "write '%ss' for seconds, '%sms' for milliseconds", text, text);
        return false;
    }
    *ns = t->ns;
    return true;
}

static bool time_word(const struct parse_time *t, enum build_time_words words, enum time_kind *kind)
{
    if (t->form != FORM_WORD)
        return false;
    *kind = strcmp(t->word.name->text, "infinity") == 0 ? TIME_INFINITY : TIME_BRUTAL_KILL;
    if (*kind == TIME_INFINITY)
        return words >= TIME_WORDS_INFINITY;
    return words >= TIME_WORDS_BRUTAL_KILL && strcmp(t->word.name->text, "brutal_kill") == 0;
}

void build_set_time(struct parser *p, struct set_time *to, const struct parse_time *time,
                    struct span span, const char *clause, enum build_time_words words)
{
    struct set_time value = { .set = true, .span = span, .value_span = time->span };
    if (!build_once(p, to->set, to->span, span, clause))
        return;
    if (time_word(time, words, &value.kind)) {
        *to = value;
        return;
    }
    value.kind = TIME_DURATION;
    if (time->form == FORM_WORD)
        wrong_time_word(p, time, words);
    else if (build_exact(p, time, &value.ns))
        *to = value;
}

/* ---- Fields and values ---- */

struct field *build_field(struct parser *p, struct word *name, struct type *type,
                          struct expr *value, struct span span)
{
    struct field *f = ARENA_NEW(arena_of(p), struct field);
    f->name = name->id;
    f->type = type;
    f->value = value;
    f->span = span;
    f->doc = name->doc;
    if (f->doc)
        f->doc->used = true;
    return f;
}

struct field *build_variable(struct parser *p, struct field *f, struct text *variable,
                             struct span word_span)
{
    struct span span = build_span(word_span, variable->span);
    if (build_once(p, f->variable.bytes, f->variable.span, span, "env"))
        f->variable = *variable;
    return f;
}

struct field *build_access(struct parser *p, struct field *f, struct word *word, struct span span)
{
    static const char *const texts[] = { "private", "protected", "public" };
    static const struct build_words words = { "access", "kinds of access", texts, 3 };
    build_set_word(p, &f->access, word, span, "access", &words);
    return f;
}

struct field *build_ordered(struct parser *p, struct field *f, struct span span)
{
    if (build_once(p, f->ordered.set, f->ordered.span, span, "ordered"))
        f->ordered = (struct set_flag){ true, span };
    return f;
}

struct field *build_heir(struct parser *p, struct field *f, struct ref *ref, struct span span)
{
    if (build_once(p, f->heir.set, f->heir.span, span, "heir"))
        f->heir = (struct set_ref){ .set = true, .ref = *ref, .span = span };
    return f;
}

void build_add_field(struct field_list *list, struct field *f, struct span span)
{
    if (!f)
        return;
    f->span = build_span(f->span, span);
    if (list->last)
        list->last->next = f;
    else
        list->first = f;
    list->last = f;
    list->count++;
}

struct enum_value *build_value(struct parser *p, struct word *name)
{
    struct enum_value *v = ARENA_NEW(arena_of(p), struct enum_value);
    v->name = name->id;
    v->doc = name->doc;
    if (v->doc)
        v->doc->used = true;
    return v;
}

void build_add_value(struct enum_value_list *list, struct enum_value *v)
{
    if (!v)
        return;
    if (list->last)
        list->last->next = v;
    else
        list->first = v;
    list->last = v;
    list->count++;
}

/* ---- Names ---- */

struct ref build_ref(struct word *package, struct word *name)
{
    struct ref r = { .name = name->id, .span = name->id.span };
    if (package) {
        r.package = package->id;
        r.span = build_span(package->id.span, name->id.span);
    }
    return r;
}

void build_add_ref(struct parser *p, struct ref_list *list, struct ref *ref)
{
    struct ref_item *item = ARENA_NEW(arena_of(p), struct ref_item);
    item->ref = *ref;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    list->count++;
}

void build_add_word(struct parser *p, struct parse_word_list *list, struct word *word)
{
    struct parse_word_item *item = ARENA_NEW(arena_of(p), struct parse_word_item);
    item->word = *word;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    list->count++;
}

struct edge *build_edge(struct parser *p, struct word *a, struct word *b, struct word *c)
{
    struct edge *e = ARENA_NEW(arena_of(p), struct edge);
    const struct word *words[] = { a, b, c };
    while (e->n_parts < 3 && words[e->n_parts]) {
        e->parts[e->n_parts] = words[e->n_parts]->id;
        e->n_parts++;
    }
    e->span = build_span(a->id.span, e->parts[e->n_parts - 1].span);
    return e;
}

void build_add_edge(struct edge_list *list, struct edge *e)
{
    if (list->last)
        list->last->next = e;
    else
        list->first = e;
    list->last = e;
    list->count++;
}

/* ---- Types ---- */

static struct type *new_type(struct parser *p, enum type_kind kind, struct span span)
{
    struct type *t = ARENA_NEW(arena_of(p), struct type);
    t->kind = kind;
    t->depth = 1;
    t->span = span;
    return t;
}

struct type *build_type_poison(struct parser *p, struct span span)
{
    return new_type(p, TYPE_POISON, span);
}

/* The types that take arguments, as far as word is like one of them. */
static const char *like_a_table(struct parser *p, const struct ref *ref)
{
    struct suggest s;
    suggest_init(&s, ref->name.name->text, NULL);
    if (!ref->package.name && !ref->name.name->scalar) {
        suggest_offer(&s, "table");
        suggest_offer(&s, "table_ref");
    }
    return suggest_text(&s, arena_of(p));
}

static struct type *wrong_arguments(struct parser *p, const struct ref *ref, struct span span)
{
    struct diag *d;
    if (!ref->package.name && ref->name.name->scalar >= TYPE_TABLE)
        d = diag_add(&p->unit->diags, E_TYPE_ARGUMENTS, span,
                     "'%s' takes the type of its key and the type of its value",
                     ref->name.name->text);
    else
        d = diag_add(&p->unit->diags, E_TYPE_ARGUMENTS, span, "type '%s' takes no arguments%s",
                     ref->name.name->text, like_a_table(p, ref));
    diag_help(d, "a table is written table<KEY, VALUE>, a list [T], an optional value T?");
    return build_type_poison(p, span);
}

struct type *build_type_ref(struct parser *p, struct ref *ref)
{
    unsigned scalar = ref->package.name ? 0 : ref->name.name->scalar;
    if (scalar >= TYPE_TABLE)
        return wrong_arguments(p, ref, ref->span);
    struct type *t = new_type(p, scalar ? (enum type_kind)scalar : TYPE_NAMED, ref->span);
    t->named = *ref;
    return t;
}

static struct type *too_deep_type(struct parser *p, struct span span)
{
    diag_add(&p->unit->diags, E_DEPTH, span, "this type has more than %d levels", PARSE_MAX_DEPTH);
    return build_type_poison(p, span);
}

struct type *build_type_arguments(struct parser *p, struct ref *ref, struct type *first,
                                  struct type *second, struct span span)
{
    unsigned scalar = ref->package.name ? 0 : ref->name.name->scalar;
    if (scalar < TYPE_TABLE || !second)
        return wrong_arguments(p, ref, span);
    unsigned depth = 1u + (first->depth > second->depth ? first->depth : second->depth);
    if (depth > PARSE_MAX_DEPTH)
        return too_deep_type(p, span);
    struct type *t = new_type(p, (enum type_kind)scalar, span);
    t->depth = (uint16_t)depth;
    t->table.key = first;
    t->table.value = second;
    return t;
}

struct type *build_type_of(struct parser *p, enum type_kind kind, struct type *elem,
                           struct span span)
{
    if (elem->kind == TYPE_POISON)
        return elem;
    if (elem->depth >= PARSE_MAX_DEPTH)
        return too_deep_type(p, span);
    struct type *t = new_type(p, kind, span);
    t->depth = (uint16_t)(elem->depth + 1);
    t->elem = elem;
    return t;
}

struct type *build_type_extern(struct parser *p, struct text *c_type, struct span span)
{
    struct type *t = new_type(p, c_type->bytes ? TYPE_EXTERN : TYPE_POISON, span);
    t->c_type = *c_type;
    return t;
}

/* ---- Times ---- */

static struct parse_time *new_time(struct parser *p, enum parse_time_form form, struct span span)
{
    struct parse_time *t = ARENA_NEW(arena_of(p), struct parse_time);
    t->form = form;
    t->span = span;
    return t;
}

struct parse_time *build_time_duration(struct parser *p, struct parse_duration *d, struct span span)
{
    struct parse_time *t = new_time(p, FORM_DURATION, span);
    t->ns = d->ns;
    t->bad = d->bad;
    return t;
}

struct parse_time *build_time_integer(struct parser *p, struct parse_integer *i, struct span span)
{
    struct parse_time *t = new_time(p, FORM_INTEGER, span);
    t->integer = i->value;
    t->bad = i->bad;
    return t;
}

struct parse_time *build_time_word(struct parser *p, struct word *word)
{
    struct parse_time *t = new_time(p, FORM_WORD, word->id.span);
    t->word = word->id;
    return t;
}

/* ---- Expressions ---- */

static struct expr *new_expr(struct parser *p, enum expr_kind kind, struct span span)
{
    struct expr *e = ARENA_NEW(arena_of(p), struct expr);
    e->kind = kind;
    e->depth = 1;
    e->span = span;
    return e;
}

struct expr *build_expr_poison(struct parser *p, struct span span)
{
    return new_expr(p, EXPR_POISON, span);
}

struct expr *build_integer(struct parser *p, struct parse_integer *i, struct span span)
{
    struct expr *e = new_expr(p, i->bad ? EXPR_POISON : EXPR_INT, span);
    e->integer = i->value;
    return e;
}

struct expr *build_float(struct parser *p, struct parse_float *f, struct span span)
{
    struct expr *e = new_expr(p, f->bad ? EXPR_POISON : EXPR_FLOAT, span);
    e->number = f->value;
    return e;
}

struct expr *build_duration(struct parser *p, struct parse_duration *d, struct span span)
{
    struct expr *e = new_expr(p, d->bad ? EXPR_POISON : EXPR_DURATION, span);
    e->ns = d->ns;
    return e;
}

struct expr *build_string(struct parser *p, struct text *text)
{
    struct expr *e = new_expr(p, text->bytes ? EXPR_STRING : EXPR_POISON, text->span);
    e->string = *text;
    return e;
}

struct expr *build_grouped(struct expr *e, struct span span)
{
    e->span = span;
    return e;
}

struct expr *build_name(struct parser *p, struct word *name)
{
    const char *text = name->id.name->text;
    struct expr *e = new_expr(p, EXPR_NAME, name->id.span);
    e->name = name->id;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        e->kind = EXPR_BOOL;
        e->truth = *text == 't';
    } else if (strcmp(text, "none") == 0) {
        e->kind = EXPR_NONE;
    }
    return e;
}

static struct expr *too_deep_expr(struct parser *p, struct span span)
{
    diag_add(&p->unit->diags, E_DEPTH, span, "this expression has more than %d levels",
             PARSE_MAX_DEPTH);
    return build_expr_poison(p, span);
}

struct expr *build_dot(struct parser *p, struct expr *base, struct word *member, struct span span)
{
    if (base->kind == EXPR_POISON)
        return base;
    if (base->depth >= PARSE_MAX_DEPTH)
        return too_deep_expr(p, span);
    struct expr *e = new_expr(p, EXPR_DOT, span);
    e->depth = (uint16_t)(base->depth + 1);
    e->dot.base = base;
    e->dot.member = member->id;
    return e;
}

static struct expr *new_operation(struct parser *p, enum expr_kind kind, struct expr *left,
                                  struct expr *right, struct span span)
{
    unsigned depth = 1u + left->depth;
    if (right && right->depth + 1u > depth)
        depth = right->depth + 1u;
    if (left->kind == EXPR_POISON || (right && right->kind == EXPR_POISON))
        return build_expr_poison(p, span);
    if (depth > PARSE_MAX_DEPTH)
        return too_deep_expr(p, span);
    struct expr *e = new_expr(p, kind, span);
    e->depth = (uint16_t)depth;
    e->op.left = left;
    e->op.right = right;
    return e;
}

struct expr *build_unary(struct parser *p, enum expr_op op, struct expr *operand,
                         struct span op_span)
{
    struct span span = build_span(op_span, operand->span);
    struct expr *e = new_operation(p, EXPR_UNARY, operand, NULL, span);
    if (e->kind == EXPR_UNARY) {
        e->op.op = op;
        e->op.op_span = op_span;
    }
    return e;
}

struct expr *build_binary(struct parser *p, enum expr_op op, struct expr *left, struct expr *right,
                          struct span op_span)
{
    struct span span = build_span(left->span, right->span);
    struct expr *e = new_operation(p, EXPR_BINARY, left, right, span);
    if (e->kind == EXPR_BINARY) {
        e->op.op = op;
        e->op.op_span = op_span;
    }
    return e;
}
