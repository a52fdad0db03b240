/*
 * The control socket, driven through socket pairs: good requests, bad ones, and
 * clients that behave badly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/control.h"
#include "test_control_help.h"

struct rig {
	struct small_world w;
	struct event_base *base;
	struct control *control;
	char *text; /* what was read last, to be freed */
};

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	*state = r;
	if (r == NULL || small_world_open(&r->w) == -1)
		return -1;
	r->base = event_base_new();
	r->control = control_new(r->base, -1, (gid_t)-1, r->w.world, &r->w.actions);
	return r->control == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	control_free(r->control);
	event_base_free(r->base);
	small_world_close(&r->w);
	free(r->text);
	free(r);
	return 0;
}

/* A client's end; the other one is the control's. */
static int
join(struct rig *r)
{
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	control_add(r->control, pair[0]);
	return pair[1];
}

static void
turn(struct rig *r)
{
	int i;

	for (i = 0; i < 50; i++)
		event_base_loop(r->base, EVLOOP_NONBLOCK);
}

/* All there is to be read; NULL at the end of the connection. */
static const char *
hear(struct rig *r, int fd)
{
	size_t len = 0, size = 8 << 20;
	ssize_t n;

	free(r->text);
	r->text = malloc(size);
	assert_non_null(r->text);
	for (;;) {
		turn(r);
		n = read(fd, r->text + len, size - len - 1);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	r->text[len] = '\0';
	return n == 0 && len == 0 ? NULL : r->text;
}

static void
say(struct rig *r, int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n == -1 && errno != EAGAIN)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		turn(r);
	}
}

static const char *
ask(struct rig *r, int fd, const char *text)
{
	say(r, fd, text, strlen(text));
	return hear(r, fd);
}

static void
assert_holds(const char *text, const char *part)
{
	if (text == NULL || strstr(text, part) == NULL)
		fail_msg("\"%s\" does not hold \"%s\"", text != NULL ? text : "(end)", part);
}

static void
test_show(void **state)
{
	struct rig *r = *state;
	int fd = join(r);

	assert_holds(ask(r, fd, "{\"cmd\":\"show\",\"what\":\"services\"}\n"),
	    "{\"ok\":true,\"services\":[{\"name\":\"resolver\",\"state\":\"undecided\"");
	assert_holds(
	    ask(r, fd, "{\"cmd\":\"show\",\"what\":\"routes\"}\n"), "\"daemon\":\"ospfd\"");
	assert_holds(ask(r, fd, "{\"cmd\":\"show\",\"what\":\"checks\"}\n"), "\"asleep\":true");
	assert_holds(ask(r, fd, "{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "\"state\":\"down\"");
	assert_holds(ask(r, fd, "{\"cmd\":\"show\"}\n"), "\"code\":\"usage\"");
	assert_holds(ask(r, fd, "{\"cmd\":\"show\",\"what\":7}\n"), "\"code\":\"usage\"");
	close(fd);
}

static const char *
why(struct rig *r, int fd, const char *service)
{
	char request[128];

	snprintf(request, sizeof(request), "{\"cmd\":\"why\",\"service\":\"%s\"}\n", service);
	return ask(r, fd, request);
}

static void
test_why(void **state)
{
	struct rig *r = *state;
	struct member *m = &r->w.world->members[0];
	int fd = join(r);
	const char *text = why(r, fd, "resolver");

	assert_holds(text, "\"check soa: undecided: no result yet\"");
	assert_holds(text, "\"check own: undecided: asleep until the service is announced\"");
	assert_holds(text, "0 of 1 required checks up");
	assert_holds(text, "\"lease: none\"");
	assert_holds(text, "nothing is announced or withdrawn through /run/frr/zserv.api now");

	service_feed(&m->service, 0, CAUSE_OK, false, clock_ms(), clock_ms());
	history_add(&m->histories[0], clock_us(), 400, CAUSE_OK, "NOERROR");
	m->lease_until = clock_ms() + 3000;
	m->routes[0].state = ROUTE_ANNOUNCED;
	m->announced = 1;
	m->routes[0].echo_tag = 53;
	m->routes[0].beyond = BEYOND_NO;
	m->routes[0].alias = ALIAS_STATE_PERMANENT;
	snprintf(m->routes[0].interface, sizeof(m->routes[0].interface), "lo");
	text = why(r, fd, "resolver");
	assert_holds(text, "in 0.4 ms\"");
	assert_holds(text, "service resolver: up for");
	assert_holds(text, "lease: good for another");
	assert_holds(
	    text, "seen back from zebra with tag 53; address permanent on lo; UNPROTECTED");
	assert_holds(text, "unheard: ospfd does not let 10.1.53.1/32 out");
	assert_holds(text, "must permit 10.1.53.1/32");
	assert_holds(text, "\"cause\":\"ok\",\"took_ms\":0.400,\"text\":\"NOERROR\"");

	service_feed(&m->service, 0, CAUSE_NO_SOCKET, true, clock_ms(), clock_ms());
	history_add(&m->histories[0], clock_us(), 0, CAUSE_NO_SOCKET, "udp 53: nobody");
	m->lease_until = 0;
	m->revoked_us = clock_us() - 20000;
	m->routes[0].state = ROUTE_WITHDRAWN;
	m->announced = 0;
	m->routes[0].since_us = m->revoked_us + 7000;
	text = why(r, fd, "resolver");
	assert_holds(text, ": no-socket: udp 53: nobody (1 in a row, fall 2)");
	assert_holds(text, "\"lease: revoked ");
	assert_holds(text, "zebra confirmed it 7.0 ms after the revocation");
	assert_holds(why(r, fd, "nobody"), "\"code\":\"unknown\"");
	close(fd);
}

static void
test_changes(void **state)
{
	struct rig *r = *state;
	int fd = join(r);

	assert_holds(
	    ask(r, fd, "{\"cmd\":\"drain\",\"service\":\"web\",\"reason\":\"a\\nb\\u0000c\"}\n"),
	    "{\"ok\":true,\"text\":\"web is drained\"}");
	assert_int_equal(r->w.drains, 1);
	assert_holds(
	    ask(r, fd, "{\"cmd\":\"drain\",\"service\":\"web\",\"reason\":\"disk\\u001b[2J\"}\n"),
	    "web is drained");
	assert_holds(
	    ask(r, fd, "{\"cmd\":\"show\",\"what\":\"services\"}\n"), "\"reason\":\"disk [2J\"");
	assert_holds(why(r, fd, "web"), "disk [2J (end it with: zanycastctl undrain web)");
	assert_holds(
	    ask(r, fd, "{\"cmd\":\"undrain\",\"service\":\"web\"}\n"), "no more: undecided");
	assert_holds(ask(r, fd, "{\"cmd\":\"undrain\",\"service\":\"web\"}\n"), "was not drained");
	assert_int_equal(r->w.drains, 3);
	assert_holds(ask(r, fd, "{\"cmd\":\"check\",\"service\":\"resolver\"}\n"),
	    "1 of 2 checks of resolver are made now");
	assert_holds(ask(r, fd, "{\"cmd\":\"leave\"}\n"), "\"ok\":true");
	r->w.error = EAGAIN;
	assert_holds(ask(r, fd, "{\"cmd\":\"leave\"}\n"), "\"code\":\"busy\"");
	r->w.error = ENOMEM;
	assert_holds(ask(r, fd, "{\"cmd\":\"reload\"}\n"), "\"code\":\"failed\"");
	close(fd);
}

static void
test_reload_waits(void **state)
{
	struct rig *r = *state;
	int fd = join(r), other = join(r);
	const char *text;

	assert_string_equal(
	    ask(r, fd, "{\"cmd\":\"reload\"}\n{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "");
	assert_holds(ask(r, other, "{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "zserv.api");
	control_reloaded(
	    r->control, false, "zanycast.conf:3: no such word\nzanycast.conf:4: nor this");
	text = hear(r, fd);
	assert_holds(
	    text, "\"error\":\"zanycast.conf:3: no such word\\nzanycast.conf:4: nor this\"");
	assert_holds(text, "\"zebra\":{"); /* in order */
	close(fd);
	close(other);
}

static void
test_bad_lines(void **state)
{
	static const char *const bad[] = { "", "{", "}", "[]", "7", "null", "\"show\"", "{}",
		"{\"cmd\":null}", "{\"cmd\":[\"show\"]}", "{\"cmd\":\"show\"",
		"{\"cmd\":\"show\"}}", "{\"cmd\":\"show\"} x", "{\"cmd\":\"why\"}",
		"{\"cmd\":\"why\",\"service\":{}}",
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
		"\xff\xfe\x01\x80", "GET / HTTP/1.0\r",
		"{\"cmd\":\"drain\",\"service\":\"web\\u0000\"}" };
	struct rig *r = *state;
	int fd = join(r);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		say(r, fd, bad[i], strlen(bad[i]));
		assert_holds(ask(r, fd, "\n"), "{\"ok\":false,\"error\":\"");
	}
	say(r, fd, "{\"cmd\":\"sh\0ow\"}\n", 16);
	assert_holds(hear(r, fd), "\"ok\":false");
	assert_holds(ask(r, fd, "{\"cmd\":\"dance\"}\n"), "\"code\":\"unknown\"");
	assert_holds(ask(r, fd, " {\"cmd\":\"show\",\"what\":\"zebra\"} \r\n"), "\"ok\":true");
	assert_int_equal(r->w.drains, 0);
	close(fd);
}

static void
test_half_lines_and_many(void **state)
{
	static const char request[] = "{\"cmd\":\"show\",\"what\":\"zebra\"}\n";
	struct rig *r = *state;
	int fd = join(r), i, n = 0;
	const char *text;
	size_t k;

	for (k = 0; k + 1 < sizeof(request) - 1; k++) {
		say(r, fd, request + k, 1);
		assert_string_equal(hear(r, fd), "");
	}
	assert_holds(ask(r, fd, "\n"), "zserv.api");
	for (i = 0; i < 100; i++)
		assert_int_equal(write(fd, request, sizeof(request) - 1), sizeof(request) - 1);
	shutdown(fd, SHUT_WR); /* all are answered, then it ends */
	text = hear(r, fd);
	assert_non_null(text);
	for (; *text != '\0'; text++)
		n += *text == '\n';
	assert_int_equal(n, 100);
	assert_int_equal(control_clients(r->control), 0);
	close(fd);
}

static void
test_long_line(void **state)
{
	struct rig *r = *state;
	size_t size = REQUEST_MAX + 100;
	char *line = malloc(size);
	int fd = join(r);

	assert_non_null(line);
	memset(line, ' ', size);
	line[0] = '{';
	line[REQUEST_MAX - 2] = '}';
	line[REQUEST_MAX - 1] = '\n'; /* as long as may be */
	say(r, fd, line, REQUEST_MAX);
	assert_holds(hear(r, fd), "\"cmd\\\", a string");
	memset(line, 'x', size);
	say(r, fd, line, size);
	assert_holds(hear(r, fd), "a line is at most 64 KiB");
	assert_null(hear(r, fd));
	assert_int_equal(control_clients(r->control), 0);
	close(fd);
	free(line);
}

static void
test_many_clients(void **state)
{
	struct rig *r = *state;
	int fds[CONTROL_CLIENTS + 10], i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		fds[i] = join(r);
	assert_holds(ask(r, fds[0], "{\"cmd\":\"monitor\"}\n"), "{\"ok\":true}\n");
	assert_holds(ask(r, fds[1], "{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "\"ok\":true");
	for (; i < CONTROL_CLIENTS + 10; i++) {
		fds[i] = join(r);
		assert_int_equal(control_clients(r->control), CONTROL_CLIENTS);
		assert_holds(
		    ask(r, fds[i], "{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "\"ok\":true");
	}
	assert_null(hear(r, fds[2])); /* the most idle ones went, not who monitors or asked */
	assert_string_equal(hear(r, fds[0]), "");
	assert_string_equal(hear(r, fds[1]), "");
	for (i = 0; i < CONTROL_CLIENTS + 10; i++)
		close(fds[i]);
	turn(r);
	assert_true(control_idle(r->control));
}

static void
test_only_monitors(void **state)
{
	struct rig *r = *state;
	int fds[CONTROL_CLIENTS], i, late;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		fds[i] = join(r);
		ask(r, fds[i], "{\"cmd\":\"monitor\"}\n");
	}
	late = join(r);
	assert_null(hear(r, late));
	assert_true(r->w.listens);
	for (i = 0; i < CONTROL_CLIENTS; i++) {
		turn(r);
		assert_true(r->w.listens);
		close(fds[i]);
	}
	turn(r);
	assert_false(r->w.listens);
	close(late);
}

static void
test_monitor(void **state)
{
	struct rig *r = *state;
	struct log_event ev = EVENT("service.down", LOG_LEVEL_NOTICE, .service = "web",
	    .check = "port", .cause = "refused", .from = "up", .to = "down", .text = "\"quoted\"",
	    .took_us = 412, .at_us = clock_us());
	int fd = join(r), other = join(r), i;
	const char *text;

	assert_false(r->w.listens);
	assert_holds(ask(r, fd, "{\"cmd\":\"monitor\"}\n"), "{\"ok\":true}\n");
	assert_true(r->w.listens);
	control_publish(r->control, &ev);
	text = hear(r, fd);
	assert_holds(text, "\"event\":\"service.down\",\"level\":\"notice\",\"service\":\"web\"");
	assert_holds(text, "\"text\":\"\\\"quoted\\\"\",\"took_ms\":0.412}\n");
	assert_null(strstr(text, "prefix"));
	assert_string_equal(hear(r, other), "");
	assert_string_equal(ask(r, fd, "{\"cmd\":\"show\"}\n"), ""); /* only events from now on */

	/* one that does not read is not waited for */
	for (i = 0; i < 20000 && control_clients(r->control) == 2; i++) {
		control_publish(r->control, &ev);
		event_base_loop(r->base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(control_clients(r->control), 1);
	assert_false(r->w.listens);
	assert_true(i > 3000);
	close(fd);
	close(other);
}

/* A client that asks and never reads costs one answer, not all of them. */
static void
test_deaf_client(void **state)
{
	static const char request[] = "{\"cmd\":\"show\",\"what\":\"routes\"}\n";
	struct rig *r = *state;
	int fd = join(r), other = join(r), i, size = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < 20000; i++) {
		if (write(fd, request, sizeof(request) - 1) == -1)
			break;
		if (i % 100 == 0)
			turn(r);
	}
	assert_true(i < 20000); /* it is not read from any more */
	assert_holds(ask(r, other, request), "\"ok\":true");
	close(fd);
	turn(r);
	assert_int_equal(control_clients(r->control), 1);
	close(other);
}

static void
test_close(void **state)
{
	struct rig *r = *state;
	int fd = join(r), other = join(r);

	assert_int_equal(write(fd, "{\"cmd\":\"show\",\"what\":\"zebra\"}\n", 31), 31);
	event_base_loop(r->base, EVLOOP_NONBLOCK);
	control_close(r->control);
	assert_holds(hear(r, fd), "\"ok\":true"); /* what was asked before is answered */
	assert_null(hear(r, other));
	assert_true(control_idle(r->control));
	close(fd);
	close(other);
}

/* Looking is for everybody, changing is not. */
static void
test_denied(void **state)
{
	struct rig *r = *state;
	struct json_object *answer;
	static const char *const changing[] = { "{\"cmd\":\"drain\",\"service\":\"web\"}",
		"{\"cmd\":\"undrain\",\"service\":\"web\"}",
		"{\"cmd\":\"check\",\"service\":\"web\"}", "{\"cmd\":\"reload\"}",
		"{\"cmd\":\"leave\"}" };
	size_t i;

	for (i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		request_handle(
		    r->w.world, &r->w.actions, false, changing[i], strlen(changing[i]), &answer);
		assert_holds(json_object_to_json_string(answer), "\"denied\"");
		json_object_put(answer);
	}
	request_handle(
	    r->w.world, &r->w.actions, false, "{\"cmd\":\"why\",\"service\":\"web\"}", 29, &answer);
	assert_holds(json_object_to_json_string(answer), "\"words\"");
	json_object_put(answer);
	assert_int_equal(r->w.drains + r->w.checks_now + r->w.reloads + r->w.leaves, 0);
}

/* Both ends of a pair that is made by somebody else: the kernel names that one as the peer. */
static void
pair_of(gid_t group, gid_t more, int ends[2])
{
	char space[CMSG_SPACE(2 * sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int pass[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pass), 0);
	pid = fork();
	if (pid == 0) {
		if (setgroups(more != 0, &more) == -1 || setgid(group) == -1 ||
		    setuid(65534) == -1 ||
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == -1)
			_exit(1);
		if (c == NULL)
			_exit(1);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(c), ends, 2 * sizeof(int));
		_exit(sendmsg(pass[1], &msg, 0) == -1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(recvmsg(pass[0], &msg, 0), 1);
	c = CMSG_FIRSTHDR(&msg);
	if (c == NULL)
		fail();
	else
		memcpy(ends, CMSG_DATA(c), 2 * sizeof(int));
	close(pass[0]);
	close(pass[1]);
}

static void
test_peer(void **state)
{
	static const struct {
		gid_t group, more;
		bool may;
	} peers[] = { { 65534, 0, false }, { 4242, 0, true }, { 65534, 4242, true } };
	struct rig *r = *state;
	size_t i;
	int ends[2];

	if (geteuid() != 0)
		skip();
	control_free(r->control);
	r->control = control_new(r->base, -1, 4242, r->w.world, &r->w.actions);
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		pair_of(peers[i].group, peers[i].more, ends);
		assert_int_equal(control_add(r->control, ends[0]), 0);
		assert_holds(ask(r, ends[1], "{\"cmd\":\"leave\"}\n"),
		    peers[i].may ? "\"ok\":true" : "\"denied\"");
		assert_holds(
		    ask(r, ends[1], "{\"cmd\":\"show\",\"what\":\"zebra\"}\n"), "\"ok\":true");
		close(ends[1]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_show),
		TEST(test_why),
		TEST(test_changes),
		TEST(test_reload_waits),
		TEST(test_bad_lines),
		TEST(test_half_lines_and_many),
		TEST(test_long_line),
		TEST(test_many_clients),
		TEST(test_only_monitors),
		TEST(test_monitor),
		TEST(test_deaf_client),
		TEST(test_close),
		TEST(test_denied),
		TEST(test_peer),
	};

	signal(SIGPIPE, SIG_IGN); /* as an engine does */
	log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
