/*
 * The runner: a process that starts what the configuration names, when the
 * engine asks for it by name, and tells how it ended. Must not know what a
 * result means.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

#include "base/log.h"
#include "conf/conf.h"
#include "runner/link.h"
#include "runner/program.h"
#include "runner/protocol.h"
#include "runner/run.h"

#define ENV_MOST 64
#define LEFT_MOST 4 /* killed runs of one program that may still be about to end */

#define ENV_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENV_LANG "LANG=C"

struct entry {
	struct entry *next;
	const void *what; /* its place in the configuration */
	struct run *run;
};

/* A report that the engine's buffer had no room for. */
struct late {
	struct late *next;
	size_t size;
	char packet[];
};

struct runner {
	const struct conf *conf;
	struct event_base *base;
	int fd;
	struct event *readable, *writable, *child;
	struct entry *entries;
	struct late *first, **last;
	struct runner_user *users;
};

static void
on_writable(int fd, short what, void *arg)
{
	struct runner *r = arg;
	struct late *late;

	(void)what;
	while ((late = r->first) != NULL) {
		if (send(fd, late->packet, late->size, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 &&
		    (errno == EAGAIN || errno == ENOBUFS)) {
			event_add(r->writable, NULL);
			return;
		}
		if ((r->first = late->next) == NULL)
			r->last = &r->first;
		free(late);
	}
}

static void
send_report(void *arg, uint32_t ticket, const struct runner_result *result)
{
	struct runner *r = arg;
	size_t n = result->output != NULL ? strlen(result->output) : 0;
	struct runner_report head = { .ticket = ticket,
		.error = result->error,
		.status = result->status,
		.timed_out = result->timed_out,
		.size = (uint32_t)n };
	struct late *late = malloc(sizeof(*late) + sizeof(head) + n);

	if (late == NULL) {
		log_warn("report of a run"); /* the engine's timeout judges it */
		return;
	}
	late->next = NULL;
	late->size = sizeof(head) + n;
	memcpy(late->packet, &head, sizeof(head));
	if (n > 0)
		memcpy(late->packet + sizeof(head), result->output, n);
	*r->last = late;
	r->last = &late->next;
	if (!event_pending(r->writable, EV_WRITE, NULL))
		on_writable(r->fd, EV_WRITE, r);
}

static void
refuse(struct runner *r, const struct runner_request *head, int error)
{
	const struct runner_result result = { .error = error, .output = "" };

	send_report(r, head->ticket, &result);
}

static bool
too_many_left(const struct runner *r, const void *what)
{
	const struct entry *e;
	int n = 0;

	for (e = r->entries; e != NULL; e = e->next)
		n += e->what == what && run_is_over(e->run);
	return n >= LEFT_MOST;
}

/* Whom the program runs as. Without root's rights only as ourselves. */
static int
find_user(struct runner *r, const char *name, const struct runner_user **user)
{
	bool said = name != NULL;

	*user = NULL;
	if (!said)
		name = r->conf->user;
	if (name == NULL || name[0] == '\0' || (geteuid() != 0 && !said))
		return 0;
	if ((*user = runner_user(&r->users, name)) == NULL)
		return -1;
	if (geteuid() == 0)
		return 0;
	errno = EPERM;
	if ((*user)->uid != geteuid())
		return -1;
	*user = NULL;
	return 0;
}

static int
start(struct runner *r, const struct runner_request *head, const void *what, struct program *p,
    const char *user, bool leave_group)
{
	struct entry *e;

	if (head->timeout_ms <= 0) {
		errno = EINVAL;
		return -1;
	}
	if (too_many_left(r, what)) {
		errno = EBUSY;
		return -1;
	}
	if (find_user(r, user, &p->user) == -1 || (e = calloc(1, sizeof(*e))) == NULL)
		return -1;
	e->what = what;
	e->run = run_start(r->base, p, head->ticket, head->timeout_ms, leave_group, send_report, r);
	if (e->run == NULL) {
		free(e);
		return -1;
	}
	e->next = r->entries;
	r->entries = e;
	return 0;
}

static const struct conf_check *
find_check(const struct conf *conf, const char *service, const char *check, const char **vrf)
{
	size_t i, j;

	for (i = 0; i < conf->nservices; i++) {
		const struct conf_service *s = &conf->services[i];

		if (strcmp(s->name, service) != 0)
			continue;
		for (j = 0; j < s->nchecks; j++) {
			if (strcmp(s->checks[j].name, check) == 0 &&
			    s->checks[j].kind == CHECK_EXEC) {
				*vrf = s->vrf;
				return &s->checks[j];
			}
		}
	}
	return NULL;
}

/* The text at *at, which moves behind it; NULL: there is none. */
static char *
next_text(char *texts, size_t size, size_t *at)
{
	char *text = texts + *at, *zero;

	if (*at >= size || (zero = memchr(text, '\0', size - *at)) == NULL)
		return NULL;
	*at += (size_t)(zero - text) + 1;
	return text;
}

static int
start_check(struct runner *r, const struct runner_request *head, char *texts)
{
	char path[] = ENV_PATH, lang[] = ENV_LANG;
	char *env[6] = { path, lang };
	struct program p = { .env = env };
	const struct conf_check *conf = NULL;
	size_t at = 0;
	const char *service = next_text(texts, head->size, &at);
	const char *check = next_text(texts, head->size, &at), *vrf = NULL;
	int result = -1, saved;

	if (service != NULL && check != NULL)
		conf = find_check(r->conf, service, check, &vrf);
	if (conf == NULL) {
		errno = ENOENT;
		return -1;
	}
	p.argv = conf->argv;
	if (asprintf(&env[2], "ZANYCAST_SERVICE=%s", service) == -1)
		env[2] = NULL;
	else if (asprintf(&env[3], "ZANYCAST_CHECK=%s", check) == -1)
		env[3] = NULL;
	else if (asprintf(&env[4], "ZANYCAST_VRF=%s", vrf) == -1)
		env[4] = NULL;
	errno = ENOMEM;
	if (env[4] != NULL)
		result = start(r, head, conf, &p, conf->user, false);
	saved = errno;
	free(env[2]);
	free(env[3]);
	free(env[4]);
	errno = saved;
	return result;
}

static int
start_hook(struct runner *r, const struct runner_request *head, char *texts)
{
	static const char ours[] = "ZANYCAST_";
	char path[] = ENV_PATH, lang[] = ENV_LANG;
	char *argv[] = { r->conf->hook, NULL }, *env[ENV_MOST + 1] = { path, lang };
	struct program p = { .argv = argv, .env = env };
	size_t at = 0, n = 2;
	char *text;

	if (r->conf->hook == NULL || (p.input = next_text(texts, head->size, &at)) == NULL) {
		errno = ENOENT;
		return -1;
	}
	while (n < ENV_MOST && (text = next_text(texts, head->size, &at)) != NULL) {
		/* LD_PRELOAD and its like are not the engine's to set */
		if (strncmp(text, ours, sizeof(ours) - 1) == 0)
			env[n++] = text;
	}
	env[n] = NULL;
	return start(r, head, r->conf, &p, r->conf->hook_user, true);
}

static void
cancel(struct runner *r, uint32_t ticket)
{
	struct entry *e;

	for (e = r->entries; e != NULL; e = e->next) {
		if (run_ticket(e->run) == ticket && !run_is_over(e->run))
			run_cancel(e->run);
	}
}

static void
serve(struct runner *r, const struct runner_request *head, char *texts)
{
	int result = 0;

	switch (head->what) {
	case RUNNER_CHECK:
		result = start_check(r, head, texts);
		break;
	case RUNNER_HOOK:
		result = start_hook(r, head, texts);
		break;
	case RUNNER_CANCEL:
		cancel(r, head->ticket);
		break;
	default:
		log_warnx("a request of no known kind");
		break;
	}
	if (result == -1)
		refuse(r, head, errno);
}

static void
on_request(int fd, short what, void *arg)
{
	struct runner *r = arg;
	struct {
		struct runner_request head;
		char texts[RUNNER_TEXTS_MAX];
	} packet;
	ssize_t n = recv(fd, &packet, sizeof(packet), MSG_DONTWAIT);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)sizeof(packet.head)) {
		if (n > 0)
			log_warnx("a request cut short");
		event_base_loopbreak(r->base);
		return;
	}
	if (packet.head.size == (size_t)n - sizeof(packet.head))
		serve(r, &packet.head, packet.texts);
	else
		log_warnx("a request of a wrong size");
}

static void
on_child(int fd, short what, void *arg)
{
	struct runner *r = arg;
	struct entry **at = &r->entries, *e;

	(void)fd;
	(void)what;
	while ((e = *at) != NULL) {
		if (!run_check_end(e->run)) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		run_free(e->run);
		free(e);
	}
}

/* It ends with the link alone: whoever stops the daemon by signals to all still gets verdicts. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	struct sigaction sa = { .sa_handler = SIG_IGN };
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &sa, NULL);
}

static int
init(struct runner *r)
{
	if ((r->base = event_base_new()) == NULL)
		return -1;
	r->readable = event_new(r->base, r->fd, EV_READ | EV_PERSIST, on_request, r);
	r->writable = event_new(r->base, r->fd, EV_WRITE, on_writable, r);
	r->child = evsignal_new(r->base, SIGCHLD, on_child, r);
	if (r->readable == NULL || r->writable == NULL || r->child == NULL)
		return -1;
	return event_add(r->readable, NULL) == -1 || event_add(r->child, NULL) == -1 ? -1 : 0;
}

static void
end(struct runner *r)
{
	struct entry *e;
	struct late *late;

	while ((e = r->entries) != NULL) {
		r->entries = e->next;
		run_free(e->run);
		free(e);
	}
	while ((late = r->first) != NULL) {
		r->first = late->next;
		free(late);
	}
	if (r->readable != NULL)
		event_free(r->readable);
	if (r->writable != NULL)
		event_free(r->writable);
	if (r->child != NULL)
		event_free(r->child);
	if (r->base != NULL)
		event_base_free(r->base);
	runner_users_free(&r->users);
	close(r->fd);
}

/* What it takes to become somebody else and to end who that is. */
static void
drop_capabilities(void)
{
#ifdef HAVE_LIBCAP_NG
	if (geteuid() != 0) /* in a test: there is nothing to give up */
		return;
	capng_clear(CAPNG_SELECT_CAPS);
	/* the bounding set stays: setuid programs, and those of root, get what they always get */
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SETUID, CAP_SETGID,
		CAP_KILL, -1) != 0 ||
	    capng_apply(CAPNG_SELECT_CAPS) != 0)
		log_warnx("the runner can't give up its capabilities");
#endif
}

int
runner_main(const struct conf *conf, int fd)
{
	struct runner r = { .conf = conf, .fd = fd };
	int status = 0;

	r.last = &r.first;
	drop_capabilities();
	ignore_signals();
	if (init(&r) == -1) {
		log_warn("runner");
		status = 1;
	} else
		event_base_dispatch(r.base);
	end(&r);
	return status;
}
