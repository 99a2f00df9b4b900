/* notes.h - what the handlers of sys.otp and their test share. */
#ifndef OTP_TESTS_SYS_NOTES_H
#define OTP_TESTS_SYS_NOTES_H

#include <stdbool.h>
#include <stdint.h>

/* Into the test's journal. */
void sys_note(const char *text);
/* Returns when the test lets it. */
void sys_hold(void);

/* Functions for otp_sys_inspect_state and otp_sys_replace_state, and what they share with their
 * caller. */
struct sys_look {
    uint64_t sum;
    char label[32];
};
void sys_look(const void *state, void *context);
bool sys_put_label(void *state, void *context);        /* sum and label of the context */
bool sys_refuse(void *state, void *context);           /* adds one to sum, then false */
bool sys_crash_in_replace(void *state, void *context); /* the same, then otp_exit */

#endif
