/* pid_format.c - a pid as text.
 *
 * Idea: "<0.SLOT.GENERATION>" as Erlang prints one, the 0 for this node. The bits are the slot's
 * number plus one in the low 28 and its generation above.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include <otp/pid.h>

#include "base/text.h"

enum { SLOT_BITS = 28 };

const char *otp_pid_format(otp_pid pid, char *out, size_t out_size)
{
    struct otpi_text text;
    otpi_text_begin(&text, out, out_size);
    if (pid.bits == 0) {
        otpi_text_add_string(&text, "<none>");
        return out;
    }
    otpi_text_add_string(&text, "<0.");
    otpi_text_add_unsigned(&text, (pid.bits & ((1u << SLOT_BITS) - 1)) - 1);
    otpi_text_add_string(&text, ".");
    otpi_text_add_unsigned(&text, pid.bits >> SLOT_BITS);
    otpi_text_add_string(&text, ">");
    return out;
}
