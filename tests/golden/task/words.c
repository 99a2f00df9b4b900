/* words.c - task words of package task (task.otp). */
#include "task_words_impl.h"

otp_next task_words_run(otp_from from, const otp_str *lines, size_t lines_count)
{
    (void)from;
    (void)lines;
    (void)lines_count;
    otp_exit(otp_error("task.otp:16: words is not written"));
}
