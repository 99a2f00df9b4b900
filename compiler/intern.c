/* intern.c - one pointer per spelling, and maps keyed by it.
 *
 * Idea: two open-addressing tables of the same make: power-of-two size, linear probing, never more
 * than half full, nothing is ever removed. */
#include "intern.h"

#include <string.h>

enum { FIRST_CAP = 16, FIRST_NAMES = 1024 };

void intern_init(struct intern *t, struct arena *a)
{
    *t = (struct intern){ .arena = a, .cap = FIRST_NAMES };
    t->slots = ARENA_ARRAY(a, struct name *, t->cap);
}

/* FNV-1a */
static uint32_t hash_bytes(const char *bytes, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)bytes[i]) * 16777619u;
    return h;
}

static void grow_names(struct intern *t)
{
    size_t cap = t->cap * 2;
    struct name **slots = ARENA_ARRAY(t->arena, struct name *, cap);
    for (size_t i = 0; i < t->cap; i++) {
        if (!t->slots[i])
            continue;
        size_t at = t->slots[i]->hash & (cap - 1);
        while (slots[at])
            at = (at + 1) & (cap - 1);
        slots[at] = t->slots[i];
    }
    t->slots = slots;
    t->cap = cap;
}

struct name *intern_bytes(struct intern *t, const char *bytes, size_t len)
{
    uint32_t hash = hash_bytes(bytes, len);
    size_t at = hash & (t->cap - 1);
    for (struct name *n; (n = t->slots[at]); at = (at + 1) & (t->cap - 1))
        if (n->hash == hash && n->len == len && memcmp(n->text, bytes, len) == 0)
            return n;
    struct name *n = ARENA_NEW(t->arena, struct name);
    n->text = arena_copy(t->arena, bytes, len);
    n->len = (uint32_t)len;
    n->hash = hash;
    t->slots[at] = n;
    if (++t->count > t->cap / 2)
        grow_names(t);
    return n;
}

struct name *intern_text(struct intern *t, const char *text)
{
    return intern_bytes(t, text, strlen(text));
}

void intern_map_init(struct intern_map *m, struct arena *a)
{
    *m = (struct intern_map){ .arena = a };
}

/* The slot of key, or the free one where it belongs. cap must not be 0. */
static struct intern_entry *find_slot(struct intern_entry *slots, size_t cap, const void *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(h >> 32) & (cap - 1);
    while (slots[at].key && slots[at].key != key)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

void *intern_map_get(const struct intern_map *m, const void *key)
{
    return m->cap ? find_slot(m->slots, m->cap, key)->value : NULL;
}

static void grow_map(struct intern_map *m)
{
    size_t cap = m->cap ? m->cap * 2 : FIRST_CAP;
    struct intern_entry *slots = ARENA_ARRAY(m->arena, struct intern_entry, cap);
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key)
            *find_slot(slots, cap, m->slots[i].key) = m->slots[i];
    m->slots = slots;
    m->cap = cap;
}

void *intern_map_add(struct intern_map *m, const void *key, void *value)
{
    if (m->count >= m->cap / 2)
        grow_map(m);
    struct intern_entry *slot = find_slot(m->slots, m->cap, key);
    if (slot->key)
        return slot->value;
    *slot = (struct intern_entry){ key, value };
    m->count++;
    return NULL;
}
