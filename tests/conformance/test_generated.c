/* test_generated.c - generated code against the library: every shape of value there and back.
 *
 * Idea: the servers of generated.otp answer with what they were given. The tests call from a
 * foreign thread, so that each reply owns its memory: a missing or a wrong reference in a layout is
 * seen as a wrong value, or by the sanitizers. */
#include "support.h"

#include <string.h>

#include "generated.otp.h"

static otp_pid root;

static void set_up(void)
{
    char text[100];
    ck_assert_int_eq(otp_runtime_start(NULL), OTP_OK);
    ck_assert_int_eq(otp_application_start(&generated_application, &root, text, sizeof text),
                     OTP_OK);
}

static void tear_down(void)
{
    ck_assert_int_eq(otp_application_stop(&generated_application, OTP_HOUR), OTP_OK);
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}

#define OK(call)         ck_assert_int_eq((call), OTP_OK)
#define SAME(have, text) ck_assert(otp_str_equal((have), otp_cstr(text)))

static const otp_str words[] = { { "one", 3 }, { "", 0 }, { "three", 5 } };
static const uint64_t numbers[] = { 1, 22, 333 };
static const struct generated_list_of_u64 rows[] = { { numbers, 3 }, { NULL, 0 }, { numbers, 1 } };

static struct generated_inner inner_of(const char *name, const char *nick)
{
    struct generated_inner inner = { .name = otp_cstr(name), .has_nick = nick != NULL };
    inner.nick = otp_cstr(nick);
    inner.has_count = nick == NULL;
    inner.count = 9;
    inner.tags = words;
    inner.tags_count = 3;
    inner.level = GENERATED_LEVEL_HIGH;
    return inner;
}

static void check_inner(const struct generated_inner *inner, const char *name, const char *nick)
{
    SAME(inner->name, name);
    ck_assert_int_eq(inner->has_nick, nick != NULL);
    if (nick)
        SAME(inner->nick, nick);
    ck_assert_int_eq(inner->has_count, nick == NULL);
    if (!nick)
        ck_assert_uint_eq(inner->count, 9);
    ck_assert_uint_eq(inner->tags_count, 3);
    SAME(inner->tags[0], "one");
    SAME(inner->tags[2], "three");
    ck_assert_int_eq(inner->level, GENERATED_LEVEL_HIGH);
}

static void check_rows(const struct generated_list_of_u64 *have, size_t count)
{
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(have[0].items_count, 3);
    ck_assert_uint_eq(have[0].items[2], 333);
    ck_assert_uint_eq(have[1].items_count, 0);
    ck_assert_uint_eq(have[2].items[0], 1);
}

/* A struct with all that a struct can hold; parts must outlive it. */
struct parts {
    struct generated_inner many[2];
    struct generated_outer children[2];
};

static struct generated_outer outer_of(struct parts *parts, const char *name)
{
    struct generated_outer outer = { .inner = inner_of(name, "nick"), .has_maybe = true };
    outer.maybe = inner_of("maybe", NULL);
    parts->many[0] = inner_of("first", NULL);
    parts->many[1] = inner_of("second", "2nd");
    memset(parts->children, 0, sizeof parts->children);
    parts->children[0].inner = inner_of("child", NULL);
    parts->children[1].inner = inner_of("other", "nick");
    parts->children[1].rows = rows;
    parts->children[1].rows_count = 3;
    outer.many = parts->many;
    outer.many_count = 2;
    outer.rows = rows;
    outer.rows_count = 3;
    outer.children = parts->children;
    outer.children_count = 2;
    return outer;
}

static void check_outer(const struct generated_outer *outer, const char *name)
{
    check_inner(&outer->inner, name, "nick");
    ck_assert(outer->has_maybe);
    check_inner(&outer->maybe, "maybe", NULL);
    ck_assert_uint_eq(outer->many_count, 2);
    check_inner(&outer->many[0], "first", NULL);
    check_inner(&outer->many[1], "second", "2nd");
    check_rows(outer->rows, outer->rows_count);
    ck_assert_uint_eq(outer->children_count, 2);
    check_inner(&outer->children[0].inner, "child", NULL);
    ck_assert_uint_eq(outer->children[0].rows_count, 0);
    check_rows(outer->children[1].rows, outer->children[1].rows_count);
}

START_TEST(scalars_come_back_as_they_went)
{
    struct generated_echo_scalars_reply reply;
    otp_pid pid = otp_dest_pid(GENERATED_ECHO);
    OK(generated_echo_scalars(GENERATED_ECHO, true, -8, -1600, -320000, INT64_MIN, 200, 60000,
                              4000000000u, UINT64_MAX, 0.1, 3 * OTP_S, 77, pid, otp_error("why"),
                              GENERATED_LEVEL_HIGH, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_SCALARS_ALL);
    ck_assert(reply.as.all.flag && reply.as.all.x >= 0.1 && reply.as.all.x <= 0.1);
    ck_assert_int_eq(reply.as.all.a, -8);
    ck_assert_int_eq(reply.as.all.b, -1600);
    ck_assert_int_eq(reply.as.all.c, -320000);
    ck_assert_int_eq(reply.as.all.d, INT64_MIN);
    ck_assert_uint_eq(reply.as.all.e, 200);
    ck_assert_uint_eq(reply.as.all.f, 60000);
    ck_assert_uint_eq(reply.as.all.g, 4000000000u);
    ck_assert_uint_eq(reply.as.all.h, UINT64_MAX);
    ck_assert_int_eq(reply.as.all.age, 3 * OTP_S);
    ck_assert_int_eq(reply.as.all.at, 77);
    ck_assert(otp_pid_equal(reply.as.all.who, pid));
    ck_assert(otp_reason_equal(reply.as.all.why, otp_error("why")));
    ck_assert_int_eq(reply.as.all.level, GENERATED_LEVEL_HIGH);
}
END_TEST

START_TEST(texts_come_back_and_absent_ones_stay_absent)
{
    struct generated_echo_texts_reply reply;
    const uint8_t bytes[] = { 0, 1, 255 };
    const otp_bytes blob = { bytes, 3 };
    const otp_str nick = otp_cstr("nick");
    OK(generated_echo_texts(GENERATED_ECHO, otp_cstr("name"), blob, &nick, NULL, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_TEXTS_TEXTS);
    SAME(reply.as.texts.name, "name");
    ck_assert(otp_bytes_equal(reply.as.texts.blob, blob));
    ck_assert(reply.as.texts.has_nick && !reply.as.texts.has_absent);
    SAME(reply.as.texts.nick, "nick");
    generated_echo_texts_free_reply(&reply);
    OK(generated_echo_texts(GENERATED_ECHO, otp_cstr(""), blob, &nick, NULL, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_TEXTS_NAME);
    SAME(reply.as.name.name, "no name");
    generated_echo_texts_free_reply(&reply);
}
END_TEST

START_TEST(structs_come_back_with_all_that_they_hold)
{
    struct parts parts;
    struct generated_echo_structs_reply reply;
    const struct generated_outer outer = outer_of(&parts, "outer");
    const struct generated_inner maybe = inner_of("here", "x");
    OK(generated_echo_structs(GENERATED_ECHO, &outer, &maybe, NULL, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_STRUCTS_STRUCTS);
    check_outer(&reply.as.structs.outer, "outer");
    ck_assert(reply.as.structs.has_maybe && !reply.as.structs.has_absent);
    check_inner(&reply.as.structs.maybe, "here", "x");
    generated_echo_structs_free_reply(&reply);
}
END_TEST

START_TEST(lists_come_back_in_order)
{
    struct parts parts;
    struct generated_echo_lists_reply reply;
    (void)outer_of(&parts, "outer");
    OK(generated_echo_lists(GENERATED_ECHO, numbers, 3, words, 3, parts.many, 2, rows, 3, true,
                            words, 0, false, NULL, 0, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_LISTS_LISTS);
    ck_assert_uint_eq(reply.as.lists.numbers_count, 3);
    ck_assert_uint_eq(reply.as.lists.numbers[1], 22);
    ck_assert_uint_eq(reply.as.lists.names_count, 3);
    SAME(reply.as.lists.names[2], "three");
    ck_assert_uint_eq(reply.as.lists.inners_count, 2);
    check_inner(&reply.as.lists.inners[1], "second", "2nd");
    check_rows(reply.as.lists.rows, reply.as.lists.rows_count);
    ck_assert(reply.as.lists.has_maybe && !reply.as.lists.has_absent);
    ck_assert_uint_eq(reply.as.lists.maybe_count, 0);
    generated_echo_lists_free_reply(&reply);
}
END_TEST

START_TEST(single_values_of_each_shape_come_back)
{
    otp_str text;
    OK(generated_echo_text(GENERATED_ECHO, otp_cstr("a text"), &text));
    SAME(text, "a text");
    generated_echo_text_free_reply(&text);

    const uint64_t five = 5;
    struct generated_optional_string optional;
    OK(generated_echo_optional(GENERATED_ECHO, &five, &words[2], &optional));
    ck_assert(optional.has_value);
    SAME(optional.value, "three");
    generated_echo_optional_free_reply(&optional);
    OK(generated_echo_optional(GENERATED_ECHO, NULL, &words[2], &optional));
    ck_assert(!optional.has_value);
    generated_echo_optional_free_reply(&optional);

    struct generated_list_of_string many;
    OK(generated_echo_many(GENERATED_ECHO, 4, &many));
    ck_assert_uint_eq(many.items_count, 4);
    SAME(many.items[3], "text");
    generated_echo_many_free_reply(&many);

    struct generated_list_of_list_of_u64 nested;
    OK(generated_echo_nested(GENERATED_ECHO, rows, 3, &nested));
    check_rows(nested.items, nested.items_count);
    generated_echo_nested_free_reply(&nested);
}
END_TEST

START_TEST(defaults_are_those_of_the_spec)
{
    otp_str text;
    const uint64_t d = 4;
    OK(generated_echo_defaults(GENERATED_ECHO, 1, &text));
    SAME(text, "1 2 three -1 1");
    generated_echo_defaults_free_reply(&text);
    OK(generated_echo_defaults_with(GENERATED_ECHO, 1, 7, otp_cstr("x"), &d, NULL, &text));
    SAME(text, "1 7 x 4 -1");
    generated_echo_defaults_free_reply(&text);
    OK(generated_echo_defaults_within(GENERATED_ECHO, OTP_INFINITY, 1, 7, otp_cstr("x"), NULL, NULL,
                                      &text));
    SAME(text, "1 7 x -1 -1");
    generated_echo_defaults_free_reply(&text);
}
END_TEST

START_TEST(owners_keep_copies)
{
    struct parts parts;
    struct generated_outer outer = outer_of(&parts, "kept"), back;
    OK(generated_echo_keep(GENERATED_ECHO, &outer));
    OK(generated_echo_kept(GENERATED_ECHO, &back));
    check_outer(&back, "kept");
    generated_echo_kept_free_reply(&back);
    outer = outer_of(&parts, "another");
    OK(generated_echo_keep(GENERATED_ECHO, &outer));
    OK(generated_echo_kept(GENERATED_ECHO, &back));
    check_outer(&back, "another");
    generated_echo_kept_free_reply(&back);

    struct generated_list_of_string names;
    OK(generated_echo_set_names(GENERATED_ECHO, words, 3, &names));
    ck_assert_uint_eq(names.items_count, 3);
    SAME(names.items[2], "three");
    generated_echo_set_names_free_reply(&names);
    OK(generated_echo_set_names(GENERATED_ECHO, words, 1, &names));
    ck_assert_uint_eq(names.items_count, 1);
    generated_echo_set_names_free_reply(&names);
}
END_TEST

START_TEST(tables_have_the_types_of_the_spec)
{
    struct parts parts;
    const struct generated_outer outer = outer_of(&parts, "in table");
    struct generated_echo_get_reply got;
    uint64_t n;
    OK(generated_echo_put(GENERATED_ECHO, otp_cstr("key"), &outer));
    OK(generated_echo_put(GENERATED_ECHO, otp_cstr("a long key"), &outer));
    OK(generated_echo_get(GENERATED_ECHO, otp_cstr("key"), &got));
    ck_assert_int_eq(got.tag, GENERATED_ECHO_GET_FOUND);
    check_outer(&got.as.found.value, "in table");
    generated_echo_get_free_reply(&got);
    OK(generated_echo_keys(GENERATED_ECHO, &n));
    ck_assert_uint_eq(n, 2013);
    OK(generated_echo_drop(GENERATED_ECHO, 5, &n));
    ck_assert_uint_eq(n, 1);
    OK(generated_echo_get(GENERATED_ECHO, otp_cstr("a long key"), &got));
    ck_assert_int_eq(got.tag, GENERATED_ECHO_GET_MISSING);

    struct generated_echo_small_reply small;
    OK(generated_echo_small(GENERATED_ECHO, 3, GENERATED_LEVEL_HIGH, words, 3, &small));
    ck_assert_int_eq(small.tag, GENERATED_ECHO_SMALL_OK);
    ck_assert_int_eq(small.as.ok.level, GENERATED_LEVEL_HIGH);
    ck_assert_uint_eq(small.as.ok.names_count, 3);
    SAME(small.as.ok.names[0], "one");
    generated_echo_small_free_reply(&small);
}
END_TEST

START_TEST(options_come_from_default_child_and_configuration)
{
    struct generated_echo_settings_reply reply;
    OK(generated_echo_settings(GENERATED_ECHO, &reply));
    ck_assert_uint_eq(reply.as.settings.id, 7);
    SAME(reply.as.settings.label, "from env");
    ck_assert_int_eq(reply.as.settings.wait, 2 * OTP_S);
    ck_assert(!reply.as.settings.has_nick && reply.as.settings.has_limit);
    ck_assert_uint_eq(reply.as.settings.limit, 16); /* four continues of "more" */
    generated_echo_settings_free_reply(&reply);

    const struct generated_echo_options options = generated_echo_options_default(3);
    ck_assert_uint_eq(options.id, 3);
    SAME(options.label, "none");
    ck_assert(options.has_nick && !options.has_limit);
    SAME(options.nick, "nick");
    ck_assert_int_eq(options.wait, 2 * OTP_S);
}
END_TEST

START_TEST(options_are_copied_at_the_start)
{
    static const uint16_t ports[] = { 80, 443 };
    otp_pid pid;
    const otp_str nick = otp_cstr("nick");
    {
        const struct generated_inner inner = inner_of("inner", NULL);
        struct generated_holder_options options =
            generated_holder_options_default(ports, 2, &inner, &nick, GENERATED_LEVEL_HIGH);
        OK(generated_holder_start(&options, &pid));
        memset(&options, 0xee, sizeof options);
    }
    struct generated_holder_given_reply reply;
    OK(generated_holder_given(otp_to(pid), &reply));
    ck_assert_uint_eq(reply.as.given.ports_count, 2);
    ck_assert_uint_eq(reply.as.given.ports[1], 443);
    check_inner(&reply.as.given.inner, "inner", NULL);
    SAME(reply.as.given.nick, "nick");
    ck_assert_int_eq(reply.as.given.level, GENERATED_LEVEL_HIGH);
    generated_holder_given_free_reply(&reply);
    OK(otp_stop_process(otp_to(pid), otp_normal(), OTP_HOUR));
}
END_TEST

START_TEST(casts_infos_and_later_answers_arrive)
{
    struct parts parts;
    const struct generated_outer outer = outer_of(&parts, "four");
    uint64_t sum;
    OK(generated_echo_add(GENERATED_ECHO, 100));
    OK(generated_echo_add_with(GENERATED_ECHO, 1000, true));
    OK(generated_echo_note(GENERATED_ECHO, &outer, words, 3));
    (void)generated_echo_note_after(GENERATED_ECHO, 0, &outer, words, 1);
    do
        OK(generated_echo_sum(GENERATED_ECHO, &sum));
    while (sum < 16 + 2100 + 12 + 7);
    ck_assert_uint_eq(sum, 16 + 2100 + 12 + 7);

    struct generated_echo_later_reply reply;
    OK(generated_echo_later(GENERATED_ECHO, 6, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_LATER_DONE);
    ck_assert_uint_eq(reply.as.done.number, 6);
    SAME(reply.as.done.text, "answered");
    generated_echo_later_free_reply(&reply);
    OK(generated_echo_later(GENERATED_ECHO, 0, &reply));
    ck_assert_int_eq(reply.tag, GENERATED_ECHO_LATER_BUSY);
}
END_TEST

START_TEST(requests_are_answered_later)
{
    otp_request later, text, sum, kept;
    struct generated_echo_later_reply reply;
    otp_str view;
    uint64_t total;
    OK(generated_echo_later_request(GENERATED_ECHO, 6, &later));
    OK(generated_echo_text_request(GENERATED_ECHO, otp_cstr("asked"), &text));
    OK(generated_echo_sum_request(GENERATED_ECHO, &sum));
    OK(generated_echo_put_request(GENERATED_ECHO, otp_cstr("key"),
                                  &(struct generated_outer){ .inner.name = otp_cstr("put") },
                                  &kept));
    OK(generated_echo_put_receive(&kept, OTP_INFINITY));
    OK(generated_echo_sum_receive(&sum, OTP_INFINITY, &total));
    ck_assert_int_eq(generated_echo_sum_receive(&text, 0, &total), OTP_BADARG); /* another call's */
    OK(generated_echo_text_receive(&text, OTP_INFINITY, &view));
    SAME(view, "asked");
    generated_echo_text_free_reply(&view);
    OK(generated_echo_later_receive(&later, OTP_INFINITY, &reply));
    ck_assert_uint_eq(reply.as.done.number, 6);
    generated_echo_later_free_reply(&reply);
    ck_assert_int_eq(generated_echo_sum_receive(&sum, 0, &total), OTP_NOT_FOUND);
}
END_TEST

START_TEST(a_start_takes_what_it_is_told)
{
    struct otp_start how = { .name = "generated.second", .timeout = OTP_S };
    struct generated_echo_options options = generated_echo_options_default(9);
    otp_pid pid, other;
    OK(generated_echo_start_with(&how, &options, &pid));
    ck_assert(otp_pid_equal(otp_whereis("generated.second"), pid));
    ck_assert_int_eq(generated_echo_start_with(&how, &options, &other), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(other, pid));
    OK(generated_echo_start_with(NULL, &options, &other)); /* without a name */
    OK(otp_stop_process(otp_to(other), otp_normal(), OTP_INFINITY));
    OK(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generated");
    TCase *c = support_case(suite, "generated", 20.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, scalars_come_back_as_they_went);
    tcase_add_test(c, texts_come_back_and_absent_ones_stay_absent);
    tcase_add_test(c, structs_come_back_with_all_that_they_hold);
    tcase_add_test(c, lists_come_back_in_order);
    tcase_add_test(c, single_values_of_each_shape_come_back);
    tcase_add_test(c, defaults_are_those_of_the_spec);
    tcase_add_test(c, owners_keep_copies);
    tcase_add_test(c, tables_have_the_types_of_the_spec);
    tcase_add_test(c, options_come_from_default_child_and_configuration);
    tcase_add_test(c, options_are_copied_at_the_start);
    tcase_add_test(c, casts_infos_and_later_answers_arrive);
    tcase_add_test(c, requests_are_answered_later);
    tcase_add_test(c, a_start_takes_what_it_is_told);
    return support_run(suite);
}
