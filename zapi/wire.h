/*
 * Bounded reading and writing of big-endian fields. A pointer, an end, and a
 * flag that stays set after the first field that did not fit: callers check it
 * once, when they are done. Knows nothing of messages.
 */
#ifndef ZAPI_WIRE_H
#define ZAPI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_reader {
	const uint8_t *p, *end;
	bool bad; /* a field was not there; all later ones read as 0 */
};

struct wire_writer {
	uint8_t *start, *p, *end;
	bool bad; /* a field did not fit; nothing was written since */
};

void wire_reader_init(struct wire_reader *, const void *buf, size_t len);
uint8_t wire_get_u8(struct wire_reader *);
uint16_t wire_get_u16(struct wire_reader *);
uint32_t wire_get_u32(struct wire_reader *);
uint64_t wire_get_u64(struct wire_reader *);
/* In the byte order of this host: zebra copies some fields as they lie in memory. */
uint32_t wire_get_u32_host(struct wire_reader *);
/* dst is untouched if len bytes are not there; it may be NULL to skip them. */
void wire_get_bytes(struct wire_reader *, void *dst, size_t len);
size_t wire_left(const struct wire_reader *);

void wire_writer_init(struct wire_writer *, void *buf, size_t size);
void wire_put_u8(struct wire_writer *, uint8_t);
void wire_put_u16(struct wire_writer *, uint16_t);
void wire_put_u32(struct wire_writer *, uint32_t);
void wire_put_bytes(struct wire_writer *, const void *src, size_t len);
void wire_put_zeros(struct wire_writer *, size_t len);

#endif
