/*
 * Follows the kernel's addresses and links and changes aliases. Whoever calls is
 * told of changes from the event loop only, never from inside a verb. Knows no
 * lease and no route.
 */
#include "alias/alias.h"

#include <event2/event.h>
#include <linux/rtnetlink.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alias/netlink.h"
#include "alias/table.h"
#include "alias/wire.h"
#include "base/clock.h"
#include "base/log.h"

#define DUMP_TRIES 5
#define DUMP_AGAIN_S 1

struct aliases {
	const struct alias_ops *ops;
	void *arg;
	struct nl_sock *events, *requests;
	struct event *readable, *tell;
	struct alias_table *table;
	bool changed, linked, overrun; /* to tell */
	bool lost;		       /* the table may be wrong: read all again */
	bool dumping;
};

/* A message of the kernel, from a dump or as an event. */
static void
take(void *arg, const void *msg, size_t len)
{
	struct aliases *a = arg;
	struct alias_address address;
	struct alias_link link;
	int r = 0;

	switch (alias_wire_read(msg, len, clock_ms(), &address, &link)) {
	case ALIAS_NEWS_OTHER:
		break;
	case ALIAS_NEWS_BAD:
		/* In a dump it would be as odd the next time. */
		r = a->dumping ? 0 : -1;
		break;
	case ALIAS_NEWS_ADDRESS:
		r = alias_table_address(a->table, &address);
		a->changed |= r == 1;
		break;
	case ALIAS_NEWS_ADDRESS_GONE:
		a->changed |= alias_table_address_gone(a->table, &address);
		break;
	case ALIAS_NEWS_LINK:
		r = alias_table_link(a->table, &link);
		a->linked = true;
		break;
	case ALIAS_NEWS_LINK_GONE:
		a->changed |= alias_table_link_gone(a->table, link.ifindex);
		a->linked = true;
		break;
	}
	if (r == -1)
		a->lost = true;
}

/* Reads everything, once: 0, or -1 with errno. Sets lost when it can't be believed. */
static int
dump(struct aliases *a)
{
	int r;

	a->lost = false;
	a->dumping = true;
	alias_table_mark(a->table);
	r = netlink_ask(a->requests, alias_wire_dump_links(), take, a);
	if (r == 0)
		r = netlink_ask(a->requests, alias_wire_dump_addresses(), take, a);
	a->dumping = false;
	if (r == -1) {
		a->lost = true;
		return -1;
	}
	if (!a->lost)
		a->changed |= alias_table_sweep(a->table);
	a->linked = true;
	/* What happened meanwhile: older than the dump or newer, the end is the same. */
	if (netlink_drain(a->events, take, a) == -1)
		a->lost = true;
	errno = EPROTO;
	return a->lost ? -1 : 0;
}

static int
dump_all(struct aliases *a)
{
	int i;

	for (i = 0; i < DUMP_TRIES; i++) {
		if (dump(a) == 0)
			return 0;
		if (errno == ETIMEDOUT)
			break;
	}
	return -1;
}

/* Brings the table up to this moment. -1: it can't be, and is read again soon. */
static int
catch_up(struct aliases *a)
{
	struct timeval soon = { .tv_sec = DUMP_AGAIN_S };

	if (netlink_drain(a->events, take, a) == -1)
		a->lost = true;
	if (!a->lost)
		return 0;
	a->overrun = true;
	if (dump_all(a) == 0)
		return 0;
	log_warn("addresses of the kernel can't be read, again in %d s", DUMP_AGAIN_S);
	event_add(a->tell, &soon);
	return -1;
}

static void
tell(evutil_socket_t fd, short what, void *arg)
{
	struct aliases *a = arg;
	struct alias_link news;

	(void)fd;
	(void)what;
	/* Not while it is wrong: the caller would act on it. */
	if (catch_up(a) == -1)
		return;
	if (a->overrun) {
		a->overrun = false;
		a->changed = true;
		a->ops->overrun(a->arg);
	}
	while (a->linked && alias_table_link_news(a->table, &news))
		a->ops->link(a->arg, news.ifindex, news.name, news.up);
	a->linked = false;
	if (a->changed) {
		a->changed = false;
		a->ops->changed(a->arg);
	}
}

/* The same inside a verb: what there is to tell is told by the loop. */
static int
look(struct aliases *a)
{
	int r = catch_up(a);

	if (r == 0 && (a->changed || a->linked || a->overrun))
		event_active(a->tell, EV_TIMEOUT, 0);
	return r;
}

struct aliases *
aliases_new(struct event_base *base, const struct alias_ops *ops, void *arg)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0 };
	struct aliases *a = calloc(1, sizeof(*a));
	struct alias_link known;
	int saved;

	if (a == NULL)
		return NULL;
	a->ops = ops;
	a->arg = arg;
	a->table = alias_table_new();
	if (a->table == NULL || (a->events = netlink_open(groups)) == NULL ||
	    (a->requests = netlink_open(NULL)) == NULL)
		goto fail;
	errno = ENOMEM;
	a->readable = event_new(base, netlink_fd(a->events), EV_READ | EV_PERSIST, tell, a);
	a->tell = event_new(base, -1, 0, tell, a);
	if (a->readable == NULL || a->tell == NULL || event_add(a->readable, NULL) == -1 ||
	    dump_all(a) == -1)
		goto fail;
	while (alias_table_link_news(a->table, &known))
		continue;
	a->changed = a->linked = a->overrun = false;
	return a;
fail:
	saved = errno;
	aliases_free(a);
	errno = saved;
	return NULL;
}

void
aliases_free(struct aliases *a)
{
	if (a == NULL)
		return;
	if (a->readable != NULL)
		event_free(a->readable);
	if (a->tell != NULL)
		event_free(a->tell);
	netlink_close(a->events);
	netlink_close(a->requests);
	alias_table_free(a->table);
	free(a);
}

uint32_t
aliases_link(struct aliases *a, const char *name, bool *up)
{
	const struct alias_link *l = alias_table_link_named(a->table, name);

	if (up != NULL)
		*up = l != NULL && l->up;
	return l != NULL ? l->ifindex : 0;
}

static bool
describe(const struct aliases *a, const struct alias_address *address, struct alias_info *info)
{
	const struct alias_link *l;

	if (address == NULL)
		return false;
	memset(info, 0, sizeof(*info));
	info->address = address->address;
	info->ifindex = address->ifindex;
	info->permanent = address->permanent;
	info->noprefixroute = address->noprefixroute;
	info->valid_until = address->valid_until;
	l = alias_table_link_at(a->table, address->ifindex);
	snprintf(info->interface, sizeof(info->interface), "%s", l != NULL ? l->name : "");
	/* The kernel labels everything; the interface's name is no label of its own. */
	if (strcmp(address->label, info->interface) != 0)
		memcpy(info->label, address->label, sizeof(info->label));
	return true;
}

bool
aliases_find(struct aliases *a, const struct prefix *p, uint32_t ifindex, struct alias_info *info)
{
	return describe(a, alias_table_find(a->table, p, ifindex), info);
}

bool
aliases_find_beside(
    struct aliases *a, const struct prefix *p, uint32_t ifindex, struct alias_info *info)
{
	return describe(a, alias_table_find_beside(a->table, p, ifindex), info);
}

bool
aliases_is_network(
    struct aliases *a, const struct prefix *p, uint32_t ifindex, struct alias_info *info)
{
	return describe(a, alias_table_network(a->table, p, ALIAS_BESIDE, ifindex), info);
}

/* Rounded up; a lifetime that would read as "forever" is not one. */
static int
seconds_of(int64_t lifetime, uint32_t *seconds)
{
	if (lifetime <= 0 || lifetime / 1000 >= INT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	*seconds = (uint32_t)((lifetime + 999) / 1000);
	return 0;
}

static int
ask(struct aliases *a, struct nl_msg *m)
{
	int r = netlink_ask(a->requests, m, NULL, NULL), saved = errno;

	/* Its event came before the answer. */
	(void)look(a);
	errno = saved;
	return r;
}

/* On that interface, of that very length. */
static bool
there(const struct aliases *a, const struct prefix *p, uint32_t ifindex)
{
	const struct alias_address *found = alias_table_find(a->table, p, ifindex);

	return found != NULL && found->address.len == p->len;
}

int
alias_add(struct aliases *a, const struct prefix *p, uint32_t ifindex, const char *label,
    int64_t lifetime)
{
	const struct alias_address *found;
	uint32_t seconds;

	if (seconds_of(lifetime, &seconds) == -1)
		return -1;
	(void)look(a);
	/* The kernel would change that one: IPv6 addresses are known without their length. */
	found = alias_table_find(a->table, p, ifindex);
	if (p->family == AF_INET6 && found != NULL && found->address.len != p->len) {
		errno = EEXIST;
		return -1;
	}
	if (ask(a, alias_wire_address(ALIAS_VERB_SET, p, ifindex, label, seconds)) == -1)
		return -1;
	/* IPv6 tells of a new one a little later, from a work queue: ask for it. */
	if (p->family == AF_INET6) {
		(void)netlink_ask(a->requests, alias_wire_get(p, ifindex), take, a);
		(void)look(a);
	}
	return 0;
}

int
alias_renew(struct aliases *a, const struct prefix *p, uint32_t ifindex, const char *label,
    int64_t lifetime)
{
	uint32_t seconds;

	if (seconds_of(lifetime, &seconds) == -1)
		return -1;
	if (look(a) == 0 && !there(a, p, ifindex)) {
		errno = ENOENT;
		return -1;
	}
	if (ask(a, alias_wire_address(ALIAS_VERB_CHANGE, p, ifindex, label, seconds)) == 0)
		return 0;
	/* It went between the look and the change (and may be back already, by others). */
	if (errno == EINVAL || errno == EOPNOTSUPP || errno == ENODEV)
		errno = ENOENT;
	return -1;
}

int
alias_delete(struct aliases *a, const struct prefix *p, uint32_t ifindex)
{
	int r, saved;

	/*
	 * IPv6: made permanent before, it would take its route along. But who dies between the
	 * two leaves an address that nothing ends; between these two, a route that is swept.
	 */
	r = ask(a, alias_wire_address(ALIAS_VERB_DELETE, p, ifindex, "", 0));
	if (r == -1 && (errno == EADDRNOTAVAIL || errno == ENODEV))
		r = 0;
	saved = errno;
	alias_sweep(a, p, ifindex);
	errno = saved;
	return r;
}

void
alias_sweep(struct aliases *a, const struct prefix *p, uint32_t ifindex)
{
	struct prefix net = prefix_network(p);
	char text[PREFIX_STRLEN];

	if (p->family != AF_INET6 || look(a) == -1 ||
	    alias_table_network(a->table, &net, ALIAS_ON, ifindex) != NULL)
		return;
	if (ask(a, alias_wire_leftover(&net, ifindex)) == 0)
		log_info("removed the kernel's leftover route %s", prefix_print(&net, text));
	else if (errno != ESRCH && errno != ENODEV)
		log_warn("leftover route %s stays", prefix_print(&net, text));
}
