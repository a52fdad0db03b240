/*
 * Bytes that wait to be written, in one piece. Must not know what they are.
 */
#ifndef ZAPI_OUTBUF_H
#define ZAPI_OUTBUF_H

#include <stddef.h>
#include <stdint.h>

struct outbuf {
	uint8_t *buf;
	size_t head, tail, size;
};

/* 0, or -1 with errno = ENOBUFS when more than limit bytes would wait, or no memory is left. */
int outbuf_append(struct outbuf *, const void *bytes, size_t len, size_t limit);
size_t outbuf_waiting(const struct outbuf *);
/* Takes the last bytes back, down to what was waiting before. */
void outbuf_cut(struct outbuf *, size_t waiting);
void outbuf_sent(struct outbuf *, size_t len);
/* Empty again, without the memory. */
void outbuf_clear(struct outbuf *);

#endif
