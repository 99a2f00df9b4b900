/* emit_cache.c - the functions of a cache.
 *
 * Idea: each gives the library's function the types of the spec. One table says for which caches
 * there is one, what its prototype and what its body is. A function that loads a value is called
 * through an adaptor, which gets it and its context by pointer. */
#include "emit_parts.h"

enum { REFS = 1, LOADER = 2 };

/* In the order in which they are written. */
static const struct emit_typed functions[] = {
    { 0, true, "The value of key. OTP_NOT_FOUND: there is none, or it has expired.",
      "otp_status $c$_get(otp_dest cache, $key$, $V$ *value)",
      "    return otp_cache_get(cache, &$c$_module, $k$, value);\n" },
    { 0, true, "Whether it has one: OTP_OK or OTP_NOT_FOUND.",
      "otp_status $c$_has(otp_dest cache, $key$)",
      "    return otp_cache_has(cache, &$c$_module, $k$);\n" },
    { 0, true, "Puts or replaces it for the ttl of the cache.",
      "otp_status $c$_put(otp_dest cache, $key$, $value$)",
      "    return otp_cache_put(cache, &$c$_module, $k$, $v$, $ttl$);\n" },
    { 0, true, "The same for ttl.",
      "otp_status $c$_put_with(otp_dest cache, $key$, $value$, otp_duration ttl)",
      "    return otp_cache_put(cache, &$c$_module, $k$, $v$, ttl);\n" },
    { 0, true, "Puts it if there is none. OTP_EXISTS: there is.",
      "otp_status $c$_put_new(otp_dest cache, $key$, $value$)",
      "    return otp_cache_put_new(cache, &$c$_module, $k$, $v$, $ttl$);\n" },
    { 0, true, "The same for ttl.",
      "otp_status $c$_put_new_with(otp_dest cache, $key$, $value$, otp_duration ttl)",
      "    return otp_cache_put_new(cache, &$c$_module, $k$, $v$, ttl);\n" },
    { 0, true, "Keeps it that long from now on. OTP_NOT_FOUND: it is not there.",
      "otp_status $c$_touch(otp_dest cache, $key$)",
      "    return otp_cache_touch(cache, &$c$_module, $k$, $ttl$);\n" },
    { 0, true, "The same for ttl.",
      "otp_status $c$_touch_with(otp_dest cache, $key$, otp_duration ttl)",
      "    return otp_cache_touch(cache, &$c$_module, $k$, ttl);\n" },
    { 0, false, "Takes it out; OTP_OK also if it is not there.",
      "otp_status $c$_delete(otp_dest cache, $key$)",
      "    return otp_cache_delete(cache, &$c$_module, $k$);\n" },
    { 0, true, "Takes all out.", "otp_status $c$_clear(otp_dest cache)",
      "    return otp_cache_clear(cache, &$c$_module);\n" },
    { 0, true,
      "The value of key, or what load gives for it, which is put. One loads it at a time; the "
      "others wait.",
      "otp_status $c$_get_or(otp_dest cache, $key$, $load$, void *context, $V$ *value)",
      "    return $c$_get_or_within(cache, OTP_CALL_TIMEOUT, key, load, context, value);\n" },
    { 0, true, "The same; who waits does so for timeout.",
      "otp_status $c$_get_or_within(otp_dest cache, otp_duration timeout, $key$, $load$, void "
      "*context, $V$ *value)",
      "    struct $stem$_loader loader_ = {load, context};\n"
      "    return otp_cache_get_or(cache, &$c$_module, $k$, $stem$_loads, &loader_, value, "
      "timeout);\n" },
    { LOADER, true, "The same with the loader of the cache.",
      "otp_status $c$_fetch(otp_dest cache, $key$, $V$ *value)",
      "    return $c$_fetch_within(cache, OTP_CALL_TIMEOUT, key, value);\n" },
    { LOADER, true, NULL,
      "otp_status $c$_fetch_within(otp_dest cache, otp_duration timeout, $key$, $V$ *value)",
      "    return otp_cache_get_or(cache, &$c$_module, $k$, $stem$_loads_own, NULL, value, "
      "timeout);\n" },
    { 0, true, "How many entries there are, with those that have expired and were not swept.",
      "otp_status $c$_count(otp_dest cache, size_t *n)",
      "    return otp_cache_count(cache, &$c$_module, n);\n" },
    { 0, true, "What it has done so far.",
      "otp_status $c$_statistics(otp_dest cache, struct otp_cache_statistics *statistics)",
      "    return otp_cache_get_statistics(cache, &$c$_module, statistics);\n" },
    { 0, true, "Takes out what has expired, and returns when that is done.",
      "otp_status $c$_sweep(otp_dest cache)", "    return otp_cache_sweep(cache, &$c$_module);\n" },
    { REFS, false, "What a foreign thread has got it gives back; nothing to do in a process.",
      "void $c$_free_value(const $V$ *value)",
      "    otp_cache_free_value(&$value_layout$, value);\n" },
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

static unsigned what_it_is(const struct plan_cache *k)
{
    return (k->value->refs ? REFS : 0) | (k->loader_line > 0 ? LOADER : 0);
}

/* Renders text with what the texts above say between dollars. */
static void put(struct emitter *e, const void *cache, const char *text)
{
    const struct plan_cache *k = cache;
    const char *key = emit_item_param(e, k->key, "key");
    tmpl_put(&e->out, text,
             EMIT_VARS(TMPL_VAR("c", k->c_name), TMPL_VAR("stem", k->stem), TMPL_VAR("key", key),
                       TMPL_VAR("k", emit_key_address(e, k->stem, k->key)),
                       TMPL_VAR("value", emit_item_param(e, k->value, "value")),
                       TMPL_VAR("v", emit_item_address(e, k->value, "value")),
                       TMPL_VAR("V", k->value->view), TMPL_VAR("ttl", k->ttl),
                       TMPL_VAR("own_key", emit_item_deref(e, k->key, "key_")),
                       TMPL_VAR("own_value", emit_item_deref(e, k->value, "value_")),
                       TMPL_VAR("value_layout", k->value->layout),
                       TMPL_VAR("load", TMPL_JOIN(e->arena, "otp_status (*load)(", key, ", ",
                                                  k->value->view,
                                                  " *value, otp_duration *ttl, void *context)"))));
}

/* ---- The headers ---- */

void emit_cache_heads(struct emitter *e, const struct plan_cache *k)
{
    emit_note(e, "cache ", k->name, k->line, k->doc);
    tmpl_raw(&e->out,
             "/* See otp_cache(3). What values refer to lies in scratch memory, in a foreign "
             "thread\n"
             " * until it is given back. */\n");
    emit_typed_heads(e, functions, N_FUNCTIONS, what_it_is(k), put, k);
    tmpl_raw(&e->out, "\n");
}

void emit_cache_load_head(struct emitter *e, const struct plan_cache *k)
{
    put(e, k, "otp_status $c$_load($key$, $V$ *value, otp_duration *ttl)");
}

void emit_cache_evicted_head(struct emitter *e, const struct plan_cache *k)
{
    put(e, k, "void $c$_evicted($key$, $value$, enum otp_cache_cause cause)");
}

void emit_cache_callbacks(struct emitter *e, const struct plan_cache *k)
{
    if (k->loader_line > 0) {
        tmpl_comment(
            &e->out, 0, TMPL_JOIN(e->arena, "loader: ", emit_place(e, k->loader_line)),
            "Written by hand: gets a value that is missing. What value refers to is copied "
            "when it returns; any status but OTP_OK reaches all who wait.");
        emit_cache_load_head(e, k);
        tmpl_raw(&e->out, ";\n\n");
    }
    if (k->evict_line > 0) {
        tmpl_comment(&e->out, 0, TMPL_JOIN(e->arena, "evict: ", emit_place(e, k->evict_line)),
                     "Written by hand: called for each entry that has gone by itself.");
        emit_cache_evicted_head(e, k);
        tmpl_raw(&e->out, ";\n\n");
    }
}

/* ---- The wiring ---- */

static void emit_adaptors(struct emitter *e, const struct plan_cache *k)
{
    put(e, k,
        "struct $stem$_loader {\n"
        "    $load$;\n"
        "    void *context;\n"
        "};\n\n"
        "static otp_status $stem$_loads(const void *key_, void *value_, otp_duration *ttl_, void "
        "*context_)\n"
        "{\n"
        "    const struct $stem$_loader *l_ = context_;\n"
        "    return l_->load($own_key$, value_, ttl_, l_->context);\n"
        "}\n\n");
    if (k->loader_line > 0)
        put(e, k,
            "static otp_status $stem$_loads_own(const void *key_, void *value_, otp_duration "
            "*ttl_, void *context_)\n"
            "{\n"
            "    (void)context_;\n"
            "    return $c$_load($own_key$, value_, ttl_);\n"
            "}\n\n");
    if (k->evict_line > 0)
        put(e, k,
            "static void $stem$_tells(const void *key_, const void *value_, enum otp_cache_cause "
            "cause_)\n"
            "{\n"
            "    $c$_evicted($own_key$, $own_value$, cause_);\n"
            "}\n\n");
}

static void emit_table(struct emitter *e, const struct plan_cache *k)
{
    tmpl_put(
        &e->out,
        "const struct otp_cache $c$_module = {\n"
        "    .module = {\"$registered$\", \"$place$\", 0, NULL, otp_cache_start},\n"
        "    .key_kind = $kind$,\n"
        "    .read = $read$,\n"
        "    .key = &$key$,\n"
        "    .value = &$value$,\n"
        "    .ttl = $ttl$,\n"
        "    .sweep = $sweep$,\n",
        EMIT_VARS(TMPL_VAR("c", k->c_name), TMPL_VAR("registered", k->registered),
                  TMPL_VAR("place", emit_place(e, k->line)),
                  TMPL_VAR("kind", k->key->kind == PLAN_TEXT ? "OTP_KEY_TEXT" : "OTP_KEY_PLAIN"),
                  TMPL_VAR("read", k->owner ? "OTP_READ_OWNER" : "OTP_READ_DIRECT"),
                  TMPL_VAR("key", k->key->layout), TMPL_VAR("value", k->value->layout),
                  TMPL_VAR("ttl", k->ttl), TMPL_VAR("sweep", k->sweep)));
    if (k->stale)
        tmpl_put(&e->out, "    .stale = $stale$,\n", EMIT_VARS(TMPL_VAR("stale", k->stale)));
    if (k->max_entries)
        tmpl_put(&e->out, "    .max_entries = $n$,\n", EMIT_VARS(TMPL_VAR("n", k->max_entries)));
    if (k->max_bytes)
        tmpl_put(&e->out, "    .max_bytes = $n$,\n", EMIT_VARS(TMPL_VAR("n", k->max_bytes)));
    if (k->evict_line > 0)
        tmpl_put(&e->out, "    .evicted = $stem$_tells,\n", EMIT_VARS(TMPL_VAR("stem", k->stem)));
    tmpl_raw(&e->out, "};\n\n");
}

void emit_source_cache(struct emitter *e, const struct plan_cache *k)
{
    tmpl_comment(&e->out, 0,
                 TMPL_JOIN(e->arena, "---- cache ", k->name, ": ", emit_place(e, k->line), " ----"),
                 NULL);
    tmpl_raw(&e->out, "\n");
    emit_adaptors(e, k);
    emit_table(e, k);
    emit_key_maker(e, k->stem, k->key);
    emit_typed_bodies(e, functions, N_FUNCTIONS, what_it_is(k), put, k);
    emit_plain_starts(e, k->c_name, k->name, k->registered, "otp_cache_start");
}
