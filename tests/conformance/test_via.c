/* test_via.c - names that are kept elsewhere: B004, B171 to B173.
 *
 * Idea: the rooms and guests of via.otp are known by their keys in registries; a keeper of the
 * test's own shows that the interface is open. */
#include "probe.h"

#include <stdatomic.h>

#include "via.otp.h"
#include "via/count.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

static otp_pid root;

static void start_via(void)
{
    char text[100];
    start_runtime(false, false);
    OK(otp_application_start(&via_application, &root, text, sizeof(text)));
}

static void stop_via(void)
{
    OK(otp_application_stop(&via_application, PATIENCE));
    stop_runtime();
}

static otp_pid start_room(uint64_t number)
{
    const struct via_room_options options = via_room_options_default(number);
    otp_pid pid;
    OK(via_room_start(&options, &pid));
    return pid;
}

static uint64_t number_of(otp_dest room)
{
    uint64_t number = 0;
    OK(via_room_number(room, &number));
    return number;
}

START_TEST(B004_a_server_has_a_plain_name_a_via_name_or_none)
{
    const struct otp_start plain = { .name = "tests.room" };
    const struct via_room_options options = via_room_options_default(3);
    otp_str called;
    otp_pid pid;
    start_via();
    (void)start_room(1);
    (void)start_room(2);
    ck_assert_uint_eq(number_of(via_room_via(1)), 1);
    ck_assert_uint_eq(number_of(via_room_via(2)), 2);
    OK(via_room_start_with(&plain, &options, &pid)); /* the start overrides it */
    ck_assert_uint_eq(otp_whereis("tests.room").bits, pid.bits);
    ck_assert_uint_eq(otp_dest_pid(via_room_via(3)).bits, 0);
    ck_assert_uint_eq(number_of(otp_to(pid)), 3);
    OK(via_guest_called(via_guest_via(otp_cstr("ann")), &called)); /* a child of the tree */
    ck_assert(otp_str_equal(called, otp_cstr("ann")));
    via_guest_called_free_reply(&called);
    pid = probe_start(NULL); /* none: by its pid alone */
    probe_sync(pid);
    stop_via();
}
END_TEST

START_TEST(B171_a_held_via_name_reports_its_holder_without_init)
{
    const struct via_room_options options = via_room_options_default(7);
    otp_pid first, second = otp_no_pid();
    start_via();
    first = start_room(7);
    int before = inits;
    ck_assert_int_eq(via_room_start(&options, &second), OTP_ALREADY_STARTED);
    ck_assert_uint_eq(second.bits, first.bits);
    ck_assert_int_eq(inits, before);
    OK(otp_stop_process(via_room_via(7), otp_normal(), PATIENCE));
    second = start_room(7); /* free at once */
    ck_assert_uint_ne(second.bits, first.bits);
    OK(otp_exit_signal(second, otp_kill()));
    (void)start_room(7);
    stop_via();
}
END_TEST

/* -- a keeper of our own: one name, with a value -- */

static struct {
    atomic_ullong pid;
    const char *value;
    int given_back;
} kept;

static otp_status keep(const struct otp_via *via, otp_pid pid, otp_pid *holder)
{
    unsigned long long none = 0;
    if (!atomic_compare_exchange_strong(&kept.pid, &none, pid.bits)) {
        holder->bits = none;
        return OTP_ALREADY_STARTED;
    }
    kept.value = via->value;
    return OTP_OK;
}

static void give_back(const struct otp_via *via, otp_pid pid)
{
    unsigned long long bits = pid.bits;
    (void)via;
    kept.given_back++;
    (void)atomic_compare_exchange_strong(&kept.pid, &bits, 0);
}

static otp_pid find(const struct otp_via *via)
{
    otp_pid pid = { atomic_load(&kept.pid) };
    (void)via;
    return pid;
}

static const struct otp_via_type keeper = { keep, give_back, find };

static otp_next refuse(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    return otp_stop(otp_error("refused"));
}

START_TEST(B172_a_failed_start_leaves_the_via_name_free)
{
    struct via_room_options options = via_room_options_default(7);
    const struct otp_via via = { .type = &keeper };
    const struct otp_start how = { .via = &via };
    const struct probe_options refusing = { refuse, NULL, { NULL, 0 }, NULL };
    otp_pid pid;
    start_via();
    ck_assert_int_eq(probe_start_with(&how, &refusing, &pid), OTP_EXIT);
    ck_assert_uint_eq(find(&via).bits, 0);
    for (int i = 0; i < 50; i++) {
        options.fails = true;
        ck_assert_int_eq(via_room_start(&options, &pid), OTP_EXIT);
        ck_assert_uint_eq(otp_dest_pid(via_room_via(7)).bits, 0);
        pid = start_room(7);
        OK(otp_stop_process(otp_to(pid), otp_normal(), PATIENCE));
    }
    stop_via();
}
END_TEST

START_TEST(B173_a_via_name_carries_a_value_and_a_free_one_says_noproc)
{
    const struct otp_via via = { .type = &keeper, .value = "blue" };
    const struct otp_start how = { .via = &via };
    struct probe_options options = { refuse, NULL, { NULL, 0 }, NULL };
    uint64_t value;
    otp_pid pid = otp_no_pid(), other = otp_no_pid();
    start_runtime(false, false);
    ck_assert_int_eq(probe_call_within(otp_to_via(&via), PATIENCE, probe_count, NULL, &value),
                     OTP_NOPROC);
    ck_assert_int_eq(probe_start_with(&how, &options, &pid), OTP_EXIT);
    ck_assert_int_eq(kept.given_back, 1);
    options.init = NULL;
    OK(probe_start_with(&how, &options, &pid));
    ck_assert_str_eq(kept.value, "blue");
    ck_assert_int_eq(probe_start_with(&how, &options, &other), OTP_ALREADY_STARTED);
    ck_assert_uint_eq(other.bits, pid.bits);
    OK(probe_call_within(otp_to_via(&via), PATIENCE, probe_count, NULL, &value));
    OK(otp_stop_process(otp_to_via(&via), otp_normal(), PATIENCE));
    ck_assert_uint_eq(otp_dest_pid(otp_to_via(&via)).bits, 0); /* it has not been told, we know */
    stop_runtime();
}
END_TEST

/* -- a keeper that does not come back -- */

static otp_pid deaf;     /* never answers */
static _Atomic int asks; /* the keeper was asked */

static otp_status keep_for_ever(const struct otp_via *via, otp_pid pid, otp_pid *holder)
{
    uint64_t unused;
    (void)via;
    (void)pid;
    (void)holder;
    atomic_fetch_add(&asks, 1);
    struct probe_args args = { probe_note, (void *)(uintptr_t) "asked" };
    return otp_call(otp_to(deaf), &probe_later_type, &args, &unused, OTP_INFINITY);
}

static otp_status keep_and_crash(const struct otp_via *via, otp_pid pid, otp_pid *holder)
{
    (void)via;
    (void)pid;
    (void)holder;
    atomic_fetch_add(&asks, 1);
    otp_exit(otp_error("the keeper broke down"));
}

/* Whoever starts it is linked with it, so that is the end of both. */
static otp_status keep_and_kill(const struct otp_via *via, otp_pid pid, otp_pid *holder)
{
    (void)via;
    (void)holder;
    atomic_fetch_add(&asks, 1);
    return otp_exit_signal(pid, otp_kill());
}

static void start_under_it(void *type)
{
    const struct otp_via via = { .type = type };
    const struct otp_start how = { .name = "tests.half", .link = true, .via = &via };
    otp_pid pid;
    (void)!probe_start_with(&how, NULL, &pid);
    otp_yield();
    note("never here");
}

/* The process that was to be is gone too: its name is free, and the runtime can stop. */
static void expect_nothing_left(otp_status (*asked)(const struct otp_via *, otp_pid, otp_pid *),
                                bool kills)
{
    struct otp_via_type type = { asked, give_back, find };
    int before = atomic_load(&asks);
    otp_pid starter;
    OK(otp_spawn(start_under_it, &type, NULL, &starter));
    while (atomic_load(&asks) == before)
        step_aside();
    if (kills)
        OK(otp_exit_signal(starter, otp_kill()));
    while (otp_is_alive(starter) || otp_whereis("tests.half").bits != 0)
        step_aside();
}

START_TEST(a_starter_that_ends_while_it_asks_the_keeper_leaves_nothing)
{
    start_runtime(false, false);
    deaf = probe_start(NULL);
    for (int i = 0; i < 20; i++) {
        expect_nothing_left(keep_for_ever, true);
        expect_nothing_left(keep_and_crash, false);
        expect_nothing_left(keep_and_kill, false);
    }
    ck_assert_uint_eq(noted("never here"), 0);
    stop_runtime(); /* which waits for all */
}
END_TEST

static void try_once(void *type)
{
    const struct otp_via via = { .type = type };
    const struct otp_start how = { .name = "tests.half", .via = &via };
    otp_pid pid;
    (void)!probe_start_with(&how, NULL, &pid);
}

/* Those who ask when the runtime stops. */
START_TEST(a_runtime_stops_while_keepers_are_asked)
{
    struct otp_via_type type = { keep_for_ever, give_back, find };
    otp_pid starter;
    for (int i = 1; i < 5; i++) {
        start_runtime(false, false);
        deaf = probe_start(NULL);
        OK(otp_spawn(try_once, &type, NULL, &starter));
        while (atomic_load(&asks) < i)
            step_aside();
        stop_runtime();
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("via");
    support_behaviour(s, "B004", B004_a_server_has_a_plain_name_a_via_name_or_none);
    support_behaviour(s, "B171", B171_a_held_via_name_reports_its_holder_without_init);
    support_behaviour(s, "B172", B172_a_failed_start_leaves_the_via_name_free);
    support_behaviour(s, "B173", B173_a_via_name_carries_a_value_and_a_free_one_says_noproc);
    TCase *c = support_case(s, "keeper", 20);
    tcase_add_test(c, a_starter_that_ends_while_it_asks_the_keeper_leaves_nothing);
    tcase_add_test(c, a_runtime_stops_while_keepers_are_asked);
    return support_run(s);
}
