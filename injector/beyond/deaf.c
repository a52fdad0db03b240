/*
 * What zebra holds and what a daemon says, compared over time.
 */
#include "beyond/deaf.h"

void
deaf_zebra_up(struct deaf_zebra *z, int pid, int64_t now)
{
	if (z->count == 0 || pid == 0 || pid != z->pid)
		z->count++;
	z->pid = pid;
	z->up_at = now;
}

bool
deaf_process(struct deaf_daemon *d, int pid)
{
	if (pid == d->pid)
		return false;
	d->pid = pid;
	d->process = pid != 0 ? d->process + 1 : 0;
	d->heard = d->trusted = 0;
	return true;
}

bool
deaf_holds(struct deaf_pair *p, enum held held)
{
	if (held == p->held)
		return false;
	p->held = held;
	p->fresh = false;
	p->differs_at = 0;
	if (held == HELD_YES)
		p->flushing_at = 0;
	return true;
}

static bool
agree(enum held held, enum beyond says)
{
	return (held == HELD_YES) == (says == BEYOND_YES);
}

void
deaf_says(struct deaf_daemon *d, struct deaf_pair *p, const struct deaf_zebra *z, enum beyond says,
    int64_t now)
{
	if (p->process != d->process) {
		p->process = d->process;
		p->says = BEYOND_UNKNOWN;
		p->zebra = 0;
		p->differs_at = p->flushing_at = 0;
	}
	p->fresh = says != BEYOND_UNKNOWN && p->held != HELD_UNKNOWN;
	/* A missing answer changes nothing: the flush of before is the flush of later. */
	if (says == BEYOND_YES || says == BEYOND_NO)
		p->flushing_at = 0;
	else if (says == BEYOND_FLUSHING && p->held == HELD_NO && p->flushing_at == 0)
		p->flushing_at = now;
	if (!p->fresh || agree(p->held, says)) {
		p->differs_at = 0;
		/*
		 * Its answer changed to what zebra holds: it listens. But what it said early may
		 * have changed by what the zebra before had told.
		 */
		if (p->fresh && p->says != BEYOND_UNKNOWN && !agree(p->held, p->says) &&
		    p->said_at >= z->up_at + DEAF_RETURN_MS) {
			d->heard = z->count;
			/* the first half of a remedy, no redistribute, takes back by itself */
			if (says == BEYOND_YES || d->hearing != HEARING_DEAF)
				d->trusted = z->count;
		}
	} else if (p->differs_at == 0) {
		p->differs_at = now;
	}
	if (p->fresh && says == BEYOND_YES && p->held == HELD_YES)
		p->zebra = z->count;
	if (says != BEYOND_UNKNOWN) {
		p->says = says;
		p->said_at = d->answered_at = now;
	}
}

/* It let the prefix out under a zebra that is gone, and has followed nothing since. */
static bool
has_lost_zebra(const struct deaf_daemon *d, const struct deaf_pair *p, const struct deaf_zebra *z)
{
	return d->process != 0 && p->process == d->process && p->zebra != 0 &&
	    p->zebra < z->count && d->trusted != z->count;
}

static bool
is_unconfirmed(const struct deaf_pair *p)
{
	return p->flushing_at != 0 && p->said_at - p->flushing_at >= DEAF_FLUSH_MS;
}

enum deaf_face
deaf_judge(
    const struct deaf_daemon *d, const struct deaf_pair *p, const struct deaf_zebra *z, int64_t now)
{
	int64_t could_know = z->up_at + DEAF_RETURN_MS;

	/* What the process before has said convicts nobody. */
	if (p->process != d->process)
		return DEAF_NOT;
	if (is_unconfirmed(p))
		return DEAF_FLUSHING;
	if (p->differs_at == 0)
		return DEAF_NOT;
	if (could_know < p->differs_at)
		could_know = p->differs_at;
	if (now - could_know < DEAF_MS)
		return DEAF_NOT;
	if (p->held == HELD_NO)
		return DEAF_STALE;
	return has_lost_zebra(d, p, z) ? DEAF_MISSING : DEAF_NOT;
}

bool
deaf_is_at_rest(const struct deaf_pair *p)
{
	return p->held == HELD_UNKNOWN || (p->held == HELD_NO && p->fresh && p->says == BEYOND_NO);
}

void
deaf_add(struct deaf_sum *sum, const struct deaf_pair *p, enum deaf_face face)
{
	sum->asked += p->fresh;
	sum->differing += p->differs_at != 0 && p->held == HELD_NO;
	sum->unconfirmed += is_unconfirmed(p);
	sum->stale += face == DEAF_STALE;
	sum->missing += face == DEAF_MISSING;
	sum->flushing += face == DEAF_FLUSHING;
}

/* Of one that was not found deaf. */
static enum hearing
heard(const struct deaf_daemon *d, const struct deaf_sum *sum, int64_t now)
{
	bool was_flushing = d->hearing == HEARING_FLUSHING;

	if (sum->asked == 0)
		return was_flushing && now - d->answered_at < DEAF_SILENT_MS ? HEARING_FLUSHING
									     : HEARING_UNKNOWN;
	return sum->flushing > 0 || (was_flushing && sum->unconfirmed > 0) ? HEARING_FLUSHING
									   : HEARING_HEARS;
}

void
deaf_conclude(
    struct deaf_daemon *d, const struct deaf_sum *sum, const struct deaf_zebra *z, int64_t now)
{
	bool another = d->process == 0 || d->process != d->accused;

	if (sum->missing > 0)
		d->heard = 0;
	if (sum->stale + sum->missing > 0) {
		d->hearing = HEARING_DEAF;
		d->accused = d->process;
	} else if (d->hearing != HEARING_DEAF ||
	    (sum->asked > 0 && sum->differing == 0 && (another || d->heard == z->count))) {
		d->hearing = heard(d, sum, now);
	}
}
