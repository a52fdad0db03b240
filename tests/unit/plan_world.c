/*
 * The world of a plan: see plan_world.h. Latencies and oddities are those that
 * were seen on running zebras.
 */
#include "plan_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct world_zebra world_zebras[] = {
	{ .name = "FRR 7.1-9.1",
	    .echo_has_tag = true,
	    .stacks = true,
	    .deletes = 3,
	    .second_change = 5000 },
	{ .name = "FRR 10.2-",
	    .u_after_native = true,
	    .echo_has_tag = true,
	    .has_local = true,
	    .deletes = 1,
	    .second_change = 5000 },
	{ .name = "FRR 4.0-7.0",
	    .u_after_native = true,
	    .echo_has_tag = true,
	    .stacks = true,
	    .end_lies = true,
	    .deletes = 3,
	    .second_change = 5000 },
	{ .name = "FRR 4.0-7.0, IPv6",
	    .u_after_native = true,
	    .echo_has_tag = true,
	    .stacks = true,
	    .end_lies = true,
	    .unasked = true,
	    .deletes = 3,
	    .second_change = 5000 },
	{ .name = "Quagga 1.2",
	    .u_after_native = true,
	    .echo_has_tag = true,
	    .stacks = true,
	    .refcounts = true,
	    .end_lies = true,
	    .deletes = 3,
	    .second_change = 5000 },
	{ .name = "Quagga 0.99",
	    .u_after_native = true,
	    .stacks = true,
	    .refcounts = true,
	    .end_lies = true,
	    .deletes = 3,
	    .second_change = 10000 },
};
const size_t world_nzebras = sizeof(world_zebras) / sizeof(world_zebras[0]);

uint64_t
world_random(struct world *w, uint64_t below)
{
	uint64_t z = (w->seed += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31)) % below;
}

static int64_t
between(struct world *w, int64_t least, int64_t most)
{
	return w->quick ? least : least + (int64_t)world_random(w, (uint64_t)(most - least) + 1);
}

__attribute__((format(printf, 2, 3))) static void
trace(struct world *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!w->tracing)
		return;
	if (w->ntrace + 256 > sizeof(w->trace)) { /* the end is what matters */
		memmove(w->trace, w->trace + sizeof(w->trace) / 2, sizeof(w->trace) / 2);
		w->ntrace -= sizeof(w->trace) / 2;
	}
	w->ntrace += (size_t)snprintf(w->trace + w->ntrace, 24, "%8lld ", (long long)w->now);
	va_start(ap, fmt);
	n = vsnprintf(w->trace + w->ntrace, 200, fmt, ap);
	va_end(ap);
	w->ntrace += n > 199 ? 199 : (size_t)n;
	w->trace[w->ntrace++] = '\n';
	w->trace[w->ntrace] = '\0';
}

const char *
world_trace(const struct world *w)
{
	return w->trace;
}

static void
blame(struct world *w, const char *what)
{
	trace(w, "BROKEN: %s", what);
	if (w->broken == NULL)
		w->broken = what;
}

static void
later_on(struct world *w, struct world_event ev, int64_t at)
{
	if (w->nevents == WORLD_EVENTS) {
		blame(w, "the world is too small");
		return;
	}
	ev.at = at;
	ev.order = w->order++;
	w->events[w->nevents++] = ev;
}

/* ——— zebra ——— */

static void
deliver(struct world *w, enum world_message what, bool on, uint32_t tag)
{
	int64_t at = w->now + between(w, 0, 1) + w->slow;

	if (!w->session && !w->connecting)
		return;
	if (at < w->zebra_tells_at) /* one stream: in order */
		at = w->zebra_tells_at;
	w->zebra_tells_at = at;
	later_on(w,
	    (struct world_event){ .kind = EV_DELIVER,
		.what = (int)what,
		.on = on,
		.tag = tag,
		.epoch = w->session_epoch },
	    at);
}

static void
tell(struct world *w, bool on, uint32_t tag)
{
	w->net_on = on;
	w->net_tag = on ? tag : 0;
	w->net_ours = on && (w->net_ours || tag == w->last_tag);
	trace(w, "    zebra tells %cP tag %u", on ? '+' : '-', tag);
	deliver(w, MSG_ROUTE, on, w->zebra->echo_has_tag ? tag : 0);
}

static const struct world_entry *
best(const struct world *w)
{
	for (size_t i = 0; i < w->nentries; i++)
		if (w->entries[i].active && !(w->local && w->entries[i].after_local))
			return &w->entries[i];
	return NULL;
}

static void
tell_best(struct world *w)
{
	const struct world_entry *e = best(w);

	if ((e == NULL) != (w->told_id == 0) || (e != NULL && e->id != w->told_id))
		w->stale = false;
	if (e != NULL && e->id != w->told_id) {
		w->told_id = e->id;
		tell(w, true, e->tag);
	} else if (e == NULL && w->told_id != 0) {
		w->told_id = 0;
		tell(w, false, 0);
	}
}

static void
tell_soon(struct world *w)
{
	later_on(w, (struct world_event){ .kind = EV_TELL, .epoch = w->zebra_epoch },
	    w->now + between(w, 10, 12));
}

static void
add_entry(struct world *w, enum world_who who, uint32_t tag)
{
	bool native = who == WHO_NATIVE || who == WHO_FOREIGN;

	if (native && w->zebra->refcounts && w->nentries > 0)
		return;
	if (!w->zebra->stacks)
		w->nentries = 0; /* replaces */
	if (w->nentries == WORLD_ENTRIES) {
		blame(w, "entries without end");
		return;
	}
	w->entries[w->nentries++] = (struct world_entry){
		.who = who,
		.tag = tag,
		.id = ++w->next_id,
		.active = who == WHO_FOREIGN || w->zebra_link,
		.after_local = !native,
	};
}

static void
native_appears(struct world *w, enum world_who who)
{
	add_entry(w, who, 0);
	if (w->zebra->has_local && who == WHO_NATIVE)
		w->local = true;
	w->native_pending = true;
	w->native_overtaken = false;
	later_on(w, (struct world_event){ .kind = EV_NATIVE_TELL, .epoch = w->zebra_epoch },
	    w->now + between(w, 10, 11));
}

/* Of the entries an address' end takes one, or all. */
static void
native_goes(struct world *w, bool own)
{
	if (own)
		w->local = false;
	if (w->nentries == 0)
		return;
	if (!w->zebra->stacks || w->nentries == 1) {
		w->nentries = 0;
		tell_soon(w);
		return;
	}
	memmove(w->entries, w->entries + 1, --w->nentries * sizeof(w->entries[0]));
	if (w->told_id != 0)
		tell(w, false, 0);
	else if (w->zebra->end_lies)
		w->unseen = true;
	w->told_id = 0;
	if (!w->zebra->end_lies)
		tell_soon(w);
	else if (best(w) != NULL)
		w->told_id = best(w)->id; /* it believes that it told */
}

static void
zebra_hears_address(struct world *w, bool on)
{
	if (on == w->zebra_address)
		return;
	w->zebra_address = on;
	trace(w, "    zebra: address %s", on ? "there" : "gone");
	deliver(w, MSG_ADDRESS, on, 0);
	if (on && w->zebra_link)
		native_appears(w, WHO_NATIVE);
	else if (!on)
		native_goes(w, true);
}

static void
zebra_hears_foreign(struct world *w, bool on)
{
	if (on == w->zebra_foreign)
		return;
	w->zebra_foreign = on;
	trace(w, "    zebra: foreign address %s", on ? "there" : "gone");
	deliver(w, MSG_FOREIGN, on, 0);
	if (on)
		native_appears(w, WHO_FOREIGN);
	else
		native_goes(w, false);
}

static void
zebra_hears_link(struct world *w, bool up)
{
	size_t kept = 0;

	if (up == w->zebra_link)
		return;
	w->zebra_link = up;
	trace(w, "    zebra: link %s", up ? "up" : "down");
	deliver(w, MSG_LINK, up, 0);
	if (up && w->zebra_address)
		native_appears(w, WHO_NATIVE);
	if (up || !w->zebra_address)
		return;
	for (size_t i = 0; i < w->nentries; i++)
		if (w->entries[i].who == WHO_FOREIGN)
			w->entries[kept++] = w->entries[i];
	w->nentries = kept;
	w->local = false;
	tell_soon(w);
}

static void
zebra_reads(struct world *w, const struct world_event *ev)
{
	bool found = best(w) != NULL;

	if (ev->what == PLAN_LOOKUP) {
		deliver(w, MSG_LOOKUP, found, 0);
		return;
	}
	if (w->native_pending && w->zebra->u_after_native)
		w->native_overtaken = true;
	w->local = false;
	if (w->nentries <= ev->deletes)
		w->unseen = false;
	for (unsigned int i = 0; i < ev->deletes && w->nentries > 0; i++)
		w->nentries--;
	if (ev->what == PLAN_ANNOUNCE)
		add_entry(w, WHO_OURS, ev->tag);
	tell_soon(w);
}

/* ——— what the kernel does ——— */

static void
zebra_will_hear(struct world *w, enum world_event_kind kind, bool on)
{
	int64_t at = w->now + between(w, 3, 4);

	if (at < w->zebra_reads_at)
		at = w->zebra_reads_at;
	w->zebra_reads_at = at;
	if (w->alive)
		later_on(
		    w, (struct world_event){ .kind = kind, .on = on, .epoch = w->zebra_epoch }, at);
}

static void
set_alias(struct world *w, enum plan_alias alias, int64_t lifetime)
{
	enum plan_alias before = w->alias;

	w->alias = alias;
	w->alias_epoch++;
	for (size_t i = 0; i < w->nevents; i++)
		if (w->events[i].kind == EV_EXPIRE)
			w->events[i--] = w->events[--w->nevents];
	w->valid_until = alias == PLAN_ALIAS_LEASED ? w->now + lifetime : 0;
	if (alias == PLAN_ALIAS_LEASED)
		later_on(w, (struct world_event){ .kind = EV_EXPIRE, .epoch = w->alias_epoch },
		    w->valid_until + between(w, 0, 440));
	if ((before == PLAN_ALIAS_ABSENT) != (alias == PLAN_ALIAS_ABSENT))
		zebra_will_hear(w, EV_ADDRESS, alias != PLAN_ALIAS_ABSENT);
}

/* ——— the keeper ——— */

static void
observe(struct world *w)
{
	w->view.session = w->session;
	w->view.link = w->link && (!w->session || w->heard_link);
	w->view.alias = w->alias;
	/* the kernel tells whole seconds */
	w->view.valid_until =
	    w->alias == PLAN_ALIAS_LEASED ? w->valid_until - w->valid_until % 1000 : 0;
}

static bool
is_ours(const struct world *w, uint32_t tag)
{
	return tag == w->view.tag || (tag != 0 && tag == w->last_tag);
}

/* The judge of single steps; the world's own account of things, not the plan's. */
static void
judge_step(struct world *w, const struct plan_step *step)
{
	const struct plan_rules *r = &w->rules;
	enum plan_want want = w->view.want;
	bool on = w->heard_on;
	int64_t gap = r->hold < PACE_GAP_MS ? r->hold : PACE_GAP_MS;

	if (step->action >= PLAN_ANNOUNCE && !w->session)
		blame(w, "something was sent without a session");
	if (want == WANT_UNDECIDED && !r->held)
		blame(w, "undecided, and something was touched");
	switch (step->action) {
	case PLAN_ALIAS_RENEW:
		if (w->alias == PLAN_ALIAS_ABSENT)
			blame(w, "an alias that is not there was renewed");
		/* FALLTHROUGH */
	case PLAN_ALIAS_ADD:
		if (want != WANT_ON && !(r->held && !w->view.leaving))
			blame(w, "an alias of a service that is not wanted got a lifetime");
		if (!r->has_alias)
			blame(w, "an alias where none was asked for");
		break;
	case PLAN_ALIAS_DELETE:
		if (want == WANT_ON)
			blame(w, "the alias of a wanted service was deleted");
		if (w->session && on)
			blame(w, "the alias was deleted before the route");
		if (w->session && w->off_at != 0 && w->now < w->off_at + r->linger)
			blame(w, "no linger");
		if (w->alias == PLAN_ALIAS_PERMANENT && r->keep)
			blame(w, "an address that was to be kept was deleted");
		break;
	case PLAN_ANNOUNCE:
		if (want == WANT_ON && !w->heard_let_out && w->off_at != 0 &&
		    w->now < w->off_at + gap)
			blame(w, "no gap");
		if (want == WANT_ON && step->tag != w->view.tag)
			blame(w, "another tag");
		if (want != WANT_ON && !((w->rib_empty || w->zebra->unasked) && on) &&
		    !(r->rip && w->rip_orphan) &&
		    !(r->rip && r->tag_filter && on && w->heard_tag != w->view.tag))
			blame(w, "a dead service was announced");
		break;
	case PLAN_LOOKUP:
		if (w->zebra->unasked)
			blame(w, "a zebra was asked that cannot be");
		break;
	case PLAN_WITHDRAW:
		if (want == WANT_ON)
			blame(w, "a wanted service was withdrawn");
		if (r->hold != 0 && w->heard_let_out &&
		    w->now < (w->out_at > w->out_at_old ? w->out_at : w->out_at_old) + r->hold)
			blame(w, "no hold");
		break;
	default:
		break;
	}
}

static void
send(struct world *w, const struct plan_step *step)
{
	int64_t at = w->now + between(w, 0, 1) + w->slow;

	if (at < w->zebra_reads_at)
		at = w->zebra_reads_at;
	w->zebra_reads_at = at;
	w->messages++;
	if (step->action == PLAN_ANNOUNCE)
		w->last_tag = step->tag;
	later_on(w,
	    (struct world_event){ .kind = EV_MESSAGE,
		.what = (int)step->action,
		.deletes = step->deletes,
		.tag = step->tag,
		.epoch = w->session_epoch },
	    at);
}

/* true: it failed. */
static bool
perform(struct world *w, const struct plan_step *step)
{
	if (w->fail > 0 && step->action == w->fail_action) {
		w->fail--;
		w->failed_at = w->now;
		return true;
	}
	switch (step->action) {
	case PLAN_ALIAS_ADD:
		set_alias(w, PLAN_ALIAS_LEASED, w->rules.lifetime);
		return false;
	case PLAN_ALIAS_RENEW:
		if (w->alias == PLAN_ALIAS_ABSENT)
			return true;
		set_alias(w, PLAN_ALIAS_LEASED, w->rules.lifetime);
		return false;
	case PLAN_ALIAS_DELETE:
		set_alias(w, PLAN_ALIAS_ABSENT, 0);
		return false;
	default:
		send(w, step);
		return false;
	}
}

static void
log_step(struct world *w, const struct plan_step *step)
{
	static const char letters[] = "_arxUWL"; /* as enum plan_action */

	if (w->nlog + 2 < sizeof(w->log)) {
		w->log[w->nlog++] = letters[step->action];
		w->log[w->nlog] = '\0';
	}
	w->actions++;
	memmove(w->recent, w->recent + 1, sizeof(w->recent) - sizeof(w->recent[0]));
	w->recent[15] = w->now;
	if (w->recent[0] != 0 && w->now - w->recent[0] < 200)
		blame(w, "16 actions within 200 ms");
}

void
world_ask(struct world *w)
{
	struct plan_step step, again;
	struct plan copy;
	bool failed;

	for (int i = 0;; i++) {
		observe(w);
		step = plan_next(&w->plan, &w->rules, &w->view, w->now);
		if (step.action == PLAN_WAIT)
			break;
		if (i == 6) {
			blame(w, "the plan does not come to an end");
			break;
		}
		trace(w, "%s tag %u deletes %u (%s)",
		    (const char *[]){ "wait", "ALIAS ADD", "ALIAS RENEW", "ALIAS DELETE",
			"ANNOUNCE", "WITHDRAW", "LOOKUP" }[step.action],
		    step.tag, step.deletes, step.why);
		judge_step(w, &step);
		log_step(w, &step);
		failed = perform(w, &step);
		if (failed)
			trace(w, "  … failed");
		plan_did(&w->plan, &w->view, &step, failed, w->now);
	}
	w->wake = step.wake;
	if (step.action == PLAN_WAIT && step.wake <= w->now)
		blame(w, "it wants to be woken in the past");
	copy = w->plan;
	again = plan_next(&copy, &w->rules, &w->view, w->now);
	if (again.action != step.action || again.wake != step.wake)
		blame(w, "two looks at the same, two plans");
}

/* When OSPF sends this change, if `at` is when it sent the one before (0: long ago). */
static void
note_change(int64_t *at, bool before, int64_t twice, int64_t now)
{
	if (!before || *at == 0 || now >= *at + twice)
		*at = now;
	else if (now >= *at)
		*at += twice;
	/* else it goes out with the one before it */
}

static void
judge_heard(struct world *w, bool on, uint32_t tag)
{
	bool out = on && (!w->rules.tag_filter || is_ours(w, tag)), before = w->heard_let_out;

	if (out && (!before || (w->zebra->echo_has_tag && tag != w->heard_tag))) {
		note_change(&w->out_at, before, w->rules.twice, w->now);
		note_change(&w->out_at_old, before, w->rules.twice, w->now);
	}
	if (out)
		w->off_at = 0;
	else if (before)
		w->off_at = w->now;
	w->heard_let_out = out;
	w->heard_on = on;
	w->heard_tag = on ? tag : 0;
	w->rib_empty = false;
}

static void
keeper_hears(struct world *w, const struct world_event *ev)
{
	switch ((enum world_message)ev->what) {
	case MSG_ROUTE:
		trace(w, "heard %cP tag %u", ev->on ? '+' : '-', ev->tag);
		plan_heard(&w->plan, &w->rules, &w->view, ev->on, ev->tag, w->now);
		judge_heard(w, ev->on, w->zebra->echo_has_tag ? ev->tag : w->plan.echo_tag);
		break;
	case MSG_ADDRESS:
		trace(w, "heard address %d", ev->on);
		w->view.zebra_knows = ev->on;
		w->view.stir++;
		break;
	case MSG_FOREIGN:
		trace(w, "heard foreign address %d", ev->on);
		w->view.stir++;
		break;
	case MSG_LINK:
		trace(w, "heard link %d", ev->on);
		if (ev->on != w->heard_link)
			w->view.stir++;
		w->heard_link = ev->on;
		break;
	case MSG_LOOKUP:
		trace(w, "heard lookup: %s", ev->on ? "holds" : "empty");
		w->rib_empty = !ev->on;
		plan_looked_up(&w->plan, ev->on);
		break;
	case MSG_UP:
		trace(w, "session up");
		w->session = true;
		w->connecting = false;
		/* what the dump told may have been sent a moment ago, or long before */
		w->out_at = w->heard_let_out ? w->now : 0;
		w->out_at_old = 0;
		plan_session(&w->plan, true, w->now);
		break;
	}
	if (w->session)
		world_ask(w);
}

/* ——— events from outside ——— */

void
world_connect(struct world *w)
{
	if (w->session || w->connecting || !w->alive)
		return;
	w->session_epoch++;
	w->connecting = true;
	w->zebra_tells_at = w->now;
	if (w->zebra_link)
		deliver(w, MSG_LINK, true, 0);
	if (w->zebra_address)
		deliver(w, MSG_ADDRESS, true, 0);
	if (w->zebra_foreign)
		deliver(w, MSG_FOREIGN, true, 0);
	/* a subscriber is told what is best and has been told to others */
	if (best(w) != NULL && w->told_id == best(w)->id)
		deliver(w, MSG_ROUTE, true, w->zebra->echo_has_tag ? best(w)->tag : 0);
	deliver(w, MSG_UP, true, 0);
}

void
world_lose_session(struct world *w, int64_t back_in)
{
	if (w->session || w->connecting) {
		trace(w, "session lost");
		/* nobody can know later that zebra told what it does not hold */
		w->stale |= w->native_overtaken || (w->net_on && best(w) == NULL);
		w->rip_orphan |= w->net_ours || w->plan.told_ours;
		w->session_epoch++;
		w->session = w->connecting = false;
		w->view.zebra_knows = w->heard_link = false;
		w->heard_on = w->heard_let_out = w->rib_empty = false;
		w->heard_tag = 0;
		w->off_at = w->out_at = w->out_at_old = 0;
		plan_session(&w->plan, false, w->now);
		world_ask(w);
		if (w->view.want == WANT_OFF && w->rules.has_alias &&
		    w->alias != PLAN_ALIAS_ABSENT && w->failed_at != w->now &&
		    !(w->rules.keep && w->alias == PLAN_ALIAS_PERMANENT))
			blame(w, "no session, not wanted, and the alias stays");
	}
	if (back_in != WORLD_NEVER)
		later_on(w, (struct world_event){ .kind = EV_CONNECT }, w->now + back_in);
}

void
world_stop_zebra(struct world *w)
{
	if (!w->alive)
		return;
	trace(w, "zebra died");
	w->alive = false;
	w->zebra_epoch++;
	w->nentries = 0;
	w->told_id = 0;
	w->local = w->zebra_address = w->zebra_foreign = w->native_pending = false;
	w->zebra_link = false;
	w->unseen = false;
	world_lose_session(w, WORLD_NEVER);
	/* the daemons are started again with it */
	w->net_on = w->net_ours = false;
	w->net_tag = 0;
}

void
world_start_zebra(struct world *w, int64_t in, int64_t session_in)
{
	later_on(w, (struct world_event){ .kind = EV_ZEBRA_START }, w->now + in);
	later_on(w, (struct world_event){ .kind = EV_CONNECT }, w->now + in + session_in);
}

void
world_want(struct world *w, enum plan_want want)
{
	trace(w, "want %s", want == WANT_ON ? "ON" : want == WANT_OFF ? "OFF" : "?");
	w->view.want = want;
	memset(w->recent, 0, sizeof(w->recent));
	world_ask(w);
}

void
world_tag(struct world *w, uint32_t tag)
{
	trace(w, "tag %u", tag);
	w->view.tag = tag;
	world_ask(w);
}

void
world_leave(struct world *w)
{
	trace(w, "leaving");
	w->view.leaving = true;
	world_want(w, WANT_OFF);
}

void
world_set_alias(struct world *w, enum plan_alias alias, int64_t lifetime)
{
	static const char *const words[] = { "deletes it", "gives it a lifetime", "makes it stay" };

	trace(w, "somebody %s", words[alias]);
	set_alias(w, alias, lifetime);
	world_ask(w);
}

void
world_set_foreign(struct world *w, bool on)
{
	if (w->foreign == on)
		return;
	trace(w, "foreign alias %s", on ? "comes" : "goes");
	w->foreign = on;
	zebra_will_hear(w, EV_FOREIGN, on);
	world_ask(w);
}

void
world_set_link(struct world *w, bool up)
{
	if (w->link == up)
		return;
	trace(w, "link %s", up ? "up" : "down");
	w->link = up;
	zebra_will_hear(w, EV_LINK, up);
	if (!up && w->ipv6 && w->alias != PLAN_ALIAS_ABSENT)
		set_alias(w, PLAN_ALIAS_ABSENT, 0);
	world_ask(w);
}

void
world_other_adds(struct world *w, uint32_t tag)
{
	if (!w->alive || w->nentries >= 3)
		return;
	trace(w, "another client adds, tag %u", tag);
	w->unseen |= w->nentries > 0 || !w->zebra_link || w->local;
	add_entry(w, WHO_OTHER, tag);
	tell_soon(w);
}

void
world_other_deletes(struct world *w)
{
	if (!w->alive || w->nentries == 0)
		return;
	trace(w, "another client deletes");
	w->nentries--;
	tell_soon(w);
}

static void
happen(struct world *w, const struct world_event *ev)
{
	bool zebra_there = w->alive && ev->epoch == w->zebra_epoch;

	switch (ev->kind) {
	case EV_ADDRESS:
		if (zebra_there)
			zebra_hears_address(w, ev->on);
		break;
	case EV_FOREIGN:
		if (zebra_there)
			zebra_hears_foreign(w, ev->on);
		break;
	case EV_LINK:
		if (zebra_there)
			zebra_hears_link(w, ev->on);
		break;
	case EV_TELL:
		if (zebra_there)
			tell_best(w);
		if (zebra_there && !w->native_overtaken)
			w->native_pending = false;
		break;
	case EV_NATIVE_TELL:
		if (!zebra_there)
			break;
		tell_best(w);
		if (w->native_overtaken) {
			tell(w, true, 0); /* out of step with what it holds */
			w->stale |= !w->session;
		}
		w->native_pending = w->native_overtaken = false;
		break;
	case EV_MESSAGE:
		if (w->alive && ev->epoch == w->session_epoch)
			zebra_reads(w, ev);
		break;
	case EV_DELIVER:
		if (ev->epoch == w->session_epoch)
			keeper_hears(w, ev);
		break;
	case EV_EXPIRE:
		if (ev->epoch != w->alias_epoch)
			break;
		trace(w, "the kernel ends the alias");
		set_alias(w, PLAN_ALIAS_ABSENT, 0);
		world_ask(w);
		break;
	case EV_CONNECT:
		world_connect(w);
		break;
	case EV_ZEBRA_START:
		if (w->alive)
			break;
		trace(w, "zebra starts");
		w->alive = true;
		w->zebra_reads_at = w->now;
		w->zebra_link = w->link;
		if (w->alias != PLAN_ALIAS_ABSENT)
			zebra_hears_address(w, true);
		if (w->foreign)
			zebra_hears_foreign(w, true);
		break;
	}
}

void
world_run(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;
	struct world_event ev;
	size_t first;

	for (;;) {
		first = 0;
		for (size_t i = 1; i < w->nevents; i++)
			if (w->events[i].at < w->events[first].at ||
			    (w->events[i].at == w->events[first].at &&
				w->events[i].order < w->events[first].order))
				first = i;
		if ((w->nevents == 0 || w->events[first].at > end) && w->wake > end)
			break;
		if (w->nevents > 0 && w->events[first].at <= w->wake) {
			ev = w->events[first];
			w->events[first] = w->events[--w->nevents];
			if (ev.at > w->now)
				w->now = ev.at;
			happen(w, &ev);
		} else {
			w->now = w->wake;
			w->wake = WORLD_NEVER;
			world_ask(w);
		}
		if (w->broken != NULL)
			return;
	}
	w->now = end;
}

void
world_init(struct world *w, const struct world_zebra *zebra, uint64_t seed)
{
	memset(w, 0, offsetof(struct world, trace));
	w->ntrace = 0;
	w->trace[0] = '\0';
	w->zebra = zebra;
	w->seed = seed;
	w->now = 1000000 + (int64_t)(seed % 1000);
	w->wake = WORLD_NEVER;
	w->alive = w->link = w->zebra_link = true;
	w->rules = (struct plan_rules){
		.has_alias = true,
		.hold = 1500,
		.linger = 1000,
		.lifetime = 10000,
		.u_after_native = zebra->u_after_native,
		.twice = zebra->second_change,
		.echo_has_tag = zebra->echo_has_tag,
		.askable = !zebra->unasked,
		.deletes = zebra->deletes,
		.deletes_at_start = 4,
	};
	w->view.tag = WORLD_TAG;
	plan_init(&w->plan);
}

const char *
world_actions(struct world *w)
{
	static char copy[WORLD_LOG];

	memcpy(copy, w->log, sizeof(copy));
	w->nlog = 0;
	w->log[0] = '\0';
	return copy;
}

const char *
world_judge(const struct world *w)
{
	const struct plan_rules *r = &w->rules;
	bool here = w->alias != PLAN_ALIAS_ABSENT;
	bool kept = r->keep && w->alias == PLAN_ALIAS_PERMANENT;

	if (w->broken != NULL)
		return w->broken;
	if (!w->session)
		return "no session";
	if (w->view.want == WANT_ON) {
		if (!w->net_on || (w->net_tag != w->view.tag && w->zebra->echo_has_tag))
			return "wanted, and not announced with our tag";
		if ((w->nentries == 0 && w->zebra->echo_has_tag) || (w->nentries > 1 && !w->unseen))
			return "wanted, and not exactly one entry";
		if (w->zebra->echo_has_tag && (best(w) == NULL || best(w)->tag != w->view.tag))
			return "wanted, and the entry is not ours";
		if (r->has_alias && !kept &&
		    (w->alias != PLAN_ALIAS_LEASED || w->valid_until <= w->now))
			return "wanted, and no lease";
		if (r->has_alias && !kept && w->valid_until > w->now + r->lifetime)
			return "wanted, and the lease is too long";
	} else if (w->view.want == WANT_OFF) {
		if (w->net_on && !w->stale)
			return "not wanted, and announced";
		if (w->nentries != 0 && !w->unseen)
			return "not wanted, and an entry is left";
		if (r->has_alias && here && !kept && (!r->held || w->view.leaving))
			return "not wanted, and the alias is left";
		if (r->held && !w->view.leaving && !here)
			return "held, and no alias";
	}
	if (!plan_is_settled(&w->plan, r, &w->view))
		return "quiet, and the plan is not settled";
	if (plan_in_conflict(&w->plan) && w->now > w->plan.repaired_at + PLAN_QUIET_MS)
		return "quiet, and still a conflict";
	return NULL;
}
