/* hold.h - where a handler waits, by the test's leave. */
#ifndef HOLD_H
#define HOLD_H

extern void (*hold_at)(void *gate);

#endif
