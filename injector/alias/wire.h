/*
 * Netlink messages about addresses, links and routes: read into the structs of
 * the table, and built. No socket here.
 */
#ifndef ALIAS_WIRE_H
#define ALIAS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alias/table.h"

struct nl_msg;

enum alias_news {
	ALIAS_NEWS_OTHER, /* nothing of ours */
	ALIAS_NEWS_BAD,	  /* cut short, or its fields make no sense */
	ALIAS_NEWS_ADDRESS,
	ALIAS_NEWS_ADDRESS_GONE,
	ALIAS_NEWS_LINK,
	ALIAS_NEWS_LINK_GONE,
};

/* One whole message, 4-byte aligned, of len bytes or more. Fills what the answer names. */
enum alias_news alias_wire_read(
    const void *msg, size_t len, int64_t now, struct alias_address *, struct alias_link *);

#define ALIAS_FOREVER UINT32_MAX
enum alias_verb { ALIAS_VERB_SET, ALIAS_VERB_CHANGE, ALIAS_VERB_DELETE };
/*
 * SET adds or changes, CHANGE fails with EINVAL when it is not there (see the .c).
 * seconds: of life, or ALIAS_FOREVER. label may be "". NULL with errno.
 */
struct nl_msg *alias_wire_address(
    enum alias_verb, const struct prefix *, uint32_t ifindex, const char *label, uint32_t seconds);
/* Asks for one IPv6 address (of IPv4 the kernel only knows dumps). */
struct nl_msg *alias_wire_get(const struct prefix *, uint32_t ifindex);
/* Deletes "P dev IFINDEX proto kernel metric 256" of table main. */
struct nl_msg *alias_wire_leftover(const struct prefix *, uint32_t ifindex);
struct nl_msg *alias_wire_dump_links(void);
struct nl_msg *alias_wire_dump_addresses(void);

#endif
