/* order.c - the keys of a table in their order.
 *
 * Idea: see order.h. A skip list: each place is in the list of all, and one in four of those in a
 * list is in the next shorter one too, so a search goes from the shortest to the longest. Numbers
 * are kept so that all compare as unsigned ones.
 * Threads: the owning process only. Locks: none. Owns: the places, from otp_alloc.
 */
#include "store/order.h"

#include <string.h>

#include <otp/memory.h>

#include "base/hash.h"

#define LEVELS    12 /* enough for 4^12 keys */
#define PLAIN_MAX sizeof(uint64_t)

struct otpi_place {
    struct otpi_place *before;
    uint64_t number; /* what a plain key compares by */
    otp_str text;    /* a text key; its bytes are behind the last link */
    char plain[PLAIN_MAX];
    size_t size; /* in all */
    size_t height;
    struct otpi_place *next[];
};

struct otpi_order {
    const struct otp_table_type *type;
    bool is_text;
    uint64_t random;
    size_t bytes; /* in all places */
    struct otpi_place *last;
    struct otpi_place *next[LEVELS];
};

/* -- keys -- */

/* A key as it is looked for. */
struct sought {
    uint64_t number;
    otp_str text;
};

static struct sought sought_of(const struct otpi_order *order, const void *key)
{
    size_t size = order->type->key->size;
    struct sought sought = { 0, { NULL, 0 } };

    if (order->is_text) {
        memcpy(&sought.text, key, sizeof sought.text);
        return sought;
    }
    memcpy(&sought.number, key, size); /* a number begins with its lowest byte: ARCHITECTURE.md */
    if ((order->type->key_kind & OTP_KEY_SIGNED) != 0)
        sought.number ^= (uint64_t)1 << (8 * size - 1); /* the lowest becomes 0 */
    return sought;
}

static int compare_texts(otp_str a, otp_str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

static int compare(const struct otpi_order *order, const struct otpi_place *place,
                   const struct sought *sought)
{
    if (order->is_text)
        return compare_texts(place->text, sought->text);
    return place->number < sought->number ? -1 : place->number > sought->number;
}

int otpi_order_compare(const struct otpi_order *order, const struct otpi_place *place,
                       const void *key)
{
    struct sought sought = sought_of(order, key);

    return compare(order, place, &sought);
}

const void *otpi_order_key(const struct otpi_place *place)
{
    return place->text.data != NULL ? (const void *)&place->text : place->plain;
}

/* -- life -- */

struct otpi_order *otpi_order_new(const struct otp_table_type *type)
{
    struct otpi_order *order = otp_alloc(sizeof *order);

    if (order == NULL)
        return NULL;
    order->type = type;
    order->is_text = (type->key_kind & OTP_KEY_TEXT) != 0;
    order->random = otpi_hash_seed();
    return order;
}

void otpi_order_clear(struct otpi_order *order)
{
    struct otpi_place *next;

    for (struct otpi_place *place = order->next[0]; place != NULL; place = next) {
        next = place->next[0];
        otp_free(place);
    }
    memset(order->next, 0, sizeof order->next);
    order->last = NULL;
    order->bytes = 0;
}

void otpi_order_drop(struct otpi_order *order)
{
    if (order != NULL)
        otpi_order_clear(order);
    otp_free(order);
}

size_t otpi_order_memory(const struct otpi_order *order)
{
    return sizeof *order + order->bytes;
}

/* -- places -- */

/* links gets, of each list, the link to the first place that is not before what is sought. */
static void find(struct otpi_order *order, const struct sought *sought,
                 struct otpi_place **links[LEVELS])
{
    struct otpi_place **at = order->next;

    for (size_t level = LEVELS; level-- > 0;) {
        while (at[level] != NULL && compare(order, at[level], sought) < 0)
            at = at[level]->next;
        links[level] = &at[level];
    }
}

static size_t random_height(struct otpi_order *order)
{
    uint64_t random = order->random = otpi_hash_mix(order->random + 1);
    size_t height = 1 + (size_t)__builtin_ctzll(random | (uint64_t)1 << 63) / 2;

    return height < LEVELS ? height : LEVELS;
}

static struct otpi_place *make_place(struct otpi_order *order, const void *key,
                                     const struct sought *sought)
{
    size_t height = random_height(order);
    size_t links = sizeof(struct otpi_place) + height * sizeof(struct otpi_place *);
    size_t size = links + sought->text.size + 1;
    struct otpi_place *place = otp_alloc(size);

    if (place == NULL)
        return NULL;
    place->size = size;
    place->height = height;
    if (!order->is_text) {
        place->number = sought->number;
        memcpy(place->plain, key, order->type->key->size);
        return place;
    }
    place->text.data = (char *)place + links;
    place->text.size = sought->text.size;
    if (sought->text.size != 0)
        memcpy((char *)place + links, sought->text.data, sought->text.size);
    return place;
}

otp_status otpi_order_add(struct otpi_order *order, const void *key)
{
    struct sought sought = sought_of(order, key);
    struct otpi_place **links[LEVELS], *after, *place;

    find(order, &sought, links);
    after = *links[0];
    if (after != NULL && compare(order, after, &sought) == 0)
        return OTP_OK;
    place = make_place(order, key, &sought);
    if (place == NULL)
        return OTP_NOMEM;
    place->before = after != NULL ? after->before : order->last;
    if (after != NULL)
        after->before = place;
    else
        order->last = place;
    for (size_t level = 0; level < place->height; level++) {
        place->next[level] = *links[level];
        *links[level] = place;
    }
    order->bytes += place->size;
    return OTP_OK;
}

void otpi_order_remove(struct otpi_order *order, const void *key)
{
    struct sought sought = sought_of(order, key);
    struct otpi_place **links[LEVELS], *place;

    find(order, &sought, links);
    place = *links[0];
    if (place == NULL || compare(order, place, &sought) != 0)
        return;
    if (place->next[0] != NULL)
        place->next[0]->before = place->before;
    else
        order->last = place->before;
    for (size_t level = 0; level < place->height; level++)
        *links[level] = place->next[level];
    order->bytes -= place->size;
    otp_free(place);
}

const struct otpi_place *otpi_order_first(const struct otpi_order *order)
{
    return order->next[0];
}

const struct otpi_place *otpi_order_last(const struct otpi_order *order)
{
    return order->last;
}

const struct otpi_place *otpi_order_next(const struct otpi_place *place)
{
    return place->next[0];
}

const struct otpi_place *otpi_order_prev(const struct otpi_place *place)
{
    return place->before;
}

const struct otpi_place *otpi_order_seek(const struct otpi_order *order, const void *key)
{
    struct sought sought = sought_of(order, key);
    struct otpi_place *const *at = order->next;

    for (size_t level = LEVELS; level-- > 0;)
        while (at[level] != NULL && compare(order, at[level], &sought) < 0)
            at = at[level]->next;
    return at[0];
}
