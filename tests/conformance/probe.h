/* probe.h - a genserver for tests, and a journal of what happened.
 *
 * Idea: the tables are what otpc would write, but each message carries the function that handles
 * it, so that a test's handlers stand in the test. Everything worth ordering is noted in one
 * journal; tests wait for notes and compare them, and never sleep. */
#ifndef OTP_TESTS_PROBE_H
#define OTP_TESTS_PROBE_H

#include <otp/otp.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "support.h"

/* -- waiting -- */

/* In a simulation a thread that waits outside the library would hold up all others: it asks again
 * and again instead, and each time others go on. */
static inline bool is_simulated(void)
{
    const char *seed = getenv("OTP_SIM_SEED");
    return seed != NULL && *seed != '\0';
}

/* Others go on: for loops that look at something. */
static inline void step_aside(void)
{
    if (is_simulated())
        (void)otp_now();
    else
        sched_yield();
}

/* For what must come: so long that only what hangs takes longer, whatever the machine does. */
#define PATIENCE OTP_HOUR

/* An upper bound of a time, with its slack. Any thread may stand still for longer on a machine that
 * does much else: one of TRIES tries is in time. */
#define IN_TIME(took, limit) ((took) <= (limit) + 50 * OTP_MS * support_slow())
#define TRIES                10

/* -- the journal -- */

#define NOTES 4096

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *notes[NOTES];
    size_t n;
} journal = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { NULL }, 0 };

static inline void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void note(const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pthread_mutex_lock(&journal.lock);
    ck_assert_uint_lt(journal.n, NOTES);
    journal.notes[journal.n++] = strdup(text);
    pthread_cond_broadcast(&journal.changed);
    pthread_mutex_unlock(&journal.lock);
}

/* How many notes are exactly text; under the lock. */
static inline size_t count_notes(const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < journal.n; i++)
        count += strcmp(journal.notes[i], text) == 0;
    return count;
}

/* All notes, in order, with commas; the caller frees it. */
static inline char *all_notes(void)
{
    char *text = calloc(NOTES, 64);
    size_t size = 0;
    pthread_mutex_lock(&journal.lock);
    for (size_t i = 0; i < journal.n; i++) {
        size_t room = (size_t)NOTES * 64 - size;
        size += (size_t)snprintf(text + size, room, "%s%s", i > 0 ? "," : "", journal.notes[i]);
    }
    pthread_mutex_unlock(&journal.lock);
    return text;
}

static inline size_t noted(const char *text);

/* Waits until the journal has that note n times; the test fails if it takes too long. */
static inline void await_notes(const char *text, size_t n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += support_patience();
    int rc = 0;
    for (long i = 0; is_simulated() && noted(text) < n && i < 1000000; i++)
        step_aside();
    pthread_mutex_lock(&journal.lock);
    while (count_notes(text) < n && rc == 0)
        rc = pthread_cond_timedwait(&journal.changed, &journal.lock, &until);
    pthread_mutex_unlock(&journal.lock);
    if (rc != 0)
        ck_abort_msg("'%s' not noted %zu times: %s", text, n, all_notes());
}

static inline void await_note(const char *text)
{
    await_notes(text, 1);
}

static inline size_t noted(const char *text)
{
    pthread_mutex_lock(&journal.lock);
    size_t count = count_notes(text);
    pthread_mutex_unlock(&journal.lock);
    return count;
}

static inline void forget_notes(void)
{
    pthread_mutex_lock(&journal.lock);
    for (size_t i = 0; i < journal.n; i++)
        free(journal.notes[i]);
    journal.n = 0;
    pthread_mutex_unlock(&journal.lock);
}

/* The journal is exactly this, notes parted by commas. */
static inline void expect_notes(const char *want)
{
    char *text = all_notes();
    ck_assert_str_eq(text, want);
    free(text);
}

/* The reason as text. */
static inline const char *reason_text(otp_reason reason, char text[128])
{
    return otp_reason_format(reason, text, 128);
}

/* -- gates: where a handler waits, holding its thread -- */

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
};

#define GATE                                                                                       \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                                 \
    }

static inline void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static inline bool gate_is_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    bool open = gate->open;
    pthread_mutex_unlock(&gate->lock);
    return open;
}

static inline void gate_pass(struct gate *gate)
{
    while (is_simulated() && !gate_is_open(gate))
        step_aside();
    pthread_mutex_lock(&gate->lock);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

/* -- the log hook: events become notes "log:KIND:CHILD:REASON" if that is wanted; the end of a
 * process, which is nobody's child, has the last message's name instead. That a worker is stuck may
 * come at any time on a busy machine, so it is noted only for who asks for it -- */

static otp_pid last_client; /* of the last event; under the journal's lock */
static bool note_stuck;

static inline void note_event(void *context, const struct otp_log_event *event)
{
    static const char *const kinds[] = { "exit",         "child_exit", "restart",
                                         "start_failed", "give_up",    "shutdown_kill",
                                         "unexpected",   "lost",       "application",
                                         "trace",        "stuck",      "misuse" };
    char text[128] = "";
    if (context == NULL || (event->kind == OTP_LOG_STUCK && !note_stuck))
        return;
    if (event->reason != NULL)
        otp_reason_format(*event->reason, text, sizeof(text));
    const char *about = event->child != NULL ? event->child : event->message;
    pthread_mutex_lock(&journal.lock);
    last_client = event->client;
    pthread_mutex_unlock(&journal.lock);
    note("log:%s:%s:%s", kinds[event->kind], about != NULL ? about : "", text);
}

static inline void start_workers(uint32_t workers, bool manual_clock, bool note_events)
{
    static int yes;
    struct otp_config config = { 0 };
    config.workers = workers;
    config.manual_clock = manual_clock;
    config.log = note_event;
    config.log_context = note_events ? &yes : NULL;
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
}

/* Four workers: some of them wait at gates. */
static inline void start_runtime(bool manual_clock, bool note_events)
{
    start_workers(4, manual_clock, note_events);
}

static inline void stop_runtime(void)
{
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}

/* -- the probe -- */

struct probe;

typedef otp_next (*probe_handler)(struct probe *self, otp_from from, void *context);

/* What each message of a probe carries. */
struct probe_args {
    probe_handler run;
    void *context;
};

struct probe_options {
    probe_handler init;      /* NULL: otp_ok() */
    void *context;           /* for init */
    otp_str label;           /* shows that options are copied */
    probe_handler terminate; /* after the note; its value is ignored; NULL: nothing */
};

struct probe {
    char label[24];
    uint64_t count;
    otp_from from; /* kept by tests of later replies */
    void *context;
    probe_handler terminate;
    probe_handler idle, down, exit; /* after the note; NULL: otp_noreply() */
    otp_monitor monitor;
    struct otp_table *table;
};

static const struct otp_ref probe_options_refs[] = {
    { OTP_REF_TEXT, 0, 0, offsetof(struct probe_options, label), 0, NULL },
};
static const struct otp_layout probe_options_layout = { sizeof(struct probe_options), 1,
                                                        probe_options_refs };
static const struct otp_layout probe_args_layout = { sizeof(struct probe_args), 0, NULL };
static const struct otp_layout probe_u64_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_ref probe_text_refs[] = { { OTP_REF_TEXT, 0, 0, 0, 0, NULL } };
static const struct otp_layout probe_text_layout = { sizeof(otp_str), 1, probe_text_refs };
static const struct otp_table_type probe_table_type = { OTP_KEY_PLAIN, &probe_u64_layout,
                                                        &probe_u64_layout };
static const struct otp_table_field probe_tables[] = {
    { "table", offsetof(struct probe, table), &probe_table_type },
};

static inline otp_next probe_init(void *self, const void *options)
{
    static const otp_from nobody;
    const struct probe_options *given = options;
    struct probe *probe = self;
    size_t size =
        given->label.size < sizeof(probe->label) ? given->label.size : sizeof(probe->label) - 1;
    if (size > 0)
        memcpy(probe->label, given->label.data, size);
    probe->terminate = given->terminate;
    return given->init != NULL ? given->init(probe, nobody, given->context) : otp_ok();
}

static inline otp_next probe_handle_down(void *self, otp_monitor monitor, otp_pid pid,
                                         otp_reason reason)
{
    static const otp_from nobody;
    struct probe *probe = self;
    char text[128];
    (void)pid;
    probe->monitor = monitor;
    note("down:%s", reason_text(reason, text));
    return probe->down != NULL ? probe->down(probe, nobody, probe->context) : otp_noreply();
}

static inline otp_next probe_handle_exit(void *self, otp_pid pid, otp_reason reason)
{
    static const otp_from nobody;
    struct probe *probe = self;
    char text[128];
    (void)pid;
    note("exit:%s", reason_text(reason, text));
    return probe->exit != NULL ? probe->exit(probe, nobody, probe->context) : otp_noreply();
}

static inline otp_next probe_handle_idle(void *self)
{
    static const otp_from nobody;
    struct probe *probe = self;
    note("idle");
    return probe->idle != NULL ? probe->idle(probe, nobody, probe->context) : otp_noreply();
}

/* "terminate:LABEL:REASON", or without a label "terminate:REASON". */
static inline void probe_handle_terminate(void *self, otp_reason reason)
{
    static const otp_from nobody;
    struct probe *probe = self;
    char text[128];
    note("terminate:%s%s%s", probe->label, probe->label[0] != '\0' ? ":" : "",
         reason_text(reason, text));
    if (probe->terminate != NULL)
        (void)probe->terminate(probe, nobody, probe->context);
}

/* Not trapping, with all callbacks. Each test has a process of its own, so it may change this
 * before it starts one: trap_exit, callbacks that are not there. */
static struct otp_genserver probe_module = {
    .module = { "tests.probe", "probe.h:1", 0, &probe_options_layout, otp_genserver_start },
    .state_size = sizeof(struct probe),
    .tables = probe_tables,
    .n_tables = 1,
    .init = probe_init,
    .handle_down = probe_handle_down,
    .handle_exit = probe_handle_exit,
    .handle_idle = probe_handle_idle,
    .terminate = probe_handle_terminate,
};

static inline otp_next probe_dispatch(void *self, otp_from from, const void *args)
{
    const struct probe_args *given = args;
    return given->run(self, from, given->context);
}

#define PROBE_MESSAGE(NAME, CLASS, REPLY)                                                          \
    {                                                                                              \
        .name = NAME, .module = &probe_module.module, .message_class = CLASS,                      \
        .args = &probe_args_layout, .reply = REPLY, .dispatch = probe_dispatch                     \
    }
static const struct otp_message_type probe_call_type =
    PROBE_MESSAGE("call", OTP_CLASS_CALL, &probe_u64_layout);
static const struct otp_message_type probe_later_type =
    PROBE_MESSAGE("later", OTP_CLASS_CALL_LATER, &probe_u64_layout);
static const struct otp_message_type probe_text_type =
    PROBE_MESSAGE("text", OTP_CLASS_CALL, &probe_text_layout);
static const struct otp_message_type probe_ack_type = PROBE_MESSAGE("ack", OTP_CLASS_CALL, NULL);
static const struct otp_message_type probe_cast_type = PROBE_MESSAGE("cast", OTP_CLASS_CAST, NULL);
static const struct otp_message_type probe_info_type = PROBE_MESSAGE("info", OTP_CLASS_INFO, NULL);
static const struct otp_message_type probe_continue_type =
    PROBE_MESSAGE("continue", OTP_CLASS_CONTINUE, NULL);

/* The functions that otpc would write. */
static inline otp_status probe_start_with(const struct otp_start *how,
                                          const struct probe_options *options, otp_pid *pid)
{
    static const struct otp_start plain;
    static const struct probe_options none;
    return otp_genserver_start(&probe_module.module, how != NULL ? how : &plain,
                               options != NULL ? options : &none, pid);
}

/* Starts one without a link; init may be NULL. */
static inline otp_pid probe_start(probe_handler init)
{
    otp_pid pid = otp_no_pid();
    struct probe_options options = { init, NULL, { NULL, 0 }, NULL };
    ck_assert_int_eq(probe_start_with(NULL, &options, &pid), OTP_OK);
    return pid;
}

static inline otp_status probe_call_within(otp_dest dest, otp_duration timeout, probe_handler run,
                                           void *context, uint64_t *reply)
{
    struct probe_args args = { run, context };
    return otp_call(dest, &probe_call_type, &args, reply, timeout);
}

static inline otp_status probe_call(otp_pid pid, probe_handler run, void *context, uint64_t *reply)
{
    return probe_call_within(otp_to(pid), PATIENCE, run, context, reply);
}

static inline otp_status probe_ask_later(otp_pid pid, probe_handler run, void *context,
                                         uint64_t *reply)
{
    struct probe_args args = { run, context };
    return otp_call(otp_to(pid), &probe_later_type, &args, reply, PATIENCE);
}

static inline void probe_cast(otp_pid pid, probe_handler run, void *context)
{
    struct probe_args args = { run, context };
    ck_assert_int_eq(otp_cast(otp_to(pid), &probe_cast_type, &args), OTP_OK);
}

static inline otp_next probe_reply(otp_from from, uint64_t value)
{
    return otp_reply(from, &probe_call_type, &value);
}

static inline otp_next probe_continue(probe_handler run, void *context)
{
    struct probe_args args = { run, context };
    return otp_continue(&probe_continue_type, &args);
}

/* A handler: answers the count of this server. */
static inline otp_next probe_count(struct probe *self, otp_from from, void *context)
{
    (void)context;
    return probe_reply(from, self->count);
}

/* Returns once the server has handled all that this thread had sent it before. */
static inline void probe_sync(otp_pid pid)
{
    uint64_t count;
    ck_assert_int_eq(probe_call(pid, probe_count, NULL, &count), OTP_OK);
}

/* Returns when the server waits, with nothing to do: what was due is done, its timers are armed. */
static inline void await_idle(otp_pid pid)
{
    struct otp_proc_info info;
    for (;;) {
        ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
        if (info.state == OTP_PROCESS_IDLE && info.mailbox == 0)
            return;
        step_aside();
    }
}

/* Returns when the process waits in a call: then its request is in a mailbox. */
static inline void await_parked(otp_pid pid)
{
    struct otp_proc_info info;
    do {
        step_aside();
        ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
    } while (info.state != OTP_PROCESS_PARKED);
}

/* Returns when so many messages or more wait to be handled. */
static inline void await_mail(otp_pid pid, size_t n)
{
    struct otp_proc_info info;
    do {
        step_aside();
        ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
    } while (info.mailbox < n);
}

/* A handler: notes the text in context. */
static inline otp_next probe_note(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    note("%s", (const char *)context);
    return otp_noreply();
}

/* -- plain processes -- */

/* Runs run(arg) in a process of its own and waits for its end. */
struct probe_job {
    void (*run)(void *arg);
    void *arg;
    struct gate done;
};

static inline void probe_run_job(void *arg)
{
    struct probe_job *job = arg;
    job->run(job->arg);
    gate_open(&job->done);
}

static inline void in_process(void (*run)(void *arg), void *arg)
{
    struct probe_job job = { run, arg, GATE };
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    gate_pass(&job.done);
}

/* Waits for the process's next message, which must be of that kind; returns its reason as text. */
static inline const char *next_reason(uint32_t kind, char text[128])
{
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, kind);
    return reason_text(*message->reason, text);
}

/* Nothing is in the process's mailbox. */
static inline void expect_no_message(void)
{
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(0, &message), OTP_TIMEOUT);
}

/* Waits, in a process, until pid has ended; returns why. */
static inline const char *await_end(otp_pid pid, char text[128])
{
    otp_monitor monitor;
    const struct otp_message *message;
    ck_assert_int_eq(otp_monitor_start(otp_to(pid), &monitor), OTP_OK);
    do {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    } while (message->kind != OTP_MESSAGE_DOWN || message->ref != monitor.ref_);
    return reason_text(*message->reason, text);
}

#endif
