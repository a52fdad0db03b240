/*
 * The table of addresses and links: two hashes over the same addresses, by
 * address and by network, and an array of links. Knows no netlink.
 */
#include "alias/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 64

struct entry {
	struct alias_address data;
	unsigned int generation;
	struct entry *by_address, *by_network; /* chains */
};

struct link {
	struct alias_link data;
	unsigned int generation;
	bool gone;
	bool told, told_up; /* was it told, and how */
	bool dirty;
	bool bounced; /* its state changed and changed back untold */
};

struct alias_table {
	struct entry **addresses, **networks; /* heads of the chains */
	size_t buckets, count;
	struct link *links;
	size_t nlinks, links_size;
	unsigned int generation;
};

static size_t
hash(const struct prefix *p, bool with_len)
{
	uint32_t h = 2166136261u;
	size_t i, n = p->family == AF_INET ? 4 : 16;

	for (i = 0; i < n; i++)
		h = (h ^ p->addr[i]) * 16777619u;
	if (with_len)
		h = (h ^ p->len) * 16777619u;
	return h ^ (h >> 15);
}

static bool
same_host(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family &&
	    memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16) == 0;
}

static bool
same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && same_host(a, b);
}

struct alias_table *
alias_table_new(void)
{
	struct alias_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->buckets = FIRST_BUCKETS;
	t->addresses = calloc(t->buckets, sizeof(struct entry *));
	t->networks = calloc(t->buckets, sizeof(struct entry *));
	if (t->addresses == NULL || t->networks == NULL) {
		alias_table_free(t);
		errno = ENOMEM;
		return NULL;
	}
	return t;
}

void
alias_table_free(struct alias_table *t)
{
	struct entry *e, *next;
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; t->addresses != NULL && i < t->buckets; i++) {
		for (e = t->addresses[i]; e != NULL; e = next) {
			next = e->by_address;
			free(e);
		}
	}
	free(t->addresses);
	free(t->networks);
	free(t->links);
	free(t);
}

static void
chain(struct alias_table *t, struct entry *e)
{
	struct entry **a = &t->addresses[hash(&e->data.address, false) & (t->buckets - 1)];
	struct entry **n = &t->networks[hash(&e->data.network, true) & (t->buckets - 1)];

	e->by_address = *a;
	*a = e;
	e->by_network = *n;
	*n = e;
}

/* Takes it off both chains and frees it. */
static void
discard(struct alias_table *t, struct entry *e)
{
	struct entry **p;

	p = &t->addresses[hash(&e->data.address, false) & (t->buckets - 1)];
	while (*p != e)
		p = &(*p)->by_address;
	*p = e->by_address;
	p = &t->networks[hash(&e->data.network, true) & (t->buckets - 1)];
	while (*p != e)
		p = &(*p)->by_network;
	*p = e->by_network;
	free(e);
	t->count--;
}

/* More buckets when there is memory for them; long chains otherwise. */
static void
grow(struct alias_table *t)
{
	struct entry **addresses, **networks, **old = t->addresses, *e, *next;
	size_t i, buckets = t->buckets;

	addresses = calloc(2 * buckets, sizeof(struct entry *));
	networks = calloc(2 * buckets, sizeof(struct entry *));
	if (addresses == NULL || networks == NULL) {
		free(addresses);
		free(networks);
		return;
	}
	free(t->networks);
	t->addresses = addresses;
	t->networks = networks;
	t->buckets = 2 * buckets;
	for (i = 0; i < buckets; i++) {
		for (e = old[i]; e != NULL; e = next) {
			next = e->by_address;
			chain(t, e);
		}
	}
	free(old);
}

static struct entry *
entry_of(const struct alias_table *t, const struct alias_address *a)
{
	struct entry *e = t->addresses[hash(&a->address, false) & (t->buckets - 1)];

	for (; e != NULL; e = e->by_address) {
		if (e->data.ifindex == a->ifindex && same_prefix(&e->data.address, &a->address) &&
		    same_prefix(&e->data.network, &a->network))
			return e;
	}
	return NULL;
}

int
alias_table_address(struct alias_table *t, const struct alias_address *a)
{
	struct entry *e = entry_of(t, a);
	bool same;

	if (e != NULL) {
		same = strcmp(e->data.label, a->label) == 0 && e->data.permanent == a->permanent &&
		    e->data.noprefixroute == a->noprefixroute;
		e->data = *a;
		e->generation = t->generation;
		return same ? 0 : 1;
	}
	if ((e = calloc(1, sizeof(*e))) == NULL)
		return -1;
	e->data = *a;
	e->generation = t->generation;
	chain(t, e);
	if (++t->count > t->buckets)
		grow(t);
	return 1;
}

bool
alias_table_address_gone(struct alias_table *t, const struct alias_address *a)
{
	struct entry *e = entry_of(t, a);

	if (e == NULL)
		return false;
	discard(t, e);
	return true;
}

const struct alias_address *
alias_table_find(const struct alias_table *t, const struct prefix *p, uint32_t ifindex)
{
	const struct entry *e = t->addresses[hash(p, false) & (t->buckets - 1)], *found = NULL;

	for (; e != NULL; e = e->by_address) {
		if (!same_host(&e->data.address, p) || (ifindex != 0 && e->data.ifindex != ifindex))
			continue;
		if (e->data.address.len == p->len)
			return &e->data;
		found = e;
	}
	return found != NULL ? &found->data : NULL;
}

/* The device of the VRF that an interface is in; 0: the default one. */
static uint32_t
vrf_of(const struct alias_table *t, uint32_t ifindex)
{
	const struct alias_link *l = alias_table_link_at(t, ifindex), *master;

	if (l == NULL || l->is_vrf)
		return l != NULL ? ifindex : 0;
	master = l->master != 0 ? alias_table_link_at(t, l->master) : NULL;
	return master != NULL && master->is_vrf ? l->master : 0;
}

static bool
is_beside(const struct alias_table *t, uint32_t other, uint32_t ifindex)
{
	return other != ifindex && vrf_of(t, other) == vrf_of(t, ifindex);
}

const struct alias_address *
alias_table_find_beside(const struct alias_table *t, const struct prefix *p, uint32_t ifindex)
{
	const struct entry *e = t->addresses[hash(p, false) & (t->buckets - 1)];

	for (; e != NULL; e = e->by_address)
		if (same_host(&e->data.address, p) && is_beside(t, e->data.ifindex, ifindex))
			return &e->data;
	return NULL;
}

const struct alias_address *
alias_table_network(
    const struct alias_table *t, const struct prefix *p, enum alias_where where, uint32_t ifindex)
{
	const struct entry *e = t->networks[hash(p, true) & (t->buckets - 1)];

	for (; e != NULL; e = e->by_network) {
		if (same_prefix(&e->data.network, p) &&
		    (where == ALIAS_ON ? e->data.ifindex == ifindex
				       : is_beside(t, e->data.ifindex, ifindex)))
			return &e->data;
	}
	return NULL;
}

size_t
alias_table_count(const struct alias_table *t)
{
	return t->count;
}

/* Discards what is of that interface, or with 0 what is of an older generation: any? */
static bool
discard_all(struct alias_table *t, uint32_t ifindex)
{
	struct entry *e, *next;
	bool any = false;
	size_t i;

	for (i = 0; i < t->buckets; i++) {
		for (e = t->addresses[i]; e != NULL; e = next) {
			next = e->by_address;
			if (ifindex != 0 ? e->data.ifindex != ifindex
					 : e->generation == t->generation)
				continue;
			discard(t, e);
			any = true;
		}
	}
	return any;
}

static struct link *
link_of(const struct alias_table *t, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < t->nlinks; i++) {
		if (t->links[i].data.ifindex == ifindex)
			return &t->links[i];
	}
	return NULL;
}

static struct link *
link_new(struct alias_table *t)
{
	size_t size = t->links_size > 0 ? 2 * t->links_size : 16;
	struct link *links;

	if (t->nlinks == t->links_size) {
		links = reallocarray(t->links, size, sizeof(*links));
		if (links == NULL)
			return NULL;
		t->links = links;
		t->links_size = size;
	}
	memset(&t->links[t->nlinks], 0, sizeof(struct link));
	return &t->links[t->nlinks++];
}

int
alias_table_link(struct alias_table *t, const struct alias_link *data)
{
	struct link *l = link_of(t, data->ifindex);
	bool fresh = l == NULL || l->gone;

	if (l == NULL && (l = link_new(t)) == NULL)
		return -1;
	if (fresh || l->data.up != data->up) {
		l->dirty = true;
		l->bounced = l->told && l->told_up == data->up;
	}
	if (strcmp(l->data.name, data->name) != 0)
		l->dirty = true;
	l->gone = false;
	l->data = *data;
	l->generation = t->generation;
	return 0;
}

bool
alias_table_link_gone(struct alias_table *t, uint32_t ifindex)
{
	struct link *l = link_of(t, ifindex);

	if (l != NULL && !l->gone) {
		l->gone = l->dirty = true;
		l->data.up = false;
	}
	return ifindex != 0 && discard_all(t, ifindex);
}

const struct alias_link *
alias_table_link_at(const struct alias_table *t, uint32_t ifindex)
{
	const struct link *l = link_of(t, ifindex);

	return l != NULL && !l->gone ? &l->data : NULL;
}

const struct alias_link *
alias_table_link_named(const struct alias_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->nlinks; i++) {
		if (!t->links[i].gone && strcmp(t->links[i].data.name, name) == 0)
			return &t->links[i].data;
	}
	return NULL;
}

bool
alias_table_link_news(struct alias_table *t, struct alias_link *news)
{
	struct link *l;
	size_t i = 0;

	while (i < t->nlinks && !t->links[i].dirty)
		i++;
	if (i == t->nlinks)
		return false;
	l = &t->links[i];
	*news = l->data;
	if (l->bounced && l->told_up == l->data.up) {
		l->bounced = false;
		l->told_up = news->up = !l->data.up;
		return true;
	}
	l->dirty = l->bounced = false;
	l->told = true;
	l->told_up = l->data.up;
	if (l->gone)
		*l = t->links[--t->nlinks];
	return true;
}

void
alias_table_mark(struct alias_table *t)
{
	t->generation++;
}

bool
alias_table_sweep(struct alias_table *t)
{
	size_t i;

	for (i = 0; i < t->nlinks; i++) {
		if (t->links[i].generation != t->generation && !t->links[i].gone) {
			t->links[i].gone = t->links[i].dirty = true;
			t->links[i].data.up = false;
		}
	}
	return discard_all(t, 0);
}
