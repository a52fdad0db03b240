/*
 * The table of dialects, a row for each, and the way from a name or a release
 * to its row. Holds what differs as numbers; knows no message layout.
 */
#include <string.h>
#include <sys/socket.h>

#include "zapi/dialect.h"
#include "zapi/release.h"

#define NONE -1

#define HEADER(v, m, len) .version = (v), .marker = (m), .header = (len)
#define INTERFACE(name, hw, params) \
	.ifname_len = (name), .ifhw_offset = (hw), .link_params = (params)
#define CAPABILITIES(len, backend) .capabilities_len = (len), .backend_width = (backend)
#define OLD_ROUTES(form, echo) \
	.route_form = (form), .nexthop_form = ZAPI_NEXTHOP_OLD, .message_width = 1, .echo4 = (echo)
#define UNIFIED(width, nexthops) \
	.route_form = ZAPI_ROUTES_UNIFIED, .nexthop_form = (nexthops), .message_width = (width)

#define BITS_QUAGGA .nexthop = 0x01, .ifindex = 0x02, .distance = 0x04, .metric = 0x08
#define BITS_4                                                                       \
	.nexthop = 0x01, .distance = 0x02, .metric = 0x04, .tag = 0x08, .mtu = 0x10, \
	.srcprefix = 0x20
#define BITS_5 BITS_4, .label = 0x40, .table = 0x80
#define BITS_8 BITS_4, .backup = 0x40, .group = 0x80, .table = 0x100, .srte = 0x200, .opaque = 0x400

/* What never exists is spelt out: 0 is a number like any other. */
#define NUMBERS_NO_OLD_ROUTES                                                                     \
	[ZAPI_IPV4_ROUTE_ADD] = NONE, [ZAPI_IPV4_ROUTE_DEL] = NONE, [ZAPI_IPV6_ROUTE_ADD] = NONE, \
	[ZAPI_IPV6_ROUTE_DEL] = NONE
#define NUMBERS_NO_UNIFIED_ROUTES                                                       \
	[ZAPI_ROUTE_ADD] = NONE, [ZAPI_ROUTE_DEL] = NONE, [ZAPI_NOTIFY_OWNER] = NONE,   \
	[ZAPI_REDIST_ADD] = NONE, [ZAPI_REDIST_DEL] = NONE, [ZAPI_CAPABILITIES] = NONE, \
	[ZAPI_VRF_LABEL] = NONE, [ZAPI_ERROR] = NONE, [ZAPI_NOTIFY_REQUEST] = NONE,     \
	[ZAPI_CLOSE_NOTIFY] = NONE
#define NUMBERS_INTERFACES(n)                                                                      \
	[ZAPI_INTERFACE_ADD] = (n), [ZAPI_INTERFACE_DELETE] = (n) + 1,                             \
	[ZAPI_ADDRESS_ADD] = (n) + 2, [ZAPI_ADDRESS_DEL] = (n) + 3, [ZAPI_INTERFACE_UP] = (n) + 4, \
	[ZAPI_INTERFACE_DOWN] = (n) + 5
#define NUMBERS_OLD_ROUTES(n)                                         \
	[ZAPI_IPV4_ROUTE_ADD] = (n), [ZAPI_IPV4_ROUTE_DEL] = (n) + 1, \
	[ZAPI_IPV6_ROUTE_ADD] = (n) + 2, [ZAPI_IPV6_ROUTE_DEL] = (n) + 3
#define NUMBERS_REDISTRIBUTE(n) [ZAPI_REDISTRIBUTE_ADD] = (n), [ZAPI_REDISTRIBUTE_DEL] = (n) + 1
#define NUMBERS_ROUTER_ID(n)                                           \
	[ZAPI_ROUTER_ID_ADD] = (n), [ZAPI_ROUTER_ID_DELETE] = (n) + 1, \
	[ZAPI_ROUTER_ID_UPDATE] = (n) + 2, [ZAPI_HELLO] = (n) + 3

#define NUMBERS_QUAGGA(reg, unreg, update, params)                                                \
	.command = { NUMBERS_INTERFACES(1), NUMBERS_OLD_ROUTES(7), NUMBERS_NO_UNIFIED_ROUTES,     \
		NUMBERS_REDISTRIBUTE(11), NUMBERS_ROUTER_ID(20), [ZAPI_NEXTHOP_REGISTER] = (reg), \
		[ZAPI_NEXTHOP_UNREGISTER] = (unreg), [ZAPI_NEXTHOP_UPDATE] = (update),            \
		[ZAPI_VRF_ADD] = NONE, [ZAPI_VRF_DELETE] = NONE, [ZAPI_LOOKUP] = 15,              \
		[ZAPI_LINK_PARAMS] = (params) }
#define NUMBERS_FRR2                                                                             \
	.command = { NUMBERS_INTERFACES(0), NUMBERS_OLD_ROUTES(6), NUMBERS_NO_UNIFIED_ROUTES,    \
		NUMBERS_REDISTRIBUTE(10), NUMBERS_ROUTER_ID(14), [ZAPI_NEXTHOP_REGISTER] = 18,   \
		[ZAPI_NEXTHOP_UNREGISTER] = 19, [ZAPI_NEXTHOP_UPDATE] = 20, [ZAPI_VRF_ADD] = 37, \
		[ZAPI_VRF_DELETE] = 38, [ZAPI_LOOKUP] = 43, [ZAPI_LINK_PARAMS] = 44 }
#define NUMBERS(add, redist, rid, cap, reg, echo, vrf, label, lookup, err, req)                    \
	.command = { NUMBERS_INTERFACES(0), NUMBERS_NO_OLD_ROUTES, [ZAPI_ROUTE_ADD] = (add),       \
		[ZAPI_ROUTE_DEL] = (add) + 1, [ZAPI_NOTIFY_OWNER] = (add) + 2,                     \
		NUMBERS_REDISTRIBUTE(redist), NUMBERS_ROUTER_ID(rid), [ZAPI_CAPABILITIES] = (cap), \
		[ZAPI_NEXTHOP_REGISTER] = (reg), [ZAPI_NEXTHOP_UNREGISTER] = (reg) + 1,            \
		[ZAPI_NEXTHOP_UPDATE] = (reg) + 2, [ZAPI_REDIST_ADD] = (echo),                     \
		[ZAPI_REDIST_DEL] = (echo) + 1, [ZAPI_VRF_ADD] = (vrf),                            \
		[ZAPI_VRF_DELETE] = (vrf) + 1, [ZAPI_VRF_LABEL] = (label),                         \
		[ZAPI_LOOKUP] = (lookup), [ZAPI_LINK_PARAMS] = (lookup) + 1, [ZAPI_ERROR] = (err), \
		[ZAPI_NOTIFY_REQUEST] = (req),                                                     \
		[ZAPI_CLOSE_NOTIFY] = (req) == NONE ? NONE : (req) + 1 }

#define TRAITS_QUAGGA(tag)                                                                \
	{                                                                                 \
		.delete_needs_nexthop = true, .add_stacks = true, .u_after_native = true, \
		.echo_has_tag = (tag), .noprefixroute_connects = true, .deletes = 3,      \
		.second_change = 10000, .deletes_at_start = 4                             \
	}
#define TRAITS_4                                                                      \
	{                                                                             \
		.add_stacks = true, .u_after_native = true, .echo_has_tag = true,     \
		.noprefixroute_connects = true, .deletes = 3, .second_change = 10000, \
		.deletes_at_start = 4                                                 \
	}
#define TRAITS_7_1                                                                    \
	{                                                                             \
		.add_stacks = true, .unselected_echo = true, .echo_has_tag = true,    \
		.noprefixroute_connects = true, .deletes = 3, .second_change = 10000, \
		.deletes_at_start = 4                                                 \
	}
#define TRAITS_7_5(second)                                                               \
	{                                                                                \
		.add_stacks = true, .double_add_silent = true, .echo_has_tag = true,     \
		.noprefixroute_connects = true, .deletes = 3, .second_change = (second), \
		.deletes_at_start = 4                                                    \
	}
#define TRAITS_10                                                                                \
	{                                                                                        \
		.has_local = true, .add_stacks = true, .double_add_silent = true,                \
		.echo_has_tag = true, .deletes = 3, .second_change = 5000, .deletes_at_start = 4 \
	}
#define TRAITS_10_2                                                                \
	{                                                                          \
		.has_local = true, .u_after_native = true, .echo_has_tag = true,   \
		.native_replaces_ours = true, .deletes = 1, .second_change = 5000, \
		.deletes_at_start = 4                                              \
	}

/* clang-format off */
const struct zapi_dialect zapi_dialects[] = {
	{ .name = "quagga-0.99", .serves = "Quagga 0.99.21-0.99.24",
	    .first = 99, .last = 99,
	    .traits = TRAITS_QUAGGA(false),
	    HEADER(2, 0xff, 6), .hello_len = 1,
	    .selected_flag = 0x10,
	    OLD_ROUTES(ZAPI_ROUTES_QUAGGA, 7),
	    .lookup_form = ZAPI_LOOKUP_QUAGGA, .lookup6 = 16,
	    .bits = { BITS_QUAGGA }, INTERFACE(20, 49, false),
	    NUMBERS_QUAGGA(NONE, NONE, NONE, NONE),
	},
	{ .name = "quagga-1.0", .serves = "Quagga 1.0", .first = 100, .last = 100,
	    .traits = TRAITS_QUAGGA(false),
	    HEADER(3, 0xff, 8), .hello_len = 1,
	    .selected_flag = 0x10,
	    OLD_ROUTES(ZAPI_ROUTES_QUAGGA, 7),
	    .lookup_form = ZAPI_LOOKUP_QUAGGA, .lookup6 = 16,
	    .bits = { BITS_QUAGGA, .mtu = 0x10 }, INTERFACE(20, 53, false),
	    NUMBERS_QUAGGA(NONE, NONE, NONE, NONE),
	},
	{ .name = "quagga-1.1", .serves = "Quagga 1.1, 1.2", .first = 101, .last = 102,
	    .traits = TRAITS_QUAGGA(true),
	    HEADER(3, 0xff, 8), .hello_len = 1,
	    .selected_flag = 0x10,
	    OLD_ROUTES(ZAPI_ROUTES_QUAGGA, 7),
	    .lookup_form = ZAPI_LOOKUP_QUAGGA, .lookup6 = 16,
	    .update_form = ZAPI_UPDATE_QUAGGA,
	    .bits = { BITS_QUAGGA, .mtu = 0x10, .tag = 0x20 }, INTERFACE(20, 53, true),
	    NUMBERS_QUAGGA(27, 28, 29, 26),
	},
	{ .name = "frr-2", .serves = "FRR 2.0", .first = 200, .last = 200,
	    .traits = TRAITS_QUAGGA(true),
	    HEADER(4, 0xfe, 8), .hello_len = 3,
	    .selected_flag = 0x10,
	    OLD_ROUTES(ZAPI_ROUTES_FRR2, 32), .lookup_form = ZAPI_LOOKUP_V4,
	    .update_form = ZAPI_UPDATE_FRR2,
	    .bits = { BITS_QUAGGA, .tag = 0x10, .mtu = 0x20 },
	    INTERFACE(20, 55, true),
	    NUMBERS_FRR2,
	},
	{ .name = "frr-3", .serves = "FRR 3.0", .first = 300, .last = 300,
	    .traits = TRAITS_QUAGGA(true),
	    HEADER(4, 0xfe, 8), .hello_len = 3,
	    .selected_flag = 0x10,
	    OLD_ROUTES(ZAPI_ROUTES_FRR2, 32), .lookup_form = ZAPI_LOOKUP_V4,
	    .update_form = ZAPI_UPDATE_FRR3,
	    .bits = { BITS_QUAGGA, .tag = 0x10, .mtu = 0x20, .srcprefix = 0x40 },
	    INTERFACE(20, 59, true),
	    NUMBERS_FRR2,
	},
	{ .name = "frr-4", .serves = "FRR 4.0", .first = 400, .last = 400,
	    .traits = TRAITS_4,
	    HEADER(5, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x10, .evpn_flag = 0x400,
	    UNIFIED(1, ZAPI_NEXTHOP_VRF_ONCE),
	    .lookup_form = ZAPI_LOOKUP_V4, .update_form = ZAPI_UPDATE_FRR3,
	    .bits = { BITS_4, .label = 0x40 },
	    INTERFACE(20, 59, true), .vrf_name_offset = 4,
	    NUMBERS(7, 14, 18, NONE, 22, 36, 39, NONE, 45, NONE, NONE),
	},
	{ .name = "frr-5", .serves = "FRR 5.0", .first = 500, .last = 500,
	    .traits = TRAITS_4,
	    HEADER(5, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x10, .evpn_flag = 0x400,
	    UNIFIED(1, ZAPI_NEXTHOP_VRF),
	    .lookup_form = ZAPI_LOOKUP_V4, .update_form = ZAPI_UPDATE_FRR5,
	    .bits = { BITS_5 },
	    INTERFACE(20, 59, true), .vrf_name_offset = 20, CAPABILITIES(5, 0),
	    NUMBERS(7, 14, 18, 22, 23, 37, 40, 42, 47, NONE, NONE),
	},
	{ .name = "frr-6", .serves = "FRR 6.0", .first = 600, .last = 600,
	    .traits = TRAITS_4,
	    HEADER(6, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x10, .evpn_flag = 0x400,
	    UNIFIED(1, ZAPI_NEXTHOP_VRF),
	    .lookup_form = ZAPI_LOOKUP_V4, .update_form = ZAPI_UPDATE_FRR5,
	    .bits = { BITS_5 },
	    INTERFACE(20, 59, true), .vrf_name_offset = 20, CAPABILITIES(5, 0),
	    NUMBERS(7, 10, 14, 18, 19, 33, 36, 38, 44, NONE, NONE),
	},
	{ .name = "frr-7.0", .serves = "FRR 7.0", .first = 700, .last = 700,
	    .traits = TRAITS_4,
	    HEADER(6, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(1, ZAPI_NEXTHOP_VRF),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_FRR7,
	    .bits = { BITS_5 },
	    INTERFACE(20, 59, true), .vrf_name_offset = 20, CAPABILITIES(9, 4),
	    NUMBERS(7, 10, 14, 18, 19, 32, 35, 37, 43, NONE, NONE),
	},
	{ .name = "frr-7.1", .serves = "FRR 7.1", .first = 701, .last = 701,
	    .traits = TRAITS_7_1,
	    HEADER(6, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(1, ZAPI_NEXTHOP_ONLINK),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_FRR7,
	    .bits = { BITS_5 },
	    INTERFACE(20, 59, true), .vrf_name_offset = 20, CAPABILITIES(10, 4),
	    NUMBERS(7, 10, 14, 18, 19, 32, 35, 37, 43, NONE, NONE),
	},
	{ .name = "frr-7.2", .serves = "FRR 7.2", .first = 702, .last = 702,
	    .traits = TRAITS_7_1,
	    HEADER(6, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(1, ZAPI_NEXTHOP_ONLINK),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_FRR7,
	    .bits = { BITS_5 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 20, CAPABILITIES(10, 4),
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, NONE, NONE),
	},
	{ .name = "frr-7.3", .serves = "FRR 7.3", .first = 703, .last = 703,
	    .traits = TRAITS_7_1,
	    HEADER(6, 0xfe, 10), .hello_len = 4,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(1, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_FLAGS,
	    .bits = { BITS_4, .table = 0x80 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 20, CAPABILITIES(10, 4),
	    .error_number = 105,
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, 105, NONE),
	},
	{ .name = "frr-7.4", .serves = "FRR 7.4", .first = 704, .last = 704,
	    .traits = TRAITS_7_1,
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(1, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_FLAGS,
	    .bits = { BITS_4, .backup = 0x40, .table = 0x80 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 20, CAPABILITIES(10, 4),
	    .error_number = 105,
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, 105, NONE),
	},
	{ .name = "frr-7.5", .serves = "FRR 7.5", .first = 705, .last = 705,
	    .traits = TRAITS_7_5(10000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_MESSAGE,
	    .bits = { BITS_4, .backup = 0x40, .table = 0x80, .srte = 0x100 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 20, CAPABILITIES(10, 4),
	    .error_number = 112,
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, 112, NONE),
	},
	{ .name = "frr-8.0", .serves = "FRR 8.0", .first = 800, .last = 800,
	    .traits = TRAITS_7_5(5000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_MESSAGE,
	    .bits = { BITS_8 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 40, CAPABILITIES(10, 4),
	    .error_number = 117,
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, 117, 123),
	},
	{ .name = "frr-8.1", .serves = "FRR 8.1", .first = 801, .last = 801,
	    .traits = TRAITS_7_5(5000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_MESSAGE,
	    .bits = { BITS_8 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 40, CAPABILITIES(10, 4),
	    .error_number = 121,
	    NUMBERS(8, 11, 15, 19, 20, 33, 36, 38, 44, 121, 127),
	},
	{ .name = "frr-8.2", .serves = "FRR 8.2", .first = 802, .last = 802,
	    .traits = TRAITS_7_5(5000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08, .evpn_flag = 0x20,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_V4_VRF, .update_form = ZAPI_UPDATE_SAFI,
	    .bits = { BITS_8 },
	    INTERFACE(20, 63, true), .vrf_name_offset = 40, CAPABILITIES(10, 4),
	    .error_number = 118,
	    NUMBERS(8, 11, 15, 19, 20, 30, 33, 35, 41, 118, 124),
	},
	{ .name = "frr-8.3", .serves = "FRR 8.3, 8.4, 8.5, 9.0",
	    .first = 803, .last = 900,
	    .traits = TRAITS_7_5(5000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_FAMILY, .update_form = ZAPI_UPDATE_RESOLVED,
	    .bits = { BITS_8 },
	    INTERFACE(16, 59, true), .vrf_name_offset = 40, CAPABILITIES(10, 4),
	    .error_number = 118,
	    NUMBERS(8, 11, 15, 19, 20, 30, 33, 35, 41, 118, 124),
	},
	{ .name = "frr-9.1", .serves = "FRR 9.1", .first = 901, .last = 901,
	    .traits = TRAITS_7_5(5000),
	    HEADER(6, 0xfe, 10), .hello_len = 9,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32),
	    .lookup_form = ZAPI_LOOKUP_FAMILY, .update_form = ZAPI_UPDATE_RESOLVED,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(11, 4),
	    .error_number = 117,
	    NUMBERS(8, 11, 15, 19, 20, 30, 33, 35, 40, 117, 123),
	},
	{ .name = "frr-10.0", .serves = "FRR 10.0", .first = 1000, .last = 1000,
	    .traits = TRAITS_10,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS32), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_FAMILY, .update_form = ZAPI_UPDATE_RESOLVED,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(11, 4),
	    .error_number = 118,
	    NUMBERS(9, 12, 16, 20, 21, 31, 34, 36, 41, 118, 124),
	},
	{ .name = "frr-10.1", .serves = "FRR 10.1", .first = 1001, .last = 1001,
	    .traits = TRAITS_10,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS64), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_FAMILY, .update_form = ZAPI_UPDATE_RESOLVED,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(11, 4),
	    .error_number = 118,
	    NUMBERS(9, 12, 16, 20, 21, 31, 34, 36, 41, 118, 124),
	},
	{ .name = "frr-10.2", .serves = "FRR 10.2", .first = 1002, .last = 1002,
	    .traits = TRAITS_10_2,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS64), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_FAMILY, .update_form = ZAPI_UPDATE_RESOLVED,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(12, 4),
	    .error_number = 120,
	    NUMBERS(9, 12, 16, 20, 21, 31, 33, 35, 40, 120, 126),
	},
	{ .name = "frr-10.3", .serves = "FRR 10.3, 10.4", .first = 1003, .last = 1004,
	    .traits = TRAITS_10_2,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS64), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_SAFI, .update_form = ZAPI_UPDATE_WIDE,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(12, 4),
	    .error_number = 120,
	    NUMBERS(9, 12, 16, 20, 21, 31, 33, 35, 40, 120, 126),
	},
	{ .name = "frr-10.5", .serves = "FRR 10.5", .first = 1005, .last = 1005,
	    .traits = TRAITS_10_2,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS64), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_OPAQUE, .update_form = ZAPI_UPDATE_WIDE,
	    .bits = { BITS_8 },
	    INTERFACE(16, 63, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(12, 4),
	    .error_number = 120,
	    NUMBERS(9, 12, 16, 20, 21, 31, 33, 35, 40, 120, 126),
	},
	{ .name = "frr-10.6", .serves = "FRR 10.6, 10.7, 10.8-dev",
	    .first = 1006, .last = 1008,
	    .traits = TRAITS_10_2,
	    HEADER(6, 0xfe, 10), .hello_len = 8,
	    .selected_flag = 0x08,
	    UNIFIED(4, ZAPI_NEXTHOP_FLAGS64), .type_local = 3,
	    .lookup_form = ZAPI_LOOKUP_OPAQUE, .update_form = ZAPI_UPDATE_WIDE,
	    .bits = { BITS_8 },
	    INTERFACE(16, 67, true), .label_type = true, .vrf_name_offset = 40, CAPABILITIES(9, 1),
	    .error_number = 120,
	    NUMBERS(9, 12, 16, 20, 21, 31, 33, 35, 40, 120, 126),
	},
};
/* clang-format on */

const size_t zapi_dialect_count = sizeof(zapi_dialects) / sizeof(zapi_dialects[0]);

/* Releases before 0.99.21 spoke an older version of the protocol. */
static bool
too_old(const struct zapi_release *r)
{
	return zapi_release_compare(r, 0, 99) == 0 && r->patch != 0 && r->patch < 21;
}

const struct zapi_dialect *
zapi_dialect_of(const struct zapi_release *r)
{
	unsigned int line = 100 * r->major + r->minor;
	size_t i;

	for (i = 0; i < zapi_dialect_count && !too_old(r); i++)
		if (line >= zapi_dialects[i].first && line <= zapi_dialects[i].last)
			return &zapi_dialects[i];
	return NULL;
}

const struct zapi_dialect *
zapi_dialect_find(const char *name)
{
	struct zapi_release release;
	size_t i, len = strlen(name), end;

	for (i = 0; i < zapi_dialect_count; i++)
		if (strcmp(name, zapi_dialects[i].name) == 0)
			return &zapi_dialects[i];
	if (zapi_release_parse(&release, name) == -1)
		return NULL;
	/* an operator writes nothing behind it */
	end = strlen(release.text);
	return strcmp(name + len - end, release.text) == 0 ? zapi_dialect_of(&release) : NULL;
}

bool
zapi_dialect_can_lookup(const struct zapi_dialect *d, int family)
{
	return family != AF_INET6 || d->lookup_form >= ZAPI_LOOKUP_FAMILY || d->lookup6 != 0;
}
