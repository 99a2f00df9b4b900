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

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void scramble(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    scramble(v);
    v[0] ^= word;
}

void otpi_hash_key(uint64_t seed, uint64_t key[2])
{
    key[0] = seed;
    key[1] = otpi_hash_mix(seed + 0x9e3779b97f4a7c15ULL);
}

static void begin(const uint64_t key[2], uint64_t v[4])
{
    v[0] = key[0] ^ 0x736f6d6570736575ULL;
    v[1] = key[1] ^ 0x646f72616e646f6dULL;
    v[2] = key[0] ^ 0x6c7967656e657261ULL;
    v[3] = key[1] ^ 0x7465646279746573ULL;
}

static uint64_t finish(uint64_t v[4], uint64_t last)
{
    absorb(v, last);
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        scramble(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t otpi_hash_words(const uint64_t key[2], const uint64_t *words, size_t n)
{
    uint64_t v[4];
    begin(key, v);
    for (size_t i = 0; i < n; i++)
        absorb(v, words[i]);
    return finish(v, (uint64_t)(n * sizeof *words) << 56);
}

uint64_t otpi_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t key[2], v[4], word;
    otpi_hash_key(seed, key);
    begin(key, v);
    for (size_t left = size; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word); /* in the machine's order: hashes stay in this process */
        absorb(v, word);
    }
    word = (uint64_t)size << 56;
    for (size_t i = 0; i < size % sizeof word; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return finish(v, word);
}
