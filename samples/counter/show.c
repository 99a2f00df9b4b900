/* show.c - uses the agents of counter.otp, and checks all that it prints.
 *
 * Idea: each line of standard output is printed after what it says was found to be true; the first
 * thing that is not ends the program with status 1. The log goes to standard error.
 */
#include "counter.otp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void must(otp_status status, const char *what)
{
    if (status != OTP_OK) {
        fprintf(stderr, "show: %s: %s\n", what, otp_status_text(status));
        exit(1);
    }
}

static void expect(int64_t want, const char *what)
{
    int64_t value = 0;
    must(counter_visits_value(COUNTER_VISITS, &value), "value");
    if (value != want) {
        fprintf(stderr, "show: %s: %" PRId64 ", not %" PRId64 "\n", what, value, want);
        exit(1);
    }
    printf("%s: %" PRId64 "\n", what, value);
}

static void show_counting(void)
{
    int64_t taken = 0;
    bool above = false;
    expect(40, "its first value, from the child line");
    must(counter_visits_increment(COUNTER_VISITS), "increment");
    expect(41, "increment");
    must(counter_visits_increment_with(COUNTER_VISITS, 9), "increment by 9");
    expect(50, "increment by 9");
    (void)counter_visits_hit(COUNTER_VISITS);
    expect(51, "a hit is a cast: nobody waits, and it is counted in order");
    must(counter_visits_take(COUNTER_VISITS, 11, &taken), "take");
    if (taken != 51)
        exit(1);
    expect(40, "take 11, which gave 51 and left");
    must(counter_visits_is_above(COUNTER_VISITS, 39, &above), "is_above");
    if (!above)
        exit(1);
    puts("is it above 39? yes");
    must(counter_visits_reset(COUNTER_VISITS), "reset");
    expect(0, "reset");
}

static void show_text(void)
{
    otp_str before;
    must(counter_last_swap(COUNTER_LAST, otp_cstr("ann"), &before), "swap");
    printf("before ann came %.*s\n", (int)before.size, before.data);
    counter_last_swap_free_reply(&before);
    must(counter_last_swap(COUNTER_LAST, otp_cstr("joe"), &before), "swap");
    printf("before joe came %.*s\n", (int)before.size, before.data);
    counter_last_swap_free_reply(&before);
}

/* What does not fit ends the agent and tells the caller why; its supervisor starts it again. */
static void show_overflow(void)
{
    char reason[64];
    must(counter_visits_increment_with(COUNTER_VISITS, INT64_MAX), "increment");
    otp_pid old = otp_dest_pid(COUNTER_VISITS);
    if (counter_visits_increment(otp_to(old)) != OTP_EXIT)
        exit(1);
    otp_reason_format(otp_last_reason(), reason, sizeof(reason));
    printf("one more than fits: %s\n", reason);
    int64_t value;
    while (counter_visits_value(COUNTER_VISITS, &value) != OTP_OK || value != 40)
        continue; /* until the new one has the name */
    expect(40, "another agent, with the first value");
}

int main(void)
{
    char text[256] = "";
    otp_pid root;
    must(otp_runtime_start(NULL), "runtime");
    must(otp_application_start(&counter_application, &root, text, sizeof(text)), text);
    show_counting();
    show_text();
    show_overflow();
    must(otp_application_stop(&counter_application, 10 * OTP_S), "stop");
    must(otp_runtime_stop(), "runtime");
    return 0;
}
