/* test_bad_use.c - wrong uses of the library: a status, never more.
 *
 * Idea: a table of all functions that say how they went. Each is used wrongly in every situation:
 * before the runtime starts and after it has stopped, in a forked child, by a foreign thread and by
 * a process, for whatever names nobody, and with a negative timeout. What it must say stands in its
 * row; a check of the sources sees to it that no function is missing. */
#include "bad_use.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often a function said something else, and what, on standard error: in a forked child too. */
static int wrong(const struct use *use, const char *where, int which, otp_status got,
                 otp_status want)
{
    if (got == want)
        return 0;
    fprintf(stderr, "%s %s (%d): %s, not %s\n", use->name, where, which, otp_status_text(got),
            otp_status_text(want));
    return 1;
}

/* A table that is none. How often it gave something. */
static int use_no_table(void)
{
    uint64_t value = 77;
    int gave = otp_table_get(NULL, &number, &value) + otp_table_take(NULL, &number, &value);
    gave += otp_table_has(NULL, &number) + otp_table_delete(NULL, &number) + (value != 77);
    gave += otp_table_delete_if(NULL, NULL, NULL) != 0;
    gave += otp_table_count_if(NULL, NULL, NULL) != 0;
    gave += otp_table_count(NULL) != 0;
    gave += otp_table_memory(NULL) != 0;
    otp_table_each(NULL, NULL, NULL);
    otp_table_clear(NULL);
    otp_table_shrink(NULL);
    otp_table_drop(NULL);
    otp_table_ref_release(NULL);
    otp_table_ref_free_keys(NULL);
    otp_table_ref_free_value(&probe_u64_layout, &number);
    return gave + (otp_self().bits == 0 && otp_table_new(&probe_table_type) != NULL);
}

/* The functions that say nothing: they come back. How many gave something where nothing is. No
 * assertion of Check: in a forked child its lock may be held by a thread that is not there. */
static int use_the_rest(const struct target *t)
{
    int gave = 0;
    static const struct otp_key key = { "bad_use", NULL };
    struct otp_tree_nodes none = { NULL, 0, 0 };
    struct otp_tie tie = { NULL, NULL, NULL };
    otp_reason reason = otp_error("bad use");
    char out[64];
    (void)otp_self();
    (void)otp_parent();
    (void)otp_is_alive(t->pid);
    (void)otp_dest_pid(t->dest);
    (void)otp_whereis(NULL);
    gave += otp_whereis("bad_use.unknown").bits != 0;
    (void)otp_pid_format(t->pid, out, sizeof out);
    (void)otp_send_after(t->dest, &probe_info_type, &probe_args_none, -1);
    gave += otp_get(&key) != NULL;
    gave += otp_erase(&key) != NULL;
    (void)otp_trap_exit(otp_trap_exit(true));
    otp_set_last_reason(reason);
    (void)otp_last_reason();
    (void)otp_now();
    otp_must(OTP_OK);
    otp_free(otp_alloc(16));
    otp_free(NULL);
    gave += otp_self().bits != 0 && otp_scratch(16) == NULL;
    otp_reply_free(NULL, NULL);
    (void)otp_init_from();
    (void)otp_init_args();
    (void)otp_own_module();
    (void)otp_foreign_thread();
    (void)otp_behaviour_data(&shared_behaviour);
    (void)otp_mailbox_is_empty();
    otp_scratch_reset();
    otp_yield();
    (void)otp_stop(reason);
    (void)otp_and_stop(otp_noreply(), reason);
    (void)otp_and_idle(otp_noreply(), -1);
    (void)otp_continue(&probe_continue_type, &probe_args_none);
    (void)otp_reply((otp_from){ NULL, 0 }, &probe_call_type, &number);
    (void)otp_partition(t->dest, 3);
    (void)otp_partition_by_text(t->dest, otp_cstr("key"));
    gave += otp_registry_whereis_name(t->dest, &registry_type, &number).bits != 0;
    (void)otp_request_server(&(otp_request){ t->pid.bits, 0, 1 });
    (void)otp_task_pid(&(otp_task){ { t->pid.bits, 0, 1 } });
    otp_exit_as_linked(t->pid, t->pid, &reason);
    otp_kill_tied(t->pid);
    (void)otp_untie(t->pid, &tie);
    otp_tree_free(&none);
    otp_stream_close(NULL);
    (void)otp_stream_defaults();
    otp_cache_free_value(&probe_u64_layout, &number);
    (void)otp_now_within(OTP_S);
    otp_registry_free_entries(&(struct otp_registry_entries){ NULL, 0 });
    gave += use_no_table();
    if (gave > 0)
        fprintf(stderr, "%d functions gave something\n", gave);
    return gave;
}

/* While the runtime does not run; how many said something else. */
static int use_all_off(const char *where, otp_status off)
{
    int failed = 0;
    const struct target targets[] = { target_of(0), target_of(1), target_of(UINT64_MAX),
                                      target_of((uint64_t)1 << 28 | 3) };
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < N_USES; i++)
            failed += wrong(&uses[i], where, k, uses[i].run(&targets[k]),
                            uses[i].off == OTP_NOT_RUNNING ? off : uses[i].off);
        failed += use_the_rest(&targets[k]);
    }
    return failed;
}

START_TEST(before_start_and_after_stop_there_is_a_status)
{
    ck_assert_int_eq(use_all_off("before start", OTP_NOT_RUNNING), 0);
    ck_assert_int_eq(otp_runtime_stop(), OTP_NOT_RUNNING);
    start_runtime(false, false);
    probe_sync(probe_start(NULL));
    ck_assert_int_eq(otp_runtime_start(NULL), OTP_RUNNING);
    stop_runtime();
    ck_assert_int_eq(use_all_off("after stop", OTP_NOT_RUNNING), 0);
    ck_assert_int_eq(otp_runtime_stop(), OTP_NOT_RUNNING);
}
END_TEST

static void *stop_too(void *status)
{
    *(otp_status *)status = otp_runtime_stop();
    return NULL;
}

START_TEST(of_two_that_stop_it_one_does)
{
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        otp_status theirs = OTP_OK;
        start_workers(2, false, false);
        (void)probe_start(NULL);
        ck_assert_int_eq(pthread_create(&thread, NULL, stop_too, &theirs), 0);
        otp_status mine = otp_runtime_stop();
        pthread_join(thread, NULL);
        ck_assert(mine == OTP_OK ? theirs == OTP_NOT_RUNNING : theirs == OTP_OK);
        ck_assert(mine == OTP_OK || mine == OTP_NOT_RUNNING);
    }
}
END_TEST

/* -- for nobody -- */

struct round {
    struct target nobodies[NOBODIES];
    int failed;
};

static void drain(void)
{
    const struct otp_message *message;
    while (otp_self().bits != 0 && otp_receive(0, &message) == OTP_OK)
        continue;
}

static void use_all(void *arg)
{
    struct round *round = arg;
    bool inside = otp_self().bits != 0;
    for (int k = 0; k < NOBODIES; k++) {
        for (size_t i = 0; i < N_USES; i++) {
            round->failed +=
                wrong(&uses[i], inside ? "in a process" : "in a thread", k,
                      uses[i].run(&round->nobodies[k]), inside ? uses[i].inside : uses[i].outside);
            drain(); /* the DOWN of a monitor */
        }
        round->failed += use_the_rest(&round->nobodies[k]);
    }
}

static void *use_all_thread(void *arg)
{
    use_all(arg);
    return NULL;
}

START_TEST(nobody_is_a_status)
{
    struct round round = { .failed = 0 };
    pthread_t thread;
    start_runtime(false, false);
    make_nobodies(round.nobodies);
    use_all(&round);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_all_thread, &round), 0);
    pthread_join(thread, NULL);
    in_process(use_all, &round);
    ck_assert_int_eq(round.failed, 0);
    stop_runtime();
}
END_TEST

/* -- negative timeouts, for somebody -- */

static void use_negative(void *arg)
{
    struct round *round = arg;
    bool inside = otp_self().bits != 0;
    static const otp_duration negative[] = { -1, INT64_MIN };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < N_USES; i++) {
            struct target somebody = round->nobodies[0];
            somebody.timeout = negative[k];
            if (uses[i].timed == 1 || (uses[i].timed == 2 && inside)) {
                otp_status got = uses[i].run(&somebody);
                /* who may not at all is told that first */
                if (got != OTP_WRONG_THREAD || uses[i].outside != OTP_WRONG_THREAD || inside)
                    round->failed +=
                        wrong(&uses[i], "with a negative timeout", (int)k, got, OTP_BADARG);
            }
        }
}

START_TEST(negative_timeouts_are_a_status)
{
    struct round round = { .failed = 0 };
    uint64_t count;
    start_runtime(false, false);
    otp_pid probe = probe_start(NULL);
    round.nobodies[0] = target_of(probe.bits);
    use_negative(&round);
    in_process(use_negative, &round);
    ck_assert_int_eq(round.failed, 0);
    /* and nothing was sent */
    struct otp_proc_info info;
    ck_assert_int_eq(probe_call(probe, probe_count, NULL, &count), OTP_OK);
    ck_assert_int_eq(otp_process_info(probe, &info), OTP_OK);
    ck_assert_uint_eq(info.received, 1);
    stop_runtime();
}
END_TEST

/* -- forks -- */

/* In a forked child: its exit status. */
static int use_all_forked(void)
{
    int failed = use_all_off("in a forked child", OTP_FORKED);
    failed += otp_runtime_start(NULL) != OTP_FORKED;
    failed += otp_runtime_stop() != OTP_FORKED;
    return failed == 0 ? 0 : 1;
}

static void expect_child(pid_t child, int want)
{
    int status = -1;
    ck_assert_int_ge(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == want, "wait status %d", status);
}

static void fork_here(void *unused)
{
    pid_t child = fork();
    (void)unused;
    if (child == 0)
        _exit(use_all_forked());
    expect_child(child, 0);
}

static otp_next fork_in_handler(struct probe *self, otp_from from, void *context)
{
    fork_here(context);
    return probe_reply(from, self->count);
}

START_TEST(in_a_forked_child_there_is_a_status)
{
    uint64_t count;
    start_runtime(false, false);
    otp_pid probe = probe_start(NULL);
    probe_sync(probe);
    fork_here(NULL);
    in_process(fork_here, NULL);
    ck_assert_int_eq(probe_call_within(otp_to(probe), OTP_INFINITY, fork_in_handler, NULL, &count),
                     OTP_OK);
    probe_sync(probe); /* the parent is as it was */
    stop_runtime();
    /* a child of a program whose runtime does not run may start one */
    pid_t child = fork();
    if (child == 0) {
        if (otp_runtime_start(NULL) != OTP_OK)
            _exit(1);
        probe_sync(probe_start(NULL));
        _exit(otp_runtime_stop() == OTP_OK ? 0 : 1);
    }
    expect_child(child, 0);
}
END_TEST

/* Its handler returns in the child too, where there is nothing that it could return to. */
static otp_next fork_and_return(struct probe *self, otp_from from, void *context)
{
    int ends[2];
    char said[200];
    size_t used = 0;
    ssize_t got;
    int status = -1;
    (void)context;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        return probe_reply(from, self->count);
    }
    close(ends[1]);
    while ((got = read(ends[0], said + used, sizeof said - 1 - used)) > 0)
        used += (size_t)got;
    close(ends[0]);
    said[used] = '\0';
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_nonnull(strstr(said, "libotp: a handler returned in a forked child"));
    return probe_reply(from, self->count);
}

START_TEST(a_handler_that_returns_in_a_forked_child_ends_that)
{
    uint64_t count;
    start_runtime(false, false);
    otp_pid probe = probe_start(NULL);
    ck_assert_int_eq(probe_call_within(otp_to(probe), OTP_INFINITY, fork_and_return, NULL, &count),
                     OTP_OK);
    probe_sync(probe);
    stop_runtime();
}
END_TEST

/* -- who did it -- */

static atomic_bool told_thread;

/* "name number": the first thread of a program has the program's number. */
static bool is_this_thread(const char *who)
{
    const char *last = strrchr(who, ' ');
    return last != NULL && last != who && atol(last) == (long)getpid();
}

static void note_misuse(void *context, const struct otp_log_event *event)
{
    char pid[32];
    (void)context;
    ck_assert(event->thread == NULL || event->pid.bits == 0);
    if (event->thread != NULL)
        atomic_store(&told_thread, is_this_thread(event->thread));
    if (event->kind == OTP_LOG_MISUSE)
        note("%s by %s of %s", event->text,
             event->pid.bits == 0 ? "a thread" : otp_pid_format(event->pid, pid, sizeof pid),
             event->module == NULL ? "nothing" : event->module);
}

static otp_next misuse(struct probe *self, otp_from from, void *context)
{
    char text_out[4];
    (void)context;
    ck_assert_int_eq(probe_call_within(otp_to(otp_self()), OTP_S, probe_count, NULL, &number),
                     OTP_CALLING_SELF);
    ck_assert_int_eq(otp_sys_get_state(otp_to(otp_self()), text_out, 4, -1), OTP_BADARG);
    ck_assert_int_eq(otp_clock_advance(1), OTP_WRONG_THREAD);
    return probe_reply(from, self->count);
}

START_TEST(misuse_is_logged_where_that_is_asked_for)
{
    struct otp_config config = { .workers = 2, .log = note_misuse, .log_misuse = true };
    uint64_t count;
    char pid[32], want[400];
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    otp_pid probe = probe_start(NULL);
    ck_assert_int_eq(otp_link(probe), OTP_WRONG_THREAD);
    ck_assert_int_eq(probe_call(probe, misuse, NULL, &count), OTP_OK);
    ck_assert_int_eq(probe_call(otp_no_pid(), probe_count, NULL, &count),
                     OTP_NOPROC); /* no misuse */
    otp_pid_format(probe, pid, sizeof pid);
    snprintf(want, sizeof want,
             "otp_link: not allowed from this thread by a thread of nothing,"
             "otp_call: a process cannot wait for itself by %s of tests.probe,"
             "otp_sys_get_state: bad argument by %s of tests.probe,"
             "otp_clock_advance: not allowed from this thread by %s of tests.probe",
             pid, pid, pid);
    expect_notes(want);
    ck_assert(atomic_load(&told_thread));
    stop_runtime();
    forget_notes();
    config.log_misuse = false;
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(probe_call(probe_start(NULL), misuse, NULL, &count), OTP_OK);
#ifndef OTP_DEBUG
    expect_notes("");
#endif
    stop_runtime();
}
END_TEST

static otp_from kept;

static otp_next answer_and_keep(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 1;
    (void)self, (void)context;
    kept = from;
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_OK);
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_NOT_FOUND);
    return otp_noreply();
}

static otp_next keep_only(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    kept = from;
    return otp_noreply();
}

START_TEST(who_answers_twice_is_named)
{
    struct otp_config config = { .workers = 2, .log = note_misuse, .log_misuse = true };
    struct probe_args args = { keep_only, NULL };
    uint64_t value = 1;
    char pid[32], want[200];
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    otp_pid probe = probe_start(NULL);
    ck_assert_int_eq(probe_ask_later(probe, answer_and_keep, NULL, &value), OTP_OK);
    probe_sync(probe);
    otp_pid_format(probe, pid, sizeof pid);
    snprintf(want, sizeof want, "otp_answer: answered already by %s of tests.probe", pid);
    expect_notes(want);
    forget_notes();
    ck_assert_int_eq(otp_answer(kept, &probe_u64_layout, &value), OTP_NOT_FOUND);
    expect_notes("otp_answer: answered already by a thread of nothing");
    forget_notes();
    /* nobody's mistake: who asked has gone */
    memset(&kept, 0, sizeof kept);
    ck_assert_int_eq(otp_call(otp_to(probe), &probe_later_type, &args, &value, 10 * OTP_MS),
                     OTP_TIMEOUT);
    probe_sync(probe);
    ck_assert_int_eq(otp_answer(kept, &probe_u64_layout, &value), OTP_NOT_FOUND);
    expect_notes("");
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bad_use");
    TCase *c = support_case(s, "bad_use", 20);
    tcase_add_test(c, before_start_and_after_stop_there_is_a_status);
    tcase_add_test(c, of_two_that_stop_it_one_does);
    tcase_add_test(c, nobody_is_a_status);
    tcase_add_test(c, negative_timeouts_are_a_status);
    tcase_add_test(c, in_a_forked_child_there_is_a_status);
    tcase_add_test(c, a_handler_that_returns_in_a_forked_child_ends_that);
    tcase_add_test(c, misuse_is_logged_where_that_is_asked_for);
    tcase_add_test(c, who_answers_twice_is_named);
    return support_run(s);
}
