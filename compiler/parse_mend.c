/* parse_mend.c - syntax errors: what to say, and how to go on.
 *
 * Idea: most mistakes in a spec are one word or one sign: a misspelt keyword, a missing ';', ',' or
 * '}'. Those are reported and mended, and parsing goes on as if the text were right. For the rest,
 * tokens are skipped up to where a person would look next: the end of the line's statement, the
 * next word that begins a line of a block at the start of a line, the next declaration at the
 * margin. An error at a token that had one already, or behind malformed text, is mended without a
 * word. */
#include "parse_mend.h"

#include <string.h>

#include "parse_lex.h"
#include "suggest.h"

#include "otp.tab.h"

enum { SHOWN_EXPECTED = 5, SHOWN_BYTES = 30 };

struct error {
    struct parser *p;
    const char *const *expected;
    unsigned n_expected;
    bool any_name; /* a name may stand here; then every keyword may, as a name */
    bool mute;
};

/* ---- Words for messages ---- */

static bool expects(const struct error *e, const char *name)
{
    for (unsigned i = 0; i < e->n_expected; i++)
        if (strcmp(e->expected[i], name) == 0)
            return true;
    return false;
}

/* The token of an expected keyword such as "'call'", or 0. */
static int keyword_token(const struct parser *p, const char *expected)
{
    size_t len = strlen(expected);
    if (len < 4 || expected[0] != '\'' || expected[1] < 'a' || expected[1] > 'z')
        return 0;
    return intern_bytes(&p->unit->names, expected + 1, len - 2)->token;
}

static const char *found_text(const struct parser *p)
{
    const struct parse_token *t = &p->last;
    uint32_t len = t->span.end - t->span.begin;
    if (t->kind == T_END)
        return "the end of the file";
    if (t->kind == T_STRING)
        return "a string";
    if (len > SHOWN_BYTES)
        return "this";
    return arena_format(p->unit->arena, "'%.*s'", (int)len, p->source->bytes + t->span.begin);
}

/* "genserver 'cache'", "options", "this file". */
static const char *context_text(const struct parser *p)
{
    size_t i = p->n_brackets ? p->brackets[p->n_brackets - 1].block : 0;
    const struct parse_bracket *b = i ? &p->brackets[i - 1] : NULL;
    if (!b || b->n_head == 0)
        return b ? "this block" : "this file";
    const char *word = b->head[0].name->text;
    if (b->n_head == 1)
        return arena_format(p->unit->arena, "%s", word);
    return arena_format(p->unit->arena, "%s '%s'", word, b->head[1].name->text);
}

/* Texts joined as "a, b or c". */
struct listing {
    const char *texts[PARSE_EXPECTED];
    unsigned count;
};

static const char *join(const struct listing *l, struct arena *a)
{
    struct arena_buf b;
    arena_buf_init(&b, a);
    for (unsigned i = 0; i < l->count; i++) {
        if (i > 0)
            arena_buf_puts(&b, i + 1 == l->count ? " or " : ", ");
        arena_buf_puts(&b, l->texts[i]);
    }
    return b.data;
}

static bool is_value_sign(const char *text)
{
    static const char *const signs[] = {
        "a number", "a number with a fraction", "a string", "'('", "'-'", "'!'", "a duration"
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(signs[i], text) == 0)
            return true;
    return false;
}

/* What stands for all the words and signs that begin a name, a type or a value. */
static const char *noun_of(const struct error *e)
{
    if (expects(e, "'!'"))
        return "a value";
    if (expects(e, "'['"))
        return "a type";
    if (expects(e, "a duration"))
        return "a duration";
    return "a name";
}

static bool is_covered_by_noun(const struct error *e, const char *text)
{
    if (strcmp(text, "text that was reported") == 0 || strcmp(text, "a name") == 0)
        return true;
    if (!e->any_name)
        return strcmp(text, "a number") == 0 && expects(e, "a duration");
    if (keyword_token(e->p, text) || (expects(e, "'['") && strcmp(text, "'['") == 0))
        return true;
    bool value = expects(e, "'!'") || expects(e, "a duration");
    return value && is_value_sign(text);
}

/* Sorts what is expected into signs (and nouns) and keywords. */
static void list_expected(const struct error *e, struct listing *signs, struct listing *words)
{
    signs->count = words->count = 0;
    if (e->any_name)
        signs->texts[signs->count++] = noun_of(e);
    for (unsigned i = 0; i < e->n_expected; i++) {
        if (is_covered_by_noun(e, e->expected[i]))
            continue;
        struct listing *l = keyword_token(e->p, e->expected[i]) ? words : signs;
        l->texts[l->count++] = e->expected[i];
    }
}

/* ---- Saying it ---- */

static struct span behind(const struct parse_token *t)
{
    return (struct span){ t->span.file, t->span.end, t->span.end };
}

/* Nothing but declarations may stand here. */
static bool is_between_declarations(const struct error *e)
{
    return expects(e, "'package'") && !e->any_name;
}

static void remark_words(struct diag *d, const struct error *e, const struct listing *words)
{
    if (is_between_declarations(e))
        diag_remark(d, "a declaration begins with struct, enum, env, genserver, supervisor, ...");
    else if (words->count)
        diag_remark(d, "here may stand %s", join(words, e->p->unit->arena));
}

static void say_missing(const struct error *e, const char *sign)
{
    if (e->mute)
        return;
    struct parser *p = e->p;
    struct diag *d = diag_add(&p->unit->diags, E_SYNTAX, behind(&p->before), "expected '%s'", sign);
    diag_suggest(d, sign);
}

static void say_unexpected(const struct error *e)
{
    if (e->mute)
        return;
    struct parser *p = e->p;
    struct listing signs, words;
    list_expected(e, &signs, &words);
    if (is_between_declarations(e)) {
        signs.texts[0] = "a declaration";
        signs.count = 1;
    }
    bool all = signs.count + words.count <= SHOWN_EXPECTED;
    if (all)
        for (unsigned i = 0; i < words.count; i++)
            signs.texts[signs.count++] = words.texts[i];
    bool list = signs.count > 0 && signs.count <= SHOWN_EXPECTED;
    if (p->last.kind == ';' && p->before.kind == '}') {
        struct diag *d =
            diag_add(&p->unit->diags, E_SYNTAX, p->last.span, "unexpected ';' behind '}'");
        diag_help(d, "'}' ends a block; remove the ';'");
        return;
    }
    const char *text = list ? arena_format(p->unit->arena, "expected %s, found %s",
                                           join(&signs, p->unit->arena), found_text(p))
                            : arena_format(p->unit->arena, "unexpected %s", found_text(p));
    struct diag *d = diag_add(&p->unit->diags, E_SYNTAX, p->last.span, "%s", text);
    if (p->last.kind == '=' && e->any_name)
        diag_help(d, "a clause is a word and its value, without '='");
    if (!all)
        remark_words(d, e, &words);
}

/* A line of a block between declarations: a '}' too many may have closed its block. */
static bool is_line_of_block(const struct parser *p)
{
    if (!lex_is_word(p->last.kind))
        return false;
    char next = lex_peek(p, &p->last);
    return lex_is_line(p->last.kind) || next == ':' || next == '=';
}

static bool is_orphan(const struct error *e)
{
    return is_between_declarations(e) && is_line_of_block(e->p) && ast_has_span(e->p->closed);
}

/* A word where only certain keywords may stand. */
static void say_wrong_word(const struct error *e)
{
    if (e->mute)
        return;
    struct parser *p = e->p;
    struct listing signs, words;
    list_expected(e, &signs, &words);
    const char *text = p->last.value.word.id.name->text;
    struct diag *d;
    if (p->last.kind == T_NAME)
        d = diag_add(&p->unit->diags, E_UNKNOWN_WORD, p->last.span, "unknown keyword '%s' in %s",
                     text, context_text(p));
    else
        d = diag_add(&p->unit->diags, E_CLAUSE, p->last.span, "'%s' cannot stand in %s", text,
                     context_text(p));
    if (is_orphan(e))
        diag_note(d, p->closed, "the declaration before it ends here");
    else
        remark_words(d, e, &words);
}

static void say_misspelt(const struct error *e, const struct suggest *s)
{
    if (e->mute)
        return;
    struct parser *p = e->p;
    struct diag *d =
        diag_add(&p->unit->diags, E_UNKNOWN_WORD, p->last.span, "unknown keyword '%s'%s",
                 p->last.value.word.id.name->text, suggest_text(s, p->unit->arena));
    diag_suggest(d, suggest_first(s));
}

/* At the end of the file. */
static void say_unclosed(const struct error *e)
{
    struct parser *p = e->p;
    const struct parse_bracket *b = &p->brackets[p->n_brackets - 1];
    if (!e->mute)
        diag_add(&p->unit->diags, E_UNCLOSED, b->span, "'%c' is never closed", b->sign);
}

/* ---- Deciding ---- */

static void decide(struct parser *p, enum parse_mend mend, int token)
{
    p->mend = mend;
    p->mend_token = token;
}

/* The keyword that the word was meant to be; 0 if none is near. */
static int find_misspelt(const struct error *e, struct suggest *s)
{
    if (e->any_name)
        return 0;
    suggest_init(s, e->p->last.value.word.id.name->text, NULL);
    for (unsigned i = 0; i < e->n_expected; i++) {
        int token = keyword_token(e->p, e->expected[i]);
        const char *text = e->expected[i];
        if (token)
            suggest_offer(s, intern_bytes(&e->p->unit->names, text + 1, strlen(text) - 2)->text);
    }
    const char *best = suggest_first(s);
    int token = best ? intern_text(&e->p->unit->names, best)->token : 0;
    /* `cache {` lacks a keyword, or a name: it is no misspelt one. */
    bool nameless = lex_is_top(token) && token != T_KW_ENV && lex_peek(e->p, &e->p->last) == '{';
    return nameless ? 0 : token;
}

/* A '{' must stand before the word: of a block, or of a child's options. */
static bool lacks_brace(const struct error *e, bool begins_line)
{
    char next = lex_peek(e->p, &e->p->last);
    if (!expects(e, "'{'") || (e->p->last.margin && lex_is_top(e->p->last.kind)))
        return false;
    return expects(e, "';'") ? next == '=' && !begins_line : next != '{';
}

static void decide_about_word(const struct error *e)
{
    struct parser *p = e->p;
    struct suggest s = { 0 };
    bool begins_line = lex_is_line(p->last.kind) || lex_is_top(p->last.kind);
    int meant = begins_line && expects(e, "';'") ? 0 : find_misspelt(e, &s);
    if (meant) {
        say_misspelt(e, &s);
        decide(p, MEND_REPLACE, meant);
    } else if (lacks_brace(e, begins_line)) {
        say_missing(e, "{");
        decide(p, MEND_INSERT, '{');
    } else if (expects(e, "';'")) {
        if (begins_line || p->last.line_start)
            say_missing(e, ";");
        else
            say_unexpected(e);
        p->line_broken = p->line_broken || !(begins_line || p->last.line_start);
        decide(p, MEND_INSERT, ';');
    } else if (expects(e, "','")) {
        say_missing(e, ",");
        decide(p, MEND_INSERT, ',');
    } else {
        struct listing signs, words;
        list_expected(e, &signs, &words);
        if (expects(e, "'{'") && p->last.line_start)
            say_missing(e, "{");
        else if (words.count > 1)
            say_wrong_word(e);
        else
            say_unexpected(e);
    }
}

static void decide_about_sign(const struct error *e)
{
    struct parser *p = e->p;
    int kind = p->last.kind;
    bool ends = p->last.line_start || kind == '}' || kind == ';' || kind == '{';
    if (expects(e, "';'") && (p->last.line_start || kind == '}')) {
        say_missing(e, ";");
        decide(p, MEND_INSERT, ';');
    } else if (expects(e, "')'") && ends) {
        say_missing(e, ")");
        decide(p, MEND_INSERT, ')');
    } else if (kind == '{' && p->before.kind == '{' && lex_peek(p, &p->last) != '{') {
        say_unexpected(e);
        decide(p, MEND_DROP, 0);
    } else if (expects(e, "','") && expects(e, "'}'") && kind == ';') {
        say_unexpected(e); /* values of an enum ended like fields */
        decide(p, MEND_REPLACE, ',');
    } else {
        say_unexpected(e);
    }
}

static void decide_at_end(const struct error *e)
{
    if (e->p->n_brackets)
        say_unclosed(e);
    else
        say_unexpected(e);
}

void mend_report(struct parser *p, const char *const *expected, unsigned n_expected)
{
    struct error e = { .p = p, .expected = expected, .n_expected = n_expected };
    e.any_name = expects(&e, "a name");
    e.mute = p->last.muted || p->last.kind == T_BAD || p->mend_at == p->last.span.begin + 1;
    p->mend_at = p->last.span.begin + 1;
    p->n_mend_expected = 0;
    for (unsigned i = 0; i < n_expected && !e.any_name; i++)
        if (keyword_token(p, expected[i]))
            p->mend_expected[p->n_mend_expected++] = keyword_token(p, expected[i]);
    decide(p, MEND_SKIP, 0);
    if (p->last.kind == T_END)
        decide_at_end(&e);
    else if (lex_is_word(p->last.kind))
        decide_about_word(&e);
    else
        decide_about_sign(&e);
}

void mend_too_deep(struct parser *p, struct span place)
{
    diag_add(&p->unit->diags, E_DEPTH, place,
             "nested too deeply; the rest of the file is not read");
}

/* ---- Doing it ---- */

static void look_at_last(struct parser *p, struct mend_lookahead la)
{
    *la.token = p->last.kind;
    *la.value = p->last.value;
    *la.place = p->last.span;
}

static void advance(struct parser *p, struct mend_lookahead la)
{
    *la.token = lex_next(p, la.value, la.place);
}

/* A '{' that was not written comes before t. If t is one word too many, it is not of the head. */
static void open_block(struct parser *p, const struct parse_token *t)
{
    if (p->n_head && p->head[p->n_head - 1].span.begin == t->span.begin)
        p->n_head--;
    lex_push_bracket(p, '{', behind(&p->before));
}

/* A token that was not written comes before the last one. */
static void insert(struct parser *p, struct mend_lookahead la, int kind)
{
    struct parse_token t = p->last;
    lex_push(p, &t);
    if (kind == '}')
        lex_pop_bracket(p);
    if (kind == '{')
        open_block(p, &t);
    if (kind == '}' || kind == ';' || kind == '{')
        lex_begin_statement(p, &t);
    p->last = (struct parse_token){ .kind = kind, .span = behind(&p->before), .muted = true };
    look_at_last(p, la);
}

static void lose_name(struct parser *p, struct ident id)
{
    intern_map_add(&p->file->lost_names, id.name, p->file);
}

static bool begins_line(const struct parse_token *t)
{
    return (t->line_start && lex_is_line(t->kind)) || (t->margin && lex_is_top(t->kind));
}

static bool was_expected(const struct parser *p, int kind)
{
    for (unsigned i = 0; i < p->n_mend_expected; i++)
        if (p->mend_expected[i] == kind)
            return true;
    return false;
}

/* Up to the ';' of this line, or a clause that may stand in it. */
static void skip_clause(struct parser *p, struct mend_lookahead la)
{
    for (bool first = true; p->last.kind != ';'; first = false) {
        int kind = p->last.kind;
        if (!first && was_expected(p, kind))
            break;
        if (kind == '}' || kind == T_END || begins_line(&p->last)) {
            insert(p, la, ';');
            return;
        }
        if (kind == '(' || kind == '[' || kind == '{')
            lex_skip_bracket(p);
        advance(p, la);
    }
    look_at_last(p, la);
}

/* Behind the line; `fell` tells that something before the last token was given up. */
static void skip_line(struct parser *p, struct mend_lookahead la, bool fell)
{
    for (bool taken = fell;; taken = true) {
        int kind = p->last.kind;
        if (kind == '}' || (taken && begins_line(&p->last)))
            break;
        if (kind == T_END) {
            insert(p, la, '}');
            return;
        }
        if (kind == '(' || kind == '[' || kind == '{')
            lex_skip_bracket(p);
        advance(p, la);
        if (kind != ';' && kind != '{')
            continue;
        while (p->last.kind == ';')
            advance(p, la);
        break;
    }
    look_at_last(p, la);
}

/* The declaration has no body: `{` and `}` come before the last token, or in the place of a ';'. */
static void insert_empty_block(struct parser *p, struct mend_lookahead la)
{
    struct parse_token t = p->last;
    struct parse_token close = { .kind = '}', .span = behind(&p->before), .muted = true };
    if (t.kind != ';')
        lex_push(p, &t);
    lex_push(p, &close);
    lex_begin_statement(p, &t);
    p->last = close;
    p->last.kind = '{';
    look_at_last(p, la);
}

/* To the '{' of a declaration; if there is none, it is opened here. */
static void skip_to_block(struct parser *p, struct mend_lookahead la)
{
    while (p->last.kind != '{') {
        int kind = p->last.kind;
        if (kind == ';' || kind == T_END || (p->last.margin && lex_is_top(kind))) {
            insert_empty_block(p, la);
            return;
        }
        if (kind == '}' || p->last.line_start) {
            insert(p, la, '{');
            return;
        }
        if (lex_is_word(kind))
            lose_name(p, p->last.value.word.id);
        if (kind == '(' || kind == '[')
            lex_skip_bracket(p);
        advance(p, la);
    }
    look_at_last(p, la);
}

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* To the next declaration. Names on the way may have been declared by what is thrown away. */
static void skip_item(struct parser *p, struct mend_lookahead la, bool fell)
{
    const struct parse_bracket *b = p->n_brackets ? &p->brackets[p->n_brackets - 1] : NULL;
    bool block = p->last.kind == '{' && b;
    unsigned n_head = block ? b->n_head : p->n_head;
    for (unsigned i = 0; i < n_head; i++)
        lose_name(p, block ? b->head[i] : p->head[i]);
    bool top = n_head == 1 && lex_is_top((block ? b->head : p->head)[0].name->token);
    p->file->lost_nameless = p->file->lost_nameless || top || (block && n_head < 2);
    bool orphan = !fell && is_line_of_block(p); /* up to the '}' of its lost block */
    if (orphan && p->file->decls.last)
        p->file->decls.last->broken = true;
    for (bool taken = fell; p->last.kind != T_END; taken = true) {
        int kind = p->last.kind;
        if (taken && lex_is_top(kind) && (p->last.line_start || starts_word(lex_peek(p, &p->last))))
            break;
        if (lex_is_word(kind))
            lose_name(p, p->last.value.word.id);
        if (kind == '{')
            lex_skip_bracket(p);
        advance(p, la);
        if (kind == '}' || (!orphan && (kind == ';' || kind == '{'))) {
            orphan = false;
            if (lex_is_word(p->last.kind))
                break;
        }
    }
    look_at_last(p, la);
}

/* To the ',' or the bracket that ends this parameter. */
static void skip_param(struct parser *p, struct mend_lookahead la)
{
    while (p->last.kind != ',' && p->last.kind != ')') {
        int kind = p->last.kind;
        if (kind == ';' || kind == '{' || kind == '}' || kind == T_END || begins_line(&p->last)) {
            insert(p, la, ')');
            return;
        }
        if (kind == '(' || kind == '[')
            lex_skip_bracket(p);
        advance(p, la);
    }
    look_at_last(p, la);
}

/* To the ',' or the bracket that ends this value of an enum. */
static void skip_value(struct parser *p, struct mend_lookahead la)
{
    while (p->last.kind != ',' && p->last.kind != '}') {
        int kind = p->last.kind;
        if (kind == T_END || (p->last.margin && lex_is_top(kind))) {
            insert(p, la, '}');
            return;
        }
        if (kind == '(' || kind == '[' || kind == '{')
            lex_skip_bracket(p);
        advance(p, la);
    }
    look_at_last(p, la);
}

static void skip(struct parser *p, enum mend_level level, bool fell, struct mend_lookahead la)
{
    p->line_broken = level == MEND_CLAUSE || level == MEND_PARAM || level == MEND_VALUE;
    p->decl_broken = level != MEND_ITEM;
    p->file->broken = p->file->broken || level == MEND_ITEM;
    switch (level) {
    case MEND_ITEM: skip_item(p, la, fell); break;
    case MEND_OPEN: skip_to_block(p, la); break;
    case MEND_LINE: skip_line(p, la, fell); break;
    case MEND_CLAUSE: skip_clause(p, la); break;
    case MEND_PARAM: skip_param(p, la); break;
    case MEND_VALUE: skip_value(p, la); break;
    }
}

void mend_fix(struct parser *p, enum mend_level level, struct span place,
              struct mend_lookahead lookahead)
{
    bool fell = place.begin != p->last.span.begin;
    enum parse_mend mend = p->mend;
    p->mend = MEND_SKIP; /* each decision is carried out once */
    if (mend == MEND_REPLACE && !fell) {
        p->last.kind = p->mend_token;
        look_at_last(p, lookahead);
    } else if (mend == MEND_INSERT && !fell) {
        insert(p, lookahead, p->mend_token);
    } else if (mend == MEND_DROP) {
        lex_pop_bracket(p);
        advance(p, lookahead);
    } else {
        skip(p, level, fell, lookahead);
    }
}
