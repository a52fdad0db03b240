/*
 * service.c against tables and against chance: ten thousand lives by a hand
 * clock, each held against what must never happen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/service.h"

#define INTERVAL 1000
#define TIMEOUT 500
#define WORTH(fall) ((fall)*INTERVAL + TIMEOUT + 1000)
#define CHECKS_MAX 5

struct fixture {
	struct conf_service conf;
	struct conf_check checks[CHECKS_MAX];
	char names[CHECKS_MAX][2];
	struct service service;
	int64_t now;
};

static void
setup(struct fixture *f, size_t nchecks, unsigned int require, unsigned int rise, unsigned int fall)
{
	size_t i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < nchecks; i++) {
		f->names[i][0] = (char)('a' + i);
		f->checks[i] = (struct conf_check){ .name = f->names[i],
			.interval = INTERVAL,
			.timeout = TIMEOUT,
			.fast = 200,
			.rise = rise,
			.fall = fall };
	}
	f->conf = (struct conf_service){ .name = (char *)(uintptr_t) "s",
		.checks = f->checks,
		.nchecks = nchecks,
		.require = require };
	f->now = 1000000;
	assert_int_equal(service_init(&f->service, &f->conf, f->now), 0);
}

static void
setup_own(struct fixture *f, unsigned int require)
{
	setup(f, 2, require, 2, 2);
	f->checks[1].target = TARGET_SERVICE;
	service_free(&f->service);
	assert_int_equal(service_init(&f->service, &f->conf, f->now), 0);
}

static struct service_change
feed(struct fixture *f, size_t place, bool pass)
{
	f->now += 10;
	return service_feed(
	    &f->service, place, pass ? CAUSE_OK : CAUSE_TIMEOUT, false, f->now - 5, f->now);
}

/*
 * A script: 'A' a pass of check a, 'a' a failure, '!' makes the next failure final, '^' announced,
 * 'v' not announced, '#' drained, '=' undrained, '+' ten seconds on.
 */
static void
play(struct fixture *f, const char *script)
{
	bool final = false;

	for (; *script != '\0'; script++) {
		f->now += 10;
		if (*script == '!')
			final = true;
		else if (*script == '^' || *script == 'v')
			service_announced(&f->service, *script == '^', f->now);
		else if (*script == '#' || *script == '=')
			service_drain(&f->service, *script == '#', f->now);
		else if (*script == '+') {
			f->now += 10000;
			service_tick(&f->service, f->now);
		} else if (*script >= 'A' && *script <= 'Z')
			service_feed(&f->service, (size_t)(*script - 'A'), CAUSE_OK, false,
			    f->now - 5, f->now);
		else {
			service_feed(&f->service, (size_t)(*script - 'a'), CAUSE_REFUSED, final,
			    f->now - 5, f->now);
			final = false;
		}
	}
}

static const struct {
	size_t nchecks;
	unsigned int require, rise, fall;
	const char *script;
	enum service_state state;
} table[] = {
	{ 1, 1, 2, 2, "", SERVICE_UNDECIDED },
	{ 1, 1, 2, 2, "A", SERVICE_UP },    /* one success suffices at start */
	{ 1, 1, 2, 2, "a", SERVICE_DOWN },  /* and one failure */
	{ 1, 1, 2, 2, "aA", SERVICE_DOWN }, /* rise */
	{ 1, 1, 2, 2, "aAA", SERVICE_UP },
	{ 1, 1, 3, 2, "aAAaAA", SERVICE_DOWN }, /* in a row */
	{ 1, 1, 2, 2, "Aa", SERVICE_UP },	/* fall */
	{ 1, 1, 2, 2, "Aaa", SERVICE_DOWN },
	{ 1, 1, 2, 3, "AaaAaaA", SERVICE_UP },
	{ 1, 1, 2, 3, "A!a", SERVICE_DOWN },
	{ 1, 1, 1, 1, "AaA", SERVICE_UP },
	{ 2, 2, 2, 2, "A", SERVICE_UNDECIDED },
	{ 2, 2, 2, 2, "AB", SERVICE_UP },
	{ 2, 2, 2, 2, "b", SERVICE_DOWN }, /* can't be reached any more */
	{ 2, 2, 2, 2, "ABbb", SERVICE_DOWN },
	{ 2, 1, 2, 2, "b", SERVICE_UNDECIDED },
	{ 2, 1, 2, 2, "ba", SERVICE_DOWN },
	{ 2, 1, 2, 2, "A", SERVICE_UP },
	{ 2, 1, 2, 2, "ABaa", SERVICE_UP },
	{ 2, 1, 2, 2, "ABaabb", SERVICE_DOWN },
	{ 2, 1, 2, 2, "Aaa", SERVICE_DOWN }, /* up before: what is open does not count */
	{ 3, 2, 2, 2, "AB", SERVICE_UP },
	{ 3, 2, 2, 2, "ABaa", SERVICE_DOWN },
	{ 3, 2, 2, 2, "ABCaa", SERVICE_UP },
	{ 3, 2, 2, 2, "ABCaabb", SERVICE_DOWN },
	{ 3, 2, 2, 2, "a", SERVICE_UNDECIDED },
	{ 3, 2, 2, 2, "ab", SERVICE_DOWN },
	{ 3, 2, 2, 2, "aBC", SERVICE_UP },
	{ 1, 1, 2, 2, "A#", SERVICE_DRAINED },
	{ 1, 1, 2, 2, "A#aa", SERVICE_DRAINED },
	{ 1, 1, 2, 2, "A#aa=", SERVICE_DOWN },
	{ 1, 1, 2, 2, "A#=", SERVICE_UP },
	{ 1, 1, 2, 2, "#=", SERVICE_UNDECIDED },
	{ 1, 1, 2, 2, "#A=", SERVICE_UP },
	{ 1, 1, 2, 2, "A#+=", SERVICE_UNDECIDED }, /* what passed is no proof any more */
	{ 1, 1, 2, 2, "A#+=A", SERVICE_UP },
};

static void
test_table(void **state)
{
	struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		setup(&f, table[i].nchecks, table[i].require, table[i].rise, table[i].fall);
		play(&f, table[i].script);
		if (f.service.state != table[i].state)
			fail_msg("\"%s\" of %zu, require %u: %s, not %s", table[i].script,
			    table[i].nchecks, table[i].require, service_state_name(f.service.state),
			    service_state_name(table[i].state));
		service_free(&f.service);
	}
}

static const struct {
	unsigned int require;
	const char *script;
	enum service_state state;
	bool leased;
} own_table[] = {
	{ 2, "A", SERVICE_UP, true },	      /* who sleeps does not hinder */
	{ 2, "B", SERVICE_UNDECIDED, false }, /* and is no proof */
	{ 2, "A^", SERVICE_UP, true }, { 2, "A^b", SERVICE_UP, true }, /* one lost packet */
	{ 2, "A^bb", SERVICE_DOWN, false },
	{ 2, "A^bbvAA", SERVICE_DOWN, false }, /* not up again at once */
	{ 2, "A^bbv+A", SERVICE_UP, true },
	{ 2, "A^bbv+A^bbv+AA", SERVICE_DOWN, false }, /* the hold has grown */
	{ 2, "A^bbv+A^bbv++A", SERVICE_UP, true },
	{ 2, "A^BbbaavAA", SERVICE_UP, true }, /* all failed, and what failed is back */
	{ 2, "A^BaabbvA", SERVICE_DOWN, false },
	{ 2, "A^BvAv", SERVICE_UP, true }, /* the route blinks */
	{ 2, "A^Baa", SERVICE_DOWN, false }, { 1, "A^bb", SERVICE_UP, true },
	{ 1, "A^Baa", SERVICE_UP, true }, /* any: the own address is proof now */
	{ 1, "A^Baav", SERVICE_DOWN, false }, { 1, "a", SERVICE_DOWN, false },
	{ 1, "a^B", SERVICE_UP, true }, /* left announced by a predecessor, and it answers */
};

static void
test_own_address(void **state)
{
	struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(own_table) / sizeof(own_table[0]); i++) {
		setup_own(&f, own_table[i].require);
		play(&f, own_table[i].script);
		if (f.service.state != own_table[i].state ||
		    (service_lease(&f.service) != 0) != own_table[i].leased)
			fail_msg("\"%s\", require %u: %s, not %s", own_table[i].script,
			    own_table[i].require, service_state_name(f.service.state),
			    service_state_name(own_table[i].state));
		service_free(&f.service);
	}
}

static void
test_hold_grows_and_is_forgotten(void **state)
{
	static const int64_t holds[] = { 10000, 20000, 40000, 80000, 160000, 300000, 300000 };
	struct fixture f;
	size_t i;

	(void)state;
	setup_own(&f, 2);
	for (i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		feed(&f, 0, true);
		assert_int_equal(f.service.state, SERVICE_UP);
		play(&f, "^bbv");
		assert_int_equal(service_wake(&f.service), f.now + holds[i]);
		f.now += holds[i] - 1;
		service_tick(&f.service, f.now);
		feed(&f, 0, true);
		f.now -= 10;
		assert_int_equal(f.service.checks[1].state, DOWN);
		f.now++;
		service_tick(&f.service, f.now);
		assert_int_equal(f.service.checks[1].state, UNDECIDED);
		assert_int_equal(service_wake(&f.service), INT64_MAX);
	}
	play(&f, "A^B");
	f.now += SERVICE_HOLD_FORGET;
	play(&f, "Abbv");
	assert_int_equal(service_wake(&f.service), f.now + SERVICE_HOLD_MIN);
	service_retry(&f.service, f.now);
	assert_int_equal(f.service.state, SERVICE_UP); /* an operator need not wait */
	service_free(&f.service);
}

static void
test_lease(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 3, 2, 2, 2);
	assert_int_equal(service_lease(&f.service), 0);
	service_feed(&f.service, 0, CAUSE_OK, false, 1000100, 1000110);
	assert_int_equal(service_lease(&f.service), 0); /* one of two */
	service_feed(&f.service, 1, CAUSE_OK, false, 1000300, 1000310);
	assert_int_equal(service_lease(&f.service), 1000100 + WORTH(2));
	service_feed(&f.service, 2, CAUSE_OK, false, 1000500, 1000510);
	assert_int_equal(service_lease(&f.service), 1000300 + WORTH(2));
	service_feed(&f.service, 2, CAUSE_TIMEOUT, false, 1000600, 1000610);
	assert_int_equal(service_lease(&f.service), 1000300 + WORTH(2));
	service_feed(&f.service, 2, CAUSE_NO_SOCKET, true, 1000700, 1000710);
	assert_int_equal(service_lease(&f.service), 1000100 + WORTH(2));
	service_drain(&f.service, true, 1000720);
	assert_int_equal(service_lease(&f.service), 0);
	service_free(&f.service);
}

static void
test_old_news(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 1, 1, 1, 1);
	feed(&f, 0, true);
	service_feed(&f.service, 0, CAUSE_NO_SOCKET, true, f.now + 100, f.now + 100);
	/* a probe that began before the end it was told of, and one from the future */
	service_feed(&f.service, 0, CAUSE_OK, false, f.now + 50, f.now + 110);
	assert_int_equal(f.service.state, SERVICE_DOWN);
	service_feed(&f.service, 0, CAUSE_OK, false, f.now + 5000, f.now + 120);
	assert_int_equal(service_lease(&f.service), 0);
	service_free(&f.service);
}

static void
test_hurries(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 1, 1, 2, 2);
	assert_true(service_hurries(&f.service, 0));
	feed(&f, 0, true);
	assert_false(service_hurries(&f.service, 0));
	feed(&f, 0, false);
	assert_true(service_hurries(&f.service, 0));
	feed(&f, 0, false);
	assert_false(service_hurries(&f.service, 0));
	feed(&f, 0, true);
	assert_true(service_hurries(&f.service, 0));
	service_free(&f.service);
}

static void
test_starts_drained(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 1, 1, 2, 2);
	service_free(&f.service);
	f.conf.start = START_DRAINED;
	service_init(&f.service, &f.conf, f.now);
	feed(&f, 0, true);
	assert_int_equal(f.service.state, SERVICE_DRAINED);
	assert_int_equal(service_lease(&f.service), 0);
	service_free(&f.service);
}

/* What the next engine makes of what this one left, with the file changed between. */
static void
test_restore(void **state)
{
	uint8_t buf[4096];
	struct fixture old, new;
	size_t len;

	(void)state;
	setup(&old, 2, 2, 2, 2);
	play(&old, "AB");
	len = service_save(&old.service, buf, sizeof(buf));
	setup(&new, 3, 3, 2, 2); /* c is new */
	new.now = old.now;
	assert_int_equal(service_restore(&new.service, buf, len, new.now), 0);
	assert_int_equal(new.service.state, SERVICE_UP);
	assert_int_equal(service_lease(&new.service), 0); /* no proof */
	play(&new, "AB");
	assert_int_equal(service_lease(&new.service), 0); /* c has not said anything yet */
	play(&new, "c");
	assert_int_equal(new.service.state, SERVICE_UP); /* one lost packet */
	play(&new, "C");
	assert_true(service_lease(&new.service) > new.now);
	play(&new, "a");
	assert_int_equal(new.service.state, SERVICE_UP);
	play(&new, "a");
	assert_int_equal(new.service.state, SERVICE_DOWN);
	service_free(&new.service);
	service_free(&old.service);
}

static void
test_restore_down_needs_proof(void **state)
{
	uint8_t buf[4096];
	struct fixture old, new;
	size_t len;

	(void)state;
	setup(&old, 2, 2, 2, 2);
	play(&old, "Ab");
	len = service_save(&old.service, buf, sizeof(buf));
	setup(&new, 1, 1, 2, 2); /* b, the one that was down, is not asked any more */
	new.now = old.now;
	assert_int_equal(service_restore(&new.service, buf, len, new.now), 0);
	assert_int_equal(new.service.state, SERVICE_DOWN);
	play(&new, "A");
	assert_int_equal(new.service.state, SERVICE_UP);
	service_free(&new.service);
	service_free(&old.service);
}

static void
test_restore_of_anything(void **state)
{
	uint8_t buf[4096], damaged[4096];
	struct fixture f, g;
	size_t len, i;
	int round;

	(void)state;
	setup_own(&f, 2);
	play(&f, "A^bbv");
	len = service_save(&f.service, buf, sizeof(buf));
	assert_true(len > 0);
	for (i = 0; i < len; i++) {
		setup_own(&g, 2);
		service_restore(&g.service, buf, i, f.now);
		service_free(&g.service);
		service_save(&f.service, damaged, i); /* a buffer of any size */
	}
	srandom(1);
	for (round = 0; round < 20000; round++) {
		memcpy(damaged, buf, len);
		for (i = 0; i < 3; i++)
			damaged[(size_t)random() % len] = (uint8_t)random();
		setup_own(&g, 2);
		if (service_restore(&g.service, damaged, len, f.now) == 0) {
			g.now = f.now;
			assert_int_equal(service_lease(&g.service), 0);
			play(&g, "vAB^ABab+");
			assert_true(service_wake(&g.service) > g.now);
		}
		service_free(&g.service);
	}
	service_free(&f.service);
}

/* A life by chance. */

struct life {
	struct fixture f;
	bool announced;
	int64_t proofs[CHECKS_MAX]; /* as we saw them, of checks that count */
	unsigned int fails[CHECKS_MAX];
	int64_t lease;
};

static unsigned int
chance(unsigned int of)
{
	return (unsigned int)random() % of;
}

static int64_t
worth(const struct life *l, size_t i)
{
	const struct conf_check *c = &l->f.checks[i];

	return l->proofs[i] == 0 ? 0 : l->proofs[i] + c->fall * c->interval + c->timeout + 1000;
}

/* The end that the needs-th best of our own proofs gives. */
static int64_t
allowed(const struct life *l, size_t needs)
{
	int64_t ends[CHECKS_MAX], end;
	size_t i, k, n = l->f.conf.nchecks;

	for (i = 0; i < n; i++) {
		end = worth(l, i);
		for (k = i; k > 0 && ends[k - 1] < end; k--)
			ends[k] = ends[k - 1];
		ends[k] = end;
	}
	return needs <= n ? ends[needs - 1] : 0;
}

static void
begin_life(struct life *l)
{
	size_t n = 1 + chance(CHECKS_MAX), i;

	memset(l, 0, sizeof(*l));
	setup(&l->f, n, 1 + chance((unsigned int)n), 1 + chance(3), 1 + chance(3));
	service_free(&l->f.service);
	for (i = 0; i < n; i++) {
		l->f.checks[i].interval = 100 * (1 + chance(50));
		l->f.checks[i].rise = 1 + chance(3);
		l->f.checks[i].fall = 1 + chance(3);
		if (i > 0 && chance(4) == 0)
			l->f.checks[i].target = TARGET_SERVICE;
	}
	assert_int_equal(service_init(&l->f.service, &l->f.conf, l->f.now), 0);
}

static void
step_verdict(struct life *l, unsigned int percent)
{
	struct service *s = &l->f.service;
	size_t i = chance((unsigned int)l->f.conf.nchecks);
	bool pass = chance(100) < percent, final = !pass && chance(20) == 0, dormant;
	enum service_state before = s->state;
	enum decided check_before = s->checks[i].state;
	int64_t started = l->f.now - chance(TIMEOUT), lease = service_lease(s);
	int64_t since = s->checks[i].since;
	struct service_change change;

	dormant = s->checks[i].dormant;
	change = service_feed(s, i, pass ? CAUSE_OK : CAUSE_RCODE, final, started, l->f.now);
	assert_int_equal(change.from, before);
	assert_int_equal(change.service_changed, s->state != before);
	assert_int_equal(change.check_from, check_before);
	if (dormant) {
		assert_int_equal(s->state, before);
		assert_int_equal(s->checks[i].state, check_before);
		return;
	}
	if (pass && !(check_before == DOWN && started < since)) {
		l->fails[i] = 0;
		if (started > l->proofs[i])
			l->proofs[i] = started;
	} else if (!pass) {
		l->fails[i]++;
		/* fewer than fall in a row take nothing down that is up; a final one does */
		if (check_before == UP && !final && l->fails[i] < l->f.checks[i].fall)
			assert_int_equal(s->checks[i].state, UP);
		if (before == SERVICE_UP && !final && l->fails[i] < l->f.checks[i].fall)
			assert_int_equal(s->state, SERVICE_UP);
		if (final || l->fails[i] >= l->f.checks[i].fall)
			assert_int_equal(s->checks[i].state, DOWN);
		/* nobody gets better by a failure */
		assert_true(before == SERVICE_UP || s->state != SERVICE_UP);
		assert_true(service_lease(s) <= lease || l->f.checks[i].target == TARGET_SERVICE);
	}
	if (change.check_changed && s->checks[i].state == DOWN)
		l->proofs[i] = 0;
}

static void
step_announced(struct life *l)
{
	size_t i;

	l->announced = l->f.service.state == SERVICE_UP && chance(4) != 0;
	service_announced(&l->f.service, l->announced, l->f.now);
	for (i = 0; i < l->f.conf.nchecks; i++)
		if (l->f.checks[i].target == TARGET_SERVICE && !l->announced)
			l->proofs[i] = l->fails[i] = 0;
}

/* The engine ends here and another goes on. */
static void
step_engine(struct life *l)
{
	enum service_state before = l->f.service.state;
	uint8_t buf[1024];
	size_t len = service_save(&l->f.service, buf, sizeof(buf));

	service_free(&l->f.service);
	assert_int_equal(service_init(&l->f.service, &l->f.conf, l->f.now), 0);
	assert_int_equal(service_restore(&l->f.service, buf, len, l->f.now), 0);
	service_announced(&l->f.service, l->announced, l->f.now);
	memset(l->proofs, 0, sizeof(l->proofs));
	if (before == SERVICE_DRAINED)
		assert_int_equal(l->f.service.state, SERVICE_DRAINED);
	else if (before == SERVICE_UP)
		assert_int_equal(l->f.service.state, SERVICE_UP);
	else
		assert_int_not_equal(l->f.service.state, SERVICE_UP);
	assert_int_equal(service_lease(&l->f.service), 0);
}

static void
hold_against_invariants(struct life *l, enum service_state before)
{
	const struct service *s = &l->f.service;
	size_t needs = service_needs(s), i, fresh = 0;

	assert_int_equal(s->drained, s->state == SERVICE_DRAINED);
	assert_true(needs >= 1);
	assert_true(service_lease(s) <= allowed(l, needs));
	if (s->state != SERVICE_UP)
		assert_int_equal(service_lease(s), 0);
	for (i = 0; i < l->f.conf.nchecks; i++) {
		fresh += s->checks[i].state == UP && worth(l, i) > l->f.now;
		assert_true(s->checks[i].proof <= l->f.now);
		if (s->checks[i].dormant)
			assert_int_not_equal(s->checks[i].state, UP);
	}
	/* never becomes up without proof */
	if (before != SERVICE_UP && s->state == SERVICE_UP)
		assert_true(fresh >= needs && service_lease(s) > l->f.now);
	/* never stays up with none */
	if (s->state == SERVICE_UP && service_count(s, UP) == 0)
		assert_true(service_lease(s) == 0);
}

static void
live(unsigned int percent)
{
	struct life l;
	enum service_state before;
	int step;

	begin_life(&l);
	for (step = 0; step < 60; step++) {
		l.f.now += chance(step % 10 == 0 ? 8000 : 400);
		before = l.f.service.state;
		switch (chance(16)) {
		case 0:
			service_drain(&l.f.service, chance(2) == 0, l.f.now);
			break;
		case 1:
			step_announced(&l);
			break;
		case 2:
			service_tick(&l.f.service, l.f.now);
			break;
		case 3:
			step_engine(&l);
			break;
		default:
			step_verdict(&l, percent);
		}
		hold_against_invariants(&l, before);
	}
	service_free(&l.f.service);
}

static void
test_random_lives(void **state)
{
	int i;

	(void)state;
	srandom(20261121);
	for (i = 0; i < 20000; i++)
		live(30 + (unsigned int)(i % 7) * 10);
}

/* At start, and as long as all have the same to say, the order of the checks means nothing. */
static void
test_order_means_nothing(void **state)
{
	struct fixture f, g;
	size_t order[CHECKS_MAX], i, k, swap;
	unsigned int require;
	bool pass[CHECKS_MAX];
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		require = 1 + chance(CHECKS_MAX);
		setup(&f, CHECKS_MAX, require, 2, 2);
		setup(&g, CHECKS_MAX, require, 2, 2);
		for (i = 0; i < CHECKS_MAX; i++) {
			order[i] = i;
			pass[i] = chance(2) == 0;
		}
		for (i = CHECKS_MAX - 1; i > 0; i--) {
			k = chance((unsigned int)i + 1);
			swap = order[i];
			order[i] = order[k];
			order[k] = swap;
		}
		for (i = 0; i < CHECKS_MAX; i++) {
			service_feed(&f.service, i, pass[i] ? CAUSE_OK : CAUSE_EXIT, false, f.now,
			    f.now + 1);
			service_feed(&g.service, order[i], pass[order[i]] ? CAUSE_OK : CAUSE_EXIT,
			    false, g.now, g.now + 1);
		}
		assert_int_equal(f.service.state, g.service.state);
		assert_int_equal(service_lease(&f.service), service_lease(&g.service));
		service_free(&f.service);
		service_free(&g.service);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_own_address),
		cmocka_unit_test(test_hold_grows_and_is_forgotten),
		cmocka_unit_test(test_lease),
		cmocka_unit_test(test_old_news),
		cmocka_unit_test(test_hurries),
		cmocka_unit_test(test_starts_drained),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_restore_down_needs_proof),
		cmocka_unit_test(test_restore_of_anything),
		cmocka_unit_test(test_random_lives),
		cmocka_unit_test(test_order_means_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
