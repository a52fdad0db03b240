/*
 * The socket to zebra on libevent: obeys the session's wishes, moves its bytes,
 * and keeps its one timer. Knows no route and no dialect.
 */
#include "keeper/zebra.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_MAX 65536
/* So much does not wait for the end of a turn: little at first, so that zebra begins, then more. */
#define WRITE_MIN 2048
#define WRITE_MAX 65536
#define WISHES_MAX 4 /* in one turn; more can only be a mistake */
/*
 * While thousands of echoes are awaited each read rests before the next: zebra tells them one by one,
 * and a reader that is woken for each takes the processor from it. It tells some 100 in a ms: the
 * last ones are read as they come.
 */
#define ECHOES_A_MS 512
#define REST_MAX_MS 8

struct zebra {
	struct sockaddr_un path;
	struct zapi_session *session;
	struct event *readable, *writable, *timer;
	struct event *leave;  /* at the end of this turn of the loop: write what was queued in it */
	struct event *rested; /* not reading until then */
	size_t echoes;	      /* awaited */
	size_t write_size;    /* so much does not wait */
	struct event_base *base;
	int fd; /* -1: none */
	/* The session is at work and its events may come back here: queue, send later. */
	bool busy;
	uint8_t buf[READ_MAX];
};

static void on_readable(evutil_socket_t, short, void *);
static void on_writable(evutil_socket_t, short, void *);

static void
hang_up(struct zebra *z)
{
	if (z->readable != NULL)
		event_free(z->readable);
	if (z->writable != NULL)
		event_free(z->writable);
	z->readable = z->writable = NULL;
	if (z->rested != NULL)
		event_del(z->rested);
	if (z->fd != -1)
		close(z->fd);
	z->fd = -1;
}

/* 0, or -1: nobody there, too many wait (EAGAIN), no memory. */
static int
call(struct zebra *z)
{
	z->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (z->fd == -1 || connect(z->fd, (const struct sockaddr *)&z->path, sizeof(z->path)) == -1)
		goto fail;
	z->readable = event_new(z->base, z->fd, EV_READ | EV_PERSIST, on_readable, z);
	z->writable = event_new(z->base, z->fd, EV_WRITE, on_writable, z);
	if (z->readable == NULL || z->writable == NULL || event_add(z->readable, NULL) == -1)
		goto fail;
	return 0;
fail:
	hang_up(z);
	return -1;
}

/*
 * Writes what waits. A broken connection is not judged here but by the reader, which is
 * woken for it: it may still find what zebra said last, and verbs tell nobody of a loss.
 */
static void
flush(struct zebra *z)
{
	const uint8_t *buf;
	size_t len;
	ssize_t n;

	/* Full: on_writable() goes on. */
	if (z->fd == -1 || z->busy || event_pending(z->writable, EV_WRITE, NULL))
		return;
	while ((len = zapi_session_output(z->session, &buf)) > 0) {
		n = send(z->fd, buf, len, MSG_NOSIGNAL);
		if (n > 0) {
			zapi_session_sent(z->session, (size_t)n);
			continue;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
			event_active(z->readable, EV_READ, 0);
		else
			event_add(z->writable, NULL);
		break;
	}
}

static void
set_timer(struct zebra *z, int64_t now)
{
	int64_t deadline = zapi_session_deadline(z->session);
	struct timeval tv;

	if (deadline == INT64_MAX) {
		event_del(z->timer);
		return;
	}
	tv = clock_span_ms(deadline - now);
	event_add(z->timer, &tv);
}

/* After every call of the session that took the time: do what it wishes, send, wait. */
static void
settle(struct zebra *z)
{
	int64_t now = clock_ms();
	int i;

	for (i = 0; i < WISHES_MAX; i++) {
		switch (zapi_session_wish(z->session)) {
		case ZAPI_WISH_NOTHING:
			i = WISHES_MAX;
			break;
		case ZAPI_WISH_CONNECT:
			hang_up(z);
			if (call(z) == 0)
				zapi_session_connected(z->session, now);
			else
				zapi_session_closed(z->session, now);
			break;
		case ZAPI_WISH_CLOSE:
			hang_up(z);
			zapi_session_closed(z->session, now);
			break;
		}
	}
	z->busy = false;
	flush(z);
	set_timer(z, now);
}

static void
rest(struct zebra *z)
{
	size_t ms = z->echoes / ECHOES_A_MS;
	struct timeval tv = clock_span_ms(ms < REST_MAX_MS ? (int64_t)ms : REST_MAX_MS);

	if (z->fd == -1 || ms == 0)
		return;
	event_del(z->readable);
	event_add(z->rested, &tv);
}

static void
on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct zebra *z = arg;

	(void)fd;
	(void)what;
	event_add(z->readable, NULL);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct zebra *z = arg;
	ssize_t n;

	(void)what;
	n = recv(fd, z->buf, sizeof(z->buf), 0);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	z->busy = true;
	if (n > 0) {
		zapi_session_input(z->session, z->buf, (size_t)n, clock_ms());
	} else {
		hang_up(z);
		zapi_session_closed(z->session, clock_ms());
	}
	settle(z);
	rest(z);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void
on_leave(evutil_socket_t fd, short what, void *arg)
{
	struct zebra *z = arg;

	(void)fd;
	(void)what;
	flush(z);
	z->write_size = WRITE_MIN;
	set_timer(z, clock_ms());
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct zebra *z = arg;

	(void)fd;
	(void)what;
	z->busy = true;
	zapi_session_timer(z->session, clock_ms());
	settle(z);
}

struct zebra *
zebra_new(struct event_base *base, const char *path, const struct zapi_dialect *forced,
    zapi_event_fn *fn, void *arg)
{
	struct timeval at_once = { 0 };
	struct zebra *z;

	if (strlen(path) >= sizeof(z->path.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if ((z = calloc(1, sizeof(*z))) == NULL)
		return NULL;
	z->fd = -1;
	z->write_size = WRITE_MIN;
	z->base = base;
	z->path.sun_family = AF_UNIX;
	memcpy(z->path.sun_path, path, strlen(path) + 1);
	z->session = zapi_session_new(forced, fn, arg, clock_ms());
	z->timer = event_new(base, -1, 0, on_timer, z);
	z->leave = event_new(base, -1, 0, on_leave, z);
	z->rested = event_new(base, -1, 0, on_rested, z);
	/* From the loop: no event before the caller knows what we return. */
	if (z->session == NULL || z->timer == NULL || z->leave == NULL || z->rested == NULL ||
	    event_add(z->timer, &at_once) == -1) {
		zebra_free(z);
		errno = ENOMEM;
		return NULL;
	}
	return z;
}

void
zebra_free(struct zebra *z)
{
	if (z == NULL)
		return;
	hang_up(z);
	if (z->timer != NULL)
		event_free(z->timer);
	if (z->leave != NULL)
		event_free(z->leave);
	if (z->rested != NULL)
		event_free(z->rested);
	if (z->session != NULL)
		zapi_session_free(z->session);
	free(z);
}

struct ucred
zebra_peer(const struct zebra *z)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	if (z->fd == -1 || getsockopt(z->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		cred.pid = 0;
	return cred;
}

void
zebra_told(struct zebra *z, const struct zapi_release *release)
{
	z->busy = true;
	zapi_session_told(z->session, release, clock_ms());
	settle(z);
}

const char *
zebra_doubt(const struct zebra *z)
{
	return zapi_session_doubt(z->session);
}

enum zapi_state
zebra_session_state(const struct zebra *z)
{
	return zapi_session_state(z->session);
}

const struct zapi_dialect *
zebra_dialect(const struct zebra *z)
{
	return zapi_session_dialect(z->session);
}

enum zapi_vrf_backend
zebra_vrf_backend(const struct zebra *z)
{
	return zapi_session_vrf_backend(z->session);
}

/* Behind each verb. What one turn of the loop queues leaves in few writes, all in that turn. */
static void
queued(struct zebra *z)
{
	const uint8_t *buf;

	zapi_session_fence(z->session, clock_ms());
	if (z->busy)
		return;
	if (zapi_session_output(z->session, &buf) >= z->write_size) {
		flush(z);
		z->write_size = z->write_size < WRITE_MAX ? 2 * z->write_size : WRITE_MAX;
	}
	event_active(z->leave, EV_TIMEOUT, 0);
}

int
zebra_announce(struct zebra *z, uint32_t vrf, const struct zapi_prefix *p, uint32_t ifindex,
    uint32_t tag, unsigned int deletes)
{
	int r = zapi_session_announce(z->session, vrf, p, ifindex, tag, deletes);

	queued(z);
	return r;
}

int
zebra_withdraw(struct zebra *z, uint32_t vrf, const struct zapi_prefix *p, uint32_t ifindex,
    unsigned int deletes)
{
	int r = zapi_session_withdraw(z->session, vrf, p, ifindex, deletes);

	queued(z);
	return r;
}

int
zebra_lookup(struct zebra *z, uint32_t vrf, const struct zapi_prefix *p)
{
	int r = zapi_session_lookup(z->session, vrf, p, clock_ms());

	queued(z);
	return r;
}

int
zebra_subscribe(struct zebra *z, uint32_t vrf)
{
	int r = zapi_session_subscribe(z->session, vrf, clock_ms());

	queued(z);
	return r;
}

void
zebra_await(struct zebra *z, bool awaited)
{
	z->echoes += awaited ? 1 : (size_t)-1;
}

bool
zebra_is_behind(const struct zebra *z)
{
	return zapi_session_waiting(z->session) >= WRITE_MAX;
}

uint64_t
zebra_queued(const struct zebra *z)
{
	return zapi_session_queued(z->session);
}

bool
zebra_unread(const struct zebra *z, uint64_t position)
{
	return zapi_session_unread(z->session, position);
}

int64_t
zebra_read_at(const struct zebra *z)
{
	return zapi_session_read_at(z->session);
}
