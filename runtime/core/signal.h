/* signal.h - what processes tell each other without a message of the user's.
 *
 * Idea: links and monitors are recorded at both ends, each under its own process's lock, never two
 * at once: an end that finds its record gone drops the signal, so an unlink or demonitor that has
 * returned is final.
 */
#ifndef OTPI_SIGNAL_H
#define OTPI_SIGNAL_H

#include "core/proc.h"

/* An exit signal from `from` (pid bits): by a link, only if that still is one; or by hand. */
void otpi_signal_exit(uint64_t to, uint64_t from, const otp_reason *reason, bool by_link);
/* The same by a link, of who is told by a DOWN too: if `to` traps exits, that is all it gets. */
void otpi_signal_exit_once(uint64_t to, uint64_t from, const otp_reason *reason);
/* That and DOWN: the end of about, for its parent. */
void otpi_signal_parent(uint64_t to, uint64_t ref, uint64_t about, const otp_reason *reason);
/* DOWN for the monitor ref of `to`, if that still has it. */
void otpi_signal_down(uint64_t to, uint64_t ref, uint64_t about, const otp_reason *reason);
/* Forgets the monitor ref of `to`: no DOWN comes. */
void otpi_signal_disarm(uint64_t to, uint64_t ref);
/* Forgets the watcher with monitor ref at target. */
void otpi_signal_unwatch(uint64_t target, uint64_t ref);
/* Tells who started pid how that went. reason may be NULL. */
void otpi_signal_started(const struct otpi_starter *starter, uint64_t pid, otp_status status,
                         const otp_reason *reason);
/* A link between two processes, or a monitor of target by watcher: BADARG if one is dead, then
 * nothing is left behind. NOMEM. */
otp_status otpi_signal_link(struct otpi_proc *proc, uint64_t pid, uint64_t other);
/* The link of pid with one that it has just made, and its monitor (0: none), of both of which the
 * other end is there: BADARG if pid is dead. */
otp_status otpi_signal_link_new(struct otpi_proc *proc, uint64_t pid, uint64_t made, uint64_t ref);
otp_status otpi_signal_watch(struct otpi_proc *watcher, uint64_t pid, uint64_t target,
                             uint64_t ref);
/* Ends a link from pid's side; false: there was none. */
bool otpi_signal_unlink(struct otpi_proc *proc, uint64_t pid, uint64_t other);
/* Ends a monitor from the watcher's side; false: it had fired or never was. */
bool otpi_signal_demonitor(struct otpi_proc *watcher, uint64_t ref);

#endif
