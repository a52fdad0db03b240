/*
 * Addresses and links of the host as the kernel last told them: plain data,
 * and what of it has not been told on yet. Knows no netlink and no lease.
 */
#ifndef ALIAS_TABLE_H
#define ALIAS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct alias_address {
	struct prefix address; /* with the length of its network */
	struct prefix network; /* of the peer, where there is one */
	uint32_t ifindex;
	char label[16]; /* "": none of its own */
	bool permanent;
	bool noprefixroute;
	int64_t valid_until; /* clock_ms(); CLOCK_NEVER when permanent */
};

struct alias_link {
	uint32_t ifindex;
	char name[16];
	bool up;
	bool is_vrf;	 /* a VRF's device */
	uint32_t master; /* whose member it is; 0: of none */
};

struct alias_table;

struct alias_table *alias_table_new(void);
void alias_table_free(struct alias_table *);

/*
 * 1: it is new, or something besides valid_until changed; 0: nothing to tell;
 * -1 with errno = ENOMEM.
 */
int alias_table_address(struct alias_table *, const struct alias_address *);
/* Was it there? */
bool alias_table_address_gone(struct alias_table *, const struct alias_address *);

/*
 * The address on that interface, with ifindex = 0 on any; one of the same length first,
 * else one of any length. NULL: none. Valid until the table changes.
 */
const struct alias_address *
alias_table_find(const struct alias_table *, const struct prefix *, uint32_t ifindex);
/* The same on another interface of the VRF that ifindex is in (ifindex 0: of the default one). */
const struct alias_address *
alias_table_find_beside(const struct alias_table *, const struct prefix *, uint32_t ifindex);
enum alias_where { ALIAS_ON, ALIAS_BESIDE };
/* An address on (or beside) ifindex whose network is that prefix. */
const struct alias_address *alias_table_network(
    const struct alias_table *, const struct prefix *, enum alias_where, uint32_t ifindex);
size_t alias_table_count(const struct alias_table *);

/* -1 with errno = ENOMEM. */
int alias_table_link(struct alias_table *, const struct alias_link *);
/* Its addresses go, too: true when there were any. */
bool alias_table_link_gone(struct alias_table *, uint32_t ifindex);
const struct alias_link *alias_table_link_named(const struct alias_table *, const char *name);
const struct alias_link *alias_table_link_at(const struct alias_table *, uint32_t ifindex);
/*
 * The next thing to tell about a link: true and *news. One that went is told as not up,
 * one that was down and up again in between as both.
 */
bool alias_table_link_news(struct alias_table *, struct alias_link *news);

/* Between the two everything there is gets said again; sweep drops the rest: any address? */
void alias_table_mark(struct alias_table *);
bool alias_table_sweep(struct alias_table *);

#endif
