/* store.c - genserver store of package base (base.otp). */
#include "base_store_impl.h"

otp_next base_store_init(struct base_store *self, const struct base_store_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("base.otp:8: init is not written"));
}

otp_next base_store_handle_fetch(struct base_store *self, otp_from from, otp_str name,
                                 uint64_t count)
{
    (void)self;
    (void)from;
    (void)name;
    (void)count;
    return otp_stop(otp_error("base.otp:11: fetch is not written"));
}

otp_next base_store_handle_all(struct base_store *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("base.otp:12: all is not written"));
}

otp_next base_store_handle_boxes(struct base_store *self, otp_from from,
                                 const struct base_list_of_item *rows, size_t rows_count)
{
    (void)self;
    (void)from;
    (void)rows;
    (void)rows_count;
    return otp_stop(otp_error("base.otp:13: boxes is not written"));
}

otp_next base_store_handle_add(struct base_store *self, const struct base_item *item)
{
    (void)self;
    (void)item;
    return otp_stop(otp_error("base.otp:14: add is not written"));
}

otp_next base_store_handle_restock(struct base_store *self, enum base_colour colour)
{
    (void)self;
    (void)colour;
    return otp_stop(otp_error("base.otp:15: restock is not written"));
}
