/*
 * Addresses and prefixes, IPv4 and IPv6 alike: parsed, printed, compared.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* family is AF_INET or AF_INET6; addr is in network order, 4 or 16 bytes used. */
struct prefix {
	uint8_t family;
	uint8_t len;
	uint8_t addr[16];
};

#define PREFIX_STRLEN 64 /* "2001:db8:…/128" and its zero */

/* 0, or -1: not "ADDRESS[/LEN]", or bits set behind LEN (errno = EINVAL). */
int prefix_parse(struct prefix *, const char *text);
/* Returns buf, which holds PREFIX_STRLEN bytes. */
const char *prefix_print(const struct prefix *, char *buf);
/* An order for search: negative, 0 when they are equal, or positive. */
int prefix_compare(const struct prefix *, const struct prefix *);
bool prefix_equal(const struct prefix *, const struct prefix *);
bool prefix_is_host(const struct prefix *);
/* The same for equal ones, in every run. */
uint64_t prefix_hash(const struct prefix *);
/* Does the (possibly shorter) prefix net contain p? */
bool prefix_covers(const struct prefix *net, const struct prefix *p);
/* The network of p: bits behind its length cleared. */
struct prefix prefix_network(const struct prefix *p);

/* ADDRESS and port as a socket address; -1 when text is not an address. */
int addr_parse(struct sockaddr_storage *, socklen_t *, const char *text, uint16_t port);
void addr_from_prefix(struct sockaddr_storage *, socklen_t *, const struct prefix *, uint16_t port);

#endif
