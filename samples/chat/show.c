/* show.c - lets the members of chat.otp talk, and checks all that it prints.
 *
 * Idea: each line of standard output is printed after what it says was found to be true; the first
 * thing that is not ends the program with status 1. The log goes to standard error.
 */
#include "chat.otp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(otp_status status, const char *what)
{
    if (status != OTP_OK) {
        fprintf(stderr, "show: %s: %s\n", what, otp_status_text(status));
        exit(1);
    }
}

static void join(otp_dest who, const char *room)
{
    must(chat_member_join(who, otp_cstr(room)), "join");
}

static void say(otp_dest who, const char *room, const char *text)
{
    must(chat_member_say(who, otp_cstr(room), otp_cstr(text)), "say");
}

/* What a member has heard last, as text: "2, in garden from ann: hello", or "nothing". */
static void expect(otp_dest who, const char *name, const char *want)
{
    struct chat_member_last_reply reply;
    char text[200] = "nothing";
    must(chat_member_last(who, &reply), "last");
    if (reply.tag == CHAT_MEMBER_LAST_HEARD)
        (void)snprintf(
            text, sizeof(text), "%" PRIu64 ", in %.*s from %.*s: %.*s", reply.as.heard.count,
            (int)reply.as.heard.room.size, reply.as.heard.room.data, (int)reply.as.heard.who.size,
            reply.as.heard.who.data, (int)reply.as.heard.text.size, reply.as.heard.text.data);
    chat_member_last_free_reply(&reply);
    if (strcmp(text, want) != 0) {
        fprintf(stderr, "show: %s has heard %s, not %s\n", name, text, want);
        exit(1);
    }
    printf("%s has heard %s\n", name, text);
}

static void show_talk(void)
{
    join(CHAT_ANN, "garden");
    join(CHAT_BOB, "garden");
    join(CHAT_EVE, "garden");
    join(CHAT_EVE, "kitchen");
    say(CHAT_ANN, "garden", "hello");
    expect(CHAT_BOB, "bob", "1, in garden from ann: hello");
    expect(CHAT_EVE, "eve", "1, in garden from ann: hello");
    expect(CHAT_ANN, "ann", "nothing");
    say(CHAT_BOB, "kitchen", "who is here?");
    expect(CHAT_EVE, "eve", "2, in kitchen from bob: who is here?");
    expect(CHAT_ANN, "ann", "nothing");
    must(chat_member_leave(CHAT_EVE, otp_cstr("garden")), "leave");
    say(CHAT_BOB, "garden", "bye");
    expect(CHAT_ANN, "ann", "1, in garden from bob: bye");
    expect(CHAT_EVE, "eve", "2, in kitchen from bob: who is here?");
}

/* Subscriptions go with a process: who is started again has joined no room. */
static void show_stumble(void)
{
    otp_pid old = otp_dest_pid(CHAT_BOB);
    size_t n = 0;
    (void)chat_member_stumble(CHAT_BOB);
    while (otp_pid_equal(otp_dest_pid(CHAT_BOB), old) || !otp_is_alive(otp_dest_pid(CHAT_BOB)))
        continue;
    must(chat_rooms_subscribers(CHAT_ROOMS, otp_cstr("garden"), &n), "subscribers");
    if (n != 1)
        exit(1);
    puts("bob stumbled: one is left in the garden");
    say(CHAT_ANN, "garden", "is anyone there?");
    expect(CHAT_BOB, "bob", "nothing");
    join(CHAT_BOB, "garden");
    say(CHAT_ANN, "garden", "welcome back");
    expect(CHAT_BOB, "bob", "1, in garden from ann: welcome back");
}

int main(void)
{
    char text[256] = "";
    otp_pid root;
    must(otp_runtime_start(NULL), "runtime");
    must(otp_application_start(&chat_application, &root, text, sizeof(text)), text);
    show_talk();
    show_stumble();
    must(otp_application_stop(&chat_application, 10 * OTP_S), "stop");
    must(otp_runtime_stop(), "runtime");
    return 0;
}
