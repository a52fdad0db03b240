/*
 * One DNS query over TCP, and the messages that come back.
 */
#ifndef CHECKS_DNS_STREAM_H
#define CHECKS_DNS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct device;
struct dns_stream;
struct event_base;

/* Each may free the stream. */
struct dns_stream_ops {
	void (*answer)(void *arg, const uint8_t *data, size_t size); /* a whole message */
	void (*failed)(void *arg, int error); /* 0: closed before a message was whole */
};

/* NULL with errno. */
struct dns_stream *
dns_stream_open(struct event_base *, const struct device *, const struct sockaddr *, socklen_t,
    const uint8_t *wire, size_t size, uint16_t id, const struct dns_stream_ops *, void *arg);
void dns_stream_free(struct dns_stream *);

/* Are the first two bytes of a message the query's id? */
bool dns_stream_is_ours(const struct dns_stream *, const uint8_t *data);

#endif
