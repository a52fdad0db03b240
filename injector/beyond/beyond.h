/*
 * What do the routing daemons make of our routes? Asked now and then of their vty
 * sockets (no vtysh), so that an access-list that denies the prefix is seen, and a
 * daemon that hears zebra no more. Looks only; nobody decides by it.
 */
#ifndef BEYOND_BEYOND_H
#define BEYOND_BEYOND_H

#include "base/addr.h"
#include "base/ipc.h"
#include "beyond/deaf.h"

struct event_base;
struct beyond_watch;

/* Does anybody let it out? Called when the answer changed, of prefixes that zebra holds. */
typedef void beyond_fn(void *arg, const struct prefix *, enum beyond);
/* Called when something of a daemon changed. */
typedef void beyond_daemon_fn(void *arg, const struct ipc_daemon *);

struct beyond_watch *
beyond_new(struct event_base *, const char *vty_dir, beyond_fn *, beyond_daemon_fn *, void *arg);
void beyond_free(struct beyond_watch *);
/*
 * Follow this prefix from now on; to be called again when zebra's side (held) changes. First asked
 * after 1 s, then every 5 s: while zebra holds it, and after that until the daemon has let it go.
 * YES: at least one of the daemons that carry its family announces it. NO: all that could be asked
 * say no. UNKNOWN: none could be asked.
 * protocols: a set of enum protocol (conf/conf.h); 0: nothing is asked.
 */
int beyond_follow(struct beyond_watch *, const struct prefix *, unsigned int protocols, enum held);
void beyond_forget(struct beyond_watch *, const struct prefix *);
/* Our session with zebra came up; its process, 0: not known. */
void beyond_zebra(struct beyond_watch *, int pid);

#endif
