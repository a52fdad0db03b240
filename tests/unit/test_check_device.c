/*
 * Checks of a service in a VRF that is a device: their sockets are bound to it.
 * The loopback device stands for the VRF's; to bind to it needs no right.
 */
#include "test_check_help.h"

#include <netinet/in.h>
#include <unistd.h>

#include "checks/device.h"

static const struct device lo = { .name = "lo" };
static const struct device lo_unbound = { .name = "lo", .unbound = { true, true } };
static const struct device gone = { .name = "zc-gone0" };

/* One probe of a check made so far. */
static void
probe(struct rig *rig, struct probed *p, const struct device *device, enum cause cause,
    const char *words)
{
	p->check = check_new(&rig->ctx, "s", &p->conf, NULL, 0, probed_told, p);
	assert_non_null(p->check);
	check_set_device(p->check, device);
	check_start(p->check);
	probed_become(rig, p, cause, words);
	probed_stop(p);
}

static void
test_tcp(void **state)
{
	int fd = bind_at(SOCK_STREAM, "127.0.0.1", 0, 0, false);
	struct probed p = probed_make(CHECK_TCP, "127.0.0.1", port_of(fd));
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	probe(&rig, &p, &lo, CAUSE_OK, "connected");
	probe(&rig, &p, &gone, CAUSE_LOCAL, "the device of its VRF is not here");
	close(fd);
	rig_close(&rig);
}

/* Sockets are shared, but not between devices. */
static void
test_dns(void **state)
{
	int fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	struct probed p = probed_make(CHECK_DNS, "127.0.0.1", port_of(fd));
	static const struct device none;
	struct rig rig;

	(void)state;
	close(fd);
	p.conf.qname = (char *)(uintptr_t) "example.com";
	p.conf.qtype = 6;
	rig_open(&rig, NULL);
	probe(&rig, &p, &none, CAUSE_REFUSED, "");
	probe(&rig, &p, &gone, CAUSE_LOCAL, "the device of its VRF is not here");
	probe(&rig, &p, &lo, CAUSE_REFUSED, "");
	p.conf.transport = TRANSPORT_TCP;
	probe(&rig, &p, &gone, CAUSE_LOCAL, "the device of its VRF is not here");
	rig_close(&rig);
}

/* A socket bound to no device serves a VRF where the kernel is told so. */
static void
test_listener(void **state)
{
	int fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	struct probed p = probed_make(CHECK_LISTENER, NULL, port_of(fd));
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	for (int any = 0; any < 2; any++) {
		p.conf.any_address = any;
		assert_int_equal(prefix_parse(&p.conf.listen, "127.0.0.1"), 0);
		probe(&rig, &p, &lo, CAUSE_NO_SOCKET, "no udp socket");
		probe(&rig, &p, &lo_unbound, CAUSE_OK, "");
	}
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), 0);
	probe(&rig, &p, &lo, CAUSE_OK, "");
	probe(&rig, &p, &gone, CAUSE_NO_SOCKET, "no udp socket");
	close(fd);
	probe(&rig, &p, &lo_unbound, CAUSE_NO_SOCKET, "no udp socket");
	rig_close(&rig);
}

static void
test_of_vrf(void **state)
{
	(void)state;
	assert_string_equal(device_of_vrf("default").name, "");
	assert_string_equal(device_of_vrf("zc-gone0").name, "zc-gone0");
	assert_int_equal(device_index(&lo), if_nametoindex("lo"));
	assert_int_equal(device_index(&gone), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_listener),
		cmocka_unit_test(test_of_vrf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
