/* echo.c - answers with what it was given. */
#include "generated_echo_impl.h"

#include <stdio.h>

otp_next generated_echo_init(struct generated_echo *self,
                             const struct generated_echo_options *options)
{
    self->id = options->id;
    otp_must(otp_string_set(&self->label, options->label));
    return otp_and_continue(otp_ok(), generated_echo_continue_again(3, otp_cstr("more")));
}

otp_next generated_echo_handle_continue_again(struct generated_echo *self, uint64_t left,
                                              otp_str text)
{
    self->sum += text.size;
    if (left == 0)
        return otp_noreply();
    return otp_and_continue(otp_noreply(), generated_echo_continue_again(left - 1, text));
}

otp_next generated_echo_handle_scalars(struct generated_echo *self, otp_from from, bool flag,
                                       int8_t a, int16_t b, int32_t c, int64_t d, uint8_t e,
                                       uint16_t f, uint32_t g, uint64_t h, double x,
                                       otp_duration age, otp_instant at, otp_pid who,
                                       otp_reason why, enum generated_level level)
{
    (void)self;
    return generated_echo_scalars_reply_all(from, flag, a, b, c, d, e, f, g, h, x, age, at, who,
                                            why, level);
}

otp_next generated_echo_handle_texts(struct generated_echo *self, otp_from from, otp_str name,
                                     otp_bytes blob, const otp_str *nick, const otp_str *absent)
{
    (void)self;
    if (name.size == 0)
        return generated_echo_texts_reply_name(from, otp_cstr("no name"));
    return generated_echo_texts_reply_texts(from, name, blob, nick, absent);
}

otp_next generated_echo_handle_structs(struct generated_echo *self, otp_from from,
                                       const struct generated_outer *outer,
                                       const struct generated_inner *maybe,
                                       const struct generated_inner *absent)
{
    (void)self;
    return generated_echo_structs_reply_structs(from, outer, maybe, absent);
}

otp_next generated_echo_handle_lists(struct generated_echo *self, otp_from from,
                                     const uint64_t *numbers, size_t numbers_count,
                                     const otp_str *names, size_t names_count,
                                     const struct generated_inner *inners, size_t inners_count,
                                     const struct generated_list_of_u64 *rows, size_t rows_count,
                                     bool has_maybe, const otp_str *maybe, size_t maybe_count,
                                     bool has_absent, const otp_str *absent, size_t absent_count)
{
    (void)self;
    return generated_echo_lists_reply_lists(from, numbers, numbers_count, names, names_count,
                                            inners, inners_count, rows, rows_count, has_maybe,
                                            maybe, maybe_count, has_absent, absent, absent_count);
}

otp_next generated_echo_handle_text(struct generated_echo *self, otp_from from, otp_str text)
{
    (void)self;
    return generated_echo_text_reply(from, text);
}

otp_next generated_echo_handle_optional(struct generated_echo *self, otp_from from,
                                        const uint64_t *number, const otp_str *text)
{
    (void)self;
    return generated_echo_optional_reply(from, number != NULL && *number == 5 ? text : NULL);
}

otp_next generated_echo_handle_many(struct generated_echo *self, otp_from from, uint64_t count)
{
    (void)self;
    otp_str *texts = otp_scratch(sizeof *texts * (size_t)count);
    for (size_t i = 0; i < count; i++)
        texts[i] = otp_cstr("text");
    return generated_echo_many_reply(from, texts, (size_t)count);
}

otp_next generated_echo_handle_nested(struct generated_echo *self, otp_from from,
                                      const struct generated_list_of_u64 *rows, size_t rows_count)
{
    (void)self;
    return generated_echo_nested_reply(from, rows, rows_count);
}

otp_next generated_echo_handle_defaults(struct generated_echo *self, otp_from from, uint64_t a,
                                        uint64_t b, otp_str c, const uint64_t *d,
                                        const enum generated_level *e)
{
    (void)self;
    char text[100];
    snprintf(text, sizeof text, "%d %d %.*s %d %d", (int)a, (int)b, (int)c.size, c.data,
             d == NULL ? -1 : (int)*d, e == NULL ? -1 : (int)*e);
    return generated_echo_defaults_reply(from, otp_cstr(text));
}

otp_next generated_echo_handle_keep(struct generated_echo *self, otp_from from,
                                    const struct generated_outer *outer)
{
    otp_must(generated_outer_set(&self->kept, outer));
    return generated_echo_keep_reply(from);
}

otp_next generated_echo_handle_kept(struct generated_echo *self, otp_from from)
{
    struct generated_outer view = generated_outer_view(&self->kept);
    return generated_echo_kept_reply(from, &view);
}

otp_next generated_echo_handle_put(struct generated_echo *self, otp_from from, otp_str key,
                                   const struct generated_outer *value)
{
    otp_must(generated_echo_table_put(self->table, key, value));
    return generated_echo_put_reply(from);
}

otp_next generated_echo_handle_get(struct generated_echo *self, otp_from from, otp_str key)
{
    struct generated_outer value;
    if (!generated_echo_table_get(self->table, key, &value))
        return generated_echo_get_reply_missing(from);
    return generated_echo_get_reply_found(from, &value);
}

static bool is_long(otp_str key, const struct generated_outer *value, void *context)
{
    const uint64_t *size = context;
    return key.size >= *size && value->inner.name.size > 0;
}

otp_next generated_echo_handle_drop(struct generated_echo *self, otp_from from, uint64_t size)
{
    uint64_t n = generated_echo_table_delete_if(self->table, is_long, &size);
    return generated_echo_drop_reply(from, n);
}

static bool add_size(otp_str key, const struct generated_outer *value, void *context)
{
    uint64_t *sum = context;
    (void)value;
    *sum += key.size;
    return true;
}

otp_next generated_echo_handle_keys(struct generated_echo *self, otp_from from)
{
    uint64_t sum = generated_echo_table_count(self->table) * 1000;
    generated_echo_table_each(self->table, add_size, &sum);
    return generated_echo_keys_reply(from, sum);
}

otp_next generated_echo_handle_small(struct generated_echo *self, otp_from from, uint64_t key,
                                     enum generated_level level, const otp_str *names,
                                     size_t names_count)
{
    const struct generated_list_of_string list = { names, names_count };
    enum generated_level level_back;
    struct generated_list_of_string list_back;
    otp_must(generated_echo_counts_put(self->counts, key, level));
    otp_must(generated_echo_lists_by_key_put(self->lists_by_key, key, &list));
    if (!generated_echo_counts_get(self->counts, key, &level_back) ||
        !generated_echo_lists_by_key_get(self->lists_by_key, key, &list_back) ||
        generated_echo_counts_has(self->counts, key + 1) ||
        !generated_echo_counts_delete(self->counts, key))
        return generated_echo_small_reply_bad(from);
    return generated_echo_small_reply_ok(from, level_back, list_back.items, list_back.items_count);
}

otp_next generated_echo_handle_set_names(struct generated_echo *self, otp_from from,
                                         const otp_str *names, size_t names_count)
{
    otp_must(generated_echo_names_set(self, names, names_count));
    otp_str *views = otp_scratch(sizeof *views * self->names_count);
    for (size_t i = 0; i < self->names_count; i++)
        views[i] = otp_string_view(&self->names[i]);
    return generated_echo_set_names_reply(from, views, self->names_count);
}

otp_next generated_echo_handle_settings(struct generated_echo *self, otp_from from)
{
    return generated_echo_settings_reply_settings(from, self->id, otp_string_view(&self->label),
                                                  generated_env()->wait, NULL, &self->sum);
}

otp_next generated_echo_handle_later(struct generated_echo *self, otp_from from, uint64_t number)
{
    (void)self;
    if (number == 0)
        return generated_echo_later_reply_busy(from);
    if (generated_echo_later_answer_done(from, number, otp_cstr("answered")) != OTP_OK)
        return otp_stop(otp_error("answer"));
    return otp_noreply();
}

otp_next generated_echo_handle_add(struct generated_echo *self, uint64_t number, bool twice)
{
    self->sum += twice ? 2 * number : number;
    return otp_noreply();
}

otp_next generated_echo_handle_note(struct generated_echo *self,
                                    const struct generated_outer *outer, const otp_str *names,
                                    size_t names_count)
{
    self->sum += outer->inner.name.size;
    for (size_t i = 0; i < names_count; i++)
        self->sum += names[i].size;
    return otp_noreply();
}

otp_next generated_echo_handle_sum(struct generated_echo *self, otp_from from)
{
    return generated_echo_sum_reply(from, self->sum);
}

otp_next generated_echo_handle_idle(struct generated_echo *self)
{
    (void)self;
    return otp_noreply();
}

void generated_echo_terminate(struct generated_echo *self, otp_reason reason)
{
    (void)self;
    (void)reason;
}
