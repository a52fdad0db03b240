/*
 * Names of numbers, as FRR and Quagga call them. Must not know messages.
 */
#include <stddef.h>

#include "zapi/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *
zapi_command_name(enum zapi_command command)
{
	static const char *const names[] = {
		[ZAPI_INTERFACE_ADD] = "INTERFACE_ADD",
		[ZAPI_INTERFACE_DELETE] = "INTERFACE_DELETE",
		[ZAPI_ADDRESS_ADD] = "INTERFACE_ADDRESS_ADD",
		[ZAPI_ADDRESS_DEL] = "INTERFACE_ADDRESS_DELETE",
		[ZAPI_INTERFACE_UP] = "INTERFACE_UP",
		[ZAPI_INTERFACE_DOWN] = "INTERFACE_DOWN",
		[ZAPI_ROUTE_ADD] = "ROUTE_ADD",
		[ZAPI_ROUTE_DEL] = "ROUTE_DELETE",
		[ZAPI_IPV4_ROUTE_ADD] = "IPV4_ROUTE_ADD",
		[ZAPI_IPV4_ROUTE_DEL] = "IPV4_ROUTE_DELETE",
		[ZAPI_IPV6_ROUTE_ADD] = "IPV6_ROUTE_ADD",
		[ZAPI_IPV6_ROUTE_DEL] = "IPV6_ROUTE_DELETE",
		[ZAPI_NOTIFY_OWNER] = "ROUTE_NOTIFY_OWNER",
		[ZAPI_REDISTRIBUTE_ADD] = "REDISTRIBUTE_ADD",
		[ZAPI_REDISTRIBUTE_DEL] = "REDISTRIBUTE_DELETE",
		[ZAPI_ROUTER_ID_ADD] = "ROUTER_ID_ADD",
		[ZAPI_ROUTER_ID_DELETE] = "ROUTER_ID_DELETE",
		[ZAPI_ROUTER_ID_UPDATE] = "ROUTER_ID_UPDATE",
		[ZAPI_HELLO] = "HELLO",
		[ZAPI_CAPABILITIES] = "CAPABILITIES",
		[ZAPI_NEXTHOP_REGISTER] = "NEXTHOP_REGISTER",
		[ZAPI_NEXTHOP_UNREGISTER] = "NEXTHOP_UNREGISTER",
		[ZAPI_NEXTHOP_UPDATE] = "NEXTHOP_UPDATE",
		[ZAPI_REDIST_ADD] = "REDISTRIBUTE_ROUTE_ADD",
		[ZAPI_REDIST_DEL] = "REDISTRIBUTE_ROUTE_DEL",
		[ZAPI_VRF_ADD] = "VRF_ADD",
		[ZAPI_VRF_DELETE] = "VRF_DELETE",
		[ZAPI_VRF_LABEL] = "VRF_LABEL",
		[ZAPI_LOOKUP] = "NEXTHOP_LOOKUP",
		[ZAPI_LINK_PARAMS] = "INTERFACE_LINK_PARAMS",
		[ZAPI_ERROR] = "ERROR",
		[ZAPI_NOTIFY_REQUEST] = "ROUTE_NOTIFY_REQUEST",
		[ZAPI_CLOSE_NOTIFY] = "CLIENT_CLOSE_NOTIFY",
		[ZAPI_OTHER] = "unknown",
	};

	return names[command];
}

/* The numbers behind BGP moved from release to release. */
#define TYPES_TO_CONNECT [0] = "system", "kernel", "connect"
#define TYPES_TO_BGP "static", "rip", "ripng", "ospf", "ospf6", "isis", "bgp"
#define TYPES_FROM_BABEL "babel", "sharp", "pbr", "bfd", "openfabric", "vrrp", "nhg", "srte"

static const struct {
	uint16_t first; /* release */
	const char *names[32];
} types[] = {
	{ 0, { TYPES_TO_CONNECT, TYPES_TO_BGP } },
	{ 100, { TYPES_TO_CONNECT, TYPES_TO_BGP, "pim", "hsls", "olsr", "babel", "nhrp" } },
	{ 200, { TYPES_TO_CONNECT, TYPES_TO_BGP, "pim", "hsls", "olsr", "table", "ldp" } },
	{ 300, { TYPES_TO_CONNECT, TYPES_TO_BGP, "pim", "nhrp", "hsls", "olsr", "table", "ldp" } },
	{ 400,
	    { TYPES_TO_CONNECT, TYPES_TO_BGP, "pim", "eigrp",
		"nhrp", [15] = "table", [22] = TYPES_FROM_BABEL } },
	{ 1000,
	    { TYPES_TO_CONNECT, "local", TYPES_TO_BGP, "pim", "eigrp",
		"nhrp", [16] = "table", [23] = TYPES_FROM_BABEL, "table-direct" } },
};

/* Behind the last type stands "all of them", until a release puts a new one there. */
static const struct {
	uint16_t first; /* release */
	uint8_t all;
} all_types[] = { { 0, 20 }, { 300, 21 }, { 400, 24 }, { 500, 25 }, { 600, 26 }, { 700, 27 },
	{ 702, 28 }, { 703, 29 }, { 705, 30 }, { 1000, 32 } };

const char *
zapi_type_name(const struct zapi_dialect *d, uint8_t type)
{
	size_t row = COUNT(types) - 1, end = COUNT(all_types) - 1;

	while (types[row].first > d->first)
		row--;
	while (all_types[end].first > d->first)
		end--;
	return type < all_types[end].all ? types[row].names[type] : NULL;
}

const char *
zapi_error_name(uint32_t error)
{
	static const char *const names[] = { "of no kind", "no such vrf", "no such command" };

	return error < COUNT(names) ? names[error] : NULL;
}

const char *
zapi_note_name(uint32_t note)
{
	static const char *const names[] = { "failed", "a better one won", "installed", "removed",
		"removal failed" };

	return note < COUNT(names) ? names[note] : NULL;
}
