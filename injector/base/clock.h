/*
 * The one clock: CLOCK_BOOTTIME, which goes on while the host sleeps, so that
 * a lease does not outlive a suspend.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_ms(void);
int64_t clock_us(void);

/* A span for a timer; what is past already is none. */
struct timeval clock_span_ms(int64_t ms);
struct timeval clock_span_us(int64_t us);

/* A clock_us() time as µs of the wall clock, as it is set now. */
int64_t clock_wall(int64_t at_us);

#define CLOCK_STRLEN 32
/* RFC 3339 in UTC with µs ("2026-11-21T13:44:06.123456Z") of a clock_us() time. */
const char *clock_print(int64_t at_us, char buf[CLOCK_STRLEN]);
/* The same of µs of the wall clock, not before 1970. */
const char *clock_print_wall(int64_t wall_us, char buf[CLOCK_STRLEN]);

#endif
