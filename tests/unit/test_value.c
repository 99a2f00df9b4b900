/* test_value.c - views of text and bytes, spans of time, and the hashes of them.
 *
 * Idea: the corners of the inline functions: empty views, views without data, parts of text; of the
 * hashes, that each byte and each bit counts and that the seed changes everything.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include <otp/pid.h>
#include <otp/value.h>

#include "base/hash.h"

START_TEST(views_of_c_strings)
{
    ck_assert_uint_eq(otp_cstr("abc").size, 3);
    ck_assert_uint_eq(otp_cstr("").size, 0);
    ck_assert_uint_eq(otp_cstr(NULL).size, 0);
    ck_assert_ptr_null(otp_cstr(NULL).data);
}
END_TEST

START_TEST(views_are_equal_by_their_bytes)
{
    otp_str whole = otp_cstr("abcabc");
    otp_str front = { whole.data, 3 };
    otp_str back = { whole.data + 3, 3 };
    ck_assert(otp_str_equal(front, back));
    ck_assert(!otp_str_equal(front, whole));
    ck_assert(!otp_str_equal(otp_cstr("abc"), otp_cstr("abd")));
    ck_assert(otp_str_equal(otp_cstr(NULL), otp_cstr("")));
    otp_bytes a = { (const uint8_t *)"a\0b", 3 };
    otp_bytes b = { (const uint8_t *)"a\0c", 3 };
    ck_assert(otp_bytes_equal(a, a));
    ck_assert(!otp_bytes_equal(a, b));
    ck_assert(otp_bytes_equal((otp_bytes){ NULL, 0 }, (otp_bytes){ a.data, 0 }));
}
END_TEST

START_TEST(spans_of_time_multiply_up)
{
    ck_assert_int_eq(OTP_S, 1000000000);
    ck_assert_int_eq(OTP_DAY, INT64_C(86400) * OTP_S);
    ck_assert_int_gt(OTP_INFINITY, 365 * 200 * OTP_DAY);
}
END_TEST

START_TEST(destinations_are_a_pid_or_a_name)
{
    static struct otp_name name = { .text = "x" };
    otp_pid pid = { 77 };
    ck_assert_uint_eq(otp_to(pid).pid_, 77);
    ck_assert_ptr_null(otp_to(pid).name_);
    ck_assert_uint_eq(otp_to_name(&name).pid_, 0);
    ck_assert_ptr_eq(otp_to_name(&name).name_, &name);
    ck_assert(otp_pid_equal(otp_no_pid(), (otp_pid){ 0 }));
    ck_assert(!otp_pid_equal(otp_no_pid(), pid));
}
END_TEST

START_TEST(each_byte_counts_in_a_hash)
{
    unsigned char bytes[40] = { 0 };
    for (size_t size = 0; size <= sizeof bytes; size++) {
        uint64_t plain = otpi_hash_bytes(1, bytes, size);
        ck_assert_uint_eq(plain, otpi_hash_bytes(1, bytes, size));
        ck_assert_uint_ne(plain, otpi_hash_bytes(2, bytes, size));
        if (size > 0)
            ck_assert_uint_ne(plain, otpi_hash_bytes(1, bytes, size - 1));
        for (size_t i = 0; i < size; i++) {
            bytes[i] = 0x80;
            ck_assert_uint_ne(plain, otpi_hash_bytes(1, bytes, size));
            bytes[i] = 0;
        }
    }
}
END_TEST

/* One bit of the key changes about half of the hash. */
START_TEST(hashes_avalanche)
{
    unsigned flips = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t number = 0x0123456789abcdefu;
        uint64_t other = number ^ UINT64_C(1) << bit;
        unsigned bytes = (unsigned)__builtin_popcountll(otpi_hash_bytes(5, &number, 8) ^
                                                        otpi_hash_bytes(5, &other, 8));
        unsigned numbers = (unsigned)__builtin_popcountll(otpi_hash_number(5, number) ^
                                                          otpi_hash_number(5, other));
        ck_assert_uint_gt(bytes, 8);
        ck_assert_uint_gt(numbers, 8);
        flips += bytes + numbers;
    }
    ck_assert_uint_gt(flips, 128 * 28);
    ck_assert_uint_lt(flips, 128 * 36);
}
END_TEST

/* The same of what hashes single words, with and without AES. */
static void check_words(bool aes)
{
    struct otpi_word_key key, other_key;
    unsigned flips = 0;
    otpi_hash_word_key(5, &key);
    otpi_hash_word_key(6, &other_key);
    key.aes = other_key.aes = aes;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t word = 0x0123456789abcdefu, hash = otpi_hash_word(&key, word);
        unsigned changed =
            (unsigned)__builtin_popcountll(hash ^ otpi_hash_word(&key, word ^ UINT64_C(1) << bit));
        ck_assert_uint_eq(hash, otpi_hash_word(&key, word));
        ck_assert_uint_ne(hash, otpi_hash_word(&other_key, word));
        ck_assert_uint_gt(changed, 8);
        flips += changed;
    }
    ck_assert_uint_gt(flips, 64 * 28);
    ck_assert_uint_lt(flips, 64 * 36);
}

START_TEST(hashes_of_words_avalanche)
{
    struct otpi_word_key key;
    uint64_t word = 77;
    otpi_hash_word_key(5, &key);
    ck_assert(key.aes == otpi_hash_has_aes());
    check_words(false);
    key.aes = false;
    ck_assert_uint_eq(otpi_hash_word(&key, word), otpi_hash_words(key.sip, &word, 1));
    if (otpi_hash_has_aes())
        check_words(true);
    else
        printf("SKIP hashes_of_words_avalanche: this processor has no AES\n");
}
END_TEST

START_TEST(seeds_differ)
{
    uint64_t before = otpi_hash_seed();
    ck_assert_uint_ne(before, otpi_hash_seed());
    otpi_hash_use(12345);
    ck_assert_uint_ne(before, otpi_hash_seed());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value");
    TCase *c = support_case(suite, "value", 10.0);
    tcase_add_test(c, views_of_c_strings);
    tcase_add_test(c, views_are_equal_by_their_bytes);
    tcase_add_test(c, spans_of_time_multiply_up);
    tcase_add_test(c, destinations_are_a_pid_or_a_name);
    tcase_add_test(c, each_byte_counts_in_a_hash);
    tcase_add_test(c, hashes_avalanche);
    tcase_add_test(c, hashes_of_words_avalanche);
    tcase_add_test(c, seeds_differ);
    return support_run(suite);
}
