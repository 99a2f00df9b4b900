/* hash.c - hashes of keys that strangers may choose.
 *
 * Idea: see hash.h. SipHash as its authors describe it, with one round for each word and three at
 * the end; the second half of its key is derived from the seed, as a table keeps 64 bits.
 * Threads: any. Locks: none; the counter is atomic.
 * Owns: the secret of this run and the count of seeds given out.
 */
#include "base/hash.h"

#include <string.h>

static uint64_t secret;       /* written by otpi_hash_use before other threads run */
static uint64_t seeds_so_far; /* atomic, relaxed: only that each caller gets another number */

void otpi_hash_use(uint64_t random)
{
    secret = random;
}

uint64_t otpi_hash_seed(void)
{
    uint64_t number = __atomic_add_fetch(&seeds_so_far, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);
    return otpi_hash_mix(otpi_hash_mix(number + (uint64_t)(uintptr_t)&secret) ^ secret);
}

void otpi_hash_key(uint64_t seed, uint64_t key[2])
{
    key[0] = seed;
    key[1] = otpi_hash_mix(seed + 0x9e3779b97f4a7c15ULL);
}

uint64_t otpi_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t key[2], v[4], word;
    otpi_hash_key(seed, key);
    otpi_hash_begin(key, v);
    for (size_t left = size; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word); /* in the machine's order: hashes stay in this process */
        otpi_hash_absorb(v, word);
    }
    word = (uint64_t)size << 56;
    for (size_t i = 0; i < size % sizeof word; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return otpi_hash_finish(v, word);
}
