/* reason.c - reasons as values: made, compared, printed.
 *
 * Idea: see otp/reason.h. All 64 bytes are always written, so that a reason can be copied, hashed
 * and sent as it is.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include <otp/reason.h>

#include <string.h>

#include <otp/status.h>

#include "base/reason.h"
#include "base/text.h"

_Static_assert(sizeof(otp_reason) == 64, "a reason is one cache line");

otp_reason otp_reason_make(enum otp_reason_kind kind, const char *text, int64_t code)
{
    otp_reason reason;
    memset(&reason, 0, sizeof reason);
    reason.kind = (uint32_t)kind;
    reason.code = code;
    if (text != NULL) {
        size_t size =
            otpi_text_cut(text, strnlen(text, OTP_REASON_TEXT_MAX + 1), OTP_REASON_TEXT_MAX);
        memcpy(reason.text, text, size);
        reason.size = (uint32_t)size;
    }
    return reason;
}

const otp_reason otpi_reason_normal = { .kind = OTP_REASON_NORMAL };
const otp_reason otpi_reason_shutdown = { .kind = OTP_REASON_SHUTDOWN };
const otp_reason otpi_reason_kill = { .kind = OTP_REASON_KILL };
const otp_reason otpi_reason_killed = { .kind = OTP_REASON_KILLED };
const otp_reason otpi_reason_noproc = { .kind = OTP_REASON_NOPROC };

otp_reason otp_normal(void)
{
    return otpi_reason_normal;
}

otp_reason otp_shutdown(void)
{
    return otpi_reason_shutdown;
}

otp_reason otp_shutdown_with(const char *text)
{
    return otp_reason_make(OTP_REASON_SHUTDOWN, text, 0);
}

otp_reason otp_kill(void)
{
    return otpi_reason_kill;
}

otp_reason otp_error(const char *text)
{
    return otp_reason_make(OTP_REASON_ERROR, text, 0);
}

otp_reason otp_error_code(const char *text, int64_t code)
{
    return otp_reason_make(OTP_REASON_ERROR, text, code);
}

bool otp_reason_equal(otp_reason a, otp_reason b)
{
    return a.kind == b.kind && a.code == b.code && a.size == b.size &&
           a.size <= OTP_REASON_TEXT_MAX && memcmp(a.text, b.text, a.size) == 0;
}

bool otp_reason_is_clean(otp_reason reason)
{
    return otpi_reason_is_clean(&reason);
}

static const char *name_kind(uint32_t kind)
{
    static const char *const names[] = {
        [OTP_REASON_NORMAL] = "normal",
        [OTP_REASON_SHUTDOWN] = "shutdown",
        [OTP_REASON_KILL] = "kill",
        [OTP_REASON_KILLED] = "killed",
        [OTP_REASON_NOPROC] = "noproc",
        [OTP_REASON_TIMEOUT] = "timeout",
        [OTP_REASON_CALLING_SELF] = "calling_self",
        [OTP_REASON_BAD_RETURN] = "bad_return",
        [OTP_REASON_NOMEM] = "nomem",
        [OTP_REASON_FAILED_START] = "failed_to_start_child",
        [OTP_REASON_STATUS] = "failed_call",
        [OTP_REASON_WRONG_MODULE] = "wrong_module",
        [OTP_REASON_ERROR] = "error",
    };
    return kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

static void add_own_text(struct otpi_text *out, const otp_reason *reason)
{
    size_t size = reason->size < OTP_REASON_TEXT_MAX ? reason->size : OTP_REASON_TEXT_MAX;
    otpi_text_add(out, reason->text, size);
}

/* "{shutdown, x}", "{bad_return, x}", or the bare name. */
static void add_kind_and_text(struct otpi_text *out, const otp_reason *reason)
{
    if (reason->size == 0) {
        otpi_text_add_string(out, name_kind(reason->kind));
        return;
    }
    otpi_text_add_string(out, "{");
    otpi_text_add_string(out, name_kind(reason->kind));
    otpi_text_add_string(out, ", ");
    add_own_text(out, reason);
    otpi_text_add_string(out, "}");
}

static void add_code(struct otpi_text *out, const otp_reason *reason)
{
    if (reason->code == 0)
        return;
    otpi_text_add_string(out, " (");
    otpi_text_add_number(out, reason->code);
    otpi_text_add_string(out, ")");
}

/* The code is the kind of the child's own reason. */
static void add_failed_start(struct otpi_text *out, const otp_reason *reason)
{
    otpi_text_add_string(out, "{shutdown, {failed_to_start_child, ");
    add_own_text(out, reason);
    otpi_text_add_string(out, ", ");
    otpi_text_add_string(out, name_kind((uint32_t)reason->code));
    otpi_text_add_string(out, "}}");
}

static void add_status(struct otpi_text *out, const otp_reason *reason)
{
    otpi_text_add_string(out, "failed call: ");
    otpi_text_add_string(out, otp_status_text((otp_status)reason->code));
}

const char *otp_reason_format(otp_reason reason, char *out, size_t out_size)
{
    struct otpi_text text;
    otpi_text_begin(&text, out, out_size);
    if (reason.kind == OTP_REASON_FAILED_START) {
        add_failed_start(&text, &reason);
    } else if (reason.kind == OTP_REASON_STATUS) {
        add_status(&text, &reason);
    } else if (reason.kind == OTP_REASON_ERROR && reason.size > 0) {
        add_own_text(&text, &reason);
        add_code(&text, &reason);
    } else {
        add_kind_and_text(&text, &reason);
        add_code(&text, &reason);
    }
    return out;
}
