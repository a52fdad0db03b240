/*
 * Prefixes and nexthops inside a body, in all their layouts. Must not know which
 * message they are part of.
 */
#include <string.h>
#include <sys/socket.h>

#include "zapi/nexthop.h"

#define NEXTHOP_LABELS 0x02
#define NEXTHOP_WEIGHT 0x04
#define NEXTHOP_BACKUP 0x08
#define NEXTHOP_SEG6 0x30 /* both kinds; their length varies between releases */
#define NEXTHOP_EVPN 0x40
#define MAC_LEN 6

enum shape {
	SHAPE_IFINDEX,
	SHAPE_V4,
	SHAPE_V4_IFINDEX,
	SHAPE_V6,
	SHAPE_V6_IFINDEX,
	SHAPE_BLACKHOLE,
	SHAPE_UNKNOWN
};

uint8_t
prefix_bits(uint8_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

static void
get_prefix_bytes(
    struct wire_reader *r, uint8_t family, uint8_t len, bool whole, struct zapi_prefix *prefix)
{
	uint8_t bits = prefix_bits(family);
	size_t bytes = whole ? bits / 8u : (len + 7u) / 8u;
	size_t i;

	memset(prefix, 0, sizeof(*prefix));
	if (bits == 0 || len > bits) {
		r->bad = true;
		return;
	}
	prefix->family = family;
	prefix->len = len;
	wire_get_bytes(r, prefix->addr, bytes);
	if (len % 8 != 0)
		prefix->addr[len / 8] &= (uint8_t)(0xff << (8 - len % 8));
	for (i = (len + 7u) / 8u; i < sizeof(prefix->addr); i++)
		prefix->addr[i] = 0;
}

void
prefix_get(struct wire_reader *r, uint8_t family, struct zapi_prefix *prefix)
{
	get_prefix_bytes(r, family, wire_get_u8(r), false, prefix);
}

void
prefix_get_whole(struct wire_reader *r, uint8_t family, struct zapi_prefix *prefix)
{
	get_prefix_bytes(r, family, wire_get_u8(r), true, prefix);
}

void
prefix_get_address(struct wire_reader *r, uint8_t family, struct zapi_prefix *prefix)
{
	get_prefix_bytes(r, family, prefix_bits(family), true, prefix);
}

uint8_t
prefix_get_family16(struct wire_reader *r)
{
	uint16_t family = wire_get_u16(r);

	return family > UINT8_MAX ? 0 : (uint8_t)family;
}

static enum shape
shape_of(const struct zapi_dialect *d, uint8_t type)
{
	static const uint8_t frr[] = { SHAPE_UNKNOWN, SHAPE_IFINDEX, SHAPE_V4, SHAPE_V4_IFINDEX,
		SHAPE_V6, SHAPE_V6_IFINDEX, SHAPE_BLACKHOLE };
	static const uint8_t quagga[] = { SHAPE_UNKNOWN, SHAPE_IFINDEX, SHAPE_UNKNOWN, SHAPE_V4,
		SHAPE_V4_IFINDEX, SHAPE_UNKNOWN, SHAPE_V6, SHAPE_V6_IFINDEX, SHAPE_UNKNOWN,
		SHAPE_BLACKHOLE };

	if (d->route_form == ZAPI_ROUTES_QUAGGA)
		return type < sizeof(quagga) ? (enum shape)quagga[type] : SHAPE_UNKNOWN;
	return type < sizeof(frr) ? (enum shape)frr[type] : SHAPE_UNKNOWN;
}

static void
get_address(struct wire_reader *r, uint8_t family, struct zapi_nexthop *nh)
{
	nh->family = family;
	wire_get_bytes(r, nh->gateway, prefix_bits(family) / 8u);
}

/* False: a kind that cannot be walked over. */
static bool
get_gateway(const struct zapi_dialect *d, const struct nexthop_layout *l, struct wire_reader *r,
    struct zapi_nexthop *nh)
{
	bool ifindex = false;

	switch (shape_of(d, nh->type)) {
	case SHAPE_IFINDEX:
		ifindex = true;
		break;
	case SHAPE_V4:
		get_address(r, AF_INET, nh);
		ifindex = l->wide4;
		break;
	case SHAPE_V4_IFINDEX:
		get_address(r, AF_INET, nh);
		ifindex = true;
		break;
	case SHAPE_V6:
		get_address(r, AF_INET6, nh);
		ifindex = l->wide6;
		break;
	case SHAPE_V6_IFINDEX:
		get_address(r, AF_INET6, nh);
		ifindex = true;
		break;
	case SHAPE_BLACKHOLE:
		wire_get_bytes(r, NULL, l->blackhole ? 1 : 0);
		break;
	case SHAPE_UNKNOWN:
		return false;
	}
	nh->ifindex = ifindex ? wire_get_u32(r) : 0;
	return true;
}

static void
get_labels(const struct zapi_dialect *d, struct wire_reader *r)
{
	size_t count = wire_get_u8(r);

	if (d->label_type)
		wire_get_u8(r);
	wire_get_bytes(r, NULL, 4 * count);
}

/* What the flags of a nexthop announce, in the order of the wire. */
static bool
get_flagged(const struct zapi_dialect *d, const struct nexthop_layout *l, struct wire_reader *r,
    struct zapi_nexthop *nh)
{
	uint8_t flags = nh->flags;

	if (flags & NEXTHOP_LABELS)
		get_labels(d, r);
	if (flags & NEXTHOP_WEIGHT)
		nh->weight =
		    d->nexthop_form == ZAPI_NEXTHOP_FLAGS64 ? wire_get_u64(r) : wire_get_u32(r);
	if (l->mac || (d->evpn_flag == 0 && (flags & NEXTHOP_EVPN)))
		wire_get_bytes(r, NULL, MAC_LEN);
	if (l->colour)
		wire_get_u32(r);
	if (flags & NEXTHOP_BACKUP)
		wire_get_bytes(r, NULL, d->message_width == 4 ? wire_get_u8(r) : 1);
	return (flags & NEXTHOP_SEG6) == 0;
}

static bool
get_nexthop(const struct zapi_dialect *d, const struct nexthop_layout *l, struct wire_reader *r,
    struct zapi_nexthop *nh)
{
	memset(nh, 0, sizeof(*nh));
	if (l->vrf)
		nh->vrf = wire_get_u32(r);
	nh->type = wire_get_u8(r);
	if (l->flags || l->onlink)
		nh->flags = wire_get_u8(r);
	if (!get_gateway(d, l, r, nh))
		return false;
	if (l->flags)
		return get_flagged(d, l, r, nh);
	if (l->labels)
		get_labels(d, r);
	if (l->mac)
		wire_get_bytes(r, NULL, MAC_LEN);
	return true;
}

bool
nexthop_get(const struct zapi_dialect *d, const struct nexthop_layout *l, struct wire_reader *r,
    size_t count, struct zapi_nexthops *all)
{
	struct zapi_nexthop nh;
	size_t i;

	for (i = 0; i < count && !r->bad; i++) {
		bool whole = get_nexthop(d, l, r, &nh);

		if (all->count < ZAPI_NEXTHOPS_KEPT)
			all->kept[all->count] = nh;
		all->count++;
		if (!whole)
			return false;
	}
	return true;
}

void
nexthop_get_echo(struct wire_reader *r, uint8_t family, bool ifindexes, struct zapi_nexthops *all)
{
	uint8_t unused[16] = { 0 };
	size_t count = wire_get_u8(r), i;

	all->count = (uint16_t)count;
	for (i = 0; i < count && !r->bad; i++) {
		uint8_t *to = i < ZAPI_NEXTHOPS_KEPT ? all->kept[i].gateway : unused;

		wire_get_bytes(r, to, prefix_bits(family) / 8u);
		if (i < ZAPI_NEXTHOPS_KEPT && memcmp(to, unused, sizeof(unused)) != 0)
			all->kept[i].family = family;
	}
	count = ifindexes ? wire_get_u8(r) : 0;
	for (i = 0; i < count && !r->bad; i++) {
		uint32_t ifindex = wire_get_u32(r);

		if (i < ZAPI_NEXTHOPS_KEPT)
			all->kept[i].ifindex = ifindex;
	}
}
