/* parse_build.h - the builders: what each rule of otp.y makes.
 *
 * Idea: the grammar says what may follow what; a builder makes the node and says what is wrong with
 * the words in it (an unknown strategy, a clause given twice, a default where none can be). Nothing
 * here looks a name up: that is resolve.c's. Each struct word pointer is borrowed; each node given
 * to a builder is taken. NULL nodes and malformed literals are what was reported already. */
#ifndef OTPC_PARSE_BUILD_H
#define OTPC_PARSE_BUILD_H

#include "parse_state.h"

/* ---- Of a file (parse_build.c) ---- */

void build_package(struct parser *p, struct span span, struct word *word, struct word *name);
void build_import(struct parser *p, struct span span, struct text *path);
void build_include(struct parser *p, struct span span, struct text *path);
void build_add(struct parser *p, struct decl *d, struct span span);

/* ---- Declarations (parse_build.c) ---- */

struct decl *build_decl(struct parser *p, enum decl_kind kind);
struct decl *build_named(struct parser *p, struct decl *d, struct word *word, struct word *name);
struct decl *build_struct(struct parser *p, struct word *word, struct word *name,
                          struct field_list *fields);
struct decl *build_enum(struct parser *p, struct word *word, struct word *name,
                        struct enum_value_list *values);
struct decl *build_env(struct parser *p, struct word *word, struct field_list *fields);
struct decl *build_agent(struct parser *p, struct decl *d, struct type *type, struct expr *value);
struct decl *build_task(struct parser *p, struct word *word, struct message *m, struct handler *h,
                        struct span span);
/* count: NULL if it was not written. */
struct decl *build_partition(struct parser *p, struct word *word, struct word *name,
                             struct ref *module, struct expr *count);
void build_partition_options(struct decl *d, struct option_value_list *options, struct span span);
struct decl *build_allow(struct parser *p, struct word *word, struct word *what,
                         struct ref_list *modules, struct text *why);
struct decl *build_skipped(struct parser *p, enum decl_kind kind, struct word *word);

/* ---- Registries, pubsubs, caches (parse_setting.c) ---- */

struct decl *build_built_in(struct parser *p, enum decl_kind kind, struct word *word,
                            struct word *name, struct parse_setting_list *settings);
struct parse_setting *build_setting(struct parser *p, struct word *word,
                                    enum parse_setting_form form);
struct parse_setting *build_setting_word(struct parser *p, struct word *word, struct ref *ref);
struct parse_setting *build_setting_time(struct parser *p, struct word *word,
                                         struct parse_time *time);
struct parse_setting *build_setting_type(struct parser *p, struct word *word, struct type *type);
struct parse_setting *build_setting_value(struct parser *p, struct word *word, struct expr *value);
void build_add_setting(struct parse_setting_list *list, struct parse_setting *s, struct span span);

/* ---- Lines of genservers, supervisors and applications (parse_line.c) ---- */

struct name_line *build_plain_name(struct parser *p, struct word *name);
struct name_line *build_via(struct parser *p, struct ref *registry, struct word *option);
void build_name_line(struct parser *p, struct decl *d, struct name_line *line, struct span span);
struct parse_mailbox_policy *build_policy(struct parser *p, struct word *word,
                                          struct parse_time *time);
void build_mailbox(struct parser *p, struct decl *d, struct parse_integer *limit,
                   struct span limit_span, struct parse_mailbox_policy *policy, struct span span);
void build_options(struct parser *p, struct decl *d, struct word *word, struct field_list *fields,
                   struct span span);
void build_state(struct parser *p, struct decl *d, struct word *word, struct field_list *fields,
                 struct span span);
void build_init(struct parser *p, struct decl *d, struct word *word, struct handler *h,
                struct span span);
void build_callbacks(struct parser *p, struct decl *d, struct word *word,
                     struct parse_word_list *words, struct handler *h, struct span span);

void build_strategy(struct parser *p, struct decl *d, struct word *word, struct span span);
void build_auto_shutdown(struct parser *p, struct decl *d, struct word *word, struct span span);
void build_intensity(struct parser *p, struct decl *d, struct parse_integer *count,
                     struct span value_span, struct parse_time *period, struct span span);
void build_max_children(struct parser *p, struct decl *d, struct expr *value, struct span name_span,
                        struct span span);

struct child *build_child(struct parser *p, struct word *word, struct word *id, struct ref *module);
void build_restart(struct parser *p, struct child *c, struct word *word, struct span span);
void build_shutdown(struct parser *p, struct child *c, struct parse_time *time, struct span span);
void build_child_name(struct parser *p, struct child *c, struct word *name, struct span span);
struct child *build_child_end(struct parser *p, struct child *c, struct span span);
struct child *build_child_options(struct parser *p, struct child *c,
                                  struct option_value_list *options, struct span options_span,
                                  struct span span);
void build_add_option(struct parser *p, struct option_value_list *list, struct word *name,
                      struct expr *value, struct span span);
void build_add_child(struct decl *d, struct child *c);

void build_start(struct parser *p, struct decl *d, struct ref *ref, struct span span);
void build_application_type(struct parser *p, struct decl *d, struct word *word, struct span span);
void build_uses(struct parser *p, struct decl *d, struct ref_list *refs);
void build_crash(struct parser *p, struct decl *d, struct word *word, struct span span);
void build_stop_within(struct parser *p, struct decl *d, struct parse_time *time, struct span span);

/* ---- Messages and what follows them (parse_message.c) ---- */

struct message *build_signature(struct parser *p, struct word *name, struct field_list *params,
                                struct reply *reply);
struct message *build_valued(struct message *m, struct expr *value);
struct message *build_both(struct message *m, struct expr *value, struct expr *next_value);
struct message *build_message(struct parser *p, enum message_kind kind, struct word *word,
                              struct message *m, struct handler *h, struct span span);
struct message *build_event(struct parser *p, struct word *word, struct ref *pubsub,
                            struct handler *h, struct span span);
struct message *build_operation(struct parser *p, enum message_kind kind, struct word *word,
                                struct message *m, struct handler *h, struct span span);
void build_add_message(struct message_list *list, struct message *m);

struct reply *build_reply_ack(struct parser *p);
struct reply *build_reply(struct parser *p, struct tag_list *alternatives, struct span span);
struct tag *build_type_alternative(struct parser *p, struct type *type);
struct tag *build_tag(struct parser *p, struct word *name, struct field_list *fields,
                      struct span span);
void build_add_tag(struct tag_list *list, struct tag *t);

struct handler *build_handler(struct parser *p);
void build_timeout(struct parser *p, struct handler *h, struct parse_time *time, struct span span);
void build_reply_later(struct parser *p, struct handler *h, struct word *later, struct ref *by,
                       struct span span);
void build_edges(struct edge_list *list, struct edge_list *more);
void build_range(struct parser *p, struct set_range *to, struct parse_time *const range[2],
                 struct span span, const char *word);
void build_flag(struct parser *p, struct set_flag *to, struct span span, const char *word);

/* ---- Small nodes (parse_node.c) ---- */

struct span build_span(struct span from, struct span to);

struct field *build_field(struct parser *p, struct word *name, struct type *type,
                          struct expr *value, struct span span);
struct field *build_variable(struct parser *p, struct field *f, struct text *variable,
                             struct span word_span);
struct field *build_ordered(struct parser *p, struct field *f, struct span span);
struct field *build_access(struct parser *p, struct field *f, struct word *word, struct span span);
struct field *build_heir(struct parser *p, struct field *f, struct ref *ref, struct span span);
void build_add_field(struct field_list *list, struct field *f, struct span span);
struct enum_value *build_value(struct parser *p, struct word *name);
void build_add_value(struct enum_value_list *list, struct enum_value *v);

struct ref build_ref(struct word *package, struct word *name);
void build_add_ref(struct parser *p, struct ref_list *list, struct ref *ref);
void build_add_word(struct parser *p, struct parse_word_list *list, struct word *word);
struct edge *build_edge(struct parser *p, struct word *a, struct word *b, struct word *c);
void build_add_edge(struct edge_list *list, struct edge *e);

struct type *build_type_ref(struct parser *p, struct ref *ref);
struct type *build_type_arguments(struct parser *p, struct ref *ref, struct type *first,
                                  struct type *second, struct span span);
struct type *build_type_of(struct parser *p, enum type_kind kind, struct type *elem,
                           struct span span);
struct type *build_type_extern(struct parser *p, struct text *c_type, struct span span);
struct type *build_type_poison(struct parser *p, struct span span);

struct parse_time *build_time_duration(struct parser *p, struct parse_duration *d,
                                       struct span span);
struct parse_time *build_time_integer(struct parser *p, struct parse_integer *i, struct span span);
struct parse_time *build_time_word(struct parser *p, struct word *word);

struct expr *build_integer(struct parser *p, struct parse_integer *i, struct span span);
struct expr *build_float(struct parser *p, struct parse_float *f, struct span span);
struct expr *build_duration(struct parser *p, struct parse_duration *d, struct span span);
struct expr *build_string(struct parser *p, struct text *text);
struct expr *build_expr_poison(struct parser *p, struct span span);
struct expr *build_grouped(struct expr *e, struct span span);
struct expr *build_name(struct parser *p, struct word *name);
struct expr *build_dot(struct parser *p, struct expr *base, struct word *member, struct span span);
struct expr *build_unary(struct parser *p, enum expr_op op, struct expr *operand,
                         struct span op_span);
struct expr *build_binary(struct parser *p, enum expr_op op, struct expr *left, struct expr *right,
                          struct span op_span);

/* ---- Checks that several builders make (parse_node.c) ---- */

/* Reports a second `word` if the first was set. False if it was: keep the first. */
bool build_once(struct parser *p, bool set, struct span first, struct span second,
                const char *word);

/* A word of a fixed list, by name; its index is the enum's value. False, and reported, if it is
 * none. what: "strategy". */
struct build_words {
    const char *what;
    const char *plural;
    const char *const *texts;
    unsigned count;
};
bool build_word(struct parser *p, struct ident word, const struct build_words *words, int *value);

/* A set_word by build_once() and build_word(). */
void build_set_word(struct parser *p, struct set_word *to, struct word *word, struct span span,
                    const char *clause, const struct build_words *words);

/* An exact time: false, and reported, if it has no unit or is a word. */
bool build_exact(struct parser *p, const struct parse_time *t, int64_t *ns);

/* A set_time; infinity and brutal_kill only where allowed. */
enum build_time_words { TIME_WORDS_NONE, TIME_WORDS_INFINITY, TIME_WORDS_BRUTAL_KILL };
void build_set_time(struct parser *p, struct set_time *to, const struct parse_time *time,
                    struct span span, const char *clause, enum build_time_words words);

#endif
