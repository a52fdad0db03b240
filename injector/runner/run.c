/*
 * One run of a program: its output's tail, its timeout, its end. Must not know
 * who asked for it.
 */
#include "runner/run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "runner/program.h"

#define CHUNK 16384
#define DRAIN_MOST 8 /* chunks read at the end: more than a pipe holds */

struct run {
	uint32_t ticket;
	pid_t pid; /* and of its group */
	int output, failed;
	bool leave_group, over;
	struct event *readable, *deadline;
	run_report_fn *fn;
	void *arg;
	size_t len;
	char tail[RUNNER_OUTPUT_MAX]; /* with room for a zero */
};

static void
keep_tail(struct run *r, const char *data, size_t n)
{
	const size_t most = sizeof(r->tail) - 1;
	size_t drop;

	if (n >= most) {
		memcpy(r->tail, data + n - most, most);
		r->len = most;
		return;
	}
	if (r->len + n > most) {
		drop = r->len + n - most;
		memmove(r->tail, r->tail + drop, r->len - drop);
		r->len -= drop;
	}
	memcpy(r->tail + r->len, data, n);
	r->len += n;
}

/* False: nothing now (errno = EAGAIN) or nothing ever. */
static bool
read_chunk(struct run *r)
{
	char buf[CHUNK];
	ssize_t n;

	errno = 0;
	n = read(r->output, buf, sizeof(buf));
	if (n > 0)
		keep_tail(r, buf, (size_t)n);
	return n > 0 || (n == -1 && errno == EINTR);
}

static void
close_output(struct run *r)
{
	if (r->readable != NULL)
		event_free(r->readable);
	r->readable = NULL;
	if (r->output != -1)
		close(r->output);
	r->output = -1;
}

static void
on_readable(int fd, short what, void *arg)
{
	struct run *r = arg;

	(void)fd;
	(void)what;
	if (!read_chunk(r) && errno != EAGAIN)
		close_output(r);
}

/* The group may not exist yet, so the process itself too. */
static void
kill_group(const struct run *r)
{
	kill(-r->pid, SIGKILL);
	kill(r->pid, SIGKILL);
}

static void
report(struct run *r, struct runner_result *result)
{
	size_t i;

	if (r->over)
		return;
	r->over = true;
	for (i = 0; i < r->len; i++) {
		if (r->tail[i] == '\0')
			r->tail[i] = ' ';
	}
	r->tail[r->len] = '\0';
	result->output = r->tail;
	r->fn(r->arg, r->ticket, result);
}

/* Reported before the process is gone: it may sit in the kernel for long. */
static void
on_deadline(int fd, short what, void *arg)
{
	struct run *r = arg;
	struct runner_result result = { .timed_out = true };

	(void)fd;
	(void)what;
	kill_group(r);
	close_output(r);
	report(r, &result);
}

static int
arm(struct run *r, struct event_base *base, int64_t timeout_ms)
{
	struct timeval tv = clock_span_ms(timeout_ms);

	r->readable = event_new(base, r->output, EV_READ | EV_PERSIST, on_readable, r);
	r->deadline = evtimer_new(base, on_deadline, r);
	if (r->readable == NULL || event_add(r->readable, NULL) == -1)
		return -1;
	return r->deadline == NULL || evtimer_add(r->deadline, &tv) == -1 ? -1 : 0;
}

struct run *
run_start(struct event_base *base, const struct program *p, uint32_t ticket, int64_t timeout_ms,
    bool leave_group, run_report_fn *fn, void *arg)
{
	struct run *r = calloc(1, sizeof(*r));
	int saved;

	if (r == NULL)
		return NULL;
	r->ticket = ticket;
	r->leave_group = leave_group;
	r->fn = fn;
	r->arg = arg;
	if ((r->pid = program_start(p, &r->output, &r->failed)) == -1) {
		saved = errno;
		free(r);
		errno = saved;
		return NULL;
	}
	if (arm(r, base, timeout_ms) == 0)
		return r;
	run_free(r);
	errno = ENOMEM;
	return NULL;
}

uint32_t
run_ticket(const struct run *r)
{
	return r->ticket;
}

bool
run_is_over(const struct run *r)
{
	return r->over;
}

void
run_cancel(struct run *r)
{
	kill_group(r);
	close_output(r);
	evtimer_del(r->deadline);
	r->over = true;
}

bool
run_check_end(struct run *r)
{
	struct runner_result result = { 0 };
	siginfo_t info = { 0 };
	int i;

	/* Not reaped yet, so that the group's number is still its own. */
	if (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) == -1 ||
	    info.si_pid == 0)
		return false;
	if (!r->leave_group || r->over)
		kill(-r->pid, SIGKILL);
	waitpid(r->pid, &result.status, 0);
	r->pid = -1;
	/* A grandchild may hold the pipe open: take what is there, wait for nothing. */
	for (i = 0; i < DRAIN_MOST && r->output != -1; i++) {
		if (!read_chunk(r))
			break;
	}
	if (read(r->failed, &result.error, sizeof(result.error)) != sizeof(result.error))
		result.error = 0;
	report(r, &result);
	return true;
}

void
run_free(struct run *r)
{
	close_output(r);
	close(r->failed);
	if (r->deadline != NULL)
		event_free(r->deadline);
	if (r->pid != -1)
		kill_group(r);
	free(r);
}
