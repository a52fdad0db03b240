/*
 * A client's session with one zebra, without a socket: bytes and time go in,
 * bytes, events and wishes about the socket come out. It finds the dialect,
 * subscribes to interfaces and connected routes, and keeps asking whether
 * zebra still answers. Knows nobody but zapi/.
 */
#ifndef ZAPI_SESSION_H
#define ZAPI_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "zapi/dialect.h"
#include "zapi/message.h"
#include "zapi/release.h"

/* All times are milliseconds of one clock of the caller's choice. */
#define ZAPI_ANSWER_MS 2000 /* no answer for so long: zebra is stuck */
#define ZAPI_RETRY_MIN_MS 100
#define ZAPI_RETRY_MAX_MS 5000
#define ZAPI_TEXT_MAX 384 /* a reason in words */

enum zapi_state {
	ZAPI_DOWN,	/* no connection; the next attempt is at the deadline */
	ZAPI_DETECTING, /* connected, the dialect is not yet known */
	ZAPI_SYNCING,	/* subscribed, the first dump is being read */
	ZAPI_UP,	/* the dump is whole; routes may be sent */
};

const char *zapi_state_name(enum zapi_state state); /* "down", "detecting", … */

enum zapi_event_kind {
	ZAPI_EVENT_CONNECTED, /* ask elsewhere which release this is: zapi_session_told() */
	ZAPI_EVENT_DIALECT,   /* the dialect is known (ev->text: how) */
	ZAPI_EVENT_UP,	      /* state became ZAPI_UP */
	ZAPI_EVENT_LOST,      /* the connection ended after it had been up or syncing */
	ZAPI_EVENT_STUCK,     /* connected, but no answer within ZAPI_ANSWER_MS */
	ZAPI_EVENT_REFUSED,   /* unknown dialect, or a body that does not parse: ev->text says
			         what was seen and what to set */
	ZAPI_EVENT_DOUBT,     /* used, but what zebra says it is does not fit: ev->text */
	ZAPI_EVENT_VRF_READY, /* ev->vrf: all that zapi_session_subscribe() asked for was told */
	ZAPI_EVENT_ROUTE,     /* msg->route: ZAPI_REDIST_ADD or ZAPI_REDIST_DEL */
	ZAPI_EVENT_ADDRESS,   /* msg->address: ZAPI_ADDRESS_ADD or _DEL */
	ZAPI_EVENT_INTERFACE, /* msg->interface: _ADD _DELETE _UP _DOWN */
	ZAPI_EVENT_LOOKUP,    /* msg->lookup answers the oldest zapi_session_lookup() */
	ZAPI_EVENT_VRF,	      /* msg->vrf, msg->vrf_info: ZAPI_VRF_ADD or _DELETE. Also before UP;
			         lookups that were asked of a deleted one are not answered */
};

struct zapi_event {
	enum zapi_event_kind kind;
	uint32_t vrf;
	const struct zapi_msg *msg; /* from ROUTE on, else NULL; valid in the call only */
	const char *text;	    /* a reason in words, or NULL; valid in the call only */
};

/* May call the verbs that queue messages, never zapi_session_free(). */
typedef void zapi_event_fn(void *arg, const struct zapi_event *ev);

/* What the owner of the socket should do now. Ask after every call that takes `now`. */
enum zapi_wish {
	ZAPI_WISH_NOTHING, /* read, write what zapi_session_output() shows, wait */
	ZAPI_WISH_CONNECT, /* connect, then say zapi_session_connected() or _closed() */
	ZAPI_WISH_CLOSE,   /* close the socket, then say zapi_session_closed() */
};

struct zapi_session;

/*
 * `forced` is the operator's dialect, or NULL for detection. Returns NULL with
 * errno = ENOMEM. The first wish is to connect. `now` starts the clock.
 */
struct zapi_session *
zapi_session_new(const struct zapi_dialect *forced, zapi_event_fn *fn, void *arg, int64_t now);
void zapi_session_free(struct zapi_session *);

void zapi_session_connected(struct zapi_session *, int64_t now);
/* EOF, an error, a failed connect, or the close that was wished. */
void zapi_session_closed(struct zapi_session *, int64_t now);
/* Bytes as they were read; half messages are kept for later. */
void zapi_session_input(struct zapi_session *, const void *buf, size_t len, int64_t now);
void zapi_session_timer(struct zapi_session *, int64_t now);
/* When zapi_session_timer() wants to be called; INT64_MAX: never. */
int64_t zapi_session_deadline(const struct zapi_session *);
enum zapi_wish zapi_session_wish(const struct zapi_session *);

/*
 * Bytes to write: *buf stays valid until the next call. Returns their number. When much waits, it
 * is no more than ZAPI_WINDOW ahead of zebra's last answer, or what it needs to answer at all.
 */
#define ZAPI_WINDOW (512u << 10)
size_t zapi_session_output(const struct zapi_session *, const uint8_t **buf);
void zapi_session_sent(struct zapi_session *, size_t len);
/* All that waits to be written, also what may not be yet. */
size_t zapi_session_waiting(const struct zapi_session *);
/* The position behind all that was ever queued, in the stream of bytes to zebra. */
uint64_t zapi_session_queued(const struct zapi_session *);
/* Is it known that zebra has not read so far: by what waits here, or an answer that it owes? */
bool zapi_session_unread(const struct zapi_session *, uint64_t position);

enum zapi_state zapi_session_state(const struct zapi_session *);
/*
 * The release that zebra says it is, or NULL: nobody says. Once for each connection, as soon as
 * it is known; only a dialect that is in doubt waits for it, and not for long.
 */
void zapi_session_told(struct zapi_session *, const struct zapi_release *, int64_t now);
/* Of this connection; NULL: not told. */
const struct zapi_release *zapi_session_release(const struct zapi_session *);
/* Why this connection is used all the same, in words; NULL: there is no doubt. */
const char *zapi_session_doubt(const struct zapi_session *);
/* NULL as long as it is not known; stays the last one known while down. */
const struct zapi_dialect *zapi_session_dialect(const struct zapi_session *);
/* How this zebra makes VRFs, when it has told of one. */
enum zapi_vrf_backend zapi_session_vrf_backend(const struct zapi_session *);
/* Messages of this connection with bytes behind their last known field. */
size_t zapi_session_trailing(const struct zapi_session *);

/*
 * Queue messages behind each other; what is queued between two writes leaves in
 * one write. Return 0, or -1 with errno = ENOTCONN when the session is not up,
 * ENOBUFS when more than ZAPI_BACKLOG_MAX bytes wait, EINVAL for a prefix that is none.
 * A batch is queued whole or not at all.
 */
#define ZAPI_BACKLOG_MAX (8u << 20)
/* { [DEL(LOCAL)] DEL x deletes ADD } */
int zapi_session_announce(struct zapi_session *, uint32_t vrf, const struct zapi_prefix *,
    uint32_t ifindex, uint32_t tag, unsigned int deletes);
/* { [DEL(LOCAL)] DEL x deletes } */
int zapi_session_withdraw(struct zapi_session *, uint32_t vrf, const struct zapi_prefix *,
    uint32_t ifindex, unsigned int deletes);
/* To be called behind them: in a long queue zebra is asked something every so many bytes. */
#define ZAPI_FENCE (32u << 10)
void zapi_session_fence(struct zapi_session *, int64_t now);
/* When zebra answered the last of these: it reads first, and acts on what it has read later. */
int64_t zapi_session_read_at(const struct zapi_session *);
/*
 * Is anything known for this address? Answered by ZAPI_EVENT_LOOKUP, in order.
 * Also -1 with errno = EOPNOTSUPP: the dialect cannot ask for IPv6.
 */
int
zapi_session_lookup(struct zapi_session *, uint32_t vrf, const struct zapi_prefix *, int64_t now);
/*
 * Links and connected routes of a VRF other than the default one, which needs none of this;
 * ZAPI_EVENT_VRF_READY ends the first dump. May be called as soon as that VRF was told of.
 */
int zapi_session_subscribe(struct zapi_session *, uint32_t vrf, int64_t now);

#endif
