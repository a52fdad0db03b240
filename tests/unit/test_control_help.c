/*
 * The small world of the tests.
 */
#include "test_control_help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

static int
count(struct small_world *w, int *counter)
{
	if (w->error != 0) {
		errno = w->error;
		return -1;
	}
	++*counter;
	return 0;
}

static int
drain(void *arg, size_t service, bool on, const char *reason)
{
	struct small_world *w = arg;
	struct member *m = &w->world->members[service];

	if (count(w, &w->drains) == -1)
		return -1;
	service_drain(&m->service, on, clock_ms());
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	return 0;
}

static int
check(void *arg, size_t service)
{
	struct small_world *w = arg;

	(void)service;
	return count(w, &w->checks_now);
}

static int
reload(void *arg)
{
	struct small_world *w = arg;

	return count(w, &w->reloads);
}

static int
leave(void *arg)
{
	struct small_world *w = arg;

	return count(w, &w->leaves);
}

static void
listens(void *arg, bool on)
{
	struct small_world *w = arg;

	w->listens = on;
}

static void
describe(struct small_world *w)
{
	prefix_parse(&w->prefixes[0], "10.1.53.1/32");
	prefix_parse(&w->prefixes[1], "2001:db8:53::1/128");
	prefix_parse(&w->prefixes[2], "10.1.80.1/32");
	w->checks[0] = (struct conf_check){ .name = TEXT("soa"), .interval = 1000, .fall = 2 };
	w->checks[1] = (struct conf_check){
		.name = TEXT("own"), .target = TARGET_SERVICE, .interval = 1000, .fall = 2
	};
	w->checks[2] = (struct conf_check){ .name = TEXT("port"), .kind = CHECK_TCP, .rise = 2 };
	w->services[0] = (struct conf_service){ .name = TEXT("resolver"),
		.require = 2,
		.nchecks = 2,
		.checks = w->checks,
		.nprefixes = 2,
		.prefixes = w->prefixes,
		.vrf = TEXT("default"),
		.interface = TEXT("lo"),
		.label = TEXT("lo:1"),
		.tag = 53,
		.protocols = PROTO_OSPF };
	w->services[1] = (struct conf_service){ .name = TEXT("web"),
		.require = 1,
		.nchecks = 1,
		.checks = w->checks + 2,
		.nprefixes = 1,
		.prefixes = w->prefixes + 2,
		.vrf = TEXT("default"),
		.interface = TEXT("lo"),
		.label = TEXT(""),
		.tag = 80,
		.filter = FILTER_TAG };
	w->conf = (struct conf){
		.services = w->services, .nservices = 2, .zebra_socket = TEXT("/run/frr/zserv.api")
	};
}

int
small_world_open(struct small_world *w)
{
	memset(w, 0, sizeof(*w));
	describe(w);
	w->actions = (struct request_actions){ drain, check, reload, leave, listens, w };
	w->world = world_new(&w->conf, clock_ms());
	return w->world != NULL ? 0 : -1;
}

void
small_world_close(struct small_world *w)
{
	world_free(w->world);
}
