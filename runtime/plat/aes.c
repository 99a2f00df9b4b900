/* aes.c - three rounds of AES as a hash of one word.
 *
 * Idea: see base/hash.h. The instructions stand here as they are, so that nothing else has to be
 * compiled for processors that have them. On both machines a round mixes each byte into four, two
 * rounds mix it into all; who does not know the keys of the rounds cannot say what becomes of it.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "base/hash.h"

#include <string.h>

#include "base/apart.h"

typedef long long words __attribute__((vector_size(16)));

#if defined(__x86_64__)

bool otpi_hash_has_aes(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("aes") != 0;
}

uint64_t otpi_hash_aes(const struct otpi_word_key *key, uint64_t word)
{
    words state = { (long long)word, (long long)key->first }, one, two, three;

    memcpy(&one, &key->rounds[0], sizeof one);
    memcpy(&two, &key->rounds[2], sizeof two);
    memcpy(&three, &key->rounds[4], sizeof three);
    __asm__("aesenc %1, %0\n\taesenc %2, %0\n\taesenc %3, %0"
            : "+x"(state)
            : "x"(one), "x"(two), "x"(three));
    return (uint64_t)state[0];
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

#define HAS_AES (1ul << 3) /* as <asm/hwcap.h>, which not every compiler finds */

bool otpi_hash_has_aes(void)
{
    return (getauxval(AT_HWCAP) & HAS_AES) != 0;
}

uint64_t otpi_hash_aes(const struct otpi_word_key *key, uint64_t word)
{
    words state = { (long long)word, (long long)key->first }, rounds[3];

    memcpy(rounds, key->rounds, sizeof rounds);
    __asm__(".arch_extension aes\n\t"
            "aese %0.16b, %1.16b\n\taesmc %0.16b, %0.16b\n\t"
            "aese %0.16b, %2.16b\n\taesmc %0.16b, %0.16b\n\t"
            "aese %0.16b, %3.16b\n\taesmc %0.16b, %0.16b"
            : "+w"(state)
            : "w"(rounds[0]), "w"(rounds[1]), "w"(rounds[2]));
    return (uint64_t)state[0];
}

#endif

OTPI_APART uint64_t otpi_hash_sip(const struct otpi_word_key *key, uint64_t word)
{
    return otpi_hash_words(key->sip, &word, 1);
}

/* Here, so that who hashes bytes only is not linked with all that is fused with this. */
void otpi_hash_word_key(uint64_t seed, struct otpi_word_key *key)
{
    for (size_t i = 0; i < sizeof key->rounds / sizeof *key->rounds; i++)
        key->rounds[i] = seed = otpi_hash_mix(seed + 0x9e3779b97f4a7c15ULL);
    key->first = otpi_hash_mix(seed + 0x9e3779b97f4a7c15ULL);
    otpi_hash_key(seed, key->sip);
    key->aes = otpi_hash_has_aes();
}
