/* order.h - the keys of a table in their order.
 *
 * Idea: beside the hash table that has the entries, their keys once more, in a skip list. So what
 * asks for one key costs what it costs without an order, and an entry may move.
 * Threads: the owning process only.
 */
#ifndef OTPI_ORDER_H
#define OTPI_ORDER_H

#include <otp/table.h>

struct otpi_order;
struct otpi_place; /* of a key */

/* Of keys of that type, which is borrowed for ever. NULL: no memory. */
struct otpi_order *otpi_order_new(const struct otp_table_type *type);
/* Takes order; NULL is allowed. */
void otpi_order_drop(struct otpi_order *order);

/* Keys are borrowed, and copied with the bytes of texts. NOMEM. OK too if it is there. */
otp_status otpi_order_add(struct otpi_order *order, const void *key);
/* Nothing if it is not there. */
void otpi_order_remove(struct otpi_order *order, const void *key);
void otpi_order_clear(struct otpi_order *order);
/* Bytes that it holds. */
size_t otpi_order_memory(const struct otpi_order *order);

/* Places stay until their key is removed. NULL: there is none. */
const struct otpi_place *otpi_order_first(const struct otpi_order *order);
const struct otpi_place *otpi_order_last(const struct otpi_order *order);
const struct otpi_place *otpi_order_next(const struct otpi_place *place);
const struct otpi_place *otpi_order_prev(const struct otpi_place *place);
/* The first place whose key is not before key, which need not be there. */
const struct otpi_place *otpi_order_seek(const struct otpi_order *order, const void *key);
/* The key of a place, as functions take it. */
const void *otpi_order_key(const struct otpi_place *place);
/* Below, equal, above 0: the key of a place is before key, it, or after it. */
int otpi_order_compare(const struct otpi_order *order, const struct otpi_place *place,
                       const void *key);

#endif
