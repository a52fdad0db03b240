/*
 * When checks probe: no drift, no pile-up, hurry, and only while a target is
 * announced.
 */
#include "test_check_help.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* NXDOMAIN, which a test may accept or not. */
static void
serve_nxdomain(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];

	memcpy(buf, q, n);
	buf[2] |= 0x80;
	buf[3] = 3;
	assert_true(sendto(s->fd, buf, n, 0, from, len) >= 0);
}

/* The least lateness of n probes against a schedule of `every` from origin, in µs. */
static int64_t
least_late(
    const struct probed *p, unsigned int first, unsigned int n, int64_t origin, int64_t every)
{
	int64_t least = every, late;
	unsigned int i;

	for (i = first; i < first + n; i++) {
		late = (p->started_us[i] - origin + 10 * every + every / 2) % every - every / 2;
		if (late < least)
			least = late;
	}
	return least;
}

static bool
keeps_its_schedule(struct rig *rig, const struct server *s)
{
	const int64_t every = 40000;
	struct probed p = probed_make(CHECK_DNS, "127.0.0.1", s->port);
	int64_t origin;

	p.conf.rcodes = 1u << 3;
	p.conf.interval = every / 1000;
	probed_start(rig, &p, NULL, 0);
	WAIT_FOR(rig, p.n >= 60);
	assert_int_equal(p.passes, p.n);
	probed_stop(&p);
	origin = p.started_us[0];
	origin += least_late(&p, 0, 15, origin, every);
	/* A timer set anew after each probe comes to 3 to 16 ms. */
	return llabs(least_late(&p, 45, 15, origin, every)) < 2000;
}

/* A busy machine may make one attempt late; a drift would make all. */
static void
test_no_drift(void **state)
{
	struct server s;
	struct rig rig;
	bool kept = false;
	int i;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nxdomain);
	for (i = 0; i < 5 && !kept; i++)
		kept = keeps_its_schedule(&rig, &s);
	assert_true(kept);
	server_close(&s);
	rig_close(&rig);
}

/* Each probe lasts longer than two intervals: turns are left out, one query at a time. */
static void
test_no_pile_up(void **state)
{
	struct server s;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nothing);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	p.conf.interval = 10;
	p.conf.timeout = 25;
	probed_start(&rig, &p, NULL, 0);
	WAIT_FOR(&rig, p.n >= 10);
	assert_int_equal(p.last.cause, CAUSE_TIMEOUT);
	assert_true(s.asked <= p.n + 1);
	assert_true(p.started_us[9] - p.started_us[0] >= 9 * 25000);
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
test_hurry(void **state)
{
	struct server s;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nxdomain);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	p.conf.interval = 3600000;
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_RCODE, "NXDOMAIN");
	check_hurry(p.check, true);
	WAIT_FOR(&rig, p.n >= 5);
	check_hurry(p.check, false);
	WAIT_FOR(&rig, p.n >= 5); /* one may be under way */
	check_now(p.check);
	check_now(p.check); /* without effect: one is under way */
	WAIT_FOR(&rig, p.n >= 6);
	assert_true(p.n <= 7);
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
test_target_service(void **state)
{
	struct prefix prefixes[2];
	struct server s;
	struct probed p;
	struct rig rig;
	char words[80];

	(void)state;
	rig_open(&rig, NULL);
	prefix_parse(&prefixes[0], "127.0.0.2/32");
	prefix_parse(&prefixes[1], "127.0.0.3/32");
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.3", 0, serve_nxdomain);
	p = probed_make(CHECK_DNS, NULL, s.port);
	p.conf.target = TARGET_SERVICE;
	p.conf.rcodes = 1u << 3;
	p.conf.interval = 5;
	probed_start(&rig, &p, prefixes, 2);
	check_now(p.check);
	rig_turn(&rig);
	rig_turn(&rig);
	assert_int_equal(p.n, 0);
	check_target_announced(p.check, true);
	/* It stays at the address that fails, else the one that lives would cover it. */
	snprintf(words, sizeof(words), "127.0.0.2#%u", s.port);
	probed_expect(&rig, &p, CAUSE_REFUSED, words);
	probed_expect(&rig, &p, CAUSE_REFUSED, words);
	prefixes[0] = prefixes[1];
	probed_become(&rig, &p, CAUSE_OK, "127.0.0.3#");
	check_target_announced(p.check, false);
	p.n = 0;
	rig_turn(&rig);
	rig_turn(&rig);
	assert_int_equal(p.n, 0);
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

struct suicide {
	struct check *check;
	bool told;
};

static void
free_it(void *arg, const struct verdict *v)
{
	struct suicide *s = arg;

	assert_int_equal(v->cause, CAUSE_RCODE);
	check_free(s->check);
	s->told = true;
}

static void
test_free_from_verdict(void **state)
{
	struct suicide suicide = { 0 };
	struct server s;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nxdomain);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	suicide.check = check_new(&rig.ctx, "s", &p.conf, NULL, 0, free_it, &suicide);
	assert_non_null(suicide.check);
	check_start(suicide.check);
	WAIT_FOR(&rig, suicide.told);
	rig_turn(&rig);
	server_close(&s);
	rig_close(&rig);
}

static void
test_causes(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < CAUSES; i++) {
		assert_non_null(cause_name((enum cause)i));
		assert_non_null(cause_text((enum cause)i));
	}
	assert_string_equal(cause_name(CAUSE_NO_SOCKET), "no-socket");
	assert_int_equal(cause_from_errno(ECONNREFUSED), CAUSE_REFUSED);
	assert_int_equal(cause_from_errno(ENETUNREACH), CAUSE_UNREACHABLE);
	assert_int_equal(cause_from_errno(EMFILE), CAUSE_LOCAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_drift),
		cmocka_unit_test(test_no_pile_up),
		cmocka_unit_test(test_hurry),
		cmocka_unit_test(test_target_service),
		cmocka_unit_test(test_free_from_verdict),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
