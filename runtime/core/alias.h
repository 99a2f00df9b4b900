/* alias.h - addresses of a process that can be switched off.
 *
 * Idea: an otp_dest with a pid and an alias's number in place of a name. Whether it is switched on
 * stands in the relations of its process; who sends by it looks and pushes under one lock, so that
 * nothing arrives after otp_unalias has returned.
 * Locks: proc.
 */
#ifndef OTPI_ALIAS_H
#define OTPI_ALIAS_H

#include "core/proc.h"

static inline bool otpi_alias_is(otp_dest dest)
{
    return dest.name_ != NULL && dest.pid_ != 0;
}

/* The alias is switched on: its process's pid bits; else 0. */
uint64_t otpi_alias_pid(otp_dest alias);
/* Pushes by an alias; one that takes one message is off then. Contract of otpi_proc_push. */
bool otpi_alias_push(otp_dest alias, struct otpi_msg *msg, bool direct);

/* Pushes to dest, which was found to be pid at proc. Contract of otpi_proc_push. */
static inline bool otpi_push_to(otp_dest dest, struct otpi_proc *proc, uint64_t pid,
                                struct otpi_msg *msg, bool direct)
{
    if (otpi_alias_is(dest))
        return otpi_alias_push(dest, msg, direct);
    return otpi_proc_push(proc, pid, msg, direct);
}

#endif
