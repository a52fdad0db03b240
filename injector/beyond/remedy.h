/*
 * What helps a daemon that is deaf or not believed: found by trying it on each release, kept as a
 * table.
 */
#ifndef BEYOND_REMEDY_H
#define BEYOND_REMEDY_H

#include "zapi/release.h"

#define REMEDY_COMMAND 200

struct remedy {
	char command[REMEDY_COMMAND]; /* to be typed as it is, in a shell */
	const char *cost;	      /* what becomes of healthy routes meanwhile */
};

/*
 * daemon: "ospfd". release: NULL if not known. config: its "show running-config", NULL if not
 * known: redistribution can be begun anew only with the route-map it has now.
 */
void
remedy_find(struct remedy *, const char *daemon, const struct zapi_release *, const char *config);
/* What helps always; tried with what ospfd 10.7.1 could not take back, too. */
void remedy_restart(struct remedy *);

#endif
