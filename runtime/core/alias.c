/* alias.c - addresses of a process that can be switched off.
 *
 * Idea: see alias.h.
 * Threads: making and switching off by the process; the rest by any. Locks: proc. Owns: nothing.
 */
#include "core/alias.h"

#include "base/apart.h"
#include "base/misuse.h"
#include <otp/process.h>

#include "core/fiber.h"

static uint64_t number_of(otp_dest alias)
{
    return (uint64_t)(uintptr_t)alias.name_;
}

/* lock: proc. Whether it is on, and in which mode. */
static bool is_on(const struct otpi_proc *proc, otp_dest alias, uint64_t *mode)
{
    return atomic_load_explicit(&proc->pid, memory_order_relaxed) == alias.pid_ && !proc->dead &&
           proc->relations != NULL &&
           otpi_map_get(&proc->relations->aliases, number_of(alias), mode);
}

uint64_t otpi_alias_pid(otp_dest alias)
{
    struct otpi_proc *proc = otpi_proc_find(alias.pid_);
    bool on;

    if (proc == NULL)
        return 0;
    otpi_lock_take(&proc->lock);
    on = is_on(proc, alias, NULL);
    otpi_lock_release(&proc->lock);
    return on ? alias.pid_ : 0;
}

OTPI_APART bool otpi_alias_push(otp_dest alias, struct otpi_msg *msg, bool direct)
{
    struct otpi_proc *proc = otpi_proc_find(alias.pid_);
    uint64_t mode = OTP_ALIAS_EXPLICIT;
    bool on;

    if (proc == NULL)
        return false;
    otpi_lock_take(&proc->lock);
    on = is_on(proc, alias, &mode);
    if (on && mode == OTP_ALIAS_REPLY)
        (void)otpi_map_remove(&proc->relations->aliases, number_of(alias), NULL);
    on = on && otpi_proc_push(proc, alias.pid_, msg, direct);
    otpi_lock_release(&proc->lock);
    return on;
}

otp_status otp_alias(enum otp_alias_mode mode, otp_dest *alias)
{
    struct otpi_proc *self = otpi_self_proc();
    struct otpi_relations *relations;
    otp_status status = OTP_NOMEM;
    uint64_t ref;

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (mode != OTP_ALIAS_EXPLICIT && mode != OTP_ALIAS_REPLY)
        return OTPI_JUDGED(OTP_BADARG);
    ref = otpi_self_ref();
    otpi_lock_take(&self->lock);
    relations = self->dead ? NULL : otpi_proc_relations(self);
    if (relations != NULL)
        status = otpi_map_put(&relations->aliases, ref, (uint64_t)mode);
    otpi_lock_release(&self->lock);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    alias->pid_ = otpi_self_pid();
    alias->name_ = (struct otp_name *)(uintptr_t)ref;
    return OTP_OK;
}

otp_status otp_unalias(otp_dest alias)
{
    struct otpi_proc *self = otpi_self_proc();
    bool was;

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (!otpi_alias_is(alias))
        return OTPI_JUDGED(OTP_BADARG);
    otpi_lock_take(&self->lock);
    was = is_on(self, alias, NULL) &&
          otpi_map_remove(&self->relations->aliases, number_of(alias), NULL);
    otpi_lock_release(&self->lock);
    return OTPI_JUDGED(was ? OTP_OK : OTP_NOT_FOUND);
}
