/* parse.c - task parse of package task (task.otp). */
#include "task_parse_impl.h"

otp_next task_parse_run(otp_from from_, const struct task_page *page, const enum task_kind *kind,
                        const otp_pid *from)
{
    (void)from_;
    (void)page;
    (void)kind;
    (void)from;
    otp_exit(otp_error("task.otp:14: parse is not written"));
}
