/*
 * tcp checks, and how text of strangers is cleaned.
 */
#include "test_check_help.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checks/text.h"

static void
say(struct server *s, const char *text)
{
	assert_int_equal(send(s->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Greets, and answers PING in two pieces. */
static void
serve_pong(struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)from;
	(void)len;
	if (n == 0)
		say(s, "220 hello\r\n");
	else if (n == 4 && memcmp(q, "PING", 4) == 0) {
		say(s, "+PO");
		say(s, "NG\r\n");
	}
}

static void
serve_other(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)q;
	(void)from;
	(void)len;
	if (n == 0)
		say(s, "500 no\r\n\x1b[2J\xff");
	shutdown(s->peer, SHUT_WR);
}

static void
serve_close(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)q;
	(void)n;
	(void)from;
	(void)len;
	shutdown(s->peer, SHUT_WR);
}

static void
serve_flood(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	char buf[8192];

	(void)q;
	(void)n;
	(void)from;
	(void)len;
	memset(buf, 'x', sizeof(buf));
	assert_true(send(s->peer, buf, sizeof(buf), MSG_NOSIGNAL) > 0);
}

static void
probe_once(server_fn *fn, const char *send_text, const char *expect, int64_t timeout,
    enum cause cause, const char *words)
{
	struct server s;
	struct probed p;
	struct rig rig;

	rig_open(&rig, NULL);
	server_open(&s, &rig, SOCK_STREAM, "127.0.0.1", 0, fn);
	p = probed_make(CHECK_TCP, "127.0.0.1", s.port);
	p.conf.send = (char *)(uintptr_t)send_text;
	p.conf.expect = (char *)(uintptr_t)expect;
	p.conf.timeout = timeout;
	p.conf.interval = 5;
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, cause, words);
	probed_expect(&rig, &p, cause, words);
	probed_stop(&p);
	server_close(&s);
	rig_close(&rig);
}

static void
test_talks(void **state)
{
	(void)state;
	probe_once(serve_nothing, NULL, NULL, PATIENCE_MS, CAUSE_OK, "connected to 127.0.0.1#");
	probe_once(serve_pong, NULL, "220 ", PATIENCE_MS, CAUSE_OK, "\"220 \" came");
	probe_once(serve_pong, "PING", "+PONG", PATIENCE_MS, CAUSE_OK, "+PONG");
	probe_once(
	    serve_other, NULL, "220 ", PATIENCE_MS, CAUSE_UNEXPECTED, "but \"500 no   [2J?\"");
	probe_once(serve_close, NULL, "220 ", PATIENCE_MS, CAUSE_CLOSED, "without a word");
	probe_once(serve_flood, NULL, "220 ", PATIENCE_MS, CAUSE_UNEXPECTED, "4096 bytes");
	probe_once(serve_pong, NULL, "never", 100, CAUSE_TIMEOUT, "11 bytes came");
}

static void
test_closed_port(void **state)
{
	struct probed p;
	struct rig rig;
	int fd;

	(void)state;
	rig_open(&rig, NULL);
	fd = bind_at(SOCK_STREAM, "::1", 0, 1, false);
	p = probed_make(CHECK_TCP, "::1", port_of(fd));
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "::1#");
	close(fd);
	probed_become(&rig, &p, CAUSE_REFUSED, "Connection refused");
	probed_stop(&p);
	rig_close(&rig);
}

static void
test_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain", "plain" },
		{ "a\tb\033[0m\177", "a b [0m" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "cut \xc3", "cut ?" },
		{ "\xc0\xaf\xed\xa0\x80\xf5", "??????" },
		{ "\xc2\x9b", "??" },
		{ "\xf0\x9f\x90\x9f  ", "\xf0\x9f\x90\x9f" },
		{ "", "" },
	};
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(buf, sizeof(buf), "%s", cases[i].in);
		text_clean(buf);
		assert_string_equal(buf, cases[i].out);
	}
	assert_string_equal(text_first_line(buf, sizeof(buf), "\r\n one \ntwo"), "one ");
	assert_string_equal(text_first_line(buf, 3, "abcdef"), "ab");
	assert_string_equal(text_first_line(buf, sizeof(buf), "\n"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talks),
		cmocka_unit_test(test_closed_port),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
