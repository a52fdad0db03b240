/*
 * Verdicts become states, and states become leases. Knows no clock, no
 * socket, no log: the promises of the project are proven on this file.
 */
#include "engine/service.h"

#include <limits.h>
#include <stdlib.h>

#define LEASE_MARGIN 1000

const char *
decided_name(enum decided state)
{
	static const char *const names[] = { "undecided", "up", "down" };

	return names[state];
}

const char *
service_state_name(enum service_state state)
{
	static const char *const names[] = { "undecided", "up", "down", "drained" };

	return names[state];
}

int
service_init(struct service *s, const struct conf_service *conf, int64_t now)
{
	size_t i;

	*s = (struct service){ .conf = conf, .since = now };
	s->checks = calloc(conf->nchecks > 0 ? conf->nchecks : 1, sizeof(*s->checks));
	if (s->checks == NULL)
		return -1;
	for (i = 0; i < conf->nchecks; i++) {
		s->checks[i].since = now;
		s->checks[i].dormant = conf->checks[i].target == TARGET_SERVICE;
	}
	s->drained = conf->start == START_DRAINED;
	s->state = s->drained ? SERVICE_DRAINED : SERVICE_UNDECIDED;
	return 0;
}

void
service_free(struct service *s)
{
	free(s->checks);
	s->checks = NULL;
}

static bool
is_sleeper(const struct service *s, size_t i)
{
	return s->conf->checks[i].target == TARGET_SERVICE;
}

size_t
service_count(const struct service *s, enum decided state)
{
	size_t i, n = 0;

	for (i = 0; i < s->conf->nchecks; i++)
		n += s->checks[i].state == state;
	return n;
}

/* Sleepers that have nothing to say yet. */
static size_t
count_silent(const struct service *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->conf->nchecks; i++)
		n += is_sleeper(s, i) && s->checks[i].state == UNDECIDED;
	return n;
}

size_t
service_needs(const struct service *s)
{
	size_t silent = count_silent(s);

	return s->conf->require > silent + 1 ? s->conf->require - silent : 1;
}

/* When the last pass of a check stops being proof; 0: there is none. */
static int64_t
proof_end(const struct service *s, size_t i)
{
	const struct conf_check *conf = &s->conf->checks[i];

	if (s->checks[i].state != UP || s->checks[i].proof == 0)
		return 0;
	return s->checks[i].proof + conf->fall * conf->interval + conf->timeout + LEASE_MARGIN;
}

static size_t
count_ends(const struct service *s, int64_t not_before)
{
	size_t i, n = 0;

	for (i = 0; i < s->conf->nchecks; i++)
		n += proof_end(s, i) >= not_before;
	return n;
}

int64_t
service_lease(const struct service *s)
{
	size_t i, needs = service_needs(s);
	int64_t end, lease = 0;

	if (s->state != SERVICE_UP)
		return 0;
	/* the latest moment at which still `needs` of them are proof */
	for (i = 0; i < s->conf->nchecks; i++) {
		end = proof_end(s, i);
		if (end > lease && count_ends(s, end) >= needs)
			lease = end;
	}
	return lease;
}

/* The state that the checks make, drained or not. */
static enum service_state
judge(const struct service *s, int64_t now)
{
	size_t needs = service_needs(s), up = service_count(s, UP), down = service_count(s, DOWN);
	size_t counting = s->conf->nchecks - count_silent(s);

	if (s->state == SERVICE_UP) {
		/* a check that is new since a reload does not take it down by being new */
		if (up + down > 0 && up + down < needs)
			needs = up + down;
		if (up + down == 0 && counting > 0)
			return SERVICE_UP;
		return up < needs ? SERVICE_DOWN : SERVICE_UP;
	}
	if (count_ends(s, now + 1) >= needs)
		return SERVICE_UP;
	if (counting > 0 && counting - down < needs)
		return SERVICE_DOWN;
	return s->state == SERVICE_DOWN ? SERVICE_DOWN : SERVICE_UNDECIDED;
}

static void
fold(struct service *s, struct service_change *change, int64_t now)
{
	enum service_state to = s->drained ? SERVICE_DRAINED : judge(s, now);

	change->from = s->state;
	change->service_changed = to != s->state;
	if (to == s->state)
		return;
	s->state = to;
	s->since = now;
}

static void
set_state(struct standing *st, enum decided state, int64_t now)
{
	st->state = state;
	st->since = now;
}

static void
forget(struct standing *st, int64_t now)
{
	if (st->state == UP && now - st->since >= SERVICE_HOLD_FORGET)
		st->hold = 0;
}

static void
go_down(struct standing *st, int64_t now)
{
	forget(st, now);
	st->hold = st->hold == 0 ? SERVICE_HOLD_MIN : st->hold * 2;
	if (st->hold > SERVICE_HOLD_MAX)
		st->hold = SERVICE_HOLD_MAX;
	st->proof = 0;
	set_state(st, DOWN, now);
}

/* How many failures in a row take this check down. */
static unsigned int
patience(const struct service *s, size_t place)
{
	if (s->checks[place].state == UNDECIDED && s->state != SERVICE_UP && !is_sleeper(s, place))
		return 1;
	return s->conf->checks[place].fall;
}

/* Ends the holds that are over at `at`; who was held is undecided again. */
static bool
let_go(struct service *s, int64_t at, int64_t now)
{
	struct standing *st;
	bool any = false;
	size_t i;

	for (i = 0; i < s->conf->nchecks; i++) {
		st = &s->checks[i];
		if (st->held_until == 0 || st->held_until > at)
			continue;
		st->held_until = 0;
		set_state(st, UNDECIDED, now);
		any = true;
	}
	return any;
}

struct service_change
service_feed(
    struct service *s, size_t place, enum cause cause, bool final, int64_t started, int64_t now)
{
	struct standing *st = &s->checks[place];
	struct service_change change = { .check_from = st->state, .from = s->state };
	bool pass = cause == CAUSE_OK;

	if (st->dormant)
		return change;
	if (pass && st->state == DOWN && started < st->since) /* older news than its end */
		return change;
	st->cause = cause;
	if (st->passing != pass)
		st->run = 0;
	st->run += st->run < UINT_MAX;
	st->passing = pass;
	if (pass && started <= now && started > st->proof)
		st->proof = started;
	if (pass && st->state != UP &&
	    (st->state == UNDECIDED || st->run >= s->conf->checks[place].rise))
		set_state(st, UP, now);
	else if (!pass && st->state != DOWN && (final || st->run >= patience(s, place)))
		go_down(st, now);
	change.check_changed = st->state != change.check_from;
	/* it was not the own address alone that failed, and what failed is back */
	if (change.check_from == DOWN && st->state == UP)
		let_go(s, INT64_MAX, now);
	fold(s, &change, now);
	return change;
}

struct service_change
service_drain(struct service *s, bool on, int64_t now)
{
	struct service_change change = { 0 };

	s->drained = on;
	fold(s, &change, now);
	return change;
}

static void
fall_asleep(struct standing *st, int64_t now)
{
	forget(st, now);
	st->dormant = true;
	st->run = 0;
	st->proof = 0;
	if (st->state == DOWN)
		st->held_until = now + st->hold;
	else if (st->state == UP)
		set_state(st, UNDECIDED, now);
}

struct service_change
service_announced(struct service *s, bool announced, int64_t now)
{
	struct service_change change = { 0 };
	struct standing *st;
	size_t i;

	for (i = 0; i < s->conf->nchecks; i++) {
		st = &s->checks[i];
		if (!is_sleeper(s, i) || st->dormant == !announced)
			continue;
		if (announced) {
			st->dormant = false;
			st->held_until = 0;
		} else
			fall_asleep(st, now);
	}
	fold(s, &change, now);
	return change;
}

struct service_change
service_tick(struct service *s, int64_t now)
{
	struct service_change change = { .check_from = DOWN };

	change.check_changed = let_go(s, now, now);
	fold(s, &change, now);
	return change;
}

struct service_change
service_retry(struct service *s, int64_t now)
{
	struct service_change change = { .check_from = DOWN };

	change.check_changed = let_go(s, INT64_MAX, now);
	fold(s, &change, now);
	return change;
}

int64_t
service_wake(const struct service *s)
{
	int64_t wake = INT64_MAX;
	size_t i;

	for (i = 0; i < s->conf->nchecks; i++)
		if (s->checks[i].held_until != 0 && s->checks[i].held_until < wake)
			wake = s->checks[i].held_until;
	return wake;
}

bool
service_hurries(const struct service *s, size_t place)
{
	const struct standing *st = &s->checks[place];

	if (st->state == UNDECIDED)
		return true;
	return st->run > 0 && st->passing != (st->state == UP);
}
