/*
 * A stream of bytes cut into messages, whatever dialect they are of: by marker and length
 * alone, which all versions of ZAPI since 1 have in common. Must not know what is in them.
 */
#ifndef DUMP_FRAMES_H
#define DUMP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zapi/message.h"

struct frames {
	size_t len;
	bool astray; /* what came was no message: nothing behind it can be told apart */
	uint8_t buf[ZAPI_MESSAGE_MAX];
};

/* whole: one message; else bytes that are none, or a message that was never finished. */
typedef void frames_fn(void *arg, const uint8_t *bytes, size_t len, bool whole);

void frames_init(struct frames *);
void frames_feed(struct frames *, const uint8_t *bytes, size_t len, frames_fn *fn, void *arg);
/* The stream has ended: hands over what is left. */
void frames_end(struct frames *, frames_fn *fn, void *arg);

/* What a header says in the layout of its own version. */
struct frame_header {
	uint8_t version;
	uint16_t number;
	uint32_t vrf;
	size_t body; /* where it begins */
};

/* False: too short for a header of its version. One that is newer than 6 is read as 6. */
bool frame_header(const uint8_t *bytes, size_t len, struct frame_header *);

#endif
