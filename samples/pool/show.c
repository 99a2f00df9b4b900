/* show.c - starts workers, stops them, and meets the limit.
 *
 * Idea: start_worker and stop_worker are what a service would have on top of the generated
 * functions. Each line is printed after what it says was found to be true; the first thing that is
 * not ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.otp.h"

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

static otp_status start_worker(const char *name, otp_pid *pid)
{
    return pool_worker_supervisor_start_child(POOL_WORKER_SUPERVISOR, otp_cstr(name), pid);
}

static otp_status stop_worker(otp_pid pid)
{
    return otp_terminate_child_by_pid(POOL_WORKER_SUPERVISOR, pid);
}

static uint64_t count(void)
{
    struct otp_child_counts counts = { 0 };
    check(otp_count_children(POOL_WORKER_SUPERVISOR, &counts) == OTP_OK, "children are counted");
    return counts.active;
}

/* The only child; none while it is being started again. */
static otp_pid only_child(void)
{
    struct otp_child_info info = { .pid = otp_no_pid() };
    size_t n = 0;
    check(otp_which_children(POOL_WORKER_SUPERVISOR, &info, 1, &n) == OTP_OK && n == 1,
          "there is one child");
    return info.pid;
}

/* What is left for it to do; -1: it has done enough. */
static int work(otp_pid pid)
{
    struct pool_worker_work_reply reply;
    check(pool_worker_work(otp_to(pid), &reply) == OTP_OK, "a worker works");
    return reply.tag == POOL_WORKER_WORK_DONE ? (int)reply.as.done.left : -1;
}

static void show_one(void)
{
    otp_pid first, second;
    check(start_worker("first", &first) == OTP_OK && work(first) == 9, "the first one works");
    printf("a worker with the usual limit has %d left\n", 9);
    check(pool_worker_supervisor_start_child_with(POOL_WORKER_SUPERVISOR, otp_cstr("second"), 1,
                                                  &second) == OTP_OK,
          "the second one starts");
    check(work(second) == 0 && work(second) == -1, "the second one has a limit of its own");
    printf("one with a limit of 1 has done enough\n");
    check(stop_worker(second) == OTP_OK && stop_worker(second) == OTP_NOT_FOUND,
          "it is stopped once");
    printf("it is stopped, and then it is not found\n");
    pool_worker_crash(otp_to(first));
    do
        second = only_child();
    while (second.bits == 0 || otp_pid_equal(second, first));
    check(stop_worker(first) == OTP_NOT_FOUND && count() == 1, "it is another one now");
    printf("one that crashes is started again, under another pid\n");
}

static void show_many(void)
{
    otp_pid pid;
    char name[16];
    while (count() < 100) {
        snprintf(name, sizeof(name), "worker %d", (int)count());
        check(start_worker(name, &pid) == OTP_OK, "there is room");
    }
    check(start_worker("one more", &pid) == OTP_MAX_CHILDREN, "there is room for a hundred");
    printf("of %d one more is refused\n", (int)count());
}

static void show_tree(void)
{
    struct otp_tree_nodes tree;
    size_t running = 0;
    check(otp_tree(POOL_MAIN, &tree) == OTP_OK, "the tree can be seen");
    for (size_t i = 0; i < tree.count; i++)
        running += tree.nodes[i].depth == 2 && tree.nodes[i].child.pid.bits != 0;
    check(running == 100, "all are in the tree");
    printf("the tree has %d processes, %d of them workers\n", (int)tree.count, (int)running);
    otp_tree_free(&tree);
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&pool_application, 0, NULL, text, sizeof(text)) == OTP_OK, text);
    show_one();
    show_many();
    show_tree();
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    puts("all are stopped at the same time");
    return 0;
}
