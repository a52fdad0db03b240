/*
 * ZAPI messages as structs: the decoder and the encoder of what this client
 * uses. Every read is bounded; no buffer is ever cast to a struct.
 */
#ifndef ZAPI_MESSAGE_H
#define ZAPI_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zapi/dialect.h"

#define ZAPI_MESSAGE_MAX 65535
#define ZAPI_TYPE_CONNECT 2

/* family is AF_INET (2) or AF_INET6 (10); bits behind len are zero. */
struct zapi_prefix {
	uint8_t family;
	uint8_t len;
	uint8_t addr[16];
};

struct zapi_nexthop {
	uint8_t type; /* numbered as in the dialect */
	uint8_t flags;
	uint8_t family; /* of the gateway; 0: there is none */
	uint8_t gateway[16];
	uint32_t vrf, ifindex; /* 0: not said */
	uint64_t weight;       /* 0: not said */
};

#define ZAPI_NEXTHOPS_KEPT 8
struct zapi_nexthops {
	uint16_t count; /* in the message; the first of them are kept */
	struct zapi_nexthop kept[ZAPI_NEXTHOPS_KEPT];
};

struct zapi_route {
	uint8_t type;
	uint16_t instance;
	uint32_t flags, message; /* as they came; numbered as in the dialect */
	bool selected;		 /* true also where the dialect has no such flag */
	struct zapi_prefix prefix;
	uint32_t ifindex; /* of the first nexthop; 0: none */
	uint8_t distance;
	uint32_t metric;
	bool has_tag;
	uint32_t tag;  /* 0 without has_tag */
	uint32_t note; /* ZAPI_NOTIFY_OWNER: what became of it */
	struct zapi_nexthops nexthops;
};

struct zapi_interface {
	char name[21];
	uint32_t ifindex;
	uint64_t flags; /* IFF_* */
	uint8_t status;
};

struct zapi_address {
	uint32_t ifindex;
	uint8_t flags;
	struct zapi_prefix prefix; /* the whole address, not masked */
};

/* Question (prefix alone) and answer; also NEXTHOP_REGISTER and _UPDATE. */
struct zapi_lookup {
	struct zapi_prefix prefix; /* what was asked; Quagga 0.99: garbage for IPv6 */
	bool found;
	uint8_t nexthop_type; /* numbered as in the dialect */
	uint32_t ifindex;     /* of the first nexthop; 0: none */
	uint32_t metric;
	uint16_t more; /* NEXTHOP_REGISTER and _UNREGISTER: addresses behind the first */
	struct zapi_nexthops nexthops;
};

/* Who a client says it is, or zebra says has gone. */
struct zapi_hello {
	uint8_t type; /* of its routes; 0: none */
	uint16_t instance;
	uint32_t session;
};

/* What a VRF of zebra's is in the kernel. */
enum zapi_vrf_backend {
	ZAPI_VRF_BY_DEVICE,  /* a device of that name; its index is the VRF's id */
	ZAPI_VRF_BY_NETNS,   /* a network namespace; zebra numbers them */
	ZAPI_VRF_BY_UNKNOWN, /* zebra does not say */
};

struct zapi_vrf {
	char name[37];
	char netns
	    [37]; /* its name in /run/netns, if it is one: else empty, or (frr-5 to 7.5) garbage */
};

struct zapi_capabilities {
	enum zapi_vrf_backend vrf_backend;
	uint32_t multipath;
};

struct zapi_subscription {
	uint8_t family; /* 0: both */
	uint8_t type;
	uint16_t instance;
};

struct zapi_msg {
	enum zapi_command command; /* ZAPI_OTHER: skipped, nothing below is set */
	uint16_t number;
	uint32_t vrf;
	size_t trailing; /* bytes behind the last known field, or the one that did not fit */
	union {
		struct zapi_route route;	 /* ZAPI_REDIST_*, route commands, NOTIFY_OWNER */
		struct zapi_interface interface; /* ZAPI_INTERFACE_* */
		struct zapi_address address;	 /* ZAPI_ADDRESS_* */
		struct zapi_lookup lookup;	 /* ZAPI_LOOKUP, NEXTHOP_* */
		struct zapi_hello hello;	 /* ZAPI_HELLO, ZAPI_CLOSE_NOTIFY */
		struct zapi_capabilities capabilities;
		struct zapi_subscription subscription; /* ZAPI_REDISTRIBUTE_* */
		struct zapi_prefix router_id;
		uint32_t error;		  /* ZAPI_ERROR */
		struct zapi_vrf vrf_info; /* ZAPI_VRF_*; its id is in vrf */
	};
};

/* zebra → client: command numbers may mean something else towards zebra. */
enum zapi_direction { ZAPI_FROM_ZEBRA, ZAPI_TO_ZEBRA };

/*
 * The length of the first whole message in buf, 0 if more bytes are needed, -1 if
 * the header cannot be one of the dialect's. len may be any number.
 */
int zapi_frame(const struct zapi_dialect *, const void *buf, size_t len);

/*
 * Decodes one whole message. 0, or -1: the body does not fit the dialect, and only the
 * number, the vrf and what stands before the place of the fault mean anything.
 */
int zapi_decode(const struct zapi_dialect *, enum zapi_direction, const void *buf, size_t len,
    struct zapi_msg *);

/*
 * Encoders write one message to buf and return its length, or 0 when it does
 * not fit into size or the dialect has no such message.
 */
size_t zapi_encode_hello(const struct zapi_dialect *, void *buf, size_t size);
size_t zapi_encode_interface_add(const struct zapi_dialect *, uint32_t vrf, void *buf, size_t size);
/* Quagga: one message for both families, family is ignored. */
size_t zapi_encode_redistribute(const struct zapi_dialect *, bool on, uint32_t vrf, uint8_t family,
    uint8_t type, void *buf, size_t size);
/* tag 0: the route carries none. Always a CONNECT route of one interface. */
size_t zapi_encode_route_add(const struct zapi_dialect *, uint32_t vrf, const struct zapi_prefix *,
    uint32_t ifindex, uint32_t metric, uint32_t tag, void *buf, size_t size);
/* type: ZAPI_TYPE_CONNECT or dialect->type_local. ifindex is sent only where it is needed. */
size_t zapi_encode_route_del(const struct zapi_dialect *, uint32_t vrf, uint8_t type,
    const struct zapi_prefix *, uint32_t ifindex, void *buf, size_t size);
/* Returns 0 for IPv6 where the dialect cannot ask. */
size_t zapi_encode_lookup(
    const struct zapi_dialect *, uint32_t vrf, const struct zapi_prefix *, void *buf, size_t size);

#endif
