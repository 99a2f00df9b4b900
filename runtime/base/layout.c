/* layout.c - measuring and copying values that a layout describes.
 *
 * Idea: one walk over the references, in the order of the layout and depth first, that counts bytes
 * and, if it was given a place, copies them there. Measuring and copying cannot disagree, as they
 * are the same walk. A copied struct still refers to the originals until the walk comes by.
 * Invariant: lists start at a multiple of 16; texts anywhere; so the first of either at the place.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "base/layout.h"

#include <string.h>

#include <otp/value.h>

/* A spec's types nest as deep as its text; a value that goes deeper is a damaged one, and this
 * keeps it from the end of a small stack. */
enum { DEEPEST = 64, ALIGNMENT = 16 };

struct walk {
    char *place;   /* where copies go; may be NULL if they have no bytes. Borrowed */
    bool copies;   /* false: only measure */
    size_t used;   /* bytes so far */
    bool is_valid; /* false: too large or too deep, used means nothing */
};

struct list {
    char *items;
    size_t count;
};

bool otpi_layout_present(const struct otp_ref *ref, const void *value)
{
    const char *guard = (const char *)value + ref->guard_offset;
    if (ref->guard_size == 0)
        return true;
    if (ref->guard_size == sizeof(uint8_t))
        return *(const uint8_t *)guard == ref->guard_value;
    uint32_t number;
    memcpy(&number, guard, sizeof number);
    return number == ref->guard_value;
}

static bool is_same_ref(const struct otp_ref *a, const struct otp_ref *b)
{
    return a->kind == b->kind && a->offset == b->offset && a->item == b->item &&
           a->guard_size == b->guard_size && a->guard_offset == b->guard_offset &&
           a->guard_value == b->guard_value;
}

bool otpi_layout_is_like(const struct otp_layout *a, const struct otp_layout *b)
{
    if (a == b)
        return true;
    if (a == NULL || b == NULL || a->size != b->size || a->n_refs != b->n_refs)
        return false;
    for (uint32_t i = 0; i < a->n_refs; i++)
        if (!is_same_ref(&a->refs[i], &b->refs[i]))
            return false;
    return true;
}

/* Room for count items of size bytes; says where it starts. */
static size_t reserve(struct walk *walk, size_t count, size_t size, size_t alignment)
{
    size_t start = (walk->used + alignment - 1) / alignment * alignment;
    if (count > OTPI_LAYOUT_MAX / (size == 0 ? 1 : size) || start > OTPI_LAYOUT_MAX - count * size)
        walk->is_valid = false;
    else
        walk->used = start + count * size;
    return start;
}

static void walk_text(struct walk *walk, char *at)
{
    otp_str text;
    memcpy(&text, at, sizeof text);
    size_t start = reserve(walk, text.size, 1, 1);
    if (!walk->copies)
        return;
    if (text.size > 0)
        memcpy(walk->place + start, text.data, text.size);
    text.data = text.size > 0 ? walk->place + start : NULL;
    memcpy(at, &text, sizeof text);
}

static void walk_refs(struct walk *walk, const struct otp_layout *layout, char *value, int depth);

static void walk_list(struct walk *walk, const struct otp_layout *item, char *at, int depth)
{
    struct list list;
    memcpy(&list, at, sizeof list);
    size_t start = list.count == 0 ? 0 : reserve(walk, list.count, item->size, ALIGNMENT);
    if (walk->copies) {
        if (list.count > 0)
            memcpy(walk->place + start, list.items, list.count * item->size);
        list.items = list.count > 0 ? walk->place + start : NULL;
        memcpy(at, &list, sizeof list);
    }
    if (item->n_refs == 0)
        return;
    for (size_t i = 0; i < list.count && walk->is_valid; i++)
        walk_refs(walk, item, list.items + i * item->size, depth + 1);
}

/* value is written only by a walk that copies. */
static void walk_refs(struct walk *walk, const struct otp_layout *layout, char *value, int depth)
{
    if (depth > DEEPEST)
        walk->is_valid = false;
    for (uint32_t i = 0; i < layout->n_refs && walk->is_valid; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        char *at = value + ref->offset;
        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_TEXT)
            walk_text(walk, at);
        else if (ref->kind == OTP_REF_LIST)
            walk_list(walk, ref->item, at, depth);
        else
            walk_refs(walk, ref->item, at, depth + 1);
    }
}

size_t otpi_layout_measure_refs(const struct otp_layout *layout, const void *value)
{
    struct walk walk = { .is_valid = true };
    walk_refs(&walk, layout, (char *)value, 0);
    return walk.is_valid ? walk.used : SIZE_MAX;
}

void otpi_layout_copy_refs(const struct otp_layout *layout, void *value, void *place)
{
    struct walk walk = { .place = place, .copies = true, .is_valid = true };
    walk_refs(&walk, layout, value, 0);
}

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t otp_layout_measure(const struct otp_layout *layout, const void *value)
{
    size_t refs, head;
    if (layout->n_refs == 0)
        return layout->size <= OTPI_LAYOUT_MAX ? layout->size : 0;
    refs = otpi_layout_measure_refs(layout, value);
    head = round_up(layout->size);
    if (refs > OTPI_LAYOUT_MAX || head > OTPI_LAYOUT_MAX - refs)
        return 0;
    return refs == 0 ? layout->size : head + refs;
}

void otp_layout_copy(const struct otp_layout *layout, const void *value, void *block)
{
    memcpy(block, value, layout->size);
    if (layout->n_refs > 0)
        otpi_layout_copy_refs(layout, block, (char *)block + round_up(layout->size));
}

void *otpi_layout_first(const struct otp_layout *layout, const void *value)
{
    for (uint32_t i = 0; i < layout->n_refs; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        const char *at = (const char *)value + ref->offset;
        struct list list; /* a text has the same shape */
        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_STRUCT) {
            void *first = otpi_layout_first(ref->item, at);
            if (first != NULL)
                return first;
            continue;
        }
        memcpy(&list, at, sizeof list);
        if (list.count > 0)
            return list.items;
    }
    return NULL;
}

static void move_list(const struct otp_layout *item, struct list *list, intptr_t distance)
{
    for (size_t i = 0; item->n_refs != 0 && i < list->count; i++)
        otpi_layout_move(item, list->items + i * item->size, distance);
}

void otpi_layout_move(const struct otp_layout *layout, void *value, intptr_t distance)
{
    for (uint32_t i = 0; i < layout->n_refs; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        char *at = (char *)value + ref->offset;
        struct list list; /* a text has the same shape */
        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_STRUCT) {
            otpi_layout_move(ref->item, at, distance);
            continue;
        }
        memcpy(&list, at, sizeof list);
        if (list.count == 0)
            continue;
        list.items = (char *)((intptr_t)list.items + distance);
        memcpy(at, &list, sizeof list);
        if (ref->kind == OTP_REF_LIST)
            move_list(ref->item, &list, distance);
    }
}
