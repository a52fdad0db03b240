/*
 * A child becomes the user of the process it asks about, looks for its program, and runs that with
 * --version. The link /proc/PID/exe would need the right to trace zebra, which nobody here has: the
 * program is the one on its command line, if it was there unchanged when zebra was started.
 */
#include "keeper/version.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"

#define NOBODY 65534
#define CPU_S 1
#define STARTTIME 22 /* field of /proc/PID/stat, proc(5) */

struct version {
	version_fn *fn;
	void *arg;
	struct event *readable, *timer;
	pid_t pid; /* 0: waited for */
	int fd;
	size_t len;
	char said[256];
};

/* From here to ask_program(), the child. A small file of /proc, ended by a NUL; -1: cannot be read. */
static ssize_t
read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

/* What stands at its /, proc(5): device and directory; nothing if it is no mount of its own. */
static void
root_of(const char *process, char *root, size_t size)
{
	char path[64], *line = NULL, device[64], folder[256], point[8];
	size_t room = 0;
	FILE *mounts;

	root[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/mountinfo", process);
	if ((mounts = fopen(path, "re")) == NULL)
		return;
	while (getline(&line, &room, mounts) > 0)
		if (sscanf(line, "%*d %*d %63s %255s %7s", device, folder, point) == 3 &&
		    strcmp(point, "/") == 0)
			snprintf(root, size, "%s %s", device, folder);
	free(line);
	fclose(mounts);
}

/* In a container, or in a changed root, its paths are not ours. */
static bool
shares_our_root(pid_t pid)
{
	char number[24], its[512], ours[512];

	snprintf(number, sizeof(number), "%ld", (long)pid);
	root_of(number, its, sizeof(its));
	root_of("self", ours, sizeof(ours));
	return its[0] != '\0' && strcmp(its, ours) == 0;
}

static double
seconds(struct timespec ts)
{
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* When it was started, by the clock of files; the kernel tells it in ticks: the end of that one. */
static double
started_at(pid_t pid)
{
	struct timespec wall, boot;
	char buf[1024], *p;
	double ticks;

	if (read_proc(pid, "stat", buf, sizeof(buf)) <= 0 || (p = strrchr(buf, ')')) == NULL)
		return 0;
	for (int field = 2; field < STARTTIME && p != NULL; field++)
		p = strchr(p + 1, ' ');
	if (p == NULL || clock_gettime(CLOCK_REALTIME, &wall) == -1 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) == -1)
		return 0;
	ticks = strtod(p, NULL) + 1;
	return seconds(wall) - seconds(boot) + ticks / (double)sysconf(_SC_CLK_TCK);
}

/* Upgraded meanwhile, it would say what the next zebra will be. */
static bool
is_its_program(const char *path, pid_t pid)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	return path[0] == '/' && strcmp(slash, "/zebra") == 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) && seconds(st.st_ctim) <= started_at(pid);
}

static void
ask_program(int fd, const struct ucred *peer)
{
	char zebra[] = "zebra", version[] = "--version", lang[] = "LANG=C", path[4096];
	char *argv[] = { zebra, version, NULL }, *env[] = { lang, NULL };

	if (child_mute(0, 0) == -1 || dup2(fd, 1) == -1 || child_mute(2, 2) == -1)
		_exit(1);
	child_separate(2);
	child_limit(RLIMIT_CPU, CPU_S);
	if (geteuid() == 0 &&
	    (peer->uid == 0 ? child_become(NOBODY, NOBODY) : child_become(peer->uid, peer->gid)) ==
		-1)
		_exit(1);
	if (shares_our_root(peer->pid) && read_proc(peer->pid, "cmdline", path, sizeof(path)) > 0 &&
	    is_its_program(path, peer->pid))
		execve(path, argv, env);
	_exit(1);
}

/* From here on, the parent. */
static void
let_go(struct version *v)
{
	if (v->readable != NULL)
		event_free(v->readable);
	v->readable = NULL;
	if (v->fd != -1)
		close(v->fd);
	v->fd = -1;
	event_del(v->timer);
	if (v->pid > 0)
		kill(v->pid, SIGKILL);
}

static void
finish(struct version *v)
{
	let_go(v);
	v->said[v->len] = '\0';
	v->fn(v->arg, v->len > 0 ? v->said : NULL);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct version *v = arg;
	ssize_t n = read(fd, v->said + v->len, sizeof(v->said) - 1 - v->len);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	v->len += n > 0 ? (size_t)n : 0;
	if (n <= 0 || v->len == sizeof(v->said) - 1)
		finish(v);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct version *v = arg;

	(void)fd;
	(void)what;
	v->len = 0;
	finish(v);
}

static int
start(struct version *v, struct event_base *base, const struct ucred *peer)
{
	sigset_t all, old;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	/* no handler of the event loop may run in the child before it has let go of them */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	if ((v->pid = fork()) == 0)
		ask_program(fds[1], peer);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	close(fds[1]);
	v->fd = fds[0];
	v->readable = event_new(base, v->fd, EV_READ | EV_PERSIST, on_readable, v);
	return v->pid == -1 || v->readable == NULL ? -1 : event_add(v->readable, NULL);
}

struct version *
version_ask(struct event_base *base, const struct ucred *peer, version_fn *fn, void *arg)
{
	struct version *v = calloc(1, sizeof(*v));
	struct timeval wait = clock_span_ms(VERSION_MS);

	if (v == NULL)
		return NULL;
	v->fn = fn;
	v->arg = arg;
	v->fd = -1;
	if ((v->timer = evtimer_new(base, on_timer, v)) == NULL) {
		free(v);
		errno = ENOMEM;
		return NULL;
	}
	if (peer->pid <= 0 || start(v, base, peer) == -1)
		evutil_timerclear(&wait); /* told by the loop, at once */
	event_add(v->timer, &wait);
	return v;
}

void
version_free(struct version *v)
{
	if (v == NULL)
		return;
	let_go(v);
	event_free(v->timer);
	free(v);
}

bool
version_reap(struct version *v, pid_t pid)
{
	if (v == NULL || pid != v->pid)
		return false;
	v->pid = 0;
	return true;
}
