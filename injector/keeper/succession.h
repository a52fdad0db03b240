/*
 * A keeper has died: is there another, and when? Pure.
 */
#ifndef KEEPER_SUCCESSION_H
#define KEEPER_SUCCESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/backoff.h"

#define SUCCESSION_REFUSALS 5 /* so many in a row refused to work: so will the next */
#define SUCCESSION_ENDS (-1)

/* How a keeper ended. */
struct succession_fate {
	bool killed;	    /* by a signal */
	unsigned int value; /* the signal, or the exit status */
};

struct succession {
	struct backoff backoff;
	bool ready;	 /* the keeper that lives, or lived last, worked */
	bool ever_ready; /* ... or one before it */
	bool ending;	 /* we were told to end */
	unsigned int refusals;
	int status; /* of the end */
};

void succession_started(struct succession *, int64_t now);
void succession_ready(struct succession *);
void succession_end(struct succession *);
/*
 * So many ms until the next keeper; or SUCCESSION_ENDS and status is what to exit with. A keeper
 * that was killed has a successor, and so has one that failed after it had worked. One that ended
 * with 0, or that we told to end, has none. The first must work at once, another within a few tries:
 * the remains of the one before it may still be about.
 */
int64_t succession_died(struct succession *, struct succession_fate, int64_t now);

#endif
