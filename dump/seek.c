/*
 * The connection that asks, on libevent. A zebra that the session gives up is not left: a
 * silent connection stays, to see its end; short ones can harm a zebra that just starts.
 */
#include "dump/seek.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "zapi/session.h"

#define READ_MAX 65536
#define WISHES_MAX 4 /* in one turn; more can only be a mistake */
#define RETRY_MS 500

enum told { TOLD_NOTHING, TOLD_HERE, TOLD_GONE };

struct seek {
	struct event_base *base;
	char *path;
	bool ask;
	seek_fn *fn;
	void *arg;
	struct zapi_session *session; /* NULL: only the connection is watched */
	const struct zapi_dialect *dialect;
	bool given_up; /* the session is of no more use */
	enum told told;
	char said[256]; /* with it */
	int fd;		/* -1: none */
	struct event *readable, *writable, *timer;
	uint8_t buf[READ_MAX];
};

int
seek_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void
tell_gone(struct seek *s, const char *why)
{
	s->dialect = NULL;
	if (s->told == TOLD_GONE)
		return;
	s->told = TOLD_GONE;
	s->said[0] = '\0';
	s->fn(s->arg, false, NULL, why);
}

static void
tell_here(struct seek *s, const char *text)
{
	/* a zebra that hangs is asked again and again */
	if (s->told == TOLD_HERE && strcmp(s->said, text) == 0)
		return;
	s->told = TOLD_HERE;
	snprintf(s->said, sizeof(s->said), "%s", text);
	s->fn(s->arg, true, s->dialect, text);
}

static void
on_event(void *arg, const struct zapi_event *ev)
{
	struct seek *s = arg;

	switch (ev->kind) {
	case ZAPI_EVENT_DIALECT:
		s->dialect = zapi_session_dialect(s->session);
		tell_here(s, ev->text);
		break;
	case ZAPI_EVENT_REFUSED:
		s->given_up = true;
		tell_here(s, ev->text);
		break;
	case ZAPI_EVENT_STUCK:
		tell_here(s, ev->text);
		break;
	default: /* what the session hears is not ours */
		break;
	}
}

static void
hang_up(struct seek *s)
{
	if (s->fd == -1)
		return;
	event_del(s->readable);
	event_del(s->writable);
	close(s->fd);
	s->fd = -1;
}

static void on_readable(evutil_socket_t, short, void *);
static void on_writable(evutil_socket_t, short, void *);

/* 0, or -1: nobody is there. */
static int
call(struct seek *s)
{
	s->fd = seek_connect(s->path);
	if (s->fd == -1) {
		tell_gone(s, strerror(errno));
		return -1;
	}
	event_assign(s->readable, s->base, s->fd, EV_READ | EV_PERSIST, on_readable, s);
	event_assign(s->writable, s->base, s->fd, EV_WRITE, on_writable, s);
	event_add(s->readable, NULL);
	return 0;
}

static void
write_waiting(struct seek *s)
{
	const uint8_t *bytes;
	size_t len;
	ssize_t n;

	while (s->fd != -1 && (len = zapi_session_output(s->session, &bytes)) > 0) {
		n = send(s->fd, bytes, len, MSG_NOSIGNAL);
		if (n > 0)
			zapi_session_sent(s->session, (size_t)n);
		else if (n == -1 && errno == EAGAIN)
			event_add(s->writable, NULL);
		/* the reader sees what else there is */
		if (n <= 0 && errno != EINTR)
			break;
	}
}

static void
set_timer(struct seek *s, int64_t ms)
{
	struct timeval tv = clock_span_ms(ms);

	event_add(s->timer, &tv);
}

static void
obey(struct seek *s)
{
	int i;

	for (i = 0; i < WISHES_MAX; i++) {
		enum zapi_wish wish = zapi_session_wish(s->session);

		if (wish == ZAPI_WISH_NOTHING)
			return;
		hang_up(s);
		if (wish == ZAPI_WISH_CONNECT && call(s) == 0)
			zapi_session_connected(s->session, clock_ms());
		else
			zapi_session_closed(s->session, clock_ms());
	}
}

/* After every call of the session that took the time. */
static void
settle(struct seek *s)
{
	if (s->given_up && s->fd != -1) {
		zapi_session_free(s->session);
		s->session = NULL;
		event_del(s->timer);
		return;
	}
	s->given_up = false;
	obey(s);
	write_waiting(s);
	if (zapi_session_deadline(s->session) != INT64_MAX)
		set_timer(s, zapi_session_deadline(s->session) - clock_ms());
	else
		event_del(s->timer);
}

/* A new zebra is a new question. */
static void
begin(struct seek *s)
{
	if (s->ask && s->session == NULL) {
		s->given_up = false;
		s->session = zapi_session_new(NULL, on_event, s, clock_ms());
	}
	if (s->session != NULL)
		settle(s);
	else if (!s->ask && call(s) == 0)
		tell_here(s, "it was not asked");
	else
		set_timer(s, RETRY_MS);
}

static void
on_closed(struct seek *s)
{
	bool asking = s->session != NULL && zapi_session_state(s->session) == ZAPI_DETECTING;

	hang_up(s);
	/* a zebra may end a connection for what it was asked */
	if (!asking)
		tell_gone(s, "it closed the connection");
	if (s->session == NULL) {
		set_timer(s, RETRY_MS);
		return;
	}
	zapi_session_closed(s->session, clock_ms());
	settle(s);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct seek *s = arg;
	ssize_t n = recv(fd, s->buf, sizeof(s->buf), 0);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		on_closed(s);
	} else if (s->session != NULL) {
		zapi_session_input(s->session, s->buf, (size_t)n, clock_ms());
		settle(s);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct seek *s = arg;

	(void)fd;
	(void)what;
	if (s->session != NULL)
		write_waiting(s);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct seek *s = arg;

	(void)fd;
	(void)what;
	if (s->session == NULL) {
		begin(s);
		return;
	}
	zapi_session_timer(s->session, clock_ms());
	settle(s);
}

struct seek *
seek_new(struct event_base *base, const char *path, bool ask, seek_fn *fn, void *arg)
{
	struct seek *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->base = base;
	s->ask = ask;
	s->fn = fn;
	s->arg = arg;
	s->fd = -1;
	s->path = strdup(path);
	s->readable = event_new(base, -1, 0, on_readable, s);
	s->writable = event_new(base, -1, 0, on_writable, s);
	s->timer = event_new(base, -1, 0, on_timer, s);
	if (s->path == NULL || s->readable == NULL || s->writable == NULL || s->timer == NULL) {
		seek_free(s);
		errno = ENOMEM;
		return NULL;
	}
	set_timer(s, 0);
	return s;
}

void
seek_free(struct seek *s)
{
	if (s == NULL)
		return;
	hang_up(s);
	if (s->readable != NULL)
		event_free(s->readable);
	if (s->writable != NULL)
		event_free(s->writable);
	if (s->timer != NULL)
		event_free(s->timer);
	zapi_session_free(s->session);
	free(s->path);
	free(s);
}
