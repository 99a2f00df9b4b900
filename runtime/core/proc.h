/* proc.h - processes.
 *
 * Idea: a process lives in a slot of a table that is never given back while the runtime runs, so a
 * stale pid finds valid memory and another generation: no reference counts, no grace periods. The
 * inbox word says at once where the process stands:
 *
 *   IDLE     nobody runs it; who replaces IDLE must queue it, its message being the private list
 *   WAITING  its fiber is parked in a receive; who replaces WAITING must wake it
 *   CLOSED   it is dead; nothing is ever linked again
 *   a list   newest message first (NULL: none); it is queued or running
 *
 * Life: otpi_proc_new (CLOSED, invisible) -> publish -> ... -> otpi_proc_die (dead for all others:
 * CLOSED, no name, no links, DOWN sent) -> otpi_proc_bury (memory and slot free), by whoever finds
 * that nobody runs it.
 * Invariant I1: a process is in at most one queue and run by at most one worker.
 * Invariant I3: after CLOSED nothing is linked. Invariant I4: bury comes after die, once.
 */
#ifndef OTPI_PROC_H
#define OTPI_PROC_H

#include <stdatomic.h>

#include <otp/behaviour.h>

#include "base/map.h"
#include "core/msg.h"
#include "core/slot.h"
#include "plat/plat.h"

struct otpi_fiber;
struct otpi_cell;
struct otpi_owned;
struct otpi_request;
struct otp_shared;
struct otp_tie;

#define OTPI_INBOX_IDLE    ((struct otpi_msg *)(uintptr_t)1)
#define OTPI_INBOX_CLOSED  ((struct otpi_msg *)(uintptr_t)2)
#define OTPI_INBOX_WAITING ((struct otpi_msg *)(uintptr_t)3)

#define OTPI_PID_SLOT_BITS 28
#define OTPI_PROC_CHUNK    1024
#define OTPI_PROC_CHUNKS   65536

/* Who is told how the start went. Lives in the INIT message. */
struct otpi_starter {
    struct otpi_slot *slot; /* a waiting one ... */
    uint64_t id;
    uint64_t pid; /* ... or a process, by a message with ref */
    uint64_t ref;
};

/* What INIT carries; a copy of the arguments follows if they have a layout. */
struct otpi_init {
    struct otpi_starter starter;
    const void *args;
    void *reserved;
};

/* DYING: dead for all, but what is tied to it or its name is not gone yet: who links to it or
 * watches it is told when that is done. GONE: at once. */
enum otpi_death { OTPI_ALIVE, OTPI_DYING, OTPI_GONE };

/* What most processes have none of. lock: proc. */
struct otpi_relations {
    struct otpi_map links;    /* pid bits of the other; the first one is in the record */
    struct otpi_map watchers; /* monitor ref -> pid bits of who watches */
    struct otpi_map monitors; /* monitor ref -> pid bits of whom it watches */
    struct otpi_map open;     /* wait id -> struct otpi_slot *: deferred replies */
    struct otpi_map aliases;  /* ref -> enum otp_alias_mode: those that are switched on */
    struct otp_tie *ties;     /* what goes with it */
};

/* The same, of what nobody else touches. owner: who runs it. */
struct otpi_extras {
    struct otpi_map dictionary;    /* address of a key -> pointer */
    struct otpi_request *requests; /* that it has sent and not taken */
};

struct otpi_proc {
    /* what senders and who runs it read for each message, so that nobody writes it as often */
    /* atomic: of the present tenant; 0: none. Changes while CLOSED */
    _Alignas(OTPI_CACHE_LINE) _Atomic uint64_t pid;
    _Atomic(struct otpi_fiber *) fiber; /* atomic: what runs it, for who wants to wake it */
    struct otpi_proc *queue_next;       /* lock: injection */
    union {
        uint64_t generation; /* of the last tenant, while there is none. owner: who has the slot */
        uint64_t parent_ref; /* the monitor by which its parent watches it; 0: none. lock */
    };
    _Atomic uint32_t dead;      /* atomic: enum otpi_death; set under lock, by die */
    uint32_t index;             /* const: of the slot */
    _Atomic uint32_t trap_exit; /* lock; read unlocked by its own process */
    uint16_t ran_on;            /* owner: who runs it. Index of the worker */
    uint16_t shunned;           /* worker index + 1 that leaves it to others, at .. */
    uint32_t shunned_tick;      /* .. that tick. lock: injection, with the one above */
    _Atomic uint32_t inspected; /* atomic: somebody reads the inbox's list, see depth */
    uint8_t slow;      /* owner: who runs it. Its last handler took ticks: no direct switch to it */
    uint8_t finishing; /* owner: the same. otp_finish was called: reason in the fiber */
    uint8_t quiet;     /* owner: the same. Its start failed: nothing is logged, no unwind */
    uint8_t pool;      /* owner: the same. OTPI_POOL_...: where it is to be run */
    _Atomic uint32_t bound; /* const once set: the slot's record of a limit, see bound.h; 0: none */

    /* who runs it only, but that info reads the counters */
    _Alignas(OTPI_CACHE_LINE) struct otpi_msg *mail;
    struct otpi_msg *mail_last; /* taken from the inbox, oldest first */
    struct otpi_msg *current;   /* being received */
    const struct otp_behaviour *behaviour;
    const struct otp_module *module;
    void *data;
    _Atomic uint64_t fetched, taken; /* messages out of the inbox, out of the private list */

    /* the same, less often */
    struct otpi_msg *received;  /* given out by otp_receive last */
    struct otpi_owned *owned;   /* memory that goes with it, .. */
    _Atomic size_t owned_size;  /* .. this much */
    struct otpi_extras *extras; /* NULL: none yet */
    struct otpi_msg *death;     /* why, if another thread ended it while it ran */
    uint32_t data_size;
    uint8_t unwinding : 4; /* how often behaviour->unwind was entered */
    uint8_t kept : 1;      /* asking was deferred and has stayed there */
    uint8_t told;          /* nobody waits to be told of its start */
    uint8_t for_request;   /* const: it was started for one, whose owner learns of its end last */
    uint8_t untold : 1;    /* const: nobody is told that its init is done */
    uint8_t once : 1;      /* const: its parent gets no EXIT beside the DOWN */

    /* of the call being received, or if kept, of one that was: written by who runs it, read by who
     * kills it */
    _Atomic(struct otpi_slot *) asking;
    _Atomic uint64_t asking_id;

    /* what senders write */
    _Alignas(OTPI_CACHE_LINE) _Atomic(struct otpi_msg *) inbox;

    /* under lock */
    struct otpi_lock lock;
    uint32_t start_status;                      /* what init has said: OK, IGNORE, EXIT */
    uint64_t link;                              /* pid bits of the other; 0: none */
    _Atomic(struct otpi_relations *) relations; /* NULL: none yet. Its own process looks unlocked */
    struct otpi_cell *name;
    uint64_t parent;
    /* in the INIT message, until it is told: by who takes it out, for which its process needs no
     * lock. Whoever else does holds that while it reads what it has taken */
    _Atomic(struct otpi_starter *) starter;

    _Atomic(struct otp_shared *) shared; /* atomic: what it shows to all threads; NULL: nothing */
};

/* A plain process. */
extern const struct otp_behaviour otpi_plain;

/* Most servers are idle: what one costs is this, its data and its state. */
_Static_assert(sizeof(struct otpi_proc) == 256, "a process is four cache lines");

/* All slots. */
struct otpi_table {
    struct otpi_lock lock;
    struct otpi_proc **chunks;          /* OTPI_PROC_CHUNKS pointers; entries are const once set */
    _Atomic uint32_t n_slots;           /* atomic: slots made; grows under lock */
    struct otpi_proc *free, *free_last; /* lock: FIFO through queue_next */
    uint32_t n_free;                    /* lock */
    uint64_t first_generation; /* const while it runs: no slot of an earlier run got further */
    _Atomic uint64_t spawned, buried; /* atomic: by foreign threads */
};

/* What a worker keeps of the free slots, so that most processes begin and end without a lock. */
struct otpi_resting {
    struct otpi_proc *first, *last;   /* owner: FIFO through queue_next */
    uint32_t n;                       /* owner */
    _Atomic uint64_t spawned, buried; /* atomic: owner writes */
};

otp_status otpi_table_init(struct otpi_table *table);
void otpi_table_free(struct otpi_table *table);
/* How many processes were made and are not buried; at least as many as were, when it was called. 0:
 * there were none, unless somebody starts some. */
uint64_t otpi_table_alive(void);
/* How many were ever made. */
uint64_t otpi_table_spawned(void);

/* The slot that pid names, whatever lives there; NULL: no such slot. */
struct otpi_proc *otpi_proc_at(uint64_t pid);
/* The live process pid; NULL if it is gone. May be gone the next moment. */
struct otpi_proc *otpi_proc_find(uint64_t pid);
/* The same, also if its death is under way; NULL if it is gone. */
struct otpi_proc *otpi_proc_find_dying(uint64_t pid);
/* Whether this life is still going on. Under its lock. */
static inline bool otpi_proc_lives(const struct otpi_proc *proc, uint64_t pid)
{
    return atomic_load_explicit(&proc->pid, memory_order_relaxed) == pid &&
           proc->dead == OTPI_ALIVE;
}

/* A slot with a new pid, CLOSED: nobody else knows it. It has its end of a link with link (pid
 * bits; 0: none) and of its parent's monitor (0: none). NULL: no memory. */
struct otpi_proc *otpi_proc_new(uint64_t link, uint64_t parent_ref);
/* All that a worker keeps goes back into the table: it has nothing to do. By the worker. */
void otpi_resting_give(struct otpi_resting *own);
/* Undoes it, before it was published. */
void otpi_proc_discard(struct otpi_proc *proc);

/* Puts msg into the mailbox of the process that pid named, and has it run. Takes msg if true;
 * false: it is dead, msg is still the caller's. direct: the caller is about to wait for it. */
bool otpi_proc_push(struct otpi_proc *proc, uint64_t pid, struct otpi_msg *msg, bool direct);

/* Ends it for everyone else; nothing if it is dead already. reason is borrowed. Any thread. */
void otpi_proc_die(struct otpi_proc *proc, uint64_t pid, const otp_reason *reason);
/* Frees what is left of it. By who runs it (or found it IDLE), after die. */
void otpi_proc_bury(struct otpi_proc *proc);
/* Drops a message that will not be received; who asked gets status and reason. Takes msg. */
void otpi_msg_refuse(struct otpi_msg *msg, otp_status status, const otp_reason *reason);

/* The next message of the mailbox, taken out; NULL: none. By who runs it. */
struct otpi_msg *otpi_mailbox_take(struct otpi_proc *proc);
/* The message that was taken last is the next again. By who runs it. */
void otpi_mailbox_put_back(struct otpi_proc *proc, struct otpi_msg *msg);
/* Moves what is in the inbox behind the private list. False: it is CLOSED. By who runs it. */
bool otpi_mailbox_fetch(struct otpi_proc *proc);

/* Waits until nobody reads the list that was taken out of the inbox. */
static inline void otpi_mailbox_uninspected(const struct otpi_proc *proc)
{
    /* seq_cst: pairs with otpi_mailbox_depth */
    while (atomic_load(&proc->inspected) != 0)
        otpi_plat_relax();
}

/* How many messages wait in its mailbox, counted by another thread. Under its lock. */
uint64_t otpi_mailbox_depth(struct otpi_proc *proc);
/* A message has left the private list of proc by another way than take. By who runs it. */
static inline void otpi_mailbox_count(struct otpi_proc *proc)
{
    uint64_t taken = atomic_load_explicit(&proc->taken, memory_order_relaxed);
    atomic_store_explicit(&proc->taken, taken + 1, memory_order_relaxed);
}

/* The links of proc. Under its lock. */
otp_status otpi_links_add(struct otpi_proc *proc, uint64_t other);
bool otpi_links_remove(struct otpi_proc *proc, uint64_t other);

/* The extras of proc, made if need be; NULL: no memory. By who runs it. */
struct otpi_extras *otpi_proc_extras(struct otpi_proc *proc);
/* The relations of proc, made if need be; NULL: no memory. Under its lock. */
struct otpi_relations *otpi_proc_relations(struct otpi_proc *proc);
#endif
