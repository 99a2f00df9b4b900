/* repo.c - keeps users; here they are only counted. */
#include "store_repo_impl.h"

#include <stdio.h>

otp_next store_repo_init(struct store_repo *self, const struct store_repo_options *options)
{
    otp_must(otp_string_set(&self->path, options->path));
    printf("repo opens %.*s\n", (int)options->path.size, options->path.data);
    return otp_ok();
}

otp_next store_repo_handle_add_user(struct store_repo *self, otp_from from, otp_str email)
{
    (void)email;
    return store_repo_add_user_reply(from, ++self->users);
}

void store_repo_terminate(struct store_repo *self, otp_reason reason)
{
    (void)reason;
    printf("repo closes %.*s\n", (int)self->path.size, self->path.data);
}
