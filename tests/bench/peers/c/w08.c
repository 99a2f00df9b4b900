/* w08.c - W8 as plain C: what the machine takes for a simple layout.
 *
 * Idea: open addressing over slots of a cache line's half, each with a count of changes. It never
 * grows, nothing is ever freed, deleted or evicted, and the hash has no key: so it is no cache.
 * What a read costs here is mostly that eight megabytes of slots are in no near cache: a table
 * that takes less memory could be faster. The sweep is one walk over a million entries.
 */
#include <stdatomic.h>

#include "w08.h"

enum { BITS = 18, SLOTS = 1 << BITS, SWEPT = 1000000, SWEPT_SLOTS = 1 << 21 };

struct slot {
    _Atomic uint64_t changes, key, value, expires; /* key: 0: free, else one more */
};

static struct slot *slots;

static void enter(void) {}
static void leave(void) {}
static void rest(void) {}

static struct slot *first_of(uint64_t key)
{
    return &slots[key * 0x9e3779b97f4a7c15u >> (64 - BITS)];
}

static struct slot *next_of(struct slot *slot)
{
    return slot + 1 == slots + SLOTS ? slots : slot + 1;
}

static uint64_t word(_Atomic uint64_t *at)
{
    return atomic_load_explicit(at, memory_order_acquire);
}

static bool get(uint64_t key, int64_t now, uint64_t *value)
{
    for (struct slot *slot = first_of(key);; slot = next_of(slot)) {
        uint64_t changes, found, expires;
        do {
            changes = word(&slot->changes);
            found = word(&slot->key);
            *value = word(&slot->value);
            expires = word(&slot->expires);
        } while ((changes & 1) != 0 || word(&slot->changes) != changes);
        if (found == key + 1)
            return (int64_t)expires > now;
        if (found == 0)
            return false;
    }
}

static void put(uint64_t key, uint64_t value, int64_t expires)
{
    for (struct slot *slot = first_of(key);;) {
        uint64_t changes = word(&slot->changes), found = word(&slot->key);
        if (found != 0 && found != key + 1) {
            slot = next_of(slot);
            continue;
        }
        if ((changes & 1) != 0 ||
            !atomic_compare_exchange_strong(&slot->changes, &changes, changes + 1))
            continue;
        found = word(&slot->key);
        if (found == 0 || found == key + 1) {
            atomic_store_explicit(&slot->key, key + 1, memory_order_release);
            atomic_store_explicit(&slot->value, value, memory_order_release);
            atomic_store_explicit(&slot->expires, (uint64_t)expires, memory_order_release);
        }
        atomic_store_explicit(&slot->changes, changes + 2, memory_order_release);
        if (found == 0 || found == key + 1)
            return;
    }
}

static void sweep(void)
{
    struct entry {
        uint64_t key, value;
        int64_t expires;
    } *entries = calloc(SWEPT_SLOTS, sizeof *entries);
    long swept = 0;
    if (entries == NULL)
        abort();
    for (uint64_t key = 1; key <= SWEPT; key++) {
        uint64_t at = key * 0x9e3779b97f4a7c15u >> 43;
        while (entries[at].key != 0)
            at = (at + 1) % SWEPT_SLOTS;
        entries[at] = (struct entry){ key, key, now_by(CLOCK_MONOTONIC_COARSE) };
    }
    int64_t begin = now_by(CLOCK_MONOTONIC);
    for (uint64_t at = 0; at < SWEPT_SLOTS; at++)
        if (entries[at].key != 0 && entries[at].expires < begin) {
            entries[at].key = 0;
            swept++;
        }
    emit("c", "W8.sweep", swept, now_by(CLOCK_MONOTONIC) - begin);
    free(entries);
}

int main(void)
{
    slots = calloc(SLOTS, sizeof *slots);
    if (slots == NULL)
        return 1;
    measure("c");
    sweep();
    free(slots);
    return 0;
}
