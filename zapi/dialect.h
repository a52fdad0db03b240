/*
 * The dialects of ZAPI, as data: numbers, widths, forms and the behaviour of
 * the zebras that speak them. A dialect is a range of releases whose bytes are
 * alike for every message this client sends or reads.
 */
#ifndef ZAPI_DIALECT_H
#define ZAPI_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages by meaning; their numbers differ per dialect. */
enum zapi_command {
	ZAPI_INTERFACE_ADD,
	ZAPI_INTERFACE_DELETE,
	ZAPI_ADDRESS_ADD,
	ZAPI_ADDRESS_DEL,
	ZAPI_INTERFACE_UP,
	ZAPI_INTERFACE_DOWN,
	ZAPI_ROUTE_ADD, /* unified, since frr-4 */
	ZAPI_ROUTE_DEL,
	ZAPI_IPV4_ROUTE_ADD, /* old form, per family */
	ZAPI_IPV4_ROUTE_DEL,
	ZAPI_IPV6_ROUTE_ADD,
	ZAPI_IPV6_ROUTE_DEL,
	ZAPI_NOTIFY_OWNER,
	ZAPI_REDISTRIBUTE_ADD, /* subscribe */
	ZAPI_REDISTRIBUTE_DEL,
	ZAPI_ROUTER_ID_ADD,
	ZAPI_ROUTER_ID_DELETE,
	ZAPI_ROUTER_ID_UPDATE,
	ZAPI_HELLO,
	ZAPI_CAPABILITIES,
	ZAPI_NEXTHOP_REGISTER,
	ZAPI_NEXTHOP_UNREGISTER,
	ZAPI_NEXTHOP_UPDATE,
	ZAPI_REDIST_ADD, /* zebra tells of a route (the echo); one meaning for all forms */
	ZAPI_REDIST_DEL,
	ZAPI_VRF_ADD,
	ZAPI_VRF_DELETE,
	ZAPI_VRF_LABEL,
	ZAPI_LOOKUP, /* nexthop lookup, and its answer */
	ZAPI_LINK_PARAMS,
	ZAPI_ERROR,
	ZAPI_NOTIFY_REQUEST,
	ZAPI_CLOSE_NOTIFY,
	ZAPI_COMMANDS,		    /* their count */
	ZAPI_OTHER = ZAPI_COMMANDS, /* a number this client has no use for */
};

/* How the zebras of a dialect behave; why each matters is said in doc/plan.md. */
struct zapi_traits {
	bool delete_needs_nexthop;   /* a delete without it is ignored */
	bool has_local;		     /* an address makes LOCAL beside CONNECT */
	bool add_stacks;	     /* the same add twice makes two entries */
	bool double_add_silent;	     /* two adds in one write are told to nobody */
	bool u_after_native;	     /* announce only after the native entry was told */
	bool unselected_echo;	     /* tells of routes that are not selected, too */
	bool echo_has_tag;	     /* the echo of an add carries the tag */
	bool noprefixroute_connects; /* an alias with noprefixroute makes CONNECT */
	bool native_replaces_ours;   /* an alias added later takes our tag away */
	uint16_t second_change;	     /* ms: OSPF neighbours hear a second change so late */
	uint8_t deletes;	     /* deletes before an add, and in a withdrawal */
	uint8_t deletes_at_start;    /* the same where a predecessor may have left some */
};

enum zapi_route_form {
	ZAPI_ROUTES_QUAGGA,  /* one command per family, u8 flags, no instance */
	ZAPI_ROUTES_FRR2,    /* one command per family, u32 flags, instance */
	ZAPI_ROUTES_UNIFIED, /* one command for both families */
};

/* One nexthop of a unified route. */
enum zapi_nexthop_form {
	ZAPI_NEXTHOP_OLD,      /* not unified */
	ZAPI_NEXTHOP_VRF_ONCE, /* vrf once for all, then type, data */
	ZAPI_NEXTHOP_VRF,      /* vrf, type, data */
	ZAPI_NEXTHOP_ONLINK,   /* vrf, type, onlink, data */
	ZAPI_NEXTHOP_FLAGS32,  /* vrf, type, flags, data, what flags say; weight u32 */
	ZAPI_NEXTHOP_FLAGS64,  /* the same; weight u64 */
};

enum zapi_lookup_form {
	ZAPI_LOOKUP_QUAGGA, /* another command for IPv6; no distance */
	ZAPI_LOOKUP_V4,	    /* IPv4 only */
	ZAPI_LOOKUP_V4_VRF, /* IPv4 only; a vrf in each nexthop of the answer */
	ZAPI_LOOKUP_FAMILY, /* family and address */
	ZAPI_LOOKUP_SAFI,   /* and a safi behind it; prefix length, wide count in the answer */
	ZAPI_LOOKUP_OPAQUE, /* and type and opaque bytes in the answer */
};

/* NEXTHOP_UPDATE; each has what the one before has, if nothing else is said. */
enum zapi_update_form {
	ZAPI_UPDATE_NONE,
	ZAPI_UPDATE_QUAGGA,
	ZAPI_UPDATE_FRR2,     /* whole addresses */
	ZAPI_UPDATE_FRR3,     /* distance; ifindex behind gateways */
	ZAPI_UPDATE_FRR5,     /* type and instance; labels */
	ZAPI_UPDATE_FRR7,     /* vrf in each nexthop */
	ZAPI_UPDATE_FLAGS,    /* nexthops as in routes */
	ZAPI_UPDATE_MESSAGE,  /* begins with message bits */
	ZAPI_UPDATE_SAFI,     /* safi; the resolving prefix, but not in its first releases */
	ZAPI_UPDATE_RESOLVED, /* the resolving prefix always */
	ZAPI_UPDATE_WIDE,     /* count u16 */
};

/* Bits of a route's message field; 0: the dialect has no such field. */
struct zapi_bits {
	uint16_t nexthop, ifindex, distance, metric, tag, mtu, srcprefix;
	uint16_t label, backup, group, table, srte, opaque;
};

struct zapi_dialect {
	const char *name;     /* "frr-8.3": stays for ever */
	const char *serves;   /* "FRR 8.3, 8.4, 8.5, 9.0" */
	uint16_t first, last; /* releases: 100 * major + minor */
	struct zapi_traits traits;
	/* the rest is the codec's business */
	uint8_t version, marker, header;
	uint8_t hello_len;
	uint8_t route_form;   /* enum zapi_route_form */
	uint8_t nexthop_form; /* enum zapi_nexthop_form */
	uint8_t lookup_form;  /* enum zapi_lookup_form */
	uint8_t update_form;  /* enum zapi_update_form */
	uint8_t message_width;
	uint8_t ifname_len, ifhw_offset;
	bool link_params; /* a byte of them ends an interface */
	bool label_type;  /* a byte of it stands before the labels of a nexthop */
	uint8_t capabilities_len, backend_width;
	uint8_t vrf_name_offset;
	uint8_t type_local;    /* 0: no such type */
	uint8_t selected_flag; /* of a route */
	uint16_t evpn_flag;    /* of a route: more bytes follow; 0: never */
	struct zapi_bits bits;
	uint16_t error_number; /* what the first probe is answered with; 0: silence */
	uint8_t echo4;	       /* old forms: v4 add, v4 del, v6 add, v6 del from here; 0: unified */
	uint8_t lookup6;       /* Quagga: the command for IPv6 */
	int16_t command[ZAPI_COMMANDS]; /* -1: does not exist */
};

extern const struct zapi_dialect zapi_dialects[];
extern const size_t zapi_dialect_count;

struct zapi_release;

/* The row that serves a release; NULL: in none. */
const struct zapi_dialect *zapi_dialect_of(const struct zapi_release *);
/* Can a zebra be asked what it holds of an address of this family (AF_INET, AF_INET6)? */
bool zapi_dialect_can_lookup(const struct zapi_dialect *, int family);
/* By name ("frr-8.3") or release ("8.4.4", "frr 10.3", "quagga-1.2.4"); NULL: unknown. */
const struct zapi_dialect *zapi_dialect_find(const char *name);

#endif
