/*
 * dns checks against servers that lie.
 */
#include "test_check_help.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* An answer to the query: its bytes, flags, and count RRs "A 192.0.2.n" from n = 1. */
static size_t
answer(
    uint8_t *buf, const uint8_t *query, size_t size, uint8_t flags2, uint8_t rcode, uint8_t count)
{
	static const uint8_t rr[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2 };
	uint8_t i;

	memcpy(buf, query, size);
	buf[2] = (uint8_t)(0x80 | flags2 | (query[2] & 1));
	buf[3] = rcode;
	buf[7] = count;
	for (i = 1; i <= count; i++) {
		memcpy(buf + size, rr, sizeof(rr));
		size += sizeof(rr);
		buf[size++] = i;
	}
	return size;
}

static void
reply(struct server *s, const uint8_t *data, size_t size, const struct sockaddr *to, socklen_t len)
{
	assert_true(sendto(s->fd, data, size, 0, to, len) >= 0);
}

static void
serve_right(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];

	reply(s, buf, answer(buf, q, n, 4, 0, 2), from, len);
}

/* The case of the name in the question does not count. */
static void
serve_upper(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];
	size_t size = answer(buf, q, n, 4, 0, 2);

	buf[13] = 'E';
	reply(s, buf, size, from, len);
}

static void
serve_servfail(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];

	reply(s, buf, answer(buf, q, n, 0, 2, 0), from, len);
}

/* Only a header, as of a server that could not read the query. */
static void
serve_formerr(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];

	answer(buf, q, n, 0, 1, 0);
	buf[5] = 0;
	reply(s, buf, 12, from, len);
}

static void
serve_wrong(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	struct server *other = s->arg;
	uint8_t buf[1024];
	size_t size = answer(buf, q, n, 4, 0, 2);

	reply(other, buf, size, from, len); /* another port */
	buf[14] ^= 1;
	reply(s, buf, size, from, len); /* another question */
	buf[14] ^= 1;
	buf[0] ^= 0x55;
	reply(s, buf, size, from, len);
	reply(s, buf, size, from, len); /* another id, twice */
	reply(s, buf, 0, from, len);	/* nothing: no id either */
}

static void
serve_wrong_then_right(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	serve_wrong(s, q, n, from, len);
	serve_right(s, q, n, from, len);
}

static void
serve_garbage(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];
	size_t size = answer(buf, q, n, 4, 0, 2);

	memset(buf + n, 0xff, size - n);
	reply(s, buf, size, from, len);
}

static void
serve_short(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)n;
	reply(s, q, 7, from, len);
}

static void
serve_echo(struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	reply(s, q, n, from, len);
}

static void
serve_huge(struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	static uint8_t buf[60000];

	answer(buf, q, n, 4, 0, 2);
	reply(s, buf, sizeof(buf), from, len); /* with a long tail after the records */
}

static void
serve_truncated(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];

	reply(s, buf, answer(buf, q, n, 2, 0, 0), from, len);
}

/* TCP: a message with another id, then the answer, byte by byte. */
static void
serve_stream(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	uint8_t buf[1024];
	size_t size, i;

	(void)from;
	(void)len;
	if (n < 3)
		return;
	size = answer(buf + 2, q + 2, n - 2, 4, 0, 2);
	buf[0] = (uint8_t)(size >> 8);
	buf[1] = (uint8_t)size;
	buf[2] ^= 0x55;
	assert_true(send(s->peer, buf, size + 2, 0) > 0);
	buf[2] ^= 0x55;
	for (i = 0; i < size + 2; i++)
		assert_true(send(s->peer, buf + i, 1, 0) == 1);
}

static void
serve_stream_half(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)from;
	(void)len;
	if (n < 3)
		return;
	assert_true(send(s->peer, q, 10, 0) == 10);
	shutdown(s->peer, SHUT_RDWR);
}

struct expected {
	server_fn *fn;
	enum cause cause;
	const char *words;
};

static void
test_answers(void **state)
{
	static const struct expected cases[] = {
		{ serve_right, CAUSE_OK, "NOERROR from 127.0.0.1#" },
		{ serve_upper, CAUSE_OK, "NOERROR" },
		{ serve_servfail, CAUSE_RCODE, "SERVFAIL from 127.0.0.1#" },
		{ serve_formerr, CAUSE_RCODE, "FORMERR" },
		{ serve_wrong_then_right, CAUSE_OK, "NOERROR" },
		{ serve_garbage, CAUSE_MALFORMED, "don't parse" },
		{ serve_short, CAUSE_MALFORMED, "7 bytes" },
		{ serve_echo, CAUSE_MALFORMED, "not an answer" },
		{ serve_huge, CAUSE_OK, "NOERROR" },
	};
	struct server s, other;
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&other, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nothing);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct probed p;

		server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, cases[i].fn);
		s.arg = &other;
		p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
		probed_start(&rig, &p, NULL, 0);
		probed_expect(&rig, &p, cases[i].cause, cases[i].words);
		assert_false(p.last.final);
		probed_expect(&rig, &p, cases[i].cause, cases[i].words);
		probed_stop(&p);
		server_close(&s);
	}
	server_close(&other);
	rig_close(&rig);
}

static void
test_strays_are_counted(void **state)
{
	struct server s, other;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&other, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nothing);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_wrong);
	s.arg = &other;
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	p.conf.timeout = 300;
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_TIMEOUT, "within 300 ms");
	assert_non_null(strstr(p.last.text, "with a wrong id"));
	assert_non_null(strstr(p.last.text, "1 answer from a wrong address"));
	assert_non_null(strstr(p.last.text, "1 answer to another question"));
	probed_stop(&p);
	server_close(&s);
	server_close(&other);
	rig_close(&rig);
}

static void
test_data(void **state)
{
	static char one[] = "192.0.2.1", two[] = "192.0.2.2", nine[] = "192.0.2.9";
	char *right[] = { two, one }, *wrong[] = { one, nine };
	struct server s;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_right);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	p.conf.answers = right;
	p.conf.nanswers = 2;
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "NOERROR");
	probed_stop(&p);
	p.conf.answers = wrong;
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_ANSWER, "no 192.0.2.9, but 192.0.2.");
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
test_truncated_goes_on_over_tcp(void **state)
{
	struct server s, t;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&t, &rig, SOCK_STREAM, "127.0.0.1", 0, serve_stream);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", t.port, serve_truncated);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "over TCP");
	assert_true(s.asked > 0);
	p.conf.transport = TRANSPORT_TCP;
	probed_expect(&rig, &p, CAUSE_OK, "over TCP");
	t.fn = serve_stream_half;
	probed_become(&rig, &p, CAUSE_CLOSED, "within the answer");
	server_close(&t);
	probed_become(&rig, &p, CAUSE_REFUSED, "Connection refused");
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
closed_port(const char *addr)
{
	struct server s;
	struct probed dead, live;
	struct rig rig;
	int fd;

	rig_open(&rig, NULL);
	fd = bind_at(SOCK_DGRAM, addr, 0, 1, false);
	dead = probed_make(CHECK_DNS, addr, port_of(fd));
	close(fd);
	server_open(&s, &rig, SOCK_DGRAM, addr, 0, serve_right);
	live = probed_make(CHECK_DNS, addr, s.port);
	/* By the same socket: errors must find the right query, and hurt no other. */
	dead.conf.interval = live.conf.interval = 2;
	dead.conf.fast = live.conf.fast = 1;
	probed_start(&rig, &dead, NULL, 0);
	probed_start(&rig, &live, NULL, 0);
	WAIT_FOR(&rig, dead.n >= 50 && live.n >= 50);
	assert_int_equal(dead.passes, 0);
	assert_int_equal(live.passes, live.n);
	assert_int_equal(dead.last.cause, CAUSE_REFUSED);
	assert_non_null(strstr(dead.last.text, "refused"));
	probed_stop(&dead);
	probed_stop(&live);
	server_close(&s);
	rig_close(&rig);
}

static void
test_closed_port(void **state)
{
	(void)state;
	closed_port("127.0.0.1");
}

static void
test_closed_port_v6(void **state)
{
	(void)state;
	closed_port("::1");
}

/* One that is never answered stands in nobody's way. */
static void
test_many_at_once(void **state)
{
	static struct probed many[200]; /* their queries fit into one receive buffer */
	const size_t n = sizeof(many) / sizeof(many[0]);
	struct server good, mute;
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&good, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_right);
	server_open(&mute, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_nothing);
	for (i = 0; i < n; i++) {
		bool silent = i % 50 == 7;

		many[i] = probed_make(CHECK_DNS, "127.0.0.1", silent ? mute.port : good.port);
		if (silent)
			many[i].conf.timeout = 3600000;
		probed_start(&rig, &many[i], NULL, 0);
	}
	for (i = 0; i < n; i++) {
		if (i % 50 == 7)
			continue;
		WAIT_FOR(&rig, many[i].n >= 3);
		assert_int_equal(many[i].passes, many[i].n);
	}
	for (i = 0; i < n; i++) {
		if (i % 50 == 7)
			assert_int_equal(many[i].n, 0);
		probed_stop(&many[i]);
	}
	server_close(&good);
	server_close(&mute);
	rig_close(&rig);
}

/* All answers wait while the loop stands: none may be lost. */
static void
test_answers_wait_for_us(void **state)
{
	static struct probed many[200];
	const size_t n = sizeof(many) / sizeof(many[0]);
	struct server s;
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_right);
	for (i = 0; i < n; i++) {
		many[i] = probed_make(CHECK_DNS, "127.0.0.1", s.port);
		many[i].conf.interval = 3600000;
		probed_start(&rig, &many[i], NULL, 0);
		check_now(many[i].check);
	}
	for (i = 0; i < n; i++)
		WAIT_FOR(&rig, many[i].passes >= 1);
	for (i = 0; i < n; i++)
		probed_stop(&many[i]);
	server_close(&s);
	rig_close(&rig);
}

/*
 * The engine stands still for longer than the timeout, the server does not: what came in time
 * counts, or a busy host would take healthy services down.
 */
static void
test_standstill(void **state)
{
	static struct probed many[100];
	const size_t n = sizeof(many) / sizeof(many[0]);
	struct server s;
	struct rig rig;
	pid_t pid;
	size_t i;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_right);
	if ((pid = fork()) == 0) {
		event_reinit(rig.base);
		for (;;)
			rig_turn(&rig);
	}
	event_del(s.event);
	for (i = 0; i < n; i++) {
		many[i] = probed_make(CHECK_DNS, "127.0.0.1", s.port);
		many[i].conf.interval = many[i].conf.fast = 3600000;
		many[i].conf.timeout = 1500;
		probed_start(&rig, &many[i], NULL, 0);
		check_now(many[i].check);
	}
	usleep(2000000);
	for (i = 0; i < n; i++) {
		WAIT_FOR(&rig, many[i].n == 1);
		assert_int_equal(many[i].last.cause, CAUSE_OK);
		probed_stop(&many[i]);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	server_close(&s);
	rig_close(&rig);
}

static void
test_no_descriptors(void **state)
{
	struct rlimit old, none;
	struct server s;
	struct probed p;
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_DGRAM, "127.0.0.1", 0, serve_right);
	p = probed_make(CHECK_DNS, "127.0.0.1", s.port);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_LOCAL, "Too many open files");
	setrlimit(RLIMIT_NOFILE, &old);
	probed_become(&rig, &p, CAUSE_OK, "NOERROR");
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
test_bad_names(void **state)
{
	struct probed p = probed_make(CHECK_DNS, "127.0.0.1", 53);
	struct rig rig;

	(void)state;
	rig_open(&rig, NULL);
	p.conf.qname = (char *)(uintptr_t) "a..b";
	assert_null(check_new(&rig.ctx, "s", &p.conf, NULL, 0, probed_told, &p));
	p = probed_make(CHECK_DNS, "no address", 53);
	assert_null(check_new(&rig.ctx, "s", &p.conf, NULL, 0, probed_told, &p));
	rig_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_strays_are_counted),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_truncated_goes_on_over_tcp),
		cmocka_unit_test(test_closed_port),
		cmocka_unit_test(test_closed_port_v6),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_answers_wait_for_us),
		cmocka_unit_test(test_standstill),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
