/*
 * Frames, command numbers, and the decoder of every message a client of zebra
 * meets. Must not know sessions; bodies with nexthops are read by route.c and
 * lookup.c.
 */
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "zapi/body.h"
#include "zapi/nexthop.h"

#define VRF_TABLE_LEN 4u
#define FROM (1 << ZAPI_FROM_ZEBRA)
#define TO (1 << ZAPI_TO_ZEBRA)
#define CLOSE_NOTIFY_LEN 7

/* Who may say what: in Quagga one number means another thing in each direction. */
static const uint8_t directions[ZAPI_COMMANDS] = {
	[ZAPI_INTERFACE_ADD] = FROM | TO,
	[ZAPI_INTERFACE_DELETE] = FROM | TO,
	[ZAPI_ADDRESS_ADD] = FROM,
	[ZAPI_ADDRESS_DEL] = FROM,
	[ZAPI_INTERFACE_UP] = FROM,
	[ZAPI_INTERFACE_DOWN] = FROM,
	[ZAPI_ROUTE_ADD] = TO,
	[ZAPI_ROUTE_DEL] = TO,
	[ZAPI_IPV4_ROUTE_ADD] = TO,
	[ZAPI_IPV4_ROUTE_DEL] = TO,
	[ZAPI_IPV6_ROUTE_ADD] = TO,
	[ZAPI_IPV6_ROUTE_DEL] = TO,
	[ZAPI_NOTIFY_OWNER] = FROM,
	[ZAPI_REDISTRIBUTE_ADD] = TO,
	[ZAPI_REDISTRIBUTE_DEL] = TO,
	[ZAPI_ROUTER_ID_ADD] = TO,
	[ZAPI_ROUTER_ID_DELETE] = TO,
	[ZAPI_ROUTER_ID_UPDATE] = FROM,
	[ZAPI_HELLO] = TO,
	[ZAPI_CAPABILITIES] = FROM,
	[ZAPI_NEXTHOP_REGISTER] = TO,
	[ZAPI_NEXTHOP_UNREGISTER] = TO,
	[ZAPI_NEXTHOP_UPDATE] = FROM,
	[ZAPI_REDIST_ADD] = FROM,
	[ZAPI_REDIST_DEL] = FROM,
	[ZAPI_VRF_ADD] = FROM,
	[ZAPI_VRF_DELETE] = FROM,
	[ZAPI_VRF_LABEL] = FROM | TO,
	[ZAPI_LOOKUP] = FROM | TO,
	[ZAPI_LINK_PARAMS] = FROM | TO,
	[ZAPI_ERROR] = FROM,
	[ZAPI_NOTIFY_REQUEST] = TO,
	[ZAPI_CLOSE_NOTIFY] = FROM,
};

int
zapi_frame(const struct zapi_dialect *d, const void *buf, size_t len)
{
	struct wire_reader r;
	uint16_t length;

	wire_reader_init(&r, buf, len);
	if (len < 4)
		return 0;
	length = wire_get_u16(&r);
	if (wire_get_u8(&r) != d->marker || wire_get_u8(&r) != d->version)
		return -1;
	if (length < d->header)
		return -1;
	return length <= len ? length : 0;
}

/* Meaning of a number, and the family where the number says it. */
static enum zapi_command
command_of(
    const struct zapi_dialect *d, enum zapi_direction direction, uint16_t number, uint8_t *family)
{
	size_t i;

	*family = AF_INET;
	if (d->echo4 != 0 && direction == ZAPI_FROM_ZEBRA && number >= d->echo4 &&
	    number < d->echo4 + 4) {
		*family = number - d->echo4 < 2 ? AF_INET : AF_INET6;
		return (number - d->echo4) % 2 == 0 ? ZAPI_REDIST_ADD : ZAPI_REDIST_DEL;
	}
	if (d->lookup6 != 0 && number == d->lookup6) {
		*family = AF_INET6;
		return ZAPI_LOOKUP;
	}
	for (i = 0; i < ZAPI_COMMANDS; i++)
		if (d->command[i] == number && (directions[i] & (1 << direction)))
			return (enum zapi_command)i;
	return ZAPI_OTHER;
}

/*
 * The body is checked to its last byte: neighbouring dialects differ in nothing
 * else that comes this early.
 */
static void
get_interface(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_interface *ifp)
{
	const uint8_t *start = r->p;
	size_t done;

	memset(ifp, 0, sizeof(*ifp));
	wire_get_bytes(r, ifp->name, d->ifname_len);
	ifp->ifindex = wire_get_u32(r);
	ifp->status = wire_get_u8(r);
	ifp->flags = wire_get_u64(r);
	done = (size_t)(r->p - start);
	wire_get_bytes(r, NULL, d->ifhw_offset - done);
	wire_get_bytes(r, NULL, wire_get_u32(r));
	if (d->link_params && wire_get_u8(r) == 1)
		wire_get_bytes(r, NULL, wire_left(r));
	if (wire_left(r) > 0)
		r->bad = true;
}

static void
get_interface_address(struct wire_reader *r, struct zapi_address *address)
{
	struct zapi_prefix destination;
	uint8_t len;

	address->ifindex = wire_get_u32(r);
	address->flags = wire_get_u8(r);
	prefix_get_address(r, wire_get_u8(r), &address->prefix);
	len = wire_get_u8(r);
	if (len > address->prefix.len)
		r->bad = true;
	address->prefix.len = len;
	prefix_get_address(r, address->prefix.family, &destination);
}

static void
get_capabilities(
    const struct zapi_dialect *d, struct wire_reader *r, struct zapi_capabilities *caps)
{
	const uint8_t *start = r->p;

	uint32_t backend = d->backend_width == 4 ? wire_get_u32(r)
	    : d->backend_width == 1		 ? wire_get_u8(r)
						 : ZAPI_VRF_BY_UNKNOWN;

	caps->vrf_backend = backend <= ZAPI_VRF_BY_NETNS ? backend : ZAPI_VRF_BY_UNKNOWN;
	wire_get_u8(r); /* mpls */
	caps->multipath = wire_get_u32(r);
	wire_get_bytes(r, NULL, d->capabilities_len - (size_t)(r->p - start));
}

static void
get_router_id(struct wire_reader *r, struct zapi_prefix *id)
{
	prefix_get_address(r, wire_get_u8(r), id);
	if (wire_get_u8(r) > id->len)
		r->bad = true;
}

/* Table, network namespace, name: each later dialect has one more in front. */
static void
get_vrf(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_vrf *vrf)
{
	memset(vrf, 0, sizeof(*vrf));
	if (d->vrf_name_offset >= VRF_TABLE_LEN)
		wire_get_bytes(r, NULL, VRF_TABLE_LEN);
	if (d->vrf_name_offset > VRF_TABLE_LEN)
		wire_get_bytes(r, vrf->netns, d->vrf_name_offset - VRF_TABLE_LEN);
	wire_get_bytes(r, vrf->name, sizeof(vrf->name) - 1);
}

static void
get_owner(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_route *route)
{
	struct zapi_prefix source;
	uint8_t family;

	memset(route, 0, sizeof(*route));
	route->note = wire_get_u32_host(r);
	family = wire_get_u8(r);
	prefix_get_whole(r, family, &route->prefix);
	if (d->update_form >= ZAPI_UPDATE_WIDE)
		prefix_get_whole(r, family, &source);
	if (d->first >= 500)
		wire_get_u32(r); /* table */
	if (d->first >= 800)
		wire_get_u16(r); /* afi, safi */
}

static void
get_subscription(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_subscription *sub)
{
	uint8_t afi;

	memset(sub, 0, sizeof(*sub));
	if (d->route_form == ZAPI_ROUTES_QUAGGA) {
		sub->type = wire_get_u8(r);
		return;
	}
	afi = wire_get_u8(r);
	if (afi != 1 && afi != 2)
		r->bad = true;
	sub->family = afi == 1 ? AF_INET : AF_INET6;
	sub->type = wire_get_u8(r);
	sub->instance = wire_get_u16(r);
}

/* One message may watch several addresses; the first is kept. */
static void
get_watch(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_lookup *watch)
{
	struct zapi_prefix prefix;
	size_t count = 0;

	memset(watch, 0, sizeof(*watch));
	do {
		wire_get_u8(r); /* connected */
		if (d->update_form >= ZAPI_UPDATE_SAFI)
			wire_get_bytes(r, NULL, 3); /* via default, safi */
		if (d->update_form == ZAPI_UPDATE_QUAGGA)
			prefix_get(r, prefix_get_family16(r), &prefix);
		else
			prefix_get_whole(r, prefix_get_family16(r), &prefix);
		if (count++ == 0)
			watch->prefix = prefix;
	} while (!r->bad && wire_left(r) > 0);
	watch->more = (uint16_t)(count - 1);
}

/* A notify byte and others may follow. */
static void
get_hello(struct wire_reader *r, size_t len, struct zapi_hello *hello)
{
	const uint8_t *start = r->p;

	hello->type = wire_get_u8(r);
	hello->instance = len >= 3 ? wire_get_u16(r) : 0;
	hello->session = len >= CLOSE_NOTIFY_LEN ? wire_get_u32(r) : 0;
	wire_get_bytes(r, NULL, len - (size_t)(r->p - start));
}

static void
get_question(const struct zapi_dialect *d, uint8_t family, struct wire_reader *r,
    struct zapi_lookup *question)
{
	memset(question, 0, sizeof(*question));
	if (d->lookup_form >= ZAPI_LOOKUP_FAMILY)
		family = prefix_get_family16(r);
	prefix_get_address(r, family, &question->prefix);
	if (d->lookup_form >= ZAPI_LOOKUP_SAFI)
		wire_get_u8(r);
}

static void
get_from_zebra(
    const struct zapi_dialect *d, uint8_t family, struct wire_reader *r, struct zapi_msg *msg)
{
	switch (msg->command) {
	case ZAPI_INTERFACE_ADD:
	case ZAPI_INTERFACE_DELETE:
	case ZAPI_INTERFACE_UP:
	case ZAPI_INTERFACE_DOWN:
		get_interface(d, r, &msg->interface);
		break;
	case ZAPI_ADDRESS_ADD:
	case ZAPI_ADDRESS_DEL:
		get_interface_address(r, &msg->address);
		break;
	case ZAPI_NOTIFY_OWNER:
		get_owner(d, r, &msg->route);
		break;
	case ZAPI_ROUTER_ID_UPDATE:
		get_router_id(r, &msg->router_id);
		break;
	case ZAPI_CAPABILITIES:
		get_capabilities(d, r, &msg->capabilities);
		break;
	case ZAPI_NEXTHOP_UPDATE:
		lookup_get_update(d, r, &msg->lookup);
		break;
	case ZAPI_REDIST_ADD:
	case ZAPI_REDIST_DEL:
		if (d->route_form == ZAPI_ROUTES_UNIFIED)
			route_get_unified(d, r, &msg->route);
		else
			route_get_echo(d, family, r, &msg->route);
		break;
	case ZAPI_VRF_ADD:
	case ZAPI_VRF_DELETE:
		get_vrf(d, r, &msg->vrf_info);
		break;
	case ZAPI_LOOKUP:
		lookup_get_answer(d, family, r, &msg->lookup);
		break;
	case ZAPI_CLOSE_NOTIFY:
		get_hello(r, CLOSE_NOTIFY_LEN, &msg->hello);
		break;
	case ZAPI_ERROR:
		msg->error = wire_get_u32_host(r);
		break;
	default: /* of no use, or opaque */
		wire_get_bytes(r, NULL, wire_left(r));
		break;
	}
}

static void
get_to_zebra(
    const struct zapi_dialect *d, uint8_t family, struct wire_reader *r, struct zapi_msg *msg)
{
	switch (msg->command) {
	case ZAPI_INTERFACE_ADD:
		break;
	case ZAPI_ROUTE_ADD:
	case ZAPI_ROUTE_DEL:
		route_get_unified(d, r, &msg->route);
		break;
	case ZAPI_IPV4_ROUTE_ADD:
	case ZAPI_IPV4_ROUTE_DEL:
		route_get_request(d, AF_INET, r, &msg->route);
		break;
	case ZAPI_IPV6_ROUTE_ADD:
	case ZAPI_IPV6_ROUTE_DEL:
		route_get_request(d, AF_INET6, r, &msg->route);
		break;
	case ZAPI_REDISTRIBUTE_ADD:
	case ZAPI_REDISTRIBUTE_DEL:
		get_subscription(d, r, &msg->subscription);
		break;
	case ZAPI_ROUTER_ID_ADD:
	case ZAPI_ROUTER_ID_DELETE:
		if (d->message_width == 4)
			wire_get_u16(r); /* afi */
		break;
	case ZAPI_HELLO:
		get_hello(r, d->hello_len, &msg->hello);
		break;
	case ZAPI_NEXTHOP_REGISTER:
	case ZAPI_NEXTHOP_UNREGISTER:
		get_watch(d, r, &msg->lookup);
		break;
	case ZAPI_LOOKUP:
		get_question(d, family, r, &msg->lookup);
		break;
	case ZAPI_NOTIFY_REQUEST:
		wire_get_u8(r);
		break;
	default:
		wire_get_bytes(r, NULL, wire_left(r));
		break;
	}
}

int
zapi_decode(const struct zapi_dialect *d, enum zapi_direction direction, const void *buf,
    size_t len, struct zapi_msg *msg)
{
	struct wire_reader r;
	uint8_t family;

	memset(msg, 0, sizeof(*msg));
	msg->command = ZAPI_OTHER;
	if (len > INT_MAX || zapi_frame(d, buf, len) != (int)len)
		return -1;
	wire_reader_init(&r, buf, len);
	wire_get_bytes(&r, NULL, 4);
	if (d->version >= 5)
		msg->vrf = wire_get_u32(&r);
	else if (d->version >= 3)
		msg->vrf = wire_get_u16(&r);
	msg->number = wire_get_u16(&r);
	msg->command = command_of(d, direction, msg->number, &family);
	if (direction == ZAPI_FROM_ZEBRA)
		get_from_zebra(d, family, &r, msg);
	else
		get_to_zebra(d, family, &r, msg);
	msg->trailing = wire_left(&r);
	return r.bad ? -1 : 0;
}
