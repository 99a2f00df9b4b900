/* describe.c - values as text, by their descriptions.
 *
 * Idea: one walk over value and description that writes as it goes and stops as soon as the text is
 * full. It follows only pointers that the types of a spec have, which are valid at any moment
 * between two statements of a handler, so it may look at the state of a process that crashed.
 * Threads: any; a table only its process. Locks: none. Owns: nothing. */
#include <otp/describe.h>

#include <stdio.h>
#include <string.h>

#include <otp/message.h>
#include <otp/table_ref.h>

#include "base/text.h"

/* Past these the rest is "...". DEEPEST keeps a damaged value from the end of a small stack. */
enum { MOST_BYTES = 256, MOST_ITEMS = 16, MOST_ENTRIES = 8, DEEPEST = 16 };

struct writer {
    struct otpi_text text;
    bool is_full; /* something did not fit */
    int depth;
    const struct otp_hidden *hidden; /* NULL: nothing is */
};

/* -- words -- */

static void put(struct writer *w, const char *bytes, size_t size)
{
    if (w->is_full)
        return;
    w->is_full = size >= w->text.size - w->text.used;
    otpi_text_add(&w->text, bytes, size);
}

static void put_word(struct writer *w, const char *word)
{
    put(w, word, strlen(word));
}

static void put_unsigned(struct writer *w, uint64_t number)
{
    char digits[24];
    struct otpi_text text;
    otpi_text_begin(&text, digits, sizeof digits);
    otpi_text_add_unsigned(&text, number);
    put(w, digits, text.used);
}

static void put_signed(struct writer *w, int64_t number)
{
    if (number < 0)
        put_word(w, "-");
    put_unsigned(w, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void put_hex(struct writer *w, const uint8_t *bytes, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < size && !w->is_full; i++) {
        char digits[2] = { hex[bytes[i] >> 4], hex[bytes[i] & 15] };
        put(w, digits, sizeof digits);
    }
}

/* -- text -- */

/* How many bytes the character at text takes that stands for itself; 0: it does not. */
static size_t plain(const char *text, size_t size)
{
    return text[0] == '"' || text[0] == '\\' ? 0 : otpi_text_printable(text, size);
}

static void put_escape(struct writer *w, uint8_t byte)
{
    const char plain[2] = { '\\', (char)byte };
    switch (byte) {
    case '"':
    case '\\': put(w, plain, sizeof plain); return;
    case '\n': put_word(w, "\\n"); return;
    case '\t': put_word(w, "\\t"); return;
    case '\r': put_word(w, "\\r"); return;
    default: put_word(w, "\\x"); put_hex(w, &byte, 1);
    }
}

static void put_string(struct writer *w, const void *value)
{
    otp_str string;
    memcpy(&string, value, sizeof string);
    size_t size = otpi_text_cut(string.data, string.size, MOST_BYTES);
    const char *text = string.data;
    put_word(w, "\"");
    for (size_t i = 0; i < size && !w->is_full;) {
        size_t length = plain(text + i, size - i);
        if (length > 0)
            put(w, text + i, length);
        else
            put_escape(w, (uint8_t)text[i]);
        i += length > 0 ? length : 1;
    }
    put_word(w, size < string.size ? "\"..." : "\"");
}

static void put_bytes(struct writer *w, const void *value)
{
    otp_bytes bytes;
    memcpy(&bytes, value, sizeof bytes);
    put_word(w, "<<");
    put_hex(w, bytes.data, bytes.size < MOST_BYTES / 2 ? bytes.size : MOST_BYTES / 2);
    put_word(w, bytes.size > MOST_BYTES / 2 ? "...>>" : ">>");
}

/* -- numbers and times -- */

/* An integer of 1, 2, 4 or 8 bytes; of other sizes 0. */
static int64_t read_number(const char *at, size_t size, bool is_signed)
{
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    int64_t number = 0;
    switch (size) {
    case 1: memcpy(&u8, at, sizeof u8); return is_signed ? (int8_t)u8 : u8;
    case 2: memcpy(&u16, at, sizeof u16); return is_signed ? (int16_t)u16 : u16;
    case 4: memcpy(&u32, at, sizeof u32); return is_signed ? (int32_t)u32 : (int64_t)u32;
    case 8: memcpy(&number, at, sizeof number); break;
    default: break;
    }
    return number;
}

static void put_double(struct writer *w, double number)
{
    char text[40];
    int size = snprintf(text, sizeof text, "%.15g", number);
    for (int i = 0; i < size; i++)
        if (strchr("+-.0123456789abcdefghijklmnopqrstuvwxyz", text[i]) == NULL)
            text[i] = '.'; /* of the locale */
    put(w, text, (size_t)size);
}

static void put_duration(struct writer *w, otp_duration duration)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        { "d", (uint64_t)OTP_DAY }, { "h", (uint64_t)OTP_HOUR }, { "m", (uint64_t)OTP_MIN },
        { "s", (uint64_t)OTP_S },   { "ms", (uint64_t)OTP_MS },  { "us", (uint64_t)OTP_US },
        { "ns", (uint64_t)OTP_NS },
    };
    uint64_t left = duration < 0 ? 0 - (uint64_t)duration : (uint64_t)duration;
    if (duration == OTP_INFINITY || duration == 0) {
        put_word(w, duration == 0 ? "0s" : "infinity");
        return;
    }
    if (duration < 0)
        put_word(w, "-");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (left < units[i].ns)
            continue;
        put_unsigned(w, left / units[i].ns);
        put_word(w, units[i].name);
        left %= units[i].ns;
    }
}

/* Monotonic time says nothing by itself. To the millisecond, since it is read later than it was
 * set. */
static void put_instant(struct writer *w, otp_instant instant)
{
    otp_instant now = otp_now();
    if (instant == 0) {
        put_word(w, "never"); /* not set yet */
    } else if (instant == OTP_INFINITY || instant > now) {
        put_word(w, "in ");
        put_duration(w, instant == OTP_INFINITY ? instant : (instant - now) / OTP_MS * OTP_MS);
    } else {
        put_duration(w, instant < 0 ? now / OTP_MS * OTP_MS : (now - instant) / OTP_MS * OTP_MS);
        put_word(w, " ago");
    }
}

static void put_timer(struct writer *w, const otp_timer *timer)
{
    otp_duration left;
    if (timer->node_ == NULL || otp_timer_read(*timer, &left) != OTP_OK) {
        put_word(w, "not armed");
        return;
    }
    put_word(w, "in ");
    put_duration(w, left / OTP_MS * OTP_MS);
}

static void put_reason(struct writer *w, const otp_reason *reason)
{
    char text[160];
    otp_str view = otp_cstr(otp_reason_format(*reason, text, sizeof text));
    for (size_t i = 0; i < view.size && !w->is_full; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte >= 0x20 && byte != 0x7f)
            put(w, text + i, 1);
        else
            put_escape(w, byte);
    }
}

/* -- types with parts -- */

static void put_field(struct writer *w, const struct otp_field *field, const char *value);

static bool is_hidden(const struct writer *w, const char *name)
{
    for (size_t i = 0; name != NULL && w->hidden != NULL && i < w->hidden->count; i++)
        if (strcmp(w->hidden->names[i], name) == 0)
            return true;
    return false;
}

static void put_struct(struct writer *w, const struct otp_description *description, const char *at)
{
    const struct otp_field *fields = description->fields;
    if (description->count == 1 && fields[0].name == NULL) {
        put_field(w, &fields[0], at);
        return;
    }
    put_word(w, "{");
    for (uint32_t i = 0; i < description->count && !w->is_full; i++) {
        put_word(w, i > 0 ? ", " : "");
        put_word(w, fields[i].name);
        put_word(w, ": ");
        put_field(w, &fields[i], at);
    }
    put_word(w, "}");
}

static void put_enum(struct writer *w, const struct otp_description *description, const char *at)
{
    int64_t number = read_number(at, description->size, true);
    if (number >= 0 && number < description->count)
        put_word(w, description->words[number]);
    else
        put_signed(w, number);
}

static void put_union(struct writer *w, const struct otp_description *description, const char *at)
{
    uint64_t tag = (uint64_t)read_number(at, sizeof(uint32_t), false);
    if (tag >= description->count) {
        put_unsigned(w, tag);
        return;
    }
    const struct otp_field *field = &description->fields[tag];
    put_word(w, field->name);
    if (field->description != NULL)
        put_struct(w, field->description, at + field->offset);
}

struct visit {
    struct writer *w;
    const struct otp_description *description;
    size_t count; /* shown so far */
};

static bool put_entry(const void *key, const void *value, void *context)
{
    struct visit *visit = context;
    struct writer *w = visit->w;
    put_word(w, visit->count > 0 ? ", " : "");
    if (visit->count++ == MOST_ENTRIES) {
        put_word(w, "...");
        return false;
    }
    put_field(w, &visit->description->fields[0], key);
    put_word(w, ": ");
    put_field(w, &visit->description->fields[1], value);
    return !w->is_full;
}

static void put_table(struct writer *w, const struct otp_description *description, const char *at)
{
    const struct otp_table *table;
    struct visit visit = { w, description, 0 };
    memcpy(&table, at, sizeof table);
    size_t count = table == NULL ? 0 : otp_table_count(table);
    put_unsigned(w, count);
    put_word(w, count == 1 ? " entry" : " entries");
    if (count == 0)
        return;
    put_word(w, " {");
    otp_table_each(table, put_entry, &visit);
    put_word(w, "}");
}

static void put_extern(struct writer *w, const struct otp_description *description, const char *at)
{
    char text[40];
    const char *type = description->words[0];
    size_t length = strlen(type);
    const void *where = at;
    if (length > 0 && type[length - 1] == '*')
        memcpy(&where, at, sizeof where);
    put_word(w, "(");
    put_word(w, type);
    put_word(w, ")");
    (void)snprintf(text, sizeof text, "%#llx", (unsigned long long)(uintptr_t)where);
    put_word(w, where == NULL ? "NULL" : text);
}

/* -- one value -- */

static size_t size_of(const struct otp_field *field)
{
    static const uint8_t sizes[] = {
        [OTP_TYPE_BOOL] = sizeof(bool),
        [OTP_TYPE_I8] = sizeof(int8_t),
        [OTP_TYPE_I16] = sizeof(int16_t),
        [OTP_TYPE_I32] = sizeof(int32_t),
        [OTP_TYPE_I64] = sizeof(int64_t),
        [OTP_TYPE_U8] = sizeof(uint8_t),
        [OTP_TYPE_U16] = sizeof(uint16_t),
        [OTP_TYPE_U32] = sizeof(uint32_t),
        [OTP_TYPE_U64] = sizeof(uint64_t),
        [OTP_TYPE_F64] = sizeof(double),
        [OTP_TYPE_STRING] = sizeof(otp_str),
        [OTP_TYPE_BYTES] = sizeof(otp_bytes),
        [OTP_TYPE_DURATION] = sizeof(otp_duration),
        [OTP_TYPE_INSTANT] = sizeof(otp_instant),
        [OTP_TYPE_PID] = sizeof(otp_pid),
        [OTP_TYPE_REASON] = sizeof(otp_reason),
        [OTP_TYPE_TIMER] = sizeof(otp_timer),
        [OTP_TYPE_MONITOR] = sizeof(otp_monitor),
        [OTP_TYPE_TABLE_REF] = sizeof(otp_table_ref),
    };
    return field->description != NULL ? field->description->size : sizes[field->type];
}

static void put_double_at(struct writer *w, const char *at)
{
    double number;
    memcpy(&number, at, sizeof number);
    put_double(w, number);
}

static void put_pid_at(struct writer *w, const char *at)
{
    char text[40];
    otp_pid pid;
    memcpy(&pid, at, sizeof pid);
    put_word(w, otp_pid_format(pid, text, sizeof text));
}

static void put_table_ref(struct writer *w, const char *at)
{
    otp_table_ref ref;
    otp_pid owner;
    memcpy(&ref, at, sizeof ref);
    if (otp_table_ref_owner(ref, &owner) != OTP_OK) {
        put_word(w, "no table");
        return;
    }
    put_word(w, "table of ");
    put_pid_at(w, (const char *)&owner);
}

/* R2: a table */
static void put_value(struct writer *w, const struct otp_field *field, const char *at)
{
    const struct otp_description *description = field->description;
    switch ((enum otp_type_kind)field->type) {
    case OTP_TYPE_BOOL: put_word(w, read_number(at, 1, false) != 0 ? "true" : "false"); return;
    case OTP_TYPE_I8:
    case OTP_TYPE_I16:
    case OTP_TYPE_I32:
    case OTP_TYPE_I64: put_signed(w, read_number(at, size_of(field), true)); return;
    case OTP_TYPE_U8:
    case OTP_TYPE_U16:
    case OTP_TYPE_U32:
    case OTP_TYPE_U64:
    case OTP_TYPE_MONITOR:
        put_unsigned(w, (uint64_t)read_number(at, size_of(field), false));
        return;
    case OTP_TYPE_F64: put_double_at(w, at); return;
    case OTP_TYPE_STRING: put_string(w, at); return;
    case OTP_TYPE_BYTES: put_bytes(w, at); return;
    case OTP_TYPE_DURATION: put_duration(w, read_number(at, sizeof(otp_duration), true)); return;
    case OTP_TYPE_INSTANT: put_instant(w, read_number(at, sizeof(otp_instant), true)); return;
    case OTP_TYPE_PID: put_pid_at(w, at); return;
    case OTP_TYPE_REASON: put_reason(w, (const otp_reason *)(const void *)at); return;
    case OTP_TYPE_TIMER: put_timer(w, (const otp_timer *)(const void *)at); return;
    case OTP_TYPE_ENUM: put_enum(w, description, at); return;
    case OTP_TYPE_STRUCT: put_struct(w, description, at); return;
    case OTP_TYPE_UNION: put_union(w, description, at); return;
    case OTP_TYPE_TABLE: put_table(w, description, at); return;
    case OTP_TYPE_EXTERN: put_extern(w, description, at); return;
    case OTP_TYPE_TABLE_REF: put_table_ref(w, at); return;
    }
}

static void put_list(struct writer *w, const struct otp_field *field, const char *at)
{
    struct list {
        const char *items;
        size_t count;
    } list;
    memcpy(&list, at, sizeof list);
    put_word(w, "[");
    for (size_t i = 0; i < list.count && !w->is_full; i++) {
        put_word(w, i > 0 ? ", " : "");
        if (i == MOST_ITEMS) {
            put_word(w, "...");
            break;
        }
        put_value(w, field, list.items + i * size_of(field));
    }
    put_word(w, "]");
}

static void put_field(struct writer *w, const struct otp_field *field, const char *value)
{
    const char *at = value + field->offset;
    bool is_optional = field->kind == OTP_FIELD_OPTIONAL || field->kind == OTP_FIELD_OPTIONAL_LIST;
    if (is_hidden(w, field->name))
        put_word(w, "***");
    else if (is_optional && read_number(value + field->flag, 1, false) == 0)
        put_word(w, "none");
    else if (w->depth == DEEPEST)
        put_word(w, "...");
    else {
        w->depth++;
        if (field->kind == OTP_FIELD_LIST || field->kind == OTP_FIELD_OPTIONAL_LIST)
            put_list(w, field, at);
        else
            put_value(w, field, at);
        w->depth--;
    }
}

/* The text ends in "..." if something did not fit. */
static size_t finish(struct writer *w, char *out, size_t out_size)
{
    static const char dots[] = "...";
    if (!w->is_full || out_size < sizeof dots)
        return w->text.used;
    size_t keep = otpi_text_cut(out, w->text.used, out_size - sizeof dots);
    memcpy(out + keep, dots, sizeof dots);
    return keep + sizeof dots - 1;
}

size_t otp_describe(const struct otp_description *description, const void *value,
                    const struct otp_hidden *hidden, char *out, size_t out_size)
{
    if (out_size == 0)
        return 0;
    struct otp_field whole = { 0 };
    struct writer w = { 0 };
    otpi_text_begin(&w.text, out, out_size);
    w.hidden = hidden;
    whole.type = (uint8_t)description->type;
    whole.description = description;
    put_value(&w, &whole, value);
    return finish(&w, out, out_size);
}
