/* cache.h - values that are kept for a while.
 *
 * Idea: a cache is a process, usually somebody's child, whose entries are read and written by
 * whoever calls these functions: no message is sent and no lock taken to read. An entry is a key, a
 * value, and the instant when it expires; from then on it is not found any more, and the next sweep
 * takes it out. The process sweeps in slices, once per interval. A cache with a limit evicts what
 * was used least before it takes more. The entries end with the process, before anyone is told so.
 * Generated code gives these functions types and names like myapp_sessions_get.
 * Threads: any. What a value refers to is in a process scratch memory, valid until the handler
 * returns; a foreign thread gives it back.
 * Statuses of all: NOPROC: no cache is there; WRONG_MODULE: it is one of another type, or a
 * registry; NOT_RUNNING, FORKED. BADARG: a key is longer than OTP_CACHE_TEXT_MAX. Nothing is
 * changed by a function that fails, but that one that puts may have evicted others.
 */
#ifndef OTP_CACHE_H
#define OTP_CACHE_H

#include <otp/behaviour.h>
#include <otp/table.h>

/* The longest key of text or bytes; of any other type. */
#define OTP_CACHE_TEXT_MAX  ((size_t)1 << 24)
#define OTP_CACHE_PLAIN_MAX 64

enum otp_cache_read {
    OTP_READ_DIRECT, /* where the entries are */
    OTP_READ_OWNER   /* by asking the process */
};

enum otp_cache_cause {
    OTP_EVICTED_EXPIRED, /* a sweep, or one that needed room, found that it had expired */
    OTP_EVICTED_LIMIT    /* there was no room for another */
};

/* Gets a value that the cache does not have: fills in *value, and *ttl if it is to be another than
 * the type's. What value refers to is copied when it returns. Any other status than OK is given to
 * all who wait for the value. Runs in the process or thread that asked; may wait, and may end its
 * process. */
typedef otp_status otp_cache_load(const void *key, void *value, otp_duration *ttl, void *context);

/* A cache module; constant, written by otpc. */
struct otp_cache {
    struct otp_module module; /* first: a struct otp_module * to it is one to this */
    uint32_t key_kind;        /* enum otp_key_kind */
    uint32_t read;            /* enum otp_cache_read */
    const struct otp_layout *key, *value;
    otp_duration ttl;   /* of entries that are put without another; OTP_INFINITY: for ever */
    otp_duration sweep; /* from the end of a sweep to the next; OTP_INFINITY: never */
    otp_duration stale; /* how late it may be noticed that an entry has expired; 0: not at all */
    uint64_t max_entries, max_bytes; /* 0: no limit */
    /* Hears of entries that go without having been deleted or replaced, in whoever makes them go:
     * the cache's process in a sweep, else who has put another. Under no lock. NULL: nobody. */
    void (*evicted)(const void *key, const void *value, enum otp_cache_cause cause);
};

/* What a cache has done since it was started. */
struct otp_cache_statistics {
    uint64_t entries;     /* that it has, with those that have expired and were not swept */
    uint64_t bytes;       /* of them, as max_bytes counts; 0 without a limit of either kind */
    uint64_t memory;      /* bytes that the cache takes with all that it keeps ready */
    uint64_t hits;        /* reads that found what they looked for */
    uint64_t misses;      /* and that did not */
    uint64_t puts;        /* entries put or replaced */
    uint64_t expired;     /* taken out because they had expired */
    uint64_t evicted;     /* taken out because of a limit */
    uint64_t untold;      /* of these, that `evicted` was not told of: there was no memory */
    uint64_t sweeps;      /* done from the first entry to the last */
    uint64_t loads;       /* by get_or, with their failures */
    uint64_t load_errors; /* those that failed */
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start. BADARG: it has options, or its type cannot be. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_start(const struct otp_module *module,
                                                  const struct otp_start *how, const void *options,
                                                  otp_pid *pid);

/* The value of key. NOT_FOUND: there is none, or it has expired; *value is unchanged. NOMEM. Of a
 * cache that is read by its owner also TIMEOUT, EXIT, CALLING_SELF, as otp_call with 5 s. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_get(otp_dest cache, const struct otp_cache *type,
                                                const void *key, void *value);
/* Whether it has one: OK or NOT_FOUND. Reads direct, counts nothing, and is no use of the entry
 * that eviction knows of. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_has(otp_dest cache, const struct otp_cache *type,
                                                const void *key);
/* Puts or replaces value and expiry; ttl from now: 0: it has expired at once; OTP_INFINITY.
 * BADARG: ttl < 0, or it is larger than max_bytes alone. NOMEM: what was there is there. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_put(otp_dest cache, const struct otp_cache *type,
                                                const void *key, const void *value,
                                                otp_duration ttl);
/* The same, unless there is one that has not expired: EXISTS. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_put_new(otp_dest cache, const struct otp_cache *type,
                                                    const void *key, const void *value,
                                                    otp_duration ttl);
/* It expires ttl from now instead. NOT_FOUND. BADARG: ttl < 0. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_touch(otp_dest cache, const struct otp_cache *type,
                                                  const void *key, otp_duration ttl);
/* OK also if it is not there. */
OTP_API otp_status otp_cache_delete(otp_dest cache, const struct otp_cache *type, const void *key);
/* Takes all out, at once; `evicted` hears nothing. What is put meanwhile may go with it. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_clear(otp_dest cache, const struct otp_cache *type);

/* The value of key, or what load gives for it, which is put then. Of those who want a key at the
 * same time one loads, and the others wait up to timeout for it (TIMEOUT). What it returns, if not
 * OK, they return too: EXIT: it ended meanwhile, otp_last_reason(). CALLING_SELF: in load, for the
 * key that it is to load. NOMEM; BADARG: timeout < 0, or as put. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_get_or(otp_dest cache, const struct otp_cache *type,
                                                   const void *key, otp_cache_load *load,
                                                   void *context, void *value,
                                                   otp_duration timeout);

/* How many entries there are, with those that have expired and were not swept. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_count(otp_dest cache, const struct otp_cache *type,
                                                  size_t *n);
OTP_API OTP_MUST_CHECK otp_status otp_cache_get_statistics(otp_dest cache,
                                                           const struct otp_cache *type,
                                                           struct otp_cache_statistics *statistics);
/* Sweeps now, and returns when it has. What is moved by somebody's delete meanwhile may be left for
 * the next sweep. EXIT, CALLING_SELF, NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_cache_sweep(otp_dest cache, const struct otp_cache *type);

/* What a value refers to, given back by a foreign thread; nothing in a process. layout is
 * type->value. */
OTP_API void otp_cache_free_value(const struct otp_layout *layout, const void *value);

OTP_END_DECLS

#endif
