/* checked.h - whole numbers that never go round.
 *
 * Idea: what an agent's expression computes is checked: a result that its type cannot hold ends the
 * process with reason "overflow", a division by zero with "division by zero", as a handler would
 * that called otp_exit(). Narrow types are computed in 64 bits and then brought into their type.
 * For user code too; call these where otp_exit() may be called. The functions with "try" note the
 * first fault instead and go on with 0, so that who computes can look at the end whether there is a
 * result.
 */
#ifndef OTP_CHECKED_H
#define OTP_CHECKED_H

#include <stdint.h>

#include <otp/version.h>

/* Why a calculation has no result. */
enum otp_fault { OTP_FAULT_NONE, OTP_FAULT_OVERFLOW, OTP_FAULT_DIVISION_BY_ZERO };

OTP_BEGIN_DECLS

/* End the calling process. */
OTP_API OTP_NORETURN void otp_overflow(void);
OTP_API OTP_NORETURN void otp_division_by_zero(void);

OTP_END_DECLS

/* Ends the calling process if there is a fault (an enum otp_fault). */
static inline void otp_no_fault(uint32_t fault)
{
    if (fault == OTP_FAULT_OVERFLOW)
        otp_overflow();
    if (fault == OTP_FAULT_DIVISION_BY_ZERO)
        otp_division_by_zero();
}

/* Notes it, if it is the first. */
static inline void otp_note_fault(uint32_t *fault, enum otp_fault what)
{
    if (*fault == OTP_FAULT_NONE)
        *fault = (uint32_t)what;
}

/* -- results, or a fault -- */

static inline int64_t otp_try_add_i64(int64_t a, int64_t b, uint32_t *fault)
{
    int64_t result;
    if (!__builtin_add_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline int64_t otp_try_sub_i64(int64_t a, int64_t b, uint32_t *fault)
{
    int64_t result;
    if (!__builtin_sub_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline int64_t otp_try_mul_i64(int64_t a, int64_t b, uint32_t *fault)
{
    int64_t result;
    if (!__builtin_mul_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

/* Rounds towards zero, as C does. */
static inline int64_t otp_try_div_i64(int64_t a, int64_t b, uint32_t *fault)
{
    if (b != 0 && !(a == INT64_MIN && b == -1))
        return a / b;
    otp_note_fault(fault, b == 0 ? OTP_FAULT_DIVISION_BY_ZERO : OTP_FAULT_OVERFLOW);
    return 0;
}

/* Has the sign of a, as in C. */
static inline int64_t otp_try_mod_i64(int64_t a, int64_t b, uint32_t *fault)
{
    if (b != 0)
        return b == -1 ? 0 : a % b;
    otp_note_fault(fault, OTP_FAULT_DIVISION_BY_ZERO);
    return 0;
}

static inline uint64_t otp_try_add_u64(uint64_t a, uint64_t b, uint32_t *fault)
{
    uint64_t result;
    if (!__builtin_add_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline uint64_t otp_try_sub_u64(uint64_t a, uint64_t b, uint32_t *fault)
{
    uint64_t result;
    if (!__builtin_sub_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline uint64_t otp_try_mul_u64(uint64_t a, uint64_t b, uint32_t *fault)
{
    uint64_t result;
    if (!__builtin_mul_overflow(a, b, &result))
        return result;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline uint64_t otp_try_div_u64(uint64_t a, uint64_t b, uint32_t *fault)
{
    if (b != 0)
        return a / b;
    otp_note_fault(fault, OTP_FAULT_DIVISION_BY_ZERO);
    return 0;
}

static inline uint64_t otp_try_mod_u64(uint64_t a, uint64_t b, uint32_t *fault)
{
    if (b != 0)
        return a % b;
    otp_note_fault(fault, OTP_FAULT_DIVISION_BY_ZERO);
    return 0;
}

/* n, which should be in that range. */
static inline int64_t otp_try_within(int64_t n, int64_t least, int64_t most, uint32_t *fault)
{
    if (n >= least && n <= most)
        return n;
    otp_note_fault(fault, OTP_FAULT_OVERFLOW);
    return 0;
}

static inline int8_t otp_try_to_i8(int64_t n, uint32_t *fault)
{
    return (int8_t)otp_try_within(n, INT8_MIN, INT8_MAX, fault);
}

static inline int16_t otp_try_to_i16(int64_t n, uint32_t *fault)
{
    return (int16_t)otp_try_within(n, INT16_MIN, INT16_MAX, fault);
}

static inline int32_t otp_try_to_i32(int64_t n, uint32_t *fault)
{
    return (int32_t)otp_try_within(n, INT32_MIN, INT32_MAX, fault);
}

static inline uint8_t otp_try_to_u8(int64_t n, uint32_t *fault)
{
    return (uint8_t)otp_try_within(n, 0, UINT8_MAX, fault);
}

static inline uint16_t otp_try_to_u16(int64_t n, uint32_t *fault)
{
    return (uint16_t)otp_try_within(n, 0, UINT16_MAX, fault);
}

static inline uint32_t otp_try_to_u32(int64_t n, uint32_t *fault)
{
    return (uint32_t)otp_try_within(n, 0, UINT32_MAX, fault);
}

/* -- results, or the end of the process -- */

static inline int64_t otp_add_i64(int64_t a, int64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    int64_t result = otp_try_add_i64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline int64_t otp_sub_i64(int64_t a, int64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    int64_t result = otp_try_sub_i64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline int64_t otp_mul_i64(int64_t a, int64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    int64_t result = otp_try_mul_i64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

/* Rounds towards zero, as C does. */
static inline int64_t otp_div_i64(int64_t a, int64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    int64_t result = otp_try_div_i64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

/* Has the sign of a, as in C. */
static inline int64_t otp_mod_i64(int64_t a, int64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    int64_t result = otp_try_mod_i64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline uint64_t otp_add_u64(uint64_t a, uint64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    uint64_t result = otp_try_add_u64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline uint64_t otp_sub_u64(uint64_t a, uint64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    uint64_t result = otp_try_sub_u64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline uint64_t otp_mul_u64(uint64_t a, uint64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    uint64_t result = otp_try_mul_u64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline uint64_t otp_div_u64(uint64_t a, uint64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    uint64_t result = otp_try_div_u64(a, b, &fault);
    otp_no_fault(fault);
    return result;
}

static inline uint64_t otp_mod_u64(uint64_t a, uint64_t b)
{
    uint32_t fault = OTP_FAULT_NONE;
    uint64_t result = otp_try_mod_u64(a, b, &fault);
    otp_no_fault(fault);
    return result;
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
