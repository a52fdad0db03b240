/*
 * Tenants: made from the file, found by name, asked for what they want.
 */
#include "keeper/tenant.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define LEASE_SLACK_MS 1000

/* What the freshest pass of any check may be worth: see "Two clocks" in doc/words.md. */
static int64_t
longest_lease(const struct conf_service *conf)
{
	int64_t longest = 0;

	for (size_t i = 0; i < conf->nchecks; i++) {
		const struct conf_check *check = &conf->checks[i];
		int64_t worth = check->fall * check->interval + check->timeout;

		longest = worth > longest ? worth : longest;
	}
	return longest + LEASE_SLACK_MS;
}

struct tenant *
tenant_new(const struct conf_service *conf, int64_t patience, int64_t now)
{
	struct tenant *tenant = calloc(1, sizeof(*tenant));

	if (tenant == NULL || (tenant->name = strdup(conf->name)) == NULL) {
		free(tenant);
		return NULL;
	}
	lease_init(&tenant->lease, patience, longest_lease(conf), conf->tag, now);
	return tenant;
}

static void
tenant_free(struct tenant *tenant)
{
	free(tenant->name);
	free(tenant);
}

void
tenant_configure(struct tenant *tenant, const struct conf_service *conf, int64_t now)
{
	lease_limit(&tenant->lease, longest_lease(conf), now);
	tenant->lease.tag = conf->tag;
	tenant->dropped = false;
}

enum plan_want
tenant_want(const struct tenant *tenant)
{
	if (tenant->drained || tenant->dropped)
		return WANT_OFF;
	switch (tenant->lease.state) {
	case LEASE_UNDECIDED:
		return WANT_UNDECIDED;
	case LEASE_LIVE:
		return WANT_ON;
	default:
		return WANT_OFF;
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct tenant *)a)->name, ((const struct tenant *)b)->name);
}

struct tenant *
tenants_find(const struct tenants *tenants, const char *name)
{
	const struct tenant key = { .name = (char *)(uintptr_t)name };
	struct tenant **found = tfind(&key, &tenants->by_name, by_name);

	return found != NULL ? *found : NULL;
}

int
tenants_add(struct tenants *tenants, struct tenant *tenant)
{
	if (tsearch(tenant, &tenants->by_name, by_name) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	tenant->next = tenants->first;
	tenants->first = tenant;
	return 0;
}

/* Frees all, or the dropped ones. */
static void
discard(struct tenants *tenants, bool all)
{
	for (struct tenant **t = &tenants->first; *t != NULL;) {
		struct tenant *gone = *t;

		if (!all && !gone->dropped) {
			t = &gone->next;
			continue;
		}
		*t = gone->next;
		tdelete(gone, &tenants->by_name, by_name);
		tenant_free(gone);
	}
}

void
tenants_sweep(struct tenants *tenants)
{
	discard(tenants, false);
}

void
tenants_free(struct tenants *tenants)
{
	discard(tenants, true);
}
