/*
 * UDP sockets shared by all dns checks. A socket is unconnected and told of
 * closed ports by IP_RECVERR; it is replaced after a while, so that its port
 * stays unknown to who would forge answers. Must not know DNS beyond the id.
 */
#include "checks/dns_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

#include <event2/event.h>
#include <event2/util.h>

#include "base/clock.h"
#include "checks/device.h"

#define SLOTS 256 /* by the low byte of the id */
#define FULL 64	  /* queries at a time: the buffer holds all answers, however late we read */
#define USES 1024 /* queries, and ms, after which a socket is replaced */
#define AGE_MS 30000
/*
 * Packets read before others get their turn. More than FULL: after a standstill of ours all that
 * came in time is read before the timeouts are looked at.
 */
#define BATCH 128
#define QUERY_MAX 512
#define QUOTED 64 /* of the query, in an ICMP error */

struct dns_socket {
	struct dns_sockets *all;
	struct dns_socket *next;
	struct event *event;
	int fd, family;
	char device[IFNAMSIZ]; /* what it is bound to */
	int64_t opened;
	unsigned int uses, pending;
	bool old; /* takes no new queries; closed when its last is answered */
	struct dns_query *slot[SLOTS];
};

struct dns_sockets {
	struct event_base *base;
	struct dns_socket *list;
	uint16_t random[128];
	size_t random_left;
	uint8_t buf[65536];
};

struct dns_sockets *
dns_sockets_new(struct event_base *base)
{
	struct dns_sockets *all = calloc(1, sizeof(*all));

	if (all != NULL)
		all->base = base;
	return all;
}

static void
socket_free(struct dns_socket *s)
{
	event_free(s->event);
	close(s->fd);
	free(s);
}

void
dns_sockets_free(struct dns_sockets *all)
{
	struct dns_socket *s;

	if (all == NULL)
		return;
	while ((s = all->list) != NULL) {
		all->list = s->next;
		socket_free(s);
	}
	free(all);
}

uint16_t
dns_random_id(struct dns_sockets *all)
{
	if (all->random_left == 0) {
		evutil_secure_rng_get_bytes(all->random, sizeof(all->random));
		all->random_left = sizeof(all->random) / sizeof(all->random[0]);
	}
	return all->random[--all->random_left];
}

/* The IPv4 or IPv6 address and the port are the same. */
static bool
same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)b;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)a;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a6->sin6_port == b6->sin6_port &&
	    memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

static struct dns_query *
by_id(const struct dns_socket *s, const uint8_t *data)
{
	uint16_t id = (uint16_t)(data[0] << 8 | data[1]);
	struct dns_query *q = s->slot[id % SLOTS];

	return q != NULL && q->id == id ? q : NULL;
}

/* A packet that is no query's answer: count it where a person would look for it. */
static void
count_stray(struct dns_socket *s, struct dns_query *q, const struct sockaddr_storage *from)
{
	size_t i;

	if (q != NULL) {
		q->wrong_source++;
		return;
	}
	for (i = 0; i < SLOTS; i++) {
		if (s->slot[i] != NULL && same_address(&s->slot[i]->server, from))
			s->slot[i]->wrong_id++;
	}
}

static void
read_packet(struct dns_socket *s, size_t size, const struct sockaddr_storage *from)
{
	const uint8_t *data = s->all->buf;
	struct dns_query *q = size >= 2 ? by_id(s, data) : NULL;

	if (q != NULL && same_address(&q->server, from))
		q->answer(q->arg, data, size);
	else
		count_stray(s, q, from);
}

static int
icmp_error(struct msghdr *msg)
{
	struct sock_extended_err err;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&err, CMSG_DATA(c), sizeof(err));
		/* A too small MTU on the way is no failure. */
		return err.ee_errno == EMSGSIZE ? 0 : (int)err.ee_errno;
	}
	return 0;
}

/*
 * One ICMP error: the kernel gives where the query went to and its first bytes. Whoever quotes
 * less than the id is not believed: that query fails by its timeout.
 */
static bool
read_error(struct dns_socket *s)
{
	uint8_t quoted[QUOTED];
	union {
		char buf[512];
		struct cmsghdr align;
	} control;
	struct sockaddr_storage to = { .ss_family = AF_UNSPEC };
	struct iovec iov = { .iov_base = quoted, .iov_len = sizeof(quoted) };
	struct msghdr msg = { .msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf) };
	ssize_t n = recvmsg(s->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	struct dns_query *q;
	int error;

	if (n == -1)
		return false;
	error = icmp_error(&msg);
	if (n < 2 || error == 0)
		return true;
	q = by_id(s, quoted);
	if (q != NULL && same_address(&q->server, &to))
		q->failed(q->arg, error);
	return true;
}

static void
on_read(int fd, short what, void *arg)
{
	struct dns_socket *s = arg;
	struct sockaddr_storage from;
	socklen_t len;
	bool empty;
	ssize_t n;
	int i;

	(void)what;
	for (i = 0; i < BATCH; i++) {
		from.ss_family = AF_UNSPEC;
		len = sizeof(from);
		n = recvfrom(fd, s->all->buf, sizeof(s->all->buf), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &len);
		if (n >= 0) {
			read_packet(s, (size_t)n, &from);
			continue;
		}
		empty = errno == EAGAIN;
		if (empty && i > 0)
			break;
		/* An ICMP error woke us, or is told by this errno. */
		while (read_error(s))
			;
		if (empty)
			break;
	}
}

static void
set_options(int fd, int family)
{
	const int on = 1;

	/* What can't be set costs speed only: a closed port is then seen by the timeout. */
	if (family == AF_INET) {
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	} else {
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	}
}

static struct dns_socket *
socket_open(struct dns_sockets *all, const struct device *device, int family, int64_t now)
{
	struct dns_socket *s = calloc(1, sizeof(*s));
	int saved;

	if (s == NULL)
		return NULL;
	s->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd == -1 || device_bind(s->fd, device) == -1)
		goto bad;
	set_options(s->fd, family);
	s->event = event_new(all->base, s->fd, EV_READ | EV_PERSIST, on_read, s);
	if (s->event == NULL || event_add(s->event, NULL) == -1) {
		errno = ENOMEM;
		goto bad;
	}
	s->all = all;
	s->family = family;
	memcpy(s->device, device->name, sizeof(s->device));
	s->opened = now;
	s->next = all->list;
	all->list = s;
	return s;
bad:
	saved = errno;
	if (s->event != NULL)
		event_free(s->event);
	if (s->fd != -1)
		close(s->fd);
	free(s);
	errno = saved;
	return NULL;
}

static void
sweep(struct dns_sockets *all, const struct dns_socket *keep)
{
	struct dns_socket **at = &all->list, *s;

	while ((s = *at) != NULL) {
		if (s->old && s->pending == 0 && s != keep) {
			*at = s->next;
			socket_free(s);
		} else
			at = &s->next;
	}
}

/* A socket for one more query: one with room, a new one, or, without descriptors, any. */
static struct dns_socket *
pick(struct dns_sockets *all, const struct device *device, int family)
{
	struct dns_socket *s, *spare = NULL;
	int64_t now = clock_ms();

	for (s = all->list; s != NULL; s = s->next) {
		if (s->family != family || strcmp(s->device, device->name) != 0)
			continue;
		if (s->uses >= USES || now - s->opened > AGE_MS)
			s->old = true;
		if (!s->old && s->pending < FULL)
			return s;
		if (s->pending < SLOTS / 2)
			spare = s;
	}
	s = socket_open(all, device, family, now);
	if (s == NULL)
		s = spare;
	sweep(all, s);
	return s;
}

/* An earlier query's ICMP error may come as this one's errno: clear it and try again. */
static int
send_packet(const struct dns_socket *s, const uint8_t *data, size_t size, const struct sockaddr *to,
    socklen_t len)
{
	socklen_t error_len = sizeof(int);
	int tries, pending, error = 0;

	for (tries = 0; tries < 8; tries++) {
		if (sendto(s->fd, data, size, MSG_NOSIGNAL, to, len) != -1)
			return 0;
		error = errno;
		if (error == EAGAIN || error == ENOBUFS || error == EPERM)
			break;
		getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &pending, &error_len);
	}
	errno = error;
	return -1;
}

int
dns_send(struct dns_sockets *all, const struct device *device, struct dns_query *q,
    const struct sockaddr *to, socklen_t len, const uint8_t *wire, size_t size)
{
	uint8_t data[QUERY_MAX];
	struct dns_socket *s;
	uint16_t id;

	if (size < 2 || size > sizeof(data) || len > sizeof(q->server)) {
		errno = EMSGSIZE;
		return -1;
	}
	if ((s = pick(all, device, to->sa_family)) == NULL)
		return -1;
	do
		id = dns_random_id(all);
	while (s->slot[id % SLOTS] != NULL);
	memcpy(data, wire, size);
	data[0] = (uint8_t)(id >> 8);
	data[1] = (uint8_t)id;
	if (send_packet(s, data, size, to, len) == -1)
		return -1;
	q->socket = s;
	q->id = id;
	memset(&q->server, 0, sizeof(q->server));
	memcpy(&q->server, to, len);
	q->wrong_id = q->wrong_source = 0;
	s->slot[id % SLOTS] = q;
	s->pending++;
	s->uses++;
	return 0;
}

void
dns_cancel(struct dns_query *q)
{
	struct dns_socket *s = q->socket;

	if (s == NULL)
		return;
	s->slot[q->id % SLOTS] = NULL;
	s->pending--;
	q->socket = NULL;
}
