/* plan_types.c - from the types of a spec to those of C.
 *
 * Idea: a type is an item with ? or [] or both around it. What nests deeper (a list of lists) gets
 * a struct of its own, made here, so that the emitters meet one level only. Structs are put into
 * the order that C wants: each behind those that it holds by value; those behind a pointer wait in
 * a queue, which is how a struct may have a list of itself. */
#include "plan_build.h"

#include <string.h>

#include "cname.h"
#include "tmpl.h"

/* A struct whose fields are not lowered yet. */
struct plan_pending {
    struct plan_struct *s;
    const struct decl *decl; /* NULL for a made one */
    const struct type *type; /* of a made one */
    const struct file *file; /* where it is declared or made */
    bool started;
    struct plan_pending *next;
};

void plan_push(struct plan_builder *b, struct plan_list *l, const void *item)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 16;
        const void **items = ARENA_ARRAY(b->arena, const void *, cap);
        if (l->count)
            memcpy(items, l->items, l->count * sizeof *items);
        l->items = items;
        l->cap = cap;
    }
    l->items[l->count++] = item;
}

/* Mostly asked for places in order, each a few bytes behind the last: counting is quicker there. */
uint32_t plan_line(struct plan_builder *b, struct span span)
{
    enum { NEAR = 400 };
    const struct span *last = &b->last_line;
    if (last->file == span.file && span.begin >= last->begin && span.begin - last->begin < NEAR) {
        const char *p = source_get(&b->unit->sources, span.file)->bytes;
        const char *end = p + span.begin;
        for (p += last->begin; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
            b->last_number++;
    } else {
        b->last_number = source_place(&b->unit->sources, span.file, span.begin).line;
    }
    b->last_line = span;
    return b->last_number;
}

const char *plan_doc(const struct doc *doc)
{
    return doc ? doc->text : NULL;
}

const char *plan_package(const struct file *f)
{
    return f->package.name->text;
}

const char *plan_c_name(struct plan_builder *b, const struct decl *d)
{
    return TMPL_JOIN(b->arena, plan_package(d->file), "_", d->name.name->text);
}

const char *plan_source(struct plan_builder *b, const struct file *f)
{
    const char *path = f->source->path, *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t len = strlen(base);
    bool named = len > 4 && strcmp(base + len - 4, ".otp") == 0 && !strpbrk(base, "\"\\?\n");
    return named ? base : TMPL_JOIN(b->arena, plan_package(f), ".otp");
}

/* ---- Plain items ---- */

struct plain {
    enum plan_item_kind kind;
    const char *view;
    const char *owner; /* NULL: as view */
    const char *name;
    const char *type;
};

static const struct plain plain_types[TYPE_EXTERN + 1] = {
    [TYPE_BOOL] = { PLAN_SCALAR, "bool", NULL, "bool", "OTP_TYPE_BOOL" },
    [TYPE_I8] = { PLAN_SCALAR, "int8_t", NULL, "i8", "OTP_TYPE_I8" },
    [TYPE_I16] = { PLAN_SCALAR, "int16_t", NULL, "i16", "OTP_TYPE_I16" },
    [TYPE_I32] = { PLAN_SCALAR, "int32_t", NULL, "i32", "OTP_TYPE_I32" },
    [TYPE_I64] = { PLAN_SCALAR, "int64_t", NULL, "i64", "OTP_TYPE_I64" },
    [TYPE_U8] = { PLAN_SCALAR, "uint8_t", NULL, "u8", "OTP_TYPE_U8" },
    [TYPE_U16] = { PLAN_SCALAR, "uint16_t", NULL, "u16", "OTP_TYPE_U16" },
    [TYPE_U32] = { PLAN_SCALAR, "uint32_t", NULL, "u32", "OTP_TYPE_U32" },
    [TYPE_U64] = { PLAN_SCALAR, "uint64_t", NULL, "u64", "OTP_TYPE_U64" },
    [TYPE_F64] = { PLAN_SCALAR, "double", NULL, "f64", "OTP_TYPE_F64" },
    [TYPE_STRING] = { PLAN_TEXT, "otp_str", "struct otp_string", "string", "OTP_TYPE_STRING" },
    [TYPE_BYTES] = { PLAN_TEXT, "otp_bytes", "struct otp_blob", "bytes", "OTP_TYPE_BYTES" },
    [TYPE_DURATION] = { PLAN_SCALAR, "otp_duration", NULL, "duration", "OTP_TYPE_DURATION" },
    [TYPE_INSTANT] = { PLAN_SCALAR, "otp_instant", NULL, "instant", "OTP_TYPE_INSTANT" },
    [TYPE_PID] = { PLAN_SCALAR, "otp_pid", NULL, "pid", "OTP_TYPE_PID" },
    [TYPE_REASON] = { PLAN_SCALAR, "otp_reason", NULL, "reason", "OTP_TYPE_REASON" },
    [TYPE_TIMER] = { PLAN_OPAQUE, "otp_timer", NULL, "timer", "OTP_TYPE_TIMER" },
    [TYPE_MONITOR] = { PLAN_OPAQUE, "otp_monitor", NULL, "monitor", "OTP_TYPE_MONITOR" },
};

static const struct plan_item *plain_item(struct plan_builder *b, enum type_kind kind)
{
    if (b->plain[kind])
        return b->plain[kind];
    const struct plain *p = &plain_types[kind];
    struct plan_item *item = ARENA_NEW(b->arena, struct plan_item);
    *item = (struct plan_item){ .kind = p->kind,
                                .view = p->view,
                                .owner = p->owner ? p->owner : p->view,
                                .layout = TMPL_JOIN(b->arena, "layout_of_", p->name),
                                .type = p->type,
                                .refs = p->kind == PLAN_TEXT };
    b->plain[kind] = item;
    return item;
}

static const struct plan_item *enum_item(struct plan_builder *b, const struct decl *d)
{
    struct plan_item *item = intern_map_get(&b->by_decl, d);
    if (item)
        return item;
    struct plan_enum *words = ARENA_NEW(b->arena, struct plan_enum);
    *words = plan_enum_of(b, d);
    item = &words->item;
    item->view = item->owner = TMPL_JOIN(b->arena, "enum ", words->c_name);
    item->layout = "layout_of_enum";
    item->type = "OTP_TYPE_ENUM";
    item->words = words;
    bool foreign = d->file != b->file;
    const char *stem = foreign ? words->c_name : words->name;
    words->texts = TMPL_JOIN(b->arena, stem, foreign ? "_texts" : "_values");
    item->description = TMPL_JOIN(b->arena, stem, foreign ? "_about" : "_description");
    intern_map_add(&b->by_decl, d, item);
    return item;
}

/* ---- Names of types that are made ---- */

static const char *item_word(struct arena *a, const struct type *t, const struct file *f)
{
    if (t->kind == TYPE_TABLE_REF)
        return plan_ref_name(a, t, f);
    if (t->kind != TYPE_NAMED) {
        const char *made = plan_made_name(a, t, f);
        return made ? made : plain_types[t->kind].name;
    }
    const struct decl *d = t->named.decl;
    if (!d || !d->file->package.name)
        return t->named.name.name->text;
    return d->file == f ? d->name.name->text
                        : TMPL_JOIN(a, plan_package(d->file), "_", d->name.name->text);
}

const char *plan_made_name(struct arena *a, const struct type *t, const struct file *f)
{
    if (t->kind != TYPE_LIST && t->kind != TYPE_OPTIONAL)
        return NULL;
    const char *word = item_word(a, t->elem, f);
    return word ? TMPL_JOIN(a, t->kind == TYPE_LIST ? "list_of_" : "optional_", word) : NULL;
}

const char *plan_ref_name(struct arena *a, const struct type *t, const struct file *f)
{
    const char *key = item_word(a, t->table.key, f), *value = item_word(a, t->table.value, f);
    return key && value ? TMPL_JOIN(a, "table_of_", key, "_to_", value) : NULL;
}

/* ---- Structs ---- */

/* A struct of file f that is called name there. */
static struct plan_pending *new_struct(struct plan_builder *b, const char *name,
                                       const struct file *f)
{
    struct plan_struct *s = ARENA_NEW(b->arena, struct plan_struct);
    s->c_name = TMPL_JOIN(b->arena, plan_package(f), "_", name);
    s->foreign = f != b->file;
    s->stem = s->foreign ? s->c_name : name;
    s->item = (struct plan_item){
        .kind = PLAN_STRUCT,
        .view = TMPL_JOIN(b->arena, "struct ", s->c_name),
        .owner = TMPL_JOIN(b->arena, "struct ", s->c_name, "_owned"),
        .layout = TMPL_JOIN(b->arena, s->stem, s->foreign ? "_shape" : "_layout"),
        .type = "OTP_TYPE_STRUCT",
        .description = TMPL_JOIN(b->arena, s->stem, s->foreign ? "_about" : "_description"),
        .record = s,
    };
    struct plan_pending *p = ARENA_NEW(b->arena, struct plan_pending);
    p->s = s;
    p->file = f;
    if (b->last_pending)
        b->last_pending->next = p;
    else
        b->first_pending = p;
    b->last_pending = p;
    return p;
}

static struct plan_pending *declared_struct(struct plan_builder *b, const struct decl *d)
{
    struct plan_pending *p = intern_map_get(&b->by_decl, d);
    if (p)
        return p;
    p = new_struct(b, d->name.name->text, d->file);
    p->decl = d;
    p->s->name = d->name.name->text;
    p->s->doc = plan_doc(d->doc);
    p->s->line = plan_line(b, d->word_span);
    intern_map_add(&b->by_decl, d, p);
    return p;
}

static struct plan_pending *made_struct(struct plan_builder *b, const struct type *t,
                                        const struct file *f)
{
    const char *name = plan_made_name(b->arena, t, f);
    const struct name *key =
        intern_text(&b->unit->names, TMPL_JOIN(b->arena, plan_package(f), " ", name));
    struct plan_pending *p = intern_map_get(&b->by_made, key);
    if (p)
        return p;
    p = new_struct(b, name, f);
    p->type = t;
    p->s->made = true;
    p->s->name = ast_type_text(b->arena, t);
    intern_map_add(&b->by_made, key, p);
    return p;
}

static bool is_many(const struct plan_field *f)
{
    return f->many == PLAN_LIST || f->many == PLAN_OPTIONAL_LIST;
}

static void add_field(struct plan_fields *fields, struct plan_field f)
{
    bool refs = is_many(&f) || (f.item && f.item->refs);
    fields->refs = fields->refs || refs;
    fields->guarded = fields->guarded || (refs && f.many != PLAN_ONE && f.many != PLAN_LIST);
    fields->items[fields->count++] = f;
}

static void lower(struct plan_builder *b, struct plan_pending *p)
{
    if (p->started)
        return;
    p->started = true;
    struct plan_struct *s = p->s;
    if (p->decl) {
        s->fields = plan_fields_of(b, &p->decl->fields, p->file);
    } else {
        s->fields.items = ARENA_NEW(b->arena, struct plan_field);
        s->fields.required = 1;
        const char *name = p->type->kind == TYPE_LIST ? "items" : "value";
        add_field(&s->fields, plan_field_of(b, name, p->type, p->file));
    }
    s->item.refs = s->fields.refs;
    if (!s->foreign)
        plan_push(b, &b->structs, s);
}

struct plan_struct *plan_struct_of(struct plan_builder *b, const struct decl *d)
{
    struct plan_pending *p = declared_struct(b, d);
    lower(b, p);
    return p->s;
}

void plan_finish_structs(struct plan_builder *b)
{
    for (; b->first_pending; b->first_pending = b->first_pending->next)
        lower(b, b->first_pending);
    b->last_pending = NULL;
}

/* ---- Layouts ---- */

void plan_want_item(struct plan_builder *b, const struct plan_item *item)
{
    struct plan_struct *s = item->record;
    if (s && !s->wanted) {
        s->wanted = true;
        if (s->foreign || s->made)
            plan_want_fields(b, &s->fields);
        if (s->foreign)
            plan_push(b, &b->foreign_layouts, s);
    }
    const struct name *key = intern_text(&b->unit->names, item->layout);
    if (!s && !intern_map_add(&b->wanted, key, b))
        plan_push(b, &b->plain_layouts, item);
}

void plan_want_fields(struct plan_builder *b, const struct plan_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct plan_field *f = &fields->items[i];
        if (is_many(f) || (f->item && f->item->kind == PLAN_STRUCT && f->item->refs))
            plan_want_item(b, f->item);
    }
}

/* ---- Descriptions ---- */

/* In the order in which they are emitted: what is still being looked at is a circle through a
 * list. */
void plan_describe_item(struct plan_builder *b, const struct plan_item *item)
{
    struct plan_struct *s = item->record;
    if (item->words && !item->words->described) {
        item->words->described = true;
        plan_push(b, &b->described_enums, item->words);
    }
    if (s && !s->described) {
        s->described = true;
        plan_describe_fields(b, &s->fields);
        s->ready = true;
        plan_push(b, &b->described_structs, s);
    } else if (s && !s->ready) {
        s->circular = true;
    }
}

void plan_describe_fields(struct plan_builder *b, const struct plan_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->items[i].item)
            plan_describe_item(b, fields->items[i].item);
}

/* ---- Types of fields ---- */

static const struct plan_item *item_of(struct plan_builder *b, const struct type *t,
                                       const struct file *f, bool behind_pointer);

/* Passed by value: it is a number. Key and value are behind it, wherever it stands. */
const struct plan_ref *plan_ref_of(struct plan_builder *b, const struct type *t,
                                   const struct file *f)
{
    const char *name = plan_ref_name(b->arena, t, f);
    const enum type_kind kind = t->table.value->kind;
    const struct name *key =
        intern_text(&b->unit->names, TMPL_JOIN(b->arena, plan_package(f), " ", name));
    struct plan_ref *r = intern_map_get(&b->by_ref, key);
    if (r)
        return r;
    r = ARENA_NEW(b->arena, struct plan_ref);
    intern_map_add(&b->by_ref, key, r);
    r->stem = name;
    r->c_name = TMPL_JOIN(b->arena, plan_package(f), "_", name);
    r->name = TMPL_JOIN(b->arena, "table_ref<", ast_type_text(b->arena, t->table.key), ", ",
                        ast_type_text(b->arena, t->table.value), ">");
    r->is_signed = kind >= TYPE_I8 && kind <= TYPE_I64;
    r->counts = r->is_signed || (kind >= TYPE_U8 && kind <= TYPE_U64);
    r->item = (struct plan_item){ .kind = PLAN_SCALAR,
                                  .view = TMPL_JOIN(b->arena, "struct ", r->c_name),
                                  .layout = "layout_of_table_ref",
                                  .type = "OTP_TYPE_TABLE_REF" };
    r->item.owner = r->item.view;
    r->key = item_of(b, t->table.key, f, true);
    r->value = item_of(b, t->table.value, f, true);
    if (f == b->file)
        plan_push(b, &b->refs, r);
    return r;
}

/* The item of an element. behind_pointer: its struct need not be complete yet. */
static const struct plan_item *item_of(struct plan_builder *b, const struct type *t,
                                       const struct file *f, bool behind_pointer)
{
    struct plan_pending *p;
    if (t->kind == TYPE_LIST || t->kind == TYPE_OPTIONAL) {
        p = made_struct(b, t, f);
    } else if (t->kind == TYPE_TABLE_REF) {
        return &plan_ref_of(b, t, f)->item;
    } else if (t->kind != TYPE_NAMED) {
        return plain_item(b, t->kind);
    } else if (t->named.decl->kind == DECL_ENUM) {
        return enum_item(b, t->named.decl);
    } else if (t->named.decl->kind != DECL_STRUCT) {
        return plain_item(b, TYPE_PID); /* a module: one of its processes */
    } else {
        p = declared_struct(b, t->named.decl);
    }
    if (!behind_pointer)
        lower(b, p);
    return &p->s->item;
}

static const struct plan_item *extern_item(struct plan_builder *b, const struct type *t)
{
    struct plan_item *item = ARENA_NEW(b->arena, struct plan_item);
    item->kind = PLAN_OPAQUE;
    item->view = item->owner = t->c_type.bytes;
    item->type = "OTP_TYPE_EXTERN";
    return item;
}

struct plan_field plan_field_of(struct plan_builder *b, const char *name, const struct type *t,
                                const struct file *file)
{
    struct plan_field f = { .name = name };
    const struct type *inner = t;
    if (inner->kind == TYPE_OPTIONAL) {
        f.many = PLAN_OPTIONAL;
        inner = inner->elem;
    }
    if (inner->kind == TYPE_LIST) {
        f.many = f.many == PLAN_OPTIONAL ? PLAN_OPTIONAL_LIST : PLAN_LIST;
        f.item = item_of(b, inner->elem, file, true);
    } else if (inner->kind == TYPE_EXTERN) {
        f.item = extern_item(b, inner);
    } else if (inner->kind != TYPE_TABLE) {
        f.item = item_of(b, inner, file, false);
    }
    return f;
}

struct plan_fields plan_fields_of(struct plan_builder *b, const struct field_list *list,
                                  const struct file *f)
{
    struct plan_fields fields = { 0 };
    fields.items = ARENA_ARRAY(b->arena, struct plan_field, list->count);
    bool defaulted = false;
    for (const struct field *from = list->first; from; from = from->next) {
        struct plan_field to = plan_field_of(b, from->name.name->text, from->type, f);
        to.doc = plan_doc(from->doc);
        to.line = plan_line(b, from->name.span);
        to.value = plan_value_of(b, from->value, from->type, f);
        defaulted = defaulted || from->value;
        fields.required += !defaulted;
        add_field(&fields, to);
    }
    return fields;
}

const struct plan_item *plan_whole_item(struct plan_builder *b, const struct type *t,
                                        const struct file *f)
{
    return item_of(b, t, f, false);
}

struct plan_enum plan_enum_of(struct plan_builder *b, const struct decl *d)
{
    struct plan_enum e = { 0 };
    e.name = d->name.name->text;
    e.c_name = plan_c_name(b, d);
    e.doc = plan_doc(d->doc);
    e.line = plan_line(b, d->word_span);
    e.values = ARENA_ARRAY(b->arena, struct plan_enum_value, d->values.count);
    const char *upper = cname_upper(b->arena, e.c_name);
    for (const struct enum_value *v = d->values.first; v; v = v->next) {
        const char *name = v->name.name->text;
        e.values[e.count++] = (struct plan_enum_value){
            name, TMPL_JOIN(b->arena, upper, "_", cname_upper(b->arena, name)), plan_doc(v->doc)
        };
    }
    return e;
}
