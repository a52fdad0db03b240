/*
 * What an engine can still do behind its filter, and what it can't any more.
 * Each question is asked by a child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "engine/sandbox.h"

typedef int question(void);

/* The status of a child that asks behind the filter. */
static int
ask(question *f)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGSYS, SIG_DFL);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || sandbox_filter() == -1)
			_exit(99);
		_exit(f());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
talk(int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET };
	const struct sockaddr *addr = (const struct sockaddr *)&four;
	socklen_t len = sizeof(four);
	char buf[64];
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (family == AF_INET6) {
		addr = (const struct sockaddr *)&six;
		len = sizeof(six);
	}
	if (fd == -1)
		return errno == EAFNOSUPPORT ? 0 : 1;
	setsockopt(fd, IPPROTO_IP, 11 /* IP_RECVERR */, &on, sizeof(on));
	connect(fd, addr, len);
	send(fd, "x", 1, 0);
	recv(fd, buf, sizeof(buf), MSG_ERRQUEUE);
	return close(fd);
}

static int
live(void)
{
	struct itimerspec soon = { .it_value = { 0, 1000 } };
	struct epoll_event ev = { .events = EPOLLIN };
	int timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK), poll = epoll_create1(0), diag;
	time_t now = time(NULL);
	char byte, *memory;

	if (timer == -1 || poll == -1 || timerfd_settime(timer, 0, &soon, NULL) == -1 ||
	    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &ev) == -1 || epoll_wait(poll, &ev, 1, 1000) != 1)
		return 1;
	if (talk(AF_INET) != 0 || talk(AF_INET6) != 0)
		return 2;
	diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (diag == -1 || close(diag) == -1)
		return 3;
	memory = malloc(64 << 20);
	if (memory == NULL || getrandom(&byte, 1, 0) != 1)
		return 4;
	free(memory);
	if (localtime(&now) == NULL)
		return 5;
	syslog(LOG_DEBUG, "a line");
	return access("/", F_OK) == 0 && fcntl(timer, F_GETFL) != -1 ? 0 : 6;
}

static int
run_program(void)
{
	char *argv[] = { NULL };

	return execve("/bin/true", argv, argv);
}

static int
fork_child(void)
{
	return fork() == -1 ? 0 : 1;
}

static int
write_file(void)
{
	return open("/tmp/zc-sandbox-test", O_WRONLY | O_CREAT, 0600) == -1 ? 0 : 1;
}

static int
read_file(void)
{
	return open("/dev/null", O_RDONLY) == -1;
}

static int
raw_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0 /* NETLINK_ROUTE */) == -1 &&
		socket(AF_PACKET, SOCK_RAW, 0) == -1
	    ? 0
	    : 1;
}

static int
executable_memory(void)
{
	void *p = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		return 1;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == -1 ? 0 : 1;
}

static int
kill_others(void)
{
	return kill(getppid(), 0) == -1 ? 0 : 1;
}

static void
test_lives(void **state)
{
	(void)state;
	assert_int_equal(ask(live), 0);
	assert_int_equal(ask(read_file), 0);
}

static void
test_no_program(void **state)
{
	int status = ask(run_program);

	(void)state;
	if (WIFEXITED(status))
		skip(); /* built without a filter */
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void
test_can_not(void **state)
{
	static question *const questions[] = { fork_child, write_file, raw_netlink,
		executable_memory, kill_others };
	size_t i;

	(void)state;
	if (WIFEXITED(ask(run_program)))
		skip();
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (ask(questions[i]) != 0)
			fail_msg("question %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_can_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
