/*
 * Addresses and links of the host, by libnl: a table that follows the kernel
 * (dumped again whenever events may have been lost), and the verbs that add,
 * renew and delete an alias. Knows no lease and no route.
 */
#ifndef ALIAS_ALIAS_H
#define ALIAS_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct event_base;
struct aliases;

struct alias_info {
	struct prefix address; /* with the length of its network */
	uint32_t ifindex;
	char interface[16];
	char label[16]; /* IPv4: as the kernel has it, "" without one; a change never alters it */
	bool permanent;
	bool noprefixroute;
	int64_t valid_until; /* clock_ms(); CLOCK_NEVER when permanent */
};

struct alias_ops {
	/* An address came, went or changed (renewals are not told): look again. */
	void (*changed)(void *arg);
	/* A link came, went, or changed its IFF_UP. */
	void (*link)(void *arg, uint32_t ifindex, const char *name, bool up);
	/* Events were lost; the table has been read again. changed() follows. */
	void (*overrun)(void *arg);
	/* All are called by the event loop, never from inside a call of the verbs below. */
};

/* Dumps links and addresses before it returns. NULL with errno. */
struct aliases *aliases_new(struct event_base *, const struct alias_ops *, void *arg);
void aliases_free(struct aliases *);

/* The index of a link by name, 0: there is none. *up may be NULL. */
uint32_t aliases_link(struct aliases *, const char *name, bool *up);

/*
 * The address on that interface (ifindex) or, with 0, on any: true and *info. One with the same
 * length of network is preferred to one with another: see info->address.
 */
bool aliases_find(
    struct aliases *, const struct prefix *address, uint32_t ifindex, struct alias_info *info);

/* The address on another interface of the VRF that ifindex is in. */
bool aliases_find_beside(
    struct aliases *, const struct prefix *address, uint32_t ifindex, struct alias_info *info);

/* Is the prefix a connected network of such another interface ("10.1.0.0/16 of eth0")? */
bool aliases_is_network(
    struct aliases *, const struct prefix *, uint32_t ifindex, struct alias_info *info);

/*
 * Adds a plain address with a lifetime in ms (rounded up to s); one that is already there, leased or
 * permanent, gets the lifetime (an IPv4 one keeps its label and its noprefixroute). label may be
 * "". 0, or -1 with errno; EEXIST: the IPv6 address is there with another length.
 */
int alias_add(
    struct aliases *, const struct prefix *, uint32_t ifindex, const char *label, int64_t lifetime);
/*
 * The same, but only for one that is there now: -1 with ENOENT when it had gone meanwhile, and then
 * it stays gone. The kernel decides that, not a look before.
 */
int alias_renew(
    struct aliases *, const struct prefix *, uint32_t ifindex, const char *label, int64_t lifetime);
/*
 * Deletes it, and for IPv6 the route "P dev lo proto kernel" that the kernel leaves behind, also one
 * of an earlier expiry. Not there counts as done.
 */
int alias_delete(struct aliases *, const struct prefix *, uint32_t ifindex);
/* Removes such a leftover of a prefix whose address is not there. */
void alias_sweep(struct aliases *, const struct prefix *, uint32_t ifindex);

#endif
