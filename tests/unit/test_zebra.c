/*
 * The socket to zebra: a scripted server on one end, and a session made here
 * on the other, so that only the moving of bytes is tried.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "keeper/zebra.h"

#define RETRY_MS 40
#define ROOM (4u << 20)

/* The session: remembers what came, hands out what was queued. */
struct zapi_session {
	zapi_event_fn *fn;
	void *arg;
	bool up, working;
	enum zapi_wish wish;
	int64_t deadline;
	unsigned int connects, closes, timers, fences;
	size_t in, out_from, out_to;
	uint8_t input[ROOM], output[ROOM];
};

struct world {
	struct event_base *base;
	struct zebra *zebra;
	char folder[64], path[96];
	int listener, peer;
	/* of the session's events */
	unsigned int lost, routes;
	unsigned int answer; /* verbs to call from inside an event */
	bool in_verb;
};

static struct zapi_session *session; /* the only one of a test */

struct zapi_session *
zapi_session_new(const struct zapi_dialect *forced, zapi_event_fn *fn, void *arg, int64_t now)
{
	(void)forced;
	(void)now;
	session = calloc(1, sizeof(*session));
	session->fn = fn;
	session->arg = arg;
	session->wish = ZAPI_WISH_CONNECT;
	session->deadline = INT64_MAX;
	return session;
}

void
zapi_session_free(struct zapi_session *s)
{
	free(s);
}

static void
event_of(struct zapi_session *s, enum zapi_event_kind kind)
{
	struct zapi_event ev = { .kind = kind };

	s->working = true;
	s->fn(s->arg, &ev);
	s->working = false;
}

void
zapi_session_connected(struct zapi_session *s, int64_t now)
{
	(void)now;
	s->connects++;
	s->up = true;
	s->wish = ZAPI_WISH_NOTHING;
	s->deadline = INT64_MAX;
}

void
zapi_session_closed(struct zapi_session *s, int64_t now)
{
	bool was = s->up;

	s->closes++;
	s->up = false;
	s->wish = ZAPI_WISH_NOTHING;
	s->deadline = now + RETRY_MS;
	s->out_from = s->out_to = 0;
	if (was)
		event_of(s, ZAPI_EVENT_LOST);
}

void
zapi_session_input(struct zapi_session *s, const void *buf, size_t len, int64_t now)
{
	(void)now;
	assert_true(len <= 65536 && s->in + len <= ROOM);
	memcpy(s->input + s->in, buf, len);
	s->in += len;
	event_of(s, ZAPI_EVENT_ROUTE);
}

void
zapi_session_timer(struct zapi_session *s, int64_t now)
{
	s->timers++;
	if (now < s->deadline)
		return;
	if (!s->up)
		s->wish = ZAPI_WISH_CONNECT;
	s->deadline = INT64_MAX;
}

int64_t
zapi_session_deadline(const struct zapi_session *s)
{
	return s->deadline;
}

enum zapi_wish
zapi_session_wish(const struct zapi_session *s)
{
	return s->wish;
}

size_t
zapi_session_output(const struct zapi_session *s, const uint8_t **buf)
{
	*buf = s->output + s->out_from;
	return s->out_to - s->out_from;
}

void
zapi_session_sent(struct zapi_session *s, size_t len)
{
	assert_false(s->working); /* its own call is not over */
	s->out_from += len;
	assert_true(s->out_from <= s->out_to);
}

size_t
zapi_session_waiting(const struct zapi_session *s)
{
	return s->out_to - s->out_from;
}

uint64_t
zapi_session_queued(const struct zapi_session *s)
{
	return s->out_to;
}

bool
zapi_session_unread(const struct zapi_session *s, uint64_t position)
{
	return position > s->out_from;
}

void
zapi_session_fence(struct zapi_session *s, int64_t now)
{
	(void)now;
	s->fences++;
}

int64_t
zapi_session_read_at(const struct zapi_session *s)
{
	(void)s;
	return 0;
}

enum zapi_state
zapi_session_state(const struct zapi_session *s)
{
	return s->up ? ZAPI_UP : ZAPI_DOWN;
}

const struct zapi_dialect *
zapi_session_dialect(const struct zapi_session *s)
{
	(void)s;
	return NULL;
}

void
zapi_session_told(struct zapi_session *s, const struct zapi_release *release, int64_t now)
{
	(void)release;
	(void)now;
	event_of(s, ZAPI_EVENT_DOUBT);
}

const char *
zapi_session_doubt(const struct zapi_session *s)
{
	(void)s;
	return NULL;
}

/* A verb queues tag bytes that go on counting where the last one ended. */
int
zapi_session_announce(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *p,
    uint32_t ifindex, uint32_t tag, unsigned int deletes)
{
	uint32_t i;

	(void)vrf;
	(void)p;
	(void)ifindex;
	(void)deletes;
	if (!s->up) {
		errno = ENOTCONN;
		return -1;
	}
	for (i = 0; i < tag; i++, s->out_to++)
		s->output[s->out_to] = (uint8_t)(s->out_to ^ (s->out_to >> 8));
	return 0;
}

int
zapi_session_withdraw(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *p,
    uint32_t ifindex, unsigned int deletes)
{
	return zapi_session_announce(s, vrf, p, ifindex, 3, deletes);
}

int
zapi_session_lookup(struct zapi_session *s, uint32_t vrf, const struct zapi_prefix *p, int64_t now)
{
	s->deadline = now + 20;
	return zapi_session_announce(s, vrf, p, 0, 1, 0);
}

int
zapi_session_subscribe(struct zapi_session *s, uint32_t vrf, int64_t now)
{
	return zapi_session_lookup(s, vrf, NULL, now);
}

enum zapi_vrf_backend
zapi_session_vrf_backend(const struct zapi_session *s)
{
	(void)s;
	return ZAPI_VRF_BY_UNKNOWN;
}

static void
on_event(void *arg, const struct zapi_event *ev)
{
	struct world *w = arg;

	assert_false(w->in_verb);
	if (ev->kind == ZAPI_EVENT_LOST)
		w->lost++;
	if (ev->kind == ZAPI_EVENT_ROUTE)
		w->routes++;
	for (; w->answer > 0; w->answer--)
		zebra_announce(w->zebra, 0, NULL, 1, 10, 1);
}

static int
verb(struct world *w, uint32_t bytes)
{
	int r;

	w->in_verb = true;
	r = zebra_announce(w->zebra, 0, NULL, 1, bytes, 1);
	w->in_verb = false;
	return r;
}

static size_t
waiting(const struct world *w)
{
	assert_int_equal(zebra_queued(w->zebra), session->out_to);
	return session->out_to - session->out_from;
}

static void
turn(struct world *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
}

#define UNTIL(w, cond)                                                 \
	do {                                                           \
		int64_t until_ = clock_ms() + 5000;                    \
		while (turn(w), !(cond)) {                             \
			if (clock_ms() > until_)                       \
				fail_msg("not within 5 s: %s", #cond); \
			usleep(1000);                                  \
		}                                                      \
	} while (0)

static void
serve(struct world *w)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memcpy(at.sun_path, w->path, sizeof(w->path));
	w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(w->listener, 5), 0);
}

static bool
accepted(struct world *w)
{
	w->peer = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return w->peer != -1;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->folder, sizeof(w->folder), "/tmp/test_zebra.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof(w->path), "%s/zserv.api", w->folder);
	w->listener = w->peer = -1;
	w->base = event_base_new();
	w->zebra = zebra_new(w->base, w->path, NULL, on_event, w);
	assert_non_null(w->zebra);
	assert_int_equal(session->connects + session->closes, 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	zebra_free(w->zebra);
	if (w->peer != -1)
		close(w->peer);
	if (w->listener != -1)
		close(w->listener);
	unlink(w->path);
	rmdir(w->folder);
	event_base_free(w->base);
	free(w);
	return 0;
}

static void
connected(struct world *w)
{
	serve(w);
	UNTIL(w, accepted(w));
	UNTIL(w, zebra_session_state(w->zebra) == ZAPI_UP);
}

/* Reads all there is, checks that it goes on counting from *at. */
static size_t
drain(struct world *w, size_t *at)
{
	uint8_t buf[5000];
	ssize_t n, i;
	size_t sum = 0;

	while ((n = read(w->peer, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++, (*at)++)
			assert_int_equal(buf[i], (uint8_t)(*at ^ (*at >> 8)));
		sum += (size_t)n;
	}
	return sum;
}

static void
test_socket_comes_late(void **state)
{
	struct world *w = *state;
	int64_t begin = clock_ms();

	UNTIL(w, clock_ms() > begin + 500);
	/* Tried again and again, at the session's pace. */
	assert_in_range(session->closes, 4, 14);
	assert_int_equal(session->connects, 0);
	assert_int_equal(verb(w, 5), -1);
	assert_int_equal(errno, ENOTCONN);
	connected(w);
	assert_int_equal(session->connects, 1);
	assert_int_equal(w->lost, 0);
}

static void
test_end_and_again(void **state)
{
	struct world *w = *state;
	unsigned int i;

	connected(w);
	for (i = 1; i <= 3; i++) {
		close(w->peer);
		UNTIL(w, w->lost == i);
		assert_int_equal(zebra_session_state(w->zebra), ZAPI_DOWN);
		UNTIL(w, accepted(w));
		UNTIL(w, session->connects == i + 1);
	}
}

/* How often so many bytes were read that came one by one, a turn of the loop after each. */
static unsigned int
reads_of(struct world *w, size_t bytes)
{
	unsigned int before = w->routes;
	size_t end = session->in + bytes;

	for (size_t i = 0; i < bytes; i++) {
		assert_int_equal(write(w->peer, "", 1), 1);
		turn(w);
	}
	UNTIL(w, session->in == end);
	return w->routes - before;
}

static void
await(struct world *w, int echoes, bool awaited)
{
	while (echoes-- > 0)
		zebra_await(w->zebra, awaited);
}

/* While many echoes are awaited they are read many at a time; a few are read as they come. */
static void
test_many_awaited(void **state)
{
	struct world *w = *state;

	connected(w);
	await(w, 5000, true);
	assert_true(reads_of(w, 200) < 100);
	await(w, 4999, false);
	reads_of(w, 1); /* the last rest is over */
	assert_int_equal(reads_of(w, 200), 200);
}

/* Many are awaited, and zebra goes, and comes back. */
static void
test_end_in_a_rest(void **state)
{
	struct world *w = *state;

	connected(w);
	await(w, 5000, true);
	for (unsigned int i = 1; i <= 3; i++) {
		reads_of(w, 20);
		close(w->peer);
		UNTIL(w, w->lost == i);
		UNTIL(w, accepted(w));
		UNTIL(w, session->connects == i + 1);
	}
}

/* What one turn of the loop queues leaves in that turn, in one write; much does not wait for it. */
static void
test_written_at_once(void **state)
{
	struct world *w = *state;
	uint8_t buf[200];
	size_t at = 0;

	connected(w);
	assert_int_equal(verb(w, 100), 0);
	assert_int_equal(verb(w, 50), 0);
	assert_int_equal(zebra_withdraw(w->zebra, 0, NULL, 1, 3), 0);
	assert_int_equal(drain(w, &at), 0);
	turn(w);
	assert_int_equal(recv(w->peer, buf, sizeof(buf), MSG_PEEK), 153);
	assert_int_equal(drain(w, &at), 153);
	assert_int_equal(waiting(w), 0);
	/* A question may move the deadline. */
	session->timers = 0;
	assert_int_equal(zebra_lookup(w->zebra, 0, NULL), 0);
	turn(w);
	assert_int_equal(drain(w, &at), 1);
	UNTIL(w, session->timers > 0);
	session->deadline = INT64_MAX;
	/* of little the first part leaves early, of much only large ones */
	for (unsigned int i = 0; i < 2; i++) {
		static const uint32_t bytes[] = { 1000, 2000, 3000, 2000 };
		static const size_t left[] = { 1000, 0, 3000, 0 };

		for (size_t j = 0; j < 4; j++) {
			assert_int_equal(verb(w, bytes[j]), 0);
			assert_int_equal(waiting(w), left[j]);
		}
		turn(w);
	}
	assert_int_equal(session->fences, 12); /* behind each verb */
	assert_false(zebra_is_behind(w->zebra));
}

/* What an event's receiver queues leaves when the session is done, in one write. */
static void
test_verbs_inside_events(void **state)
{
	struct world *w = *state;
	size_t at = 0;
	uint8_t buf[200];

	connected(w);
	w->answer = 7;
	assert_int_equal(write(w->peer, "x", 1), 1);
	UNTIL(w, w->routes == 1);
	assert_int_equal(recv(w->peer, buf, sizeof(buf), MSG_PEEK), 70);
	assert_int_equal(drain(w, &at), 70);
	/* At its end nothing can be queued any more, and nobody minds. */
	w->answer = 2;
	close(w->peer);
	UNTIL(w, w->lost == 1);
	w->peer = -1;
}

static void
test_reads_in_pieces(void **state)
{
	static uint8_t sent[700000];
	struct world *w = *state;
	size_t done = 0;
	ssize_t n;

	for (n = 0; n < (ssize_t)sizeof(sent); n++)
		sent[n] = (uint8_t)(n * 7 + (n >> 9));
	connected(w);
	while (done < sizeof(sent)) {
		n = write(w->peer, sent + done,
		    sizeof(sent) - done > 77777 ? 77777 : sizeof(sent) - done);
		if (n > 0)
			done += (size_t)n;
		turn(w);
	}
	UNTIL(w, session->in == sizeof(sent));
	assert_memory_equal(session->input, sent, sizeof(sent));
}

/* A zebra that does not read while 1 MB is queued, then reads it all. */
static void
test_back_pressure(void **state)
{
	struct world *w = *state;
	size_t at = 0, i;

	connected(w);
	for (i = 0; i < 1000; i++)
		assert_int_equal(verb(w, 1049), 0);
	assert_true(waiting(w) > 100000);
	turn(w);
	assert_true(waiting(w) > 100000);
	assert_true(zebra_is_behind(w->zebra));
	/* It is still heard meanwhile. */
	assert_int_equal(write(w->peer, "x", 1), 1);
	UNTIL(w, w->routes == 1);
	UNTIL(w, (drain(w, &at), at == 1049000));
	assert_false(zebra_is_behind(w->zebra));
	assert_int_equal(waiting(w), 0);
	assert_int_equal(verb(w, 10), 0);
	turn(w);
	assert_int_equal(drain(w, &at), 10);
}

/* Gone while we write: no signal, no loss told from inside the verb, its last words heard. */
static void
test_gone_while_writing(void **state)
{
	struct world *w = *state;

	connected(w);
	assert_int_equal(write(w->peer, "last words", 10), 10);
	close(w->peer);
	w->peer = -1;
	assert_int_equal(verb(w, 100), 0);
	assert_int_equal(verb(w, 100), 0);
	assert_int_equal(w->lost, 0);
	UNTIL(w, w->lost == 1);
	assert_int_equal(session->in, 10);
	assert_memory_equal(session->input, "last words", 10);
	UNTIL(w, session->connects == 2);
}

static void
test_session_hangs_up(void **state)
{
	struct world *w = *state;
	ssize_t n;
	char c;

	connected(w);
	/* Full to the brim, the timer says it is stuck. */
	assert_int_equal(verb(w, 1000000), 0);
	session->wish = ZAPI_WISH_CLOSE;
	session->deadline = clock_ms();
	assert_int_equal(write(w->peer, "x", 1), 1);
	UNTIL(w, w->lost == 1);
	assert_int_equal(waiting(w), 0);
	while ((n = read(w->peer, &c, 1)) == 1)
		continue;
	assert_true(n == 0 || errno == ECONNRESET);
	close(w->peer);
	UNTIL(w, accepted(w));
}

static void
test_path_too_long(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_null(zebra_new(NULL, path, NULL, on_event, NULL));
	assert_int_equal(errno, ENAMETOOLONG);
	zebra_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_socket_comes_late),
		T(test_end_and_again),
		T(test_written_at_once),
		T(test_verbs_inside_events),
		T(test_reads_in_pieces),
		T(test_many_awaited),
		T(test_end_in_a_rest),
		T(test_back_pressure),
		T(test_gone_while_writing),
		T(test_session_hangs_up),
		cmocka_unit_test(test_path_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
