/*
 * The control socket: clients, their lines and their rights. It looks at the
 * world and passes wishes on; nobody calls it to decide.
 */
#ifndef ENGINE_CONTROL_H
#define ENGINE_CONTROL_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine/request.h"

#define CONTROL_CLIENTS 64
#define CONTROL_BACKLOG (1 << 20) /* what a monitor client may leave unread */

struct control;
struct log_event;
struct event_base;

/*
 * fd: a listening stream socket, nonblocking, not owned; -1: none (tests add clients). group: of
 * those who may change things, (gid_t)-1: nobody. actions are copied. NULL with errno.
 */
struct control *control_new(struct event_base *, int fd, gid_t group, const struct world *,
    const struct request_actions *actions);
void control_free(struct control *);

/* Takes fd over as a client's. -1: there is no room, fd is closed. */
int control_add(struct control *, int fd);
/* To all who monitor. */
void control_publish(struct control *, const struct log_event *);
/* The answer for all who wait for a reload. */
void control_reloaded(struct control *, bool ok, const char *text);
/* No more clients and no more requests: only what is not yet sent. */
void control_close(struct control *);
bool control_idle(const struct control *);
size_t control_clients(const struct control *);

#endif
