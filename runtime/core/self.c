/* self.c - the calling thread, and the runtime.
 *
 * Idea: a foreign thread gets a self on its first call and gives it back when it ends; it enters
 * through a gate that counts who is inside, so that the runtime is not taken down under it. Selves
 * outlive the runtime (an otp_from kept too long points into one); they are reused, so there are as
 * many as there were ever foreign threads at once.
 * Threads: any. Locks: selves (leaf). Owns: the runtime structure, foreign selves.
 */
#include "core/self.h"
#include "base/apart.h"

#include <stdlib.h>
#include <string.h>

#include "core/sched.h"
#include "plat/sim.h"

static struct otpi_runtime runtime = { .gate = 1 };

struct otpi_runtime *const otpi_rt = &runtime;
__attribute__((used)) _Thread_local struct otpi_self *otpi_self_tls;

#define REF_BLOCK 65536

void otpi_self_set(struct otpi_self *self)
{
    otpi_self_tls = self;
    atomic_signal_fence(memory_order_seq_cst); /* who reads it now reads this */
}

/* The thread ends: its self serves another one. */
static void give_self_back(void *arg)
{
    struct otpi_self *self = arg;

    otpi_self_set(self);
    if (otpi_enter_foreign() == OTP_OK) {
        otpi_request_leave(self);
        otpi_leave_foreign();
    }
    otpi_self_set(NULL);
    otpi_lock_take(&otpi_rt->selves_lock);
    self->in_use = false;
    otpi_lock_release(&otpi_rt->selves_lock);
    if (otpi_sim_is_on())
        otpi_sim_end_foreign();
}

static struct otpi_self *find_unused(void)
{
    struct otpi_self *self;

    otpi_lock_take(&otpi_rt->selves_lock);
    for (self = otpi_rt->selves; self != NULL && self->in_use; self = self->next)
        continue;
    if (self != NULL)
        self->in_use = true;
    otpi_lock_release(&otpi_rt->selves_lock);
    return self;
}

static struct otpi_self *make_self(void)
{
    struct otpi_self *self = find_unused();

    if (self == NULL) {
        self = calloc(1, sizeof *self);
        if (self == NULL)
            return NULL;
        otpi_slot_init(&self->slot, NULL,
                       OTPI_SLOT_FOREIGN | (uint32_t)atomic_fetch_add(&otpi_rt->foreign_slots, 1));
        self->in_use = true;
        otpi_lock_take(&otpi_rt->selves_lock);
        self->next = otpi_rt->selves;
        otpi_rt->selves = self;
        otpi_lock_release(&otpi_rt->selves_lock);
    }
    return self;
}

/* What it had in an earlier run of the runtime went with that run. */
static void renew_self(struct otpi_self *self)
{
    self->epoch = atomic_load(&otpi_rt->epoch);
    self->last_reason = otp_normal();
    memset(self->magazines, 0, sizeof self->magazines);
    memset(&self->timer, 0, sizeof self->timer);
    memset(&self->request_cache, 0, sizeof self->request_cache);
    self->requests = NULL;
}

OTPI_APART otp_status otpi_enter_foreign(void)
{
    /* acquire: pairs with the release that opens the gate in rt.c; the runtime is complete */
    uint64_t gate = atomic_fetch_add_explicit(&otpi_rt->gate, 2, memory_order_acquire);

    if ((gate & 1) != 0) {
        atomic_fetch_sub_explicit(&otpi_rt->gate, 2, memory_order_release);
        return atomic_load(&otpi_rt->forked) ? OTP_FORKED : OTP_NOT_RUNNING;
    }
    if (otpi_sim_is_on())
        otpi_sim_enter();
    if (otpi_me() == NULL) {
        struct otpi_self *self = make_self();
        if (self == NULL) {
            otpi_leave_foreign();
            return OTP_NOMEM;
        }
        otpi_self_set(self);
        /* If that fails the self stays taken for ever: memory, no more. */
        (void)otpi_plat_on_thread_exit(give_self_back, self);
    }
    if (otpi_me()->epoch != atomic_load_explicit(&otpi_rt->epoch, memory_order_relaxed))
        renew_self(otpi_me());
    return OTP_OK;
}

OTPI_APART void otpi_leave_foreign(void)
{
    if (otpi_sim_is_on())
        otpi_sim_leave();
    atomic_fetch_sub_explicit(&otpi_rt->gate, 2, memory_order_release);
}

uint64_t otpi_self_ref(void)
{
    struct otpi_self *self = otpi_me();

    if (self->next_ref == self->last_ref) {
        self->next_ref = atomic_fetch_add(&otpi_rt->next_ref, REF_BLOCK) + 1;
        self->last_ref = self->next_ref + REF_BLOCK - 1;
    }
    return self->next_ref++;
}

otp_pid otp_self(void)
{
    otp_pid pid;

    pid.bits = otpi_self_pid();
    return pid;
}

const void *otp_foreign_thread(void)
{
    const struct otpi_self *self = NULL;

    if (otpi_self_pid() != 0 || otpi_enter() != OTP_OK)
        return NULL;
    self = otpi_me();
    otpi_leave();
    return self;
}

otp_pid otp_parent(void)
{
    struct otpi_proc *proc = otpi_self_proc();
    otp_pid pid = otp_no_pid();

    if (proc != NULL)
        pid.bits = proc->parent;
    return pid;
}
