/*
 * What FRR's daemons print, read: text in, answer out. Lines that are not
 * understood lead to BEYOND_UNKNOWN, never to a guess. No sockets here.
 */
#ifndef BEYOND_PARSE_H
#define BEYOND_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/ipc.h"

/* show ip ospf database external ADDRESS self-originate. FLUSHING: the LSA has the age to go. */
enum beyond beyond_parse_ospf(const char *text, const struct prefix *);
/* show bgp ipv4|ipv6 unicast PREFIX json: of our own making, and sent to somebody. */
enum beyond beyond_parse_bgp(const char *text, const struct prefix *);
/* "% … instance not found": the daemon runs, but the protocol does not. */
bool beyond_parse_absent(const char *text);

/* A table that a daemon prints as a whole: the routes of its own making, sorted. */
struct beyond_row {
	struct prefix prefix;
	uint32_t tag;
	bool redistributed; /* RIP: else an interface's network, which passes no route-map */
	bool flushing;	    /* OSPF: it has the age to go, and there is no other of the prefix */
};
struct beyond_rows {
	struct beyond_row *row;
	size_t count;
};

/* show ip ospf database self-originate: of it, the external ones. -1: not understood. */
int beyond_rows_ospf(struct beyond_rows *, const char *text);
/* show ipv6 ospf6 database as-external self-originated detail. -1: not understood. */
int beyond_rows_ospf6(struct beyond_rows *, const char *text);
/* show ip rip; show ipv6 ripng. Of what is redistributed, connected routes only. */
int beyond_rows_rip(struct beyond_rows *, const char *text);
const struct beyond_row *beyond_rows_find(const struct beyond_rows *, const struct prefix *);
void beyond_rows_free(struct beyond_rows *);

/* The start of the next line, NULL: none. */
const char *beyond_line(const char *line);

#endif
