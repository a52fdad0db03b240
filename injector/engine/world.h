/*
 * All the engine knows: its services, and what the keeper told of routes and
 * zebra. Looking at it changes nothing; engine.c alone writes to it.
 */
#ifndef ENGINE_WORLD_H
#define ENGINE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipc.h"
#include "checks/device.h"
#include "conf/conf.h"
#include "engine/history.h"
#include "engine/service.h"

/* A service and what belongs to it. Arrays are in the order of the file. */
struct member {
	const struct conf_service *conf;
	struct device device; /* of its VRF, for the checks */
	struct service service;
	struct history *histories; /* conf->nchecks */
	struct ipc_route *routes;  /* conf->nprefixes */
	size_t announced;	   /* so many of them are */
	char reason[160];	   /* of the drain, or "" */
	size_t culprit;		   /* the check that took it down last */
	int64_t lease_until;	   /* clock_ms(), as asked of the keeper last; 0: none */
	int64_t revoked_us;	   /* clock_us() of the last revocation; 0: never */
};

struct world {
	const struct conf *conf;
	struct member *members; /* conf->nservices */
	struct ipc_zebra zebra;
	struct ipc_daemon daemons[IPC_DAEMONS];
};

/* NULL with errno. conf must outlive it. Before the sandbox: it looks at network namespaces. */
struct world *world_new(const struct conf *, int64_t now);
void world_free(struct world *);

/* The service of that name, or NULL. */
const struct member *world_find(const struct world *, const char *name);
/* Takes over IPC_ROUTE, IPC_ZEBRA and IPC_DAEMON; -1: of a place that is not there. */
int world_take(struct world *, const struct ipc_msg *);
/* Is one of its prefixes announced? */
bool world_announces(const struct member *);

#endif
