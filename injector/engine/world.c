/*
 * The engine's picture of services, routes and zebra. The keeper's messages
 * are copied in; nothing here decides anything.
 */
#include "engine/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static int
member_init(struct member *m, const struct conf_service *conf, int64_t now)
{
	size_t i;

	m->conf = conf;
	m->device = device_of_vrf(conf->vrf);
	m->histories = calloc(conf->nchecks + 1, sizeof(*m->histories));
	m->routes = calloc(conf->nprefixes + 1, sizeof(*m->routes));
	if (m->histories == NULL || m->routes == NULL)
		return -1;
	for (i = 0; i < conf->nprefixes; i++) {
		m->routes[i].tag = conf->tag;
		m->routes[i].since_us = clock_us();
	}
	return service_init(&m->service, conf, now);
}

struct world *
world_new(const struct conf *conf, int64_t now)
{
	struct world *w = calloc(1, sizeof(*w));
	size_t i;

	if (w == NULL)
		return NULL;
	w->conf = conf;
	w->zebra.since_us = clock_us();
	w->members = calloc(conf->nservices + 1, sizeof(*w->members));
	for (i = 0; w->members != NULL && i < conf->nservices; i++)
		if (member_init(&w->members[i], &conf->services[i], now) == -1)
			break;
	if (w->members == NULL || i < conf->nservices) {
		world_free(w);
		errno = ENOMEM;
		return NULL;
	}
	return w;
}

void
world_free(struct world *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; w->members != NULL && i < w->conf->nservices; i++) {
		free(w->members[i].histories);
		free(w->members[i].routes);
		service_free(&w->members[i].service);
	}
	free(w->members);
	free(w);
}

const struct member *
world_find(const struct world *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->conf->nservices; i++)
		if (strcmp(w->conf->services[i].name, name) == 0)
			return &w->members[i];
	return NULL;
}

int
world_take(struct world *w, const struct ipc_msg *msg)
{
	struct ipc_route *route;
	struct member *m;

	if (msg->type == IPC_ZEBRA) {
		w->zebra = msg->zebra;
		return 0;
	}
	if (msg->type == IPC_DAEMON) {
		w->daemons[msg->daemon.place] = msg->daemon;
		return 0;
	}
	if (msg->type != IPC_ROUTE || msg->service >= w->conf->nservices)
		return -1;
	m = &w->members[msg->service];
	if (msg->route.prefix >= m->conf->nprefixes)
		return -1;
	route = &m->routes[msg->route.prefix];
	m->announced -= route->state == ROUTE_ANNOUNCED;
	*route = msg->route;
	m->announced += route->state == ROUTE_ANNOUNCED;
	return 0;
}

bool
world_announces(const struct member *m)
{
	return m->announced > 0;
}
