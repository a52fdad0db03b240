/*
 * An array of routes, and a hash of their places in it.
 */
#include "keeper/route_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "keeper/route.h"

#define EMPTY UINT32_MAX

struct route_table {
	struct route **routes;
	size_t count, room;
	uint32_t *slots; /* open addressing; a power of two, at most half full */
	size_t nslots;
	size_t expected; /* the place behind the one found last */
};

static size_t
hash(const struct vrf *vrf, const struct prefix *p)
{
	return (size_t)(prefix_hash(p) ^ (uintptr_t)vrf >> 4);
}

static void
put(struct route_table *t, uint32_t place)
{
	size_t at = hash(route_vrf(t->routes[place]), route_prefix(t->routes[place]));

	while (t->slots[at & (t->nslots - 1)] != EMPTY)
		at++;
	t->slots[at & (t->nslots - 1)] = place;
}

static void
index_all(struct route_table *t)
{
	for (size_t i = 0; i < t->nslots; i++)
		t->slots[i] = EMPTY;
	for (size_t i = 0; i < t->count; i++)
		put(t, (uint32_t)i);
}

static int
grow(struct route_table *t)
{
	size_t room = t->room != 0 ? 2 * t->room : 16;
	struct route **routes = reallocarray(t->routes, room, sizeof(routes[0]));
	uint32_t *slots;

	if (routes == NULL)
		return -1;
	t->routes = routes;
	slots = reallocarray(t->slots, 2 * room, sizeof(slots[0]));
	if (slots == NULL)
		return -1;
	t->slots = slots;
	t->nslots = 2 * room;
	t->room = room;
	index_all(t);
	return 0;
}

struct route_table *
route_table_new(void)
{
	struct route_table *t = calloc(1, sizeof(*t));

	if (t != NULL && grow(t) == -1) {
		route_table_free(t);
		return NULL;
	}
	return t;
}

void
route_table_free(struct route_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		route_free(t->routes[i]);
	free(t->routes);
	free(t->slots);
	free(t);
}

static bool
is(const struct route *route, const struct vrf *vrf, const struct prefix *prefix)
{
	return route_vrf(route) == vrf && prefix_equal(route_prefix(route), prefix);
}

static uint32_t
find(const struct route_table *t, const struct vrf *vrf, const struct prefix *prefix)
{
	size_t at = hash(vrf, prefix), mask = t->nslots - 1;
	uint32_t place;

	while ((place = t->slots[at & mask]) != EMPTY && !is(t->routes[place], vrf, prefix))
		at++;
	return place;
}

struct route *
route_table_find(struct route_table *t, const struct vrf *vrf, const struct prefix *prefix)
{
	size_t place = t->expected;

	/* zebra tells many in the order in which it was told them */
	if (place >= t->count || !is(t->routes[place], vrf, prefix))
		place = find(t, vrf, prefix);
	if (place == EMPTY)
		return NULL;
	t->expected = place + 1;
	return t->routes[place];
}

int
route_table_add(struct route_table *t, struct route *route)
{
	if (t->count == t->room && grow(t) == -1)
		return -1;
	t->routes[t->count] = route;
	put(t, (uint32_t)t->count++);
	return 0;
}

size_t
route_table_sweep(struct route_table *t)
{
	size_t kept = 0, before = t->count, left = 0;

	for (size_t i = 0; i < before; i++) {
		if (route_is_done(t->routes[i])) {
			route_free(t->routes[i]);
			continue;
		}
		left += route_place(t->routes[i])->dropped;
		t->routes[kept++] = t->routes[i];
	}
	t->count = kept;
	if (kept != before)
		index_all(t);
	return left;
}

size_t
route_table_count(const struct route_table *t)
{
	return t->count;
}

struct route *
route_table_at(const struct route_table *t, size_t place)
{
	return t->routes[place];
}
