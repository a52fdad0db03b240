/*
 * What a route says: its events, its state, what zanycastctl shows of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "beyond/beyond.h"
#include "keeper/route_state.h"

void
route_say(struct route *r, struct log_event ev)
{
	ev.service = r->now.service;
	ev.prefix = r->name;
	if (!vrf_is_default(r->vrf))
		ev.vrf = r->vrf->name;
	r->world->event(r->world->arg, &ev);
}

static enum route_state
state_of(const struct route *r)
{
	const struct plan *p = &r->plan;
	bool ours = p->echo == ECHO_ON && p->echo_tag == r->view.tag;

	if (r->view.refused)
		return ROUTE_REFUSED;
	if (plan_in_conflict(p))
		return ROUTE_CONFLICT;
	switch (r->view.want) {
	case WANT_ON:
		return ours ? ROUTE_ANNOUNCED : ROUTE_ANNOUNCING;
	case WANT_OFF:
		if (p->echo == ECHO_ON || p->sent == PLAN_WITHDRAW || p->pulsing ||
		    (!r->view.session && r->state == ROUTE_WITHDRAWING))
			return ROUTE_WITHDRAWING;
		return ROUTE_WITHDRAWN;
	default:
		return ROUTE_UNDECIDED;
	}
}

/* An entry that is not ours, or not yet: nothing is to be said of who follows it. */
static enum held
held(const struct route *r)
{
	if (!r->view.session || r->view.refused)
		return HELD_UNKNOWN;
	if (r->state == ROUTE_ANNOUNCED)
		return HELD_YES;
	return r->plan.echo == ECHO_ON ? HELD_UNKNOWN : HELD_NO;
}

static void
follow_beyond(struct route *r)
{
	/* the daemons are asked of the default VRF; none is, where the file names no protocol */
	if (!vrf_is_default(r->vrf) || (held(r) == r->held && r->now.protocols == r->followed) ||
	    (r->now.protocols == 0 && r->followed == 0))
		return;
	if (held(r) != r->held) {
		r->beyond = BEYOND_UNKNOWN;
		r->unheard_at = 0;
	}
	r->held = held(r);
	r->followed = r->now.protocols;
	beyond_follow(r->world->beyond, &r->prefix, r->followed, r->held);
}

/* Logs what the state became; the two that are under way are logged when bytes were written. */
void
route_note_state(struct route *r)
{
	enum route_state before = r->state, state = state_of(r);
	const char *from = route_state_name(before), *to = route_state_name(state);

	r->state = state;
	follow_beyond(r);
	if (state == before)
		return;
	r->since_us = clock_us();
	if (state == ROUTE_ANNOUNCED)
		route_say(r,
		    EVENT("route.announced", LOG_LEVEL_NOTICE, .at_us = r->since_us, .from = from,
			.to = to, .tag = r->view.tag, .text = "seen back from zebra"));
	else if (state == ROUTE_WITHDRAWN && before != ROUTE_UNDECIDED)
		route_say(r,
		    EVENT("route.withdrawn", LOG_LEVEL_NOTICE, .from = from, .to = to,
			.text = r->view.session ? "zebra holds none"
						: "by its alias: zebra "
						  "cannot be told"));
	else if (state == ROUTE_CONFLICT)
		route_say(r,
		    EVENT("plan.conflict", LOG_LEVEL_ERR, .from = from, .to = to,
			.text = "somebody undoes what zanycast does: look for another owner of "
				"this prefix; tried once a second from now on"));
}

/* Said once, when the daemon has not let it out for long. */
void
route_note_unheard(struct route *r, int64_t now)
{
	if (r->unheard_at <= 0 || now - r->unheard_at < UNHEARD_MS)
		return;
	r->unheard_at = -1; /* said */
	route_say(r,
	    EVENT("route.unheard", LOG_LEVEL_WARNING,
		.text = "zebra has it, the routing daemon does not let it out: look at "
			"redistribute connected and its access-list or route-map, and at show "
			"zebra: it may be deaf"));
}

static enum alias_state
alias_state(const struct route *r)
{
	if (r->view.alias == PLAN_ALIAS_LEASED)
		return ALIAS_STATE_LEASED;
	if (r->view.alias == PLAN_ALIAS_PERMANENT)
		return ALIAS_STATE_PERMANENT;
	if (r->foreign)
		return ALIAS_STATE_FOREIGN;
	return r->now.alias == ALIAS_NONE ? ALIAS_STATE_NONE : ALIAS_STATE_ABSENT;
}

void
route_show(const struct route *r, struct ipc_route *show)
{
	memset(show, 0, sizeof(*show));
	show->prefix = r->place.prefix;
	show->state = r->state;
	show->alias = alias_state(r);
	show->beyond = r->beyond;
	show->echo = r->plan.echo == ECHO_ON;
	show->protected = r->now.alias != ALIAS_NONE && r->view.alias != PLAN_ALIAS_PERMANENT;
	show->pending = r->pending;
	show->tag = r->view.tag;
	show->echo_tag = r->plan.echo_tag;
	show->since_us = r->since_us;
	show->leased = r->lease_until != 0;
	snprintf(show->interface, sizeof(show->interface), "%s", route_interface(r));
	snprintf(show->text, sizeof(show->text), "%s%s%s", r->failure,
	    r->failure[0] != '\0' && r->why[0] != '\0' ? "; " : "", r->why);
}

bool
route_news(struct route *r, struct ipc_route *show)
{
	route_show(r, show);
	if (memcmp(show, &r->shown, sizeof(*show)) == 0)
		return false;
	memcpy(&r->shown, show, sizeof(*show));
	return true;
}
