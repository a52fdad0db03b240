/*
 * The state of a session, shared by the three files that are its one idea: session.c
 * (states, time, messages), session_out.c (what goes out, and how much of it at once) and
 * session_find.c (whose zebra is it?).
 */
#ifndef ZAPI_SESSION_STATE_H
#define ZAPI_SESSION_STATE_H

#include "zapi/detect.h"
#include "zapi/outbuf.h"
#include "zapi/questions.h"
#include "zapi/release.h"
#include "zapi/session.h"

/* Questions of our own must not fail for want of room. */
#define BACKLOG_HARD (ZAPI_BACKLOG_MAX + ZAPI_MESSAGE_MAX)
#define EARLY_MAX (1u << 20) /* bytes that are kept until the dialect is known */

struct zapi_session {
	zapi_event_fn *fn;
	void *arg;
	const struct zapi_dialect *forced, *dialect, *alternative;
	enum zapi_state state;
	enum zapi_wish wish;
	struct detect detect;
	struct zapi_release release; /* that zebra says it is, on this connection */
	bool told;		     /* the owner has said all that will be known of it */
	bool released;		     /* ... and it was a release */
	bool waits;		     /* found, but not sure without what is told */
	bool contradicted;	     /* what was told is waited for from now on */
	bool connected, closing;
	bool was_up;
	bool synced;  /* the loss of this connection must be told */
	bool at_once; /* the next attempt needs no wait */
	bool refused; /* the next attempt can wait long */
	int64_t opened, up_since, close_at, retry_at, due, keepalive_at;
	int64_t listen_until; /* no silence counts before */
	int64_t backoff;
	/* positions in the stream of bytes to zebra, over all connections */
	uint64_t sent;	   /* handed to the socket */
	uint64_t asked_to; /* behind the last question */
	uint64_t answered; /* behind the last one that was answered */
	int64_t read_at;   /* when a fence was answered last */
	size_t trailing;
	char reason[ZAPI_TEXT_MAX], doubt[ZAPI_TEXT_MAX];
	enum zapi_vrf_backend vrf_backend;
	struct outbuf out;
	struct outbuf early; /* messages that came while the dialect was asked for */
	struct questions questions;
	size_t in_len;
	uint8_t in[ZAPI_MESSAGE_MAX];
};

/* session.c */
void
session_emit(struct zapi_session *, enum zapi_event_kind, const struct zapi_msg *, const char *);
/* Gives the connection up: nothing is read from it or written to it any more. */
void session_hang_up(struct zapi_session *, const char *reason, int64_t now);
/* ... and says why. */
void session_give_up(struct zapi_session *, enum zapi_event_kind, const char *reason, int64_t now);
void session_give_up_stuck(struct zapi_session *, int64_t now);
/* The dialect is known: subscribes, and reads what came before. */
void session_begin(struct zapi_session *, int64_t now);

/*
 * session_out.c: asks about an address that is nobody's, to learn when zebra has read so far. The
 * asker, the VRF and its like are in the question. 0, or -1 with errno as zapi_session_lookup().
 */
int session_ask(struct zapi_session *, struct question, int64_t now);

/* session_find.c: a connection stands, a message came, none came in time, zebra closed. */
void find_connected(struct zapi_session *, int64_t now);
void find_message(struct zapi_session *, const uint8_t *buf, size_t len, int64_t now);
void find_silence(struct zapi_session *, int64_t now);
void find_closed(struct zapi_session *, int64_t now);
/* A message read by a dialect that has an alternative: rc and msg as that decides. */
int
find_settle(struct zapi_session *, const uint8_t *buf, size_t len, int rc, struct zapi_msg *msg);

#endif
