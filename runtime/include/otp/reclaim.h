/* reclaim.h - memory that others may still be reading when it is given back.
 *
 * Idea: who reads without a lock pins before it follows an address and unpins when it is done with
 * what it found. Who takes a block out of what others read retires it: it is freed once no pin is
 * left that could have seen it. A pin costs two plain stores; what it must be paid for is paid by
 * who retires, once for many blocks.
 * What takes long, like freeing a big table, is done later: in slices, by workers that have nothing
 * better to do, a slice a millisecond when all are busy.
 * Threads: any that is inside the runtime (otp_enter_shared, or a process).
 */
#ifndef OTP_RECLAIM_H
#define OTP_RECLAIM_H

#include <otp/version.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The head of what can be retired. */
struct otp_retired {
    struct otp_retired *next_; /* owner: the library, once it is retired */
    size_t size_;              /* in all; 0: it is a struct otp_later; or what otp/slabs.h says */
};

/* Work for later, inside whatever it is about. */
struct otp_later {
    struct otp_retired head_;
    /* Does a part of it, not much more than fifty microseconds; true: there is more. Takes later
     * when it gives false. On any thread, under no lock; calls nothing that may wait. */
    bool (*run)(struct otp_later *later);
};

/* A bit of otp_pin's result: the thread is not the only one of that number. */
#define OTP_PIN_SHARED 0x80000000u

OTP_BEGIN_DECLS

/* From here to otp_unpin no block is freed that the caller can find. Nothing in between may wait,
 * leave the frame or pin again. Gives the number of the thread, for what is counted per thread:
 * small, and its own; or with OTP_PIN_SHARED. */
OTP_API uint32_t otp_pin(void);
OTP_API void otp_unpin(void);

/* Memory of size bytes for a block, aligned to 16, not zeroed; NULL: none. It is freed by
 * otp_retire, or by otp_block_free if nobody else has ever seen it. */
OTP_API OTP_MUST_CHECK void *otp_block(size_t size);
OTP_API void otp_block_free(void *block, size_t size);
/* Frees it when nobody can see it any more: in some otp_unpin or otp_reclaim. No new reader finds
 * it already. Takes block, whose first bytes are its head; readers do not look at those. */
OTP_API void otp_retire(void *block, size_t size);
/* The same of a block whose head has its size already, which readers may look at, or is one of
 * slabs, or of an otp_later, which runs then. bytes: what it takes. */
OTP_API void otp_retire_sized(struct otp_retired *block, size_t bytes);
/* Runs it when nobody can see any more what it is about. Takes later. */
OTP_API void otp_retire_later(struct otp_later *later);
/* Frees some hundred blocks of what can be freed by now, unless somebody else is at it. */
OTP_API void otp_reclaim(void);

/* Runs it soon; when the runtime stops, by then. Takes later. */
OTP_API void otp_do_later(struct otp_later *later);

OTP_END_DECLS

#endif
