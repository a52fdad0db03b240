/*
 * Packets between engine and keeper: their lengths, and what is checked before
 * anyone believes them.
 */
#include "base/ipc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct head {
	uint32_t type;
	uint32_t service;
};

#define BODY_OF(member) sizeof(((struct ipc_msg *)0)->member)

/* What a message of this type has behind its head. */
static size_t
body_size(enum ipc_type type)
{
	switch (type) {
	case IPC_LEASE:
		return BODY_OF(lease);
	case IPC_REVOKE:
		return BODY_OF(revoke);
	case IPC_CHECKPOINT:
	case IPC_RESTORE:
		return BODY_OF(blob);
	case IPC_DRAIN:
	case IPC_DRAINED:
		return BODY_OF(drain);
	case IPC_LISTEN:
		return BODY_OF(listen);
	case IPC_ROUTE:
		return BODY_OF(route);
	case IPC_ZEBRA:
		return BODY_OF(zebra);
	case IPC_DAEMON:
		return BODY_OF(daemon);
	case IPC_EVENT:
		return BODY_OF(event);
	case IPC_RELOADED:
		return BODY_OF(reloaded);
	default:
		return 0;
	}
}

size_t
ipc_size(enum ipc_type type)
{
	return offsetof(struct ipc_msg, lease) + body_size(type);
}

int
ipc_send(int fd, const struct ipc_msg *msg)
{
	struct head head = { (uint32_t)msg->type, msg->service };
	struct iovec iov[2] = {
		{ &head, sizeof(head) },
		{ (void *)(uintptr_t)&msg->lease, body_size(msg->type) },
	};
	struct msghdr hdr = { .msg_iov = iov, .msg_iovlen = 2 };

	return sendmsg(fd, &hdr, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

#define ENDS(array) ends(array, sizeof(array))

/* Looked at as what came: a bool that is neither is anything at all. */
static bool
is_bool(const bool *flag)
{
	return *(const unsigned char *)flag <= 1;
}

static bool
route_is_sound(const struct ipc_route *route)
{
	return (unsigned int)route->state < ROUTE_STATES &&
	    (unsigned int)route->alias < ALIAS_STATES && (unsigned int)route->beyond <= BEYOND_NO &&
	    is_bool(&route->echo) && is_bool(&route->protected) && is_bool(&route->pending) &&
	    is_bool(&route->leased) && ENDS(route->interface) && ENDS(route->text);
}

static bool
event_is_sound(const struct ipc_event *ev)
{
	return (unsigned int)ev->level <= LOG_LEVEL_DEBUG && ENDS(ev->name) && ENDS(ev->service) &&
	    ENDS(ev->prefix) && ENDS(ev->vrf) && ENDS(ev->check) && ENDS(ev->cause) &&
	    ENDS(ev->from) && ENDS(ev->to) && ENDS(ev->dialect) && ENDS(ev->release) &&
	    ENDS(ev->daemon) && ENDS(ev->text);
}

static bool
daemon_is_sound(const struct ipc_daemon *d)
{
	return d->place < IPC_DAEMONS && (unsigned int)d->hearing < HEARINGS &&
	    is_bool(&d->asked) && ENDS(d->name) && ENDS(d->release) && ENDS(d->prefixes) &&
	    ENDS(d->remedy) && ENDS(d->cost);
}

static bool
is_sound(const struct ipc_msg *msg)
{
	switch (msg->type) {
	case IPC_REVOKE:
		return ENDS(msg->revoke.cause) && ENDS(msg->revoke.check);
	case IPC_CHECKPOINT:
	case IPC_RESTORE:
		return msg->blob.len <= IPC_BLOB_MAX;
	case IPC_DRAIN:
	case IPC_DRAINED:
		return is_bool(&msg->drain.on) && ENDS(msg->drain.reason);
	case IPC_LISTEN:
		return is_bool(&msg->listen.on);
	case IPC_ROUTE:
		return route_is_sound(&msg->route);
	case IPC_ZEBRA:
		return (unsigned int)msg->zebra.state < ZEBRA_STATES && ENDS(msg->zebra.dialect) &&
		    ENDS(msg->zebra.serves) && ENDS(msg->zebra.release) && ENDS(msg->zebra.text);
	case IPC_DAEMON:
		return daemon_is_sound(&msg->daemon);
	case IPC_EVENT:
		return event_is_sound(&msg->event);
	case IPC_RELOADED:
		return is_bool(&msg->reloaded.ok) && ENDS(msg->reloaded.text);
	default:
		return true;
	}
}

int
ipc_receive(int fd, struct ipc_msg *msg)
{
	struct head head;
	struct iovec iov[2] = { { &head, sizeof(head) }, { &msg->lease, 0 } };
	struct msghdr hdr = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	iov[1].iov_len = sizeof(*msg) - offsetof(struct ipc_msg, lease);
	n = recvmsg(fd, &hdr, MSG_DONTWAIT);
	if (n <= 0)
		return (int)n;
	msg->type = head.type;
	msg->service = head.service;
	if ((size_t)n < sizeof(head) || head.type >= IPC_TYPES || (hdr.msg_flags & MSG_TRUNC) ||
	    (size_t)n != sizeof(head) + body_size(msg->type) || !is_sound(msg)) {
		errno = EBADMSG;
		return -1;
	}
	return 1;
}

static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

#define COPY(to, from) copy(to, sizeof(to), from)

void
ipc_from_event(struct ipc_msg *msg, const struct log_event *ev)
{
	struct ipc_event *to = &msg->event;

	memset(msg, 0, sizeof(*msg));
	msg->type = IPC_EVENT;
	to->level = ev->level;
	to->at_us = ev->at_us;
	to->took_us = ev->took_us;
	to->tag = ev->tag;
	COPY(to->name, ev->name);
	COPY(to->service, ev->service);
	COPY(to->prefix, ev->prefix);
	COPY(to->vrf, ev->vrf);
	COPY(to->check, ev->check);
	COPY(to->cause, ev->cause);
	COPY(to->from, ev->from);
	COPY(to->to, ev->to);
	COPY(to->dialect, ev->dialect);
	COPY(to->release, ev->release);
	COPY(to->daemon, ev->daemon);
	COPY(to->text, ev->text);
}

static const char *
set_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

struct log_event
ipc_to_event(const struct ipc_msg *msg)
{
	const struct ipc_event *from = &msg->event;

	return (struct log_event){
		.name = from->name,
		.level = from->level,
		.at_us = from->at_us,
		.service = set_or_null(from->service),
		.prefix = set_or_null(from->prefix),
		.vrf = set_or_null(from->vrf),
		.check = set_or_null(from->check),
		.cause = set_or_null(from->cause),
		.from = set_or_null(from->from),
		.to = set_or_null(from->to),
		.dialect = set_or_null(from->dialect),
		.release = set_or_null(from->release),
		.daemon = set_or_null(from->daemon),
		.text = set_or_null(from->text),
		.took_us = from->took_us,
		.tag = from->tag,
	};
}

const char *
route_state_name(enum route_state state)
{
	static const char *const names[] = { "undecided", "withdrawn", "announcing", "announced",
		"withdrawing", "conflict", "refused" };

	return names[state];
}

const char *
alias_state_name(enum alias_state state)
{
	static const char *const names[] = { "none", "absent", "leased", "permanent", "foreign" };

	return names[state];
}

const char *
beyond_name(enum beyond beyond)
{
	static const char *const names[] = { "unknown", "yes", "no" };

	return names[beyond];
}

const char *
zebra_state_name(enum zebra_state state)
{
	static const char *const names[] = { "down", "detecting", "syncing", "up", "stuck",
		"refused" };

	return names[state];
}

const char *
hearing_name(enum hearing hearing)
{
	static const char *const names[] = { "unknown", "hears", "deaf", "flushing" };

	return names[hearing];
}

bool
hearing_ails(enum hearing hearing)
{
	return hearing == HEARING_DEAF || hearing == HEARING_FLUSHING;
}
