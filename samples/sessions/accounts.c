/* accounts.c - genserver accounts of package web (sessions.otp).
 *
 * Idea: token "t7" is that of user 7; a real one would look into a database. */
#include "web_accounts_impl.h"

#include <stdio.h>
#include <stdlib.h>

otp_next web_accounts_init(struct web_accounts *self, const struct web_accounts_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next web_accounts_handle_who(struct web_accounts *self, otp_from from, otp_str token)
{
    char name[32], digits[16] = "";
    unsigned long id;

    self->asked++;
    if (token.size < 2 || token.size >= sizeof(digits) || token.data[0] != 't')
        return web_accounts_who_reply_unknown(from);
    for (size_t i = 1; i < token.size; i++)
        digits[i - 1] = token.data[i];
    id = strtoul(digits, NULL, 10);
    if (id == 0)
        return web_accounts_who_reply_unknown(from);
    (void)snprintf(name, sizeof(name), "user %lu", id);
    return web_accounts_who_reply_known(from, id, otp_cstr(name));
}

otp_next web_accounts_handle_asked(struct web_accounts *self, otp_from from)
{
    return web_accounts_asked_reply(from, self->asked);
}
