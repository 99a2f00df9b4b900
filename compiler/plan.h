/* plan.h - what is emitted for one package, in which order, under which C names.
 *
 * Idea: the emitters know C and this model, and nothing of the syntax of specs. Everything here is
 * decided: names are whole C names, types are C types, defaults are C expressions. Arrays are in
 * the order in which they are written. A plan is read only and lives in the unit's arena. */
#ifndef OTPC_PLAN_H
#define OTPC_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file;
struct unit;

/* ---- Types ---- */

enum plan_item_kind {
    PLAN_SCALAR, /* passed by value, refers to nothing */
    PLAN_TEXT,   /* string, bytes */
    PLAN_STRUCT, /* passed by pointer */
    PLAN_OPAQUE  /* of a state only: timer, monitor, extern */
};

/* A type without its ? and []. */
struct plan_item {
    enum plan_item_kind kind;
    const char *view;           /* its C type in messages, replies and tables: "otp_str" */
    const char *owner;          /* its C type in a state: "struct otp_string" */
    const char *layout;         /* the C name of its struct otp_layout */
    const char *type;           /* "OTP_TYPE_STRING" */
    const char *description;    /* the C name of its struct otp_description; NULL if it has none */
    bool refs;                  /* it refers to memory outside itself */
    struct plan_struct *record; /* PLAN_STRUCT */
    struct plan_enum *words;    /* of an enum */
};

enum plan_many { PLAN_ONE, PLAN_OPTIONAL, PLAN_LIST, PLAN_OPTIONAL_LIST };

enum plan_value_kind {
    PLAN_ABSENT, /* of a T? */
    PLAN_EXPR,   /* text is a C expression */
    PLAN_STRING, /* text is a C string literal of size bytes, for an otp_str */
    PLAN_BLOB    /* the same for an otp_bytes */
};

struct plan_value {
    enum plan_value_kind kind;
    const char *text;
    size_t size;
    /* NULL for a constant. Else it reads the configuration, and this is what it is where every
     * variable has its default. */
    const struct plan_value *fallback;
};

struct plan_field {
    const char *name;
    const char *doc; /* NULL if none, as every doc below */
    uint32_t line;   /* in the spec, as every line below */
    enum plan_many many;
    const struct plan_item *item;   /* NULL for a table */
    const struct plan_table *table; /* NULL unless it is one */
    const struct plan_value *value; /* its default; NULL if none */
};

/* Fields of a struct, parameters, options, a state. */
struct plan_fields {
    struct plan_field *items;
    size_t count;
    size_t required; /* those before the first with a default */
    bool refs;       /* one refers to memory outside itself */
    bool guarded;    /* one that does is optional */
};

struct plan_struct {
    const char *name;   /* as the spec writes it: "entry", "[string]" */
    const char *stem;   /* "entry": what its constants are called after */
    const char *c_name; /* "myapp_entry" */
    const char *doc;
    uint32_t line;
    bool made;      /* for a list or an option inside another: no _set, no _view */
    bool foreign;   /* declared in another package's header */
    bool wanted;    /* something refers to its layout */
    bool early;     /* ... that is defined before it */
    bool kept;      /* a state or a declared struct holds it, so its owner form is needed */
    bool described; /* something that can be shown has it, so it needs a description */
    bool ready;     /* that one's place in the order is known */
    bool circular;  /* ... and it is referred to before */
    size_t order;   /* among all structs whose layouts are defined */
    struct plan_fields fields;
    struct plan_item item;
};

struct plan_enum_value {
    const char *name;
    const char *c_name; /* "MYAPP_LEVEL_LOW" */
    const char *doc;
};

struct plan_enum {
    const char *name;
    const char *c_name;
    const char *doc;
    uint32_t line;
    struct plan_enum_value *values;
    size_t count;
    const char *texts; /* the C name of its words */
    bool described;    /* as of a struct */
    struct plan_item item;
};

/* ---- Messages ---- */

enum plan_message_kind { PLAN_CALL, PLAN_CAST, PLAN_INFO, PLAN_CONTINUE, PLAN_EVENT };
enum plan_reply_kind { PLAN_ACK, PLAN_VALUE, PLAN_TAGS };

struct plan_tag {
    const char *name;
    const char *c_name; /* "MYAPP_CACHE_GET_OK" */
    const char *doc;
    struct plan_fields fields;
};

struct plan_reply {
    enum plan_reply_kind kind;
    struct plan_field value;      /* PLAN_VALUE: named "value" */
    const struct plan_item *item; /* PLAN_VALUE: what the client gets; one struct for a list */
    struct plan_tag *tags;        /* PLAN_TAGS */
    size_t n_tags;
    bool refs;
};

/* What an expression gives, ready to be copied as an item says. */
struct plan_result {
    const struct plan_item *item;
    const char *text;    /* a C expression, or an initializer of a struct; NULL: see address */
    const char *address; /* where the value stands already */
    bool plain;          /* text can be assigned */
};

/* What a message of an agent does without the user's C. In its texts s_ is the state, a_ the
 * arguments. */
struct plan_inline {
    bool replies;
    bool updates;
    bool reads_state; /* a text has s_ in it */
    bool reads_args;  /* a text has a_ in it */
    bool computes;    /* plain values only: a function that needs nothing of the library .. */
    bool fails;       /* .. and may have a fault, fault_ in its texts */
    struct plan_result reply;
    struct plan_result state;
};

struct plan_message {
    enum plan_message_kind kind;
    const char *word;    /* "call"; of an agent's "get" */
    const char *module;  /* "cache" */
    const char *name;    /* "get" */
    const char *stem;    /* "cache_get" */
    const char *c_name;  /* "myapp_cache_get" */
    const char *handler; /* "myapp_cache_handle_get" */
    const char *source;  /* "myapp.otp" */
    const char *doc;
    uint32_t line;
    struct plan_fields params;
    struct plan_reply reply;           /* PLAN_CALL */
    const char *timeout;               /* PLAN_CALL: a C expression */
    bool later;                        /* PLAN_CALL: `reply later` */
    bool blocking;                     /* its handler may wait in system calls */
    bool reads;                        /* its handler may not change the state: an agent's get */
    const struct plan_inline *inlined; /* NULL: the user writes its handler */
    const char *event;                 /* PLAN_EVENT: what it is in C: "myapp_chat_event" */
};

/* ---- Modules ---- */

/* A table_ref, or what a state has of a table with an access. */
struct plan_ref {
    const char *name;   /* "table_ref<string, entry>" */
    const char *stem;   /* "table_of_string_to_entry" */
    const char *c_name; /* "myapp_table_of_string_to_entry" */
    bool counts;        /* its values are integers .. */
    bool is_signed;     /* .. with a sign */
    const struct plan_item *key;
    const struct plan_item *value;
    struct plan_item item;
};

/* Such a table of a state. */
struct plan_shared {
    const char *name;   /* "table" */
    const char *access; /* "OTP_ACCESS_PUBLIC" */
    uint32_t line;
    const struct plan_ref *ref;
    const char *heir;       /* "myapp_keeper"; NULL: none */
    const char *heir_name;  /* "myapp_keeper_name_" */
    const char *heir_table; /* what it is told of: "myapp_table_of_string_to_entry" */
};

/* A table of a state. */
struct plan_table {
    const char *name;   /* the field */
    bool counts;        /* its values are integers .. */
    bool is_signed;     /* .. with a sign */
    bool ordered;       /* by its keys .. */
    bool signed_keys;   /* .. which have a sign */
    const char *type;   /* "table<string, entry>" */
    const char *stem;   /* "cache_table" */
    const char *c_name; /* "myapp_cache_table" */
    uint32_t line;
    const struct plan_item *key;
    const struct plan_item *value;
};

enum plan_callback_kind {
    PLAN_INIT,
    PLAN_DOWN,
    PLAN_EXIT,
    PLAN_IDLE,
    PLAN_TERMINATE,
    PLAN_FORMAT_STATUS,
    PLAN_CALLBACK_COUNT
};

struct plan_callback {
    bool set; /* init always is */
    const char *doc;
    uint32_t line;
};

/* `name via workers(id);` */
struct plan_via {
    const char *registry;         /* "myapp_workers" */
    const char *keeper;           /* "MYAPP_WORKERS" */
    const struct plan_field *key; /* the option */
    uint32_t line;
};

/* What C of the user's says that it waits for, of any package. */
struct plan_edges {
    const struct plan_message *const *calls;
    size_t n_calls;
    const struct plan_starter *const *starters; /* of dynamic supervisors */
    size_t n_starters;
    const struct plan_task *const *tasks;
    size_t n_tasks;
};

/* A genserver or an agent. */
struct plan_module {
    const char *word;       /* "genserver" */
    bool written;           /* the user writes C for it */
    const char *name;       /* "cache" */
    const char *stem;       /* "cache" */
    const char *c_name;     /* "myapp_cache" */
    const char *upper;      /* "MYAPP_CACHE" */
    const char *registered; /* "myapp.cache"; NULL without a `name` line */
    const char *doc;
    uint32_t line;
    uint32_t state_line; /* of the module where there is no block */
    uint32_t options_line;
    struct plan_fields options;
    struct plan_fields required; /* of the options, those without a default */
    struct plan_fields state;
    const struct plan_via *via;         /* NULL: none */
    const struct plan_item *agent_item; /* of an agent whose first value is an option: its state */
    struct plan_table *tables;
    size_t n_tables;
    struct plan_shared *shared;
    size_t n_shared;
    struct plan_message *messages; /* with the continues */
    size_t n_messages;
    struct plan_edges edges;
    struct plan_callback callbacks[PLAN_CALLBACK_COUNT];
    bool trap_exit;
    bool blocking;
    const char
        *mailbox; /* an initializer of its limit: "{1000, OTP_MAILBOX_DROP, 0}"; NULL: none */
};

/* An option that a child sets, or the default of one that it does not. */
struct plan_setting {
    const struct plan_field *option;
    const struct plan_value *value;
    uint32_t line;
};

struct plan_child {
    const char *id;
    const char *module;     /* C name of its table: "myapp_cache_module" */
    const char *registered; /* NULL if none */
    const char *options;    /* C name of its struct; NULL if it takes none */
    const char *shutdown;   /* a C expression, as the next */
    const char *restart;
    const char *backoff_min; /* the same; NULL if it has none */
    const char *backoff_max;
    bool significant;
    bool task;
    uint32_t line;
    bool configured; /* a setting reads the configuration */
    struct plan_setting *settings;
    size_t n_settings;
};

/* How a dynamic supervisor's child is started. */
struct plan_starter {
    const char *c_name;        /* of the supervisor */
    const char *word;          /* "dynamic_supervisor worker_supervisor" */
    const char *child;         /* "worker" */
    struct plan_fields params; /* the options that its line does not set, required ones first */
};

struct plan_supervisor {
    const char *name;
    const char *stem;
    const char *c_name;
    const char *upper;
    const char *registered;
    const char *doc;
    uint32_t line;
    const char *strategy; /* C expressions */
    const char *max_restarts;
    const char *period;
    const char *auto_shutdown;
    const char *word;                   /* "dynamic_supervisor" */
    const char *type;                   /* of its table: "otp_dynamic_supervisor" */
    const char *max_children;           /* of a dynamic one, and one of tasks; NULL: neither */
    const struct plan_starter *starter; /* NULL: it is not one */
    const char *partitions;             /* of a partition one; NULL: it is not one */
    const char *number;                 /* type of the option that numbers them; NULL: none */
    struct plan_child *children;
    size_t n_children;
    size_t n_constant;   /* children with options that are constant */
    size_t n_configured; /* ... that read the configuration; of a dynamic one its starter does */
};

/* A registry. */
struct plan_registry {
    const char *name;
    const char *stem;
    const char *c_name;
    const char *registered;
    const char *doc;
    uint32_t line;
    bool unique;
    const struct plan_item *key;
    const struct plan_item *value; /* NULL: entries have none */
    const struct plan_item *meta;  /* NULL: none */
    const char *listener;          /* "myapp_audit", whose infos it sends; NULL: none */
    const char *listener_name;     /* "MYAPP_AUDIT" */
};

/* A cache. */
struct plan_cache {
    const char *name;
    const char *stem;
    const char *c_name;
    const char *registered;
    const char *doc;
    uint32_t line;
    const struct plan_item *key;
    const struct plan_item *value;
    bool owner;              /* it is read by its process */
    const char *ttl, *sweep; /* "5 * OTP_MIN", "OTP_INFINITY" */
    const char *stale;       /* these: NULL: not set */
    const char *max_entries, *max_bytes;
    uint32_t loader_line, evict_line; /* 0: it has no such callback */
};

/* A pubsub. What it broadcasts has the parameters topic and message. */
struct plan_pubsub {
    const char *name;
    const char *stem;
    const char *c_name;
    const char *registered;
    const char *doc;
    uint32_t line;
    struct plan_fields event;
    const struct plan_item *topic;
};

/* A task. */
struct plan_task {
    struct plan_message message; /* its parameters and its result, as a call; handler: its body */
    const char *upper;           /* "MYAPP_FETCH" */
    struct plan_edges edges;
};

/* What a name line, a child or a supervisor registers. */
struct plan_name {
    const char *text;   /* "myapp.cache" */
    const char *c_name; /* "myapp_cache_name_": no spec has a name that ends so */
    const char *macro;  /* "MYAPP_CACHE" */
    uint32_t line;
};

/* ---- The application ---- */

struct plan_variable {
    struct plan_field field;
    const char *variable; /* of the environment; NULL if none */
    const char *fallback; /* its default as text; NULL if it must be given */
    const char *kind;     /* "OTP_ENV_U16" */
    const struct plan_enum *words;
};

struct plan_application {
    const char *name;
    const char *doc;
    uint32_t line;
    const char *root_table; /* C name of the table of the root supervisor */
    const char *root_name;  /* "myapp.main" */
    bool configures;        /* a child of this package reads the configuration */
    bool used;              /* another one of the unit uses it: that one has the main */
    const char **uses;      /* C names of applications */
    size_t n_uses;
    const char *type;        /* a C expression */
    const char *stop_within; /* the same; NULL if it was not written */
    uint32_t prep_stop_line; /* 0: it has no such callback */
    uint32_t stop_line;
};

/* ---- A package ---- */

struct plan {
    const char *package; /* "myapp" */
    const char *upper;   /* "MYAPP" */
    const char *file;    /* "myapp.otp", without folders */
    const char *doc;
    uint32_t line; /* of the package line */
    const char *const *includes;
    size_t n_includes;
    const char *const *imports; /* "shop.otp": its headers are shop.otp.h, shop.otp.types.h */
    size_t n_imports;
    const struct plan_enum *enums;
    size_t n_enums;
    const struct plan_ref *const *refs;
    size_t n_refs;
    const struct plan_struct *const *structs; /* each behind those that it holds */
    size_t n_structs;
    /* Layouts that .c needs beside those of structs: of plain items, and of structs of imported
     * packages, each behind those that it holds. */
    const struct plan_item *const *plain_layouts;
    size_t n_plain_layouts;
    const struct plan_struct *const *foreign_layouts;
    size_t n_foreign_layouts;
    /* Types that can be shown, each behind those that it holds. */
    const struct plan_enum *const *described_enums;
    size_t n_described_enums;
    const struct plan_struct *const *described_structs;
    size_t n_described_structs;
    const struct plan_module *modules;
    size_t n_modules;
    const struct plan_task *tasks;
    size_t n_tasks;
    const struct plan_supervisor *supervisors;
    size_t n_supervisors;
    const struct plan_registry *registries;
    size_t n_registries;
    const struct plan_pubsub *pubsubs;
    size_t n_pubsubs;
    const struct plan_cache *caches;
    size_t n_caches;
    const struct plan_name *const *names;
    size_t n_names;
    const struct plan_variable *variables;
    size_t n_variables;
    uint32_t env_line;                          /* 0: no env block */
    const struct plan_application *application; /* NULL if none */
};

/* Findings about names in C, for all files of a unit: two that would be one, words of C and C++.
 * To be run after resolving, also where there are errors. Adds to the unit's findings only. */
void plan_check_names(struct unit *u);

/* The plan of one file. The unit must be resolved, checked and without errors. Borrows both. */
const struct plan *plan_build(struct unit *u, const struct file *f);

#endif
