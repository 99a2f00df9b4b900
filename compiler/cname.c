/* cname.c - what may be a name in C, and which names are taken.
 *
 * Idea: an open-addressed hash table of small slots over entries that never move; the words to
 * avoid are listed by their first letter, so that looking a name up costs a comparison or two. */
#include "cname.h"

#include <stdbool.h>
#include <string.h>

enum { FIRST_CAP = 256, BATCH = 256 };

struct cname_slot {
    uint64_t low;
    struct cname *entry; /* NULL: a free slot */
};

struct cname_key cname_key(void)
{
    return (struct cname_key){ 0xcbf29ce484222325u, 0x6c62272e07bb0142u };
}

static struct cname_key add_letter(struct cname_key k, unsigned char c)
{
    k.low = (k.low ^ c) * 0x100000001b3u;
    k.high = ((k.high << 7 | k.high >> 57) + c) * 0x9e3779b97f4a7c15u;
    return k;
}

struct cname_key cname_append(struct cname_key key, const char *text)
{
    for (; *text; text++)
        key = add_letter(key, (unsigned char)*text);
    return key;
}

struct cname_key cname_append_upper(struct cname_key key, const char *text)
{
    for (; *text; text++)
        key = add_letter(key,
                         (unsigned char)(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text));
    return key;
}

void cname_table_init(struct cname_table *t, struct arena *a)
{
    *t = (struct cname_table){ .arena = a, .cap = FIRST_CAP };
    t->slots = ARENA_ARRAY(a, struct cname_slot, t->cap);
}

static size_t first_slot(const struct cname_table *t, uint64_t low)
{
    return (size_t)(low ^ low >> 32) & (t->cap - 1);
}

/* The slot that holds the name, or the free one where it belongs. */
static struct cname_slot *slot_of(const struct cname_table *t, struct cname_key key)
{
    for (size_t i = first_slot(t, key.low);; i = (i + 1) & (t->cap - 1)) {
        struct cname_slot *s = &t->slots[i];
        if (!s->entry || (s->low == key.low && s->entry->high == key.high))
            return s;
    }
}

static void grow(struct cname_table *t)
{
    struct cname_slot *old = t->slots;
    size_t old_cap = t->cap;
    t->cap *= 4;
    t->slots = ARENA_ARRAY(t->arena, struct cname_slot, t->cap);
    for (size_t i = 0; i < old_cap; i++) {
        if (!old[i].entry)
            continue;
        size_t j = first_slot(t, old[i].low);
        while (t->slots[j].entry)
            j = (j + 1) & (t->cap - 1);
        t->slots[j] = old[i];
    }
}

const struct cname *cname_take(struct cname_table *t, struct cname_key key, const char *what,
                               struct span span)
{
    if (t->count * 4 >= t->cap * 3)
        grow(t);
    struct cname_slot *s = slot_of(t, key);
    if (s->entry)
        return s->entry;
    if (t->n_free == 0) {
        t->free = ARENA_ARRAY(t->arena, struct cname, BATCH);
        t->n_free = BATCH;
    }
    s->low = key.low;
    s->entry = t->free++;
    t->n_free--;
    *s->entry = (struct cname){ key.high, what, span };
    t->count++;
    return NULL;
}

const struct cname *cname_find(const struct cname_table *t, struct cname_key key)
{
    return slot_of(t, key)->entry;
}

/* Words by their first letter, separated by blanks. */
static const char *const keywords_c[26] = {
    ['a' - 'a'] = "alignas alignof asm auto",
    ['b' - 'a'] = "bool break",
    ['c' - 'a'] = "case char const constexpr continue",
    ['d' - 'a'] = "default do double",
    ['e' - 'a'] = "else enum extern",
    ['f' - 'a'] = "false float for fortran",
    ['g' - 'a'] = "goto",
    ['i' - 'a'] = "if inline int",
    ['l' - 'a'] = "long",
    ['n' - 'a'] = "nullptr",
    ['r' - 'a'] = "register restrict return",
    ['s' - 'a'] = "short signed sizeof static static_assert struct switch",
    ['t' - 'a'] = "thread_local true typedef typeof typeof_unqual",
    ['u' - 'a'] = "union unsigned",
    ['v' - 'a'] = "void volatile",
    ['w' - 'a'] = "while",
};

static const char *const keywords_cpp[26] = {
    ['a' - 'a'] = "and and_eq",
    ['b' - 'a'] = "bitand bitor",
    ['c' - 'a'] = "catch char16_t char32_t char8_t class co_await co_return co_yield compl concept "
                  "const_cast consteval constinit",
    ['d' - 'a'] = "decltype delete dynamic_cast",
    ['e' - 'a'] = "explicit export",
    ['f' - 'a'] = "friend",
    ['m' - 'a'] = "mutable",
    ['n' - 'a'] = "namespace new noexcept not not_eq",
    ['o' - 'a'] = "operator or or_eq",
    ['p' - 'a'] = "private protected public",
    ['r' - 'a'] = "reinterpret_cast requires",
    ['s' - 'a'] = "static_cast",
    ['t' - 'a'] = "template this throw try typeid typename",
    ['u' - 'a'] = "using",
    ['v' - 'a'] = "virtual",
    ['w' - 'a'] = "wchar_t",
    ['x' - 'a'] = "xor xor_eq",
};

/* Macros in lower case that headers of the C library or compilers define, and types that stand in
 * generated declarations. */
static const char *const taken[26] = {
    ['a' - 'a'] = "assert",
    ['c' - 'a'] = "complex",
    ['e' - 'a'] = "errno",
    ['f' - 'a'] = "float_t",
    ['h' - 'a'] = "h_addr",
    ['i' - 'a'] = "imaginary int16_t int32_t int64_t int8_t intmax_t intptr_t i386",
    ['l' - 'a'] = "linux",
    ['m' - 'a'] = "major makedev math_errhandling minor",
    ['n' - 'a'] = "noreturn",
    ['o' - 'a'] = "offsetof",
    ['p' - 'a'] = "ptrdiff_t",
    ['s' - 'a'] = "s_addr sa_handler sa_sigaction setjmp size_t ssize_t st_atime st_ctime st_mtime "
                  "stderr stdin stdout",
    ['u' - 'a'] = "uint16_t uint32_t uint64_t uint8_t uintmax_t uintptr_t unix",
    ['v' - 'a'] = "va_arg va_copy va_end va_start",
};

static const char *const taken_upper = "BUFSIZ EOF FILE I NAN NULL INFINITY DOMAIN OVERFLOW "
                                       "UNDERFLOW BIG_ENDIAN LITTLE_ENDIAN BYTE_ORDER";

static bool is_among(const char *words, const char *name, size_t len)
{
    for (const char *p = words; p && *p;) {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, name, len) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

const char *cname_word(const char *name)
{
    size_t len = strlen(name);
    if (name[0] >= 'A' && name[0] <= 'Z') {
        if (strncmp(name, "OTP_", 4) == 0)
            return "the beginning of names of libotp";
        return is_among(taken_upper, name, len) ? "a name of the C library" : NULL;
    }
    if (name[0] < 'a' || name[0] > 'z')
        return NULL;
    unsigned letter = (unsigned)(name[0] - 'a');
    if (is_among(keywords_c[letter], name, len))
        return "a keyword of C";
    if (is_among(keywords_cpp[letter], name, len))
        return "a keyword of C++";
    if (is_among(taken[letter], name, len))
        return "a name of the C library";
    return strncmp(name, "otp_", 4) == 0 ? "the beginning of names of libotp" : NULL;
}

const char *cname_reserved(const char *name)
{
    if (name[0] == '_')
        return "names that begin with '_' belong to the C compiler";
    return strstr(name, "__") ? "names that hold '__' belong to the C++ compiler" : NULL;
}

const char *cname_reserved_package(const char *name)
{
    static const char *const libraries[] = { "otp",   "otpi",  "pthread", "sem", "std",
                                             "mtx",   "cnd",   "thrd",    "tss", "atomic",
                                             "clock", "posix", "sched" };
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        size_t len = strlen(libraries[i]);
        if (strncmp(name, libraries[i], len) == 0 &&
            (name[len] == '\0' || (i < 2 && name[len] == '_')))
            return "its C names would begin like those of a library";
    }
    return cname_reserved(name);
}

const char *cname_upper(struct arena *a, const char *name)
{
    char *upper = arena_copy(a, name, strlen(name));
    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    return upper;
}
