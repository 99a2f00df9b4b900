/* misuse.c - who uses the library wrongly.
 *
 * Idea: see misuse.h. A process that is not there any more is nobody's mistake; what counts is what
 * a program could have known. Before start, after stop and in a forked child there is no hook that
 * could be told: only debug builds say it, on standard error. Which calls were answered last is
 * remembered where misuse is said, so that a second answer is told from one that came too late.
 * Threads: any, outside all locks. Locks: none. Owns: what it remembers.
 */
#include "base/misuse.h"
#include "base/apart.h"

#include <otp/log.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/fiber.h"
#include "core/misuse.h"
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

static void say(const char *function, const char *what, const char *cure)
{
    struct otp_log_event event = { .level = OTP_LOG_WARNING, .kind = OTP_LOG_MISUSE };
    const struct otpi_proc *proc = otpi_self_proc();
    struct otpi_text said;
    char text[192], thread[48];

    otpi_text_begin(&said, text, sizeof text);
    otpi_text_add_string(&said, function);
    otpi_text_add_string(&said, ": ");
    otpi_text_add_string(&said, what);
    if (cure != NULL) {
        otpi_text_add_string(&said, "; ");
        otpi_text_add_string(&said, cure);
    }
    event.text = text;
    event.pid = otp_self();
    if (event.pid.bits == 0) {
        otpi_plat_thread_text(thread, sizeof thread);
        event.thread = thread;
    }
    if (proc != NULL && proc->module != NULL) {
        event.module = proc->module->name;
        event.source = proc->module->source;
    }
    if (otpi_enter() == OTP_OK) {
        otp_log(&event);
        otpi_leave();
    } else if (DEBUG_BUILD) {
        print(&event);
    }
}

static bool is_said(void)
{
    bool said = DEBUG_BUILD;

    if (!said && otpi_enter() == OTP_OK) {
        said = otpi_rt->config.log_misuse;
        otpi_leave();
    }
    return said;
}

OTPI_APART otp_status otpi_judge_with(const char *function, otp_status status, const char *cure)
{
    if (is_misuse(status) && is_said())
        say(function, otp_status_text(status), cure);
    return status;
}

OTPI_APART otp_status otpi_judge(const char *function, otp_status status)
{
    return otpi_judge_with(function, status, NULL);
}

/* -- answers given twice: a late one is nobody's mistake, and looks the same -- */

#define ANSWERED 4096

static _Atomic uint64_t *answered_at(uint64_t id)
{
    return &otpi_rt->answered[(id ^ id >> OTPI_SLOT_NUMBER_BITS) % ANSWERED];
}

void otpi_misuse_begin(void)
{
    if (DEBUG_BUILD || otpi_rt->config.log_misuse)
        otpi_rt->answered = otpi_alloc_zero(ANSWERED * sizeof *otpi_rt->answered);
}

void otpi_misuse_end(void)
{
    otpi_release(otpi_rt->answered, ANSWERED * sizeof *otpi_rt->answered);
    otpi_rt->answered = NULL;
}

OTPI_APART void otpi_misuse_answered(uint64_t id)
{
    atomic_store_explicit(answered_at(id), id, memory_order_relaxed);
}

OTPI_APART bool otpi_misuse_was_answered(uint64_t id)
{
    return otpi_rt->answered != NULL &&
           atomic_load_explicit(answered_at(id), memory_order_relaxed) == id;
}

OTPI_APART void otpi_misuse_twice(const char *function)
{
    say(function, "answered already", NULL);
}
