/* fuzz.h - what libFuzzer calls, and what it offers.
 *
 * Idea: a fuzz program is one input function. With libFuzzer it gets inputs without end (`make
 * check-fuzz`); with replay.c the files that it is given (`make check`). */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_edit {
    size_t at, length; /* what is replaced */
    const char *text;
    size_t text_size;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

#endif
