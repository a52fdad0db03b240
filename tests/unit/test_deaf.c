/*
 * Who is called deaf, and who is not: each rule, and random lives of a zebra and
 * its daemon, with and without ears.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "beyond/deaf.h"

#define S 1000
#define ASKED_MS (5 * S) /* between two questions */

struct scene {
	struct deaf_zebra zebra;
	struct deaf_daemon daemon;
	struct deaf_pair pair;
	int64_t now;
};

static enum deaf_face
answer(struct scene *s, enum beyond says)
{
	struct deaf_sum sum = { 0 };
	enum deaf_face face;

	deaf_says(&s->daemon, &s->pair, &s->zebra, says, s->now);
	face = deaf_judge(&s->daemon, &s->pair, &s->zebra, s->now);
	deaf_add(&sum, &s->pair, face);
	deaf_conclude(&s->daemon, &sum, &s->zebra, s->now);
	return face;
}

/* The same answer for so long. */
static enum deaf_face
answers(struct scene *s, enum beyond says, int64_t ms)
{
	int64_t end = s->now + ms;
	enum deaf_face face;

	for (;;) {
		face = answer(s, says);
		if (s->now + ASKED_MS > end)
			return face;
		s->now += ASKED_MS;
	}
}

/* A zebra that holds the prefix, and process 100 that lets it out. */
static struct scene
healthy(void)
{
	struct scene s = { .now = 50 * S };

	deaf_zebra_up(&s.zebra, 10, s.now);
	assert_true(deaf_process(&s.daemon, 100));
	assert_false(deaf_process(&s.daemon, 100));
	assert_true(deaf_holds(&s.pair, HELD_YES));
	assert_false(deaf_holds(&s.pair, HELD_YES));
	assert_int_equal(answers(&s, BEYOND_YES, 30 * S), DEAF_NOT);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	return s;
}

/* That zebra goes and another comes; it holds the prefix, or does not. */
static void
another_zebra(struct scene *s, enum held held)
{
	deaf_holds(&s->pair, HELD_UNKNOWN);
	answer(s, BEYOND_YES);
	s->now += S;
	deaf_zebra_up(&s->zebra, s->zebra.pid + 1, s->now);
	deaf_holds(&s->pair, held);
}

static void
test_stale(void **state)
{
	struct scene s = healthy();

	(void)state;
	another_zebra(&s, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_YES, 60 * S), DEAF_NOT); /* nothing differs */
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_YES, 5 * S), DEAF_NOT);
	s.now += S;
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	assert_int_equal(answers(&s, BEYOND_YES, 5 * S), DEAF_STALE);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	/* The service comes back: nothing differs, and the daemon still does not follow. */
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_YES, 60 * S), DEAF_NOT);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	assert_int_equal(answers(&s, BEYOND_UNKNOWN, 60 * S), DEAF_NOT);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	/* Another process. */
	assert_true(deaf_process(&s.daemon, 101));
	answer(&s, BEYOND_NO);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT); /* it is denied, not deaf */
}

/* The first one to be asked is told of what a zanycastd before us has left. */
static void
test_stale_at_start(void **state)
{
	struct scene s = { .now = 50 * S };

	(void)state;
	deaf_zebra_up(&s.zebra, 10, s.now);
	deaf_process(&s.daemon, 100);
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_YES, 15 * S), DEAF_NOT);
	assert_int_equal(answers(&s, BEYOND_YES, 5 * S), DEAF_STALE);
	/* Taken back by `no redistribute connected`: it follows. */
	answer(&s, BEYOND_NO);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	assert_true(deaf_is_at_rest(&s.pair));
}

static void
test_missing(void **state)
{
	struct scene s = healthy();

	(void)state;
	deaf_holds(&s.pair, HELD_NO);
	assert_false(deaf_is_at_rest(&s.pair));
	answers(&s, BEYOND_NO, 30 * S);
	another_zebra(&s, HELD_YES);
	/* 10 s until an old daemon comes to the new zebra, 10 s of difference. */
	assert_int_equal(answers(&s, BEYOND_NO, 15 * S), DEAF_NOT);
	s.now += 5 * S;
	assert_int_equal(answer(&s, BEYOND_NO), DEAF_MISSING);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	/* Redistributed anew. */
	s.now += S;
	answer(&s, BEYOND_YES);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	/* Denied from now on: not by deafness, it has just followed. */
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
}

/* "no redistribute connected" took what was stale back, and the line behind it came to nothing. */
static void
test_half_a_remedy(void **state)
{
	struct scene s = healthy();

	(void)state;
	another_zebra(&s, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_YES, 20 * S), DEAF_STALE);
	s.now += 5 * S;
	answer(&s, BEYOND_NO);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 20 * S), DEAF_MISSING);
	/* The service dies: nothing differs, and nothing was followed. */
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_NO, 20 * S), DEAF_NOT);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	/* The whole of it. */
	deaf_holds(&s.pair, HELD_YES);
	answer(&s, BEYOND_NO);
	s.now += 5 * S;
	answer(&s, BEYOND_YES);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	deaf_holds(&s.pair, HELD_NO);
	answer(&s, BEYOND_NO);
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT); /* denied */
}

static void
test_filters(void **state)
{
	struct scene s = { .now = 50 * S };

	(void)state;
	/* Always denied, also by daemons that outlived a zebra. */
	deaf_zebra_up(&s.zebra, 10, s.now);
	deaf_process(&s.daemon, 100);
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
	another_zebra(&s, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
	/* Denied since an operator said so. */
	s = healthy();
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
	/* zebra was stuck, it is the same. */
	s = healthy();
	deaf_holds(&s.pair, HELD_UNKNOWN);
	assert_true(deaf_is_at_rest(&s.pair));
	deaf_zebra_up(&s.zebra, 10, s.now);
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	/* Both restarted. */
	s = healthy();
	another_zebra(&s, HELD_YES);
	deaf_process(&s.daemon, 101);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
}

/* Two prefixes, asked one after the other of a new process: the second is not held against it. */
static void
test_restarted(void **state)
{
	struct scene s = healthy();
	struct deaf_sum sum = { 0 };
	struct deaf_pair other;

	(void)state;
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_YES, 20 * S), DEAF_STALE);
	other = s.pair;
	deaf_process(&s.daemon, 101);
	deaf_says(&s.daemon, &s.pair, &s.zebra, BEYOND_NO, s.now);
	deaf_add(&sum, &s.pair, deaf_judge(&s.daemon, &s.pair, &s.zebra, s.now));
	deaf_add(&sum, &other, deaf_judge(&s.daemon, &other, &s.zebra, s.now));
	deaf_conclude(&s.daemon, &sum, &s.zebra, s.now);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF); /* not before both were asked */
	memset(&sum, 0, sizeof(sum));
	deaf_says(&s.daemon, &other, &s.zebra, BEYOND_NO, s.now);
	deaf_add(&sum, &s.pair, deaf_judge(&s.daemon, &s.pair, &s.zebra, s.now));
	deaf_add(&sum, &other, deaf_judge(&s.daemon, &other, &s.zebra, s.now));
	deaf_conclude(&s.daemon, &sum, &s.zebra, s.now);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
}

/* What zebra told before it went is done by a daemon later, and no sign of its ears. */
static void
test_last_words(void **state)
{
	struct scene s = healthy();

	(void)state;
	deaf_holds(&s.pair, HELD_NO);
	another_zebra(&s, HELD_NO);
	answer(&s, BEYOND_YES);
	s.now += 6 * S;
	answer(&s, BEYOND_NO);
	assert_true(deaf_is_at_rest(&s.pair));
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 20 * S), DEAF_MISSING);
}

/* One prefix shows that the daemon follows the new zebra: another is denied now, not unheard. */
static void
test_two(void **state)
{
	struct scene s = healthy();
	struct deaf_pair other = s.pair;

	(void)state;
	another_zebra(&s, HELD_YES);
	s.now += 60 * S;
	deaf_says(&s.daemon, &other, &s.zebra, BEYOND_NO, s.now);
	s.now += 11 * S;
	assert_int_equal(deaf_judge(&s.daemon, &other, &s.zebra, s.now), DEAF_MISSING);
	answer(&s, BEYOND_YES);
	deaf_holds(&s.pair, HELD_NO);
	answer(&s, BEYOND_NO);
	assert_int_equal(deaf_judge(&s.daemon, &other, &s.zebra, s.now), DEAF_NOT);
	/* What was said before zebra changed lets nothing rest. */
	assert_false(deaf_is_at_rest(&other));
	deaf_holds(&other, HELD_NO);
	assert_false(deaf_is_at_rest(&other));
	deaf_says(&s.daemon, &other, &s.zebra, BEYOND_NO, s.now);
	assert_true(deaf_is_at_rest(&other));
}

/* It takes the prefix back, and a neighbour does not let it go. */
static void
test_flushing(void **state)
{
	struct scene s = healthy();

	(void)state;
	/* While zebra holds it, that is a filter's work. */
	assert_int_equal(answers(&s, BEYOND_FLUSHING, 120 * S), DEAF_NOT);
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_FLUSHING, 60 * S), DEAF_NOT);
	assert_false(deaf_is_at_rest(&s.pair));
	answer(&s, BEYOND_NO);
	assert_true(deaf_is_at_rest(&s.pair));
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	/* An answer that is missing neither ends the flush nor speaks for it. */
	answers(&s, BEYOND_FLUSHING, DEAF_FLUSH_MS - 10 * S);
	assert_int_equal(answers(&s, BEYOND_UNKNOWN, 20 * S), DEAF_NOT);
	assert_int_equal(answer(&s, BEYOND_FLUSHING), DEAF_FLUSHING);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	answer(&s, BEYOND_UNKNOWN);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	answer(&s, BEYOND_FLUSHING);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	/* Our session ends, and zebra is the same. */
	deaf_holds(&s.pair, HELD_UNKNOWN);
	answer(&s, BEYOND_UNKNOWN);
	deaf_zebra_up(&s.zebra, s.zebra.pid, s.now);
	deaf_holds(&s.pair, HELD_NO);
	answer(&s, BEYOND_FLUSHING);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	/* Who is silent is not known any more. */
	answers(&s, BEYOND_UNKNOWN, DEAF_SILENT_MS - 5 * S);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	answers(&s, BEYOND_UNKNOWN, 10 * S);
	assert_int_equal(s.daemon.hearing, HEARING_UNKNOWN);
	answer(&s, BEYOND_FLUSHING);
	assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	/* Announced again, there is nothing to take back. */
	deaf_holds(&s.pair, HELD_YES);
	answer(&s, BEYOND_YES);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_FLUSHING, DEAF_FLUSH_MS), DEAF_FLUSHING);
	/* Another process: over when all was asked for again. */
	{
		struct deaf_pair other = s.pair;
		struct deaf_sum sum = { 0 };

		deaf_process(&s.daemon, 101);
		deaf_says(&s.daemon, &s.pair, &s.zebra, BEYOND_NO, s.now);
		deaf_add(&sum, &s.pair, deaf_judge(&s.daemon, &s.pair, &s.zebra, s.now));
		deaf_add(&sum, &other, deaf_judge(&s.daemon, &other, &s.zebra, s.now));
		deaf_conclude(&s.daemon, &sum, &s.zebra, s.now);
		assert_int_equal(s.daemon.hearing, HEARING_FLUSHING);
	}
	answer(&s, BEYOND_NO);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	/* The end of a flush comes by itself: it shows no ears for a zebra that came meanwhile. */
	s = healthy();
	deaf_holds(&s.pair, HELD_NO);
	answer(&s, BEYOND_FLUSHING);
	another_zebra(&s, HELD_NO);
	answers(&s, BEYOND_FLUSHING, 30 * S);
	answers(&s, BEYOND_NO, 30 * S);
	deaf_holds(&s.pair, HELD_YES);
	assert_int_equal(answers(&s, BEYOND_NO, 20 * S), DEAF_MISSING);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
}

/* In another pid namespace it is not known who stayed: what is stale is told all the same. */
static void
test_no_pids(void **state)
{
	struct scene s = { .now = 50 * S };

	(void)state;
	deaf_zebra_up(&s.zebra, 0, s.now);
	deaf_process(&s.daemon, 0);
	deaf_holds(&s.pair, HELD_YES);
	answers(&s, BEYOND_YES, 30 * S);
	deaf_zebra_up(&s.zebra, 0, s.now);
	assert_int_equal(answers(&s, BEYOND_NO, 60 * S), DEAF_NOT);
	deaf_holds(&s.pair, HELD_NO);
	assert_int_equal(answers(&s, BEYOND_YES, 60 * S), DEAF_STALE);
	assert_int_equal(s.daemon.hearing, HEARING_DEAF);
	answer(&s, BEYOND_NO);
	assert_int_equal(s.daemon.hearing, HEARING_HEARS);
	answer(&s, BEYOND_UNKNOWN);
	assert_int_equal(s.daemon.hearing, HEARING_UNKNOWN);
}

/* Random lives: what zebra and daemon really are, and what is concluded from looking at them. */
struct life {
	struct deaf_zebra zebra;
	struct deaf_daemon daemon;
	struct deaf_pair pair;
	int64_t now;
	bool zebra_runs, held, denied;
	bool runs, deaf, says;
	bool believed;	       /* by its neighbours: all of them confirm what it takes back … */
	int64_t keeps;	       /* … and so long does it keep that */
	int64_t flushed_at;    /* 0: not at all */
	int64_t flushing_from; /* … and could be asked; 0: it is not */
	int zebra_pid, pid;
	int64_t follows_at; /* when the daemon does what it has heard */
	int64_t stale_since;
};

static int
below(int n)
{
	return rand() % n;
}

static void
zebra_changed(struct life *l)
{
	deaf_holds(&l->pair, !l->zebra_runs ? HELD_UNKNOWN : l->held ? HELD_YES : HELD_NO);
	/* OSPF takes up to 8 s to send a change. */
	l->follows_at = l->now + below(8 * S);
}

static void
start_zebra(struct life *l)
{
	l->zebra_runs = true;
	l->zebra_pid++;
	deaf_zebra_up(&l->zebra, l->zebra_pid, l->now);
	zebra_changed(l);
}

static void
start_daemon(struct life *l)
{
	l->runs = true;
	l->deaf = l->says = false;
	l->flushed_at = l->flushing_from = 0;
	l->pid++;
	l->follows_at = l->now + below(8 * S);
}

static void
live(struct life *l)
{
	bool want = l->held && !l->denied;

	if (l->runs && !l->deaf && l->zebra_runs && l->now >= l->follows_at) {
		if (l->says && !want) {
			l->flushed_at = l->now;
			l->believed = below(8) != 0;
			l->keeps = 40 * S + below(80 * S);
		}
		l->says = want;
	}
	if (l->says || (l->believed && l->now - l->flushed_at > l->keeps))
		l->flushed_at = 0;
	if (!l->runs || !l->zebra_runs || l->held || l->flushed_at == 0)
		l->flushing_from = 0;
	else if (l->flushing_from == 0)
		l->flushing_from = l->now;
	if (!l->runs || !l->zebra_runs || l->held || !l->says)
		l->stale_since = 0;
	else if (l->stale_since < l->zebra.up_at)
		l->stale_since = l->now; /* a new session counts anew */
}

static void
look(struct life *l)
{
	struct deaf_sum sum = { 0 };
	bool lost = l->flushed_at != 0 && !l->says && below(8) == 0; /* it is busy */

	if (l->runs)
		deaf_process(&l->daemon, l->pid);
	deaf_says(&l->daemon, &l->pair, &l->zebra,
	    !l->runs || lost	     ? BEYOND_UNKNOWN
		: l->says	     ? BEYOND_YES
		: l->flushed_at != 0 ? BEYOND_FLUSHING
				     : BEYOND_NO,
	    l->now);
	deaf_add(&sum, &l->pair, deaf_judge(&l->daemon, &l->pair, &l->zebra, l->now));
	deaf_conclude(&l->daemon, &sum, &l->zebra, l->now);
}

static void
happen(struct life *l, bool may_deafen)
{
	switch (below(12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		l->held = !l->held;
		zebra_changed(l);
		break;
	case 4:
		l->denied = !l->denied;
		l->follows_at = l->now;
		break;
	case 5: /* all of FRR, in any order and with pauses in which we look */
		l->zebra_runs = false;
		zebra_changed(l);
		if (below(2))
			look(l);
		l->runs = false;
		if (below(2))
			look(l);
		start_daemon(l);
		if (below(2))
			look(l);
		start_zebra(l);
		break;
	case 6:
		l->runs = false;
		if (below(2))
			look(l);
		start_daemon(l);
		break;
	case 7: /* our session ends, zebra stays */
		deaf_holds(&l->pair, HELD_UNKNOWN);
		if (below(2))
			look(l);
		deaf_zebra_up(&l->zebra, l->zebra_pid, l->now);
		zebra_changed(l);
		break;
	case 8:
		if (may_deafen) {
			l->deaf = true;
			start_zebra(l);
		}
		break;
	default:
		break;
	}
}

static void
test_random(void **state)
{
	int64_t next_look, next_event, healed, doubted;
	unsigned int seed, found = 0, unconfirmed = 0;

	(void)state;
	for (seed = 0; seed < 2000; seed++) {
		struct life l = { .now = 100 * S };
		bool may_deafen = seed % 2 == 1;

		srand(seed);
		start_zebra(&l);
		start_daemon(&l);
		next_look = next_event = healed = doubted = l.now;
		for (; l.now < 2000 * S; l.now += 500) {
			if (l.now >= next_event) {
				happen(&l, may_deafen);
				next_event = l.now + below(below(4) ? 12 * S : 90 * S);
			}
			live(&l);
			if (l.now >= next_look) {
				look(&l);
				next_look = l.now + ASKED_MS;
			}
			if (l.deaf)
				healed = l.now;
			/* Nobody is called deaf who hears. */
			if (l.daemon.hearing == HEARING_DEAF &&
			    l.now - healed > 2 * ASKED_MS + 9 * S &&
			    l.now - l.pair.differs_at > 9 * S && l.pair.fresh)
				fail_msg("seed %u at %lld: who hears is called deaf", seed,
				    (long long)l.now);
			/* A dead service that is announced is told of. */
			if (l.stale_since != 0 &&
			    l.now - l.stale_since > DEAF_MS + DEAF_RETURN_MS + 3 * ASKED_MS) {
				found++;
				if (l.daemon.hearing != HEARING_DEAF)
					fail_msg("seed %u at %lld: deaf and not told", seed,
					    (long long)l.now);
			}
			/* So is one that a neighbour keeps; and nobody is who is believed. */
			if (l.flushing_from != 0 &&
			    l.now - l.flushing_from > DEAF_FLUSH_MS + 6 * ASKED_MS) {
				unconfirmed++;
				if (l.daemon.hearing != HEARING_FLUSHING &&
				    l.daemon.hearing != HEARING_DEAF)
					fail_msg("seed %u at %lld: kept and not told", seed,
					    (long long)l.now);
			}
			if (l.flushed_at != 0 && !l.believed)
				doubted = l.now;
			if (l.daemon.hearing == HEARING_FLUSHING && l.now - doubted > 2 * ASKED_MS)
				fail_msg("seed %u at %lld: who is believed is called flushing",
				    seed, (long long)l.now);
		}
	}
	assert_true(found > 1000 && unconfirmed > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_at_start),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_half_a_remedy),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_restarted),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_flushing),
		cmocka_unit_test(test_no_pids),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
