/* bad_use.h - wrong uses of every function that says how it went.
 *
 * Idea: one row per function: what it must say while the runtime does not run, to a foreign thread,
 * and to a process, if what it is used for is nobody; and whether it takes a timeout. */
#ifndef OTP_TESTS_BAD_USE_H
#define OTP_TESTS_BAD_USE_H

#include "probe.h"

/* -- what nobody is -- */

/* Whom a function is used for, and for how long. */
struct target {
    otp_pid pid;
    otp_dest dest;
    otp_duration timeout;
};

static struct otp_name unknown_name = { "bad_use.unknown", NULL, 0 };

static void end_now(void *unused)
{
    (void)unused;
}

static struct target target_of(uint64_t bits)
{
    struct target target = { { bits }, { bits, NULL }, OTP_INFINITY };
    return target;
}

/* Slots are used again when some have rested, and when the worker that keeps this one has slept:
 * until one is what pid was. */
static void reuse_slot_of(otp_pid pid)
{
    const uint64_t slot = ((uint64_t)1 << 28) - 1;
    otp_pid next = otp_no_pid();
    while (((next.bits ^ pid.bits) & slot) != 0) {
        ck_assert_int_eq(otp_spawn(end_now, NULL, NULL, &next), OTP_OK);
        while (otp_is_alive(next))
            step_aside();
    }
    ck_assert(!otp_pid_equal(next, pid));
}

#define NOBODIES 10

/* Zero, dead, stale, foreign, not there at all. With the runtime. */
static void make_nobodies(struct target nobodies[NOBODIES])
{
    otp_pid ended;
    ck_assert_int_eq(otp_spawn(end_now, NULL, NULL, &ended), OTP_OK);
    while (otp_is_alive(ended))
        step_aside();
    reuse_slot_of(ended);
    nobodies[0] = target_of(0);
    nobodies[1] = target_of(ended.bits);                       /* its slot has another tenant */
    nobodies[2] = target_of(ended.bits + ((uint64_t)9 << 40)); /* lives to come */
    nobodies[3] = target_of(UINT64_MAX);
    nobodies[4] = target_of(1);
    nobodies[5] = target_of((uint64_t)1 << 63);
    nobodies[6] = target_of(0x0123456789abcdefu);
    nobodies[7] = target_of(0);
    nobodies[7].dest = otp_to_name(&unknown_name);
    nobodies[8] = target_of(ended.bits); /* an alias of the dead */
    nobodies[8].dest.name_ = (struct otp_name *)(uintptr_t)12345;
    ck_assert_int_eq(otp_spawn(end_now, NULL, NULL, &ended), OTP_OK);
    while (otp_is_alive(ended))
        step_aside();
    nobodies[9] = target_of(ended.bits); /* dead, and nobody came after it */
}

/* -- what the functions are given besides -- */

static const struct otp_registry registry_type = { { "bad_use.registry", "bad_use.c:1", 0, NULL,
                                                     otp_registry_start },
                                                   OTP_UNIQUE,
                                                   OTP_KEY_PLAIN,
                                                   &probe_u64_layout,
                                                   &probe_u64_layout,
                                                   &probe_u64_layout,
                                                   24,
                                                   8,
                                                   16,
                                                   NULL,
                                                   NULL };
static const struct otp_message_type event_type = { .name = "event",
                                                    .message_class = OTP_CLASS_EVENT,
                                                    .args = &probe_text_layout };
static const struct otp_pubsub pubsub_type = { { "bad_use.pubsub", "bad_use.c:2", 0, NULL,
                                                 otp_pubsub_start },
                                               { { "bad_use.topics", "bad_use.c:2", 0, NULL, NULL },
                                                 OTP_DUPLICATE,
                                                 OTP_KEY_TEXT,
                                                 &probe_text_layout,
                                                 NULL,
                                                 NULL,
                                                 24,
                                                 16,
                                                 0,
                                                 NULL,
                                                 NULL },
                                               &event_type };

static const struct otp_cache cache_type = {
    .module = { "bad_use.cache", "bad_use.c:5", 0, NULL, otp_cache_start },
    .key = &probe_u64_layout,
    .value = &probe_u64_layout,
    .ttl = OTP_S,
    .sweep = OTP_S,
};

static const struct otp_supervisor supervisor_type = { { "bad_use.supervisor", "bad_use.c:3", 1,
                                                         NULL, otp_supervisor_start },
                                                       OTP_ONE_FOR_ONE,
                                                       3,
                                                       OTP_S,
                                                       OTP_NEVER,
                                                       0,
                                                       NULL };
static const struct otp_dynamic_supervisor dynamic_type = {
    { "bad_use.dynamic", "bad_use.c:4", 1, NULL, otp_dynamic_supervisor_start }, 3, OTP_S, 1
};
static const struct otp_child dynamic_child = { .id = "dynamic",
                                                .module = &dynamic_type.module,
                                                .shutdown = OTP_SHUTDOWN_DEFAULT };
static const struct otp_partition_supervisor partition_type = {
    { "bad_use.partition", "bad_use.c:5", 1, NULL, otp_partition_supervisor_start },
    &dynamic_child,
    1,
    OTP_ONE_FOR_ONE,
    3,
    OTP_S,
    NULL
};
static const struct otp_application application = { .name = "bad_use",
                                                    .source = "bad_use.c:6",
                                                    .root = &supervisor_type,
                                                    .root_name = "bad_use.main" };

static otp_next do_task(void *self, otp_from from, const void *args)
{
    (void)self;
    (void)args;
    return otp_task_reply(from, NULL, NULL);
}

static const struct otp_layout task_layout = { sizeof(struct otp_task_head), 0, NULL };
static const struct otp_task_type task_type = { { "bad_use.task", "bad_use.c:7", 0, &task_layout,
                                                  otp_task_start },
                                                { .name = "task",
                                                  .module = &task_type.module,
                                                  .message_class = OTP_CLASS_CALL_LATER,
                                                  .args = &task_layout,
                                                  .dispatch = do_task },
                                                NULL };

static void run_nothing(const void *options)
{
    (void)options;
}

static otp_reason thread_nothing(struct otp_thread *thread, const void *options)
{
    (void)thread;
    (void)options;
    return otp_normal();
}

static const struct otp_process_module process_type = {
    { "bad_use.process", "bad_use.c:8", 0, NULL, otp_process_start }, run_nothing
};
static const struct otp_thread_module thread_type = {
    { "bad_use.thread", "bad_use.c:9", 0, NULL, otp_thread_start }, thread_nothing, NULL
};

static bool match_all(const struct otp_message *message, void *context)
{
    (void)message;
    (void)context;
    return true;
}

static otp_status load_none(const void *key, void *value, otp_duration *ttl, void *context)
{
    (void)key, (void)value, (void)ttl, (void)context;
    return OTP_NOT_FOUND;
}

static bool accept_entry(const void *key, const void *value, void *context)
{
    (void)key, (void)value, (void)context;
    return true;
}

static bool accept_all(const void *entry, void *context)
{
    (void)entry;
    (void)context;
    return true;
}

static void dispatch_none(const struct otp_registry_entries *entries, void *context)
{
    (void)entries;
    (void)context;
}

static void inspect_none(const void *state, void *context)
{
    (void)state;
    (void)context;
}

static bool replace_none(void *state, void *context)
{
    (void)state;
    (void)context;
    return true;
}

static uint64_t number = 7;
static char text[64];
static size_t n;
static otp_next do_nothing(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_noreply();
}

static struct probe_args probe_args_none = { do_nothing, NULL };
static const struct probe_options probe_options_none;
static const struct otp_behaviour shared_behaviour = {
    "bad_use", NULL, NULL, NULL, NULL, NULL, NULL
};

static otp_pid somebody(const struct target *t)
{
    otp_pid pid = { t->pid.bits == 0 ? 1 : t->pid.bits };
    return pid;
}

static otp_status send_and_abandon(const struct target *t)
{
    otp_request request;
    otp_status status = otp_send_request(t->dest, &probe_call_type, &probe_args_none, &request);
    return status == OTP_OK ? otp_abandon_request(&request) : status;
}

static otp_status open_and_abandon(void)
{
    otp_request request;
    otp_from from;
    otp_status status = otp_open_request(&probe_call_type, &request, &from);
    return status == OTP_OK ? otp_abandon_request(&request) : status;
}

static otp_status select_keys(void)
{
    const void *keys;
    return otp_table_select(NULL, NULL, NULL, &keys, &n);
}

static otp_status enter_and_leave(void)
{
    otp_status status = otp_enter();
    if (status == OTP_OK)
        otp_leave();
    return status;
}

static otp_status set_owned(void)
{
    struct otp_string owned = { NULL, 0 };
    otp_str view = otp_cstr("owned");
    otp_status status = otp_owned_set(&probe_text_layout, &owned, &view);
    otp_owned_clear(&probe_text_layout, &owned);
    return status;
}

static otp_status set_string(void)
{
    struct otp_string string = { NULL, 0 };
    otp_status status = otp_string_set(&string, otp_cstr("string"));
    otp_string_clear(&string);
    return status;
}

static otp_status set_blob(void)
{
    struct otp_blob blob = { NULL, 0 };
    otp_bytes bytes = { (const uint8_t *)"blob", 4 };
    otp_status status = otp_blob_set(&blob, bytes);
    otp_blob_clear(&blob);
    return status;
}

static otp_status receive_own(void)
{
    const struct otp_message *message;
    (void)otp_cast(otp_to(otp_self()), &probe_cast_type, &probe_args_none);
    return otp_behaviour_receive(match_all, NULL, &message);
}

static otp_status enter_shared(const struct target *t)
{
    struct otp_shared *shared;
    otp_pid pid;
    return otp_enter_shared(t->dest, &shared_behaviour, &shared, &pid);
}

static otp_status start_named(const char *name, const struct target *t, bool own,
                              otp_status (*start)(const struct otp_start *how, otp_pid *pid))
{
    struct otp_start how = { .name = name, .link = own && otp_self().bits == 0 };
    otp_pid pid;
    how.timeout = t->timeout < 0 ? t->timeout : 0;
    return start(&how, &pid);
}

#define START(NAME, EXPRESSION)                                                                    \
    static otp_status start_##NAME(const struct otp_start *how, otp_pid *pid)                      \
    {                                                                                              \
        return EXPRESSION;                                                                         \
    }

START(spawn, otp_spawn(end_now, NULL, how, pid))
START(genserver, otp_genserver_start(&probe_module.module, how, &probe_options_none, pid))
START(supervisor, otp_supervisor_start(&supervisor_type.module, how, NULL, pid))
START(dynamic, otp_dynamic_supervisor_start(&dynamic_type.module, how, NULL, pid))
START(partition, otp_partition_supervisor_start(&partition_type.module, how, NULL, pid))
START(registry, otp_registry_start(&registry_type.module, how, NULL, pid))
START(cache, otp_cache_start(&cache_type.module, how, NULL, pid))
START(pubsub, otp_pubsub_start(&pubsub_type.module, how, NULL, pid))
START(process, otp_process_start(&process_type.module, how, NULL, pid))
START(thread, otp_thread_start(&thread_type.module, how, NULL, pid))
START(task, otp_task_start(&task_type.module, how, &otp_task_nobody, pid))
START(behaviour,
      otp_behaviour_start(&(struct otp_process_spec){ .behaviour = &shared_behaviour }, how, pid))

/* -- the table: what it says while the runtime does not run (NOT_RUNNING is FORKED in a forked
 * child), to a foreign thread, to a process; and whether it takes a timeout -- */

#define USES(X)                                                                                    \
    X(otp_exit_signal, NOT_RUNNING, OK, OK, 0, otp_exit_signal(t->pid, otp_kill()))                \
    X(otp_link, WRONG_THREAD, WRONG_THREAD, NOPROC, 0, otp_link(t->pid))                           \
    X(otp_unlink, WRONG_THREAD, WRONG_THREAD, OK, 0, otp_unlink(t->pid))                           \
    X(otp_monitor_start, WRONG_THREAD, WRONG_THREAD, OK, 0,                                        \
      otp_monitor_start(t->dest, &(otp_monitor){ 0 }))                                             \
    X(otp_monitor_stop, WRONG_THREAD, WRONG_THREAD, NOT_FOUND, 0,                                  \
      otp_monitor_stop((otp_monitor){ t->pid.bits }, true))                                        \
    X(otp_alias, WRONG_THREAD, WRONG_THREAD, BADARG, 0,                                            \
      otp_alias((enum otp_alias_mode)7, &(otp_dest){ 0, NULL }))                                   \
    X(otp_unalias, WRONG_THREAD, WRONG_THREAD, BADARG, 0, otp_unalias(otp_to(t->pid)))             \
    X(otp_put, WRONG_THREAD, WRONG_THREAD, BADARG, 0, otp_put(NULL, &number, NULL))                \
    X(otp_process_info, NOT_RUNNING, NOPROC, NOPROC, 0,                                            \
      otp_process_info(t->pid, &(struct otp_proc_info){ .links = 0 }))                             \
    X(otp_process_links, NOT_RUNNING, NOPROC, NOPROC, 0, otp_process_links(t->pid, NULL, 0, &n))   \
    X(otp_processes, NOT_RUNNING, OK, OK, 0, otp_processes(NULL, 0, &n))                           \
    X(otp_spawn, NOT_RUNNING, WRONG_THREAD, BADARG, 1, start_named("", t, true, start_spawn))      \
    X(otp_register, NOT_RUNNING, BADARG, BADARG, 0, otp_register("bad_use.name", t->pid))          \
    X(otp_unregister, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0, otp_unregister("bad_use.unknown"))     \
    X(otp_call, NOT_RUNNING, NOPROC, NOPROC, 1,                                                    \
      otp_call(t->dest, &probe_call_type, &probe_args_none, &number, t->timeout))                  \
    X(otp_cast, NOT_RUNNING, OK, OK, 0, otp_cast(t->dest, &probe_cast_type, &probe_args_none))     \
    X(otp_publish, NOT_RUNNING, OK, OK, 0, otp_publish(&t->pid, 1, &event_type, text))             \
    X(otp_timer_cancel, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                      \
      otp_timer_cancel((otp_timer){ NULL, 1 }, NULL))                                              \
    X(otp_timer_read, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                        \
      otp_timer_read((otp_timer){ NULL, 1 }, NULL))                                                \
    X(otp_answer, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                            \
      otp_answer((otp_from){ NULL, 1 }, &probe_u64_layout, &number))                               \
    X(otp_send_request, NOT_RUNNING, OK, OK, 0, send_and_abandon(t))                               \
    X(otp_open_request, NOT_RUNNING, OK, OK, 0, open_and_abandon())                                \
    X(otp_check_request, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                     \
      otp_check_request(&(otp_request){ t->pid.bits, 0, 1 }, &probe_call_type))                    \
    X(otp_receive_response, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                  \
      otp_receive_response(&(otp_request){ t->pid.bits, 0, 1 }, &probe_call_type, &number,         \
                           t->timeout))                                                            \
    X(otp_wait_response, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                     \
      otp_wait_response(&(otp_request){ t->pid.bits, 0, 1 }, t->timeout))                          \
    X(otp_wait_any_response, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                 \
      otp_wait_any_response(&(otp_request){ 0, 0, 0 }, 1, t->timeout, &n))                         \
    X(otp_wait_all_responses, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                \
      otp_wait_all_responses(&(otp_request){ 0, 0, 0 }, 1, t->timeout))                            \
    X(otp_wait_no_failure, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                   \
      otp_wait_no_failure(&(otp_request){ 0, 0, 0 }, 1, t->timeout, &n))                           \
    X(otp_abandon_request, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                   \
      otp_abandon_request(&(otp_request){ t->pid.bits, 0, 1 }))                                    \
    X(otp_behaviour_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                   \
      start_named("", t, true, start_behaviour))                                                   \
    X(otp_defer_reply, WRONG_THREAD, WRONG_THREAD, OK, 0, otp_defer_reply((otp_from){ NULL, 1 }))  \
    X(otp_behaviour_timer, WRONG_THREAD, WRONG_THREAD, BADARG, 0,                                  \
      otp_behaviour_timer(-1, 0, &(otp_timer){ NULL, 0 }))                                         \
    X(otp_behaviour_timer_at, WRONG_THREAD, WRONG_THREAD, OK, 0,                                   \
      otp_behaviour_timer_at(-1, 0, &(otp_timer){ NULL, 0 }))                                      \
    X(otp_system_call, NOT_RUNNING, NOPROC, NOPROC, 1,                                             \
      otp_system_call(t->dest, 1, NULL, NULL, NULL, t->timeout))                                   \
    X(otp_stop_process, NOT_RUNNING, NOPROC, NOPROC, 1,                                            \
      otp_stop_process(t->dest, otp_normal(), t->timeout))                                         \
    X(otp_behaviour_receive, WRONG_THREAD, WRONG_THREAD, OK, 0, receive_own())                     \
    X(otp_receive, WRONG_THREAD, WRONG_THREAD, TIMEOUT, 2,                                         \
      otp_receive(t->timeout < 0 ? t->timeout : 0, &(const struct otp_message *){ NULL }))         \
    X(otp_receive_match, WRONG_THREAD, WRONG_THREAD, TIMEOUT, 2,                                   \
      otp_receive_match(match_all, NULL, t->timeout < 0 ? t->timeout : 0,                          \
                        &(const struct otp_message *){ NULL }))                                    \
    X(otp_string_set, OK, OK, OK, 0, set_string())                                                 \
    X(otp_blob_set, OK, OK, OK, 0, set_blob())                                                     \
    X(otp_owned_set, OK, OK, OK, 0, set_owned())                                                   \
    X(otp_table_put, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0, otp_table_put(NULL, &number, &number))  \
    X(otp_table_put_new, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0,                                     \
      otp_table_put_new(NULL, &number, &number))                                                   \
    X(otp_table_put_all, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0,                                     \
      otp_table_put_all(NULL, &number, &number, 1))                                                \
    X(otp_table_put_all_new, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0,                                 \
      otp_table_put_all_new(NULL, &number, &number, 1))                                            \
    X(otp_table_add, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0,                                         \
      otp_table_add(NULL, &number, &(struct otp_addition){ .by = 1 }, &number))                    \
    X(otp_table_select, NOT_RUNNING, NOT_OWNER, NOT_OWNER, 0, select_keys())                       \
    X(otp_genserver_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                   \
      start_named("", t, true, start_genserver))                                                   \
    X(otp_sys_get_state, NOT_RUNNING, NOPROC, NOPROC, 1,                                           \
      otp_sys_get_state(t->dest, text, sizeof text, t->timeout))                                   \
    X(otp_sys_inspect_state, NOT_RUNNING, NOPROC, NOPROC, 1,                                       \
      otp_sys_inspect_state(t->dest, &probe_module, inspect_none, NULL, 0, t->timeout))            \
    X(otp_sys_replace_state, NOT_RUNNING, NOPROC, NOPROC, 1,                                       \
      otp_sys_replace_state(t->dest, &probe_module, replace_none, NULL, 0, t->timeout))            \
    X(otp_sys_suspend, NOT_RUNNING, NOPROC, NOPROC, 1, otp_sys_suspend(t->dest, t->timeout))       \
    X(otp_sys_resume, NOT_RUNNING, NOPROC, NOPROC, 1, otp_sys_resume(t->dest, t->timeout))         \
    X(otp_sys_get_status, NOT_RUNNING, NOPROC, NOPROC, 1,                                          \
      otp_sys_get_status(t->dest, &(struct otp_sys_status){ .suspended = false }, text,            \
                         sizeof text, t->timeout))                                                 \
    X(otp_sys_set_statistics, NOT_RUNNING, NOPROC, NOPROC, 1,                                      \
      otp_sys_set_statistics(t->dest, true, t->timeout))                                           \
    X(otp_sys_get_statistics, NOT_RUNNING, NOPROC, NOPROC, 1,                                      \
      otp_sys_get_statistics(t->dest, &(struct otp_sys_statistics){ 0, 0, 0, 0, 0 }, t->timeout))  \
    X(otp_sys_trace, NOT_RUNNING, NOPROC, NOPROC, 1,                                               \
      otp_sys_trace(t->dest, true, NULL, NULL, t->timeout))                                        \
    X(otp_sys_log, NOT_RUNNING, NOPROC, NOPROC, 1, otp_sys_log(t->dest, 1, t->timeout))            \
    X(otp_sys_get_log, NOT_RUNNING, NOPROC, NOPROC, 1,                                             \
      otp_sys_get_log(t->dest, text, sizeof text, t->timeout))                                     \
    X(otp_enter, NOT_RUNNING, OK, OK, 0, enter_and_leave())                                        \
    X(otp_enter_shared, NOT_RUNNING, NOPROC, NOPROC, 0, enter_shared(t))                           \
    X(otp_tie_to, NOT_RUNNING, NOPROC, NOPROC, 0,                                                  \
      otp_tie_to(t->pid, &(struct otp_tie){ .ended = NULL }))                                      \
    MORE_USES(X)                                                                                   \
    TABLE_USES(X)

/* Of references to no table. */
#define TABLE_USES(X)                                                                              \
    X(otp_table_ref_new, NOT_RUNNING, NOT_OWNER, BADARG, 0,                                        \
      otp_table_ref_new(&probe_table_type, (enum otp_access)7, &(otp_table_ref){ 0 }))             \
    X(otp_table_ref_drop, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_table_ref_drop((otp_table_ref){ t->pid.bits }))                                          \
    X(otp_table_ref_set_heir, NOT_RUNNING, NOPROC, NOPROC, 0,                                      \
      otp_table_ref_set_heir((otp_table_ref){ t->pid.bits }, NULL))                                \
    X(otp_table_ref_owner, NOT_RUNNING, NOPROC, NOPROC, 0,                                         \
      otp_table_ref_owner((otp_table_ref){ t->pid.bits }, &(otp_pid){ 0 }))                        \
    X(otp_table_ref_put, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_table_ref_put((otp_table_ref){ t->pid.bits }, &probe_table_type, &number, &number))      \
    X(otp_table_ref_put_new, NOT_RUNNING, NOPROC, NOPROC, 0,                                       \
      otp_table_ref_put_new((otp_table_ref){ t->pid.bits }, &probe_table_type, &number, &number))  \
    X(otp_table_ref_put_all, NOT_RUNNING, NOPROC, NOPROC, 0,                                       \
      otp_table_ref_put_all((otp_table_ref){ t->pid.bits }, &probe_table_type, &number, &number,   \
                            1))                                                                    \
    X(otp_table_ref_put_all_new, NOT_RUNNING, NOPROC, NOPROC, 0,                                   \
      otp_table_ref_put_all_new((otp_table_ref){ t->pid.bits }, &probe_table_type, &number,        \
                                &number, 1))                                                       \
    X(otp_table_ref_add, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_table_ref_add((otp_table_ref){ t->pid.bits }, &probe_table_type, &number,                \
                        &(struct otp_addition){ .by = 1 }, &number))                               \
    X(otp_table_ref_get, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_table_ref_get((otp_table_ref){ t->pid.bits }, &probe_table_type, &number, &number))      \
    X(otp_table_ref_take, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_table_ref_take((otp_table_ref){ t->pid.bits }, &probe_table_type, &number, &number))     \
    X(otp_table_ref_has, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_table_ref_has((otp_table_ref){ t->pid.bits }, &probe_table_type, &number))               \
    X(otp_table_ref_delete, NOT_RUNNING, NOPROC, NOPROC, 0,                                        \
      otp_table_ref_delete((otp_table_ref){ t->pid.bits }, &probe_table_type, &number))            \
    X(otp_table_ref_borrow, NOT_RUNNING, NOPROC, NOPROC, 0,                                        \
      otp_table_ref_borrow((otp_table_ref){ t->pid.bits }, &probe_table_type, &number,             \
                           &(const void *){ NULL }))                                               \
    X(otp_table_ref_each, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_table_ref_each((otp_table_ref){ t->pid.bits }, &probe_table_type, accept_entry, NULL))   \
    X(otp_table_ref_delete_if, NOT_RUNNING, NOPROC, NOPROC, 0,                                     \
      otp_table_ref_delete_if((otp_table_ref){ t->pid.bits }, &probe_table_type, accept_entry,     \
                              NULL, &n))                                                           \
    X(otp_table_ref_count_if, NOT_RUNNING, NOPROC, NOPROC, 0,                                      \
      otp_table_ref_count_if((otp_table_ref){ t->pid.bits }, &probe_table_type, accept_entry,      \
                             NULL, &n))                                                            \
    X(otp_table_ref_select, NOT_RUNNING, NOPROC, NOPROC, 0,                                        \
      otp_table_ref_select((otp_table_ref){ t->pid.bits }, &probe_table_type, accept_entry, NULL,  \
                           &(const void *){ NULL }, &n))                                           \
    X(otp_table_ref_clear, NOT_RUNNING, NOPROC, NOPROC, 0,                                         \
      otp_table_ref_clear((otp_table_ref){ t->pid.bits }, &probe_table_type))                      \
    X(otp_table_ref_count, NOT_RUNNING, NOPROC, NOPROC, 0,                                         \
      otp_table_ref_count((otp_table_ref){ t->pid.bits }, &probe_table_type, &n))                  \
    X(otp_table_ref_memory, NOT_RUNNING, NOPROC, NOPROC, 0,                                        \
      otp_table_ref_memory((otp_table_ref){ t->pid.bits }, &probe_table_type, &n))

#define MORE_USES(X)                                                                               \
    X(otp_supervisor_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                  \
      start_named("", t, true, start_supervisor))                                                  \
    X(otp_dynamic_supervisor_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                          \
      start_named("", t, true, start_dynamic))                                                     \
    X(otp_partition_supervisor_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                        \
      start_named("", t, true, start_partition))                                                   \
    X(otp_which_children, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_which_children(t->dest, NULL, 0, &n))                                                    \
    X(otp_count_children, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_count_children(t->dest, &(struct otp_child_counts){ 0, 0, 0, 0 }))                       \
    X(otp_get_childspec, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_get_childspec(t->dest, "id", &(struct otp_childspec){ .module = NULL }))                 \
    X(otp_start_child, NOT_RUNNING, NOPROC, NOPROC, 0,                                             \
      otp_start_child(t->dest,                                                                     \
                      &(struct otp_child){ .id = "id",                                             \
                                           .module = &dynamic_type.module,                         \
                                           .shutdown = OTP_SHUTDOWN_DEFAULT },                     \
                      NULL))                                                                       \
    X(otp_terminate_child, NOT_RUNNING, NOPROC, NOPROC, 0, otp_terminate_child(t->dest, "id"))     \
    X(otp_restart_child, NOT_RUNNING, NOPROC, NOPROC, 0, otp_restart_child(t->dest, "id", NULL))   \
    X(otp_delete_child, NOT_RUNNING, NOPROC, NOPROC, 0, otp_delete_child(t->dest, "id"))           \
    X(otp_terminate_child_by_pid, NOT_RUNNING, NOPROC, NOPROC, 0,                                  \
      otp_terminate_child_by_pid(t->dest, t->pid))                                                 \
    X(otp_process_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                     \
      start_named("", t, true, start_process))                                                     \
    X(otp_thread_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                      \
      start_named("", t, true, start_thread))                                                      \
    X(otp_partitions, NOT_RUNNING, NOPROC, NOPROC, 0, otp_partitions(t->dest, &(uint32_t){ 0 }))   \
    X(otp_tree, NOT_RUNNING, NOPROC, NOPROC, 0,                                                    \
      otp_tree(t->dest, &(struct otp_tree_nodes){ .count = 0 }))                                   \
    X(otp_registry_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                    \
      start_named("", t, true, start_registry))                                                    \
    X(otp_registry_register, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                                \
      otp_registry_register(t->dest, &registry_type, &number, &number, NULL))                      \
    X(otp_registry_unregister, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                              \
      otp_registry_unregister(t->dest, &registry_type, &number))                                   \
    X(otp_registry_unregister_match, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                        \
      otp_registry_unregister_match(t->dest, &registry_type, &number, accept_all, NULL, NULL))     \
    X(otp_registry_update_value, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                            \
      otp_registry_update_value(t->dest, &registry_type, &number, &number))                        \
    X(otp_registry_lookup, NOT_RUNNING, NOPROC, NOPROC, 0,                                         \
      otp_registry_lookup(t->dest, &registry_type, &number, &(otp_pid){ 0 }, NULL))                \
    X(otp_registry_lookup_all, NOT_RUNNING, NOPROC, NOPROC, 0,                                     \
      otp_registry_lookup_all(t->dest, &registry_type, &number,                                    \
                              &(struct otp_registry_entries){ NULL, 0 }))                          \
    X(otp_registry_entries_of, NOT_RUNNING, NOPROC, NOPROC, 0,                                     \
      otp_registry_entries_of(t->dest, &registry_type, t->pid, NULL,                               \
                              &(struct otp_registry_entries){ NULL, 0 }))                          \
    X(otp_registry_select, NOT_RUNNING, NOPROC, NOPROC, 0,                                         \
      otp_registry_select(t->dest, &registry_type, NULL, accept_all, NULL,                         \
                          &(struct otp_registry_entries){ NULL, 0 }))                              \
    X(otp_registry_dispatch, NOT_RUNNING, NOPROC, NOPROC, 0,                                       \
      otp_registry_dispatch(t->dest, &registry_type, &number, dispatch_none, NULL))                \
    X(otp_registry_count, NOT_RUNNING, NOPROC, NOPROC, 0,                                          \
      otp_registry_count(t->dest, &registry_type, &n))                                             \
    X(otp_registry_meta, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_registry_meta(t->dest, &registry_type, &number))                                         \
    X(otp_registry_put_meta, NOT_RUNNING, NOPROC, NOPROC, 0,                                       \
      otp_registry_put_meta(t->dest, &registry_type, &number))                                     \
    X(otp_registry_delete_meta, NOT_RUNNING, NOPROC, NOPROC, 0,                                    \
      otp_registry_delete_meta(t->dest, &registry_type))                                           \
    X(otp_registry_register_name, NOT_RUNNING, NOPROC, NOPROC, 0,                                  \
      otp_registry_register_name(t->dest, &registry_type, somebody(t), &number, &number, NULL))    \
    X(otp_pubsub_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                      \
      start_named("", t, true, start_pubsub))                                                      \
    X(otp_pubsub_subscribe, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                                 \
      otp_pubsub_subscribe(t->dest, &pubsub_type, otp_cstr("topic")))                              \
    X(otp_pubsub_unsubscribe, WRONG_THREAD, WRONG_THREAD, NOPROC, 0,                               \
      otp_pubsub_unsubscribe(t->dest, &pubsub_type, otp_cstr("topic")))                            \
    X(otp_pubsub_broadcast, NOT_RUNNING, NOPROC, NOPROC, 0,                                        \
      otp_pubsub_broadcast(t->dest, &pubsub_type, t->pid, &(otp_str){ "topic", 5 }))               \
    X(otp_pubsub_count, NOT_RUNNING, NOPROC, NOPROC, 0,                                            \
      otp_pubsub_count(t->dest, &pubsub_type, otp_cstr("topic"), &n))                              \
    CACHE_USES(X)

#define CACHE_USES(X)                                                                              \
    X(otp_cache_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1,                                       \
      start_named("", t, true, start_cache))                                                       \
    X(otp_cache_get, NOT_RUNNING, NOPROC, NOPROC, 0,                                               \
      otp_cache_get(t->dest, &cache_type, &number, &number))                                       \
    X(otp_cache_has, NOT_RUNNING, NOPROC, NOPROC, 0, otp_cache_has(t->dest, &cache_type, &number)) \
    X(otp_cache_put, NOT_RUNNING, NOPROC, NOPROC, 0,                                               \
      otp_cache_put(t->dest, &cache_type, &number, &number, OTP_S))                                \
    X(otp_cache_put_new, NOT_RUNNING, NOPROC, NOPROC, 0,                                           \
      otp_cache_put_new(t->dest, &cache_type, &number, &number, OTP_S))                            \
    X(otp_cache_touch, NOT_RUNNING, NOPROC, NOPROC, 0,                                             \
      otp_cache_touch(t->dest, &cache_type, &number, OTP_S))                                       \
    X(otp_cache_delete, NOT_RUNNING, NOPROC, NOPROC, 0,                                            \
      otp_cache_delete(t->dest, &cache_type, &number))                                             \
    X(otp_cache_clear, NOT_RUNNING, NOPROC, NOPROC, 0, otp_cache_clear(t->dest, &cache_type))      \
    X(otp_cache_get_or, NOT_RUNNING, NOPROC, NOPROC, 1,                                            \
      otp_cache_get_or(t->dest, &cache_type, &number, load_none, NULL, &number, t->timeout))       \
    X(otp_cache_count, NOT_RUNNING, NOPROC, NOPROC, 0, otp_cache_count(t->dest, &cache_type, &n))  \
    X(otp_cache_get_statistics, NOT_RUNNING, NOPROC, NOPROC, 0,                                    \
      otp_cache_get_statistics(t->dest, &cache_type,                                               \
                               &(struct otp_cache_statistics){ .entries = 0 }))                    \
    X(otp_cache_sweep, NOT_RUNNING, NOPROC, NOPROC, 0, otp_cache_sweep(t->dest, &cache_type))      \
    LAST_USES(X)

#define LAST_USES(X)                                                                               \
    X(otp_task_start, NOT_RUNNING, WRONG_THREAD, BADARG, 1, start_named("", t, true, start_task))  \
    X(otp_task_await, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                        \
      otp_task_await(&(otp_task){ { 0, 0, 0 } }, &task_type, NULL, t->timeout))                    \
    X(otp_task_yield, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                        \
      otp_task_yield(&(otp_task){ { 0, 0, 0 } }, &task_type, NULL, t->timeout))                    \
    X(otp_task_shutdown, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                     \
      otp_task_shutdown(&(otp_task){ { 0, 0, 0 } }, &task_type, NULL, 0))                          \
    X(otp_task_ignore, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 0,                                       \
      otp_task_ignore(&(otp_task){ { 0, 0, 0 } }, &task_type, NULL))                               \
    X(otp_task_await_many, NOT_RUNNING, NOT_FOUND, NOT_FOUND, 1,                                   \
      otp_task_await_many(&(otp_task){ { 0, 0, 0 } }, 1, &task_type, NULL, t->timeout))            \
    X(otp_task_yield_many, NOT_RUNNING, OK, OK, 1,                                                 \
      otp_task_yield_many(&(otp_task){ { 0, 0, 0 } }, 1, &task_type,                               \
                          &(struct otp_task_outcome){ .status = 0 }, NULL, t->timeout))            \
    X(otp_task_supervisor_async, NOT_RUNNING, NOPROC, NOPROC, 0,                                   \
      otp_task_supervisor_async(t->dest, &task_type,                                               \
                                &(struct otp_task_head){ .from_ = { NULL, 0 } },                   \
                                &(otp_task){ { 0, 0, 0 } }))                                       \
    X(otp_task_supervisor_async_nolink, NOT_RUNNING, NOPROC, NOPROC, 0,                            \
      otp_task_supervisor_async_nolink(t->dest, &task_type,                                        \
                                       &(struct otp_task_head){ .from_ = { NULL, 0 } },            \
                                       &(otp_task){ { 0, 0, 0 } }))                                \
    X(otp_task_supervisor_start_child, NOT_RUNNING, NOPROC, NOPROC, 0,                             \
      otp_task_supervisor_start_child(t->dest, &task_type,                                         \
                                      &(struct otp_task_head){ .from_ = { NULL, 0 } },             \
                                      OTP_TEMPORARY, OTP_SHUTDOWN_DEFAULT, NULL))                  \
    X(otp_stream_open, NOT_RUNNING, BADARG, BADARG, 0,                                             \
      otp_stream_open(&task_type, &(struct otp_stream_options){ .max_concurrency = 0 }, NULL,      \
                      NULL, &(struct otp_stream *){ NULL }))                                       \
    X(otp_application_stop, NOT_RUNNING, NOT_STARTED, NOT_STARTED, 1,                              \
      otp_application_stop(&application, t->timeout))                                              \
    X(otp_application_stop_all, NOT_RUNNING, OK, OK, 1, otp_application_stop_all(t->timeout))      \
    X(otp_application_which, NOT_RUNNING, OK, OK, 0, otp_application_which(NULL, 0, &n))           \
    X(otp_application_wait, NOT_RUNNING, OK, OK, 1, otp_application_wait(t->timeout))              \
    X(otp_clock_advance, NOT_RUNNING, BADARG, WRONG_THREAD, 0, otp_clock_advance(1))               \
    X(otp_runtime_info, NOT_RUNNING, OK, OK, 0,                                                    \
      otp_runtime_info(&(struct otp_info){ .workers = 0 }))

#define FUNCTION(NAME, OFF, OUTSIDE, INSIDE, TIMED, EXPRESSION)                                    \
    static otp_status use_##NAME(const struct target *t)                                           \
    {                                                                                              \
        (void)t;                                                                                   \
        return EXPRESSION;                                                                         \
    }
USES(FUNCTION)

/* timed: 1: a negative timeout is BADARG; 2: in a process only. */
static const struct use {
    const char *name;
    otp_status (*run)(const struct target *t);
    otp_status off, outside, inside;
    int timed;
} uses[] = {
#define ROW(NAME, OFF, OUTSIDE, INSIDE, TIMED, EXPRESSION)                                         \
    { #NAME, use_##NAME, OTP_##OFF, OTP_##OUTSIDE, OTP_##INSIDE, TIMED },
    USES(ROW)
};
#define N_USES (sizeof uses / sizeof *uses)

#endif
