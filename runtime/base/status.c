/* status.c - the text of a status.
 *
 * Idea: one list in otp/status.h has names and texts; this is its second reader.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include <otp/status.h>

#include <stddef.h>

static const char *const texts[OTP_STATUS_COUNT] = {
#define STATUS_TEXT(name, text) [OTP_##name] = text,
    OTP_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
};

const char *otp_status_text(otp_status status)
{
    size_t index = (size_t)status;
    return index < OTP_STATUS_COUNT ? texts[index] : "unknown status";
}
