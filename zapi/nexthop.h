/*
 * Prefixes and nexthops inside a body, in all their layouts. The first nexthops are
 * kept, the others are walked over. Must not know which message they are part of.
 */
#ifndef ZAPI_NEXTHOP_H
#define ZAPI_NEXTHOP_H

#include "zapi/message.h"
#include "zapi/wire.h"

/* How the nexthops of one message look. */
struct nexthop_layout {
	bool vrf, flags, onlink;
	bool wide4, wide6; /* an ifindex behind a gateway without one in its name */
	bool blackhole;	   /* a byte says which kind */
	bool labels;	   /* count and labels behind each */
	bool mac;	   /* router MAC behind each */
	bool colour;	   /* u32 behind each */
};

/* Adds count of them. False: a kind that cannot be walked over; the rest of the body is unreadable. */
bool nexthop_get(const struct zapi_dialect *, const struct nexthop_layout *, struct wire_reader *,
    size_t count, struct zapi_nexthops *);

/* Of a route as the old forms tell it: all gateways, then all interfaces; 0: connected. */
void nexthop_get_echo(struct wire_reader *, uint8_t family, bool ifindexes, struct zapi_nexthops *);

/* Bits of an address; 0: no such family. */
uint8_t prefix_bits(uint8_t family);
/* Length byte and as many bytes as it needs; bits behind the length are cleared. */
void prefix_get(struct wire_reader *, uint8_t family, struct zapi_prefix *);
/* Length byte and a whole address all the same. */
void prefix_get_whole(struct wire_reader *, uint8_t family, struct zapi_prefix *);
/* An address alone. */
void prefix_get_address(struct wire_reader *, uint8_t family, struct zapi_prefix *);
/* A family in two bytes, 0 if it is none. */
uint8_t prefix_get_family16(struct wire_reader *);

#endif
