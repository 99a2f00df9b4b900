/* debug.c - what is shown of a genserver: status, traces, counts, the log of its crash.
 *
 * Idea: events are made only while somebody counts, traces or keeps them; each is text by the
 * descriptions of the module. format_status runs before anything is shown. It is the user's and may
 * end the process; a flag that stays set then says so, and the log shows nothing of the state.
 * Threads: the server's process. Locks: none.
 * Owns: struct otpi_debug and its lines, in owned memory. */
#include "behav/debug.h"

#include <otp/memory.h>
#include <otp/process.h>

#include "base/text.h"

enum { LINE = 256 };

static const char hidden_text[] = "***";

struct otpi_debug {
    bool counts, traces;
    struct otp_sys_statistics statistics;
    otp_sys_hook hook; /* NULL: to the log */
    void *context;     /* borrowed */
    otp_pid client;    /* of the message being handled */
    char *lines;       /* capacity of LINE bytes each; NULL: none are kept */
    size_t capacity;
    size_t kept; /* since they are kept; the last is at (kept - 1) % capacity */
};

/* -- format_status -- */

void otp_format_hide(struct otp_format *format, const char *name)
{
    if (format->n_names_ == OTP_FORMAT_NAMES_MAX || name == NULL) {
        format->all_ = true;
        return;
    }
    format->names_[format->n_names_++] = name;
}

void otp_format_hide_all(struct otp_format *format)
{
    format->all_ = true;
}

void otp_format_state(struct otp_format *format, const char *text)
{
    format->state_ = text;
}

/* What may be shown. */
static void ask_format(struct otpi_subject *subject, enum otp_format_purpose purpose,
                       const otp_reason *reason, struct otp_format *format)
{
    memset(format, 0, sizeof *format);
    format->purpose = purpose;
    format->reason = reason == NULL ? otp_normal() : *reason;
    format->all_ = subject->formatting;
    if (subject->module->format_status == NULL || subject->formatting)
        return;
    subject->formatting = true;
    subject->module->format_status(subject->state, format);
    subject->formatting = false;
}

/* A text made by format_status or for hidden values; NULL: description and value decide. */
static const char *instead(const struct otp_format *format, const char *text)
{
    return format->all_ ? hidden_text : text;
}

static size_t describe(const struct otp_format *format, const struct otp_description *description,
                       const void *value, const char *text, char *out, size_t out_size)
{
    struct otp_hidden hidden = { format->names_, format->n_names_ };
    struct otpi_text line;
    text = instead(format, text);
    if (text == NULL && description != NULL && value != NULL)
        return otp_describe(description, value, &hidden, out, out_size);
    otpi_text_begin(&line, out, out_size);
    otpi_text_add_string(&line, text == NULL ? "" : text);
    return line.used;
}

size_t otpi_debug_show(struct otpi_subject *subject, bool raw, char *out, size_t out_size)
{
    struct otp_format format = { 0 };
    if (!raw)
        ask_format(subject, OTP_FORMAT_STATUS, NULL, &format);
    return describe(&format, subject->module->state_description, subject->state, format.state_, out,
                    out_size);
}

/* -- messages as text -- */

/* DOWN and EXIT. */
struct end_args {
    otp_pid pid;
    otp_reason reason;
};

static const struct otp_field end_fields[] = {
    { "pid", OTP_TYPE_PID, OTP_FIELD_ONE, offsetof(struct end_args, pid), 0, NULL },
    { "reason", OTP_TYPE_REASON, OTP_FIELD_ONE, offsetof(struct end_args, reason), 0, NULL },
};
static const struct otp_description end_description = { OTP_TYPE_STRUCT, sizeof(struct end_args), 2,
                                                        end_fields, NULL };

static const char *word_of(const struct otpi_shown *shown)
{
    static const char *const classes[] = { "call", "call", "cast", "info", "continue", "event" };
    if (shown->type != NULL)
        return classes[shown->type->message_class];
    if (shown->message == NULL)
        return NULL;
    switch ((enum otp_message_kind)shown->message->kind) {
    case OTP_MESSAGE_DOWN: return "down";
    case OTP_MESSAGE_EXIT: return "exit";
    case OTP_MESSAGE_TIMER: return "idle";
    case OTP_MESSAGE_STARTED: return "started";
    case OTP_MESSAGE_STOP: return "stop";
    case OTP_MESSAGE_SYSTEM: return "system";
    case OTP_MESSAGE_EVENT:
    case OTP_MESSAGE_USER: break;
    }
    return NULL;
}

static void describe_args(const struct otp_format *format, const struct otpi_shown *shown,
                          char *out, size_t out_size)
{
    struct end_args end;
    const struct otp_description *description = NULL;
    const void *args = NULL;
    if (shown->type != NULL) {
        description = shown->type->args_description;
        args = shown->args;
    } else if (shown->message != NULL && shown->message->reason != NULL) {
        end.pid = shown->message->pid;
        end.reason = *shown->message->reason;
        description = &end_description;
        args = &end;
    }
    if (args == NULL)
        out[0] = '\0';
    else
        (void)describe(format, description, args, NULL, out, out_size);
}

/* -- events -- */

static void log_event(const struct otpi_subject *subject, const struct otp_sys_event *event)
{
    struct otp_log_event log = { 0 };
    log.level = OTP_LOG_DEBUG;
    log.kind = OTP_LOG_TRACE;
    log.pid = event->pid;
    log.module = event->module;
    log.source = subject->module->module.source;
    log.message = event->message;
    log.client = event->client;
    if (event->kind == OTP_SYS_STATE) {
        log.state = event->text;
        log.text = "state";
    } else {
        log.arguments = event->text[0] == '\0' ? NULL : event->text;
        log.text = event->kind == OTP_SYS_IN ? event->type : "reply";
    }
    otp_log(&log);
}

static void add_word(struct otpi_text *line, const char *word)
{
    if (word == NULL || *word == '\0')
        return;
    if (line->used > 0)
        otpi_text_add(line, " ", 1);
    otpi_text_add_string(line, word);
}

static void keep_line(struct otpi_debug *debug, const struct otp_sys_event *event)
{
    static const char *const words[] = { NULL, "reply", "state" };
    char pid[40];
    struct otpi_text line;
    otpi_text_begin(&line, debug->lines + debug->kept++ % debug->capacity * LINE, LINE - 1);
    add_word(&line, event->kind == OTP_SYS_IN ? event->type : words[event->kind]);
    add_word(&line, event->message);
    if (event->kind != OTP_SYS_STATE && event->client.bits != 0) {
        add_word(&line, event->kind == OTP_SYS_IN ? "from" : "to");
        add_word(&line, otp_pid_format(event->client, pid, sizeof pid));
    }
    add_word(&line, event->text);
    memcpy(line.out + line.used, "\n", 2);
}

/* Fills in the rest of the event and tells it. */
static void tell(struct otpi_subject *subject, struct otp_sys_event *event)
{
    struct otpi_debug *debug = subject->debug;
    event->pid = otp_self();
    event->module = subject->module->module.name;
    if (debug->lines != NULL)
        keep_line(debug, event);
    if (debug->traces && debug->hook != NULL)
        debug->hook(debug->context, event);
    else if (debug->traces)
        log_event(subject, event);
}

static bool tells(const struct otpi_debug *debug)
{
    return debug->traces || debug->lines != NULL;
}

void otpi_debug_in(struct otpi_subject *subject, const struct otpi_shown *shown)
{
    struct otpi_debug *debug = subject->debug;
    char text[OTPI_DEBUG_TEXT / 2];
    if (debug == NULL)
        return;
    bool is_continue = shown->message == NULL;
    debug->statistics.messages_in += !is_continue;
    debug->statistics.reductions++;
    if (!is_continue)
        debug->client = shown->message->pid;
    if (!tells(debug))
        return;
    struct otp_format format;
    struct otp_sys_event event = { 0 };
    ask_format(subject, OTP_FORMAT_TRACE, NULL, &format);
    describe_args(&format, shown, text, sizeof text);
    event.kind = OTP_SYS_IN;
    event.type = word_of(shown);
    event.message = shown->type == NULL ? NULL : shown->type->name;
    if (shown->type != NULL && !is_continue)
        event.client = debug->client;
    event.text = text;
    tell(subject, &event);
}

void otpi_debug_out(struct otpi_subject *subject, const struct otp_message_type *type,
                    const void *reply)
{
    struct otpi_debug *debug = subject->debug;
    char text[OTPI_DEBUG_TEXT / 2];
    if (debug == NULL)
        return;
    debug->statistics.messages_out++;
    if (!tells(debug))
        return;
    struct otp_format format;
    struct otp_sys_event event = { 0 };
    ask_format(subject, OTP_FORMAT_TRACE, NULL, &format);
    text[0] = '\0';
    if (reply != NULL)
        (void)describe(&format, type->reply_description, reply, NULL, text, sizeof text);
    event.kind = OTP_SYS_OUT;
    event.type = "call";
    event.message = type->name;
    event.client = debug->client;
    event.text = text;
    tell(subject, &event);
}

void otpi_debug_state(struct otpi_subject *subject)
{
    char text[OTPI_DEBUG_TEXT];
    if (subject->debug == NULL || !tells(subject->debug))
        return;
    struct otp_format format;
    struct otp_sys_event event = { 0 };
    ask_format(subject, OTP_FORMAT_TRACE, NULL, &format);
    (void)describe(&format, subject->module->state_description, subject->state, format.state_, text,
                   sizeof text);
    event.kind = OTP_SYS_STATE;
    event.text = text;
    tell(subject, &event);
}

/* -- switching -- */

/* The word, made if there is none. NULL: no memory. */
static struct otpi_debug *need(struct otpi_subject *subject)
{
    if (subject->debug == NULL)
        subject->debug = otp_alloc(sizeof *subject->debug);
    return subject->debug;
}

static void drop_unused(struct otpi_subject *subject)
{
    struct otpi_debug *debug = subject->debug;
    if (debug == NULL || debug->counts || tells(debug))
        return;
    otp_free(debug);
    subject->debug = NULL;
}

otp_status otpi_debug_count(struct otpi_subject *subject, bool on)
{
    struct otpi_debug *debug = need(subject);
    if (debug == NULL)
        return OTP_NOMEM;
    memset(&debug->statistics, 0, sizeof debug->statistics);
    debug->statistics.start_time = otp_now();
    debug->counts = on;
    drop_unused(subject);
    return OTP_OK;
}

otp_status otpi_debug_counts(const struct otpi_subject *subject,
                             struct otp_sys_statistics *statistics)
{
    if (subject->debug == NULL || !subject->debug->counts)
        return OTP_NOT_FOUND;
    *statistics = subject->debug->statistics;
    statistics->current_time = otp_now();
    return OTP_OK;
}

otp_status otpi_debug_trace(struct otpi_subject *subject, bool on, otp_sys_hook hook, void *context)
{
    struct otpi_debug *debug = need(subject);
    if (debug == NULL)
        return OTP_NOMEM;
    debug->traces = on;
    debug->hook = hook;
    debug->context = context;
    drop_unused(subject);
    return OTP_OK;
}

otp_status otpi_debug_keep(struct otpi_subject *subject, size_t n)
{
    if (n > OTP_SYS_LOG_MAX)
        return OTP_BADARG;
    struct otpi_debug *debug = need(subject);
    char *lines = debug == NULL || n == 0 ? NULL : otp_alloc(n * LINE);
    if (n > 0 && lines == NULL) {
        drop_unused(subject);
        return OTP_NOMEM;
    }
    if (debug != NULL) {
        otp_free(debug->lines);
        debug->lines = lines;
        debug->capacity = n;
        debug->kept = 0;
    }
    drop_unused(subject);
    return OTP_OK;
}

otp_status otpi_debug_kept(const struct otpi_subject *subject, char *out, size_t out_size,
                           size_t *size)
{
    const struct otpi_debug *debug = subject->debug;
    struct otpi_text text;
    if (debug == NULL || debug->lines == NULL)
        return OTP_NOT_FOUND;
    otpi_text_begin(&text, out, out_size);
    size_t i = debug->kept > debug->capacity ? debug->kept - debug->capacity : 0;
    for (; i < debug->kept; i++)
        otpi_text_add_string(&text, debug->lines + i % debug->capacity * LINE);
    *size = text.used;
    return OTP_OK;
}

/* -- the log of a crash -- */

/* Scratch memory with an empty text; NULL: none. */
static char *new_text(size_t size)
{
    char *text = otp_scratch(size);
    if (text != NULL)
        text[0] = '\0';
    return text;
}

/* NULL for an empty text: the log leaves it out. */
static const char *or_nothing(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

void otpi_debug_report(struct otpi_subject *subject, const struct otpi_shown *shown,
                       otp_reason *reason, struct otp_log_event *event)
{
    size_t kept_size = 0, args_size = OTPI_DEBUG_TEXT / 2;
    struct otp_format format;
    ask_format(subject, OTP_FORMAT_CRASH, reason, &format);
    *reason = format.reason;
    event->reason = reason;
    event->message = shown->type != NULL ? shown->type->name : word_of(shown);
    char *args = new_text(args_size), *state = new_text(OTPI_DEBUG_TEXT);
    if (args != NULL)
        describe_args(&format, shown, args, args_size);
    if (state != NULL)
        (void)describe(&format, subject->module->state_description, subject->state, format.state_,
                       state, OTPI_DEBUG_TEXT);
    event->arguments = or_nothing(args);
    event->state = or_nothing(state);
    if (subject->debug == NULL || subject->debug->lines == NULL)
        return;
    size_t size = subject->debug->capacity * LINE;
    char *recent = new_text(size);
    if (recent != NULL)
        (void)otpi_debug_kept(subject, recent, size, &kept_size);
    event->recent = or_nothing(recent);
}
