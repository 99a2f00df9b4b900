/* hash.h - hashes of keys that strangers may choose.
 *
 * Idea: SipHash-1-3 under a secret key for bytes, a strong mixer for numbers: who does not know the
 * seed cannot make keys that collide.
 * Threads: any.
 */
#ifndef OTPI_HASH_H
#define OTPI_HASH_H

#include <stddef.h>
#include <stdint.h>

/* What the seeds of this run are made from; without it they differ by the place of the program in
 * memory only. Before any other thread runs. */
void otpi_hash_use(uint64_t random);
/* A seed for one table, another each time. */
uint64_t otpi_hash_seed(void);

uint64_t otpi_hash_bytes(uint64_t seed, const void *bytes, size_t size);
/* The same for words of eight bytes, under the two halves of a key that is made of a seed once. */
void otpi_hash_key(uint64_t seed, uint64_t key[2]);
uint64_t otpi_hash_words(const uint64_t key[2], const uint64_t *words, size_t n);

/* Every bit of x in every bit of what comes out. */
static inline uint64_t otpi_hash_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

static inline uint64_t otpi_hash_number(uint64_t seed, uint64_t number)
{
    return otpi_hash_mix(otpi_hash_mix(number ^ seed) + seed);
}

#endif
