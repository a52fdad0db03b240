/*
 * The keeper: the one process with privileges. It holds leases, routes and the
 * session with zebra, and keeps an engine alive beside itself.
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <stdbool.h>

#include "base/notify.h"
#include "conf/conf.h"
#include "keeper/pidfile.h"

/* How it was started. */
struct keeper_start {
	const char *file, *dir; /* of the configuration, to be read again */
	bool debug; /* logs all to stderr, whatever the file says, now and after a reload */
	struct notify notify;	 /* who started us; its descriptor is the keeper's */
	struct pidfile *pidfile; /* -b: it names our parent, who starts the next of us; or NULL */
};

/*
 * Takes conf over. Returns the exit status: 0 all was withdrawn, or left on purpose; 1 not.
 */
int keeper_run(struct conf *conf, const struct keeper_start *);

/*
 * Prefixes that are networks of this host's other interfaces, a line each into errors. 0: none, or
 * their number. Asks the kernel.
 */
unsigned int keeper_check_networks(const struct conf *, struct conf_errors *errors);

#endif
