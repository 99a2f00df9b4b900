/* otp.h - all of libotp.
 *
 * Idea: what generated code includes; each header also stands alone.
 */
#ifndef OTP_OTP_H
#define OTP_OTP_H

#include <otp/application.h>
#include <otp/behaviour.h>
#include <otp/cache.h>
#include <otp/checked.h>
#include <otp/child.h>
#include <otp/describe.h>
#include <otp/errno.h>
#include <otp/genserver.h>
#include <otp/layout.h>
#include <otp/log.h>
#include <otp/memory.h>
#include <otp/message.h>
#include <otp/partition.h>
#include <otp/pid.h>
#include <otp/process.h>
#include <otp/pubsub.h>
#include <otp/reason.h>
#include <otp/reclaim.h>
#include <otp/registry.h>
#include <otp/request.h>
#include <otp/runtime.h>
#include <otp/share.h>
#include <otp/slabs.h>
#include <otp/status.h>
#include <otp/stream.h>
#include <otp/supervisor.h>
#include <otp/sys.h>
#include <otp/table.h>
#include <otp/table_ref.h>
#include <otp/task.h>
#include <otp/tree.h>
#include <otp/value.h>
#include <otp/version.h>
#include <otp/via.h>

#endif
