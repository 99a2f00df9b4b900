/* env.c - an application's typed settings.
 *
 * Idea: one entry at a time: find its text (the last option of its name, else its environment
 * variable, else its default), turn that into a value of its kind, write it where the entry says.
 * Options are read twice, once to refuse what is no option and once for each entry: there are few,
 * and so nothing needs memory.
 * Threads: see env.h. Locks: none. Owns: nothing. */
#include "behav/env.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/host.h"
#include "base/text.h"

/* As the language calls them. */
static const char *const kind_names[] = { "bool", "i8",  "i16", "i32",    "i64",      "u8",  "u16",
                                          "u32",  "u64", "f64", "string", "duration", "enum" };

static enum otpi_env_outcome complain(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum otpi_env_outcome complain(char *text, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (text != NULL && size > 0)
        vsnprintf(text, size, format, args);
    va_end(args);
    return OTPI_ENV_BAD;
}

/* -- values -- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* A whole number as the language writes them: decimal or 0x, `_` between digits. Returns what
 * follows it; NULL: it is none, or too big. */
static const char *read_number(const char *text, uint64_t *number)
{
    unsigned base = 10;
    uint64_t sum = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (digit_of(*text) >= (int)base)
        return NULL;
    for (; digit_of(*text) < (int)base || *text == '_'; text++) {
        if (*text == '_') {
            if (digit_of(text[1]) >= (int)base)
                return NULL;
            continue;
        }
        unsigned digit = (unsigned)digit_of(*text);
        if (sum > (UINT64_MAX - digit) / base)
            return NULL;
        sum = sum * base + digit;
    }
    *number = sum;
    return text;
}

static bool read_unsigned(const char *text, uint64_t max, uint64_t *value)
{
    const char *rest = read_number(text, value);
    return rest != NULL && *rest == '\0' && *value <= max;
}

/* max is the greatest; the least is -max - 1. */
static bool read_signed(const char *text, uint64_t max, int64_t *value)
{
    uint64_t number;
    bool negative = *text == '-';
    if (!read_unsigned(negative ? text + 1 : text, negative ? max + 1 : max, &number))
        return false;
    *value = negative && number > 0 ? -(int64_t)(number - 1) - 1 : (int64_t)number;
    return true;
}

static bool read_duration(const char *text, otp_duration *value)
{
    static const struct {
        const char *name;
        int64_t size;
    } units[] = { { "ns", OTP_NS }, { "us", OTP_US },  { "ms", OTP_MS }, { "s", OTP_S },
                  { "m", OTP_MIN }, { "h", OTP_HOUR }, { "d", OTP_DAY } };
    uint64_t number;
    const char *rest = read_number(text, &number);
    for (size_t i = 0; rest != NULL && i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(rest, units[i].name) != 0)
            continue;
        if (number > (uint64_t)(INT64_MAX / units[i].size))
            return false;
        *value = (int64_t)number * units[i].size;
        return true;
    }
    return false;
}

static bool read_float(const char *text, double *value)
{
    char *end;
    char first = *text == '-' ? text[1] : *text;
    if (first < '0' || first > '9') /* strtod takes blanks, names and more */
        return false;
    errno = 0;
    *value = strtod(text, &end);
    return *end == '\0' && (errno == 0 || (*value > -1 && *value < 1));
}

static bool read_bool(const char *text, bool *value)
{
    *value = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *value || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool read_enum(const struct otp_env_entry *entry, const char *text, uint32_t *value)
{
    for (*value = 0; entry->enumerators[*value] != NULL; ++*value) {
        if (strcmp(entry->enumerators[*value], text) == 0)
            return true;
    }
    return false;
}

/* How many bytes an integer kind has. */
static unsigned width_of(uint32_t kind)
{
    return 1u << (kind >= OTP_ENV_U8 ? kind - OTP_ENV_U8 : kind - OTP_ENV_I8);
}

/* Reads an integer of that kind and writes it to field. */
static bool write_integer(uint32_t kind, const char *text, void *field)
{
    uint64_t number;
    int64_t value;
    uint64_t max = UINT64_MAX >> (64 - 8 * width_of(kind));
    if (kind >= OTP_ENV_U8) {
        if (!read_unsigned(text, max, &number))
            return false;
    } else {
        if (!read_signed(text, max >> 1, &value))
            return false;
        number = (uint64_t)value;
    }
    uint8_t u8 = (uint8_t)number;
    uint16_t u16 = (uint16_t)number;
    uint32_t u32 = (uint32_t)number;
    switch (width_of(kind)) {
    case 1: memcpy(field, &u8, sizeof(u8)); break;
    case 2: memcpy(field, &u16, sizeof(u16)); break;
    case 4: memcpy(field, &u32, sizeof(u32)); break;
    default: memcpy(field, &number, sizeof(number)); break;
    }
    return true;
}

/* False: text is no value of the entry's kind; field may then hold anything. */
static bool write_value(const struct otp_env_entry *entry, const char *text, void *field)
{
    otp_str view = otp_cstr(text);
    switch ((enum otp_env_kind)entry->kind) {
    case OTP_ENV_BOOL: return read_bool(text, field);
    case OTP_ENV_F64: return read_float(text, field);
    case OTP_ENV_DURATION: return read_duration(text, field);
    case OTP_ENV_ENUM: return read_enum(entry, text, field);
    case OTP_ENV_STRING: memcpy(field, &view, sizeof(view)); return true;
    case OTP_ENV_I8:
    case OTP_ENV_I16:
    case OTP_ENV_I32:
    case OTP_ENV_I64:
    case OTP_ENV_U8:
    case OTP_ENV_U16:
    case OTP_ENV_U32:
    case OTP_ENV_U64: return write_integer(entry->kind, text, field);
    }
    return false;
}

/* -- options -- */

/* The arguments, taken one option at a time. */
struct options {
    const struct otp_application *application;
    int argc;
    char **argv;
    int at; /* the next argument */
};

struct option {
    const struct otp_env_entry *entry; /* NULL: no such option */
    const char *word;                  /* the argument as it stands there */
    const char *value;                 /* NULL: none */
};

/* The entry of that name, which has size bytes; NULL: none. */
static const struct otp_env_entry *find_entry(const struct otp_application *application,
                                              const char *name, size_t size)
{
    for (uint32_t i = 0; i < application->n_entries; i++) {
        const struct otp_env_entry *entry = &application->entries[i];
        if (strlen(entry->name) == size && memcmp(entry->name, name, size) == 0)
            return entry;
    }
    return NULL;
}

/* --NAME=VALUE, --NAME VALUE, and --NAME for a bool; false: no argument is left. */
static bool next_option(struct options *options, struct option *option)
{
    if (options->at >= options->argc)
        return false;
    option->word = options->argv[options->at++];
    option->entry = NULL;
    option->value = NULL;
    if (strncmp(option->word, "--", 2) != 0)
        return true;
    const char *name = option->word + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
    option->entry = find_entry(options->application, name, size);
    if (option->entry == NULL)
        return true;
    if (equals != NULL)
        option->value = equals + 1;
    else if (option->entry->kind == OTP_ENV_BOOL)
        option->value = "true";
    else if (options->at < options->argc && strncmp(options->argv[options->at], "--", 2) != 0)
        option->value = options->argv[options->at++];
    return true;
}

/* What is not the setting of an entry: --help, --version, or a mistake. */
static enum otpi_env_outcome look_at_other(const struct option *option, char *text, size_t size)
{
    if (strcmp(option->word, "--help") == 0)
        return OTPI_ENV_HELP;
    if (strcmp(option->word, "--version") == 0)
        return OTPI_ENV_VERSION;
    if (option->entry != NULL)
        return complain(text, size, "%s: needs a value", option->word);
    if (option->word[0] == '-')
        return complain(text, size, "%s: no such option", option->word);
    return complain(text, size, "%s: not an option", option->word);
}

static enum otpi_env_outcome check_options(struct options options, char *text, size_t size)
{
    struct option option;
    while (next_option(&options, &option)) {
        if (option.entry == NULL || option.value == NULL)
            return look_at_other(&option, text, size);
    }
    return OTPI_ENV_READY;
}

/* What the last option for entry says; NULL: none does. */
static const char *find_option(struct options options, const struct otp_env_entry *entry)
{
    struct option option;
    const char *value = NULL;
    while (next_option(&options, &option)) {
        if (option.entry == entry)
            value = option.value;
    }
    return value;
}

/* -- entries -- */

/* "a u16", "one of low, high": what a value should have been. */
static void describe_kind(const struct otp_env_entry *entry, char *out, size_t size)
{
    struct otpi_text text;
    otpi_text_begin(&text, out, size);
    if (entry->kind != OTP_ENV_ENUM) {
        const char *name = kind_names[entry->kind];
        otpi_text_add_string(&text, name[0] == 'i' || name[0] == 'f' ? "an " : "a ");
        otpi_text_add_string(&text, name);
        return;
    }
    otpi_text_add_string(&text, "one of ");
    for (uint32_t i = 0; entry->enumerators[i] != NULL; i++) {
        otpi_text_add_string(&text, i > 0 ? ", " : "");
        otpi_text_add_string(&text, entry->enumerators[i]);
    }
}

/* Finds and writes one setting. before and after go around the name in a complaint. */
static enum otpi_env_outcome read_entry(struct options options, const struct otp_env_entry *entry,
                                        char *text, size_t size)
{
    void *field = (char *)options.application->env + entry->offset;
    const char *before = "--";
    const char *name = entry->name;
    const char *value = find_option(options, entry);
    if (value == NULL && entry->variable != NULL) {
        before = "environment variable ";
        name = entry->variable;
        value = otpi_host_environment(name);
    }
    if (value == NULL) {
        before = "default of ";
        name = entry->name;
        value = entry->fallback;
    }
    if (value == NULL && entry->variable != NULL)
        return complain(text, size, "--%s: must be given, or environment variable %s", entry->name,
                        entry->variable);
    if (value == NULL)
        return complain(text, size, "--%s: must be given", entry->name);
    if (write_value(entry, value, field))
        return OTPI_ENV_READY;
    char kind[128];
    describe_kind(entry, kind, sizeof(kind));
    return complain(text, size, "%s%s=%s: not %s", before, name, value, kind);
}

enum otpi_env_outcome otpi_env_read(const struct otp_application *application, int argc,
                                    char **argv, char *text, size_t size)
{
    struct options options = { application, argc, argv, 1 };
    enum otpi_env_outcome outcome = check_options(options, text, size);
    for (uint32_t i = 0; outcome == OTPI_ENV_READY && i < application->n_entries; i++)
        outcome = read_entry(options, &application->entries[i], text, size);
    return outcome;
}

/* -- help -- */

static bool print(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool print(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (size < 0)
        return false;
    size_t room = sizeof(text) - 1;
    return otpi_host_print(false, text, (size_t)size < room ? (size_t)size : room);
}

/* "bool", or "low|high". */
static bool print_kind(const struct otp_env_entry *entry)
{
    if (entry->kind != OTP_ENV_ENUM)
        return print("%s", kind_names[entry->kind]);
    bool done = true;
    for (uint32_t i = 0; done && entry->enumerators[i] != NULL; i++)
        done = print("%s%s", i > 0 ? "|" : "", entry->enumerators[i]);
    return done;
}

static bool print_entry(const struct otp_env_entry *entry)
{
    bool done = print("  --%s=", entry->name) && print_kind(entry) && print("\n");
    if (done && entry->help != NULL)
        done = print("        %s\n", entry->help);
    if (done && entry->fallback != NULL)
        done = print("        default: %s\n", entry->fallback);
    else if (done)
        done = print("        must be given\n");
    if (done && entry->variable != NULL)
        done = print("        environment variable: %s\n", entry->variable);
    return done;
}

bool otpi_env_print_help(const struct otp_application *application)
{
    bool done = print("usage: %s [--NAME=VALUE]...\n\n", application->name);
    for (uint32_t i = 0; done && i < application->n_entries; i++)
        done = print_entry(&application->entries[i]);
    return done && print("  --help\n        print this\n  --version\n        print the version\n");
}
