/* plan_build.h - what the parts of the planner share; nobody else includes it.
 *
 * Idea: the builder keeps what is known so far of the plan that grows: one item per type, one
 * struct per declaration, and which layouts are needed. */
#ifndef OTPC_PLAN_BUILD_H
#define OTPC_PLAN_BUILD_H

#include "ast.h"
#include "plan.h"

/* A growing array of pointers. */
struct plan_list {
    const void **items;
    size_t count;
    size_t cap;
};

struct plan_builder {
    struct unit *unit;
    struct arena *arena;
    const struct file *file; /* that is being planned */
    bool computes;           /* what is planned notes its faults in fault_: plan_expr.c */
    struct plan *plan;
    struct span last_line; /* where plan_line() was asked for, and what it said */
    uint32_t last_number;
    struct plan_item *plain[TYPE_EXTERN + 1]; /* by enum type_kind */
    struct intern_map by_decl;                /* struct or enum decl to struct plan_typed */
    struct intern_map by_made;                /* interned name to struct plan_pending */
    struct intern_map by_ref;                 /* the same to struct plan_ref */
    struct intern_map messages;               /* message to struct plan_message */
    struct intern_map wanted;                 /* plain items whose layout is wanted */
    struct plan_pending *first_pending;       /* structs that were met, in that order */
    struct plan_pending *last_pending;
    struct plan_list refs; /* of struct plan_ref, of this file */
    struct plan_list structs;
    struct plan_list plain_layouts;
    struct plan_list foreign_layouts;
    struct plan_list described_enums;
    struct plan_list described_structs;
    struct plan_list names; /* of struct plan_name */
    struct plan_module *modules;
    size_t n_modules;
    struct plan_task *tasks;
    size_t n_tasks;
    struct plan_supervisor *supervisors;
    size_t n_supervisors;
    struct plan_registry *registries;
    size_t n_registries;
    struct plan_pubsub *pubsubs;
    size_t n_pubsubs;
    struct plan_cache *caches;
    size_t n_caches;
};

void plan_push(struct plan_builder *b, struct plan_list *l, const void *item);

/* ---- plan_types.c ---- */

/* "myapp" of the file, "entry" of the declaration. */
const char *plan_package(const struct file *f);
const char *plan_c_name(struct plan_builder *b, const struct decl *d);

/* "myapp.otp": the spec without its folders, as headers are called after it. */
const char *plan_source(struct plan_builder *b, const struct file *f);

/* A declared struct, made on first use; an enum. */
struct plan_struct *plan_struct_of(struct plan_builder *b, const struct decl *d);
struct plan_enum plan_enum_of(struct plan_builder *b, const struct decl *d);

/* Lowers the structs that were met behind pointers only. */
void plan_finish_structs(struct plan_builder *b);

/* Fields of a list as they stand in file f. */
struct plan_fields plan_fields_of(struct plan_builder *b, const struct field_list *list,
                                  const struct file *f);

/* A value of type t, as it stands in file f, that is called name. */
struct plan_field plan_field_of(struct plan_builder *b, const char *name, const struct type *t,
                                const struct file *f);

/* The one item that a whole type is: of a list, an option or a table's value a made struct. */
const struct plan_item *plan_whole_item(struct plan_builder *b, const struct type *t,
                                        const struct file *f);

/* Says that the .c refers to the layout of an item, or to those of the references in fields. */
void plan_want_item(struct plan_builder *b, const struct plan_item *item);
void plan_want_fields(struct plan_builder *b, const struct plan_fields *fields);

uint32_t plan_line(struct plan_builder *b, struct span span);
const char *plan_doc(const struct doc *doc);

/* "table_of_u64_to_string" for a table or a table_ref, in file f. The arena's. */
const char *plan_ref_name(struct arena *a, const struct type *t, const struct file *f);

/* What may be sent of a table of type t, a table or a table_ref, as it stands in file f. */
const struct plan_ref *plan_ref_of(struct plan_builder *b, const struct type *t,
                                   const struct file *f);

/* "list_of_u64" for a list or an option, in file f; NULL for any other type. The arena's. */
const char *plan_made_name(struct arena *a, const struct type *t, const struct file *f);

/* Says that a value of fields can be shown. */
void plan_describe_fields(struct plan_builder *b, const struct plan_fields *fields);
void plan_describe_item(struct plan_builder *b, const struct plan_item *item);

/* ---- plan_values.c ---- */

/* An expression of file f where a t is wanted; NULL gives NULL. */
const struct plan_value *plan_value_of(struct plan_builder *b, const struct expr *e,
                                       const struct type *t, const struct file *f);

/* A duration as a C expression: "5 * OTP_S". The arena's. */
const char *plan_duration(struct arena *a, int64_t ns);

/* ---- plan_expr.c ---- */

/* What a message of an agent does by itself; NULL if it has no expression. */
const struct plan_inline *plan_inline_of(struct plan_builder *b, const struct message *m);

/* ---- plan_modules.c ---- */

/* A genserver or an agent. */
void plan_server(struct plan_builder *b, const struct decl *d);
void plan_task(struct plan_builder *b, const struct decl *d);
/* The calls that genservers and tasks declare, when all are planned. */
void plan_edges(struct plan_builder *b);
/* A supervisor or a dynamic_supervisor. */
void plan_supervisor(struct plan_builder *b, const struct decl *d);
/* How a child of dynamic_supervisor d, of any package, is started. */
const struct plan_starter *plan_starter(struct plan_builder *b, const struct decl *d);
void plan_registry(struct plan_builder *b, const struct decl *d);
void plan_cache(struct plan_builder *b, const struct decl *d);
void plan_pubsub(struct plan_builder *b, const struct decl *d);
void plan_env(struct plan_builder *b);
void plan_application(struct plan_builder *b);

#endif
