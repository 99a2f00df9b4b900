/* misuse.c - who uses the library wrongly.
 *
 * Idea: see misuse.h. A process that is not there any more is nobody's mistake; what counts is what
 * a program could have known. Before start, after stop and in a forked child there is no hook that
 * could be told: only debug builds say it, on standard error.
 * Threads: any, outside all locks. Locks: none. Owns: nothing.
 */
#include "base/misuse.h"
#include "base/apart.h"

#include <otp/log.h>

#include "base/text.h"
#include "core/fiber.h"
#include "core/self.h"

#ifdef OTP_DEBUG
enum { DEBUG_BUILD = 1 };
#else
enum { DEBUG_BUILD = 0 };
#endif

static bool is_misuse(otp_status status)
{
    return status == OTP_BADARG || status == OTP_WRONG_THREAD || status == OTP_CALLING_SELF ||
           status == OTP_WRONG_MODULE || status == OTP_NOT_RUNNING || status == OTP_FORKED ||
           status == OTP_NOT_OWNER;
}

static void print(const struct otp_log_event *event)
{
    char line[256];
    size_t size = otp_log_format(event, line, sizeof line);

    otpi_plat_print_error(line, size);
}

OTPI_APART otp_status otpi_judge(const char *function, otp_status status)
{
    struct otp_log_event event = { .level = OTP_LOG_WARNING, .kind = OTP_LOG_MISUSE };
    const struct otpi_proc *proc = otpi_self_proc();
    struct otpi_text said;
    char text[128];

    if (!is_misuse(status))
        return status;
    otpi_text_begin(&said, text, sizeof text);
    otpi_text_add_string(&said, function);
    otpi_text_add_string(&said, ": ");
    otpi_text_add_string(&said, otp_status_text(status));
    event.text = text;
    event.pid = otp_self();
    if (proc != NULL && proc->module != NULL) {
        event.module = proc->module->name;
        event.source = proc->module->source;
    }
    if (otpi_enter() == OTP_OK) {
        if (DEBUG_BUILD || otpi_rt->config.log_misuse)
            otp_log(&event);
        otpi_leave();
    } else if (DEBUG_BUILD) {
        print(&event);
    }
    return status;
}
