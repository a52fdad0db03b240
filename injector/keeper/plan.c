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
	*p = (struct plan){ .sent = PLAN_WAIT };
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
		p->off_at = 0;
	}
	/* what the first dump told may have stood for long: no pace of OSPF to wait for */
	p->let_out_at = p->let_out_before = 0;
	p->session_at = up ? now : 0;
	p->swept = p->settled = p->pulsing = false;
	p->sent = PLAN_WAIT;
	p->rib = RIB_UNKNOWN;
}

/* Is this word of zebra let out to the network? */
static bool
is_let_out(const struct plan_rules *r, const struct plan_view *v, bool on, uint32_t tag)
{
	return on && (!r->tag_filter || tag == v->tag);
}

void
plan_heard(struct plan *p, const struct plan_rules *r, const struct plan_view *v, bool on,
    uint32_t tag, int64_t now)
{
	bool before = is_let_out(r, v, p->echo == ECHO_ON, p->echo_tag), after;

	if (on && !r->echo_has_tag) /* an echo of what we asked for is taken as ours */
		tag = p->sent == PLAN_ANNOUNCE ? p->sent_tag : p->echo_tag;
	after = is_let_out(r, v, on, tag);
	if (after && (!before || tag != p->echo_tag)) {
		p->let_out_before = before ? p->let_out_at : 0;
		p->let_out_at = now;
	} else if (before && !after) {
		p->off_at = now;
		p->let_out_at = p->let_out_before = 0;
	}
	p->echoes++;
	p->echo = on ? ECHO_ON : ECHO_OFF;
	p->echo_tag = on ? tag : 0;
	p->told_ours = on && (p->told_ours || tag == v->tag);
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

/*
 * Before this moment a withdrawal would be overheard by OSPF neighbours: `hold` behind the change
 * they see, and a second change within 5 s goes out 5 s behind the first.
 */
static int64_t
held_until(const struct plan *p, const struct plan_rules *r)
{
	int64_t from = p->let_out_at;

	if (p->let_out_at == 0 || r->hold == 0)
		return 0;
	if (p->let_out_before != 0 && p->let_out_at - p->let_out_before < PLAN_TWICE_MS)
		from = later(from, p->let_out_before + PLAN_TWICE_MS);
	return from + r->hold;
}

/* Before this moment an announcement would be missed by them. */
static int64_t
gap_until(const struct plan *p, const struct plan_rules *r)
{
	return p->off_at == 0 ? 0 : p->off_at + sooner(PLAN_GAP_MS, r->hold);
}

static int64_t
renewal_due(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	if (!r->has_alias || v->alias != PLAN_ALIAS_LEASED)
		return CLOCK_NEVER;
	return p->adopted ? v->valid_until - r->lifetime * 2 / 3 : 0;
}

/* The alias that should be there: added, given a lifetime, renewed. PLAN_WAIT: it is as it should. */
static struct plan_step
keep_alias(const struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t due = renewal_due(p, r, v);

	if (v->alias == PLAN_ALIAS_ABSENT) {
		int64_t from = later(gap_until(p, r), backed_off_until(p));

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
	return wait_until(due, "nothing to do");
}

/* Has the alias come far enough in zebra for an announcement? Returns 0 or when to look again. */
static int64_t
ready_at(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	bool ready;

	if (!r->has_alias)
		return 0;
	if (r->u_after_native)
		ready = p->echo == ECHO_ON &&
		    (p->alias_at < p->session_at || p->echoes != p->alias_echoes);
	else
		ready = v->zebra_knows;
	return ready ? 0 : later(p->alias_at, p->session_at) + PLAN_NATIVE_MS;
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
	int64_t from;

	if (p->sent == PLAN_ANNOUNCE && now < p->sent_at + PLAN_ECHO_MS)
		return wait_until(p->sent_at + PLAN_ECHO_MS, "zebra has not yet told it back");
	if (p->sent == PLAN_WITHDRAW && now < p->sent_at + PLAN_ECHO_MS)
		return wait_until(p->sent_at + PLAN_ECHO_MS, "a withdrawal is still under way");
	if (!v->link)
		return wait_until(CLOCK_NEVER, "the interface is missing or down");
	from = ready_at(p, r, v);
	if (now < from)
		return wait_until(from, "zebra does not yet know the alias");
	/* the alias that a repair has just added is announced in the same breath */
	from = later(p->alias_at == p->repaired_at ? 0 : backed_off_until(p),
	    is_let_out(r, v, p->echo == ECHO_ON, p->echo_tag) ? 0 : gap_until(p, r));
	if (now < from)
		return wait_until(from, "the network needs a moment after a withdrawal");
	return tell(p, r, PLAN_ANNOUNCE, v->tag, "wanted, and zebra's last word is another");
}

static struct plan_step
next_on(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step alias = wait_until(CLOCK_NEVER, "nothing to do"), route;

	p->pulsing = p->orphaned = false;
	p->rib = RIB_UNKNOWN;
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

/* The echo says on, three withdrawals changed nothing: is zebra's RIB empty (then a pulse)? */
static struct plan_step
disbelieve(struct plan *p, const struct plan_rules *r, int64_t now)
{
	if (p->rib == RIB_UNKNOWN)
		return act(PLAN_LOOKUP, "zebra does not confirm the withdrawal");
	if (p->rib == RIB_ASKED && now < p->sent_at + PLAN_ECHO_MS)
		return wait_until(p->sent_at + PLAN_ECHO_MS, "zebra is asked for its RIB");
	if (p->rib == RIB_EMPTY) {
		p->pulsing = true;
		return tell(p, r, PLAN_ANNOUNCE, p->echo_tag,
		    "a pulse: zebra told the network what it does not hold");
	}
	p->rib = RIB_UNKNOWN;
	return tell(p, r, PLAN_WITHDRAW, 0, "zebra holds it still");
}

static struct plan_step
end_pulse(struct plan *p, const struct plan_rules *r, int64_t now)
{
	int64_t until = p->pulse_at + (p->orphaned ? PLAN_RIP_PULSE_MS : PLAN_PULSE_MS);

	if (p->sent == PLAN_ANNOUNCE && now < p->sent_at + PLAN_ECHO_MS)
		return wait_until(p->sent_at + PLAN_ECHO_MS, "a pulse is under way");
	if (p->sent != PLAN_ANNOUNCE && now < until)
		return wait_until(until, "a pulse stands");
	p->pulsing = p->orphaned = false;
	p->rib = RIB_UNKNOWN;
	return tell(p, r, PLAN_WITHDRAW, 0, "the pulse ends");
}

/* The withdrawal of what zebra told last. */
static struct plan_step
withdraw(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	int64_t from = held_until(p, r);

	if (p->sent != PLAN_WAIT && now < p->sent_at + PLAN_ECHO_MS)
		return wait_until(p->sent_at + PLAN_ECHO_MS, "zebra has not yet told it back");
	if (p->echo == ECHO_ON && now < from)
		return wait_until(from, "the network must have heard it before it is withdrawn");
	if (now < backed_off_until(p))
		return wait_until(backed_off_until(p), "somebody announces it again and again");
	if (p->sent == PLAN_WITHDRAW && plan_in_conflict(p))
		return disbelieve(p, r, now);
	/* ripd poisons only what its route-map lets out */
	if (r->rip && r->tag_filter && p->told_ours && p->echo == ECHO_ON &&
	    p->echo_tag != v->tag && p->sent != PLAN_ANNOUNCE)
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
	int64_t from = p->off_at == 0 ? 0 : p->off_at + r->linger;

	from = later(from, backed_off_until(p));
	if (v->alias == PLAN_ALIAS_ABSENT || (v->alias == PLAN_ALIAS_PERMANENT && r->keep))
		return wait_until(CLOCK_NEVER, "nothing to do");
	if (now < from)
		return wait_until(from, "the alias lingers for queries that are under way");
	return act(PLAN_ALIAS_DELETE, "withdrawn");
}

static struct plan_step
next_off(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	struct plan_step step;

	if (!v->session) {
		if (r->has_alias && v->alias != PLAN_ALIAS_ABSENT)
			return now < backed_off_until(p)
			    ? wait_until(
				  backed_off_until(p), "the kernel does not let the alias go")
			    : act(PLAN_ALIAS_DELETE, "zebra cannot be told: its session is not up");
		return wait_until(CLOCK_NEVER, "zebra cannot be told: its session is not up");
	}
	if (p->pulsing)
		return end_pulse(p, r, now);
	if (p->echo == ECHO_ON || !p->swept || p->sent != PLAN_WAIT || held_alias_appeared(p, r, v))
		return withdraw(p, r, v, now);
	if (!r->has_alias)
		step = wait_until(CLOCK_NEVER, "nothing to do");
	else if (r->held && !v->leaving)
		step = keep_alias(p, r, v, now);
	else
		step = drop_alias(p, r, v, now);
	if (step.action != PLAN_WAIT || !p->orphaned || !r->rip || v->leaving)
		return step;
	/* a new ripd does not poison what the one before it had said */
	if (now < p->session_at + PLAN_RIP_WAIT_MS) {
		step.wake = sooner(step.wake, p->session_at + PLAN_RIP_WAIT_MS);
		return step;
	}
	p->pulsing = true;
	return tell(p, r, PLAN_ANNOUNCE, v->tag, "a pulse: the ripd before this one told it");
}

/* Nothing that a predecessor left is touched; a held alias that is missing is put there. */
static struct plan_step
next_undecided(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	if (!r->held || (v->alias != PLAN_ALIAS_ABSENT && !p->adopted))
		return wait_until(CLOCK_NEVER, "no check has decided yet");
	if (v->session && p->adopted && (p->echo == ECHO_ON || held_alias_appeared(p, r, v)))
		return withdraw(p, r, v, now);
	return keep_alias(p, r, v, now);
}

bool
plan_is_settled(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	bool here = v->alias != PLAN_ALIAS_ABSENT;

	switch (v->want) {
	case WANT_ON:
		return v->session && is_announced(p, v) && (!r->has_alias || here);
	case WANT_OFF:
		if (!v->session)
			return !r->has_alias || !here;
		return p->swept && p->echo != ECHO_ON && p->sent == PLAN_WAIT && !p->pulsing &&
		    (!r->has_alias || (r->held && !v->leaving) || !here ||
			(v->alias == PLAN_ALIAS_PERMANENT && r->keep));
	default:
		return true;
	}
}

/* Somebody undid it, or zebra did not do it: count, and forget when it has been quiet. */
static void
count_repairs(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	bool settled = plan_is_settled(p, r, v);

	if (v->want != p->wanted) {
		p->wanted = v->want;
		p->repairs = 0;
	} else if (p->settled && !settled) {
		/* the first repairs are made at once */
		if (++p->repairs < PLAN_TRIES)
			p->repaired_at = now - PLAN_BACKOFF_MS;
	} else if (p->sent != PLAN_WAIT && now >= p->sent_at + PLAN_ECHO_MS &&
	    p->repaired_at != p->sent_at) {
		p->repairs++;
		p->repaired_at = p->sent_at;
	} else if (settled && now >= p->repaired_at + PLAN_QUIET_MS)
		p->repairs = 0;
	p->settled = settled;
}

struct plan_step
plan_next(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	if (v->refused)
		return wait_until(CLOCK_NEVER, "the prefix is a network of this host");
	count_repairs(p, r, v, now);
	switch (v->want) {
	case WANT_ON:
		return next_on(p, r, v, now);
	case WANT_OFF:
		return next_off(p, r, v, now);
	default:
		return next_undecided(p, r, v, now);
	}
}

void
plan_did(struct plan *p, const struct plan_view *v, const struct plan_step *step, bool failed,
    int64_t now)
{
	if (failed) {
		if (step->action == PLAN_ALIAS_RENEW) /* it had expired: the next look sees that */
			return;
		p->repairs = p->repairs < PLAN_TRIES ? PLAN_TRIES : p->repairs;
		p->repaired_at = now;
		return;
	}
	if (plan_in_conflict(p) && step->action != PLAN_WAIT && step->action != PLAN_ALIAS_RENEW)
		p->repaired_at = now;
	switch (step->action) {
	case PLAN_ALIAS_ADD:
		if (v->alias == PLAN_ALIAS_ABSENT) {
			p->alias_at = now;
			p->alias_echoes = p->echoes;
		}
		p->adopted = true;
		break;
	case PLAN_ALIAS_RENEW:
		p->adopted = true;
		break;
	case PLAN_ALIAS_DELETE:
		p->adopted = false;
		break;
	case PLAN_ANNOUNCE:
	case PLAN_WITHDRAW:
		/* a sweep of what was not told gets no echo */
		p->sent =
		    step->action == PLAN_ANNOUNCE || p->echo == ECHO_ON ? step->action : PLAN_WAIT;
		p->sent_at = now;
		p->sent_tag = step->tag;
		p->sent_stir = v->stir;
		p->swept = true;
		break;
	case PLAN_LOOKUP:
		p->rib = RIB_ASKED;
		p->sent_at = now;
		break;
	case PLAN_WAIT:
		break;
	}
}
