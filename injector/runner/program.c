/*
 * From fork() to execve(): what a program of the configuration gets of us, and
 * above all what not. Must not know why it runs.
 */
#include "config.h"

#include "runner/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FD_FAILED 3 /* in the child: closes when it becomes the program */
#define FILES_SOFT 1024

static void
reset_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;
	int n;

	for (n = 1; n < NSIG; n++)
		sigaction(n, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_others(void)
{
	struct rlimit limit = { 0 };
	rlim_t fd;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, FD_FAILED + 1, UINT32_MAX, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (fd = FD_FAILED + 1; fd < limit.rlim_cur; fd++)
		close((int)fd);
}

/* What daemons often have changed and programs don't expect. */
static void
reset_limits(void)
{
	struct rlimit files, core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &core);
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return;
	if (files.rlim_cur > FILES_SOFT)
		files.rlim_cur = FILES_SOFT;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* The numbers 0–3 may be taken by what belongs at another of them: all move up first. */
static int
place_descriptors(int in, int out, int failed)
{
	in = fcntl(in, F_DUPFD, FD_FAILED + 1);
	out = fcntl(out, F_DUPFD, FD_FAILED + 1);
	failed = fcntl(failed, F_DUPFD, FD_FAILED + 1);
	if (in == -1 || out == -1 || failed == -1)
		return -1;
	if (dup2(failed, FD_FAILED) == -1 || dup2(in, 0) == -1 || dup2(out, 1) == -1 ||
	    dup2(out, 2) == -1)
		return -1;
	return fcntl(FD_FAILED, F_SETFD, FD_CLOEXEC);
}

static int
become(const struct runner_user *u)
{
	if (u == NULL)
		return 0;
	if (setgroups((size_t)u->ngroups, u->groups) == -1 ||
	    setresgid(u->gid, u->gid, u->gid) == -1 || setresuid(u->uid, u->uid, u->uid) == -1)
		return -1;
	if (u->uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

static void
child(const struct program *p, pid_t parent, int in, int out, int failed)
{
	int error, fd = failed;

	setsid();
	reset_signals();
	if (place_descriptors(in, out, failed) == -1)
		goto bad;
	fd = FD_FAILED;
	close_others();
	reset_limits();
	umask(022);
	if (chdir("/") == -1 || become(p->user) == -1)
		goto bad;
	/* After becoming somebody: that forgets it. Nobody outlives the runner. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	execve(p->argv[0], p->argv, p->env);
bad:
	error = errno;
	if (write(fd, &error, sizeof(error)) == -1)
		_exit(126);
	_exit(127);
}

static void
close_pair(int pair[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		if (pair[i] != -1)
			close(pair[i]);
	}
}

/* A descriptor from which input can be read, then its end; -1 with errno. */
static int
open_input(const char *input)
{
	int pair[2];
	size_t size;

	if (input == NULL)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pipe2(pair, O_CLOEXEC) == -1)
		return -1;
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	size = strlen(input);
	if (size > 0 && write(pair[1], input, size) != (ssize_t)size) {
		close_pair(pair);
		errno = E2BIG;
		return -1;
	}
	close(pair[1]);
	return pair[0];
}

pid_t
program_start(const struct program *p, int *output, int *failed)
{
	int out[2] = { -1, -1 }, fail[2] = { -1, -1 }, in = -1, error;
	pid_t parent = getpid(), pid = -1;

	if ((in = open_input(p->input)) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    pipe2(fail, O_CLOEXEC) == -1)
		goto out;
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(fail[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0)
		child(p, parent, in, out[1], fail[1]);
	if (pid == -1)
		goto out;
	*output = out[0];
	*failed = fail[0];
	out[0] = fail[0] = -1;
out:
	error = errno;
	close_pair(out);
	close_pair(fail);
	if (in != -1)
		close(in);
	errno = error;
	return pid;
}
