/* partition.h - how a partition supervisor is a static one.
 *
 * Idea: the static supervisor runs it; where a child's process changes, it tells here.
 * Threads: the supervisor's process.
 */
#ifndef OTPI_PARTITION_H
#define OTPI_PARTITION_H

#include <otp/share.h>

#include "behav/supervisor.h"
#include "behav/supervisor_ask.h"

/* From now on threads that look for the partition find pid; no pid: nobody. */
void otpi_partition_show(struct otpi_partitions *shown, uint64_t partition, otp_pid pid);

#endif
