/* store.c - genserver store of package task (task.otp). */
#include "task_store_impl.h"

otp_next task_store_init(struct task_store *self, const struct task_store_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("task.otp:22: init is not written"));
}

otp_next task_store_handle_put(struct task_store *self, otp_from from, otp_str word)
{
    (void)self;
    (void)from;
    (void)word;
    return otp_stop(otp_error("task.otp:24: put is not written"));
}

/* Reads a page and what it says. */
otp_next task_store_handle_crawl(struct task_store *self, otp_from from, otp_str url)
{
    (void)self;
    (void)from;
    (void)url;
    return otp_stop(otp_error("task.otp:26: crawl is not written"));
}
