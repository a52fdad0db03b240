/*
 * Thousands of random lives of a plan: whatever happens, each step keeps the
 * promises, and when it is quiet all is as wanted. A failure prints its seed;
 * PLAN_SEED=seed test_plan_random plays that one and tells what happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "plan_world.h"

#define SEQUENCES 100000
#define QUIET_MS 20000 /* the longest way: hold behind a second change, pulses, linger */

static struct world w;

static void
choose_rules(void)
{
	static const int64_t holds[] = { 1500, 1500, 0, 300 }, lingers[] = { 1000, 0, 3000 };
	static const int64_t lifetimes[] = { 10000, 10000, 3000, 60000 };
	uint64_t mode = world_random(&w, 8);

	w.rules.has_alias = mode != 0;
	w.rules.tag_filter = mode == 1 || mode == 2 || world_random(&w, 2);
	if (!w.zebra->echo_has_tag)
		w.rules.tag_filter = false;
	w.rules.held = (mode == 1 || mode == 2) && w.rules.tag_filter;
	w.rules.keep = world_random(&w, 8) == 0;
	w.rules.rip = world_random(&w, 3) == 0;
	w.rules.hold = holds[world_random(&w, 4)];
	w.rules.linger = lingers[world_random(&w, 3)];
	w.rules.lifetime = lifetimes[world_random(&w, 4)];
	w.ipv6 = world_random(&w, 2);
}

/* What a predecessor, an operator or the boot left. */
static void
choose_start(void)
{
	switch (world_random(&w, 6)) {
	case 0:
		world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
		break;
	case 1:
		world_set_alias(&w, PLAN_ALIAS_LEASED, 1 + (int64_t)world_random(&w, 10000));
		break;
	case 2:
		world_set_alias(&w, PLAN_ALIAS_LEASED, 10000);
		world_other_adds(&w, WORLD_TAG);
		break;
	case 3:
		world_other_adds(&w, WORLD_TAG);
		break;
	default:
		break;
	}
	world_run(&w, (int64_t)world_random(&w, 100));
	if (world_random(&w, 2))
		world_want(&w, world_random(&w, 2) ? WANT_ON : WANT_OFF);
	world_connect(&w);
}

static void
disturb(void)
{
	static const int64_t lags[] = { 0, 0, 0, 400 };

	switch (world_random(&w, 24)) {
	default:
		world_want(&w, w.view.want == WANT_ON ? WANT_OFF : WANT_ON);
		break;
	case 10:
		world_tag(&w, WORLD_TAG + (uint32_t)world_random(&w, 3));
		break;
	case 11:
		world_lose_session(&w, 1 + (int64_t)world_random(&w, 3000));
		break;
	case 12:
		world_stop_zebra(&w);
		world_start_zebra(&w, (int64_t)world_random(&w, 3000),
		    (int64_t)world_random(&w, world_random(&w, 2) ? 10 : 1000));
		break;
	case 13:
		world_set_link(&w, !w.link);
		break;
	case 14:
		world_set_foreign(&w, !w.foreign);
		break;
	case 15:
	case 16:
		world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
		break;
	case 17:
		if (!(w.ipv6 && !w.link))
			world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
		break;
	case 18:
		if (!(w.ipv6 && !w.link))
			world_set_alias(&w, PLAN_ALIAS_LEASED,
			    1 + (int64_t)world_random(&w, world_random(&w, 2) ? 2000 : 3600000));
		break;
	case 19:
		world_other_adds(&w, world_random(&w, 2) ? 0 : WORLD_TAG);
		break;
	case 20:
		world_other_deletes(&w);
		break;
	case 21:
		w.slow = lags[world_random(&w, 4)];
		break;
	case 22:
		w.fail = 1 + (int)world_random(&w, 2);
		w.fail_action = (enum plan_action)(1 + world_random(&w, 5));
		break;
	}
}

static void
pause_between(void)
{
	switch (world_random(&w, 4)) {
	case 0:
		world_run(&w, (int64_t)world_random(&w, 30));
		break;
	case 1:
		world_run(&w, (int64_t)world_random(&w, 300));
		break;
	case 2:
		world_run(&w, (int64_t)world_random(&w, 2500));
		break;
	default:
		world_run(&w, (int64_t)world_random(&w, 6) ? 5 : 12000);
	}
}

static const char *
calm_down(void)
{
	unsigned int messages;
	const char *wrong;

	w.slow = 0;
	w.fail = 0;
	world_set_link(&w, true);
	/* the end of what nobody renews would be a disturbance */
	if (w.alias == PLAN_ALIAS_LEASED && (!w.rules.has_alias || w.view.want == WANT_UNDECIDED))
		world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
	if (!w.alive)
		world_start_zebra(&w, 0, 500);
	for (int i = 0; i < 8; i++) { /* one connection may meet the end of zebra */
		world_run(&w, 500);
		world_connect(&w);
	}
	world_run(&w, QUIET_MS);
	if ((wrong = world_judge(&w)) != NULL)
		return wrong;
	/* and it stays so without a word to zebra */
	messages = w.messages;
	w.actions = 0;
	world_run(&w, 20000);
	if ((wrong = world_judge(&w)) != NULL)
		return wrong;
	if (w.messages != messages)
		return "quiet, and zebra is told something";
	if (w.actions > (unsigned int)(20000 / (w.rules.lifetime / 4)))
		return "renewed too often";
	return NULL;
}

static const char *
live(uint64_t seed)
{
	int steps;

	world_init(&w, &world_zebras[seed % world_nzebras], seed);
	choose_rules();
	choose_start();
	steps = (int)world_random(&w, 24);
	for (int i = 0; i < steps && w.broken == NULL; i++) {
		pause_between();
		disturb();
	}
	if (w.view.want == WANT_UNDECIDED && world_random(&w, 4) > 0)
		world_want(&w, world_random(&w, 2) ? WANT_ON : WANT_OFF);
	if (world_random(&w, 8) == 0)
		world_leave(&w);
	return w.broken != NULL ? w.broken : calm_down();
}

static void
explain(uint64_t seed)
{
	const char *wrong;

	w.tracing = true;
	wrong = live(seed);
	printf("seed %llu, %s%s%s%s%s%s, hold %lld, linger %lld, lifetime %lld: %s\n%s",
	    (unsigned long long)seed, w.zebra->name, w.rules.has_alias ? "" : " none",
	    w.rules.held ? " held" : "", w.rules.tag_filter ? " tag" : "",
	    w.rules.rip ? " rip" : "", w.rules.keep ? " keep" : "", (long long)w.rules.hold,
	    (long long)w.rules.linger, (long long)w.rules.lifetime, wrong ? wrong : "fine",
	    world_trace(&w));
	w.tracing = false;
}

static void
test_lives(void **state)
{
	const char *wrong, *one = getenv("PLAN_SEED"), *many = getenv("PLAN_SEQUENCES");
	uint64_t n = many ? strtoull(many, NULL, 0) : SEQUENCES;

	(void)state;
	if (one != NULL) {
		explain(strtoull(one, NULL, 0));
		return;
	}
	for (uint64_t seed = 1; seed <= n; seed++) {
		wrong = live(seed);
		if (wrong == NULL)
			continue;
		explain(seed);
		fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
