/* registry.h - processes by key.
 *
 * Idea: Elixir's Registry. A registry is a process, usually somebody's child, whose entries are
 * read and written by whoever calls these functions, without a message: a lookup takes no lock.
 * An entry is a key, the process that has it, and a value. A unique registry has one entry a key, a
 * duplicate one any number. Entries go with their process before anyone is told of its end, so who
 * has seen its DOWN does not find it any more and can have its key at once. As in Elixir a process
 * with entries is linked with the registry in one direction: if the registry ends, the process gets
 * an exit signal, but otp_process_links does not name it.
 * Generated code gives these functions types and names like myapp_workers_register.
 * Threads: any, unless said. What a result refers to is in a process scratch memory, valid until
 * the handler returns; a foreign thread gives it back.
 * Statuses of all: NOPROC: no registry is there; WRONG_MODULE: it is one of another type;
 * NOT_RUNNING, FORKED. Nothing is changed by a function that fails.
 */
#ifndef OTP_REGISTRY_H
#define OTP_REGISTRY_H

#include <otp/behaviour.h>
#include <otp/table.h>

enum otp_registry_keys { OTP_UNIQUE, OTP_DUPLICATE };

/* The longest key: of text or bytes; of any other type. */
#define OTP_REGISTRY_TEXT_MAX  65535
#define OTP_REGISTRY_PLAIN_MAX 64

/* A registry module; constant, written by otpc. An entry as it is given out is a struct that begins
 * with the key. */
struct otp_registry {
    struct otp_module module; /* first: a struct otp_module * to it is one to this */
    uint32_t keys;            /* enum otp_registry_keys */
    uint32_t key_kind;        /* enum otp_key_kind */
    const struct otp_layout *key;
    const struct otp_layout *value; /* NULL: entries have none */
    const struct otp_layout *meta;  /* NULL: the registry has none */
    uint32_t entry_size;            /* of an entry as it is given out, .. */
    uint32_t pid_offset;            /* .. its pid, .. */
    uint32_t value_offset;          /* .. its value, if there is one */
    /* Tell the listener; NULL: there is none. A key is taken away after that was told, and told of
     * after it was given, so that the messages about one key are in order. Ends tell nobody. */
    void (*registered)(const void *key, otp_pid pid, const void *value);
    void (*unregistered)(const void *key, otp_pid pid);
};

/* Some entries, in no order. items is what to give back. */
struct otp_registry_entries {
    void *items; /* NULL if there are none */
    size_t count;
};

/* Says whether it wants an entry. May end its process. */
typedef bool otp_registry_accept(const void *entry, void *context);

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start. BADARG: it has options, or its type cannot be. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_start(const struct otp_module *module,
                                                     const struct otp_start *how,
                                                     const void *options, otp_pid *pid);

/* -- the calling process's own entries -- */

/* Gives it key with a copy of value (NULL if the type has none). ALREADY_STARTED: of a unique
 * registry, *holder has the key, which may be the caller itself; holder may be NULL.
 * BADARG: the key is too long. NOMEM, WRONG_THREAD. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_register(otp_dest registry,
                                                        const struct otp_registry *type,
                                                        const void *key, const void *value,
                                                        otp_pid *holder);
/* Takes away its entries of that key. OK also if there are none. WRONG_THREAD. */
OTP_API otp_status otp_registry_unregister(otp_dest registry, const struct otp_registry *type,
                                           const void *key);
/* Those of them that accept wants (NULL: all); *n (may be NULL) gets how many were taken away.
 * accept is called under no lock, about the entries that there were before, and may register and
 * unregister: what it registers stays, what it has unregistered is not counted. NOMEM,
 * WRONG_THREAD. */
OTP_API otp_status otp_registry_unregister_match(otp_dest registry, const struct otp_registry *type,
                                                 const void *key, otp_registry_accept *accept,
                                                 void *context, size_t *n);
/* Replaces the value that it has under key in a unique registry. Nobody else can, so what it has
 * looked up is what is replaced. NOT_FOUND: it does not have the key. BADARG: a duplicate registry,
 * or one without values. NOMEM, WRONG_THREAD. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_update_value(otp_dest registry,
                                                            const struct otp_registry *type,
                                                            const void *key, const void *value);

/* -- looking -- */

/* Who has key in a unique registry, and with which value (the struct, NULL: not wanted). NOT_FOUND:
 * nobody, *pid and *value are unchanged. BADARG: a duplicate registry. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_lookup(otp_dest registry,
                                                      const struct otp_registry *type,
                                                      const void *key, otp_pid *pid, void *value);
/* All entries of key. OK also if there are none. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_lookup_all(otp_dest registry,
                                                          const struct otp_registry *type,
                                                          const void *key,
                                                          struct otp_registry_entries *entries);
/* The entries of one process: all, or (key not NULL) those of that key. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_entries_of(otp_dest registry,
                                                          const struct otp_registry *type,
                                                          otp_pid pid, const void *key,
                                                          struct otp_registry_entries *entries);
/* Those that accept wants (NULL: all): of one key, or (key NULL) of all keys. Calls accept in the
 * caller, under no lock, with copies: it may register and unregister. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_select(otp_dest registry,
                                                      const struct otp_registry *type,
                                                      const void *key, otp_registry_accept *accept,
                                                      void *context,
                                                      struct otp_registry_entries *entries);
/* Calls run once, in the caller, under no lock, with copies of all entries of key; not if there are
 * none. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_dispatch(
    otp_dest registry, const struct otp_registry *type, const void *key,
    void (*run)(const struct otp_registry_entries *entries, void *context), void *context);
/* How many entries it has. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_count(otp_dest registry,
                                                     const struct otp_registry *type, size_t *n);

/* -- what is kept about the registry itself, of type->meta -- */

/* BADARG: it has none. NOT_FOUND: none was put. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_meta(otp_dest registry,
                                                    const struct otp_registry *type, void *meta);
OTP_API OTP_MUST_CHECK otp_status otp_registry_put_meta(otp_dest registry,
                                                        const struct otp_registry *type,
                                                        const void *meta);
OTP_API otp_status otp_registry_delete_meta(otp_dest registry, const struct otp_registry *type);

/* -- giving back what a foreign thread got; nothing in a process -- */

OTP_API void otp_registry_free_entries(struct otp_registry_entries *entries);
/* What a looked up value or meta refers to; layout is type->value or type->meta. */
OTP_API void otp_registry_free_value(const struct otp_layout *layout, const void *value);

/* -- names -- */

/* For a name via a registry: the same as register for another process, from any thread. NOPROC
 * also: pid has ended. BADARG also: a duplicate registry. */
OTP_API OTP_MUST_CHECK otp_status otp_registry_register_name(otp_dest registry,
                                                             const struct otp_registry *type,
                                                             otp_pid pid, const void *key,
                                                             const void *value, otp_pid *holder);
/* Who has the name now, alive; no pid if nobody. */
OTP_API otp_pid otp_registry_whereis_name(otp_dest registry, const struct otp_registry *type,
                                          const void *key);

/* The same for struct otp_via: keeper is the registry, context its struct otp_registry, key and
 * value as for register. */
OTP_API extern const struct otp_via_type otp_registry_via;

OTP_END_DECLS

#endif
