/*
 * Base: prefixes, log lines, packets between processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/ipc.h"
#include "base/log.h"

static void
prefixes_are_parsed_and_printed(void **state)
{
	static const struct {
		const char *text, *printed; /* printed NULL: refused */
	} table[] = {
		{ "10.1.53.1", "10.1.53.1/32" },
		{ "10.1.53.1/32", "10.1.53.1/32" },
		{ "10.1.0.0/16", "10.1.0.0/16" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "2001:DB8::53", "2001:db8::53/128" },
		{ "2001:db8::/33", "2001:db8::/33" },
		{ "10.1.53.1/16", NULL },
		{ "10.1.53.1/33", NULL },
		{ "10.1.53.1/", NULL },
		{ "10.1.53.1/-1", NULL },
		{ "10.1.53.1/ 8", NULL },
		{ "10.1.53/24", NULL },
		{ "2001:db8::1/129", NULL },
		{ "2001:db8::1/64", NULL },
		{ "", NULL },
		{ "/32", NULL },
		{ "localhost", NULL },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:0",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char buf[PREFIX_STRLEN];
		struct prefix p;
		int got = prefix_parse(&p, table[i].text);

		if (table[i].printed == NULL) {
			assert_int_equal(got, -1);
			continue;
		}
		assert_int_equal(got, 0);
		assert_string_equal(prefix_print(&p, buf), table[i].printed);
	}
}

static void
a_network_covers_what_is_in_it(void **state)
{
	static const struct {
		const char *net, *inside;
		bool covers;
	} table[] = {
		{ "10.0.0.0/8", "10.1.53.1/32", true },
		{ "10.1.53.1/32", "10.1.53.1/32", true },
		{ "10.1.53.1/32", "10.0.0.0/8", false },
		{ "10.1.52.0/23", "10.1.53.1/32", true },
		{ "10.1.54.0/23", "10.1.53.1/32", false },
		{ "0.0.0.0/0", "10.1.53.1/32", true },
		{ "::/0", "10.1.53.1/32", false },
		{ "2001:db8::/33", "2001:db8:7fff::/48", true },
		{ "2001:db8::/33", "2001:db8:8000::/48", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct prefix net, inside;

		assert_int_equal(prefix_parse(&net, table[i].net), 0);
		assert_int_equal(prefix_parse(&inside, table[i].inside), 0);
		assert_int_equal(prefix_covers(&net, &inside), table[i].covers);
	}
}

static void
prefixes_have_an_order(void **state)
{
	static const char *const sorted[] = { "10.0.0.0/8", "10.0.0.0/32", "10.1.53.1/32",
		"192.0.2.0/24", "::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8::1/128" };
	size_t n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		struct prefix a, b;
		int r;

		assert_int_equal(prefix_parse(&a, sorted[i / n]), 0);
		assert_int_equal(prefix_parse(&b, sorted[i % n]), 0);
		r = prefix_compare(&a, &b);
		assert_true(i / n < i % n ? r < 0 : i / n > i % n ? r > 0 : r == 0);
		assert_int_equal(prefix_equal(&a, &b), i / n == i % n);
	}
}

static void
an_event_is_one_line(void **state)
{
	char line[256], small[24];
	struct log_event ev = EVENT("service.down", LOG_LEVEL_NOTICE, .service = "resolver",
	    .check = "soa", .cause = "refused", .from = "up", .to = "down", .took_us = 1205,
	    .text = "said \"no\" twice");

	(void)state;
	log_format(&ev, line, sizeof(line));
	assert_string_equal(line,
	    "service.down service=resolver check=soa cause=refused from=up to=down took=1.205ms "
	    "text=\"said \\\"no\\\" twice\"");
	assert_int_equal(log_format(&ev, small, sizeof(small)), sizeof(small) - 1);
	assert_int_equal(strlen(small), sizeof(small) - 1);
}

static void
a_time_is_printed_as_wall_time(void **state)
{
	char buf[CLOCK_STRLEN];

	(void)state;
	clock_print(clock_us(), buf);
	assert_int_equal(strlen(buf), strlen("2026-11-21T13:44:06.123456Z"));
	assert_int_equal(buf[strlen(buf) - 1], 'Z');
	assert_string_equal(clock_print_wall(1795267446000042, buf), "2026-11-21T13:24:06.000042Z");
	assert_string_equal(clock_print_wall(1795267446987650, buf), "2026-11-21T13:24:06.987650Z");
	assert_string_equal(clock_print_wall(1795267447000000, buf), "2026-11-21T13:24:07.000000Z");
}

static void
packets_go_and_come(void **state)
{
	struct log_event ev = EVENT("route.announced", LOG_LEVEL_NOTICE, .prefix = "10.1.53.1/32",
			     .tag = 53),
			 back;
	struct ipc_msg out = { .type = IPC_LEASE, .service = 7 }, in;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	out.lease.until = 123456;
	assert_int_equal(ipc_send(fds[0], &out), 0);
	assert_int_equal(ipc_receive(fds[1], &in), 1);
	assert_int_equal(in.type, IPC_LEASE);
	assert_int_equal(in.service, 7);
	assert_int_equal(in.lease.until, 123456);

	ipc_from_event(&out, &ev);
	assert_int_equal(ipc_send(fds[0], &out), 0);
	assert_int_equal(ipc_receive(fds[1], &in), 1);
	back = ipc_to_event(&in);
	assert_string_equal(back.name, ev.name);
	assert_string_equal(back.prefix, ev.prefix);
	assert_null(back.service);
	assert_int_equal(back.tag, 53);

	assert_int_equal(ipc_receive(fds[1], &in), -1);
	assert_int_equal(errno, EAGAIN);
	close(fds[0]);
	assert_int_equal(ipc_receive(fds[1], &in), 0);
	close(fds[1]);
}

/* The engine may have been taken over: what is not a message is refused, whatever it is. */
static void
bad_packets_are_refused(void **state)
{
	struct ipc_msg msg = { .type = IPC_REVOKE }, in;
	uint32_t head[2] = { IPC_TYPES, 0 };
	char large[2 * sizeof(struct ipc_msg)];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	memset(large, 0, sizeof(large));
	assert_int_equal(send(fds[0], head, sizeof(head), 0), sizeof(head)); /* no such type */
	head[0] = IPC_LEASE;
	assert_int_equal(send(fds[0], head, sizeof(head), 0), sizeof(head));	/* no body */
	assert_int_equal(send(fds[0], head, 3, 0), 3);				/* no head */
	assert_int_equal(send(fds[0], large, sizeof(large), 0), sizeof(large)); /* too long */
	memset(msg.revoke.cause, 'x', sizeof(msg.revoke.cause)); /* a string without an end */
	assert_int_equal(ipc_send(fds[0], &msg), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(ipc_receive(fds[1], &in), -1);
		assert_int_equal(errno, EBADMSG);
	}
	close(fds[0]);
	close(fds[1]);
}

/* Neither true nor false would be both. */
static void
a_bool_is_one_of_two(void **state)
{
	struct ipc_msg msg = { .type = IPC_DRAIN }, in;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	memset(&msg.drain.on, 2, 1);
	assert_int_equal(ipc_send(fds[0], &msg), 0);
	assert_int_equal(ipc_receive(fds[1], &in), -1);
	assert_int_equal(errno, EBADMSG);
	memset(&msg.drain.on, 1, 1);
	assert_int_equal(ipc_send(fds[0], &msg), 0);
	assert_int_equal(ipc_receive(fds[1], &in), 1);
	assert_true(in.drain.on);
	close(fds[0]);
	close(fds[1]);
}

static size_t
read_all(int fd, char *buf, size_t size)
{
	ssize_t n = read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Lines that are gathered are whole, in order, and never behind a warning. */
static void
gathered_lines_come_at_the_flush(void **state)
{
	char buf[65536], *line;
	int pair[2], saved = dup(STDERR_FILENO), n = 0, next = 0;

	(void)state;
	assert_int_equal(pipe2(pair, O_NONBLOCK), 0);
	assert_int_equal(dup2(pair[1], STDERR_FILENO), STDERR_FILENO);
	log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	log_gather(true);
	log_info("first");
	assert_int_equal(read_all(pair[0], buf, sizeof(buf)), 0);
	log_flush();
	assert_true(read_all(pair[0], buf, sizeof(buf)) > 0);
	log_info("second");
	log_warnx("third");
	read_all(pair[0], buf, sizeof(buf));
	assert_non_null(strstr(buf, "info: second\n"));
	assert_true(strstr(buf, "second") < strstr(buf, "third"));
	for (int i = 0; i < 200; i++)
		log_info("number %d", i);
	assert_true(read_all(pair[0], buf, sizeof(buf)) > 4096);
	log_gather(false);
	read_all(pair[0], buf + strlen(buf), sizeof(buf) - strlen(buf));
	for (line = buf; (line = strstr(line, "number ")) != NULL; line++, next++) {
		assert_int_equal(sscanf(line, "number %d\n", &n), 1);
		assert_int_equal(n, next);
	}
	assert_int_equal(next, 200);
	log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_DEBUG);
	log_gather(true);
	log_debug("at once");
	assert_true(read_all(pair[0], buf, sizeof(buf)) > 0);
	log_gather(false);
	log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pair[0]);
	close(pair[1]);
}

/* Whoever writes the log must not wait for its reader. */
static void
a_full_pipe_stops_nobody(void **state)
{
	struct log_event ev = EVENT("service.down", LOG_LEVEL_ERR, .service = "resolver");
	int pair[2], saved = dup(STDERR_FILENO);

	(void)state;
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(dup2(pair[1], STDERR_FILENO), STDERR_FILENO);
	alarm(10);
	for (int i = 0; i < 10000; i++)
		log_event(&ev);
	alarm(0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_parsed_and_printed),
		cmocka_unit_test(a_network_covers_what_is_in_it),
		cmocka_unit_test(prefixes_have_an_order),
		cmocka_unit_test(an_event_is_one_line),
		cmocka_unit_test(a_time_is_printed_as_wall_time),
		cmocka_unit_test(packets_go_and_come),
		cmocka_unit_test(bad_packets_are_refused),
		cmocka_unit_test(a_bool_is_one_of_two),
		cmocka_unit_test(gathered_lines_come_at_the_flush),
		cmocka_unit_test(a_full_pipe_stops_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
