/*
 * The keeper: the one process with privileges. It holds leases, routes and the
 * session with zebra, and keeps an engine alive beside itself.
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <stdbool.h>

#include "conf/conf.h"

/*
 * Takes conf over. debug: logs all to stderr, whatever the file says, now and after a reload.
 * Returns the exit status: 0 all was withdrawn, or left on purpose; 1 not.
 */
int keeper_run(struct conf *conf, const char *file, const char *dir, bool debug);

/*
 * Prefixes that are networks of this host's other interfaces, a line each into errors. 0: none, or
 * their number. Asks the kernel.
 */
unsigned int keeper_check_networks(const struct conf *, struct conf_errors *errors);

#endif
