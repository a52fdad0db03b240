/*
 * UDP sockets shared by all dns checks: a query goes out by one, and what comes
 * back, answer or ICMP error, finds its query.
 */
#ifndef CHECKS_DNS_SOCKETS_H
#define CHECKS_DNS_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct device;
struct event_base;
struct dns_socket;
struct dns_sockets;

/* One query; memory of the asker's, who fills in the first three. */
struct dns_query {
	void *arg;
	/*
	 * From the server asked and with the query's id. The query stays open until
	 * dns_cancel(). Either function may free all.
	 */
	void (*answer)(void *arg, const uint8_t *data, size_t size);
	void (*failed)(void *arg, int error);

	unsigned int wrong_id, wrong_source; /* counted while open */

	struct dns_socket *socket; /* NULL: not open */
	uint16_t id;
	struct sockaddr_storage server;
};

struct dns_sockets *dns_sockets_new(struct event_base *);
void dns_sockets_free(struct dns_sockets *);

/* Sends wire with an id of its own. -1 with errno: nothing was sent. */
int dns_send(struct dns_sockets *, const struct device *, struct dns_query *,
    const struct sockaddr *, socklen_t, const uint8_t *wire, size_t size);
void dns_cancel(struct dns_query *);

/* An id that cannot be guessed. */
uint16_t dns_random_id(struct dns_sockets *);

#endif
