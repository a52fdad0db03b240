/*
 * Reads the configuration in a process of its own, which gives up its rights
 * before it looks into the text and may exit, crash or hang as it likes. Knows
 * nothing of the text.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "conf/read.h"

#ifndef CONF_APART_MS
#define CONF_APART_MS 5000
#endif
#define ERRORS_MAX (64 * 1024)
#define MEMORY_MAX (1024u * 1024 * 1024)
#define CHILD_FD 3
#define NOBODY 65534

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN
#endif

static void say(struct conf_errors *errors, const char *file, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct conf_errors *errors, const char *file, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(errors->text);
	if (asprintf(&errors->text, "%s: %s\n", file, text) == -1)
		errors->text = NULL;
	errors->count = 1;
}

/* The rest of this file down to conf_read_apart's helpers runs in the child. */
static int
separate(int fd)
{
	if (dup2(fd, CHILD_FD) == -1)
		return -1;
	child_separate(CHILD_FD);
	child_limit(RLIMIT_CPU, CONF_APART_MS / 1000 + 1);
#ifndef UNDER_ASAN
	child_limit(RLIMIT_AS, MEMORY_MAX);
#endif
	return 0;
}

/* A user that does not exist (yet) is no reason to go on as root. */
static int
give_up_rights(const char *user)
{
	struct passwd *pw;
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	if (geteuid() != 0 || user == NULL)
		return 0;
	if ((pw = getpwnam(user)) != NULL) {
		uid = pw->pw_uid;
		gid = pw->pw_gid;
	}
	return child_become(uid, gid);
}

static int
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(CHILD_FD, p, n);

		if (w == -1 && errno != EINTR)
			return -1;
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		}
	}
	return 0;
}

static int
answer(char kind, const char *text)
{
	return write_all(&kind, 1) == 0 && write_all(text, strlen(text)) == 0 ? 0 : 1;
}

static int
child(const char *file, const char *dir, const char *user)
{
	struct sources sources = { .files = NULL };
	struct report r = { .root = NULL };
	struct conf_errors errors = { .text = NULL };
	struct conf *c;
	char *json;

	sources_load(&sources, file, dir, &r); /* as root: the file may be for root only */
	if (give_up_rights(user) == -1) {
		say(&errors, file, "cannot become user %s to read it: %s", user, strerror(errno));
		return answer('E', errors.text);
	}
	if ((c = conf_understand(&sources, &r, &errors)) == NULL)
		return answer('E', errors.text);
	if ((json = conf_to_json(c)) == NULL || strlen(json) > CONF_JSON_MAX)
		return answer('E', "the configuration is too large\n");
	return answer('C', json);
}

/* From here on, the parent. */
struct reply {
	char *text;
	size_t len;
	bool late, large;
};

static void
receive(int fd, struct reply *reply)
{
	int64_t end = clock_ms() + CONF_APART_MS, left;
	size_t size = 0;
	ssize_t n;

	while ((left = end - clock_ms()) > 0) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };

		if (poll(&pfd, 1, (int)left) <= 0)
			continue;
		if (size - reply->len < 65536) {
			char *p = realloc(reply->text, size + 262144);

			if (p == NULL || size > CONF_JSON_MAX) {
				reply->text = p != NULL ? p : reply->text;
				reply->large = true;
				return;
			}
			reply->text = p;
			size += 262144;
		}
		n = read(fd, reply->text + reply->len, size - reply->len - 1);
		if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN)) {
			reply->text[reply->len] = '\0';
			return;
		}
		reply->len += n > 0 ? (size_t)n : 0;
	}
	reply->late = true;
}

/* Ends it if need be. Its status, or 0 when somebody else has fetched it. */
static int
reap(pid_t pid, const struct reply *reply)
{
	int status = 0;

	if (reply->late || reply->large)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 0;
	return status;
}

/* Messages come from a process that is not trusted: bounded, and nothing but text. */
static void
take_errors(struct conf_errors *errors, struct reply *reply)
{
	size_t len = reply->len - 1 < ERRORS_MAX ? reply->len - 1 : ERRORS_MAX;
	char *text = reply->text;

	memmove(text, text + 1, len);
	text[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			errors->count++;
		else if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	}
	errors->count += errors->count == 0;
	errors->text = text;
	reply->text = NULL;
}

static struct conf *
take(const char *file, int status, struct reply *reply, struct conf_errors *errors)
{
	struct conf *c = NULL;

	if (reply->late)
		say(errors, file, "the parser did not end within %d s, and was killed",
		    (CONF_APART_MS + 999) / 1000);
	else if (reply->large)
		say(errors, file, "the parser's answer is too large");
	else if (WIFSIGNALED(status))
		say(errors, file, "the parser crashed: %s", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0 || reply->len == 0)
		say(errors, file, "the parser gave up with status %d", WEXITSTATUS(status));
	else if (reply->text[0] == 'E' && reply->len > 1)
		take_errors(errors, reply);
	else if (reply->text[0] != 'C' ||
	    (c = conf_from_json(reply->text + 1, reply->len - 1)) == NULL)
		say(errors, file, "the parser gave an answer that is no configuration");
	return c;
}

struct conf *
conf_read_apart(const char *file, const char *dir, const char *user, struct conf_errors *errors)
{
	struct reply reply = { .text = NULL };
	struct conf *c = NULL;
	sigset_t all, old;
	int fds[2], status;
	pid_t pid;

	*errors = (struct conf_errors){ .text = NULL };
	if (pipe2(fds, O_CLOEXEC) == -1) {
		say(errors, file, "cannot start the parser: %s", strerror(errno));
		return NULL;
	}
	/* No handler of the event loop may run in the child before it has let go of them. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	if ((pid = fork()) == 0)
		_exit(separate(fds[1]) == 0 ? child(file, dir, user) : 1);
	close(fds[1]);
	if (pid == -1)
		say(errors, file, "cannot start the parser: %s", strerror(errno));
	else {
		receive(fds[0], &reply);
		status = reap(pid, &reply);
		c = take(file, status, &reply, errors);
	}
	close(fds[0]);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	free(reply.text);
	return c;
}
