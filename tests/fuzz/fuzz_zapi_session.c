/*
 * A session with whatever a peer may do: bytes, silence, closes, in any order. The
 * first byte says whether a dialect is forced; then steps, each an opcode byte:
 * what is read comes with two bytes of length.
 */
#include <stdlib.h>
#include <string.h>

#include "zapi/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct zapi_session *session;
	int64_t now;
	bool connected;
	int stuck; /* on this connection */
};

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
on_event(void *arg, const struct zapi_event *ev)
{
	struct run *r = arg;

	check((ev->msg != NULL) == (ev->kind >= ZAPI_EVENT_ROUTE));
	r->stuck += ev->kind == ZAPI_EVENT_STUCK;
	check(r->stuck <= 1);
	if (ev->kind == ZAPI_EVENT_ROUTE)
		zapi_session_withdraw(r->session, ev->msg->vrf, &ev->msg->route.prefix, 1, 3);
	if (ev->kind == ZAPI_EVENT_VRF && ev->msg->command == ZAPI_VRF_ADD)
		zapi_session_subscribe(r->session, ev->msg->vrf, r->now);
}

/* The owner of the socket keeps the contract. */
static void
obey(struct run *r, bool can_connect)
{
	switch (zapi_session_wish(r->session)) {
	case ZAPI_WISH_CONNECT:
		check(!r->connected);
		r->connected = can_connect;
		r->stuck = 0;
		if (can_connect)
			zapi_session_connected(r->session, r->now);
		else
			zapi_session_closed(r->session, r->now);
		break;
	case ZAPI_WISH_CLOSE:
		check(r->connected);
		r->connected = false;
		zapi_session_closed(r->session, r->now);
		break;
	case ZAPI_WISH_NOTHING:
		break;
	}
}

static void
tell(struct run *r, uint8_t op)
{
	static const char *const said[] = { "8.4.4", "10.0", "10.1", "11.0", "1.2.4", "9.1",
		"10.7" };
	struct zapi_release release;

	if (zapi_release_parse(&release, said[op % (sizeof(said) / sizeof(said[0]))]) == -1)
		abort();
	zapi_session_told(r->session, op % 4 == 0 ? NULL : &release, r->now);
}

static void
speak(struct run *r, uint8_t op)
{
	struct zapi_prefix prefix = { 2, 32, { 10, 1, 53, op } };
	const uint8_t *buf;

	zapi_session_announce(r->session, op % 3u, &prefix, 1, op, op % 5u);
	zapi_session_lookup(r->session, op % 3u, &prefix, r->now);
	zapi_session_sent(r->session, zapi_session_output(r->session, &buf) / (1u + op % 3u));
}

static void
step(struct run *r, uint8_t op, const uint8_t *data, size_t len)
{
	int64_t due;

	switch (op % 6) {
	case 0:
	case 1:
		if (r->connected)
			zapi_session_input(r->session, data, len, r->now);
		break;
	case 2: /* the clock goes on to the next deadline, or behind it */
		due = zapi_session_deadline(r->session);
		if (due != INT64_MAX && due > r->now)
			r->now = due;
		r->now += op > 200 ? 100 * op : 0;
		zapi_session_timer(r->session, r->now);
		break;
	case 3:
		if (r->connected) {
			r->connected = false;
			zapi_session_closed(r->session, r->now);
		}
		break;
	case 4:
		speak(r, op);
		break;
	default:
		tell(r, op / 6);
		break;
	}
	obey(r, op % 7 != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct zapi_dialect *forced = NULL;
	struct run r = { .now = 1000 };
	size_t at = 1;

	if (size < 1)
		return 0;
	if (data[0] < zapi_dialect_count)
		forced = &zapi_dialects[data[0]];
	r.session = zapi_session_new(forced, on_event, &r, r.now);
	if (r.session == NULL)
		return 0;
	obey(&r, true);
	while (at < size) {
		uint8_t op = data[at++];
		size_t len = 0;

		if (op % 6 < 2 && size - at >= 2) {
			len = (size_t)(data[at] << 8 | data[at + 1]);
			at += 2;
			len = len < size - at ? len : size - at;
		}
		step(&r, op, data + at, len);
		at += len;
	}
	zapi_session_free(r.session);
	return 0;
}
