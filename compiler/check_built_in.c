/* check_built_in.c - what registries and their like need of other modules.
 *
 * Idea: a registry's listener is a genserver that has two messages of the right shape, the heir of
 * a table has one: what is wrong is said with the line that would be right. */
#include "check_parts.h"

#include <string.h>

static bool same_type(const struct type *a, const struct type *b)
{
    if (!a || !b || a->kind != b->kind)
        return !a || !b; /* one could not be read, which was reported */
    if (a->kind == TYPE_OPTIONAL || a->kind == TYPE_LIST)
        return same_type(a->elem, b->elem);
    if (a->kind == TYPE_TABLE || a->kind == TYPE_TABLE_REF)
        return same_type(a->table.key, b->table.key) && same_type(a->table.value, b->table.value);
    return a->kind != TYPE_NAMED || a->named.decl == b->named.decl;
}

static bool is_pid(const struct type *t)
{
    return !t || t->kind == TYPE_PID || t->kind == TYPE_POISON;
}

/* The two messages, by what they carry. */
static bool has_shape(const struct message *m, const struct registry *r, bool value)
{
    const struct field *key = m->params.first, *pid = key ? key->next : NULL;
    const struct field *last = pid ? pid->next : NULL;
    if (!pid || !same_type(key->type, r->key.type) || !is_pid(pid->type))
        return false;
    if (!value)
        return !last;
    return last && !last->next && same_type(last->type, r->value.type);
}

static const struct message *find(const struct decl *d, const char *name)
{
    const struct message *m = ast_messages(d);
    while (m && strcmp(m->name.name->text, name) != 0)
        m = m->next;
    return m;
}

static void check_message(struct check *c, const struct decl *registry, const char *name,
                          bool value)
{
    const struct registry *r = &registry->registry;
    const struct decl *listener = r->listener.ref.decl;
    const struct message *m = find(listener, name);
    if (m && (m->kind == MESSAGE_INFO || m->kind == MESSAGE_CAST) && has_shape(m, r, value))
        return;
    struct diag *d = diag_add(c->ds, E_LISTENER, r->listener.ref.span,
                              "'%s' cannot listen to '%s': it has no such message as '%s'",
                              listener->name.name->text, registry->name.name->text, name);
    if (m)
        diag_note(d, m->span, "this is another one");
    diag_help(d, "add the line 'info %s(key: %s, pid: pid%s%s);'", name,
              ast_type_text(c->a, r->key.type), value ? ", value: " : "",
              value ? ast_type_text(c->a, r->value.type) : "");
}

static bool is_many(const struct type *t)
{
    return t && (t->kind == TYPE_OPTIONAL || t->kind == TYPE_LIST);
}

static void check_listener(struct check *c, const struct decl *d)
{
    const struct registry *r = &d->registry;
    const struct decl *listener = r->listener.ref.decl;
    if (!listener || listener->broken)
        return;
    if (listener->kind != DECL_GENSERVER || !listener->genserver.name.set ||
        listener->genserver.name.via) {
        diag_add(c->ds, E_LISTENER, r->listener.ref.span,
                 "'%s' cannot listen to '%s': it is no genserver with a name of its own",
                 listener->name.name->text, d->name.name->text);
        return;
    }
    if (is_many(r->value.type)) {
        diag_add(c->ds, E_LISTENER, r->value.type->span,
                 "a registry with a listener cannot have values of type '%s'",
                 ast_type_text(c->a, r->value.type));
        return;
    }
    check_message(c, d, "registered", r->value.type != NULL);
    check_message(c, d, "unregistered", false);
}

/* ---- Heirs of tables ---- */

static bool inherits(const struct message *m, const struct type *table)
{
    const struct field *ref = m->params.first, *from = ref ? ref->next : NULL;
    if (!from || from->next || !is_pid(from->type) || !ref->type)
        return false;
    return ref->type->kind == TYPE_POISON ||
           (ref->type->kind == TYPE_TABLE_REF &&
            same_type(ref->type->table.key, table->table.key) &&
            same_type(ref->type->table.value, table->table.value));
}

static void check_heir(struct check *c, const struct decl *owner, const struct field *f)
{
    const struct decl *heir = f->heir.ref.decl;
    const char *key = ast_type_text(c->a, f->type->table.key);
    const char *value = ast_type_text(c->a, f->type->table.value);
    if (!ast_is_shared(f)) {
        struct diag *d = diag_add(c->ds, E_HEIR, f->heir.span,
                                  "'%s' is in the memory of its process, and goes with that",
                                  f->name.name->text);
        diag_help(d, "a table with 'access protected' or 'access public' may have an heir");
        return;
    }
    if (!heir || heir->broken)
        return;
    if (heir->kind != DECL_GENSERVER || !heir->genserver.name.set || heir->genserver.name.via) {
        diag_add(c->ds, E_HEIR, f->heir.ref.span,
                 "'%s' cannot inherit '%s': it is no genserver with a name of its own",
                 heir->name.name->text, f->name.name->text);
        return;
    }
    if (heir == owner) {
        diag_add(c->ds, E_HEIR, f->heir.ref.span, "'%s' cannot inherit from itself",
                 heir->name.name->text);
        return;
    }
    const struct message *m = find(heir, "inherit");
    if (m && (m->kind == MESSAGE_INFO || m->kind == MESSAGE_CAST) && inherits(m, f->type))
        return;
    struct diag *d = diag_add(c->ds, E_HEIR, f->heir.ref.span,
                              "'%s' cannot inherit '%s': it has no such message as 'inherit'",
                              heir->name.name->text, f->name.name->text);
    if (m)
        diag_note(d, m->span, "this is another one");
    diag_help(d, "add the line 'info inherit(table: table_ref<%s, %s>, from: pid);'", key, value);
}

static void check_heirs(struct check *c, const struct decl *d)
{
    for (const struct field *f = d->genserver.state.fields.first; f; f = f->next)
        if (f->heir.set && f->type && f->type->kind == TYPE_TABLE && f->type->table.key &&
            f->type->table.value)
            check_heir(c, d, f);
}

void check_built_in(struct check *c, const struct decl *d)
{
    if (d->kind == DECL_GENSERVER) {
        if (!d->broken)
            check_heirs(c, d);
        return;
    }
    if (!d->broken && d->registry.listener.set)
        check_listener(c, d);
}
