/*
 * Clients come, are passed on to zebra and go, and so does zebra. What passes is shown, and not
 * a byte of it is changed.
 */
#include "dump/proxy.h"

#include <event2/event.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dump/frames.h"
#include "dump/lines.h"
#include "dump/relay.h"
#include "dump/seek.h"
#include "dump/tap.h"

#define CLIENTS_MAX 256
#define PAUSE_MS 1000 /* before a failed accept or socket file is tried again */
#define SIGNALS 3

struct client {
	LIST_ENTRY(client) next;
	struct proxy *proxy;
	unsigned int number;
	unsigned int reign; /* of which zebra */
	const struct zapi_dialect *dialect;
	struct relay *relay;
	struct frames frames[2]; /* by direction */
	enum zapi_direction direction;
};

struct proxy {
	const struct proxy_options *options;
	struct event_base *base;
	struct event *signals[SIGNALS], *accept, *pause;
	struct seek *seek;
	struct tap tap;
	bool here;
	const struct zapi_dialect *dialect;
	unsigned int reign, numbers, count;
	LIST_HEAD(, client) clients;
	struct lines *lines;
	bool failed;
};

static void
show_piece(void *arg, const uint8_t *bytes, size_t len, bool whole)
{
	struct client *c = arg;
	struct passed m = { .connection = c->number,
		.direction = c->direction,
		.bytes = bytes,
		.len = len,
		.whole = whole };

	lines_passed(c->proxy->lines, c->dialect, m);
}

static void
on_passed(void *arg, enum zapi_direction direction, const uint8_t *bytes, size_t len)
{
	struct client *c = arg;

	c->direction = direction;
	frames_feed(&c->frames[direction], bytes, len, show_piece, c);
}

static void
forget(struct client *c)
{
	struct proxy *p = c->proxy;
	size_t i;

	for (i = 0; i < 2; i++) {
		c->direction = (enum zapi_direction)i;
		frames_end(&c->frames[i], show_piece, c);
	}
	LIST_REMOVE(c, next);
	p->count--;
	free(c);
}

static void
on_over(void *arg, bool by_zebra)
{
	struct client *c = arg;
	struct proxy *p = c->proxy;
	unsigned int number = c->number;

	c->relay = NULL;
	forget(c);
	lines_closed(p->lines, number, by_zebra ? "zebra" : "client");
	if (p->tap.fd != -1)
		event_add(p->accept, NULL);
}

/* "zanycastd[812] of user 0" */
static void
name_peer(int fd, char *text, size_t size)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);
	char path[64], comm[32] = "";
	FILE *f;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		snprintf(text, size, "somebody");
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)cred.pid);
	f = fopen(path, "re");
	if (f != NULL && fgets(comm, sizeof(comm), f) != NULL)
		comm[strcspn(comm, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	snprintf(text, size, "%s[%d] of user %u", comm, (int)cred.pid, (unsigned int)cred.uid);
}

static void
add_client(struct proxy *p, int fd, int zebra)
{
	static const struct relay_ops ops = { on_passed, on_over };
	struct client *c = calloc(1, sizeof(*c));
	char peer[80];

	if (c == NULL) {
		close(fd);
		close(zebra);
		return;
	}
	name_peer(fd, peer, sizeof(peer));
	c->proxy = p;
	c->reign = p->reign;
	c->dialect = p->dialect;
	c->relay = relay_new(p->base, fd, zebra, &ops, c);
	if (c->relay == NULL) {
		free(c);
		return;
	}
	c->number = ++p->numbers;
	p->count++;
	LIST_INSERT_HEAD(&p->clients, c, next);
	lines_opened(p->lines, c->number, peer);
}

static void
pause_tap(struct proxy *p)
{
	struct timeval tv = clock_span_ms(PAUSE_MS);

	event_del(p->accept);
	event_add(p->pause, &tv);
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct proxy *p = arg;
	int fd, zebra;

	(void)what;
	if (p->count >= CLIENTS_MAX) {
		/* on_over() goes on */
		event_del(p->accept);
		return;
	}
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		lines_say(p->lines, 0, "lost", "no client can be taken: %s", strerror(errno));
		pause_tap(p);
		return;
	}
	zebra = seek_connect(p->options->zebra);
	if (zebra == -1) {
		lines_say(
		    p->lines, 0, "lost", "a client was turned away: zebra: %s", strerror(errno));
		close(fd);
		return;
	}
	add_client(p, fd, zebra);
}

/* -- zebra */

static void
open_tap(struct proxy *p)
{
	char text[256];

	if (p->tap.fd != -1)
		return;
	if (tap_open(&p->tap, text, sizeof(text)) == -1) {
		lines_say(p->lines, 0, "lost", "no client can be taken: %s", text);
		pause_tap(p);
		return;
	}
	event_assign(p->accept, p->base, p->tap.fd, EV_READ | EV_PERSIST, on_accept, p);
	event_add(p->accept, NULL);
}

static void
close_tap(struct proxy *p)
{
	event_del(p->accept);
	event_del(p->pause);
	tap_close(&p->tap);
}

static void
on_pause(evutil_socket_t fd, short what, void *arg)
{
	struct proxy *p = arg;

	(void)fd;
	(void)what;
	if (p->tap.fd != -1)
		event_add(p->accept, NULL);
	else if (p->here)
		open_tap(p);
}

static void
know(struct proxy *p, const struct zapi_dialect *d)
{
	bool news = p->reign == 0 || d != p->dialect;
	struct client *c;

	if (!p->here)
		p->reign++;
	if (news)
		lines_dialect(p->lines, d);
	p->dialect = d;
	LIST_FOREACH (c, &p->clients, next)
		if (c->reign == p->reign)
			c->dialect = d;
}

static void
on_zebra(void *arg, bool here, const struct zapi_dialect *d, const char *text)
{
	struct proxy *p = arg;

	if (!here) {
		lines_say(p->lines, 0, "zebra", "%s zebra at %s: %s",
		    p->here ? "lost" : "waiting for", p->options->zebra, text);
		p->here = false;
		close_tap(p);
		return;
	}
	if (p->options->dialect != NULL)
		d = p->options->dialect;
	know(p, d);
	p->here = true;
	if (d != NULL)
		lines_say(p->lines, 0, "dialect", "zebra speaks %s (%s): %s", d->name, d->serves,
		    p->options->dialect != NULL ? "set by hand" : text);
	else
		lines_say(p->lines, 0, "dialect", "only numbers and bytes are shown: %s", text);
	open_tap(p);
}

/* -- life */

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct proxy *p = arg;

	(void)number;
	(void)what;
	event_base_loopbreak(p->base);
}

static void
on_broken(void *arg, int errnum)
{
	struct proxy *p = arg;

	warnx("standard output: %s", strerror(errnum));
	p->failed = true;
	event_base_loopbreak(p->base);
}

static void
begin(struct proxy *p)
{
	static const int signals[SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	bool ask = p->options->dialect == NULL && !p->options->raw;
	char text[256];
	size_t i;

	tap_init(&p->tap, p->options->tap, p->options->zebra);
	if (tap_check(&p->tap, text, sizeof(text)) == -1)
		errx(EXIT_FAILURE, "%s", text);
	signal(SIGPIPE, SIG_IGN);
	p->base = event_base_new();
	if (p->base == NULL)
		err(EXIT_FAILURE, "start");
	p->lines = lines_new(p->base, &p->options->lines, on_broken, p);
	for (i = 0; i < SIGNALS; i++) {
		p->signals[i] = evsignal_new(p->base, signals[i], on_signal, p);
		if (p->signals[i] == NULL || event_add(p->signals[i], NULL) == -1)
			err(EXIT_FAILURE, "signals");
	}
	p->accept = event_new(p->base, -1, 0, on_accept, p);
	p->pause = event_new(p->base, -1, 0, on_pause, p);
	p->seek = seek_new(p->base, p->options->zebra, ask, on_zebra, p);
	if (p->accept == NULL || p->pause == NULL || p->seek == NULL)
		err(EXIT_FAILURE, "start");
}

static void
end(struct proxy *p)
{
	struct client *c;
	size_t i;

	close_tap(p);
	seek_free(p->seek);
	while ((c = LIST_FIRST(&p->clients)) != NULL) {
		relay_free(c->relay);
		forget(c);
	}
	if (!lines_end(p->lines))
		p->failed = true;
	event_free(p->accept);
	event_free(p->pause);
	for (i = 0; i < SIGNALS; i++)
		event_free(p->signals[i]);
	event_base_free(p->base);
}

int
proxy_run(const struct proxy_options *options)
{
	struct proxy *p = calloc(1, sizeof(*p));
	bool failed;

	if (p == NULL)
		err(EXIT_FAILURE, "start");
	p->options = options;
	LIST_INIT(&p->clients);
	begin(p);
	event_base_dispatch(p->base);
	end(p);
	failed = p->failed;
	free(p);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
