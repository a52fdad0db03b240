/*
 * The operator's program: told of transitions, one at a time, in order. It
 * subscribes; nobody waits for it.
 */
#ifndef ENGINE_HOOKS_H
#define ENGINE_HOOKS_H

#include <stdbool.h>

#define HOOKS_QUEUE 256

struct conf;
struct log_event;
struct hooks;
struct runner_link;

/* hook.failed, to be logged and shown. */
typedef void hooks_event_fn(void *arg, struct log_event *);

/* conf and runner must outlive it. NULL with errno. */
struct hooks *hooks_new(const struct conf *, struct runner_link *, hooks_event_fn *, void *arg);
void hooks_free(struct hooks *);

/* Queues the event when it is one of those that doc/words.md marks for hooks. */
void hooks_offer(struct hooks *, const struct log_event *);
bool hooks_idle(const struct hooks *);

#endif
