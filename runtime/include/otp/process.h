/* process.h - processes, links, monitors, exits.
 *
 * Idea: a process is a mailbox, a state and a behaviour, without a stack while it is idle. These
 * are the signals between processes, with OTP's rules.
 * Threads: functions about "this process" only inside one; the rest from any thread.
 */
#ifndef OTP_PROCESS_H
#define OTP_PROCESS_H

#include <otp/message.h>
#include <otp/via.h>

/* What a process that is started must know of who starts it. All zero: no link, no name. */
struct otp_start {
    const char *name; /* registered before init runs; borrowed until start returns; NULL: none */
    otp_duration timeout; /* of init; 0: no limit */
    bool link;            /* to the calling process, atomically */
    bool monitor;         /* by the calling process: *monitor_out */
    /* do not wait: the outcome comes as a message OTP_MESSAGE_STARTED. With link and monitor, who
     * traps exits gets no EXIT of it, only its DOWN. */
    bool async;
    otp_monitor *monitor_out;
    const struct otp_via *via; /* a name that is kept elsewhere; borrowed; NULL: none */
};

/* How long an alias takes messages. */
enum otp_alias_mode {
    OTP_ALIAS_EXPLICIT, /* until otp_unalias */
    OTP_ALIAS_REPLY     /* one message, or until otp_unalias */
};

/* A key of the processes' dictionaries: a static object per use, known by its address. */
struct otp_key {
    const char *name; /* for people; may be NULL */
    /* Gets the value that is left when the process has ended, on any thread, in no order; must not
     * call the library. NULL: nothing is to be done, as for memory of otp_alloc. */
    void (*destroy)(void *value);
};

enum otp_process_state {
    OTP_PROCESS_IDLE,   /* nothing to do; it has no stack */
    OTP_PROCESS_QUEUED, /* has messages and waits for a worker */
    OTP_PROCESS_RUNNING,
    OTP_PROCESS_PARKED /* waits inside a function: for a reply, a message, room in a mailbox */
};

/* What happens to a message for a process whose mailbox is full. Calls are told in each case. */
enum otp_mailbox_policy {
    OTP_MAILBOX_ERROR, /* OVERLOAD */
    OTP_MAILBOX_DROP,  /* a cast is lost, and counted */
    OTP_MAILBOX_BLOCK  /* the sender waits for room, then as ERROR */
};

/* A limit for calls, casts and infos that wait; signals, answers, timers and requests of the system
 * always get in. All zero: no limit. */
struct otp_mailbox {
    uint32_t limit;
    uint32_t policy;   /* enum otp_mailbox_policy */
    otp_duration wait; /* BLOCK */
};

/* How a mailbox with a limit does. */
struct otp_mailbox_info {
    uint32_t limit, depth;
    uint64_t overflowed; /* messages that found no room */
    uint64_t waited;     /* senders that had to wait for it */
};

/* What others may know of a process, as of one moment. */
struct otp_proc_info {
    otp_pid pid, parent;   /* parent: who started it with a link; no pid if none */
    const char *name;      /* registered; NULL if none. Valid while the runtime runs */
    const char *behaviour; /* "genserver", "process" for a plain one */
    const char *module;    /* "myapp.cache"; NULL if none */
    uint32_t state;        /* enum otp_process_state */
    bool trap_exit;
    uint32_t links, monitors, monitored_by, aliases;
    uint32_t open_calls;           /* calls that it will answer later */
    uint64_t mailbox;              /* messages that wait in it, of whatever kind */
    uint64_t received;             /* messages that it has taken out */
    size_t memory;                 /* bytes of its record, data, owned memory and relations */
    struct otp_mailbox_info bound; /* all zero: its mailbox has no limit */
};

OTP_BEGIN_DECLS

/* This process; no pid in a foreign thread. */
OTP_API otp_pid otp_self(void);
/* Who started it with a link: its EXIT is the parent's. No pid if none. */
OTP_API otp_pid otp_parent(void);

/* Ends this process now with reason: its frames are abandoned (what it owns goes with it, C++
 * destructors and cleanup attributes do not run). In a foreign thread it aborts the program. */
OTP_API OTP_NORETURN void otp_exit(otp_reason reason);

/* Sends an exit signal. kill cannot be trapped and is seen as killed; normal ends nobody but the
 * sender itself; a process that traps exits gets a message; any other reason ends it. OK also for a
 * dead pid. From a foreign thread too (its pid is then no pid). */
OTP_API otp_status otp_exit_signal(otp_pid pid, otp_reason reason);

/* Links this process and pid: when one ends, the other gets an exit signal. Linking twice is once.
 * NOPROC: pid is dead and this process does not trap; a trapping one gets OK and EXIT(noproc). */
OTP_API OTP_MUST_CHECK otp_status otp_link(otp_pid pid);
/* After it no EXIT from pid arrives, unless it is queued already. */
OTP_API otp_status otp_unlink(otp_pid pid);

/* A DOWN message comes when dest ends, at once with noproc if it is not there. */
OTP_API OTP_MUST_CHECK otp_status otp_monitor_start(otp_dest dest, otp_monitor *monitor);
/* Ends the monitor. flush: removes its DOWN if that is queued. NOT_FOUND: it had fired (then the
 * DOWN is in the mailbox, or was flushed). */
OTP_API otp_status otp_monitor_stop(otp_monitor monitor, bool flush);

/* From now on exit signals other than kill come as messages. Returns what it was before. */
OTP_API bool otp_trap_exit(bool on);

/* Not ended and not doomed by a signal that this caller has sent. */
OTP_API bool otp_is_alive(otp_pid pid);

/* An address for this process that it can switch off: what is sent by it afterwards goes to nobody.
 * It can be given to calls, casts, timers and monitors as any otp_dest; what was in the mailbox
 * before stays there. NOMEM, BADARG: no such mode, WRONG_THREAD. */
OTP_API OTP_MUST_CHECK otp_status otp_alias(enum otp_alias_mode mode, otp_dest *alias);
/* Switches it off; once it has returned nothing arrives by it. NOT_FOUND: it was off, or is no
 * alias of this process. BADARG: no alias at all. WRONG_THREAD. */
OTP_API otp_status otp_unalias(otp_dest alias);

/* This process's dictionary: for libraries and layers that have no place in the state. put keeps
 * value (not NULL; taken) under key and gives what was there before, which is the caller's now
 * (NULL if nothing; old may be NULL); key is borrowed for ever. NOMEM, BADARG, WRONG_THREAD:
 * nothing has changed, value is still the caller's. */
OTP_API OTP_MUST_CHECK otp_status otp_put(const struct otp_key *key, void *value, void **old);
/* Borrowed; NULL: nothing is there, or this thread is no process. */
OTP_API void *otp_get(const struct otp_key *key);
/* Takes it out: it is the caller's. NULL as above. */
OTP_API void *otp_erase(const struct otp_key *key);

/* Looks at any process without asking it. NOPROC: it is dead or was never, *info is unchanged.
 * NOT_RUNNING, FORKED. Any thread. */
OTP_API otp_status otp_process_info(otp_pid pid, struct otp_proc_info *info);
/* Whom it is linked with: up to room pids; *n: how many there are. Statuses as above. */
OTP_API otp_status otp_process_links(otp_pid pid, otp_pid *links, size_t room, size_t *n);
/* All processes that live, in no order: up to room pids; *n: how many there are. Some may have
 * ended when it returns. NOT_RUNNING, FORKED. Any thread. */
OTP_API otp_status otp_processes(otp_pid *pids, size_t room, size_t *n);

/* Starts a plain process that runs run(arg) and ends normal when that returns. It may call,
 * receive and park wherever it likes. how may be NULL. arg is borrowed until the process ends. A
 * plain process that starts many lets some of them run first.
 * NOMEM, NOT_RUNNING, BADARG, ALREADY_STARTED (*pid is then the holder of the name). */
OTP_API OTP_MUST_CHECK otp_status otp_spawn(void (*run)(void *arg), void *arg,
                                            const struct otp_start *how, otp_pid *pid);

OTP_END_DECLS

#endif
