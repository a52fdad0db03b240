/*
 * CLOCK_BOOTTIME, and how it is printed as wall time.
 */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#define LOOK_US 10000 /* somebody may set the wall clock */

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_us(void)
{
	return read_us(CLOCK_BOOTTIME);
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

struct timeval
clock_span_us(int64_t us)
{
	if (us < 0)
		us = 0;
	return (struct timeval){ .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
}

struct timeval
clock_span_ms(int64_t ms)
{
	return clock_span_us(ms * 1000);
}

int64_t
clock_wall(int64_t at_us)
{
	/* many events at once share one look at the two clocks */
	static int64_t looked = -LOOK_US, ahead;

	if (at_us < looked || at_us - looked >= LOOK_US) {
		looked = clock_us();
		ahead = read_us(CLOCK_REALTIME) - looked;
	}
	return at_us + ahead;
}

const char *
clock_print_wall(int64_t wall_us, char buf[CLOCK_STRLEN])
{
	/* most lines of a log are of the second of the line before */
	static char second[CLOCK_STRLEN - sizeof(".123456Z") + 1];
	static size_t len;
	static time_t told = -1;
	time_t seconds = (time_t)(wall_us / 1000000);
	int us = (int)(wall_us % 1000000);
	struct tm tm;

	if (seconds != told) {
		gmtime_r(&seconds, &tm);
		len = strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", &tm);
		told = seconds;
	}
	memcpy(buf, second, len);
	memcpy(buf + len, ".000000Z", sizeof(".000000Z"));
	for (char *digit = buf + len + 6; us > 0; digit--, us /= 10)
		*digit = (char)('0' + us % 10);
	return buf;
}

const char *
clock_print(int64_t at_us, char buf[CLOCK_STRLEN])
{
	return clock_print_wall(clock_wall(at_us), buf);
}
