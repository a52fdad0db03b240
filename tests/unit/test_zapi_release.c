/*
 * Releases as zebras, vtys and packages print them, and the rows they belong to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "zapi/dialect.h"
#include "zapi/release.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *said, *text;
		unsigned int major, minor, patch;
		const char *dialect; /* NULL: in no row */
	} good[] = {
		{ "FRRouting 8.4.4 (r1) on Linux(5.10.0).\nCopyright 1996-2005", "8.4.4", 8, 4, 4,
		    "frr-8.3" },
		{ "\r\nFRRouting 2.0.2 (r1).", "2.0.2", 2, 0, 2, "frr-2" },
		{ "FRRouting 7.5_git (r1).", "7.5_git", 7, 5, 0, "frr-7.5" },
		{ "FRRouting 4.0+cl3u13 (leaf)", "4.0+cl3u13", 4, 0, 0, "frr-4" },
		{ "Quagga 1.2.4 (r1).", "1.2.4", 1, 2, 4, "quagga-1.1" },
		{ "Quagga 0.99.24.1", "0.99.24.1", 0, 99, 24, "quagga-0.99" },
		{ "Quagga 0.99.20", "0.99.20", 0, 99, 20, NULL },
		{ "zebra version 10.3\nCopyright", "10.3", 10, 3, 0, "frr-10.3" },
		{ "zebra version 1.0.20161017", "1.0.20161017", 1, 0, 20161017, "quagga-1.0" },
		{ "7.5.1-1.1+deb11u4", "7.5.1-1.1+deb11u4", 7, 5, 1, "frr-7.5" },
		{ "10.8-dev", "10.8-dev", 10, 8, 0, "frr-10.6" },
		{ "11.0", "11.0", 11, 0, 0, NULL },
		{ "8.2.99~a\033[2J", "8.2.99~a", 8, 2, 99, "frr-8.2" },
		{ "8.4.-", "8.4.-", 8, 4, 0, "frr-8.3" },
		{ "8.4-0123456789012345678901234567890", "8.4-012345678901234567890123456", 8, 4, 0,
		    "frr-8.3" },
	};
	struct zapi_release r;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct zapi_dialect *d;

		assert_int_equal(zapi_release_parse(&r, good[i].said), 0);
		assert_string_equal(r.text, good[i].text);
		assert_int_equal(r.major, good[i].major);
		assert_int_equal(r.minor, good[i].minor);
		assert_int_equal(r.patch, good[i].patch);
		assert_int_equal(r.quagga, good[i].major < 2);
		d = zapi_dialect_of(&r);
		assert_string_equal(d != NULL ? d->name : "none",
		    good[i].dialect != NULL ? good[i].dialect : "none");
	}
}

static void
test_no_release(void **state)
{
	static const char *const bad[] = { "", " ", "FRRouting", "FRRouting ", "zebra 8.4",
		"zebra version ", "8", "8.", ".8", "8.4x", "8.4.4x", "-8.4", "100.1", "8.100",
		"Quagga 8.4", "FRRouting 1.2.4", "99999999999999999999.1", "1.0.1000000000",
		"0000000008.4", "% Unknown command: show version", "version 8.4", "\377\376" };
	struct zapi_release r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(zapi_release_parse(&r, bad[i]), -1);
}

static void
test_compare(void **state)
{
	struct zapi_release r;

	(void)state;
	assert_int_equal(zapi_release_parse(&r, "8.4.4"), 0);
	assert_int_equal(zapi_release_compare(&r, 8, 4), 0);
	assert_true(zapi_release_compare(&r, 8, 5) < 0);
	assert_true(zapi_release_compare(&r, 10, 0) < 0);
	assert_true(zapi_release_compare(&r, 8, 3) > 0);
	assert_true(zapi_release_compare(&r, 7, 5) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_no_release),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
