/* text.h - building short texts in a given buffer.
 *
 * Idea: what does not fit is cut, at the end of a character; the text is terminated after each
 * step. No allocation and no stdio, so that a reason can be formatted anywhere.
 * Threads: whoever owns the buffer.
 */
#ifndef OTPI_TEXT_H
#define OTPI_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct otpi_text {
    char *out;   /* borrowed */
    size_t size; /* of out, at least 1 */
    size_t used; /* bytes of text; out[used] is the terminator */
};

/* Begins an empty text. Borrows out; size 0: nothing is ever written. */
void otpi_text_begin(struct otpi_text *text, char *out, size_t size);
void otpi_text_add(struct otpi_text *text, const char *bytes, size_t size);
/* The same for a C string. */
void otpi_text_add_string(struct otpi_text *text, const char *string);
void otpi_text_add_number(struct otpi_text *text, int64_t number);
void otpi_text_add_unsigned(struct otpi_text *text, uint64_t number);

/* How many bytes the character of UTF-8 at text takes that a terminal may be given: no control
 * character, none that ends a line. 0: there is none. size is at least 1. */
size_t otpi_text_printable(const char *text, size_t size);

/* How many of size bytes of UTF-8 to keep so that they are at most limit and no character is
 * split. */
size_t otpi_text_cut(const char *bytes, size_t size, size_t limit);

#endif
