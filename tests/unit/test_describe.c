/* test_describe.c - values as text.
 *
 * Idea: one struct with a field of every type, described as otpc would, printed whole, cut at every
 * length, hidden, nested past all limits, and with bytes that nobody should print. */
#include "support.h"

#include <limits.h>
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <otp/otp.h>

enum colour { RED, GREEN };

struct point {
    int32_t x;
    otp_str name;
};

struct node {
    uint64_t value;
    const struct node *children;
    size_t children_count;
};

struct all {
    bool flag;
    int8_t a;
    int16_t b;
    int32_t c;
    int64_t d;
    uint8_t e;
    uint16_t f;
    uint32_t g;
    uint64_t h;
    double x;
    otp_str text;
    otp_bytes bytes;
    otp_duration age;
    otp_instant at;
    otp_pid who;
    otp_reason why;
    otp_timer timer;
    otp_monitor monitor;
    enum colour colour;
    struct point point;
    bool has_maybe;
    int32_t maybe;
    const uint16_t *ports;
    size_t ports_count;
    bool has_names;
    const otp_str *names;
    size_t names_count;
    void *handle;
    uint64_t opaque[2];
};

static const char *const colour_words[] = { "red", "green" };
static const struct otp_description colour_description = { OTP_TYPE_ENUM, sizeof(enum colour), 2,
                                                           NULL, colour_words };
static const struct otp_field point_fields[] = {
    { "x", OTP_TYPE_I32, OTP_FIELD_ONE, offsetof(struct point, x), 0, NULL },
    { "name", OTP_TYPE_STRING, OTP_FIELD_ONE, offsetof(struct point, name), 0, NULL },
};
static const struct otp_description point_description = { OTP_TYPE_STRUCT, sizeof(struct point), 2,
                                                          point_fields, NULL };
static const char *const handle_words[] = { "void *" };
static const struct otp_description handle_description = { OTP_TYPE_EXTERN, sizeof(void *), 1, NULL,
                                                           handle_words };
static const char *const opaque_words[] = { "struct opaque" };
static const struct otp_description opaque_description = { OTP_TYPE_EXTERN, 16, 1, NULL,
                                                           opaque_words };

#define ONE(member, type, description)                                                             \
    {                                                                                              \
#member, OTP_TYPE_##type, OTP_FIELD_ONE, offsetof(struct all, member), 0, description      \
    }
static const struct otp_field all_fields[] = {
    ONE(flag, BOOL, NULL),
    ONE(a, I8, NULL),
    ONE(b, I16, NULL),
    ONE(c, I32, NULL),
    ONE(d, I64, NULL),
    ONE(e, U8, NULL),
    ONE(f, U16, NULL),
    ONE(g, U32, NULL),
    ONE(h, U64, NULL),
    ONE(x, F64, NULL),
    ONE(text, STRING, NULL),
    ONE(bytes, BYTES, NULL),
    ONE(age, DURATION, NULL),
    ONE(at, INSTANT, NULL),
    ONE(who, PID, NULL),
    ONE(why, REASON, NULL),
    ONE(timer, TIMER, NULL),
    ONE(monitor, MONITOR, NULL),
    ONE(colour, ENUM, &colour_description),
    ONE(point, STRUCT, &point_description),
    { "maybe", OTP_TYPE_I32, OTP_FIELD_OPTIONAL, offsetof(struct all, maybe),
      offsetof(struct all, has_maybe), NULL },
    { "ports", OTP_TYPE_U16, OTP_FIELD_LIST, offsetof(struct all, ports), 0, NULL },
    { "names", OTP_TYPE_STRING, OTP_FIELD_OPTIONAL_LIST, offsetof(struct all, names),
      offsetof(struct all, has_names), NULL },
    ONE(handle, EXTERN, &handle_description),
};
static const struct otp_description all_description = { OTP_TYPE_STRUCT, sizeof(struct all),
                                                        sizeof all_fields / sizeof *all_fields,
                                                        all_fields, NULL };

/* -- one value -- */

static const char *show(uint32_t type, const struct otp_description *description, const void *value)
{
    static char text[1000];
    struct otp_description plain = { type, 0, 0, NULL, NULL };
    if (description == NULL && type <= OTP_TYPE_U64)
        plain.size = 1u << (type == OTP_TYPE_BOOL ? 0 : (type - OTP_TYPE_I8) % 4);
    size_t size =
        otp_describe(description != NULL ? description : &plain, value, NULL, text, sizeof text);
    ck_assert_uint_eq(size, strlen(text));
    return text;
}

static const char *show_text(const char *bytes, size_t size)
{
    otp_str text = { bytes, size };
    return show(OTP_TYPE_STRING, NULL, &text);
}

static const char *show_duration(otp_duration duration)
{
    return show(OTP_TYPE_DURATION, NULL, &duration);
}

static const char *show_double(double number)
{
    return show(OTP_TYPE_F64, NULL, &number);
}

START_TEST(every_type_reads_as_the_header_says)
{
    static const uint16_t ports[] = { 80, 443 };
    static const otp_str names[] = { { "a", 1 }, { "", 0 } };
    static const uint8_t bytes[] = { 0, 0xff, 16 };
    struct all all = { .flag = true, .a = -128, .b = -300, .c = -70000, .e = 255, .f = 65535 };
    char text[1000];
    all.d = INT64_MIN;
    all.g = UINT32_MAX;
    all.h = UINT64_MAX;
    all.x = -0.5;
    all.text = otp_cstr("hi");
    all.bytes.data = bytes;
    all.bytes.size = 3;
    all.age = 90 * OTP_S;
    all.why = otp_error_code("boom", 7);
    all.monitor.ref_ = 12;
    all.colour = GREEN;
    all.point.x = 3;
    all.ports = ports;
    all.ports_count = 2;
    all.names = names;
    all.names_count = 2;
    otp_describe(&all_description, &all, NULL, text, sizeof text);
    ck_assert_str_eq(
        text, "{flag: true, a: -128, b: -300, c: -70000, d: -9223372036854775808, e: 255, f: "
              "65535, g: 4294967295, h: 18446744073709551615, x: -0.5, text: \"hi\", bytes: "
              "<<00ff10>>, age: 1m30s, at: never, who: <none>, why: boom (7), timer: not armed, "
              "monitor: 12, colour: green, point: {x: 3, name: \"\"}, maybe: none, ports: [80, "
              "443], names: none, handle: (void *)NULL}");
    all.has_maybe = true;
    all.maybe = -1;
    all.has_names = true;
    all.colour = (enum colour)7;
    otp_describe(&all_description, &all, NULL, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "colour: 7, "));
    ck_assert_ptr_nonnull(strstr(text, "maybe: -1, ports: [80, 443], names: [\"a\", \"\"], "));
}
END_TEST

START_TEST(durations_are_exact)
{
    ck_assert_str_eq(show_duration(0), "0s");
    ck_assert_str_eq(show_duration(OTP_INFINITY), "infinity");
    ck_assert_str_eq(show_duration(1500 * OTP_MS), "1s500ms");
    ck_assert_str_eq(show_duration(-OTP_MIN), "-1m");
    ck_assert_str_eq(show_duration(2 * OTP_DAY + 3 * OTP_HOUR + 7 * OTP_US + 1), "2d3h7us1ns");
    ck_assert_str_eq(show_duration(INT64_MIN), "-106751d23h47m16s854ms775us808ns");
}
END_TEST

START_TEST(doubles_have_a_point_whatever_the_locale)
{
    ck_assert_str_eq(show_double(0.1), "0.1");
    ck_assert_str_eq(show_double(1e300), "1e+300");
    ck_assert_str_eq(show_double(-1.0 / 0.0), "-inf");
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL)
        ck_assert_str_eq(show_double(2.5), "2.5");
}
END_TEST

START_TEST(no_byte_of_a_text_escapes)
{
    char every[256], text[2000];
    otp_str hostile = { every, sizeof every };
    struct otp_description string = { OTP_TYPE_STRING, sizeof(otp_str), 0, NULL, NULL };
    ck_assert_str_eq(show_text("a\"\\\n\t\r\x01\x7f", 8), "\"a\\\"\\\\\\n\\t\\r\\x01\\x7f\"");
    ck_assert_str_eq(show_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9),
                     "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""); /* UTF-8 stays */
    ck_assert_str_eq(show_text("\xc0\xaf\xed\xa0\x80", 5), "\"\\xc0\\xaf\\xed\\xa0\\x80\"");
    ck_assert_str_eq(show_text("\xc2\x9b\xe2\x80\xa8", 5), "\"\\xc2\\x9b\\xe2\\x80\\xa8\"");
    ck_assert_str_eq(show_text("\xf4\x90\x80\x80", 4), "\"\\xf4\\x90\\x80\\x80\"");
    ck_assert_str_eq(show_text("\xe2\x82", 2), "\"\\xe2\\x82\""); /* cut in a character */
    for (int i = 0; i < 256; i++)
        every[i] = (char)i;
    size_t size = otp_describe(&string, &hostile, NULL, text, sizeof text);
    for (size_t i = 0; i < size; i++)
        ck_assert((unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7f);
    otp_reason reason = otp_error("two\nlines\x1b");
    ck_assert_str_eq(show(OTP_TYPE_REASON, NULL, &reason), "two\\nlines\\x1b");
}
END_TEST

START_TEST(long_values_are_cut)
{
    static const uint8_t zeros[1000];
    static const uint16_t many[100];
    char letters[1000];
    otp_bytes bytes = { zeros, sizeof zeros };
    struct all all = { .ports = many, .ports_count = 100 };
    memset(letters, 'x', sizeof letters);
    const char *text = show_text(letters, sizeof letters);
    ck_assert_uint_eq(strlen(text), 256 + 5);
    ck_assert_str_eq(text + 256, "x\"...");
    text = show(OTP_TYPE_BYTES, NULL, &bytes);
    ck_assert_uint_eq(strlen(text), 256 + 7);
    ck_assert_str_eq(text + 256, "00...>>");
    ck_assert_ptr_nonnull(strstr(show(OTP_TYPE_STRUCT, &all_description, &all),
                                 "ports: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...]"));
}
END_TEST

START_TEST(a_text_fits_any_room)
{
    struct point point = { 7, { "\xc3\xa4\xc3\xa4\xc3\xa4", 6 } };
    const char whole[] = "{x: 7, name: \"\xc3\xa4\xc3\xa4\xc3\xa4\"}";
    char text[64];
    ck_assert_uint_eq(otp_describe(&point_description, &point, NULL, text, 0), 0);
    for (size_t room = 1; room < sizeof text; room++) {
        memset(text, '#', sizeof text);
        size_t size = otp_describe(&point_description, &point, NULL, text, room);
        ck_assert_uint_lt(size, room);
        ck_assert_uint_eq(strlen(text), size);
        ck_assert_int_eq(text[room], '#');
        if (room >= sizeof whole) {
            ck_assert_str_eq(text, whole);
        } else if (room > 3) {
            ck_assert_str_eq(text + size - 3, "...");
            ck_assert_int_eq(strncmp(text, whole, size - 3), 0);
            ck_assert_int_ne(whole[size - 3] & 0xc0, 0x80); /* no character is split */
        }
    }
}
END_TEST

/* -- parts -- */

static const struct otp_description node_description;
static const struct otp_field node_fields[] = {
    { "value", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct node, value), 0, NULL },
    { "children", OTP_TYPE_STRUCT, OTP_FIELD_LIST, offsetof(struct node, children), 0,
      &node_description },
};
static const struct otp_description node_description = { OTP_TYPE_STRUCT, sizeof(struct node), 2,
                                                         node_fields, NULL };

START_TEST(deep_values_end)
{
    struct node leaf = { 2, NULL, 0 }, node = { 1, &leaf, 1 };
    ck_assert_str_eq(show(OTP_TYPE_STRUCT, &node_description, &node),
                     "{value: 1, children: [{value: 2, children: []}]}");
    node.children = &node; /* no spec makes this */
    const char *text = show(OTP_TYPE_STRUCT, &node_description, &node);
    ck_assert_ptr_nonnull(strstr(text, "children: ..."));
}
END_TEST

struct reply {
    uint32_t tag;
    union {
        struct point found;
    } as;
};

START_TEST(alternatives_have_their_names)
{
    static const struct otp_field found_fields[] = {
        { "x", OTP_TYPE_I32, OTP_FIELD_ONE, offsetof(struct reply, as.found.x), 0, NULL },
    };
    static const struct otp_description found = { OTP_TYPE_STRUCT, sizeof(struct reply), 1,
                                                  found_fields, NULL };
    static const struct otp_field alternatives[] = {
        { "found", OTP_TYPE_STRUCT, OTP_FIELD_ONE, 0, 0, &found },
        { "missing", OTP_TYPE_STRUCT, OTP_FIELD_ONE, 0, 0, NULL },
    };
    static const struct otp_description reply = { OTP_TYPE_UNION, sizeof(struct reply), 2,
                                                  alternatives, NULL };
    struct reply value = { 0, { { 5, { NULL, 0 } } } };
    ck_assert_str_eq(show(OTP_TYPE_UNION, &reply, &value), "found{x: 5}");
    value.tag = 1;
    ck_assert_str_eq(show(OTP_TYPE_UNION, &reply, &value), "missing");
    value.tag = 99;
    ck_assert_str_eq(show(OTP_TYPE_UNION, &reply, &value), "99");
}
END_TEST

START_TEST(hidden_names_are_hidden_at_any_depth)
{
    static const char *const names[] = { "name", "x" };
    struct otp_hidden hidden = { names, 1 };
    struct all all = { .x = 1.5, .point = { 3, { "secret", 6 } } };
    char text[1000];
    otp_describe(&all_description, &all, &hidden, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "x: 1.5, "));
    ck_assert_ptr_nonnull(strstr(text, "point: {x: 3, name: ***}"));
    hidden.count = 2;
    otp_describe(&all_description, &all, &hidden, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "x: ***, text: "));
    ck_assert_ptr_nonnull(strstr(text, "point: {x: ***, name: ***}"));
}
END_TEST

START_TEST(c_types_are_shown_by_their_address)
{
    struct all all = { .handle = (void *)(uintptr_t)0x1f0 };
    char want[60];
    ck_assert_ptr_nonnull(
        strstr(show(OTP_TYPE_STRUCT, &all_description, &all), "handle: (void *)0x1f0}"));
    snprintf(want, sizeof want, "(struct opaque)%p", (void *)all.opaque);
    ck_assert_str_eq(show(OTP_TYPE_EXTERN, &opaque_description, all.opaque), want);
}
END_TEST

/* -- what needs the runtime -- */

struct owner {
    struct otp_table *table;
    otp_timer timer;
    otp_instant soon, past;
};

static const struct otp_layout u64_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_message_type nothing = { .name = "nothing",
                                                 .message_class = OTP_CLASS_INFO };
static const struct otp_table_type table_type = { OTP_KEY_PLAIN, &u64_layout, &u64_layout };
static const struct otp_field table_fields[] = {
    { NULL, OTP_TYPE_U64, OTP_FIELD_ONE, 0, 0, NULL },
    { NULL, OTP_TYPE_U64, OTP_FIELD_ONE, 0, 0, NULL },
};
static const struct otp_description table_description = { OTP_TYPE_TABLE,
                                                          sizeof(struct otp_table *), 2,
                                                          table_fields, NULL };
static const struct otp_field owner_fields[] = {
    { "table", OTP_TYPE_TABLE, OTP_FIELD_ONE, offsetof(struct owner, table), 0,
      &table_description },
    { "timer", OTP_TYPE_TIMER, OTP_FIELD_ONE, offsetof(struct owner, timer), 0, NULL },
    { "soon", OTP_TYPE_INSTANT, OTP_FIELD_ONE, offsetof(struct owner, soon), 0, NULL },
    { "past", OTP_TYPE_INSTANT, OTP_FIELD_ONE, offsetof(struct owner, past), 0, NULL },
};
static const struct otp_description owner_description = { OTP_TYPE_STRUCT, sizeof(struct owner), 4,
                                                          owner_fields, NULL };

/* A table is a process's. */
static void fill_and_describe(void *arg)
{
    struct owner *owner = arg;
    char text[400];
    owner->table = otp_table_new(&table_type);
    for (uint64_t i = 0; i < 20; i++) {
        ck_assert_int_eq(otp_table_put(owner->table, &i, &i), OTP_OK);
        if (i == 0) {
            otp_describe(&owner_description, owner, NULL, text, sizeof text);
            ck_assert_str_eq(text, "{table: 1 entry {0: 0}, timer: not armed, soon: in infinity, "
                                   "past: 10ms ago}");
        }
    }
    otp_describe(&owner_description, owner, NULL, text, sizeof text);
    ck_assert_int_eq(strncmp(text, "{table: 20 entries {", 20), 0);
    ck_assert_ptr_nonnull(strstr(text, ", ...}, timer: "));
    otp_table_drop(owner->table);
}

START_TEST(tables_timers_and_instants)
{
    struct otp_config config = { .manual_clock = true, .workers = 1 };
    const struct otp_start how = { .name = NULL };
    otp_pid pid;
    struct owner owner = { NULL, { NULL, 0 }, 0, 0 };
    char text[400];
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(otp_clock_advance(OTP_MIN), OTP_OK);
    owner.timer = otp_send_after(otp_to(otp_no_pid()), &nothing, NULL, 2500 * OTP_MS);
    owner.soon = otp_now() + 3 * OTP_S + 1;
    owner.past = otp_now() - 10 * OTP_MS;
    otp_describe(&owner_description, &owner, NULL, text, sizeof text);
    ck_assert_str_eq(text, "{table: 0 entries, timer: in 2s500ms, soon: in 3s, past: 10ms ago}");
    owner.soon = OTP_INFINITY;
    ck_assert_int_eq(otp_timer_cancel(owner.timer, NULL), OTP_OK);
    ck_assert_int_eq(otp_spawn(fill_and_describe, &owner, &how, &pid), OTP_OK);
    while (otp_is_alive(pid))
        sched_yield();
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("describe");
    TCase *t = support_case(s, "describe", 10);
    tcase_add_test(t, every_type_reads_as_the_header_says);
    tcase_add_test(t, durations_are_exact);
    tcase_add_test(t, doubles_have_a_point_whatever_the_locale);
    tcase_add_test(t, no_byte_of_a_text_escapes);
    tcase_add_test(t, long_values_are_cut);
    tcase_add_test(t, a_text_fits_any_room);
    tcase_add_test(t, deep_values_end);
    tcase_add_test(t, alternatives_have_their_names);
    tcase_add_test(t, hidden_names_are_hidden_at_any_depth);
    tcase_add_test(t, c_types_are_shown_by_their_address);
    tcase_add_test(t, tables_timers_and_instants);
    return support_run(s);
}
