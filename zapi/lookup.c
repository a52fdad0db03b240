/*
 * Reading of what zebra says about its RIB: lookup answers and nexthop updates.
 * Must not know headers or command numbers.
 */
#include <string.h>

#include "zapi/body.h"
#include "zapi/nexthop.h"

/* The one dialect whose releases differ: an IPV6 nexthop of an answer grew with FRR 8.5. */
#define RELEASE_MIXED_IPV6 803

static void
set_found(struct zapi_lookup *lookup, size_t count)
{
	lookup->found = count > 0;
	lookup->nexthop_type = lookup->nexthops.kept[0].type;
	lookup->ifindex = lookup->nexthops.kept[0].ifindex;
}

static void
get_update(
    const struct zapi_dialect *d, bool resolved, struct wire_reader *r, struct zapi_lookup *update)
{
	uint8_t form = d->update_form, family;
	uint32_t message = form >= ZAPI_UPDATE_MESSAGE ? wire_get_u32(r) : 0;
	struct nexthop_layout l = { .vrf = form >= ZAPI_UPDATE_FRR7,
		.wide4 = form >= ZAPI_UPDATE_FRR3,
		.wide6 = form >= ZAPI_UPDATE_FRR3,
		.flags = form >= ZAPI_UPDATE_FLAGS,
		.blackhole = form >= ZAPI_UPDATE_FLAGS,
		.labels = form >= ZAPI_UPDATE_FRR5,
		.colour = (message & d->bits.srte) != 0 };
	struct zapi_prefix by;
	size_t count;

	memset(update, 0, sizeof(*update));
	if (form >= ZAPI_UPDATE_SAFI)
		wire_get_u16(r);
	family = prefix_get_family16(r);
	if (form == ZAPI_UPDATE_QUAGGA)
		prefix_get(r, family, &update->prefix);
	else
		prefix_get_whole(r, family, &update->prefix);
	if (resolved)
		prefix_get_whole(r, prefix_get_family16(r), &by);
	if (l.colour)
		wire_get_u32(r);
	if (form >= ZAPI_UPDATE_FRR5)
		wire_get_bytes(r, NULL, 3); /* type, instance */
	if (form >= ZAPI_UPDATE_FRR3)
		wire_get_u8(r); /* distance */
	update->metric = wire_get_u32(r);
	count = form >= ZAPI_UPDATE_WIDE ? wire_get_u16(r) : wire_get_u8(r);
	nexthop_get(d, &l, r, count, &update->nexthops);
	set_found(update, count);
}

static bool
is_whole(const struct wire_reader *r)
{
	return !r->bad && wire_left(r) == 0;
}

void
lookup_get_update(const struct zapi_dialect *d, struct wire_reader *r, struct zapi_lookup *update)
{
	struct wire_reader again = *r;

	get_update(d, d->update_form >= ZAPI_UPDATE_SAFI, r, update);
	if (d->update_form != ZAPI_UPDATE_SAFI || is_whole(r))
		return;
	/* the first releases of this dialect had no resolving prefix */
	get_update(d, false, &again, update);
	*r = again;
}

static void
get_answer(const struct zapi_dialect *d, uint8_t family, bool wide6, struct wire_reader *r,
    struct zapi_lookup *answer)
{
	uint8_t form = d->lookup_form;
	struct nexthop_layout l = { .vrf = form >= ZAPI_LOOKUP_V4_VRF,
		.wide4 = form != ZAPI_LOOKUP_QUAGGA,
		.wide6 = wide6 };
	size_t count;

	memset(answer, 0, sizeof(*answer));
	if (form >= ZAPI_LOOKUP_FAMILY)
		family = prefix_get_family16(r);
	prefix_get_address(r, family, &answer->prefix);
	if (form != ZAPI_LOOKUP_QUAGGA)
		wire_get_u8(r); /* distance */
	answer->metric = wire_get_u32(r);
	if (form >= ZAPI_LOOKUP_SAFI)
		wire_get_u16(r); /* prefix length */
	if (form >= ZAPI_LOOKUP_OPAQUE) {
		wire_get_u32(r); /* route type */
		wire_get_bytes(r, NULL, wire_get_u32(r));
	}
	count = form >= ZAPI_LOOKUP_SAFI ? wire_get_u16(r) : wire_get_u8(r);
	nexthop_get(d, &l, r, count, &answer->nexthops);
	set_found(answer, count);
}

void
lookup_get_answer(
    const struct zapi_dialect *d, uint8_t family, struct wire_reader *r, struct zapi_lookup *answer)
{
	struct wire_reader again = *r;
	struct zapi_lookup other;

	get_answer(d, family, d->first > RELEASE_MIXED_IPV6, r, answer);
	if (d->first != RELEASE_MIXED_IPV6 || is_whole(r))
		return;
	get_answer(d, family, true, &again, &other);
	if (is_whole(&again)) {
		*r = again;
		*answer = other;
	}
}
