/*
 * The decision: the next step, from what is wanted and what the plan remembers. It changes nothing.
 */
#include <stddef.h>

#include "base/clock.h"
#include "keeper/plan_state.h"

struct plan_step
plan_wait(int64_t wake, const char *why)
{
	return (struct plan_step){ .action = PLAN_WAIT, .wake = wake, .why = why };
}

static struct plan_step
act(enum plan_action action, const char *why)
{
	return (struct plan_step){ .action = action, .wake = CLOCK_NEVER, .why = why };
}

static struct plan_step
tell(const struct plan *p, const struct plan_rules *r, enum plan_action action, uint32_t tag,
    const char *why)
{
	struct plan_step step = act(action, why);

	step.tag = tag;
	step.deletes = p->swept ? r->deletes : r->deletes_at_start;
	return step;
}

static struct plan_step
pulse(const struct plan *p, const struct plan_rules *r, uint32_t tag, const char *why)
{
	struct plan_step step = tell(p, r, PLAN_ANNOUNCE, tag, why);

	step.pulse = true;
	return step;
}

/* Somebody undoes what we do: until when to leave it. */
static int64_t
backed_off_until(const struct plan *p)
{
	return p->repairs >= PLAN_TRIES ? p->repaired_at + PLAN_BACKOFF_MS : 0;
}

static int64_t
renewal_due(
    const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t due = v->valid_until - r->lifetime * 2 / 3;

	if (!r->has_alias || v->alias != PLAN_ALIAS_LEASED)
		return CLOCK_NEVER;
	if (p->fresh)
		due = plan_sooner(due, p->renewed_at + r->phase);
	/* another's lifetime, or one that somebody made longer (the kernel counts in seconds) */
	if (!p->adopted || v->valid_until - now > r->lifetime + 1000)
		due = 0;
	return plan_later(due, p->renewed_at == 0 ? 0 : p->renewed_at + PLAN_RENEW_MS);
}

/* Before this moment an alias that is missing is not put back. */
static int64_t
missing_until(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	int64_t from = plan_later(pace_gap_until(&p->pace, r->hold), backed_off_until(p));

	/* zebra is about to tell its end, and the gap begins there */
	if (v->session && p->pace.out && r->hold != 0 && p->gone_at != 0)
		from = plan_later(from, p->gone_at + PLAN_NATIVE_MS);
	return from;
}

/* The alias that should be there: added, given a lifetime, renewed. PLAN_WAIT: it is as it should. */
static struct plan_step
keep_alias(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t due = renewal_due(p, r, v, now);

	if (v->alias == PLAN_ALIAS_ABSENT) {
		int64_t from = missing_until(p, r, v);

		if (!v->link)
			return plan_wait(CLOCK_NEVER, "the interface is missing or down");
		if (now < from)
			return plan_wait(from, "the network needs a moment after a withdrawal");
		return act(PLAN_ALIAS_ADD, "the alias is wanted");
	}
	if (v->alias == PLAN_ALIAS_PERMANENT && !r->keep)
		return now < backed_off_until(p)
		    ? plan_wait(backed_off_until(p), "somebody makes the alias permanent again")
		    : act(PLAN_ALIAS_ADD, "a permanent alias gets a lifetime");
	if (due <= now)
		return act(PLAN_ALIAS_RENEW, "a third of its lifetime is over");
	return plan_wait(due, "");
}

/*
 * Has zebra come far enough with an address for a message about its route? Returns 0 or when to go
 * ahead all the same. Where the native entry must have been told, that must be behind the last stir.
 */
static int64_t
ready_at(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	bool own = r->has_alias && v->alias != PLAN_ALIAS_ABSENT, ready;

	if (!r->u_after_native)
		ready = !own || v->zebra_knows;
	else
		ready = p->echo_stir == v->stir &&
		    (!own || p->alias_at < p->session_at || p->echoes != p->alias_echoes) &&
		    (!own || p->echo == ECHO_ON || p->sent_stir == v->stir);
	return ready
	    ? 0
	    : plan_later(p->stir_at, plan_later(p->alias_at, p->session_at)) + PLAN_NATIVE_MS;
}

static struct plan_step
announce(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from, due = plan_echo_due(p, v);

	if (p->sent == PLAN_ANNOUNCE && now < due)
		return plan_wait(due, "zebra has not yet told it back");
	if (p->sent == PLAN_WITHDRAW && now < due)
		return plan_wait(due, "a withdrawal is still under way");
	if (!v->link)
		return plan_wait(CLOCK_NEVER, "the interface is missing or down");
	from = ready_at(p, r, v);
	if (now < from)
		return plan_wait(from, "zebra does not yet know the alias");
	/* the alias that a repair has just added is announced in the same breath */
	from = plan_later(p->alias_at == p->repaired_at ? 0 : backed_off_until(p),
	    p->pace.out ? 0 : pace_gap_until(&p->pace, r->hold));
	if (now < from)
		return plan_wait(from, "the network needs a moment after a withdrawal");
	return tell(p, r, PLAN_ANNOUNCE, v->tag, "wanted, and zebra's last word is another");
}

static struct plan_step
next_on(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step alias = plan_wait(CLOCK_NEVER, ""), route;

	if (r->has_alias)
		alias = keep_alias(p, r, v, now);
	if (alias.action == PLAN_ALIAS_ADD)
		return alias;
	if (!v->session) {
		if (alias.action == PLAN_WAIT)
			alias.why = "zebra cannot be told: its session is not up";
		return alias;
	}
	if (r->has_alias && v->alias == PLAN_ALIAS_ABSENT)
		return alias;
	if (plan_is_announced(p, v))
		return alias;
	/* doubles go first, the renewal second: they would outlive the lease */
	route = announce(p, r, v, now);
	if (alias.action == PLAN_ALIAS_RENEW &&
	    (route.action == PLAN_WAIT || v->valid_until - now < r->lifetime / 2))
		return alias;
	if (route.action == PLAN_WAIT && alias.action == PLAN_WAIT)
		route.wake = plan_sooner(route.wake, alias.wake);
	return route;
}

/* The echo says on, a withdrawal changed nothing: is zebra's RIB empty (then a pulse)? */
static struct plan_step
disbelieve(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	if (!r->askable)
		return p->unheeded
		    ? pulse(p, r, p->echo_tag,
			  "a pulse: zebra took the deletes twice and told nothing")
		    : tell(p, r, PLAN_WITHDRAW, 0, "zebra does not confirm the withdrawal");
	if (p->rib == RIB_UNKNOWN && v->others_ask)
		return plan_wait(now + PLAN_ECHO_MS, "zebra is asked about another prefix first");
	if (p->rib == RIB_UNKNOWN)
		return act(PLAN_LOOKUP, "zebra does not confirm the withdrawal");
	if (p->rib == RIB_ASKED && now < p->asked_at + PLAN_ECHO_MS)
		return plan_wait(p->asked_at + PLAN_ECHO_MS, "zebra is asked for its RIB");
	if (p->rib == RIB_EMPTY)
		return pulse(
		    p, r, p->echo_tag, "a pulse: zebra told the network what it does not hold");
	return tell(p, r, PLAN_WITHDRAW, 0, "zebra holds it still");
}

static struct plan_step
end_pulse(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t until = pace_held_until(&p->pace, r->hold); /* OSPF may carry it beside RIP */

	if (p->sent == PLAN_ANNOUNCE && now < plan_echo_due(p, v))
		return plan_wait(plan_echo_due(p, v), "a pulse is under way");
	if (p->sent != PLAN_ANNOUNCE)
		until = plan_later(
		    until, p->pulse_at + (p->orphaned ? PLAN_RIP_PULSE_MS : PLAN_PULSE_MS));
	if (now < until)
		return plan_wait(until, "a pulse stands");
	return tell(p, r, PLAN_WITHDRAW, 0, "the pulse ends");
}

/* The withdrawal of what zebra told last. */
static struct plan_step
withdraw(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from = pace_held_until(&p->pace, r->hold);
	int64_t due = plan_echo_due(p, v) - (p->unheeded && !r->askable ? PLAN_ECHO_MS / 2 : 0);

	if (p->sent != PLAN_WAIT && now < due)
		return plan_wait(due, "zebra has not yet told it back");
	if (p->echo == ECHO_ON && now < from)
		return plan_wait(from, "the network must have heard it before it is withdrawn");
	from = ready_at(p, r, v);
	if (now < from)
		return plan_wait(from, "zebra may be about to tell the alias' own entry");
	if (now < backed_off_until(p))
		return plan_wait(backed_off_until(p), "somebody announces it again and again");
	if (p->sent == PLAN_WITHDRAW && p->echo == ECHO_ON && p->rib != RIB_HOLDS)
		return disbelieve(p, r, v, now);
	/* ripd poisons only what its route-map lets out */
	if (r->rip && r->tag_filter && p->told_ours && p->echo == ECHO_ON &&
	    !plan_is_ours(p, v, p->echo_tag) && p->sent != PLAN_ANNOUNCE)
		return tell(p, r, PLAN_ANNOUNCE, v->tag, "RIP poisons only what carries our tag");
	return tell(p, r, PLAN_WITHDRAW, 0, "not wanted");
}

/* A native entry of an alias we hold: taken away before it is told, where zebra can. */
static bool
held_alias_appeared(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	return r->held && !r->u_after_native && v->zebra_knows && p->sent_stir != v->stir;
}

static struct plan_step
drop_alias(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from = p->pace.off_at == 0 ? 0 : p->pace.off_at + r->linger;

	from = plan_later(from, backed_off_until(p));
	if (plan_alias_may_stay(r, v))
		return plan_wait(CLOCK_NEVER, "");
	if (now < from)
		return plan_wait(from, "the alias lingers for queries that are under way");
	return act(PLAN_ALIAS_DELETE, "withdrawn");
}

static struct plan_step
next_off(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step step;

	if (!v->session) {
		if (r->has_alias && !plan_alias_may_stay(r, v))
			return act(
			    PLAN_ALIAS_DELETE, "zebra cannot be told: its session is not up");
		return plan_wait(CLOCK_NEVER, "zebra cannot be told: its session is not up");
	}
	if (p->pulsing)
		return end_pulse(p, r, v, now);
	if (p->echo == ECHO_ON || !p->swept || p->sent != PLAN_WAIT || held_alias_appeared(p, r, v))
		return withdraw(p, r, v, now);
	if (!r->has_alias)
		step = plan_wait(CLOCK_NEVER, "");
	else if (r->held && !v->leaving)
		step = keep_alias(p, r, v, now);
	else
		step = drop_alias(p, r, v, now);
	if (step.action != PLAN_WAIT || !p->orphaned || !r->rip || v->leaving || !v->link)
		return step;
	/* a new ripd does not poison what the one before it had said */
	if (now < p->session_at + PLAN_RIP_WAIT_MS) {
		step.wake = plan_sooner(step.wake, p->session_at + PLAN_RIP_WAIT_MS);
		return step;
	}
	return pulse(p, r, v->tag, "a pulse: the ripd before this one told it");
}

/* Nothing that a predecessor left is touched; a held alias that is missing is put there. */
static struct plan_step
next_undecided(
    const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	if (!r->held || (v->alias != PLAN_ALIAS_ABSENT && !p->adopted))
		return plan_wait(CLOCK_NEVER, "no check has decided yet");
	if (p->echo == ECHO_ON && plan_is_ours(p, v, p->echo_tag) && !p->pulsing)
		return plan_wait(CLOCK_NEVER, "no check has decided yet");
	if (v->session && p->pulsing)
		return end_pulse(p, r, v, now);
	if (v->session && p->adopted && (p->echo == ECHO_ON || held_alias_appeared(p, r, v)))
		return withdraw(p, r, v, now);
	return keep_alias(p, r, v, now);
}

struct plan_step
plan_decide(
    const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	switch (v->want) {
	case WANT_ON:
		return next_on(p, r, v, now);
	case WANT_OFF:
		return next_off(p, r, v, now);
	default:
		return next_undecided(p, r, v, now);
	}
}
