/*
 * Ports under watch: who is bound to them, told at each dump that was asked for
 * and as soon as one of their sockets is destroyed.
 */
#ifndef CHECKS_LISTENER_WATCH_H
#define CHECKS_LISTENER_WATCH_H

#include "checks/listener.h"
#include "checks/sock_diag.h"

struct listener_port;

/* Memory of the check's. */
struct listener_user {
	void *arg;
	/*
	 * The sockets of the port as they are now; error: they could not be read. asked: the
	 * answer to listener_watch_ask(). May remove the user.
	 */
	void (*found)(void *arg, bool asked, int error, const struct bound_socket *, size_t n);

	struct listener_user *next;
	struct listener_port *port;
	bool asked, tell;
};

int
listener_watch_add(struct listener_watch *, struct listener_user *, enum transport, uint16_t port);
void listener_watch_remove(struct listener_watch *, struct listener_user *);

/* found() will be called in this round of the loop, for all who asked by one dump. */
void listener_watch_ask(struct listener_watch *, struct listener_user *);

#endif
