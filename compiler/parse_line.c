/* parse_line.c - builders of the lines of genservers, supervisors and applications.
 *
 * Idea: each line sets one field of the declaration it stands in, once; a second is reported and
 * the first is kept. */
#include "parse_build.h"

#include <string.h>

#include "suggest.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct arena *arena_of(struct parser *p)
{
    return p->unit->arena;
}

/* ---- Genservers ---- */

struct name_line *build_plain_name(struct parser *p, struct word *name)
{
    struct name_line *n = ARENA_NEW(arena_of(p), struct name_line);
    n->set = true;
    n->name = name->id;
    return n;
}

struct name_line *build_via(struct parser *p, struct ref *registry, struct word *option)
{
    struct name_line *n = ARENA_NEW(arena_of(p), struct name_line);
    n->set = n->via = true;
    n->registry = *registry;
    n->option = option->id;
    return n;
}

void build_name_line(struct parser *p, struct decl *d, struct name_line *line, struct span span)
{
    struct name_line *to = &d->genserver.name;
    if (!build_once(p, to->set, to->span, span, "name"))
        return;
    *to = *line;
    to->span = span;
}

struct parse_mailbox_policy *build_policy(struct parser *p, struct word *word,
                                          struct parse_time *time)
{
    struct parse_mailbox_policy *m = ARENA_NEW(arena_of(p), struct parse_mailbox_policy);
    m->word_set = true;
    m->word = word->id;
    m->time_set = time != NULL;
    if (time)
        m->time = *time;
    return m;
}

/* Fills in what stands behind the limit; false if it was reported. */
static bool read_policy(struct parser *p, struct mailbox *m,
                        const struct parse_mailbox_policy *policy)
{
    static const char *const texts[] = { "error", "drop", "block" };
    static const struct build_words words = { "policy", "policies", texts, COUNT(texts) };
    int value;
    if (!build_word(p, policy->word, &words, &value))
        return false;
    m->policy = (enum mailbox_policy)value;
    m->policy_span = policy->word.span;
    if (policy->time_set)
        m->policy_span = build_span(m->policy_span, policy->time.span);
    if (m->policy == MAILBOX_BLOCK && !policy->time_set) {
        struct diag *d =
            diag_add(&p->unit->diags, E_MISSING, policy->word.span, "'block' has no time");
        diag_help(d, "say how long a sender waits: 'block 50ms'");
        return false;
    }
    if (m->policy != MAILBOX_BLOCK && policy->time_set) {
        diag_add(&p->unit->diags, E_CLAUSE, policy->time.span, "'%s' takes no time",
                 policy->word.name->text);
        return false;
    }
    return m->policy != MAILBOX_BLOCK || build_exact(p, &policy->time, &m->block_ns);
}

void build_mailbox(struct parser *p, struct decl *d, struct parse_integer *limit,
                   struct span limit_span, struct parse_mailbox_policy *policy, struct span span)
{
    struct mailbox *to = &d->genserver.mailbox;
    struct mailbox m = {
        .set = true, .limit = limit->value, .span = span, .limit_span = limit_span
    };
    if (!build_once(p, to->set, to->span, span, "mailbox") || limit->bad)
        return;
    if (!policy || read_policy(p, &m, policy))
        *to = m;
}

static void set_callback(struct parser *p, struct callback *c, struct word *word, struct doc *doc,
                         struct handler *h, struct span span)
{
    if (!build_once(p, c->set, c->word_span, word->id.span, word->id.name->text))
        return;
    *c = (struct callback){
        .set = true, .span = span, .word_span = word->id.span, .doc = doc, .handler = *h
    };
    if (doc)
        doc->used = true;
}

void build_init(struct parser *p, struct decl *d, struct word *word, struct handler *h,
                struct span span)
{
    set_callback(p, &d->genserver.callbacks[CALLBACK_INIT], word, word->doc, h, span);
}

void build_callbacks(struct parser *p, struct decl *d, struct word *word,
                     struct parse_word_list *words, struct handler *h, struct span span)
{
    static const char *const texts[] = { "terminate", "down", "exit", "idle", "format_status" };
    static const struct build_words known = { "callback", "callbacks", texts, COUNT(texts) };
    _Static_assert(CALLBACK_FORMAT_STATUS - CALLBACK_TERMINATE + 1 == COUNT(texts),
                   "in their order");
    for (struct parse_word_item *i = words->first; i; i = i->next) {
        int value;
        if (!build_word(p, i->word.id, &known, &value))
            continue;
        struct callback *c = &d->genserver.callbacks[CALLBACK_TERMINATE + value];
        set_callback(p, c, &i->word, i->word.doc ? i->word.doc : word->doc, h, span);
    }
}

/* ---- Supervisors ---- */

void build_strategy(struct parser *p, struct decl *d, struct word *word, struct span span)
{
    static const char *const texts[] = { "one_for_one", "one_for_all", "rest_for_one" };
    static const struct build_words words = { "strategy", "strategies", texts, COUNT(texts) };
    build_set_word(p, &d->supervisor.strategy, word, span, "strategy", &words);
}

void build_auto_shutdown(struct parser *p, struct decl *d, struct word *word, struct span span)
{
    static const char *const texts[] = { "never", "any_significant", "all_significant" };
    static const struct build_words words = { "auto_shutdown", "values of auto_shutdown", texts,
                                              COUNT(texts) };
    build_set_word(p, &d->supervisor.auto_shutdown, word, span, "auto_shutdown", &words);
}

void build_intensity(struct parser *p, struct decl *d, struct parse_integer *count,
                     struct span value_span, struct parse_time *period, struct span span)
{
    struct set_intensity *to = &d->supervisor.max_restarts;
    struct set_intensity i = {
        .set = true, .count = count->value, .span = span, .value_span = value_span
    };
    if (!build_once(p, to->set, to->span, span, "max_restarts") || count->bad)
        return;
    if (build_exact(p, period, &i.period_ns))
        *to = i;
}

void build_max_children(struct parser *p, struct decl *d, struct expr *value, struct span name_span,
                        struct span span)
{
    struct set_value *to = &d->supervisor.max_children;
    if (build_once(p, to->value, to->span, span, "max_children"))
        *to = (struct set_value){ .value = value, .span = span, .name_span = name_span };
}

/* ---- Children ---- */

struct child *build_child(struct parser *p, struct word *word, struct word *id, struct ref *module)
{
    struct child *c = ARENA_NEW(arena_of(p), struct child);
    c->id = id ? id->id : module->name;
    c->id_written = id != NULL;
    c->module = *module;
    c->doc = word->doc;
    c->span = word->id.span;
    if (c->doc)
        c->doc->used = true;
    return c;
}

void build_restart(struct parser *p, struct child *c, struct word *word, struct span span)
{
    static const char *const texts[] = { "permanent", "transient", "temporary" };
    static const struct build_words words = { "restart value", "restart values", texts,
                                              COUNT(texts) };
    build_set_word(p, &c->restart, word, span, "restart", &words);
}

void build_shutdown(struct parser *p, struct child *c, struct parse_time *time, struct span span)
{
    build_set_time(p, &c->shutdown, time, span, "shutdown", TIME_WORDS_BRUTAL_KILL);
}

void build_child_name(struct parser *p, struct child *c, struct word *name, struct span span)
{
    if (!build_once(p, c->name.set, c->name.span, span, "name"))
        return;
    c->name = (struct name_line){ .set = true, .name = name->id, .span = span };
}

struct child *build_child_end(struct parser *p, struct child *c, struct span span)
{
    c->broken = p->line_broken;
    p->line_broken = false;
    c->span = span;
    return c;
}

struct child *build_child_options(struct parser *p, struct child *c,
                                  struct option_value_list *options, struct span options_span,
                                  struct span span)
{
    c->options_written = true;
    c->options_span = options_span;
    c->options = *options;
    return build_child_end(p, c, span);
}

void build_add_option(struct parser *p, struct option_value_list *list, struct word *name,
                      struct expr *value, struct span span)
{
    struct option_value *o = ARENA_NEW(arena_of(p), struct option_value);
    *o = (struct option_value){ .name = name->id, .value = value, .span = span };
    if (list->last)
        list->last->next = o;
    else
        list->first = o;
    list->last = o;
    list->count++;
}

void build_add_child(struct decl *d, struct child *c)
{
    struct child_list *list = &d->supervisor.children;
    c->owner = d;
    if (list->last)
        list->last->next = c;
    else
        list->first = c;
    list->last = c;
    list->count++;
}

/* ---- Applications ---- */

void build_start(struct parser *p, struct decl *d, struct ref *ref, struct span span)
{
    struct set_ref *to = &d->application.start;
    if (build_once(p, to->set, to->span, span, "start"))
        *to = (struct set_ref){ .set = true, .ref = *ref, .span = span };
}

void build_application_type(struct parser *p, struct decl *d, struct word *word, struct span span)
{
    static const char *const texts[] = { "permanent", "transient", "temporary" };
    static const struct build_words words = { "application type", "application types", texts,
                                              COUNT(texts) };
    build_set_word(p, &d->application.type, word, span, "type", &words);
}

void build_uses(struct parser *p, struct decl *d, struct ref_list *refs)
{
    struct ref_list *to = &d->application.uses;
    (void)p;
    if (to->last)
        to->last->next = refs->first;
    else
        to->first = refs->first;
    to->last = refs->last;
    to->count += refs->count;
}

void build_crash(struct parser *p, struct decl *d, struct word *word, struct span span)
{
    static const char *const texts[] = { "contain", "fatal" };
    static const struct build_words words = { "crash policy", "crash policies", texts,
                                              COUNT(texts) };
    build_set_word(p, &d->application.crash, word, span, "crash", &words);
}

void build_stop_within(struct parser *p, struct decl *d, struct parse_time *time, struct span span)
{
    build_set_time(p, &d->application.stop_within, time, span, "stop_within", TIME_WORDS_NONE);
}
