/*
 * Netlink sockets that never wait long. libnl keeps ports and sequence numbers;
 * reading is done here, so that the kernel's errno stays what it was.
 */
#include "alias/netlink.h"

#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PART 32768		/* the kernel fills no more at a time */
#define EVENTS_BUFFER (4 << 20) /* events of some thousand addresses at once */

struct nl_sock *
netlink_open(const int *groups)
{
	struct timeval wait = { .tv_sec = 1 };
	struct nl_sock *s = nl_socket_alloc();
	int fd, size = EVENTS_BUFFER, saved;

	if (s == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	errno = 0;
	if (nl_connect(s, NETLINK_ROUTE) < 0)
		goto fail;
	nl_socket_disable_auto_ack(s);
	fd = nl_socket_get_fd(s);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		goto fail;
	if (groups == NULL) {
		if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == -1 ||
		    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == -1)
			goto fail;
		return s;
	}
	/* Without the right to it the system's size has to do: losses are noticed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (; *groups != 0; groups++) {
		if (nl_socket_add_membership(s, *groups) < 0)
			goto fail;
	}
	if (nl_socket_set_nonblocking(s) < 0)
		goto fail;
	return s;
fail:
	saved = errno != 0 ? errno : EIO;
	nl_socket_free(s);
	errno = saved;
	return NULL;
}

int
netlink_fd(const struct nl_sock *s)
{
	return nl_socket_get_fd(s);
}

void
netlink_close(struct nl_sock *s)
{
	if (s != NULL)
		nl_socket_free(s);
}

/* One packet of the kernel. Its length; 0: none of the kernel's; -1 with errno. */
static ssize_t
receive(struct nl_sock *s, void *buf)
{
	struct sockaddr_nl from = { .nl_family = AF_UNSPEC };
	struct iovec part = { .iov_base = buf, .iov_len = PART };
	struct msghdr m = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1
	};
	ssize_t n;

	do {
		n = recvmsg(nl_socket_get_fd(s), &m, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	if (m.msg_namelen != sizeof(from) || from.nl_family != AF_NETLINK || from.nl_pid != 0)
		return 0;
	if (m.msg_flags & MSG_TRUNC) {
		errno = ENOBUFS;
		return -1;
	}
	return n;
}

struct answer {
	uint32_t seq;
	bool whole, interrupted;
	int error;
};

/* What one message of our own question says about its end. */
static void
judge(struct answer *a, struct nlmsghdr *h)
{
	int error = 0;

	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		a->interrupted = true;
	if (h->nlmsg_type != NLMSG_ERROR && h->nlmsg_type != NLMSG_DONE)
		return;
	if (nlmsg_datalen(h) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(h), sizeof(error));
	else if (h->nlmsg_type == NLMSG_ERROR)
		error = -EPROTO;
	a->whole = true;
	a->error = error < 0 ? -error : 0;
}

static int
read_answer(struct nl_sock *s, struct answer *a, netlink_fn *fn, void *arg)
{
	_Alignas(NLMSG_ALIGNTO) char buf[PART];
	struct nlmsghdr *h;
	ssize_t n;
	int left;

	while (!a->whole) {
		if ((n = receive(s, buf)) == -1) {
			if (errno == EAGAIN || errno == EWOULDBLOCK)
				errno = ETIMEDOUT;
			return -1;
		}
		left = (int)n;
		for (h = (struct nlmsghdr *)(void *)buf; nlmsg_ok(h, left);
		     h = nlmsg_next(h, &left)) {
			/* Of an older question, which was given up. */
			if (h->nlmsg_seq != a->seq)
				continue;
			judge(a, h);
			if (!a->whole && fn != NULL)
				fn(arg, h, h->nlmsg_len);
		}
	}
	if (a->error == 0 && a->interrupted)
		a->error = EINTR;
	errno = a->error;
	return a->error == 0 ? 0 : -1;
}

int
netlink_ask(struct nl_sock *s, struct nl_msg *m, netlink_fn *fn, void *arg)
{
	struct answer a = { 0 };
	struct nlmsghdr *h;
	ssize_t n;

	if (m == NULL) {
		errno = ENOMEM;
		return -1;
	}
	nl_complete_msg(s, m);
	h = nlmsg_hdr(m);
	a.seq = h->nlmsg_seq;
	n = send(nl_socket_get_fd(s), h, h->nlmsg_len, 0);
	nlmsg_free(m);
	if (n == -1)
		return -1;
	return read_answer(s, &a, fn, arg);
}

int
netlink_drain(struct nl_sock *s, netlink_fn *fn, void *arg)
{
	_Alignas(NLMSG_ALIGNTO) char buf[PART];
	struct nlmsghdr *h;
	bool lost = false;
	ssize_t n;
	int left;

	for (;;) {
		if ((n = receive(s, buf)) == -1) {
			if (errno == EAGAIN || errno == EWOULDBLOCK)
				break;
			lost = true; /* ENOBUFS once; what is still queued follows */
			if (errno != ENOBUFS)
				break;
			continue;
		}
		left = (int)n;
		h = (struct nlmsghdr *)(void *)buf;
		for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
			fn(arg, h, h->nlmsg_len);
	}
	return lost ? -1 : 0;
}
