/*
 * Engine and runner: how they are started, fed, missed and started again.
 */
#include "keeper/offspring.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"

#define QUEUE_MAX 65536 /* packets, and what it is told when it starts; more: it hangs */

struct packet {
	STAILQ_ENTRY(packet) next;
	struct ipc_msg msg; /* only ipc_size() bytes of it are there */
};

struct offspring {
	struct event_base *base;
	const struct conf *conf;
	const struct offspring_ops *ops;
	void *arg;
	int control_fd, conf_fd, link;
	struct event *readable, *writable, *restart;
	pid_t engine, runner;
	STAILQ_HEAD(, packet) queue;
	struct backoff backoff;
	size_t queued, queue_max;
	int64_t heard_at;
	bool quitting;
};

/* The configuration as a file without a name, that every child reads for itself. */
static int
conf_file(const struct conf *conf)
{
	char *text = conf_to_json(conf);
	int fd = memfd_create("zanycast.conf", MFD_CLOEXEC);
	size_t len = text != NULL ? strlen(text) : 0;

	if (text == NULL || fd == -1 || write(fd, text, len) != (ssize_t)len) {
		if (fd != -1)
			close(fd);
		fd = -1;
	}
	free(text);
	return fd;
}

/* Puts each descriptor where the child looks for it, and closes all others. */
static void
become(const char *role, int fds[4])
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1 };
	char *const argv[] = { (char *)(uintptr_t)role, NULL };
	sigset_t none;

	for (int i = 0; i < 4; i++) /* out of the way of the places they go to */
		if (fds[i] != -1 && (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 16)) == -1)
			_exit(126);
	for (int i = 0; i < 4; i++) {
		close(IPC_FD_LINK + i);
		if (fds[i] != -1 && dup2(fds[i], IPC_FD_LINK + i) == -1)
			_exit(126);
	}
#ifdef SYS_close_range /* elsewhere what is ours closes itself */
	(void)syscall(SYS_close_range, IPC_FD_RUNNER + 1, ~0u, 0);
#endif
	/* a signal for all of us is not for them, from the first moment on */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Each child reads the file from its beginning: an open file description of its own. */
static int
conf_again(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static pid_t
spawn(struct offspring *o, const char *role, int link, int control, int runner)
{
	pid_t pid = fork();

	if (pid == 0) {
		int fds[4] = { link, conf_again(o->conf_fd), control, runner };

		become(role, fds);
	}
	return pid;
}

static void
flush(struct offspring *o)
{
	struct packet *packet;

	while ((packet = STAILQ_FIRST(&o->queue)) != NULL) {
		if (ipc_send(o->link, &packet->msg) == -1 &&
		    (errno == EAGAIN || errno == ENOBUFS)) {
			event_add(o->writable, NULL);
			return;
		}
		STAILQ_REMOVE_HEAD(&o->queue, next);
		o->queued--;
		free(packet);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct offspring *o = arg;

	flush(o);
	if (o->queued == 0)
		o->ops->caught_up(o->arg, o);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct offspring *o = arg;
	struct ipc_msg msg;
	int got;

	(void)what;
	while (o->link == fd && (got = ipc_receive(fd, &msg)) == 1) {
		o->heard_at = clock_ms();
		o->ops->message(o->arg, o, &msg);
	}
	if (o->link != fd || (got == -1 && errno == EAGAIN))
		return;
	if (got == -1 && errno != ECONNRESET)
		offspring_kill(o, strerror(errno));
	else
		event_del(o->readable); /* its death follows, and says how */
}

static void
drop_link(struct offspring *o)
{
	struct packet *packet;

	if (o->link == -1)
		return;
	event_free(o->readable);
	event_free(o->writable);
	close(o->link);
	o->link = -1;
	while ((packet = STAILQ_FIRST(&o->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&o->queue, next);
		free(packet);
	}
	o->queued = 0;
}

static int
start(struct offspring *o)
{
	int link[2] = { -1, -1 }, run[2] = { -1, -1 };
	const int kind = SOCK_SEQPACKET | SOCK_CLOEXEC;

	if (socketpair(AF_UNIX, kind, 0, link) == -1 || socketpair(AF_UNIX, kind, 0, run) == -1)
		goto fail;
	/* the elder is reaped first: a runner that follows its engine is not taken for the cause */
	o->engine = spawn(o, OFFSPRING_ENGINE, link[1], o->control_fd, run[1]);
	o->runner = spawn(o, OFFSPRING_RUNNER, run[0], -1, -1);
	if (o->runner == -1 || o->engine == -1)
		goto fail;
	close(link[1]);
	close(run[0]);
	close(run[1]);
	o->link = link[0];
	o->heard_at = clock_ms();
	backoff_started(&o->backoff, o->heard_at);
	o->readable = event_new(o->base, o->link, EV_READ | EV_PERSIST, on_readable, o);
	o->writable = event_new(o->base, o->link, EV_WRITE, on_writable, o);
	event_add(o->readable, NULL);
	o->ops->started(o->arg, o);
	return 0;
fail:
	for (int i = 0; i < 2; i++) {
		if (link[i] != -1)
			close(link[i]);
		if (run[i] != -1)
			close(run[i]);
	}
	return -1;
}

static void
kill_both(const struct offspring *o)
{
	if (o->engine > 0)
		kill(o->engine, SIGKILL);
	if (o->runner > 0)
		kill(o->runner, SIGKILL);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct offspring *o = arg;

	(void)fd, (void)what;
	if (o->quitting) {
		log_warnx("an engine that was told to end did not: killed");
		kill_both(o);
	} else if (start(o) == -1) {
		struct timeval tv = { 1, 0 };

		log_warn("the engine cannot be started, tried again in 1 s");
		evtimer_add(o->restart, &tv);
	}
}

/* One of the two has ended: the other goes, and both come back together. */
static void
end_both(struct offspring *o, const char *how)
{
	int64_t wait;
	struct timeval tv;
	char text[160];

	kill_both(o);
	if (o->link == -1)
		return; /* known already */
	drop_link(o);
	if (o->quitting)
		return;
	wait = backoff_died(&o->backoff, clock_ms());
	snprintf(text, sizeof(text), "%s; the next starts in %lld ms", how, (long long)wait);
	o->ops->died(o->arg, o, text, wait > 0);
	tv = clock_span_ms(wait);
	event_add(o->restart, &tv);
}

bool
offspring_reap(struct offspring *o, pid_t pid, int status)
{
	const char *who = pid == o->engine ? "engine" : "runner";
	char how[64];

	if (pid <= 0 || (pid != o->engine && pid != o->runner))
		return false;
	if (pid == o->engine)
		o->engine = 0;
	else
		o->runner = 0;
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "%s: signal %d", who, WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "%s: exit status %d", who, WEXITSTATUS(status));
	if (!o->quitting) /* else the runner follows its engine, when its last hook is done */
		end_both(o, how);
	if (o->quitting && o->engine <= 0 && o->runner <= 0)
		o->ops->gone(o->arg, o);
	return true;
}

struct offspring *
offspring_new(struct event_base *base, const struct conf *conf, int control_fd,
    const struct offspring_ops *ops, void *arg)
{
	struct offspring *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->base = base;
	o->conf = conf;
	o->ops = ops;
	o->arg = arg;
	o->control_fd = control_fd;
	o->link = -1;
	o->queue_max = QUEUE_MAX;
	for (size_t i = 0; i < conf->nservices; i++)
		o->queue_max += 2 + conf->services[i].nprefixes;
	STAILQ_INIT(&o->queue);
	o->conf_fd = conf_file(conf);
	o->restart = evtimer_new(base, on_restart, o);
	if (o->conf_fd == -1 || o->restart == NULL) {
		offspring_free(o);
		return NULL;
	}
	/* from the loop, so that the caller knows it before it hears of it */
	event_add(o->restart, &(struct timeval){ 0, 0 });
	return o;
}

void
offspring_free(struct offspring *o)
{
	kill_both(o);
	drop_link(o);
	if (o->restart != NULL)
		event_free(o->restart);
	if (o->conf_fd != -1)
		close(o->conf_fd);
	free(o);
}

const struct conf *
offspring_conf(const struct offspring *o)
{
	return o->conf;
}

size_t
offspring_behind(const struct offspring *o)
{
	return o->queued;
}

int64_t
offspring_heard_at(const struct offspring *o)
{
	return o->heard_at;
}

void
offspring_send(struct offspring *o, const struct ipc_msg *msg)
{
	struct packet *packet;

	if (o->link == -1)
		return; /* the next one is told all anew */
	if (o->queued >= o->queue_max) {
		offspring_kill(o, "it does not read");
		return;
	}
	packet = malloc(offsetof(struct packet, msg) + ipc_size(msg->type));
	if (packet == NULL) {
		log_warn("a message to the engine is lost");
		return;
	}
	memcpy(&packet->msg, msg, ipc_size(msg->type));
	STAILQ_INSERT_TAIL(&o->queue, packet, next);
	if (o->queued++ == 0)
		flush(o);
}

void
offspring_kill(struct offspring *o, const char *why)
{
	end_both(o, why);
}

void
offspring_quit(struct offspring *o)
{
	static const struct timeval patience = { OFFSPRING_QUIT_MS / 1000, 0 };
	struct ipc_msg quit = { .type = IPC_QUIT };

	if (o->quitting)
		return;
	offspring_send(o, &quit);
	o->quitting = true;
	evtimer_add(o->restart, &patience);
	if (o->engine <= 0 && o->runner <= 0)
		o->ops->gone(o->arg, o);
}

bool
offspring_is_quitting(const struct offspring *o)
{
	return o->quitting;
}
