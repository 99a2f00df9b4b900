/* share.c - what processes show to all threads, and what is tied to them.
 *
 * Idea: see otp/share.h. A piece of memory is cut into blocks of one size, which go from hand to
 * hand and never back to the allocator before the runtime stops: a late reader finds memory, and
 * learns from what it reads next that it was late. A stale pid finds the slot of its process, whose
 * `shared` is NULL, or of another pid.
 * Threads: any. Locks: shelf; proc for ties. Owns: the pieces and the structures.
 */
#include "core/share.h"

#include <string.h>

#include "base/alloc.h"
#include "core/alias.h"
#include "core/call.h"
#include "core/point.h"
#include "core/sched.h"
#include "core/signal.h"

#define LINE      ((size_t)64)
#define PIECE_MIN ((size_t)16 * 1024)

_Static_assert(sizeof(struct otp_lock) == sizeof(struct otpi_lock), "they are one");

/* What memory comes in: blocks of one size behind it. */
struct otpi_piece {
    struct otpi_piece *next;
    size_t size; /* in all */
};

/* -- structures -- */

struct otp_shared *otp_shared_new(const struct otp_behaviour *behaviour, size_t size)
{
    struct otpi_shelf *shelf = &otpi_rt->shelf;
    struct otp_shared **link, *shared;

    otpi_lock_take(&shelf->lock);
    for (link = &shelf->idle; (shared = *link) != NULL; link = &shared->next_)
        if (shared->behaviour == behaviour && shared->size_ == size)
            break;
    if (shared != NULL)
        *link = shared->next_;
    otpi_lock_release(&shelf->lock);
    if (shared != NULL)
        return shared;
    shared = otpi_alloc_line(size);
    if (shared == NULL)
        return NULL;
    shared->behaviour = behaviour;
    shared->size_ = size;
    return shared;
}

void otp_shared_free(struct otp_shared *shared)
{
    struct otpi_shelf *shelf = &otpi_rt->shelf;

    otpi_lock_take(&shelf->lock);
    shared->next_ = shelf->idle;
    shelf->idle = shared;
    otpi_lock_release(&shelf->lock);
}

void otp_share(struct otp_shared *shared)
{
    struct otpi_proc *proc = otpi_self_proc();

    if (proc == NULL)
        return;
    otpi_lock_take(&proc->lock);
    /* dead, it may have been given back already by who ended this process */
    if (proc->dead == 0) {
        __atomic_store_n(&shared->pid, otpi_self_pid(), __ATOMIC_RELEASE);
        /* release: pairs with the acquire in otp_enter_shared; what it shows is complete */
        atomic_store_explicit(&proc->shared, shared, memory_order_release);
    }
    otpi_lock_release(&proc->lock);
}

/* What dest shows. NOPROC, WRONG_MODULE. */
static otp_status find_shared(otp_dest dest, const struct otp_behaviour *behaviour,
                              struct otp_shared **out, otp_pid *pid)
{
    uint64_t bits = otpi_name_resolve(dest);
    struct otpi_proc *proc = otpi_proc_find(bits);
    struct otp_shared *shared;

    if (proc == NULL)
        return OTP_NOPROC;
    shared = atomic_load_explicit(&proc->shared, memory_order_acquire);
    if (shared == NULL || __atomic_load_n(&shared->pid, __ATOMIC_ACQUIRE) != bits)
        return OTP_NOPROC;
    if (shared->behaviour != behaviour)
        return OTP_WRONG_MODULE;
    *out = shared;
    pid->bits = bits;
    return OTP_OK;
}

otp_status otp_enter_shared(otp_dest dest, const struct otp_behaviour *behaviour,
                            struct otp_shared **shared, otp_pid *pid)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    status = find_shared(dest, behaviour, shared, pid);
    if (status != OTP_OK) {
        (void)otpi_call_failed(status);
        otpi_leave();
    }
    return status;
}

/* Who dest is to a process that nothing is unusual with; NULL: find out otherwise. */
static struct otpi_proc *find_near(const struct otpi_self *self, otp_dest dest, uint64_t *pid)
{
    if (otpi_proc_near(self) == NULL || otpi_alias_is(dest))
        return NULL;
    *pid = otpi_name_known(dest);
    return otpi_proc_at(*pid);
}

static bool is_idle(struct otpi_proc *proc)
{
    /* acquire: pairs with the release of who ran it last; all that it has done is seen */
    return atomic_load_explicit(&proc->inbox, memory_order_acquire) == OTPI_INBOX_IDLE;
}

bool otp_is_idle(otp_dest dest)
{
    struct otpi_proc *proc;
    bool idle;

    if (otpi_enter() != OTP_OK)
        return false;
    proc = otpi_proc_find(otpi_name_resolve(dest));
    idle = proc != NULL && is_idle(proc);
    otpi_leave();
    return idle;
}

/* What shows something with that pid is alive: its end takes that word away first. So the process
 * itself need not be asked whether it lives. */
struct otp_shared *otp_shared_near(otp_dest dest, const struct otp_behaviour *behaviour,
                                   otp_pid *pid)
{
    struct otpi_proc *proc = find_near(otpi_me(), dest, &pid->bits);
    struct otp_shared *shared;

    if (proc == NULL)
        return NULL;
    shared = atomic_load_explicit(&proc->shared, memory_order_acquire);
    return shared == NULL || shared->behaviour != behaviour ? NULL : shared;
}

struct otp_shared *otp_enter_near(otp_dest dest, const struct otp_behaviour *behaviour,
                                  struct otp_near *near)
{
    struct otpi_self *self = otpi_me();
    struct otpi_proc *proc = find_near(self, dest, &near->pid.bits);
    struct otp_shared *shared;

    if (proc == NULL)
        return NULL;
    near->is_idle = is_idle(proc);
    shared = atomic_load_explicit(&proc->shared, memory_order_acquire);
    if (shared == NULL || shared->behaviour != behaviour)
        return NULL;
    near->self_ = self;
    near->thread = self->worker->index;
    otpi_pin(self);
    return shared;
}

void otp_leave_near(const struct otp_near *near)
{
    otpi_unpin(near->self_);
}

bool otp_is_before_near(const struct otp_near *near, otp_instant instant)
{
    return otpi_is_before(near->self_, instant);
}

otp_status otp_enter(void)
{
    otp_status status = otpi_enter();

    if (status == OTP_OK)
        otpi_check_alive();
    return status;
}

void otp_leave(void)
{
    otpi_leave();
}

/* -- memory -- */

/* Which class has room for size; *block gets how much that is. SHELF_CLASSES: none. */
static uint32_t class_of(size_t size, size_t *block)
{
    uint32_t size_class = 4;
    size_t power = 4 * LINE, quarters;

    if (size <= power) {
        size_class = size == 0 ? 0 : (uint32_t)((size - 1) / LINE);
        *block = (size_class + 1) * LINE;
        return size_class;
    }
    for (; size > 2 * power; power *= 2) {
        size_class += 4;
        if (size_class == OTPI_SHELF_CLASSES)
            return OTPI_SHELF_CLASSES;
    }
    quarters = (size - power + power / 4 - 1) / (power / 4);
    *block = power + power / 4 * quarters;
    return size_class + (uint32_t)quarters - 1;
}

/* A free block is linked by its first word, which late readers may read. */
static void link_block(uint64_t **list, uint64_t *block)
{
    __atomic_store_n(block, (uint64_t)(uintptr_t)*list, __ATOMIC_RELEASE);
    *list = block;
}

/* lock: shelf. More blocks of a class. False: no memory. */
static bool cut(struct otpi_shelf *shelf, uint32_t size_class, size_t block)
{
    size_t n = block >= PIECE_MIN ? 1 : PIECE_MIN / block;
    size_t size = LINE + n * block;
    struct otpi_piece *piece = otpi_alloc_line(size);

    if (piece == NULL)
        return false;
    piece->size = size;
    piece->next = shelf->pieces;
    shelf->pieces = piece;
    for (size_t i = n; i-- > 0;)
        link_block(&shelf->free[size_class],
                   (uint64_t *)(void *)((char *)piece + LINE + i * block));
    return true;
}

void *otp_stable(size_t size)
{
    struct otpi_shelf *shelf = &otpi_rt->shelf;
    size_t block;
    uint32_t size_class = class_of(size, &block);
    uint64_t *memory = NULL;

    if (size_class == OTPI_SHELF_CLASSES)
        return NULL;
    otpi_lock_take(&shelf->lock);
    if (shelf->free[size_class] != NULL || cut(shelf, size_class, block)) {
        memory = shelf->free[size_class];
        shelf->free[size_class] = (uint64_t *)(uintptr_t)*memory;
    }
    otpi_lock_release(&shelf->lock);
    return memory;
}

void otp_stable_free(void *memory, size_t size)
{
    struct otpi_shelf *shelf = &otpi_rt->shelf;
    size_t block;
    uint32_t size_class = class_of(size, &block);

    if (memory == NULL)
        return;
    otpi_lock_take(&shelf->lock);
    link_block(&shelf->free[size_class], memory);
    otpi_lock_release(&shelf->lock);
}

void otpi_shelf_free(struct otpi_shelf *shelf)
{
    while (shelf->pieces != NULL) {
        struct otpi_piece *piece = shelf->pieces;
        shelf->pieces = piece->next;
        otpi_release_line(piece, piece->size);
    }
    while (shelf->idle != NULL) {
        struct otp_shared *shared = shelf->idle;
        shelf->idle = shared->next_;
        otpi_release_line(shared, shared->size_);
    }
    memset(shelf, 0, sizeof *shelf);
}

void otp_lock_wait(struct otp_lock *lock)
{
    otpi_lock_take_slowly((struct otpi_lock *)(void *)lock);
}

void otp_lock_wake(struct otp_lock *lock)
{
    otpi_lock_wake((struct otpi_lock *)(void *)lock);
}

/* -- ends -- */

static otp_status tie_to(otp_pid pid, struct otp_tie *tie)
{
    struct otpi_proc *proc = otpi_proc_find(pid.bits);
    struct otpi_relations *relations;
    otp_status status = OTP_NOPROC;

    if (proc == NULL)
        return OTP_NOPROC;
    otpi_lock_take(&proc->lock);
    if (otpi_proc_lives(proc, pid.bits)) {
        relations = otpi_proc_relations(proc);
        status = relations == NULL ? OTP_NOMEM : OTP_OK;
        if (status == OTP_OK) {
            tie->prev_ = NULL;
            tie->next_ = relations->ties;
            if (tie->next_ != NULL)
                tie->next_->prev_ = tie;
            relations->ties = tie;
        }
    }
    otpi_lock_release(&proc->lock);
    return status;
}

otp_status otp_tie_to(otp_pid pid, struct otp_tie *tie)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    status = tie_to(pid, tie);
    otpi_leave();
    return status;
}

static bool untie(otp_pid pid, struct otp_tie *tie)
{
    struct otpi_proc *proc = otpi_proc_find(pid.bits);
    bool lives;

    if (proc == NULL)
        return false;
    otpi_lock_take(&proc->lock);
    lives = otpi_proc_lives(proc, pid.bits);
    if (lives) {
        if (tie->prev_ != NULL)
            tie->prev_->next_ = tie->next_;
        else
            proc->relations->ties = tie->next_;
        if (tie->next_ != NULL)
            tie->next_->prev_ = tie->prev_;
    }
    otpi_lock_release(&proc->lock);
    return lives;
}

bool otp_untie(otp_pid pid, struct otp_tie *tie)
{
    bool lives;

    if (otpi_enter() != OTP_OK)
        return false;
    lives = untie(pid, tie);
    otpi_leave();
    return lives;
}

void otpi_ties_run(struct otpi_relations *relations, uint64_t pid, const otp_reason *reason)
{
    otp_pid ended = { pid };

    while (relations->ties != NULL) {
        struct otp_tie *tie = relations->ties;
        relations->ties = tie->next_;
        OTPI_POINT();
        tie->ended(tie, ended, reason);
    }
}

void otp_exit_as_linked(otp_pid to, otp_pid from, const otp_reason *reason)
{
    otp_reason seen = *reason;

    if (seen.kind == OTP_REASON_KILL) /* by a link it can be trapped */
        seen.kind = OTP_REASON_KILLED;
    if (otpi_enter() != OTP_OK)
        return;
    otpi_signal_exit(to.bits, from.bits, &seen, false);
    otpi_leave();
}

void otp_kill_tied(otp_pid pid)
{
    otp_reason kill = otp_kill();

    if (otpi_enter() != OTP_OK)
        return;
    otpi_signal_exit(pid.bits, 0, &kill, false);
    otpi_leave();
}
