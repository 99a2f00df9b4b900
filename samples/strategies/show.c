/* show.c - crashes the second of three children under each strategy, and looks who is new.
 *
 * Idea: a child that was started again has another pid. Each line is printed after what it says was
 * found to be true; the first thing that is not ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strategies.otp.h"

enum { CHILDREN = 3 };

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

/* The children in order of start; which_children lists the last one first. */
static void look(otp_dest supervisor, otp_pid pids[CHILDREN])
{
    struct otp_child_info infos[CHILDREN];
    size_t count = 0;
    check(otp_which_children(supervisor, infos, CHILDREN, &count) == OTP_OK && count == CHILDREN,
          "three children are listed");
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = infos[CHILDREN - 1 - i].pid;
}

/* All three run, and the second is another one than before. */
static bool is_done(const otp_pid before[CHILDREN], const otp_pid now[CHILDREN])
{
    return now[0].bits != 0 && now[1].bits != 0 && now[2].bits != 0 &&
           !otp_pid_equal(before[1], now[1]);
}

static void show(otp_dest supervisor, const char *strategy, const char *want)
{
    otp_pid before[CHILDREN], now[CHILDREN];
    char got[CHILDREN + 1] = "";
    look(supervisor, before);
    strategies_part_crash(otp_to(before[1]));
    do
        look(supervisor, now);
    while (!is_done(before, now));
    for (int i = 0; i < CHILDREN; i++) {
        otp_str letter;
        check(strategies_part_letter(otp_to(now[i]), &letter) == OTP_OK, "it answers");
        if (!otp_pid_equal(before[i], now[i]))
            strncat(got, letter.data, letter.size);
        strategies_part_letter_free_reply(&letter);
    }
    check(strcmp(got, want) == 0, strategy);
    printf("%s: b crashes, new are: %s\n", strategy, got);
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&strategies_application, 0, NULL, text, sizeof(text)) == OTP_OK,
          text);
    show(STRATEGIES_INDEPENDENT, "one_for_one", "b");
    show(STRATEGIES_INTERDEPENDENT, "one_for_all", "abc");
    show(STRATEGIES_SEQUENTIAL, "rest_for_one", "bc");
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    puts("stopped in order");
    return 0;
}
