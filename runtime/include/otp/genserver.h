/* genserver.h - servers: state, calls, casts, infos.
 *
 * Idea: OTP's gen_server. otpc writes a constant struct otp_genserver per module and typed
 * functions over the ones here; users meet the otp_next functions only.
 */
#ifndef OTP_GENSERVER_H
#define OTP_GENSERVER_H

#include <otp/behaviour.h>
#include <otp/table_ref.h>

/* A table<K,V> in the state: made before init, gone with the process. */
struct otp_table_field {
    const char *name;
    uint32_t offset; /* of the pointer in the state */
    const struct otp_table_type *type;
};

/* The same with an access: the state has a reference to it. */
struct otp_shared_field {
    const char *name;
    uint32_t offset; /* of the otp_table_ref in the state */
    const struct otp_table_type *type;
    uint32_t access;             /* enum otp_access */
    const struct otp_heir *heir; /* NULL: none */
};

/* A handler for what a pubsub broadcasts. */
struct otp_event_handler {
    const struct otp_message_type *type;
    otp_next (*handle)(void *self, const void *args);
};

struct otp_format;

/* A genserver module; constant, written by otpc. */
struct otp_genserver {
    struct otp_module module; /* first: a struct otp_module * to it is one to this */
    size_t state_size;
    const struct otp_table_field *tables;
    uint32_t n_tables;
    bool trap_exit;
    struct otp_mailbox mailbox; /* its limit; all zero: none */
    bool blocking; /* callbacks may wait in system calls: they run on threads for that */
    otp_next (*init)(void *self, const void *options);
    otp_next (*handle_down)(void *self, otp_monitor monitor, otp_pid pid, otp_reason reason);
    otp_next (*handle_exit)(void *self, otp_pid pid, otp_reason reason);
    otp_next (*handle_idle)(void *self);
    void (*terminate)(void *self, otp_reason reason); /* NULL: none, as for the three above */
    void (*format_status)(const void *self, struct otp_format *format);
    const struct otp_description *state_description; /* NULL: the state cannot be shown */
    const struct otp_event_handler *events;
    uint32_t n_events;
    /* Fills in the name, kept elsewhere, that it is started under unless the start gives one; the
     * key may stand in options. NULL: none. */
    void (*via)(const void *options, struct otp_via *via);
    const struct otp_shared_field *shared; /* tables that others use too */
    uint32_t n_shared;
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start. */
OTP_API OTP_MUST_CHECK otp_status otp_genserver_start(const struct otp_module *module,
                                                      const struct otp_start *how,
                                                      const void *options, otp_pid *pid);

/* What a callback returns. init: otp_ok, otp_ignore, otp_stop. Handlers: otp_noreply, otp_stop, and
 * what reply functions return. A shape that the callback may not return ends the process with
 * bad_return. Only inside a callback. */
OTP_API otp_next otp_ok(void);
OTP_API otp_next otp_ignore(void);
OTP_API otp_next otp_noreply(void);
OTP_API otp_next otp_stop(otp_reason reason);

/* Composers: what next says, and ... A continue stands alone, an idle timeout may go with
 * hibernation, a stop takes none of them; other combinations are wrong shapes. A callback makes at
 * most one stop and one continuation: the one made last counts. */
OTP_API otp_next otp_and_stop(otp_next next, otp_reason reason);  /* then stop: terminate, reply */
OTP_API otp_next otp_and_idle(otp_next next, otp_duration after); /* handle_idle if nothing comes */
/* ... then give back what it does not need while it waits: unused room of its tables, links,
 * monitors and the like, scratch memory, cold pages of the stack (otp_hibernate in behaviour.h). */
OTP_API otp_next otp_and_hibernate(otp_next next);
/* ... then the continue, before any queued message. continuation comes from otp_continue. */
OTP_API otp_next otp_and_continue(otp_next next, otp_next continuation);

/* For generated code: a continuation with its arguments (copied). */
OTP_API otp_next otp_continue(const struct otp_message_type *type, const void *args);
/* For generated code: the reply of the call being handled, copied now, delivered when the handler
 * returns. A second reply to the same call, the reply function of another one, or a reply to
 * another call that is not `reply later` ends the process with bad_return. value NULL: an
 * acknowledgement. */
OTP_API otp_next otp_reply(otp_from from, const struct otp_message_type *type, const void *value);

OTP_END_DECLS

#endif
