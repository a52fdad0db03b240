/*
 * A TCP connection of a check: nonblocking, one peer, closed by connection_free().
 */
#ifndef CHECKS_CONNECTION_H
#define CHECKS_CONNECTION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct connection;
struct device;
struct event_base;

/* Each may free the connection. */
struct connection_ops {
	void (*ready)(void *arg);
	void (*data)(void *arg, const uint8_t *data, size_t size);
	void (*closed)(void *arg, int error); /* 0: by the peer, in order */
};

/*
 * ops and what is sent must outlive the connection; send is NULL or is written once it stands.
 * NULL with errno.
 */
struct connection *
connection_open(struct event_base *, const struct device *, const struct sockaddr *, socklen_t,
    const struct connection_ops *, void *arg, const void *send, size_t size);
void connection_free(struct connection *);

#endif
