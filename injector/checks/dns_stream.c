/*
 * One DNS query over TCP: the length in front, messages put together again.
 * Must not know what is in them beyond the id.
 */
#include "checks/dns_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checks/connection.h"

#define QUERY_MAX 512

struct dns_stream {
	struct connection *connection;
	const struct dns_stream_ops *ops;
	void *arg;
	uint8_t query[2 + QUERY_MAX];
	uint8_t *message; /* the one that is coming; its length in front */
	size_t have, want;
	bool *freed; /* told to the loop that hands over messages */
};

static void
stream_ready(void *arg)
{
	(void)arg;
}

static void
stream_closed(void *arg, int error)
{
	struct dns_stream *s = arg;

	s->ops->failed(s->arg, error);
}

/* Takes what of data belongs to the message that is coming. Returns how much, or -1. */
static ssize_t
take(struct dns_stream *s, const uint8_t *data, size_t size)
{
	size_t n = s->want - s->have;
	uint8_t *bigger;

	if (n > size)
		n = size;
	memcpy(s->message + s->have, data, n);
	s->have += n;
	if (s->have == 2 && s->want == 2) {
		s->want += (size_t)(s->message[0] << 8 | s->message[1]);
		if ((bigger = realloc(s->message, s->want)) == NULL)
			return -1;
		s->message = bigger;
	}
	return (ssize_t)n;
}

static void
stream_data(void *arg, const uint8_t *data, size_t size)
{
	struct dns_stream *s = arg;
	bool freed = false;
	ssize_t n;

	while (size > 0) {
		if ((n = take(s, data, size)) == -1) {
			s->ops->failed(s->arg, ENOMEM);
			return;
		}
		data += n;
		size -= (size_t)n;
		if (s->have < 2 || s->have < s->want)
			continue;
		s->freed = &freed;
		s->ops->answer(s->arg, s->message + 2, s->want - 2);
		if (freed)
			return;
		s->freed = NULL;
		s->have = 0;
		s->want = 2;
	}
}

static const struct connection_ops ops = {
	.ready = stream_ready,
	.data = stream_data,
	.closed = stream_closed,
};

struct dns_stream *
dns_stream_open(struct event_base *base, const struct device *device, const struct sockaddr *to,
    socklen_t len, const uint8_t *wire, size_t size, uint16_t id,
    const struct dns_stream_ops *stream_ops, void *arg)
{
	struct dns_stream *s;
	int saved;

	if (size < 2 || size > QUERY_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->ops = stream_ops;
	s->arg = arg;
	s->want = 2;
	s->query[0] = (uint8_t)(size >> 8);
	s->query[1] = (uint8_t)size;
	memcpy(s->query + 2, wire, size);
	s->query[2] = (uint8_t)(id >> 8);
	s->query[3] = (uint8_t)id;
	s->message = malloc(s->want);
	if (s->message != NULL)
		s->connection = connection_open(base, device, to, len, &ops, s, s->query, size + 2);
	if (s->connection != NULL)
		return s;
	saved = errno;
	dns_stream_free(s);
	errno = saved;
	return NULL;
}

void
dns_stream_free(struct dns_stream *s)
{
	if (s == NULL)
		return;
	if (s->freed != NULL)
		*s->freed = true;
	connection_free(s->connection);
	free(s->message);
	free(s);
}

bool
dns_stream_is_ours(const struct dns_stream *s, const uint8_t *data)
{
	return memcmp(data, s->query + 2, 2) == 0;
}
