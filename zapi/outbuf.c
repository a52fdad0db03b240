/*
 * Bytes that wait to be written: a vector with a moving head. Must not know what
 * they are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "zapi/outbuf.h"

#define FIRST_SIZE 4096
#define KEPT_SIZE (1u << 20)

size_t
outbuf_waiting(const struct outbuf *o)
{
	return o->tail - o->head;
}

static int
make_room(struct outbuf *o, size_t len)
{
	size_t size = o->size > 0 ? o->size : FIRST_SIZE;
	uint8_t *buf;

	if (o->size - o->tail >= len && o->buf != NULL)
		return 0;
	/* not for every few bytes that left: what is moved must have been paid for */
	if (o->head > 0 && o->head >= o->size / 2) {
		memmove(o->buf, o->buf + o->head, outbuf_waiting(o));
		o->tail -= o->head;
		o->head = 0;
	}
	while (size - o->tail < len)
		size *= 2;
	if (size == o->size)
		return 0;
	buf = realloc(o->buf, size);
	if (buf == NULL)
		return -1;
	o->buf = buf;
	o->size = size;
	return 0;
}

int
outbuf_append(struct outbuf *o, const void *bytes, size_t len, size_t limit)
{
	if (len > limit || outbuf_waiting(o) > limit - len || make_room(o, len) == -1) {
		errno = ENOBUFS;
		return -1;
	}
	memcpy(o->buf + o->tail, bytes, len);
	o->tail += len;
	return 0;
}

void
outbuf_cut(struct outbuf *o, size_t waiting)
{
	o->tail = o->head + waiting;
}

void
outbuf_clear(struct outbuf *o)
{
	free(o->buf);
	memset(o, 0, sizeof(*o));
}

void
outbuf_sent(struct outbuf *o, size_t len)
{
	o->head += len < outbuf_waiting(o) ? len : outbuf_waiting(o);
	if (o->head < o->tail)
		return;
	o->head = o->tail = 0;
	if (o->size > KEPT_SIZE)
		outbuf_clear(o);
}
