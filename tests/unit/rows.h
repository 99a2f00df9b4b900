/* rows.h - what stands in for the library below rows.
 *
 * Idea: allocations are counted, and one may be refused; scratch memory is freed when a handler
 * would have ended; who ends its process comes back to the test. And types, as otpc would describe
 * them, and what a table of numbers should have.
 * Threads: one. */
#ifndef OTPC_TESTS_ROWS_H
#define OTPC_TESTS_ROWS_H

#include "support.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rows.h"
#include <otp/memory.h>
#include <otp/process.h>

/* -- the library below the table -- */

static size_t blocks;        /* owned blocks alive */
static long allocations;     /* so far */
static long refuse_at = -1;  /* the allocation that gets nothing */
static void *scratches[256]; /* freed by end_handler */
static size_t n_scratches;
static bool is_scratch_empty;
static jmp_buf exit_point;
static otp_reason exit_reason;

void *otp_alloc(size_t size)
{
    if (allocations++ == refuse_at)
        return NULL;
    void *memory = calloc(1, size);
    ck_assert_ptr_nonnull(memory);
    blocks++;
    return memory;
}

void otp_free(void *memory)
{
    if (memory == NULL)
        return;
    ck_assert_uint_gt(blocks, 0);
    blocks--;
    free(memory);
}

void *otp_scratch(size_t size)
{
    if (is_scratch_empty || n_scratches == sizeof scratches / sizeof scratches[0])
        return NULL;
    void *memory = malloc(size);
    ck_assert_ptr_nonnull(memory);
    scratches[n_scratches++] = memory;
    return memory;
}

otp_reason otp_reason_make(enum otp_reason_kind kind, const char *text, int64_t code)
{
    otp_reason reason = { .kind = (uint32_t)kind, .code = code };
    ck_assert_ptr_null(text);
    return reason;
}

OTP_NORETURN void otp_exit(otp_reason reason)
{
    exit_reason = reason;
    longjmp(exit_point, 1);
}

static inline void end_handler(void)
{
    while (n_scratches > 0)
        free(scratches[--n_scratches]);
}

/* -- types, as otpc would describe them -- */

struct item {
    int64_t number;
    otp_str text;
    struct {
        uint32_t *items;
        size_t count;
    } list;
};

static const struct otp_layout u32_layout = { sizeof(uint32_t), 0, NULL };
static const struct otp_layout u64_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_layout u8_layout = { 1, 0, NULL };
static const struct otp_layout wide_layout = { 24, 0, NULL };
static const struct otp_ref str_refs[] = { { .kind = OTP_REF_TEXT } };
static const struct otp_layout str_layout = { sizeof(otp_str), 1, str_refs };
static const struct otp_ref item_refs[] = {
    { .kind = OTP_REF_TEXT, .offset = offsetof(struct item, text) },
    { .kind = OTP_REF_LIST, .offset = offsetof(struct item, list), .item = &u32_layout },
};
static const struct otp_layout item_layout = { sizeof(struct item), 2, item_refs };

static const struct otp_table_type numbers = { OTP_KEY_PLAIN, &u64_layout, &u64_layout };
static const struct otp_table_type texts = { OTP_KEY_TEXT, &str_layout, &item_layout };
static const struct otp_table_type flags = { OTP_KEY_TEXT, &str_layout, &u8_layout };
static const struct otp_table_type wides = { OTP_KEY_PLAIN, &wide_layout, &item_layout };

static const struct otp_table_type sorted = { OTP_KEY_TEXT | OTP_KEY_ORDERED, &str_layout,
                                              &item_layout };
static const struct otp_table_type sorted_numbers = { OTP_KEY_ORDERED, &u64_layout, &u64_layout };
static const struct otp_table_type sorted_signed = { OTP_KEY_ORDERED | OTP_KEY_SIGNED, &u8_layout,
                                                     &u64_layout };

static inline struct otpi_rows *new_table(const struct otp_table_type *type)
{
    struct otpi_rows *table = otpi_rows_new(type);
    ck_assert_ptr_nonnull(table);
    return table;
}

/* -- numbers, against a model -- */

enum { KEYS = 300 };

struct model {
    uint64_t value[KEYS]; /* 0: not there */
    size_t count;
};

static uint64_t random_state = 88172645463325252u;

static inline uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

#endif
