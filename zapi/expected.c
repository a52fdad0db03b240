/*
 * The layout of bodies, in words. Must not know messages that were read.
 */
#include <stdio.h>

#include "zapi/expected.h"

/* One nexthop as the dialect lays it out. */
static const char *
nexthop_layout(const struct zapi_dialect *d)
{
	static const char *const layouts[] = { [ZAPI_NEXTHOP_OLD] = "count u8, each type u8, data",
		[ZAPI_NEXTHOP_VRF_ONCE] = "count u16, vrf u32, each type u8, data",
		[ZAPI_NEXTHOP_VRF] = "count u16, each vrf u32, type u8, data",
		[ZAPI_NEXTHOP_ONLINK] = "count u16, each vrf u32, type u8, onlink u8, data",
		[ZAPI_NEXTHOP_FLAGS32] =
		    "count u16, each vrf u32, type u8, flags u8, data, weight u32 if flagged",
		[ZAPI_NEXTHOP_FLAGS64] =
		    "count u16, each vrf u32, type u8, flags u8, data, weight u64 if flagged" };

	return layouts[d->nexthop_form];
}

static void
expect_route(const struct zapi_dialect *d, bool from, char *buf, size_t size)
{
	if (d->route_form == ZAPI_ROUTES_UNIFIED)
		snprintf(buf, size,
		    "type u8, instance u16, flags u32, message u%d, safi u8, family u8, prefix, "
		    "nexthops (%s), and what message says",
		    8 * d->message_width, nexthop_layout(d));
	else
		snprintf(buf, size,
		    "type u8, %s, message u8, %sprefix, nexthops (%s), and what message says",
		    d->route_form == ZAPI_ROUTES_QUAGGA ? "flags u8" : "instance u16, flags u32",
		    from ? "" : "safi u16, ",
		    from ? "count u8, gateways, count u8, interfaces" : nexthop_layout(d));
}

static void
expect_interface(const struct zapi_dialect *d, char *buf, size_t size)
{
	snprintf(buf, size,
	    "name of %u bytes, index u32, status u8, flags u64, at %u of the body the length u32 "
	    "of the hardware address, the address, %s",
	    (unsigned int)d->ifname_len, (unsigned int)d->ifhw_offset,
	    d->link_params ? "link parameters, the end" : "the end");
}

static void
expect_address(const struct zapi_dialect *d, bool whole, char *buf, size_t size)
{
	if (whole)
		snprintf(buf, size, "family u16, an address of it%s",
		    d->lookup_form >= ZAPI_LOOKUP_SAFI ? ", and a safi" : "");
	else
		snprintf(buf, size, "an address");
}

void
zapi_expected(const struct zapi_dialect *d, enum zapi_direction direction,
    enum zapi_command command, char *buf, size_t size)
{
	bool from = direction == ZAPI_FROM_ZEBRA;

	snprintf(buf, size, "another body");
	switch (command) {
	case ZAPI_INTERFACE_ADD:
	case ZAPI_INTERFACE_DELETE:
	case ZAPI_INTERFACE_UP:
	case ZAPI_INTERFACE_DOWN:
		expect_interface(d, buf, size);
		break;
	case ZAPI_ADDRESS_ADD:
	case ZAPI_ADDRESS_DEL:
		snprintf(
		    buf, size, "index u32, flags u8, family u8, address, length u8, destination");
		break;
	case ZAPI_ROUTE_ADD:
	case ZAPI_ROUTE_DEL:
	case ZAPI_IPV4_ROUTE_ADD:
	case ZAPI_IPV4_ROUTE_DEL:
	case ZAPI_IPV6_ROUTE_ADD:
	case ZAPI_IPV6_ROUTE_DEL:
	case ZAPI_REDIST_ADD:
	case ZAPI_REDIST_DEL:
		expect_route(d, from, buf, size);
		break;
	case ZAPI_REDISTRIBUTE_ADD:
	case ZAPI_REDISTRIBUTE_DEL:
		snprintf(buf, size, "%s",
		    d->route_form == ZAPI_ROUTES_QUAGGA ? "type u8"
							: "afi u8, type u8, instance u16");
		break;
	case ZAPI_ROUTER_ID_UPDATE:
		snprintf(buf, size, "family u8, address, length u8");
		break;
	case ZAPI_HELLO:
		snprintf(buf, size, "%u bytes", (unsigned int)d->hello_len);
		break;
	case ZAPI_CAPABILITIES:
		snprintf(buf, size, "%u bytes", (unsigned int)d->capabilities_len);
		break;
	case ZAPI_VRF_ADD:
	case ZAPI_VRF_DELETE:
		snprintf(buf, size, "%u bytes, name of 36 bytes", (unsigned int)d->vrf_name_offset);
		break;
	case ZAPI_LOOKUP:
		expect_address(d, d->lookup_form >= ZAPI_LOOKUP_FAMILY, buf, size);
		break;
	case ZAPI_ERROR:
		snprintf(buf, size, "an error u32 in the byte order of the host");
		break;
	default:
		break;
	}
}
