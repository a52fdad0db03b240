/*
 * A session and the zebra in memory it speaks to, with a clock of their own.
 */
#ifndef TEST_ZAPI_WORLD_H
#define TEST_ZAPI_WORLD_H

#include "tests/unit/test_zapi_fake.h"
#include "zapi/session.h"

#define KINDS (ZAPI_EVENT_VRF + 1)

enum pieces { WHOLE, BYTES, RANDOM };

struct world {
	struct zapi_session *session;
	struct fake *fake;
	int64_t now, opened, delay;
	enum pieces pieces;
	unsigned int seed;
	bool connected;
	uint64_t moved; /* bytes to zebra, ever */
	int events[KINDS];
	int attempts;
	int64_t attempted[64];
	int64_t shortest; /* connection that we closed */
	int64_t up_at, stuck_at;
	char text[KINDS][ZAPI_TEXT_MAX];
	struct zapi_msg last[KINDS];
	uint32_t ready;		 /* the VRF of the last ZAPI_EVENT_VRF_READY */
	bool announce_when_told; /* call a verb inside of a callback */
	const char *tells;	 /* what zebra says it is; "": nobody says; NULL: never told */
	int64_t tell_after;	 /* ms behind a connect */
	int64_t tell_at;
	size_t held_len;
	int64_t held_until;
	uint8_t held[FAKE_BUF];
};

struct world *world_new(const char *release, const struct zapi_dialect *forced);
void world_free(struct world *);
/* What the session wished for: a connection. */
void attempt(struct world *);
/* All that happens without time going by; then all that happens in so many ms. */
void settle(struct world *);
void run(struct world *, int64_t ms);
/* One of the two ways, as far as it goes; true: something moved. */
bool move_out(struct world *);
/* From our side. */
void disconnect(struct world *);
const char *name_of(const struct world *); /* the dialect's, or "unknown" */
void assert_up(const struct world *, const char *dialect);

#endif
