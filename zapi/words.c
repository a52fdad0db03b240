/*
 * What a decoded message says, field by field. Numbers that have no name are printed as
 * numbers. Must not know where messages come from.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "zapi/names.h"
#include "zapi/nexthop.h"
#include "zapi/words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NEXTHOP_BLACKHOLE_FRR 6
#define NEXTHOP_BLACKHOLE_QUAGGA 9

struct bit {
	uint64_t bit;
	const char *name;
};

/* Bits without a name come last, together, as a number. */
static void
say_bits(struct phrase *p, const char *key, uint64_t value, const struct bit *bits, size_t count)
{
	char rest[24];
	size_t i;

	if (value == 0)
		return;
	phrase_list(p, key);
	for (i = 0; i < count; i++) {
		if ((value & bits[i].bit) == 0)
			continue;
		phrase_item(p, bits[i].name);
		value &= ~bits[i].bit;
	}
	if (value != 0) {
		snprintf(rest, sizeof(rest), "0x%llx", (unsigned long long)value);
		phrase_item(p, rest);
	}
	phrase_list_end(p);
}

static void
print_address(uint8_t family, const uint8_t *addr, char text[INET6_ADDRSTRLEN])
{
	if (inet_ntop(family, addr, text, INET6_ADDRSTRLEN) == NULL)
		snprintf(text, INET6_ADDRSTRLEN, "none");
}

static void
say_prefix(struct phrase *p, const char *key, const struct zapi_prefix *prefix)
{
	char addr[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];

	print_address(prefix->family, prefix->addr, addr);
	snprintf(text, sizeof(text), "%s/%u", addr, (unsigned int)prefix->len);
	phrase_word(p, key, text);
}

/* Of what is an address, though it is kept as a prefix. */
static void
say_address(struct phrase *p, const char *key, const struct zapi_prefix *prefix)
{
	char addr[INET6_ADDRSTRLEN];

	if (prefix->len != prefix_bits(prefix->family)) {
		say_prefix(p, key, prefix);
		return;
	}
	print_address(prefix->family, prefix->addr, addr);
	phrase_word(p, key, addr);
}

static void
print_type(const struct zapi_dialect *d, uint8_t type, char *text, size_t size)
{
	const char *name = zapi_type_name(d, type);

	if (name != NULL)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "type-%u", (unsigned int)type);
}

static void
say_type(struct phrase *p, const struct zapi_dialect *d, uint8_t type, uint16_t instance)
{
	char text[24];

	print_type(d, type, text, sizeof(text));
	phrase_word(p, "type", text);
	if (instance != 0)
		phrase_number(p, "instance", instance);
}

static void
say_nexthop(struct phrase *p, const struct zapi_dialect *d, const struct zapi_nexthop *nh)
{
	static const struct bit bits[] = { { 0x01, "onlink" }, { 0x02, "labels" },
		{ 0x04, "weight" }, { 0x08, "backup" }, { 0x10, "seg6" }, { 0x20, "seg6local" },
		{ 0x40, "evpn" } };
	bool quagga = d->route_form == ZAPI_ROUTES_QUAGGA;
	char via[INET6_ADDRSTRLEN];

	phrase_open(p, NULL, '{');
	if (nh->family != 0) {
		print_address(nh->family, nh->gateway, via);
		phrase_string(p, "via", via);
	}
	if (nh->ifindex != 0)
		phrase_number(p, "dev", nh->ifindex);
	if (nh->type == (quagga ? NEXTHOP_BLACKHOLE_QUAGGA : NEXTHOP_BLACKHOLE_FRR))
		phrase_fact(p, "blackhole");
	else if (nh->family == 0 && nh->ifindex == 0)
		phrase_number(p, "nexthop-type", nh->type);
	if (nh->vrf != 0)
		phrase_number(p, "in-vrf", nh->vrf);
	if (nh->weight > 1)
		phrase_number(p, "weight", nh->weight);
	/* weight is said above, and 1 is what zebra gives everybody */
	say_bits(p, "nexthop-flags", nh->flags & ~UINT64_C(4), bits, COUNT(bits));
	phrase_close(p, '}');
}

static void
say_nexthops(struct phrase *p, const struct zapi_dialect *d, const struct zapi_nexthops *all)
{
	size_t i;

	if (all->count == 0)
		return;
	phrase_open(p, "nexthops", '[');
	for (i = 0; i < all->count && i < ZAPI_NEXTHOPS_KEPT; i++)
		say_nexthop(p, d, &all->kept[i]);
	phrase_close(p, ']');
	if (all->count > ZAPI_NEXTHOPS_KEPT)
		phrase_number(p, "more-nexthops", all->count - ZAPI_NEXTHOPS_KEPT);
}

static void
say_route_bits(struct phrase *p, const struct zapi_dialect *d, const struct zapi_route *route)
{
	const struct bit flags[] = { { d->selected_flag, "selected" }, { d->evpn_flag, "evpn" } };
	const struct bit message[] = { { d->bits.nexthop, "nexthop" },
		{ d->bits.ifindex, "ifindex" }, { d->bits.distance, "distance" },
		{ d->bits.metric, "metric" }, { d->bits.tag, "tag" }, { d->bits.mtu, "mtu" },
		{ d->bits.srcprefix, "source" }, { d->bits.label, "labels" },
		{ d->bits.backup, "backup" }, { d->bits.group, "group" },
		{ d->bits.table, "table" }, { d->bits.srte, "colour" },
		{ d->bits.opaque, "opaque" } };

	say_bits(p, "flags", route->flags, flags, COUNT(flags));
	say_bits(p, "message", route->message, message, COUNT(message));
}

static void
say_route(struct phrase *p, const struct zapi_dialect *d, const struct zapi_route *route)
{
	say_type(p, d, route->type, route->instance);
	say_prefix(p, "prefix", &route->prefix);
	say_nexthops(p, d, &route->nexthops);
	if (route->message & d->bits.distance)
		phrase_number(p, "distance", route->distance);
	if (route->message & d->bits.metric)
		phrase_number(p, "metric", route->metric);
	if (route->has_tag)
		phrase_number(p, "tag", route->tag);
	say_route_bits(p, d, route);
}

static void
say_owner(struct phrase *p, const struct zapi_route *route)
{
	const char *note = zapi_note_name(route->note);

	say_prefix(p, "prefix", &route->prefix);
	if (note != NULL)
		phrase_word(p, "note", note);
	else
		phrase_number(p, "note", route->note);
}

static void
say_interface(struct phrase *p, const struct zapi_interface *ifp)
{
	static const struct bit status[] = { { 0x01, "active" }, { 0x02, "sub" },
		{ 0x04, "linkdetection" }, { 0x08, "vrf" } };
	/* IFF_* of Linux */
	static const struct bit flags[] = { { 0x1, "up" }, { 0x40, "running" }, { 0x8, "loopback" },
		{ 0x2, "broadcast" }, { 0x10, "pointopoint" }, { 0x80, "noarp" },
		{ 0x100, "promisc" }, { 0x200, "allmulti" }, { 0x1000, "multicast" },
		{ 0x10000, "lower-up" } };

	phrase_word(p, "interface", ifp->name);
	phrase_number(p, "index", ifp->ifindex);
	say_bits(p, "flags", ifp->flags, flags, COUNT(flags));
	say_bits(p, "status", ifp->status, status, COUNT(status));
}

static void
say_interface_address(struct phrase *p, const struct zapi_address *address)
{
	static const struct bit flags[] = { { 0x01, "secondary" }, { 0x02, "peer" },
		{ 0x04, "unnumbered" }, { 0x08, "noprefixroute" } };

	say_prefix(p, "address", &address->prefix);
	phrase_number(p, "dev", address->ifindex);
	say_bits(p, "flags", address->flags, flags, COUNT(flags));
}

static void
say_subscription(
    struct phrase *p, const struct zapi_dialect *d, const struct zapi_subscription *sub)
{
	say_type(p, d, sub->type, sub->instance);
	phrase_word(p, "family",
	    sub->family == 0		 ? "ipv4 and ipv6"
		: sub->family == AF_INET ? "ipv4"
					 : "ipv6");
}

static void
say_hello(struct phrase *p, const struct zapi_dialect *d, const struct zapi_hello *hello)
{
	char text[24];

	print_type(d, hello->type, text, sizeof(text));
	phrase_string(p, "client", text);
	if (hello->instance != 0)
		phrase_number(p, "instance", hello->instance);
	if (hello->session != 0)
		phrase_number(p, "session", hello->session);
}

static void
say_vrf(struct phrase *p, const struct zapi_vrf *vrf)
{
	phrase_word(p, "vrf-name", vrf->name);
	if (vrf->netns[0] != '\0')
		phrase_string(p, "netns", vrf->netns);
}

static void
say_capabilities(struct phrase *p, const struct zapi_capabilities *caps)
{
	switch (caps->vrf_backend) {
	case ZAPI_VRF_BY_DEVICE:
		phrase_string(p, "vrf-backend", "kernel");
		break;
	case ZAPI_VRF_BY_NETNS:
		phrase_string(p, "vrf-backend", "netns");
		break;
	case ZAPI_VRF_BY_UNKNOWN:
		break;
	}
	phrase_number(p, "multipath", caps->multipath);
}

static void
say_question(struct phrase *p, const struct zapi_lookup *lookup)
{
	say_address(p, "address", &lookup->prefix);
	if (lookup->more > 0)
		phrase_number(p, "more", lookup->more);
}

static void
say_answer(struct phrase *p, const struct zapi_dialect *d, const struct zapi_lookup *lookup)
{
	say_address(p, "address", &lookup->prefix);
	if (!lookup->found) {
		phrase_string(p, "found", "nothing");
		return;
	}
	say_nexthops(p, d, &lookup->nexthops);
	phrase_number(p, "metric", lookup->metric);
}

static void
say_error(struct phrase *p, uint32_t error)
{
	const char *name = zapi_error_name(error);

	if (name != NULL)
		phrase_word(p, "error", name);
	else
		phrase_number(p, "error", error);
}

void
zapi_words(struct phrase *p, const struct zapi_dialect *d, enum zapi_direction direction,
    const struct zapi_msg *msg)
{
	bool from = direction == ZAPI_FROM_ZEBRA;

	switch (msg->command) {
	case ZAPI_INTERFACE_ADD:
	case ZAPI_INTERFACE_DELETE:
	case ZAPI_INTERFACE_UP:
	case ZAPI_INTERFACE_DOWN:
		if (from)
			say_interface(p, &msg->interface);
		break;
	case ZAPI_ADDRESS_ADD:
	case ZAPI_ADDRESS_DEL:
		say_interface_address(p, &msg->address);
		break;
	case ZAPI_ROUTE_ADD:
	case ZAPI_ROUTE_DEL:
	case ZAPI_IPV4_ROUTE_ADD:
	case ZAPI_IPV4_ROUTE_DEL:
	case ZAPI_IPV6_ROUTE_ADD:
	case ZAPI_IPV6_ROUTE_DEL:
	case ZAPI_REDIST_ADD:
	case ZAPI_REDIST_DEL:
		say_route(p, d, &msg->route);
		break;
	case ZAPI_NOTIFY_OWNER:
		say_owner(p, &msg->route);
		break;
	case ZAPI_REDISTRIBUTE_ADD:
	case ZAPI_REDISTRIBUTE_DEL:
		say_subscription(p, d, &msg->subscription);
		break;
	case ZAPI_ROUTER_ID_UPDATE:
		say_address(p, "router-id", &msg->router_id);
		break;
	case ZAPI_HELLO:
	case ZAPI_CLOSE_NOTIFY:
		say_hello(p, d, &msg->hello);
		break;
	case ZAPI_CAPABILITIES:
		say_capabilities(p, &msg->capabilities);
		break;
	case ZAPI_NEXTHOP_REGISTER:
	case ZAPI_NEXTHOP_UNREGISTER:
		say_question(p, &msg->lookup);
		break;
	case ZAPI_NEXTHOP_UPDATE:
		say_answer(p, d, &msg->lookup);
		break;
	case ZAPI_LOOKUP:
		if (from)
			say_answer(p, d, &msg->lookup);
		else
			say_question(p, &msg->lookup);
		break;
	case ZAPI_VRF_ADD:
	case ZAPI_VRF_DELETE:
		say_vrf(p, &msg->vrf_info);
		break;
	case ZAPI_ERROR:
		say_error(p, msg->error);
		break;
	default: /* its name says all, or all that is known */
		break;
	}
}
