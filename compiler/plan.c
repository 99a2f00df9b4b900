/* plan.c - what is emitted for one package.
 *
 * Idea: first the types, since everything names them; then modules, supervisors, the application;
 * at last, when it is known what refers to what, the layouts and descriptions that are needed. */
#include "plan.h"

#include "cname.h"
#include "plan_build.h"
#include "tmpl.h"

static void plan_imports(struct plan_builder *b)
{
    const struct import_list *list = &b->file->imports;
    const char **imports = ARENA_ARRAY(b->arena, const char *, list->count);
    size_t n = 0;
    for (const struct import *i = list->first; i; i = i->next) {
        if (!i->file || i->file == b->file)
            continue;
        bool twice = false;
        for (const struct import *j = list->first; j != i; j = j->next)
            twice = twice || j->file == i->file;
        if (!twice)
            imports[n++] = plan_source(b, i->file);
    }
    b->plan->imports = imports;
    b->plan->n_imports = n;
}

static void plan_includes(struct plan_builder *b)
{
    const struct include_list *list = &b->file->includes;
    const char **includes = ARENA_ARRAY(b->arena, const char *, list->count);
    for (const struct include *i = list->first; i; i = i->next)
        includes[b->plan->n_includes++] = i->path.bytes;
    b->plan->includes = includes;
}

static size_t count_of(const struct file *f, enum decl_kind kind)
{
    size_t n = 0;
    for (const struct decl *d = f->decls.first; d; d = d->next)
        n += d->kind == kind;
    return n;
}

static void plan_declared_types(struct plan_builder *b)
{
    struct plan_enum *enums = ARENA_ARRAY(b->arena, struct plan_enum, count_of(b->file, DECL_ENUM));
    for (const struct decl *d = b->file->decls.first; d; d = d->next) {
        if (d->kind == DECL_ENUM)
            enums[b->plan->n_enums++] = plan_enum_of(b, d);
        else if (d->kind == DECL_STRUCT)
            plan_struct_of(b, d);
    }
    b->plan->enums = enums;
    plan_finish_structs(b);
}

static void plan_modules(struct plan_builder *b)
{
    const struct file *f = b->file;
    b->modules = ARENA_ARRAY(b->arena, struct plan_module,
                             count_of(f, DECL_GENSERVER) + count_of(f, DECL_AGENT));
    b->supervisors =
        ARENA_ARRAY(b->arena, struct plan_supervisor,
                    count_of(f, DECL_SUPERVISOR) + count_of(f, DECL_DYNAMIC_SUPERVISOR) +
                        count_of(f, DECL_PARTITION_SUPERVISOR) + count_of(f, DECL_TASK_SUPERVISOR));
    b->tasks = ARENA_ARRAY(b->arena, struct plan_task, count_of(f, DECL_TASK));
    b->registries = ARENA_ARRAY(b->arena, struct plan_registry, count_of(f, DECL_REGISTRY));
    b->pubsubs = ARENA_ARRAY(b->arena, struct plan_pubsub, count_of(f, DECL_PUBSUB));
    b->caches = ARENA_ARRAY(b->arena, struct plan_cache, count_of(f, DECL_CACHE));
    for (const struct decl *d = f->decls.first; d; d = d->next) {
        if (ast_server(d))
            plan_server(b, d);
        else if (d->kind == DECL_TASK)
            plan_task(b, d);
    }
    plan_edges(b);
    for (const struct decl *d = f->decls.first; d; d = d->next) {
        if (d->kind == DECL_REGISTRY)
            plan_registry(b, d);
        else if (d->kind == DECL_PUBSUB)
            plan_pubsub(b, d);
        else if (d->kind == DECL_CACHE)
            plan_cache(b, d);
    }
    for (const struct decl *d = f->decls.first; d; d = d->next)
        if (ast_is_supervisor(d->kind))
            plan_supervisor(b, d);
    plan_finish_structs(b);
}

static void want_message(struct plan_builder *b, const struct plan_message *m)
{
    if (m->kind == PLAN_EVENT)
        return; /* its pubsub has them */
    plan_want_fields(b, &m->params);
    if (m->inlined && m->inlined->updates && !m->inlined->state.plain)
        plan_want_item(b, m->inlined->state.item);
    if (m->kind != PLAN_CALL)
        return;
    if (m->reply.kind == PLAN_VALUE)
        plan_want_item(b, m->reply.item);
    for (size_t i = 0; i < m->reply.n_tags; i++)
        plan_want_fields(b, &m->reply.tags[i].fields);
}

static void want_layouts(struct plan_builder *b)
{
    for (size_t i = 0; i < b->structs.count; i++) {
        const struct plan_struct *s = b->structs.items[i];
        if (!s->made)
            plan_want_fields(b, &s->fields);
    }
    for (size_t i = 0; i < b->n_modules; i++) {
        const struct plan_module *m = &b->modules[i];
        plan_want_fields(b, &m->options);
        if (m->agent_item && m->agent_item->kind != PLAN_SCALAR)
            plan_want_item(b, m->agent_item);
        for (size_t j = 0; j < m->state.count; j++)
            if (m->state.items[j].many == PLAN_LIST)
                plan_want_item(b, m->state.items[j].item);
        for (size_t j = 0; j < m->n_tables; j++) {
            plan_want_item(b, m->tables[j].key);
            plan_want_item(b, m->tables[j].value);
        }
        for (size_t j = 0; j < m->n_messages; j++)
            want_message(b, &m->messages[j]);
    }
    for (size_t i = 0; i < b->refs.count; i++) {
        const struct plan_ref *r = b->refs.items[i];
        plan_want_item(b, r->key);
        plan_want_item(b, r->value);
    }
    for (size_t i = 0; i < b->n_tasks; i++)
        want_message(b, &b->tasks[i].message);
    for (size_t i = 0; i < b->n_registries; i++) {
        const struct plan_registry *r = &b->registries[i];
        plan_want_item(b, r->key);
        if (r->value)
            plan_want_item(b, r->value);
        if (r->meta)
            plan_want_item(b, r->meta);
    }
    for (size_t i = 0; i < b->n_pubsubs; i++) {
        plan_want_item(b, b->pubsubs[i].topic);
        plan_want_fields(b, &b->pubsubs[i].event);
    }
    for (size_t i = 0; i < b->n_caches; i++) {
        plan_want_item(b, b->caches[i].key);
        plan_want_item(b, b->caches[i].value);
    }
}

static void describe_message(struct plan_builder *b, const struct plan_message *m)
{
    if (m->kind == PLAN_EVENT)
        return;
    plan_describe_fields(b, &m->params);
    if (m->reply.kind == PLAN_VALUE)
        plan_describe_item(b, m->reply.item);
    for (size_t i = 0; i < m->reply.n_tags; i++)
        plan_describe_fields(b, &m->reply.tags[i].fields);
}

static void describe_module(struct plan_builder *b, const struct plan_module *m)
{
    plan_describe_fields(b, &m->state);
    for (size_t i = 0; i < m->n_tables; i++) {
        plan_describe_item(b, m->tables[i].key);
        plan_describe_item(b, m->tables[i].value);
    }
    for (size_t i = 0; i < m->n_messages; i++)
        describe_message(b, &m->messages[i]);
}

/* Made structs that are owned somewhere. */
static void keep_fields(const struct plan_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct plan_item *item = fields->items[i].item;
        if (!item || !item->record || !item->record->made || item->record->kept)
            continue;
        item->record->kept = true;
        keep_fields(&item->record->fields);
    }
}

static void keep_owned(struct plan_builder *b)
{
    for (size_t i = 0; i < b->structs.count; i++) {
        const struct plan_struct *s = b->structs.items[i];
        if (!s->made)
            keep_fields(&s->fields);
    }
    for (size_t i = 0; i < b->n_modules; i++)
        keep_fields(&b->modules[i].state);
}

/* Layouts are defined in this order; one that is referred to before, or by itself, is announced. */
static void order_layouts(struct plan_builder *b)
{
    const struct plan_list *lists[] = { &b->foreign_layouts, &b->structs };
    size_t n = 0;
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            ((const struct plan_struct *)lists[l]->items[i])->item.record->order = n++;
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct plan_struct *s = lists[l]->items[i];
            for (size_t k = 0; k < s->fields.count; k++) {
                struct plan_struct *of = s->fields.items[k].item->record;
                if (of && of->order >= s->order)
                    of->early = true;
            }
        }
    }
}

static void hand_over(struct plan_builder *b)
{
    struct plan *p = b->plan;
    p->refs = (const struct plan_ref *const *)b->refs.items;
    p->n_refs = b->refs.count;
    p->structs = (const struct plan_struct *const *)b->structs.items;
    p->n_structs = b->structs.count;
    p->plain_layouts = (const struct plan_item *const *)b->plain_layouts.items;
    p->n_plain_layouts = b->plain_layouts.count;
    p->foreign_layouts = (const struct plan_struct *const *)b->foreign_layouts.items;
    p->n_foreign_layouts = b->foreign_layouts.count;
    p->described_enums = (const struct plan_enum *const *)b->described_enums.items;
    p->n_described_enums = b->described_enums.count;
    p->described_structs = (const struct plan_struct *const *)b->described_structs.items;
    p->n_described_structs = b->described_structs.count;
    p->names = (const struct plan_name *const *)b->names.items;
    p->n_names = b->names.count;
    p->modules = b->modules;
    p->n_modules = b->n_modules;
    p->tasks = b->tasks;
    p->n_tasks = b->n_tasks;
    p->supervisors = b->supervisors;
    p->n_supervisors = b->n_supervisors;
    p->registries = b->registries;
    p->n_registries = b->n_registries;
    p->pubsubs = b->pubsubs;
    p->n_pubsubs = b->n_pubsubs;
    p->caches = b->caches;
    p->n_caches = b->n_caches;
}

const struct plan *plan_build(struct unit *u, const struct file *f)
{
    struct plan_builder b = { .unit = u, .arena = u->arena, .file = f };
    struct plan *p = ARENA_NEW(u->arena, struct plan);
    b.plan = p;
    intern_map_init(&b.by_decl, u->arena);
    intern_map_init(&b.by_made, u->arena);
    intern_map_init(&b.by_ref, u->arena);
    intern_map_init(&b.messages, u->arena);
    intern_map_init(&b.wanted, u->arena);
    p->package = plan_package(f);
    p->upper = cname_upper(u->arena, p->package);
    p->file = plan_source(&b, f);
    p->doc = plan_doc(f->doc);
    p->line = plan_line(&b, f->package_span);
    plan_imports(&b);
    plan_includes(&b);
    plan_declared_types(&b);
    plan_modules(&b);
    plan_env(&b);
    plan_application(&b);
    want_layouts(&b);
    for (size_t i = 0; i < b.n_modules; i++)
        describe_module(&b, &b.modules[i]);
    for (size_t i = 0; i < b.n_tasks; i++)
        describe_message(&b, &b.tasks[i].message);
    for (size_t i = 0; i < b.n_pubsubs; i++)
        plan_describe_fields(&b, &b.pubsubs[i].event);
    keep_owned(&b);
    order_layouts(&b);
    hand_over(&b);
    return p;
}
