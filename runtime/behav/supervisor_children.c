/* supervisor_children.c - the table of a supervisor's children.
 *
 * Idea: a doubly linked list keeps the order of start; two chained hash tables of one size, which
 * doubles, find a child by its pid and by its id. Every operation takes constant time, so a hundred
 * thousand children are a hundred thousand small steps. The hash is not base/map's: this memory
 * must go with the process, also if that is killed.
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: the children and both hash tables, in owned memory. */
#include "behav/partition.h"
#include "behav/supervisor.h"

#define FIRST_BUCKETS 16

static uint64_t hash_id(const char *id)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * 1099511628211u;
    return hash;
}

/* Of a hash, the bucket; the multiplication spreads pids, whose low bits count up. */
static size_t bucket_of(const struct otpi_children *children, uint64_t hash)
{
    return (size_t)((hash * 11400714819323198485u) >> 32) & (children->n_buckets - 1);
}

static void hash_in(struct otpi_children *children, struct otpi_child *child)
{
    size_t at = bucket_of(children, child->id_hash);
    child->id_next = children->by_id[at];
    children->by_id[at] = child;
    if (child->pid.bits == 0)
        return;
    at = bucket_of(children, child->pid.bits);
    child->pid_next = children->by_pid[at];
    children->by_pid[at] = child;
}

/* Twice as many buckets. No memory: as before, only slower; NOMEM if there are none at all. */
static otp_status grow(struct otpi_children *children)
{
    uint32_t n = children->n_buckets == 0 ? FIRST_BUCKETS : children->n_buckets * 2;
    struct otpi_child **by_pid = otp_alloc(n * sizeof(*by_pid));
    struct otpi_child **by_id = otp_alloc(n * sizeof(*by_id));
    if (by_pid == NULL || by_id == NULL) {
        otp_free(by_pid);
        otp_free(by_id);
        return children->n_buckets == 0 ? OTP_NOMEM : OTP_OK;
    }
    otp_free(children->by_pid);
    otp_free(children->by_id);
    children->by_pid = by_pid;
    children->by_id = by_id;
    children->n_buckets = n;
    for (struct otpi_child *child = children->first; child != NULL; child = child->next)
        hash_in(children, child);
    return OTP_OK;
}

struct otpi_child *otpi_children_new(size_t extra)
{
    struct otpi_child *child = otp_alloc(sizeof(*child) + extra);
    if (child != NULL)
        child->state = OTP_CHILD_STOPPED;
    return child;
}

void otpi_children_describe(struct otpi_child *child, const struct otp_child *spec)
{
    child->spec = spec;
    child->backoff.min = spec->backoff_min;
    child->backoff.max = spec->backoff_max;
}

void otpi_children_discard(struct otpi_child *child)
{
    otp_free(child);
}

otp_status otpi_children_append(struct otpi_children *children, struct otpi_child *child)
{
    if (children->count >= children->n_buckets && grow(children) != OTP_OK)
        return OTP_NOMEM;
    child->id_hash = hash_id(child->spec->id);
    child->next = NULL;
    child->prev = children->last;
    if (children->last != NULL)
        children->last->next = child;
    else
        children->first = child;
    children->last = child;
    hash_in(children, child);
    child->number = children->count++;
    children->supervisors += child->spec->module->is_supervisor != 0;
    return OTP_OK;
}

static void unhash_id(struct otpi_children *children, struct otpi_child *child)
{
    struct otpi_child **at = &children->by_id[bucket_of(children, child->id_hash)];
    while (*at != child)
        at = &(*at)->id_next;
    *at = child->id_next;
}

static void unhash_pid(struct otpi_children *children, struct otpi_child *child)
{
    struct otpi_child **at = &children->by_pid[bucket_of(children, child->pid.bits)];
    while (*at != child)
        at = &(*at)->pid_next;
    *at = child->pid_next;
}

void otpi_children_remove(struct otpi_children *children, struct otpi_child *child)
{
    otpi_children_set(children, child, otp_no_pid(), OTP_CHILD_STOPPED);
    otpi_supervisor_unlink(&child->event);
    unhash_id(children, child);
    if (child->prev != NULL)
        child->prev->next = child->next;
    else
        children->first = child->next;
    if (child->next != NULL)
        child->next->prev = child->prev;
    else
        children->last = child->prev;
    children->count--;
    children->supervisors -= child->spec->module->is_supervisor != 0;
    otpi_children_discard(child);
}

struct otpi_child *otpi_children_by_id(const struct otpi_children *children, const char *id)
{
    if (children->n_buckets == 0)
        return NULL;
    uint64_t hash = hash_id(id);
    struct otpi_child *child = children->by_id[bucket_of(children, hash)];
    while (child != NULL && (child->id_hash != hash || strcmp(child->spec->id, id) != 0))
        child = child->id_next;
    return child;
}

struct otpi_child *otpi_children_by_pid(const struct otpi_children *children, otp_pid pid)
{
    if (children->n_buckets == 0 || pid.bits == 0)
        return NULL;
    struct otpi_child *child = children->by_pid[bucket_of(children, pid.bits)];
    while (child != NULL && !otp_pid_equal(child->pid, pid))
        child = child->pid_next;
    return child;
}

/* What a state adds to the counts. */
static void count_state(struct otpi_children *children, const struct otpi_child *child, bool add)
{
    uint64_t one = add ? 1 : (uint64_t)-1;
    if (child->state == OTP_CHILD_RUNNING)
        children->active += one;
    if (child->spec->significant != 0 && child->state != OTP_CHILD_STOPPED)
        children->significant += one;
}

void otpi_children_set(struct otpi_children *children, struct otpi_child *child, otp_pid pid,
                       uint32_t state)
{
    count_state(children, child, false);
    if (child->pid.bits != 0)
        unhash_pid(children, child);
    child->pid = pid;
    child->state = state;
    if (pid.bits != 0) {
        size_t at = bucket_of(children, pid.bits);
        child->pid_next = children->by_pid[at];
        children->by_pid[at] = child;
    }
    count_state(children, child, true);
    if (children->shown != NULL)
        otpi_partition_show(children->shown, child->number,
                            state == OTP_CHILD_RUNNING ? pid : otp_no_pid());
}
