/*
 * A route's state, shared by the three files that are its one idea: route.c
 * (life, what it observes), route_act.c (what it does), route_tell.c (what it says).
 */
#ifndef KEEPER_ROUTE_STATE_H
#define KEEPER_ROUTE_STATE_H

#include <net/if.h>

#include "beyond/deaf.h"
#include "keeper/route.h"
#include "keeper/vrf.h"

#define UNHEARD_MS 10000 /* so long not let out by the daemon: said */

/* What the file says and an announcement is made with. */
struct settings {
	char service[64], label[IFNAMSIZ];
	char interface[IFNAMSIZ]; /* "": the VRF's own */
	enum alias_mode alias;
	enum adopt adopt;
	enum filter filter;
	unsigned int protocols;
	uint32_t tag;
	int64_t hold, linger, lifetime;
};

/* What each look needs stands together; the rest is touched when something changed. */
struct route {
	struct vrf *vrf;
	struct prefix prefix;
	struct route_place place;
	struct route_world *world;
	void (*ran)(void *arg, struct route *);

	struct plan plan;
	struct plan_view view;
	struct plan_rules rules;
	int64_t lease_until;
	uint32_t ifindex;
	uint32_t swept; /* the interface where a predecessor's IPv6 leftover was looked for */
	enum route_state state;
	enum held held;	       /* by zebra, as it was told to the watch beyond it */
	unsigned int followed; /* … with these protocols */
	enum beyond beyond;
	bool zebra_link;
	bool foreign;	  /* the address is on another interface */
	bool awaited;	  /* zebra's echo is, as it was told to zebra.c */
	bool pending;	  /* next waits for the withdrawal */
	uint64_t told_to; /* the end of what zebra was told last, as zebra_queued() counts */
	struct event *timer;
	int64_t since_us;
	int64_t unheard_at; /* when the daemon said no first; 0: it did not */
	const char *why;
	struct settings now;
	char name[PREFIX_STRLEN];

	char failure[96]; /* what the kernel refused last */
	struct settings next;
	struct ipc_route shown; /* as route_news() said last */
};

/* Does zebra take this route? */
bool route_in_session(const struct route *);

/* route_act.c: carries a step of the plan out, and tells the plan how that went. */
void route_act(struct route *, const struct plan_step *, int64_t now);

/* route_tell.c: an event about this route. */
void route_say(struct route *, struct log_event);
/* What became of it, said once. */
void route_note_state(struct route *);
void route_note_unheard(struct route *, int64_t now);

#endif
