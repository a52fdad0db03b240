/*
 * What dies is started again at once; what dies again soon after its start, ever later.
 */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000
#define BACKOFF_SETTLED_MS 10000 /* lived so long: the next death is a first one */

struct backoff {
	unsigned int deaths; /* in a row */
	int64_t started_at;
};

/* It was started; now in ms, of one clock. */
void backoff_started(struct backoff *, int64_t now);
/* It died: so many ms until the next start. */
int64_t backoff_died(struct backoff *, int64_t now);

#endif
