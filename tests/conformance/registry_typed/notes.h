/* notes.h - what the listener of test_registry_typed.c tells the test.
 *
 * Idea: the handlers stand in a file of their own, as a user's would; the journal is the test's. */
#ifndef OTP_TESTS_REGISTRY_NOTES_H
#define OTP_TESTS_REGISTRY_NOTES_H

#include <otp/otp.h>

/* A change, as the listener has heard of it. Borrows key. Any thread. */
void note_change(const char *what, otp_str key, int value);

#endif
