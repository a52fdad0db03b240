/*
 * The session against zebras in memory: every dialect is found, also byte by byte
 * and in random pieces; what is late, lost, stuck, foreign or wrong is told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_world.h"

static const struct zapi_prefix p4 = { AF_INET, 32, { 10, 1, 53, 1 } };
static const struct zapi_prefix p6 = { AF_INET6, 128,
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 0x53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } };

/* 10.0 cannot be told from 10.1 before a route with a weight was seen. */
static const char *
first_guess(const struct golden *g)
{
	return strcmp(g->dialect->name, "frr-10.0") == 0 ? "frr-10.1" : g->dialect->name;
}

static void
detect_one(const char *release, enum pieces pieces)
{
	struct world *w = world_new(release, NULL);

	w->pieces = pieces;
	run(w, 4000);
	assert_up(w, first_guess(w->fake->golden));
	assert_true(w->up_at - 1000000 <= 2100);
	assert_int_equal(w->events[ZAPI_EVENT_UP], 1);
	assert_int_equal(w->events[ZAPI_EVENT_DIALECT], 1);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED] + w->events[ZAPI_EVENT_STUCK] +
		w->events[ZAPI_EVENT_LOST],
	    0);
	assert_true(w->events[ZAPI_EVENT_INTERFACE] >= 3);
	assert_true(w->events[ZAPI_EVENT_ADDRESS] >= 4);
	assert_int_equal(w->events[ZAPI_EVENT_ROUTE], 2);
	assert_int_equal(w->fake->routes, 0);
	assert_int_equal(zapi_session_trailing(w->session), 0);
	if (w->fake->golden->dialect->version == 6)
		assert_int_equal(w->fake->connections, 1);
	world_free(w);
}

static void
test_detection(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++) {
		detect_one(golden_files[i], WHOLE);
		detect_one(golden_files[i], BYTES);
		detect_one(golden_files[i], RANDOM);
	}
}

static void
test_forced(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++) {
		struct golden *g = golden_load(golden_files[i]);
		struct world *w = world_new(golden_files[i], g->dialect);

		run(w, 100);
		assert_up(w, g->dialect->name);
		assert_int_equal(w->up_at, 1000000);
		assert_int_equal(w->fake->connections, 1);
		golden_free(g);
		world_free(w);
	}
}

/* A guess of the operator that is wrong never comes to announce anything. */
static void
test_forced_wrong(void **state)
{
	static const char *const wrong[][2] = { { "frr-8.4.4", "frr-10.3" },
		{ "frr-8.4.4", "frr-9.1" }, { "frr-8.4.4", "frr-8.2" }, { "frr-8.4.4", "frr-7.3" },
		{ "frr-10.3", "frr-8.3" }, { "frr-7.2.1", "frr-7.1" }, { "frr-7.1", "frr-7.2" },
		{ "frr-4.0.1", "frr-5" }, { "frr-8.4.4", "frr-5" }, { "quagga-1.2.4", "frr-3" },
		{ "frr-6.0.3", "frr-8.3" }, { "quagga-1.0.20161017", "quagga-1.1" },
		{ "frr-3.0.4", "frr-2" }, { "frr-10.7.1", "frr-10.5" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct world *w = world_new(wrong[i][0], zapi_dialect_find(wrong[i][1]));
		int64_t t;

		for (t = 0; t < 20000; t += 500) {
			run(w, 500);
			assert_int_not_equal(zapi_session_state(w->session), ZAPI_UP);
			assert_int_equal(zapi_session_announce(w->session, 0, &p4, 1, 53, 3), -1);
			assert_int_equal(errno, ENOTCONN);
		}
		assert_true(w->events[ZAPI_EVENT_STUCK] + w->events[ZAPI_EVENT_REFUSED] +
			w->events[ZAPI_EVENT_LOST] >
		    0);
		assert_true(w->shortest >= 100);
		world_free(w);
	}
}

static void
check_batch(struct world *w, bool add, unsigned int deletes)
{
	const struct zapi_dialect *d = zapi_session_dialect(w->session);
	uint8_t want[1024];
	const uint8_t *buf;
	size_t len = 0;
	unsigned int i;

	if (d->type_local != 0)
		len += zapi_encode_route_del(d, 0, d->type_local, &p6, 1, want, sizeof(want));
	for (i = 0; i < deletes; i++)
		len += zapi_encode_route_del(
		    d, 0, ZAPI_TYPE_CONNECT, &p6, 1, want + len, sizeof(want) - len);
	if (add)
		len += zapi_encode_route_add(d, 0, &p6, 1, 0, 53, want + len, sizeof(want) - len);
	assert_int_equal(zapi_session_output(w->session, &buf), len);
	assert_memory_equal(buf, want, len);
	zapi_session_sent(w->session, len);
	assert_int_equal(zapi_session_output(w->session, &buf), 0);
}

static void
test_batches(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++) {
		struct world *w = world_new(golden_files[i], NULL);

		assert_int_equal(zapi_session_announce(w->session, 0, &p6, 1, 53, 3), -1);
		assert_int_equal(errno, ENOTCONN);
		run(w, 4000);
		assert_int_equal(zapi_session_announce(w->session, 0, &p6, 1, 53, 3), 0);
		check_batch(w, true, 3);
		assert_int_equal(zapi_session_withdraw(w->session, 0, &p6, 1, 4), 0);
		check_batch(w, false, 4);
		world_free(w);
	}
}

/* A batch is queued whole or not at all; a prefix that is none is not sent. */
static void
test_backlog(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	struct zapi_prefix none = { AF_INET, 33, { 0 } };
	const uint8_t *buf;
	size_t before = 0;

	(void)state;
	run(w, 500);
	assert_int_equal(zapi_session_announce(w->session, 0, &none, 1, 53, 3), -1);
	assert_int_equal(errno, EINVAL);
	while (zapi_session_announce(w->session, 0, &p4, 1, 53, 3) == 0)
		before = zapi_session_output(w->session, &buf);
	assert_int_equal(errno, ENOBUFS);
	assert_int_equal(before % (3 * 28 + 48), 0);
	assert_int_equal(zapi_session_output(w->session, &buf), before);
	assert_true(before <= ZAPI_BACKLOG_MAX);
	assert_int_equal(zapi_session_withdraw(w->session, 0, &p4, 1, 100000000), -1);
	assert_int_equal(errno, ENOBUFS);
	assert_int_equal(zapi_session_output(w->session, &buf), before);
	/* a question still finds room */
	assert_int_equal(zapi_session_lookup(w->session, 0, &p4, w->now), 0);
	world_free(w);
}

/* A question behind a long queue is not late as long as the queue moves. */
static void
test_slow_queue(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	const uint8_t *buf;
	int i, ms;

	(void)state;
	run(w, 500);
	for (i = 0; i < 20000; i++)
		assert_int_equal(zapi_session_announce(w->session, 0, &p4, 1, 53, 3), 0);
	assert_int_equal(zapi_session_lookup(w->session, 0, &p4, w->now), 0);
	w->fake->deaf = true;
	for (ms = 0; ms < 8000; ms += 100) {
		size_t len = zapi_session_output(w->session, &buf);

		len = len < 20000 ? len : 20000;
		fake_write(w->fake, buf, len);
		zapi_session_sent(w->session, len);
		run(w, 100);
		assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	}
	assert_int_equal(w->fake->routes > 0, 1);
	run(w, 2500); /* now it stands still */
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	world_free(w);
}

static uint64_t
queue_routes(struct world *w, int n)
{
	uint64_t before = zapi_session_queued(w->session);

	while (n-- > 0) {
		assert_int_equal(zapi_session_announce(w->session, 0, &p4, 1, 53, 3), 0);
		zapi_session_fence(w->session, w->now);
	}
	return zapi_session_queued(w->session) - before;
}

/* A zebra that answers late gets a window at a time, and is not stuck as long as it answers. */
static void
test_window(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	uint64_t begin, seen, queued;
	int late;

	(void)state;
	run(w, 1500);
	begin = seen = w->moved;
	queued = queue_routes(w, 20000);
	w->delay = ZAPI_ANSWER_MS * 3 / 4;
	for (late = 0; w->moved < begin + queued; late++) {
		assert_true(late < 20);
		run(w, w->delay - 1);
		assert_true(w->moved <= seen + ZAPI_WINDOW);
		assert_true(w->moved > seen);
		seen = w->moved;
		assert_false(zapi_session_unread(w->session, begin));
		assert_true(late == 0 || w->now - zapi_session_read_at(w->session) <= w->delay);
		assert_true(zapi_session_unread(w->session, seen - ZAPI_FENCE - 1));
		assert_true(zapi_session_unread(w->session, seen + 1) || seen == begin + queued);
		run(w, 1);
		assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	}
	assert_true(late >= (int)(queued / ZAPI_WINDOW) - 1);
	assert_int_equal(w->fake->routes, 4 * 20000);
	world_free(w);
}

/* The end of a session takes a window along, and the next one begins with another. */
static void
test_window_after_a_loss(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	uint64_t begin;

	(void)state;
	run(w, 1500);
	w->fake->mute = true;
	queue_routes(w, 20000);
	run(w, ZAPI_ANSWER_MS + 1000);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	assert_int_equal(zapi_session_queued(w->session), w->moved);
	w->fake->mute = false;
	run(w, 15000);
	assert_up(w, "frr-8.3");
	begin = w->moved;
	begin += queue_routes(w, 20000);
	run(w, 100);
	assert_int_equal(w->moved, begin);
	/* a batch that is longer than a window goes, too */
	assert_int_equal(zapi_session_withdraw(w->session, 0, &p4, 1, 20000), 0);
	zapi_session_fence(w->session, w->now);
	run(w, 100);
	assert_int_equal(zapi_session_queued(w->session), w->moved);
	world_free(w);
}

static void
test_keepalive(void **state)
{
	struct world *w = world_new("frr-10.3", NULL);
	int lookups;

	(void)state;
	run(w, 1000);
	lookups = w->fake->lookups;
	run(w, 10000);
	assert_true(w->fake->lookups - lookups >= 9 && w->fake->lookups - lookups <= 11);
	assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	world_free(w);
}

static void
test_stuck(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++) {
		struct world *w = world_new(golden_files[i], NULL);
		const char *dialect = first_guess(w->fake->golden);
		int64_t muted;

		run(w, 4000);
		w->fake->mute = true;
		muted = w->now;
		run(w, 3100);
		assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
		assert_true(w->stuck_at - muted >= ZAPI_ANSWER_MS && w->stuck_at - muted <= 3000);
		assert_int_equal(w->events[ZAPI_EVENT_LOST], 1);
		run(w, 30000); /* said for each connection, never more than once */
		if (w->fake->golden->dialect->version == 6)
			assert_int_equal(w->events[ZAPI_EVENT_LOST], 1);
		if (w->fake->golden->dialect->version >= 5)
			assert_true(w->events[ZAPI_EVENT_STUCK] >= 3);
		assert_int_equal(w->events[ZAPI_EVENT_UP], 1);
		assert_int_equal(w->fake->routes, 0);
		w->fake->mute = false;
		run(w, 15000);
		assert_up(w, dialect);
		world_free(w);
	}
}

/* A zebra that does not even read. */
static void
test_deaf(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);

	(void)state;
	run(w, 2500);
	w->fake->deaf = true;
	run(w, 3100);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	world_free(w);

	/* from the first moment: not one byte ever came */
	w = world_new("quagga-1.2.4", NULL);
	w->fake->deaf = true;
	run(w, 2000);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	assert_int_equal(w->events[ZAPI_EVENT_LOST] + w->events[ZAPI_EVENT_DIALECT], 0);
	assert_int_equal(zapi_session_state(w->session), ZAPI_DOWN);
	world_free(w);
}

static void
test_late_answers(void **state)
{
	static const char *const releases[] = { "frr-8.4.4", "frr-7.3.1", "frr-7.4", "frr-7.5.1",
		"frr-8.1", "frr-10.0.5", "frr-10.2.6", "frr-10.7.1", "frr-9.1.3" };
	size_t i;
	int64_t delay;

	(void)state;
	for (i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		for (delay = 100; delay <= 1900; delay += 150) {
			struct world *w = world_new(releases[i], NULL);

			w->delay = delay;
			run(w, 30000);
			assert_up(w, first_guess(w->fake->golden));
			assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 0);
			assert_int_equal(w->fake->routes, 0);
			assert_true(w->shortest >= 100);
			world_free(w);
		}
}

/* Our own sleep is not zebra's silence: what lies in the socket is read first. */
static void
test_our_sleep(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	const uint8_t *buf;
	size_t len;

	(void)state;
	run(w, 1000);
	w->now += 1000;
	zapi_session_timer(w->session, w->now);
	len = zapi_session_output(w->session, &buf);
	assert_true(len > 0);
	fake_write(w->fake, buf, len);
	zapi_session_sent(w->session, len);
	w->now += 60000;
	zapi_session_timer(w->session, w->now);
	run(w, 3000);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 0);
	assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	/* but silence after a sleep is silence */
	w->now += 1000;
	zapi_session_timer(w->session, w->now);
	w->fake->mute = true;
	settle(w);
	w->now += 60000;
	run(w, 2000);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	world_free(w);
}

static void
test_lost(void **state)
{
	static const int64_t waits[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
	struct world *w = world_new("frr-8.4.4", NULL);
	size_t i;

	(void)state;
	run(w, 10000);
	w->fake->listening = false;
	w->fake->closed = true;
	w->attempts = 0;
	settle(w);
	assert_int_equal(w->events[ZAPI_EVENT_LOST], 1);
	assert_string_equal(w->text[ZAPI_EVENT_LOST], "zebra closed the connection");
	assert_int_equal(zapi_session_state(w->session), ZAPI_DOWN);
	assert_string_equal(name_of(w), "frr-8.3");
	assert_int_equal(zapi_session_withdraw(w->session, 0, &p4, 1, 3), -1);
	run(w, 20000);
	assert_true(w->attempts >= 8);
	for (i = 1; i < 8; i++)
		assert_int_equal(w->attempted[i] - w->attempted[i - 1], waits[i]);
	w->fake->listening = true;
	run(w, 6000);
	assert_up(w, "frr-8.3");
	assert_int_equal(w->events[ZAPI_EVENT_UP], 2);
	assert_int_equal(w->events[ZAPI_EVENT_ROUTE], 4);
	/* steady again: the next loss is tried again at once */
	run(w, 6000);
	w->attempts = 0;
	w->attempted[0] = 0;
	w->fake->closed = true;
	settle(w);
	i = (size_t)w->now;
	run(w, 1000);
	assert_int_equal(w->attempted[0] - (int64_t)i, 100);
	world_free(w);
}

/* zebra ends at any point of the detection, and is there again at once. */
static void
test_eof_during_detection(void **state)
{
	size_t i;
	int after;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++)
		for (after = 1; after <= 8; after++) {
			struct world *w = world_new(golden_files[i], NULL);

			w->fake->close_after = after;
			run(w, 150);
			w->fake->close_after = 0;
			run(w, 20000);
			assert_up(w, first_guess(w->fake->golden));
			/* one that closes every first message is none we know */
			assert_true(w->events[ZAPI_EVENT_REFUSED] <=
			    (after == 1 && w->fake->golden->dialect->version < 6));
			assert_int_equal(w->fake->routes, 0);
			world_free(w);
		}
}

/* A zebra of version 6 that just ends is not spoken to in other versions. */
static void
test_dying_zebra(void **state)
{
	struct world *w = world_new("frr-10.3", NULL);

	(void)state;
	run(w, 1000);
	w->fake->closed = true;
	w->fake->close_after = 1;
	run(w, 250); /* one or two connections to the dying one */
	w->fake->close_after = 0;
	run(w, 5000);
	assert_up(w, "frr-10.3");
	assert_int_equal(w->fake->foreign, 0);
	world_free(w);
}

/* The package was changed meanwhile, up or down. */
static void
test_other_release(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);

	(void)state;
	run(w, 1000);
	fake_become(w->fake, "frr-10.3");
	w->fake->closed = true;
	run(w, 5000);
	assert_up(w, "frr-10.3");
	fake_become(w->fake, "quagga-1.2.4");
	w->fake->closed = true;
	run(w, 10000);
	assert_up(w, "quagga-1.1");
	fake_become(w->fake, "frr-7.0.1");
	w->fake->closed = true;
	run(w, 10000);
	assert_up(w, "frr-7.0");
	world_free(w);
}

static void
test_connect_fails_between_questions(void **state)
{
	struct world *w = world_new("quagga-1.2.4", NULL);
	int64_t failed;

	(void)state;
	attempt(w);
	move_out(w);
	assert_true(w->fake->closed);
	w->fake->listening = false;
	settle(w);
	failed = w->now;
	assert_int_equal(w->attempts, 2);
	w->fake->listening = true;
	run(w, 5000);
	assert_int_equal(w->attempted[2] - failed, 1000);
	assert_up(w, "quagga-1.1");
	world_free(w);
}

static void
test_unknown_error_number(void **state)
{
	struct world *w = world_new("frr-10.7.1", NULL);

	(void)state;
	w->fake->error_number = 130;
	run(w, 3000);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	assert_non_null(strstr(w->text[ZAPI_EVENT_REFUSED], "130"));
	assert_non_null(strstr(w->text[ZAPI_EVENT_REFUSED], "0013fe060000000000140000"));
	assert_true(w->shortest >= 100);
	run(w, 20000);
	assert_true(w->events[ZAPI_EVENT_REFUSED] <= 5);
	assert_int_equal(w->events[ZAPI_EVENT_DIALECT] + w->events[ZAPI_EVENT_LOST], 0);
	assert_int_equal(w->fake->routes, 0);
	w->fake->error_number = 0;
	run(w, 6000);
	assert_up(w, "frr-10.6");
	world_free(w);
}

/* A known number before capabilities nobody has seen: not guessed either. */
static void
test_unknown_capabilities(void **state)
{
	struct world *w = world_new("frr-10.7.1", NULL);
	size_t i;

	(void)state;
	for (i = 0; i < w->fake->golden->count; i++) {
		struct golden_line *line = &w->fake->golden->lines[i];

		if (strcmp(line->name, "CAPABILITIES") != 0)
			continue;
		line->bytes = realloc(line->bytes, line->len + 1);
		line->bytes[line->len++] = 0;
		line->bytes[1]++;
	}
	run(w, 3000);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	assert_int_equal(w->events[ZAPI_EVENT_DIALECT], 0);
	world_free(w);
}

static void
test_closes_all_versions(void **state)
{
	struct world *w = world_new("quagga-0.99.24.1", NULL);

	(void)state;
	w->fake->close_after = 1;
	run(w, 1000);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	assert_int_equal(w->fake->connections, 5);
	assert_int_equal(zapi_session_state(w->session), ZAPI_DOWN);
	world_free(w);
}

static void
test_not_zapi(void **state)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct world *w = world_new("frr-8.4.4", NULL);

	(void)state;
	w->fake->mute = true;
	attempt(w);
	zapi_session_input(w->session, text, sizeof(text), w->now);
	run(w, 200);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	world_free(w);
}

static void
test_body_that_does_not_fit(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	uint8_t buf[] = { 0, 14, 0xfe, 6, 0, 0, 0, 0, 0, 0, 'l', 'o', 0, 0 };

	(void)state;
	run(w, 1000);
	fake_say(w->fake, buf, sizeof(buf));
	settle(w);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 1);
	assert_non_null(strstr(w->text[ZAPI_EVENT_REFUSED], "frr-8.3"));
	assert_int_equal(w->events[ZAPI_EVENT_LOST], 1);
	run(w, 6000);
	assert_up(w, "frr-8.3");
	/* and so does a command zebra says it does not know */
	golden_hex("000efe06000000000076 02000000", buf, sizeof(buf));
	fake_say(w->fake, buf, sizeof(buf));
	settle(w);
	assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 2);
	world_free(w);
}

/* Bytes behind the fields are no reason to leave, but are counted. */
static void
test_trailing(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	uint8_t buf[64];
	size_t len;

	(void)state;
	run(w, 1000);
	len = golden_hex("003bfe0600000000001e 020000000000080000001f01 02200a013501"
			 "000100000000010400000001 00000001 00 00000014 00000035 00000000 ffff",
	    buf, sizeof(buf));
	fake_say(w->fake, buf, len);
	settle(w);
	assert_int_equal(zapi_session_state(w->session), ZAPI_UP);
	assert_int_equal(zapi_session_trailing(w->session), 1);
	assert_int_equal(w->last[ZAPI_EVENT_ROUTE].route.tag, 53);
	world_free(w);
}

static void
say_golden_echo(struct world *w)
{
	const struct golden *g = w->fake->golden;
	size_t i;

	for (i = 0; i < g->count; i++)
		if (g->lines[i].kind == GOLDEN_TO && strcmp(g->lines[i].name, "ROUTE_ADD") == 0)
			break;
	fake_say(w->fake, g->lines[i + 1].bytes, g->lines[i + 1].len);
	settle(w);
}

static void
test_weight_settles(void **state)
{
	struct world *w = world_new("frr-10.0.5", NULL);

	(void)state;
	run(w, 1000);
	assert_up(w, "frr-10.1");
	say_golden_echo(w);
	assert_up(w, "frr-10.0");
	assert_int_equal(w->events[ZAPI_EVENT_DIALECT], 2);
	assert_int_equal(w->last[ZAPI_EVENT_ROUTE].route.tag, 53);
	say_golden_echo(w);
	assert_up(w, "frr-10.0");
	world_free(w);

	w = world_new("frr-10.1.5", NULL);
	run(w, 1000);
	say_golden_echo(w);
	assert_up(w, "frr-10.1");
	assert_int_equal(w->events[ZAPI_EVENT_DIALECT], 1);
	assert_int_equal(w->last[ZAPI_EVENT_ROUTE].route.tag, 53);
	world_free(w);
}

static void
test_lookups(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);
	struct zapi_prefix address = p4;
	int i;

	(void)state;
	assert_int_equal(zapi_session_lookup(w->session, 0, &p4, w->now), -1);
	assert_int_equal(errno, ENOTCONN);
	run(w, 500);
	for (i = 0; i < 5; i++) {
		address.addr[3] = (uint8_t)i;
		assert_int_equal(zapi_session_lookup(w->session, 0, &address, w->now), 0);
	}
	settle(w);
	assert_int_equal(w->events[ZAPI_EVENT_LOOKUP], 5);
	assert_false(w->last[ZAPI_EVENT_LOOKUP].lookup.found);
	assert_memory_equal(&w->last[ZAPI_EVENT_LOOKUP].lookup.prefix, &address, sizeof(address));
	run(w, 5000);
	assert_int_equal(w->events[ZAPI_EVENT_LOOKUP], 5); /* none of a keepalive's */
	w->fake->mute = true;
	for (i = 0; zapi_session_lookup(w->session, 0, &address, w->now) == 0; i++)
		;
	assert_int_equal(errno, ENOBUFS);
	assert_true(i >= 1000);
	world_free(w);
}

static void
test_lookup_of_ipv6(void **state)
{
	static const struct {
		const char *release;
		bool can;
	} zebras[] = { { "frr-8.2.2", false }, { "frr-4.0.1", false }, { "frr-8.4.4", true },
		{ "quagga-1.2.4", true }, { "frr-10.7.1", true } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(zebras) / sizeof(zebras[0]); i++) {
		struct world *w = world_new(zebras[i].release, NULL);
		const uint8_t *buf;

		run(w, 4000);
		assert_int_equal(
		    zapi_session_lookup(w->session, 0, &p6, w->now), zebras[i].can ? 0 : -1);
		if (!zebras[i].can)
			assert_int_equal(errno, EOPNOTSUPP);
		assert_int_equal(zapi_session_output(w->session, &buf) > 0, zebras[i].can);
		world_free(w);
	}
}

/* A verb inside of a callback queues behind what is there. */
static void
test_verb_in_callback(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);

	(void)state;
	run(w, 500);
	w->announce_when_told = true;
	w->pieces = RANDOM;
	say_golden_echo(w);
	assert_int_equal(w->fake->routes, 4);
	world_free(w);
}

/* A whole golden session, as zebra said it, in pieces of every size. */
static void
test_pieces(void **state)
{
	size_t f, i, size;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++)
		for (size = 1; size < 600; size = size * 3 + 1) {
			struct world *w = world_new(golden_files[f], NULL);
			struct golden *g = w->fake->golden;
			size_t done, want = 0;

			run(w, 4000);
			w->events[ZAPI_EVENT_ROUTE] = 0;
			for (i = 0; i < g->count; i++) {
				if (g->lines[i].kind != GOLDEN_FROM ||
				    g->lines[i].bytes[3] != g->dialect->version ||
				    g->lines[i].bytes[4] == 0xff)
					continue;
				want += strstr(g->lines[i].name, "ROUTE_ADD") != NULL ||
				    strstr(g->lines[i].name, "ROUTE_DEL") != NULL ||
				    strncmp(g->lines[i].name, "REDIST", 6) == 0;
				fake_say(w->fake, g->lines[i].bytes, g->lines[i].len);
			}
			for (done = 0; done < w->fake->out_len; done += size)
				zapi_session_input(w->session, w->fake->out + done,
				    size < w->fake->out_len - done ? size : w->fake->out_len - done,
				    w->now);
			assert_int_equal(w->events[ZAPI_EVENT_ROUTE], want);
			assert_up(w, g->dialect->name);
			world_free(w);
		}
}

/* What one message of the queue is, and for which VRF. */
static void
next_queued(struct world *w, const uint8_t **buf, size_t *len, struct zapi_msg *msg)
{
	const struct zapi_dialect *d = zapi_session_dialect(w->session);
	int frame = zapi_frame(d, *buf, *len);

	assert_true(frame > 0);
	assert_int_equal(zapi_decode(d, ZAPI_TO_ZEBRA, *buf, (size_t)frame, msg), 0);
	*buf += frame;
	*len -= (size_t)frame;
}

static void
check_subscribed(struct world *w, uint32_t vrf)
{
	static const enum zapi_command order[] = { ZAPI_REDISTRIBUTE_DEL, ZAPI_REDISTRIBUTE_DEL,
		ZAPI_INTERFACE_ADD, ZAPI_REDISTRIBUTE_ADD, ZAPI_REDISTRIBUTE_ADD, ZAPI_LOOKUP };
	const uint8_t *buf;
	size_t len, i;

	assert_int_equal(zapi_session_subscribe(w->session, vrf, w->now), 0);
	len = zapi_session_output(w->session, &buf);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct zapi_msg msg;

		next_queued(w, &buf, &len, &msg);
		assert_int_equal(msg.command, order[i]);
		assert_int_equal(msg.vrf, order[i] == ZAPI_LOOKUP ? 0 : vrf);
	}
	assert_int_equal(len, 0);
	assert_int_equal(w->events[ZAPI_EVENT_VRF_READY], 0);
	run(w, 10);
	assert_int_equal(w->events[ZAPI_EVENT_VRF_READY], 1);
	assert_int_equal(w->ready, vrf);
}

/* Every message of a route is of its VRF. */
static void
check_routes_in(struct world *w, uint32_t vrf)
{
	struct zapi_msg msg;
	const uint8_t *buf;
	size_t len;
	int n = 0;

	assert_int_equal(zapi_session_announce(w->session, vrf, &p4, 1, 53, 3), 0);
	assert_int_equal(zapi_session_withdraw(w->session, vrf, &p6, 1, 2), 0);
	for (len = zapi_session_output(w->session, &buf); len > 0; n++) {
		next_queued(w, &buf, &len, &msg);
		assert_int_equal(msg.vrf, vrf);
	}
	assert_true(n >= 6);
	run(w, 10);
}

/* zebra tells of a VRF before its dialect is known, or behind: the session tells it once. */
static void
test_vrfs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < GOLDEN_FILES; i++) {
		struct world *w = world_new(golden_files[i], NULL);
		const struct zapi_dialect *d = w->fake->golden->dialect;
		bool can = d->command[ZAPI_VRF_ADD] >= 0;

		w->fake->vrf = 7;
		run(w, 4000);
		assert_up(w, first_guess(w->fake->golden));
		if (can) {
			assert_int_equal(w->events[ZAPI_EVENT_VRF], d->first < 500 ? 1 : 2);
			assert_int_equal(w->last[ZAPI_EVENT_VRF].vrf, 7);
			assert_int_equal(w->last[ZAPI_EVENT_VRF].command, ZAPI_VRF_ADD);
			assert_string_equal(w->last[ZAPI_EVENT_VRF].vrf_info.name, "red");
			assert_string_equal(
			    w->last[ZAPI_EVENT_VRF].vrf_info.netns, d->first < 500 ? "" : "cellar");
			assert_int_equal(zapi_session_vrf_backend(w->session),
			    d->first == 500 || d->first == 600 ? ZAPI_VRF_BY_UNKNOWN
							       : ZAPI_VRF_BY_DEVICE);
			check_subscribed(w, 7);
			check_routes_in(w, 7);
			assert_int_equal(w->events[ZAPI_EVENT_REFUSED], 0);
		} else {
			assert_int_equal(w->events[ZAPI_EVENT_VRF], 0);
		}
		world_free(w);
	}
}

/* A question to a VRF that goes is not waited for; one to a VRF that stays is. */
static void
test_vrf_goes(void **state)
{
	struct world *w = world_new("frr-8.4.4", NULL);

	(void)state;
	w->fake->vrf = 7;
	run(w, 1000);
	assert_int_equal(zapi_session_lookup(w->session, 7, &p4, w->now), 0);
	run(w, 500);
	fake_say_vrf(w->fake, ZAPI_VRF_DELETE);
	run(w, 10000);
	assert_int_equal(w->last[ZAPI_EVENT_VRF].command, ZAPI_VRF_DELETE);
	assert_up(w, "frr-8.3");
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 0);
	assert_int_equal(w->events[ZAPI_EVENT_LOOKUP], 0);

	assert_int_equal(zapi_session_subscribe(w->session, 7, w->now), 0);
	fake_say_vrf(w->fake, ZAPI_VRF_DELETE); /* before the answer is read */
	settle(w);
	assert_int_equal(w->events[ZAPI_EVENT_VRF_READY], 0);
	assert_int_equal(zapi_session_lookup(w->session, 7, &p4, w->now), 0);
	run(w, 2500);
	assert_int_equal(w->events[ZAPI_EVENT_STUCK], 1);
	world_free(w);
}

/* The default VRF does not go, and an id that is none is not told. */
static void
test_vrf_nonsense(void **state)
{
	static const uint8_t none[] = { 0, 86, 0xfe, 6, 0xff, 0xff, 0xff, 0xff, 0, 33 };
	struct world *w = world_new("frr-8.4.4", NULL);
	uint8_t buf[86] = { 0 };
	int told;

	(void)state;
	run(w, 1000);
	told = w->events[ZAPI_EVENT_VRF];
	memcpy(buf, none, sizeof(none));
	fake_say(w->fake, buf, sizeof(buf));
	fake_say_vrf(w->fake, ZAPI_VRF_DELETE); /* fake->vrf is 0 */
	run(w, 5000);
	assert_int_equal(w->events[ZAPI_EVENT_VRF], told);
	assert_up(w, "frr-8.3");
	assert_int_equal(zapi_session_subscribe(w->session, 7, w->now), 0);
	w->fake->listening = false;
	disconnect(w);
	assert_int_equal(zapi_session_subscribe(w->session, 7, w->now), -1);
	assert_int_equal(errno, ENOTCONN);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detection),
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_forced_wrong),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_backlog),
		cmocka_unit_test(test_slow_queue),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_window_after_a_loss),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_late_answers),
		cmocka_unit_test(test_our_sleep),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_eof_during_detection),
		cmocka_unit_test(test_dying_zebra),
		cmocka_unit_test(test_other_release),
		cmocka_unit_test(test_connect_fails_between_questions),
		cmocka_unit_test(test_unknown_error_number),
		cmocka_unit_test(test_unknown_capabilities),
		cmocka_unit_test(test_closes_all_versions),
		cmocka_unit_test(test_not_zapi),
		cmocka_unit_test(test_body_that_does_not_fit),
		cmocka_unit_test(test_trailing),
		cmocka_unit_test(test_weight_settles),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_lookup_of_ipv6),
		cmocka_unit_test(test_verb_in_callback),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_vrfs),
		cmocka_unit_test(test_vrf_goes),
		cmocka_unit_test(test_vrf_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
