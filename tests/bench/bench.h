/* bench.h - what the benchmarks share.
 *
 * Idea: a benchmark is work(n), run in a process of a runtime with its defaults: workers, log,
 * timeouts. It times a part of what it does and prints each figure as one line of JSON.
 */
#ifndef BENCH_H
#define BENCH_H

#include <otp/otp.h>

/* Runs work(n) in a process and returns what main is to return. n is the first argument of the
 * program, or usual; at least 1000, so that tenths and hundredths of it are something. */
int bench_main(int argc, char **argv, long usual, void (*work)(long n));

/* The same in a runtime that is configured otherwise; a figure that needs that says so. */
int bench_main_with(const struct otp_config *config, int argc, char **argv, long usual,
                    void (*work)(long n));

/* One figure: n operations took so long. */
void bench_emit(const char *workload, long n, otp_duration took);
/* The same, with the memory that each of n processes takes. */
void bench_emit_memory(const char *workload, long n, otp_duration took, double bytes_per_proc);

/* The same, with the memory that each entry takes. */
void bench_emit_bytes(const char *workload, long n, otp_duration took, double bytes_per_entry);
/* The same, with the part of them that was found. */
void bench_emit_rate(const char *workload, long n, otp_duration took, double hit_rate);

/* A line of /proc/self/status in KiB, as "VmRSS"; 0 where the kernel does not tell. */
long bench_status_kb(const char *field);
/* Ends the program with what. */
void bench_fail(const char *what);
/* bench_fail unless good. */
void bench_check(bool good, const char *what);

/* Has one process, and then four at once, use model n times in all, after a tenth of that untimed;
 * emits that as workload_c1 and workload_c4. Each process has a seed and a count of its own. By a
 * plain process; borrows model. */
void bench_clients(const char *workload, void (*use)(const void *model, uint64_t seed, long count),
                   const void *model, long n);

/* Takes count messages out of the mailbox of the calling plain process. */
void bench_collect(long count);

#endif
