/*
 * A queue before a descriptor, without making it non-blocking for others who hold it: a
 * terminal is also the shell's. Must not know lines.
 */
#include "dump/out.h"

#include <event2/buffer.h>
#include <event2/event.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define PIECE 4096

struct out {
	int fd;
	bool own, socket, broken;
	struct evbuffer *waiting;
	struct event *writable; /* NULL: a regular file, which never makes anybody wait */
	out_broken_fn *fn;
	void *arg;
};

static ssize_t
write_piece(const struct out *o, const void *bytes, size_t len)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	if (o->socket)
		return send(o->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!o->own && o->writable != NULL && poll(&p, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(o->fd, bytes, len);
}

/* Writes as much as is taken; waits for the rest. */
static void
flush(struct out *o)
{
	size_t len;
	ssize_t n;

	while (!o->broken && (len = evbuffer_get_contiguous_space(o->waiting)) > 0) {
		len = len < PIECE ? len : PIECE;
		n = write_piece(o, evbuffer_pullup(o->waiting, (ev_ssize_t)len), len);
		if (n > 0) {
			evbuffer_drain(o->waiting, (size_t)n);
		} else if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (o->writable != NULL)
				event_add(o->writable, NULL);
			return;
		} else if (n == -1 && errno != EINTR) {
			o->broken = true;
			o->fn(o->arg, errno);
		}
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

/* A description of our own, that may be non-blocking; where there is none, the shared one. */
static void
open_again(struct out *o, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	o->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	o->own = o->fd != -1;
	if (!o->own)
		o->fd = fd;
}

struct out *
out_new(struct event_base *base, int fd, out_broken_fn *fn, void *arg)
{
	struct out *o = calloc(1, sizeof(*o));
	struct stat st;

	if (o == NULL)
		return NULL;
	o->fn = fn;
	o->arg = arg;
	o->fd = fd;
	if (fstat(fd, &st) == -1 || (o->waiting = evbuffer_new()) == NULL)
		goto fail;
	o->socket = S_ISSOCK(st.st_mode);
	if (S_ISREG(st.st_mode))
		return o;
	if (!o->socket)
		open_again(o, fd);
	o->writable = event_new(base, o->fd, EV_WRITE, on_writable, o);
	/* what epoll does not take (/dev/null) does not make anybody wait */
	if (o->writable != NULL && event_add(o->writable, NULL) == -1) {
		event_free(o->writable);
		o->writable = NULL;
	}
	return o;
fail:
	out_free(o);
	return NULL;
}

int
out_put(struct out *o, const char *text, size_t len)
{
	if (o->broken)
		return 0;
	if (evbuffer_get_length(o->waiting) + len > OUT_MAX)
		return -1;
	if (evbuffer_add(o->waiting, text, len) == -1)
		return -1;
	/* on_writable() goes on by itself */
	if (o->writable == NULL || !event_pending(o->writable, EV_WRITE, NULL))
		flush(o);
	return 0;
}

size_t
out_drain(struct out *o, int ms)
{
	int64_t end = clock_ms() + ms, left;

	for (;;) {
		struct pollfd p = { .fd = o->fd, .events = POLLOUT };

		flush(o);
		left = end - clock_ms();
		if (o->broken || evbuffer_get_length(o->waiting) == 0 || left <= 0)
			return o->broken ? 0 : evbuffer_get_length(o->waiting);
		poll(&p, 1, (int)left);
	}
}

void
out_free(struct out *o)
{
	if (o == NULL)
		return;
	if (o->writable != NULL)
		event_free(o->writable);
	if (o->waiting != NULL)
		evbuffer_free(o->waiting);
	if (o->own)
		close(o->fd);
	free(o);
}
