/* show.c - embeds the service in a program with its own main: two calls.
 *
 * Idea: each line of this file is printed after what it says was found to be true; the first thing
 * that is not ends the program with status 1. The servers print theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service.otp.h"
#include "store.otp.h"

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "show: %s\n", what);
    exit(1);
}

static otp_status boot(int argc, char **argv, char text[256])
{
    text[0] = '\0';
    return otp_application_boot(&service_application, argc, argv, text, 256);
}

static void show_settings(void)
{
    char *bad[] = { "show", "--port=abc" }, *unknown[] = { "show", "--store.paht=x" };
    char text[256];
    check(boot(2, bad, text) == OTP_BADARG && strcmp(text, "--port=abc: not a u16") == 0, text);
    printf("%s\n", text);
    check(boot(2, unknown, text) == OTP_BADARG, text);
    printf("%s\n", text);
}

static void sign_up(const char *email)
{
    struct service_endpoint_sign_up_reply reply;
    check(service_endpoint_sign_up(SERVICE_ENDPOINT, otp_cstr(email), &reply) == OTP_OK, email);
    if (reply.tag == SERVICE_ENDPOINT_SIGN_UP_WELCOME)
        printf("%s is user %d\n", email, (int)reply.as.welcome.id);
    else
        printf("%s has to wait\n", email);
}

static void show_running(void)
{
    const struct otp_application *running[2];
    size_t n = 0;
    uint16_t port = 0;
    check(otp_application_which(running, 2, &n) == OTP_OK && n == 2, "two applications run");
    printf("%s runs, then %s\n", running[0]->name, running[1]->name);
    check(service_endpoint_port(SERVICE_ENDPOINT, &port) == OTP_OK && port == 8080,
          "the endpoint has its option");
}

int main(void)
{
    char *options[] = { "show", "--port=8080", "--limit=2", "--store.path", "users.db" };
    char text[256];
    setvbuf(stdout, NULL, _IONBF, 0);
    show_settings();
    check(boot(5, options, text) == OTP_OK, text);
    show_running();
    sign_up("ann@example.org");
    sign_up("bob@example.org");
    sign_up("eve@example.org");
    check(otp_application_halt(10 * OTP_S) == OTP_OK, "stopped in order");
    return 0;
}
