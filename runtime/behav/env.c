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
    const struct otpi_env_apps *apps;
    int argc;
    char **argv;
    int at; /* the next argument */
};

/* An entry and whose it is. */
struct setting {
    const struct otp_application *application;
    const struct otp_env_entry *entry; /* NULL: no such one */
    const char *prefix;                /* "other" and .. */
    const char *dot;                   /* .. "." of --other.port */
};

struct option {
    struct setting setting;
    const char *word;  /* the argument as it stands there */
    const char *value; /* NULL: none */
};

/* One of application's; the names of the program's own have no prefix. */
static struct setting setting_of(const struct otpi_env_apps *apps,
                                 const struct otp_application *application,
                                 const struct otp_env_entry *entry)
{
    bool own = application == apps->order[apps->n - 1];
    struct setting setting = { application, entry, own ? "" : application->name, own ? "" : "." };
    return setting;
}

/* Whether name, of size bytes, is what a setting is called. */
static bool is_called(const char *name, size_t size, const struct setting *setting)
{
    size_t before = strlen(setting->prefix) + strlen(setting->dot);
    if (before > 0) {
        if (size <= before || memcmp(name, setting->prefix, before - 1) != 0 ||
            name[before - 1] != '.')
            return false;
        name += before;
        size -= before;
    }
    return strlen(setting->entry->name) == size && memcmp(setting->entry->name, name, size) == 0;
}

/* The setting of that name, which has size bytes. */
static struct setting find_setting(const struct otpi_env_apps *apps, const char *name, size_t size)
{
    const struct setting none = { NULL, NULL, "", "" };
    for (size_t i = 0; i < apps->n; i++) {
        const struct otp_application *application = apps->order[i];
        for (uint32_t k = 0; k < application->n_entries; k++) {
            struct setting setting = setting_of(apps, application, &application->entries[k]);
            if (is_called(name, size, &setting))
                return setting;
        }
    }
    return none;
}

/* --NAME=VALUE, --NAME VALUE, and --NAME for a bool; false: no argument is left. */
static bool next_option(struct options *options, struct option *option)
{
    if (options->at >= options->argc)
        return false;
    option->word = options->argv[options->at++];
    option->setting.entry = NULL;
    option->value = NULL;
    if (strncmp(option->word, "--", 2) != 0)
        return true;
    const char *name = option->word + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
    option->setting = find_setting(options->apps, name, size);
    if (option->setting.entry == NULL)
        return true;
    if (equals != NULL)
        option->value = equals + 1;
    else if (option->setting.entry->kind == OTP_ENV_BOOL)
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
    if (option->setting.entry != NULL)
        return complain(text, size, "%s: needs a value", option->word);
    if (option->word[0] == '-')
        return complain(text, size, "%s: no such option", option->word);
    return complain(text, size, "%s: not an option", option->word);
}

static enum otpi_env_outcome check_options(struct options options, char *text, size_t size)
{
    struct option option;
    while (next_option(&options, &option)) {
        if (option.setting.entry == NULL || option.value == NULL)
            return look_at_other(&option, text, size);
    }
    return OTPI_ENV_READY;
}

/* What the last option for a setting says; NULL: none does. */
static const char *find_option(struct options options, const struct setting *setting)
{
    struct option option;
    const char *value = NULL;
    while (next_option(&options, &option)) {
        if (option.setting.entry == setting->entry &&
            option.setting.application == setting->application)
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

static enum otpi_env_outcome is_missing(const struct setting *setting, char *text, size_t size)
{
    const struct otp_env_entry *entry = setting->entry;
    if (entry->variable == NULL)
        return complain(text, size, "--%s%s%s: must be given", setting->prefix, setting->dot,
                        entry->name);
    return complain(text, size, "--%s%s%s: must be given, or environment variable %s",
                    setting->prefix, setting->dot, entry->name, entry->variable);
}

/* Finds and writes one setting. before and name are what a complaint calls it. */
static enum otpi_env_outcome read_entry(struct options options, const struct setting *setting,
                                        char *text, size_t size)
{
    const struct otp_env_entry *entry = setting->entry;
    const char *before = "--", *prefix = setting->prefix, *dot = setting->dot;
    const char *name = entry->name;
    const char *value = find_option(options, setting);
    if (value == NULL && entry->variable != NULL) {
        before = "environment variable ";
        prefix = dot = "";
        name = entry->variable;
        value = otpi_host_environment(name);
    }
    if (value == NULL) {
        before = "default of ";
        prefix = setting->prefix;
        dot = setting->dot;
        name = entry->name;
        value = entry->fallback;
    }
    if (value == NULL)
        return is_missing(setting, text, size);
    if (write_value(entry, value, (char *)setting->application->env + entry->offset))
        return OTPI_ENV_READY;
    char kind[128];
    describe_kind(entry, kind, sizeof(kind));
    return complain(text, size, "%s%s%s%s=%s: not %s", before, prefix, dot, name, value, kind);
}

static bool runs(const struct otpi_env_apps *apps, const struct otp_application *application)
{
    for (size_t i = 0; i < apps->n_running; i++)
        if (apps->running[i] == application)
            return true;
    return false;
}

static enum otpi_env_outcome read_application(struct options options,
                                              const struct otp_application *application, char *text,
                                              size_t size)
{
    enum otpi_env_outcome outcome = OTPI_ENV_READY;
    for (uint32_t i = 0; outcome == OTPI_ENV_READY && i < application->n_entries; i++) {
        struct setting setting = setting_of(options.apps, application, &application->entries[i]);
        outcome = read_entry(options, &setting, text, size);
    }
    return outcome;
}

enum otpi_env_outcome otpi_env_read(const struct otpi_env_apps *apps, int argc, char **argv,
                                    char *text, size_t size)
{
    struct options options = { apps, argc, argv, 1 };
    enum otpi_env_outcome outcome = check_options(options, text, size);
    for (size_t i = 0; outcome == OTPI_ENV_READY && i < apps->n; i++)
        if (!runs(apps, apps->order[i]))
            outcome = read_application(options, apps->order[i], text, size);
    return outcome;
}

enum otpi_env_outcome otpi_env_read_one(const struct otp_application *application, char *text,
                                        size_t size)
{
    struct otpi_env_apps apps = { &application, 1, NULL, 0 };
    return otpi_env_read(&apps, 0, NULL, text, size);
}

void otpi_env_configure(const struct otpi_env_apps *apps)
{
    for (size_t i = 0; i < apps->n; i++)
        if (!runs(apps, apps->order[i]) && apps->order[i]->configure != NULL)
            apps->order[i]->configure();
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

static bool print_setting(const struct setting *setting)
{
    const struct otp_env_entry *entry = setting->entry;
    bool done = print("  --%s%s%s=", setting->prefix, setting->dot, entry->name) &&
                print_kind(entry) && print("\n");
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

/* The program's own first. */
bool otpi_env_print_help(const struct otpi_env_apps *apps)
{
    bool done = print("usage: %s [--NAME=VALUE]...\n\n", apps->order[apps->n - 1]->name);
    for (size_t i = apps->n; done && i > 0; i--) {
        const struct otp_application *application = apps->order[i - 1];
        for (uint32_t k = 0; done && k < application->n_entries; k++) {
            struct setting setting = setting_of(apps, application, &application->entries[k]);
            done = print_setting(&setting);
        }
    }
    return done && print("  --help\n        print this\n  --version\n        print the version\n");
}
