/* tasks.h - tasks for tests: they do what their argument says.
 *
 * Idea: see probe.h. The task types are what otpc would write. */
#ifndef OTP_TESTS_TASKS_H
#define OTP_TESTS_TASKS_H

#include <stdatomic.h>

#include "probe.h"
#include "streams.h"

/* What a task does: waits, says, ends. */
enum deed { GIVE, GIVE_RELEASED, END, CRASH, HANG, HANG_TRAPPING, ANSWER_SHUTDOWN, EXIT_NORMAL };

struct work {
    struct otp_task_head head;
    otp_duration wait;
    uint64_t value;
    enum deed deed;
};

static atomic_int finished;
static atomic_bool released;

static const struct otp_task_type worker;

static inline otp_next give(otp_from from, uint64_t value)
{
    return otp_task_reply(from, &worker.work, &value);
}

static inline void sleep_for(otp_duration wait)
{
    otp_instant until = otp_now() + wait;
    while (otp_now() < until)
        otp_yield();
}

static inline bool is_exit(const struct otp_message *message, void *context)
{
    (void)context;
    return message->kind == OTP_MESSAGE_EXIT;
}

static inline bool is_nothing(const struct otp_message *message, void *context)
{
    (void)message, (void)context;
    return false;
}

static inline otp_next do_work(void *self, otp_from from, const void *args)
{
    const struct work *work = args;
    const struct otp_message *message;
    otp_next next = { 0, 0, 0 };
    (void)self;
    if (work->wait > 0)
        sleep_for(work->wait);
    while (work->deed == GIVE_RELEASED && !atomic_load(&released))
        otp_yield();
    switch (work->deed) {
    case GIVE_RELEASED:
    case GIVE: next = give(from, work->value); break;
    case END: break;
    case EXIT_NORMAL: otp_exit(otp_normal());
    case CRASH: otp_exit(otp_error("boom"));
    case HANG: otp_must(otp_behaviour_receive(is_nothing, NULL, &message)); break;
    case HANG_TRAPPING:
        (void)otp_trap_exit(true);
        note("traps");
        otp_must(otp_behaviour_receive(is_nothing, NULL, &message));
        break;
    case ANSWER_SHUTDOWN:
        (void)otp_trap_exit(true);
        note("traps");
        otp_must(otp_behaviour_receive(is_exit, NULL, &message));
        next = give(from, work->value);
        break;
    }
    atomic_fetch_add(&finished, 1);
    return next;
}

static const struct otp_layout work_layout = { sizeof(struct work), 0, NULL };
static const struct otp_task_type worker = {
    .module = { "tests.worker", "test:1", 0, &work_layout, otp_task_start },
    .work = { .name = "worker",
              .module = &worker.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .args = &work_layout,
              .reply = &probe_u64_layout,
              .dispatch = do_work },
    .pull = pull_work,
};

/* A task that has nothing to say but that it is done, and one that gives text. */
static inline otp_next do_nothing(void *self, otp_from from, const void *args)
{
    static const otp_next nothing;
    (void)self, (void)from, (void)args;
    return nothing;
}

static const struct otp_layout head_layout = { sizeof(struct otp_task_head), 0, NULL };
static const struct otp_task_type idler = {
    .module = { "tests.idler", "test:2", 0, &head_layout, otp_task_start },
    .work = { .name = "idler",
              .args = &head_layout,
              .module = &idler.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .dispatch = do_nothing },
};

/* -- what otpc would write -- */

static inline otp_task async(enum deed deed, otp_duration wait, uint64_t value)
{
    struct work work = { .wait = wait, .value = value, .deed = deed };
    otp_task task;
    ck_assert_int_eq(otp_task_async(&worker, &work, &task), OTP_OK);
    return task;
}

static inline otp_status await(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_await(task, &worker, value, timeout);
}

static inline otp_status yield(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_yield(task, &worker, value, timeout);
}

static inline otp_status shut(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_shutdown(task, &worker, value, timeout);
}

static const char *last(char text[128])
{
    return reason_text(otp_last_reason(), text);
}

static inline void expect_nothing_left(void)
{
    if (otp_self().bits != 0)
        expect_no_message();
}

/* In a process, and then in this thread. */
static inline void in_both(void (*run)(void *arg), void *arg)
{
    in_process(run, arg);
    forget_notes();
    run(arg);
}

/* Waits until pid is gone. */
static inline void until_dead(otp_pid pid)
{
    while (otp_is_alive(pid))
        otp_yield();
}

#endif
