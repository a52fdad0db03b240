/*
 * The messages a client sends. Every encoder writes one whole message, its
 * length last. Must not know when they are sent.
 */
#include <sys/socket.h>

#include "zapi/message.h"
#include "zapi/wire.h"

#define SAFI_UNICAST 1
#define NEXTHOP_IFINDEX 1 /* in every dialect */

static void
begin(struct wire_writer *w, const struct zapi_dialect *d, uint32_t vrf, int number, void *buf,
    size_t size)
{
	wire_writer_init(w, buf, size);
	if (number < 0)
		w->bad = true;
	wire_put_u16(w, 0);
	wire_put_u8(w, d->marker);
	wire_put_u8(w, d->version);
	if (d->version >= 5)
		wire_put_u32(w, vrf);
	else if (d->version >= 3)
		wire_put_u16(w, (uint16_t)vrf);
	if (d->version < 5 && vrf > (d->version >= 3 ? UINT16_MAX : 0))
		w->bad = true;
	wire_put_u16(w, (uint16_t)number);
}

static size_t
finish(struct wire_writer *w)
{
	size_t len = (size_t)(w->p - w->start);

	if (w->bad || len > ZAPI_MESSAGE_MAX)
		return 0;
	w->start[0] = (uint8_t)(len >> 8);
	w->start[1] = (uint8_t)len;
	return len;
}

static void
put_prefix(struct wire_writer *w, const struct zapi_prefix *prefix)
{
	if (prefix->len > (prefix->family == AF_INET ? 32 : 128))
		w->bad = true;
	wire_put_u8(w, prefix->len);
	if (!w->bad)
		wire_put_bytes(w, prefix->addr, (prefix->len + 7u) / 8u);
}

size_t
zapi_encode_hello(const struct zapi_dialect *d, void *buf, size_t size)
{
	struct wire_writer w;

	/* Protocol 0: with any other, zebra removes routes of it when we leave. */
	begin(&w, d, 0, d->command[ZAPI_HELLO], buf, size);
	wire_put_zeros(&w, d->hello_len);
	return finish(&w);
}

size_t
zapi_encode_interface_add(const struct zapi_dialect *d, uint32_t vrf, void *buf, size_t size)
{
	struct wire_writer w;

	begin(&w, d, vrf, d->command[ZAPI_INTERFACE_ADD], buf, size);
	return finish(&w);
}

size_t
zapi_encode_redistribute(const struct zapi_dialect *d, bool on, uint32_t vrf, uint8_t family,
    uint8_t type, void *buf, size_t size)
{
	enum zapi_command command = on ? ZAPI_REDISTRIBUTE_ADD : ZAPI_REDISTRIBUTE_DEL;
	struct wire_writer w;

	begin(&w, d, vrf, d->command[command], buf, size);
	if (d->route_form != ZAPI_ROUTES_QUAGGA)
		wire_put_u8(&w, family == AF_INET ? 1 : 2);
	wire_put_u8(&w, type);
	if (d->route_form != ZAPI_ROUTES_QUAGGA)
		wire_put_u16(&w, 0); /* instance */
	return finish(&w);
}

static int
route_number(const struct zapi_dialect *d, uint8_t family, bool add)
{
	if (d->route_form == ZAPI_ROUTES_UNIFIED)
		return d->command[add ? ZAPI_ROUTE_ADD : ZAPI_ROUTE_DEL];
	if (family == AF_INET)
		return d->command[add ? ZAPI_IPV4_ROUTE_ADD : ZAPI_IPV4_ROUTE_DEL];
	return d->command[add ? ZAPI_IPV6_ROUTE_ADD : ZAPI_IPV6_ROUTE_DEL];
}

/* All up to the nexthops. */
static void
put_route_head(struct wire_writer *w, const struct zapi_dialect *d, uint8_t type, uint32_t message,
    const struct zapi_prefix *prefix)
{
	wire_put_u8(w, type);
	if (d->route_form != ZAPI_ROUTES_QUAGGA)
		wire_put_u16(w, 0);					/* instance */
	wire_put_zeros(w, d->route_form == ZAPI_ROUTES_QUAGGA ? 1 : 4); /* flags */
	if (d->message_width == 4)
		wire_put_u32(w, message);
	else
		wire_put_u8(w, (uint8_t)message);
	if (d->route_form == ZAPI_ROUTES_UNIFIED) {
		wire_put_u8(w, SAFI_UNICAST);
		wire_put_u8(w, prefix->family);
	} else {
		wire_put_u16(w, SAFI_UNICAST);
	}
	put_prefix(w, prefix);
}

static void
put_nexthop(struct wire_writer *w, const struct zapi_dialect *d, uint32_t vrf, uint32_t ifindex)
{
	if (d->route_form == ZAPI_ROUTES_UNIFIED) {
		wire_put_u16(w, 1);
		wire_put_u32(w, vrf);
	} else {
		wire_put_u8(w, 1);
	}
	wire_put_u8(w, NEXTHOP_IFINDEX);
	if (d->nexthop_form >= ZAPI_NEXTHOP_ONLINK)
		wire_put_u8(w, 0);
	wire_put_u32(w, ifindex);
}

size_t
zapi_encode_route_add(const struct zapi_dialect *d, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, uint32_t metric, uint32_t tag, void *buf, size_t size)
{
	uint32_t message = (uint32_t)d->bits.nexthop | d->bits.metric;
	struct wire_writer w;

	if (tag != 0)
		message |= d->bits.tag;
	begin(&w, d, vrf, route_number(d, prefix->family, true), buf, size);
	put_route_head(&w, d, ZAPI_TYPE_CONNECT, message, prefix);
	put_nexthop(&w, d, vrf, ifindex);
	wire_put_u32(&w, metric);
	if (tag != 0 && d->bits.tag != 0)
		wire_put_u32(&w, tag);
	return finish(&w);
}

size_t
zapi_encode_route_del(const struct zapi_dialect *d, uint32_t vrf, uint8_t type,
    const struct zapi_prefix *prefix, uint32_t ifindex, void *buf, size_t size)
{
	bool nexthop = d->traits.delete_needs_nexthop;
	struct wire_writer w;

	/*
	 * Without need there is no nexthop: read by a zebra of another dialect than
	 * believed, such a message can't become an announcement.
	 */
	begin(&w, d, vrf, route_number(d, prefix->family, false), buf, size);
	put_route_head(&w, d, type, nexthop ? d->bits.nexthop : 0, prefix);
	if (nexthop)
		put_nexthop(&w, d, vrf, ifindex);
	return finish(&w);
}

size_t
zapi_encode_lookup(const struct zapi_dialect *d, uint32_t vrf, const struct zapi_prefix *prefix,
    void *buf, size_t size)
{
	bool ipv6 = prefix->family == AF_INET6;
	int number = d->command[ZAPI_LOOKUP];
	struct wire_writer w;

	if (ipv6 && d->lookup_form < ZAPI_LOOKUP_FAMILY)
		number = zapi_dialect_can_lookup(d, AF_INET6) ? d->lookup6 : -1;
	begin(&w, d, vrf, number, buf, size);
	if (d->lookup_form >= ZAPI_LOOKUP_FAMILY)
		wire_put_u16(&w, prefix->family);
	wire_put_bytes(&w, prefix->addr, ipv6 ? 16 : 4);
	if (d->lookup_form >= ZAPI_LOOKUP_SAFI)
		wire_put_u8(&w, SAFI_UNICAST);
	return finish(&w);
}
