/* w08.c - W8 with the hash table of Concurrency Kit.
 *
 * Idea: ck_ht lets many threads read beside one that writes, so writers take a lock; what they have
 * replaced is freed by ck_epoch. It maps words to words, here to the address of an entry.
 */
#include <stddef.h>
#include <string.h>

#include <ck_epoch.h>
#include <ck_ht.h>

#include "../c/w08.h"

struct entry {
    ck_epoch_entry_t epoch;
    uint64_t value;
    int64_t expires;
};

static ck_ht_t table;
static ck_epoch_t epoch;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread ck_epoch_record_t *record;

/* Records stay: the next thread takes one that was given back. */
static void enter(void)
{
    record = ck_epoch_recycle(&epoch, NULL);
    if (record != NULL)
        return;
    record = aligned_alloc(64, (sizeof *record + 63) / 64 * 64);
    if (record == NULL)
        abort();
    ck_epoch_register(&epoch, record, NULL);
}

static void leave(void)
{
    ck_epoch_barrier(record);
    ck_epoch_unregister(record);
}

static void rest(void)
{
    ck_epoch_poll(record);
}

static void hash_key(ck_ht_hash_t *hash, const void *key, size_t size, uint64_t seed)
{
    uint64_t x;
    (void)size;
    memcpy(&x, key, sizeof x);
    x = (x ^ seed) * 0x9e3779b97f4a7c15u;
    hash->value = x ^ x >> 32;
}

static bool get(uint64_t key, int64_t now, uint64_t *value)
{
    ck_ht_entry_t at;
    ck_ht_hash_t hash;
    bool found;
    ck_epoch_begin(record, NULL);
    ck_ht_hash_direct(&hash, &table, key + 1);
    ck_ht_entry_key_set_direct(&at, key + 1);
    found = ck_ht_get_spmc(&table, hash, &at);
    if (found) {
        const struct entry *entry = (const struct entry *)ck_ht_entry_value_direct(&at);
        *value = entry->value;
        found = entry->expires > now;
    }
    ck_epoch_end(record, NULL);
    return found;
}

static void free_entry(ck_epoch_entry_t *at)
{
    free((char *)at - offsetof(struct entry, epoch));
}

static void put(uint64_t key, uint64_t value, int64_t expires)
{
    struct entry *entry = malloc(sizeof *entry), *old = NULL;
    ck_ht_entry_t at;
    ck_ht_hash_t hash;
    if (entry == NULL)
        abort();
    entry->value = value;
    entry->expires = expires;
    pthread_mutex_lock(&lock);
    ck_ht_hash_direct(&hash, &table, key + 1);
    ck_ht_entry_set_direct(&at, hash, key + 1, (uintptr_t)entry);
    if (!ck_ht_set_spmc(&table, hash, &at))
        abort();
    if (!ck_ht_entry_empty(&at))
        old = (struct entry *)ck_ht_entry_value_direct(&at);
    pthread_mutex_unlock(&lock);
    if (old != NULL)
        ck_epoch_call(record, &old->epoch, free_entry);
}

static void *allocate(size_t size)
{
    return malloc(size);
}

static void release(void *at, size_t size, bool defer)
{
    (void)size, (void)defer; /* the table never grows */
    free(at);
}

int main(void)
{
    static struct ck_malloc allocator = { .malloc = allocate, .free = release };
    ck_epoch_init(&epoch);
    if (!ck_ht_init(&table, CK_HT_MODE_DIRECT, hash_key, &allocator, 1 << 18, 42))
        return 1;
    measure("ck");
    return 0;
}
