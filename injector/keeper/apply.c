/*
 * What a tenant wants becomes what its routes do. Many routes take many turns of the loop, so that
 * the next verdict waits for none of them, and is not told to zebra behind all of them.
 */
#include <event2/event.h>

#include "base/clock.h"
#include "keeper/state.h"
#include "keeper/zebra.h"

#define AT_ONCE 256 /* routes in one turn */
#define BEHIND_MS 2 /* zebra reads some hundred messages in that time */

/* Returns how many of so many may run still. */
static int
run_some(struct tenant *tenant, int left)
{
	for (; tenant->due != NULL && left > 0; left--) {
		struct route *route = tenant->due;

		tenant->due = route_place(route)->sibling;
		route_run(route);
	}
	return left;
}

static void
go_on(struct keeper *k, int64_t ms)
{
	struct timeval tv = clock_span_ms(ms);

	event_add(k->apply, &tv);
}

/* Its first routes run now, whoever else waits: all of them, of most tenants. */
void
apply_tenant(struct keeper *k, struct tenant *tenant)
{
	enum plan_want want = k->world.leaving ? WANT_OFF : tenant_want(tenant);
	bool due = false;

	for (struct route *r = tenant->routes; r != NULL; r = route_place(r)->sibling)
		due |= route_want(r, want, want == WANT_ON ? tenant->lease.until : 0);
	if (!due)
		return;
	tenant->due = tenant->routes;
	run_some(tenant, AT_ONCE);
	if (tenant->due != NULL)
		go_on(k, 0);
}

static int
run_due(struct keeper *k, bool on, int left)
{
	for (struct tenant *t = k->tenants.first; t != NULL; t = t->next)
		if ((tenant_want(t) == WANT_ON) == on)
			left = run_some(t, left);
	return left;
}

static bool
all_have_run(const struct keeper *k)
{
	for (const struct tenant *t = k->tenants.first; t != NULL; t = t->next)
		if (t->due != NULL)
			return false;
	return true;
}

/* What is dead goes first, and does not wait for zebra: its aliases go by the kernel. */
void
apply_more(struct keeper *k)
{
	bool behind = zebra_is_behind(k->world.zebra);
	int left = run_due(k, false, AT_ONCE);

	if (!behind)
		run_due(k, true, left);
	if (!all_have_run(k))
		go_on(k, behind && left > 0 ? BEHIND_MS : 0);
}
