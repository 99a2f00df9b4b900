/* parse_state.h - what scanner, grammar and builders share while one file is parsed.
 *
 * Idea: one struct per file, on the arena, handed to flex as its extra and to bison as its
 * parameter. Nothing here outlives parse_file(). */
#ifndef OTPC_PARSE_STATE_H
#define OTPC_PARSE_STATE_H

#include "ast.h"

/* Any word, keyword or not, with the `///` lines before it. */
struct word {
    struct ident id;
    struct doc *doc;
};

/* Literals that are malformed have been reported; `bad` keeps later stages mute. */
struct parse_integer {
    uint64_t value;
    bool bad;
};

struct parse_float {
    double value;
    bool bad;
};

struct parse_duration {
    int64_t ns;
    bool bad;
};

/* What `timeout`, `takes`, `backoff` and their like are followed by, as written. */
enum parse_time_form { FORM_DURATION, FORM_INTEGER, FORM_WORD };

struct parse_time {
    enum parse_time_form form;
    int64_t ns;
    uint64_t integer;
    struct ident word;
    struct span span;
    bool bad;
};

/* A malformed string is a text whose bytes are NULL. */

/* A line of a built-in module, as written: `ttl = 5m`, `key: u64`, `keys unique`, `loader`. */
enum parse_setting_form {
    SETTING_ALONE,
    SETTING_TYPE,
    SETTING_VALUE,
    SETTING_WORD, /* one or two names */
    SETTING_TIME
};

struct parse_setting {
    struct word word;
    enum parse_setting_form form;
    struct span span;
    struct type *type;
    struct expr *value;
    struct ref ref;
    struct parse_time time;
    struct parse_setting *next;
};

struct parse_setting_list {
    struct parse_setting *first, *last;
    size_t count;
};

struct parse_word_list {
    struct parse_word_item *first, *last;
    size_t count;
};

struct parse_word_item {
    struct word word;
    struct parse_word_item *next;
};

struct parse_mailbox_policy {
    bool word_set, time_set;
    struct ident word;
    struct parse_time time;
};

/* The semantic values of the grammar. Big ones are pointers into the arena. */
union parse_value {
    struct word word;
    struct parse_integer integer;
    struct parse_float number;
    struct parse_duration duration;
    struct text text;
    struct parse_time *time;
    struct parse_time *range[2];
    struct parse_mailbox_policy *policy;
    struct parse_setting *setting;
    struct parse_setting_list settings;
    struct parse_word_list words;
    struct ref ref;
    struct ref_list refs;
    struct type *type;
    struct type *pair[2];
    struct expr *expr;
    struct field *field;
    struct field_list fields;
    struct enum_value *value;
    struct enum_value_list values;
    struct tag *tag;
    struct tag_list tags;
    struct reply *reply;
    struct edge *edge;
    struct edge_list edges;
    struct handler *handler;
    struct name_line *name_line;
    struct message *message;
    struct child *child;
    struct option_value *option;
    struct option_value_list option_list;
    struct decl *decl;
};

/* One token, so that it can be put back. */
struct parse_token {
    int kind;
    union parse_value value;
    struct span span;
    bool line_start; /* first on its line */
    bool margin;     /* in the first column */
    bool muted;      /* malformed text was reported in its statement before it */
};

struct parse_bracket {
    char sign;
    struct span span;
    struct ident head[2]; /* the words that began the statement: `genserver cache` */
    unsigned n_head;
    size_t n_blocks; /* how many '{' are open, with this one */
    size_t block;    /* 1 + the index of the innermost of them, or 0 */
};

/* How a syntax error is to be mended; decided when it is reported, done by mend_fix(). */
enum parse_mend { MEND_SKIP, MEND_REPLACE, MEND_INSERT, MEND_DROP };

enum { PARSE_STASH = 4, PARSE_EXPECTED = 160 };

struct parser {
    struct unit *unit;
    struct file *file;
    struct source *source;
    void *scanner;

    /* The scanner's side. */
    struct parse_token stash[PARSE_STASH]; /* read before the scanner is asked */
    unsigned n_stash;
    size_t n_closers; /* '}' to hand out before `held`: blocks that it shows to be open */
    struct parse_token held;
    struct parse_token last;   /* handed out last */
    struct parse_token before; /* and the one before it */
    struct span closed;        /* the last '}' of a declaration */
    bool line_start;           /* nothing but blanks since the line began */
    uint32_t comment_begin;    /* of the comment being read */
    bool bad;                  /* this statement holds malformed text: mute about its syntax */
    struct doc *doc;           /* for the next word */
    struct arena_buf doc_text;
    struct doc **docs; /* all of them, to find those that nothing used */
    size_t n_docs, docs_cap;
    struct parse_bracket *brackets;
    size_t n_brackets, brackets_cap;
    unsigned n_nested; /* open '(' and '[' */
    struct ident head[2];
    unsigned n_head;
    bool head_open; /* the next words are the head of a statement */

    /* The syntax error being mended. */
    enum parse_mend mend;
    int mend_token;                    /* what to put in its place, or before it */
    int mend_expected[PARSE_EXPECTED]; /* words at which a skipped clause may go on */
    unsigned n_mend_expected;
    uint32_t mend_at; /* offset of the unexpected token, + 1 */

    /* The builders' side. */
    bool line_broken; /* a part of the current message was left out */
    bool decl_broken; /* a part of the current declaration was left out */
    bool has_item;    /* something was declared (for the place of `package`) */
    struct span first_item;
};

/* Nesting of brackets, and of a type or an expression in all; the length of a name. */
enum { PARSE_MAX_NESTING = 100, PARSE_MAX_DEPTH = 500, PARSE_MAX_NAME = 128 };

#endif
