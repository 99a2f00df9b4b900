/* name.c - registered names.
 *
 * Idea: see name.h. A chained hash table of cells that only grows; a static otp_name remembers its
 * cell for one epoch of the runtime.
 * Threads: any. Locks: names, then proc. Owns: the cells.
 */
#include "core/name.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "core/alias.h"
#include "core/self.h"

static uint32_t hash_text(const char *text, size_t size)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

/* lock: names. Twice the buckets; keeps the old ones if there is no memory. */
static void grow(struct otpi_names *names)
{
    uint32_t n = names->n_buckets == 0 ? 64 : names->n_buckets * 2;
    struct otpi_cell **buckets = otpi_alloc_zero(n * sizeof(struct otpi_cell *));

    if (buckets == NULL)
        return;
    for (uint32_t i = 0; i < names->n_buckets; i++) {
        while (names->buckets[i] != NULL) {
            struct otpi_cell *cell = names->buckets[i];
            names->buckets[i] = cell->next;
            cell->next = buckets[cell->hash & (n - 1)];
            buckets[cell->hash & (n - 1)] = cell;
        }
    }
    otpi_release(names->buckets, names->n_buckets * sizeof(struct otpi_cell *));
    names->buckets = buckets;
    names->n_buckets = n;
}

/* lock: names. The cell of text; made if create. NULL: none, or no memory. */
static struct otpi_cell *find_cell(struct otpi_names *names, const char *text, bool create)
{
    size_t size = strlen(text);
    uint32_t hash = hash_text(text, size);
    struct otpi_cell *cell;

    if (names->count >= names->n_buckets && create)
        grow(names);
    if (names->n_buckets == 0)
        return NULL;
    for (cell = names->buckets[hash & (names->n_buckets - 1)]; cell != NULL; cell = cell->next)
        if (cell->hash == hash && cell->size == size && memcmp(cell->text, text, size) == 0)
            return cell;
    if (!create)
        return NULL;
    cell = otpi_alloc_zero(sizeof *cell + size + 1);
    if (cell == NULL)
        return NULL;
    cell->hash = hash;
    cell->size = (uint32_t)size;
    memcpy(cell->text, text, size + 1);
    cell->next = names->buckets[hash & (names->n_buckets - 1)];
    names->buckets[hash & (names->n_buckets - 1)] = cell;
    names->count++;
    return cell;
}

void otpi_names_free(struct otpi_names *names)
{
    for (uint32_t i = 0; i < names->n_buckets; i++) {
        while (names->buckets[i] != NULL) {
            struct otpi_cell *cell = names->buckets[i];
            names->buckets[i] = cell->next;
            otpi_release(cell, sizeof *cell + cell->size + 1);
        }
    }
    otpi_release(names->buckets, names->n_buckets * sizeof(struct otpi_cell *));
    memset(names, 0, sizeof *names);
}

/* The slow way: finds the cell and has the name remember it. */
OTPI_APART static struct otpi_cell *bind_name(struct otp_name *name, uint64_t epoch)
{
    struct otpi_cell *cell;

    otpi_lock_take(&otpi_rt->names.lock);
    cell = find_cell(&otpi_rt->names, name->text, true);
    if (cell != NULL) {
        __atomic_store_n(&name->cell_, cell, __ATOMIC_RELAXED);
        /* release: pairs with the acquire in resolve; cell_ is then of this epoch */
        __atomic_store_n(&name->epoch_, epoch, __ATOMIC_RELEASE);
    }
    otpi_lock_release(&otpi_rt->names.lock);
    return cell;
}

uint64_t otpi_name_known(otp_dest dest)
{
    const struct otpi_cell *cell;

    if (dest.name_ == NULL)
        return dest.pid_;
    if (__atomic_load_n(&dest.name_->epoch_, __ATOMIC_ACQUIRE) !=
        atomic_load_explicit(&otpi_rt->epoch, memory_order_relaxed))
        return 0;
    cell = __atomic_load_n(&dest.name_->cell_, __ATOMIC_RELAXED);
    return cell == NULL ? 0 : atomic_load_explicit(&cell->pid, memory_order_acquire);
}

uint64_t otpi_name_resolve(otp_dest dest)
{
    uint64_t epoch;
    struct otpi_cell *cell;

    if (dest.name_ == NULL)
        return dest.pid_;
    if (otpi_alias_is(dest))
        return otpi_alias_pid(dest);
    epoch = atomic_load_explicit(&otpi_rt->epoch, memory_order_relaxed);
    if (__atomic_load_n(&dest.name_->epoch_, __ATOMIC_ACQUIRE) == epoch)
        cell = __atomic_load_n(&dest.name_->cell_, __ATOMIC_RELAXED);
    else
        cell = bind_name(dest.name_, epoch);
    return cell == NULL ? 0 : atomic_load_explicit(&cell->pid, memory_order_acquire);
}

bool otpi_name_is_valid(const char *text)
{
    return text == NULL || (text[0] != '\0' && strlen(text) <= OTPI_NAME_MAX);
}

otp_status otpi_name_take(const char *text, struct otpi_proc *proc, uint64_t pid, uint64_t *holder)
{
    struct otpi_names *names = &otpi_rt->names;
    struct otpi_cell *cell;
    otp_status status = OTP_OK;

    if (!otpi_name_is_valid(text))
        return OTP_BADARG;
    otpi_lock_take(&names->lock);
    cell = find_cell(names, text, true);
    if (cell == NULL) {
        status = OTP_NOMEM;
    } else {
        otpi_lock_take(&proc->lock);
        *holder = atomic_load_explicit(&cell->pid, memory_order_relaxed);
        if (*holder != 0 && !OTP_MUTANT(B005)) {
            status = OTP_ALREADY_STARTED;
        } else if (proc->name != NULL || proc->dead || proc->pid != pid) {
            status = OTP_BADARG;
        } else {
            proc->name = cell;
            atomic_store_explicit(&cell->pid, pid, memory_order_release);
        }
        otpi_lock_release(&proc->lock);
    }
    otpi_lock_release(&names->lock);
    return status;
}

void otpi_name_drop(struct otpi_cell *cell, uint64_t pid)
{
    otpi_lock_take(&otpi_rt->names.lock);
    if (atomic_load_explicit(&cell->pid, memory_order_relaxed) == pid)
        atomic_store_explicit(&cell->pid, 0, memory_order_release);
    otpi_lock_release(&otpi_rt->names.lock);
}

otp_pid otp_whereis(const char *text)
{
    otp_pid pid = otp_no_pid();
    struct otpi_cell *cell;

    if (text == NULL || otpi_enter() != OTP_OK)
        return pid;
    otpi_lock_take(&otpi_rt->names.lock);
    cell = find_cell(&otpi_rt->names, text, false);
    if (cell != NULL)
        pid.bits = atomic_load_explicit(&cell->pid, memory_order_relaxed);
    otpi_lock_release(&otpi_rt->names.lock);
    otpi_leave();
    return pid;
}

otp_pid otp_dest_pid(otp_dest dest)
{
    otp_pid pid = otp_no_pid();

    if (otpi_enter() != OTP_OK)
        return pid;
    pid.bits = otpi_name_resolve(dest);
    otpi_leave();
    return pid;
}

otp_status otp_register(const char *text, otp_pid pid)
{
    otp_status status = otpi_enter();
    struct otpi_proc *proc;
    uint64_t holder;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    proc = otpi_proc_find(pid.bits);
    status =
        proc == NULL || text == NULL ? OTP_BADARG : otpi_name_take(text, proc, pid.bits, &holder);
    otpi_leave();
    return OTPI_JUDGED(status);
}

/* The name's holder forgets it too, under both locks. */
otp_status otp_unregister(const char *text)
{
    otp_status status = otpi_enter();
    struct otpi_names *names = &otpi_rt->names;
    struct otpi_cell *cell;
    struct otpi_proc *proc;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_lock_take(&names->lock);
    cell = text == NULL ? NULL : find_cell(names, text, false);
    status = OTP_NOT_FOUND;
    if (cell != NULL && cell->pid != 0) {
        proc = otpi_proc_at(cell->pid);
        otpi_lock_take(&proc->lock);
        if (proc->name == cell) {
            proc->name = NULL;
            status = OTP_OK;
        }
        atomic_store_explicit(&cell->pid, 0, memory_order_release);
        otpi_lock_release(&proc->lock);
    }
    otpi_lock_release(&names->lock);
    otpi_leave();
    return OTPI_JUDGED(status);
}
