/* version.h - which libotp this is.
 *
 * Idea: generated code was written for one ABI number and refuses to be compiled against another.
 * The number changes when a generated file of an older otpc would no longer be right.
 */
#ifndef OTP_VERSION_H
#define OTP_VERSION_H

#define OTP_VERSION "0.1.0"
#define OTP_ABI     1

#if !defined(__linux__)
#error "libotp runs on Linux (glibc or musl) only"
#endif
#if !defined(__x86_64__) && !defined(__aarch64__)
#error "libotp runs on x86-64 and aarch64 only"
#endif

/* Exported from libotp.so. */
#define OTP_API        __attribute__((visibility("default")))
/* The result must be looked at. */
#define OTP_MUST_CHECK __attribute__((warn_unused_result))
/* Does not return to its caller. */
#define OTP_NORETURN   __attribute__((noreturn))

#ifdef __cplusplus
#define OTP_BEGIN_DECLS extern "C" {
#define OTP_END_DECLS   }
#else
#define OTP_BEGIN_DECLS
#define OTP_END_DECLS
#endif

#endif
