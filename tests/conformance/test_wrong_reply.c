/* test_wrong_reply.c - a call that is answered with the reply of another call.
 *
 * Idea: the callers have room for the reply of the call that they have made and no more, so what
 * lies behind it must be as it was. See probe.h. */
#include "probe.h"

#include <pthread.h>

#include "wrong_reply.otp.h"
#include "wrong_reply/how.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

/* A reply with what lies behind it. */
struct room {
    uint8_t reply;
    unsigned char behind[199];
};

static void make_room(struct room *room)
{
    memset(room, 0x5a, sizeof *room);
}

static void expect_untouched(const struct room *room)
{
    for (size_t i = 0; i < sizeof room->behind; i++)
        ck_assert_uint_eq(room->behind[i], 0x5a);
}

static void start_clerk(void)
{
    const struct mixed_clerk_options options = mixed_clerk_options_default();
    otp_pid pid;
    OK(mixed_clerk_start(&options, &pid));
}

/* The wrong answer is BADARG and has changed nothing: the right reply, which says so, arrives. */
static void answers(void *unused)
{
    (void)unused;
    for (uint64_t how = ANSWER_TEXT; how <= ANSWER_WIDE; how++) {
        struct room room;
        otp_request request;
        make_room(&room);
        OK(mixed_clerk_small(MIXED_CLERK, how, &room.reply));
        ck_assert_uint_eq(room.reply, OTP_BADARG);
        OK(mixed_clerk_late(MIXED_CLERK, how, &room.reply));
        ck_assert_uint_eq(room.reply, OTP_BADARG);
        OK(mixed_clerk_late_request(MIXED_CLERK, how, &request));
        OK(mixed_clerk_late_receive(&request, PATIENCE, &room.reply));
        ck_assert_uint_eq(room.reply, OTP_BADARG);
        expect_untouched(&room);
    }
}

START_TEST(an_answer_of_another_call_is_refused_and_the_right_one_arrives)
{
    start_runtime(false, false);
    start_clerk();
    answers(NULL); /* a foreign thread */
    in_process(answers, NULL);
    stop_runtime();
}
END_TEST

/* The server has made a mistake: it ends, and who asked is told. */
static void replies(void *unused)
{
    (void)unused;
    for (uint64_t how = REPLY_TEXT; how <= REPLY_LATE; how++) {
        for (int late = 0; late < 2; late++) {
            struct room room;
            otp_status status;
            if (how == (late ? REPLY_LATE : REPLY_SMALL))
                continue; /* that is the right one */
            make_room(&room);
            status = late ? mixed_clerk_late(MIXED_CLERK, how, &room.reply)
                          : mixed_clerk_small(MIXED_CLERK, how, &room.reply);
            ck_assert_int_eq(status, OTP_EXIT);
            ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_BAD_RETURN);
            ck_assert_uint_eq(room.reply, 0x5a);
            expect_untouched(&room);
            start_clerk();
        }
    }
}

START_TEST(a_reply_of_another_call_is_a_bad_return)
{
    start_runtime(false, true);
    start_clerk();
    replies(NULL);
    in_process(replies, NULL);
    stop_runtime();
}
END_TEST

/* In the other direction: what the caller would take for a text or a struct. */
static void greater_replies(void *unused)
{
    struct mixed_wide wide = { { NULL, 5 }, 0, 0, 0, 0, 0, 0 };
    otp_str text = { NULL, 5 };
    (void)unused;
    ck_assert_int_eq(mixed_clerk_text(MIXED_CLERK, &text), OTP_EXIT);
    start_clerk();
    ck_assert_int_eq(mixed_clerk_wide(MIXED_CLERK, &wide), OTP_EXIT);
    start_clerk();
    ck_assert_int_eq(mixed_clerk_done(MIXED_CLERK), OTP_EXIT);
    start_clerk();
    ck_assert(text.data == NULL && text.size == 5 && wide.text.size == 5);
}

START_TEST(a_lesser_reply_than_the_caller_expects_is_a_bad_return)
{
    start_runtime(false, true);
    start_clerk();
    greater_replies(NULL);
    in_process(greater_replies, NULL);
    stop_runtime();
}
END_TEST

/* Long after the handler, by others. */
static void answer_for_it(void *unused)
{
    (void)unused;
    for (uint64_t how = ANSWER_TEXT; how <= ANSWER_WIDE; how++)
        ck_assert_int_eq(answer_wrongly(how, kept_from), OTP_BADARG);
    OK(answer_rightly());
    for (uint64_t how = ANSWER_TEXT; how <= ANSWER_WIDE; how++)
        ck_assert_int_eq(answer_wrongly(how, kept_from), OTP_NOT_FOUND);
}

static void *answer_in_thread(void *unused)
{
    answer_for_it(unused);
    return NULL;
}

static void keep_one(struct room *room, otp_request *request)
{
    make_room(room);
    OK(mixed_clerk_late_request(MIXED_CLERK, KEEP, request));
    OK(otp_sys_suspend(MIXED_CLERK, PATIENCE)); /* behind it: then it is kept */
    OK(otp_sys_resume(MIXED_CLERK, PATIENCE));
}

START_TEST(who_answers_later_is_told_that_it_is_another_call)
{
    struct room room;
    otp_request request;
    pthread_t thread;
    start_runtime(false, false);
    start_clerk();
    keep_one(&room, &request);
    in_process(answer_for_it, NULL);
    OK(mixed_clerk_late_receive(&request, PATIENCE, &room.reply));
    ck_assert_uint_eq(room.reply, 7);
    expect_untouched(&room);
    keep_one(&room, &request);
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_in_thread, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    OK(mixed_clerk_late_receive(&request, PATIENCE, &room.reply));
    ck_assert_uint_eq(room.reply, 7);
    expect_untouched(&room);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("wrong_reply");
    TCase *c = support_case(s, "wrong", 10);
    tcase_add_test(c, an_answer_of_another_call_is_refused_and_the_right_one_arrives);
    tcase_add_test(c, a_reply_of_another_call_is_a_bad_return);
    tcase_add_test(c, a_lesser_reply_than_the_caller_expects_is_a_bad_return);
    tcase_add_test(c, who_answers_later_is_told_that_it_is_another_call);
    return support_run(s);
}
