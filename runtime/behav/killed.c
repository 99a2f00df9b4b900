/* killed.c - who had to be killed when a tree was stopped.
 *
 * Idea: see killed.h. Whoever else has started a supervisor must not be bothered by messages that
 * he does not know, so its kind is looked at first; kills are rare.
 * Threads: a supervisor's process.
 * Locks: none.
 * Owns: nothing. */
#include "behav/killed.h"

#include "base/text.h"

static const struct otp_ref refs[] = { { OTP_REF_TEXT, 0, 0, 0, 0, NULL } };
static const struct otp_layout layout = { sizeof(otp_str), 1, refs };
static const struct otp_message_type type = { .name = "killed",
                                              .message_class = OTP_CLASS_EVENT,
                                              .args = &layout };

static bool understands(otp_pid pid)
{
    static const char *const kinds[] = { "supervisor", "dynamic_supervisor", "partition_supervisor",
                                         "application" };
    struct otp_proc_info info;
    if (otp_process_info(pid, &info) != OTP_OK || info.behaviour == NULL)
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(info.behaviour, kinds[i]) == 0)
            return true;
    return false;
}

void otpi_killed_tell(const char *child, otp_str below)
{
    char path[OTPI_KILLED_MAX];
    struct otpi_text text;
    otp_pid parent = otp_parent();
    if (!understands(parent))
        return;
    otpi_text_begin(&text, path, sizeof(path));
    otpi_text_add_string(&text, child);
    if (below.size > 0) {
        otpi_text_add_string(&text, "/");
        otpi_text_add(&text, below.data, below.size);
    }
    otp_str args = { path, text.used };
    /* No memory: the log has named the child already. */
    (void)otp_publish(&parent, 1, &type, &args);
}

bool otpi_killed_hear(const struct otp_message *message, otp_str *path)
{
    if (message->type != &type)
        return false;
    *path = *(const otp_str *)message->args;
    return true;
}
