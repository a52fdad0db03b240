/*
 * A client's session with one zebra, without a socket: states, time, and what
 * becomes of each message. The dialect is found by session_find.c. Must not know who
 * announces what, nor why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zapi/batch.h"
#include "zapi/session_state.h"

#define KEEPALIVE_MS 1000
#define OPEN_MIN_MS 100	 /* shorter connections hurt a zebra that is just starting */
#define MISSTART_MS 1000 /* zebra went away while it was asked */
#define STEADY_MS 5000	 /* up for so long: the next loss is retried at once */
#define LATE_MS 100	 /* so late a timer: it is us who slept, zebra may have answered */
#define LISTEN_MS 50	 /* ... so read first */
#define ERROR_NO_HANDLER 2
#define VRF_NONE 0xffffffff

const char *
zapi_state_name(enum zapi_state state)
{
	static const char *const names[] = { [ZAPI_DOWN] = "down",
		[ZAPI_DETECTING] = "detecting",
		[ZAPI_SYNCING] = "syncing",
		[ZAPI_UP] = "up" };

	return names[state];
}

void
session_emit(
    struct zapi_session *s, enum zapi_event_kind kind, const struct zapi_msg *msg, const char *text)
{
	struct zapi_event ev = { .kind = kind, .msg = msg, .text = text };

	s->fn(s->arg, &ev);
}

static void
emit_ready(struct zapi_session *s, uint32_t vrf)
{
	struct zapi_event ev = { .kind = ZAPI_EVENT_VRF_READY, .vrf = vrf };

	s->fn(s->arg, &ev);
}

struct zapi_session *
zapi_session_new(const struct zapi_dialect *forced, zapi_event_fn *fn, void *arg, int64_t now)
{
	struct zapi_session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->forced = s->dialect = forced;
	s->fn = fn;
	s->arg = arg;
	s->state = ZAPI_DOWN;
	s->wish = ZAPI_WISH_CONNECT;
	s->backoff = ZAPI_RETRY_MIN_MS;
	s->retry_at = now;
	detect_init(&s->detect);
	return s;
}

void
zapi_session_free(struct zapi_session *s)
{
	if (s == NULL)
		return;
	outbuf_clear(&s->out);
	outbuf_clear(&s->early);
	free(s);
}

void
session_hang_up(struct zapi_session *s, const char *reason, int64_t now)
{
	s->state = ZAPI_DOWN;
	s->closing = true;
	s->close_at = s->opened + OPEN_MIN_MS;
	s->wish = now >= s->close_at ? ZAPI_WISH_CLOSE : ZAPI_WISH_NOTHING;
	questions_clear(&s->questions);
	outbuf_clear(&s->out);
	outbuf_clear(&s->early);
	snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

void
session_give_up(struct zapi_session *s, enum zapi_event_kind kind, const char *reason, int64_t now)
{
	s->refused = kind == ZAPI_EVENT_REFUSED;
	session_hang_up(s, reason, now);
	session_emit(s, kind, NULL, s->reason);
}

void
session_give_up_stuck(struct zapi_session *s, int64_t now)
{
	char text[160];

	snprintf(text, sizeof(text), "zebra is connected but has not answered for %d ms%s%s",
	    ZAPI_ANSWER_MS, s->forced != NULL ? "; the dialect is set by hand: " : "",
	    s->forced != NULL ? s->forced->name : "");
	session_give_up(s, ZAPI_EVENT_STUCK, text, now);
}

static void
got_answer(struct zapi_session *s, const struct zapi_msg *msg, int64_t now)
{
	const struct question *oldest = questions_oldest(&s->questions);
	struct question question, *next;

	/* one of a VRF that has gone may still be answered, when the VRF came back */
	if (oldest == NULL || oldest->vrf != msg->vrf)
		return;
	question = questions_pop(&s->questions);
	s->answered = question.end;
	s->keepalive_at = now + KEEPALIVE_MS;
	/* it answers one behind the other: the next one's time begins now */
	if ((next = questions_oldest(&s->questions)) != NULL && next->asked < now)
		next->asked = now;
	if (question.asker == ASKED_AS_FENCE)
		s->read_at = now;
	if (question.asker == ASKED_BY_CALLER) {
		session_emit(s, ZAPI_EVENT_LOOKUP, msg, NULL);
	} else if (question.asker == ASKED_FOR_VRF) {
		emit_ready(s, question.about);
	} else if (question.asker == ASKED_FOR_DUMP) {
		s->state = ZAPI_UP;
		s->up_since = now;
		s->was_up = true;
		session_emit(s, ZAPI_EVENT_UP, NULL, NULL);
	}
}

/*
 * Subscribes, and asks a question behind it: zebra answers in order, so its answer
 * ends the first dump.
 */
static void
subscribe(struct zapi_session *s, int64_t now)
{
	struct question fence = {
		.asker = ASKED_BY_DETECTION, .asked = now, .end = s->sent, .seen = s->sent
	};

	s->state = ZAPI_SYNCING;
	s->synced = true;
	if (s->detect.fence_open)
		questions_push(&s->questions, fence);
	if (batch_subscribe(s->dialect, !s->detect.hello_done, &s->out, BACKLOG_HARD) == -1 ||
	    session_ask(s, (struct question){ .asker = ASKED_FOR_DUMP }, now) == -1)
		session_hang_up(s, "out of memory", now);
}

static void
heard_vrf(struct zapi_session *s, const struct zapi_msg *msg)
{
	bool gone = msg->command == ZAPI_VRF_DELETE;

	/* one that is in zebra's file only; the default one never goes */
	if (msg->vrf == VRF_NONE || (msg->vrf == 0 && gone))
		return;
	if (gone)
		questions_drop(&s->questions, msg->vrf);
	session_emit(s, ZAPI_EVENT_VRF, msg, NULL);
}

/*
 * VRFs are told once: by some zebras at connect, by others when HELLO is answered. What came
 * before its dialect was known is read now.
 */
static void
read_early(struct zapi_session *s)
{
	struct outbuf early = s->early;
	struct zapi_msg msg;
	int len;

	memset(&s->early, 0, sizeof(s->early));
	while (outbuf_waiting(&early) > 0) {
		const uint8_t *buf = early.buf + early.head;

		len = zapi_frame(s->dialect, buf, outbuf_waiting(&early));
		if (len <= 0)
			break;
		if (zapi_decode(s->dialect, ZAPI_FROM_ZEBRA, buf, (size_t)len, &msg) == -1)
			msg.command = ZAPI_OTHER;
		early.head += (size_t)len;
		if (msg.command == ZAPI_CAPABILITIES)
			s->vrf_backend = msg.capabilities.vrf_backend;
		else if (msg.command == ZAPI_VRF_ADD || msg.command == ZAPI_VRF_DELETE)
			heard_vrf(s, &msg);
	}
	outbuf_clear(&early);
}

void
session_begin(struct zapi_session *s, int64_t now)
{
	subscribe(s, now);
	read_early(s);
}

void
zapi_session_connected(struct zapi_session *s, int64_t now)
{
	s->wish = ZAPI_WISH_NOTHING;
	s->connected = true;
	s->closing = s->synced = s->was_up = s->at_once = s->refused = false;
	s->opened = now;
	s->listen_until = now;
	s->asked_to = s->answered = s->sent;
	s->trailing = 0;
	s->vrf_backend = ZAPI_VRF_BY_UNKNOWN;
	s->in_len = 0;
	questions_clear(&s->questions);
	find_connected(s, now);
}

static int64_t
next_wait(struct zapi_session *s)
{
	int64_t wait = s->backoff;

	if (s->at_once)
		return 0;
	if (s->refused)
		return ZAPI_RETRY_MAX_MS;
	s->backoff = wait * 2 < ZAPI_RETRY_MAX_MS ? wait * 2 : ZAPI_RETRY_MAX_MS;
	return wait;
}

void
zapi_session_closed(struct zapi_session *s, int64_t now)
{
	bool was_connected = s->connected, lost = s->connected && s->synced;

	if (!was_connected) {
		s->at_once = s->refused = false;
		if (!detect_at_start(&s->detect))
			s->backoff = MISSTART_MS;
		detect_init(&s->detect);
	}
	if (was_connected && !s->closing && s->state == ZAPI_DETECTING)
		find_closed(s, now);
	else if (lost && !s->closing)
		snprintf(s->reason, sizeof(s->reason), "zebra closed the connection");
	if (lost && s->was_up && now - s->up_since >= STEADY_MS)
		s->backoff = ZAPI_RETRY_MIN_MS;
	s->connected = s->closing = s->synced = false;
	s->state = ZAPI_DOWN;
	questions_clear(&s->questions);
	outbuf_clear(&s->out);
	outbuf_clear(&s->early);
	s->retry_at = now + next_wait(s);
	s->wish = s->retry_at <= now ? ZAPI_WISH_CONNECT : ZAPI_WISH_NOTHING;
	if (lost)
		session_emit(s, ZAPI_EVENT_LOST, NULL, s->reason);
}

/* A body that does not fit: nothing of this dialect can be trusted any more. */
static void
refuse(struct zapi_session *s, const char *what, const uint8_t *buf, size_t len, int64_t now)
{
	char text[256];
	size_t i;
	int used;

	used = snprintf(text, sizeof(text), "%s does not fit dialect %s%s:", what, s->dialect->name,
	    s->forced != NULL ? ", which is set by hand and may be wrong" : "");
	for (i = 0; i < len && i < 40; i++)
		used += snprintf(
		    text + used, sizeof(text) - (size_t)used, "%s%02x", i == 0 ? " " : "", buf[i]);
	session_give_up(s, ZAPI_EVENT_REFUSED, text, now);
}

static void
handle(struct zapi_session *s, const uint8_t *buf, size_t len, int64_t now)
{
	struct zapi_msg msg;
	int rc;

	rc = zapi_decode(s->dialect, ZAPI_FROM_ZEBRA, buf, len, &msg);
	if (s->alternative != NULL)
		rc = find_settle(s, buf, len, rc, &msg);
	if (rc == -1) {
		refuse(s, "a message", buf, len, now);
		return;
	}
	s->trailing += msg.trailing > 0;
	switch (msg.command) {
	case ZAPI_INTERFACE_ADD:
	case ZAPI_INTERFACE_DELETE:
	case ZAPI_INTERFACE_UP:
	case ZAPI_INTERFACE_DOWN:
		session_emit(s, ZAPI_EVENT_INTERFACE, &msg, NULL);
		break;
	case ZAPI_ADDRESS_ADD:
	case ZAPI_ADDRESS_DEL:
		session_emit(s, ZAPI_EVENT_ADDRESS, &msg, NULL);
		break;
	case ZAPI_REDIST_ADD:
	case ZAPI_REDIST_DEL:
		session_emit(s, ZAPI_EVENT_ROUTE, &msg, NULL);
		break;
	case ZAPI_LOOKUP:
		got_answer(s, &msg, now);
		break;
	case ZAPI_CAPABILITIES:
		s->vrf_backend = msg.capabilities.vrf_backend;
		break;
	case ZAPI_VRF_ADD:
	case ZAPI_VRF_DELETE:
		heard_vrf(s, &msg);
		break;
	case ZAPI_ERROR:
		if (msg.error == ERROR_NO_HANDLER)
			refuse(s, "zebra's complaint of an unknown command", buf, len, now);
		break;
	default:
		break;
	}
}

/* Takes one message off the front: its length, or 0. */
static size_t
take(struct zapi_session *s, const uint8_t *buf, size_t len, int64_t now)
{
	bool detecting = s->state == ZAPI_DETECTING;
	int frame = detecting ? detect_frame(buf, len) : zapi_frame(s->dialect, buf, len);

	if (frame > 0 && detecting)
		find_message(s, buf, (size_t)frame, now);
	else if (frame > 0)
		handle(s, buf, (size_t)frame, now);
	else if (frame < 0 && detecting)
		session_give_up(
		    s, ZAPI_EVENT_REFUSED, "what answers on the socket does not speak ZAPI", now);
	else if (frame < 0)
		refuse(s, "a header", buf, len, now);
	return frame > 0 ? (size_t)frame : 0;
}

void
zapi_session_input(struct zapi_session *s, const void *buf, size_t len, int64_t now)
{
	const uint8_t *p = buf;

	while (len > 0 && s->connected && !s->closing) {
		size_t room = sizeof(s->in) - s->in_len, done = 0, taken;
		size_t chunk = len < room ? len : room;

		memcpy(s->in + s->in_len, p, chunk);
		s->in_len += chunk;
		p += chunk;
		len -= chunk;
		do {
			taken = take(s, s->in + done, s->in_len - done, now);
			done += taken;
		} while (taken > 0 && !s->closing);
		s->in_len -= done;
		memmove(s->in, s->in + done, s->in_len);
	}
}

int64_t
zapi_session_deadline(const struct zapi_session *s)
{
	const struct questions *q = &s->questions;
	int64_t due = INT64_MAX;

	if (s->wish != ZAPI_WISH_NOTHING)
		return INT64_MAX;
	if (s->closing)
		return s->close_at;
	if (!s->connected)
		return s->retry_at;
	if (s->state == ZAPI_DETECTING)
		due = s->due;
	else if (q->count > 0)
		due = q->ring[q->first].asked + ZAPI_ANSWER_MS;
	else if (s->state == ZAPI_UP)
		due = s->keepalive_at;
	return due > s->listen_until ? due : s->listen_until;
}

static void
connection_timer(struct zapi_session *s, int64_t due, int64_t now)
{
	struct question *oldest = questions_oldest(&s->questions);

	/* After a sleep of our own the answer may lie unread in the socket. */
	if (now - due > LATE_MS && s->listen_until < due) {
		s->listen_until = now + LISTEN_MS;
		return;
	}
	if (s->state == ZAPI_DETECTING) {
		find_silence(s, now);
	} else if (oldest != NULL && oldest->end > s->sent && oldest->seen != s->sent) {
		/* it waits behind much else, in a queue that moves */
		oldest->asked = now;
		oldest->seen = s->sent;
	} else if (oldest != NULL) {
		session_give_up_stuck(s, now);
	} else if (s->state == ZAPI_UP) {
		s->keepalive_at = now + KEEPALIVE_MS;
		session_ask(s, (struct question){ .asker = ASKED_FOR_LIFE }, now);
	}
}

void
zapi_session_timer(struct zapi_session *s, int64_t now)
{
	int64_t due = zapi_session_deadline(s);

	if (now < due)
		return;
	if (s->closing)
		s->wish = ZAPI_WISH_CLOSE;
	else if (!s->connected)
		s->wish = ZAPI_WISH_CONNECT;
	else
		connection_timer(s, due, now);
}

enum zapi_wish
zapi_session_wish(const struct zapi_session *s)
{
	return s->wish;
}

enum zapi_state
zapi_session_state(const struct zapi_session *s)
{
	return s->state;
}

const struct zapi_dialect *
zapi_session_dialect(const struct zapi_session *s)
{
	return s->dialect;
}

enum zapi_vrf_backend
zapi_session_vrf_backend(const struct zapi_session *s)
{
	/* before FRR 5.0 there was only one way, and between nobody says it */
	return s->dialect != NULL && s->dialect->first < 500 ? ZAPI_VRF_BY_DEVICE : s->vrf_backend;
}

size_t
zapi_session_trailing(const struct zapi_session *s)
{
	return s->trailing;
}
