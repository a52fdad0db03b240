/*
 * A route's life: its settings, what it observes of kernel and zebra, its turns.
 */
#include "keeper/route.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alias/alias.h"
#include "base/clock.h"
#include "beyond/beyond.h"
#include "keeper/route_state.h"
#include "keeper/zebra.h"

#define STEPS_MAX 8 /* actions in one turn; a plan needs three */

static void
settings_from(struct settings *s, const struct conf_service *conf, const struct prefix *prefix)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->service, sizeof(s->service), "%s", conf->name);
	snprintf(s->interface, sizeof(s->interface), "%s",
	    conf->interface != NULL ? conf->interface : "");
	if (prefix->family == AF_INET)
		snprintf(s->label, sizeof(s->label), "%s", conf->label);
	s->alias = conf->alias;
	s->adopt = conf->adopt;
	s->filter = conf->filter;
	s->protocols = conf->protocols;
	s->tag = conf->tag;
	s->hold = conf->hold;
	s->linger = conf->linger;
	s->lifetime = conf->lifetime;
}

bool
route_in_session(const struct route *r)
{
	return zebra_session_state(r->world->zebra) == ZAPI_UP && vrf_takes_routes(r->vrf);
}

/*
 * Aliases that are added in one moment are renewed in many: each has its place in that time, behind
 * the first at which one may be renewed, where they would all wait.
 */
static int64_t
phase_of(const struct prefix *prefix, int64_t third)
{
	int64_t span = third - PLAN_RENEW_MS;

	return PLAN_RENEW_MS + (int64_t)(prefix_hash(prefix) % (uint64_t)(span > 0 ? span : 1));
}

static void
update_rules(struct route *r)
{
	const struct zapi_dialect *dialect = zebra_dialect(r->world->zebra);
	const struct settings *s = &r->now;

	r->rules = (struct plan_rules){
		.has_alias = s->alias != ALIAS_NONE,
		.held = s->alias == ALIAS_HELD,
		.keep = s->adopt == ADOPT_KEEP,
		.tag_filter = s->filter == FILTER_TAG,
		.rip = s->protocols & (PROTO_RIP | PROTO_RIPNG),
		.hold = s->hold,
		.linger = s->linger,
		.lifetime = s->lifetime,
		.phase = phase_of(&r->prefix, s->lifetime / 3),
		.u_after_native = true, /* right everywhere */
		.twice = PACE_TWICE_MS,
		.echo_has_tag = true,
		.askable = true,
		.deletes = 3,
		.deletes_at_start = 4,
	};
	r->view.tag = s->tag;
	if (dialect != NULL) {
		r->rules.u_after_native = dialect->traits.u_after_native;
		r->rules.twice = dialect->traits.second_change;
		r->rules.echo_has_tag = dialect->traits.echo_has_tag;
		r->rules.askable = zapi_dialect_can_lookup(dialect, r->prefix.family);
		r->rules.deletes = dialect->traits.deletes;
		r->rules.deletes_at_start = dialect->traits.deletes_at_start;
	}
}

/* A network of somebody else's interface: never announced, its entry never deleted. */
static bool
is_refused(struct route *r)
{
	struct alias_info info;

	if (r->vrf->refusal[0] != '\0')
		return true;
	/* beside what is not there is nothing, but the default VRF */
	if ((r->ifindex == 0 && !vrf_is_default(r->vrf)) ||
	    !aliases_is_network(r->world->aliases, &r->prefix, r->ifindex, &info))
		return false;
	/* where ours stands already it must be possible to take it away again */
	return !prefix_is_host(&r->prefix) ||
	    (!r->plan.told_ours && r->view.alias == PLAN_ALIAS_ABSENT);
}

/* Has the alias gone, or come, without us? Said once. */
static void
note_alias(struct route *r, enum plan_alias before)
{
	if (r->view.alias == PLAN_ALIAS_ABSENT && r->now.alias != ALIAS_NONE && r->ifindex != 0 &&
	    (before != PLAN_ALIAS_ABSENT || r->swept != r->ifindex)) {
		r->swept = r->ifindex;
		alias_sweep(r->world->aliases, &r->prefix, r->ifindex);
	}
	if (before != PLAN_ALIAS_ABSENT && r->view.alias == PLAN_ALIAS_ABSENT && r->plan.adopted) {
		r->plan.adopted = false;
		route_say(r,
		    EVENT("alias.lost", LOG_LEVEL_WARNING,
			.text = "its lifetime ended or somebody deleted it"));
	}
}

/* When zebra was last seen at work on what it was told before this route, or reading on behind it. */
static int64_t
busy_at(const struct route *r)
{
	int64_t read_at = zebra_read_at(r->world->zebra);

	if (r->world->answered_to >= r->told_to)
		return 0;
	return read_at > r->world->answered_at ? read_at : r->world->answered_at;
}

static void
observe(struct route *r)
{
	struct aliases *aliases = r->world->aliases;
	enum plan_alias before = r->view.alias;
	struct alias_info info;
	bool up = false, refused = r->view.refused, foreign = r->foreign;

	r->ifindex = aliases_link(aliases, route_interface(r), &up);
	r->view.session = route_in_session(r);
	r->view.others_ask = r->world->asking != NULL && r->world->asking != r;
	r->view.link = r->ifindex != 0 && up && (!r->view.session || r->zebra_link);
	r->view.leaving = r->world->leaving || r->place.dropped; /* a held alias goes too */
	r->view.alias = PLAN_ALIAS_ABSENT;
	r->view.valid_until = 0;
	r->foreign = false;
	if (r->ifindex != 0 && aliases_find(aliases, &r->prefix, r->ifindex, &info)) {
		r->view.alias = info.permanent ? PLAN_ALIAS_PERMANENT : PLAN_ALIAS_LEASED;
		r->view.valid_until = info.valid_until;
	} else if ((r->ifindex != 0 || vrf_is_default(r->vrf)) &&
	    aliases_find_beside(aliases, &r->prefix, r->ifindex, &info))
		r->foreign = true;
	r->view.unread = zebra_unread(r->world->zebra, r->told_to);
	r->view.busy_at = busy_at(r);
	r->view.refused = is_refused(r);
	note_alias(r, before);
	if (r->foreign && !foreign)
		route_say(r, EVENT("alias.foreign", LOG_LEVEL_WARNING, .text = info.interface));
	if (r->view.refused && !refused)
		route_say(r,
		    EVENT("route.refused", LOG_LEVEL_ERR,
			.text = r->vrf->refusal[0] != '\0'
			    ? r->vrf->refusal
			    : "it is a network of another interface of this host: a delete "
			      "would take the host's own route; change prefixes or interface"));
}

/* What the plan cannot know of. */
static const char *
why_vrf(const struct route *r)
{
	if (r->vrf->refusal[0] != '\0')
		return r->vrf->refusal;
	if (zebra_session_state(r->world->zebra) != ZAPI_UP || vrf_takes_routes(r->vrf))
		return NULL;
	return r->vrf->told ? "zebra has not yet told all routes of the vrf" : r->vrf->waits;
}

/* Settings that waited for the withdrawal. */
static void
take_pending(struct route *r)
{
	if (!r->pending || r->view.want == WANT_UNDECIDED || r->plan.echo == ECHO_ON ||
	    (r->view.alias != PLAN_ALIAS_ABSENT && r->now.alias != ALIAS_HELD))
		return;
	if (r->view.alias != PLAN_ALIAS_ABSENT) /* held: leave the old place */
		alias_delete(r->world->aliases, &r->prefix, r->ifindex);
	r->now = r->next;
	r->pending = false;
	r->plan.adopted = false;
	observe(r);
	update_rules(r);
}

static void
arm(struct route *r, int64_t wake, int64_t now)
{
	struct timeval tv;

	if (wake == CLOCK_NEVER) {
		evtimer_del(r->timer);
		return;
	}
	tv = clock_span_ms(wake - now);
	evtimer_add(r->timer, &tv);
}

static void
note_awaited(struct route *r, bool awaited)
{
	if (awaited == r->awaited)
		return;
	r->awaited = awaited;
	zebra_await(r->world->zebra, awaited);
}

void
route_run(struct route *r)
{
	struct plan_step step;
	int64_t now, wake;
	const char *vrf;

	for (int i = 0; i < STEPS_MAX; i++) {
		now = clock_ms();
		/* after a standstill we may be asked before the keeper has judged the lease */
		if (r->view.want == WANT_ON && now >= r->lease_until)
			r->view.want = WANT_OFF;
		observe(r);
		take_pending(r);
		step = plan_next(&r->plan, &r->rules, &r->view, now);
		vrf = why_vrf(r);
		r->why = vrf != NULL ? vrf : step.why;
		if (step.action == PLAN_WAIT)
			break;
		route_act(r, &step, now);
	}
	wake = step.action == PLAN_WAIT ? step.wake : now + PLAN_BACKOFF_MS;
	note_awaited(r, r->plan.sent != PLAN_WAIT);
	route_note_state(r);
	route_note_unheard(r, now);
	if (r->unheard_at > 0 && r->unheard_at + UNHEARD_MS < wake)
		wake = r->unheard_at + UNHEARD_MS;
	arm(r, wake, now);
	r->ran(r->world->arg, r);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	route_run(arg);
}

struct route *
route_new(struct route_world *world, const struct prefix *prefix, const struct conf_service *conf,
    void (*ran)(void *arg, struct route *))
{
	struct route *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->timer = evtimer_new(world->base, on_timer, r)) == NULL ||
	    (r->vrf = vrf_get(world->vrfs, conf->vrf)) == NULL) {
		if (r != NULL && r->timer != NULL)
			event_free(r->timer);
		free(r);
		return NULL;
	}
	r->world = world;
	r->ran = ran;
	r->prefix = *prefix;
	r->since_us = clock_us();
	r->why = "no check has decided yet";
	prefix_print(prefix, r->name);
	settings_from(&r->now, conf, prefix);
	plan_init(&r->plan);
	update_rules(r);
	/* a reload: zebra told of its links before */
	if (route_in_session(r)) {
		plan_session(&r->plan, true, clock_ms());
		r->zebra_link = true;
	}
	return r;
}

void
route_free(struct route *r)
{
	if (r->world->asking == r)
		r->world->asking = NULL;
	note_awaited(r, false);
	if (vrf_is_default(r->vrf))
		beyond_forget(r->world->beyond, &r->prefix);
	event_free(r->timer);
	vrf_put(r->vrf);
	free(r);
}

void
route_configure(struct route *r, const struct conf_service *conf)
{
	r->place.dropped = conf == NULL;
	if (conf == NULL) {
		r->pending = false;
		return;
	}
	settings_from(&r->next, conf, &r->prefix);
	/* what needs no withdrawal */
	memcpy(r->now.service, r->next.service, sizeof(r->now.service));
	r->now.tag = conf->tag;
	r->now.filter = conf->filter;
	r->now.protocols = conf->protocols;
	r->now.hold = conf->hold;
	r->now.linger = conf->linger;
	r->now.lifetime = conf->lifetime;
	r->now.adopt = conf->adopt;
	r->pending = memcmp(&r->now, &r->next, sizeof(r->now)) != 0;
	update_rules(r);
}

bool
route_is_done(const struct route *r)
{
	return r->place.dropped && r->view.session &&
	    plan_is_settled(&r->plan, &r->rules, &r->view) && !r->plan.orphaned;
}

bool
route_is_withdrawn(const struct route *r)
{
	return r->view.refused || plan_is_settled(&r->plan, &r->rules, &r->view);
}

bool
route_want(struct route *r, enum plan_want want, int64_t lease_until)
{
	bool renewal = want == WANT_ON && r->view.want == WANT_ON && lease_until > r->lease_until;

	r->view.want = want;
	r->lease_until = lease_until;
	return !renewal;
}

void
route_end(struct route *r)
{
	route_want(r, WANT_OFF, 0);
	route_run(r);
}

void
route_session(struct route *r, bool up, bool same)
{
	plan_session(&r->plan, up, clock_ms());
	if (up && same)
		plan_same_zebra(&r->plan);
	if (!up) {
		r->view.zebra_knows = false;
		r->zebra_link = false;
	}
	update_rules(r);
	route_run(r);
}

void
route_heard(struct route *r, const struct zapi_route *route, bool on)
{
	bool awaited = r->plan.sent != PLAN_WAIT;
	int64_t now = clock_ms();

	if (!route->selected && on)
		return; /* an entry that is not the best is announced by nobody */
	plan_heard(&r->plan, &r->rules, &r->view, on, route->tag, now);
	if (awaited && r->plan.sent == PLAN_WAIT) {
		r->world->answered_at = now;
		r->world->answered_to = r->told_to;
	}
	if (route_in_session(r))
		route_run(r);
}

void
route_address(struct route *r, const struct zapi_address *address, bool on)
{
	r->view.stir++;
	if (r->ifindex == 0)
		r->ifindex = aliases_link(r->world->aliases, route_interface(r), NULL);
	if (address->ifindex == r->ifindex)
		r->view.zebra_knows = on;
	if (route_in_session(r))
		route_run(r);
}

void
route_link(struct route *r, uint32_t ifindex, bool up)
{
	if (r->ifindex == 0)
		r->ifindex = aliases_link(r->world->aliases, route_interface(r), NULL);
	if (ifindex != r->ifindex || up == r->zebra_link)
		return;
	r->zebra_link = up;
	r->view.stir++;
	if (route_in_session(r))
		route_run(r);
}

void
route_looked_up(struct route *r, const struct zapi_lookup *lookup)
{
	plan_looked_up(&r->plan, lookup->found && lookup->ifindex == r->ifindex);
	route_run(r);
}

void
route_beyond(struct route *r, enum beyond beyond)
{
	r->beyond = beyond;
	if (beyond != BEYOND_NO)
		r->unheard_at = 0;
	else if (r->unheard_at == 0)
		r->unheard_at = clock_ms();
	route_run(r);
}

const struct vrf *
route_vrf(const struct route *r)
{
	return r->vrf;
}

const char *
route_interface(const struct route *r)
{
	return r->now.interface[0] != '\0' ? r->now.interface : r->vrf->device;
}

const struct prefix *
route_prefix(const struct route *r)
{
	return &r->prefix;
}

struct zapi_prefix
route_zapi_prefix(const struct route *r)
{
	struct zapi_prefix p = { .family = r->prefix.family, .len = r->prefix.len };

	memcpy(p.addr, r->prefix.addr, sizeof(p.addr));
	return p;
}

struct route_place *
route_place(struct route *r)
{
	return &r->place;
}
