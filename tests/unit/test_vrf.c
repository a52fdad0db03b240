/*
 * VRFs as zebra tells them: numbers that come, go and change, what is asked of
 * zebra, and what is refused. zebra is made of a few functions here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "keeper/vrf.h"
#include "keeper/zebra.h"

struct zebra {
	enum zapi_state state;
	const char *dialect;
	enum zapi_vrf_backend backend;
	unsigned int asked; /* subscriptions */
	uint32_t last;	    /* … of that VRF */
};

enum zapi_state
zebra_session_state(const struct zebra *z)
{
	return z->state;
}

const struct zapi_dialect *
zebra_dialect(const struct zebra *z)
{
	return zapi_dialect_find(z->dialect);
}

enum zapi_vrf_backend
zebra_vrf_backend(const struct zebra *z)
{
	return z->backend;
}

int
zebra_subscribe(struct zebra *z, uint32_t vrf)
{
	assert_int_not_equal(vrf, 0);
	z->asked++;
	z->last = vrf;
	return 0;
}

static struct vrf *
hear(struct vrfs *all, enum zapi_command command, uint32_t id, const char *name, const char *netns)
{
	struct zapi_msg msg = { .command = command, .vrf = id };

	snprintf(msg.vrf_info.name, sizeof(msg.vrf_info.name), "%s", name);
	snprintf(msg.vrf_info.netns, sizeof(msg.vrf_info.netns), "%s", netns);
	return vrfs_heard(all, &msg);
}

/* Nobody is there, so in which namespace it would be is not known: nothing is refused. */
#define PATH "/nowhere/zserv.api"

static void
test_life(void **state)
{
	struct zebra z = { ZAPI_UP, "frr-8.3", ZAPI_VRF_BY_DEVICE, 0, 0 };
	struct vrfs *all = vrfs_new(&z, PATH);
	struct vrf *none = vrf_get(all, "default"), *red = vrf_get(all, "red");

	(void)state;
	vrfs_session(all, true);
	assert_true(vrf_takes_routes(none));
	assert_false(vrf_takes_routes(red));
	assert_string_equal(red->waits, "zebra knows no vrf red yet");
	assert_string_equal(red->device, "");
	assert_null(vrfs_by_id(all, 7));

	assert_ptr_equal(hear(all, ZAPI_VRF_ADD, 7, "red", ""), red);
	assert_null(hear(all, ZAPI_VRF_ADD, 7, "red", ""));
	assert_int_equal(z.asked, 1);
	assert_int_equal(z.last, 7);
	assert_string_equal(red->device, "red");
	assert_false(vrf_takes_routes(red));
	assert_ptr_equal(vrfs_ready(all, 7), red);
	assert_true(vrf_takes_routes(red));
	assert_ptr_equal(vrfs_by_id(all, 7), red);
	assert_ptr_equal(vrfs_by_id(all, 0), none);

	/* it goes, comes with another number, and is asked anew */
	assert_ptr_equal(hear(all, ZAPI_VRF_DELETE, 7, "red", ""), red);
	assert_false(vrf_takes_routes(red));
	assert_null(vrfs_by_id(all, 7));
	assert_ptr_equal(hear(all, ZAPI_VRF_ADD, 9, "red", ""), red);
	assert_true(red->renewed);
	assert_int_equal(z.asked, 2);
	assert_int_equal(z.last, 9);
	assert_null(vrfs_ready(all, 7));
	assert_false(vrf_takes_routes(red));
	vrfs_ready(all, 9);
	assert_true(vrf_takes_routes(red));

	/* the session ends: numbers are nothing, the device is still known */
	vrfs_session(all, false);
	assert_false(vrf_takes_routes(red));
	assert_string_equal(red->device, "red");
	assert_false(red->renewed);
	assert_null(vrfs_by_id(all, 9));
	vrfs_free(all);
}

/* Told before anybody wanted it; wanted again after nobody did. */
static void
test_unused(void **state)
{
	struct zebra z = { ZAPI_UP, "frr-8.3", ZAPI_VRF_BY_DEVICE, 0, 0 };
	struct vrfs *all = vrfs_new(&z, PATH);
	struct vrf *red;

	(void)state;
	assert_null(hear(all, ZAPI_VRF_ADD, 7, "red", ""));
	assert_int_equal(z.asked, 0);
	red = vrf_get(all, "red");
	assert_ptr_equal(vrf_get(all, "red"), red);
	assert_int_equal(z.asked, 1);
	vrf_put(red);
	vrf_put(red);
	assert_null(hear(all, ZAPI_VRF_DELETE, 7, "red", ""));
	assert_null(vrfs_named(all, "red"));
	for (uint32_t id = 1; id < 6000; id++) {
		char name[16];

		snprintf(name, sizeof(name), "v%u", id);
		assert_null(hear(all, ZAPI_VRF_ADD, id, name, ""));
	}
	assert_non_null(vrfs_named(all, "v4000"));
	assert_null(vrfs_named(all, "v5999"));
	vrfs_session(all, false);
	assert_null(vrfs_named(all, "v4000"));
	assert_non_null(vrfs_named(all, "default"));
	vrfs_free(all);
}

static void
test_refused(void **state)
{
	struct zebra z = { ZAPI_DOWN, "quagga-1.1", ZAPI_VRF_BY_UNKNOWN, 0, 0 };
	struct vrfs *all = vrfs_new(&z, PATH);
	struct vrf *red = vrf_get(all, "red");

	(void)state;
	assert_string_equal(red->refusal, "");
	z.state = ZAPI_UP;
	vrfs_session(all, true);
	assert_non_null(strstr(red->refusal, "(quagga-1.1) knows no VRFs"));
	assert_non_null(strstr(vrf_get(all, "blue")->refusal, "knows no VRFs"));
	vrfs_session(all, false);
	assert_non_null(strstr(red->refusal, "knows no VRFs")); /* until it is known better */
	z.dialect = "frr-8.3";
	vrfs_session(all, true);
	assert_string_equal(red->refusal, "");

	/* a namespace that is not to be seen is not believed to be ours */
	z.backend = ZAPI_VRF_BY_NETNS;
	hear(all, ZAPI_VRF_ADD, 7, "red", "zc-nowhere");
	assert_non_null(strstr(red->refusal, "no /run/netns/zc-nowhere"));
	assert_int_equal(z.asked, 0);
	vrfs_ready(all, 7);
	assert_false(vrf_takes_routes(red));
	vrfs_free(all);
}

/* No route of a named VRF ever gets the number of the default one. */
static void
test_default(void **state)
{
	struct zebra z = { ZAPI_UP, "frr-8.3", ZAPI_VRF_BY_DEVICE, 0, 0 };
	struct vrfs *all = vrfs_new(&z, PATH);
	struct vrf *red = vrf_get(all, "red");

	(void)state;
	assert_null(hear(all, ZAPI_VRF_ADD, 0, "red", ""));
	assert_false(vrf_takes_routes(red));
	assert_non_null(strstr(red->refusal, "name of the default VRF"));
	assert_null(hear(all, ZAPI_VRF_ADD, 7, "default", ""));
	assert_true(vrf_is_default(vrfs_by_id(all, 0)));
	assert_null(vrfs_by_id(all, 7));
	assert_null(vrfs_ready(all, 0));
	/* two of one number */
	vrf_get(all, "blue");
	assert_non_null(hear(all, ZAPI_VRF_ADD, 8, "blue", ""));
	assert_null(hear(all, ZAPI_VRF_ADD, 8, "green", ""));
	assert_string_equal(vrfs_by_id(all, 8)->name, "blue");
	vrfs_free(all);
}

/* frr-5 and frr-6 do not say what their VRFs are, and the namespace's field may be garbage. */
static void
test_backend_unsaid(void **state)
{
	struct zebra z = { ZAPI_UP, "frr-6", ZAPI_VRF_BY_UNKNOWN, 0, 0 };
	struct vrfs *all = vrfs_new(&z, PATH);
	struct vrf *red = vrf_get(all, "red");

	(void)state;
	hear(all, ZAPI_VRF_ADD, 7, "red", "\x7f../../\x01");
	assert_string_equal(red->device, "red");
	assert_string_equal(red->refusal, "");
	vrfs_free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_backend_unsaid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
