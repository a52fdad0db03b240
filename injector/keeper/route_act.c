/*
 * A route's steps: aliases by netlink, messages to zebra. What the kernel
 * refuses is said and told to the plan; nothing is decided here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alias/alias.h"
#include "base/log.h"
#include "keeper/route_state.h"
#include "keeper/zebra.h"

static void
note_failure(struct route *r, const char *what)
{
	snprintf(r->failure, sizeof(r->failure), "%s: %s", what, strerror(errno));
	route_say(r, EVENT("alias.failed", LOG_LEVEL_ERR, .text = r->failure));
}

/* 0, or -1: the kernel refused. */
static int
do_alias(struct route *r, const struct plan_step *step)
{
	struct aliases *aliases = r->world->aliases;
	bool there = r->view.alias != PLAN_ALIAS_ABSENT;

	switch (step->action) {
	case PLAN_ALIAS_ADD:
		if (alias_add(aliases, &r->prefix, r->ifindex, r->now.label, r->now.lifetime) ==
		    -1) {
			note_failure(r, "add");
			return -1;
		}
		route_say(r,
		    EVENT(there ? "alias.adopted" : "alias.added", LOG_LEVEL_INFO,
			.text = route_interface(r)));
		return 0;
	case PLAN_ALIAS_RENEW:
		if (alias_renew(aliases, &r->prefix, r->ifindex, r->now.label, r->now.lifetime) ==
		    -1) {
			if (errno != ENOENT)
				note_failure(r, "renew");
			return -1;
		}
		if (!r->plan.adopted)
			route_say(
			    r, EVENT("alias.adopted", LOG_LEVEL_INFO, .text = route_interface(r)));
		return 0;
	default:
		r->plan.adopted = false; /* its end is ours, not a loss */
		if (alias_delete(aliases, &r->prefix, r->ifindex) == -1) {
			note_failure(r, "delete");
			return -1;
		}
		route_say(r, EVENT("alias.removed", LOG_LEVEL_INFO, .text = route_interface(r)));
		return 0;
	}
}

static int
do_zebra(struct route *r, const struct plan_step *step)
{
	struct zapi_prefix p = route_zapi_prefix(r);
	struct zebra *zebra = r->world->zebra;
	bool first = r->plan.sent != step->action;

	switch (step->action) {
	case PLAN_ANNOUNCE:
		if (zebra_announce(zebra, r->vrf->id, &p, r->ifindex, step->tag, step->deletes) ==
		    -1)
			return -1;
		if (first && (r->plan.echo != ECHO_ON || r->plan.echo_tag != step->tag))
			route_say(r,
			    EVENT("route.announcing", LOG_LEVEL_INFO, .tag = step->tag,
				.text = step->why));
		return 0;
	case PLAN_WITHDRAW:
		if (zebra_withdraw(zebra, r->vrf->id, &p, r->ifindex, step->deletes) == -1)
			return -1;
		if (first && r->plan.echo == ECHO_ON)
			route_say(
			    r, EVENT("route.withdrawing", LOG_LEVEL_NOTICE, .text = step->why));
		return 0;
	default:
		if (zebra_lookup(zebra, r->vrf->id, &p) == -1)
			return -1;
		r->world->asking = r;
		return 0;
	}
}

void
route_act(struct route *r, const struct plan_step *step, int64_t now)
{
	bool failed;

	log_debug("%s: %s: action %d, deletes %u", r->name, step->why, step->action, step->deletes);
	switch (step->action) {
	case PLAN_ALIAS_ADD:
	case PLAN_ALIAS_RENEW:
	case PLAN_ALIAS_DELETE:
		failed = do_alias(r, step) == -1;
		if (!failed)
			r->failure[0] = '\0';
		break;
	default:
		failed = do_zebra(r, step) == -1;
	}
	if (step->action == PLAN_ANNOUNCE || step->action == PLAN_WITHDRAW)
		r->told_to = zebra_queued(r->world->zebra);
	plan_did(&r->plan, &r->view, step, failed, now);
}
