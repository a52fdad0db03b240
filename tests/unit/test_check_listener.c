/*
 * listener checks on real sockets.
 */
#include "test_check_help.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/listener.h"

/* With an interval of an hour what comes after the first verdict comes of events alone. */
static struct probed
make(int type, uint16_t port, const char *listen_at)
{
	struct probed p = probed_make(CHECK_LISTENER, NULL, port);

	p.conf.transport = type == SOCK_STREAM ? TRANSPORT_TCP : TRANSPORT_UDP;
	p.conf.interval = 3600000;
	p.conf.any_address = listen_at == NULL;
	if (listen_at != NULL)
		assert_int_equal(prefix_parse(&p.conf.listen, listen_at), 0);
	return p;
}

/* For what must not happen: let the events come that there are. */
static void
rest(struct rig *rig)
{
	int i;

	for (i = 0; i < 10; i++)
		rig_turn(rig);
}

static void
expect_gone(struct rig *rig, struct probed *p)
{
	probed_expect(rig, p, CAUSE_NO_SOCKET, "any more");
	assert_true(p->last.final);
}

static void
one_socket(int type, const char *addr)
{
	struct probed p;
	struct rig rig;
	int fd;

	rig_open(&rig, NULL);
	fd = bind_at(type, addr, 0, 1, false);
	p = make(type, port_of(fd), addr);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "1 ");
	assert_int_not_equal(listener_watch_fd(rig.ctx.listener), -1);
	close(fd);
	expect_gone(&rig, &p);
	check_now(p.check);
	probed_expect(&rig, &p, CAUSE_NO_SOCKET, addr);
	assert_false(p.last.final);
	/* and back */
	fd = bind_at(type, addr, p.conf.port, 1, false);
	check_now(p.check);
	probed_expect(&rig, &p, CAUSE_OK, "");
	close(fd);
	expect_gone(&rig, &p);
	probed_stop(&p);
	rig_close(&rig);
}

static void
test_one_socket(void **state)
{
	(void)state;
	one_socket(SOCK_DGRAM, "127.0.0.1");
	one_socket(SOCK_STREAM, "127.0.0.1");
	one_socket(SOCK_DGRAM, "::1");
	one_socket(SOCK_STREAM, "::1");
}

struct served {
	const char *bound, *wanted;
	int v6only;
	bool passes;
};

static void
test_addresses(void **state)
{
	static const struct served cases[] = {
		{ "0.0.0.0", "192.0.2.1", 0, true },
		{ "0.0.0.0", "2001:db8::1", 0, false },
		{ "::", "192.0.2.1", 0, true },
		{ "::", "192.0.2.1", 1, false },
		{ "::", "2001:db8::1", 1, true },
		{ "::ffff:127.0.0.1", "127.0.0.1", 0, true },
		{ "::ffff:127.0.0.1", "127.0.0.2", 0, false },
		{ "127.0.0.1", "127.0.0.2", 0, false },
		{ "127.0.0.1", "127.0.0.0/24", 0, true },
		{ "::1", "127.0.0.1", 0, false },
	};
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, NULL);
	for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const struct served *c = &cases[i / 2];
		int fd = bind_at(types[i % 2], c->bound, 0, c->v6only, false);
		struct probed p = make(types[i % 2], port_of(fd), c->wanted);

		probed_start(&rig, &p, NULL, 0);
		WAIT_FOR(&rig, p.n > 0);
		if (p.last.cause != (c->passes ? CAUSE_OK : CAUSE_NO_SOCKET))
			fail_msg("%s for %s: %s", c->bound, c->wanted, p.last.text);
		close(fd);
		if (c->passes)
			expect_gone(&rig, &p);
		probed_stop(&p);
	}
	rig_close(&rig);
}

/* Of two sockets for two prefixes one goes. */
static void
test_each_prefix(void **state)
{
	struct prefix prefixes[2];
	struct probed p;
	struct rig rig;
	int a, b;

	(void)state;
	rig_open(&rig, NULL);
	prefix_parse(&prefixes[0], "127.0.0.2");
	prefix_parse(&prefixes[1], "127.0.0.3");
	a = bind_at(SOCK_DGRAM, "127.0.0.2", 0, 0, false);
	b = bind_at(SOCK_DGRAM, "127.0.0.3", port_of(a), 0, false);
	p = make(SOCK_DGRAM, port_of(a), "127.0.0.9");
	p.conf.listen.family = 0;
	probed_start(&rig, &p, prefixes, 2);
	probed_expect(&rig, &p, CAUSE_OK, "2 udp sockets");
	close(b);
	probed_expect(&rig, &p, CAUSE_NO_SOCKET, "127.0.0.3#");
	assert_true(p.last.final);
	check_now(p.check);
	probed_expect(&rig, &p, CAUSE_NO_SOCKET, ", 1 elsewhere");
	probed_stop(&p);
	close(a);
	rig_close(&rig);
}

/* Workers, a reload: as long as one socket serves there is nothing to tell. */
static void
test_reuseport(void **state)
{
	struct probed p;
	struct rig rig;
	int a, b, c;

	(void)state;
	rig_open(&rig, NULL);
	a = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, true);
	b = bind_at(SOCK_DGRAM, "127.0.0.1", port_of(a), 0, true);
	p = make(SOCK_DGRAM, port_of(a), "127.0.0.1");
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "2 udp sockets");
	close(a);
	rest(&rig);
	assert_int_equal(p.n, 1);
	/* the server starts anew; this socket is known by no dump yet */
	c = bind_at(SOCK_DGRAM, "127.0.0.1", p.conf.port, 0, true);
	close(b);
	rest(&rig);
	assert_int_equal(p.n, 1);
	close(c);
	expect_gone(&rig, &p);
	probed_stop(&p);
	rig_close(&rig);
}

/* A socket shared by processes goes with the last of them. */
static void
test_shared_by_fork(void **state)
{
	struct probed p;
	struct rig rig;
	pid_t pid;
	int fd;

	(void)state;
	rig_open(&rig, NULL);
	fd = bind_at(SOCK_STREAM, "127.0.0.1", 0, 0, false);
	p = make(SOCK_STREAM, port_of(fd), "127.0.0.1");
	if ((pid = fork()) == 0) {
		pause();
		_exit(0);
	}
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "1 tcp socket");
	close(fd);
	rest(&rig);
	assert_int_equal(p.n, 1);
	kill(pid, SIGKILL);
	expect_gone(&rig, &p);
	waitpid(pid, NULL, 0);
	probed_stop(&p);
	rig_close(&rig);
}

static void
test_what_does_not_serve(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	const int on = 1;
	struct probed p;
	struct rig rig;
	int fd;

	(void)state;
	rig_open(&rig, NULL);
	/* a connected UDP socket */
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	p = make(SOCK_DGRAM, port_of(fd), NULL);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_NO_SOCKET, "no udp socket at any address#");
	probed_stop(&p);
	close(fd);
	/* a TCP socket that is bound and does not listen */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_port = 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	p = make(SOCK_STREAM, port_of(fd), NULL);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_NO_SOCKET, "no tcp socket");
	/* listens, then no more without being closed: seen at the next interval */
	assert_int_equal(listen(fd, 5), 0);
	check_now(p.check);
	probed_expect(&rig, &p, CAUSE_OK, "");
	shutdown(fd, SHUT_RDWR);
	check_now(p.check);
	expect_gone(&rig, &p);
	probed_stop(&p);
	close(fd);
	rig_close(&rig);
}

static void
flood(void)
{
	int i;

	for (i = 0; i < 3000; i++)
		close(bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false));
}

/* Other sockets' deaths: kept away by the filter; without it they fill the buffer. */
static void
test_lost_events(void **state)
{
	const int small = 2048;
	struct probed p;
	struct rig rig;
	char buf[64];
	int fd, events;

	(void)state;
	rig_open(&rig, NULL);
	fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	p = make(SOCK_DGRAM, port_of(fd), "127.0.0.1");
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_OK, "");
	events = listener_watch_fd(rig.ctx.listener);
	setsockopt(events, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	flood();
	usleep(50000);
	assert_int_equal(recv(events, buf, sizeof(buf), MSG_DONTWAIT | MSG_PEEK), -1);
	assert_int_equal(errno, EAGAIN);
	setsockopt(events, SOL_SOCKET, SO_DETACH_FILTER, &small, sizeof(small));
	flood();
	close(fd);
	flood();
	usleep(50000);
	expect_gone(&rig, &p);
	probed_stop(&p);
	rig_close(&rig);
}

static void
test_no_descriptors(void **state)
{
	struct probed p;
	struct rig rig;
	struct rlimit old, none;
	int fd;

	(void)state;
	rig_open(&rig, NULL);
	fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	p = make(SOCK_DGRAM, port_of(fd), NULL);
	p.conf.interval = 10;
	/* what the kernel can't tell is our own fault, not the server's */
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	probed_start(&rig, &p, NULL, 0);
	probed_expect(&rig, &p, CAUSE_LOCAL, "Too many open files");
	setrlimit(RLIMIT_NOFILE, &old);
	p.conf.interval = 3600000;
	probed_become(&rig, &p, CAUSE_OK, "");
	close(fd);
	expect_gone(&rig, &p); /* events came to be, too */
	probed_stop(&p);
	rig_close(&rig);
}

/* Many checks of one port, each of which frees another when told. */
static struct probed many[20];

static void
free_next(void *arg, const struct verdict *v)
{
	struct probed *p = arg, *next = p + 1;

	p->n++;
	p->last = *v;
	if (v->cause != CAUSE_OK && next < many + 20 && next->check != NULL)
		probed_stop(next);
}

static void
test_shared_port(void **state)
{
	struct rig rig;
	int i, fd;

	(void)state;
	rig_open(&rig, NULL);
	fd = bind_at(SOCK_DGRAM, "127.0.0.1", 0, 0, false);
	for (i = 0; i < 20; i++) {
		many[i] = make(SOCK_DGRAM, port_of(fd), "127.0.0.1");
		many[i].check =
		    check_new(&rig.ctx, "s", &many[i].conf, NULL, 0, free_next, &many[i]);
		check_start(many[i].check);
		check_now(many[i].check);
	}
	for (i = 0; i < 20; i++)
		WAIT_FOR(&rig, many[i].n > 0 && many[i].last.cause == CAUSE_OK);
	close(fd);
	for (i = 0; i < 20; i++)
		WAIT_FOR(&rig, many[i].check == NULL || many[i].last.cause == CAUSE_NO_SOCKET);
	for (i = 0; i < 20; i++) {
		if (many[i].check != NULL)
			probed_stop(&many[i]);
	}
	rig_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_socket),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_each_prefix),
		cmocka_unit_test(test_reuseport),
		cmocka_unit_test(test_shared_by_fork),
		cmocka_unit_test(test_what_does_not_serve),
		cmocka_unit_test(test_lost_events),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_shared_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
