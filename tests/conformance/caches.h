/* caches.h - what the tests of caches do with one.
 *
 * Idea: see probe.h. A test has one cache at a time, at `at`, and a clock that it turns. */
#ifndef OTP_TESTS_CACHES_H
#define OTP_TESTS_CACHES_H

#include "probe.h"

/* Where the cache of a test is. */
static otp_dest at;

static inline otp_pid start_cache(const struct otp_cache *type)
{
    static const struct otp_start plain;
    otp_pid pid = otp_no_pid();
    ck_assert_int_eq(otp_cache_start(&type->module, &plain, NULL, &pid), OTP_OK);
    at = otp_to(pid);
    return pid;
}

static inline otp_pid start(const struct otp_cache *type)
{
    start_runtime(true, false);
    return start_cache(type);
}

static inline otp_status put_for(const struct otp_cache *type, uint64_t key, uint64_t value,
                                 otp_duration ttl)
{
    return otp_cache_put(at, type, &key, &value, ttl);
}

static inline otp_status put(const struct otp_cache *type, uint64_t key, uint64_t value)
{
    return put_for(type, key, value, type->ttl);
}

/* What key has; 0: nothing. */
static inline uint64_t get(const struct otp_cache *type, uint64_t key)
{
    uint64_t value = 0;
    otp_status status = otp_cache_get(at, type, &key, &value);
    ck_assert(status == OTP_OK || status == OTP_NOT_FOUND);
    return status == OTP_OK ? value : 0;
}

static inline size_t count(const struct otp_cache *type)
{
    size_t n;
    ck_assert_int_eq(otp_cache_count(at, type, &n), OTP_OK);
    return n;
}

static inline struct otp_cache_statistics statistics(const struct otp_cache *type)
{
    struct otp_cache_statistics statistics;
    ck_assert_int_eq(otp_cache_get_statistics(at, type, &statistics), OTP_OK);
    return statistics;
}

static inline void pass(otp_duration time)
{
    ck_assert_int_eq(otp_clock_advance(time), OTP_OK);
}

static inline void use_texts(void *arg)
{
    const struct otp_cache *type = arg;
    otp_str key = otp_cstr("a key"), value = otp_cstr("a value"), none = otp_cstr(""), got;
    ck_assert_int_eq(otp_cache_put(at, type, &key, &value, OTP_S), OTP_OK);
    ck_assert_int_eq(otp_cache_put(at, type, &none, &none, OTP_S), OTP_OK);
    ck_assert_int_eq(otp_cache_get(at, type, &key, &got), OTP_OK);
    ck_assert(otp_str_equal(got, value) && got.data != value.data);
    ck_assert_int_eq(otp_cache_delete(at, type, &key), OTP_OK);
    ck_assert(otp_str_equal(got, value)); /* it is the caller's */
    otp_cache_free_value(&probe_text_layout, &got);
    ck_assert_int_eq(otp_cache_get(at, type, &key, &got), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_cache_get(at, type, &none, &got), OTP_OK);
    ck_assert_uint_eq(got.size, 0);
    otp_cache_free_value(&probe_text_layout, &got);
}

#endif
