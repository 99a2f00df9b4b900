/* store_evict.c - which entry of a store goes when there is no room for another.
 *
 * Idea: who is new is on trial; who was on trial for longest has to be wanted more than the worst
 * of some others, or goes. So what comes once goes soon, and a circle that is larger than the store
 * does not empty it.
 *
 * On trial are a hundredth of a shard's entries, in the order in which they came: the list of them
 * has what it takes to find each, not where it is, as entries move. If many are used while they are
 * on trial, as where keys come again soon or never, the part that is on trial grows.
 * An entry that goes is remembered by a few bits of its hash, and how often it had been wanted,
 * until another one is remembered in their place. Who comes back counts as wanted once more.
 * The others are looked at in a few random buckets; there, who was unused for long loses a use.
 * A shard with few entries has nobody on trial: of a few, who was unused for longest goes.
 * Readers know nothing of all this but the byte of mark.h.
 * Threads: any, pinned. Locks: shard. Owns: lists of those on trial, and of those that went.
 */
#include <string.h>

#include "base/hash.h"
#include "store/mark.h"
#include "store/store.h"

#define CANDIDATES 32
#define LOOKS      64 /* buckets of one shard, for candidates */
#define GOLDEN     0x9e3779b97f4a7c15u
#define FEW        100 /* entries of a shard, of which nobody is on trial */
#define PARTS      1024
#define PART_MIN   10 /* of them on trial */
#define PART_MAX   512
#define ROOM_MIN   16
#define GONE       64 /* that are on the list only, at a time */
#define TRIED      16
#define REMEMBERED 5  /* eighths of as many as there are */
#define WORTH_IT   48 /* one in so many was used while it was on trial */

/* Those on trial, the oldest first. Each is seven bits of its hash, how often it came back (two
 * bits), and 23 bits of its hash that its bucket depends on. */
struct otpi_trials {
    uint64_t room; /* a power of two */
    uint64_t first, end;
    uint64_t part;        /* of PARTS that may be on trial */
    uint64_t tried, used; /* since part has changed */
    uint32_t at[];
};

/* Those that went, four in a word, the last one lowest. Each is 14 bits of its hash, and how often
 * it was wanted plus one (two bits); 0: none. */
struct otpi_past {
    uint64_t n; /* words */
    uint64_t at[];
};

/* Where an entry is. */
struct spot {
    uint64_t *first, *bucket; /* NULL: none */
    unsigned place, n;        /* n: how many were looked at */
    uint32_t badness;
};

static uint64_t buckets_of(const struct otpi_store_shard *shard)
{
    return atomic_load_explicit(&shard->n, memory_order_relaxed);
}

static uint32_t clock_of(const struct otpi_store *store)
{
    return atomic_load_explicit(&store->clock, memory_order_relaxed);
}

static bool has_expired(const struct otpi_store *store, const struct spot *spot, otp_instant now)
{
    return (otp_instant)otpi_store_slot(store, spot->bucket, spot->place)[store->slot - 1] <= now;
}

/* Readers write marks too, at any moment: what is lost then does not matter. */
static uint64_t mark_of(const struct spot *spot)
{
    return __atomic_load_n((uint8_t *)&spot->bucket[OTPI_MARKS] + spot->place, __ATOMIC_RELAXED);
}

static void set_mark(const struct spot *spot, uint64_t mark)
{
    __atomic_store_n((uint8_t *)&spot->bucket[OTPI_MARKS] + spot->place, (uint8_t)mark,
                     __ATOMIC_RELAXED);
}

/* -- those that went: all under the lock of the shard -- */

static size_t past_size(uint64_t n)
{
    return sizeof(struct otpi_past) + n * sizeof(uint64_t);
}

static void forget_all(struct otpi_store_shard *shard)
{
    size_t size = shard->past == NULL ? 0 : past_size(shard->past->n);

    if (size != 0)
        otp_block_free(shard->past, size);
    shard->past = NULL;
    shard->bytes -= size;
}

/* As many are remembered as a part of those that are there; without memory none. */
static void make_past(struct otpi_store_shard *shard)
{
    uint64_t n = shard->count * REMEMBERED / 32;

    if (shard->count < FEW || (shard->past != NULL && n < 2 * shard->past->n))
        return;
    forget_all(shard);
    shard->past = otp_block(past_size(n));
    if (shard->past == NULL)
        return;
    memset(shard->past, 0, past_size(n));
    shard->past->n = n;
    shard->bytes += past_size(n);
}

/* The word where one of that hash is remembered. */
static uint64_t *past_of(const struct otpi_store_shard *shard, uint64_t hash)
{
    return &shard->past->at[(hash >> 16 & UINT32_MAX) * shard->past->n >> 32];
}

static void remember(const struct otpi_store_shard *shard, uint64_t hash, uint64_t uses)
{
    uint64_t back = uses < OTPI_MARK_USES ? uses + 1 : OTPI_MARK_USES, *past;

    if (shard->past == NULL)
        return;
    past = past_of(shard, hash);
    *past = *past << 16 | hash >> 50 << 2 | back;
}

/* How often one of that hash was wanted before it went, plus one; 0: it is not known. */
static uint64_t recall(const struct otpi_store_shard *shard, uint64_t hash)
{
    uint64_t past = shard->past == NULL ? 0 : *past_of(shard, hash);

    for (; past != 0; past >>= 16)
        if ((past & 0xffff) >> 2 == hash >> 50)
            return past & 3;
    return 0;
}

/* -- the list of those on trial: all under the lock of the shard -- */

static size_t trials_size(uint64_t room)
{
    return sizeof(struct otpi_trials) + room * sizeof(uint32_t);
}

/* Room for one more. False: no memory, and nothing has changed. */
static bool more_trials(struct otpi_store_shard *shard)
{
    struct otpi_trials *old = shard->trials, *trials;
    uint64_t room = old == NULL ? ROOM_MIN : 2 * old->room;

    if (old != NULL && old->end - old->first < old->room)
        return true;
    trials = otp_block(trials_size(room));
    if (trials == NULL)
        return false;
    memset(trials, 0, sizeof *trials);
    trials->part = PART_MIN;
    if (old != NULL) {
        *trials = *old;
        for (uint64_t i = old->first; i < old->end; i++)
            trials->at[i & (room - 1)] = old->at[i & (old->room - 1)];
        shard->bytes -= trials_size(old->room);
        otp_block_free(old, trials_size(old->room));
    }
    trials->room = room;
    shard->bytes += trials_size(room);
    shard->trials = trials;
    return true;
}

/* How many may be on trial. */
static uint64_t most_on_trial(const struct otpi_store_shard *shard)
{
    return 1 + shard->count * shard->trials->part / PARTS;
}

static uint64_t on_trial(const struct otpi_store_shard *shard)
{
    return shard->trials == NULL ? 0 : shard->trials->end - shard->trials->first;
}

/* Finds who is on the list under that. False: it has gone. */
static bool find_tried(const struct otpi_store *store, const struct otpi_store_shard *shard,
                       uint32_t trial, struct spot *spot)
{
    uint64_t hash = (uint64_t)(trial & 0x7fffff) << store->shift, tag = trial >> 25 | 0x80;

    spot->first = otpi_store_bucket(store, shard, otpi_store_index(store, hash, buckets_of(shard)));
    for (spot->bucket = spot->first; spot->bucket != NULL;
         spot->bucket = otpi_store_next(spot->bucket)) {
        uint64_t places = otpi_store_places(spot->bucket[OTPI_TAGS], tag);
        for (; places != 0; places &= places - 1) {
            spot->place = otpi_store_place(places);
            if (otpi_store_byte(spot->bucket[OTPI_TAGS], spot->place) == tag &&
                (mark_of(spot) & OTPI_MARK_TRIAL) != 0)
                return true;
        }
    }
    return false;
}

/* Takes the one off the list that has been on it for longest. *uses: how often it was wanted. */
static bool take_tried(const struct otpi_store *store, struct otpi_store_shard *shard,
                       struct spot *spot, uint64_t *uses)
{
    struct otpi_trials *trials = shard->trials;
    uint32_t trial = trials->at[trials->first++ & (trials->room - 1)];
    uint64_t used;

    if (!find_tried(store, shard, trial, spot))
        return false;
    used = otpi_mark_uses(mark_of(spot));
    trials->tried++;
    trials->used += used > 0;
    *uses = used + (trial >> 23 & 3);
    *uses = *uses < OTPI_MARK_USES ? *uses : OTPI_MARK_USES;
    return true;
}

/* It is on trial no more. */
static void end_trial(const struct spot *spot, uint64_t uses)
{
    set_mark(spot, (mark_of(spot) & ~(uint64_t)(OTPI_MARK_TRIAL | OTPI_MARK_USES)) | uses);
}

/* The bit for its mark; 0: it is not on trial. */
static uint64_t begin_trial(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t hash)
{
    struct otpi_trials *trials = shard->trials;
    uint64_t uses, back;
    struct spot spot;

    if (trials == NULL || shard->count < FEW)
        return 0;
    if (on_trial(shard) > 2 * most_on_trial(shard) + ROOM_MIN || !more_trials(shard)) {
        if (take_tried(store, shard, &spot, &uses)) /* nobody was evicted for long */
            end_trial(&spot, uses);
    }
    trials = shard->trials;
    back = recall(shard, hash);
    trials->at[trials->end++ & (trials->room - 1)] =
        (uint32_t)(hash >> 57 << 25 | back << 23 | (hash >> store->shift & 0x7fffff));
    return OTPI_MARK_TRIAL;
}

uint64_t otpi_store_admit(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t hash)
{
    return store->limited ? otpi_mark_new(clock_of(store), 0) | begin_trial(store, shard, hash) : 0;
}

/* -- eviction -- */

/* Those among which the worst is looked for. */
struct choice {
    const struct otpi_store *store;
    otp_instant now;
    bool any; /* those on trial too */
    struct spot worst;
};

static void look_at(struct choice *choice, struct spot spot)
{
    uint32_t clock = clock_of(choice->store);
    uint64_t mark = mark_of(&spot);

    /* of a trial that is so old the list does not know any more */
    if ((mark & OTPI_MARK_TRIAL) != 0 && otpi_mark_age(mark, clock) < OTPI_MARK_OLD && !choice->any)
        return;
    if (otpi_mark_uses(mark) != 0 && otpi_mark_age(mark, clock) >= OTPI_MARK_OLD) {
        mark = otpi_mark_new(clock, otpi_mark_uses(mark) - 1);
        set_mark(&spot, mark);
    }
    spot.badness = otpi_mark_badness(mark, clock);
    if (has_expired(choice->store, &spot, choice->now))
        spot.badness = UINT32_MAX;
    spot.n = choice->worst.n + 1;
    if (spot.n == 1 || spot.badness > choice->worst.badness)
        choice->worst = spot;
    choice->worst.n = spot.n;
}

static void look_at_chain(struct choice *choice, uint64_t *first)
{
    for (uint64_t *bucket = first; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_taken(bucket[OTPI_TAGS]);
        for (; places != 0; places &= places - 1)
            look_at(choice, (struct spot){ first, bucket, otpi_store_place(places), 0, 0 });
    }
}

static uint64_t next_random(struct otpi_store *store)
{
    return otpi_hash_mix(atomic_fetch_add_explicit(&store->random, GOLDEN, memory_order_relaxed));
}

/* Buckets are chosen by a random hash, so that those that were not split yet, which have twice as
 * many entries, are chosen twice as often. */
static struct spot find_worst(struct otpi_store *store, const struct otpi_store_shard *shard,
                              otp_instant now, bool any)
{
    struct choice choice = { .store = store, .now = now, .any = any };
    uint64_t n = buckets_of(shard), random = next_random(store);

    for (uint64_t i = 0; i < LOOKS && choice.worst.n < CANDIDATES; i++, random += GOLDEN) {
        uint64_t index = otpi_store_index(store, otpi_hash_mix(random), n);
        look_at_chain(&choice, otpi_store_bucket(store, shard, index));
    }
    for (uint64_t i = 0; i < n && choice.worst.n == 0; i++)
        look_at_chain(&choice, otpi_store_bucket(store, shard, i));
    return choice.worst;
}

/* More of them on trial, or fewer. */
static void adapt(struct otpi_store_shard *shard)
{
    struct otpi_trials *trials = shard->trials;
    uint64_t step = trials->part / PART_MIN;

    if (trials->tried < TRIED + shard->count / OTPI_MARK_TICKS)
        return;
    trials->part += trials->used * WORTH_IT > trials->tried ? step : -step;
    trials->part = trials->part < PART_MIN   ? PART_MIN
                   : trials->part > PART_MAX ? PART_MAX
                                             : trials->part;
    trials->tried = trials->used = 0;
}

/* The next one that has been on trial for long enough; false: there is none yet. */
static bool next_tried(const struct otpi_store *store, struct otpi_store_shard *shard,
                       struct spot *spot, uint64_t *uses)
{
    for (int i = 0; i < GONE && on_trial(shard) != 0 && on_trial(shard) >= most_on_trial(shard);
         i++)
        if (take_tried(store, shard, spot, uses))
            return true;
    return false;
}

/* lock: shard, which has entries. Who goes; *uses: how often it was wanted. */
static struct spot choose(struct otpi_store *store, struct otpi_store_shard *shard, otp_instant now,
                          uint64_t *uses)
{
    struct spot tried, worst;

    if (!next_tried(store, shard, &tried, uses)) {
        *uses = 0;
        worst = find_worst(store, shard, now, false);
        return worst.n != 0 ? worst : find_worst(store, shard, now, true);
    }
    adapt(shard);
    if (*uses == 0)
        return tried;
    worst = find_worst(store, shard, now, false);
    if (worst.n == 0 || (worst.badness != UINT32_MAX && otpi_mark_uses(mark_of(&worst)) >= *uses))
        return tried;
    end_trial(&tried, *uses);
    *uses = 0;
    return worst;
}

static bool evict_from(struct otpi_store *store, struct otpi_store_shard *shard, otp_instant now,
                       struct otpi_taken *taken)
{
    struct spot spot;
    uint64_t uses;

    if (shard->count == 0)
        return false;
    (void)(shard->trials != NULL || more_trials(shard)); /* else nobody will be on trial */
    make_past(shard);
    spot = choose(store, shard, now, &uses);
    taken->expired = has_expired(store, &spot, now);
    if (!taken->expired)
        remember(shard, otpi_store_hash(store, otpi_store_slot(store, spot.bucket, spot.place)),
                 uses);
    otpi_store_begin(spot.first);
    otpi_store_take(store, shard, spot.bucket, spot.place, taken);
    if (spot.bucket != spot.first)
        otpi_store_compact(store, shard, spot.first);
    otpi_store_end(spot.first);
    return true;
}

/* From the shard that the entry is for, or the next one that has not much less than others. */
bool otpi_store_evict(struct otpi_store *store, uint64_t hash, otp_instant now,
                      struct otpi_taken *taken)
{
    uint64_t n = store->shard_mask + 1;
    uint64_t few = atomic_load_explicit(&store->entries, memory_order_relaxed) / n / 2;

    for (uint64_t i = 0; i < 2 * n; i++) {
        struct otpi_store_shard *shard = &store->shards[(hash + i) & store->shard_mask];
        bool evicted;
        otp_lock_take(&shard->lock);
        evicted = (i >= n || shard->count > few) && evict_from(store, shard, now, taken);
        otp_lock_release(&shard->lock);
        if (evicted)
            return true;
    }
    return false;
}

void otpi_store_forget(struct otpi_store_shard *shard)
{
    forget_all(shard);
    if (shard->trials != NULL)
        otp_block_free(shard->trials, trials_size(shard->trials->room));
}
