/* show.c - signs users up, and looks what becomes of their mail.
 *
 * Idea: nobody waits for a mail, so what is waited for here is what it leaves behind: a delivery,
 * or a supervisor without children. Each line is printed after what it says was found to be true;
 * the first thing that is not ends the program with status 1.
 */
#include <stdio.h>
#include <stdlib.h>

#include "emails.otp.h"

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

static uint64_t sign_up(const char *user)
{
    uint64_t number = 0;
    check(emails_accounts_sign_up(EMAILS_ACCOUNTS, otp_cstr(user), &number) == OTP_OK, user);
    return number;
}

static uint64_t delivered(void)
{
    uint64_t n = 0;
    check(emails_outbox_delivered(EMAILS_OUTBOX, &n) == OTP_OK, "the outbox answers");
    return n;
}

/* Tasks that are on their way. */
static uint64_t under_way(void)
{
    struct otp_child_counts counts = { 0 };
    check(otp_count_children(EMAILS_TASKS, &counts) == OTP_OK, "tasks are counted");
    return counts.specs;
}

static void show_mail(void)
{
    check(sign_up("ann@example.org") == 1 && sign_up("bob@example.org") == 2, "two sign up");
    while (delivered() < 2)
        continue;
    printf("two have signed up, and two mails were delivered\n");
}

static void show_failure(void)
{
    otp_pid accounts = otp_dest_pid(EMAILS_ACCOUNTS);
    check(sign_up("nowhere") == 3, "the answer does not depend on the mail");
    while (under_way() > 0)
        continue;
    check(delivered() == 2, "it is not delivered");
    check(otp_pid_equal(otp_dest_pid(EMAILS_ACCOUNTS), accounts), "accounts has not noticed");
    check(sign_up("eve@example.org") == 4, "accounts goes on");
    while (delivered() < 3)
        continue;
    printf("a mail that fails is logged, and harms nobody\n");
}

static void show_many(void)
{
    for (int i = 0; i < 50; i++) {
        char user[32];
        snprintf(user, sizeof(user), "user%d@example.org", i);
        check(sign_up(user) == (uint64_t)i + 5, "one more");
    }
    while (under_way() > 0)
        continue;
    check(delivered() == 53, "each mail is delivered once");
    printf("of fifty more each is delivered once\n");
}

int main(void)
{
    char text[256] = "";
    check(otp_application_boot(&emails_application, 0, NULL, text, sizeof(text)) == OTP_OK, text);
    show_mail();
    show_failure();
    show_many();
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    puts("stopped in order");
    return 0;
}
