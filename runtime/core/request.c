/* request.c - asking without waiting.
 *
 * Idea: see request.h. Who waits for requests notes itself in each of them, looks at them once more
 * and parks; who answers one finishes the slot and then looks for a note. Both sides are
 * sequentially consistent, so one of them sees the other; a wake too many is harmless. What limits
 * the wait is an ordinary wait of the caller's own slot, which nobody but its timer can end.
 * Threads: a request's functions by its owner; answers by anyone, through the slot.
 * Locks: requests (leaf). Owns: the table, replies that nobody has taken.
 */
#include "core/request.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "core/alias.h"
#include "core/call.h"
#include "core/sched.h"

#define CACHE_MAX   32
#define CACHE_BATCH 16
#define SPIN        400
#define PATIENCE    1000

/* -- the stock -- */

/* lock: requests. False: no memory, or too many for their slots' numbers to differ. */
static bool add_chunk(struct otpi_requests *all)
{
    uint32_t n = atomic_load_explicit(&all->n, memory_order_relaxed);
    struct otpi_request *chunk;

    if (all->chunks == NULL)
        all->chunks = otpi_alloc_zero(OTPI_REQUEST_CHUNKS * sizeof *all->chunks);
    if (all->chunks == NULL || n / OTPI_REQUEST_CHUNK == OTPI_REQUEST_CHUNKS)
        return false;
    chunk = otpi_alloc_line(OTPI_REQUEST_CHUNK * sizeof *chunk);
    if (chunk == NULL)
        return false;
    for (uint32_t i = 0; i < OTPI_REQUEST_CHUNK; i++) {
        otpi_slot_init(&chunk[i].slot, NULL, otpi_slot_index());
        atomic_init(&chunk[i].slot.waiter, NULL);
        chunk[i].index = n + i;
        chunk[i].next = all->stock;
        all->stock = &chunk[i];
    }
    all->chunks[n / OTPI_REQUEST_CHUNK] = chunk;
    /* release: pairs with the acquire in at; the chunk is in place */
    atomic_store_explicit(&all->n, n + OTPI_REQUEST_CHUNK, memory_order_release);
    return true;
}

/* A batch out of the stock into an empty cache. False: no memory. */
OTPI_APART static bool refill(struct otpi_request_cache *cache)
{
    struct otpi_requests *all = &otpi_rt->requests;

    otpi_lock_take(&all->lock);
    if (all->stock == NULL)
        (void)add_chunk(all);
    while (all->stock != NULL && cache->count < CACHE_BATCH) {
        struct otpi_request *request = all->stock;
        all->stock = request->next;
        request->next = cache->head;
        cache->head = request;
        cache->count++;
    }
    otpi_lock_release(&all->lock);
    return cache->count > 0;
}

/* Back into the stock, until the cache has no more than that. */
OTPI_APART static void flush(struct otpi_request_cache *cache, uint32_t left)
{
    struct otpi_requests *all = &otpi_rt->requests;

    otpi_lock_take(&all->lock);
    while (cache->count > left) {
        struct otpi_request *request = cache->head;
        cache->head = request->next;
        cache->count--;
        request->next = all->stock;
        all->stock = request;
    }
    otpi_lock_release(&all->lock);
}

/* The calling process or thread. To be found anew by who has waited. */
struct caller {
    struct otpi_self *self;
    struct otpi_fiber *fiber; /* NULL: a foreign thread */
    struct otpi_proc *proc;   /* the same */
};

static inline struct caller find_caller(void)
{
    struct caller caller = { otpi_me(), NULL, NULL };

    caller.fiber = caller.self->current;
    caller.proc = caller.fiber == NULL ? NULL : caller.fiber->proc;
    return caller;
}

/* Its list. NULL: no memory; never for one that has a request. */
static inline struct otpi_request **list_of(const struct caller *caller)
{
    struct otpi_extras *extras = caller->proc == NULL ? NULL : otpi_proc_extras(caller->proc);

    if (caller->proc == NULL)
        return &caller->self->requests;
    return extras == NULL ? NULL : &extras->requests;
}

static struct otpi_request **own_list(void)
{
    const struct caller caller = find_caller();

    return list_of(&caller);
}

/* One for the caller, in its list, with room for a reply of that size. NULL: no memory. */
static struct otpi_request *take(size_t reply_size)
{
    const struct caller caller = find_caller();
    struct otpi_request_cache *cache = &caller.self->request_cache;
    struct otpi_request *request, **list = list_of(&caller);
    struct otpi_fiber *fiber = caller.fiber;
    uint64_t pid = 0;
    void *reply = NULL;

    if (list == NULL)
        return NULL;
    if (reply_size > OTPI_REQUEST_INLINE && (reply = otpi_alloc(reply_size)) == NULL)
        return NULL;
    if (cache->count == 0 && !refill(cache)) {
        otpi_release(reply, reply_size);
        return NULL;
    }
    request = cache->head;
    cache->head = request->next;
    cache->count--;
    request->reply_size = reply_size;
    request->slot.reply = reply == NULL ? request->reply : reply;
    /* Most are waited for where they were opened: then who waits need not note itself any more,
     * which takes a fence. A foreign thread's wake is a system call: only while it waits. */
    atomic_store_explicit(&request->slot.waiter, fiber == NULL ? NULL : &fiber->slot,
                          memory_order_relaxed);
    request->prev = NULL;
    request->next = *list;
    if (*list != NULL)
        (*list)->prev = request;
    *list = request;
    if (caller.proc != NULL)
        pid = atomic_load_explicit(&caller.proc->pid, memory_order_relaxed);
    atomic_store_explicit(&request->process, pid, memory_order_relaxed);
    atomic_store_explicit(&request->thread, pid == 0 ? caller.self : NULL, memory_order_relaxed);
    return request;
}

/* Out of its owner's list. Its slot is closed. */
static void give(struct otpi_request *request, struct otpi_request **list)
{
    struct otpi_request_cache *cache = &otpi_me()->request_cache;

    if (request->prev != NULL)
        request->prev->next = request->next;
    else
        *list = request->next;
    if (request->next != NULL)
        request->next->prev = request->prev;
    if (request->slot.reply != request->reply)
        otpi_release(request->slot.reply, request->reply_size);
    request->slot.reply = NULL;
    atomic_store_explicit(&request->process, 0, memory_order_relaxed);
    atomic_store_explicit(&request->thread, NULL, memory_order_relaxed);
    request->next = cache->head;
    cache->head = request;
    if (++cache->count > CACHE_MAX)
        flush(cache, CACHE_BATCH);
}

/* Gives one up, with the answer if that has come. */
static void drop(struct otpi_request *request, struct otpi_request **list)
{
    otpi_call_abandon(&request->slot);
    give(request, list);
}

void otpi_request_drop_all(struct otpi_request **list)
{
    while (*list != NULL)
        drop(*list, list);
}

void otpi_request_leave(struct otpi_self *self)
{
    otpi_request_drop_all(&self->requests);
    flush(&self->request_cache, 0);
}

void otpi_requests_free(struct otpi_requests *all)
{
    uint32_t n = atomic_load(&all->n);

    for (uint32_t i = 0; i < n / OTPI_REQUEST_CHUNK; i++) {
        for (uint32_t k = 0; k < OTPI_REQUEST_CHUNK; k++) {
            struct otpi_request *request = &all->chunks[i][k];
            otpi_call_abandon(&request->slot); /* a foreign thread's */
            if (request->slot.reply != NULL && request->slot.reply != request->reply)
                otpi_release(request->slot.reply, request->reply_size);
        }
        otpi_release_line(all->chunks[i], OTPI_REQUEST_CHUNK * sizeof(struct otpi_request));
    }
    if (all->chunks != NULL)
        otpi_release(all->chunks, OTPI_REQUEST_CHUNKS * sizeof *all->chunks);
    memset(all, 0, sizeof *all);
}

/* -- handles -- */

static bool is_mine(const struct otpi_request *request)
{
    const struct caller caller = find_caller();

    /* relaxed: nobody else writes what is mine */
    if (OTP_MUTANT(B142))
        return true;
    if (caller.proc != NULL)
        return atomic_load_explicit(&request->process, memory_order_relaxed) ==
               atomic_load_explicit(&caller.proc->pid, memory_order_relaxed);
    return atomic_load_explicit(&request->thread, memory_order_relaxed) == caller.self;
}

/* The request that handle names. NOT_FOUND, WRONG_THREAD. */
static otp_status find(const otp_request *handle, struct otpi_request **out)
{
    struct otpi_requests *all = &otpi_rt->requests;
    struct otpi_request *request;
    bool is_open;

    if (handle->id_ == 0 || handle->epoch_ != (uint32_t)atomic_load(&otpi_rt->epoch) ||
        handle->index_ >= atomic_load_explicit(&all->n, memory_order_acquire))
        return OTP_NOT_FOUND;
    request =
        &all->chunks[handle->index_ / OTPI_REQUEST_CHUNK][handle->index_ % OTPI_REQUEST_CHUNK];
    is_open = otpi_slot_is_open(&request->slot, handle->id_);
    if (!is_open || !is_mine(request))
        return is_open ? OTP_WRONG_THREAD : OTP_NOT_FOUND;
    *out = request;
    return OTP_OK;
}

/* -- sending -- */

static void open_slot(struct otpi_request *request, uint64_t server, otp_request *handle)
{
    handle->id_ = otpi_slot_open(&request->slot, server, request->slot.reply, request->type->reply);
    handle->index_ = request->index;
    handle->epoch_ = (uint32_t)atomic_load_explicit(&otpi_rt->epoch, memory_order_relaxed);
}

/* Sends msg (taken), or makes the failure the answer. */
static void send(struct otpi_place *place, otp_status placed, struct otpi_msg *msg,
                 struct otpi_request *request, otp_request *handle)
{
    struct otpi_slot *slot = &request->slot;
    otp_reason noproc;

    open_slot(request, place->proc == NULL ? 0 : place->pid, handle);
    msg->body.from.slot_ = slot;
    msg->body.from.id_ = handle->id_;
    if (placed == OTP_OK && otpi_place_push(place, msg, false))
        return;
    noproc = otp_reason_make(OTP_REASON_NOPROC, NULL, 0);
    if (placed == OTP_OK || placed == OTP_NOPROC)
        otpi_msg_refuse(msg, OTP_NOPROC, &noproc);
    else
        otpi_msg_refuse(msg, placed, NULL);
}

otp_status otp_send_request(otp_dest dest, const struct otp_message_type *type, const void *args,
                            otp_request *handle)
{
    otp_status status = otpi_enter();
    struct otpi_request *request = NULL;
    struct otpi_msg *msg = NULL;
    struct otpi_place place;

    memset(handle, 0, sizeof *handle);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    if (type->message_class != OTP_CLASS_CALL && type->message_class != OTP_CLASS_CALL_LATER) {
        status = otpi_call_failed(OTP_BADARG);
    } else {
        otp_status placed = otpi_place_find(&place, dest, OTP_INFINITY);
        msg = otpi_msg_of(type, args);
        request = msg == NULL ? NULL : take(type->reply == NULL ? 0 : type->reply->size);
        if (request != NULL) {
            request->type = type;
            send(&place, placed, msg, request, handle);
        } else {
            otpi_place_leave(&place);
            if (msg != NULL)
                otpi_msg_free(msg);
            status = otpi_call_failed(OTP_NOMEM);
        }
    }
    otpi_leave();
    return OTPI_JUDGED(status);
}

otp_status otp_open_request(const struct otp_message_type *type, otp_request *handle,
                            otp_from *from)
{
    otp_status status = otpi_enter();
    struct otpi_request *request;

    memset(handle, 0, sizeof *handle);
    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    request = take(type->reply == NULL ? 0 : type->reply->size);
    if (request == NULL) {
        status = otpi_call_failed(OTP_NOMEM);
    } else {
        request->type = type;
        open_slot(request, 0, handle);
        from->slot_ = &request->slot;
        from->id_ = handle->id_;
    }
    otpi_leave();
    return status;
}

otp_pid otp_request_server(const otp_request *handle)
{
    struct otpi_request *request;
    otp_pid pid = otp_no_pid();

    if (otpi_enter() != OTP_OK)
        return pid;
    if (find(handle, &request) == OTP_OK)
        pid.bits = atomic_load_explicit(&request->slot.server, memory_order_relaxed);
    otpi_leave();
    return pid;
}

otp_status otp_check_request(const otp_request *handle, const struct otp_message_type *type)
{
    struct otpi_request *request;
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    status = find(handle, &request);
    if (status == OTP_OK && request->type != type)
        status = OTP_BADARG;
    otpi_leave();
    return OTPI_JUDGED(status);
}

/* -- waiting -- */

enum wait_for { ANY, ALL, ALL_OR_FAILED };

/* What is waited for. */
struct wait {
    const otp_request *handles;
    size_t count;
    enum wait_for what;
    size_t which;              /* the first that is answered, or that has failed */
    struct otpi_request *only; /* of the one handle; NULL: they are to be found */
};

/* In each who waits is noted, unless nobody does (NULL); the note stays: a wake too many is
 * harmless. seq_cst, both: pairs with otpi_slot_done. */
static bool is_done(struct otpi_request *request, struct otpi_slot *waiter)
{
    if (waiter != NULL &&
        atomic_load_explicit(&request->slot.waiter, memory_order_relaxed) != waiter)
        atomic_store(&request->slot.waiter, waiter);
    return (atomic_load(&request->slot.word) & OTPI_SLOT_PHASE) == OTPI_SLOT_DONE;
}

/* OK: it is over. TIMEOUT: not yet. NOT_FOUND, WRONG_THREAD. */
static inline otp_status look(struct wait *wait, struct otpi_slot *waiter)
{
    size_t found = 0, done = 0;

    if (wait->only != NULL)
        return is_done(wait->only, waiter) ? OTP_OK : OTP_TIMEOUT;
    for (size_t i = 0; i < wait->count; i++) {
        struct otpi_request *request;
        otp_status status = find(&wait->handles[i], &request);
        if (status == OTP_WRONG_THREAD)
            return status;
        if (status != OTP_OK)
            continue;
        found++;
        if (!is_done(request, waiter))
            continue;
        wait->which = i;
        if (wait->what == ANY ||
            (wait->what == ALL_OR_FAILED && request->slot.status != OTP_OK && !OTP_MUTANT(B147)))
            return OTP_OK;
        done++;
    }
    if (found == 0)
        return OTP_NOT_FOUND;
    return wait->what != ANY && done == found ? OTP_OK : OTP_TIMEOUT;
}

/* One of them is there twice: each notes where it is, and one that is elsewhere has been passed. */
static bool is_one_twice(const otp_request *handles, size_t count)
{
    struct otpi_request *request;

    for (size_t i = 0; i < count; i++)
        if (find(&handles[i], &request) == OTP_OK)
            request->place = (uint32_t)i;
    for (size_t i = 0; i < count; i++)
        if (find(&handles[i], &request) == OTP_OK && request->place != i)
            return true;
    return false;
}

/* TIMEOUT as long as it is not over. */
static otp_status wait_parked(struct otpi_fiber *fiber, struct wait *wait, otp_duration limit)
{
    otp_status status = look(wait, &fiber->slot);
    uint32_t patience = wait->count < PATIENCE ? (uint32_t)wait->count - 1 : PATIENCE;
    uint64_t id;

    if (status != OTP_TIMEOUT)
        return status;
    id = otpi_slot_open(&fiber->slot, 0, NULL, NULL);
    if (limit != OTP_INFINITY)
        otpi_sched_wait(fiber, id, limit);
    while (status == OTP_TIMEOUT) {
        otpi_check_alive();
        if (otpi_slot_is_done(&fiber->slot))
            break;
        otpi_sched_patient(fiber, patience);
        if (!otpi_fiber_park(fiber)) {
            status = OTP_NOMEM;
            break;
        }
        status = look(wait, NULL);
    }
    otpi_sched_patient(fiber, 0);
    if (limit != OTP_INFINITY)
        otpi_sched_unwait(fiber);
    if (otpi_slot_close(&fiber->slot, id) && status == OTP_TIMEOUT)
        status = (otp_status)fiber->slot.status; /* or there was no memory for a timer */
    otpi_check_alive();
    return status;
}

OTPI_APART static otp_status wait_blocked(struct wait *wait, otp_duration limit)
{
    struct otpi_slot *slot = &otpi_me()->slot;
    uint64_t id = otpi_slot_open(slot, 0, NULL, NULL);
    otp_status status = look(wait, slot);

    for (int i = 0; i < SPIN && status == OTP_TIMEOUT; i++, status = look(wait, NULL))
        otpi_plat_relax();
    if (status == OTP_TIMEOUT) {
        struct otpi_sleep sleep;
        status = otpi_call_sleep_begin(&sleep, id, limit);
        if (status == OTP_OK)
            while ((status = look(wait, NULL)) == OTP_TIMEOUT && otpi_call_sleep(&sleep))
                continue;
        otpi_call_sleep_end(&sleep);
    }
    (void)otpi_slot_close(slot, id);
    return status;
}

static otp_status wait_for(struct wait *wait, otp_duration timeout)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (timeout < 0)
        return OTP_BADARG;
    if (timeout == 0)
        return look(wait, NULL);
    return fiber == NULL ? wait_blocked(wait, timeout) : wait_parked(fiber, wait, timeout);
}

static otp_status enter_and_wait(struct wait *wait, otp_duration timeout)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    status = wait_for(wait, timeout);
    if (status != OTP_OK)
        (void)otpi_call_failed(status);
    otpi_leave();
    return status;
}

otp_status otp_wait_response(const otp_request *handle, otp_duration timeout)
{
    struct wait wait = { handle, 1, ANY, 0, NULL };
    return OTPI_JUDGED(enter_and_wait(&wait, timeout));
}

otp_status otp_wait_any_response(const otp_request *handles, size_t count, otp_duration timeout,
                                 size_t *which)
{
    struct wait wait = { handles, count, ANY, 0, NULL };
    otp_status status = enter_and_wait(&wait, timeout);

    if (status == OTP_OK)
        *which = wait.which;
    return OTPI_JUDGED(status);
}

otp_status otp_wait_all_responses(const otp_request *handles, size_t count, otp_duration timeout)
{
    struct wait wait = { handles, count, ALL, 0, NULL };
    return OTPI_JUDGED(enter_and_wait(&wait, timeout));
}

otp_status otp_wait_no_failure(const otp_request *handles, size_t count, otp_duration timeout,
                               size_t *which)
{
    struct wait wait = { handles, count, ALL_OR_FAILED, 0, NULL };
    struct otpi_request *request;
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    status = is_one_twice(handles, count) ? OTP_BADARG : wait_for(&wait, timeout);
    if (status != OTP_OK)
        (void)otpi_call_failed(status);
    else
        *which = wait.which;
    if (status == OTP_OK && find(&handles[wait.which], &request) == OTP_OK &&
        request->slot.status != OTP_OK)
        status = otpi_call_failed_as(&request->slot);
    otpi_leave();
    return OTPI_JUDGED(status);
}

/* -- the answer -- */

/* Ends the request: with its answer if that is there, else with failure. */
static otp_status finish(struct otpi_request *request, uint64_t id, void *reply, otp_status failure)
{
    struct otpi_slot *slot = &request->slot;
    otp_status status;

    if (!otpi_call_close(slot, id)) {
        status = otpi_call_failed(failure);
    } else {
        status = otpi_call_result(slot);
        if (status == OTP_OK && request->type->reply != NULL)
            otpi_copy(reply, slot->reply, request->reply_size);
    }
    give(request, own_list());
    return status;
}

static otp_status receive(otp_request *handle, const struct otp_message_type *type, void *reply,
                          otp_duration timeout)
{
    struct wait wait = { handle, 1, ANY, 0, NULL };
    struct otpi_request *request;
    otp_status status = find(handle, &request);

    if (status == OTP_OK && (request->type != type || timeout < 0))
        status = OTP_BADARG;
    if (status != OTP_OK)
        return otpi_call_failed(status);
    wait.only = request; /* only its owner ends it */
    status = wait_for(&wait, timeout);
    if (OTP_MUTANT(B043) && status == OTP_TIMEOUT)
        return otpi_call_failed(status);
    status = finish(request, handle->id_, reply, status);
    memset(handle, 0, sizeof *handle);
    return status;
}

/* Flat, as otp_call is. */
__attribute__((flatten)) otp_status otp_receive_response(otp_request *handle,
                                                         const struct otp_message_type *type,
                                                         void *reply, otp_duration timeout)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    status = receive(handle, type, reply, timeout);
    otpi_leave();
    return OTPI_JUDGED(status);
}

otp_status otp_abandon_request(otp_request *handle)
{
    otp_status status = otpi_enter();
    struct otpi_request *request;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    status = find(handle, &request);
    if (status == OTP_OK) {
        drop(request, own_list());
        memset(handle, 0, sizeof *handle);
    }
    otpi_leave();
    return OTPI_JUDGED(status);
}
