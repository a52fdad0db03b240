/*
 * Who follows a dead keeper, how soon dead ones are started again, and whose the pidfile is.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/backoff.h"
#include "keeper/pidfile.h"
#include "keeper/succession.h"

static const struct succession_fate crash = { true, SIGSEGV }, refusal = { false, 1 },
				    success = { false, 0 };

static void
a_death_soon_after_the_start_makes_the_next_start_later(void **state)
{
	static const int64_t waits[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
	struct backoff b = { 0 };
	int64_t now = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		backoff_started(&b, now);
		now += BACKOFF_SETTLED_MS - 1;
		assert_int_equal(backoff_died(&b, now), waits[i]);
	}
	backoff_started(&b, now);
	assert_int_equal(backoff_died(&b, now + BACKOFF_SETTLED_MS), 0);
}

/* A keeper that worked at 0. */
static struct succession
at_work(void)
{
	struct succession s = { 0 };

	succession_started(&s, 0);
	succession_ready(&s);
	return s;
}

static void
the_first_keeper_must_work(void **state)
{
	struct succession s = { 0 };

	(void)state;
	succession_started(&s, 0);
	assert_int_equal(succession_died(&s, refusal, 5), SUCCESSION_ENDS);
	assert_int_equal(s.status, 1);
	s = (struct succession){ 0 };
	succession_started(&s, 0);
	assert_int_equal(succession_died(&s, crash, 5), SUCCESSION_ENDS);
	assert_int_equal(s.status, 1);
}

static void
one_that_worked_has_a_successor_unless_it_meant_to_go(void **state)
{
	struct succession s = at_work();

	(void)state;
	assert_int_equal(succession_died(&s, crash, 60000), 0);
	s = at_work();
	assert_int_equal(succession_died(&s, refusal, 60000), 0);
	s = at_work();
	assert_int_equal(succession_died(&s, success, 60000), SUCCESSION_ENDS);
	assert_int_equal(s.status, 0);
	s = at_work();
	succession_end(&s);
	assert_int_equal(
	    succession_died(&s, (struct succession_fate){ false, 3 }, 60000), SUCCESSION_ENDS);
	assert_int_equal(s.status, 3);
	s = at_work();
	succession_end(&s);
	assert_int_equal(succession_died(&s, crash, 60000), SUCCESSION_ENDS);
	assert_int_equal(s.status, 1);
}

static void
crashes_have_no_end(void **state)
{
	struct succession s = at_work();
	int64_t now = 0, wait;

	(void)state;
	for (int i = 0; i < 100; i++) {
		wait = succession_died(&s, crash, now);
		assert_in_range(wait, 0, BACKOFF_MAX_MS);
		now += wait;
		succession_started(&s, now);
		if (i % 2 == 0)
			succession_ready(&s);
	}
}

static void
refusals_have_one(void **state)
{
	struct succession s = at_work();
	int64_t now = 0, wait = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		assert_int_not_equal(succession_died(&s, crash, now), SUCCESSION_ENDS);
		for (int i = 1; i < SUCCESSION_REFUSALS; i++) {
			succession_started(&s, now);
			wait = succession_died(&s, refusal, now);
			assert_int_not_equal(wait, SUCCESSION_ENDS);
			now += wait;
		}
		succession_started(&s, now);
		if (round == 0) { /* it works: what was before does not count */
			assert_in_range(now, 1000, 5000);
			succession_ready(&s);
		}
	}
	assert_int_equal(
	    succession_died(&s, (struct succession_fate){ false, 7 }, now), SUCCESSION_ENDS);
	assert_int_equal(s.status, 7);
}

static int
pid_in(const char *path)
{
	FILE *file = fopen(path, "r");
	int pid = -1;

	if (file == NULL)
		return -1;
	if (fscanf(file, "%d\n", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void
a_pidfile_is_taken_from_the_dead_only(void **state)
{
	char folder[] = "/tmp/zc-pidfile-XXXXXX", path[64], other[80];
	struct pidfile mine, yours;
	FILE *stale;
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/pid", folder);
	stale = fopen(path, "w");
	fputs("999999999\n", stale);
	fclose(stale);
	assert_int_equal(pidfile_take(&mine, path), 0);
	pidfile_write(&mine);
	assert_int_equal(pid_in(path), getpid());
	assert_int_equal(pidfile_take(&yours, path), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_int_equal(pid_in(path), getpid());

	/* a child that has it open goes on with it */
	if ((pid = fork()) == 0) {
		pidfile_write(&mine);
		_exit(pid_in(path) == getpid() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(pid_in(path), pid);
	pidfile_remove(&mine);
	assert_int_equal(access(path, F_OK), -1);

	/* what another put in its place is not ours to remove, a link not ours to follow */
	assert_int_equal(pidfile_take(&mine, path), 0);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	pidfile_remove(&mine);
	assert_int_equal(pidfile_take(&yours, path), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_death_soon_after_the_start_makes_the_next_start_later),
		cmocka_unit_test(the_first_keeper_must_work),
		cmocka_unit_test(one_that_worked_has_a_successor_unless_it_meant_to_go),
		cmocka_unit_test(crashes_have_no_end),
		cmocka_unit_test(refusals_have_one),
		cmocka_unit_test(a_pidfile_is_taken_from_the_dead_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
