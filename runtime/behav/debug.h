/* debug.h - what is shown of a genserver: status, traces, counts, the log of its crash.
 *
 * Idea: a server has one word for all of this, NULL as long as nobody asks; whoever looks at a
 * message's common path finds one flag. Whatever is shown goes through format_status first.
 * Threads: the server's process. */
#ifndef OTPI_DEBUG_H
#define OTPI_DEBUG_H

#include <otp/log.h>
#include <otp/sys.h>

#define OTPI_DEBUG_TEXT 1024 /* of a state; arguments and replies get half of it */

struct otpi_debug;

/* Part of a server's data. */
struct otpi_subject {
    const struct otp_genserver *module; /* const after start */
    void *state;
    struct otpi_debug *debug; /* owned memory; NULL: nothing is counted, told or kept */
    bool formatting;          /* format_status runs, or has ended the process */
};

/* A message with its arguments; type is NULL where it is none of the module's. */
struct otpi_shown {
    const struct otp_message *message;
    const struct otp_message_type *type;
    const void *args;
};

/* A message is about to be handled; a reply (NULL: an acknowledgement) to the last one goes out; it
 * is done with. Nothing if debug is NULL. */
void otpi_debug_in(struct otpi_subject *subject, const struct otpi_shown *shown);
void otpi_debug_out(struct otpi_subject *subject, const struct otp_message_type *type,
                    const void *reply);
void otpi_debug_state(struct otpi_subject *subject);

/* The state into out, through format_status unless raw. Returns its length. */
size_t otpi_debug_show(struct otpi_subject *subject, bool raw, char *out, size_t out_size);

/* Adds message, arguments, state, recent events to the event of an abnormal end, and the reason as
 * format_status has it. What it adds lives in scratch memory, *reason with who calls. */
void otpi_debug_report(struct otpi_subject *subject, const struct otpi_shown *shown,
                       otp_reason *reason, struct otp_log_event *event);

/* What sys.h says of each. OK, NOMEM, BADARG, NOT_FOUND. */
otp_status otpi_debug_count(struct otpi_subject *subject, bool on);
otp_status otpi_debug_counts(const struct otpi_subject *subject,
                             struct otp_sys_statistics *statistics);
otp_status otpi_debug_trace(struct otpi_subject *subject, bool on, otp_sys_hook hook,
                            void *context);
otp_status otpi_debug_keep(struct otpi_subject *subject, size_t n);
/* The lines into out; *size is their length, cut to out_size - 1. */
otp_status otpi_debug_kept(const struct otpi_subject *subject, char *out, size_t out_size,
                           size_t *size);

#endif
