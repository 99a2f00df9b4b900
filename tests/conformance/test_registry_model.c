/* test_registry_model.c - registering and unregistering against a model, keys of every size.
 *
 * Idea: see probe.h; keys that are one word are registered, looked up and given back by frames of
 * their own (registry_near.c, registry_read.c), other sizes by the long way. */
#include "probe.h"

#include <otp/registry.h>

/* An entry as it is given out: of keys of up to eight bytes. */
struct named {
    uint64_t key;
    otp_pid pid;
};

static const struct otp_registry bare = {
    .module = { "tests.bare", "test:2", 0, NULL, otp_registry_start },
    .entry_size = sizeof(struct named),
    .pid_offset = offsetof(struct named, pid),
};

/* Against a model: keys of each size that a slot of its own can have, so many that tables grow,
 * lines are full, and those behind a slot that is taken away move up. */
static void churn_keys(otp_dest at, const struct otp_registry *type)
{
    static bool has[3000];
    uint64_t random = 1, keys = type->key->size == 1 ? 256 : sizeof has;
    memset(has, 0, sizeof has);
    for (int i = 0; i < 12000; i++) {
        otp_pid pid = otp_no_pid();
        random = random * 6364136223846793005U + 1442695040888963407U;
        uint64_t key = (random >> 33) % keys, seen = (random >> 40) % keys;
        if (has[key])
            ck_assert_int_eq(otp_registry_unregister(at, type, &key), OTP_OK);
        else
            ck_assert_int_eq(otp_registry_register(at, type, &key, NULL, NULL), OTP_OK);
        has[key] = !has[key];
        ck_assert_int_eq(otp_registry_lookup(at, type, &seen, &pid, NULL),
                         has[seen] ? OTP_OK : OTP_NOT_FOUND);
        ck_assert_uint_eq(pid.bits, has[seen] ? otp_self().bits : 0);
    }
}

static void churn(void *arg)
{
    (void)arg;
    for (uint32_t size = 1; size <= 8; size++) {
        struct otp_layout layout = { .size = size };
        struct otp_registry type = bare;
        otp_pid pid;
        type.key = &layout;
        ck_assert_int_eq(otp_registry_start(&type.module, NULL, NULL, &pid), OTP_OK);
        churn_keys(otp_to(pid), &type);
        ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_OK);
        ck_assert(!otp_is_alive(pid));
    }
}

START_TEST(keys_of_every_size_come_and_go)
{
    start_runtime(false, false);
    in_process(churn, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("registry_model");
    TCase *c = support_case(s, "keys", 20);
    tcase_add_test(c, keys_of_every_size_come_and_go);
    return support_run(s);
}
