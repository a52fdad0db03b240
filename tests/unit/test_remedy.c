/*
 * The remedy for each daemon and release, and the command that an operator is
 * told to type.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "beyond/remedy.h"

#define OSPF "router ospf\n redistribute connected route-map M\nexit\n"
#define OSPF6 "router ospf6\n redistribute connected\nexit\n"
#define RIP "router rip\n redistribute connected metric 3\nexit\n"
#define RIPNG "router ripng\r\n redistribute connected\r\nexit\r\n"
#define BGP "router bgp 1\n address-family ipv4 unicast\n  redistribute connected\n"
#define ANEW(router, line)                                                                     \
	"vtysh -c 'configure terminal' -c 'router " router "' -c 'no redistribute connected' " \
	"-c 'redistribute connected" line "'"
#define RESTART "systemctl restart frr"

static void
test_remedies(void **state)
{
	static const struct {
		const char *daemon, *release, *config, *command;
	} cases[] = {
		{ "ospfd", "FRRouting 7.5.1", OSPF, RESTART },
		{ "ospfd", "FRRouting 8.4.4", OSPF, ANEW("ospf", " route-map M") },
		{ "ospfd", "FRRouting 10.7.1", OSPF OSPF6, ANEW("ospf", " route-map M") },
		{ "ospfd", "Quagga 1.2.4", OSPF, RESTART },
		{ "ospfd", NULL, OSPF, RESTART },
		{ "ospf6d", "FRRouting 8.4.4", OSPF6, RESTART },
		{ "ospf6d", "FRRouting 10.3", OSPF6, ANEW("ospf6", "") },
		{ "ripd", "FRRouting 8.4.4", RIP, ANEW("rip", " metric 3") },
		{ "ripngd", "FRRouting 8.4.4", RIPNG, ANEW("ripng", "") },
		{ "bgpd", "FRRouting 10.3", BGP, RESTART },
		/* Without the line that stands there, it can't be taken away and put back. */
		{ "ospfd", "FRRouting 8.4.4", NULL, RESTART },
		{ "ospfd", "FRRouting 8.4.4", "", RESTART },
		{ "ospfd", "FRRouting 8.4.4", "router ospf\n", RESTART },
		{ "ospfd", "FRRouting 8.4.4", OSPF6, RESTART },
		{ "ospfd", "FRRouting 8.4.4", OSPF "router ospf vrf red\n", RESTART },
		{ "ospfd", "FRRouting 8.4.4", "router ospf 2\n redistribute connected\n", RESTART },
		{ "ospfd", "FRRouting 8.4.4",
		    "router ospf\n redistribute connected route-map A'B\n", RESTART },
	};
	struct zapi_release release;
	struct remedy remedy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].release != NULL)
			assert_int_equal(zapi_release_parse(&release, cases[i].release), 0);
		remedy_find(&remedy, cases[i].daemon, cases[i].release != NULL ? &release : NULL,
		    cases[i].config);
		if (strcmp(remedy.command, cases[i].command) != 0)
			fail_msg("case %zu: %s", i, remedy.command);
		assert_non_null(remedy.cost);
	}
}

/* Nothing is cut off of a long line. */
static void
test_long(void **state)
{
	struct zapi_release release;
	struct remedy remedy;
	char config[512];
	int n;

	(void)state;
	assert_int_equal(zapi_release_parse(&release, "8.4"), 0);
	for (n = 1; n < 300; n++) {
		snprintf(config, sizeof(config),
		    "router ospf\n redistribute connected route-map %0*d\n", n, 7);
		remedy_find(&remedy, "ospfd", &release, config);
		if (strcmp(remedy.command, RESTART) != 0)
			assert_string_equal(remedy.command + strlen(remedy.command) - 2, "7'");
		else
			assert_true(n > 64); /* the longest name that FRR takes */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
