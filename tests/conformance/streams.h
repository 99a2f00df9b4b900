/* streams.h - streams for tests, over the struct work of a test's tasks.
 *
 * Idea: what otpc would write for a type called worker. */
#ifndef OTP_TESTS_STREAMS_H
#define OTP_TESTS_STREAMS_H

#include <otp/otp.h>

struct work;
static const struct otp_task_type worker;

typedef otp_status work_input(void *context, struct work *args);

static inline otp_status pull_work(otp_stream_input *input, void *context, void *args)
{
    return ((work_input *)input)(context, args);
}

static inline otp_status work_stream(const struct otp_stream_options *options, work_input *input,
                                     void *context, struct otp_stream **stream)
{
    return otp_stream_open(&worker, options, (otp_stream_input *)input, context, stream);
}

#endif
