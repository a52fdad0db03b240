/*
 * Who started us and would start us again: a service manager such as systemd(1),
 * or the parent of -b. It is told when we work, that we live, and when we go.
 */
#ifndef KEEPER_MANAGER_H
#define KEEPER_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/notify.h"

/*
 * So long without a word of any engine: the keeper's own remedies did not help, and no sign of life
 * is given any more. Behind the silence that it notices and the longest back-off of its own.
 */
#define MANAGER_ENGINE_LOST_MS 30000

struct event_base;
struct manager;

/*
 * gone: our parent has ended, said once; NULL: it is a service manager, or nobody. The descriptor is
 * the manager's from now on. NULL with errno.
 */
struct manager *
manager_new(struct event_base *, const struct notify *, void (*gone)(void *arg), void *arg);
void manager_free(struct manager *);

/* The configuration is taken and its engine works, for the first time or after a reload. */
void manager_ready(struct manager *, const char *status);
void manager_reloading(struct manager *);
/* The reload came to nothing: what worked before works on. */
void manager_refused(struct manager *, const char *status);
/* We go, and may take so many ms. */
void manager_stopping(struct manager *, int64_t ms, const char *status);
/* An engine said something. */
void manager_heard_engine(struct manager *);
/* The rule for signs of life, pure: so many were given since an engine spoke. */
bool manager_gives_pulse(int64_t silent, int64_t pulse_ms);

#endif
