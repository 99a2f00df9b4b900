/* replay.c - runs a fuzz program over files, without libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room)
{
    (void)data;
    (void)room;
    return size;
}

static int replay(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(size + 1); /* so that a sanitizer sees a byte too far */
    if (!exact)
        return 1;
    for (size_t i = 0; i < size; i++)
        exact[i] = bytes[i];
    int rc = LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return rc;
}

int main(int argc, char **argv)
{
    int rc = 0;
    for (int i = 1; i < argc; i++)
        rc |= replay(argv[i]);
    return rc;
}
