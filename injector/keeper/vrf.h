/*
 * The VRFs of zebra: which it has told of, by which number, and whether an
 * address of ours belongs there. A VRF is a device, or a network namespace that
 * we must live in. Knows no route but by their count.
 */
#ifndef KEEPER_VRF_H
#define KEEPER_VRF_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "zapi/message.h"

struct zebra;
struct vrfs;

struct vrf {
	struct vrf *next;
	char name[37];
	uint32_t id;  /* valid while told */
	bool told;    /* zebra has it */
	bool ready;   /* … and has told all its routes */
	bool renewed; /* it went and came in this session: routing daemons began anew, too */
	char device
	    [IFNAMSIZ]; /* for the aliases, unless the file names one; "": zebra has never told */
	char refusal[224]; /* why nothing may be announced there; "": nothing is in the way */
	char waits[80];	   /* what is said while it is not told */
	unsigned int users;
};

/* path: of zebra's socket. NULL: no memory. */
struct vrfs *vrfs_new(struct zebra *, const char *path);
void vrfs_free(struct vrfs *);

/* To be given back by vrf_put(). NULL: no memory. */
struct vrf *vrf_get(struct vrfs *, const char *name);
void vrf_put(struct vrf *);
bool vrf_is_default(const struct vrf *);
/* Does zebra take routes there, once its session is up? */
bool vrf_takes_routes(const struct vrf *);

/* The one of that name, if it is used or zebra told of it; else NULL. */
const struct vrf *vrfs_named(const struct vrfs *, const char *name);
/* The one that zebra calls by that number, or NULL. */
struct vrf *vrfs_by_id(const struct vrfs *, uint32_t id);

/* The session is up; it ended: zebra's numbers mean nothing any more. */
void vrfs_session(struct vrfs *, bool up);
/* VRF_ADD, VRF_DELETE: the VRF, or NULL when nobody uses it. */
struct vrf *vrfs_heard(struct vrfs *, const struct zapi_msg *);
/* All was told of the VRF of that number: the VRF, or NULL. */
struct vrf *vrfs_ready(struct vrfs *, uint32_t id);

#endif
