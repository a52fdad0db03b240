/*
 * What a service manager hears: the socket it named, and the keeper's words to it.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/notify.h"
#include "keeper/manager.h"

static void
an_address_is_a_path_or_a_name(void **state)
{
	char longest[109] = "/", name[16];
	struct sockaddr_un un;

	(void)state;
	memset(longest + 1, 'x', 107);
	assert_int_equal(notify_address(longest, &un), 0);
	longest[107] = '\0';
	assert_int_equal(notify_address(longest, &un), sizeof(un));
	assert_string_equal(un.sun_path, longest);
	assert_int_equal(notify_address("@ab", &un), offsetof(struct sockaddr_un, sun_path) + 3);
	memcpy(name, un.sun_path, 3);
	assert_memory_equal(name, "\0ab", 3);
	assert_int_equal(notify_address("", &un), 0);
	assert_int_equal(notify_address("/", &un), 0);
	assert_int_equal(notify_address("@", &un), 0);
	assert_int_equal(notify_address("vsock:2:1234", &un), 0);
	assert_int_equal(notify_address("run/notify", &un), 0);
}

static void
a_watchdog_is_a_number_for_us(void **state)
{
	(void)state;
	assert_int_equal(notify_watchdog("5000000", NULL, 7), 5000);
	assert_int_equal(notify_watchdog("5000000", "7", 7), 5000);
	assert_int_equal(notify_watchdog("5000000", "8", 7), 0);
	assert_int_equal(notify_watchdog("5000000", "", 7), 0);
	assert_int_equal(notify_watchdog("1", NULL, 7), 1);
	assert_int_equal(notify_watchdog(NULL, "7", 7), 0);
	assert_int_equal(notify_watchdog("", NULL, 7), 0);
	assert_int_equal(notify_watchdog("0", NULL, 7), 0);
	assert_int_equal(notify_watchdog("-1", NULL, 7), 0);
	assert_int_equal(notify_watchdog("5s", NULL, 7), 0);
	assert_int_equal(notify_watchdog("99999999999999999999", NULL, 7), 0);
}

/* A manager at an abstract name, as systemd's in a container, or at a path. */
static int
listen_at(const char *name)
{
	struct sockaddr_un un;
	socklen_t len = notify_address(name, &un);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(len, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, len), 0);
	return fd;
}

static void
hears(int fd, const char *wanted)
{
	char word[512];
	ssize_t n = recv(fd, word, sizeof(word) - 1, MSG_DONTWAIT);

	assert_int_not_equal(n, -1);
	word[n] = '\0';
	if (strncmp(word, wanted, strlen(wanted)) != 0)
		fail_msg("heard \"%s\", not \"%s\"", word, wanted);
}

static void
the_socket_of_the_environment_is_reached(void **state)
{
	char folder[] = "/tmp/zc-notify-XXXXXX", names[2][64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(names[0], sizeof(names[0]), "%s/socket", folder);
	snprintf(names[1], sizeof(names[1]), "@%s", folder);
	for (int i = 0; i < 2; i++) {
		int manager = listen_at(names[i]);
		struct notify n;

		setenv("NOTIFY_SOCKET", names[i], 1);
		setenv("WATCHDOG_USEC", "3000000", 1);
		notify_open(&n);
		assert_null(getenv("NOTIFY_SOCKET"));
		assert_null(getenv("WATCHDOG_USEC"));
		assert_int_equal(n.watchdog_ms, 3000);
		if (i == 0) /* it was opened: what becomes of the path is nothing to it */
			assert_int_equal(unlink(names[0]), 0);
		assert_true(notify_tell(&n, "READY=1"));
		hears(manager, "READY=1");
		close(n.fd);
		close(manager);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void
without_a_socket_nothing_is_said(void **state)
{
	static const char *const nowhere[] = { NULL, "", "relative", "/nowhere/at/all" };

	(void)state;
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		struct notify n;

		unsetenv("NOTIFY_SOCKET");
		if (nowhere[i] != NULL)
			setenv("NOTIFY_SOCKET", nowhere[i], 1);
		setenv("WATCHDOG_USEC", "3000000", 1);
		notify_open(&n);
		assert_int_equal(n.fd, -1);
		assert_int_equal(n.watchdog_ms, 0);
		assert_true(notify_tell(&n, "READY=1"));
	}
}

struct world {
	struct event_base *base;
	struct manager *manager;
	int heard; /* the other end */
	int gone;
};

static void
on_gone(void *arg)
{
	((struct world *)arg)->gone++;
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int pair[2];

	w->base = event_base_new();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	w->heard = pair[1];
	w->manager = manager_new(w->base,
	    &(struct notify){ .fd = pair[0], .watchdog_ms = MANAGER_ENGINE_LOST_MS }, on_gone, w);
	*state = w;
	return w->manager != NULL ? 0 : -1;
}

static int
finish(void **state)
{
	struct world *w = *state;

	manager_free(w->manager);
	if (w->heard != -1)
		close(w->heard);
	event_base_free(w->base);
	free(w);
	return 0;
}

static void
it_hears_of_the_start_the_reloads_and_the_end(void **state)
{
	struct world *w = *state;

	manager_refused(w->manager, "before the start is over");
	manager_reloading(w->manager);
	manager_ready(w->manager, "2 services");
	hears(w->heard, "READY=1\nMAINPID=");
	manager_reloading(w->manager);
	hears(w->heard, "RELOADING=1\nMONOTONIC_USEC=");
	manager_refused(w->manager, "errors");
	hears(w->heard, "READY=1\n");
	manager_stopping(w->manager, 1500, "going");
	hears(w->heard, "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000\nSTATUS=going");
	assert_int_equal(recv(w->heard, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
}

static void
the_end_of_the_parent_is_said_once(void **state)
{
	struct world *w = *state;

	close(w->heard);
	w->heard = -1;
	for (int i = 0; i < 3; i++)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_int_equal(w->gone, 1);
	manager_ready(w->manager, "to nobody");
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_int_equal(w->gone, 1);
}

/* What did not fit is said later, and only the last of it. */
static void
a_manager_that_does_not_read_hinders_nobody(void **state)
{
	struct world *w = *state;
	struct manager *m;
	int pair[2], words = 0, size = 1;
	char word[512];
	ssize_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	m = manager_new(w->base, &(struct notify){ .fd = pair[0], .watchdog_ms = 2 }, NULL, NULL);
	assert_non_null(m);
	alarm(20);
	for (int i = 0; i < 1000; i++)
		manager_ready(m, "again");
	manager_stopping(m, 1, "the end");
	while (recv(pair[1], word, sizeof(word), MSG_DONTWAIT) > 0)
		words++;
	assert_in_range(words, 1, 999);
	do {
		event_base_loop(w->base, EVLOOP_ONCE);
		n = recv(pair[1], word, sizeof(word) - 1, MSG_DONTWAIT);
		word[n > 0 ? n : 0] = '\0';
	} while (strncmp(word, "STOPPING=1", 10) != 0);
	alarm(0);
	manager_free(m);
	close(pair[1]);
}

static void
a_pulse_is_given_while_an_engine_speaks(void **state)
{
	struct world *w = *state;
	struct manager *m;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	m = manager_new(w->base, &(struct notify){ .fd = pair[0], .watchdog_ms = 2 }, NULL, NULL);
	assert_non_null(m);
	alarm(20);
	for (int i = 0; i < 3; i++) {
		event_base_loop(w->base, EVLOOP_ONCE);
		hears(pair[1], "WATCHDOG=1");
		manager_heard_engine(m);
	}
	alarm(0);
	manager_free(m);
	close(pair[1]);
	assert_true(manager_gives_pulse(0, 1000));
	assert_true(manager_gives_pulse(29, 1000));
	assert_false(manager_gives_pulse(30, 1000));
	assert_true(manager_gives_pulse(0, 60000)); /* one word in a period is enough */
	assert_false(manager_gives_pulse(1, 60000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_a_path_or_a_name),
		cmocka_unit_test(a_watchdog_is_a_number_for_us),
		cmocka_unit_test(the_socket_of_the_environment_is_reached),
		cmocka_unit_test(without_a_socket_nothing_is_said),
		cmocka_unit_test_setup_teardown(
		    it_hears_of_the_start_the_reloads_and_the_end, begin, finish),
		cmocka_unit_test_setup_teardown(the_end_of_the_parent_is_said_once, begin, finish),
		cmocka_unit_test_setup_teardown(
		    a_manager_that_does_not_read_hinders_nobody, begin, finish),
		cmocka_unit_test_setup_teardown(
		    a_pulse_is_given_while_an_engine_speaks, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
