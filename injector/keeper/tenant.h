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

struct tenant {
	struct tenant *next;
	char *name;
	struct lease lease;
	bool drained;
	char drain_reason[160];
	struct ipc_blob checkpoint; /* len 0: none */
	bool dropped;		    /* not in the file in force any more */
};

/* NULL with errno. patience: how long a predecessor's routes may go undecided. */
struct tenant *tenant_new(const struct conf_service *, int64_t patience, int64_t now);
void tenant_free(struct tenant *);
/* The file was read again: a new tag, a new longest lease. */
void tenant_configure(struct tenant *, const struct conf_service *, int64_t now);
/* What its lease and its drain want of its routes. */
enum plan_want tenant_want(const struct tenant *);

#endif
