/* ast.c - names of the tree's kinds, and its parts as text.
 *
 * Idea: messages and dumps take every word from the tables here, so that the language has one
 * spelling. The built-in types are interned with their kind when a unit is set up. */
#include "ast.h"

#include <string.h>

static const char *const scalars[] = {
    [TYPE_BOOL] = "bool",         [TYPE_I8] = "i8",
    [TYPE_I16] = "i16",           [TYPE_I32] = "i32",
    [TYPE_I64] = "i64",           [TYPE_U8] = "u8",
    [TYPE_U16] = "u16",           [TYPE_U32] = "u32",
    [TYPE_U64] = "u64",           [TYPE_F64] = "f64",
    [TYPE_STRING] = "string",     [TYPE_BYTES] = "bytes",
    [TYPE_DURATION] = "duration", [TYPE_INSTANT] = "instant",
    [TYPE_PID] = "pid",           [TYPE_REASON] = "reason",
    [TYPE_TIMER] = "timer",       [TYPE_MONITOR] = "monitor",
    [TYPE_TABLE] = "table",       [TYPE_TABLE_REF] = "table_ref",
    [TYPE_EXTERN] = NULL,
};

enum { N_SCALARS = sizeof scalars / sizeof *scalars, SUGGEST_BUDGET = 20000000 };

void ast_unit_init(struct unit *u, struct arena *a)
{
    u->arena = a;
    intern_init(&u->names, a);
    source_set_init(&u->sources, a);
    diag_options_init(&u->diag_options);
    diag_init(&u->diags, a, &u->sources, &u->diag_options);
    u->suggest_budget = SUGGEST_BUDGET;
    for (uint16_t i = 0; i < N_SCALARS; i++)
        if (scalars[i])
            intern_text(&u->names, scalars[i])->scalar = i;
}

/* ---- Declarations ---- */

static const struct {
    const char *word;
    bool module;
    bool supervisor;
} decls[] = {
    [DECL_STRUCT] = { "struct", false, false },
    [DECL_ENUM] = { "enum", false, false },
    [DECL_ENV] = { "env", false, false },
    [DECL_GENSERVER] = { "genserver", true, false },
    [DECL_AGENT] = { "agent", true, false },
    [DECL_TASK] = { "task", true, false },
    [DECL_REGISTRY] = { "registry", true, false },
    [DECL_PUBSUB] = { "pubsub", true, false },
    [DECL_CACHE] = { "cache", true, false },
    [DECL_TASK_SUPERVISOR] = { "task_supervisor", true, true },
    [DECL_DYNAMIC_SUPERVISOR] = { "dynamic_supervisor", true, true },
    [DECL_SUPERVISOR] = { "supervisor", true, true },
    [DECL_PARTITION_SUPERVISOR] = { "partition_supervisor", true, true },
    [DECL_APPLICATION] = { "application", false, false },
    [DECL_ALLOW] = { "allow", false, false },
    [DECL_EXPORT] = { "export", false, false },
    [DECL_REMOTE] = { "remote", false, false },
};
_Static_assert(sizeof decls / sizeof *decls == DECL_KIND_COUNT, "a row for each kind");

bool ast_is_module(enum decl_kind kind)
{
    return decls[kind].module;
}

bool ast_is_partition_number(const struct child *c, const struct field *option)
{
    return c->owner->kind == DECL_PARTITION_SUPERVISOR && option->type &&
           strcmp(option->name.name->text, "partition") == 0 && option->type->kind >= TYPE_I8 &&
           option->type->kind <= TYPE_U64;
}

bool ast_is_shared(const struct field *f)
{
    return f->type && f->type->kind == TYPE_TABLE && f->access.set &&
           f->access.value != ACCESS_PRIVATE;
}

bool ast_is_supervisor(enum decl_kind kind)
{
    return decls[kind].supervisor;
}

enum restart_kind ast_restart(const struct child *c)
{
    if (c->restart.set)
        return (enum restart_kind)c->restart.value;
    const struct decl *module = c->module.decl;
    return module && module->kind == DECL_TASK ? RESTART_TEMPORARY : RESTART_PERMANENT;
}

const char *ast_decl_word(enum decl_kind kind)
{
    return decls[kind].word;
}

const char *ast_decl_phrase(enum decl_kind kind)
{
    switch (kind) {
    case DECL_STRUCT: return "a struct";
    case DECL_ENUM: return "an enum";
    case DECL_ENV: return "env";
    case DECL_GENSERVER: return "a genserver";
    case DECL_AGENT: return "an agent";
    case DECL_TASK: return "a task";
    case DECL_REGISTRY: return "a registry";
    case DECL_PUBSUB: return "a pubsub";
    case DECL_CACHE: return "a cache";
    case DECL_TASK_SUPERVISOR: return "a task_supervisor";
    case DECL_DYNAMIC_SUPERVISOR: return "a dynamic_supervisor";
    case DECL_SUPERVISOR: return "a supervisor";
    case DECL_PARTITION_SUPERVISOR: return "a partition_supervisor";
    case DECL_APPLICATION: return "an application";
    case DECL_ALLOW: return "an allow line";
    case DECL_EXPORT: return "an export";
    case DECL_REMOTE: return "a remote";
    case DECL_KIND_COUNT: break;
    }
    return "";
}

const char *ast_message_word(enum message_kind kind)
{
    switch (kind) {
    case MESSAGE_CALL: return "call";
    case MESSAGE_CAST: return "cast";
    case MESSAGE_INFO: return "info";
    case MESSAGE_CONTINUE: return "continue";
    case MESSAGE_GET: return "get";
    case MESSAGE_UPDATE: return "update";
    case MESSAGE_GET_AND_UPDATE: return "get_and_update";
    case MESSAGE_RUN: return "task";
    case MESSAGE_EVENT: return "event";
    }
    return "";
}

const char *ast_callback_word(enum callback_kind kind)
{
    switch (kind) {
    case CALLBACK_INIT: return "init";
    case CALLBACK_TERMINATE: return "terminate";
    case CALLBACK_DOWN: return "down";
    case CALLBACK_EXIT: return "exit";
    case CALLBACK_IDLE: return "idle";
    case CALLBACK_FORMAT_STATUS: return "format_status";
    case CALLBACK_EVICT: return "evict";
    case CALLBACK_COUNT: break;
    }
    return "";
}

const struct message *ast_messages(const struct decl *d)
{
    if (d->kind == DECL_TASK)
        return d->task;
    const struct genserver *server = ast_server(d);
    return server ? server->messages.first : NULL;
}

const struct genserver *ast_server(const struct decl *d)
{
    if (d->kind == DECL_AGENT)
        return &d->agent.server;
    return d->kind == DECL_GENSERVER ? &d->genserver : NULL;
}

const char *ast_op_text(enum expr_op op)
{
    static const char *const texts[] = {
        [OP_NEG] = "-", [OP_NOT] = "!", [OP_ADD] = "+", [OP_SUB] = "-",  [OP_MUL] = "*",
        [OP_DIV] = "/", [OP_MOD] = "%", [OP_EQ] = "==", [OP_NE] = "!=",  [OP_LT] = "<",
        [OP_LE] = "<=", [OP_GT] = ">",  [OP_GE] = ">=", [OP_AND] = "&&", [OP_OR] = "||",
    };
    return texts[op];
}

/* ---- Text ---- */

static void put_type(struct arena_buf *b, const struct type *t)
{
    switch (t->kind) {
    case TYPE_POISON: arena_buf_puts(b, "?"); return;
    case TYPE_BOOL:
    case TYPE_I8:
    case TYPE_I16:
    case TYPE_I32:
    case TYPE_I64:
    case TYPE_U8:
    case TYPE_U16:
    case TYPE_U32:
    case TYPE_U64:
    case TYPE_F64:
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_DURATION:
    case TYPE_INSTANT:
    case TYPE_PID:
    case TYPE_REASON:
    case TYPE_TIMER:
    case TYPE_MONITOR: arena_buf_puts(b, scalars[t->kind]); return;
    case TYPE_NAMED:
        if (t->named.package.name)
            arena_buf_printf(b, "%s.", t->named.package.name->text);
        arena_buf_puts(b, t->named.name.name->text);
        return;
    case TYPE_OPTIONAL:
        put_type(b, t->elem);
        arena_buf_puts(b, "?");
        return;
    case TYPE_LIST:
        arena_buf_puts(b, "[");
        put_type(b, t->elem);
        arena_buf_puts(b, "]");
        return;
    case TYPE_TABLE:
    case TYPE_TABLE_REF:
        arena_buf_printf(b, "%s<", scalars[t->kind]);
        put_type(b, t->table.key);
        arena_buf_puts(b, ", ");
        put_type(b, t->table.value);
        arena_buf_puts(b, ">");
        return;
    case TYPE_EXTERN: arena_buf_printf(b, "extern \"%s\"", t->c_type.bytes); return;
    }
}

const char *ast_type_text(struct arena *a, const struct type *t)
{
    struct arena_buf b;
    arena_buf_init(&b, a);
    put_type(&b, t);
    return b.data;
}

const char *ast_edge_text(struct arena *a, const struct edge *e)
{
    struct arena_buf b;
    arena_buf_init(&b, a);
    for (unsigned i = 0; i < e->n_parts; i++)
        arena_buf_printf(&b, "%s%s", i ? "." : "", e->parts[i].name->text);
    return b.data;
}

const char *ast_duration_text(struct arena *a, int64_t ns)
{
    static const struct {
        const char *text;
        int64_t ns;
    } units[] = {
        { "d", 86400000000000 }, { "h", 3600000000000 }, { "m", 60000000000 }, { "s", 1000000000 },
        { "ms", 1000000 },       { "us", 1000 },         { "ns", 1 },
    };
    if (ns == 0)
        return "0s";
    size_t i = 0;
    while (ns % units[i].ns != 0)
        i++;
    return arena_format(a, "%lld%s", (long long)(ns / units[i].ns), units[i].text);
}

bool ast_has_span(struct span s)
{
    return s.file != 0;
}
