/* test_biased.c - the lock that belongs to one thread, and errno. */
#include "support.h"

#include <otp/errno.h>
#include <pthread.h>
#include <sched.h>

#include "plat/biased.h"

static struct otpi_biased lock;
static uint64_t guarded; /* under the lock */
static atomic_bool over;

enum { ROUNDS = 200000, TAKES = 300 };

static void *own(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        otpi_biased_enter(&lock);
        guarded++;
        otpi_biased_leave(&lock);
    }
    atomic_store(&over, true);
    return NULL;
}

/* Both change it, and no change is lost. */
START_TEST(the_owner_and_the_other_exclude_each_other)
{
    pthread_t owner;
    uint64_t taken = 0;
    otpi_fence_init();
    ck_assert_int_eq(pthread_create(&owner, NULL, own, NULL), 0);
    while (taken < TAKES) {
        if (!otpi_biased_try(&lock)) {
            sched_yield();
            continue;
        }
        uint64_t seen = guarded;
        sched_yield();
        guarded = seen + 1;
        otpi_biased_restore(&lock);
        taken++;
    }
    ck_assert_int_eq(pthread_join(owner, NULL), 0);
    ck_assert_uint_eq(guarded, ROUNDS + TAKES);
    ck_assert(atomic_load(&over));
}
END_TEST

START_TEST(an_owner_that_is_inside_is_left_alone)
{
    otpi_fence_init();
    otpi_biased_enter(&lock);
    ck_assert(!otpi_biased_try(&lock));
    otpi_biased_leave(&lock);
    ck_assert(otpi_biased_try(&lock));
    otpi_biased_restore(&lock);
}
END_TEST

static void *leave_an_error(void *unused)
{
    (void)unused;
    errno = ERANGE;
    ck_assert_int_eq(*otp_errno(), ERANGE);
    return NULL;
}

START_TEST(errno_is_that_of_the_thread)
{
    pthread_t other;
    errno = EINTR;
    ck_assert_int_eq(pthread_create(&other, NULL, leave_an_error, NULL), 0);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ck_assert_int_eq(errno, EINTR);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("biased");
    TCase *c = support_case(s, "biased", 20);
    tcase_add_test(c, the_owner_and_the_other_exclude_each_other);
    tcase_add_test(c, an_owner_that_is_inside_is_left_alone);
    tcase_add_test(c, errno_is_that_of_the_thread);
    return support_run(s);
}
