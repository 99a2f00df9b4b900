/* hash.h - hashes of keys that strangers may choose.
 *
 * Idea: SipHash-1-3 under a secret key for bytes, a strong mixer for numbers: who does not know the
 * seed cannot make keys that collide. A single word goes through three rounds of AES under secret
 * keys instead, as numbers do in the maps of Go, where the processor has them: a sixth of the
 * instructions.
 * Threads: any.
 */
#ifndef OTPI_HASH_H
#define OTPI_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the seeds of this run are made from; without it they differ by the place of the program in
 * memory only. Before any other thread runs. */
void otpi_hash_use(uint64_t random);
/* A seed for one table, another each time. */
uint64_t otpi_hash_seed(void);

uint64_t otpi_hash_bytes(uint64_t seed, const void *bytes, size_t size);
/* The two halves of a key that is made of a seed once. */
void otpi_hash_key(uint64_t seed, uint64_t key[2]);

static inline uint64_t otpi_hash_rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

/* A round of SipHash, and what takes in a word; in place, as whoever looks something up waits. */
static inline __attribute__((always_inline)) void otpi_hash_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = otpi_hash_rotate(v[1], 13) ^ v[0];
    v[3] = otpi_hash_rotate(v[3], 16) ^ v[2];
    v[0] = otpi_hash_rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = otpi_hash_rotate(v[1], 17) ^ v[2];
    v[3] = otpi_hash_rotate(v[3], 21) ^ v[0];
    v[2] = otpi_hash_rotate(v[2], 32);
}

static inline __attribute__((always_inline)) void otpi_hash_absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    otpi_hash_round(v);
    v[0] ^= word;
}

static inline __attribute__((always_inline)) void otpi_hash_begin(const uint64_t key[2],
                                                                  uint64_t v[4])
{
    v[0] = key[0] ^ 0x736f6d6570736575ULL;
    v[1] = key[1] ^ 0x646f72616e646f6dULL;
    v[2] = key[0] ^ 0x6c7967656e657261ULL;
    v[3] = key[1] ^ 0x7465646279746573ULL;
}

static inline __attribute__((always_inline)) uint64_t otpi_hash_finish(uint64_t v[4], uint64_t last)
{
    otpi_hash_absorb(v, last);
    v[2] ^= 0xff;
    otpi_hash_round(v);
    otpi_hash_round(v);
    otpi_hash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The same as otpi_hash_bytes for words of eight bytes, under such a key. */
static inline uint64_t otpi_hash_words(const uint64_t key[2], const uint64_t *words, size_t n)
{
    uint64_t v[4];
    otpi_hash_begin(key, v);
    for (size_t i = 0; i < n; i++)
        otpi_hash_absorb(v, words[i]);
    return otpi_hash_finish(v, (uint64_t)(n * sizeof *words) << 56);
}

/* What single words are hashed with. */
struct otpi_word_key {
    uint64_t rounds[6]; /* two for each */
    uint64_t first;
    uint64_t sip[2]; /* of SipHash */
    bool aes;
};

/* Done in plat/aes.c, all four. The key for a seed. Gives key. */
void otpi_hash_word_key(uint64_t seed, struct otpi_word_key *key);
/* Whether the processor has it; the hash of a word if so. */
bool otpi_hash_has_aes(void);
uint64_t otpi_hash_aes(const struct otpi_word_key *key, uint64_t word);
/* The same without it; apart, as it would take all registers of who looks something up. */
uint64_t otpi_hash_sip(const struct otpi_word_key *key, uint64_t word);

static inline uint64_t otpi_hash_word(const struct otpi_word_key *key, uint64_t word)
{
    return key->aes ? otpi_hash_aes(key, word) : otpi_hash_sip(key, word);
}

/* Every bit of x in every bit of what comes out. */
static inline uint64_t otpi_hash_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

/* The two halves of a product in one: every bit of it depends on all of both, nearly. */
static inline uint64_t otpi_hash_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Two such products, the first one with the seed: a third of the time that two mixers take. */
static inline uint64_t otpi_hash_number(uint64_t seed, uint64_t number)
{
    uint64_t first = otpi_hash_fold(number ^ 0xa0761d6478bd642fULL, seed ^ 0xe7037ed1a0b428dbULL);
    return otpi_hash_fold(first ^ seed, 0x9e3779b97f4a7c15ULL);
}

#endif
