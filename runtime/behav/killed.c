/* killed.c - who had to be killed when a tree was stopped.
 *
 * Idea: see killed.h. Whoever else has started a supervisor must not be bothered by messages that
 * he does not know, so its kind is looked at first; kills are rare.
 * Threads: a supervisor's process; to give up, any.
 * Locks: none.
 * Owns: nothing. */
#include "behav/killed.h"

#include <otp/log.h>

#include "base/alloc.h"
#include "base/text.h"

static const struct otp_ref refs[] = { { OTP_REF_TEXT, 0, 0, 0, 0, NULL } };
static const struct otp_layout layout = { sizeof(otp_str), 1, refs };
static const struct otp_message_type type = { .name = "killed",
                                              .message_class = OTP_CLASS_EVENT,
                                              .args = &layout };

/* A supervisor, or an application's master. */
static bool is_above_others(const struct otp_proc_info *info)
{
    static const char *const kinds[] = { "supervisor", "dynamic_supervisor", "partition_supervisor",
                                         "application" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (info->behaviour != NULL && strcmp(info->behaviour, kinds[i]) == 0)
            return true;
    return false;
}

static bool understands(otp_pid pid)
{
    struct otp_proc_info info;
    return otp_process_info(pid, &info) == OTP_OK && is_above_others(&info);
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

/* -- of all -- */

enum { NAMES_MAX = 400, OFTEN_ENOUGH = 8 };

/* Those who are left, as text. */
struct left {
    char names[NAMES_MAX];
    struct otpi_text text;
    size_t unnamed; /* how many there are besides */
};

static void add_left(struct left *left, otp_pid pid)
{
    struct otp_proc_info info;
    char number[32];
    if (otp_process_info(pid, &info) != OTP_OK || is_above_others(&info))
        return;
    const char *name = info.name != NULL ? info.name : info.module;
    if (name != NULL && strcmp(info.behaviour, "application_controller") == 0)
        return;
    size_t room = left->text.size - left->text.used;
    if (name == NULL || strlen(name) + sizeof(number) + 4 > room) {
        left->unnamed++;
        return;
    }
    otpi_text_add_string(&left->text, left->text.used > 0 ? ", " : "");
    otpi_text_add_string(&left->text, name);
    if (info.name == NULL) { /* one of many */
        otpi_text_add_string(&left->text, " ");
        otpi_text_add_string(&left->text, otp_pid_format(pid, number, sizeof(number)));
    }
}

/* All that there are, in memory of their own; NULL: there is none. Many may come meanwhile. */
static otp_pid *list_processes(size_t *n, size_t *room)
{
    otp_pid *pids = NULL;
    *n = *room = 0;
    for (int i = 0; i < OFTEN_ENOUGH; i++) {
        otpi_release(pids, *room * sizeof(*pids));
        *room = *n + *n / 4 + 64;
        pids = otpi_alloc(*room * sizeof(*pids));
        if (pids == NULL || otp_processes(pids, *room, n) != OTP_OK) {
            *n = 0;
            return pids;
        }
        if (*n <= *room)
            return pids;
    }
    *n = *room;
    return pids;
}

static void say(const struct otp_application *application, const char *why, const struct left *left)
{
    struct otp_log_event event = { .level = OTP_LOG_WARNING, .kind = OTP_LOG_APPLICATION };
    char line[NAMES_MAX + 120];
    struct otpi_text text;
    otpi_text_begin(&text, line, sizeof(line));
    otpi_text_add_string(&text, why);
    otpi_text_add_string(&text, ", what is left is killed: ");
    otpi_text_add_string(&text, left->names);
    if (left->unnamed > 0) {
        otpi_text_add_string(&text, left->text.used > 0 ? " and " : "");
        otpi_text_add_unsigned(&text, left->unnamed);
        otpi_text_add_string(&text, left->text.used > 0 ? " more" : " processes");
    }
    if (application != NULL) {
        event.module = application->name;
        event.source = application->source;
    }
    event.text = line;
    otp_log(&event);
}

void otpi_killed_give_up(const struct otp_application *application, const char *why, otp_pid except)
{
    struct left left = { .unnamed = 0 };
    size_t n, room;
    otp_pid *pids = list_processes(&n, &room);
    otpi_text_begin(&left.text, left.names, sizeof(left.names));
    for (size_t i = 0; i < n; i++)
        if (!otp_pid_equal(pids[i], except))
            add_left(&left, pids[i]);
    say(application, why, &left);
    otpi_release(pids, room * sizeof(*pids));
}
