/*
 * What all listener checks share: one subscription to the kernel's destroy events.
 */
#ifndef CHECKS_LISTENER_H
#define CHECKS_LISTENER_H

struct event_base;
struct listener_watch;

struct listener_watch *listener_watch_new(struct event_base *);
void listener_watch_free(struct listener_watch *);

/* For tests: the descriptor events come by, or -1. */
int listener_watch_fd(const struct listener_watch *);

#endif
