/*
 * Prefixes that nobody may announce, and what a mistyped one may have meant.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/store.h"

static const struct {
	const char *net, *name;
} refused[] = {
	{ "127.0.0.0/8", "loopback" },
	{ "0.0.0.0/8", "this network itself" },
	{ "169.254.0.0/16", "link-local" },
	{ "224.0.0.0/4", "multicast" },
	{ "240.0.0.0/4", "reserved and broadcast" },
	{ "::/128", "the unspecified address" },
	{ "::1/128", "loopback" },
	{ "::ffff:0:0/96", "IPv4 in IPv6" },
	{ "fe80::/10", "link-local" },
	{ "ff00::/8", "multicast" },
};

const char *
prefix_refuse(const struct prefix *p, char *buf, size_t size)
{
	struct prefix net;

	if (p->len == 0)
		return "is a default route: announce what the service needs and no more";
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (prefix_parse(&net, refused[i].net) == -1)
			abort();
		if (!prefix_covers(&net, p) && !prefix_covers(p, &net))
			continue;
		snprintf(buf, size, "%s %s, %s: it cannot be announced",
		    prefix_covers(&net, p) ? "lies in" : "covers", refused[i].net, refused[i].name);
		return buf;
	}
	return NULL;
}

const char *
prefix_read(struct prefix *p, const char *text, char *buf, size_t size)
{
	const char *slash = strchr(text, '/');
	char address[PREFIX_STRLEN], *end;
	struct prefix host, net;
	unsigned long len;

	if (prefix_parse(p, text) == 0)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->family = AF_INET;
	snprintf(address, sizeof(address), "%.*s", slash != NULL ? (int)(slash - text) : 63, text);
	if (prefix_parse(&host, address) == -1 || slash == NULL)
		return "is not a prefix: write ADDRESS or ADDRESS/LENGTH";
	len = strtoul(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || len > host.len) {
		snprintf(buf, size, "has a bad length: 0 to %u", host.len);
		return buf;
	}
	host.len = (uint8_t)len;
	net = prefix_network(&host);
	snprintf(buf, size, "has bits behind its length: did you mean %s, or a host's /%d?",
	    prefix_print(&net, address), host.family == AF_INET ? 32 : 128);
	return buf;
}
