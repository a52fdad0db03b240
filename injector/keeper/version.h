/*
 * What the program of a running zebra prints when asked for its version. A child asks it, with no
 * more rights than that zebra has, and within a second. Knows no release.
 */
#ifndef KEEPER_VERSION_H
#define KEEPER_VERSION_H

#include <stdbool.h>
#include <sys/socket.h>

#define VERSION_MS 1000

struct event_base;
struct version;

/* Called once, from the loop. said: its first bytes, with a NUL behind; NULL: it cannot be asked. */
typedef void version_fn(void *arg, const char *said);

/* peer: the process, and whom it runs as. NULL with errno. */
struct version *
version_ask(struct event_base *, const struct ucred *peer, version_fn *fn, void *arg);
/* Ends a child that still runs; the parent's waitpid() finds it. May be NULL. */
void version_free(struct version *);
/* Was it this one's child that the parent has waited for? */
bool version_reap(struct version *, pid_t pid);

#endif
