/*
 * A service as the keeper knows it: a name, its lease, its drain, what its
 * engine wants the next engine to know. Outlives engines and files.
 */
#ifndef KEEPER_TENANT_H
#define KEEPER_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ipc.h"
#include "conf/conf.h"
#include "keeper/lease.h"
#include "keeper/plan.h"

struct route;

struct tenant {
	struct tenant *next;
	char *name;
	uint32_t place;	      /* in the file in force */
	struct route *routes; /* those of the file, in its order; each knows its sibling */
	struct route *due;    /* it and those behind it are still to run */
	struct lease lease;
	bool drained;
	char drain_reason[160];
	struct ipc_blob checkpoint; /* len 0: none */
	bool dropped;		    /* not in the file in force any more: place is nothing */
};

struct tenants {
	struct tenant *first;
	void *by_name;
};

/* NULL with errno. patience: how long a predecessor's routes may go undecided. */
struct tenant *tenant_new(const struct conf_service *, int64_t patience, int64_t now);
/* The file was read again: a new tag, a new longest lease. */
void tenant_configure(struct tenant *, const struct conf_service *, int64_t now);
/* What its lease and its drain want of its routes. */
enum plan_want tenant_want(const struct tenant *);

struct tenant *tenants_find(const struct tenants *, const char *name);
/* 0, or -1 with ENOMEM. The tenant is theirs. */
int tenants_add(struct tenants *, struct tenant *);
/* Frees the dropped ones. */
void tenants_sweep(struct tenants *);
void tenants_free(struct tenants *);

#endif
