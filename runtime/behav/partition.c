/* partition.c - partition supervisors.
 *
 * Idea: when it starts it writes the table of a static supervisor, with a child per partition, and
 * is that supervisor from then on. Its children's pids stand in a structure that it shows to all
 * threads. A kill may come while it writes there, and the structure may be another's by then:
 * writing is done under its lock, by who still is what it is about.
 * Threads: otp_ functions any; the rest the supervisor's process, but `ended`.
 * Locks: partitions, a leaf.
 * Owns: the table, in owned memory. */
#include <otp/partition.h>

#include <stdio.h>

#include <otp/runtime.h>

#include "base/hash.h"
#include "base/misuse.h"
#include "behav/partition.h"

/* As much as fits an id: "4294967295". */
#define ID_SIZE 11

static void init(void *data, const void *args);

static const struct otp_behaviour behaviour = {
    "partition_supervisor", init, otpi_supervisor_receive, NULL, NULL, NULL, NULL
};

/* The table that a partition supervisor makes for itself. */
struct table {
    struct otp_supervisor spec;
    struct otp_child *children;
    char (*ids)[ID_SIZE];
    unsigned char *options;
};

/* -- what it shows -- */

struct otpi_partitions {
    struct otp_shared shared; /* first */
    struct otp_tie tie;       /* to its process */
    struct otp_lock lock;
    uint32_t n;      /* const, for ever: goes with the size */
    uint64_t pids[]; /* atomic: 0: it does not run. Written under lock */
};

/* otp_tie: the supervisor has ended. */
static void ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct otpi_partitions *shown =
        (struct otpi_partitions *)(void *)((char *)tie - offsetof(struct otpi_partitions, tie));
    (void)pid, (void)reason;
    otp_lock_take(&shown->lock);
    __atomic_store_n(&shown->shared.pid, 0, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < shown->n; i++)
        __atomic_store_n(&shown->pids[i], 0, __ATOMIC_RELAXED);
    otp_lock_release(&shown->lock);
    otp_shared_free(&shown->shared);
}

void otpi_partition_show(struct otpi_partitions *shown, uint64_t partition, otp_pid pid)
{
    otp_lock_take(&shown->lock);
    if (__atomic_load_n(&shown->shared.pid, __ATOMIC_RELAXED) == otp_self().bits)
        __atomic_store_n(&shown->pids[partition], pid.bits, __ATOMIC_RELEASE);
    otp_lock_release(&shown->lock);
}

static struct otpi_partitions *show(uint32_t n)
{
    size_t size = sizeof(struct otpi_partitions) + n * sizeof(uint64_t);
    struct otpi_partitions *shown = (struct otpi_partitions *)otp_shared_new(&behaviour, size);
    if (shown == NULL)
        return NULL;
    if (shown->n != n)
        shown->n = n; /* a late reader reads what is there already */
    shown->tie.ended = ended;
    if (otp_tie_to(otp_self(), &shown->tie) != OTP_OK) {
        otp_shared_free(&shown->shared);
        return NULL;
    }
    otp_share(&shown->shared);
    return shown;
}

/* -- starting -- */

static uint32_t workers(void)
{
    struct otp_info info = { .workers = 1 };
    (void)otp_runtime_info(&info); /* a process asks: it runs */
    return info.workers;
}

static void fill_child(const struct otp_partition_supervisor *from, struct table *table, uint32_t i)
{
    size_t size = from->child->module->options == NULL ? 0 : from->child->module->options->size;
    struct otp_child *child = &table->children[i];
    *child = *from->child;
    (void)snprintf(table->ids[i], ID_SIZE, "%u", (unsigned)i);
    child->id = table->ids[i];
    child->name = NULL;
    if (size == 0 || from->arguments == NULL)
        return;
    unsigned char *options = table->options + i * ((size + 15) & ~(size_t)15);
    memcpy(options, from->child->options, size);
    from->arguments(options, i);
    child->options = options;
}

/* NULL: no memory. What was got goes with the process. */
static struct table *make_table(const struct otp_partition_supervisor *from, uint32_t n)
{
    size_t size = from->child->module->options == NULL ? 0 : from->child->module->options->size;
    struct table *table = otp_alloc(sizeof(*table));
    if (table == NULL)
        return NULL;
    table->children = otp_alloc(n * sizeof(*table->children));
    table->ids = otp_alloc((size_t)n * ID_SIZE);
    table->options = otp_alloc(n * ((size + 15) & ~(size_t)15) + 1);
    if (table->children == NULL || table->ids == NULL || table->options == NULL)
        return NULL;
    table->spec.module = from->module;
    table->spec.strategy = from->strategy;
    table->spec.max_restarts = from->max_restarts;
    table->spec.period = from->period;
    table->spec.auto_shutdown = OTP_NEVER;
    table->spec.n_children = n;
    table->spec.children = table->children;
    for (uint32_t i = 0; i < n; i++)
        fill_child(from, table, i);
    return table;
}

static void init(void *data, const void *args)
{
    const struct otp_partition_supervisor *from = args;
    uint32_t n = from->partitions != 0 ? from->partitions : workers();
    const struct table *table = make_table(from, n);
    struct otpi_partitions *shown = table == NULL ? NULL : show(n);
    if (shown == NULL)
        otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    else
        otpi_supervisor_begin(data, &table->spec, shown);
}

otp_status otp_partition_supervisor_start(const struct otp_module *module,
                                          const struct otp_start *how, const void *options,
                                          otp_pid *pid)
{
    const struct otp_partition_supervisor *spec = (const struct otp_partition_supervisor *)module;
    if (options != NULL || spec->strategy > OTP_REST_FOR_ONE || spec->period <= 0 ||
        !otpi_child_is_possible(spec->child) || spec->child->significant != 0)
        return OTPI_JUDGED(OTP_BADARG);
    struct otp_process_spec process = { 0 };
    process.behaviour = &behaviour;
    process.module = module;
    process.data_size = sizeof(struct otpi_supervisor);
    process.args = spec;
    process.trap_exit = true;
    return OTPI_JUDGED(otp_behaviour_start(&process, how, pid));
}

/* -- finding -- */

otp_status otp_partitions(otp_dest supervisor, uint32_t *n)
{
    struct otp_shared *shared;
    otp_pid pid;
    otp_status status = otp_enter_shared(supervisor, &behaviour, &shared, &pid);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *n = ((const struct otpi_partitions *)shared)->n;
    otp_leave();
    return OTP_OK;
}

/* Partition number modulo how many there are. */
static otp_dest find(otp_dest supervisor, uint64_t number)
{
    struct otp_shared *shared;
    otp_pid pid, found = otp_no_pid();
    if (otp_enter_shared(supervisor, &behaviour, &shared, &pid) != OTP_OK)
        return otp_to(found);
    struct otpi_partitions *shown = (struct otpi_partitions *)shared;
    found.bits = __atomic_load_n(&shown->pids[number % shown->n], __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&shared->pid, __ATOMIC_ACQUIRE) != pid.bits)
        found = otp_no_pid(); /* it was another one's already */
    otp_leave();
    return otp_to(found);
}

otp_dest otp_partition(otp_dest supervisor, int64_t key)
{
    return find(supervisor, key < 0 ? -(uint64_t)key : (uint64_t)key);
}

otp_dest otp_partition_by_text(otp_dest supervisor, otp_str key)
{
    return find(supervisor, otpi_hash_bytes(0, key.data, key.size));
}
