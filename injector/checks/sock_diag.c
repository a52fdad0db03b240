/*
 * The kernel's sock_diag over netlink: dumps, destroy events and the socket
 * filter that keeps other sockets' events away. Must not know checks.
 */
#include "checks/sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#define BUFFER 32768
#define STATE_UNCONNECTED 7 /* TCP_CLOSE: a UDP socket that any peer may write to */
#define STATE_LISTEN 10	    /* TCP_LISTEN */
#define COOKIE_AT (sizeof(struct nlmsghdr) + offsetof(struct inet_diag_msg, id.idiag_cookie))
#define FILTER_MOST 1500 /* cookies; a program has at most 4096 steps */
#define EVENTS_MOST 64	 /* packets read before others get their turn */

struct sock_diag {
	struct nl_sock *dump, *events;
	uint32_t seq;
	bool subscribed[2]; /* by transport */
	uint32_t buf[BUFFER / 4];
};

static void
read_socket(struct nlmsghdr *head, bound_socket_fn *fn, void *arg)
{
	struct nlattr *attrs[INET_DIAG_MAX + 1];
	struct inet_diag_msg msg;
	struct bound_socket s = { 0 };

	if (nlmsg_datalen(head) < (int)sizeof(msg))
		return;
	memcpy(&msg, nlmsg_data(head), sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return;
	if (nla_parse(attrs, INET_DIAG_MAX, nlmsg_attrdata(head, sizeof(msg)),
		nlmsg_attrlen(head, sizeof(msg)), NULL) < 0)
		return;
	s.cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0];
	s.family = msg.idiag_family;
	s.port = ntohs(msg.id.idiag_sport);
	s.device = msg.id.idiag_if;
	s.serves = msg.idiag_state == STATE_LISTEN || msg.idiag_state == STATE_UNCONNECTED;
	memcpy(s.addr, msg.id.idiag_src, s.family == AF_INET ? 4 : 16);
	/* A kernel too old to tell: :: serves IPv4 too unless told otherwise. */
	if (attrs[INET_DIAG_SKV6ONLY] != NULL && nla_len(attrs[INET_DIAG_SKV6ONLY]) >= 1)
		s.v6only = nla_get_u8(attrs[INET_DIAG_SKV6ONLY]) != 0;
	fn(arg, &s);
}

/* Of NLMSG_ERROR and NLMSG_DONE: the data begin with an error number, negated. */
static int
read_end(struct nlmsghdr *head)
{
	int error = 0;

	if (nlmsg_datalen(head) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(head), sizeof(error));
	else if (head->nlmsg_type == NLMSG_ERROR)
		error = -EBADMSG;
	if (error == 0)
		return 0;
	errno = error < 0 && error > -4096 ? -error : EBADMSG;
	return -1;
}

int
sock_diag_read(const void *data, size_t size, uint32_t seq, bound_socket_fn *fn, void *arg)
{
	/* libnl's functions do not write, but say so nowhere */
	struct nlmsghdr *head = (struct nlmsghdr *)(uintptr_t)data;
	int rest = size > INT32_MAX ? INT32_MAX : (int)size;

	for (; nlmsg_ok(head, rest); head = nlmsg_next(head, &rest)) {
		if (seq != 0 && head->nlmsg_seq != seq)
			continue;
		if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR)
			return read_end(head);
		if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			read_socket(head, fn, arg);
	}
	return 1;
}

static struct nl_sock *
open_socket(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int error, saved;

	if (sock == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	errno = 0;
	error = nl_connect(sock, NETLINK_SOCK_DIAG);
	if (error == 0 && nl_socket_set_nonblocking(sock) == 0)
		return sock;
	saved = errno != 0 ? errno : ENOMEM;
	nl_socket_free(sock);
	errno = saved;
	return NULL;
}

static void
close_socket(struct nl_sock **sock)
{
	int saved = errno;

	if (*sock != NULL)
		nl_socket_free(*sock);
	*sock = NULL;
	errno = saved;
}

struct sock_diag *
sock_diag_new(void)
{
	return calloc(1, sizeof(struct sock_diag));
}

void
sock_diag_free(struct sock_diag *d)
{
	if (d == NULL)
		return;
	close_socket(&d->dump);
	close_socket(&d->events);
	free(d);
}

/* One packet from the kernel. Its size, or -1; others than the kernel are not heard. */
static ssize_t
receive(struct sock_diag *d, struct nl_sock *sock)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = d->buf, .iov_len = sizeof(d->buf) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1
	};
	ssize_t n;

	do
		n = recvmsg(nl_socket_get_fd(sock), &msg, MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	return from.nl_pid != 0 || (msg.msg_flags & MSG_TRUNC) != 0 ? 0 : n;
}

static int
ask(struct sock_diag *d, uint8_t family, enum transport transport, uint16_t port)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} req = { .head = { .nlmsg_len = sizeof(req),
		      .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		      .nlmsg_seq = ++d->seq } };

	if (d->seq == 0)
		req.head.nlmsg_seq = d->seq = 1;
	req.body.sdiag_family = family;
	if (transport == TRANSPORT_TCP) {
		req.body.sdiag_protocol = IPPROTO_TCP;
		req.body.idiag_states = UINT32_C(1) << STATE_LISTEN;
	} else {
		req.body.sdiag_protocol = IPPROTO_UDP;
		req.body.idiag_states = UINT32_C(1) << STATE_UNCONNECTED;
	}
	req.body.id.idiag_sport = htons(port);
	return send(nl_socket_get_fd(d->dump), &req, sizeof(req), MSG_DONTWAIT) == -1 ? -1 : 0;
}

/* The kernel fills a dump's packets as they are read, so that none is waited for. */
static int
dump_family(struct sock_diag *d, uint8_t family, enum transport transport, uint16_t port,
    bound_socket_fn *fn, void *arg)
{
	ssize_t n;
	int more;

	if (ask(d, family, transport, port) == -1)
		return -1;
	do {
		if ((n = receive(d, d->dump)) == -1)
			return -1;
		more = sock_diag_read(d->buf, (size_t)n, d->seq, fn, arg);
	} while (more == 1);
	return more;
}

int
sock_diag_dump(
    struct sock_diag *d, enum transport transport, uint16_t port, bound_socket_fn *fn, void *arg)
{
	if (d->dump == NULL && (d->dump = open_socket()) == NULL)
		return -1;
	if (dump_family(d, AF_INET, transport, port, fn, arg) == 0 &&
	    dump_family(d, AF_INET6, transport, port, fn, arg) == 0)
		return 0;
	/* whatever is left of this dump goes with the socket */
	close_socket(&d->dump);
	return -1;
}

int
sock_diag_subscribe(struct sock_diag *d, enum transport transport)
{
	static const int groups[2][2] = {
		[TRANSPORT_UDP] = { SKNLGRP_INET_UDP_DESTROY, SKNLGRP_INET6_UDP_DESTROY },
		[TRANSPORT_TCP] = { SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY },
	};
	bool first = d->events == NULL;

	if (first && (d->events = open_socket()) == NULL)
		return -1;
	if (d->subscribed[transport])
		return nl_socket_get_fd(d->events);
	if (first) /* nothing is wanted before sock_diag_filter() */
		sock_diag_filter(d, NULL, 0);
	errno = EINVAL;
	if (nl_socket_add_memberships(d->events, groups[transport][0], groups[transport][1], 0) <
	    0) {
		if (first)
			close_socket(&d->events);
		return -1;
	}
	d->subscribed[transport] = true;
	return nl_socket_get_fd(d->events);
}

/* Half of the cookie is enough here: who reads compares all of it. */
static size_t
write_filter(struct sock_filter *f, const uint64_t *cookies, size_t n)
{
	size_t i, at = 0;

	f[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, COOKIE_AT);
	for (i = 0; i < n; i++) {
		/* the cookie is in the host's order, BPF loads in the network's */
		uint32_t half = htonl((uint32_t)cookies[i]);

		f[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, half, 0, 1);
		f[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	}
	f[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	return at;
}

void
sock_diag_filter(struct sock_diag *d, const uint64_t *cookies, size_t n)
{
	struct sock_filter *steps = NULL;
	struct sock_fprog program;
	int fd, result = -1;

	if (d->events == NULL)
		return;
	fd = nl_socket_get_fd(d->events);
	if (n <= FILTER_MOST)
		steps = calloc(2 * n + 2, sizeof(*steps));
	if (steps != NULL) {
		program.len = (unsigned short)write_filter(steps, cookies, n);
		program.filter = steps;
		result = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
		free(steps);
	}
	if (result == -1)
		setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){ 0 }, sizeof(int));
}

int
sock_diag_events(struct sock_diag *d, bound_socket_fn *fn, void *arg)
{
	bool lost = false;
	ssize_t n;
	int i;

	for (i = 0; i < EVENTS_MOST; i++) {
		if ((n = receive(d, d->events)) >= 0)
			sock_diag_read(d->buf, (size_t)n, 0, fn, arg);
		else if (errno == ENOBUFS)
			lost = true;
		else
			break;
	}
	if (lost)
		errno = ENOBUFS;
	return lost ? -1 : 0;
}
