/*
 * exec: a program's exit status, by way of the runner. Must not know how a
 * program is started.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "checks/check.h"
#include "checks/text.h"
#include "runner/link.h"

struct exec_check {
	struct check *check;
	int ticket; /* 0: nothing runs */
};

static int
exec_init(struct check *c)
{
	struct exec_check *e = check_state(c);

	e->check = c;
	return 0;
}

static void
exec_abort(struct check *c)
{
	struct exec_check *e = check_state(c);

	if (e->ticket > 0)
		runner_cancel(check_ctx(c)->runner, e->ticket);
	e->ticket = 0;
}

static void
exec_not_run(struct exec_check *e, int error)
{
	const struct conf_check *conf = check_conf(e->check);

	if (error == EPIPE)
		check_done(e->check, CAUSE_LOCAL, "the runner is gone");
	else if (error == EAGAIN)
		check_done(e->check, CAUSE_LOCAL, "the runner is behind");
	else if (error == EBUSY)
		check_done(e->check, CAUSE_START, "%s of the time before was killed, but stays",
		    conf->argv[0]);
	else if (error == EMFILE || error == ENFILE || error == ENOMEM)
		check_done(e->check, CAUSE_LOCAL, "%s: %s", conf->argv[0], strerror(error));
	else
		check_done(e->check, CAUSE_START, "%s: %s", conf->argv[0], strerror(error));
}

static void
exec_ended(void *arg, const struct runner_result *r)
{
	struct exec_check *e = arg;
	const struct conf_check *conf = check_conf(e->check);
	char line[120];
	const char *join;
	int status;

	e->ticket = 0;
	if (r->error != 0) {
		exec_not_run(e, r->error);
		return;
	}
	text_first_line(line, sizeof(line), r->output);
	join = line[0] != '\0' ? ": " : "";
	if (r->timed_out) {
		check_done(e->check, CAUSE_TIMEOUT, "killed after %lld ms%s%s",
		    (long long)conf->timeout, join, line);
		return;
	}
	if (WIFSIGNALED(r->status)) {
		check_done(e->check, CAUSE_SIGNAL, "ended by signal %d (%s)%s%s",
		    WTERMSIG(r->status), strsignal(WTERMSIG(r->status)), join, line);
		return;
	}
	status = WEXITSTATUS(r->status);
	if (status == 0 || (conf->nagios && status == 1))
		check_done(e->check, CAUSE_OK, "%s", line[0] != '\0' ? line : "exit 0");
	else
		check_done(e->check, CAUSE_EXIT, "exit %d%s%s", status, join, line);
}

static void
exec_start(struct check *c)
{
	struct exec_check *e = check_state(c);
	const struct conf_check *conf = check_conf(c);
	int ticket;

	if (check_ctx(c)->runner == NULL) {
		exec_not_run(e, EPIPE);
		return;
	}
	ticket = runner_run_check(
	    check_ctx(c)->runner, check_service(c), conf->name, conf->timeout, exec_ended, e);
	if (ticket == -1)
		exec_not_run(e, errno);
	else
		e->ticket = ticket;
}

static void
exec_describe_timeout(struct check *c, char *buf, size_t size)
{
	const struct conf_check *conf = check_conf(c);

	snprintf(buf, size, "%s: killed after %lld ms", conf->argv[0], (long long)conf->timeout);
}

const struct check_ops check_exec = {
	.name = "exec",
	.size = sizeof(struct exec_check),
	.init = exec_init,
	.free = exec_abort,
	.start = exec_start,
	.abort = exec_abort,
	.describe_timeout = exec_describe_timeout,
};
