/* w08.c - W8 with the hash table of liburcu.
 *
 * Idea: cds_lfht with the cheapest of its flavours, where a reader does nothing but say now and
 * then that it has no reference. As many buckets as entries, so that it need not grow.
 */
#define _LGPL_SOURCE /* its functions are inlined */
#include <stddef.h>

#include <urcu/urcu-qsbr.h>

#include <urcu/rculfhash.h>

#include "../c/w08.h"

struct entry {
    struct cds_lfht_node node;
    uint64_t key, value;
    int64_t expires;
    struct rcu_head head;
};

static struct cds_lfht *table;

static void enter(void)
{
    urcu_qsbr_register_thread();
}

static void leave(void)
{
    urcu_qsbr_unregister_thread();
}

static void rest(void)
{
    urcu_qsbr_quiescent_state();
}

static unsigned long hash_of(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 32;
}

static int is_key(struct cds_lfht_node *node, const void *key)
{
    return caa_container_of(node, struct entry, node)->key == *(const uint64_t *)key;
}

static bool get(uint64_t key, int64_t now, uint64_t *value)
{
    struct cds_lfht_iter at;
    struct cds_lfht_node *node;
    cds_lfht_lookup(table, hash_of(key), is_key, &key, &at);
    node = cds_lfht_iter_get_node(&at);
    if (node == NULL)
        return false;
    *value = caa_container_of(node, struct entry, node)->value;
    return caa_container_of(node, struct entry, node)->expires > now;
}

static void free_entry(struct rcu_head *head)
{
    free(caa_container_of(head, struct entry, head));
}

static void put(uint64_t key, uint64_t value, int64_t expires)
{
    struct entry *entry = malloc(sizeof *entry);
    struct cds_lfht_node *old;
    if (entry == NULL)
        abort();
    cds_lfht_node_init(&entry->node);
    entry->key = key;
    entry->value = value;
    entry->expires = expires;
    old = cds_lfht_add_replace(table, hash_of(key), is_key, &key, &entry->node);
    if (old != NULL)
        urcu_qsbr_call_rcu(&caa_container_of(old, struct entry, node)->head, free_entry);
}

int main(void)
{
    table = cds_lfht_new_flavor(1 << 17, 1 << 17, 1 << 20, CDS_LFHT_AUTO_RESIZE, &urcu_qsbr_flavor,
                                NULL);
    if (table == NULL)
        return 1;
    measure("urcu");
    return 0;
}
