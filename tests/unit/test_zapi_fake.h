/*
 * A zebra in memory: takes bytes as a real one does and answers what the golden
 * session of its release answered. Knows number and length of a message, nothing
 * of the code under test but the table of dialects.
 */
#ifndef TEST_ZAPI_FAKE_H
#define TEST_ZAPI_FAKE_H

#include "tests/unit/test_zapi_golden.h"

#define FAKE_BUF (1 << 20)

struct fake {
	struct golden *golden;
	bool listening;
	bool mute;				   /* accepts and reads, says nothing */
	bool deaf;				   /* accepts, does not even read */
	int close_after;			   /* messages on a connection; 0: never */
	uint32_t vrf;				   /* it has this one, too: "red"; 0: none */
	uint16_t error_number;			   /* instead of the golden one; 0: that */
	bool open, closed;			   /* a connection; zebra ended it */
	int messages;				   /* on this connection */
	int connections, routes, lookups, foreign; /* ever; of another version */
	int in_vrf;				   /* messages that were for its VRF */
	size_t in_len, out_len;
	uint8_t in[FAKE_BUF], out[FAKE_BUF];
};

struct fake *fake_new(const char *release);
void fake_free(struct fake *);
/* Another release takes the place of this one. */
void fake_become(struct fake *, const char *release);
void fake_connect(struct fake *);
void fake_write(struct fake *, const uint8_t *buf, size_t len);
/* VRF_ADD or VRF_DELETE of fake->vrf, as the golden zebra says it of the default one. */
void fake_say_vrf(struct fake *, enum zapi_command);
/* Says something unasked. */
void fake_say(struct fake *, const uint8_t *buf, size_t len);

#endif
