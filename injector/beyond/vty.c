/*
 * A client of FRR's vty sockets: "enable", then questions, each ended by a NUL;
 * each answer is ended by three NULs and a status. Nothing here blocks.
 */
#include "beyond/vty.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define TAIL 4 /* three NULs and the status */
#define READ_AT_ONCE 16384

enum vty_step { VTY_IDLE, VTY_ENABLING, VTY_ASKING, VTY_FAILED };

struct vty {
	struct event_base *base;
	struct sockaddr_un path;
	struct event *readable, *timer;
	vty_fn *fn;
	void *arg;
	int fd, peer;
	enum vty_step step;
	char command[VTY_COMMAND_MAX];
	char *buf;
	size_t len, size;
};

long
vty_end(const char *buf, size_t len, int *status)
{
	const char *nul = len > 0 ? memchr(buf, '\0', len) : NULL;
	size_t text;

	if (nul == NULL)
		return -1;
	text = (size_t)(nul - buf);
	if ((len > text + 1 && buf[text + 1] != '\0') ||
	    (len > text + 2 && buf[text + 2] != '\0') || len > text + TAIL)
		return -2;
	if (len < text + TAIL)
		return -1;
	*status = (unsigned char)buf[text + 3];
	return (long)text;
}

static void
hang_up(struct vty *v)
{
	if (v->readable != NULL)
		event_free(v->readable);
	v->readable = NULL;
	if (v->fd != -1)
		close(v->fd);
	v->fd = -1;
	v->len = 0;
}

/* The answer, or that there is none, to who asked; who may ask again in there. */
static void
finish(struct vty *v, int status, const char *text)
{
	event_del(v->timer);
	v->step = VTY_IDLE;
	v->len = 0;
	v->fn(v->arg, status, text);
}

static void
fail(struct vty *v, int status)
{
	hang_up(v);
	finish(v, status, NULL);
}

/* A daemon that does not take so few bytes at once does not live. */
static int
say(struct vty *v, const char *text)
{
	size_t len = strlen(text) + 1;
	ssize_t n = send(v->fd, text, len, MSG_NOSIGNAL);

	return n == (ssize_t)len ? 0 : -1;
}

/* Room for another read and a NUL behind it. */
static int
grow(struct vty *v)
{
	size_t want = v->len + READ_AT_ONCE + 1;
	char *buf;

	if (want <= v->size)
		return 0;
	want = want < 2 * v->size ? 2 * v->size : want;
	if ((buf = realloc(v->buf, want)) == NULL)
		return -1;
	v->buf = buf;
	v->size = want;
	return 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct vty *v = arg;
	size_t known = v->len > TAIL ? v->len - TAIL : 0; /* no end before that */
	int status = 0;
	ssize_t n;
	long text;

	(void)what;
	if (v->len > VTY_ANSWER_MAX || grow(v) == -1) {
		fail(v, VTY_TOO_LONG);
		return;
	}
	n = recv(fd, v->buf + v->len, READ_AT_ONCE, 0);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	/* Idle: it went away, or talks unasked. */
	if (v->step == VTY_IDLE) {
		hang_up(v);
		return;
	}
	if (n <= 0) {
		fail(v, VTY_NO_ANSWER);
		return;
	}
	v->len += (size_t)n;
	text = vty_end(v->buf + known, v->len - known, &status);
	if (text == -1)
		return;
	if (text == -2) {
		fail(v, VTY_NO_ANSWER);
	} else if (v->step == VTY_ENABLING) {
		v->len = 0;
		v->step = VTY_ASKING;
		if (status != VTY_OK || say(v, v->command) == -1)
			fail(v, VTY_NO_ANSWER);
	} else {
		finish(v, status, v->buf); /* the first NUL ends it */
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fail(arg, VTY_NO_ANSWER);
}

static int
call(struct vty *v)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	v->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (v->fd == -1 || connect(v->fd, (const struct sockaddr *)&v->path, sizeof(v->path)) == -1)
		return -1;
	(void)getsockopt(v->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	v->peer = cred.pid;
	v->readable = event_new(v->base, v->fd, EV_READ | EV_PERSIST, on_readable, v);
	if (v->readable == NULL || event_add(v->readable, NULL) == -1)
		return -1;
	return say(v, "enable");
}

int
vty_ask(struct vty *v, const char *command)
{
	struct timeval wait = clock_span_ms(VTY_TIMEOUT_MS);
	int r;

	if (v->step != VTY_IDLE) {
		errno = EBUSY;
		return -1;
	}
	if (strlen(command) >= sizeof(v->command)) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy(v->command, command, strlen(command) + 1);
	v->len = 0;
	if (v->fd != -1) {
		v->step = VTY_ASKING;
		r = say(v, v->command);
	} else {
		v->step = VTY_ENABLING;
		r = call(v);
	}
	if (r == -1) {
		hang_up(v);
		v->step = VTY_FAILED;
		evutil_timerclear(&wait); /* told by the loop, at once */
	}
	event_add(v->timer, &wait);
	return 0;
}

void
vty_rest(struct vty *v)
{
	if (v->step != VTY_IDLE)
		return;
	hang_up(v);
	free(v->buf);
	v->buf = NULL;
	v->size = 0;
}

int
vty_peer(const struct vty *v)
{
	return v->peer;
}

struct vty *
vty_new(struct event_base *base, const char *path, vty_fn *fn, void *arg)
{
	struct vty *v;

	if (strlen(path) >= sizeof(v->path.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return NULL;
	v->base = base;
	v->fn = fn;
	v->arg = arg;
	v->fd = -1;
	v->path.sun_family = AF_UNIX;
	memcpy(v->path.sun_path, path, strlen(path) + 1);
	if ((v->timer = event_new(base, -1, 0, on_timer, v)) == NULL) {
		free(v);
		errno = ENOMEM;
		return NULL;
	}
	return v;
}

void
vty_free(struct vty *v)
{
	if (v == NULL)
		return;
	hang_up(v);
	event_free(v->timer);
	free(v->buf);
	free(v);
}
