/*
 * Drains: they survive a restart; a broken file drains nothing and is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/drains.h"

static int
make_dir(void **state)
{
	char *dir = strdup("/tmp/zanycast-drains-XXXXXX");

	*state = mkdtemp(dir);
	return *state != NULL ? 0 : -1;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "drains.json", "drains.json.bad", "drains.json.new" };
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, names[i]);
		unlink(path);
	}
	rmdir(*state);
	free(*state);
	return 0;
}

static void
a_drain_survives_a_restart(void **state)
{
	struct drains *d = drains_open(*state);
	const char *reason;

	assert_non_null(d);
	assert_false(drains_get(d, "resolver", false, &reason));
	assert_int_equal(drains_set(d, "resolver", true, "kernel \"upgrade\""), 0);
	drains_close(d);
	d = drains_open(*state);
	assert_true(drains_get(d, "resolver", false, &reason));
	assert_string_equal(reason, "kernel \"upgrade\"");
	assert_false(drains_get(d, "other", false, &reason));
	assert_int_equal(drains_set(d, "resolver", false, NULL), 0);
	drains_close(d);
	d = drains_open(*state);
	assert_false(drains_get(d, "resolver", false, &reason));
	drains_close(d);
}

/* start = drained holds until somebody says undrain, and again after the next boot. */
static void
an_undrain_holds_until_the_next_boot(void **state)
{
	struct drains *d = drains_open(*state);
	const char *reason;
	char path[64];
	FILE *file;

	assert_true(drains_get(d, "resolver", true, &reason));
	assert_string_equal(reason, "start = drained");
	assert_int_equal(drains_set(d, "resolver", false, NULL), 0);
	drains_close(d);
	d = drains_open(*state);
	assert_false(drains_get(d, "resolver", true, &reason));
	drains_close(d);

	snprintf(path, sizeof(path), "%s/drains.json", (char *)*state);
	file = fopen(path, "w");
	fputs("{\"resolver\": {\"drained\": false, \"boot\": \"another\"}}", file);
	fclose(file);
	d = drains_open(*state);
	assert_true(drains_get(d, "resolver", true, &reason));
	drains_close(d);
}

static void
a_broken_file_drains_nothing_and_is_kept(void **state)
{
	static const char *const broken[] = { "", "{", "[1]", "\"drained\"", "{\"resolver\": true}",
		"{\"resolver\": {\"drained\": \"no" };
	const char *reason;
	char path[64], aside[80];

	snprintf(path, sizeof(path), "%s/drains.json", (char *)*state);
	snprintf(aside, sizeof(aside), "%s.bad", path);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		FILE *file = fopen(path, "w");
		struct drains *d;

		fputs(broken[i], file);
		fclose(file);
		d = drains_open(*state);
		assert_non_null(d);
		assert_false(drains_get(d, "resolver", false, &reason));
		assert_int_equal(drains_set(d, "resolver", true, ""), 0);
		assert_true(drains_get(d, "resolver", false, &reason));
		drains_close(d);
	}
	assert_int_equal(access(aside, R_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_drain_survives_a_restart, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    an_undrain_holds_until_the_next_boot, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_broken_file_drains_nothing_and_is_kept, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
