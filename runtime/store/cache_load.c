/* cache_load.c - values that are loaded when they are missing: one at a time for a key.
 *
 * Idea: see cache.h. Who misses a value asks the process, which says: load it, or answers when
 * somebody else has done so. Then who has waited looks again. The process watches who loads: if he
 * ends, all who wait are told his reason. A loader's own result is put before the others are told,
 * so they find it, unless it has expired or was evicted at once; then one of them loads again.
 * Threads: otp_cache_get_or: any; the rest: the process. Locks: none.
 * Owns: the list of keys that are being loaded, in the process's owned memory.
 */
#include "store/cache.h"

#include <string.h>

#include "base/misuse.h"
#include "store/give.h"

/* A key that somebody loads. */
struct otpi_loading {
    struct otpi_loading *next;
    uint64_t number;
    otp_pid pid;        /* who; none: a foreign thread, .. */
    const void *thread; /* .. this one */
    otp_monitor monitor;
    struct otpi_asker *waiting;
    size_t size;
    unsigned char key[];
};

/* -- the process -- */

static struct otpi_loading **find_key(struct otpi_cache_process *process, otp_bytes key)
{
    struct otpi_loading **link = &process->loading;

    while (*link != NULL && ((*link)->size != key.size ||
                             (key.size != 0 && memcmp((*link)->key, key.data, key.size) != 0)))
        link = &(*link)->next;
    return link;
}

static struct otpi_loading **find_number(struct otpi_cache_process *process, uint64_t number)
{
    struct otpi_loading **link = &process->loading;

    while (*link != NULL && (*link)->number != number)
        link = &(*link)->next;
    return link;
}

/* NULL: no memory. */
static struct otpi_loading *make(struct otpi_cache_process *process,
                                 const struct otpi_cache_ask *ask)
{
    struct otpi_loading *loading = otp_alloc(sizeof *loading + ask->key.size);

    if (loading == NULL)
        return NULL;
    loading->pid = ask->pid;
    loading->thread = ask->thread;
    loading->size = ask->key.size;
    if (ask->key.size != 0)
        memcpy(loading->key, ask->key.data, ask->key.size);
    if (ask->pid.bits != 0 && otp_monitor_start(otp_to(ask->pid), &loading->monitor) != OTP_OK) {
        otp_free(loading);
        return NULL;
    }
    loading->number = ++process->loads;
    loading->next = process->loading;
    process->loading = loading;
    return loading;
}

static void finish(struct otpi_cache_process *process, struct otpi_loading **link,
                   const struct otpi_cache_told *told)
{
    struct otpi_loading *loading = *link;

    *link = loading->next;
    otpi_cache_answer_all(process->type, &loading->waiting, told);
    otp_free(loading);
}

/* He who loads it does so no more. */
static void finish_watched(struct otpi_cache_process *process, struct otpi_loading **link,
                           const struct otpi_cache_told *told)
{
    if ((*link)->pid.bits != 0)
        (void)otp_monitor_stop((*link)->monitor, true);
    finish(process, link, told);
}

static bool is_by(const struct otpi_loading *loading, const struct otpi_cache_ask *ask)
{
    return otp_pid_equal(loading->pid, ask->pid) && loading->thread == ask->thread;
}

void otpi_cache_load(struct otpi_cache_process *process, const struct otp_message *message)
{
    const struct otpi_cache_ask *ask = message->args;
    struct otpi_loading *loading = *find_key(process, ask->key);
    struct otpi_cache_told told = { .status = OTP_NOMEM };

    if (loading != NULL) {
        if (!is_by(loading, ask)) {
            (void)otpi_cache_wait(process->type, &loading->waiting, message->from);
            return;
        }
        told.status = OTP_CALLING_SELF;
    } else {
        loading = make(process, ask);
        if (loading != NULL) {
            told.status = OTP_OK;
            told.number = loading->number;
        }
    }
    /* his time is up: he will not load it, and nobody has come to wait for him yet */
    if (!otpi_cache_answer(process->type, message->from, &told) && told.number != 0)
        finish_watched(process, &process->loading, &told);
}

/* A load for an earlier process of the name may have the same number: not the same caller, who is
 * busy with that one. */
void otpi_cache_loaded(struct otpi_cache_process *process, const struct otp_message *message)
{
    const struct otpi_cache_ask *ask = message->args;
    struct otpi_loading **link = find_number(process, ask->number);
    const struct otpi_cache_told told = { .status = ask->status, .reason = ask->reason };
    const struct otpi_cache_told done = { .status = OTP_OK };

    if (*link != NULL && is_by(*link, ask))
        finish_watched(process, link, &told);
    (void)otpi_cache_answer(process->type, message->from, &done);
}

void otpi_cache_down(struct otpi_cache_process *process, const struct otp_message *message)
{
    const struct otpi_cache_told told = { .status = OTP_EXIT, .reason = *message->reason };
    struct otpi_loading **link = &process->loading;

    while (*link != NULL && ((*link)->pid.bits == 0 || (*link)->monitor.ref_ != message->ref))
        link = &(*link)->next;
    if (*link != NULL)
        finish(process, link, &told);
}

/* -- who wants a value -- */

/* One who is about to load, or waits. */
struct wanted {
    otp_dest cache;
    const struct otp_cache *type;
    const void *key;
    otp_cache_load *load;
    void *context;
    void *value;
};

static void count_load(const struct wanted *wanted, otp_status status)
{
    struct otpi_cache_use use;

    if (otpi_cache_enter(wanted->cache, wanted->type, &use) != OTP_OK)
        return;
    otpi_cache_count(&use, OTPI_LOADS, 1);
    if (status != OTP_OK)
        otpi_cache_count(&use, OTPI_LOAD_ERRORS, 1);
    otpi_cache_leave(&use);
}

static otp_status load_and_put(const struct wanted *wanted)
{
    otp_duration ttl = wanted->type->ttl;
    void *value = otp_alloc(wanted->type->value->size);
    otp_status status = OTP_NOMEM;

    if (value != NULL)
        status = wanted->load(wanted->key, value, &ttl, wanted->context);
    if (status == OTP_OK)
        status = otp_cache_put(wanted->cache, wanted->type, wanted->key, value, ttl);
    if (status == OTP_OK)
        status = otpi_give(wanted->type->value, value, wanted->value);
    otp_free(value);
    count_load(wanted, status);
    return status;
}

/* The caller is to load. Whoever did before may have been done when he asked. Then has the others
 * told. */
static otp_status load_for_all(const struct wanted *wanted, uint64_t number)
{
    struct otpi_cache_ask ask = { .number = number,
                                  .pid = otp_self(),
                                  .thread = otp_foreign_thread() };
    struct otpi_cache_told told;
    otp_status status = otp_cache_has(wanted->cache, wanted->type, wanted->key), sent;

    if (status == OTP_OK)
        status = otp_cache_get(wanted->cache, wanted->type, wanted->key, wanted->value);
    if (status == OTP_NOT_FOUND)
        status = load_and_put(wanted);
    ask.status = (uint32_t)status;
    if (status == OTP_EXIT)
        ask.reason = otp_last_reason();
    sent = otp_system_call(wanted->cache, OTPI_CACHE_LOADED, &otpi_cache_ask_layout, &ask, &told,
                           OTP_INFINITY);
    /* the cache has ended, and who waits knows that; NOMEM: they wait until their time is up, or
     * until this process ends: see the known limits */
    (void)sent;
    if (status == OTP_EXIT)
        otp_set_last_reason(ask.reason);
    return status;
}

/* OK: it has been loaded by somebody, perhaps. *mine: it has been by the caller. */
static otp_status load_or_wait(const struct wanted *wanted, otp_duration timeout, bool *mine)
{
    struct otpi_cache_ask ask = { .key = otpi_cache_key_bytes(wanted->type, wanted->key) };
    struct otpi_cache_told told;
    otp_status status;

    *mine = false;
    ask.pid = otp_self();
    ask.thread = otp_foreign_thread();
    status = otp_system_call(wanted->cache, OTPI_CACHE_LOAD, &otpi_cache_ask_layout, &ask, &told,
                             timeout);
    if (status != OTP_OK)
        return status;
    if (told.number != 0) {
        *mine = true;
        return load_for_all(wanted, told.number);
    }
    if (told.status == OTP_EXIT)
        otp_set_last_reason(told.reason);
    return (otp_status)told.status;
}

otp_status otp_cache_get_or(otp_dest cache, const struct otp_cache *type, const void *key,
                            otp_cache_load *load, void *context, void *value, otp_duration timeout)
{
    const struct wanted wanted = { cache, type, key, load, context, value };
    otp_status status = timeout < 0 ? OTP_BADARG : otp_cache_get(cache, type, key, value);
    otp_instant now = otp_now(), end = timeout < OTP_INFINITY - now ? now + timeout : OTP_INFINITY;
    bool mine = false;

    for (; status == OTP_NOT_FOUND; now = otp_now()) {
        otp_duration left = end == OTP_INFINITY ? end : end > now ? end - now : 0;
        status = load_or_wait(&wanted, left, &mine);
        if (status != OTP_OK || mine)
            break;
        status = otp_cache_get(cache, type, key, value);
    }
    return OTPI_JUDGED(status);
}
