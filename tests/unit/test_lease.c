/*
 * Leases: they end by themselves, and no renewal brings an end nearer, further
 * than allowed, or back from the past.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "keeper/lease.h"

#define PATIENCE 10000
#define LONGEST 5000
#define TAG 53
#define T0 1000

static struct lease
fresh(void)
{
	struct lease lease;

	lease_init(&lease, PATIENCE, LONGEST, TAG, T0);
	return lease;
}

static void
test_undecided_runs_out(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease.state, LEASE_UNDECIDED);
	assert_false(lease_judge(&lease, T0 + PATIENCE - 1));
	assert_int_equal(lease.state, LEASE_UNDECIDED);
	assert_true(lease_judge(&lease, T0 + PATIENCE));
	assert_int_equal(lease.state, LEASE_EXPIRED);
	assert_false(lease_judge(&lease, T0 + PATIENCE + 1)); /* told once */
}

static void
test_lives_until(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease_renew(&lease, T0 + 3000, 54, T0), 0);
	assert_int_equal(lease.state, LEASE_LIVE);
	assert_int_equal(lease.tag, 54);
	assert_int_equal(lease.until, T0 + 3000); /* not the patience of the start */
	assert_false(lease_judge(&lease, T0 + 2999));
	assert_true(lease_judge(&lease, T0 + 3000));
	assert_int_equal(lease.state, LEASE_EXPIRED);
}

static void
test_refused(void **state)
{
	static const int64_t untils[] = { T0, T0 - 1, 0, -1, INT64_MIN, T0 + LONGEST + 1,
		INT64_MAX };
	struct lease lease;

	(void)state;
	for (size_t i = 0; i < sizeof(untils) / sizeof(untils[0]); i++) {
		lease = fresh();
		assert_int_equal(lease_renew(&lease, untils[i], 54, T0), -1);
		assert_int_equal(lease.state, LEASE_UNDECIDED);
		assert_int_equal(lease.until, T0 + PATIENCE);
		assert_int_equal(lease.tag, TAG);
	}
	assert_int_equal(lease_renew(&lease, T0 + LONGEST, TAG, T0), 0);
}

static void
test_refused_runs_out(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease_renew(&lease, T0 + 100, TAG, T0), 0);
	assert_int_equal(lease_renew(&lease, T0 + 50 + LONGEST + 1, TAG, T0 + 50), -1);
	assert_true(lease_judge(&lease, T0 + 100));
}

static void
test_never_shortened(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease_renew(&lease, T0 + 3000, TAG, T0), 0);
	assert_int_equal(lease_renew(&lease, T0 + 2000, 55, T0 + 1), 0);
	assert_int_equal(lease.until, T0 + 3000);
	assert_int_equal(lease.tag, 55); /* the rank is the newest */
}

/* Stopped and continued: the end is judged before the renewal that had waited is taken. */
static void
test_judged_first(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease_renew(&lease, T0 + 3000, TAG, T0), 0);
	assert_true(lease_judge(&lease, T0 + 9000));
	assert_int_equal(lease_renew(&lease, T0 + 6000, TAG, T0 + 9000), -1);
	assert_int_equal(lease.state, LEASE_EXPIRED);
	assert_int_equal(lease_renew(&lease, T0 + 9500, TAG, T0 + 9000), 0);
	assert_int_equal(lease.state, LEASE_LIVE);
	assert_int_equal(lease.until, T0 + 9500);
}

static void
test_revoked(void **state)
{
	struct lease lease = fresh();

	(void)state;
	assert_int_equal(lease_renew(&lease, T0 + 3000, TAG, T0), 0);
	lease_revoke(&lease);
	assert_int_equal(lease.state, LEASE_REVOKED);
	assert_false(lease_judge(&lease, T0 + 9000)); /* it did not run out */
	assert_int_equal(lease.state, LEASE_REVOKED);
	/* what it had before does not come back with a shorter renewal */
	assert_int_equal(lease_renew(&lease, T0 + 1000, TAG, T0 + 500), 0);
	assert_int_equal(lease.until, T0 + 1000);
	assert_true(lease_judge(&lease, T0 + 1000));
}

static uint64_t
next_random(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % below;
}

/* Live means: some renewal that was taken reaches beyond now, and none reached too far. */
static void
test_random(void **state)
{
	(void)state;
	for (uint64_t first = 1; first <= 20000; first++) {
		uint64_t seed = first * 0x9e3779b97f4a7c15U;
		int64_t now = T0, best = 0, until;
		struct lease lease = fresh();
		bool live = false, taken;

		for (int i = 0; i < 40; i++) {
			now += (int64_t)next_random(&seed, 1500);
			lease_judge(&lease, now);
			live = live && now < best;
			if ((lease.state == LEASE_LIVE) != live ||
			    (lease.state == LEASE_UNDECIDED && now >= T0 + PATIENCE))
				fail_msg("seed %llu", (unsigned long long)first);
			if (next_random(&seed, 16) == 0) {
				lease_revoke(&lease);
				live = false;
			}
			if (next_random(&seed, 2))
				continue;
			until = now - 1000 + (int64_t)next_random(&seed, LONGEST + 2000);
			taken = lease_renew(&lease, until, TAG, now) == 0;
			if (taken != (until > now && until - now <= LONGEST))
				fail_msg("seed %llu", (unsigned long long)first);
			if (!taken)
				continue;
			best = live && best > until ? best : until;
			live = true;
			if (lease.until != best || lease.until - now > LONGEST)
				fail_msg("seed %llu", (unsigned long long)first);
		}
	}
}

static void
test_limit(void **state)
{
	struct lease lease = fresh();

	(void)state;
	lease_limit(&lease, 2000, T0);
	assert_int_equal(lease.until, T0 + PATIENCE); /* the patience of a start is no lease */
	assert_int_equal(lease_renew(&lease, T0 + 2001, TAG, T0), -1);
	lease_limit(&lease, LONGEST, T0);
	assert_int_equal(lease_renew(&lease, T0 + LONGEST, TAG, T0), 0);
	lease_limit(&lease, 2000, T0 + 100);
	assert_int_equal(lease.state, LEASE_LIVE);
	assert_int_equal(lease.until, T0 + 2100);
	lease_limit(&lease, LONGEST, T0 + 100); /* longer again: no reason to live longer */
	assert_int_equal(lease.until, T0 + 2100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undecided_runs_out),
		cmocka_unit_test(test_lives_until),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_runs_out),
		cmocka_unit_test(test_never_shortened),
		cmocka_unit_test(test_judged_first),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
