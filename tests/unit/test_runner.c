/*
 * The runner, and exec checks through it: exit codes, timeouts, floods, and
 * what a program gets of us.
 */
#include "test_check_help.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/link.h"

#define TEXT(s) ((char *)(uintptr_t)(s))
#define CHECKS_MAX 4

/* A runner process whose configuration are some shell commands. */
struct house {
	struct rig rig;
	struct runner_link *link;
	pid_t pid;
	struct conf conf;
	struct conf_service service;
	struct conf_check checks[CHECKS_MAX];
	char *argv[CHECKS_MAX][4];
};

static void
house_add(struct house *h, const char *name, const char *command)
{
	size_t i = h->service.nchecks++;

	h->argv[i][0] = TEXT("/bin/sh");
	h->argv[i][1] = TEXT("-c");
	h->argv[i][2] = TEXT(command);
	h->checks[i] = (struct conf_check){ .name = TEXT(name),
		.kind = CHECK_EXEC,
		.argv = h->argv[i],
		.interval = 20,
		.fast = 10,
		.timeout = PATIENCE_MS };
}

static void
house_init(struct house *h)
{
	memset(h, 0, sizeof(*h));
	h->service.name = TEXT("s");
	h->service.vrf = TEXT("red");
	h->service.checks = h->checks;
	h->conf.services = &h->service;
	h->conf.nservices = 1;
}

static void
house_open(struct house *h)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	fflush(stdout);
	if ((h->pid = fork()) == 0) {
		close(pair[0]);
		_exit(runner_main(&h->conf, pair[1]));
	}
	close(pair[1]);
	h->rig.base = NULL;
	rig_open(&h->rig, NULL);
	h->link = runner_link_new(h->rig.base, pair[0]);
	assert_non_null(h->link);
	h->rig.ctx.runner = h->link;
}

static void
house_close(struct house *h)
{
	int status;

	runner_link_free(h->link);
	rig_close(&h->rig);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

struct ended {
	unsigned int n;
	int error, status;
	bool timed_out;
	char output[RUNNER_OUTPUT_MAX + 1];
};

static void
on_ended(void *arg, const struct runner_result *r)
{
	struct ended *e = arg;

	e->n++;
	e->error = r->error;
	e->status = r->status;
	e->timed_out = r->timed_out;
	snprintf(e->output, sizeof(e->output), "%s", r->output);
}

/* Runs a command once, by the runner. */
static struct ended
run_once(const char *command, int64_t timeout)
{
	struct ended e = { 0 };
	struct house h;

	house_init(&h);
	house_add(&h, "c", command);
	house_open(&h);
	assert_true(runner_run_check(h.link, "s", "c", timeout, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 1);
	house_close(&h);
	return e;
}

static void
test_ends(void **state)
{
	struct ended e;

	(void)state;
	e = run_once("echo out; echo err >&2; exit 3", PATIENCE_MS);
	assert_int_equal(e.error, 0);
	assert_true(WIFEXITED(e.status));
	assert_int_equal(WEXITSTATUS(e.status), 3);
	assert_string_equal(e.output, "out\nerr\n");
	e = run_once("kill -9 $$", PATIENCE_MS);
	assert_true(WIFSIGNALED(e.status));
	assert_int_equal(WTERMSIG(e.status), SIGKILL);
}

static void
test_timeout(void **state)
{
	struct ended e;

	(void)state;
	e = run_once("trap '' TERM; echo before; while :; do sleep 1; done", 200);
	assert_true(e.timed_out);
	assert_string_equal(e.output, "before\n");
	/* whatever the program would say to a polite signal */
	e = run_once("trap 'exit 0' TERM; sleep 1000 & wait", 200);
	assert_true(e.timed_out);
}

/* Nobody has path open any more: all that were started with it are gone. */
static bool
all_dead(const char *fifo)
{
	int fd = open(fifo, O_WRONLY | O_NONBLOCK);

	if (fd == -1)
		return errno == ENXIO;
	close(fd);
	return false;
}

static void
test_group_is_killed(void **state)
{
	char fifo[] = "/tmp/zanycast-test-XXXXXX", command[256];
	struct ended e = { 0 };
	struct house h;

	(void)state;
	assert_int_not_equal(close(mkstemp(fifo)), -1);
	unlink(fifo);
	assert_int_equal(mkfifo(fifo, 0666), 0);
	snprintf(command, sizeof(command), "(trap '' TERM HUP; exec sleep 1000 <>%s) & wait", fifo);
	house_init(&h);
	house_add(&h, "c", command);
	house_open(&h);
	assert_true(runner_run_check(h.link, "s", "c", 1000, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, !all_dead(fifo) || e.n == 1);
	WAIT_FOR(&h.rig, e.n == 1);
	assert_true(e.timed_out);
	WAIT_FOR(&h.rig, all_dead(fifo));
	house_close(&h);
	unlink(fifo);
}

/* The program ends, what it left behind holds the pipe: the result does not wait. */
static void
test_grandchild_keeps_pipe(void **state)
{
	struct ended e;

	(void)state;
	e = run_once("echo done; (sleep 1000) & exit 2", PATIENCE_MS * 3);
	assert_false(e.timed_out);
	assert_int_equal(WEXITSTATUS(e.status), 2);
	assert_string_equal(e.output, "done\n");
}

static void
test_flood(void **state)
{
	struct ended e;

	(void)state;
	e = run_once("head -c 10000000 /dev/zero; echo the end", PATIENCE_MS * 2);
	assert_int_equal(e.status, 0);
	assert_int_equal(strlen(e.output), RUNNER_OUTPUT_MAX - 1);
	assert_string_equal(e.output + RUNNER_OUTPUT_MAX - 1 - 8, "the end\n");
}

static void
test_what_it_gets(void **state)
{
	struct ended e;
	int fd;

	(void)state;
	setenv("ZC_SECRET", "x", 1);
	fd = open("/dev/null", O_RDONLY); /* would be inherited */
	e = run_once("env | sort | grep -v ^_= | grep -v ^PWD= | grep -v ^SHLVL=; ls /proc/self/fd"
		     " | tr '\\n' ' '; cat | wc -c; pwd; ulimit -c; umask",
	    PATIENCE_MS);
	close(fd);
	assert_string_equal(e.output,
	    "LANG=C\n"
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	    "ZANYCAST_CHECK=c\nZANYCAST_SERVICE=s\nZANYCAST_VRF=red\n"
	    "0 1 2 3 0\n/\n0\n0022\n");
	/* its own session and group, all signals as they come (32 and 33 are the C library's) */
	e = run_once("ps -o pid=,pgid=,sid= -p $$ | awk '{print $1==$2, $2==$3}';"
		     " grep -c 'Sig\\(Blk\\|Ign\\).*0000000[01][08]0000000$' /proc/self/status",
	    PATIENCE_MS);
	assert_string_equal(e.output, "1 1\n2\n");
}

static void
test_user(void **state)
{
	const struct passwd *pw = getpwnam("nobody");
	struct ended e = { 0 };
	struct house h;
	char want[64];

	(void)state;
	if (geteuid() != 0 || pw == NULL)
		skip();
	snprintf(want, sizeof(want), "%u %u\n", (unsigned int)pw->pw_uid, (unsigned int)pw->pw_gid);
	house_init(&h);
	house_add(&h, "c", "echo $(id -u) $(id -G)");
	house_add(&h, "bad", "exit 0");
	h.conf.user = TEXT("nobody");
	h.checks[1].user = TEXT("no such user");
	house_open(&h);
	assert_true(runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 1);
	assert_string_equal(e.output, want);
	assert_true(runner_run_check(h.link, "s", "bad", PATIENCE_MS, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 2);
	assert_int_equal(e.error, ENOENT);
	house_close(&h);
}

/* What the file does not name is not started. */
static void
test_only_by_name(void **state)
{
	struct ended e = { 0 };
	char *env[] = { NULL };
	struct house h;

	(void)state;
	house_init(&h);
	house_add(&h, "c", "exit 0");
	h.checks[0].kind = CHECK_TCP;
	house_open(&h);
	assert_true(runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &e) > 0);
	assert_true(runner_run_check(h.link, "x", "c", PATIENCE_MS, on_ended, &e) > 0);
	assert_true(runner_run_hook(h.link, env, "", PATIENCE_MS, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 3);
	assert_int_equal(e.error, ENOENT);
	house_close(&h);
}

static void
test_hook(void **state)
{
	char path[] = "/tmp/zanycast-test-XXXXXX";
	char *env[] = { TEXT("ZANYCAST_EVENT=service.down"), TEXT("LD_PRELOAD=/x"), NULL };
	static char big[RUNNER_OUTPUT_MAX * 16];
	struct ended e = { 0 };
	struct house h;
	FILE *f;
	int fd;

	(void)state;
	fd = mkstemp(path);
	f = fdopen(fd, "w");
	fprintf(f, "#!/bin/sh\necho \"$ZANYCAST_EVENT $LD_PRELOAD\"\ncat\n");
	fchmod(fd, 0755);
	fclose(f);
	house_init(&h);
	h.conf.hook = path;
	house_open(&h);
	assert_true(runner_run_hook(h.link, env, "{\"a\":1}", PATIENCE_MS, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 1);
	assert_int_equal(e.error, 0);
	assert_string_equal(e.output, "service.down \n{\"a\":1}");
	memset(big, 'x', sizeof(big) - 1);
	assert_int_equal(runner_run_hook(h.link, env, big, PATIENCE_MS, on_ended, &e), -1);
	assert_int_equal(errno, E2BIG);
	house_close(&h);
	unlink(path);
}

static void
test_cancel(void **state)
{
	struct ended never = { 0 }, e = { 0 };
	struct house h;
	int ticket;

	(void)state;
	house_init(&h);
	house_add(&h, "c", "sleep 1000");
	house_add(&h, "d", "exit 0");
	house_open(&h);
	ticket = runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &never);
	assert_true(ticket > 0);
	runner_cancel(h.link, ticket);
	runner_cancel(h.link, ticket);
	assert_true(runner_run_check(h.link, "s", "d", PATIENCE_MS, on_ended, &e) > 0);
	WAIT_FOR(&h.rig, e.n == 1);
	assert_int_equal(never.n, 0);
	house_close(&h);
}

static void
test_runner_dies(void **state)
{
	struct ended e = { 0 };
	struct house h;
	int status;

	(void)state;
	house_init(&h);
	house_add(&h, "c", "sleep 1000");
	house_open(&h);
	assert_true(runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &e) > 0);
	kill(h.pid, SIGTERM); /* not this way */
	kill(h.pid, SIGKILL);
	WAIT_FOR(&h.rig, e.n == 1);
	assert_int_equal(e.error, EPIPE);
	assert_int_equal(runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &e), -1);
	assert_int_equal(errno, EPIPE);
	runner_link_free(h.link);
	rig_close(&h.rig);
	assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
}

/* More reports than the socket holds while the engine does not read. */
static void
test_slow_engine(void **state)
{
	static struct ended e[300];
	const size_t n = sizeof(e) / sizeof(e[0]);
	struct house h;
	static bool refused[300];
	size_t i;

	(void)state;
	house_init(&h);
	house_add(&h, "c", "head -c 5000 /dev/zero");
	house_open(&h);
	for (i = 0; i < n; i++) {
		refused[i] = runner_run_check(h.link, "s", "c", PATIENCE_MS, on_ended, &e[i]) == -1;
		if (refused[i])
			assert_int_equal(errno, EAGAIN);
		usleep(2000);
	}
	assert_false(refused[0]);
	for (i = 0; i < n; i++)
		WAIT_FOR(&h.rig, e[i].n == (refused[i] ? 0 : 1));
	house_close(&h);
}

struct verdict_case {
	const char *command;
	bool nagios;
	int64_t timeout;
	enum cause cause;
	const char *words;
};

static void
test_exec_checks(void **state)
{
	static const struct verdict_case cases[] = {
		{ "echo fine; echo more", false, PATIENCE_MS, CAUSE_OK, "fine" },
		{ "exit 0", false, PATIENCE_MS, CAUSE_OK, "exit 0" },
		{ "exit 1", false, PATIENCE_MS, CAUSE_EXIT, "exit 1" },
		{ "echo WARNING; exit 1", true, PATIENCE_MS, CAUSE_OK, "WARNING" },
		{ "echo CRITICAL; exit 2", true, PATIENCE_MS, CAUSE_EXIT, "exit 2: CRITICAL" },
		{ "exit 3", true, PATIENCE_MS, CAUSE_EXIT, "exit 3" },
		{ "exit 4", true, PATIENCE_MS, CAUSE_EXIT, "exit 4" },
		{ "printf 'a\\033[1m\\377b'; exit 1", false, PATIENCE_MS, CAUSE_EXIT,
		    "exit 1: a [1m?b" },
		{ "kill -11 $$", false, PATIENCE_MS, CAUSE_SIGNAL, "signal 11" },
		{ "trap 'exit 0' TERM; sleep 1000", false, 100, CAUSE_TIMEOUT, "100 ms" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct probed p = { 0 };
		struct house h;

		house_init(&h);
		house_add(&h, "c", cases[i].command);
		h.checks[0].nagios = cases[i].nagios;
		h.checks[0].timeout = cases[i].timeout;
		house_open(&h);
		p.conf = h.checks[0];
		probed_start(&h.rig, &p, NULL, 0);
		probed_expect(&h.rig, &p, cases[i].cause, cases[i].words);
		probed_expect(&h.rig, &p, cases[i].cause, cases[i].words);
		probed_stop(&p);
		house_close(&h);
	}
}

static void
test_exec_cannot_start(void **state)
{
	struct probed p = { 0 };
	struct house h;

	(void)state;
	house_init(&h);
	house_add(&h, "c", "exit 0");
	h.argv[0][0] = TEXT("/nonexistent/program");
	house_open(&h);
	p.conf = h.checks[0];
	probed_start(&h.rig, &p, NULL, 0);
	probed_expect(&h.rig, &p, CAUSE_START, "/nonexistent/program: No such file");
	kill(h.pid, SIGKILL);
	probed_become(&h.rig, &p, CAUSE_LOCAL, "the runner is gone");
	probed_stop(&p);
	runner_link_free(h.link);
	rig_close(&h.rig);
	waitpid(h.pid, NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_group_is_killed),
		cmocka_unit_test(test_grandchild_keeps_pipe),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_what_it_gets),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_only_by_name),
		cmocka_unit_test(test_hook),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_runner_dies),
		cmocka_unit_test(test_slow_engine),
		cmocka_unit_test(test_exec_checks),
		cmocka_unit_test(test_exec_cannot_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
