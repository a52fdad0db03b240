/*
 * The child of a reload, and its answer: 'c' and JSON, or 'e' and words.
 */
#include "keeper/reload.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"

#define ANSWER_MAX (16 << 20)
#define STEP 65536

struct reload {
	struct event *readable;
	reload_fn *fn;
	void *arg;
	int fd;
	char *answer;
	size_t len, size;
};

static void
write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n <= 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

/*
 * A signal for all of us would come twice by the handlers of the keeper's loop, and twice means at
 * once. And what is open here must not outlive the keeper: the lock, the session with zebra.
 */
static void
let_go(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1 };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
child(int fd, const char *file, const char *dir, const char *user)
{
	struct conf_errors errors = { 0 };
	struct conf *conf;
	char *json;

	let_go();
	conf = conf_read_apart(file, dir, user, &errors);
	json = conf != NULL ? conf_to_json(conf) : NULL;
	write_all(fd, json != NULL ? "c" : "e");
	if (json != NULL)
		write_all(fd, json);
	else
		write_all(fd, errors.text != NULL ? errors.text : "out of memory");
	_exit(0);
}

void
reload_cancel(struct reload *r)
{
	if (r == NULL)
		return;
	event_free(r->readable);
	close(r->fd);
	free(r->answer);
	free(r);
}

static void
finish(struct reload *r)
{
	struct conf *conf = NULL;
	const char *errors = "the parser ended without an answer";

	if (r->len > 1 && r->answer[0] == 'c')
		conf = conf_from_json(r->answer + 1, r->len - 1);
	else if (r->len > 1)
		errors = r->answer + 1;
	r->fn(r->arg, conf, conf != NULL ? NULL : errors);
	reload_cancel(r);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct reload *r = arg;
	ssize_t n;

	(void)what;
	if (r->size - r->len <= 1) {
		char *more = r->size < ANSWER_MAX ? realloc(r->answer, r->size + STEP) : NULL;

		if (more == NULL) {
			r->len = 0;
			finish(r);
			return;
		}
		r->answer = more;
		r->size += STEP;
	}
	n = read(fd, r->answer + r->len, r->size - r->len - 1);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		r->len += (size_t)n;
	r->answer[r->len] = '\0';
	if (n <= 0)
		finish(r);
}

struct reload *
reload_start(struct event_base *base, const char *file, const char *dir, const char *user,
    reload_fn *fn, void *arg)
{
	struct reload *r = calloc(1, sizeof(*r));
	int fds[2];
	pid_t pid;

	if (r == NULL)
		return NULL;
	if (pipe2(fds, O_CLOEXEC) == -1)
		goto fail;
	log_flush();
	if ((pid = fork()) == -1) {
		close(fds[0]);
		close(fds[1]);
		goto fail;
	}
	if (pid == 0)
		child(fds[1], file, dir, user);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	r->fd = fds[0];
	r->fn = fn;
	r->arg = arg;
	r->readable = event_new(base, r->fd, EV_READ | EV_PERSIST, on_readable, r);
	if (r->readable == NULL) {
		close(r->fd);
		goto fail;
	}
	event_add(r->readable, NULL);
	return r;
fail:
	free(r);
	return NULL;
}
