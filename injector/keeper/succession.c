/*
 * The rules of succession.
 */
#include "keeper/succession.h"

void
succession_started(struct succession *s, int64_t now)
{
	backoff_started(&s->backoff, now);
	s->ready = false;
}

void
succession_ready(struct succession *s)
{
	s->ready = s->ever_ready = true;
	s->refusals = 0;
}

void
succession_end(struct succession *s)
{
	s->ending = true;
}

int64_t
succession_died(struct succession *s, struct succession_fate fate, int64_t now)
{
	bool refused = !fate.killed && !s->ready;

	s->status = fate.killed ? 1 : (int)fate.value;
	if (s->ending || !s->ever_ready || (!fate.killed && fate.value == 0))
		return SUCCESSION_ENDS;
	if (refused && ++s->refusals >= SUCCESSION_REFUSALS)
		return SUCCESSION_ENDS;
	return backoff_died(&s->backoff, now);
}
