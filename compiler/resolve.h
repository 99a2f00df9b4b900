/* resolve.h - from names to what they mean.
 *
 * Idea: first load what the command line names and, through it, all imports; then build one table
 * per role and file, and look everything up. Roles do not clash: modules, structs and enums share
 * one; messages, fields, parameters, child ids and options have their own.
 *
 *     resolve_load(u, "myapp.otp");  ...  resolve_names(u); */
#ifndef OTPC_RESOLVE_H
#define OTPC_RESOLVE_H

#include "ast.h"

/* Reads and parses a spec and everything it imports. NULL if it cannot be read; that is a finding
 * of DIAG_CLASS_IO. A file is read once, however often it is named. Borrows path. */
struct file *resolve_load(struct unit *u, const char *path);

/* The same for a source that is there already (standard input, a test). */
struct file *resolve_load_source(struct unit *u, struct source *source);

/* Resolves every name of every loaded file: fills in all fields marked `resolve:`. Reports
 * duplicates, unknown names, names that may not be, and circles of imports and of supervisors. */
void resolve_names(struct unit *u);

/* The declaration that a name means in a file: a struct, an enum or a module; NULL if none. */
struct decl *resolve_decl(const struct file *f, const struct name *name);

/* The message of a genserver, an agent or a task; NULL if none. */
struct message *resolve_message(const struct decl *d, const struct name *name);

/* The option of a genserver; NULL if none. */
struct field *resolve_option(const struct decl *d, const struct name *name);

#endif
