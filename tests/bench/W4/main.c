/* main.c - tokens go round a ring of a thousand processes, first one, then a hundred at once.
 *
 * Idea: n hops in all, shared among the tokens, which all start at the same process, as in the
 * peers' programs. A round before the timed ones touches all that is used.
 */
#include "bench.h"
#include "w4.otp.h"

enum { NODES = 1000 };

static void pass(otp_pid first, long tokens, long hops)
{
    for (long i = 0; i < tokens; i++)
        w4_node_token(otp_to(first), hops);
    bench_collect(tokens);
}

static void measure(const char *workload, otp_pid first, long tokens, long n)
{
    pass(first, tokens, NODES);
    otp_instant begin = otp_now();
    pass(first, tokens, n / tokens);
    bench_emit(workload, n, otp_now() - begin);
}

static void work(long n)
{
    struct w4_node_options options = w4_node_options_default(otp_self());
    otp_pid nodes[NODES];
    for (int i = 0; i < NODES; i++)
        bench_check(w4_node_start_link(&options, &nodes[i]) == OTP_OK, "a node does not start");
    for (int i = 0; i < NODES; i++)
        w4_node_connect(otp_to(nodes[i]), nodes[(i + 1) % NODES]);
    measure("W4.ring_1tok", nodes[0], 1, n);
    measure("W4.ring_100tok", nodes[0], 100, n);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 2000000, work);
}
