/* hibernate.c - giving back what a process holds and does not use.
 *
 * Idea: an idle process has no stack, so what is left to give back is room: in its tables of links,
 * monitors, aliases and open calls, in its dictionary, in scratch memory, and the pages that its
 * handler has touched further down on the stack that it runs on, which the next process would find
 * warm, but which cost memory if there is none.
 * Threads: the process's own. Locks: proc. Owns: nothing.
 */
#include <otp/behaviour.h>

#include "base/alloc.h"
#include "core/fiber.h"
#include "core/sched.h"

/* Nothing is in it and nothing points to it. */
static bool is_empty(const struct otpi_relations *relations)
{
    return relations->links.count == 0 && relations->watchers.count == 0 &&
           relations->monitors.count == 0 && relations->open.count == 0 &&
           relations->aliases.count == 0 && relations->ties == NULL;
}

/* lock: proc. */
static void shrink_relations(struct otpi_proc *proc)
{
    struct otpi_relations *relations = atomic_load_explicit(&proc->relations, memory_order_relaxed);

    if (relations == NULL || proc->dead)
        return;
    otpi_map_shrink(&relations->links);
    otpi_map_shrink(&relations->watchers);
    otpi_map_shrink(&relations->monitors);
    otpi_map_shrink(&relations->open);
    otpi_map_shrink(&relations->aliases);
    if (!is_empty(relations))
        return;
    atomic_store_explicit(&proc->relations, NULL, memory_order_relaxed);
    otpi_release(relations, sizeof *relations);
}

static void shrink_extras(struct otpi_proc *proc)
{
    struct otpi_extras *extras = proc->extras;

    if (extras == NULL)
        return;
    otpi_map_shrink(&extras->dictionary);
    if (extras->dictionary.count != 0 || extras->requests != NULL)
        return;
    proc->extras = NULL;
    otpi_release(extras, sizeof *extras);
}

void otp_hibernate(void)
{
    struct otpi_proc *proc = otpi_self_proc();
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (proc == NULL)
        return;
    otpi_check_alive();
    otpi_scratch_free(&fiber->scratch);
    otpi_lock_take(&proc->lock);
    shrink_relations(proc);
    otpi_lock_release(&proc->lock);
    shrink_extras(proc);
    otpi_stack_cool(fiber->home->stacks, fiber->context.stack);
}
