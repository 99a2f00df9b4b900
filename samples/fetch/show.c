/* show.c - fetches pages in several ways, all over HTTP from the server in the same program.
 *
 * Idea: that tasks run at once is shown without a clock: a page that nobody gets before five have
 * asked for it. Each line is printed after what it says was found to be true; the first thing that
 * is not ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.otp.h"

static uint16_t port;

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

/* An address of the server. One at a time. */
static otp_str url(const char *what, unsigned n)
{
    static char text[64];
    (void)snprintf(text, sizeof(text), "http://127.0.0.1:%u/%s/%u", (unsigned)port, what, n);
    return otp_cstr(text);
}

static bool is_page(otp_str text, unsigned n)
{
    char page[32];
    (void)snprintf(page, sizeof(page), "page %u", n);
    return otp_str_equal(text, otp_cstr(page));
}

static uint64_t answered(void)
{
    uint64_t n = 0;
    check(fetch_site_answered(FETCH_SITE, &n) == OTP_OK, "the server answers");
    return n;
}

static void show_await_many(void)
{
    otp_task tasks[5];
    otp_str pages[5];

    for (unsigned i = 0; i < 5; i++)
        check(fetch_get_async(url("page", i), &tasks[i]) == OTP_OK, "a task starts");
    check(fetch_get_await_many(tasks, 5, 10 * OTP_S, pages) == OTP_OK, "five pages come");
    for (unsigned i = 0; i < 5; i++) {
        check(is_page(pages[i], i), "each is in its place");
        fetch_get_free_reply(&pages[i]);
    }
    printf("five pages are awaited together, and come in their order\n");
}

static void show_at_once(void)
{
    otp_task tasks[5];
    otp_str pages[5];

    for (unsigned i = 0; i < 5; i++)
        check(fetch_get_async(url("meet", 5), &tasks[i]) == OTP_OK, "a task starts");
    check(fetch_get_await_many(tasks, 5, 10 * OTP_S, pages) == OTP_OK, "five meet");
    for (unsigned i = 0; i < 5; i++)
        fetch_get_free_reply(&pages[i]);
    printf("a page that is there when five ask for it at once is there\n");
}

static void show_failure(void)
{
    otp_task task;
    otp_str page;
    char why[96];

    check(fetch_get_async(url("nothing", 1), &task) == OTP_OK, "a task starts");
    check(fetch_get_await(&task, &page) == OTP_EXIT, "it ends without a page");
    check(strstr(otp_reason_format(otp_last_reason(), why, sizeof(why)), "404") != NULL, why);
    printf("where there is no page the task ends, and says why: %s\n", why);
}

/* The inputs of a stream: pages from next on. */
struct pages {
    unsigned next, end;
};

static otp_status give(void *context, struct fetch_get_args *args)
{
    struct pages *pages = context;
    if (pages->next == pages->end)
        return OTP_NOT_FOUND;
    args->url = url("page", pages->next++);
    return OTP_OK;
}

static void show_stream(void)
{
    struct otp_stream_options options = otp_stream_defaults();
    struct pages pages = { 0, 40 };
    struct otp_stream *stream;
    otp_status status;
    otp_str page;
    unsigned n = 0;

    options.max_concurrency = 8;
    check(fetch_get_stream(&options, give, &pages, &stream) == OTP_OK, "a stream opens");
    while ((status = fetch_get_stream_next(stream, &page)) == OTP_OK) {
        check(is_page(page, n++), "each is in its place");
        fetch_get_free_reply(&page);
    }
    check(status == OTP_NOT_FOUND && n == 40, "all have come");
    otp_stream_close(stream);
    printf("forty pages come in their order, eight fetched at once\n");
}

static void show_early_stop(void)
{
    struct otp_stream_options options = otp_stream_defaults();
    struct pages pages = { 0, 1000000 };
    struct otp_stream *stream;
    otp_str page;

    options.max_concurrency = 8;
    options.unordered = true;
    check(fetch_get_stream(&options, give, &pages, &stream) == OTP_OK, "a stream opens");
    for (int i = 0; i < 10; i++) {
        check(fetch_get_stream_next(stream, &page) == OTP_OK, "a page comes");
        fetch_get_free_reply(&page);
    }
    otp_stream_close(stream);
    check(pages.next >= 10 && pages.next <= 10 + 8, "no more was asked for than was needed");
    printf("of a million, ten are taken, whichever come first, and no more are fetched\n");
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&fetch_application, 0, NULL, text, sizeof(text)) == OTP_OK, text);
    check(fetch_door_port(FETCH_DOOR, &port) == OTP_OK && port != 0, "there is a server");
    show_await_many();
    show_at_once();
    show_failure();
    show_stream();
    check(answered() == 51, "the server has answered each of them once");
    printf("the server has answered each request once\n");
    show_early_stop();
    check(otp_application_halt(20 * OTP_S) == OTP_OK, "stopped in order");
    puts("stopped in order");
    return 0;
}
