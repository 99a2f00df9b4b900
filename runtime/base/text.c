/* text.c - building short texts in a given buffer.
 *
 * Idea: see text.h. Once something was cut nothing more is added: a text never goes on after a
 * hole.
 * Threads: whoever owns the buffer. Locks: none. Owns: nothing.
 */
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST_CHARACTER = 4 };

void otpi_text_begin(struct otpi_text *text, char *out, size_t size)
{
    text->out = out;
    text->size = size;
    text->used = 0;
    if (size > 0)
        out[0] = '\0';
}

/* The bytes after the first of a character are 10xxxxxx. Where there are too many of them it is not
 * UTF-8, and any place is as good. */
size_t otpi_text_cut(const char *bytes, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    size_t keep = limit;
    while (keep > 0 && limit - keep < LONGEST_CHARACTER && (bytes[keep] & 0xc0) == 0x80)
        keep--;
    return limit - keep < LONGEST_CHARACTER ? keep : limit;
}

size_t otpi_text_printable(const char *bytes, size_t size)
{
    static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
    const uint8_t *text = (const uint8_t *)bytes;
    uint8_t first = text[0];
    size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f;
    if (first < 0xc2 || first > 0xf4 || length > size)
        return 0;
    uint32_t code = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    bool is_separator = code == 0x2028 || code == 0x2029; /* ends a line for some */
    return code < least[length] || code > 0x10ffff || is_surrogate || is_separator ? 0 : length;
}

void otpi_text_add(struct otpi_text *text, const char *bytes, size_t size)
{
    if (text->used + 1 >= text->size)
        return;
    size_t keep = otpi_text_cut(bytes, size, text->size - 1 - text->used);
    if (keep > 0)
        memcpy(text->out + text->used, bytes, keep);
    text->used += keep;
    text->out[text->used] = '\0';
    if (keep < size)
        text->size = text->used + 1; /* full from now on */
}

void otpi_text_add_string(struct otpi_text *text, const char *string)
{
    otpi_text_add(text, string, strlen(string));
}

void otpi_text_add_unsigned(struct otpi_text *text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    otpi_text_add(text, digits + at, sizeof digits - at);
}

void otpi_text_add_number(struct otpi_text *text, int64_t number)
{
    uint64_t size = (uint64_t)number;
    if (number < 0) {
        otpi_text_add_string(text, "-");
        size = 0 - size;
    }
    otpi_text_add_unsigned(text, size);
}
