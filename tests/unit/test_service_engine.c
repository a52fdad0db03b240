/*
 * A whole engine, sandbox and all, between a keeper and a server that the test
 * plays: what is said to the keeper, and what comes of what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ipc.h"
#include "engine/engine.h"

#define TEXT(s) ((char *)(uintptr_t)(s))
#define PATIENCE_MS 5000
#define TAG 53

struct stage {
	struct conf conf;
	struct conf_service service;
	struct conf_check checks[2];
	struct prefix prefix;
	int link, control, runner, server;
	char path[64];
	pid_t pid;
	struct ipc_msg msg; /* the last one received */
};

/* A server that accepts: the backlog does. Returns its port. */
static uint16_t
serve(struct stage *s, uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t len = sizeof(addr);
	int on = 1;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(s->server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(s->server, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(s->server, 1024), 0);
	getsockname(s->server, (struct sockaddr *)&addr, &len);
	return ntohs(addr.sin_port);
}

static void
stop_serving(struct stage *s)
{
	close(s->server);
	s->server = -1;
}

static void
describe(struct stage *s)
{
	struct passwd *nobody = getpwnam("nobody");
	struct group *group = nobody != NULL ? getgrgid(nobody->pw_gid) : NULL;

	memset(s, 0, sizeof(*s));
	prefix_parse(&s->prefix, "192.0.2.53/32");
	s->checks[0] = (struct conf_check){ .name = TEXT("port"),
		.kind = CHECK_TCP,
		.server = TEXT("127.0.0.1"),
		.port = serve(s, 0),
		.interval = 50,
		.fast = 20,
		.timeout = 500,
		.rise = 1,
		.fall = 2 };
	s->checks[1] = s->checks[0];
	s->checks[1].name = TEXT("own");
	s->checks[1].server = NULL;
	s->checks[1].target = TARGET_SERVICE;
	s->service = (struct conf_service){ .name = TEXT("web"),
		.prefixes = &s->prefix,
		.nprefixes = 1,
		.label = TEXT(""),
		.vrf = TEXT("default"),
		.interface = TEXT("lo"),
		.tag = TAG,
		.require = 1,
		.checks = s->checks,
		.nchecks = 1,
		.file = TEXT("") };
	s->conf = (struct conf){ .user = TEXT("nobody"),
		.group = group != NULL ? group->gr_name : TEXT("nogroup"),
		.control_group = TEXT("root"),
		.zebra_socket = TEXT("/run/frr/zserv.api"),
		.services = &s->service,
		.nservices = 1,
		.log_level = LOG_LEVEL_ERR };
}

static int
listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
be_engine(struct stage *s, int link, int runner)
{
	/* away from the places they go to */
	int fds[3] = { fcntl(link, F_DUPFD, 20), fcntl(s->control, F_DUPFD, 20),
		fcntl(runner, F_DUPFD, 20) };

	dup2(fds[0], IPC_FD_LINK);
	dup2(fds[1], IPC_FD_CONTROL);
	dup2(fds[2], IPC_FD_RUNNER);
	close(IPC_FD_CONF);
	close_range(IPC_FD_RUNNER + 1, ~0U, 0);
	log_open("engine", LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
	_exit(engine_main(&s->conf));
}

static void
start(struct stage *s)
{
	int link[2], runner[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, runner), 0);
	snprintf(s->path, sizeof(s->path), "/tmp/zc-test-%d.sock", (int)getpid());
	s->control = listen_at(s->path);
	fflush(stdout);
	s->pid = fork();
	if (s->pid == 0)
		be_engine(s, link[1], runner[1]);
	close(link[1]);
	close(runner[1]);
	s->link = link[0];
	s->runner = runner[0];
}

static void
tell(struct stage *s, struct ipc_msg msg)
{
	assert_int_equal(ipc_send(s->link, &msg), 0);
}

static void
tell_route(struct stage *s, enum route_state state)
{
	struct ipc_msg msg = { .type = IPC_ROUTE };

	msg.route.state = state;
	msg.route.since_us = clock_us();
	tell(s, msg);
}

/* Waits for a message of this type; others are let go. False: it did not come. */
static bool
hear(struct stage *s, enum ipc_type type, int patience_ms)
{
	int64_t deadline = clock_ms() + patience_ms;
	struct pollfd poller = { .fd = s->link, .events = POLLIN };
	int64_t left;

	while ((left = deadline - clock_ms()) > 0) {
		if (poll(&poller, 1, (int)left) != 1)
			continue;
		if (ipc_receive(s->link, &s->msg) != 1)
			return false;
		if (s->msg.type == type)
			return true;
	}
	return false;
}

/* Nothing more is under way. */
static void
hear_out(struct stage *s)
{
	while (ipc_receive(s->link, &s->msg) == 1)
		;
}

static int
finish(struct stage *s)
{
	int status;

	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	close(s->link);
	close(s->control);
	close(s->runner);
	if (s->server != -1)
		close(s->server);
	unlink(s->path);
	return status;
}

static void
quit(struct stage *s)
{
	tell(s, (struct ipc_msg){ .type = IPC_QUIT });
	assert_int_equal(finish(s), 0);
}

/* One request, one answer. */
static void
ask(struct stage *s, const char *request, char *answer, size_t size)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t len = 0;
	ssize_t n;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", s->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	shutdown(fd, SHUT_WR);
	while (len < size - 1 && (n = read(fd, answer + len, size - 1 - len)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
}

static void
test_life(void **state)
{
	char answer[16384];
	struct stage s;
	int64_t until;

	(void)state;
	describe(&s);
	start(&s);
	assert_false(hear(&s, IPC_READY, 200)); /* nothing before IPC_BEGIN */
	tell(&s, (struct ipc_msg){ .type = IPC_ZEBRA, .zebra = { .state = ZEBRA_UP } });
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_READY, PATIENCE_MS));
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	until = s.msg.lease.until;
	assert_int_equal(s.msg.lease.tag, TAG);
	assert_true(until > clock_ms() && until <= clock_ms() + 2 * 50 + 500 + 1000);
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	assert_true(s.msg.lease.until > until);

	tell_route(&s, ROUTE_ANNOUNCED);
	ask(&s, "{\"cmd\":\"why\",\"service\":\"web\"}\n", answer, sizeof(answer));
	assert_non_null(strstr(answer, "service web: up for "));
	assert_non_null(strstr(answer, "route 192.0.2.53/32: announced"));

	stop_serving(&s);
	hear_out(&s);
	assert_true(hear(&s, IPC_REVOKE, PATIENCE_MS));
	assert_string_equal(s.msg.revoke.cause, "refused");
	assert_string_equal(s.msg.revoke.check, "port");
	assert_true(s.msg.revoke.verdict_us > 0 && s.msg.revoke.verdict_us <= clock_us());
	assert_true(hear(&s, IPC_CHECKPOINT, PATIENCE_MS));
	assert_false(hear(&s, IPC_LEASE, 200));

	serve(&s, s.checks[0].port);
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	quit(&s);
}

static void
test_drain(void **state)
{
	char answer[4096];
	struct stage s;

	(void)state;
	describe(&s);
	start(&s);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	ask(&s, "{\"cmd\":\"drain\",\"service\":\"web\",\"reason\":\"new disk\"}\n", answer,
	    sizeof(answer));
	if (geteuid() == 0 || strstr(answer, "true") != NULL) {
		assert_non_null(strstr(answer, "\"ok\":true"));
		assert_true(hear(&s, IPC_DRAIN, PATIENCE_MS));
		assert_true(s.msg.drain.on);
		assert_string_equal(s.msg.drain.reason, "new disk");
		assert_true(hear(&s, IPC_REVOKE, PATIENCE_MS));
		assert_false(hear(&s, IPC_LEASE, 200));
		ask(&s, "{\"cmd\":\"undrain\",\"service\":\"web\"}\n", answer, sizeof(answer));
		assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	}
	quit(&s);
}

static void
test_begins_drained(void **state)
{
	struct ipc_msg msg = { .type = IPC_DRAINED };
	struct stage s;

	(void)state;
	describe(&s);
	start(&s);
	msg.drain.on = true;
	tell(&s, msg);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_REVOKE, PATIENCE_MS));
	assert_false(hear(&s, IPC_LEASE, 300));
	msg.drain.on = false;
	tell(&s, msg);
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	quit(&s);
}

/* Another engine goes on where one ended: up is not revoked by one failure. */
static void
test_restore(void **state)
{
	struct ipc_msg checkpoint;
	struct stage s;

	(void)state;
	describe(&s);
	start(&s);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_CHECKPOINT, PATIENCE_MS));
	checkpoint = s.msg;
	close(s.link); /* the keeper is gone: so is the engine */
	s.link = -1;
	assert_true(WIFEXITED(finish(&s)));

	describe(&s);
	s.checks[0].interval = 300;
	s.checks[0].fast = 300;
	stop_serving(&s);
	start(&s);
	checkpoint.type = IPC_RESTORE;
	tell(&s, checkpoint);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_READY, PATIENCE_MS));
	assert_false(hear(&s, IPC_REVOKE, 250)); /* at most one probe of two */
	assert_true(hear(&s, IPC_REVOKE, PATIENCE_MS));
	quit(&s);
}

/* The service's own address does not answer once announced: withdrawn, and not up again at once. */
static void
test_own_address(void **state)
{
	char answer[8192];
	struct stage s;

	(void)state;
	describe(&s);
	s.service.nchecks = s.service.require = 2;
	prefix_parse(&s.prefix, "127.0.0.77/32");
	start(&s);
	tell_route(&s, ROUTE_WITHDRAWN);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	tell_route(&s, ROUTE_ANNOUNCED);
	assert_true(hear(&s, IPC_REVOKE, PATIENCE_MS));
	assert_string_equal(s.msg.revoke.check, "own");
	tell_route(&s, ROUTE_WITHDRAWN);
	assert_false(hear(&s, IPC_LEASE, 300));
	ask(&s, "{\"cmd\":\"show\",\"what\":\"checks\"}\n", answer, sizeof(answer));
	assert_non_null(strstr(answer, "\"asleep\":true"));
	if (geteuid() == 0) {
		ask(&s, "{\"cmd\":\"check\",\"service\":\"web\"}\n", answer, sizeof(answer));
		assert_true(hear(&s, IPC_LEASE, PATIENCE_MS));
	}
	quit(&s);
}

/* A keeper that does not read for a while gets the revocation as soon as it does. */
static void
test_keeper_that_sleeps(void **state)
{
	struct ipc_msg msg;
	struct stage s;
	int n = 0;

	(void)state;
	describe(&s);
	s.checks[0].interval = s.checks[0].fast = 1;
	start(&s);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	usleep(1500000); /* the socket is full of leases */
	stop_serving(&s);
	usleep(200000);
	while (hear(&s, IPC_LEASE, 100))
		n++;
	assert_true(n > 10);
	msg = s.msg;
	assert_int_not_equal(msg.type, IPC_LEASE);
	quit(&s);
}

static void
test_keeper_gone(void **state)
{
	struct stage s;
	int status;

	(void)state;
	describe(&s);
	start(&s);
	tell(&s, (struct ipc_msg){ .type = IPC_BEGIN });
	assert_true(hear(&s, IPC_READY, PATIENCE_MS));
	close(s.link);
	s.link = -1;
	status = finish(&s);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_begins_drained),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_own_address),
		cmocka_unit_test(test_keeper_that_sleeps),
		cmocka_unit_test(test_keeper_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
