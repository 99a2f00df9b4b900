/* parse_text.c - what literals mean, and what is wrong with text that is no token.
 *
 * Idea: the scanner matches generously (1x2 is one number, "abc at the end of a line one string);
 * here the text is taken apart and a malformed one gets the message that fits. It still becomes a
 * token of its kind, marked bad, so that the grammar goes on as if it were right. */
#include "parse_lex.h"

#include <stdlib.h>
#include <string.h>

#include "suggest.h"

#include "otp.tab.h"

static const char *text_of(const struct parser *p, struct span place)
{
    return arena_copy(p->unit->arena, p->source->bytes + place.begin, place.end - place.begin);
}

/* The same, cut for a message. */
static const char *shown(const struct parser *p, struct span place)
{
    enum { SHOWN = 40 };
    uint32_t len = place.end - place.begin;
    const char *text = p->source->bytes + place.begin;
    return arena_format(p->unit->arena, "%.*s%s", (int)(len < SHOWN ? len : SHOWN), text,
                        len > SHOWN ? "..." : "");
}

/* ---- Numbers and durations ---- */

struct unit_of_time {
    const char *text;
    int64_t ns;
};

static const struct unit_of_time units[] = {
    { "ns", 1 },
    { "us", 1000 },
    { "ms", 1000000 },
    { "s", 1000000000 },
    { "m", 60 * (int64_t)1000000000 },
    { "h", 3600 * (int64_t)1000000000 },
    { "d", 86400 * (int64_t)1000000000 },
};

/* What people write instead. */
static const struct {
    const char *text, *unit;
} unit_habits[] = {
    { "nsec", "ns" },  { "usec", "us" },   { "msec", "ms" },   { "millis", "ms" }, { "sec", "s" },
    { "secs", "s" },   { "second", "s" },  { "seconds", "s" }, { "min", "m" },     { "mins", "m" },
    { "minute", "m" }, { "minutes", "m" }, { "hour", "h" },    { "hours", "h" },   { "hr", "h" },
    { "day", "d" },    { "days", "d" },    { "S", "s" },       { "M", "m" },       { "H", "h" },
    { "D", "d" },      { "MS", "ms" },
};

static const struct unit_of_time *find_unit(const char *text)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].text, text) == 0)
            return &units[i];
    return NULL;
}

static const char *unit_meant(const char *text)
{
    for (size_t i = 0; i < sizeof unit_habits / sizeof *unit_habits; i++)
        if (strcmp(unit_habits[i].text, text) == 0)
            return unit_habits[i].unit;
    return NULL;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

enum digits { DIGITS_GOOD, DIGITS_MALFORMED, DIGITS_TOO_BIG };

/* Reads digits of a base and the '_' between them; *text is left behind them. */
static enum digits read_digits(const char **text, unsigned base, uint64_t *value)
{
    const char *s = *text;
    bool ok = *s != '_', fits = true;
    *value = 0;
    for (; *s == '_' || digit_value(*s) < (int)base; s++) {
        if (*s == '_') {
            ok = ok && digit_value(s[1]) < (int)base;
            continue;
        }
        uint64_t digit = (uint64_t)digit_value(*s);
        fits = fits && *value <= (UINT64_MAX - digit) / base;
        *value = *value * base + digit;
    }
    ok = ok && s != *text;
    *text = s;
    return !ok ? DIGITS_MALFORMED : fits ? DIGITS_GOOD : DIGITS_TOO_BIG;
}

static struct diag *malformed(struct parser *p, struct span place)
{
    return diag_add(&p->unit->diags, E_NUMBER, place, "malformed number '%s'", shown(p, place));
}

static bool only_letters(const char *s)
{
    while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
        s++;
    return *s == '\0';
}

static void unknown_unit(struct parser *p, struct span place, const char *text, const char *suffix)
{
    const char *meant = unit_meant(suffix);
    struct diag *d =
        diag_add(&p->unit->diags, E_DURATION, place, "unknown unit '%.40s'%s%s%s", suffix,
                 meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    if (meant)
        diag_suggest(d, arena_format(p->unit->arena, "%.*s%s", (int)(suffix - text), text, meant));
    diag_remark(d, "units are ns, us, ms, s, m, h, d");
}

/* The digits are good; what follows them must be a unit. */
static int finish_duration(struct parser *p, union parse_value *value, struct span place,
                           const char *suffix, uint64_t count)
{
    const char *text = text_of(p, place);
    const struct unit_of_time *unit = find_unit(suffix);
    value->duration = (struct parse_duration){ .bad = true };
    if (!only_letters(suffix)) {
        malformed(p, place);
    } else if (!unit) {
        unknown_unit(p, place, text, text + strlen(text) - strlen(suffix));
    } else if (count > (uint64_t)(INT64_MAX / unit->ns)) {
        diag_add(&p->unit->diags, E_DURATION, place, "duration '%s' is too long", shown(p, place));
    } else {
        value->duration = (struct parse_duration){ .ns = (int64_t)count * unit->ns };
    }
    return T_DURATION;
}

/* "007": whoever knows C would take it for octal. */
static bool has_leading_zero(const char *text)
{
    return text[0] == '0' && (digit_value(text[1]) < 10 || text[1] == '_');
}

int lex_number(struct parser *p, union parse_value *value, struct span place)
{
    const char *text = text_of(p, place), *s = text;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t count;
    if (hex)
        s += 2;
    enum digits digits = read_digits(&s, hex ? 16 : 10, &count);
    if (!hex && *s && digits == DIGITS_GOOD && !has_leading_zero(text))
        return finish_duration(p, value, place, s, count);
    value->integer = (struct parse_integer){ .value = count };
    if (digits == DIGITS_TOO_BIG && !*s) {
        diag_add(&p->unit->diags, E_NUMBER, place, "number '%s' does not fit in 64 bits",
                 shown(p, place));
        value->integer.bad = true;
    } else if (digits != DIGITS_GOOD || *s || has_leading_zero(text)) {
        struct diag *d = malformed(p, place);
        if (has_leading_zero(text))
            diag_help(d, "a number does not begin with 0; hexadecimal ones begin with 0x");
        value->integer.bad = true;
    }
    return T_INTEGER;
}

/* The duration that `1.5s` means, if it is a whole number of nanoseconds; else -1. */
static int64_t fraction_of_time(uint64_t whole, const char *digits, size_t n_digits,
                                const struct unit_of_time *unit)
{
    int64_t part = unit->ns, ns = 0;
    if (whole > (uint64_t)(INT64_MAX / unit->ns) - 1)
        return -1;
    for (size_t i = 0; i < n_digits; i++) {
        if (part % 10 != 0)
            return -1;
        part /= 10;
        ns += part * (digits[i] - '0');
    }
    return (int64_t)whole * unit->ns + ns;
}

/* Is it a duration with a fraction? Then says so. */
static bool is_fraction_of_time(struct parser *p, struct span place, const char *text,
                                uint64_t whole)
{
    const char *digits = strchr(text, '.') + 1;
    size_t n = strspn(digits, "0123456789");
    const struct unit_of_time *unit = find_unit(digits + n);
    if (!unit)
        return false;
    struct diag *d = diag_add(&p->unit->diags, E_DURATION, place,
                              "duration '%s' is not a whole number", shown(p, place));
    int64_t ns = fraction_of_time(whole, digits, n, unit);
    if (ns >= 0)
        diag_suggest(d, ast_duration_text(p->unit->arena, ns));
    return true;
}

int lex_fraction(struct parser *p, union parse_value *value, struct span place)
{
    const char *text = text_of(p, place), *s = text;
    uint64_t whole, part;
    enum digits digits = read_digits(&s, 10, &whole);
    value->number = (struct parse_float){ .bad = true };
    if (digits != DIGITS_MALFORMED && *s == '.' && is_fraction_of_time(p, place, text, whole)) {
        value->duration = (struct parse_duration){ .bad = true };
        return T_DURATION;
    }
    bool good = digits != DIGITS_MALFORMED && *s++ == '.' && !has_leading_zero(text) &&
                read_digits(&s, 10, &part) != DIGITS_MALFORMED;
    if (good && (*s == 'e' || *s == 'E')) {
        s += s[1] == '+' || s[1] == '-' ? 2 : 1;
        good = read_digits(&s, 10, &part) != DIGITS_MALFORMED;
    }
    char *plain = arena_copy(p->unit->arena, text, strlen(text)), *to = plain;
    for (const char *from = text; *from; from++)
        if (*from != '_')
            *to++ = *from;
    *to = '\0';
    double number = strtod(plain, NULL);
    if (!good || *s)
        malformed(p, place);
    else if (number > 1.7976931348623157e308)
        diag_add(&p->unit->diags, E_NUMBER, place, "number '%s' is too big", shown(p, place));
    else
        value->number = (struct parse_float){ .value = number };
    return T_FLOAT;
}

/* ---- Strings ---- */

struct string_reader {
    struct parser *p;
    const char *at; /* in the source */
    const char *end;
    struct arena_buf out;
    bool bad;
};

static struct span span_at(const struct string_reader *r, const char *from, size_t len)
{
    uint32_t begin = (uint32_t)(from - r->p->source->bytes);
    return (struct span){ r->p->source->id, begin, begin + (uint32_t)len };
}

static void bad_escape(struct string_reader *r, const char *from, size_t len)
{
    struct diag *d = diag_add(&r->p->unit->diags, E_ESCAPE, span_at(r, from, len),
                              "unknown escape '%.*s' in a string", (int)len, from);
    diag_remark(d, "escapes are \\n \\r \\t \\\\ \\\" and \\xHH");
    r->bad = true;
}

/* `\xHH`; r->at is at the x. */
static void read_hex_escape(struct string_reader *r)
{
    const char *from = r->at - 1;
    if (r->end - r->at < 3 || digit_value(r->at[1]) > 15 || digit_value(r->at[2]) > 15) {
        bad_escape(r, from, 2);
        r->at++;
        return;
    }
    char byte = (char)(digit_value(r->at[1]) * 16 + digit_value(r->at[2]));
    if (byte == '\0') {
        diag_add(&r->p->unit->diags, E_NUL, span_at(r, from, 4), "a string holds no zero byte");
        r->bad = true;
    }
    arena_buf_put(&r->out, &byte, 1);
    r->at += 3;
}

/* r->at is behind the backslash. */
static void read_escape(struct string_reader *r)
{
    static const char plain[] = "n\nr\rt\t\\\\\"\"";
    for (size_t i = 0; plain[i]; i += 2) {
        if (*r->at != plain[i])
            continue;
        arena_buf_put(&r->out, &plain[i + 1], 1);
        r->at++;
        return;
    }
    if (*r->at == 'x') {
        read_hex_escape(r);
        return;
    }
    uint32_t code_point;
    size_t len = source_utf8(r->at, r->end, &code_point);
    len = len ? len : 1;
    if ((unsigned char)*r->at >= 0x20 && (len > 1 || (unsigned char)*r->at < 0x7f))
        bad_escape(r, r->at - 1, len + 1);
    else
        bad_escape(r, r->at - 1, 1);
    r->at += len;
}

/* Escapes can make what the source, already checked, does not hold. */
static void check_made_text(struct string_reader *r, struct span place)
{
    const char *s = r->out.data, *end = s + r->out.len;
    while (s < end) {
        uint32_t code_point;
        size_t len = source_utf8(s, end, &code_point);
        if (len == 0) {
            diag_add(&r->p->unit->diags, E_ESCAPE, place,
                     "the escapes of this string make no UTF-8");
            r->bad = true;
            return;
        }
        s += len;
    }
}

int lex_string(struct parser *p, union parse_value *value, struct span place)
{
    struct string_reader r = { .p = p,
                               .at = p->source->bytes + place.begin + 1,
                               .end = p->source->bytes + place.end - 1 };
    bool escaped = false;
    arena_buf_init(&r.out, p->unit->arena);
    while (r.at < r.end) {
        size_t plain = 0;
        while (r.at + plain < r.end && r.at[plain] != '\\')
            plain++;
        arena_buf_put(&r.out, r.at, plain);
        r.at += plain;
        if (r.at == r.end)
            break;
        escaped = true;
        r.at++;
        read_escape(&r);
    }
    if (escaped && !r.bad)
        check_made_text(&r, place);
    r.bad = r.bad || memchr(r.out.data, '\0', r.out.len); /* reported with the file's bytes */
    value->text = (struct text){ .bytes = r.bad ? NULL : r.out.data,
                                 .len = r.bad ? 0 : (uint32_t)r.out.len,
                                 .span = place };
    return T_STRING;
}

int lex_string_single(struct parser *p, union parse_value *value, struct span place)
{
    diag_add(&p->unit->diags, E_CHARACTER, place, "a string stands between double quotes");
    value->text = (struct text){ .span = place };
    return T_STRING;
}

size_t lex_string_open(struct parser *p, union parse_value *value, struct span *place)
{
    const char *text = p->source->bytes + place->begin;
    size_t len = place->end - place->begin;
    while (len > 1 && text[len - 1] && strchr(" \t\r", text[len - 1]))
        len--;
    struct span whole = { place->file, place->begin, place->begin + (uint32_t)len };
    struct diag *d = diag_add(&p->unit->diags, E_STRING, whole, "unterminated string");
    diag_help(d, "close it with '\"' on the same line");
    while (len > 1 && text[len - 1] && strchr(" \t\r;,)}]", text[len - 1]))
        len--;
    place->end = place->begin + (uint32_t)len;
    value->text = (struct text){ .span = *place };
    p->bad = true;
    return len;
}

/* ---- What is no token ---- */

void lex_comment_begin(struct parser *p, struct span place)
{
    p->comment_begin = place.begin;
}

void lex_comment_open(struct parser *p)
{
    struct span sign = { p->source->id, p->comment_begin, p->comment_begin + 2 };
    diag_add(&p->unit->diags, E_COMMENT, sign, "unterminated comment");
    p->bad = true;
}

/* The first character of the text that is a character at all; bytes that are not UTF-8 and zero
 * bytes were reported before scanning. */
static bool first_character(const struct parser *p, struct span place, struct span *out,
                            uint32_t *code_point)
{
    const char *s = p->source->bytes + place.begin, *end = p->source->bytes + place.end;
    for (; s < end; s++) {
        size_t len = source_utf8(s, end, code_point);
        if (len == 0 || *code_point == 0)
            continue;
        out->file = place.file;
        out->begin = (uint32_t)(s - p->source->bytes);
        out->end = out->begin + (uint32_t)len;
        return true;
    }
    return false;
}

void lex_character(struct parser *p, struct span place)
{
    struct span at;
    uint32_t c;
    p->bad = true;
    if (!first_character(p, place, &at, &c))
        return;
    struct diag *d;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        d = diag_add(&p->unit->diags, E_CHARACTER, at, "unexpected control character U+%04X", c);
    else
        d = diag_add(&p->unit->diags, E_CHARACTER, at, "unexpected character '%.*s'",
                     (int)(at.end - at.begin), p->source->bytes + at.begin);
    if (c == '#')
        diag_help(d, "a comment begins with '//'");
    else if (c == 0x201c || c == 0x201d || c == 0x2018 || c == 0x2019)
        diag_help(d, "a string stands between '\"' and '\"'");
    else if (c == '&')
        diag_help(d, "the operator is '&&'");
}
