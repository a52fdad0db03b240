/*
 * Two bufferevents, back to back. An end of reading becomes an end of writing on the other
 * side, behind the last byte. Must not know ZAPI.
 */
#include "dump/relay.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
	struct relay *relay;
	struct side *peer;
	struct bufferevent *bev;
	enum zapi_direction direction; /* of what is read here */
	bool eof;		       /* nothing more is read here */
	bool deaf;		       /* nothing can be written here */
	bool done;		       /* ... and all that was read is written, or never will be */
};

struct relay {
	struct side client, zebra;
	const struct relay_ops *ops;
	void *arg;
	bool ending, by_zebra; /* who ended first */
};

static size_t
waiting(const struct side *s)
{
	return evbuffer_get_length(bufferevent_get_output(s->bev));
}

/* All that was read here is written, or never will be: the end is passed on. */
static void
end_direction(struct side *from)
{
	struct side *to = from->peer;

	if (from->done || !from->eof || (!to->deaf && waiting(to) > 0))
		return;
	from->done = true;
	if (!to->deaf)
		shutdown(bufferevent_getfd(to->bev), SHUT_WR);
}

/* The relay may be gone when this returns. */
static void
end_what_is_over(struct relay *r)
{
	const struct relay_ops *ops = r->ops;
	bool by_zebra = r->by_zebra;
	void *arg = r->arg;

	end_direction(&r->client);
	end_direction(&r->zebra);
	if (!r->client.done || !r->zebra.done)
		return;
	relay_free(r);
	ops->over(arg, by_zebra);
}

static void
stop_reading(struct side *s)
{
	s->eof = true;
	bufferevent_disable(s->bev, EV_READ);
	shutdown(bufferevent_getfd(s->bev), SHUT_RD);
}

/* Nothing can be written to it any more: who wrote to it learns that from the next write. */
static void
set_deaf(struct side *s)
{
	struct evbuffer *output = bufferevent_get_output(s->bev);

	s->deaf = true;
	bufferevent_disable(s->bev, EV_WRITE);
	evbuffer_drain(output, evbuffer_get_length(output));
	stop_reading(s->peer);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);
	struct side *s = arg;

	if (len == 0)
		return;
	s->relay->ops->passed(s->relay->arg, s->direction, evbuffer_pullup(input, -1), len);
	if (s->peer->deaf) {
		evbuffer_drain(input, len);
		return;
	}
	evbuffer_add_buffer(bufferevent_get_output(s->peer->bev), input);
	if (waiting(s->peer) >= RELAY_MAX)
		bufferevent_disable(bev, EV_READ);
}

/* Half of it is written, or all. */
static void
on_written(struct bufferevent *bev, void *arg)
{
	struct side *s = arg;

	(void)bev;
	if (!s->peer->eof)
		bufferevent_enable(s->peer->bev, EV_READ);
	end_what_is_over(s->relay);
}

static bool
is_closed(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR));
}

static void
on_end(struct bufferevent *bev, short what, void *arg)
{
	struct side *s = arg;
	struct relay *r = s->relay;

	if (!r->ending)
		r->by_zebra = s == &r->zebra;
	r->ending = true;
	if (what & BEV_EVENT_READING)
		s->eof = true;
	/* a half-close leaves the other direction alone; a close or a reset does not */
	if (((what & BEV_EVENT_ERROR) || is_closed(bufferevent_getfd(bev))) && !s->deaf)
		set_deaf(s);
	end_what_is_over(r);
}

static bool
open_side(struct side *s, struct event_base *base, int fd)
{
	s->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (s->bev == NULL) {
		close(fd);
		return false;
	}
	bufferevent_setcb(s->bev, on_read, on_written, on_end, s);
	bufferevent_setwatermark(s->bev, EV_READ, 0, RELAY_MAX);
	bufferevent_setwatermark(s->bev, EV_WRITE, RELAY_MAX / 2, 0);
	return true;
}

struct relay *
relay_new(struct event_base *base, int client, int zebra, const struct relay_ops *ops, void *arg)
{
	struct relay *r = calloc(1, sizeof(*r));
	bool opened;

	if (r == NULL) {
		close(client);
		close(zebra);
		return NULL;
	}
	r->ops = ops;
	r->arg = arg;
	r->client = (struct side){ .relay = r, .peer = &r->zebra, .direction = ZAPI_TO_ZEBRA };
	r->zebra = (struct side){ .relay = r, .peer = &r->client, .direction = ZAPI_FROM_ZEBRA };
	opened = open_side(&r->client, base, client);
	if (!open_side(&r->zebra, base, zebra) || !opened) {
		relay_free(r);
		errno = ENOMEM;
		return NULL;
	}
	bufferevent_enable(r->client.bev, EV_READ | EV_WRITE);
	bufferevent_enable(r->zebra.bev, EV_READ | EV_WRITE);
	return r;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	if (r->client.bev != NULL)
		bufferevent_free(r->client.bev);
	if (r->zebra.bev != NULL)
		bufferevent_free(r->zebra.bev);
	free(r);
}
