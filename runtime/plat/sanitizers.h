/* sanitizers.h - which sanitizers this build has.
 *
 * Idea: two numbers, for what has to differ; what to tell them is in sanitize.h.
 * Threads: none.
 */
#ifndef OTPI_SANITIZERS_H
#define OTPI_SANITIZERS_H

#if defined(__has_feature)
#define OTPI_HAS_FEATURE(x) __has_feature(x)
#else
#define OTPI_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || OTPI_HAS_FEATURE(address_sanitizer)
#define OTPI_ASAN 1
#else
#define OTPI_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || OTPI_HAS_FEATURE(thread_sanitizer)
#define OTPI_TSAN 1
#else
#define OTPI_TSAN 0
#endif

#endif
