/*
 * At once, then doubling.
 */
#include "base/backoff.h"

void
backoff_started(struct backoff *b, int64_t now)
{
	b->started_at = now;
}

int64_t
backoff_died(struct backoff *b, int64_t now)
{
	int64_t ms = BACKOFF_MIN_MS;

	b->deaths = now - b->started_at >= BACKOFF_SETTLED_MS ? 1 : b->deaths + 1;
	if (b->deaths == 1)
		return 0;
	for (unsigned int i = 2; i < b->deaths && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}
