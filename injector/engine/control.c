/*
 * Clients of the control socket: one JSON line in, one out, or a stream of
 * events. Owns their buffers and limits; what a line means is in request.c.
 */
#include "engine/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/show.h"

#define PEER_GROUPS 256

/* Clients are kept in the order of their last request, the most idle first. */
struct client {
	TAILQ_ENTRY(client) entry;
	struct control *control;
	struct bufferevent *bev;
	bool may_change;
	bool monitors;
	bool waits;   /* for a reload */
	bool ended;   /* says no more, and goes when it is answered */
	bool closing; /* when all is sent */
};
TAILQ_HEAD(clients, client);

struct control {
	struct event_base *base;
	struct event *acceptor, *again;
	gid_t group;
	const struct world *world;
	struct request_actions actions;
	struct clients clients;
	size_t n, monitors;
};

static void
monitor(struct client *cl, bool on)
{
	struct control *c = cl->control;
	bool before = c->monitors > 0;

	c->monitors = c->monitors + on - cl->monitors;
	cl->monitors = on;
	if (before != (c->monitors > 0))
		c->actions.listen(c->actions.arg, !before);
}

static void
drop(struct client *cl)
{
	monitor(cl, false);
	TAILQ_REMOVE(&cl->control->clients, cl, entry);
	cl->control->n--;
	bufferevent_free(cl->bev);
	free(cl);
}

static bool
is_sending(const struct client *cl)
{
	return evbuffer_get_length(bufferevent_get_output(cl->bev)) > 0;
}

static void
drop_when_sent(struct client *cl)
{
	cl->closing = true;
	bufferevent_disable(cl->bev, EV_READ);
	if (!is_sending(cl))
		drop(cl);
}

/* Sends and releases the object; false: it could not be sent. */
static bool
send_object(struct client *cl, struct json_object *o)
{
	const char *text = NULL;
	bool sent = false;

	if (o != NULL)
		text = json_object_to_json_string_ext(o, JSON_LINE);
	if (text != NULL)
		sent = evbuffer_add_printf(bufferevent_get_output(cl->bev), "%s\n", text) != -1;
	json_object_put(o);
	return sent;
}

/* Answers one line; false: the client is gone. */
static bool
answer_line(struct client *cl, const char *line, size_t len)
{
	struct json_object *answer;
	enum request_outcome outcome;

	outcome = request_handle(
	    cl->control->world, &cl->control->actions, cl->may_change, line, len, &answer);
	if (outcome == REQUEST_MONITOR) {
		monitor(cl, true);
		answer = request_done(NULL);
	} else if (outcome == REQUEST_RELOAD) {
		cl->waits = true;
		return true;
	}
	if (send_object(cl, answer))
		return true;
	log_warnx("no memory to answer a client of the control socket");
	drop(cl);
	return false;
}

static void
refuse_long_line(struct client *cl)
{
	send_object(cl, request_error("usage", "a line is at most 64 KiB"));
	drop_when_sent(cl);
}

/*
 * Who has sent much and does not read is not read from: libevent would call again and again for
 * what lies there.
 */
static bool
must_wait(struct client *cl)
{
	bool wait = cl->waits || is_sending(cl);

	if (wait && evbuffer_get_length(bufferevent_get_input(cl->bev)) > REQUEST_MAX)
		bufferevent_disable(cl->bev, EV_READ);
	else if (!cl->ended)
		bufferevent_enable(cl->bev, EV_READ);
	return wait;
}

/*
 * Answers what has arrived, one line at a time: the next only when the answer to the one before is
 * away, so that who does not read costs nothing.
 */
static void
serve(struct client *cl)
{
	struct evbuffer *input = bufferevent_get_input(cl->bev);
	char *line = NULL;
	size_t len;
	bool alive;

	while (!cl->monitors && !cl->waits && !is_sending(cl)) {
		line = evbuffer_readln(input, &len, EVBUFFER_EOL_LF);
		if (line == NULL)
			break;
		alive = answer_line(cl, line, len);
		free(line);
		if (!alive)
			return;
	}
	if (cl->monitors)
		evbuffer_drain(input, evbuffer_get_length(input));
	if (must_wait(cl))
		return;
	if (cl->ended)
		drop(cl);
	else if (evbuffer_get_length(input) > REQUEST_MAX)
		refuse_long_line(cl);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;

	(void)bev;
	TAILQ_REMOVE(&cl->control->clients, cl, entry);
	TAILQ_INSERT_TAIL(&cl->control->clients, cl, entry);
	if (!cl->closing)
		serve(cl);
}

static void
on_sent(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;

	(void)bev;
	if (cl->closing)
		drop(cl);
	else
		serve(cl);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *cl = arg;

	(void)bev;
	cl->ended = true;
	if (!(what & BEV_EVENT_EOF) || cl->monitors)
		drop(cl);
	else if (!cl->closing)
		serve(cl);
}

/* Root, our own user, and members of the group, as the kernel says who connected. */
static bool
peer_may_change(const struct control *c, int fd)
{
	gid_t groups[PEER_GROUPS];
	socklen_t len = sizeof(groups);
	struct ucred peer;
	socklen_t peer_len = sizeof(peer);
	size_t i;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) == -1)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (c->group == (gid_t)-1)
		return false;
	if (peer.gid == c->group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == -1)
		return false;
	for (i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == c->group)
			return true;
	return false;
}

/* The one that said nothing for the longest time goes, unless it waits for us. */
static bool
make_room(struct control *c)
{
	struct client *cl;

	if (c->n < CONTROL_CLIENTS)
		return true;
	TAILQ_FOREACH (cl, &c->clients, entry)
		if (!cl->monitors && !cl->waits) {
			drop(cl);
			return true;
		}
	return false;
}

int
control_add(struct control *c, int fd)
{
	struct client *cl = NULL;

	if (make_room(c))
		cl = calloc(1, sizeof(*cl));
	if (cl != NULL)
		cl->bev = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (cl == NULL || cl->bev == NULL) {
		free(cl);
		close(fd);
		return -1;
	}
	cl->control = c;
	cl->may_change = peer_may_change(c, fd);
	TAILQ_INSERT_TAIL(&c->clients, cl, entry);
	c->n++;
	bufferevent_setwatermark(cl->bev, EV_READ, 0, REQUEST_MAX + 1);
	bufferevent_setcb(cl->bev, on_read, on_sent, on_event, cl);
	bufferevent_enable(cl->bev, EV_READ | EV_WRITE);
	return 0;
}

/* Without descriptors the same client would be offered again and again: look away for a while. */
static void
pause_accepting(struct control *c)
{
	static const struct timeval a_while = { 0, 200000 };

	log_warn("no new client of the control socket");
	event_del(c->acceptor);
	event_add(c->again, &a_while);
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (client != -1)
		control_add(c, client);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
		pause_accepting(c);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;

	(void)fd;
	(void)what;
	event_add(c->acceptor, NULL);
}

struct control *
control_new(struct event_base *base, int fd, gid_t group, const struct world *world,
    const struct request_actions *actions)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct control){ .base = base, .group = group, .world = world, .actions = *actions };
	TAILQ_INIT(&c->clients);
	if (fd == -1)
		return c;
	c->acceptor = event_new(base, fd, EV_READ | EV_PERSIST, on_accept, c);
	c->again = evtimer_new(base, on_again, c);
	if (c->acceptor == NULL || c->again == NULL || event_add(c->acceptor, NULL) == -1) {
		control_free(c);
		errno = ENOMEM;
		return NULL;
	}
	return c;
}

static void
stop_accepting(struct control *c)
{
	if (c->acceptor != NULL)
		event_free(c->acceptor);
	if (c->again != NULL)
		event_free(c->again);
	c->acceptor = c->again = NULL;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	stop_accepting(c);
	while (!TAILQ_EMPTY(&c->clients))
		drop(TAILQ_FIRST(&c->clients));
	free(c);
}

static struct client *
after(struct client *cl)
{
	return TAILQ_NEXT(cl, entry);
}

/* A line for each who monitors; who has too much unread is no reader any more. */
static void
publish_line(struct control *c, const char *line, size_t len)
{
	struct client *cl, *next;
	struct evbuffer *output;

	for (cl = TAILQ_FIRST(&c->clients); cl != NULL; cl = next) {
		next = after(cl);
		if (!cl->monitors || cl->closing)
			continue;
		output = bufferevent_get_output(cl->bev);
		if (evbuffer_get_length(output) + len > CONTROL_BACKLOG) {
			log_warnx("a client that monitors does not read: dropped");
			drop(cl);
		} else if (evbuffer_add(output, line, len) == -1 ||
		    evbuffer_add(output, "\n", 1) == -1)
			drop(cl);
	}
}

void
control_publish(struct control *c, const struct log_event *ev)
{
	struct json_object *o;
	const char *text;
	size_t len;

	if (c->monitors == 0)
		return;
	o = show_event(ev);
	if (o == NULL)
		return;
	text = json_object_to_json_string_length(o, JSON_LINE, &len);
	if (text != NULL)
		publish_line(c, text, len);
	json_object_put(o);
}

void
control_reloaded(struct control *c, bool ok, const char *text)
{
	struct client *cl, *next;
	struct json_object *answer;

	for (cl = TAILQ_FIRST(&c->clients); cl != NULL; cl = next) {
		next = after(cl);
		if (!cl->waits)
			continue;
		cl->waits = false;
		answer = ok ? request_done(text) : request_error("failed", text);
		if (!send_object(cl, answer))
			drop(cl);
	}
}

void
control_close(struct control *c)
{
	struct client *cl, *next;

	stop_accepting(c);
	for (cl = TAILQ_FIRST(&c->clients); cl != NULL; cl = next) {
		next = after(cl);
		drop_when_sent(cl);
	}
}

bool
control_idle(const struct control *c)
{
	return TAILQ_EMPTY(&c->clients);
}

size_t
control_clients(const struct control *c)
{
	return c->n;
}
