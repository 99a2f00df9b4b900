/* log.c - an event as a line of text.
 *
 * Idea: key=value pairs in a fixed order, only those that the event has; a value with anything in
 * it that could be mistaken is quoted. What does not fit is cut, but the line always ends with its
 * newline.
 * Threads: any. Locks: none. Owns: nothing. */
#include <otp/log.h>

#include "base/text.h"

static const char *const level_names[] = { "debug", "info", "warning", "error" };
static const char *const kind_names[] = { "exit",         "child_exit", "restart",
                                          "start_failed", "give_up",    "shutdown_kill",
                                          "unexpected",   "lost",       "application",
                                          "trace",        "stuck",      "misuse" };

/* One character of a quoted value. */
static void add_escaped(struct otpi_text *line, char c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)c;
    char escape[4] = { '\\', 'x', hex[byte >> 4], hex[byte & 15] };
    if (c == '"' || c == '\\') {
        escape[1] = c;
        otpi_text_add(line, escape, 2);
    } else if (c == '\n') {
        otpi_text_add(line, "\\n", 2);
    } else if (byte < 0x20 || byte == 0x7f) {
        otpi_text_add(line, escape, sizeof(escape));
    } else {
        otpi_text_add(line, &c, 1);
    }
}

static bool is_plain(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte <= 0x20 || byte == 0x7f || *at == '"' || *at == '\\' || *at == '=')
            return false;
    }
    return *value != '\0';
}

/* key=value; nothing if value is NULL. */
static void add_pair(struct otpi_text *line, const char *key, const char *value)
{
    if (value == NULL)
        return;
    if (line->used > 0)
        otpi_text_add(line, " ", 1);
    otpi_text_add_string(line, key);
    otpi_text_add(line, "=", 1);
    if (is_plain(value)) {
        otpi_text_add_string(line, value);
        return;
    }
    otpi_text_add(line, "\"", 1);
    for (; *value != '\0'; value++)
        add_escaped(line, *value);
    otpi_text_add(line, "\"", 1);
}

static void add_pid(struct otpi_text *line, const char *key, otp_pid pid)
{
    char text[32];
    if (pid.bits != 0)
        add_pair(line, key, otp_pid_format(pid, text, sizeof(text)));
}

static const char *level_name(uint32_t level)
{
    return level < sizeof(level_names) / sizeof(*level_names) ? level_names[level] : "unknown";
}

static const char *kind_name(uint32_t kind)
{
    return kind < sizeof(kind_names) / sizeof(*kind_names) ? kind_names[kind] : "unknown";
}

size_t otp_log_format(const struct otp_log_event *event, char *out, size_t out_size)
{
    char reason[128];
    struct otpi_text line;
    otpi_text_begin(&line, out, out_size > 1 ? out_size - 1 : out_size); /* newline */
    add_pair(&line, "level", level_name(event->level));
    add_pair(&line, "event", kind_name(event->kind));
    add_pid(&line, "pid", event->pid);
    add_pair(&line, "name", event->name);
    add_pair(&line, "module", event->module);
    add_pair(&line, "source", event->source);
    add_pair(&line, "thread", event->thread);
    add_pair(&line, "child", event->child);
    add_pid(&line, "child_pid", event->child_pid);
    add_pair(&line, "message", event->message);
    add_pair(&line, "arguments", event->arguments);
    add_pid(&line, "client", event->client);
    if (event->reason != NULL)
        add_pair(&line, "reason", otp_reason_format(*event->reason, reason, sizeof(reason)));
    add_pair(&line, "text", event->text);
    add_pair(&line, "state", event->state);
    add_pair(&line, "recent", event->recent);
    if (out_size > 1) {
        out[line.used++] = '\n';
        out[line.used] = '\0';
    }
    return line.used;
}
