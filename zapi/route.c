/*
 * Reading of routes: the unified form, and the old ones, where zebra tells in
 * another layout than it is told. Must not know headers or command numbers.
 */
#include <string.h>

#include "zapi/body.h"
#include "zapi/nexthop.h"

#define EVPN_BYTES 6

static struct nexthop_layout
unified_layout(const struct zapi_dialect *d, uint32_t flags, uint32_t message)
{
	bool evpn = (flags & d->evpn_flag) != 0;

	return (struct nexthop_layout){
		.vrf = d->nexthop_form != ZAPI_NEXTHOP_VRF_ONCE,
		.onlink = d->nexthop_form == ZAPI_NEXTHOP_ONLINK,
		.flags = d->nexthop_form >= ZAPI_NEXTHOP_FLAGS32,
		.wide4 = d->nexthop_form >= ZAPI_NEXTHOP_FLAGS32,
		.wide6 = d->nexthop_form >= ZAPI_NEXTHOP_FLAGS32,
		.blackhole = true,
		.labels = (message & d->bits.label) != 0,
		.mac = evpn && d->version == 6,
		.colour = (message & d->bits.srte) != 0,
	};
}

static bool
get_unified_nexthops(const struct zapi_dialect *d, const struct nexthop_layout *l,
    struct wire_reader *r, struct zapi_nexthops *all)
{
	size_t count = wire_get_u16(r);

	if (count > 0 && d->nexthop_form == ZAPI_NEXTHOP_VRF_ONCE)
		wire_get_u32(r);
	return nexthop_get(d, l, r, count, all);
}

static void
get_tag(struct wire_reader *r, uint32_t message, uint32_t bit, struct zapi_route *route)
{
	if (message & bit) {
		route->tag = wire_get_u32(r);
		route->has_tag = true;
	}
}

static void
get_unified_tail(
    const struct zapi_dialect *d, struct wire_reader *r, uint32_t message, struct zapi_route *route)
{
	if (message & d->bits.distance)
		route->distance = wire_get_u8(r);
	if (message & d->bits.metric)
		route->metric = wire_get_u32(r);
	get_tag(r, message, d->bits.tag, route);
	if (message & d->bits.mtu)
		wire_get_u32(r);
	if (message & d->bits.table)
		wire_get_u32(r);
	if (message & d->bits.opaque)
		wire_get_bytes(r, NULL, wire_get_u16(r));
}

void
route_get_unified(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_route *route)
{
	struct zapi_nexthops backup = { 0 };
	struct zapi_prefix source;
	uint32_t flags, message;
	struct nexthop_layout l;
	bool whole = true;

	memset(route, 0, sizeof(*route));
	route->type = wire_get_u8(r);
	route->instance = wire_get_u16(r);
	route->flags = flags = wire_get_u32(r);
	route->selected = (flags & d->selected_flag) != 0;
	route->message = message = d->message_width == 4 ? wire_get_u32(r) : wire_get_u8(r);
	wire_get_u8(r); /* safi */
	if (d->version == 5 && (flags & d->evpn_flag))
		wire_get_bytes(r, NULL, EVPN_BYTES);
	prefix_get(r, wire_get_u8(r), &route->prefix);
	if (message & d->bits.srcprefix)
		prefix_get(r, route->prefix.family, &source);
	if (message & d->bits.group)
		wire_get_u32(r);
	l = unified_layout(d, flags, message);
	if (message & d->bits.nexthop)
		whole = get_unified_nexthops(d, &l, r, &route->nexthops);
	if (whole && (message & d->bits.backup))
		whole = get_unified_nexthops(d, &l, r, &backup);
	route->ifindex = route->nexthops.kept[0].ifindex;
	if (whole)
		get_unified_tail(d, r, message, route);
}

static uint32_t
get_old_head(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_route *route)
{
	bool frr = d->route_form == ZAPI_ROUTES_FRR2;

	memset(route, 0, sizeof(*route));
	route->type = wire_get_u8(r);
	route->instance = frr ? wire_get_u16(r) : 0;
	route->flags = frr ? wire_get_u32(r) : wire_get_u8(r);
	route->selected = (route->flags & d->selected_flag) != 0;
	route->message = wire_get_u8(r);
	return route->message;
}

static void
get_old_prefix(const struct zapi_dialect *d, uint8_t family, struct wire_reader *r,
    uint32_t message, struct zapi_route *route)
{
	struct zapi_prefix source;

	prefix_get(r, family, &route->prefix);
	if (message & d->bits.srcprefix)
		prefix_get(r, family, &source);
}

static void
get_old_tail(
    const struct zapi_dialect *d, struct wire_reader *r, uint32_t message, struct zapi_route *route)
{
	bool tag_first = d->route_form == ZAPI_ROUTES_FRR2;

	if (message & d->bits.distance)
		route->distance = wire_get_u8(r);
	if (message & d->bits.metric)
		route->metric = wire_get_u32(r);
	if (tag_first)
		get_tag(r, message, d->bits.tag, route);
	if (message & d->bits.mtu)
		wire_get_u32(r);
	if (!tag_first)
		get_tag(r, message, d->bits.tag, route);
}

void
route_get_echo(
    const struct zapi_dialect *d, uint8_t family, struct wire_reader *r, struct zapi_route *route)
{
	uint32_t message = get_old_head(d, r, route);

	get_old_prefix(d, family, r, message, route);
	if (message & d->bits.nexthop)
		nexthop_get_echo(r, family, (message & d->bits.ifindex) != 0, &route->nexthops);
	route->ifindex = route->nexthops.kept[0].ifindex;
	get_old_tail(d, r, message, route);
}

void
route_get_request(
    const struct zapi_dialect *d, uint8_t family, struct wire_reader *r, struct zapi_route *route)
{
	static const struct nexthop_layout plain = { 0 };
	uint32_t message = get_old_head(d, r, route);
	bool whole = true;

	wire_get_u16(r); /* safi */
	get_old_prefix(d, family, r, message, route);
	if (message & d->bits.nexthop)
		whole = nexthop_get(d, &plain, r, wire_get_u8(r), &route->nexthops);
	route->ifindex = route->nexthops.kept[0].ifindex;
	if (whole)
		get_old_tail(d, r, message, route);
}
