/*
 * What goes out of a session: routes and questions in one queue, and how much of it may be on its
 * way. zebra answers in order, so an answer tells how far it has read.
 */
#include <errno.h>
#include <sys/socket.h>

#include "zapi/batch.h"
#include "zapi/session_state.h"

static const struct zapi_prefix nowhere = { AF_INET, 32, { 255, 255, 255, 255 } };

/* The asker, the VRF and its like are in the question; what concerns its bytes is filled in. */
static int
ask(struct zapi_session *s, const struct zapi_prefix *prefix, struct question question, int64_t now)
{
	uint8_t buf[64];
	size_t len = zapi_encode_lookup(s->dialect, question.vrf, prefix, buf, sizeof(buf));
	size_t before = outbuf_waiting(&s->out);

	question.asked = now;
	question.end = s->sent + before + len;
	question.seen = s->sent;
	if (len == 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (outbuf_append(&s->out, buf, len, BACKLOG_HARD) == -1)
		return -1;
	if (questions_push(&s->questions, question) == -1) {
		outbuf_cut(&s->out, before);
		return -1;
	}
	s->asked_to = question.end;
	return 0;
}

int
session_ask(struct zapi_session *s, struct question question, int64_t now)
{
	return ask(s, &nowhere, question, now);
}

size_t
zapi_session_waiting(const struct zapi_session *s)
{
	return outbuf_waiting(&s->out);
}

uint64_t
zapi_session_queued(const struct zapi_session *s)
{
	return s->sent + outbuf_waiting(&s->out);
}

/*
 * How much may be on the way to zebra: up to a question, for there no batch is cut in two, and never
 * less than what it needs to answer.
 */
static size_t
window(const struct zapi_session *s)
{
	const struct questions *q = &s->questions;
	uint64_t end = s->answered + ZAPI_WINDOW, may = 0;

	if (zapi_session_queued(s) <= end || q->count == 0)
		return SIZE_MAX;
	for (size_t i = 0; i < q->count; i++) {
		const struct question *question = &q->ring[(q->first + i) % QUESTIONS_MAX];

		if (i > 0 && question->end > end)
			break;
		may = question->end;
	}
	return may > s->sent ? may - s->sent : 0;
}

size_t
zapi_session_output(const struct zapi_session *s, const uint8_t **buf)
{
	size_t waiting = outbuf_waiting(&s->out), may = window(s);

	if (waiting > may)
		waiting = may;
	*buf = waiting > 0 ? s->out.buf + s->out.head : NULL;
	return waiting;
}

bool
zapi_session_unread(const struct zapi_session *s, uint64_t position)
{
	return position > s->sent || (position > s->answered && position <= s->asked_to);
}

void
zapi_session_sent(struct zapi_session *s, size_t len)
{
	s->sent += len;
	outbuf_sent(&s->out, len);
}

static int
queue_route(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, const uint32_t *tag, unsigned int deletes)
{
	if (s->state != ZAPI_UP) {
		errno = ENOTCONN;
		return -1;
	}
	return batch_route(
	    s->dialect, vrf, prefix, ifindex, tag, deletes, &s->out, ZAPI_BACKLOG_MAX);
}

int
zapi_session_announce(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, uint32_t tag, unsigned int deletes)
{
	return queue_route(s, vrf, prefix, ifindex, &tag, deletes);
}

int
zapi_session_withdraw(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *prefix,
    uint32_t ifindex, unsigned int deletes)
{
	return queue_route(s, vrf, prefix, ifindex, NULL, deletes);
}

void
zapi_session_fence(struct zapi_session *s, int64_t now)
{
	if (s->state == ZAPI_UP && zapi_session_queued(s) - s->asked_to >= ZAPI_FENCE)
		session_ask(s, (struct question){ .asker = ASKED_AS_FENCE }, now);
}

int64_t
zapi_session_read_at(const struct zapi_session *s)
{
	return s->read_at;
}

int
zapi_session_lookup(
    struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *prefix, int64_t now)
{
	if (s->state != ZAPI_UP) {
		errno = ENOTCONN;
		return -1;
	}
	return ask(s, prefix, (struct question){ .asker = ASKED_BY_CALLER, .vrf = vrf }, now);
}

int
zapi_session_subscribe(struct zapi_session *s, uint32_t vrf, int64_t now)
{
	struct question fence = { .asker = ASKED_FOR_VRF, .about = vrf };

	if (s->state != ZAPI_UP && s->state != ZAPI_SYNCING) {
		errno = ENOTCONN;
		return -1;
	}
	if (batch_subscribe_vrf(s->dialect, vrf, &s->out, ZAPI_BACKLOG_MAX) == -1)
		return -1;
	return session_ask(s, fence, now);
}
