/*
 * A queue in front of the operator's program. Knows events and the runner;
 * not what any event means.
 */
#include "engine/hooks.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/wait.h>

#include "base/log.h"
#include "checks/text.h"
#include "conf/conf.h"
#include "engine/show.h"
#include "runner/link.h"

#define ENV_MAX 11

/* One run to come: all it needs, already as text. */
struct item {
	TAILQ_ENTRY(item) entry;
	char event[32];
	char *env[ENV_MAX + 1];
	char *input;
};
TAILQ_HEAD(items, item);

struct hooks {
	const struct conf *conf;
	struct runner_link *runner;
	hooks_event_fn *fn;
	void *arg;
	struct items queue; /* the first one runs while `running` */
	size_t length, dropped;
	bool running, starting;
};

static bool
is_hooked(const char *event)
{
	static const char *const names[] = { "service.up", "service.down", "service.drained",
		"service.undrained", "lease.expired", "route.announcing", "route.announced",
		"route.withdrawing", "route.withdrawn", "route.refused", "plan.conflict",
		"zebra.lost", "zebra.stuck", "zebra.refused", "daemon.deaf", "daemon.flushing",
		"daemon.hears" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], event) == 0)
			return true;
	return false;
}

static void
item_free(struct item *item)
{
	size_t i;

	for (i = 0; i < ENV_MAX; i++)
		free(item->env[i]);
	free(item->input);
	free(item);
}

static int
add_env(struct item *item, size_t *n, const char *name, const char *value)
{
	char *text;

	if (value == NULL || value[0] == '\0')
		return 0;
	if (asprintf(&text, "ZANYCAST_%s=%s", name, value) == -1)
		return -1;
	text_clean(text);
	item->env[(*n)++] = text;
	return 0;
}

static int
fill_env(struct item *item, const struct log_event *ev)
{
	char tag[24] = "";
	size_t n = 0, i;
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "EVENT", ev->name },
		{ "SERVICE", ev->service },
		{ "PREFIX", ev->prefix },
		{ "VRF", ev->vrf },
		{ "CHECK", ev->check },
		{ "CAUSE", ev->cause },
		{ "FROM", ev->from },
		{ "TO", ev->to },
		{ "TAG", tag },
		{ "DAEMON", ev->daemon },
		{ "TEXT", ev->text },
	};

	_Static_assert(sizeof(fields) / sizeof(fields[0]) <= ENV_MAX, "room for all");
	if (ev->tag > 0)
		snprintf(tag, sizeof(tag), "%lld", (long long)ev->tag);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (add_env(item, &n, fields[i].name, fields[i].value) == -1)
			return -1;
	return 0;
}

static int
fill_input(struct item *item, const struct log_event *ev)
{
	struct json_object *o = show_event(ev);
	const char *text;
	int n = -1;

	if (o == NULL)
		return -1;
	text = json_object_to_json_string_ext(o, JSON_LINE);
	if (text != NULL)
		n = asprintf(&item->input, "%s\n", text);
	if (n == -1)
		item->input = NULL;
	json_object_put(o);
	return n == -1 ? -1 : 0;
}

static struct item *
item_new(const struct log_event *ev)
{
	struct item *item = calloc(1, sizeof(*item));

	if (item == NULL)
		return NULL;
	snprintf(item->event, sizeof(item->event), "%s", ev->name);
	if (fill_env(item, ev) == -1 || fill_input(item, ev) == -1) {
		item_free(item);
		return NULL;
	}
	return item;
}

static void __attribute__((format(printf, 2, 3))) failed(struct hooks *h, const char *fmt, ...)
{
	struct log_event ev = EVENT("hook.failed", LOG_LEVEL_WARNING);
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(text);
	ev.text = text;
	h->fn(h->arg, &ev);
}

static void
remove_first(struct hooks *h)
{
	struct item *item = TAILQ_FIRST(&h->queue);

	TAILQ_REMOVE(&h->queue, item, entry);
	item_free(item);
	if (--h->length == 0 && h->dropped > 1)
		failed(h, "%zu events were dropped while the hook was behind", h->dropped);
	if (h->length == 0)
		h->dropped = 0;
}

/* The first words of what it printed, for the log. */
static const char *
excerpt(const char *output, char *buf, size_t size)
{
	size_t len = output == NULL ? 0 : strcspn(output, "\n");

	if (len == 0)
		return "";
	snprintf(buf, size, ": %.*s", (int)(len < 100 ? len : 100), output);
	return buf;
}

static void
say_result(struct hooks *h, const char *event, const struct runner_result *r)
{
	const char *program = h->conf->hook;
	char buf[104];

	if (r->error != 0)
		failed(h, "%s for %s could not be started: %s", program, event, strerror(r->error));
	else if (r->timed_out)
		failed(h, "%s for %s took longer than %lld ms and was killed", program, event,
		    (long long)h->conf->hook_timeout);
	else if (WIFSIGNALED(r->status))
		failed(h, "%s for %s was ended by signal %d", program, event, WTERMSIG(r->status));
	else if (WIFEXITED(r->status) && WEXITSTATUS(r->status) != 0)
		failed(h, "%s for %s exited with status %d%s", program, event,
		    WEXITSTATUS(r->status), excerpt(r->output, buf, sizeof(buf)));
}

static void done(void *, const struct runner_result *);

/* Starts the first of the queue unless one runs. */
static void
next(struct hooks *h)
{
	struct item *item;

	if (h->starting)
		return;
	h->starting = true;
	while (!h->running && (item = TAILQ_FIRST(&h->queue)) != NULL) {
		h->running = true;
		if (runner_run_hook(
			h->runner, item->env, item->input, h->conf->hook_timeout, done, h) != -1)
			continue;
		h->running = false;
		failed(h, "%s for %s could not be started: %s", h->conf->hook, item->event,
		    strerror(errno));
		remove_first(h);
	}
	h->starting = false;
}

static void
done(void *arg, const struct runner_result *r)
{
	struct hooks *h = arg;

	say_result(h, TAILQ_FIRST(&h->queue)->event, r);
	h->running = false;
	remove_first(h);
	next(h);
}

struct hooks *
hooks_new(const struct conf *conf, struct runner_link *runner, hooks_event_fn *fn, void *arg)
{
	struct hooks *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->conf = conf;
	h->runner = runner;
	h->fn = fn;
	h->arg = arg;
	TAILQ_INIT(&h->queue);
	return h;
}

void
hooks_free(struct hooks *h)
{
	struct item *item;

	if (h == NULL)
		return;
	while ((item = TAILQ_FIRST(&h->queue)) != NULL) {
		TAILQ_REMOVE(&h->queue, item, entry);
		item_free(item);
	}
	free(h);
}

/* The oldest that does not run yet makes room. */
static void
drop_oldest(struct hooks *h)
{
	struct item *item = TAILQ_FIRST(&h->queue);

	if (h->running)
		item = TAILQ_NEXT(item, entry);
	if (h->dropped++ == 0)
		failed(h, "%s is behind: %d events wait, %s is dropped", h->conf->hook, HOOKS_QUEUE,
		    item->event);
	TAILQ_REMOVE(&h->queue, item, entry);
	h->length--;
	item_free(item);
}

void
hooks_offer(struct hooks *h, const struct log_event *ev)
{
	struct item *item;

	if (h->conf->hook == NULL || h->runner == NULL || !is_hooked(ev->name))
		return;
	item = item_new(ev);
	if (item == NULL) {
		log_warn("no memory for the hook of %s", ev->name);
		return;
	}
	if (h->length - h->running >= HOOKS_QUEUE)
		drop_oldest(h);
	TAILQ_INSERT_TAIL(&h->queue, item, entry);
	h->length++;
	next(h);
}

bool
hooks_idle(const struct hooks *h)
{
	return h->length == 0;
}
