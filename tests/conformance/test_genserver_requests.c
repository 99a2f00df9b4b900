/* test_genserver_requests.c - asking without waiting.
 *
 * Idea: see probe.h. Servers keep who asked, and the test answers in the order that it likes. All
 * that a process can do a foreign thread can do too, so both run the same functions. */
#include <stdatomic.h>

#include "probe.h"

#define SERVERS 4

static struct {
    otp_pid pids[SERVERS];
    otp_from from[SERVERS]; /* who asked the server of that number last */
} kept;

/* Keeps who asked for the server whose number is in context. */
static otp_next keep(struct probe *self, otp_from from, void *context)
{
    size_t i = (size_t)(uintptr_t)context;
    (void)self;
    kept.from[i] = from;
    note("kept:%d", (int)i);
    return otp_noreply();
}

static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

static otp_next add(struct probe *self, otp_from from, void *context)
{
    self->count += (uint64_t)(uintptr_t)context;
    return from.slot_ == NULL ? otp_noreply() : probe_reply(from, self->count);
}

static otp_next burn_at_gate(struct probe *self, otp_from from, void *context)
{
    note("burns");
    gate_pass(context);
    return probe_reply(from, ++self->count);
}

static otp_status request(otp_dest dest, const struct otp_message_type *type, probe_handler run,
                          void *context, otp_request *out)
{
    struct probe_args args = { run, context };
    return otp_send_request(dest, type, &args, out);
}

/* Asks the server of that number; it keeps the question. */
static void ask(size_t i, otp_request *out)
{
    ck_assert_int_eq(
        request(otp_to(kept.pids[i]), &probe_later_type, keep, (void *)(uintptr_t)i, out), OTP_OK);
}

static otp_status take(otp_request *handle, otp_duration timeout, uint64_t *value)
{
    return otp_receive_response(handle, &probe_later_type, value, timeout);
}

static otp_status answer(size_t i, uint64_t value)
{
    return otp_answer(kept.from[i], &probe_u64_layout, &value);
}

static void start_servers(void)
{
    start_runtime(false, false);
    for (size_t i = 0; i < SERVERS; i++)
        kept.pids[i] = probe_start(NULL);
}

/* In a process, and then in this thread. */
static void in_both(void (*run)(void *arg), void *arg)
{
    in_process(run, arg);
    forget_notes();
    run(arg);
}

static void expect_nothing_left(void)
{
    if (otp_self().bits != 0)
        expect_no_message();
}

/* -- B043 -- */

static void take_in_any_order(void *arg)
{
    otp_request requests[3];
    uint64_t value = 7;
    (void)arg;
    for (size_t i = 0; i < 3; i++) {
        ask(i, &requests[i]);
        ck_assert_int_eq(otp_wait_response(&requests[i], 0), OTP_TIMEOUT);
    }
    await_note("kept:0");
    await_note("kept:1");
    await_note("kept:2");
    ck_assert_int_eq(answer(2, 102), OTP_OK);
    ck_assert_int_eq(answer(0, 100), OTP_OK);
    ck_assert_int_eq(otp_wait_response(&requests[1], 0), OTP_TIMEOUT);
    ck_assert_int_eq(otp_wait_response(&requests[0], 0), OTP_OK);
    ck_assert_int_eq(answer(1, 101), OTP_OK);
    ck_assert_int_eq(take(&requests[1], 0, &value), OTP_OK);
    ck_assert_uint_eq(value, 101);
    ck_assert_int_eq(otp_wait_response(&requests[0], OTP_INFINITY), OTP_OK); /* it stays */
    ck_assert_int_eq(take(&requests[0], OTP_INFINITY, &value), OTP_OK);
    ck_assert_uint_eq(value, 100);
    ck_assert_int_eq(take(&requests[2], PATIENCE, &value), OTP_OK);
    ck_assert_uint_eq(value, 102);
    expect_nothing_left();
}

START_TEST(B043_each_request_has_its_own_answer)
{
    start_servers();
    in_both(take_in_any_order, NULL);
    stop_runtime();
}
END_TEST

/* Fails after limit: never earlier, and one of a few tries is in time also on a busy machine. */
static void expect_timeout(otp_status (*wait)(otp_request *handle, otp_duration timeout),
                           otp_request *handle)
{
    const otp_duration limit = 50 * OTP_MS;
    otp_duration took;
    int tries = TRIES;
    do {
        otp_instant begin = otp_now();
        ck_assert_int_eq(wait(handle, limit), OTP_TIMEOUT);
        took = otp_now() - begin;
        ck_assert_int_ge(took, limit);
    } while (!IN_TIME(took, limit) && --tries > 0);
    ck_assert(IN_TIME(took, limit));
}

static otp_status only_wait(otp_request *handle, otp_duration timeout)
{
    return otp_wait_response(handle, timeout);
}

static otp_status wait_and_take(otp_request *handle, otp_duration timeout)
{
    uint64_t value = 7;
    otp_status status = take(handle, timeout, &value);
    ck_assert_uint_eq(value, 7); /* untouched */
    return status;
}

static void give_up(void *arg)
{
    otp_request first, second;
    uint64_t value = 0;
    (void)arg;
    ask(0, &first);
    await_note("kept:0");
    expect_timeout(only_wait, &first); /* it stays ... */
    otp_instant begin = otp_now();
    ck_assert_int_eq(wait_and_take(&first, 20 * OTP_MS), OTP_TIMEOUT); /* and now it is over */
    ck_assert_int_ge(otp_now() - begin, 20 * OTP_MS);
    ck_assert_int_eq(take(&first, 0, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(answer(0, 1), OTP_NOT_FOUND);
    ask(0, &second);
    await_notes("kept:0", 2);
    ck_assert_int_eq(answer(0, 2), OTP_OK);
    ck_assert_int_eq(take(&second, OTP_INFINITY, &value), OTP_OK);
    ck_assert_uint_eq(value, 2);
    expect_nothing_left();
}

START_TEST(B043_a_wait_keeps_the_request_and_a_receive_ends_it)
{
    start_servers();
    in_both(give_up, NULL);
    stop_runtime();
}
END_TEST

struct burning {
    otp_pid server;
    struct gate gate, timed_out;
};

static void wait_for_a_burning_server(void *arg)
{
    struct burning *burning = arg;
    otp_request handle;
    uint64_t value = 0;
    ck_assert_int_eq(
        request(otp_to(burning->server), &probe_call_type, burn_at_gate, &burning->gate, &handle),
        OTP_OK);
    await_note("burns");
    expect_timeout(only_wait, &handle);
    gate_open(&burning->timed_out);
    ck_assert_int_eq(otp_receive_response(&handle, &probe_call_type, &value, OTP_INFINITY), OTP_OK);
    ck_assert_uint_ge(value, 1);
}

START_TEST(B043_a_server_that_burns_holds_no_wait_up)
{
    struct burning burning = { { 0 }, GATE, GATE };
    struct probe_job job = { wait_for_a_burning_server, &burning, GATE };
    otp_pid pid;
    start_servers();
    burning.server = probe_start(NULL);
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    gate_pass(&burning.timed_out);
    gate_open(&burning.gate);
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

/* It waits in the middle of a handler, and mail comes meanwhile. */
static otp_next wait_in_handler(struct probe *self, otp_from from, void *context)
{
    otp_request handle;
    uint64_t value = 0;
    (void)self, (void)context;
    ask(0, &handle);
    ck_assert_int_eq(take(&handle, OTP_INFINITY, &value), OTP_OK);
    note("value:%d", (int)value);
    return from.slot_ == NULL ? otp_noreply() : probe_reply(from, 0);
}

START_TEST(B043_mail_that_comes_during_a_wait_is_handled_after_it)
{
    start_servers();
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, wait_in_handler, NULL);
    await_note("kept:0");
    for (int i = 0; i < 20; i++)
        probe_cast(pid, probe_note, (void *)(uintptr_t) "mail");
    ck_assert_int_eq(answer(0, 5), OTP_OK);
    probe_sync(pid);
    ck_assert_uint_eq(noted("mail"), 20);
    char *text = all_notes();
    ck_assert_str_eq(text + strlen(text) - strlen(",mail"), ",mail");
    ck_assert_int_eq(strncmp(text, "kept:0,value:5,mail,mail", 24), 0);
    free(text);
    stop_runtime();
}
END_TEST

static void ask_the_dying(void *arg)
{
    static struct otp_name name = { "tests.nobody", NULL, 0 };
    otp_pid *crashing = arg;
    otp_request dies, nobody, gone;
    uint64_t value = 7;
    char text[128];
    otp_pid dead = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(dead), otp_normal(), OTP_INFINITY), OTP_OK);
    *crashing = probe_start(NULL);
    ck_assert_int_eq(request(otp_to(*crashing), &probe_later_type, crash, NULL, &dies), OTP_OK);
    ck_assert_int_eq(request(otp_to(dead), &probe_later_type, crash, NULL, &gone), OTP_OK);
    ck_assert_int_eq(request(otp_to_name(&name), &probe_later_type, crash, NULL, &nobody), OTP_OK);
    ck_assert_int_eq(otp_wait_response(&gone, 0), OTP_OK); /* the failure is there */
    ck_assert_int_eq(take(&gone, 0, &value), OTP_NOPROC);
    ck_assert_int_eq(take(&nobody, 0, &value), OTP_NOPROC);
    ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_NOPROC);
    ck_assert_int_eq(take(&dies, OTP_INFINITY, &value), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "boom");
    ck_assert_uint_eq(value, 7);
    expect_nothing_left();
}

START_TEST(B043_the_end_of_the_server_is_an_answer)
{
    otp_pid pid;
    start_servers();
    in_both(ask_the_dying, &pid);
    stop_runtime();
}
END_TEST

/* -- who asked ends -- */

static void leave_open(void *arg)
{
    otp_request handle;
    (void)arg;
    ask(0, &handle);
    ask(1, &handle);
    await_note("kept:0");
    await_note("kept:1");
    ck_assert_int_eq(answer(1, 1), OTP_OK); /* comes, and is never taken */
}

static void wait_for_ever(void *arg)
{
    otp_request handle;
    uint64_t value;
    (void)arg;
    ask(2, &handle);
    (void)take(&handle, OTP_INFINITY, &value);
    note("never here");
}

static void *leave_open_in_thread(void *arg)
{
    otp_request handle;
    leave_open(arg);
    /* a reply of its own memory is not taken either */
    ck_assert_int_eq(
        request(otp_to(kept.pids[3]), &probe_later_type, keep, (void *)(uintptr_t)3, &handle),
        OTP_OK);
    await_note("kept:3");
    return NULL;
}

START_TEST(B043_an_open_request_goes_with_its_process)
{
    pthread_t thread;
    otp_pid pid;
    start_servers();
    in_process(leave_open, NULL);
    while (answer(0, 1) == OTP_OK) /* the process may still be on its way out */
        step_aside();
    ck_assert_int_eq(answer(0, 1), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_spawn(wait_for_ever, NULL, NULL, &pid), OTP_OK);
    await_note("kept:2");
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    while (answer(2, 1) == OTP_OK)
        step_aside();
    ck_assert_int_eq(answer(2, 1), OTP_NOT_FOUND);
    forget_notes();
    ck_assert_int_eq(pthread_create(&thread, NULL, leave_open_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(answer(0, 1), OTP_NOT_FOUND); /* the thread has ended */
    ck_assert_int_eq(answer(3, 1), OTP_NOT_FOUND);
    stop_runtime();
    ck_assert_uint_eq(noted("never here"), 0);
}
END_TEST

/* -- many at once -- */

static void take_as_they_come(void *arg)
{
    otp_request requests[SERVERS];
    size_t which = 99;
    uint64_t value, sum = 0;
    (void)arg;
    for (size_t i = 0; i < SERVERS; i++)
        ask(i, &requests[i]);
    for (size_t i = 0; i < SERVERS; i++) {
        char text[16];
        snprintf(text, sizeof(text), "kept:%d", (int)i);
        await_note(text);
    }
    ck_assert_int_eq(otp_wait_any_response(requests, SERVERS, 0, &which), OTP_TIMEOUT);
    ck_assert_uint_eq(which, 99);
    ck_assert_int_eq(answer(2, 20), OTP_OK);
    ck_assert_int_eq(otp_wait_any_response(requests, SERVERS, OTP_INFINITY, &which), OTP_OK);
    ck_assert_uint_eq(which, 2);
    ck_assert_int_eq(take(&requests[2], 0, &value), OTP_OK);
    ck_assert_uint_eq(value, 20);
    ck_assert_int_eq(otp_wait_all_responses(requests, SERVERS, 10 * OTP_MS), OTP_TIMEOUT);
    ck_assert_int_eq(answer(3, 30), OTP_OK);
    ck_assert_int_eq(answer(0, 0), OTP_OK);
    ck_assert_int_eq(answer(1, 10), OTP_OK);
    ck_assert_int_eq(otp_wait_all_responses(requests, SERVERS, 0), OTP_OK);
    for (int n = 0; n < 3; n++) {
        ck_assert_int_eq(otp_wait_any_response(requests, SERVERS, OTP_INFINITY, &which), OTP_OK);
        ck_assert_int_eq(take(&requests[which], 0, &value), OTP_OK);
        ck_assert_uint_eq(value, which * 10);
        sum += value;
    }
    ck_assert_uint_eq(sum, 40);
    ck_assert_int_eq(otp_wait_any_response(requests, SERVERS, OTP_INFINITY, &which), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_wait_all_responses(requests, SERVERS, OTP_INFINITY), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_wait_any_response(requests, 0, OTP_INFINITY, &which), OTP_NOT_FOUND);
}

START_TEST(B043_answers_are_taken_as_they_come)
{
    start_servers();
    in_both(take_as_they_come, NULL);
    stop_runtime();
}
END_TEST

/* The answers come while it sleeps, from a thread. */
static void *answer_backwards(void *arg)
{
    (void)arg;
    for (size_t i = SERVERS; i-- > 0;) {
        char text[16];
        snprintf(text, sizeof(text), "kept:%d", (int)i);
        await_note(text);
        ck_assert_int_eq(answer(i, i), OTP_OK);
    }
    return NULL;
}

static void sleep_until_all(void *arg)
{
    otp_request requests[SERVERS];
    pthread_t thread;
    uint64_t value;
    (void)arg;
    for (size_t i = 0; i < SERVERS; i++)
        ask(i, &requests[i]);
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_backwards, NULL), 0);
    ck_assert_int_eq(otp_wait_all_responses(requests, SERVERS, OTP_INFINITY), OTP_OK);
    for (size_t i = 0; i < SERVERS; i++) {
        ck_assert_int_eq(take(&requests[i], 0, &value), OTP_OK);
        ck_assert_uint_eq(value, i);
    }
    pthread_join(thread, NULL);
}

START_TEST(B043_a_sleeping_waiter_is_woken)
{
    start_servers();
    for (int i = 0; i < 50; i++) {
        forget_notes();
        in_both(sleep_until_all, NULL);
    }
    stop_runtime();
}
END_TEST

enum { CROWD = 1000 };

/* More than a cache and a chunk of slots, twice, so that slots are used again. */
static void ask_a_crowd(void *arg)
{
    otp_request requests[CROWD];
    uint64_t value, sum = 0;
    size_t which;
    (void)arg;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < CROWD; i++)
            ck_assert_int_eq(request(otp_to(kept.pids[i % SERVERS]), &probe_call_type, add,
                                     (void *)(uintptr_t)1, &requests[i]),
                             OTP_OK);
        for (size_t n = 0; n < CROWD; n++) {
            ck_assert_int_eq(otp_wait_any_response(requests, CROWD, OTP_INFINITY, &which), OTP_OK);
            ck_assert_int_eq(otp_receive_response(&requests[which], &probe_call_type, &value, 0),
                             OTP_OK);
            sum += value;
        }
    }
    ck_assert_uint_gt(sum, 0);
}

START_TEST(B043_a_thousand_requests_at_once)
{
    uint64_t value = 0;
    start_servers();
    in_both(ask_a_crowd, NULL);
    ck_assert_int_eq(probe_call(kept.pids[0], probe_count, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 4 * CROWD / SERVERS);
    stop_runtime();
}
END_TEST

/* -- replies that refer to memory, and large ones -- */

struct wide {
    uint64_t words[40];
};
static const struct otp_layout wide_layout = { sizeof(struct wide), 0, NULL };
static const struct otp_message_type wide_type = { .name = "wide",
                                                   .module = &probe_module.module,
                                                   .message_class = OTP_CLASS_CALL,
                                                   .args = &probe_args_layout,
                                                   .reply = &wide_layout,
                                                   .dispatch = probe_dispatch };

static otp_next reply_wide(struct probe *self, otp_from from, void *context)
{
    struct wide wide;
    (void)self, (void)context;
    for (size_t i = 0; i < 40; i++)
        wide.words[i] = i * i;
    return otp_reply(from, &wide_type, &wide);
}

static otp_next reply_text(struct probe *self, otp_from from, void *context)
{
    otp_str text = otp_cstr(context);
    (void)self;
    return otp_reply(from, &probe_text_type, &text);
}

static void take_memory(void *arg)
{
    otp_request wide, text, ack, dropped;
    otp_dest dest = otp_to(kept.pids[0]);
    struct wide words = { { 0 } };
    otp_str view = { NULL, 0 };
    (void)arg;
    ck_assert_int_eq(request(dest, &wide_type, reply_wide, NULL, &wide), OTP_OK);
    ck_assert_int_eq(
        request(dest, &probe_text_type, reply_text, (void *)(uintptr_t) "some text", &text),
        OTP_OK);
    ck_assert_int_eq(
        request(dest, &probe_text_type, reply_text, (void *)(uintptr_t) "dropped", &dropped),
        OTP_OK);
    ck_assert_int_eq(request(dest, &probe_text_type, reply_text, (void *)(uintptr_t) "left", &ack),
                     OTP_OK); /* and never taken */
    ck_assert_int_eq(otp_receive_response(&text, &probe_text_type, &view, OTP_INFINITY), OTP_OK);
    ck_assert(otp_str_equal(view, otp_cstr("some text")));
    otp_reply_free(&probe_text_layout, &view);
    ck_assert_int_eq(otp_receive_response(&wide, &wide_type, &words, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(words.words[39], 39 * 39);
    ck_assert_int_eq(otp_wait_response(&dropped, OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_abandon_request(&dropped), OTP_OK);
    ck_assert_int_eq(otp_abandon_request(&dropped), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_wait_response(&ack, OTP_INFINITY), OTP_OK);
}

START_TEST(B043_replies_may_refer_to_memory)
{
    start_servers();
    in_both(take_memory, NULL);
    stop_runtime();
}
END_TEST

/* -- asking oneself -- */

static otp_next take_own_answer(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 0;
    (void)self, (void)from;
    ck_assert_int_eq(otp_receive_response(context, &probe_call_type, &value, 0), OTP_OK);
    note("own:%d", (int)value);
    return otp_noreply();
}

static otp_next ask_self(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    ck_assert_int_eq(
        request(otp_to(otp_self()), &probe_call_type, add, (void *)(uintptr_t)3, context), OTP_OK);
    probe_cast(otp_self(), take_own_answer, context);
    return otp_noreply();
}

START_TEST(B043_a_process_may_ask_itself)
{
    otp_request handle;
    start_servers();
    probe_cast(kept.pids[0], ask_self, &handle);
    await_note("own:3");
    stop_runtime();
}
END_TEST

/* -- bad use -- */

static void use_of_another(void *arg)
{
    otp_request *theirs = arg;
    uint64_t value;
    ck_assert_int_eq(take(theirs, 0, &value), OTP_WRONG_THREAD);
    ck_assert_int_eq(otp_wait_response(theirs, 0), OTP_WRONG_THREAD);
    ck_assert_int_eq(otp_abandon_request(theirs), OTP_WRONG_THREAD);
    ck_assert_uint_ne(theirs->id_, 0);
}

static void *use_of_another_thread(void *arg)
{
    use_of_another(arg);
    return NULL;
}

static void misuse(void *arg)
{
    otp_request none = { 0, 0, 0 }, wild = { UINT64_MAX, UINT32_MAX, UINT32_MAX }, handle, copy;
    struct probe_args args = { keep, NULL };
    uint64_t value = 7;
    pthread_t thread;
    (void)arg;
    ck_assert_int_eq(take(&none, OTP_INFINITY, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_wait_response(&none, OTP_INFINITY), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_abandon_request(&none), OTP_NOT_FOUND);
    ck_assert_int_eq(take(&wild, OTP_INFINITY, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_send_request(otp_to(kept.pids[0]), &probe_cast_type, &args, &handle),
                     OTP_BADARG);
    ck_assert_uint_eq(handle.id_, 0);
    ask(0, &handle);
    await_note("kept:0");
    copy = handle;
    ck_assert_int_eq(take(&handle, -1, &value), OTP_BADARG);
    ck_assert_int_eq(otp_wait_response(&handle, -1), OTP_BADARG);
    ck_assert_int_eq(otp_receive_response(&handle, &wide_type, &value, 0), OTP_BADARG);
    in_process(use_of_another, &handle);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_of_another_thread, &handle), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(answer(0, 1), OTP_OK); /* after all that it is still there */
    ck_assert_int_eq(take(&handle, OTP_INFINITY, &value), OTP_OK);
    ck_assert_uint_eq(value, 1);
    ck_assert_int_eq(take(&handle, 0, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(take(&copy, 0, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(answer(0, 2), OTP_NOT_FOUND); /* a second answer */
    ask(0, &handle);                               /* the same slot, most likely */
    await_notes("kept:0", 2);
    ck_assert_int_eq(take(&copy, 0, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_abandon_request(&handle), OTP_OK);
}

START_TEST(bad_use_of_requests_is_a_status)
{
    otp_request handle, none;
    uint64_t value;
    size_t which;
    start_servers();
    in_both(misuse, NULL);
    ask(0, &handle);
    await_note("kept:0");
    stop_runtime();
    ck_assert_int_eq(take(&handle, 0, &value), OTP_NOT_RUNNING);
    ck_assert_int_eq(otp_wait_any_response(&handle, 1, 0, &which), OTP_NOT_RUNNING);
    ck_assert_int_eq(request(otp_to(kept.pids[0]), &probe_later_type, keep, NULL, &none),
                     OTP_NOT_RUNNING);
    start_servers(); /* another run knows nothing of it */
    ck_assert_int_eq(take(&handle, 0, &value), OTP_NOT_FOUND);
    stop_runtime();
}
END_TEST

/* -- what is left behind -- */

static _Atomic size_t in_use;

static void *count_alloc(void *context, size_t size)
{
    void *memory = malloc(size);
    (void)context;
    if (memory != NULL)
        atomic_fetch_add(&in_use, size);
    return memory;
}

static void count_free(void *context, void *memory, size_t size)
{
    (void)context;
    atomic_fetch_sub(&in_use, size);
    free(memory);
}

static void ask_and_give_up(void *arg)
{
    otp_request handle;
    uint64_t value;
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        ask(0, &handle);
        ck_assert_int_eq(probe_call(kept.pids[0], probe_count, NULL, &value), OTP_OK);
        ck_assert_int_eq(take(&handle, 0, &value), OTP_TIMEOUT);
        forget_notes();
    }
}

/* A server that never answers does not keep those who have given up. */
START_TEST(a_request_that_was_given_up_leaves_nothing_behind)
{
    struct otp_allocator allocator = { count_alloc, count_free, NULL };
    struct otp_config config = { 0 };
    config.workers = 2;
    config.allocator = &allocator;
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    kept.pids[0] = probe_start(NULL);
    in_both(ask_and_give_up, NULL);
    size_t before = atomic_load(&in_use);
    for (int i = 0; i < 10; i++)
        in_both(ask_and_give_up, NULL);
    ck_assert_uint_le(atomic_load(&in_use), before + 100000);
    stop_runtime();
    ck_assert_uint_eq(atomic_load(&in_use), 0);
}
END_TEST

/* -- B041 -- */

static otp_next add_one(struct probe *self, otp_from from, void *context)
{
    (void)context;
    self->count++;
    return from.slot_ == NULL ? otp_noreply() : probe_reply(from, self->count);
}

static otp_status wait_for_six(otp_request *requests, otp_duration timeout)
{
    return otp_wait_all_responses(requests, 6, timeout);
}

/* Two answer, two never do, one is gone, one ends. */
static void call_many(void *arg)
{
    otp_dest dests[6];
    otp_request requests[6];
    otp_status statuses[6];
    uint64_t values[6] = { 0 };
    probe_handler handlers[6] = { add_one, keep, add_one, crash, add_one, keep };
    const struct otp_message_type *types[6];
    (void)arg;
    otp_pid dead = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(dead), otp_normal(), OTP_INFINITY), OTP_OK);
    for (size_t i = 0; i < 6; i++)
        dests[i] = i == 2 ? otp_to(dead) : otp_to(probe_start(NULL));
    for (size_t i = 0; i < 6; i++) {
        types[i] = handlers[i] == keep ? &probe_later_type : &probe_call_type;
        ck_assert_int_eq(
            request(dests[i], types[i], handlers[i], (void *)(uintptr_t)(i / 4), &requests[i]),
            OTP_OK);
    }
    for (size_t i = 0; i < 5; i++) /* who answers has answered, who ends has ended */
        if (handlers[i] != keep)
            ck_assert_int_eq(otp_wait_response(&requests[i], OTP_INFINITY), OTP_OK);
    expect_timeout(wait_for_six, requests); /* one limit for all together */
    for (size_t i = 0; i < 6; i++)
        statuses[i] = otp_receive_response(&requests[i], types[i], &values[i], 0);
    const otp_status want[6] = { OTP_OK, OTP_TIMEOUT, OTP_NOPROC, OTP_EXIT, OTP_OK, OTP_TIMEOUT };
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(statuses[i], want[i]);
    ck_assert_uint_eq(values[0], 1);
    ck_assert_uint_eq(values[4], 1);
    ck_assert_int_eq(answer(0, 9), OTP_NOT_FOUND); /* too late, and nobody hears of it */
    ck_assert_int_eq(answer(1, 9), OTP_NOT_FOUND);
    ck_assert_int_eq(probe_call_within(dests[1], OTP_INFINITY, probe_count, NULL, &values[1]),
                     OTP_OK);
    ck_assert_uint_eq(values[1], 0);
    expect_nothing_left();
}

START_TEST(B041_many_are_called_with_one_timeout)
{
    start_runtime(false, false);
    in_both(call_many, NULL);
    stop_runtime();
}
END_TEST

START_TEST(B041_many_are_told_and_nobody_is_waited_for)
{
    struct probe_args args = { add_one, NULL };
    otp_dest dests[4];
    uint64_t value;
    start_servers();
    otp_pid dead = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(dead), otp_normal(), OTP_INFINITY), OTP_OK);
    for (size_t i = 0; i < 4; i++)
        dests[i] = i == 1 ? otp_to(dead) : otp_to(kept.pids[i]);
    for (size_t i = 0; i < 4; i++) /* OTP's abcast */
        ck_assert_int_eq(otp_cast(dests[i], &probe_cast_type, &args), OTP_OK);
    for (size_t i = 0; i < 4; i++) {
        if (i == 1)
            continue;
        ck_assert_int_eq(probe_call_within(dests[i], OTP_INFINITY, probe_count, NULL, &value),
                         OTP_OK);
        ck_assert_uint_eq(value, 1);
    }
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver_requests");
    TCase *c = support_case(s, "requests", 20.0);
    support_behaviour(s, "B041", B041_many_are_called_with_one_timeout);
    support_behaviour(s, "B041", B041_many_are_told_and_nobody_is_waited_for);
    support_behaviour(s, "B043", B043_each_request_has_its_own_answer);
    support_behaviour(s, "B043", B043_a_wait_keeps_the_request_and_a_receive_ends_it);
    support_behaviour(s, "B043", B043_a_server_that_burns_holds_no_wait_up);
    support_behaviour(s, "B043", B043_mail_that_comes_during_a_wait_is_handled_after_it);
    support_behaviour(s, "B043", B043_the_end_of_the_server_is_an_answer);
    support_behaviour(s, "B043", B043_an_open_request_goes_with_its_process);
    support_behaviour(s, "B043", B043_answers_are_taken_as_they_come);
    support_behaviour(s, "B043", B043_a_sleeping_waiter_is_woken);
    support_behaviour(s, "B043", B043_a_thousand_requests_at_once);
    support_behaviour(s, "B043", B043_replies_may_refer_to_memory);
    support_behaviour(s, "B043", B043_a_process_may_ask_itself);
    tcase_add_test(c, a_request_that_was_given_up_leaves_nothing_behind);
    tcase_add_test(c, bad_use_of_requests_is_a_status);
    return support_run(s);
}
