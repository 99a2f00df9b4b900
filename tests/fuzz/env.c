/* env.c - fuzzes the command line of a generated program: options of every type. */
#include <stdlib.h>
#include <string.h>

#include "behav/env.h"
#include "fuzz.h"

enum { WORDS = 32 };

static struct values {
    bool flag;
    int8_t small;
    uint16_t port;
    uint64_t wide;
    double ratio;
    otp_str text;
    otp_duration pause;
    uint32_t level;
} values;

static const char *const levels[] = { "low", "high", NULL };

#define ENTRY(field, kind, text, words)                                                            \
    {                                                                                              \
#field, NULL, text, NULL, kind, (uint32_t)offsetof(struct values, field), words            \
    }

static const struct otp_env_entry entries[] = {
    ENTRY(flag, OTP_ENV_BOOL, "false", NULL),   ENTRY(small, OTP_ENV_I8, "-1", NULL),
    ENTRY(port, OTP_ENV_U16, "4000", NULL),     ENTRY(wide, OTP_ENV_U64, "0", NULL),
    ENTRY(ratio, OTP_ENV_F64, "0.5", NULL),     ENTRY(text, OTP_ENV_STRING, "", NULL),
    ENTRY(pause, OTP_ENV_DURATION, "5s", NULL), ENTRY(level, OTP_ENV_ENUM, "low", levels),
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct otp_application application = { .name = "fuzz", .env = &values };
    char *argv[WORDS + 1] = { "fuzz" }, *text = malloc(size + 1), wrong[100] = "";
    int argc = 1;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = text; word < text + size && argc < WORDS; word += strlen(word) + 1) {
        word[strcspn(word, "\n")] = '\0';
        argv[argc++] = word;
    }
    application.entries = entries;
    application.n_entries = sizeof entries / sizeof entries[0];
    const struct otp_application *order[] = { &application };
    struct otpi_env_apps apps = { order, 1, NULL, 0 };
    enum otpi_env_outcome outcome = otpi_env_read(&apps, argc, argv, wrong, sizeof wrong);
    if (outcome == OTPI_ENV_BAD && wrong[0] == '\0')
        abort();
    if (outcome == OTPI_ENV_READY && values.level > 1)
        abort();
    free(text);
    return 0;
}
