/* test_no_memory.c - every allocation may fail.
 *
 * Idea: a scenario is run again and again; the first time the first allocation fails, then the
 * second, and so on, until it succeeds without one that failed. Each time it must end with a status
 * that says so, or do what it should all the same; afterwards, with memory, everything works as if
 * nothing had been, and at last nothing is left. */
#include "probe.h"

#include <limits.h>
#include <stdatomic.h>

#include "no_memory.otp.h"

static _Atomic int64_t in_use;
static atomic_long left = LONG_MAX; /* allocations until one fails */
static atomic_bool failed;

static void *scarce_allocate(void *context, size_t size)
{
    void *memory;
    (void)context;
    if (atomic_fetch_sub(&left, 1) == 0) {
        atomic_store(&failed, true);
        return NULL;
    }
    memory = malloc(size);
    if (memory != NULL)
        atomic_fetch_add(&in_use, (int64_t)size);
    return memory;
}

static void scarce_release(void *context, void *memory, size_t size)
{
    (void)context;
    if (memory != NULL)
        atomic_fetch_sub(&in_use, (int64_t)size);
    free(memory);
}

static otp_status start(void)
{
    static const struct otp_allocator allocator = { scarce_allocate, scarce_release, NULL };
    struct otp_config config = { .workers = 2 };
    config.allocator = &allocator;
    config.log = note_event;
    return otp_runtime_start(&config);
}

static otp_pid root;

static bool is_told(otp_status status)
{
    if (status == OTP_EXIT) {
        char text[128];
        return strstr(reason_text(otp_last_reason(), text), "nomem") != NULL ||
               strstr(text, "memory") != NULL || strstr(text, "killed") != NULL ||
               strstr(text, "shutdown") != NULL;
    }
    return status == OTP_OK || status == OTP_NOMEM || status == OTP_NOPROC ||
           status == OTP_BADARG || status == OTP_SYSTEM;
}

/* With memory: the tree answers, and restarts what has crashed. */
static void works(void)
{
    otp_str text;
    uint64_t count;
    otp_status status;
    do
        status = scarce_keeper_keep(SCARCE_KEEPER, otp_cstr("again"), &text);
    while (status == OTP_NOPROC || status == OTP_EXIT); /* until it is there again */
    ck_assert_int_eq(status, OTP_OK);
    ck_assert(otp_str_equal(text, otp_cstr("again")));
    scarce_keeper_keep_free_reply(&text);
    ck_assert_int_eq(scarce_keeper_put(SCARCE_KEEPER, otp_cstr("key"), otp_cstr("value"), &count),
                     OTP_OK);
    ck_assert_uint_eq(count, 1);
}

/* Runs it with the nth allocation failing, for each n. */
static void starve(otp_status (*scenario)(void))
{
    for (long n = 0;; n++) {
        ck_assert_int_lt(n, 2000);
        atomic_store(&failed, false);
        atomic_store(&left, n);
        otp_status status = scenario();
        bool short_of = atomic_load(&failed);
        atomic_store(&left, LONG_MAX);
        ck_assert_msg(is_told(status), "allocation %ld: %s", n, otp_status_text(status));
        works();
        if (status == OTP_OK && !short_of)
            return;
    }
}

static void with_tree(otp_status (*scenario)(void))
{
    char text[256];
    ck_assert_int_eq(start(), OTP_OK);
    ck_assert_int_eq(otp_application_start(&scarce_application, &root, text, sizeof(text)), OTP_OK);
    works();
    starve(scenario);
    ck_assert_int_eq(otp_application_stop(&scarce_application, PATIENCE), OTP_OK);
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
    ck_assert_int_eq(atomic_load(&in_use), 0);
}

START_TEST(the_runtime_starts_or_says_no_memory)
{
    for (long n = 0;; n++) {
        ck_assert_int_lt(n, 2000);
        atomic_store(&failed, false);
        atomic_store(&left, n);
        otp_status status = start();
        bool short_of = atomic_load(&failed);
        atomic_store(&left, LONG_MAX);
        ck_assert(status == OTP_OK || status == OTP_NOMEM);
        if (status == OTP_OK)
            ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
        ck_assert_int_eq(atomic_load(&in_use), 0);
        if (status == OTP_OK && !short_of)
            return;
    }
}
END_TEST

START_TEST(an_application_starts_or_says_why_not)
{
    char text[256];
    ck_assert_int_eq(start(), OTP_OK);
    for (long n = 0;; n++) {
        ck_assert_int_lt(n, 2000);
        atomic_store(&failed, false);
        atomic_store(&left, n);
        otp_status status = otp_application_start(&scarce_application, &root, text, sizeof(text));
        bool short_of = atomic_load(&failed);
        atomic_store(&left, LONG_MAX);
        ck_assert_msg(is_told(status), "allocation %ld: %s", n, otp_status_text(status));
        if (status == OTP_OK) {
            works();
            ck_assert_int_eq(otp_application_stop(&scarce_application, PATIENCE), OTP_OK);
        }
        if (status == OTP_OK && !short_of)
            break;
    }
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
    ck_assert_int_eq(atomic_load(&in_use), 0);
}
END_TEST

/* -- scenarios -- */

static otp_status call_with_texts(void)
{
    char big[3000];
    otp_str text, given = { big, sizeof(big) };
    memset(big, 'x', sizeof(big));
    otp_status status = scarce_keeper_keep(SCARCE_KEEPER, given, &text);
    if (status == OTP_OK)
        scarce_keeper_keep_free_reply(&text);
    return status;
}

static otp_status cast_texts(void)
{
    char big[3000];
    otp_str given = { big, sizeof(big) };
    memset(big, 'x', sizeof(big));
    return scarce_keeper_note(SCARCE_KEEPER, given);
}

static otp_status put_into_a_table(void)
{
    uint64_t count;
    return scarce_keeper_put(SCARCE_KEEPER, otp_cstr("key"), otp_cstr("another value"), &count);
}

static otp_status use_an_agent(void)
{
    otp_str text;
    otp_status status = scarce_last_swap(SCARCE_LAST, otp_cstr("a text of some length"), &text);
    if (status == OTP_OK)
        scarce_last_swap_free_reply(&text);
    return status;
}

static otp_status start_and_stop_one(void)
{
    const struct scarce_last_options options = scarce_last_options_default();
    const struct otp_start how = { .name = "tests.starved" };
    otp_pid pid;
    otp_status status = scarce_last_start_with(&how, &options, &pid);
    return status != OTP_OK ? status : otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY);
}

static otp_status ask_for_later(void)
{
    otp_request request;
    otp_str text;
    otp_status status = scarce_keeper_later_request(SCARCE_KEEPER, &request);
    if (status != OTP_OK)
        return status;
    status = scarce_keeper_later_receive(&request, 0, &text);
    (void)otp_abandon_request(&request);
    return status == OTP_TIMEOUT ? OTP_OK : status;
}

static _Atomic int outcome;

/* Of what a process may ask for: the first thing that was refused. */
static void do_it_all(void *unused)
{
    static struct otp_key key = { "tests.starved", NULL };
    const struct otp_message *message;
    otp_monitor monitor;
    otp_dest alias;
    otp_status status;
    (void)unused;
    status = otp_monitor_start(SCARCE_KEEPER, &monitor);
    if (status == OTP_OK)
        status = otp_alias(OTP_ALIAS_EXPLICIT, &alias);
    if (status == OTP_OK)
        status = otp_put(&key, &key, NULL);
    if (status == OTP_OK && otp_alloc(1000) == NULL)
        status = OTP_NOMEM;
    if (status == OTP_OK && otp_scratch(10000) == NULL)
        status = OTP_NOMEM;
    if (status == OTP_OK)
        status = otp_receive(OTP_MS, &message) == OTP_NOMEM ? OTP_NOMEM : OTP_OK;
    atomic_store(&outcome, (int)status);
}

static otp_status be_a_process(void)
{
    otp_pid pid;
    atomic_store(&outcome, OTP_NOMEM); /* if it ends before it says more */
    otp_status status = otp_spawn(do_it_all, NULL, NULL, &pid);
    while (status == OTP_OK && otp_is_alive(pid))
        step_aside();
    return status != OTP_OK ? status : (otp_status)atomic_load(&outcome);
}

static otp_status look_into_it(void)
{
    struct otp_sys_status info;
    char text[512];
    return otp_sys_get_status(SCARCE_KEEPER, &info, text, sizeof(text), OTP_INFINITY);
}

#define SCENARIO(name)                                                                             \
    START_TEST(name##_survives)                                                                    \
    {                                                                                              \
        with_tree(name);                                                                           \
    }                                                                                              \
    END_TEST

SCENARIO(call_with_texts)
SCENARIO(cast_texts)
SCENARIO(put_into_a_table)
SCENARIO(use_an_agent)
SCENARIO(start_and_stop_one)
SCENARIO(ask_for_later)
SCENARIO(be_a_process)
SCENARIO(look_into_it)

int main(void)
{
    Suite *s = suite_create("no_memory");
    TCase *c = support_case(s, "no_memory", 60);
    tcase_add_test(c, the_runtime_starts_or_says_no_memory);
    tcase_add_test(c, an_application_starts_or_says_why_not);
    tcase_add_test(c, call_with_texts_survives);
    tcase_add_test(c, cast_texts_survives);
    tcase_add_test(c, put_into_a_table_survives);
    tcase_add_test(c, use_an_agent_survives);
    tcase_add_test(c, start_and_stop_one_survives);
    tcase_add_test(c, ask_for_later_survives);
    tcase_add_test(c, be_a_process_survives);
    tcase_add_test(c, look_into_it_survives);
    return support_run(s);
}
