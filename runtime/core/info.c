/* info.c - what others may know of a process.
 *
 * Idea: read where it stands, under the process's lock, which keeps its relations and lets no slot
 * change hands; nothing is asked of the process, so one that burns or waits can be looked at too.
 * Threads: any. Locks: proc, one at a time. Owns: nothing.
 */
#include <otp/process.h>

#include <string.h>

#include "base/misuse.h"
#include "core/fiber.h"
#include "core/name.h"

/* lock: proc. It lives, and is complete: who makes it opens the inbox last. */
static bool is_there(const struct otpi_proc *proc, uint64_t pid)
{
    return atomic_load_explicit(&proc->pid, memory_order_relaxed) == pid && !proc->dead &&
           atomic_load_explicit(&proc->inbox, memory_order_acquire) != OTPI_INBOX_CLOSED;
}

/* What it is doing, this moment. */
static enum otp_process_state state_of(const struct otpi_proc *proc)
{
    struct otpi_msg *inbox = atomic_load_explicit(&proc->inbox, memory_order_relaxed);
    /* acquire: pairs with begin in run.c; the fiber is made */
    struct otpi_fiber *fiber = atomic_load_explicit(&proc->fiber, memory_order_acquire);

    if (inbox == OTPI_INBOX_IDLE)
        return OTP_PROCESS_IDLE;
    if (inbox == OTPI_INBOX_WAITING)
        return OTP_PROCESS_PARKED;
    if (fiber == NULL)
        return OTP_PROCESS_QUEUED;
    if (atomic_load_explicit(&fiber->wake, memory_order_relaxed) == OTPI_FIBER_PARKED)
        return OTP_PROCESS_PARKED;
    return OTP_PROCESS_RUNNING;
}

static size_t memory_of(const struct otpi_map *map)
{
    return map->capacity * sizeof *map->entries;
}

/* lock: proc. */
static void read_relations(const struct otpi_proc *proc, struct otp_proc_info *info)
{
    const struct otpi_relations *relations = proc->relations;

    info->links = proc->link != 0;
    info->monitored_by = proc->parent_ref != 0;
    if (relations == NULL)
        return;
    info->links += relations->links.count;
    info->monitors = relations->monitors.count;
    info->monitored_by += relations->watchers.count;
    info->aliases = relations->aliases.count;
    info->open_calls = relations->open.count;
    info->memory += sizeof *relations + memory_of(&relations->links) +
                    memory_of(&relations->monitors) + memory_of(&relations->watchers) +
                    memory_of(&relations->aliases) + memory_of(&relations->open);
}

/* lock: proc. */
static void read_all(struct otpi_proc *proc, struct otp_proc_info *info)
{
    uint64_t taken = atomic_load_explicit(&proc->taken, memory_order_relaxed);

    info->parent.bits = proc->parent;
    info->name = proc->name == NULL ? NULL : proc->name->text;
    info->behaviour = proc->behaviour->name;
    info->module = proc->module == NULL ? NULL : proc->module->name;
    info->trap_exit = proc->trap_exit != 0;
    info->state = (uint32_t)state_of(proc);
    info->mailbox = otpi_mailbox_depth(proc);
    info->received = taken > 0 ? taken - 1 : 0; /* the first one was INIT */
    info->memory = sizeof *proc + proc->data_size +
                   atomic_load_explicit(&proc->owned_size, memory_order_relaxed);
    read_relations(proc, info);
    otpi_bound_read(proc, info->pid.bits, &info->bound);
}

otp_status otp_process_info(otp_pid pid, struct otp_proc_info *info)
{
    otp_status status = otpi_enter();
    struct otpi_proc *proc;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = OTP_NOPROC;
    proc = otpi_proc_find(pid.bits);
    if (proc != NULL) {
        otpi_lock_take(&proc->lock);
        if (is_there(proc, pid.bits)) {
            memset(info, 0, sizeof *info);
            info->pid = pid;
            read_all(proc, info);
            status = OTP_OK;
        }
        otpi_lock_release(&proc->lock);
    }
    otpi_leave();
    return OTPI_JUDGED(status);
}

static void put(otp_pid *pids, size_t room, size_t *n, uint64_t bits)
{
    if (*n < room)
        pids[*n].bits = bits;
    (*n)++;
}

otp_status otp_process_links(otp_pid pid, otp_pid *links, size_t room, size_t *n)
{
    otp_status status = otpi_enter();
    struct otpi_proc *proc;

    *n = 0;
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = OTP_NOPROC;
    proc = otpi_proc_find(pid.bits);
    if (proc != NULL) {
        otpi_lock_take(&proc->lock);
        if (is_there(proc, pid.bits)) {
            uint32_t at = 0;
            struct otpi_map_entry entry;
            if (proc->link != 0)
                put(links, room, n, proc->link);
            while (proc->relations != NULL && otpi_map_next(&proc->relations->links, &at, &entry))
                put(links, room, n, entry.key);
            status = OTP_OK;
        }
        otpi_lock_release(&proc->lock);
    }
    otpi_leave();
    return OTPI_JUDGED(status);
}

otp_status otp_processes(otp_pid *pids, size_t room, size_t *n)
{
    otp_status status = otpi_enter();
    uint32_t slots;

    *n = 0;
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    slots = atomic_load_explicit(&otpi_rt->table.n_slots, memory_order_acquire);
    for (uint32_t i = 1; i <= slots; i++) {
        struct otpi_proc *proc = otpi_proc_at(i);
        uint64_t pid = atomic_load_explicit(&proc->pid, memory_order_acquire);
        if (pid == 0)
            continue;
        otpi_lock_take(&proc->lock);
        if (is_there(proc, pid))
            put(pids, room, n, pid);
        otpi_lock_release(&proc->lock);
    }
    otpi_leave();
    return OTP_OK;
}
