/*
 * Ports under watch: the sets of sockets bound to them, kept by dumps, and
 * destroy events that lead to a dump at once. Must not know checks.
 */
#include "config.h"

#include "checks/listener_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/log.h"

/* Dumps until two in a row agree; a port that changes faster is left to the next interval. */
#define SETTLE_MOST 5
#define SOCKETS_MOST 65536

struct socket_set {
	struct bound_socket *list; /* by cookie */
	size_t n, size;
	bool failed; /* memory */
};

struct listener_port {
	struct listener_port *next;
	enum transport transport;
	uint16_t number;
	struct listener_user *users;
	struct socket_set set;
	int error;
	bool dump; /* is to be read */
	bool died; /* one of its sockets did */
};

struct listener_watch {
	struct event_base *base;
	struct sock_diag *diag;
	struct event *events, *round;
	struct listener_port *ports;
	bool fresh;   /* events were subscribed and not yet filtered */
	bool polling; /* there are no destroy events: said once */
};

static void on_round(int, short, void *);

struct listener_watch *
listener_watch_new(struct event_base *base)
{
	struct listener_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->base = base;
	w->diag = sock_diag_new();
	w->round = event_new(base, -1, 0, on_round, w);
	if (w->diag != NULL && w->round != NULL)
		return w;
	listener_watch_free(w);
	errno = ENOMEM;
	return NULL;
}

static void
port_free(struct listener_watch *w, struct listener_port *port)
{
	struct listener_port **at = &w->ports;

	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	free(port->set.list);
	free(port);
}

void
listener_watch_free(struct listener_watch *w)
{
	if (w == NULL)
		return;
	while (w->ports != NULL)
		port_free(w, w->ports);
	if (w->events != NULL)
		event_free(w->events);
	if (w->round != NULL)
		event_free(w->round);
	sock_diag_free(w->diag);
	free(w);
}

int
listener_watch_fd(const struct listener_watch *w)
{
	return w->events != NULL ? (int)event_get_fd(w->events) : -1;
}

static void
add_socket(void *arg, const struct bound_socket *s)
{
	struct socket_set *set = arg;
	struct bound_socket *bigger;
	size_t size;

	if (!s->serves || set->failed)
		return;
	if (set->n == set->size) {
		size = set->size == 0 ? 8 : 2 * set->size;
		bigger = size > SOCKETS_MOST ? NULL : reallocarray(set->list, size, sizeof(*s));
		if (bigger == NULL) {
			set->failed = true;
			return;
		}
		set->list = bigger;
		set->size = size;
	}
	set->list[set->n++] = *s;
}

static int
by_cookie(const void *a, const void *b)
{
	const struct bound_socket *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static bool
same_cookies(const struct socket_set *a, const struct socket_set *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->list[i].cookie != b->list[i].cookie)
			return false;
	}
	return true;
}

/* Reads who is bound to the port. True: others than before. */
static bool
port_dump(struct listener_watch *w, struct listener_port *port)
{
	struct socket_set set = { 0 };
	bool changed;

	port->error = 0;
	if (sock_diag_dump(w->diag, port->transport, port->number, add_socket, &set) == -1)
		port->error = errno;
	else if (set.failed)
		port->error = ENOMEM;
	if (port->error != 0) { /* what was known still is: its events are waited for */
		free(set.list);
		return false;
	}
	if (set.n > 1)
		qsort(set.list, set.n, sizeof(*set.list), by_cookie);
	changed = !same_cookies(&port->set, &set);
	free(port->set.list);
	port->set = set;
	return changed;
}

static void
filter(struct listener_watch *w)
{
	const struct listener_port *port;
	uint64_t *cookies;
	size_t i, n = 0;

	for (port = w->ports; port != NULL; port = port->next)
		n += port->set.n;
	if ((cookies = calloc(n + 1, sizeof(*cookies))) == NULL)
		return;
	n = 0;
	for (port = w->ports; port != NULL; port = port->next) {
		for (i = 0; i < port->set.n; i++)
			cookies[n++] = port->set.list[i].cookie;
	}
	sock_diag_filter(w->diag, cookies, n);
	free(cookies);
}

/*
 * Reads the marked ports. A socket that died after its dump and before the filter knew it made no
 * event: so each change is followed by the filter and one more dump. A socket thus is gone only
 * when two dumps say so. Everybody at a port that changed is told.
 */
static void
settle(struct listener_watch *w)
{
	struct listener_port *port;
	struct listener_user *u;
	bool changed, any, fresh = w->fresh;
	int i;

	w->fresh = false;
	for (i = 0; i < SETTLE_MOST; i++) {
		any = fresh;
		for (port = w->ports; port != NULL; port = port->next) {
			if (!port->dump)
				continue;
			changed = port_dump(w, port);
			port->dump = changed || fresh;
			port->died |= changed;
			any |= changed;
		}
		fresh = false;
		if (!any)
			break;
		filter(w);
	}
	for (port = w->ports; port != NULL; port = port->next) {
		for (u = port->users; u != NULL; u = u->next)
			u->tell |= port->died || u->asked;
		port->died = port->dump = false;
	}
}

static struct listener_user *
next_to_tell(const struct listener_watch *w)
{
	struct listener_port *port;
	struct listener_user *u;

	for (port = w->ports; port != NULL; port = port->next) {
		for (u = port->users; u != NULL; u = u->next) {
			if (u->tell)
				return u;
		}
	}
	return NULL;
}

static void
settle_and_tell(struct listener_watch *w)
{
	struct listener_user *u;
	bool asked;

	settle(w);
	/* Whoever is told may remove itself or others: begin anew each time. */
	while ((u = next_to_tell(w)) != NULL) {
		asked = u->asked;
		u->tell = u->asked = false;
		u->found(u->arg, asked, u->port->error, u->port->set.list, u->port->set.n);
	}
}

static void
on_round(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	settle_and_tell(arg);
}

static void
on_destroyed(void *arg, const struct bound_socket *s)
{
	struct listener_watch *w = arg;
	struct listener_port *port;

	for (port = w->ports; port != NULL; port = port->next) {
		if (port->set.n > 0 &&
		    bsearch(s, port->set.list, port->set.n, sizeof(*s), by_cookie) != NULL)
			port->dump = port->died = true;
	}
}

static void
on_events(int fd, short what, void *arg)
{
	struct listener_watch *w = arg;
	struct listener_port *port;
	bool lost, any = false;

	(void)fd;
	(void)what;
	lost = sock_diag_events(w->diag, on_destroyed, w) == -1;
	if (lost)
		log_info("sock_diag: events were lost: reading all sockets again");
	for (port = w->ports; port != NULL; port = port->next) {
		if (lost)
			port->dump = port->died = true;
		any |= port->dump;
	}
	if (any)
		settle_and_tell(w);
}

/* Without events a check still sees at each interval what there is. */
static void
subscribe(struct listener_watch *w, enum transport transport)
{
	int fd = sock_diag_subscribe(w->diag, transport);

	if (fd == -1) {
		if (!w->polling)
			log_warn("sock_diag: no destroy events: listener checks poll");
		w->polling = true;
		return;
	}
	if (w->events != NULL)
		return;
	w->events = event_new(w->base, fd, EV_READ | EV_PERSIST, on_events, w);
	if (w->events != NULL && event_add(w->events, NULL) == 0) {
		w->fresh = true;
		return;
	}
	log_warnx("sock_diag: no memory for events: listener checks poll");
	if (w->events != NULL)
		event_free(w->events);
	w->events = NULL;
}

int
listener_watch_add(
    struct listener_watch *w, struct listener_user *u, enum transport transport, uint16_t number)
{
	struct listener_port *port;

	for (port = w->ports; port != NULL; port = port->next) {
		if (port->transport == transport && port->number == number)
			break;
	}
	if (port == NULL) {
		if ((port = calloc(1, sizeof(*port))) == NULL)
			return -1;
		port->transport = transport;
		port->number = number;
		port->next = w->ports;
		w->ports = port;
	}
	u->port = port;
	u->next = port->users;
	port->users = u;
	return 0;
}

void
listener_watch_remove(struct listener_watch *w, struct listener_user *u)
{
	struct listener_port *port = u->port;
	struct listener_user **at;

	if (port == NULL)
		return;
	for (at = &port->users; *at != u; at = &(*at)->next)
		;
	*at = u->next;
	u->port = NULL;
	if (port->users == NULL)
		port_free(w, port);
}

void
listener_watch_ask(struct listener_watch *w, struct listener_user *u)
{
	subscribe(w, u->port->transport); /* what failed for want of descriptors may succeed now */
	u->asked = u->port->dump = true;
	event_active(w->round, EV_TIMEOUT, 0);
}
