/*
 * The engine's messages to the keeper, and those still owed to it. Sends at
 * once when the socket takes it: nothing may delay a revocation.
 */
#include "engine/uplink.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ipc.h"
#include "base/log.h"

struct owed {
	bool revoke, checkpoint;
	struct ipc_revoke words;
};

struct uplink {
	int fd;
	struct event *writable, *later;
	struct owed *owed;
	size_t n;
	bool listens, listens_owed;
	uplink_save_fn *save;
	void *arg;
};

static int
send_revoke(struct uplink *u, size_t service)
{
	struct ipc_msg msg = { .type = IPC_REVOKE, .service = (uint32_t)service };

	msg.revoke = u->owed[service].words;
	if (ipc_send(u->fd, &msg) == -1)
		return -1;
	u->owed[service].revoke = false;
	return 0;
}

static int
send_checkpoint(struct uplink *u, size_t service)
{
	struct ipc_msg msg = { .type = IPC_CHECKPOINT, .service = (uint32_t)service };

	u->save(u->arg, service, &msg.blob);
	if (ipc_send(u->fd, &msg) == -1)
		return -1;
	u->owed[service].checkpoint = false;
	return 0;
}

static int
send_listens(struct uplink *u)
{
	struct ipc_msg msg = { .type = IPC_LISTEN, .listen = { .on = u->listens } };

	if (ipc_send(u->fd, &msg) == -1)
		return -1;
	u->listens_owed = false;
	return 0;
}

/* A full socket says when it has room again; other troubles pass, or the link ends. */
static void
try_later(struct uplink *u)
{
	static const struct timeval soon = { 0, 10000 };

	if (errno == EAGAIN || errno == EWOULDBLOCK)
		event_add(u->writable, NULL);
	else if (errno != EPIPE && errno != ECONNRESET && errno != ENOTCONN)
		event_add(u->later, &soon);
}

/* Revocations of all services first. */
static void
pay(evutil_socket_t fd, short what, void *arg)
{
	struct uplink *u = arg;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < u->n; i++)
		if (u->owed[i].revoke && send_revoke(u, i) == -1) {
			try_later(u);
			return;
		}
	for (i = 0; i < u->n; i++)
		if (u->owed[i].checkpoint && send_checkpoint(u, i) == -1) {
			try_later(u);
			return;
		}
	if (u->listens_owed && send_listens(u) == -1)
		try_later(u);
}

struct uplink *
uplink_new(struct event_base *base, int fd, size_t nservices, uplink_save_fn *save, void *arg)
{
	struct uplink *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->fd = fd;
	u->n = nservices;
	u->save = save;
	u->arg = arg;
	u->owed = calloc(nservices + 1, sizeof(*u->owed));
	u->writable = event_new(base, fd, EV_WRITE, pay, u);
	u->later = evtimer_new(base, pay, u);
	if (u->owed == NULL || u->writable == NULL || u->later == NULL) {
		uplink_free(u);
		errno = ENOMEM;
		return NULL;
	}
	return u;
}

void
uplink_free(struct uplink *u)
{
	if (u == NULL)
		return;
	if (u->writable != NULL)
		event_free(u->writable);
	if (u->later != NULL)
		event_free(u->later);
	free(u->owed);
	free(u);
}

bool
uplink_lease(struct uplink *u, size_t service, int64_t until, uint32_t tag)
{
	struct ipc_msg msg = { .type = IPC_LEASE,
		.service = (uint32_t)service,
		.lease = { .until = until, .tag = tag } };

	if (ipc_send(u->fd, &msg) == -1) {
		log_debug("the keeper did not take a lease: error %d", errno);
		return false;
	}
	u->owed[service].revoke = false;
	return true;
}

void
uplink_revoke(
    struct uplink *u, size_t service, const char *cause, const char *check, int64_t verdict_us)
{
	struct owed *owed = &u->owed[service];

	snprintf(owed->words.cause, sizeof(owed->words.cause), "%s", cause);
	snprintf(owed->words.check, sizeof(owed->words.check), "%s", check);
	owed->words.verdict_us = verdict_us;
	owed->revoke = true;
	if (send_revoke(u, service) == -1)
		try_later(u);
}

void
uplink_checkpoint(struct uplink *u, size_t service)
{
	u->owed[service].checkpoint = true;
	if (!event_pending(u->writable, EV_WRITE, NULL) && send_checkpoint(u, service) == -1)
		try_later(u);
}

static int
send_plain(struct uplink *u, enum ipc_type type)
{
	struct ipc_msg msg = { .type = type };

	return ipc_send(u->fd, &msg);
}

int
uplink_ready(struct uplink *u)
{
	return send_plain(u, IPC_READY);
}

void
uplink_alive(struct uplink *u)
{
	(void)send_plain(u, IPC_ALIVE); /* what does not fit now is said in a second */
}

void
uplink_listen(struct uplink *u, bool on)
{
	u->listens = on;
	u->listens_owed = true;
	if (send_listens(u) == -1)
		try_later(u);
}

int
uplink_reload(struct uplink *u)
{
	return send_plain(u, IPC_RELOAD);
}

int
uplink_leave(struct uplink *u)
{
	return send_plain(u, IPC_LEAVE);
}

int
uplink_drain(struct uplink *u, size_t service, bool on, const char *reason)
{
	struct ipc_msg msg = { .type = IPC_DRAIN, .service = (uint32_t)service };

	msg.drain.on = on;
	snprintf(msg.drain.reason, sizeof(msg.drain.reason), "%s", reason);
	return ipc_send(u->fd, &msg);
}
