/* show.c - uses the cache from a program with a main of its own, and checks all that it prints.
 *
 * Idea: the main thread is no process: it starts the application, is a client like any other and
 * stops it. Each line of standard output is printed after what it says was found to be true; the
 * first thing that is not ends the program with status 1. The log goes to standard error.
 */
#include "myapp.otp.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define KEY      (otp_cstr("colour"))
#define VALUE    (otp_cstr("blue"))
/* Only a machine that stands still takes this long. */
#define PATIENCE (30 * OTP_S)

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "show: not true: %s (last reason: ", what);
        char text[128];
        fprintf(stderr, "%s)\n", otp_reason_format(otp_last_reason(), text, sizeof(text)));
        exit(1);
    }
    puts(what);
    fflush(stdout);
}

static void must(otp_status status, const char *what)
{
    if (status != OTP_OK) {
        fprintf(stderr, "show: %s: %s\n", what, otp_status_text(status));
        exit(1);
    }
}

/* KEY is there, with VALUE. */
static bool hits(void)
{
    struct myapp_cache_get_reply reply;
    must(myapp_cache_get(MYAPP_CACHE, KEY, &reply), "get");
    bool ok = reply.tag == MYAPP_CACHE_GET_OK && otp_str_equal(reply.as.ok.value, VALUE);
    myapp_cache_get_free_reply(&reply);
    return ok;
}

static bool misses(void)
{
    struct myapp_cache_get_reply reply;
    must(myapp_cache_get(MYAPP_CACHE, KEY, &reply), "get");
    bool ok = reply.tag == MYAPP_CACHE_GET_MISS;
    myapp_cache_get_free_reply(&reply);
    return ok;
}

static uint64_t size(void)
{
    uint64_t count;
    must(myapp_cache_size(MYAPP_CACHE, &count), "size");
    return count;
}

static bool is_empty(void)
{
    return size() == 0;
}

/* Waits until the condition holds; false after PATIENCE. */
static bool becomes_true(bool (*condition)(void))
{
    const struct timespec pause = { 0, 1000000 };
    otp_instant end = otp_now() + PATIENCE;
    while (!condition()) {
        if (otp_now() >= end)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static otp_pid old; /* the cache that was there before */

/* The supervisor says that a cache runs, and that it is another one. */
static bool is_replaced(void)
{
    struct otp_child_info child;
    size_t count;
    must(otp_which_children(MYAPP_MAIN, &child, 1, &count), "which_children");
    return count == 1 && child.state == OTP_CHILD_RUNNING && !otp_pid_equal(child.pid, old);
}

static void show_entries(void)
{
    check(misses(), "get of what nobody put is a miss");
    myapp_cache_put(MYAPP_CACHE, KEY, VALUE);
    check(hits(), "get of what was put is a hit");
    myapp_cache_delete(MYAPP_CACHE, KEY);
    check(misses(), "deleted: a miss");
    myapp_cache_put_with(MYAPP_CACHE, KEY, VALUE, 20 * OTP_MS);
    check(becomes_true(misses), "put for 20 ms only: a miss once they are over");
    check(size() == 1, "it still takes up room: size 1");
    myapp_cache_sweep(MYAPP_CACHE);
    check(size() == 0, "swept: size 0");
}

static void show_restarts(void)
{
    myapp_cache_put(MYAPP_CACHE, KEY, VALUE);
    check(size() == 1, "one entry, and the cache is killed");
    old = otp_dest_pid(MYAPP_CACHE);
    must(otp_exit_signal(old, otp_kill()), "kill");
    check(becomes_true(is_replaced), "the supervisor has started another one");
    check(is_empty(), "its table is empty");

    myapp_cache_put(MYAPP_CACHE, KEY, VALUE);
    check(hits(), "it works");
    old = otp_dest_pid(MYAPP_CACHE);
    check(myapp_cache_crash(MYAPP_CACHE, otp_cstr("boom")) == OTP_EXIT &&
              otp_reason_equal(otp_last_reason(), otp_error("boom")),
          "a handler crashes: the caller learns why (boom)");
    check(becomes_true(is_replaced) && is_empty(), "another one again, with an empty table");
}

static void show_absence(void)
{
    struct myapp_cache_get_reply reply;
    must(otp_terminate_child(MYAPP_MAIN, "cache"), "terminate_child");
    check(otp_whereis("myapp.cache").bits == 0, "taken out: nobody has the name");
    otp_instant before = otp_now();
    otp_status status = myapp_cache_get_within(MYAPP_CACHE, PATIENCE, KEY, &reply);
    check(status == OTP_NOPROC && otp_now() - before < PATIENCE / 2,
          "a call to it fails at once (no such process)");
    must(otp_restart_child(MYAPP_MAIN, "cache", NULL), "restart_child");
    check(misses(), "put back: it answers");
}

static otp_pid start(void)
{
    char text[256] = "";
    otp_pid root;
    otp_status status = otp_application_start(&myapp_application, &root, text, sizeof(text));
    if (status == OTP_BADARG)
        fprintf(stderr, "show: %s\n", text);
    must(status, "application_start");
    return root;
}

static void stop(otp_pid root)
{
    check(otp_application_stop(&myapp_application, PATIENCE) == OTP_OK, "stopped in order");
    check(!otp_is_alive(root) && otp_whereis("myapp.cache").bits == 0, "nobody is left");
}

int main(void)
{
    unsetenv("MYAPP_SWEEP");
    must(otp_runtime_start(NULL), "runtime_start");
    otp_pid root = start();
    show_entries();
    show_restarts();
    show_absence();
    stop(root);

    must(setenv("MYAPP_SWEEP", "10ms", 1) == 0 ? OTP_OK : OTP_SYSTEM, "setenv");
    root = start();
    check(myapp_env()->sweep == 10 * OTP_MS, "started again, to sweep every 10 ms");
    myapp_cache_put_with(MYAPP_CACHE, KEY, VALUE, 20 * OTP_MS);
    check(size() <= 1 && becomes_true(is_empty), "an expired entry goes by itself");
    stop(root);
    must(otp_runtime_stop(), "runtime_stop");
    return 0;
}
