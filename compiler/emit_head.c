/* emit_head.c - the heads of generated functions.
 *
 * Idea: a prototype and its definition begin with the same text, so it is written once. */
#include "emit_parts.h"

/* ---- Messages ---- */

const char *emit_reply_type(struct emitter *e, const struct plan_message *m)
{
    switch (m->reply.kind) {
    case PLAN_TAGS: return TMPL_JOIN(e->arena, "struct ", m->c_name, "_reply");
    case PLAN_VALUE: return m->reply.item->view;
    case PLAN_ACK: break;
    }
    return NULL;
}

/* ", struct myapp_cache_get_reply *reply_" of a call that has one, else nothing. */
static const char *reply_param(struct emitter *e, const struct plan_message *m)
{
    const char *type = m->kind == PLAN_CALL ? emit_reply_type(e, m) : NULL;
    return type ? TMPL_JOIN(e->arena, ", ", type, " *reply_") : "";
}

/* A continue takes its parameters and nothing else. */
static void continue_head(struct emitter *e, const struct plan_message *m)
{
    const char *params = emit_params(e, &m->params, m->params.count);
    tmpl_put(
        &e->out, "otp_next $c$($params$)",
        EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("params", *params ? params + 2 : "void")));
}

static void handler_head(struct emitter *e, const struct plan_message *m)
{
    static const char *const texts[] = {
        [PLAN_CALL] =
            "otp_next $handler$($const$struct $package$_$module$ *$self$, otp_from $from$$params$)",
        [PLAN_CAST] = "otp_next $handler$(struct $package$_$module$ *$self$$params$)",
        [PLAN_INFO] = "otp_next $handler$(struct $package$_$module$ *$self$$params$)",
        [PLAN_CONTINUE] = "otp_next $handler$(struct $package$_$module$ *$self$$params$)",
        [PLAN_EVENT] = "otp_next $handler$(struct $package$_$module$ *$self$$params$)",
    };
    tmpl_put(&e->out, texts[m->kind],
             EMIT_VARS(TMPL_VAR("handler", m->handler), TMPL_VAR("const", m->reads ? "const " : ""),
                       TMPL_VAR("package", e->plan->package), TMPL_VAR("module", m->module),
                       TMPL_VAR("self", emit_own_name(&m->params, "self", "self_")),
                       TMPL_VAR("from", emit_own_name(&m->params, "from", "from_")),
                       TMPL_VAR("params", emit_params(e, &m->params, m->params.count))));
}

void emit_message_head(struct emitter *e, const struct plan_message *m, enum emit_head head)
{
    static const char *const texts[] = {
        [EMIT_CLIENT] = "otp_status $c$(otp_dest dest_$params$$reply$)",
        [EMIT_CLIENT_WITH] = "otp_status $c$_with(otp_dest dest_$params$$reply$)",
        [EMIT_CLIENT_WITHIN] =
            "otp_status $c$_within(otp_dest dest_, otp_duration timeout_$params$$reply$)",
        [EMIT_CLIENT_AFTER] = "otp_timer $c$_after(otp_dest dest_, otp_duration delay_$params$)",
        [EMIT_REQUEST] = "otp_status $c$_request(otp_dest dest_$params$, otp_request *request_)",
        [EMIT_RECEIVE] =
            "otp_status $c$_receive(otp_request *request_, otp_duration timeout_$reply$)",
        [EMIT_FREE_REPLY] = "void $c$_free_reply(const $type$ *reply_)",
    };
    if (head == EMIT_HANDLER) {
        handler_head(e, m);
        return;
    }
    if (head == EMIT_CONTINUE) {
        continue_head(e, m);
        return;
    }
    size_t count = head == EMIT_CLIENT ? m->params.required : m->params.count;
    const char *type = emit_reply_type(e, m);
    tmpl_put(&e->out, texts[head],
             EMIT_VARS(TMPL_VAR("c", m->c_name),
                       TMPL_VAR("params", emit_params(e, &m->params, count)),
                       TMPL_VAR("reply", reply_param(e, m)), TMPL_VAR("type", type ? type : "")));
}

/* ---- Replies ---- */

/* "_ok" and ", otp_str value" of an alternative; of a single value only the latter. */
static void reply_head(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag,
                       const char *text)
{
    struct plan_field value = m->reply.value;
    struct plan_fields one = { &value, m->reply.kind == PLAN_VALUE, 0, false, false };
    const struct plan_fields *f = tag ? &tag->fields : &one;
    tmpl_put(&e->out, text,
             EMIT_VARS(TMPL_VAR("c", m->c_name), TMPL_VAR("gap", tag ? "_" : ""),
                       TMPL_VAR("tag", tag ? tag->name : ""),
                       TMPL_VAR("from", emit_own_name(f, "from", "from_")),
                       TMPL_VAR("params", emit_params(e, f, f->count))));
}

void emit_reply_head(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    reply_head(e, m, tag, "otp_next $c$_reply$gap$$tag$(otp_from $from$$params$)");
}

void emit_answer_head(struct emitter *e, const struct plan_message *m, const struct plan_tag *tag)
{
    reply_head(e, m, tag, "otp_status $c$_answer$gap$$tag$(otp_from $from$$params$)");
}

void emit_replies(struct emitter *e, const struct plan_message *m, emit_each_reply *each)
{
    if (m->reply.kind != PLAN_TAGS) {
        each(e, m, NULL);
        return;
    }
    for (size_t i = 0; i < m->reply.n_tags; i++)
        each(e, m, &m->reply.tags[i]);
}

/* ---- Callbacks ---- */

static const struct {
    const char *suffix;
    const char *text;
} callbacks[PLAN_CALLBACK_COUNT] = {
    [PLAN_INIT] = { "_init",
                    "otp_next $name$(struct $c$ *self, const struct $c$_options *options)" },
    [PLAN_DOWN] = { "_handle_down", "otp_next $name$(struct $c$ *self, otp_monitor monitor, "
                                    "otp_pid pid, otp_reason reason)" },
    [PLAN_EXIT] = { "_handle_exit",
                    "otp_next $name$(struct $c$ *self, otp_pid pid, otp_reason reason)" },
    [PLAN_IDLE] = { "_handle_idle", "otp_next $name$(struct $c$ *self)" },
    [PLAN_TERMINATE] = { "_terminate", "void $name$(struct $c$ *self, otp_reason reason)" },
    [PLAN_FORMAT_STATUS] = { "_format_status",
                             "void $name$(const struct $c$ *self, struct otp_format *format)" },
};

const char *emit_callback_name(struct emitter *e, const struct plan_module *m,
                               enum plan_callback_kind kind)
{
    return TMPL_JOIN(e->arena, m->c_name, callbacks[kind].suffix);
}

void emit_callback_head(struct emitter *e, const struct plan_module *m,
                        enum plan_callback_kind kind)
{
    tmpl_put(&e->out, callbacks[kind].text,
             EMIT_VARS(TMPL_VAR("name", emit_callback_name(e, m, kind)), TMPL_VAR("c", m->c_name)));
}

/* ---- Tables ---- */

void emit_table_head(struct emitter *e, const struct plan_table *t, enum emit_table_verb verb)
{
    static const char *const texts[EMIT_TABLE_VERB_COUNT] = {
        [EMIT_TABLE_PUT] = "otp_status $c$_put(struct $c$ *table, $key$, $value$)",
        [EMIT_TABLE_PUT_NEW] = "otp_status $c$_put_new(struct $c$ *table, $key$, $value$)",
        [EMIT_TABLE_PUT_ALL] = "otp_status $c$_put_all(struct $c$ *table, const $K$ *keys, "
                               "const $out$ *values, size_t n)",
        [EMIT_TABLE_PUT_ALL_NEW] = "otp_status $c$_put_all_new(struct $c$ *table, "
                                   "const $K$ *keys, const $out$ *values, size_t n)",
        [EMIT_TABLE_GET] = "bool $c$_get(const struct $c$ *table, $key$, $out$ *value)",
        [EMIT_TABLE_TAKE] = "bool $c$_take(struct $c$ *table, $key$, $out$ *value)",
        [EMIT_TABLE_HAS] = "bool $c$_has(const struct $c$ *table, $key$)",
        [EMIT_TABLE_DELETE] = "bool $c$_delete(struct $c$ *table, $key$)",
        [EMIT_TABLE_DELETE_IF] = "size_t $c$_delete_if(struct $c$ *table, "
                                 "bool (*predicate)($key$, $value$, void *context), void *context)",
        [EMIT_TABLE_COUNT_IF] = "size_t $c$_count_if(const struct $c$ *table, "
                                "bool (*predicate)($key$, $value$, void *context), void *context)",
        [EMIT_TABLE_SELECT] = "otp_status $c$_select(const struct $c$ *table, "
                              "bool (*predicate)($key$, $value$, void *context), void *context, "
                              "const $K$ **keys, size_t *n)",
        [EMIT_TABLE_EACH] = "void $c$_each(const struct $c$ *table, "
                            "bool (*visit)($key$, $value$, void *context), void *context)",
        [EMIT_TABLE_CLEAR] = "void $c$_clear(struct $c$ *table)",
        [EMIT_TABLE_COUNT] = "size_t $c$_count(const struct $c$ *table)",
        [EMIT_TABLE_MEMORY] = "size_t $c$_memory(const struct $c$ *table)",
        [EMIT_TABLE_ADD] = "otp_status $c$_add(struct $c$ *table, $key$, int64_t by, $out$ *value)",
        [EMIT_TABLE_ADD_OR] = "otp_status $c$_add_or(struct $c$ *table, $key$, int64_t by, "
                              "$out$ initial, $out$ *value)",
        [EMIT_TABLE_ADD_WRAP] = "otp_status $c$_add_wrap(struct $c$ *table, $key$, int64_t by, "
                                "$out$ limit, $out$ restart, $out$ *value)",
        [EMIT_TABLE_FIRST] = "bool $c$_first(const struct $c$ *table, $K$ *found)",
        [EMIT_TABLE_LAST] = "bool $c$_last(const struct $c$ *table, $K$ *found)",
        [EMIT_TABLE_NEXT] = "bool $c$_next(const struct $c$ *table, $key$, $K$ *found)",
        [EMIT_TABLE_PREV] = "bool $c$_prev(const struct $c$ *table, $key$, $K$ *found)",
        [EMIT_TABLE_RANGE] = "void $c$_range(const struct $c$ *table, const $K$ *from, "
                             "const $K$ *to, bool (*visit)($key$, $value$, void *context), "
                             "void *context)",
    };
    tmpl_put(&e->out, texts[verb],
             EMIT_VARS(TMPL_VAR("c", t->c_name), TMPL_VAR("key", emit_item_param(e, t->key, "key")),
                       TMPL_VAR("value", emit_item_param(e, t->value, "value")),
                       TMPL_VAR("out", t->value->view), TMPL_VAR("K", t->key->view)));
}

bool emit_table_has(const struct plan_table *t, enum emit_table_verb verb)
{
    if (verb >= EMIT_TABLE_FIRST)
        return t->ordered;
    return t->counts || verb < EMIT_TABLE_ADD;
}

bool emit_table_must(enum emit_table_verb verb)
{
    return verb <= EMIT_TABLE_PUT_ALL_NEW || verb == EMIT_TABLE_SELECT ||
           (verb >= EMIT_TABLE_ADD && verb < EMIT_TABLE_FIRST);
}
