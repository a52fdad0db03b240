/*
 * What zebra says it is, against what it answers: agreed, told late or never, contradicted,
 * newer than all known, another one after an upgrade.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_world.h"

#define START 1000000

static struct world *
told_world(const char *zebra, const char *forced, const char *tells, int64_t after)
{
	struct world *w = world_new(zebra, forced != NULL ? zapi_dialect_find(forced) : NULL);

	w->tells = tells;
	w->tell_after = after;
	return w;
}

static const char *
release_of(const char *golden)
{
	return strchr(golden, '-') + 1;
}

static int64_t
up_after(const char *zebra, const char *tells, int64_t after)
{
	struct world *w = told_world(zebra, NULL, tells, after);
	int64_t took;

	run(w, 5000);
	took = w->up_at - START;
	assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 1);
	assert_int_equal(w->events[ZAPI_EVENT_DOUBT] + w->events[ZAPI_EVENT_REFUSED], 0);
	assert_null(zapi_session_doubt(w->session));
	if (tells != NULL && tells[0] != '\0') {
		assert_string_equal(
		    zapi_session_dialect(w->session)->name, w->fake->golden->dialect->name);
		assert_string_equal(zapi_session_release(w->session)->text, tells);
	} else {
		assert_null(zapi_session_release(w->session));
	}
	world_free(w);
	return took;
}

/* Where the wire decides, nobody waits for words: not for late ones, not for none. */
static void
test_agrees(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOLDEN_FILES; i++) {
		const char *zebra = golden_files[i], *release = release_of(zebra);
		int64_t untold = up_after(zebra, NULL, 0);

		if (strncmp(release, "10.0", 4) == 0 || strncmp(release, "10.1", 4) == 0)
			continue;
		assert_int_equal(up_after(zebra, release, 0), untold);
		assert_int_equal(up_after(zebra, "", 0), untold);
		assert_int_equal(up_after(zebra, release, 1), untold);
		assert_int_equal(up_after(zebra, release, 1500), untold);
	}
}

/* 10.0 and 10.1 answer alike: what zebra says decides, else the first route with a weight. */
static void
test_two_left(void **state)
{
	struct world *w;

	(void)state;
	assert_int_equal(up_after("frr-10.0.5", "10.0.5", 0), 0);
	assert_int_equal(up_after("frr-10.1.5", "10.1.5", 0), 0);
	assert_int_equal(up_after("frr-10.0.5", "10.0.5", 200), 200);
	assert_int_equal(up_after("frr-10.0.5", "10.0.5", 2500), 500);
	assert_int_equal(up_after("frr-10.0.5", "", 100), 100);
	assert_int_equal(up_after("frr-10.0.5", NULL, 0), 500);
	w = told_world("frr-10.0.5", NULL, "10.0.5", 0);
	run(w, 100);
	assert_non_null(strstr(w->text[ZAPI_EVENT_DIALECT], "zebra says it is 10.0.5"));
	world_free(w);
	/* zebra ends while it is waited for: the next one is asked from the beginning */
	w = told_world("frr-10.0.5", NULL, "10.0.5", 300);
	run(w, 200);
	assert_int_equal(zapi_session_state(w->session), ZAPI_DETECTING);
	w->fake->closed = true;
	run(w, 2000);
	assert_up(w, "frr-10.0");
	assert_int_equal(w->fake->foreign, 0);
	world_free(w);
}

static void
check_refused(const char *zebra, const char *tells, const char *says, const char *dialect)
{
	struct world *w = told_world(zebra, NULL, tells, 0);
	const char *text = w->text[ZAPI_EVENT_REFUSED];

	run(w, 20000);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 0);
	assert_int_equal(w->fake->routes, 0);
	assert_true(w->events[ZAPI_EVENT_REFUSED] >= 3);
	assert_non_null(strstr(text, says));
	assert_non_null(strstr(text, dialect));
	assert_true(strlen(text) < ZAPI_TEXT_MAX - 1);
	world_free(w);
}

static void
test_contradicts(void **state)
{
	(void)state;
	check_refused("frr-8.4.4", "8.2.2", "8.2.2, which speaks frr-8.2", "dialect = frr-8.3");
	check_refused("frr-7.4", "7.3.1", "7.3.1", "dialect = frr-7.4");
	check_refused("quagga-1.2.4", "1.0.20161017", "1.0.2016", "dialect = quagga-1.1");
	check_refused("frr-10.1.5", "10.3", "10.3", "dialect = frr-10.1");
	check_refused("frr-8.4.4", "9.2", "9.2, which we do not know", "dialect = frr-8.3");
	check_refused("frr-10.3", "11.0", "11.0, newer than all we know", "dialect = frr-10.3");
	check_refused("frr-10.7.1", "10.5.4", "10.5.4", "dialect = frr-10.6");
}

/* Told when routes may be there already: it is left, and the next time waited for. */
static void
test_contradicts_late(void **state)
{
	struct world *w = told_world("frr-7.3.1", NULL, "7.4", 1000);

	(void)state;
	run(w, 900);
	assert_up(w, "frr-7.3");
	run(w, 30000);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 1);
	assert_true(w->events[ZAPI_EVENT_REFUSED] >= 3);
	/* the vendor's build goes, one of the house comes */
	w->tells = "7.3.1";
	run(w, 10000);
	assert_up(w, "frr-7.3");
	assert_null(zapi_session_doubt(w->session));
	/* a fence that was answered while it waited is not waited for again */
	run(w, 10000);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 0);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 2);
	world_free(w);
}

/* Contradicted, and then nobody says anything any more: it is not waited for without end. */
static void
test_contradicts_then_silence(void **state)
{
	struct world *w = told_world("frr-8.4.4", NULL, "8.2.2", 0);

	(void)state;
	run(w, 1000);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	w->tells = NULL;
	run(w, 11000);
	assert_up(w, "frr-8.3");
	world_free(w);
}

static void
test_newer(void **state)
{
	static const char *const newer[] = { "10.9", "11.0.1", "12.3-dev" };

	(void)state;
	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		struct world *w = told_world("frr-10.7.1", NULL, newer[i], 0);

		run(w, 1000);
		assert_up(w, "frr-10.6");
		assert_int_equal(w->up_at, START);
		assert_int_equal(w->events[ZAPI_EVENT_DOUBT], 1);
		assert_non_null(strstr(w->text[ZAPI_EVENT_DOUBT], newer[i]));
		assert_string_equal(zapi_session_doubt(w->session), w->text[ZAPI_EVENT_DOUBT]);
		world_free(w);
	}
}

/* The operator's word stands; that zebra does not agree is said. */
static void
test_forced(void **state)
{
	struct world *w = told_world("frr-8.4.4", "frr-8.3", "8.2.2", 0);

	(void)state;
	run(w, 1000);
	assert_up(w, "frr-8.3");
	assert_int_equal(w->up_at, START);
	assert_int_equal(w->events[ZAPI_EVENT_DOUBT], 1);
	assert_non_null(strstr(zapi_session_doubt(w->session), "set by hand"));
	assert_non_null(strstr(zapi_session_doubt(w->session), "8.2.2"));
	world_free(w);

	w = told_world("frr-8.4.4", "frr-8.3", "9.0", 0);
	run(w, 1000);
	assert_up(w, "frr-8.3");
	assert_null(zapi_session_doubt(w->session));
	world_free(w);
}

/* zebra is upgraded under us: wire and words are asked again, the old words count no more. */
static void
test_upgrade(void **state)
{
	struct world *w = told_world("frr-8.4.4", NULL, "8.4.4", 0);

	(void)state;
	run(w, 10000);
	assert_up(w, "frr-8.3");
	fake_become(w->fake, "frr-10.3");
	w->tells = "10.3.1";
	w->tell_after = 3000;
	w->fake->closed = true;
	run(w, 2000);
	assert_up(w, "frr-10.3");
	assert_null(zapi_session_release(w->session));
	run(w, 2000);
	assert_string_equal(zapi_session_release(w->session)->text, "10.3.1");
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 0);
	assert_int_equal(w->events[ZAPI_EVENT_CONNECTED], w->fake->connections);
	world_free(w);
}

/* An answer that is in no table: refused, with the row of the release that zebra says. */
static void
test_unknown_answer(void **state)
{
	struct world *w = told_world("frr-8.4.4", NULL, "9.1.3", 0);
	const char *text = w->text[ZAPI_EVENT_REFUSED];

	(void)state;
	w->fake->error_number = 130;
	run(w, 3000);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 0);
	assert_non_null(strstr(text, "130"));
	assert_non_null(strstr(text, "it says it is 9.1.3"));
	assert_non_null(strstr(text, "dialect = frr-9.1"));
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agrees),
		cmocka_unit_test(test_two_left),
		cmocka_unit_test(test_contradicts),
		cmocka_unit_test(test_contradicts_late),
		cmocka_unit_test(test_contradicts_then_silence),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_upgrade),
		cmocka_unit_test(test_unknown_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
