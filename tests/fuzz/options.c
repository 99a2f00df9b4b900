/* options.c - fuzzes the command line of otpc: words that end in a NUL or a line break. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "options.h"

enum { WORDS = 64 };

static void parse(struct arena *arena, char *text, size_t size)
{
    struct options options;
    char *argv[WORDS + 1] = { "otpc" };
    int argc = 1;
    for (char *word = text; word < text + size && argc < WORDS; word += strlen(word) + 1) {
        word[strcspn(word, "\n")] = '\0';
        argv[argc++] = word;
    }
    const char *wrong = options_parse(&options, arena, argc, argv);
    if (wrong && (wrong[0] == '\0' || strchr(wrong, '\n')))
        abort(); /* one line */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    jmp_buf on_empty;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    arena_init(&arena, &on_empty);
    if (setjmp(on_empty) == 0)
        parse(&arena, text, size);
    arena_free(&arena);
    free(text);
    return 0;
}
