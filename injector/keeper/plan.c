/*
 * The plan: what it remembers of zebra's words and of its own steps, and what follows from that;
 * plan_decide.c decides. Pure: no clock, no socket, no log.
 */
#include "keeper/plan_state.h"

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

bool
plan_is_ours(const struct plan *p, const struct plan_view *v, uint32_t tag)
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
	ours = on && plan_is_ours(p, v, tag);
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

bool
plan_in_conflict(const struct plan *p)
{
	return p->repairs >= PLAN_TRIES;
}

int64_t
plan_echo_due(const struct plan *p, const struct plan_view *v)
{
	return plan_later(p->sent_at, v->busy_at) + PLAN_ECHO_MS;
}

bool
plan_is_announced(const struct plan *p, const struct plan_view *v)
{
	return p->swept && p->echo == ECHO_ON && p->echo_tag == v->tag && p->sent == PLAN_WAIT &&
	    p->sent_stir == v->stir;
}

bool
plan_alias_may_stay(const struct plan_rules *r, const struct plan_view *v)
{
	return v->alias == PLAN_ALIAS_ABSENT || (v->alias == PLAN_ALIAS_PERMANENT && r->keep);
}

bool
plan_is_settled(const struct plan *p, const struct plan_rules *r, const struct plan_view *v)
{
	switch (v->want) {
	case WANT_ON:
		return v->session && plan_is_announced(p, v) &&
		    (!r->has_alias || v->alias != PLAN_ALIAS_ABSENT);
	case WANT_OFF:
		if (!v->session)
			return !r->has_alias || plan_alias_may_stay(r, v);
		return p->swept && p->echo != ECHO_ON && p->sent == PLAN_WAIT && !p->pulsing &&
		    (!r->has_alias || (r->held && !v->leaving) || plan_alias_may_stay(r, v));
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
	else if (p->sent != PLAN_WAIT && now >= plan_echo_due(p, v) &&
	    p->repaired_at != p->sent_at) {
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
	if (v->want == WANT_ON)
		p->pulsing = false;
	if (p->sent != PLAN_WAIT && v->unread)
		p->sent_at = now;
}

struct plan_step
plan_next(struct plan *p, const struct plan_rules *r, const struct plan_view *v, int64_t now)
{
	bool alias_lost = p->was_there && v->alias == PLAN_ALIAS_ABSENT;
	struct plan_step step;

	if (v->refused)
		return plan_wait(CLOCK_NEVER, "the prefix is a network of this host");
	p->orphaned = p->orphaned && r->rip;
	note_changes(p, v, now);
	count_repairs(p, r, v, alias_lost, now);
	step = plan_decide(p, r, v, now);
	if (step.action != PLAN_WAIT && step.action == p->failed &&
	    now < p->failed_at + PLAN_BACKOFF_MS)
		step = plan_wait(p->failed_at + PLAN_BACKOFF_MS, "it failed a moment ago");
	if (step.action == PLAN_WAIT && p->settled && p->repairs > 0)
		step.wake = plan_sooner(step.wake, p->repaired_at + PLAN_QUIET_MS);
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
