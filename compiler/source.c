/* source.c - the bytes of the specs, and where in them a thing stands.
 *
 * Idea: a file is read whole, with two NUL bytes behind it for the scanner. Line starts are listed
 * when the first place of a file is asked for. A line may be megabytes long, so for such files the
 * display column of every SOURCE_STOP-th byte is kept too, and no question walks further. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void source_set_init(struct source_set *set, struct arena *a)
{
    *set = (struct source_set){ .arena = a };
}

static struct source *add_source(struct source_set *set, const char *path, char *bytes, size_t size)
{
    if (set->count == set->cap) {
        uint32_t cap = set->cap ? set->cap * 2 : 8;
        struct source **items = ARENA_ARRAY(set->arena, struct source *, cap);
        if (set->count)
            memcpy(items, set->items, set->count * sizeof(struct source *));
        set->items = items;
        set->cap = cap;
    }
    struct source *s = ARENA_NEW(set->arena, struct source);
    s->path = arena_copy(set->arena, path, strlen(path));
    s->bytes = bytes;
    s->size = (uint32_t)size;
    set->items[set->count++] = s;
    s->id = set->count;
    return s;
}

struct source *source_from_bytes(struct source_set *set, const char *path, const char *bytes,
                                 size_t size)
{
    char *copy = arena_alloc(set->arena, size + 2);
    memcpy(copy, bytes, size);
    return add_source(set, path, copy, size);
}

struct source *source_get(const struct source_set *set, uint32_t file)
{
    return file ? set->items[file - 1] : NULL;
}

static const char *last_error(struct source_set *set)
{
    const char *text = strerror(errno);
    return arena_copy(set->arena, text, strlen(text));
}

/* Reads to the end. size_hint is only a guess, so pipes and growing files are read right. */
static enum source_status read_all(struct source_set *set, int fd, size_t size_hint,
                                   struct arena_buf *out, const char **why)
{
    *out = (struct arena_buf){ .arena = set->arena, .cap = size_hint + 4096 };
    out->data = arena_alloc(set->arena, out->cap);
    for (;;) {
        if (out->cap - out->len < 4096) {
            char *data = arena_alloc(set->arena, out->cap * 2);
            memcpy(data, out->data, out->len);
            out->data = data;
            out->cap *= 2;
        }
        ssize_t n = read(fd, out->data + out->len, out->cap - out->len - 2);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            *why = last_error(set);
            return SOURCE_UNREADABLE;
        }
        out->len += (size_t)n;
        if (out->len > SOURCE_MAX)
            return SOURCE_TOO_BIG;
    }
    memset(out->data + out->len, 0, 2);
    return SOURCE_OK;
}

static struct source *find_same(struct source_set *set, const struct stat *st)
{
    for (uint32_t i = 0; i < set->count; i++) {
        struct source *s = set->items[i];
        if (s->from_file && s->dev == st->st_dev && s->ino == st->st_ino)
            return s;
    }
    return NULL;
}

static enum source_status read_open(struct source_set *set, int fd, const char *path,
                                    struct source **out, const char **why)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        *why = last_error(set);
        return SOURCE_UNREADABLE;
    }
    if (S_ISDIR(st.st_mode))
        return SOURCE_DIRECTORY;
    bool regular = S_ISREG(st.st_mode);
    struct source *same = regular ? find_same(set, &st) : NULL;
    if (same) {
        *out = same;
        return SOURCE_OK;
    }
    if (regular && st.st_size > (off_t)SOURCE_MAX)
        return SOURCE_TOO_BIG;
    struct arena_buf all;
    enum source_status status = read_all(set, fd, regular ? (size_t)st.st_size : 0, &all, why);
    if (status != SOURCE_OK)
        return status;
    *out = add_source(set, path, all.data, all.len);
    (*out)->dev = st.st_dev;
    (*out)->ino = st.st_ino;
    (*out)->from_file = regular;
    return SOURCE_OK;
}

enum source_status source_read(struct source_set *set, const char *path, struct source **out,
                               const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        bool absent = errno == ENOENT || errno == ENOTDIR;
        *why = last_error(set);
        return absent ? SOURCE_ABSENT : SOURCE_UNREADABLE;
    }
    enum source_status status = read_open(set, fd, path, out, why);
    close(fd); /* only read from: a failure here loses nothing */
    return status;
}

enum source_status source_read_fd(struct source_set *set, int fd, const char *path,
                                  struct source **out, const char **why)
{
    return read_open(set, fd, path, out, why);
}

size_t source_utf8(const char *p, const char *end, uint32_t *code_point)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)*p;
    if (c < 0x80) {
        *code_point = c;
        return 1;
    }
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || (size_t)(end - p) < len)
        return 0;
    uint32_t v = c & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)p[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (next & 0x3f);
    }
    if (v < smallest[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *code_point = v;
    return len;
}

struct range {
    uint32_t first, last;
};

/* Marks that take no column of their own: combining characters and joiners. */
static const struct range zero_width[] = {
    { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
    { 0x064b, 0x065f }, { 0x06d6, 0x06dc }, { 0x0900, 0x0902 }, { 0x093c, 0x093c },
    { 0x0941, 0x0948 }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e },
    { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
    { 0x2060, 0x2064 }, { 0x20d0, 0x20f0 }, { 0x302a, 0x302d }, { 0x3099, 0x309a },
    { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

/* East Asian wide and full-width characters, and emoji. */
static const struct range double_width[] = {
    { 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x23e9, 0x23ec },   { 0x2614, 0x2615 },
    { 0x2648, 0x2653 },   { 0x26aa, 0x26ab },   { 0x26bd, 0x26be },   { 0x2705, 0x2705 },
    { 0x274c, 0x274c },   { 0x2753, 0x2755 },   { 0x2795, 0x2797 },   { 0x2b1b, 0x2b1c },
    { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },
    { 0xa000, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
    { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
    { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1faff }, { 0x20000, 0x3fffd },
};

static bool in_ranges(const struct range *r, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count && r[i].first <= c; i++)
        if (c <= r[i].last)
            return true;
    return false;
}

size_t source_char(const char *p, const char *end, uint32_t column, uint32_t *width)
{
    *width = 1;
    uint32_t c = (unsigned char)*p;
    if (c == '\t')
        *width = 8 - (column - 1) % 8;
    if (c < 0x80)
        return 1;
    size_t len = source_utf8(p, end, &c);
    if (len == 0)
        return 1;
    if (in_ranges(zero_width, sizeof zero_width / sizeof *zero_width, c))
        *width = 0;
    else if (in_ranges(double_width, sizeof double_width / sizeof *double_width, c))
        *width = 2;
    return len;
}

static void list_lines(struct source_set *set, struct source *s)
{
    uint32_t count = 1, longest = 0, begin = 0;
    for (uint32_t i = 0; i < s->size; i++)
        count += s->bytes[i] == '\n';
    s->line_starts = ARENA_ARRAY(set->arena, uint32_t, count);
    for (uint32_t i = 0; i < s->size; i++) {
        if (s->bytes[i] != '\n')
            continue;
        longest = i - begin > longest ? i - begin : longest;
        begin = i + 1;
        s->line_starts[++s->n_lines] = begin;
    }
    s->n_lines++;
    longest = s->size - begin > longest ? s->size - begin : longest;
    if (longest > SOURCE_STOP)
        s->stops = ARENA_ARRAY(set->arena, uint32_t, s->size / SOURCE_STOP + 1);
}

/* Walks from byte `at` in display column `column` to the character that holds byte `to`. */
static uint32_t walk(const struct source *s, uint32_t at, uint32_t column, uint32_t to)
{
    while (at < to) {
        uint32_t width;
        size_t len = source_char(s->bytes + at, s->bytes + s->size, column, &width);
        if (at + len > to)
            break;
        at += (uint32_t)len;
        column += width;
    }
    return column;
}

/* Is byte `at` the middle of a character that began before it? */
static bool continues(const struct source *s, uint32_t at)
{
    return ((unsigned char)s->bytes[at] & 0xc0) == 0x80;
}

/* The first byte at or behind number * SOURCE_STOP that begins a character. */
static uint32_t stop_offset(const struct source *s, uint32_t number)
{
    uint32_t at = number * SOURCE_STOP;
    for (int i = 0; i < 3 && at < s->size && continues(s, at); i++)
        at++;
    return at;
}

/* Fills in the columns of all stops; one pass over the file. */
static void fill_stops(struct source *s)
{
    uint32_t line = 0, at = 0, column = 1;
    for (uint32_t i = 1; i <= s->size / SOURCE_STOP; i++) {
        uint32_t to = stop_offset(s, i);
        while (line + 1 < s->n_lines && s->line_starts[line + 1] <= to) {
            at = s->line_starts[++line];
            column = 1;
        }
        column = walk(s, at, column, to);
        at = to;
        s->stops[i] = column;
    }
}

/* The index of the line that holds the byte. */
static uint32_t find_line(const struct source *s, uint32_t offset)
{
    uint32_t low = 0, high = s->n_lines;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct source_place source_place(struct source_set *set, uint32_t file, uint32_t offset)
{
    struct source *s = source_get(set, file);
    if (!s->line_starts) {
        list_lines(set, s);
        if (s->stops)
            fill_stops(s);
    }
    uint32_t line = find_line(s, offset);
    uint32_t begin = s->line_starts[line];
    uint32_t end = line + 1 < s->n_lines ? s->line_starts[line + 1] - 1 : s->size;
    if (end > begin && s->bytes[end - 1] == '\r')
        end--;
    uint32_t at = begin, column = 1, stop = offset / SOURCE_STOP;
    if (s->stops && stop > 0 && stop_offset(s, stop) > begin && stop_offset(s, stop) <= offset) {
        at = stop_offset(s, stop);
        column = s->stops[stop];
    }
    return (struct source_place){ .line = line + 1,
                                  .column = walk(s, at, column, offset),
                                  .line_begin = begin,
                                  .line_end = end };
}

struct span source_join(struct span a, struct span b)
{
    if (!a.file)
        return b;
    if (!b.file)
        return a;
    return (struct span){ a.file, a.begin < b.begin ? a.begin : b.begin,
                          a.end > b.end ? a.end : b.end };
}
