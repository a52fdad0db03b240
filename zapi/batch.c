/*
 * Messages that belong together: a subscription, an announcement with the deletes
 * before it, a withdrawal. Must not know whether anybody reads them.
 */
#include <errno.h>
#include <sys/socket.h>

#include "zapi/batch.h"

static int
queue(struct outbuf *out, const uint8_t *buf, size_t len, size_t limit)
{
	if (len == 0) {
		errno = EINVAL;
		return -1;
	}
	return outbuf_append(out, buf, len, limit);
}

/* Connected routes of both families. */
static size_t
put_redistribute(const struct zapi_dialect *d, bool on, uint32_t vrf, uint8_t *buf, size_t size)
{
	size_t len = zapi_encode_redistribute(d, on, vrf, AF_INET, ZAPI_TYPE_CONNECT, buf, size);

	if (d->route_form == ZAPI_ROUTES_QUAGGA)
		return len;
	return len +
	    zapi_encode_redistribute(
		d, on, vrf, AF_INET6, ZAPI_TYPE_CONNECT, buf + len, size - len);
}

int
batch_subscribe(const struct zapi_dialect *d, bool hello, struct outbuf *out, size_t limit)
{
	uint8_t buf[256];
	size_t len = 0;

	if (hello)
		len += zapi_encode_hello(d, buf, sizeof(buf));
	len += zapi_encode_interface_add(d, 0, buf + len, sizeof(buf) - len);
	len += put_redistribute(d, true, 0, buf + len, sizeof(buf) - len);
	return queue(out, buf, len, limit);
}

int
batch_subscribe_vrf(const struct zapi_dialect *d, uint32_t vrf, struct outbuf *out, size_t limit)
{
	uint8_t buf[256];
	size_t len;

	/* A second subscription is not answered, so the first is ended. */
	len = put_redistribute(d, false, vrf, buf, sizeof(buf));
	len += zapi_encode_interface_add(d, vrf, buf + len, sizeof(buf) - len);
	len += put_redistribute(d, true, vrf, buf + len, sizeof(buf) - len);
	return queue(out, buf, len, limit);
}

static int
queue_route(const struct zapi_dialect *d, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, const uint32_t *tag, unsigned int deletes, struct outbuf *out, size_t limit)
{
	uint8_t buf[128];
	size_t len;

	if (d->type_local != 0) {
		len =
		    zapi_encode_route_del(d, vrf, d->type_local, prefix, ifindex, buf, sizeof(buf));
		if (queue(out, buf, len, limit) == -1)
			return -1;
	}
	len = zapi_encode_route_del(d, vrf, ZAPI_TYPE_CONNECT, prefix, ifindex, buf, sizeof(buf));
	while (deletes-- > 0)
		if (queue(out, buf, len, limit) == -1)
			return -1;
	if (tag == NULL)
		return 0;
	len = zapi_encode_route_add(d, vrf, prefix, ifindex, 0, *tag, buf, sizeof(buf));
	return queue(out, buf, len, limit);
}

int
batch_route(const struct zapi_dialect *d, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, const uint32_t *tag, unsigned int deletes, struct outbuf *out, size_t limit)
{
	size_t before = outbuf_waiting(out);

	if (queue_route(d, vrf, prefix, ifindex, tag, deletes, out, limit) == 0)
		return 0;
	outbuf_cut(out, before);
	return -1;
}
