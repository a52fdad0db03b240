/*
 * The last results of one check: a ring, so that nothing is allocated while
 * checks run.
 */
#include "engine/history.h"

#include <stdio.h>

void
history_add(struct history *h, int64_t at_us, int64_t took_us, enum cause cause, const char *text)
{
	struct result *r = &h->ring[h->count++ % HISTORY_LEN];

	r->at_us = at_us;
	r->took_us = took_us;
	r->cause = cause;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

const struct result *
history_get(const struct history *h, size_t back)
{
	if (back >= h->count || back >= HISTORY_LEN)
		return NULL;
	return &h->ring[(h->count - 1 - back) % HISTORY_LEN];
}
