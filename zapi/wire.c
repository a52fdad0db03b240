/*
 * Bounded reading and writing of big-endian fields: every access to a buffer of
 * the wire goes through here. Must not know what the fields mean.
 */
#include <string.h>

#include "zapi/wire.h"

void
wire_reader_init(struct wire_reader *r, const void *buf, size_t len)
{
	r->p = buf;
	r->end = r->p + len;
	r->bad = false;
}

size_t
wire_left(const struct wire_reader *r)
{
	return (size_t)(r->end - r->p);
}

void
wire_get_bytes(struct wire_reader *r, void *dst, size_t len)
{
	if (r->bad || wire_left(r) < len) {
		r->bad = true;
		return;
	}
	if (dst != NULL && len > 0)
		memcpy(dst, r->p, len);
	r->p += len;
}

static uint64_t
get(struct wire_reader *r, size_t width)
{
	uint8_t bytes[8] = { 0 };
	uint64_t value = 0;
	size_t i;

	wire_get_bytes(r, bytes, width);
	for (i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint8_t
wire_get_u8(struct wire_reader *r)
{
	return (uint8_t)get(r, 1);
}

uint16_t
wire_get_u16(struct wire_reader *r)
{
	return (uint16_t)get(r, 2);
}

uint32_t
wire_get_u32(struct wire_reader *r)
{
	return (uint32_t)get(r, 4);
}

uint64_t
wire_get_u64(struct wire_reader *r)
{
	return get(r, 8);
}

uint32_t
wire_get_u32_host(struct wire_reader *r)
{
	uint32_t value = 0;

	wire_get_bytes(r, &value, sizeof(value));
	return value;
}

void
wire_writer_init(struct wire_writer *w, void *buf, size_t size)
{
	w->start = w->p = buf;
	w->end = w->p + size;
	w->bad = false;
}

/* Room for len bytes, or NULL. */
static uint8_t *
reserve(struct wire_writer *w, size_t len)
{
	uint8_t *p = w->p;

	if (w->bad || (size_t)(w->end - p) < len) {
		w->bad = true;
		return NULL;
	}
	w->p += len;
	return p;
}

static void
put(struct wire_writer *w, uint32_t value, size_t width)
{
	uint8_t *p = reserve(w, width);

	if (p == NULL)
		return;
	while (width > 0) {
		p[--width] = (uint8_t)value;
		value >>= 8;
	}
}

void
wire_put_u8(struct wire_writer *w, uint8_t value)
{
	put(w, value, 1);
}

void
wire_put_u16(struct wire_writer *w, uint16_t value)
{
	put(w, value, 2);
}

void
wire_put_u32(struct wire_writer *w, uint32_t value)
{
	put(w, value, 4);
}

void
wire_put_bytes(struct wire_writer *w, const void *src, size_t len)
{
	uint8_t *p = reserve(w, len);

	if (p != NULL && len > 0)
		memcpy(p, src, len);
}

void
wire_put_zeros(struct wire_writer *w, size_t len)
{
	uint8_t *p = reserve(w, len);

	if (p != NULL && len > 0)
		memset(p, 0, len);
}
