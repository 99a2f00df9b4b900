/* parse_setting.c - builders of registries, pubsubs and caches.
 *
 * Idea: a built-in module is a list of settings, each of one form. The grammar takes any word in
 * any form; one table says which there are and how they are written, so that a misspelt or wrongly
 * written one gets a message of its own. */
#include "parse_build.h"

#include <string.h>

#include "suggest.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum setting_id {
    REGISTRY_KEYS,
    REGISTRY_KEY,
    REGISTRY_VALUE,
    REGISTRY_LISTENER,
    REGISTRY_META,
    PUBSUB_MESSAGE,
    CACHE_KEY,
    CACHE_VALUE,
    CACHE_TTL,
    CACHE_SWEEP,
    CACHE_MAX_ENTRIES,
    CACHE_MAX_BYTES,
    CACHE_READ,
    CACHE_STALE,
    CACHE_LOADER,
    CACHE_ON
};

struct rule {
    enum decl_kind kind;
    const char *word;
    enum parse_setting_form form;
    bool required;
    const char *example;
};

/* By enum setting_id. */
static const struct rule rules[] = {
    [REGISTRY_KEYS] = { DECL_REGISTRY, "keys", SETTING_WORD, true, "keys unique" },
    [REGISTRY_KEY] = { DECL_REGISTRY, "key", SETTING_TYPE, true, "key: u64" },
    [REGISTRY_VALUE] = { DECL_REGISTRY, "value", SETTING_TYPE, false, "value: string" },
    [REGISTRY_LISTENER] = { DECL_REGISTRY, "listener", SETTING_WORD, false, "listener MODULE" },
    [REGISTRY_META] = { DECL_REGISTRY, "meta", SETTING_TYPE, false, "meta: string" },
    [PUBSUB_MESSAGE] = { DECL_PUBSUB, "message", SETTING_TYPE, true, "message: string" },
    [CACHE_KEY] = { DECL_CACHE, "key", SETTING_TYPE, true, "key: string" },
    [CACHE_VALUE] = { DECL_CACHE, "value", SETTING_TYPE, true, "value: string" },
    [CACHE_TTL] = { DECL_CACHE, "ttl", SETTING_VALUE, false, "ttl = 5m" },
    [CACHE_SWEEP] = { DECL_CACHE, "sweep", SETTING_VALUE, false, "sweep = 60s" },
    [CACHE_MAX_ENTRIES] = { DECL_CACHE, "max_entries", SETTING_VALUE, false,
                            "max_entries = 1_000" },
    [CACHE_MAX_BYTES] = { DECL_CACHE, "max_bytes", SETTING_VALUE, false, "max_bytes = 1_000_000" },
    [CACHE_READ] = { DECL_CACHE, "read", SETTING_WORD, false, "read direct" },
    [CACHE_STALE] = { DECL_CACHE, "stale", SETTING_TIME, false, "stale 5ms" },
    [CACHE_LOADER] = { DECL_CACHE, "loader", SETTING_ALONE, false, "loader" },
    [CACHE_ON] = { DECL_CACHE, "on", SETTING_WORD, false, "on evict" },
};

/* ---- As written ---- */

struct parse_setting *build_setting(struct parser *p, struct word *word,
                                    enum parse_setting_form form)
{
    struct parse_setting *s = ARENA_NEW(p->unit->arena, struct parse_setting);
    s->word = *word;
    s->form = form;
    return s;
}

struct parse_setting *build_setting_word(struct parser *p, struct word *word, struct ref *ref)
{
    struct parse_setting *s = build_setting(p, word, SETTING_WORD);
    s->ref = *ref;
    return s;
}

struct parse_setting *build_setting_time(struct parser *p, struct word *word,
                                         struct parse_time *time)
{
    struct parse_setting *s = build_setting(p, word, SETTING_TIME);
    s->time = *time;
    return s;
}

struct parse_setting *build_setting_type(struct parser *p, struct word *word, struct type *type)
{
    struct parse_setting *s = build_setting(p, word, SETTING_TYPE);
    s->type = type;
    return s;
}

struct parse_setting *build_setting_value(struct parser *p, struct word *word, struct expr *value)
{
    struct parse_setting *s = build_setting(p, word, SETTING_VALUE);
    s->value = value;
    return s;
}

void build_add_setting(struct parse_setting_list *list, struct parse_setting *s, struct span span)
{
    s->span = span;
    if (list->last)
        list->last->next = s;
    else
        list->first = s;
    list->last = s;
    list->count++;
}

/* ---- What it means ---- */

static int find_rule(struct parser *p, enum decl_kind kind, const struct parse_setting *s)
{
    struct suggest near;
    suggest_init(&near, s->word.id.name->text, NULL);
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (rules[i].kind != kind)
            continue;
        if (strcmp(rules[i].word, s->word.id.name->text) == 0)
            return (int)i;
        suggest_offer(&near, rules[i].word);
    }
    struct diag *d =
        diag_add(&p->unit->diags, E_SETTING, s->word.id.span, "%s has no setting '%s'%s",
                 ast_decl_phrase(kind), s->word.id.name->text, suggest_text(&near, p->unit->arena));
    if (suggest_first(&near))
        diag_suggest(d, suggest_first(&near));
    return -1;
}

/* Gives the rule of a setting that is known, written as it must be and not given before. */
static int check_setting(struct parser *p, enum decl_kind kind, const struct parse_setting *s,
                         struct span seen[])
{
    int id = find_rule(p, kind, s);
    if (id < 0)
        return id;
    if (s->form != rules[id].form) {
        struct diag *d = diag_add(&p->unit->diags, E_SETTING_FORM, s->span,
                                  "setting '%s' is written in another manner", rules[id].word);
        diag_help(d, "write it as in '%s;'", rules[id].example);
        seen[id] = s->span;
        return -1;
    }
    if (!build_once(p, seen[id].file, seen[id], s->span, rules[id].word))
        return -1;
    seen[id] = s->span;
    return id;
}

static void set_type(struct set_type *to, const struct parse_setting *s)
{
    *to = (struct set_type){ .type = s->type, .span = s->span, .name_span = s->word.id.span };
}

static void set_value(struct set_value *to, const struct parse_setting *s)
{
    *to = (struct set_value){ .value = s->value, .span = s->span, .name_span = s->word.id.span };
}

static void set_word(struct parser *p, struct set_word *to, const struct parse_setting *s,
                     const struct build_words *words)
{
    struct word word = { .id = s->ref.name };
    build_set_word(p, to, &word, s->span, words->what, words);
}

/* `on evict` */
static void set_evict(struct parser *p, struct callback *to, const struct parse_setting *s)
{
    static const char *const texts[] = { "evict" };
    static const struct build_words words = { "callback", "callbacks", texts, COUNT(texts) };
    int value;
    if (build_word(p, s->ref.name, &words, &value))
        *to = (struct callback){ .set = true, .span = s->span, .word_span = s->ref.span };
}

static void apply_setting(struct parser *p, struct decl *d, enum setting_id id,
                          struct parse_setting *s)
{
    static const char *const key_texts[] = { "unique", "duplicate" };
    static const struct build_words keys = { "kind of keys", "kinds of keys", key_texts, 2 };
    static const char *const read_texts[] = { "direct", "owner" };
    static const struct build_words reads = { "manner of reading", "manners of reading", read_texts,
                                              2 };
    switch (id) {
    case REGISTRY_KEYS: set_word(p, &d->registry.keys, s, &keys); break;
    case REGISTRY_KEY: set_type(&d->registry.key, s); break;
    case REGISTRY_VALUE: set_type(&d->registry.value, s); break;
    case REGISTRY_LISTENER:
        d->registry.listener = (struct set_ref){ .set = true, .ref = s->ref, .span = s->span };
        break;
    case REGISTRY_META: set_type(&d->registry.meta, s); break;
    case PUBSUB_MESSAGE: set_type(&d->pubsub.message, s); break;
    case CACHE_KEY: set_type(&d->cache.key, s); break;
    case CACHE_VALUE: set_type(&d->cache.value, s); break;
    case CACHE_TTL: set_value(&d->cache.ttl, s); break;
    case CACHE_SWEEP: set_value(&d->cache.sweep, s); break;
    case CACHE_MAX_ENTRIES: set_value(&d->cache.max_entries, s); break;
    case CACHE_MAX_BYTES: set_value(&d->cache.max_bytes, s); break;
    case CACHE_READ: set_word(p, &d->cache.read, s, &reads); break;
    case CACHE_STALE:
        build_set_time(p, &d->cache.stale, &s->time, s->span, "stale", TIME_WORDS_NONE);
        break;
    case CACHE_LOADER: d->cache.loader = (struct set_flag){ true, s->span }; break;
    case CACHE_ON: set_evict(p, &d->cache.evict, s); break;
    }
}

struct decl *build_built_in(struct parser *p, enum decl_kind kind, struct word *word,
                            struct word *name, struct parse_setting_list *settings)
{
    struct decl *d = build_decl(p, kind);
    struct span seen[COUNT(rules)] = { 0 };
    bool unknown = p->decl_broken;
    build_named(p, d, word, name);
    for (struct parse_setting *s = settings->first; s; s = s->next) {
        int id = check_setting(p, kind, s, seen);
        unknown = unknown || id < 0;
        if (id >= 0)
            apply_setting(p, d, (enum setting_id)id, s);
    }
    for (size_t i = 0; i < COUNT(rules) && !unknown; i++) {
        if (rules[i].kind != kind || !rules[i].required || seen[i].file)
            continue;
        struct diag *x = diag_add(&p->unit->diags, E_MISSING, d->name.span, "%s '%s' has no '%s'",
                                  ast_decl_word(kind), d->name.name->text, rules[i].word);
        diag_help(x, "add a line such as '%s;'", rules[i].example);
    }
    d->broken = unknown;
    return d;
}
