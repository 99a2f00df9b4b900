/* hooks.h - what the agents of agent.otp do in C: whatever the test says. */
#ifndef HOOKS_H
#define HOOKS_H

struct hook {
    void (*run)(void *context);
    void *context;
};

extern struct hook work_hook;    /* within update work */
extern struct hook account_hook; /* within the init of account */

#endif
