/* show.c - starts workers by number, and finds them by it.
 *
 * Idea: start_worker and stop_worker are what a service would have on top of the generated
 * functions. Each line is printed after what it says was found to be true; the first thing that is
 * not ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>

#include "workers.otp.h"

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

static otp_status start_worker(uint64_t id)
{
    return workers_worker_supervisor_start_child(WORKERS_WORKER_SUPERVISOR, id, NULL);
}

static otp_status stop_worker(uint64_t id)
{
    otp_pid pid = workers_ids_whereis(WORKERS_IDS, id);
    return otp_terminate_child_by_pid(WORKERS_WORKER_SUPERVISOR, pid);
}

static otp_status work(uint64_t id, uint64_t *done)
{
    struct workers_worker_work_reply reply = { 0 };
    otp_status status = workers_worker_work(workers_worker_via(id), &reply);
    check(status != OTP_OK || reply.as.did.id == id, "it is the one that was asked for");
    *done = reply.as.did.done;
    return status;
}

static size_t registered(void)
{
    size_t n = 0;
    check(workers_ids_count(WORKERS_IDS, &n) == OTP_OK, "the registry counts");
    return n;
}

static void show_names(void)
{
    uint64_t done = 0;
    for (uint64_t id = 1; id <= 3; id++)
        check(start_worker(id) == OTP_OK, "a worker starts");
    check(registered() == 3, "three are registered");
    for (uint64_t id = 3; id >= 1; id--)
        check(work(id, &done) == OTP_OK && done == 1, "each answers to its number");
    printf("three workers answer to their numbers\n");
    check(start_worker(2) == OTP_ALREADY_STARTED && registered() == 3, "2 is there");
    printf("there is one number 2 already\n");
}

static void show_crash(void)
{
    otp_pid before = workers_ids_whereis(WORKERS_IDS, 2), now;
    uint64_t done = 0;
    workers_worker_crash(workers_worker_via(2));
    do /* until another one has its number; meanwhile nobody may have it */
        now = workers_ids_whereis(WORKERS_IDS, 2);
    while (now.bits == 0 || otp_pid_equal(now, before));
    check(work(2, &done) == OTP_OK && done == 1, "it is a new one");
    printf("2 crashes, and another one answers to its number\n");
}

static void show_stop(void)
{
    uint64_t done = 0;
    check(stop_worker(3) == OTP_OK && registered() == 2, "3 is gone from the registry");
    check(work(3, &done) == OTP_NOPROC && stop_worker(3) == OTP_NOT_FOUND, "3 is gone");
    printf("3 is stopped, and its number is nobody's\n");
    check(start_worker(3) == OTP_OK && work(3, &done) == OTP_OK && done == 1, "3 is free");
    printf("so it can be given again\n");
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&workers_application, 0, NULL, text, sizeof(text)) == OTP_OK, text);
    show_names();
    show_crash();
    show_stop();
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    puts("all are stopped at the same time");
    return 0;
}
