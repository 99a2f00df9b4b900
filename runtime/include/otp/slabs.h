/* slabs.h - blocks that come in great number and go together.
 *
 * Idea: blocks of one size lie side by side in a slab, without anything between them; a slab
 * is a quarter as large at most as what there is of its size. So a million blocks that end one by
 * one leave nothing behind that would have to be put in order at once, and when their owner ends
 * they need not be looked at: their slabs go, the large ones in parts. A block begins with its head
 * and is retired as others are.
 * Threads: any that is inside the runtime.
 */
#ifndef OTP_SLABS_H
#define OTP_SLABS_H

#include <otp/reclaim.h>

#define OTP_SLABS_MAX ((size_t)1024 * 1024) /* bytes of the largest block that there can be */

struct otp_slabs;

OTP_BEGIN_DECLS

/* For blocks of up to `largest` bytes, OTP_SLABS_MAX at most. NULL: no memory. */
OTP_API OTP_MUST_CHECK struct otp_slabs *otp_slabs_new(size_t largest);
/* How many bytes a block of size bytes, OTP_SLABS_MAX at most, takes. */
OTP_API size_t otp_slabs_size(size_t size);
/* A block of size bytes, aligned to 16, not zeroed but for its head, which readers may look at for
 * its note. It is freed by otp_slabs_free or otp_retire_sized, or goes with slabs. NULL: no
 * memory. */
OTP_API OTP_MUST_CHECK void *otp_slabs_block(struct otp_slabs *slabs, size_t size, uint32_t note);
/* Nobody else has ever seen it, or does so any more. Takes block. */
OTP_API void otp_slabs_free(void *block);
/* Frees a part of slabs, in ten microseconds or so; false: that was all. Takes slabs when it gives
 * false. Nobody sees the n blocks that were neither freed nor retired; while those that were
 * retired are not freed, memory stays, and goes with the last of them. Only this follows it. */
OTP_API OTP_MUST_CHECK bool otp_slabs_drop(struct otp_slabs *slabs, uint64_t n);

/* -- inside a head -- */

/* In size_ of a block of a slab: this, its place from the slab on, and its note. */
#define OTP_SLABS_MARK_ ((size_t)1 << 63)

static inline bool otp_slabs_has(const struct otp_retired *head)
{
    return (head->size_ & OTP_SLABS_MARK_) != 0;
}

/* What it was made with. */
static inline uint32_t otp_slabs_note(const struct otp_retired *head)
{
    return (uint32_t)head->size_;
}

OTP_END_DECLS

#endif
