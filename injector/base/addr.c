/*
 * Addresses and prefixes: text to bytes and back, and their comparisons.
 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t
family_bits(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* Compares the first len bits. */
static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned int len)
{
	unsigned int whole = len / 8, rest = len % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

struct prefix
prefix_network(const struct prefix *p)
{
	struct prefix net = { .family = p->family, .len = p->len };
	unsigned int whole = p->len / 8u, rest = p->len % 8u;

	memcpy(net.addr, p->addr, whole);
	if (rest != 0)
		net.addr[whole] = (uint8_t)(p->addr[whole] & (0xff00 >> rest));
	return net;
}

static int
parse_length(const char *text, uint8_t most, uint8_t *len)
{
	char *end;
	unsigned long n;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || n > most)
		return -1;
	*len = (uint8_t)n;
	return 0;
}

int
prefix_parse(struct prefix *p, const char *text)
{
	char address[PREFIX_STRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	struct prefix net;

	memset(p, 0, sizeof(*p));
	if (n >= sizeof(address))
		goto bad;
	memcpy(address, text, n);
	address[n] = '\0';
	p->family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(p->family, address, p->addr) != 1)
		goto bad;
	p->len = family_bits(p->family);
	if (slash != NULL && parse_length(slash + 1, p->len, &p->len) == -1)
		goto bad;
	net = prefix_network(p);
	if (!prefix_equal(&net, p))
		goto bad;
	return 0;
bad:
	errno = EINVAL;
	return -1;
}

const char *
prefix_print(const struct prefix *p, char *buf)
{
	char address[INET6_ADDRSTRLEN];

	if (inet_ntop(p->family, p->addr, address, sizeof(address)) == NULL)
		snprintf(address, sizeof(address), "?");
	snprintf(buf, PREFIX_STRLEN, "%s/%u", address, p->len);
	return buf;
}

int
prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int r = (int)a->family - (int)b->family;

	if (r == 0)
		r = memcmp(a->addr, b->addr, family_bits(a->family) / 8u);
	return r != 0 ? r : (int)a->len - (int)b->len;
}

bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return prefix_compare(a, b) == 0;
}

/* FNV-1a, its halves folded. */
uint64_t
prefix_hash(const struct prefix *p)
{
	uint64_t h = 14695981039346656037u ^ p->len;

	for (size_t i = 0; i < sizeof(p->addr); i++)
		h = (h ^ p->addr[i]) * 1099511628211u;
	return h ^ h >> 32;
}

bool
prefix_is_host(const struct prefix *p)
{
	return p->len == family_bits(p->family);
}

bool
prefix_covers(const struct prefix *net, const struct prefix *p)
{
	return net->family == p->family && net->len <= p->len &&
	    same_bits(net->addr, p->addr, net->len);
}

void
addr_from_prefix(struct sockaddr_storage *ss, socklen_t *len, const struct prefix *p, uint16_t port)
{
	memset(ss, 0, sizeof(*ss));
	if (p->family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)ss;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, p->addr, 4);
		*len = sizeof(*in);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, p->addr, 16);
		*len = sizeof(*in6);
	}
}

int
addr_parse(struct sockaddr_storage *ss, socklen_t *len, const char *text, uint16_t port)
{
	struct prefix p;

	if (strchr(text, '/') != NULL || prefix_parse(&p, text) == -1) {
		errno = EINVAL;
		return -1;
	}
	addr_from_prefix(ss, len, &p, port);
	return 0;
}
