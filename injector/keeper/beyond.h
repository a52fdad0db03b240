/*
 * Does the routing daemon let our route out? Asked now and then of the daemons'
 * vty sockets (no vtysh), so that an access-list that denies the prefix is seen.
 * Looks only; nobody decides by it.
 */
#ifndef KEEPER_BEYOND_H
#define KEEPER_BEYOND_H

#include "base/addr.h"
#include "base/ipc.h"

struct event_base;
struct beyond_watch;

/* protocols: a set of enum protocol (conf/conf.h). Called when the answer changed. */
typedef void beyond_fn(void *arg, const struct prefix *, enum beyond);

struct beyond_watch *beyond_new(struct event_base *, const char *vty_dir, beyond_fn *fn, void *arg);
void beyond_free(struct beyond_watch *);
/*
 * Follow this prefix from now on: first asked after 1 s, then every 5 s, while it stays announced.
 * YES: at least one of the daemons that carry its family announces it. NO: all that could be asked
 * say no. UNKNOWN: none could be asked. protocols = 0: nothing is asked.
 */
int beyond_follow(struct beyond_watch *, const struct prefix *, unsigned int protocols);
void beyond_forget(struct beyond_watch *, const struct prefix *);

#endif
