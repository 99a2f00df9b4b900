/* emit_parts.h - what the emitters share; nobody else includes it.
 *
 * Idea: a function of the generated code has one head, written here, for its prototype in a header
 * and for its definition. Fields and parameters become text here too, so that all files agree. */
#ifndef OTPC_EMIT_PARTS_H
#define OTPC_EMIT_PARTS_H

#include "emit.h"
#include "plan.h"
#include "tmpl.h"

struct emitter {
    struct arena *arena;
    const struct plan *plan;
    struct tmpl out;          /* the file that is being rendered */
    struct arena_buf scratch; /* for a text that is being built; empty between uses */
    char *place;              /* "myapp.otp:" and room for a number */
    size_t place_len;         /* of what is before the number */
    struct emit_files files;
    size_t files_cap;
};

#define EMIT_VARS(...) ((const struct tmpl_var[]){ __VA_ARGS__, TMPL_END })

/* ---- Files ---- */

/* The first line of every generated file. */
void emit_banner(struct emitter *e);

/* Hands the rendered text over as a file. */
struct emit_file *emit_finish(struct emitter *e, const char *name, enum emit_role role);

/* "myapp.otp:12"; valid until the next call. */
const char *emit_place(struct emitter *e, uint32_t line);

/* One comment: "call get: myapp.otp:12" for the word "call " and the name "get", then the doc. */
void emit_note(struct emitter *e, const char *word, const char *name, uint32_t line,
               const char *doc);

/* ---- Fields ---- */

/* The members of a struct, one a line, indented; an empty list gives the reserved member. A state
 * is an owner with docs; those of a struct are said in its view form, those of ARGS elsewhere. */
enum emit_form { EMIT_VIEW, EMIT_OWNER, EMIT_STATE, EMIT_ARGS };
void emit_members(struct emitter *e, const struct plan_fields *f, enum emit_form form,
                  const char *indent);

/* Texts about the first count fields, each item behind ", ". The arena's.
 * params: "otp_str key, const struct myapp_user *user, const uint64_t *n"
 * names:  "key, user, n"
 * values: the defaults of the fields from first on, as arguments
 * unpack: "a_->key, &a_->user, a_->has_n ? &a_->n : NULL" */
const char *emit_params(struct emitter *e, const struct plan_fields *f, size_t count);
const char *emit_names(struct emitter *e, const struct plan_fields *f, size_t count);
const char *emit_values(struct emitter *e, const struct plan_fields *f, size_t first);
const char *emit_unpack(struct emitter *e, const struct plan_fields *f);

/* Parameters into a struct: "{.key = key, .user = *user, .has_n = n != NULL}", with prefix before
 * each member (".as.ok"); first is put before them if it is not NULL. */
const char *emit_initializer(struct emitter *e, const struct plan_fields *f, const char *first,
                             const char *prefix);
/* What an initializer cannot say: the values of optional parameters that are there, as statements
 * on variable var. */
void emit_optionals(struct emitter *e, const struct plan_fields *f, const char *var);
bool emit_has_optionals(const struct plan_fields *f);

/* One default as a member of an initializer: ".ttl = 5 * OTP_MIN". fallback: as it is where every
 * variable of env has its default. */
const char *emit_setting(struct emitter *e, const struct plan_field *f, const struct plan_value *v,
                         bool fallback);

/* "from" unless a parameter is called so, then "from_". The same for other words. */
const char *emit_own_name(const struct plan_fields *f, const char *word, const char *otherwise);

/* ---- Heads of functions, without ';' or '{' ---- */

enum emit_head {
    EMIT_CLIENT,        /* all but the defaulted parameters */
    EMIT_CLIENT_WITH,   /* all parameters */
    EMIT_CLIENT_WITHIN, /* calls: a timeout and all parameters */
    EMIT_CLIENT_AFTER,  /* infos: a delay and all parameters */
    EMIT_REQUEST,       /* calls: sends only; all parameters */
    EMIT_RECEIVE,       /* calls: takes the answer to a request */
    EMIT_FREE_REPLY,
    EMIT_HANDLER,
    EMIT_CONTINUE
};

void emit_message_head(struct emitter *e, const struct plan_message *m, enum emit_head head);

/* tag is NULL for a reply without alternatives. */
void emit_reply_head(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag);
void emit_answer_head(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag);

void emit_callback_head(struct emitter *e, const struct plan_module *m,
                        enum plan_callback_kind kind);
/* Its C name: "myapp_cache_handle_down". */
const char *emit_callback_name(struct emitter *e, const struct plan_module *m,
                               enum plan_callback_kind kind);

/* Runs once per reply function of a call: with each tag, or once with NULL. */
typedef void emit_each_reply(struct emitter *e, const struct plan_message *m,
                             const struct plan_tag *tag);
void emit_replies(struct emitter *e, const struct plan_message *m, emit_each_reply *each);

/* The C type that a call's reply is received in: "struct myapp_cache_get_reply"; NULL if none. */
const char *emit_reply_type(struct emitter *e, const struct plan_message *m);

/* What the reply's layout is called, as an address: "&cache_get_reply_layout"; NULL if it has none.
 * The reply of one kind or alternative, ready to be copied: emits what makes it. Its first
 * parameter. */
const char *emit_reply_layout_name(struct emitter *e, const struct plan_message *m);
const char *emit_reply_value(struct emitter *e, const struct plan_message *m,
                             const struct plan_tag *tag);
const char *emit_from_name(const struct plan_tag *tag);

/* A value of an item as a parameter: "otp_str key", "const struct myapp_entry *value". */
const char *emit_item_param(struct emitter *e, const struct plan_item *item, const char *name);

/* ---- emit_typed.c: functions that give the library's the types of a spec ---- */

/* Texts are templates of whoever has the table. */
struct emit_typed {
    unsigned when; /* bits that a module must have, all of them */
    bool must;     /* its result must be looked at */
    const char *doc;
    const char *head;
    const char *body;
};

/* Renders text with what it says of `what` between dollars. */
typedef void emit_put(struct emitter *e, const void *what, const char *text);
/* The prototypes, or the definitions, of those that a module with the bits `is` has. */
void emit_typed_heads(struct emitter *e, const struct emit_typed *functions, size_t n, unsigned is,
                      emit_put *put, const void *what);
void emit_typed_bodies(struct emitter *e, const struct emit_typed *functions, size_t n, unsigned is,
                       emit_put *put, const void *what);

/* A parameter as the library wants it: "&key" of a value, "key" of what is a pointer already. */
const char *emit_item_address(struct emitter *e, const struct plan_item *item, const char *name);
/* What the library gives as a parameter: "*(const otp_str *)key_", "key_". */
const char *emit_item_deref(struct emitter *e, const struct plan_item *item, const char *name);

/* The functions of a table: their heads; verb is a row of the list. */
enum emit_table_verb {
    EMIT_TABLE_PUT,
    EMIT_TABLE_PUT_NEW,
    EMIT_TABLE_PUT_ALL,
    EMIT_TABLE_PUT_ALL_NEW,
    EMIT_TABLE_GET,
    EMIT_TABLE_TAKE,
    EMIT_TABLE_HAS,
    EMIT_TABLE_DELETE,
    EMIT_TABLE_DELETE_IF,
    EMIT_TABLE_COUNT_IF,
    EMIT_TABLE_SELECT,
    EMIT_TABLE_EACH,
    EMIT_TABLE_CLEAR,
    EMIT_TABLE_COUNT,
    EMIT_TABLE_MEMORY,
    EMIT_TABLE_ADD, /* this and the next two: of integers */
    EMIT_TABLE_ADD_OR,
    EMIT_TABLE_ADD_WRAP,
    EMIT_TABLE_FIRST, /* this and the rest: of ordered ones */
    EMIT_TABLE_LAST,
    EMIT_TABLE_NEXT,
    EMIT_TABLE_PREV,
    EMIT_TABLE_RANGE,
    EMIT_TABLE_VERB_COUNT
};
void emit_table_head(struct emitter *e, const struct plan_table *t, enum emit_table_verb verb);
/* Whether it has that function; whether what that returns must be looked at. */
bool emit_table_has(const struct plan_table *t, enum emit_table_verb verb);
bool emit_table_must(enum emit_table_verb verb);

/* ---- The files ---- */

void emit_types(struct emitter *e); /* emit_types.c */
/* emit_types.c: of a call whose reply has alternatives: their struct. */
void emit_reply_struct(struct emitter *e, const struct plan_message *m);
void emit_header(struct emitter *e);                             /* emit_header.c */
void emit_call(struct emitter *e, const struct plan_message *m); /* emit_header.c: its prototypes */
void emit_state(struct emitter *e, const struct plan_module *m); /* emit_impl.c: its struct */
void emit_impl(struct emitter *e, const struct plan_module *m);  /* emit_impl.c */
void emit_task_impl(struct emitter *e, const struct plan_task *t);
void emit_source(struct emitter *e); /* emit_source.c */
void emit_source_message(struct emitter *e, const struct plan_module *module,
                         const struct plan_message *m); /* emit_message.c */
/* emit_agent.c: of a message that an agent carries out by itself; of the first value. */
void emit_agent_dispatch(struct emitter *e, const struct plan_module *module,
                         const struct plan_message *m);
void emit_agent_init(struct emitter *e, const struct plan_module *m);
void emit_source_table(struct emitter *e, const struct plan_table *t); /* emit_table.c */

/* emit_ref.c: what is sent of tables, and their functions. */
void emit_ref_type(struct emitter *e, const struct plan_ref *r);
void emit_ref_heads(struct emitter *e, const struct plan_ref *r);
void emit_source_ref(struct emitter *e, const struct plan_ref *r);
/* STEM_key, if key is a struct; nothing else. */
void emit_key_maker(struct emitter *e, const char *stem, const struct plan_item *key);
/* The parameter "key" as the library wants it: "&key", "STEM_key(&(struct myapp_at){0}, key)". */
const char *emit_key_address(struct emitter *e, const char *stem, const struct plan_item *key);
/* STEM_keys, if key is a struct; nothing else. */
void emit_keys_maker(struct emitter *e, const char *stem, const struct plan_item *key);
/* The parameters "keys" and "n" as the library wants them, in parts of the function around it:
 * a statement before, what stands before the call, the argument, a statement after. */
struct emit_keys {
    const char *make, *check, *keys, *end;
};
struct emit_keys emit_keys(struct emitter *e, const char *stem, const struct plan_item *key);
void emit_source_layouts(struct emitter *e); /* emit_layout.c */
void emit_source_env(struct emitter *e);     /* emit_tree.c */
void emit_source_tree(struct emitter *e);    /* emit_tree.c */
/* emit_tree.c: the initializer of a child; options: the address of its own, NULL if none. */
const char *emit_child(struct emitter *e, const struct plan_child *c, const char *options);
/* emit_tree.c: the functions that start what takes no options, and its child spec. */
void emit_plain_starts(struct emitter *e, const char *c_name, const char *name,
                       const char *registered, const char *start);
void emit_main(struct emitter *e);                                  /* emit_main.c */
void emit_skeleton(struct emitter *e, const struct plan_module *m); /* emit_skeleton.c */
void emit_cache_skeleton(struct emitter *e, const struct plan_cache *k);
void emit_application_skeleton(struct emitter *e); /* of an application's callbacks */
void emit_task_skeleton(struct emitter *e, const struct plan_task *t);

/* ---- emit_cache.c ---- */

void emit_cache_heads(struct emitter *e, const struct plan_cache *k);
/* What is written by hand: prototypes with their comments, and the heads alone. */
void emit_cache_callbacks(struct emitter *e, const struct plan_cache *k);
void emit_cache_load_head(struct emitter *e, const struct plan_cache *k);
void emit_cache_evicted_head(struct emitter *e, const struct plan_cache *k);
void emit_source_cache(struct emitter *e, const struct plan_cache *k);

/* ---- emit_registry.c ---- */

void emit_registry_types(struct emitter *e, const struct plan_registry *r);
void emit_registry_heads(struct emitter *e, const struct plan_registry *r);
void emit_source_registry(struct emitter *e, const struct plan_registry *r);

/* ---- emit_task.c ---- */

void emit_task_types(struct emitter *e, const struct plan_task *t);
/* What starts one, and all that does not wait for it. */
void emit_task_heads(struct emitter *e, const struct plan_task *t);
/* What waits for it. */
void emit_task_waits(struct emitter *e, const struct plan_task *t);
/* The head of its body, which the user writes. */
void emit_task_run_head(struct emitter *e, const struct plan_message *m);
void emit_source_task(struct emitter *e, const struct plan_task *t);

/* ---- emit_dynamic.c ---- */

/* The table of a dynamic supervisor, or of a task supervisor. */
void emit_dynamic_table(struct emitter *e, const struct plan_supervisor *s);
/* The functions that start a child; they wait. */
void emit_starter_heads(struct emitter *e, const struct plan_starter *s);
void emit_source_dynamic(struct emitter *e, const struct plan_supervisor *s);

/* ---- emit_pubsub.c ---- */

void emit_pubsub_types(struct emitter *e, const struct plan_pubsub *p);
void emit_pubsub_heads(struct emitter *e, const struct plan_pubsub *p);
void emit_source_pubsub(struct emitter *e, const struct plan_pubsub *p);
/* The dispatch of a message that is an event. */
void emit_event_dispatch(struct emitter *e, const struct plan_message *m);

/* ---- emit_describe.c ---- */

/* What all modules share: enums, structs. */
void emit_source_descriptions(struct emitter *e);
/* The fields and the description of a struct of fields: constants $stem$_fields and
 * $stem$_description about type. Of a call's reply, unless that is a type which has its own. Of a
 * state. */
void emit_description(struct emitter *e, const char *stem, const char *type,
                      const struct plan_fields *f);
void emit_reply_description(struct emitter *e, const struct plan_message *m);
/* What describes the reply of a call that has one. */
const char *emit_reply_description_name(struct emitter *e, const struct plan_message *m);
void emit_state_description(struct emitter *e, const struct plan_module *m);

/* ---- emit_layout.c ---- */

/* The refs and the layout of a struct of fields: constants $stem$_refs and $stem$_layout about
 * "struct $c_name$". */
void emit_layout(struct emitter *e, const char *stem, const char *c_name,
                 const struct plan_fields *f);
/* Those of a reply with alternatives. */
void emit_reply_layout(struct emitter *e, const struct plan_message *m);

#endif
