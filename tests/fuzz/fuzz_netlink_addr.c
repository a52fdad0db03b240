/*
 * Netlink messages about addresses and links, whatever their bytes: read into
 * the table, looked up, swept.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "alias/table.h"
#include "alias/wire.h"
#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(struct alias_table *t, const void *msg, size_t len)
{
	struct alias_address address;
	struct alias_link link;

	switch (alias_wire_read(msg, len, 0, &address, &link)) {
	case ALIAS_NEWS_ADDRESS:
		if (alias_table_address(t, &address) == -1 ||
		    alias_table_find(t, &address.address, 0) == NULL ||
		    alias_table_network(t, &address.network, ALIAS_ON, address.ifindex) == NULL)
			abort();
		break;
	case ALIAS_NEWS_ADDRESS_GONE:
		(void)alias_table_address_gone(t, &address);
		if (alias_table_address_gone(t, &address))
			abort();
		break;
	case ALIAS_NEWS_LINK:
		if (alias_table_link(t, &link) == -1 ||
		    alias_table_link_named(t, link.name) == NULL)
			abort();
		break;
	case ALIAS_NEWS_LINK_GONE:
		(void)alias_table_link_gone(t, link.ifindex);
		break;
	case ALIAS_NEWS_OTHER:
	case ALIAS_NEWS_BAD:
		break;
	}
}

/* Messages behind each other, each aligned as the kernel has them. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct alias_table *t = alias_table_new();
	struct alias_link news;
	uint32_t *msg, len;
	size_t n;

	while (size >= sizeof(struct nlmsghdr)) {
		memcpy(&len, data, sizeof(len));
		n = len >= sizeof(struct nlmsghdr) && len < size ? len : size;
		if ((msg = malloc(n)) == NULL)
			break;
		memcpy(msg, data, n);
		take(t, msg, n);
		free(msg);
		n = n < size ? NLMSG_ALIGN(n) : size;
		data += n <= size ? n : size;
		size -= n <= size ? n : size;
	}
	while (alias_table_link_news(t, &news))
		continue;
	alias_table_mark(t);
	(void)alias_table_sweep(t);
	if (alias_table_count(t) != 0)
		abort();
	alias_table_free(t);
	return 0;
}
