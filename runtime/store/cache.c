/* cache.c - a cache's process: its life, its sweeps, its requests.
 *
 * Idea: see cache.h. Once per interval the process walks through the store, in slices: after each
 * it looks at its mailbox. The next sweep is due an interval after the last one was done. The end
 * of the process takes the store out of what it shows before anyone is told of the end; the store
 * is freed later, in slices too.
 * Threads: the process; `ended`: any. Locks: cache. Owns: the store, who waits for a sweep.
 */
#include "store/cache.h"

#include <stddef.h>
#include <string.h>

#include "base/misuse.h"
#include "base/mutant.h"

#define SLICE       (10 * OTP_US)
#define SLICE_STEPS 64

enum { TIMER_SWEEP = 1, TIMER_SLICE = 2 };

static const struct otp_ref ask_ref = { OTP_REF_TEXT, 0, 0, offsetof(struct otpi_cache_ask, key), 0,
                                        NULL };
static const struct otp_ref wanted_ref = {
    OTP_REF_TEXT, 0, 0, offsetof(struct otpi_cache_wanted, key), 0, NULL
};
static const struct otp_layout got_layout = { sizeof(struct otpi_cache_got), 0, NULL };
const struct otp_layout otpi_cache_ask_layout = { sizeof(struct otpi_cache_ask), 1, &ask_ref };
const struct otp_layout otpi_cache_wanted_layout = { sizeof(struct otpi_cache_wanted), 1,
                                                     &wanted_ref };

/* -- who waits -- */

bool otpi_cache_answer(const struct otp_cache *type, otp_from from,
                       const struct otpi_cache_told *told)
{
    const struct otp_ref ref = { OTP_REF_LIST, 0, 0, offsetof(struct otpi_cache_told, value), 0,
                                 type->value };
    const struct otp_layout layout = { sizeof *told, 1, &ref };

    /* NOT_FOUND: nobody waits any more; NOMEM: who waits is told by his timeout */
    return otp_answer(from, &layout, told) == OTP_OK;
}

bool otpi_cache_wait(const struct otp_cache *type, struct otpi_asker **list, otp_from from)
{
    const struct otpi_cache_told nomem = { .status = OTP_NOMEM };
    struct otpi_asker *asker = otp_alloc(sizeof *asker);

    if (asker == NULL || otp_defer_reply(from) == OTP_NOMEM) {
        otp_free(asker);
        (void)otpi_cache_answer(type, from, &nomem);
        return false;
    }
    asker->from = from;
    asker->next = *list;
    *list = asker;
    return true;
}

void otpi_cache_answer_all(const struct otp_cache *type, struct otpi_asker **list,
                           const struct otpi_cache_told *told)
{
    while (*list != NULL) {
        struct otpi_asker *asker = *list;
        *list = asker->next;
        (void)otpi_cache_answer(type, asker->from, told);
        otp_free(asker);
    }
}

/* -- sweeps -- */

static void arm(otp_duration delay, uint64_t ref)
{
    otp_timer timer;

    /* without its timers it is no cache: its supervisor starts another */
    if (otp_behaviour_timer(delay, ref, &timer) != OTP_OK)
        otp_exit(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
}

static void begin_sweep(struct otpi_cache_process *process)
{
    memset(&process->cursor, 0, sizeof process->cursor);
    process->now = otp_now();
    process->sweeping = true;
    process->asking = process->next;
    process->next = NULL;
    arm(0, TIMER_SLICE);
}

/* Who knows of its end finds the next one armed. */
static void end_sweep(struct otpi_cache_process *process)
{
    const struct otpi_cache_told done = { .status = OTP_OK };
    struct otpi_asker *asking = process->asking;

    process->sweeping = false;
    process->asking = NULL;
    otp_reclaim();
    if (process->next != NULL) {
        begin_sweep(process);
    } else if (!process->armed && process->type->sweep != OTP_INFINITY && !OTP_MUTANT(B194)) {
        process->armed = true;
        arm(process->type->sweep, TIMER_SWEEP);
    }
    /* release: pairs with the acquire of who reads it */
    atomic_fetch_add_explicit(&process->cache->sweeps, 1, memory_order_release);
    otpi_cache_answer_all(process->type, &asking, &done);
}

/* A few buckets. False: that was all. */
static bool sweep_step(struct otpi_cache_process *process)
{
    struct otpi_taken taken[OTPI_STORE_TAKEN];
    struct otpi_told told[OTPI_STORE_TAKEN];
    struct otpi_cache_use use;
    size_t n, n_told = 0;
    bool more, wanted;

    if (!otpi_cache_enter_own(process, &use))
        return false;
    wanted = use.store->boxed || process->type->evicted != NULL;
    more = otpi_store_sweep(use.store, &process->cursor, process->now, wanted ? taken : NULL, &n);
    if (wanted)
        n_told = otpi_cache_taken(&use, process->type, taken, n, told);
    else
        otpi_cache_count(&use, OTPI_EXPIRED, n);
    otpi_cache_leave_own(&use);
    otpi_cache_tell(process->type, told, n_told);
    return more;
}

static void sweep_slice(struct otpi_cache_process *process)
{
    otp_instant end = otp_now() + SLICE;

    for (int i = 0; i < SLICE_STEPS; i++) {
        if (!sweep_step(process)) {
            end_sweep(process);
            return;
        }
        if (otp_now() >= end)
            break;
    }
    arm(0, TIMER_SLICE);
}

static void receive_timer(struct otpi_cache_process *process, uint64_t ref)
{
    if (ref == TIMER_SLICE) {
        sweep_slice(process);
        return;
    }
    process->armed = false;
    if (!process->sweeping)
        begin_sweep(process);
}

/* -- requests -- */

static void receive_sweep(struct otpi_cache_process *process, const struct otp_message *message)
{
    if (otpi_cache_wait(process->type, &process->next, message->from) && !process->sweeping)
        begin_sweep(process);
}

/* A key as it came in a request, as functions want it: text is the bytes' view itself. */
static const void *key_of(const struct otp_cache *type, const otp_bytes *key, void *aligned)
{
    if (type->key_kind == OTP_KEY_TEXT)
        return key;
    memcpy(aligned, key->data, type->key->size);
    return aligned;
}

/* What the process reads for somebody. */
static otp_status read_for(struct otpi_cache_process *process,
                           const struct otpi_cache_wanted *wanted, void *value)
{
    uint64_t aligned[OTP_CACHE_PLAIN_MAX / sizeof(uint64_t)];
    struct otpi_cache_use use;
    otp_status status;

    if (wanted->type != process->type)
        return OTP_WRONG_MODULE;
    if (!otpi_cache_enter_own(process, &use))
        return OTP_NOPROC;
    status =
        otpi_cache_read(&use, process->type, key_of(process->type, &wanted->key, aligned), value);
    otpi_cache_leave_own(&use);
    return status;
}

static void receive_get(struct otpi_cache_process *process, const struct otp_message *message)
{
    const struct otp_cache *type = ((const struct otpi_cache_wanted *)message->args)->type;
    struct otpi_cache_got got = { .status = OTP_OK };
    struct otpi_cache_told told = { .status = OTP_NOMEM };
    void *value;

    if (otpi_cache_is_small(type)) {
        got.status = (uint32_t)read_for(process, message->args, got.words);
        (void)otp_answer(message->from, &got_layout, &got);
        return;
    }
    value = otp_scratch(type->value->size);
    if (value != NULL)
        told.status = (uint32_t)read_for(process, message->args, value);
    if (told.status == OTP_OK) {
        told.value = value;
        told.n = 1;
    }
    (void)otpi_cache_answer(type, message->from, &told);
}

static void receive_request(struct otpi_cache_process *process, const struct otp_message *message)
{
    switch (message->tag) {
    case OTPI_CACHE_GET: receive_get(process, message); break;
    case OTPI_CACHE_SWEEP: receive_sweep(process, message); break;
    case OTPI_CACHE_LOAD: otpi_cache_load(process, message); break;
    case OTPI_CACHE_LOADED: otpi_cache_loaded(process, message); break;
    default: break;
    }
}

otp_status otp_cache_sweep(otp_dest cache, const struct otp_cache *type)
{
    const struct otpi_cache_ask ask = { .status = OTP_OK };
    struct otpi_cache_told told;
    struct otpi_cache_use use;
    otp_status status = otpi_cache_enter(cache, type, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_cache_leave(&use);
    status =
        otp_system_call(cache, OTPI_CACHE_SWEEP, &otpi_cache_ask_layout, &ask, &told, OTP_INFINITY);
    return OTPI_JUDGED(status == OTP_OK ? (otp_status)told.status : status);
}

/* -- life -- */

/* otp_tie: the process has ended. */
static void ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct otpi_cache *cache =
        (struct otpi_cache *)(void *)((char *)tie - offsetof(struct otpi_cache, tie));
    struct otpi_store *store;

    (void)pid, (void)reason;
    otp_lock_take(&cache->lock);
    __atomic_store_n(&cache->shared.pid, 0, __ATOMIC_RELEASE);
    store = atomic_load_explicit(&cache->store, memory_order_relaxed);
    atomic_store_explicit(&cache->store, NULL, memory_order_release);
    otp_lock_release(&cache->lock);
    otp_shared_free(&cache->shared);
    otpi_store_drop(store);
}

static void reset(struct otpi_cache *cache, const struct otp_cache *type)
{
    for (size_t i = 0; i < OTPI_CACHE_CELLS; i++)
        for (size_t k = 0; k < OTPI_COUNTS; k++)
            atomic_store_explicit(&cache->cells[i].counts[k], 0, memory_order_relaxed);
    atomic_store_explicit(&cache->sweeps, 0, memory_order_relaxed);
    atomic_store_explicit(&cache->type, type, memory_order_relaxed);
}

/* What it shows, with a store; NULL: no memory. */
static struct otpi_cache *make(const struct otp_cache *type)
{
    const struct otpi_store_type store_type = { type->key_kind, type->key, type->value,
                                                type->max_entries, type->max_bytes };
    struct otpi_cache *cache =
        (struct otpi_cache *)otp_shared_new(&otpi_cache_behaviour, sizeof *cache);
    struct otpi_store *store = cache == NULL ? NULL : otpi_store_new(&store_type);

    if (store == NULL) {
        if (cache != NULL)
            otp_shared_free(&cache->shared);
        return NULL;
    }
    reset(cache, type);
    cache->tie.ended = ended;
    /* release: pairs with the acquire in cache_use.c */
    atomic_store_explicit(&cache->store, store, memory_order_release);
    if (otp_tie_to(otp_self(), &cache->tie) == OTP_OK)
        return cache;
    atomic_store_explicit(&cache->store, NULL, memory_order_relaxed);
    otpi_store_drop(store);
    otp_shared_free(&cache->shared);
    return NULL;
}

static void init(void *data, const void *args)
{
    struct otpi_cache_process *process = data;

    process->type = args;
    process->cache = make(process->type);
    if (process->cache == NULL)
        otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    otp_share(&process->cache->shared);
    if (process->type->sweep != OTP_INFINITY) {
        process->armed = true;
        arm(process->type->sweep, TIMER_SWEEP);
    }
    otp_init_ack(OTP_OK, otp_normal());
}

static void receive(void *data, const struct otp_message *message)
{
    struct otpi_cache_process *process = data;

    if (message->kind == OTP_MESSAGE_STOP)
        otp_finish(*message->reason);
    else if (message->kind == OTP_MESSAGE_SYSTEM)
        receive_request(process, message);
    else if (message->kind == OTP_MESSAGE_TIMER)
        receive_timer(process, message->ref);
    else if (message->kind == OTP_MESSAGE_DOWN)
        otpi_cache_down(process, message);
}

const struct otp_behaviour otpi_cache_behaviour = {
    "cache", init, receive, NULL, NULL, NULL, NULL
};

static bool is_possible(const struct otp_cache *type)
{
    bool is_text = type->key_kind == OTP_KEY_TEXT;

    return type->key_kind <= OTP_KEY_TEXT && type->read <= OTP_READ_OWNER && type->key != NULL &&
           type->key->size != 0 && type->value != NULL && type->value->size != 0 &&
           (is_text || (type->key->n_refs == 0 && type->key->size <= OTP_CACHE_PLAIN_MAX)) &&
           type->ttl >= 0 && type->sweep > 0 && type->stale >= 0;
}

otp_status otp_cache_start(const struct otp_module *module, const struct otp_start *how,
                           const void *options, otp_pid *pid)
{
    const struct otp_cache *type = (const struct otp_cache *)module;
    struct otp_process_spec process = { .behaviour = &otpi_cache_behaviour, .module = module };

    if (options != NULL || !is_possible(type))
        return OTPI_JUDGED(OTP_BADARG);
    process.data_size = sizeof(struct otpi_cache_process);
    process.args = type;
    return OTPI_JUDGED(otp_behaviour_start(&process, how, pid));
}
