/* via.c - names that are kept elsewhere.
 *
 * Idea: found when it is used, as a registered name is; a keeper that has not heard yet of an end
 * is not believed.
 * Threads: any. Locks: none. Owns: nothing. */
#include <otp/process.h>
#include <otp/via.h>

otp_dest otp_to_via(const struct otp_via *via)
{
    otp_pid pid = via->type->whereis_name(via);

    return otp_to(otp_is_alive(pid) ? pid : otp_no_pid());
}
