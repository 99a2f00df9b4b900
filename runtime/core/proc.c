/* proc.c - the table of processes and their mailboxes.
 *
 * Idea: see proc.h. Free slots queue first-in first-out, so that a slot rests before its next life.
 * Each worker keeps some and trades batches of them with the table, and counts for itself.
 * Threads: any; take and fetch by who runs the process. Locks: table, proc (never two procs).
 * Owns: the slots.
 */
#include "core/proc.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/mutant.h"
#include "core/point.h"
#include "core/push.h"

#define SLOT_MASK      (((uint64_t)1 << OTPI_PID_SLOT_BITS) - 1)
#define GENERATION_MAX (((uint64_t)1 << (64 - OTPI_PID_SLOT_BITS)) - 1)

/* So many free slots rest before the oldest is used again: in the table, with a worker. */
#define RESTING     64
#define RESTING_OWN 8
/* A worker has at most so many, and takes and gives so many at once. */
#define OWN_MAX     64
#define OWN_BATCH   16

otp_status otpi_table_init(struct otpi_table *table)
{
    uint64_t first_generation = table->first_generation;

    memset(table, 0, sizeof *table);
    table->first_generation = first_generation;
    table->chunks = otpi_alloc_zero(OTPI_PROC_CHUNKS * sizeof *table->chunks);
    return table->chunks == NULL ? OTP_NOMEM : OTP_OK;
}

/* A pid that is kept over a restart of the runtime must name nobody: generations go on. */
static void note_generations(struct otpi_table *table, const struct otpi_proc *chunk)
{
    for (uint32_t i = 0; i < OTPI_PROC_CHUNK; i++) {
        uint64_t pid = atomic_load_explicit(&chunk[i].pid, memory_order_relaxed);
        uint64_t generation = pid == 0 ? chunk[i].generation : pid >> OTPI_PID_SLOT_BITS;
        if (generation > table->first_generation)
            table->first_generation = generation;
    }
}

void otpi_table_free(struct otpi_table *table)
{
    uint32_t n = atomic_load(&table->n_slots) / OTPI_PROC_CHUNK;

    if (table->chunks == NULL)
        return;
    for (uint32_t i = 0; i < n; i++) {
        note_generations(table, table->chunks[i]);
        otpi_release_line(table->chunks[i], OTPI_PROC_CHUNK * sizeof(struct otpi_proc));
    }
    otpi_release(table->chunks, OTPI_PROC_CHUNKS * sizeof *table->chunks);
    table->chunks = NULL;
    atomic_store(&table->n_slots, 0); /* no pid names a slot any more */
}

struct otpi_proc *otpi_proc_at(uint64_t pid)
{
    uint64_t slot = (pid & SLOT_MASK) - 1; /* that of no pid is none */
    struct otpi_table *table = &otpi_rt->table;

    /* acquire: pairs with the release in add_chunk; the chunk is in place */
    if (slot >= atomic_load_explicit(&table->n_slots, memory_order_acquire))
        return NULL;
    return &table->chunks[slot / OTPI_PROC_CHUNK][slot % OTPI_PROC_CHUNK];
}

struct otpi_proc *otpi_proc_find(uint64_t pid)
{
    struct otpi_proc *proc = otpi_proc_at(pid);

    if (proc == NULL || atomic_load_explicit(&proc->pid, memory_order_acquire) != pid ||
        atomic_load_explicit(&proc->dead, memory_order_acquire) != OTPI_ALIVE)
        return NULL;
    return proc;
}

struct otpi_proc *otpi_proc_find_dying(uint64_t pid)
{
    struct otpi_proc *proc = otpi_proc_at(pid);

    if (proc == NULL || atomic_load_explicit(&proc->pid, memory_order_acquire) != pid ||
        atomic_load_explicit(&proc->dead, memory_order_acquire) == OTPI_GONE)
        return NULL;
    return proc;
}

/* lock: table. Appends a slot to the free ones. */
static void rest(struct otpi_table *table, struct otpi_proc *proc)
{
    proc->queue_next = NULL;
    if (table->free_last != NULL)
        table->free_last->queue_next = proc;
    else
        table->free = proc;
    table->free_last = proc;
    table->n_free++;
}

/* lock: table. False: no memory, or no room for more processes. */
static bool add_chunk(struct otpi_table *table)
{
    uint32_t n = atomic_load_explicit(&table->n_slots, memory_order_relaxed);
    struct otpi_proc *chunk;

    if (n / OTPI_PROC_CHUNK == OTPI_PROC_CHUNKS)
        return false;
    chunk = otpi_alloc_line(OTPI_PROC_CHUNK * sizeof *chunk);
    if (chunk == NULL)
        return false;
    for (uint32_t i = 0; i < OTPI_PROC_CHUNK; i++) {
        chunk[i].index = n + i;
        chunk[i].generation = table->first_generation;
        atomic_init(&chunk[i].inbox, OTPI_INBOX_CLOSED);
        rest(table, &chunk[i]);
    }
    table->chunks[n / OTPI_PROC_CHUNK] = chunk;
    atomic_store_explicit(&table->n_slots, n + OTPI_PROC_CHUNK, memory_order_release);
    return true;
}

/* lock: table. One that has rested, or any; NULL: there is none. */
static struct otpi_proc *take_free(struct otpi_table *table)
{
    struct otpi_proc *proc = NULL;

    if (table->n_free > RESTING || add_chunk(table) || table->n_free > 0) {
        proc = table->free;
        table->free = proc->queue_next;
        if (table->free == NULL)
            table->free_last = NULL;
        table->n_free--;
    }
    return proc;
}

static void append(struct otpi_resting *own, struct otpi_proc *proc)
{
    proc->queue_next = NULL;
    if (own->last != NULL)
        own->last->queue_next = proc;
    else
        own->first = proc;
    own->last = proc;
    own->n++;
}

static struct otpi_proc *take_first(struct otpi_resting *own)
{
    struct otpi_proc *proc = own->first;

    if (proc == NULL)
        return NULL;
    own->first = proc->queue_next;
    if (own->first == NULL)
        own->last = NULL;
    own->n--;
    return proc;
}

/* A batch of those that have rested longest, back into the table. */
OTPI_APART static void give_batch(struct otpi_resting *own)
{
    struct otpi_table *table = &otpi_rt->table;

    otpi_lock_take(&table->lock);
    for (uint32_t i = 0; i < OWN_BATCH; i++)
        rest(table, take_first(own));
    otpi_lock_release(&table->lock);
}

void otpi_resting_give(struct otpi_resting *own)
{
    struct otpi_table *table = &otpi_rt->table;

    if (own->first == NULL)
        return;
    otpi_lock_take(&table->lock);
    if (table->free_last != NULL)
        table->free_last->queue_next = own->first;
    else
        table->free = own->first;
    table->free_last = own->last;
    table->n_free += own->n;
    otpi_lock_release(&table->lock);
    own->first = own->last = NULL;
    own->n = 0;
}

OTPI_APART static struct otpi_proc *take_shared(void)
{
    struct otpi_table *table = &otpi_rt->table;
    struct otpi_proc *proc;

    otpi_lock_take(&table->lock);
    proc = take_free(table);
    otpi_lock_release(&table->lock);
    return proc;
}

/* One of its own, if that has rested. Else one out of the table, not many at once: where others end
 * what this worker starts, each is in their cache, and to go from one to the next would wait for
 * it, while to go on with one does not. */
static struct otpi_proc *take_own(struct otpi_resting *own)
{
    struct otpi_proc *proc = own->n > RESTING_OWN ? NULL : take_shared();

    return proc == NULL ? take_first(own) : proc;
}

/* release: who counts sees what its thread has done before. */
static void count(struct otpi_self *self, _Atomic uint64_t *own, _Atomic uint64_t *all)
{
    if (self->worker == NULL)
        atomic_fetch_add_explicit(all, 1, memory_order_release);
    else
        atomic_store_explicit(own, atomic_load_explicit(own, memory_order_relaxed) + 1,
                              memory_order_release);
}

struct otpi_proc *otpi_proc_new(uint64_t link, uint64_t parent_ref)
{
    struct otpi_self *self = otpi_me();
    struct otpi_proc *proc = self->worker == NULL ? take_shared() : take_own(&self->resting);
    uint64_t generation;

    if (proc == NULL)
        return NULL;
    proc->queue_next = NULL;
    generation = proc->generation + 1;
    proc->parent_ref = parent_ref;
    proc->link = link;
    count(self, &self->resting.spawned, &otpi_rt->table.spawned);
    /* release: who finds this pid finds dead == 0 and the inbox CLOSED */
    atomic_store_explicit(&proc->dead, OTPI_ALIVE, memory_order_relaxed);
    atomic_store_explicit(&proc->pid, generation << OTPI_PID_SLOT_BITS | (proc->index + 1u),
                          memory_order_release);
    return proc;
}

OTPI_APART static void give_shared(struct otpi_proc *proc)
{
    otpi_lock_take(&otpi_rt->table.lock);
    rest(&otpi_rt->table, proc);
    otpi_lock_release(&otpi_rt->table.lock);
}

/* A slot whose generations are used up is never used again. */
void otpi_proc_discard(struct otpi_proc *proc)
{
    struct otpi_self *self = otpi_me();

    proc->generation = atomic_load_explicit(&proc->pid, memory_order_relaxed) >> OTPI_PID_SLOT_BITS;
    atomic_store_explicit(&proc->pid, 0, memory_order_release);
    if (proc->generation < GENERATION_MAX) {
        if (self->worker == NULL)
            give_shared(proc);
        else
            append(&self->resting, proc);
        if (self->resting.n > OWN_MAX)
            give_batch(&self->resting);
    }
    count(self, &self->resting.buried, &otpi_rt->table.buried);
}

static uint64_t count_all(bool buried)
{
    const struct otpi_table *table = &otpi_rt->table;
    uint64_t n =
        atomic_load_explicit(buried ? &table->buried : &table->spawned, memory_order_acquire);

    for (uint32_t i = 0; i < otpi_rt->n_slots; i++) {
        const struct otpi_resting *own = &otpi_rt->workers[i].self.resting;
        n += atomic_load_explicit(buried ? &own->buried : &own->spawned, memory_order_acquire);
    }
    return n;
}

/* Those that were buried first: whoever has started one and was buried since is seen to have. */
uint64_t otpi_table_alive(void)
{
    uint64_t buried = count_all(true);
    return count_all(false) - buried;
}

uint64_t otpi_table_spawned(void)
{
    return count_all(false);
}

OTPI_APART void otpi_push_wake(struct otpi_proc *proc)
{
    struct otpi_fiber *fiber = atomic_load_explicit(&proc->fiber, memory_order_acquire);

    if (fiber != NULL)
        otpi_fiber_wake(fiber);
}

bool otpi_proc_push(struct otpi_proc *proc, uint64_t pid, struct otpi_msg *msg, bool direct)
{
    return otpi_push(otpi_me(), proc, pid, msg, direct);
}

static void append_mail(struct otpi_proc *proc, struct otpi_msg *oldest, struct otpi_msg *newest)
{
    if (proc->mail == NULL)
        proc->mail = oldest;
    else
        proc->mail_last->next = oldest;
    proc->mail_last = newest;
}

/* From newest first to oldest first, into the private list. Each node is in the cache of who sent
 * it and known from the one after it only, so without hints this would wait for memory each time.
 * Gives how many there are. */
OTPI_APART static uint64_t turn(struct otpi_proc *proc, struct otpi_msg *list)
{
    struct otpi_msg *newest = list, *oldest = NULL;
    struct otpi_trail turned = { 0 };
    uint64_t n = 0;

    while (list != NULL) {
        struct otpi_msg *next = list->next;
        n++;
        __builtin_prefetch(list->ahead, 1);
        list->ahead = otpi_trail_add(&turned, list);
        list->next = oldest;
        oldest = list;
        list = next;
    }
    append_mail(proc, oldest, newest);
    return n;
}

bool otpi_mailbox_fetch(struct otpi_proc *proc)
{
    struct otpi_msg *list = atomic_load_explicit(&proc->inbox, memory_order_relaxed);
    uint64_t n = atomic_load_explicit(&proc->fetched, memory_order_relaxed);

    do {
        if (list == OTPI_INBOX_CLOSED)
            return false;
        if (list == NULL)
            return true;
        /* acquire: pairs with the release of push; seq_cst: with who inspects */
    } while (!atomic_compare_exchange_weak_explicit(&proc->inbox, &list, NULL, memory_order_seq_cst,
                                                    memory_order_relaxed));
    if (list == OTPI_INBOX_WAITING)
        return true;
    otpi_mailbox_uninspected(proc);
    if (list->next == NULL)
        append_mail(proc, list, list);
    else
        n += turn(proc, list) - 1;
    atomic_store_explicit(&proc->fetched, n + 1, memory_order_relaxed);
    return true;
}

struct otpi_msg *otpi_mailbox_take(struct otpi_proc *proc)
{
    struct otpi_msg *msg = proc->mail;

    if (msg == NULL) {
        if (!otpi_mailbox_fetch(proc) || proc->mail == NULL)
            return NULL;
        msg = proc->mail;
    }
    proc->mail = msg->next;
    if (msg->next != NULL)
        otpi_msg_prefetch(msg->ahead);
    otpi_mailbox_count(proc);
    return msg;
}

void otpi_mailbox_put_back(struct otpi_proc *proc, struct otpi_msg *msg)
{
    uint64_t taken = atomic_load_explicit(&proc->taken, memory_order_relaxed);

    msg->next = proc->mail;
    if (proc->mail == NULL)
        proc->mail_last = msg;
    proc->mail = msg;
    atomic_store_explicit(&proc->taken, taken - 1, memory_order_relaxed);
}

/* Nobody frees what is in the inbox while `inspected` says so: who takes the list out waits. */
uint64_t otpi_mailbox_depth(struct otpi_proc *proc)
{
    uint64_t depth = atomic_load_explicit(&proc->fetched, memory_order_relaxed) -
                     atomic_load_explicit(&proc->taken, memory_order_relaxed);
    struct otpi_msg *msg;

    /* seq_cst: pairs with fetch and die: they see this, or we see an inbox without the list */
    atomic_store(&proc->inspected, 1);
    OTPI_POINT();
    msg = atomic_load(&proc->inbox);
    if (msg != OTPI_INBOX_IDLE && msg != OTPI_INBOX_WAITING && msg != OTPI_INBOX_CLOSED)
        for (; msg != NULL; msg = msg->next)
            depth++;
    /* release: pairs with the acquire in otpi_mailbox_uninspected */
    atomic_store_explicit(&proc->inspected, 0, memory_order_release);
    return depth;
}

bool otp_mailbox_is_empty(void)
{
    struct otpi_proc *proc = otpi_self_proc();
    return proc == NULL || (otpi_mailbox_fetch(proc) && proc->mail == NULL);
}

bool otp_is_alive(otp_pid pid)
{
    bool alive;

    if (otpi_enter() != OTP_OK)
        return false;
    alive = otpi_proc_find(pid.bits) != NULL;
    otpi_leave();
    return alive;
}

otp_status otpi_links_add(struct otpi_proc *proc, uint64_t other)
{
    struct otpi_relations *relations = proc->relations;

    if (proc->link == other)
        return OTP_OK;
    if (proc->link == 0 && (relations == NULL || relations->links.count == 0)) {
        proc->link = other;
        return OTP_OK;
    }
    relations = otpi_proc_relations(proc);
    return relations == NULL ? OTP_NOMEM : otpi_map_put(&relations->links, other, 1);
}

bool otpi_links_remove(struct otpi_proc *proc, uint64_t other)
{
    if (proc->link == other && other != 0) {
        proc->link = 0;
        return true;
    }
    return proc->relations != NULL && otpi_map_remove(&proc->relations->links, other, NULL);
}

struct otpi_extras *otpi_proc_extras(struct otpi_proc *proc)
{
    if (proc->extras == NULL)
        proc->extras = otpi_alloc_zero(sizeof *proc->extras);
    return proc->extras;
}

struct otpi_relations *otpi_proc_relations(struct otpi_proc *proc)
{
    struct otpi_relations *relations = atomic_load_explicit(&proc->relations, memory_order_relaxed);

    if (relations == NULL) {
        relations = otpi_alloc_zero(sizeof *relations);
        atomic_store_explicit(&proc->relations, relations, memory_order_relaxed);
    }
    return relations;
}
