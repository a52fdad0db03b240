/*
 * A TCP connection of a check: connects, writes what it was given, hands over
 * what comes. Must not know what is said over it.
 */
#include "checks/connection.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "checks/device.h"

struct connection {
	int fd;
	struct event *event;
	const struct connection_ops *ops;
	void *arg;
	const uint8_t *send;
	size_t size, sent;
	bool ready;
};

/*
 * Connecting to a closed port of this host may, by chance of the source port, meet itself: that
 * is no server.
 */
static bool
met_itself(int fd)
{
	struct sockaddr_storage here, there;
	socklen_t here_len = sizeof(here), there_len = sizeof(there);

	memset(&here, 0, sizeof(here));
	memset(&there, 0, sizeof(there));
	return getsockname(fd, (struct sockaddr *)&here, &here_len) == 0 &&
	    getpeername(fd, (struct sockaddr *)&there, &there_len) == 0 && here_len == there_len &&
	    memcmp(&here, &there, here_len) == 0;
}

static int
connect_error(int fd)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error == 0 && met_itself(fd) ? ECONNREFUSED : error;
}

static int
watch(struct connection *c, short what, event_callback_fn fn)
{
	struct event_base *base = event_get_base(c->event);

	event_del(c->event);
	event_assign(c->event, base, c->fd, what, fn, c);
	return event_add(c->event, NULL);
}

static void
on_read(int fd, short what, void *arg)
{
	struct connection *c = arg;
	uint8_t buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	(void)what;
	if (n > 0)
		c->ops->data(c->arg, buf, (size_t)n);
	else if (n == 0)
		c->ops->closed(c->arg, 0);
	else if (errno != EAGAIN && errno != EINTR)
		c->ops->closed(c->arg, errno);
}

static void
on_write(int fd, short what, void *arg)
{
	struct connection *c = arg;
	ssize_t n;
	int error;

	(void)what;
	if (!c->ready) {
		if ((error = connect_error(fd)) != 0) {
			c->ops->closed(c->arg, error);
			return;
		}
		c->ready = true;
	}
	while (c->sent < c->size) {
		n = send(fd, c->send + c->sent, c->size - c->sent, MSG_NOSIGNAL);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n == -1) {
			c->ops->closed(c->arg, errno);
			return;
		}
		c->sent += (size_t)n;
	}
	if (watch(c, EV_READ | EV_PERSIST, on_read) == -1)
		c->ops->closed(c->arg, ENOMEM);
	else
		c->ops->ready(c->arg);
}

struct connection *
connection_open(struct event_base *base, const struct device *device, const struct sockaddr *to,
    socklen_t len, const struct connection_ops *ops, void *arg, const void *data, size_t size)
{
	struct connection *c = calloc(1, sizeof(*c));
	int saved;

	if (c == NULL)
		return NULL;
	c->ops = ops;
	c->arg = arg;
	c->send = data;
	c->size = size;
	c->fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1 || device_bind(c->fd, device) == -1)
		goto bad;
	if (connect(c->fd, to, len) == -1 && errno != EINPROGRESS)
		goto bad;
	c->event = event_new(base, c->fd, EV_WRITE | EV_PERSIST, on_write, c);
	if (c->event == NULL || event_add(c->event, NULL) == -1) {
		errno = ENOMEM;
		goto bad;
	}
	return c;
bad:
	saved = errno;
	connection_free(c);
	errno = saved;
	return NULL;
}

void
connection_free(struct connection *c)
{
	if (c == NULL)
		return;
	if (c->event != NULL)
		event_free(c->event);
	if (c->fd != -1)
		close(c->fd);
	free(c);
}
