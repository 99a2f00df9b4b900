/* cache_use.c - reading and writing a cache, by whoever wants to.
 *
 * Idea: see cache.h. Whatever is found is copied out before the pin ends. Entries that have to go
 * for another are taken out first, one at a time, and the listener is told of each when nothing is
 * held any more.
 * Threads: any. Locks: none of its own. Owns: copies for the listener, until it was told.
 */
#include "store/cache.h"

#include <string.h>

#include <otp/runtime.h>

#include "base/apart.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "store/give.h"

#define OWN_CELLS  24 /* the first workers'; the others share what is left */
#define CALL_LIMIT (5 * OTP_S)
#define TRIES      1000 /* to make room, that found nothing to take out */

/* -- entering -- */

static bool pin(struct otpi_cache *cache, otp_pid pid, struct otpi_cache_use *use)
{
    use->cache = cache;
    use->pid = pid;
    use->thread = otp_pin();
    /* acquire: pairs with the release in cache.c; the store is complete. Whose it is is asked after
     * it: then it was that one's. */
    use->store = atomic_load_explicit(&cache->store, memory_order_acquire);
    if (use->store != NULL && __atomic_load_n(&cache->shared.pid, __ATOMIC_ACQUIRE) == pid.bits)
        return true;
    otp_unpin();
    return false;
}

otp_status otpi_cache_enter(otp_dest dest, const struct otp_cache *type, struct otpi_cache_use *use)
{
    struct otp_shared *shared;
    otp_pid pid;
    otp_status status = otp_enter_shared(dest, &otpi_cache_behaviour, &shared, &pid);
    struct otpi_cache *cache = (struct otpi_cache *)shared;

    if (status != OTP_OK)
        return status;
    if (atomic_load_explicit(&cache->type, memory_order_relaxed) != type)
        status = OTP_WRONG_MODULE;
    else if (!pin(cache, pid, use))
        status = OTP_NOPROC;
    if (status != OTP_OK)
        otp_leave();
    return status;
}

void otpi_cache_leave(const struct otpi_cache_use *use)
{
    (void)use;
    otp_unpin();
    otp_leave();
}

bool otpi_cache_enter_own(struct otpi_cache_process *process, struct otpi_cache_use *use)
{
    return pin(process->cache, otp_self(), use);
}

void otpi_cache_leave_own(const struct otpi_cache_use *use)
{
    (void)use;
    otp_unpin();
}

/* What only this thread counts, so it need not be locked. */
static inline void count_own(struct otpi_cache *cache, uint32_t thread, enum otpi_cache_count what,
                             uint64_t n)
{
    _Atomic uint64_t *count = &cache->cells[thread].counts[what];

    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

void otpi_cache_count(const struct otpi_cache_use *use, enum otpi_cache_count what, uint64_t n)
{
    uint32_t at = use->thread & ~OTP_PIN_SHARED;
    _Atomic uint64_t *count;

    if (at < OWN_CELLS && (use->thread & OTP_PIN_SHARED) == 0) {
        count_own(use->cache, at, what, n);
        return;
    }
    count = &use->cache->cells[OWN_CELLS + at % (OTPI_CACHE_CELLS - OWN_CELLS)].counts[what];
    atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

/* -- values and keys -- */

void otp_cache_free_value(const struct otp_layout *layout, const void *value)
{
    otpi_give_back(layout, value);
}

otp_bytes otpi_cache_key_bytes(const struct otp_cache *type, const void *key)
{
    otp_bytes bytes = { key, type->key->size };

    if (type->key_kind == OTP_KEY_TEXT)
        memcpy(&bytes, key, sizeof bytes);
    return bytes;
}

/* -- reading -- */

static bool has_expired(const struct otp_cache *type, otp_instant expires)
{
    if (expires == OTP_INFINITY || OTP_MUTANT(B189))
        return false;
    return type->stale == 0 ? otp_has_passed(expires) : otp_now_within(type->stale) >= expires;
}

/* Finds an entry that has not expired. */
static otp_status find(const struct otpi_cache_use *use, const struct otp_cache *type,
                       const void *key, struct otpi_found *found)
{
    struct otpi_store_key made;

    if (!otpi_store_key(use->store, key, &made))
        return OTP_BADARG;
    if (!otpi_store_find(use->store, &made, found) || has_expired(type, found->expires))
        return OTP_NOT_FOUND;
    return OTP_OK;
}

OTPI_APART otp_status otpi_cache_read(const struct otpi_cache_use *use,
                                      const struct otp_cache *type, const void *key, void *value)
{
    struct otpi_found found;
    otp_status status = find(use, type, key, &found);

    if (status == OTP_OK)
        status = otpi_give(type->value, otpi_give_found(&found), value);
    otpi_cache_count(use, status == OTP_OK ? OTPI_HITS : OTPI_MISSES, 1);
    return status;
}

/* The same in a store of words. */
static otp_status read_word(const struct otpi_cache_use *use, const struct otp_cache *type,
                            const void *key, void *value)
{
    struct otpi_word_found found;
    uint64_t word;

    memcpy(&word, key, sizeof word);
    found = otpi_store_find_word(use->store, word, otpi_store_words_hash(use->store, &word, 1));
    if (found.looked == OTPI_AGAIN)
        return otpi_cache_read(use, type, key, value);
    if (found.looked == OTPI_MISS || has_expired(type, found.expires)) {
        otpi_cache_count(use, OTPI_MISSES, 1);
        return OTP_NOT_FOUND;
    }
    memcpy(value, &found.value, sizeof found.value);
    otpi_cache_count(use, OTPI_HITS, 1);
    return OTP_OK;
}

OTPI_APART static otp_status read_direct(otp_dest cache, const struct otp_cache *type,
                                         const void *key, void *value)
{
    struct otpi_cache_use use;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return status;
    status = use.store->words ? read_word(&use, type, key, value)
                              : otpi_cache_read(&use, type, key, value);
    otpi_cache_leave(&use);
    return status;
}

/* A use by a process that nothing is unusual with, of words, which are counted. */
struct near_use {
    struct otp_near near;
    struct otpi_cache *cache;
    struct otpi_store *store;
};

/* False: use it by the long way; nothing is entered. */
static inline bool enter_near(otp_dest dest, const struct otp_cache *type, struct near_use *use)
{
    use->cache = (struct otpi_cache *)otp_enter_near(dest, &otpi_cache_behaviour, &use->near);
    if (use->cache == NULL)
        return false;
    /* acquire: as in pin */
    use->store = atomic_load_explicit(&use->cache->store, memory_order_acquire);
    if (atomic_load_explicit(&use->cache->type, memory_order_relaxed) == type &&
        use->store != NULL &&
        __atomic_load_n(&use->cache->shared.pid, __ATOMIC_ACQUIRE) == use->near.pid.bits &&
        use->store->words && use->near.thread < OWN_CELLS)
        return true;
    otp_leave_near(&use->near);
    return false;
}

/* What most reads are: a word is found, by a process, and nothing is unusual. False: it is to be
 * read by the long way. One short frame: a read waits for memory, and the fewer instructions there
 * are, the earlier the next one's wait begins. See ARCHITECTURE.md. */
__attribute__((flatten)) static bool read_near(otp_dest dest, const struct otp_cache *type,
                                               const void *key, void *value)
{
    struct near_use use;
    struct otpi_word_found found;
    uint64_t word;
    bool good;

    if (!enter_near(dest, type, &use))
        return false;
    if (type->read == OTP_READ_OWNER && !use.near.is_idle) {
        otp_leave_near(&use.near);
        return false;
    }
    memcpy(&word, key, sizeof word);
    found = otpi_store_find_word(use.store, word, otpi_store_words_hash(use.store, &word, 1));
    /* to know that it has not expired costs no more than to know that it had not lately */
    good = found.looked == OTPI_HIT && (found.expires == OTP_INFINITY || OTP_MUTANT(B189) ||
                                        otp_is_before_near(&use.near, found.expires));
    if (good) {
        memcpy(value, &found.value, sizeof found.value);
        count_own(use.cache, use.near.thread, OTPI_HITS, 1);
    }
    otp_leave_near(&use.near);
    return good;
}

/* What most writes are that are often: the same of a word that is there. */
__attribute__((flatten)) static bool put_near(otp_dest dest, const struct otp_cache *type,
                                              const void *key, const void *value,
                                              otp_instant expires)
{
    struct near_use use;
    uint64_t word, new;
    bool done;

    if (!enter_near(dest, type, &use))
        return false;
    memcpy(&word, key, sizeof word);
    memcpy(&new, value, sizeof new);
    done = otpi_store_replace_word(use.store, word, otpi_store_words_hash(use.store, &word, 1), new,
                                   expires);
    if (done)
        count_own(use.cache, use.near.thread, OTPI_PUTS, 1);
    otp_leave_near(&use.near);
    return done;
}

static otp_status ask_for_small(otp_dest cache, const struct otpi_cache_wanted *wanted, void *value)
{
    struct otpi_cache_got got;
    otp_status status =
        otp_system_call(cache, OTPI_CACHE_GET, &otpi_cache_wanted_layout, wanted, &got, CALL_LIMIT);

    if (status == OTP_OK)
        status = (otp_status)got.status;
    if (status == OTP_OK)
        memcpy(value, got.words, wanted->type->value->size);
    return status;
}

/* What the process tells is copied once more, so that who gets it gives back what it got. */
OTPI_APART static otp_status read_owner(otp_dest cache, const struct otp_cache *type,
                                        const void *key, void *value)
{
    const struct otp_ref ref = { OTP_REF_LIST, 0, 0, offsetof(struct otpi_cache_told, value), 0,
                                 type->value };
    const struct otp_layout layout = { sizeof(struct otpi_cache_told), 1, &ref };
    const struct otpi_cache_wanted wanted = { otpi_cache_key_bytes(type, key), type };
    struct otpi_cache_told told;
    otp_status status;

    if (wanted.key.size > OTP_CACHE_TEXT_MAX)
        return OTP_BADARG;
    if (otpi_cache_is_small(type))
        return ask_for_small(cache, &wanted, value);
    status = otp_system_call(cache, OTPI_CACHE_GET, &otpi_cache_wanted_layout, &wanted, &told,
                             CALL_LIMIT);
    if (status != OTP_OK)
        return status;
    status = (otp_status)told.status;
    if (status == OTP_OK && told.n == 1)
        status = otpi_give(type->value, told.value, value);
    otp_reply_free(&layout, &told);
    return status;
}

/* It is there, and of that type. */
static otp_status look_up(otp_dest cache, const struct otp_cache *type)
{
    struct otpi_cache_use use;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status == OTP_OK)
        otpi_cache_leave(&use);
    return status;
}

/* While the process is idle it has dealt with all that it was sent before, so what is there is what
 * it would find. */
OTPI_APART static otp_status get(otp_dest cache, const struct otp_cache *type, const void *key,
                                 void *value)
{
    otp_status status;

    if (type->read != OTP_READ_OWNER || otp_is_idle(cache))
        return read_direct(cache, type, key, value);
    status = look_up(cache, type);
    return status == OTP_OK ? read_owner(cache, type, key, value) : status;
}

otp_status otp_cache_get(otp_dest cache, const struct otp_cache *type, const void *key, void *value)
{
    if (read_near(cache, type, key, value))
        return OTP_OK;
    return OTPI_JUDGED(get(cache, type, key, value));
}

otp_status otp_cache_has(otp_dest cache, const struct otp_cache *type, const void *key)
{
    struct otpi_cache_use use;
    struct otpi_found found;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = find(&use, type, key, &found);
    otpi_cache_leave(&use);
    return OTPI_JUDGED(status);
}

/* -- entries that were taken out -- */

/* False: no memory. */
static bool copy_for_listener(const struct otpi_cache_use *use, const struct otpi_taken *taken,
                              struct otpi_told *told)
{
    told->cause = taken->expired ? OTP_EVICTED_EXPIRED : OTP_EVICTED_LIMIT;
    return otpi_give_entry(&use->store->type, taken, &told->key, &told->value);
}

size_t otpi_cache_taken(const struct otpi_cache_use *use, const struct otp_cache *type,
                        const struct otpi_taken *taken, size_t n, struct otpi_told *told)
{
    size_t n_told = 0, expired = 0;

    for (size_t i = 0; i < n; i++) {
        expired += taken[i].expired;
        if (type->evicted != NULL)
            n_told += copy_for_listener(use, &taken[i], &told[n_told]);
        otpi_store_retire(&taken[i]);
    }
    if (n == 0)
        return 0;
    otpi_cache_count(use, OTPI_EXPIRED, expired);
    otpi_cache_count(use, OTPI_EVICTED, n - expired);
    if (type->evicted != NULL)
        otpi_cache_count(use, OTPI_UNTOLD, n - n_told);
    return n_told;
}

void otpi_cache_tell(const struct otp_cache *type, struct otpi_told *told, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        type->evicted(told[i].key, told[i].value, told[i].cause);
        otp_free(told[i].value);
    }
}

/* -- writing -- */

/* The instant when something expires. */
static otp_instant after(otp_instant now, otp_duration ttl)
{
    return ttl > OTP_INFINITY - now ? OTP_INFINITY : now + ttl;
}

/* One try. *evicted: there was no room, an entry was taken out, of which n_told are to be told. */
static otp_status try_put(const struct otpi_cache_use *use, const struct otp_cache *type,
                          const struct otpi_store_putting *putting, struct otpi_told *told,
                          size_t *n_told, bool *evicted)
{
    otp_status status = otpi_store_put(use->store, putting);
    struct otpi_taken taken;

    *n_told = 0;
    if (status == OTP_OK)
        otpi_cache_count(use, OTPI_PUTS, 1);
    *evicted = status == OTP_OVERLOAD &&
               otpi_store_evict(use->store, putting->key->hash, putting->now, &taken);
    if (*evicted)
        *n_told = otpi_cache_taken(use, type, &taken, 1, told);
    return status;
}

static otp_status put(otp_dest cache, const struct otp_cache *type, const void *key,
                      struct otpi_store_putting *putting)
{
    struct otpi_cache_use use;
    struct otpi_store_key made;
    struct otpi_told told;
    size_t n_told = 0;
    bool evicted = false;
    otp_status status = OTP_OVERLOAD;

    for (int i = 0; i < TRIES && status == OTP_OVERLOAD; i += !evicted) {
        status = otpi_cache_enter(cache, type, &use);
        if (status != OTP_OK)
            return status;
        putting->key = &made;
        status = otpi_store_key(use.store, key, &made)
                     ? try_put(&use, type, putting, &told, &n_told, &evicted)
                     : OTP_BADARG;
        otpi_cache_leave(&use);
        otpi_cache_tell(type, &told, n_told);
    }
    return status == OTP_OVERLOAD ? OTP_NOMEM : status;
}

OTPI_APART static otp_status put_how(otp_dest cache, const struct otp_cache *type, const void *key,
                                     struct otpi_store_putting *putting, otp_duration ttl)
{
    if (ttl < 0)
        return OTP_BADARG;
    putting->expires = after(putting->now, ttl);
    return put(cache, type, key, putting);
}

otp_status otp_cache_put(otp_dest cache, const struct otp_cache *type, const void *key,
                         const void *value, otp_duration ttl)
{
    struct otpi_store_putting putting = { .value = value, .now = otp_now(), .how = OTPI_PUT };

    if (ttl >= 0 && put_near(cache, type, key, value, after(putting.now, ttl)))
        return OTP_OK;
    return OTPI_JUDGED(put_how(cache, type, key, &putting, ttl));
}

otp_status otp_cache_put_new(otp_dest cache, const struct otp_cache *type, const void *key,
                             const void *value, otp_duration ttl)
{
    struct otpi_store_putting putting = { .value = value, .now = otp_now(), .how = OTPI_PUT_NEW };

    return OTPI_JUDGED(put_how(cache, type, key, &putting, ttl));
}

otp_status otp_cache_touch(otp_dest cache, const struct otp_cache *type, const void *key,
                           otp_duration ttl)
{
    struct otpi_cache_use use;
    struct otpi_store_key made;
    otp_instant now = otp_now();
    otp_status status = ttl < 0 ? OTP_BADARG : otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (!otpi_store_key(use.store, key, &made))
        status = OTP_BADARG;
    else if (!otpi_store_touch(use.store, &made, after(now, ttl), now))
        status = OTP_NOT_FOUND;
    otpi_cache_leave(&use);
    return OTPI_JUDGED(status);
}

otp_status otp_cache_delete(otp_dest cache, const struct otp_cache *type, const void *key)
{
    struct otpi_cache_use use;
    struct otpi_store_key made;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (!otpi_store_key(use.store, key, &made))
        status = OTP_BADARG;
    else
        (void)otpi_store_delete(use.store, &made);
    otpi_cache_leave(&use);
    return OTPI_JUDGED(status);
}

otp_status otp_cache_clear(otp_dest cache, const struct otp_cache *type)
{
    struct otpi_cache_use use;
    struct otpi_store *fresh, *old = NULL;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    fresh = otpi_store_new(&use.store->type);
    if (fresh != NULL) {
        otp_lock_take(&use.cache->lock);
        if (__atomic_load_n(&use.cache->shared.pid, __ATOMIC_RELAXED) == use.pid.bits) {
            old = atomic_load_explicit(&use.cache->store, memory_order_relaxed);
            atomic_store_explicit(&use.cache->store, fresh, memory_order_release);
        }
        otp_lock_release(&use.cache->lock);
    }
    otp_unpin(); /* or what is dropped would wait for this very pin */
    if (fresh != NULL)
        otpi_store_drop(old != NULL ? old : fresh);
    otp_leave();
    return OTPI_JUDGED(fresh == NULL ? OTP_NOMEM : old == NULL ? OTP_NOPROC : OTP_OK);
}

/* -- how much there is -- */

otp_status otp_cache_count(otp_dest cache, const struct otp_cache *type, size_t *n)
{
    struct otpi_cache_use use;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *n = otpi_store_count(use.store);
    otpi_cache_leave(&use);
    return OTP_OK;
}

otp_status otp_cache_get_statistics(otp_dest cache, const struct otp_cache *type,
                                    struct otp_cache_statistics *statistics)
{
    struct otpi_cache_use use;
    uint64_t sums[OTPI_COUNTS] = { 0 };
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    for (size_t i = 0; i < OTPI_CACHE_CELLS; i++)
        for (size_t k = 0; k < OTPI_COUNTS; k++)
            sums[k] += atomic_load_explicit(&use.cache->cells[i].counts[k], memory_order_relaxed);
    statistics->entries = otpi_store_count(use.store);
    statistics->bytes = atomic_load_explicit(&use.store->bytes, memory_order_relaxed);
    statistics->memory = otpi_store_memory(use.store);
    statistics->hits = sums[OTPI_HITS];
    statistics->misses = sums[OTPI_MISSES];
    statistics->puts = sums[OTPI_PUTS];
    statistics->expired = sums[OTPI_EXPIRED];
    statistics->evicted = sums[OTPI_EVICTED];
    statistics->untold = sums[OTPI_UNTOLD];
    statistics->loads = sums[OTPI_LOADS];
    statistics->load_errors = sums[OTPI_LOAD_ERRORS];
    statistics->sweeps = atomic_load_explicit(&use.cache->sweeps, memory_order_acquire);
    otpi_cache_leave(&use);
    return OTP_OK;
}
