/*
 * Which release is it: a vty of this process and one that is not the peer's, programs that say
 * their version, hang, flood, or are not the ones that run.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "beyond/vty.h"
#include "keeper/identity.h"
#include "keeper/version.h"

#define PATIENCE_MS 20000

struct world {
	struct event_base *base;
	struct identity *identity;
	char folder[64], program[96], vty[96];
	pid_t zebra; /* a process that was started by that program's name */
	int listener, client;
	struct event *acceptable, *question;
	const char *answers; /* the vty; NULL: it hangs */
	unsigned int told, asked;
	char release[32], how[64], said[300];
};

static void
on_identity(void *arg, const struct zapi_release *release, const char *how)
{
	struct world *w = arg;

	assert_int_equal(release != NULL, how != NULL);
	w->told++;
	snprintf(w->release, sizeof(w->release), "%s", release != NULL ? release->text : "");
	snprintf(w->how, sizeof(w->how), "%s", how != NULL ? how : "");
}

static void
on_version(void *arg, const char *said)
{
	struct world *w = arg;

	w->told++;
	snprintf(w->said, sizeof(w->said), "%s", said != NULL ? said : "");
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	strcpy(w->folder, "/tmp/zc-identity-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(chmod(w->folder, 0755), 0);
	snprintf(w->program, sizeof(w->program), "%s/zebra", w->folder);
	snprintf(w->vty, sizeof(w->vty), "%s/zebra.vty", w->folder);
	w->base = event_base_new();
	w->identity = identity_new(w->base, w->folder, on_identity, w);
	assert_non_null(w->identity);
	w->listener = w->client = -1;
	*state = w;
	return 0;
}

static void
end_zebra(struct world *w)
{
	if (w->zebra > 0) {
		kill(w->zebra, SIGKILL);
		waitpid(w->zebra, NULL, 0);
	}
	w->zebra = 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	end_zebra(w);
	identity_free(w->identity);
	if (w->acceptable != NULL)
		event_free(w->acceptable);
	if (w->question != NULL)
		event_free(w->question);
	close(w->listener);
	close(w->client);
	event_base_free(w->base);
	unlink(w->program);
	unlink(w->vty);
	rmdir(w->folder);
	free(w);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return 0;
}

/* The program is a script; the process is asleep, under its name. */
static void
write_program(const struct world *w, const char *script)
{
	int fd = open(w->program, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	assert_int_not_equal(fd, -1);
	assert_int_equal(dprintf(fd, "#!/bin/sh\n%s\n", script), (int)strlen(script) + 11);
	close(fd);
}

static struct ucred
run_as(struct world *w, const char *name)
{
	char number[] = "1000", copy[128];
	char *argv[] = { copy, number, NULL }, *env[] = { NULL };
	struct ucred peer = { .uid = getuid(), .gid = getgid() };
	int started[2];
	char byte;

	snprintf(copy, sizeof(copy), "%s", name);
	assert_int_equal(pipe2(started, O_CLOEXEC), 0);
	end_zebra(w);
	w->zebra = fork();
	if (w->zebra == 0) {
		execve("/bin/sleep", argv, env);
		_exit(127);
	}
	close(started[1]);
	assert_int_equal(read(started[0], &byte, 1), 0); /* closed by exec */
	close(started[0]);
	peer.pid = w->zebra;
	return peer;
}

/* Until that much was told. */
static int64_t
wait_told(struct world *w, unsigned int told)
{
	int64_t begin = clock_ms();

	while (w->told < told && clock_ms() - begin < PATIENCE_MS) {
		struct timeval tick = { 0, 10000 };

		event_base_loopexit(w->base, &tick);
		event_base_dispatch(w->base);
	}
	assert_int_equal(w->told, told);
	return clock_ms() - begin;
}

static void
check_version(struct world *w, const struct ucred *peer, const char *said)
{
	struct version *v;

	w->told = 0;
	v = version_ask(w->base, peer, on_version, w);
	assert_non_null(v);
	assert_int_equal(w->told, 0); /* never from in there */
	wait_told(w, 1);
	assert_int_equal(strncmp(w->said, said, strlen(said)), 0);
	if (said[0] == '\0')
		assert_string_equal(w->said, "");
	version_free(v);
}

static void
test_program(void **state)
{
	struct world *w = *state;
	struct ucred peer;

	write_program(w, "[ \"$*\" = --version ] && echo 'zebra version 8.4.4'");
	peer = run_as(w, w->program);
	check_version(w, &peer, "zebra version 8.4.4\n");
	if (geteuid() != 0)
		return;
	/* it is whom it asks about, or nobody, and starts nothing */
	write_program(
	    w, "while read -r k v r; do [ $k = Uid: ] && echo $v; done </proc/self/status");
	peer = run_as(w, w->program);
	check_version(w, &peer, "65534\n");
	peer.uid = 12345;
	check_version(w, &peer, "12345\n");
	write_program(w, "echo \"$(true)it starts\"");
	peer = run_as(w, w->program);
	check_version(w, &peer, "");
}

static void
test_bad_program(void **state)
{
	struct world *w = *state;
	struct ucred peer;

	/* much: its first bytes */
	write_program(w, "while :; do echo zebra version 8.4.4; done");
	peer = run_as(w, w->program);
	check_version(w, &peer, "zebra version 8.4.4\n");
	assert_int_equal(strlen(w->said), 255);
	write_program(w, "exit 3");
	peer = run_as(w, w->program);
	check_version(w, &peer, "");
	/* hangs */
	write_program(w, "while :; do :; done");
	peer = run_as(w, w->program);
	check_version(w, &peer, "");
	/* half an answer within the time is none */
	write_program(w, "echo zebra version 8.4; while :; do :; done");
	peer = run_as(w, w->program);
	check_version(w, &peer, "");
}

static void
test_other_program(void **state)
{
	struct world *w = *state;
	struct ucred peer;
	char other[112];

	write_program(w, "echo zebra version 8.4.4");
	/* replaced since */
	peer = run_as(w, w->program);
	usleep(50000); /* its start is known by the tick */
	write_program(w, "echo zebra version 10.3");
	check_version(w, &peer, "");
	/* gone since */
	peer = run_as(w, w->program);
	assert_int_equal(unlink(w->program), 0);
	check_version(w, &peer, "");
	/* no path, or another name */
	write_program(w, "echo zebra version 8.4.4");
	peer = run_as(w, "zebra");
	check_version(w, &peer, "");
	snprintf(other, sizeof(other), "%s/reboot", w->folder);
	assert_int_equal(link(w->program, other), 0);
	peer = run_as(w, other);
	check_version(w, &peer, "");
	unlink(other);
	/* of no process, or one we do not see */
	peer.pid = 0;
	check_version(w, &peer, "");
	peer = run_as(w, w->program);
	end_zebra(w);
	check_version(w, &peer, "");
}

/* The vty. */

static void
on_question(evutil_socket_t fd, short what, void *arg)
{
	struct world *w = arg;
	char buf[256];
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);

	(void)what;
	if (n <= 0) {
		event_del(w->question);
		return;
	}
	buf[n] = '\0';
	w->asked += strcmp(buf, "show version") == 0;
	if (w->answers == NULL)
		return;
	if (strcmp(buf, "enable") != 0)
		assert_true(send(fd, w->answers, strlen(w->answers), MSG_NOSIGNAL) >= 0);
	assert_int_equal(send(fd, "\0\0\0", 4, MSG_NOSIGNAL), 4);
}

static void
on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct world *w = arg;

	(void)what;
	if (w->question != NULL)
		event_free(w->question);
	close(w->client);
	w->client = accept(fd, NULL, NULL);
	w->question = event_new(w->base, w->client, EV_READ | EV_PERSIST, on_question, w);
	event_add(w->question, NULL);
}

static void
serve_vty(struct world *w, const char *answers)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	w->answers = answers;
	if (w->listener != -1)
		return;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", w->vty);
	w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(w->listener, 4), 0);
	w->acceptable = event_new(w->base, w->listener, EV_READ | EV_PERSIST, on_acceptable, w);
	event_add(w->acceptable, NULL);
}

static void
check_identity(struct world *w, const struct ucred *peer, const char *release, const char *how)
{
	unsigned int told = w->told;

	identity_ask(w->identity, peer);
	assert_int_equal(w->told, told);
	wait_told(w, told + 1);
	assert_string_equal(w->release, release);
	assert_int_equal(strstr(w->how, how) != NULL, 1);
}

static void
test_vty(void **state)
{
	struct world *w = *state;
	struct ucred us = { .pid = getpid(), .uid = getuid(), .gid = getgid() }, peer;

	write_program(w, "echo zebra version 9.0.2");
	peer = run_as(w, w->program);
	/* none is there */
	check_identity(w, &peer, "9.0.2", "program");
	check_identity(w, &us, "", "");
	/* its own */
	serve_vty(w, "FRRouting 8.4.4 (r1) on Linux(6.1.0).\n");
	check_identity(w, &us, "8.4.4", "vty");
	check_identity(w, &us, "8.4.4", "vty");
	/* somebody else's: asked, not believed */
	w->asked = 0;
	check_identity(w, &peer, "9.0.2", "program");
	assert_int_equal(w->asked, 1);
	/* nonsense */
	serve_vty(w, "% Unknown command: show version\n");
	check_identity(w, &us, "", "");
	serve_vty(w, "");
	check_identity(w, &peer, "9.0.2", "program");
}

/* A vty that hangs: bounded, and the next session's question is not kept waiting by it. */
static void
test_vty_hangs(void **state)
{
	struct world *w = *state;
	struct ucred us = { .pid = getpid(), .uid = getuid(), .gid = getgid() }, peer;

	write_program(w, "echo zebra version 9.0.2");
	peer = run_as(w, w->program);
	serve_vty(w, NULL);
	check_identity(w, &peer, "9.0.2", "program");
	identity_ask(w->identity, &us);
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	serve_vty(w, "FRRouting 8.4.4\n");
	check_identity(w, &us, "8.4.4", "vty");
	assert_int_equal(w->told, 2); /* the first of the two is not answered any more */
}

/* The child is ours to wait for, and is ended with the question. */
static void
test_reaped(void **state)
{
	struct world *w = *state;
	struct ucred peer;
	struct version *v;
	int status;
	pid_t pid;

	write_program(w, "while :; do :; done");
	peer = run_as(w, w->program);
	v = version_ask(w->base, &peer, on_version, w);
	assert_non_null(v);
	assert_false(version_reap(v, w->zebra));
	version_free(v);
	end_zebra(w);
	pid = waitpid(-1, &status, 0);
	assert_true(pid > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(w->told, 0);

	write_program(w, "echo zebra version 8.4.4");
	peer = run_as(w, w->program);
	v = version_ask(w->base, &peer, on_version, w);
	wait_told(w, 1);
	while ((pid = waitpid(-1, &status, 0)) == w->zebra)
		;
	assert_true(version_reap(v, pid));
	assert_false(version_reap(v, pid));
	assert_false(version_reap(NULL, pid));
	version_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vty_hangs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reaped, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
