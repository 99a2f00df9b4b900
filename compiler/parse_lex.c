/* parse_lex.c - the stream of tokens between scanner and grammar.
 *
 * Idea: each token is looked at once, when the scanner makes it: open brackets are kept on a stack
 * with the words that began their statement, so that an error can say what it stands in, and
 * nesting beyond PARSE_MAX_NESTING is cut out here, so that neither bison's stack nor a recursive
 * pass ever sees it. Tokens that are put back lie on a small stack and are not looked at again. */
#include "parse_lex.h"

#include <string.h>

#include "otp.tab.h"

/* What otp.l tells flex; its header wants it too. */
#define YYSTYPE union parse_value
#define YYLTYPE struct span
#include "otp.lex.h"

/* ---- Keywords ---- */

enum role { TOP, LINE, INNER };

struct keyword {
    const char *text;
    int token;
    enum role role;
};

static const struct keyword keywords[] = {
#define KEYWORD(token, text, role) { text, T_KW_##token, role },
#include "keywords.def"
};

enum { N_KEYWORDS = sizeof keywords / sizeof *keywords, FIRST_KEYWORD = T_KW_PACKAGE };

/* otp.y lists its tokens in the order of keywords.def. */
_Static_assert(T_KW_EXTERN - T_KW_PACKAGE + 1 == N_KEYWORDS, "otp.y and keywords.def differ");

static bool is_keyword(int token)
{
    return token >= FIRST_KEYWORD && token < FIRST_KEYWORD + N_KEYWORDS;
}

static bool has_role(int token, enum role role)
{
    return is_keyword(token) && keywords[token - FIRST_KEYWORD].role == role;
}

bool lex_is_top(int token)
{
    return has_role(token, TOP);
}

bool lex_is_line(int token)
{
    return has_role(token, LINE);
}

bool lex_is_word(int token)
{
    return token == T_NAME || is_keyword(token);
}

static void intern_keywords(struct intern *names)
{
    for (size_t i = 0; i < N_KEYWORDS; i++)
        intern_text(names, keywords[i].text)->token = (uint16_t)keywords[i].token;
}

/* ---- Places and documentation ---- */

void lex_place(const struct parser *p, struct span *place, const char *text, int len)
{
    place->file = p->source->id;
    place->begin = (uint32_t)(text - p->source->bytes);
    place->end = place->begin + (uint32_t)len;
}

void lex_new_line(struct parser *p)
{
    p->line_start = true;
}

void lex_out_of_memory(struct parser *p)
{
    longjmp(*p->unit->arena->on_empty, 1);
}

static void remember_doc(struct parser *p, struct doc *doc)
{
    if (p->n_docs == p->docs_cap) {
        size_t cap = p->docs_cap ? p->docs_cap * 2 : 16;
        struct doc **docs = ARENA_ARRAY(p->unit->arena, struct doc *, cap);
        if (p->n_docs)
            memcpy(docs, p->docs, p->n_docs * sizeof *docs);
        p->docs = docs;
        p->docs_cap = cap;
    }
    p->docs[p->n_docs++] = doc;
}

void lex_doc_line(struct parser *p, struct span place)
{
    if (!p->doc) {
        p->doc = ARENA_NEW(p->unit->arena, struct doc);
        p->doc->span = place;
        p->doc_text.len = 0;
        remember_doc(p, p->doc);
    } else {
        arena_buf_puts(&p->doc_text, "\n");
    }
    p->doc->span = source_join(p->doc->span, place);
    const char *text = p->source->bytes + place.begin + 3;
    const char *end = p->source->bytes + place.end;
    if (text < end && *text == ' ')
        text++;
    while (end > text && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
        end--;
    arena_buf_put(&p->doc_text, text, (size_t)(end - text));
}

/* The `///` lines just read, for whoever comes next. */
static struct doc *take_doc(struct parser *p)
{
    struct doc *doc = p->doc;
    if (doc)
        doc->text = arena_copy(p->unit->arena, p->doc_text.data, p->doc_text.len);
    p->doc = NULL;
    return doc;
}

int lex_word(struct parser *p, union parse_value *value, struct span place)
{
    const char *text = p->source->bytes + place.begin;
    uint32_t len = place.end - place.begin;
    if (len > PARSE_MAX_NAME) {
        diag_add(&p->unit->diags, E_LONG_NAME, place, "this name has more than %d characters",
                 PARSE_MAX_NAME);
        len = PARSE_MAX_NAME;
    }
    const struct name *name = intern_bytes(&p->unit->names, text, len);
    value->word = (struct word){ .id = { name, place }, .doc = take_doc(p) };
    return name->token ? name->token : T_NAME;
}

/* ---- Brackets ---- */

static char opening_of(int kind)
{
    return kind == ')' ? '(' : kind == ']' ? '[' : kind == '}' ? '{' : '\0';
}

static bool nests(char sign)
{
    return sign == '(' || sign == '[';
}

void lex_push_bracket(struct parser *p, char sign, struct span place)
{
    if (p->n_brackets == p->brackets_cap) {
        size_t cap = p->brackets_cap ? p->brackets_cap * 2 : 16;
        struct parse_bracket *brackets = ARENA_ARRAY(p->unit->arena, struct parse_bracket, cap);
        if (p->n_brackets)
            memcpy(brackets, p->brackets, p->n_brackets * sizeof *brackets);
        p->brackets = brackets;
        p->brackets_cap = cap;
    }
    bool block = sign == '{';
    const struct parse_bracket *below = p->n_brackets ? &p->brackets[p->n_brackets - 1] : NULL;
    struct parse_bracket *b = &p->brackets[p->n_brackets++];
    *b = (struct parse_bracket){ .sign = sign,
                                 .span = place,
                                 .n_head = p->n_head,
                                 .n_blocks = (below ? below->n_blocks : 0) + block,
                                 .block = block   ? p->n_brackets
                                          : below ? below->block
                                                  : 0 };
    memcpy(b->head, p->head, sizeof b->head);
    p->n_nested += nests(sign);
}

void lex_pop_bracket(struct parser *p)
{
    if (p->n_brackets)
        p->n_nested -= nests(p->brackets[--p->n_brackets].sign);
}

/* A closing bracket closes its like, and with '}' what is still open inside. One without its like
 * closes nothing. */
static void close_bracket(struct parser *p, char sign)
{
    size_t i = p->n_brackets;
    while (i > 0 && p->brackets[i - 1].sign != sign && p->brackets[i - 1].sign != '{')
        i--;
    if (i == 0 || p->brackets[i - 1].sign != sign)
        return;
    while (p->n_brackets >= i)
        lex_pop_bracket(p);
}

/* The first two words of the statement. */
static void track_head(struct parser *p, const struct parse_token *t)
{
    if (t->kind == ';' || t->kind == '{' || t->kind == '}') {
        p->n_head = 0;
        p->head_open = true;
    } else if (p->head_open && p->n_head < 2 && lex_is_word(t->kind)) {
        p->head[p->n_head++] = t->value.word.id;
    } else {
        p->head_open = false;
    }
}

void lex_begin_statement(struct parser *p, const struct parse_token *t)
{
    p->n_head = 0;
    p->head_open = true;
    p->bad = false;
    track_head(p, t);
}

static void track(struct parser *p, const struct parse_token *t)
{
    if (t->kind == '(' || t->kind == '[' || t->kind == '{')
        lex_push_bracket(p, (char)t->kind, t->span);
    else if (opening_of(t->kind))
        close_bracket(p, opening_of(t->kind));
    if (t->kind == '}' && p->n_brackets == 0)
        p->closed = t->span;
    track_head(p, t);
    if (t->kind == ';' || t->kind == '{' || t->kind == '}')
        p->bad = false;
}

/* ---- Tokens of the scanner ---- */

static void scan_token(struct parser *p, struct parse_token *t)
{
    memset(t, 0, sizeof *t);
    t->kind = scan_lex(&t->value, &t->span, p->scanner);
    if (t->kind != T_END)
        lex_restore(p->scanner);
    else
        t->span = (struct span){ p->source->id, p->source->size, p->source->size };
    if (!lex_is_word(t->kind))
        take_doc(p);
    t->muted = p->bad;
    t->line_start = p->line_start;
    t->margin = t->span.begin == 0 || p->source->bytes[t->span.begin - 1] == '\n';
    p->line_start = false;
}

/* ---- Blocks that the next line shows to be open ---- */

char lex_peek(const struct parser *p, const struct parse_token *t)
{
    const char *s = p->source->bytes + t->span.end;
    while (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
        s++;
    return *s;
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Inside a block, a declaration's word at the margin with what must follow it: no line of a block
 * looks like that. */
static bool begins_declaration(const struct parser *p, const struct parse_token *t)
{
    char next = lex_peek(p, t);
    if (!t->margin || !lex_is_top(t->kind))
        return false;
    return is_word_start(next) || next == '"' || (next == '{' && t->kind == T_KW_ENV);
}

/* Where every line is `name: ...` or `name = ...`: options, state, and options of a child. */
static bool is_list_of_names(const struct parse_bracket *b)
{
    const struct name *word = b->n_head ? b->head[0].name : NULL;
    if (!word)
        return false;
    return word->token == T_KW_CHILD ||
           (b->n_head == 1 && (word->token == T_KW_OPTIONS || word->token == T_KW_STATE));
}

/* In such a list, a line of the block around it. A field may be called like any word, so this asks
 * for more than the word: what a missing ':' cannot explain. */
static bool begins_outer_line(const struct parser *p, const struct parse_token *t)
{
    char next = lex_peek(p, t);
    if (!t->line_start || !lex_is_line(t->kind))
        return false;
    if (next == '{' || (next >= '0' && next <= '9'))
        return true;
    bool rare = t->kind == T_KW_CALL || t->kind == T_KW_CAST || t->kind == T_KW_INFO ||
                t->kind == T_KW_ON || t->kind == T_KW_CHILD || t->kind == T_KW_CONTINUE ||
                t->kind == T_KW_EVENT;
    return rare && is_word_start(next);
}

static const struct parse_bracket *innermost_block(const struct parser *p)
{
    size_t block = p->n_brackets ? p->brackets[p->n_brackets - 1].block : 0;
    return block ? &p->brackets[block - 1] : NULL;
}

static size_t blocks_to_close(const struct parser *p, const struct parse_token *t)
{
    const struct parse_bracket *b = innermost_block(p);
    if (!b)
        return 0;
    if (begins_declaration(p, t))
        return b->n_blocks;
    return is_list_of_names(b) && begins_outer_line(p, t);
}

static void report_open_block(struct parser *p, const struct parse_token *t)
{
    size_t i = p->n_brackets;
    while (p->brackets[i - 1].sign != '{')
        i--;
    struct diag *d =
        diag_add(&p->unit->diags, E_UNCLOSED, p->brackets[i - 1].span, "'{' is never closed");
    diag_note(d, t->span, "before this '%s'", t->value.word.id.name->text);
}

static void make_closer(struct parser *p, struct parse_token *t)
{
    struct span place = { p->source->id, p->held.span.begin, p->held.span.begin };
    *t = (struct parse_token){ .kind = '}', .span = place, .muted = p->bad, .line_start = true };
    track(p, t);
    p->n_closers--;
}

/* ---- The stream ---- */

/* A new token, looked at; or a '}' that the spec lacks. */
static void fetch(struct parser *p, struct parse_token *t)
{
    if (p->n_closers) {
        make_closer(p, t);
        return;
    }
    if (p->held.kind) {
        *t = p->held;
        p->held.kind = 0;
    } else {
        scan_token(p, t);
        p->n_closers = blocks_to_close(p, t);
        if (p->n_closers) {
            report_open_block(p, t);
            p->held = *t;
            make_closer(p, t);
            return;
        }
    }
    track(p, t);
}

/* Too deep: the whole bracket becomes one token that stands for it. */
static void cut_nesting(struct parser *p, struct parse_token *t)
{
    diag_add(&p->unit->diags, E_DEPTH, t->span, "brackets are nested more than %d deep",
             PARSE_MAX_NESTING);
    if (!lex_skip_bracket(p))
        p->stash[p->n_stash - 1].muted = true; /* the end of the file */
    t->kind = T_BAD;
    t->span.end = p->last.span.end > t->span.end ? p->last.span.end : t->span.end;
    p->bad = true;
}

static void next_token(struct parser *p, struct parse_token *t)
{
    if (p->n_stash) {
        *t = p->stash[--p->n_stash];
        return;
    }
    fetch(p, t);
    if (nests((char)t->kind) && p->n_nested > PARSE_MAX_NESTING)
        cut_nesting(p, t);
}

int lex_next(struct parser *p, union parse_value *value, struct span *place)
{
    struct parse_token t;
    next_token(p, &t);
    p->before = p->last;
    p->last = t;
    *value = t.value;
    *place = t.span;
    return t.kind;
}

void lex_push(struct parser *p, const struct parse_token *t)
{
    p->stash[p->n_stash++] = *t;
}

/* Nothing between '(' or '[' and its like ends a statement: where one ends, the bracket is taken
 * for closed. */
static bool ends_nested(char sign, int kind)
{
    return nests(sign) && (kind == ';' || kind == '{' || kind == '}');
}

bool lex_skip_bracket(struct parser *p)
{
    size_t open = p->n_brackets;
    char sign = open ? p->brackets[open - 1].sign : '{';
    while (p->n_brackets >= open) {
        struct parse_token t;
        fetch(p, &t);
        p->last = t;
        if (t.kind == T_END || ends_nested(sign, t.kind)) {
            lex_push(p, &t);
            return t.kind != T_END;
        }
    }
    return true;
}

void lex_skip_statement(struct parser *p)
{
    size_t open = p->n_brackets;
    struct parse_token t;
    for (;;) {
        next_token(p, &t);
        if (t.kind == '{')
            lex_skip_bracket(p);
        if (t.kind == ';' || t.kind == '{' || t.kind == T_END || p->n_brackets < open)
            break;
    }
    if (t.kind == T_END || t.kind == '}')
        lex_push(p, &t);
    struct parse_token end = { .kind = ';', .span = p->last.span };
    end.span.begin = end.span.end;
    lex_push(p, &end);
}

void lex_open(struct parser *p)
{
    intern_keywords(&p->unit->names);
    arena_buf_init(&p->doc_text, p->unit->arena);
    p->line_start = true;
    p->head_open = true;
    if (scan_lex_init_extra(p, &p->scanner) != 0)
        lex_out_of_memory(p);
    char *bytes = p->source->bytes;
    uint32_t size = p->source->size;
    uint32_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (!scan__scan_buffer(bytes + mark, size - mark + 2, p->scanner))
        lex_out_of_memory(p);
}

void lex_close(struct parser *p)
{
    scan_lex_destroy(p->scanner);
    p->scanner = NULL;
}
