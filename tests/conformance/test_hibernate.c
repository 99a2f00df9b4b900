/* test_hibernate.c - what a process that hibernates gives back.
 *
 * Idea: a process fills everything that it can, takes it out again, and hibernates: then it has as
 * much memory as one that never had any of it, by the figures of otp_process_info; and the pages
 * that its handler touched on its stack are not there any more, as the kernel says. */
#include "probe.h"

int mincore(void *from, size_t size, unsigned char *resident); /* no part of POSIX */

#define MANY 500

static size_t memory_of(otp_pid pid)
{
    struct otp_proc_info info;
    ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
    return info.memory;
}

static void wait_for_ever(void *unused)
{
    const struct otp_message *message;
    (void)unused;
    (void)!otp_receive(OTP_INFINITY, &message);
}

/* Links, monitors, aliases, entries of a table and of the dictionary: many of each, and then none.
 * What is kept in it stays. */
static void fill_and_empty(struct probe *self)
{
    static struct otp_key keys[MANY];
    otp_pid pids[MANY];
    otp_monitor monitors[MANY];
    otp_dest aliases[MANY];
    for (uint64_t i = 0; i < MANY; i++) {
        ck_assert_int_eq(otp_spawn(wait_for_ever, NULL, NULL, &pids[i]), OTP_OK);
        ck_assert_int_eq(otp_link(pids[i]), OTP_OK);
        ck_assert_int_eq(otp_monitor_start(otp_to(pids[i]), &monitors[i]), OTP_OK);
        ck_assert_int_eq(otp_alias(OTP_ALIAS_EXPLICIT, &aliases[i]), OTP_OK);
        ck_assert_int_eq(otp_put(&keys[i], &keys[i], NULL), OTP_OK);
        ck_assert_int_eq(otp_table_put(self->table, &i, &i), OTP_OK);
    }
    for (uint64_t i = 0; i < MANY; i++) {
        ck_assert_int_eq(otp_unlink(pids[i]), OTP_OK);
        ck_assert_int_eq(otp_monitor_stop(monitors[i], true), OTP_OK);
        ck_assert_int_eq(otp_unalias(aliases[i]), OTP_OK);
        ck_assert_ptr_eq(otp_erase(&keys[i]), &keys[i]);
        ck_assert(i == 7 || otp_table_delete(self->table, &i));
        ck_assert_int_eq(otp_exit_signal(pids[i], otp_kill()), OTP_OK);
    }
}

static otp_next fill_handler(struct probe *self, otp_from from, void *hibernates)
{
    fill_and_empty(self);
    otp_next next = probe_reply(from, 1);
    return hibernates != NULL ? otp_and_hibernate(next) : next;
}

static otp_next keep_one(struct probe *self, otp_from from, void *hibernates)
{
    uint64_t key = 7, value = 0;
    bool is_there = otp_table_get(self->table, &key, &value);
    if (!is_there)
        ck_assert_int_eq(otp_table_put(self->table, &key, &key), OTP_OK);
    otp_next next = probe_reply(from, is_there ? value : 0);
    return hibernates != NULL ? otp_and_hibernate(next) : next;
}

/* The reply is out before the server hibernates: what it answers next comes after that. */
static size_t memory_after(otp_pid pid, probe_handler run, void *context)
{
    uint64_t value;
    ck_assert_int_eq(probe_call_within(otp_to(pid), OTP_INFINITY, run, context, &value), OTP_OK);
    probe_sync(pid);
    return memory_of(pid);
}

START_TEST(B059_hibernating_gives_unused_room_back)
{
    static int yes;
    uint64_t value = 0;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    size_t least = memory_after(pid, keep_one, &yes);
    size_t full = memory_after(pid, fill_handler, NULL);
    ck_assert_uint_gt(full, least + (size_t)4 * MANY * 16); /* it would have kept the room */
    ck_assert_uint_eq(memory_after(pid, keep_one, &yes), least);
    ck_assert_uint_eq(memory_after(pid, fill_handler, &yes), least);
    ck_assert_int_eq(probe_call(pid, keep_one, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 7); /* and has what it had */
    stop_runtime();
}
END_TEST

/* -- the stack -- */

static struct {
    char *deep;  /* an address far down on the stack of the handler */
    char *frame; /* and of its own frame */
} stack;

enum { PAGE = 4096, DEPTH = 24 };

/* Touches a page in each frame. */
static __attribute__((noinline)) int descend(int depth)
{
    volatile char page[PAGE];
    for (int i = 0; i < PAGE; i += 64)
        page[i] = (char)depth;
    if (depth > 0)
        return descend(depth - 1) + page[128];
    stack.deep = (char *)((uintptr_t)&page[PAGE / 2] / PAGE * PAGE);
    return page[128];
}

static bool is_resident(char *page)
{
    unsigned char resident[16] = { 0 };
    if (mincore(page, PAGE, resident) != 0)
        return false;
    return (resident[0] & 1) != 0;
}

static otp_next go_deep(struct probe *self, otp_from from, void *hibernates)
{
    char here;
    stack.frame = &here;
    self->count += (uint64_t)descend(DEPTH);
    ck_assert(is_resident(stack.deep));
    otp_next next = probe_reply(from, 1);
    return hibernates != NULL ? otp_and_hibernate(next) : next;
}

START_TEST(B059_hibernating_gives_the_stack_s_pages_back)
{
    static int yes;
    char *deep;
    start_workers(1, false, false);
    otp_pid pid = probe_start(NULL);
    (void)memory_after(pid, go_deep, NULL);
    deep = stack.deep;
    if (stack.frame < deep || stack.frame - deep > 64 * PAGE * 16) {
        printf("SKIP B059: the sanitizer has frames elsewhere\n");
        stop_runtime();
        return;
    }
    (void)memory_after(pid, go_deep, &yes);
    ck_assert(!is_resident(stack.deep));
    (void)memory_after(pid, go_deep, NULL); /* and is there again when it is needed */
    stop_runtime();
}
END_TEST

/* -- a plain process -- */

static void plain(void *arg)
{
    struct probe *self = arg;
    self->table = otp_table_new(&probe_table_type);
    otp_hibernate();
    size_t least = memory_of(otp_self());
    fill_and_empty(self);
    ck_assert_uint_gt(memory_of(otp_self()), least);
    otp_table_clear(self->table);
    otp_hibernate();
    ck_assert_uint_eq(memory_of(otp_self()), least);
    (void)descend(DEPTH);
    char *deep = stack.deep, here;
    if (&here > deep && &here - deep < 64 * PAGE) {
        otp_hibernate();
        ck_assert(!is_resident(deep));
    }
}

START_TEST(a_plain_process_may_do_it_and_a_thread_does_nothing)
{
    struct probe self = { .count = 0 };
    otp_hibernate();
    start_workers(1, false, false);
    otp_hibernate();
    in_process(plain, &self);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hibernate");
    support_behaviour(s, "B059", B059_hibernating_gives_unused_room_back);
    support_behaviour(s, "B059", B059_hibernating_gives_the_stack_s_pages_back);
    TCase *c = support_case(s, "hibernate", 20);
    tcase_add_test(c, a_plain_process_may_do_it_and_a_thread_does_nothing);
    return support_run(s);
}
