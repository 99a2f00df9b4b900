/* boss.c - genserver boss of package jobs: has others work. */
#include "jobs_boss_impl.h"

otp_next jobs_boss_init(struct jobs_boss *self, const struct jobs_boss_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next jobs_boss_handle_count(struct jobs_boss *self, otp_from from, otp_str text)
{
    struct jobs_split_reply reply;
    otp_task task;
    (void)self;
    otp_must(jobs_split_async_under(JOBS_TASKS, text, NULL, &task));
    otp_must(jobs_split_await(&task, &reply));
    return jobs_boss_count_reply(from,
                                 reply.tag == JOBS_SPLIT_WORDS ? reply.as.words.all_count : 0);
}
