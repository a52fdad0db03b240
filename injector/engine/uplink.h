/*
 * What the engine says to the keeper. A revocation and a checkpoint are said
 * until they are taken; a lease may be lost, the next pass renews it.
 */
#ifndef ENGINE_UPLINK_H
#define ENGINE_UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct ipc_blob;
struct uplink;

/* Fills in what a new engine should know of a service; called as late as possible. */
typedef void uplink_save_fn(void *arg, size_t service, struct ipc_blob *);

/* fd is not owned. NULL with errno. */
struct uplink *uplink_new(struct event_base *, int fd, size_t nservices, uplink_save_fn *, void *);
void uplink_free(struct uplink *);

/* Asks for a lease; one that is not taken now is dropped: false. Ends a revocation not yet taken. */
bool uplink_lease(struct uplink *, size_t service, int64_t until, uint32_t tag);
/* cause and check are "" when an operator did it. */
void uplink_revoke(
    struct uplink *, size_t service, const char *cause, const char *check, int64_t verdict_us);
/* Sends the service's state when it can. */
void uplink_checkpoint(struct uplink *, size_t service);

/* Once, now: 0, or -1 with errno (EAGAIN: the keeper does not read). */
int uplink_ready(struct uplink *);
void uplink_alive(struct uplink *);
/* Does anybody here listen to events? Said when it can. */
void uplink_listen(struct uplink *, bool on);
int uplink_drain(struct uplink *, size_t service, bool on, const char *reason);
int uplink_reload(struct uplink *);
int uplink_leave(struct uplink *);

#endif
