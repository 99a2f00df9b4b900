/* keeper.c - genserver keeper of package refs (refs.otp). */
#include "refs_keeper_impl.h"

otp_next refs_keeper_init(struct refs_keeper *self, const struct refs_keeper_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("refs.otp:33: init is not written"));
}

otp_next refs_keeper_handle_inherit(struct refs_keeper *self,
                                    struct refs_table_of_string_to_u64 table, otp_pid from)
{
    (void)self;
    (void)table;
    (void)from;
    return otp_stop(otp_error("refs.otp:35: inherit is not written"));
}
