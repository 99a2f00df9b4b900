/* test_layout.c - measuring and copying described values.
 *
 * Idea: a struct with every kind of reference, guarded and not, copied into a block with a fence
 * behind it; then each reference must lie in the block, where it is promised, and say the same.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include <otp/value.h>

#include "base/layout.h"

/* -- the types, as otpc would describe them -- */

struct point {
    int32_t x;
    int32_t y;
    uint16_t z;
};

struct tag {
    otp_str name;
    int64_t weight;
};

struct tags {
    struct tag *items;
    size_t count;
};

struct entry {
    uint32_t kind; /* 2: text, 3: points, 4: tag */
    bool has_note;
    otp_str note; /* if has_note */
    union {
        otp_str text;
        struct {
            struct point *items;
            size_t count;
        } points;
        struct tag tag;
    } as;
    struct tags tags;
    otp_bytes blob;
    char last;
};

#define AT(type, field) (uint32_t) offsetof(type, field)

static const struct otp_layout point_layout = { sizeof(struct point), 0, NULL };
static const struct otp_ref tag_refs[] = {
    { .kind = OTP_REF_TEXT, .offset = AT(struct tag, name) },
};
static const struct otp_layout tag_layout = { sizeof(struct tag), 1, tag_refs };
static const struct otp_ref entry_refs[] = {
    { OTP_REF_TEXT, 1, 1, AT(struct entry, note), AT(struct entry, has_note), NULL },
    { OTP_REF_TEXT, 4, 2, AT(struct entry, as), AT(struct entry, kind), NULL },
    { OTP_REF_LIST, 4, 3, AT(struct entry, as), AT(struct entry, kind), &point_layout },
    { OTP_REF_STRUCT, 4, 4, AT(struct entry, as), AT(struct entry, kind), &tag_layout },
    { .kind = OTP_REF_LIST, .offset = AT(struct entry, tags), .item = &tag_layout },
    { .kind = OTP_REF_TEXT, .offset = AT(struct entry, blob) },
};
static const struct otp_layout entry_layout = { sizeof(struct entry), 6, entry_refs };

/* -- copying with a fence -- */

struct copy {
    char *block;
    size_t size;
};

enum { FENCE = 64 };

static struct copy copy_value(const struct otp_layout *layout, const void *value)
{
    struct copy copy = { .size = otp_layout_measure(layout, value) };
    ck_assert_uint_gt(copy.size, 0);
    copy.block = aligned_alloc(16, (copy.size + FENCE + 15) / 16 * 16);
    ck_assert_ptr_nonnull(copy.block);
    memset(copy.block, 0x5a, copy.size + FENCE);
    otp_layout_copy(layout, value, copy.block);
    for (size_t i = 0; i < FENCE; i++)
        ck_assert_int_eq(copy.block[copy.size + i], 0x5a);
    return copy;
}

static bool is_inside(struct copy copy, const void *at, size_t size)
{
    return (const char *)at >= copy.block && (const char *)at + size <= copy.block + copy.size;
}

static void assert_text(struct copy copy, otp_str text, const char *wanted)
{
    ck_assert(otp_str_equal(text, otp_cstr(wanted)));
    if (*wanted == '\0')
        ck_assert_ptr_null(text.data);
    else
        ck_assert(is_inside(copy, text.data, text.size));
}

static size_t head_of(const struct otp_layout *layout)
{
    return (layout->size + 15) / 16 * 16;
}

START_TEST(a_flat_value_needs_its_size_and_no_more)
{
    struct point point = { 1, 2, 3 };
    ck_assert_uint_eq(otp_layout_measure(&point_layout, &point), sizeof point);
    struct copy copy = copy_value(&point_layout, &point);
    struct point *there = (void *)copy.block;
    ck_assert_int_eq(there->x, 1);
    ck_assert_int_eq(there->y, 2);
    ck_assert_uint_eq(there->z, 3);
    ck_assert_ptr_null(otpi_layout_first(&point_layout, there));
    free(copy.block);
}
END_TEST

START_TEST(everything_is_copied_into_the_block)
{
    char name[] = "first";
    char blob[] = { 0, 1, 0, 2 };
    struct tag tags[3] = { { otp_cstr(name), 5 }, { otp_cstr(NULL), 6 }, { otp_cstr("third"), 7 } };
    struct entry entry = { .kind = 2, .has_note = true, .last = '!' };
    entry.note = otp_cstr("note");
    entry.as.text = otp_cstr("body");
    entry.tags = (struct tags){ tags, 3 };
    entry.blob = (otp_bytes){ (uint8_t *)blob, sizeof blob };
    struct copy copy = copy_value(&entry_layout, &entry);
    memset(name, '#', sizeof name);
    memset(blob, '#', sizeof blob);
    memset(tags, '#', sizeof tags);

    struct entry *there = (void *)copy.block;
    assert_text(copy, there->note, "note");
    assert_text(copy, there->as.text, "body");
    ck_assert_uint_eq(there->tags.count, 3);
    ck_assert(is_inside(copy, there->tags.items, sizeof tags));
    ck_assert_uint_eq((uintptr_t)there->tags.items % 16, 0);
    assert_text(copy, there->tags.items[0].name, "first");
    assert_text(copy, there->tags.items[1].name, "");
    assert_text(copy, there->tags.items[2].name, "third");
    ck_assert_int_eq(there->tags.items[2].weight, 7);
    ck_assert(is_inside(copy, there->blob.data, 4));
    ck_assert_mem_eq(there->blob.data, "\0\1\0\2", 4);
    ck_assert_int_eq(there->last, '!');
    free(copy.block);
}
END_TEST

START_TEST(the_block_is_as_large_as_it_must_be)
{
    struct tag tags[2] = { { otp_cstr("abc"), 0 }, { otp_cstr("de"), 0 } };
    struct entry entry = { .kind = 2 };
    entry.as.text = otp_cstr("x");
    entry.tags = (struct tags){ tags, 2 };
    /* the text, up to 16 for the list, its items, their texts */
    ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry),
                      head_of(&entry_layout) + 16 + sizeof tags + 3 + 2);
    free(copy_value(&entry_layout, &entry).block);
}
END_TEST

START_TEST(guards_decide_what_is_there)
{
    otp_str wild = { (const char *)1, 1000 }; /* would crash if it were followed */
    struct point points[2] = { { 1, 2, 3 }, { 4, 5, 6 } };
    struct entry entry = { .kind = 3, .note = wild };
    entry.as.points.items = points;
    entry.as.points.count = 2;
    struct copy copy = copy_value(&entry_layout, &entry);
    struct entry *there = (void *)copy.block;
    ck_assert_ptr_eq(there->note.data, wild.data);
    ck_assert_ptr_eq(there->as.points.items, copy.block + head_of(&entry_layout));
    ck_assert_int_eq(there->as.points.items[1].y, 5);
    free(copy.block);

    entry.kind = 4;
    entry.as.tag = (struct tag){ otp_cstr("deep"), 9 };
    copy = copy_value(&entry_layout, &entry);
    there = (void *)copy.block;
    assert_text(copy, there->as.tag.name, "deep");
    ck_assert_int_eq(there->as.tag.weight, 9);
    free(copy.block);

    entry.kind = 0x10002; /* only its low half is that of a text */
    entry.as.text = wild;
    ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry), sizeof entry);
    free(copy_value(&entry_layout, &entry).block);
}
END_TEST

START_TEST(the_first_reference_lands_behind_the_struct)
{
    struct tag tags[1] = { { otp_cstr("t"), 1 } };
    for (unsigned bits = 1; bits < 16; bits++) {
        struct entry entry = { .kind = 4, .has_note = true };
        if (bits & 1)
            entry.note = otp_cstr("n");
        if (bits & 2)
            entry.as.tag.name = otp_cstr("deep");
        if (bits & 4)
            entry.tags = (struct tags){ tags, 1 };
        if (bits & 8)
            entry.blob = (otp_bytes){ (const uint8_t *)"b", 1 };
        struct copy copy = copy_value(&entry_layout, &entry);
        ck_assert_ptr_eq(otpi_layout_first(&entry_layout, copy.block),
                         copy.block + head_of(&entry_layout));
        free(copy.block);
    }
    struct entry empty = { .kind = 4, .has_note = true };
    ck_assert_ptr_null(otpi_layout_first(&entry_layout, &empty));
}
END_TEST

START_TEST(empty_references_become_null)
{
    struct tag tag = { otp_cstr("x"), 1 };
    struct entry entry = { .has_note = true };
    entry.note = (otp_str){ "text", 0 };
    entry.tags = (struct tags){ &tag, 0 };
    entry.blob = (otp_bytes){ (const uint8_t *)"y", 0 };
    struct copy copy = copy_value(&entry_layout, &entry);
    ck_assert_uint_eq(copy.size, sizeof entry);
    struct entry *there = (void *)copy.block;
    ck_assert_ptr_null(there->note.data);
    ck_assert_ptr_null(there->tags.items);
    ck_assert_ptr_null(there->blob.data);
    free(copy.block);
}
END_TEST

START_TEST(too_large_is_refused_without_looking)
{
    struct entry entry = { .kind = 3 };
    struct point point = { 0, 0, 0 };
    entry.as.points.items = &point;
    static const size_t counts[] = { SIZE_MAX, SIZE_MAX / sizeof(struct point),
                                     SIZE_MAX / sizeof(struct point) + 2, OTPI_LAYOUT_MAX };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        entry.as.points.count = counts[i];
        ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry), 0);
        ck_assert_uint_eq(otpi_layout_measure_refs(&entry_layout, &entry), SIZE_MAX);
    }
    entry.as.points.count = 0;
    entry.blob = (otp_bytes){ (const uint8_t *)"y", OTPI_LAYOUT_MAX - head_of(&entry_layout) };
    ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry), OTPI_LAYOUT_MAX);
    entry.blob.size++;
    ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry), 0);
    entry.blob.size = SIZE_MAX;
    ck_assert_uint_eq(otp_layout_measure(&entry_layout, &entry), 0);
}
END_TEST

/* A list of itself: no spec can declare it, but a walk must not end the program. */
struct node {
    struct node *items;
    size_t count;
};

extern const struct otp_layout node_layout;
static const struct otp_ref node_refs[] = { { .kind = OTP_REF_LIST, .item = &node_layout } };
const struct otp_layout node_layout = { sizeof(struct node), 1, node_refs };

START_TEST(endless_nesting_is_refused)
{
    struct node loop = { NULL, 1 };
    loop.items = &loop;
    ck_assert_uint_eq(otp_layout_measure(&node_layout, &loop), 0);
    struct node chain[40] = { { NULL, 0 } };
    for (size_t i = 0; i + 1 < 40; i++)
        chain[i] = (struct node){ &chain[i + 1], 1 };
    struct copy copy = copy_value(&node_layout, chain);
    size_t depth = 0;
    for (struct node *at = (void *)copy.block; at->count == 1; at = at->items)
        depth++;
    ck_assert_uint_eq(depth, 39);
    free(copy.block);
}
END_TEST

START_TEST(references_can_be_kept_apart_from_the_struct)
{
    struct tag tag = { otp_cstr("apart"), 3 };
    struct tag copy = tag;
    char place[16];
    ck_assert_uint_eq(otpi_layout_measure_refs(&tag_layout, &tag), 5);
    otpi_layout_copy_refs(&tag_layout, &copy, place);
    ck_assert_ptr_eq(copy.name.data, place);
    ck_assert(otp_str_equal(copy.name, tag.name));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *c = support_case(suite, "layout", 10.0);
    tcase_add_test(c, a_flat_value_needs_its_size_and_no_more);
    tcase_add_test(c, everything_is_copied_into_the_block);
    tcase_add_test(c, the_block_is_as_large_as_it_must_be);
    tcase_add_test(c, guards_decide_what_is_there);
    tcase_add_test(c, the_first_reference_lands_behind_the_struct);
    tcase_add_test(c, empty_references_become_null);
    tcase_add_test(c, too_large_is_refused_without_looking);
    tcase_add_test(c, endless_nesting_is_refused);
    tcase_add_test(c, references_can_be_kept_apart_from_the_struct);
    return support_run(suite);
}
