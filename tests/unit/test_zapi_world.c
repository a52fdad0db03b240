/*
 * Moves bytes and time between a session and the zebra in memory, as the owner of
 * a socket does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_world.h"

static const struct zapi_prefix p4 = { AF_INET, 32, { 10, 1, 53, 1 } };

static void
on_event(void *arg, const struct zapi_event *ev)
{
	struct world *w = arg;

	w->events[ev->kind]++;
	snprintf(w->text[ev->kind], sizeof(w->text[0]), "%s", ev->text != NULL ? ev->text : "");
	assert_int_equal(ev->msg != NULL, ev->kind >= ZAPI_EVENT_ROUTE);
	if (ev->msg != NULL)
		w->last[ev->kind] = *ev->msg;
	if (ev->kind == ZAPI_EVENT_VRF_READY)
		w->ready = ev->vrf;
	if (ev->kind == ZAPI_EVENT_UP)
		w->up_at = w->now;
	if (ev->kind == ZAPI_EVENT_STUCK)
		w->stuck_at = w->now;
	if (ev->kind == ZAPI_EVENT_ROUTE && w->announce_when_told)
		zapi_session_announce(w->session, 0, &p4, 1, 53, 3);
}

struct world *
world_new(const char *release, const struct zapi_dialect *forced)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->fake = fake_new(release);
	w->now = 1000000;
	w->seed = 1;
	w->shortest = w->tell_at = INT64_MAX;
	w->session = zapi_session_new(forced, on_event, w, w->now);
	assert_non_null(w->session);
	assert_int_equal(zapi_session_wish(w->session), ZAPI_WISH_CONNECT);
	return w;
}

void
world_free(struct world *w)
{
	zapi_session_free(w->session);
	fake_free(w->fake);
	free(w);
}

static size_t
piece(struct world *w, size_t len)
{
	if (w->pieces == WHOLE || len == 0)
		return len;
	if (w->pieces == BYTES)
		return 1;
	w->seed = w->seed * 1103515245u + 12345u;
	return 1 + (w->seed >> 16) % (len < 40 ? len : 40);
}

void
attempt(struct world *w)
{
	if (w->attempts < 64)
		w->attempted[w->attempts] = w->now;
	w->attempts++;
	if (!w->fake->listening) {
		zapi_session_closed(w->session, w->now);
		return;
	}
	fake_connect(w->fake);
	w->connected = true;
	w->opened = w->now;
	w->held_len = 0;
	w->tell_at = w->tells != NULL ? w->now + w->tell_after : INT64_MAX;
	zapi_session_connected(w->session, w->now);
}

static bool
tell(struct world *w)
{
	struct zapi_release release;

	if (!w->connected || w->now < w->tell_at)
		return false;
	w->tell_at = INT64_MAX;
	if (w->tells[0] != '\0')
		assert_int_equal(zapi_release_parse(&release, w->tells), 0);
	zapi_session_told(w->session, w->tells[0] != '\0' ? &release : NULL, w->now);
	return true;
}

void
disconnect(struct world *w)
{
	w->connected = false;
	w->fake->open = false;
	w->held_len = 0;
	w->tell_at = INT64_MAX;
	zapi_session_closed(w->session, w->now);
}

bool
move_out(struct world *w)
{
	const uint8_t *buf;
	size_t len = zapi_session_output(w->session, &buf);

	if (len == 0 || w->fake->deaf)
		return false;
	len = piece(w, len);
	fake_write(w->fake, buf, len);
	zapi_session_sent(w->session, len);
	w->moved += len;
	return true;
}

/* From zebra, through a wire that may take its time. */
static bool
move_in(struct world *w)
{
	size_t len, done;

	if (w->fake->out_len > 0) {
		assert_true(w->held_len + w->fake->out_len <= sizeof(w->held));
		memcpy(w->held + w->held_len, w->fake->out, w->fake->out_len);
		if (w->held_len == 0)
			w->held_until = w->now + w->delay;
		w->held_len += w->fake->out_len;
		w->fake->out_len = 0;
	}
	if (w->held_len == 0 || w->now < w->held_until)
		return false;
	for (done = 0; done < w->held_len && w->connected; done += len) {
		len = piece(w, w->held_len - done);
		zapi_session_input(w->session, w->held + done, len, w->now);
	}
	w->held_len = 0;
	return true;
}

/* All that happens without time going by. */
void
settle(struct world *w)
{
	bool moved = true;

	while (moved) {
		moved = false;
		if (zapi_session_wish(w->session) == ZAPI_WISH_CONNECT && !w->connected) {
			attempt(w);
			moved = true;
		} else if (zapi_session_wish(w->session) == ZAPI_WISH_CLOSE) {
			assert_true(w->connected);
			if (w->now - w->opened < w->shortest)
				w->shortest = w->now - w->opened;
			disconnect(w);
			moved = true;
		} else if (w->connected) {
			moved = tell(w);
			moved = move_out(w) || moved;
			moved = move_in(w) || moved;
			if (!moved && w->fake->closed && w->held_len == 0) {
				disconnect(w);
				moved = true;
			}
		}
	}
}

void
run(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;

	for (;;) {
		int64_t next;

		settle(w);
		next = zapi_session_deadline(w->session);
		if (w->held_len > 0 && w->held_until < next)
			next = w->held_until;
		if (w->tell_at < next)
			next = w->tell_at;
		if (next > end)
			break;
		if (next > w->now)
			w->now = next;
		settle(w);
		zapi_session_timer(w->session, w->now);
	}
	w->now = end;
	settle(w);
}

const char *
name_of(const struct world *w)
{
	const struct zapi_dialect *d = zapi_session_dialect(w->session);

	return d != NULL ? d->name : "unknown";
}

void
assert_up(const struct world *w, const char *dialect)
{
	if (zapi_session_state(w->session) != ZAPI_UP)
		fail_msg("%s: state %s, refused: %s", w->fake->golden->release,
		    zapi_state_name(zapi_session_state(w->session)), w->text[ZAPI_EVENT_REFUSED]);
	assert_string_equal(name_of(w), dialect);
}
