/* dynamic_members.c - the table of a dynamic supervisor's children.
 *
 * Idea: a doubly linked list keeps the order of start; a chained hash table, which doubles, finds a
 * member by any of its pids. Every operation takes constant time. The memory of one that goes
 * serves the next. The hash is not base/map's: this memory must go with the process, also if that
 * is killed.
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: the members and the hash table, in owned memory. */
#include "behav/dynamic.h"

#define FIRST_BUCKETS 16

/* The multiplication spreads pids, whose low bits count up. */
static size_t bucket_of(const struct otpi_members *members, otp_pid pid)
{
    return (size_t)((pid.bits * 11400714819323198485u) >> 32) & (members->n_buckets - 1);
}

static void hash_in(struct otpi_members *members, struct otpi_member_pid *entry)
{
    if (entry->pid.bits == 0)
        return;
    size_t at = bucket_of(members, entry->pid);
    entry->next = members->by_pid[at];
    members->by_pid[at] = entry;
}

/* Twice as many buckets. No memory: as before, only slower; false if there are none at all. */
static bool grow(struct otpi_members *members)
{
    uint32_t n = members->n_buckets == 0 ? FIRST_BUCKETS : members->n_buckets * 2;
    struct otpi_member_pid **by_pid = otp_alloc(n * sizeof(struct otpi_member_pid *));
    if (by_pid == NULL)
        return members->n_buckets != 0;
    otp_free(members->by_pid);
    members->by_pid = by_pid;
    members->n_buckets = n;
    for (struct otpi_member *member = members->first; member != NULL; member = member->next) {
        hash_in(members, &member->known);
        hash_in(members, &member->attempt);
    }
    return true;
}

/* As if zeroed, but for what is set before it is looked at. NULL: there is no memory. */
static struct otpi_member *take_memory(struct otpi_members *members)
{
    static const struct otpi_member_pid nobody;
    static const struct otpi_backoff none;
    struct otpi_member *member = members->spare;
    if (member == NULL)
        return otp_alloc(sizeof(*member));
    members->spare = NULL;
    member->next = NULL;
    member->known = nobody;
    member->attempt = nobody;
    member->state = OTPI_STARTING;
    member->timed = member->counted = member->unanswered = false;
    member->backoff = none;
    member->restarts = 0;
    member->askers = NULL;
    member->again = NULL;
    return member;
}

struct otpi_member *otpi_members_add(struct otpi_members *members, const struct otp_module *module)
{
    if (members->count >= members->n_buckets && !grow(members))
        return NULL;
    struct otpi_member *member = take_memory(members);
    if (member == NULL)
        return NULL;
    member->module = module;
    member->known.member = member;
    member->attempt.member = member;
    member->prev = members->last;
    if (members->last != NULL)
        members->last->next = member;
    else
        members->first = member;
    members->last = member;
    members->count++;
    members->by_state[OTPI_STARTING]++;
    members->supervisors += module->is_supervisor != 0;
    return member;
}

void otpi_members_remove(struct otpi_members *members, struct otpi_member *member)
{
    otpi_members_set_pid(members, &member->known, otp_no_pid());
    otpi_members_set_pid(members, &member->attempt, otp_no_pid());
    if (member->prev != NULL)
        member->prev->next = member->next;
    else
        members->first = member->next;
    if (member->next != NULL)
        member->next->prev = member->prev;
    else
        members->last = member->prev;
    members->count--;
    members->by_state[member->state]--;
    members->supervisors -= member->module->is_supervisor != 0;
    otp_free(member->again);
    if (members->spare != NULL)
        otp_free(member);
    else
        members->spare = member;
}

struct otpi_member_pid *otpi_members_find(const struct otpi_members *members, otp_pid pid)
{
    if (members->n_buckets == 0 || pid.bits == 0)
        return NULL;
    struct otpi_member_pid *entry = members->by_pid[bucket_of(members, pid)];
    while (entry != NULL && !otp_pid_equal(entry->pid, pid))
        entry = entry->next;
    return entry;
}

void otpi_members_set_pid(struct otpi_members *members, struct otpi_member_pid *entry, otp_pid pid)
{
    if (entry->pid.bits != 0) {
        struct otpi_member_pid **at = &members->by_pid[bucket_of(members, entry->pid)];
        while (*at != entry)
            at = &(*at)->next;
        *at = entry->next;
    }
    entry->pid = pid;
    hash_in(members, entry);
}

void otpi_members_set_state(struct otpi_members *members, struct otpi_member *member,
                            uint32_t state)
{
    members->by_state[member->state]--;
    member->state = (uint8_t)state;
    members->by_state[state]++;
}
