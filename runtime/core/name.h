/* name.h - registered names.
 *
 * Idea: each name that anyone ever looked up or registered has a cell that lives as long as the
 * runtime; generated code keeps a pointer to its cell, so finding a registered process is one load.
 * Locks: names (before proc).
 */
#ifndef OTPI_NAME_H
#define OTPI_NAME_H

#include <stdatomic.h>

#include <otp/pid.h>

#include "plat/plat.h"

struct otpi_proc;

#define OTPI_NAME_MAX 255

/* A name and who has it. */
struct otpi_cell {
    struct otpi_cell *next; /* lock: names */
    _Atomic uint64_t pid;   /* atomic: bits, 0 if free; written under lock */
    uint32_t hash, size;
    char text[]; /* const, terminated */
};

struct otpi_names {
    struct otpi_lock lock;
    struct otpi_cell **buckets;
    uint32_t n_buckets, count;
};

void otpi_names_free(struct otpi_names *names);
/* The pid bits that dest means now; 0: nobody. An alias that takes one message stays on. */
uint64_t otpi_name_resolve(otp_dest dest);
/* The same if that takes no looking for a name; else 0. No alias. */
uint64_t otpi_name_known(otp_dest dest);
/* NULL, or of a length that a name may have. */
bool otpi_name_is_valid(const char *text);
/* Gives proc (live, pid) the name; ALREADY_STARTED: *holder has it. BADARG, NOMEM. */
otp_status otpi_name_take(const char *text, struct otpi_proc *proc, uint64_t pid, uint64_t *holder);
/* Frees the cell if pid still has it. */
void otpi_name_drop(struct otpi_cell *cell, uint64_t pid);

#endif
