/*
 * One prefix of the file with its plan: carries the plan's steps out through
 * aliases and zebra, and says what became of them. Knows no check, no engine.
 */
#ifndef KEEPER_ROUTE_H
#define KEEPER_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/ipc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "keeper/plan.h"
#include "zapi/message.h"

struct event_base;
struct event;
struct aliases;
struct zebra;
struct beyond_watch;
struct vrf;
struct vrfs;

/* What all routes of one keeper share. */
struct route_world {
	struct event_base *base;
	struct aliases *aliases;
	struct zebra *zebra;
	struct vrfs *vrfs;
	struct beyond_watch *beyond;
	struct route *asking; /* the one whose lookup zebra has not answered */
	/* the latest echo of what we told: when it came, and where that ends, as zebra_queued() counts */
	int64_t answered_at;
	uint64_t answered_to;
	bool leaving;
	void (*event)(void *arg, const struct log_event *);
	void *arg; /* of event and of the ran callbacks */
};

struct route;

/*
 * settings are copied; service is a name for events. ran: what route_show() tells may be new. The
 * VRF is that of the settings for all of its life: another VRF is another route.
 */
struct route *route_new(struct route_world *, const struct prefix *, const struct conf_service *,
    void (*ran)(void *arg, struct route *));
void route_free(struct route *);

/*
 * Settings of a file that was read again. A new tag holds at once, the rest when the route is
 * withdrawn. NULL: the prefix was dropped; it is withdrawn and, once route_is_done(), may be freed.
 */
void route_configure(struct route *, const struct conf_service *);
bool route_is_done(const struct route *);
/* Off, seen back from zebra, its alias gone: nothing keeps us from exiting. */
bool route_is_withdrawn(const struct route *);

/* What the lease says, and until when. Is route_run() due now? It is not if the lease was renewed. */
bool route_want(struct route *, enum plan_want, int64_t lease_until);
/* Looks at kernel and zebra again and does what the plan says. */
void route_run(struct route *);
/* Off, and at once: whatever keeps the others waiting. */
void route_end(struct route *);

/*
 * zebra's session came up (same: with the process of the one before) or went away; for a VRF other
 * than the default one: it was told to its end, or went.
 */
void route_session(struct route *, bool up, bool same);
/* What zebra told of our interface and prefix. */
void route_heard(struct route *, const struct zapi_route *, bool on);
void route_address(struct route *, const struct zapi_address *, bool on);
void route_link(struct route *, uint32_t ifindex, bool up);
void route_looked_up(struct route *, const struct zapi_lookup *);
void route_beyond(struct route *, enum beyond);

/* As it stands now: all of struct ipc_route. */
void route_show(const struct route *, struct ipc_route *);
/* The same, and whether it is another than the last time. */
bool route_news(struct route *, struct ipc_route *);
const struct vrf *route_vrf(const struct route *);
const struct prefix *route_prefix(const struct route *);
/* Where its alias is, or is to be; "": not known before zebra told of the VRF. */
const char *route_interface(const struct route *);
struct zapi_prefix route_zapi_prefix(const struct route *);

/*
 * Room for the keeper: where the route is in the file in force, the next one of its service, and who
 * is told of it next.
 */
struct route_place {
	uint32_t service, prefix;
	struct route *sibling;
	bool dropped;
	bool is_news;
	struct route *next_news;
};
struct route_place *route_place(struct route *);

#endif
