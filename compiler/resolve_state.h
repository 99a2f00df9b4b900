/* resolve_state.h - what the parts of resolving share.
 *
 * Idea: three steps over all files: resolve_declare() fills the tables and reports names that may
 * not be; resolve.c looks up what names stand for; resolve_cycles() looks for supervisors that are
 * their own children. A lookup that fails reports what is not there, unless the name may have been
 * lost with a part that could not be read. */
#ifndef OTPC_RESOLVE_STATE_H
#define OTPC_RESOLVE_STATE_H

#include "ast.h"

/* resolve_declare.c: tables of one file. */
void resolve_declare(struct unit *u, struct file *f);

/* resolve_declare.c: two files of one package. */
void resolve_packages(struct unit *u);

/* resolve_cycle.c */
void resolve_cycles(struct unit *u);

/* resolve_expr.c: what an expression may name. */
struct resolve_scope {
    struct unit *unit;
    struct file *file;
    const struct field_list *params; /* NULL: none */
    struct type *state;              /* of an agent; NULL: none */
    bool in_env;                     /* a default in the env block */
    bool broken;                     /* a parameter may be missing: mute about unknown names */
};

/* Binds the names of an expression. e may be NULL. */
void resolve_expr(const struct resolve_scope *scope, struct expr *e);

/* resolve_load.c: the import whose package has this name, marked as used; NULL if none. *unknown
 * tells that an import could not be read, so that it may be that. */
struct import *resolve_import(struct file *f, const struct name *package, bool *unknown);

/* A field by name; NULL if none. */
struct field *resolve_field(const struct field_list *fields, const struct name *name);

/* A value of an enum by name; NULL if none. */
struct enum_value *resolve_value(const struct decl *d, const struct name *name);

#endif
