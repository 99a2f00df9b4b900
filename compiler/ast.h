/* ast.h - what a spec says, as a tree.
 *
 * Idea: the parser builds it, bottom up, one builder call per grammar action; afterwards it is read
 * only, but for the fields marked `resolve:` and `check:`, which those passes fill in. Every list
 * is linked by `next` in the order of the spec. All memory is the unit's arena.
 *
 * Broken parts: what could not be read is left out, or is TYPE_POISON or EXPR_POISON, and has been
 * reported. A pass says nothing about poison, about a ref whose `decl` is still NULL after
 * resolving, or about members missing in a declaration that is marked `broken`. */
#ifndef OTPC_AST_H
#define OTPC_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "diag.h"
#include "intern.h"
#include "source.h"

struct decl;
struct expr;
struct field;
struct file;
struct message;
struct type;

/* ---- Words ---- */

/* A name where it is written. name is never NULL in a node that exists. */
struct ident {
    const struct name *name;
    struct span span;
};

/* A string literal. bytes are without the quotes, escapes done, NUL-terminated; no NUL inside. */
struct text {
    const char *bytes;
    uint32_t len;
    struct span span; /* with the quotes */
};

/* The `///` lines before a declaration: markers and one blank stripped, joined by newlines. */
struct doc {
    const char *text;
    struct span span;
    bool used;
};

/* A name that stands for a declaration: `cache` or `shop.cache`. */
struct ref {
    struct ident package; /* package.name is NULL if it was not written */
    struct ident name;
    struct span span;
    struct decl *decl; /* resolve: NULL if there is none, which was reported */
};

struct ref_list {
    struct ref_item *first, *last;
    size_t count;
};

struct ref_item {
    struct ref ref;
    struct ref_item *next;
};

/* ---- Values that clauses and settings take ----
 * `set` is false if it was not written; span is the whole clause, value_span its value. */

struct set_flag {
    bool set;
    struct span span;
};

enum time_kind { TIME_DURATION, TIME_INFINITY, TIME_BRUTAL_KILL };

struct set_time {
    bool set;
    enum time_kind kind;
    int64_t ns; /* TIME_DURATION */
    struct span span;
    struct span value_span;
};

/* `1ms to 5ms`; `5ms` alone is min = max. */
struct set_range {
    bool set;
    int64_t min_ns;
    int64_t max_ns;
    struct span span;
    struct span value_span;
};

/* `3 in 5s` */
struct set_intensity {
    bool set;
    uint64_t count;
    int64_t period_ns;
    struct span span;
    struct span value_span;
};

/* One of a fixed list of words; value is of the enum named at the field. */
struct set_word {
    bool set;
    int value;
    struct span span;
    struct span value_span;
};

/* `ttl = 5m`. value is NULL if it was not written. */
struct set_value {
    struct expr *value;
    struct span span;
    struct span name_span;
};

/* `key: u64`. type is NULL if it was not written. */
struct set_type {
    struct type *type;
    struct span span;
    struct span name_span;
};

/* `start main` */
struct set_ref {
    bool set;
    struct ref ref;
    struct span span;
};

/* ---- Types ---- */

enum type_kind {
    TYPE_POISON,
    TYPE_BOOL,
    TYPE_I8,
    TYPE_I16,
    TYPE_I32,
    TYPE_I64,
    TYPE_U8,
    TYPE_U16,
    TYPE_U32,
    TYPE_U64,
    TYPE_F64,
    TYPE_STRING,
    TYPE_BYTES,
    TYPE_DURATION,
    TYPE_INSTANT,
    TYPE_PID,
    TYPE_REASON,
    TYPE_TIMER,   /* state only */
    TYPE_MONITOR, /* state only */
    TYPE_NAMED,   /* a struct, an enum or a module: see named.decl->kind */
    TYPE_OPTIONAL,
    TYPE_LIST,
    TYPE_TABLE, /* state only */
    TYPE_TABLE_REF,
    TYPE_EXTERN /* state only */
};

struct type {
    enum type_kind kind;
    uint16_t depth; /* 1 for a leaf; bounded, so passes may recurse */
    struct span span;
    union {
        struct ref named;  /* TYPE_NAMED */
        struct type *elem; /* TYPE_OPTIONAL, TYPE_LIST */
        struct {
            struct type *key;
            struct type *value;
        } table;            /* TYPE_TABLE, TYPE_TABLE_REF */
        struct text c_type; /* TYPE_EXTERN: the C type */
    };
};

/* ---- Expressions ---- */

enum expr_kind {
    EXPR_POISON,
    EXPR_INT, /* never negative; a minus is EXPR_UNARY */
    EXPR_FLOAT,
    EXPR_DURATION, /* never negative */
    EXPR_STRING,
    EXPR_BOOL,
    EXPR_NONE, /* the absent value of a T? */
    EXPR_NAME, /* state, a parameter, an enum's value */
    EXPR_DOT,  /* env.sweep, level.low, state.count */
    EXPR_UNARY,
    EXPR_BINARY
};

enum expr_op {
    OP_NEG,
    OP_NOT,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_AND,
    OP_OR
};

/* What a name in an expression stands for. */
enum bind_kind {
    BIND_NONE,       /* not resolved, or nothing: then it was reported */
    BIND_STATE,      /* `state` of an agent */
    BIND_PARAM,      /* field: a parameter of the operation */
    BIND_ENV,        /* `env` alone, the base of env.NAME */
    BIND_ENV_FIELD,  /* field: of the env block */
    BIND_ENUM,       /* decl: the enum, the base of level.low */
    BIND_ENUM_VALUE, /* value */
    BIND_FIELD,      /* field: of the struct that the base is */
    BIND_PACKAGE     /* file: an imported one, the base of shop.level.low */
};

struct binding {
    enum bind_kind kind;
    struct field *field;
    struct decl *decl;
    struct enum_value *value;
    struct file *file;
};

struct expr {
    enum expr_kind kind;
    uint16_t depth; /* as in struct type */
    struct span span;
    struct binding bind; /* resolve, check: of EXPR_NAME and EXPR_DOT */
    struct type *type;   /* check: its type; NULL until then */
    union {
        uint64_t integer;
        double number;
        int64_t ns;
        struct text string;
        bool truth;
        struct ident name;
        struct {
            struct expr *base;
            struct ident member;
        } dot;
        struct {
            enum expr_op op;
            struct span op_span;
            struct expr *left; /* of a unary one: its operand */
            struct expr *right;
        } op;
    };
};

/* ---- Fields, parameters, options, environment variables ---- */

enum access_kind { ACCESS_PRIVATE, ACCESS_PROTECTED, ACCESS_PUBLIC };

struct field {
    struct ident name;
    struct type *type;
    struct expr *value; /* its default; NULL if none */
    struct doc *doc;    /* NULL if none */
    struct span span;
    struct text variable;    /* env: `env "PORT"`; bytes is NULL if none */
    struct set_word access;  /* a table in a state: enum access_kind */
    struct set_ref heir;     /* a table in a state */
    struct set_flag ordered; /* a table in a state */
    struct field *next;
};

struct field_list {
    struct field *first, *last;
    size_t count;
};

/* `options { ... }`, `state { ... }` */
struct block {
    bool set;
    struct span span; /* of the word and of the whole block */
    struct span head_span;
    struct doc *doc;
    struct field_list fields;
};

struct enum_value {
    struct ident name;
    struct doc *doc;
    struct enum_value *next;
};

struct enum_value_list {
    struct enum_value *first, *last;
    size_t count;
};

/* ---- Messages and callbacks ---- */

/* One target of `calls` or `casts`: `cache`, `cache.get`, `shop.cache`, `shop.cache.get`. */
struct edge {
    struct ident parts[3];
    unsigned n_parts;
    struct span span;
    struct decl *decl;       /* resolve: the module; NULL if it was reported */
    struct message *message; /* resolve: NULL: any message of the module */
    struct edge *next;
};

struct edge_list {
    struct edge *first, *last;
    size_t count;
};

/* What may follow a message, a task or a callback. */
struct handler {
    struct set_time timeout;
    struct set_flag reply_later;
    struct set_ref reply_by; /* `reply later by REF`; comes later */
    struct edge_list calls;
    struct edge_list casts; /* comes later */
    struct set_range takes; /* comes later */
    struct set_flag blocking;
};

/* One alternative of a reply: `ok(value: string)`, `miss`. */
struct tag {
    struct ident name;
    struct doc *doc;
    struct span span;
    struct field_list fields;
    struct tag *next;
};

struct tag_list {
    struct tag *first, *last;
    size_t count;
};

enum reply_kind { REPLY_ACK, REPLY_VALUE, REPLY_TAGS, REPLY_POISON };

struct reply {
    enum reply_kind kind; /* resolve: REPLY_POISON where two tags have one name */
    struct span span;     /* with the arrow; nowhere for REPLY_ACK */
    struct type *type;    /* REPLY_VALUE */
    struct tag_list tags;
};

enum message_kind {
    MESSAGE_CALL,
    MESSAGE_CAST,
    MESSAGE_INFO,
    MESSAGE_CONTINUE,
    MESSAGE_GET, /* of agents */
    MESSAGE_UPDATE,
    MESSAGE_GET_AND_UPDATE,
    MESSAGE_RUN,  /* the one of a task */
    MESSAGE_EVENT /* of a pubsub; resolving gives it its parameters */
};

struct message {
    enum message_kind kind;
    struct ident name;
    struct doc *doc;
    struct span span; /* from its word to its `;` */
    struct decl *owner;
    bool broken; /* parameters or reply could not all be read */
    struct field_list params;
    struct reply reply;
    struct handler handler;
    struct expr *value;      /* an agent's inline expression; NULL: a C callback */
    struct expr *next_value; /* get_and_update: the new state; set together with value */
    struct ref pubsub;       /* event: what broadcasts it */
    struct message *next;
};

struct message_list {
    struct message *first, *last;
    size_t count;
};

enum callback_kind {
    CALLBACK_INIT,
    CALLBACK_TERMINATE,
    CALLBACK_DOWN,
    CALLBACK_EXIT,
    CALLBACK_IDLE,
    CALLBACK_FORMAT_STATUS,
    CALLBACK_EVICT, /* of a cache */
    CALLBACK_COUNT
};

/* `on terminate;`, `init calls cache.get;`. init always exists, with or without its line. */
struct callback {
    bool set;
    struct span span;      /* the statement */
    struct span word_span; /* `terminate` */
    struct doc *doc;
    struct handler handler;
};

/* ---- Modules ---- */

/* `name cache;`, `name via workers(id);` */
struct name_line {
    bool set;
    bool via;
    struct ident name;   /* not via */
    struct ref registry; /* via */
    struct ident option; /* via: the option that is the key */
    struct field *key;   /* resolve: that option */
    struct span span;
};

enum mailbox_policy { MAILBOX_ERROR, MAILBOX_DROP, MAILBOX_BLOCK };

/* `mailbox 1000 block 50ms;` */
struct mailbox {
    bool set;
    uint64_t limit;
    enum mailbox_policy policy; /* MAILBOX_ERROR if it was not written */
    int64_t block_ns;           /* MAILBOX_BLOCK */
    struct span span;
    struct span limit_span;
    struct span policy_span; /* nowhere if it was not written */
};

struct genserver {
    struct name_line name;
    struct mailbox mailbox;
    struct set_flag trap_exit;
    struct set_flag blocking; /* comes later */
    struct block options;
    struct block state;
    struct message_list messages; /* call, cast, info, continue */
    struct callback callbacks[CALLBACK_COUNT];
};

/* An agent is a genserver whose state is one value: its state is that value, its messages are the
 * operations, and it has the option `initial` if the spec gives the first value. */
struct agent {
    struct genserver server; /* first, see ast_server() */
    struct type *type;
    struct expr *value; /* NULL: a C callback gives it */
};

enum keys_kind { KEYS_UNIQUE, KEYS_DUPLICATE };

struct registry {
    struct set_word keys; /* enum keys_kind */
    struct set_type key;
    struct set_type value;
    struct set_ref listener; /* comes later */
    struct set_type meta;    /* comes later */
};

struct pubsub {
    struct set_type message;
};

enum read_kind { READ_DIRECT, READ_OWNER };

struct cache {
    struct set_type key;
    struct set_type value;
    struct set_value ttl;
    struct set_value sweep;
    struct set_value max_entries;
    struct set_value max_bytes;
    struct set_word read; /* enum read_kind */
    struct set_time stale;
    struct set_flag loader;
    struct callback evict;
};

/* ---- Supervisors ---- */

enum restart_kind { RESTART_PERMANENT, RESTART_TRANSIENT, RESTART_TEMPORARY };

/* `sweep_interval = 30s` of a child. */
struct option_value {
    struct ident name;
    struct expr *value;
    struct span span;
    struct field *option; /* resolve: of the module; NULL if it was reported */
    struct option_value *next;
};

struct option_value_list {
    struct option_value *first, *last;
    size_t count;
};

struct child {
    struct ident id; /* the module's own name where none is written */
    bool id_written; /* `second: cache` */
    struct ref module;
    struct set_word restart; /* enum restart_kind */
    struct set_time shutdown;
    struct set_range backoff;
    struct name_line name; /* never via */
    struct set_flag significant;
    bool options_written; /* `{ ... }`, even an empty one */
    struct span options_span;
    struct option_value_list options;
    struct doc *doc;
    struct span span; /* the statement */
    bool broken;      /* not all of it could be read: its module may be another */
    struct decl *owner;
    struct child *next;
};

struct child_list {
    struct child *first, *last;
    size_t count;
};

enum strategy_kind { STRATEGY_ONE_FOR_ONE, STRATEGY_ONE_FOR_ALL, STRATEGY_REST_FOR_ONE };
enum auto_shutdown_kind {
    AUTO_SHUTDOWN_NEVER,
    AUTO_SHUTDOWN_ANY_SIGNIFICANT,
    AUTO_SHUTDOWN_ALL_SIGNIFICANT
};

/* supervisor, dynamic_supervisor, task_supervisor, partition_supervisor */
struct supervisor {
    struct set_word strategy; /* enum strategy_kind; supervisor only */
    struct set_intensity max_restarts;
    struct set_value max_children; /* dynamic and tasks only */
    struct set_value partitions;   /* partition only: NULL if it was not written */
    struct set_word auto_shutdown; /* enum auto_shutdown_kind */
    struct child_list children;    /* of a dynamic or partition one: the one that it starts */
};

/* ---- Application ---- */

enum application_type { APPLICATION_PERMANENT, APPLICATION_TRANSIENT, APPLICATION_TEMPORARY };
enum crash_kind { CRASH_CONTAIN, CRASH_FATAL };

struct application {
    struct set_ref start;
    struct set_word type;  /* enum application_type */
    struct ref_list uses;  /* resolve: the applications of imported packages */
    struct set_word crash; /* enum crash_kind; comes later */
    struct set_flag prep_stop;
    struct set_flag stop;
    struct set_time stop_within;
};

/* `allow call_cycle(cache, repo): "why";` comes later */
struct allow {
    struct ident what;
    struct ref_list modules;
    struct text why;
};

/* ---- Declarations ---- */

enum decl_kind {
    DECL_STRUCT,
    DECL_ENUM,
    DECL_ENV,
    DECL_GENSERVER,
    DECL_AGENT,
    DECL_TASK,
    DECL_REGISTRY,
    DECL_PUBSUB,
    DECL_CACHE,
    DECL_TASK_SUPERVISOR,
    DECL_DYNAMIC_SUPERVISOR,
    DECL_SUPERVISOR,
    DECL_PARTITION_SUPERVISOR,
    DECL_APPLICATION,
    DECL_ALLOW,
    DECL_EXPORT, /* its body is skipped */
    DECL_REMOTE, /* its body is skipped */
    DECL_KIND_COUNT
};

/* Only as much of the union is there as its kind needs: never copy a struct decl. */
struct decl {
    enum decl_kind kind;
    struct ident name;     /* of env: the word `env`; of allow: the word behind it */
    struct span word_span; /* `genserver` */
    struct span span;      /* all of it */
    struct doc *doc;
    struct file *file;
    bool broken; /* a part could not be read: what seems missing may have been there */
    struct decl *next;
    struct intern_map *members; /* resolve: name to message (genserver, agent), field (struct, env),
                                   enum_value (enum), child (supervisor, by id) */
    struct intern_map *options; /* resolve: of a genserver, name to field */
    union {
        struct field_list fields; /* DECL_STRUCT, DECL_ENV */
        struct enum_value_list values;
        struct genserver genserver;
        struct agent agent;
        struct message *task;
        struct registry registry;
        struct pubsub pubsub;
        struct cache cache;
        struct supervisor supervisor;
        struct application application;
        struct allow allow;
    };
};

struct decl_list {
    struct decl *first, *last;
    size_t count;
};

/* ---- Files ---- */

struct import {
    struct text path;
    struct span span;
    struct file *file; /* resolve: NULL if it could not be read, which was reported */
    bool used;         /* resolve: something of it is named in this file */
    struct import *next;
};

struct import_list {
    struct import *first, *last;
    size_t count;
};

/* `include "types.h";` */
struct include {
    struct text path;
    struct span span;
    struct include *next;
};

struct include_list {
    struct include *first, *last;
    size_t count;
};

struct file {
    struct source *source;
    struct ident package; /* package.name is NULL if the line is missing, which was reported */
    struct doc *doc;      /* of the package line */
    struct span package_span;
    struct import_list imports;
    struct include_list includes;
    struct decl_list decls;
    bool broken; /* a declaration could not be read at all */
    bool root;   /* named by the caller, not only imported */

    struct intern_map decls_by_name; /* resolve: structs, enums and modules */
    struct intern_map lost_names;    /* names seen in what could not be read: mute about them */
    bool lost_nameless;              /* so could be any name: a declaration has lost its own */
    struct decl *env;                /* resolve: NULL if none */
    struct decl *application;        /* resolve: NULL if none */
    struct file *next;
};

struct unit_options {
    const char *const *import_dirs; /* -I, in order */
    size_t n_import_dirs;
};

/* One run. The driver owns it; passes borrow it. */
struct unit {
    struct arena *arena;
    struct intern names;
    struct source_set sources;
    struct diag_options diag_options;
    struct diags diags;
    struct unit_options options;
    struct file *first_file; /* in the order they were first asked for */
    struct file *last_file;
    uint64_t suggest_budget; /* work left for did-you-mean, so that a flood of errors stays quick */
};

/* Sets up all parts in a zeroed unit. Borrows a. The options may be changed before loading. */
void ast_unit_init(struct unit *u, struct arena *a);

/* ---- Questions ---- */

/* Can a child, an edge or a type mean it: genserver, agent, task, registry, ...? */
bool ast_is_module(enum decl_kind kind);

/* Any of the kinds of supervisors. */
bool ast_is_supervisor(enum decl_kind kind);

/* A table of a state that others use too: its access says so. */
bool ast_is_shared(const struct field *f);

/* The option of a partition_supervisor's child that gets the number of a copy. */
bool ast_is_partition_number(const struct child *c, const struct field *option);

/* The restart of a child: what its line says, or else permanent; of a task, temporary. */
enum restart_kind ast_restart(const struct child *c);

/* The word that declares it: "genserver". */
const char *ast_decl_word(enum decl_kind kind);

/* "a genserver", "an agent". */
const char *ast_decl_phrase(enum decl_kind kind);

/* "call", "cast", "get_and_update"; a task's is "task". */
const char *ast_message_word(enum message_kind kind);

/* "init", "terminate", ... */
const char *ast_callback_word(enum callback_kind kind);

/* Its messages; NULL for a declaration that has none. A task has one. */
const struct message *ast_messages(const struct decl *d);

/* What a genserver or an agent is; NULL for any other declaration. */
const struct genserver *ast_server(const struct decl *d);

/* "+", "==", ... */
const char *ast_op_text(enum expr_op op);

/* As the spec writes it: "table<string, user>?". The arena's. */
const char *ast_type_text(struct arena *a, const struct type *t);

/* "cache.get". The arena's. */
const char *ast_edge_text(struct arena *a, const struct edge *e);

/* "5s", "1500ms", "0s". The arena's. */
const char *ast_duration_text(struct arena *a, int64_t ns);

/* Is there a place at all? */
bool ast_has_span(struct span s);

#endif
