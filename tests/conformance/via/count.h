/* count.h - how many rooms have run their init. */
#ifndef COUNT_H
#define COUNT_H

extern _Atomic int inits;

#endif
