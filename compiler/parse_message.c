/* parse_message.c - builders of messages: parameters, replies, and the clauses behind them.
 *
 * Idea: the grammar lets every kind of message have every part, so that a misplaced one gets a
 * sentence of its own here instead of "unexpected". */
#include "parse_build.h"

#include <string.h>

static struct arena *arena_of(struct parser *p)
{
    return p->unit->arena;
}

/* ---- Parameters ---- */

/* Only the last parameters may have defaults. */
static void check_default_order(struct parser *p, const struct field_list *params)
{
    const struct field *defaulted = NULL;
    for (const struct field *f = params->first; f; f = f->next) {
        if (f->value) {
            defaulted = defaulted ? defaulted : f;
            continue;
        }
        if (!defaulted)
            continue;
        struct diag *d =
            diag_add(&p->unit->diags, E_DEFAULT_ORDER, f->name.span,
                     "parameter '%s' has no default, but one before it has", f->name.name->text);
        diag_note(d, defaulted->span, "'%s' has one", defaulted->name.name->text);
        return;
    }
}

struct message *build_signature(struct parser *p, struct word *name, struct field_list *params,
                                struct reply *reply)
{
    struct message *m = ARENA_NEW(arena_of(p), struct message);
    m->name = name->id;
    m->params = *params;
    m->reply = *reply;
    check_default_order(p, params);
    return m;
}

struct message *build_valued(struct message *m, struct expr *value)
{
    m->value = value;
    return m;
}

struct message *build_both(struct message *m, struct expr *value, struct expr *next_value)
{
    m->next_value = next_value;
    return build_valued(m, value);
}

/* ---- Replies ---- */

struct reply *build_reply_ack(struct parser *p)
{
    struct reply *r = ARENA_NEW(arena_of(p), struct reply);
    r->kind = REPLY_ACK;
    return r;
}

/* A tag that holds only a type; build_reply() takes it apart. */
struct tag *build_type_alternative(struct parser *p, struct type *type)
{
    struct tag *t = ARENA_NEW(arena_of(p), struct tag);
    struct field *f = ARENA_NEW(arena_of(p), struct field);
    f->type = type;
    t->fields = (struct field_list){ f, f, 0 };
    t->span = type->span;
    return t;
}

static struct type *lone_type(const struct tag *t)
{
    return t->name.name ? NULL : t->fields.first->type;
}

static void refuse_defaults(struct parser *p, const struct field_list *fields)
{
    for (struct field *f = fields->first; f; f = f->next) {
        if (!f->value)
            continue;
        diag_add(&p->unit->diags, E_NO_DEFAULT, f->value->span,
                 "field '%s' of a reply cannot have a default", f->name.name->text);
        f->value = NULL;
    }
}

struct tag *build_tag(struct parser *p, struct word *name, struct field_list *fields,
                      struct span span)
{
    struct tag *t = ARENA_NEW(arena_of(p), struct tag);
    t->name = name->id;
    t->doc = name->doc;
    t->span = span;
    if (t->doc)
        t->doc->used = true;
    if (fields) {
        t->fields = *fields;
        refuse_defaults(p, fields);
    }
    return t;
}

void build_add_tag(struct tag_list *list, struct tag *t)
{
    if (list->last)
        list->last->next = t;
    else
        list->first = t;
    list->last = t;
    list->count++;
}

/* Among several alternatives a lone name is a tag; another type is a mistake. */
static bool make_tag(struct parser *p, struct tag *t)
{
    struct type *type = lone_type(t);
    if (!type)
        return true;
    if (type->kind == TYPE_NAMED && !type->named.package.name) {
        t->name = type->named.name;
        t->fields = (struct field_list){ 0 };
        return true;
    }
    if (type->kind != TYPE_POISON) {
        const char *text = ast_type_text(arena_of(p), type);
        struct diag *d = diag_add(&p->unit->diags, E_ALTERNATIVE, type->span,
                                  "alternative '%s' is a type, not a tag", text);
        diag_help(d, "give it a tag: 'ok(value: %s)'", text);
    }
    return false;
}

struct reply *build_reply(struct parser *p, struct tag_list *alternatives, struct span span)
{
    struct reply *r = build_reply_ack(p);
    struct tag *only = alternatives->count == 1 ? alternatives->first : NULL;
    r->span = span;
    if (only && lone_type(only)) {
        r->kind = REPLY_VALUE;
        r->type = lone_type(only);
        return r;
    }
    r->kind = REPLY_TAGS;
    for (struct tag *t = alternatives->first, *next; t; t = next) {
        next = t->next;
        t->next = NULL;
        if (make_tag(p, t))
            build_add_tag(&r->tags, t);
        else
            r->kind = REPLY_POISON;
    }
    return r;
}

/* ---- Clauses ---- */

struct handler *build_handler(struct parser *p)
{
    return ARENA_NEW(arena_of(p), struct handler);
}

void build_timeout(struct parser *p, struct handler *h, struct parse_time *time, struct span span)
{
    build_set_time(p, &h->timeout, time, span, "timeout", TIME_WORDS_INFINITY);
}

void build_reply_later(struct parser *p, struct handler *h, struct word *later, struct ref *by,
                       struct span span)
{
    static const char *const texts[] = { "later" };
    static const struct build_words words = { "manner of reply", "manners of reply", texts, 1 };
    int value;
    if (!build_once(p, h->reply_later.set, h->reply_later.span, span, "reply") ||
        !build_word(p, later->id, &words, &value))
        return;
    h->reply_later = (struct set_flag){ true, span };
    if (by)
        h->reply_by = (struct set_ref){ .set = true, .ref = *by, .span = span };
}

void build_edges(struct edge_list *list, struct edge_list *more)
{
    if (list->last)
        list->last->next = more->first;
    else
        list->first = more->first;
    list->last = more->last;
    list->count += more->count;
}

void build_range(struct parser *p, struct set_range *to, struct parse_time *const range[2],
                 struct span span, const char *word)
{
    struct set_range r = { .set = true,
                           .span = span,
                           .value_span = build_span(range[0]->span, range[1]->span) };
    if (!build_once(p, to->set, to->span, span, word) || !build_exact(p, range[0], &r.min_ns))
        return;
    r.max_ns = r.min_ns;
    if (range[1] != range[0] && !build_exact(p, range[1], &r.max_ns))
        return;
    if (r.max_ns < r.min_ns)
        diag_add(&p->unit->diags, E_RANGE, r.value_span, "the range of '%s' runs backwards", word);
    else
        *to = r;
}

void build_flag(struct parser *p, struct set_flag *to, struct span span, const char *word)
{
    if (build_once(p, to->set, to->span, span, word))
        *to = (struct set_flag){ true, span };
}

/* ---- Messages ---- */

static void refuse(struct parser *p, bool set, struct span span, const struct message *m,
                   const char *clause)
{
    if (!set)
        return;
    const char *word = ast_message_word(m->kind);
    const char *article = strchr("aeiou", *word) ? "an" : "a";
    struct diag *d =
        diag_add(&p->unit->diags, E_CLAUSE, span, "%s %s has no %s", article, word, clause);
    if (m->kind == MESSAGE_CAST || m->kind == MESSAGE_INFO)
        diag_help(d, "what is waited for and answered is a call");
}

static bool waits(enum message_kind kind)
{
    return kind == MESSAGE_CALL || kind == MESSAGE_GET || kind == MESSAGE_UPDATE ||
           kind == MESSAGE_GET_AND_UPDATE || kind == MESSAGE_RUN;
}

static bool replies(enum message_kind kind)
{
    return waits(kind) && kind != MESSAGE_UPDATE;
}

static struct message *finish(struct parser *p, enum message_kind kind, struct doc *doc,
                              struct message *m, struct handler *h)
{
    m->kind = kind;
    m->handler = *h;
    m->doc = doc;
    if (doc)
        doc->used = true;
    m->broken = p->line_broken;
    p->line_broken = false;
    if (!replies(kind)) {
        refuse(p, m->reply.kind != REPLY_ACK, m->reply.span, m, "reply");
        m->reply = (struct reply){ .kind = REPLY_ACK };
    }
    if (!waits(kind)) {
        refuse(p, h->timeout.set, h->timeout.span, m, "timeout");
        m->handler.timeout.set = false;
    }
    if (kind != MESSAGE_CALL) {
        refuse(p, h->reply_later.set, h->reply_later.span, m, "later reply");
        m->handler.reply_later.set = m->handler.reply_by.set = false;
    }
    return m;
}

struct message *build_message(struct parser *p, enum message_kind kind, struct word *word,
                              struct message *m, struct handler *h, struct span span)
{
    m->span = span;
    return finish(p, kind, word->doc, m, h);
}

struct message *build_event(struct parser *p, struct word *word, struct ref *pubsub,
                            struct handler *h, struct span span)
{
    struct message *m = ARENA_NEW(arena_of(p), struct message);
    m->name = pubsub->name;
    m->pubsub = *pubsub;
    m->span = span;
    return finish(p, MESSAGE_EVENT, word->doc, m, h);
}

struct message *build_operation(struct parser *p, enum message_kind kind, struct word *word,
                                struct message *m, struct handler *h, struct span span)
{
    m->span = span;
    finish(p, kind, word->doc, m, h);
    if (kind == MESSAGE_GET_AND_UPDATE && m->value && !m->next_value && !m->broken) {
        struct diag *d =
            diag_add(&p->unit->diags, E_MISSING, m->value->span,
                     "get_and_update '%s' has a reply and no new state", m->name.name->text);
        diag_help(d, "write both: '= REPLY, NEW_STATE'");
        m->broken = true;
    }
    if (replies(kind) && m->reply.kind == REPLY_ACK && !m->broken) {
        struct diag *d =
            diag_add(&p->unit->diags, E_MISSING, m->name.span, "%s '%s' has no reply type",
                     ast_message_word(kind), m->name.name->text);
        diag_help(d, "write '-> TYPE' behind its name or parameters");
        m->broken = true;
    }
    return m;
}

void build_add_message(struct message_list *list, struct message *m)
{
    if (list->last)
        list->last->next = m;
    else
        list->first = m;
    list->last = m;
    list->count++;
}

struct decl *build_task(struct parser *p, struct word *word, struct message *m, struct handler *h,
                        struct span span)
{
    struct decl *d = build_decl(p, DECL_TASK);
    struct word name = { .id = m->name };
    m->span = span;
    m->owner = d;
    d->task = finish(p, MESSAGE_RUN, word->doc, m, h);
    return build_named(p, d, word, &name);
}
