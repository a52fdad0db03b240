/*
 * The plan's sequences, one by one, on each family of zebras. Actions are told
 * by letters: a add the alias, r renew, x delete it; U announce, W withdraw,
 * L look up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "plan_world.h"

#define ADDR 0	 /* FRR 7.1-9.1: U at ADDR_ADD */
#define NATIVE 1 /* FRR 10.2-: U after the native +P */
#define LIES 2	 /* FRR 4.0-7.0 */
#define LONG_MS 20000

static struct world w;

static void
begin(size_t zebra)
{
	w.tracing = true;
	world_init(&w, &world_zebras[zebra], 1000);
	w.quick = true;
}

/* Renewals count only where they are expected. */
static const char *
without_renewals(const char *actions)
{
	static char copy[WORLD_LOG];
	size_t n = 0;

	for (; *actions != '\0'; actions++)
		if (*actions != 'r')
			copy[n++] = *actions;
	copy[n] = '\0';
	return copy;
}

static void
expect(const char *actions, int line)
{
	const char *got = world_actions(&w);

	if (strchr(actions, 'r') == NULL)
		got = without_renewals(got);
	if (w.broken != NULL || strcmp(got, actions) != 0) {
		printf("%s", world_trace(&w));
		fail_msg("line %d: %s: expected \"%s\", got \"%s\"%s%s", line, w.zebra->name,
		    actions, got, w.broken ? ", broken: " : "", w.broken ? w.broken : "");
	}
}
#define EXPECT(actions) expect(actions, __LINE__)

static void
expect_judged(int line)
{
	const char *wrong = world_judge(&w);

	if (wrong != NULL) {
		printf("%s", world_trace(&w));
		fail_msg("line %d: %s: %s", line, w.zebra->name, wrong);
	}
}
#define EXPECT_RIGHT() expect_judged(__LINE__)

static void
connect_now(void)
{
	world_connect(&w);
	world_run(&w, 50);
}

/* Announced for so long that no pace of OSPF is left to wait for. */
static void
announced(size_t zebra)
{
	begin(zebra);
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, LONG_MS);
	EXPECT_RIGHT();
	world_actions(&w);
}

static void
test_announce(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		begin(z);
		connect_now();
		EXPECT("");
		world_want(&w, WANT_ON);
		EXPECT("a");
		world_run(&w, 5); /* ADDR_ADD is there, the native entry is not told */
		EXPECT(w.rules.u_after_native ? "" : "U");
		assert_int_equal(w.net_on, false);
		world_run(&w, 30);
		EXPECT(w.rules.u_after_native ? "U" : "");
		EXPECT_RIGHT();
	}
}

static void
test_announce_none(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		begin(z);
		w.rules.has_alias = false;
		connect_now();
		world_run(&w, 200);
		world_want(&w, WANT_ON);
		EXPECT("U");
		world_run(&w, 30);
		EXPECT_RIGHT();
		world_run(&w, 3000);
		world_want(&w, WANT_OFF);
		EXPECT("W");
		world_run(&w, LONG_MS);
		EXPECT("");
		EXPECT_RIGHT();
	}
}

static void
test_withdraw(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		announced(z);
		world_want(&w, WANT_OFF);
		EXPECT("W"); /* at once */
		world_run(&w, 10);
		assert_false(w.net_on);
		world_run(&w, 990);
		EXPECT(""); /* it lingers */
		world_run(&w, 20);
		EXPECT("x");
		EXPECT_RIGHT();
		world_run(&w, LONG_MS);
		EXPECT("");
	}
}

static void
test_hold(void **state)
{
	(void)state;
	begin(ADDR);
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, 100);
	EXPECT("aU");
	world_want(&w, WANT_OFF);
	world_run(&w, 1400);
	EXPECT("");
	world_run(&w, 100);
	EXPECT("W");
	/* where zebra tells the native entry first, ours goes out 5 s behind it */
	begin(NATIVE);
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, 100);
	world_want(&w, WANT_OFF);
	world_run(&w, 6300);
	EXPECT("aU");
	world_run(&w, 200);
	EXPECT("W");
	/* … but not with the tag recipe, and not where no OSPF is */
	begin(NATIVE);
	w.rules.tag_filter = true;
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, 100);
	world_want(&w, WANT_OFF);
	world_run(&w, 1450);
	EXPECT("aUW");
	begin(NATIVE);
	w.rules.hold = 0;
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, 100);
	world_want(&w, WANT_OFF);
	EXPECT("aUW");
}

/* Three changes: the third is sent 5 s behind the second, which was sent 5 s behind the first. */
static void
test_hold_behind_three(void **state)
{
	(void)state;
	begin(ADDR);
	connect_now();
	world_want(&w, WANT_ON);
	world_run(&w, 4000);
	world_tag(&w, 54);
	world_run(&w, 2000);
	world_tag(&w, 55);
	world_run(&w, 1000);
	world_actions(&w);
	world_want(&w, WANT_OFF);
	world_run(&w, 4400);
	EXPECT("");
	world_run(&w, 200);
	EXPECT("W");
}

static void
test_gap(void **state)
{
	(void)state;
	announced(ADDR);
	world_want(&w, WANT_OFF);
	world_run(&w, 100);
	world_want(&w, WANT_ON);
	world_run(&w, PACE_GAP_MS - 120);
	EXPECT("W");
	world_run(&w, 100);
	EXPECT("U");
	EXPECT_RIGHT();
}

/* A predecessor left alias and route; its zebra tells them. */
static void
orphans(size_t zebra, uint32_t tag)
{
	begin(zebra);
	world_other_adds(&w, tag);
	world_set_alias(&w, PLAN_ALIAS_LEASED, 8000);
	world_run(&w, 100);
}

static void
test_adoption(void **state)
{
	uint32_t id;

	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		orphans(z, WORLD_TAG);
		connect_now();
		EXPECT(""); /* undecided: nothing is touched */
		assert_true(w.net_on);
		id = w.told_id;
		world_want(&w, WANT_ON);
		EXPECT("Ur"); /* doubles first */
		world_run(&w, 30);
		EXPECT("");
		EXPECT_RIGHT();
		assert_int_not_equal(w.told_id, id);
	}
}

static void
test_start_not_wanted(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		orphans(z, WORLD_TAG);
		connect_now();
		world_want(&w, WANT_OFF);
		EXPECT(""); /* they may stand since a moment ago */
		world_run(&w, LONG_MS);
		EXPECT("Wx");
		EXPECT_RIGHT();
		/* nothing is told: a sweep all the same, and once */
		begin(z);
		connect_now();
		world_want(&w, WANT_OFF);
		world_run(&w, LONG_MS);
		EXPECT("W");
		EXPECT_RIGHT();
	}
}

/* In the first moments of a zebra the native entry is about to be told: no sweep before it. */
static void
test_start_not_wanted_early(void **state)
{
	(void)state;
	announced(NATIVE);
	w.rules.held = w.rules.tag_filter = true;
	world_want(&w, WANT_OFF);
	world_run(&w, LONG_MS);
	world_actions(&w);
	world_stop_zebra(&w);
	EXPECT("x");
	w.rules.keep = true;
	world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
	world_start_zebra(&w, 10, 1);
	world_run(&w, 500);
	EXPECT("W");
	EXPECT_RIGHT();
}

static void
test_undecided(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		orphans(z, WORLD_TAG);
		connect_now();
		world_run(&w, LONG_MS);
		EXPECT("");
		/* held: the orphan of one whose alias is gone is not touched either */
		begin(z);
		if (!w.zebra->echo_has_tag)
			continue;
		w.rules.held = w.rules.tag_filter = true;
		world_other_adds(&w, WORLD_TAG);
		world_run(&w, 50);
		connect_now();
		world_run(&w, LONG_MS);
		EXPECT("");
		assert_true(w.net_on);
	}
}

static void
test_foreign_alias(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		announced(z);
		world_set_foreign(&w, true);
		world_run(&w, 300);
		EXPECT("U");
		EXPECT_RIGHT();
		world_set_foreign(&w, false);
		world_run(&w, 3000);
		EXPECT_RIGHT();
		assert_null(strchr(world_actions(&w), 'W'));
	}
}

/* The neighbour misses what comes back within a second; the end is told first. */
static void
test_alias_deleted(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		announced(z);
		world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
		world_run(&w, PACE_GAP_MS - 100);
		EXPECT("");
		world_run(&w, 200);
		EXPECT("aU");
		EXPECT_RIGHT();
		/* nothing to wait for where no OSPF is */
		announced(z);
		w.rules.hold = 0;
		world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
		EXPECT("a");
		world_run(&w, 500);
		EXPECT_RIGHT();
		/* that was one disturbance, with all that zebra told of it */
		assert_int_equal(w.plan.repairs, 1);
	}
}

/* zebra reads so slowly that it tells the end between the deletes and the add of U. */
static void
test_split(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		announced(z);
		world_tag(&w, WORLD_TAG + 1);
		EXPECT("U");
		plan_heard(&w.plan, &w.rules, &w.view, false, 0, w.now);
		world_run(&w, 500);
		EXPECT("");
		EXPECT_RIGHT();
	}
}

static void
test_alias_longer(void **state)
{
	(void)state;
	announced(ADDR);
	world_run(&w, 1000);
	world_actions(&w);
	world_set_alias(&w, PLAN_ALIAS_LEASED, 3600000);
	world_run(&w, 600);
	EXPECT("r"); /* a dead-man's switch of an hour is none */
	world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
	EXPECT("a");
	w.rules.keep = true;
	world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
	world_run(&w, LONG_MS);
	EXPECT("");
}

static void
test_alias_kept(void **state)
{
	(void)state;
	begin(ADDR);
	w.rules.keep = true;
	world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
	world_want(&w, WANT_OFF);
	EXPECT(""); /* no session yet: what is to be kept is kept */
	assert_true(plan_is_settled(&w.plan, &w.rules, &w.view));
	connect_now();
	world_run(&w, LONG_MS);
	EXPECT("W");
	EXPECT_RIGHT();
}

static void
test_link_flap(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++)
		for (int v6 = 0; v6 < 2; v6++) {
			announced(z);
			w.ipv6 = v6;
			world_set_link(&w, false);
			world_run(&w, 3000);
			assert_null(strchr(world_actions(&w), 'U'));
			world_set_link(&w, true);
			world_run(&w, 50);
			/* one announcement, and not before zebra's own was told */
			EXPECT(v6 ? "aU" : "U");
			EXPECT_RIGHT();
		}
}

static void
test_tag(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		announced(z);
		world_tag(&w, 54);
		EXPECT("U");
		world_run(&w, 2000);
		EXPECT("");
		EXPECT_RIGHT();
		/* one message each, and never a conflict */
		for (uint32_t tag = 60; tag < 70; tag++) {
			world_tag(&w, tag);
			EXPECT("U");
			world_run(&w, 100);
			assert_false(plan_in_conflict(&w.plan));
			world_actions(&w);
		}
	}
}

/* A tag that changes with the end of the service must not hide what was announced before. */
static void
test_tag_and_end(void **state)
{
	(void)state;
	announced(ADDR);
	w.rules.tag_filter = true;
	world_run(&w, 100);
	world_tag(&w, 54);
	world_want(&w, WANT_OFF);
	world_run(&w, LONG_MS);
	EXPECT_RIGHT();
	announced(ADDR);
	w.rules.tag_filter = true;
	w.view.tag = 54; /* both at one look */
	world_want(&w, WANT_OFF);
	world_run(&w, 900);
	EXPECT("W"); /* it lingers */
	world_run(&w, 200);
	EXPECT("x");
}

static void
test_held(void **state)
{
	(void)state;
	for (size_t z = 0; z < world_nzebras; z++) {
		begin(z);
		if (!w.zebra->echo_has_tag)
			continue;
		w.rules.held = w.rules.tag_filter = true;
		world_connect(&w);
		world_run(&w, 1);
		EXPECT("a");
		world_run(&w, 5);
		if (!w.rules.u_after_native)
			EXPECT("W"); /* before it is told */
		world_run(&w, 100);
		if (w.rules.u_after_native)
			EXPECT("W");
		assert_false(w.net_on);
		world_want(&w, WANT_ON);
		EXPECT("U");
		world_run(&w, 3000);
		EXPECT_RIGHT();
		world_actions(&w);
		world_want(&w, WANT_OFF);
		EXPECT("W");
		world_run(&w, 3000);
		EXPECT_RIGHT();
		assert_null(strchr(world_actions(&w), 'x'));
		world_leave(&w);
		EXPECT("x");
		world_run(&w, LONG_MS);
		EXPECT("");
		EXPECT_RIGHT();
	}
}

static void
test_leaving(void **state)
{
	(void)state;
	announced(ADDR);
	world_leave(&w);
	world_run(&w, LONG_MS);
	EXPECT("Wx");
	EXPECT_RIGHT();
}

/* RIP's route-map would deny the poison of an entry without our tag. */
static void
test_rip_retag(void **state)
{
	(void)state;
	announced(NATIVE);
	w.rules.rip = w.rules.tag_filter = true;
	w.rules.hold = 0;
	world_set_foreign(&w, true);
	world_run(&w, 4); /* the tag is lost in a moment */
	world_want(&w, WANT_OFF);
	world_run(&w, 100);
	EXPECT("UW");
	assert_false(w.net_on);
}

/* A new ripd does not poison what the old one told, whoever wanted it when zebra died. */
static void
test_rip_pulse(void **state)
{
	(void)state;
	for (int wanted = 0; wanted < 2; wanted++) {
		announced(NATIVE);
		w.rules.rip = true;
		w.rules.hold = 0;
		world_stop_zebra(&w);
		world_run(&w, 100);
		if (!wanted)
			world_want(&w, WANT_OFF);
		world_start_zebra(&w, 1000, 100);
		world_run(&w, 1500);
		if (wanted)
			world_want(&w, WANT_OFF);
		world_run(&w, 4000);
		world_actions(&w);
		world_run(&w, 2000);
		EXPECT("UW");
		world_run(&w, LONG_MS);
		EXPECT("");
		EXPECT_RIGHT();
	}
	/* what the new one has told too is poisoned like any other */
	announced(NATIVE);
	w.rules.rip = true;
	w.rules.hold = 0;
	world_stop_zebra(&w);
	world_start_zebra(&w, 1000, 100);
	world_run(&w, 10000);
	world_actions(&w);
	world_want(&w, WANT_OFF);
	world_run(&w, LONG_MS);
	EXPECT("Wx");
	/* and nobody else pulses */
	announced(NATIVE);
	world_stop_zebra(&w);
	world_want(&w, WANT_OFF);
	world_start_zebra(&w, 1000, 100);
	world_run(&w, 1200);
	world_actions(&w);
	world_run(&w, LONG_MS);
	assert_null(strchr(world_actions(&w), 'U'));
	assert_false(w.plan.orphaned);
}

/* OSPF beside RIP: a pulse that is taken back too early stands for seconds. */
static void
test_rip_pulse_beside_ospf(void **state)
{
	(void)state;
	announced(ADDR);
	w.rules.rip = true;
	world_stop_zebra(&w);
	world_want(&w, WANT_OFF);
	world_start_zebra(&w, 1000, 100);
	world_run(&w, 6000);
	world_actions(&w);
	world_run(&w, 1000);
	EXPECT("U");
	world_run(&w, 2000);
	EXPECT("W");
	EXPECT_RIGHT();
}

/*
 * zebra told +P last although it holds nothing: 1 s of patience, one question, a pulse; where it
 * cannot be asked, a second withdrawal takes the place of the question.
 */
static void
test_pulse(void **state)
{
	int64_t dead_at;

	(void)state;
	for (size_t z = NATIVE; z < world_nzebras; z++) {
		announced(z);
		world_want(&w, WANT_OFF);
		world_run(&w, LONG_MS);
		world_actions(&w);
		w.told_id = 0;
		w.net_on = true;
		dead_at = w.now;
		plan_heard(&w.plan, &w.rules, &w.view, true, 0, w.now);
		w.heard_on = w.heard_let_out = true;
		w.plan.pace.out_at[0] = w.plan.pace.out_at[1] = 0; /* it is about the pulse */
		w.out_at = w.out_at_old = 0;
		world_ask(&w);
		EXPECT("W");
		world_run(&w, w.rules.askable ? 1200 : 1700);
		EXPECT(w.rules.askable ? "LUW" : "WUW");
		assert_false(w.net_on);
		assert_true(w.now - dead_at < 1800);
		EXPECT_RIGHT();
	}
}

/* Late is not empty: a busy zebra gets no pulse. */
static void
test_no_pulse_when_late(void **state)
{
	(void)state;
	announced(ADDR);
	w.slow = 700;
	world_want(&w, WANT_OFF);
	world_run(&w, 1050);
	assert_null(strchr(world_actions(&w), 'U'));
	w.slow = 0;
	world_run(&w, LONG_MS);
	assert_null(strchr(world_actions(&w), 'U'));
	EXPECT_RIGHT();
}

/* Nor is it lateness when zebra has not read the message, or when zebra tells what came before it. */
static void
test_behind_a_long_queue(void **state)
{
	enum plan_want want;

	(void)state;
	for (want = WANT_ON; want <= WANT_OFF; want++) {
		if (want == WANT_OFF)
			announced(ADDR);
		else
			begin(ADDR);
		connect_now();
		w.slow = LONG_MS;
		w.view.unread = true;
		world_want(&w, want);
		world_run(&w, 5000);
		EXPECT(want == WANT_ON ? "aU" : "W");
		w.view.unread = false;
		for (int i = 0; i < 10; i++) {
			w.view.busy_at = w.now;
			world_run(&w, 500);
		}
		EXPECT("");
		assert_false(plan_in_conflict(&w.plan));
		/* what came behind it was told: then it is late */
		w.view.busy_at = 0;
		world_ask(&w);
		EXPECT(want == WANT_ON ? "U" : "L");
		/* and silence is silence */
		w.view.busy_at = w.now;
		world_run(&w, PLAN_ECHO_MS);
		assert_true(w.nlog > 0);
	}
}

/* An answer that came behind the -P says nothing about the next time. */
static void
test_no_pulse_of_old_answer(void **state)
{
	struct plan_step step;

	(void)state;
	announced(ADDR);
	world_want(&w, WANT_OFF);
	w.plan.rib = RIB_ASKED;
	plan_looked_up(&w.plan, false);
	plan_heard(&w.plan, &w.rules, &w.view, false, 0, w.now);
	plan_heard(&w.plan, &w.rules, &w.view, true, 0, w.now);
	w.plan.pace.out_at[0] = w.plan.pace.out_at[1] = 0;
	for (int i = 0; i < 6; i++) {
		step = plan_next(&w.plan, &w.rules, &w.view, w.now);
		assert_int_not_equal(step.action, PLAN_ANNOUNCE);
		plan_did(&w.plan, &w.view, &step, false, w.now);
		w.now += 1000;
	}
}

static void
test_session_down(void **state)
{
	(void)state;
	for (int held = 0; held < 2; held++) {
		announced(ADDR);
		w.rules.held = w.rules.tag_filter = held;
		world_lose_session(&w, WORLD_NEVER);
		EXPECT("");
		world_run(&w, 3000);
		EXPECT("r");
		world_want(&w, WANT_OFF);
		EXPECT("x"); /* no linger */
		world_run(&w, 50);
		assert_false(w.net_on);
	}
}

/* What a failed write or a conflict delays must not delay the alias' end. */
static void
test_session_down_in_trouble(void **state)
{
	(void)state;
	announced(ADDR);
	w.fail = 1;
	w.fail_action = PLAN_WITHDRAW;
	world_want(&w, WANT_OFF);
	EXPECT("W");
	world_lose_session(&w, WORLD_NEVER);
	EXPECT("x");
	announced(ADDR);
	world_want(&w, WANT_OFF);
	for (int i = 0; i < 20; i++) {
		world_other_adds(&w, 0);
		world_run(&w, 100);
	}
	world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
	world_actions(&w);
	world_lose_session(&w, WORLD_NEVER);
	EXPECT("x");
}

/* Another owner: everything once a second, nothing forgotten, seen, and forgotten when over. */
static void
test_conflict(void **state)
{
	unsigned int before = 0;

	(void)state;
	for (size_t z = 0; z < world_nzebras; z++)
		for (int what = 0; what < 5; what++) {
			announced(z);
			w.rules.hold = 0;
			if (what == 4) {
				world_want(&w, WANT_OFF);
				world_run(&w, 3000);
			}
			for (int i = 0; i < 600; i++) {
				if (i == 300)
					before = w.actions;
				if (what == 0)
					world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
				else if (what == 1)
					world_other_deletes(&w);
				else if (what == 2)
					world_set_alias(&w, PLAN_ALIAS_PERMANENT, 0);
				else if (what == 3)
					world_set_alias(&w, PLAN_ALIAS_LEASED, 3600000);
				else
					world_other_adds(&w, 0);
				world_run(&w, 20);
			}
			if (w.broken != NULL)
				EXPECT_RIGHT();
			assert_true(w.actions - before >= 4); /* 6 s */
			assert_true(w.actions - before <= 20);
			assert_true(plan_in_conflict(&w.plan) || what == 3);
			world_run(&w, LONG_MS);
			assert_false(plan_in_conflict(&w.plan));
			EXPECT_RIGHT();
			world_actions(&w);
			/* the next repair is made at once again */
			world_run(&w, 60000);
			world_actions(&w);
			if (what == 0) {
				world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
				EXPECT("a");
			}
		}
}

/* A held alias that somebody deletes again and again, while the service is down or undecided. */
static void
test_conflict_held(void **state)
{
	(void)state;
	for (int want = WANT_UNDECIDED; want <= WANT_OFF; want += WANT_OFF) {
		begin(ADDR);
		w.rules.held = w.rules.tag_filter = true;
		w.rules.hold = 0;
		connect_now();
		world_want(&w, (enum plan_want)want);
		world_run(&w, 1000);
		w.actions = 0;
		for (int i = 0; i < 500; i++) {
			world_set_alias(&w, PLAN_ALIAS_ABSENT, 0);
			world_run(&w, 20);
		}
		assert_null(w.broken);
		assert_true(w.actions <= 40);
	}
}

/* A dead service waits for no back-off that was earned while it was wanted. */
static void
test_conflict_then_dead(void **state)
{
	(void)state;
	announced(ADDR);
	w.rules.hold = 0;
	for (int i = 0; i < 100; i++) {
		world_other_deletes(&w);
		world_run(&w, 20);
	}
	world_run(&w, 3000);
	assert_true(plan_in_conflict(&w.plan));
	world_actions(&w);
	world_want(&w, WANT_OFF);
	EXPECT("W");
}

static void
test_failures(void **state)
{
	(void)state;
	for (int action = PLAN_ALIAS_ADD; action <= PLAN_WITHDRAW; action++) {
		begin(ADDR);
		connect_now();
		w.fail = 1000000;
		w.fail_action = (enum plan_action)action;
		world_want(&w, WANT_ON);
		world_run(&w, 9000);
		world_want(&w, WANT_OFF);
		world_run(&w, 9000);
		assert_null(w.broken);
		assert_true(w.actions < 45);
		assert_false(plan_in_conflict(&w.plan)); /* nobody else is to blame */
		w.fail = 0;
		world_run(&w, LONG_MS);
		EXPECT_RIGHT();
	}
}

/* The first renewal has its place in a third of the lifetime, the others follow at a third. */
static void
test_renewals_are_spread(void **state)
{
	(void)state;
	for (int64_t phase = 500; phase < 3000; phase += 500) {
		begin(ADDR);
		w.rules.phase = phase;
		connect_now();
		world_want(&w, WANT_ON);
		world_run(&w, phase - 100);
		EXPECT("aU");
		world_run(&w, 200);
		EXPECT("r");
		world_run(&w, w.rules.lifetime / 3 - 1200); /* its end is told in seconds */
		EXPECT("");
		world_run(&w, 1200);
		EXPECT("r");
		EXPECT_RIGHT();
	}
}

/* Without the renewals the kernel ends it, and a renewal does not bring it back. */
static void
test_expired(void **state)
{
	(void)state;
	announced(ADDR);
	w.fail = 1000000;
	w.fail_action = PLAN_ALIAS_RENEW;
	world_run(&w, 11000);
	EXPECT_RIGHT(); /* there again, as announced anew */
	assert_non_null(strstr(world_actions(&w), "aU"));
}

static void
test_refused(void **state)
{
	(void)state;
	announced(ADDR);
	w.view.refused = true;
	world_want(&w, WANT_OFF);
	world_run(&w, 3000);
	EXPECT("");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_announce_none),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_hold_behind_three),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_adoption),
		cmocka_unit_test(test_start_not_wanted),
		cmocka_unit_test(test_start_not_wanted_early),
		cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_foreign_alias),
		cmocka_unit_test(test_alias_deleted),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_alias_longer),
		cmocka_unit_test(test_alias_kept),
		cmocka_unit_test(test_link_flap),
		cmocka_unit_test(test_tag),
		cmocka_unit_test(test_tag_and_end),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_rip_retag),
		cmocka_unit_test(test_rip_pulse),
		cmocka_unit_test(test_rip_pulse_beside_ospf),
		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_no_pulse_when_late),
		cmocka_unit_test(test_behind_a_long_queue),
		cmocka_unit_test(test_no_pulse_of_old_answer),
		cmocka_unit_test(test_session_down),
		cmocka_unit_test(test_session_down_in_trouble),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_conflict_held),
		cmocka_unit_test(test_conflict_then_dead),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_renewals_are_spread),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
