/* store_samples.h - stores of words and of texts, with entries by number.
 *
 * Idea: one number says what the key of an entry is in either shape, another one its value, so that
 * what was read can be seen to be whole and right.
 * Threads: any. */
#ifndef OTPC_TESTS_STORE_SAMPLES_H
#define OTPC_TESTS_STORE_SAMPLES_H

#include <stdio.h>
#include <string.h>

#include <otp/table.h>

#include "store/store.h"
#include "support.h"

static const struct otp_layout word_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_ref text_ref = { OTP_REF_TEXT, 0, 0, 0, 0, NULL };
static const struct otp_layout text_layout = { sizeof(otp_str), 1, &text_ref };

static const struct otpi_store_type words = { OTP_KEY_PLAIN, &word_layout, &word_layout, 0, 0 };
static const struct otpi_store_type texts = { OTP_KEY_TEXT, &text_layout, &text_layout, 0, 0 };

/* -- entries of either shape by number -- */

struct sample {
    char key[32], value[64];
    otp_str key_text, value_text;
    uint64_t number, value_number;
};

static inline void make_sample(struct sample *sample, uint64_t key, uint64_t value)
{
    sample->number = key;
    sample->value_number = value;
    sample->key_text.data = sample->key;
    sample->key_text.size =
        (size_t)snprintf(sample->key, sizeof sample->key, "key %llu", (unsigned long long)key);
    sample->value_text.data = sample->value;
    sample->value_text.size = (size_t)snprintf(sample->value, sizeof sample->value, "%llu:%0*d",
                                               (unsigned long long)value, (int)(value % 30) + 1, 0);
}

static inline bool is_text(const struct otpi_store *store)
{
    return store->type.key_kind == OTP_KEY_TEXT;
}

static inline void key_of(const struct otpi_store *store, struct sample *sample,
                          struct otpi_store_key *key)
{
    const void *from = is_text(store) ? (const void *)&sample->key_text : &sample->number;
    ck_assert(otpi_store_key(store, from, key));
}

static inline otp_status put_how(struct otpi_store *store, uint64_t number, uint64_t value,
                                 otp_instant expires, enum otpi_put how)
{
    struct sample sample;
    struct otpi_store_key key;
    struct otpi_store_putting putting = { .key = &key, .expires = expires, .how = how };
    otp_status status;

    make_sample(&sample, number, value);
    key_of(store, &sample, &key);
    putting.value = is_text(store) ? (const void *)&sample.value_text : &sample.value_number;
    (void)otp_pin();
    status = otpi_store_put(store, &putting);
    otp_unpin();
    return status;
}

static inline otp_status put(struct otpi_store *store, uint64_t number, uint64_t value)
{
    return put_how(store, number, value, 1000, OTPI_PUT);
}

/* The number in a value; UINT64_MAX: something is wrong with it. */
static inline uint64_t value_of(const struct otpi_found *found, otp_str text)
{
    struct sample sample;
    uint64_t value = 0;

    if (found->box == NULL)
        return found->words[0];
    for (size_t i = 0; i < text.size && text.data[i] != ':'; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    make_sample(&sample, 0, value);
    return otp_str_equal(sample.value_text, text) ? value : UINT64_MAX;
}

static inline bool get(struct otpi_store *store, uint64_t number, uint64_t *value)
{
    struct sample sample;
    struct otpi_store_key key;
    struct otpi_found found;
    otp_str text = { NULL, 0 };
    bool there;

    make_sample(&sample, number, 0);
    key_of(store, &sample, &key);
    (void)otp_pin();
    there = otpi_store_find(store, &key, &found);
    if (there && found.box != NULL)
        memcpy(&text, otpi_box_value(found.box), sizeof text);
    if (there)
        *value = value_of(&found, text);
    otp_unpin();
    return there;
}

static inline bool delete (struct otpi_store *store, uint64_t number)
{
    struct sample sample;
    struct otpi_store_key key;
    bool there;

    make_sample(&sample, number, 0);
    key_of(store, &sample, &key);
    (void)otp_pin();
    there = otpi_store_delete(store, &key);
    otp_unpin();
    return there;
}

/* At odd times nobody wants what was taken, if that can be. */
static inline size_t sweep(struct otpi_store *store, otp_instant now)
{
    bool wanted = store->boxed || now % 2 == 0;
    struct otpi_store_cursor cursor = { 0 };
    struct otpi_taken taken[OTPI_STORE_TAKEN];
    size_t n, all = 0;
    bool more;

    do {
        (void)otp_pin();
        more = otpi_store_sweep(store, &cursor, now, wanted ? taken : NULL, &n);
        otp_unpin();
        for (size_t i = 0; wanted && i < n; i++)
            otpi_store_retire(&taken[i]);
        all += n;
    } while (more);
    return all;
}

#endif
