/* checked.h - whole numbers that never go round.
 *
 * Idea: what an agent's expression computes is checked: a result that its type cannot hold ends the
 * process with reason "overflow", a division by zero with "division by zero", as a handler would
 * that called otp_exit(). Narrow types are computed in 64 bits and then brought into their type.
 * For user code too; call these where otp_exit() may be called.
 */
#ifndef OTP_CHECKED_H
#define OTP_CHECKED_H

#include <stdint.h>

#include <otp/version.h>

OTP_BEGIN_DECLS

/* End the calling process. */
OTP_API OTP_NORETURN void otp_overflow(void);
OTP_API OTP_NORETURN void otp_division_by_zero(void);

OTP_END_DECLS

static inline int64_t otp_add_i64(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        otp_overflow();
    return sum;
}

static inline int64_t otp_sub_i64(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        otp_overflow();
    return difference;
}

static inline int64_t otp_mul_i64(int64_t a, int64_t b)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        otp_overflow();
    return product;
}

/* Rounds towards zero, as C does. */
static inline int64_t otp_div_i64(int64_t a, int64_t b)
{
    if (b == 0)
        otp_division_by_zero();
    if (a == INT64_MIN && b == -1)
        otp_overflow();
    return a / b;
}

/* Has the sign of a, as in C. */
static inline int64_t otp_mod_i64(int64_t a, int64_t b)
{
    if (b == 0)
        otp_division_by_zero();
    return b == -1 ? 0 : a % b;
}

static inline uint64_t otp_add_u64(uint64_t a, uint64_t b)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        otp_overflow();
    return sum;
}

static inline uint64_t otp_sub_u64(uint64_t a, uint64_t b)
{
    if (b > a)
        otp_overflow();
    return a - b;
}

static inline uint64_t otp_mul_u64(uint64_t a, uint64_t b)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        otp_overflow();
    return product;
}

static inline uint64_t otp_div_u64(uint64_t a, uint64_t b)
{
    if (b == 0)
        otp_division_by_zero();
    return a / b;
}

static inline uint64_t otp_mod_u64(uint64_t a, uint64_t b)
{
    if (b == 0)
        otp_division_by_zero();
    return a % b;
}

/* n, which must be in that range. */
static inline int64_t otp_within(int64_t n, int64_t least, int64_t most)
{
    if (n < least || n > most)
        otp_overflow();
    return n;
}

static inline int8_t otp_to_i8(int64_t n)
{
    return (int8_t)otp_within(n, INT8_MIN, INT8_MAX);
}

static inline int16_t otp_to_i16(int64_t n)
{
    return (int16_t)otp_within(n, INT16_MIN, INT16_MAX);
}

static inline int32_t otp_to_i32(int64_t n)
{
    return (int32_t)otp_within(n, INT32_MIN, INT32_MAX);
}

static inline uint8_t otp_to_u8(int64_t n)
{
    return (uint8_t)otp_within(n, 0, UINT8_MAX);
}

static inline uint16_t otp_to_u16(int64_t n)
{
    return (uint16_t)otp_within(n, 0, UINT16_MAX);
}

static inline uint32_t otp_to_u32(int64_t n)
{
    return (uint32_t)otp_within(n, 0, UINT32_MAX);
}

#endif
