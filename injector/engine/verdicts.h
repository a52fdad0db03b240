/*
 * From a check's verdict to the keeper: runs the checks, feeds the services,
 * asks for leases and revokes them at once, then says what happened.
 */
#ifndef ENGINE_VERDICTS_H
#define ENGINE_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>

struct check_context;
struct log_event;
struct event_base;
struct uplink;
struct verdicts;
struct world;

/* An event of ours, to be logged and shown; its at_us is set. */
typedef void verdicts_event_fn(void *arg, const struct log_event *);

/* NULL with errno. All that is passed must outlive it. */
struct verdicts *
verdicts_new(struct event_base *, struct world *, struct uplink *, verdicts_event_fn *, void *arg);
/* Ends the checks too. */
void verdicts_free(struct verdicts *);

/* Starts the checks of all services; what stands is down or drained is revoked first. */
void verdicts_begin(struct verdicts *, struct check_context *);
/* The first route of this service is announced, or the last one no longer. */
void verdicts_announced(struct verdicts *, size_t service);
void verdicts_drain(struct verdicts *, size_t service, bool on, const char *reason);
/* All checks of the service now, out of turn. */
void verdicts_check_now(struct verdicts *, size_t service);

#endif
