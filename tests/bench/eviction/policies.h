/* policies.h - simulated caches, to compare ours with.
 *
 * Idea: a policy sees a trace of keys, each less than KEYS, and says how many of them it had.
 * LRU; SIEVE (Zhang et al., NSDI 2024); S3-FIFO (Yang et al., SOSP 2023): a small queue of a tenth,
 * a main one, and the names of what left the small one; W-TinyLFU (Einziger et al.): a window of a
 * hundredth and a segmented LRU behind a filter of counted keys, as in Caffeine. */
#ifndef BENCH_EVICTION_POLICIES_H
#define BENCH_EVICTION_POLICIES_H

#include <stdint.h>

#define KEYS 2000000

typedef long policy(const uint32_t *trace, long n, long size);

policy policy_lru, policy_sieve, policy_s3_fifo, policy_w_tinylfu;

#endif
