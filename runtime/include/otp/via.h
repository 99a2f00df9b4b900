/* via.h - names that are kept elsewhere.
 *
 * Idea: OTP's {via, Module, Name}: who keeps names gives three functions, and a process can be
 * started under such a name, or addressed by it, as by a registered one. A registry is one such
 * keeper (otp_registry_via), a program may have others.
 * Threads: the functions are called in the thread of whoever starts or sends, under no lock; they
 * may call the library, and wait. A supervisor that starts a child waits with them.
 */
#ifndef OTP_VIA_H
#define OTP_VIA_H

#include <otp/pid.h>

struct otp_via;

/* How names of one kind are kept. */
struct otp_via_type {
    /* Gives pid the name, before its init has run. ALREADY_STARTED: *holder, alive, has it; any
     * other status ends the start with it. */
    otp_status (*register_name)(const struct otp_via *via, otp_pid pid, otp_pid *holder);
    /* Frees the name if pid has it: its start has failed, and who started it has waited for that (a
     * supervisor does not). A process that ends otherwise is to be forgotten without this: the
     * holder of a name may be dead at any time (otp_is_alive, or a monitor). */
    void (*unregister_name)(const struct otp_via *via, otp_pid pid);
    /* Who has the name; no pid if nobody. */
    otp_pid (*whereis_name)(const struct otp_via *via);
};

/* A name; borrowed wherever it is given. */
struct otp_via {
    const struct otp_via_type *type;
    otp_dest keeper;     /* the process that keeps it, if there is one */
    const void *context; /* the type's: of a registry its struct otp_registry */
    const void *key;     /* as the type reads it */
    const void *value;   /* kept with the name, as the type reads it; may be NULL */
};

OTP_BEGIN_DECLS

/* Whoever has the name now, as a destination; one that nobody is (NOPROC) if nobody has it or the
 * one who had it has ended. Any thread. */
OTP_API otp_dest otp_to_via(const struct otp_via *via);

OTP_END_DECLS

#endif
