/* main.c - messages broadcast to a thousand genservers, until all have handled them.
 *
 * Idea: n deliveries; after every ten messages the speaker waits until each listener has told
 * it that it has them all, so that mailboxes stay short. A tenth of it goes first, untimed.
 */
#include "bench.h"
#include "heard.h"
#include "pubsub.otp.h"

enum { LISTENERS = 1000 };

const struct otp_message_type bench_heard = { .name = "heard", .message_class = OTP_CLASS_INFO };

static long rounded(long n)
{
    long all = HEARD_EVERY * LISTENERS;
    return n < all ? all : n / all * all;
}

static uint64_t broadcast_times(uint64_t said, long deliveries)
{
    for (long i = 0; i < deliveries; i += LISTENERS) {
        bench_check(bench_pubsub_events_broadcast(BENCH_PUBSUB_EVENTS, otp_cstr("news"), ++said) ==
                        OTP_OK,
                    "a broadcast went wrong");
        if (said % HEARD_EVERY == 0)
            bench_collect(LISTENERS);
    }
    return said;
}

static void work(long n)
{
    struct bench_pubsub_listener_options options =
        bench_pubsub_listener_options_default(otp_self());
    uint64_t said;
    otp_pid pid;
    bench_check(bench_pubsub_events_start_link(&pid) == OTP_OK, "the pubsub does not start");
    for (int i = 0; i < LISTENERS; i++)
        bench_check(bench_pubsub_listener_start_link(&options, &pid) == OTP_OK,
                    "a listener does not start");
    said = broadcast_times(0, rounded(n / 10));
    n = rounded(n);
    otp_instant begin = otp_now();
    broadcast_times(said, n);
    bench_emit("pubsub.broadcast_1000", n, otp_now() - begin);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 2000000, work);
}
