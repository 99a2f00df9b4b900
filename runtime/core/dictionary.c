/* dictionary.c - what code that is no behaviour keeps per process.
 *
 * Idea: a map from the address of a key to a pointer, in the extras. Only its own process
 * touches it, so it needs no lock; whoever buries the process hands what is left to the keys.
 * Threads: the process's own. Locks: none. Owns: the map; the values belong to the keys' users.
 */
#include <otp/process.h>

#include "base/misuse.h"
#include "core/fiber.h"
#include "core/memory.h"

static void *to_pointer(uint64_t value)
{
    return (void *)(uintptr_t)value;
}

static uint64_t from_key(const struct otp_key *key)
{
    return (uint64_t)(uintptr_t)key;
}

otp_status otp_put(const struct otp_key *key, void *value, void **old)
{
    struct otpi_proc *self = otpi_self_proc();
    uint64_t before = 0;
    otp_status status;

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (key == NULL || value == NULL)
        return OTPI_JUDGED(OTP_BADARG);
    if (otpi_proc_extras(self) == NULL)
        return OTP_NOMEM;
    (void)otpi_map_get(&self->extras->dictionary, from_key(key), &before);
    status = otpi_map_put(&self->extras->dictionary, from_key(key), (uint64_t)(uintptr_t)value);
    if (status == OTP_OK && old != NULL)
        *old = to_pointer(before);
    return OTPI_JUDGED(status);
}

void *otp_get(const struct otp_key *key)
{
    struct otpi_proc *self = otpi_self_proc();
    uint64_t value = 0;

    if (self != NULL && self->extras != NULL && key != NULL)
        (void)otpi_map_get(&self->extras->dictionary, from_key(key), &value);
    return to_pointer(value);
}

void *otp_erase(const struct otp_key *key)
{
    struct otpi_proc *self = otpi_self_proc();
    uint64_t value = 0;

    if (self == NULL)
        return NULL;
    otpi_check_alive();
    if (self->extras != NULL && key != NULL)
        (void)otpi_map_remove(&self->extras->dictionary, from_key(key), &value);
    return to_pointer(value);
}

void otpi_dictionary_free(struct otpi_map *dictionary)
{
    struct otpi_map_entry entry;

    while (otpi_map_pop(dictionary, &entry)) {
        const struct otp_key *key = to_pointer(entry.key);
        if (key->destroy != NULL)
            key->destroy(to_pointer(entry.value));
    }
    otpi_map_clear(dictionary);
}
