/*
 * The engine's end of the link: asks the runner for runs and hands their
 * results to whoever wanted them. Must not know how a program is started.
 */
#include "runner/link.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "runner/protocol.h"

#define REPORTS_MOST 256 /* read before others get their turn */

struct wanted {
	struct wanted *next;
	int ticket;
	runner_done_fn *fn;
	void *arg;
};

struct runner_link {
	int fd; /* -1: the runner is gone */
	struct event *event;
	struct wanted *list;
	int ticket;
};

static void
tell(struct runner_link *l, int ticket, const struct runner_result *result)
{
	struct wanted **at, *w;

	for (at = &l->list; (w = *at) != NULL; at = &w->next) {
		if (w->ticket != ticket)
			continue;
		*at = w->next;
		w->fn(w->arg, result);
		free(w);
		return;
	}
}

static void
gone(struct runner_link *l)
{
	const struct runner_result result = { .error = EPIPE, .output = "" };

	log_warnx("the runner is gone: exec checks and hooks are not run");
	event_free(l->event);
	l->event = NULL;
	close(l->fd);
	l->fd = -1;
	while (l->list != NULL)
		tell(l, l->list->ticket, &result);
}

/* False: nothing waits, or the runner is gone. */
static bool
read_report(struct runner_link *l)
{
	struct {
		struct runner_report head;
		char output[RUNNER_OUTPUT_MAX + 1];
	} packet;
	struct runner_result result;
	ssize_t n = recv(l->fd, &packet, sizeof(packet) - 1, MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < (ssize_t)sizeof(packet.head) ||
	    packet.head.size != (size_t)n - sizeof(packet.head)) {
		gone(l);
		return false;
	}
	packet.output[packet.head.size] = '\0';
	result.error = packet.head.error;
	result.status = packet.head.status;
	result.timed_out = packet.head.timed_out != 0;
	result.output = packet.output;
	tell(l, (int)packet.head.ticket, &result);
	return l->fd != -1;
}

/* All that wait, before timeouts are looked at: after a standstill of ours they are in time. */
static void
on_report(int fd, short what, void *arg)
{
	int i;

	(void)fd;
	(void)what;
	for (i = 0; i < REPORTS_MOST && read_report(arg); i++)
		;
}

struct runner_link *
runner_link_new(struct event_base *base, int fd)
{
	struct runner_link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->fd = fd;
	l->event = event_new(base, fd, EV_READ | EV_PERSIST, on_report, l);
	if (l->event != NULL && event_add(l->event, NULL) == 0)
		return l;
	if (l->event != NULL)
		event_free(l->event);
	free(l);
	errno = ENOMEM;
	return NULL;
}

void
runner_link_free(struct runner_link *l)
{
	struct wanted *w;

	if (l == NULL)
		return;
	while ((w = l->list) != NULL) {
		l->list = w->next;
		free(w);
	}
	if (l->event != NULL)
		event_free(l->event);
	if (l->fd != -1)
		close(l->fd);
	free(l);
}

static int
post(struct runner_link *l, const struct runner_request *head, const char *texts)
{
	struct iovec iov[2] = {
		{ .iov_base = (void *)(uintptr_t)head, .iov_len = sizeof(*head) },
		{ .iov_base = (void *)(uintptr_t)texts, .iov_len = head->size },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = head->size > 0 ? 2 : 1 };

	if (l->fd == -1) {
		errno = EPIPE;
		return -1;
	}
	if (sendmsg(l->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return 0;
	if (errno == ECONNRESET || errno == ENOTCONN)
		errno = EPIPE;
	return -1;
}

static int
run(struct runner_link *l, enum runner_what what, int64_t timeout_ms, const char *texts,
    size_t size, runner_done_fn *fn, void *arg)
{
	struct runner_request head = { .timeout_ms = timeout_ms, .what = what };
	struct wanted *w = malloc(sizeof(*w));

	if (w == NULL)
		return -1;
	l->ticket = l->ticket == INT_MAX ? 1 : l->ticket + 1;
	head.ticket = (uint32_t)l->ticket;
	head.size = (uint32_t)size;
	if (post(l, &head, texts) == -1) {
		free(w);
		return -1;
	}
	*w = (struct wanted){ .next = l->list, .ticket = l->ticket, .fn = fn, .arg = arg };
	l->list = w;
	return w->ticket;
}

/* Appends text with its zero. */
static int
add_text(char *texts, size_t *size, const char *text)
{
	size_t n = strlen(text) + 1;

	if (n > RUNNER_TEXTS_MAX - *size) {
		errno = E2BIG;
		return -1;
	}
	memcpy(texts + *size, text, n);
	*size += n;
	return 0;
}

int
runner_run_check(struct runner_link *l, const char *service, const char *check, int64_t timeout_ms,
    runner_done_fn *fn, void *arg)
{
	char texts[RUNNER_TEXTS_MAX];
	size_t size = 0;

	if (add_text(texts, &size, service) == -1 || add_text(texts, &size, check) == -1)
		return -1;
	return run(l, RUNNER_CHECK, timeout_ms, texts, size, fn, arg);
}

int
runner_run_hook(struct runner_link *l, char *const env[], const char *input, int64_t timeout_ms,
    runner_done_fn *fn, void *arg)
{
	char texts[RUNNER_TEXTS_MAX];
	size_t size = 0;

	if (add_text(texts, &size, input != NULL ? input : "") == -1)
		return -1;
	for (; *env != NULL; env++) {
		if (add_text(texts, &size, *env) == -1)
			return -1;
	}
	return run(l, RUNNER_HOOK, timeout_ms, texts, size, fn, arg);
}

void
runner_cancel(struct runner_link *l, int ticket)
{
	struct runner_request head = { .what = RUNNER_CANCEL, .ticket = (uint32_t)ticket };
	struct wanted **at, *w;

	for (at = &l->list; (w = *at) != NULL; at = &w->next) {
		if (w->ticket != ticket)
			continue;
		*at = w->next;
		free(w);
		/* Should the packet not fit, the runner's own timeout ends the run. */
		post(l, &head, NULL);
		return;
	}
}
