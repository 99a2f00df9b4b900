/* point.h - places where another thread may get in between.
 *
 * Idea: builds with -DOTP_POINTS let a seeded generator delay the thread at each of them (by
 * environment OTP_POINT_SEED), so that rare interleavings become common; otherwise nothing.
 */
#ifndef OTPI_POINT_H
#define OTPI_POINT_H

/* Perhaps delays the calling thread. */
void otpi_point(void);

#ifdef OTP_POINTS
#define OTPI_POINT() otpi_point()
#else
#define OTPI_POINT() ((void)0)
#endif

#endif
