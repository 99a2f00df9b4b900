/* test_pubsub.c - messages to whoever has subscribed to a topic.
 *
 * Idea: see probe.h. The pubsub is what otpc would write; subscribers are plain processes, which
 * read their mailbox, and probes, whose module gets a handler for the event. */
#include <stdatomic.h>

#include "probe.h"

struct event {
    otp_str topic;
    otp_str text;
    uint64_t number;
};

static const struct otp_ref event_refs[] = {
    { OTP_REF_TEXT, 0, 0, offsetof(struct event, topic), 0, NULL },
    { OTP_REF_TEXT, 0, 0, offsetof(struct event, text), 0, NULL },
};
static const struct otp_layout event_layout = { sizeof(struct event), 2, event_refs };
static const struct otp_pubsub news;
static const struct otp_message_type event_type = {
    .name = "news", .module = &news.module, .message_class = OTP_CLASS_EVENT, .args = &event_layout
};
static const struct otp_pubsub news = {
    .module = { "tests.news", "test:1", 0, NULL, otp_pubsub_start },
    .topics = { .keys = OTP_DUPLICATE, .key_kind = OTP_KEY_TEXT, .key = &probe_text_layout },
    .event = &event_type,
};

static otp_dest at;
static otp_pid server;

static otp_next handle_news(void *self, const void *args)
{
    struct probe *probe = self;
    const struct event *event = args;
    probe->count += event->number;
    note("heard:%.*s:%.*s", (int)event->topic.size, event->topic.data, (int)event->text.size,
         event->text.data);
    return otp_noreply();
}

static const struct otp_event_handler handlers[] = { { &event_type, handle_news } };

static void start(bool note_events)
{
    start_runtime(false, note_events);
    ck_assert_int_eq(otp_pubsub_start(&news.module, NULL, NULL, &server), OTP_OK);
    at = otp_to(server);
}

static otp_status say_but(otp_pid except, const char *topic, const char *text, uint64_t number)
{
    struct event event = { otp_cstr(topic), otp_cstr(text), number };
    return otp_pubsub_broadcast(at, &news, except, &event);
}

static void say(const char *topic, const char *text, uint64_t number)
{
    ck_assert_int_eq(say_but(otp_no_pid(), topic, text, number), OTP_OK);
}

static void subscribe(const char *topic)
{
    ck_assert_int_eq(otp_pubsub_subscribe(at, &news, otp_cstr(topic)), OTP_OK);
}

static size_t subscribers(const char *topic)
{
    size_t n = 0;
    ck_assert_int_eq(otp_pubsub_count(at, &news, otp_cstr(topic), &n), OTP_OK);
    return n;
}

static otp_next probe_subscribe(struct probe *self, otp_from from, void *context)
{
    (void)self;
    subscribe(context);
    return probe_reply(from, 0);
}

static otp_next probe_unsubscribe(struct probe *self, otp_from from, void *context)
{
    (void)self;
    ck_assert_int_eq(otp_pubsub_unsubscribe(at, &news, otp_cstr(context)), OTP_OK);
    return probe_reply(from, 0);
}

static otp_pid start_subscriber(const char *topic)
{
    otp_pid pid = probe_start(NULL);
    uint64_t reply;
    char room[40];
    (void)snprintf(room, sizeof room, "%s", topic);
    ck_assert_int_eq(probe_call(pid, probe_subscribe, room, &reply), OTP_OK);
    return pid;
}

/* Takes the next event; gives its arguments. */
static const struct event *take(void)
{
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, OTP_MESSAGE_EVENT);
    ck_assert_ptr_eq(message->type, &event_type);
    return message->args;
}

static void hear(void *arg)
{
    const struct event *event;
    (void)arg;
    subscribe("a");
    subscribe("b");
    say("c", "nobody hears", 0);
    say("a", "one", 1);
    say("b", "two", 2);
    event = take();
    ck_assert(otp_str_equal(event->topic, otp_cstr("a")));
    ck_assert(otp_str_equal(event->text, otp_cstr("one")));
    ck_assert_uint_eq(take()->number, 2);
    subscribe("a"); /* again: it gets it twice */
    say("a", "three", 3);
    ck_assert_uint_eq(take()->number, 3);
    ck_assert_uint_eq(take()->number, 3);
    ck_assert_uint_eq(subscribers("a"), 2);
    ck_assert_int_eq(say_but(otp_self(), "a", "not to me", 4), OTP_OK);
    ck_assert_int_eq(otp_pubsub_unsubscribe(at, &news, otp_cstr("a")), OTP_OK);
    ck_assert_int_eq(otp_pubsub_unsubscribe(at, &news, otp_cstr("a")), OTP_OK);
    say("a", "nor this", 5);
    expect_no_message();
    ck_assert_uint_eq(subscribers("a"), 0);
}

START_TEST(a_process_hears_its_topics)
{
    start(false);
    in_process(hear, NULL);
    ck_assert_int_eq(otp_pubsub_subscribe(at, &news, otp_cstr("a")), OTP_WRONG_THREAD);
    stop_runtime();
    ck_assert_int_eq(say_but(otp_no_pid(), "a", "late", 0), OTP_NOT_RUNNING);
}
END_TEST

START_TEST(a_genserver_has_a_handler)
{
    uint64_t reply;
    char topic[] = "a";
    start(false);
    probe_module.events = handlers;
    probe_module.n_events = 1;
    otp_pid one = start_subscriber("a"), other = start_subscriber("a");
    say("a", "hello", 1);
    probe_sync(one);
    probe_sync(other);
    ck_assert_uint_eq(noted("heard:a:hello"), 2);
    ck_assert_int_eq(probe_call(one, probe_unsubscribe, topic, &reply), OTP_OK);
    say("a", "again", 1);
    probe_sync(one);
    probe_sync(other);
    ck_assert_uint_eq(noted("heard:a:again"), 1);
    stop_runtime();
}
END_TEST

START_TEST(without_a_handler_it_is_logged_and_dropped)
{
    start(true);
    otp_pid pid = start_subscriber("a");
    say("a", "hello", 1);
    probe_sync(pid);
    expect_notes("log:unexpected:news:");
    stop_runtime();
}
END_TEST

static otp_next probe_crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

/* Subscriptions go with their process, and the process with the pubsub. */
static void end_one_by_one(void *arg)
{
    char text[128];
    otp_pid one = start_subscriber("a"), other = start_subscriber("a");
    (void)arg;
    probe_cast(one, probe_crash, NULL);
    (void)await_end(one, text);
    ck_assert_uint_eq(subscribers("a"), 1);
    ck_assert_int_eq(otp_exit_signal(server, otp_shutdown()), OTP_OK);
    (void)await_end(server, text);
    (void)await_end(other, text);
    ck_assert_int_eq(say_but(otp_no_pid(), "a", "nobody", 0), OTP_NOPROC);
}

START_TEST(ends)
{
    start(false);
    in_process(end_one_by_one, NULL);
    stop_runtime();
}
END_TEST

/* -- one copy for all, from many threads, with subscribers that come and go -- */

#define LISTENERS 50
#define VISITORS  10
#define SPOKEN    200

static struct {
    atomic_uint ready, heard, gone;
    _Atomic(const void *) first_copy;
    atomic_uint copies;
} crowd;

/* Hears all that is said, in order, and counts how many copies of the first there are. */
static void listen_to_all(void *arg)
{
    (void)arg;
    subscribe("crowd");
    atomic_fetch_add(&crowd.ready, 1);
    for (uint64_t i = 0; i < SPOKEN; i++) {
        const struct event *event = take();
        const void *none = NULL;
        char want[300];
        memset(want, 'a' + (char)(i % 26), sizeof(want));
        ck_assert_uint_eq(event->number, i);
        ck_assert_uint_eq(event->text.size, sizeof(want));
        ck_assert_mem_eq(event->text.data, want, sizeof(want));
        if (i == 0 && !atomic_compare_exchange_strong(&crowd.first_copy, &none, event) &&
            none != event)
            atomic_fetch_add(&crowd.copies, 1);
    }
    atomic_fetch_add(&crowd.heard, 1);
}

static void come_and_go(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++) {
        subscribe("crowd");
        otp_yield();
        (void)otp_pubsub_unsubscribe(at, &news, otp_cstr("crowd"));
    }
    atomic_fetch_add(&crowd.gone, 1);
}

START_TEST(all_read_one_copy)
{
    char text[301];
    otp_pid pid;
    start(false);
    for (int i = 0; i < LISTENERS; i++)
        ck_assert_int_eq(otp_spawn(listen_to_all, NULL, NULL, &pid), OTP_OK);
    while (atomic_load(&crowd.ready) < LISTENERS)
        step_aside();
    for (int i = 0; i < VISITORS; i++)
        ck_assert_int_eq(otp_spawn(come_and_go, NULL, NULL, &pid), OTP_OK);
    for (uint64_t i = 0; i < SPOKEN; i++) {
        memset(text, 'a' + (char)(i % 26), 300);
        text[300] = '\0';
        say("crowd", text, i);
    }
    while (atomic_load(&crowd.heard) < LISTENERS || atomic_load(&crowd.gone) < VISITORS)
        step_aside();
    ck_assert_uint_eq(atomic_load(&crowd.copies), 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pubsub");
    TCase *c = support_case(s, "pubsub", 20);
    tcase_add_test(c, a_process_hears_its_topics);
    tcase_add_test(c, a_genserver_has_a_handler);
    tcase_add_test(c, without_a_handler_it_is_logged_and_dropped);
    tcase_add_test(c, ends);
    tcase_add_test(c, all_read_one_copy);
    return support_run(s);
}
