/* show.c - requests with tokens, and what the cache of sessions makes of them.
 *
 * Idea: requests are processes, as in a server. Each line is printed after what it says was found
 * to be true; the first thing that is not ends the program with status 1.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evictions.h"
#include "sessions.otp.h"

#define REQUESTS 50

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

static uint64_t asked(void)
{
    uint64_t n = 0;
    check(web_accounts_asked(WEB_ACCOUNTS, &n) == OTP_OK, "the accounts answer");
    return n;
}

static struct otp_cache_statistics statistics(void)
{
    struct otp_cache_statistics statistics;
    check(web_sessions_statistics(WEB_SESSIONS, &statistics) == OTP_OK, "the cache counts");
    return statistics;
}

/* -- requests -- */

static atomic_int served, known;

/* One request, in a process of its own. */
static void request(void *token)
{
    struct web_user user;
    if (web_sessions_fetch(WEB_SESSIONS, otp_cstr(token), &user) == OTP_OK &&
        otp_str_equal(user.name, otp_cstr("user 7")))
        atomic_fetch_add(&known, 1);
    atomic_fetch_add(&served, 1);
}

static int serve(const char *token)
{
    atomic_store(&served, 0);
    atomic_store(&known, 0);
    for (int i = 0; i < REQUESTS; i++) {
        otp_pid pid;
        check(otp_spawn(request, (void *)(uintptr_t)token, NULL, &pid) == OTP_OK, "it starts");
    }
    while (atomic_load(&served) < REQUESTS)
        check(asked() < 1000, "it goes on");
    return atomic_load(&known);
}

static void show_loading(void)
{
    check(serve("t7") == REQUESTS, "all requests know who asks");
    check(asked() == 1, "one has asked");
    printf("%d requests with one token: the accounts were asked once\n", REQUESTS);
    check(serve("t7") == REQUESTS && asked() == 1, "it is kept");
    printf("%d more: they were not asked again\n", REQUESTS);
    check(serve("nonsense") == 0 && statistics().entries == 1, "a failure is not kept");
    printf("a token of nobody is told to all, and not kept\n");
}

/* -- by hand -- */

static void show_expiry(void)
{
    const otp_str token = otp_cstr("t9");
    struct web_user nine = { 9, { "user 9", 6 } }, got;
    check(web_sessions_put_with(WEB_SESSIONS, token, &nine, 0) == OTP_OK, "it is put");
    check(web_sessions_get(WEB_SESSIONS, token, &got) == OTP_NOT_FOUND, "it has expired");
    check(web_sessions_put(WEB_SESSIONS, token, &nine) == OTP_OK, "it is put");
    check(web_sessions_put_new(WEB_SESSIONS, token, &nine) == OTP_EXISTS, "it is there");
    check(web_sessions_get(WEB_SESSIONS, token, &got) == OTP_OK && got.id == 9, "it is found");
    web_sessions_free_value(&got); /* this is no process */
    printf("a session of no time is none, one of half an hour is there\n");
    web_sessions_delete(WEB_SESSIONS, token);
    check(web_sessions_has(WEB_SESSIONS, token) == OTP_NOT_FOUND, "it is gone");
    printf("who logs out is gone at once\n");
}

static void show_limit(void)
{
    struct web_user user = { 1, { NULL, 0 } };
    char token[32];
    size_t before = evictions_so_far(), n = 0;
    check(web_sessions_clear(WEB_SESSIONS) == OTP_OK, "it is empty");
    for (unsigned i = 0; i < 1500; i++) {
        (void)snprintf(token, sizeof(token), "s%u", i);
        check(web_sessions_put(WEB_SESSIONS, otp_cstr(token), &user) == OTP_OK, "it is put");
    }
    check(web_sessions_count(WEB_SESSIONS, &n) == OTP_OK && n == 1000, "the limit holds");
    check(evictions_so_far() - before == 500, "the listener has heard of the others");
    printf("1500 sessions: 1000 are kept, 500 were thrown out and told of\n");
}

static void show_statistics(void)
{
    struct otp_cache_statistics s = statistics();
    check(s.loads >= 2 && s.load_errors == s.loads - 1, "one load was good");
    check(s.hits >= REQUESTS && s.evicted == 500, "it has counted");
    printf("it has counted hits, misses, loads and evictions\n");
}

static void kill_cache(void)
{
    otp_pid before = otp_dest_pid(WEB_SESSIONS), now;
    size_t n = 1;
    check(otp_exit_signal(before, otp_kill()) == OTP_OK, "it is killed");
    do
        now = otp_dest_pid(WEB_SESSIONS);
    while (now.bits == 0 || otp_pid_equal(now, before) ||
           web_sessions_count(WEB_SESSIONS, &n) == OTP_NOPROC);
    check(n == 0 && serve("t7") == REQUESTS, "the next one is empty, and serves");
    printf("killed, its successor is empty and serves\n");
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&web_application, 0, NULL, text, sizeof(text)) == OTP_OK, text);
    show_loading();
    show_expiry();
    show_limit();
    show_statistics();
    kill_cache();
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    puts("all are stopped");
    return 0;
}
