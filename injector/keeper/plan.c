/*
 * The plan: from what is wanted and what is observed to the next action. Pure:
 * no clock, no socket, no log.
 */
#include "keeper/plan.h"

#include <stddef.h>

#include "base/clock.h"

void
plan_init(struct plan *p)
{
	*p = (struct plan){ .sent = PLAN_WAIT, .failed = PLAN_WAIT };
}

void
plan_session(struct plan *p, bool up, int64_t now)
{
	if (!up && p->echo == ECHO_ON && p->told_ours)
		p->orphaned = true;
	if (!up) {
		p->echo = ECHO_NONE;
		p->echo_tag = 0;
		p->told_ours = false;
	}
	pace_session(&p->pace, up, now);
	p->session_at = up ? now : 0;
	p->swept = p->settled = p->pulsing = false;
	p->sent = p->failed = PLAN_WAIT;
	p->rib = RIB_UNKNOWN;
	/* what went wrong with the one before must not delay what is done without it */
	p->repairs = 0;
}

void
plan_same_zebra(struct plan *p)
{
	p->orphaned = false;
}

/* A tag that is ours, or was until a moment ago. */
static bool
is_ours(const struct plan *p, const struct plan_view *v, uint32_t tag)
{
	return tag == v->tag || (tag != 0 && tag == p->sent_tag);
}

void
plan_heard(struct plan *p, const struct plan_rules *r, const struct plan_view *v, bool on,
    uint32_t tag, int64_t now)
{
	bool ours, out;

	if (on && !r->echo_has_tag) /* an echo of what we asked for is taken as ours */
		tag = p->sent == PLAN_ANNOUNCE ? p->sent_tag : p->echo_tag;
	ours = on && is_ours(p, v, tag);
	out = on && (!r->tag_filter || ours);
	if (out && (!p->pace.out || (r->echo_has_tag && tag != p->echo_tag))) {
		pace_changed(&p->pace, r->twice, now);
	} else if (p->pace.out && !out) {
		pace_ended(&p->pace, now);
		/* this withdrawal was heard by daemons that had time to come back */
		if (p->session_at != 0 && now >= p->session_at + PLAN_RIP_WAIT_MS)
			p->orphaned = false;
	}
	/*
	 * The end of an alias may have taken one of two entries, and told it as if both had gone. A
	 * zebra that reads slowly tells the end between the deletes and the add of one write.
	 */
	if (!on && p->echo == ECHO_ON && (p->sent == PLAN_WAIT || p->sent_stir != v->stir))
		p->swept = false;
	p->echoes++;
	p->echo = on ? ECHO_ON : ECHO_OFF;
	p->echo_tag = on ? tag : 0;
	p->echo_stir = v->stir;
	p->told_ours = on && (p->told_ours || ours);
	p->rib = RIB_UNKNOWN;
	p->unheeded = false;
	if (on && p->sent == PLAN_ANNOUNCE && tag == p->sent_tag) {
		p->sent = PLAN_WAIT;
		p->pulse_at = now;
	} else if (!on && p->sent == PLAN_WITHDRAW)
		p->sent = PLAN_WAIT;
}

void
plan_looked_up(struct plan *p, bool found)
{
	if (p->rib == RIB_ASKED)
		p->rib = found ? RIB_HOLDS : RIB_EMPTY;
}

static struct plan_step
wait_until(int64_t wake, const char *why)
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

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Somebody undoes what we do: until when to leave it. */
static int64_t
backed_off_until(const struct plan *p)
{
	return p->repairs >= PLAN_TRIES ? p->repaired_at + PLAN_BACKOFF_MS : 0;
}

bool
plan_in_conflict(const struct plan *p)
{
	return p->repairs >= PLAN_TRIES;
}

static int64_t
renewal_due(
    const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t due = v->valid_until - r->lifetime * 2 / 3;

	if (!r->has_alias || v->alias != PLAN_ALIAS_LEASED)
		return CLOCK_NEVER;
	if (p->fresh)
		due = sooner(due, p->renewed_at + r->phase);
	/* another's lifetime, or one that somebody made longer (the kernel counts in seconds) */
	if (!p->adopted || v->valid_until - now > r->lifetime + 1000)
		due = 0;
	return later(due, p->renewed_at == 0 ? 0 : p->renewed_at + PLAN_RENEW_MS);
}

/* Before this moment an alias that is missing is not put back. */
static int64_t
missing_until(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	int64_t from = later(pace_gap_until(&p->pace, r->hold), backed_off_until(p));

	/* zebra is about to tell its end, and the gap begins there */
	if (v->session && p->pace.out && r->hold != 0 && p->gone_at != 0)
		from = later(from, p->gone_at + PLAN_NATIVE_MS);
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
			return wait_until(CLOCK_NEVER, "the interface is missing or down");
		if (now < from)
			return wait_until(from, "the network needs a moment after a withdrawal");
		return act(PLAN_ALIAS_ADD, "the alias is wanted");
	}
	if (v->alias == PLAN_ALIAS_PERMANENT && !r->keep)
		return now < backed_off_until(p)
		    ? wait_until(backed_off_until(p), "somebody makes the alias permanent again")
		    : act(PLAN_ALIAS_ADD, "a permanent alias gets a lifetime");
	if (due <= now)
		return act(PLAN_ALIAS_RENEW, "a third of its lifetime is over");
	return wait_until(due, "");
}

/*
 * When is an echo late? zebra tells in order: not as long as it tells what it was asked before this
 * (and note_changes() moves sent_at while zebra has not read the message).
 */
static int64_t
echo_due(const struct plan *p, const struct plan_view *v)
{
	return later(p->sent_at, v->busy_at) + PLAN_ECHO_MS;
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
	return ready ? 0 : later(p->stir_at, later(p->alias_at, p->session_at)) + PLAN_NATIVE_MS;
}

static bool
is_announced(const struct plan *p, const struct plan_view *v)
{
	return p->swept && p->echo == ECHO_ON && p->echo_tag == v->tag && p->sent == PLAN_WAIT &&
	    p->sent_stir == v->stir;
}

static struct plan_step
announce(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from, due = echo_due(p, v);

	if (p->sent == PLAN_ANNOUNCE && now < due)
		return wait_until(due, "zebra has not yet told it back");
	if (p->sent == PLAN_WITHDRAW && now < due)
		return wait_until(due, "a withdrawal is still under way");
	if (!v->link)
		return wait_until(CLOCK_NEVER, "the interface is missing or down");
	from = ready_at(p, r, v);
	if (now < from)
		return wait_until(from, "zebra does not yet know the alias");
	/* the alias that a repair has just added is announced in the same breath */
	from = later(p->alias_at == p->repaired_at ? 0 : backed_off_until(p),
	    p->pace.out ? 0 : pace_gap_until(&p->pace, r->hold));
	if (now < from)
		return wait_until(from, "the network needs a moment after a withdrawal");
	return tell(p, r, PLAN_ANNOUNCE, v->tag, "wanted, and zebra's last word is another");
}

static struct plan_step
next_on(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step alias = wait_until(CLOCK_NEVER, ""), route;

	p->pulsing = false;
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
	if (is_announced(p, v))
		return alias;
	/* doubles go first, the renewal second: they would outlive the lease */
	route = announce(p, r, v, now);
	if (alias.action == PLAN_ALIAS_RENEW &&
	    (route.action == PLAN_WAIT || v->valid_until - now < r->lifetime / 2))
		return alias;
	if (route.action == PLAN_WAIT && alias.action == PLAN_WAIT)
		route.wake = sooner(route.wake, alias.wake);
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
		return wait_until(now + PLAN_ECHO_MS, "zebra is asked about another prefix first");
	if (p->rib == RIB_UNKNOWN)
		return act(PLAN_LOOKUP, "zebra does not confirm the withdrawal");
	if (p->rib == RIB_ASKED && now < p->asked_at + PLAN_ECHO_MS)
		return wait_until(p->asked_at + PLAN_ECHO_MS, "zebra is asked for its RIB");
	if (p->rib == RIB_EMPTY)
		return pulse(
		    p, r, p->echo_tag, "a pulse: zebra told the network what it does not hold");
	return tell(p, r, PLAN_WITHDRAW, 0, "zebra holds it still");
}

static struct plan_step
end_pulse(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t until = pace_held_until(&p->pace, r->hold); /* OSPF may carry it beside RIP */

	if (p->sent == PLAN_ANNOUNCE && now < echo_due(p, v))
		return wait_until(echo_due(p, v), "a pulse is under way");
	if (p->sent != PLAN_ANNOUNCE)
		until =
		    later(until, p->pulse_at + (p->orphaned ? PLAN_RIP_PULSE_MS : PLAN_PULSE_MS));
	if (now < until)
		return wait_until(until, "a pulse stands");
	return tell(p, r, PLAN_WITHDRAW, 0, "the pulse ends");
}

/* The withdrawal of what zebra told last. */
static struct plan_step
withdraw(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from = pace_held_until(&p->pace, r->hold);
	int64_t due = echo_due(p, v) - (p->unheeded && !r->askable ? PLAN_ECHO_MS / 2 : 0);

	if (p->sent != PLAN_WAIT && now < due)
		return wait_until(due, "zebra has not yet told it back");
	if (p->echo == ECHO_ON && now < from)
		return wait_until(from, "the network must have heard it before it is withdrawn");
	from = ready_at(p, r, v);
	if (now < from)
		return wait_until(from, "zebra may be about to tell the alias' own entry");
	if (now < backed_off_until(p))
		return wait_until(backed_off_until(p), "somebody announces it again and again");
	if (p->sent == PLAN_WITHDRAW && p->echo == ECHO_ON && p->rib != RIB_HOLDS)
		return disbelieve(p, r, v, now);
	/* ripd poisons only what its route-map lets out */
	if (r->rip && r->tag_filter && p->told_ours && p->echo == ECHO_ON &&
	    !is_ours(p, v, p->echo_tag) && p->sent != PLAN_ANNOUNCE)
		return tell(p, r, PLAN_ANNOUNCE, v->tag, "RIP poisons only what carries our tag");
	return tell(p, r, PLAN_WITHDRAW, 0, "not wanted");
}

/* A native entry of an alias we hold: taken away before it is told, where zebra can. */
static bool
held_alias_appeared(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	return r->held && !r->u_after_native && v->zebra_knows && p->sent_stir != v->stir;
}

/* Is there nothing to delete, or nothing that we may? */
static bool
alias_may_stay(const struct plan_rules *r, const struct plan_view *v)
{
	return v->alias == PLAN_ALIAS_ABSENT || (v->alias == PLAN_ALIAS_PERMANENT && r->keep);
}

static struct plan_step
drop_alias(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from = p->pace.off_at == 0 ? 0 : p->pace.off_at + r->linger;

	from = later(from, backed_off_until(p));
	if (alias_may_stay(r, v))
		return wait_until(CLOCK_NEVER, "");
	if (now < from)
		return wait_until(from, "the alias lingers for queries that are under way");
	return act(PLAN_ALIAS_DELETE, "withdrawn");
}

static struct plan_step
next_off(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step step;

	if (!v->session) {
		if (r->has_alias && !alias_may_stay(r, v))
			return act(
			    PLAN_ALIAS_DELETE, "zebra cannot be told: its session is not up");
		return wait_until(CLOCK_NEVER, "zebra cannot be told: its session is not up");
	}
	if (p->pulsing)
		return end_pulse(p, r, v, now);
	if (p->echo == ECHO_ON || !p->swept || p->sent != PLAN_WAIT || held_alias_appeared(p, r, v))
		return withdraw(p, r, v, now);
	if (!r->has_alias)
		step = wait_until(CLOCK_NEVER, "");
	else if (r->held && !v->leaving)
		step = keep_alias(p, r, v, now);
	else
		step = drop_alias(p, r, v, now);
	if (step.action != PLAN_WAIT || !p->orphaned || !r->rip || v->leaving || !v->link)
		return step;
	/* a new ripd does not poison what the one before it had said */
	if (now < p->session_at + PLAN_RIP_WAIT_MS) {
		step.wake = sooner(step.wake, p->session_at + PLAN_RIP_WAIT_MS);
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
		return wait_until(CLOCK_NEVER, "no check has decided yet");
	if (p->echo == ECHO_ON && is_ours(p, v, p->echo_tag) && !p->pulsing)
		return wait_until(CLOCK_NEVER, "no check has decided yet");
	if (v->session && p->pulsing)
		return end_pulse(p, r, v, now);
	if (v->session && p->adopted && (p->echo == ECHO_ON || held_alias_appeared(p, r, v)))
		return withdraw(p, r, v, now);
	return keep_alias(p, r, v, now);
}

bool
plan_is_settled(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	switch (v->want) {
	case WANT_ON:
		return v->session && is_announced(p, v) &&
		    (!r->has_alias || v->alias != PLAN_ALIAS_ABSENT);
	case WANT_OFF:
		if (!v->session)
			return !r->has_alias || alias_may_stay(r, v);
		return p->swept && p->echo != ECHO_ON && p->sent == PLAN_WAIT && !p->pulsing &&
		    (!r->has_alias || (r->held && !v->leaving) || alias_may_stay(r, v));
	default:
		return true;
	}
}

static bool
alias_is_wanted(const struct plan_rules *r, const struct plan_view *v)
{
	return r->has_alias && (v->want == WANT_ON || (r->held && v->session && !v->leaving));
}

/* Settled, and the alias that is to be there is there and can end? */
static bool
is_undisturbed(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	if (alias_is_wanted(r, v) &&
	    (v->alias == PLAN_ALIAS_ABSENT || (v->alias == PLAN_ALIAS_PERMANENT && !r->keep)))
		return false;
	return plan_is_settled(p, r, v);
}

/*
 * Did somebody undo it since the last look? What zebra tells behind an alias that was put back is
 * the end of the same story.
 */
static bool
is_undone(const struct plan *p, const struct plan_view *v, bool settled, int64_t now)
{
	if (v->alias != PLAN_ALIAS_ABSENT && p->alias_at > p->sent_at &&
	    now < p->alias_at + PLAN_NATIVE_MS)
		return false;
	return p->settled && !settled;
}

/* Somebody undid it, or zebra did not do it: count, and forget when it has been quiet. */
static void
count_repairs(struct plan *p, const struct plan_rules *r, const struct plan_view *v,
    bool alias_lost, int64_t now)
{
	bool settled = is_undisturbed(p, r, v);
	bool undone = (alias_lost && alias_is_wanted(r, v)) || is_undone(p, v, settled, now);

	if (v->want != p->wanted || v->tag != p->wanted_tag || v->leaving != p->left) {
		p->wanted = v->want;
		p->wanted_tag = v->tag;
		p->left = v->leaving;
		p->repairs = 0;
		undone = false; /* something else is wanted, that is all */
	} else if ((settled || p->settled) && now >= p->repaired_at + PLAN_QUIET_MS)
		p->repairs = 0;
	else if (p->sent != PLAN_WAIT && now >= echo_due(p, v) && p->repaired_at != p->sent_at) {
		p->repairs++;
		p->repaired_at = p->sent_at;
	}
	/* the first repairs are made at once */
	if (undone && ++p->repairs < PLAN_TRIES)
		p->repaired_at = now - PLAN_BACKOFF_MS;
	p->settled = settled;
}

/* What changed since the last look, and when. */
static void
note_changes(struct plan *p, const struct plan_view *v, int64_t now)
{
	bool there = v->alias != PLAN_ALIAS_ABSENT;

	if (p->was_there && !there)
		p->gone_at = now;
	p->was_there = there;
	if (v->stir != p->seen_stir && now >= p->stir_at + PLAN_NATIVE_MS)
		p->stir_at = now;
	p->seen_stir = v->stir;
	if (p->sent != PLAN_WAIT && v->unread)
		p->sent_at = now;
}

static struct plan_step
next_wanted(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
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

struct plan_step
plan_next(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	bool alias_lost = p->was_there && v->alias == PLAN_ALIAS_ABSENT;
	struct plan_step step;

	if (v->refused)
		return wait_until(CLOCK_NEVER, "the prefix is a network of this host");
	p->orphaned = p->orphaned && r->rip;
	note_changes(p, v, now);
	count_repairs(p, r, v, alias_lost, now);
	step = next_wanted(p, r, v, now);
	if (step.action != PLAN_WAIT && step.action == p->failed &&
	    now < p->failed_at + PLAN_BACKOFF_MS)
		step = wait_until(p->failed_at + PLAN_BACKOFF_MS, "it failed a moment ago");
	if (step.action == PLAN_WAIT && p->settled && p->repairs > 0)
		step.wake = sooner(step.wake, p->repaired_at + PLAN_QUIET_MS);
	return step;
}

void
plan_did(struct plan *p, const struct plan_view *v, const struct plan_step *step, bool failed,
    int64_t now)
{
	if (step->action == PLAN_ALIAS_ADD || step->action == PLAN_ALIAS_RENEW)
		p->renewed_at = now;
	if (failed) {
		/* a renewal: it had expired, and the next look sees that */
		if (step->action != PLAN_ALIAS_RENEW) {
			p->failed = step->action;
			p->failed_at = now;
		}
		return;
	}
	if (step->action == p->failed)
		p->failed = PLAN_WAIT;
	if (plan_in_conflict(p) && step->action != PLAN_WAIT && step->action != PLAN_ALIAS_RENEW &&
	    step->action != PLAN_LOOKUP)
		p->repaired_at = now;
	switch (step->action) {
	case PLAN_ALIAS_ADD:
		if (v->alias == PLAN_ALIAS_ABSENT) {
			p->alias_at = now;
			p->alias_echoes = p->echoes;
		}
		p->fresh = p->adopted = true;
		break;
	case PLAN_ALIAS_RENEW:
		p->fresh = !p->adopted;
		p->adopted = true;
		break;
	case PLAN_ALIAS_DELETE:
		p->adopted = false;
		break;
	case PLAN_ANNOUNCE:
	case PLAN_WITHDRAW:
		if (p->pulsing)
			p->orphaned = false;
		p->pulsing = step->pulse;
		p->unheeded =
		    step->action == PLAN_WITHDRAW && p->sent == PLAN_WITHDRAW && p->echo == ECHO_ON;
		/* a sweep of what was not told gets no echo */
		p->sent =
		    step->action == PLAN_ANNOUNCE || p->echo == ECHO_ON ? step->action : PLAN_WAIT;
		p->sent_at = now;
		if (step->action == PLAN_ANNOUNCE)
			p->sent_tag = step->tag;
		p->sent_stir = v->stir;
		p->swept = true;
		p->rib = RIB_UNKNOWN;
		break;
	case PLAN_LOOKUP:
		p->rib = RIB_ASKED;
		p->asked_at = now;
		break;
	case PLAN_WAIT:
		break;
	}
}
