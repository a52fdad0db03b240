/*
 * Cutting a stream into messages. Must not know dialects.
 */
#include "dump/frames.h"

#include <string.h>

#include "zapi/wire.h"

#define HEADER_MIN 6
#define MARKER_QUAGGA 0xff
#define MARKER_FRR 0xfe

void
frames_init(struct frames *f)
{
	f->len = 0;
	f->astray = false;
}

/* The length of the first whole message, 0: more bytes are needed, -1: this is none. */
static int
cut(const uint8_t *buf, size_t len)
{
	struct wire_reader r;
	uint16_t length;

	if (len < 3)
		return 0;
	wire_reader_init(&r, buf, len);
	length = wire_get_u16(&r);
	if (length < HEADER_MIN || (buf[2] != MARKER_QUAGGA && buf[2] != MARKER_FRR))
		return -1;
	return length <= len ? length : 0;
}

void
frames_feed(struct frames *f, const uint8_t *bytes, size_t len, frames_fn *fn, void *arg)
{
	while (len > 0 && !f->astray) {
		size_t room = sizeof(f->buf) - f->len, chunk = len < room ? len : room, done = 0;
		int frame;

		memcpy(f->buf + f->len, bytes, chunk);
		f->len += chunk;
		bytes += chunk;
		len -= chunk;
		while ((frame = cut(f->buf + done, f->len - done)) > 0) {
			fn(arg, f->buf + done, (size_t)frame, true);
			done += (size_t)frame;
		}
		f->len -= done;
		memmove(f->buf, f->buf + done, f->len);
		if (frame == -1) {
			f->astray = true;
			frames_end(f, fn, arg);
		}
	}
	if (len > 0)
		fn(arg, bytes, len, false);
}

void
frames_end(struct frames *f, frames_fn *fn, void *arg)
{
	if (f->len > 0)
		fn(arg, f->buf, f->len, false);
	f->len = 0;
}

bool
frame_header(const uint8_t *bytes, size_t len, struct frame_header *h)
{
	struct wire_reader r;

	memset(h, 0, sizeof(*h));
	wire_reader_init(&r, bytes, len);
	wire_get_bytes(&r, NULL, 3);
	h->version = wire_get_u8(&r);
	if (h->version >= 5)
		h->vrf = wire_get_u32(&r);
	else if (h->version >= 3)
		h->vrf = wire_get_u16(&r);
	h->number = wire_get_u16(&r);
	h->body = len - wire_left(&r);
	return !r.bad;
}
