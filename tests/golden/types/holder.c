/* holder.c - genserver holder of package types (types.otp). */
#include "types_holder_impl.h"

otp_next types_holder_init(struct types_holder *self, const struct types_holder_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("types.otp:52: init is not written"));
}

otp_next types_holder_handle_all(struct types_holder *self, otp_from from, bool flag, int8_t a,
                                 int16_t b, int32_t c, int64_t d, uint8_t e, uint16_t f, uint32_t g,
                                 uint64_t h, double x, otp_duration age, otp_instant at,
                                 otp_pid who, otp_reason why, enum types_level loud, otp_str name,
                                 otp_bytes blob, const struct types_plain *plain,
                                 const struct types_texts *texts, const struct types_outer *outer)
{
    (void)self;
    (void)from;
    (void)flag;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    (void)e;
    (void)f;
    (void)g;
    (void)h;
    (void)x;
    (void)age;
    (void)at;
    (void)who;
    (void)why;
    (void)loud;
    (void)name;
    (void)blob;
    (void)plain;
    (void)texts;
    (void)outer;
    return otp_stop(otp_error("types.otp:94: all is not written"));
}

otp_next types_holder_handle_optional(struct types_holder *self, otp_from from, const bool *flag,
                                      const uint64_t *h, const otp_str *name, const otp_bytes *blob,
                                      const struct types_plain *plain,
                                      const struct types_texts *texts, bool has_numbers,
                                      const uint64_t *numbers, size_t numbers_count, bool has_names,
                                      const otp_str *names, size_t names_count)
{
    (void)self;
    (void)from;
    (void)flag;
    (void)h;
    (void)name;
    (void)blob;
    (void)plain;
    (void)texts;
    (void)has_numbers;
    (void)numbers;
    (void)numbers_count;
    (void)has_names;
    (void)names;
    (void)names_count;
    return otp_stop(otp_error("types.otp:98: optional is not written"));
}

otp_next types_holder_handle_lists(struct types_holder *self, otp_from from, const bool *flags,
                                   size_t flags_count, const uint64_t *numbers,
                                   size_t numbers_count, const otp_str *names, size_t names_count,
                                   const struct types_texts *texts, size_t texts_count,
                                   const struct types_deep *deep, size_t deep_count)
{
    (void)self;
    (void)from;
    (void)flags;
    (void)flags_count;
    (void)numbers;
    (void)numbers_count;
    (void)names;
    (void)names_count;
    (void)texts;
    (void)texts_count;
    (void)deep;
    (void)deep_count;
    return otp_stop(otp_error("types.otp:101: lists is not written"));
}

otp_next types_holder_handle_nested(struct types_holder *self, otp_from from,
                                    const struct types_list_of_u64 *rows, size_t rows_count,
                                    const struct types_optional_string *holes, size_t holes_count,
                                    const struct types_list_of_list_of_inner *cube,
                                    size_t cube_count)
{
    (void)self;
    (void)from;
    (void)rows;
    (void)rows_count;
    (void)holes;
    (void)holes_count;
    (void)cube;
    (void)cube_count;
    return otp_stop(otp_error("types.otp:103: nested is not written"));
}

otp_next types_holder_handle_raw(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:104: raw is not written"));
}

otp_next types_holder_handle_text(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:105: text is not written"));
}

otp_next types_holder_handle_one(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:106: one is not written"));
}

otp_next types_holder_handle_number(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:107: number is not written"));
}

otp_next types_holder_handle_who(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:108: who is not written"));
}

otp_next types_holder_handle_loud(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:109: loud is not written"));
}

otp_next types_holder_handle_many(struct types_holder *self, otp_from from, enum types_level level)
{
    (void)self;
    (void)from;
    (void)level;
    return otp_stop(otp_error("types.otp:110: many is not written"));
}

otp_next types_holder_handle_scalars(struct types_holder *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("types.otp:117: scalars is not written"));
}

otp_next types_holder_handle_with(struct types_holder *self, uint64_t names, const otp_str *nick,
                                  const uint32_t *limit, const otp_str *label)
{
    (void)self;
    (void)names;
    (void)nick;
    (void)limit;
    (void)label;
    return otp_stop(otp_error("types.otp:118: with is not written"));
}

otp_next types_holder_handle_tick(struct types_holder *self, const struct types_node *nodes,
                                  size_t nodes_count, const struct types_plain *plain)
{
    (void)self;
    (void)nodes;
    (void)nodes_count;
    (void)plain;
    return otp_stop(otp_error("types.otp:119: tick is not written"));
}
