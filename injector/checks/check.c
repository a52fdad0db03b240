/*
 * Schedule, timeout and verdict of a check of any kind: one-shot timers on an
 * absolute schedule, so the loop sleeps until the next probe is due. Must not
 * know services, routes, or how a kind probes.
 */
#include "checks/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "base/clock.h"
#include "base/log.h"
#include "checks/device.h"
#include "checks/dns_sockets.h"
#include "checks/listener.h"
#include "checks/text.h"

/* A timer may come that much early: libevent counts from the begin of a round of its loop. */
#define EARLY_US 1000

struct check {
	struct check_context *ctx;
	const char *service;
	const struct conf_check *conf;
	const struct check_ops *ops;
	const struct device *device;
	const struct prefix *prefixes;
	size_t nprefixes, turn;
	struct sockaddr_storage address;
	socklen_t address_len;
	verdict_fn *fn;
	void *arg;
	struct event *timer, *deadline;
	int64_t slot, due; /* clock_us() of the schedule's latest and next probe */
	struct verdict verdict;
	bool started, announced, hurry, busy, calling, freed;
	max_align_t state[];
};

static const struct check_ops *const kinds[CHECK_KINDS] = {
	[CHECK_DNS] = &check_dns,
	[CHECK_TCP] = &check_tcp,
	[CHECK_EXEC] = &check_exec,
	[CHECK_LISTENER] = &check_listener,
};

int
check_context_init(struct check_context *ctx, struct event_base *base, struct runner_link *runner)
{
	*ctx = (struct check_context){ .base = base, .runner = runner };
	ctx->dns = dns_sockets_new(base);
	ctx->listener = listener_watch_new(base);
	if (ctx->dns == NULL || ctx->listener == NULL) {
		check_context_free(ctx);
		return -1;
	}
	return 0;
}

void
check_context_free(struct check_context *ctx)
{
	dns_sockets_free(ctx->dns);
	listener_watch_free(ctx->listener);
	ctx->dns = NULL;
	ctx->listener = NULL;
}

static const struct device no_device;

static bool
active(const struct check *c)
{
	return (c->started && !c->freed && (c->conf->target == TARGET_FIXED || c->announced));
}

static void
arm(struct check *c, int64_t now)
{
	struct timeval tv = clock_span_us(c->due - now);

	if (evtimer_add(c->timer, &tv) == -1)
		log_warnx("check %s: no timer: it stands still", c->conf->name);
}

static int64_t
period(const struct check *c)
{
	int64_t ms = c->hurry ? c->conf->fast : c->conf->interval;

	return (ms < 1 ? 1 : ms) * 1000;
}

/* The next turn after the latest; turns that are past are left out, never made up for. */
static void
plan(struct check *c)
{
	int64_t now = clock_us(), every = period(c);

	c->due = c->slot + every;
	if (c->due <= now)
		c->due += ((now - c->due) / every + 1) * every;
	arm(c, now);
}

/* The schedule's origin: somewhere within the first `fast`, so that checks spread. */
static void
begin(struct check *c)
{
	int64_t now = clock_us(), fast = c->conf->fast * 1000;
	uint64_t random = 0;

	evutil_secure_rng_get_bytes(&random, sizeof(random));
	c->due = now + (fast > 0 ? (int64_t)(random % (uint64_t)fast) : 0);
	arm(c, now);
}

static void
stop(struct check *c)
{
	evtimer_del(c->timer);
	evtimer_del(c->deadline);
	if (!c->busy)
		return;
	c->busy = false;
	c->ops->abort(c);
}

static void
destroy(struct check *c)
{
	stop(c);
	c->ops->free(c);
	event_free(c->timer);
	event_free(c->deadline);
	free(c);
}

static void
probe(struct check *c)
{
	struct timeval tv = clock_span_us(c->conf->timeout * 1000);

	c->busy = true;
	c->verdict = (struct verdict){ .started = clock_ms(), .started_us = clock_us() };
	if (evtimer_add(c->deadline, &tv) == -1) {
		check_done(c, CAUSE_LOCAL, "no timer");
		return;
	}
	c->ops->start(c);
}

static void
on_timer(int fd, short what, void *arg)
{
	struct check *c = arg;
	int64_t now = clock_us();

	(void)fd;
	(void)what;
	if (c->due - now > EARLY_US) {
		arm(c, now);
		return;
	}
	c->slot = c->due;
	if (!c->busy) /* else check_done() goes on with the schedule */
		probe(c);
}

static void
on_deadline(int fd, short what, void *arg)
{
	struct check *c = arg;
	char words[sizeof(c->verdict.text)] = "";

	(void)fd;
	(void)what;
	if (c->ops->describe_timeout != NULL)
		c->ops->describe_timeout(c, words, sizeof(words));
	c->ops->abort(c);
	if (words[0] != '\0')
		check_done(c, CAUSE_TIMEOUT, "%s", words);
	else
		check_done(c, CAUSE_TIMEOUT, "nothing within %lld ms", (long long)c->conf->timeout);
}

/* The function told may free the check: false if it did. */
static bool
tell(struct check *c, const struct verdict *v)
{
	c->calling = true;
	c->fn(c->arg, v);
	c->calling = false;
	if (!c->freed)
		return true;
	destroy(c);
	return false;
}

void
check_done(struct check *c, enum cause cause, const char *fmt, ...)
{
	struct verdict *v = &c->verdict;
	va_list ap;

	if (!c->busy)
		return;
	evtimer_del(c->deadline);
	c->busy = false;
	v->cause = cause;
	v->ended_us = clock_us();
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	text_clean(v->text);
	if (cause == CAUSE_OK && c->nprefixes > 0)
		c->turn = (c->turn + 1) % c->nprefixes;
	if (tell(c, v) && active(c) && !evtimer_pending(c->timer, NULL))
		plan(c);
}

void
check_event(struct check *c, enum cause cause, const char *fmt, ...)
{
	struct verdict v = {
		.cause = cause, .final = true, .started = clock_ms(), .started_us = clock_us()
	};
	va_list ap;

	if (!active(c) || c->calling)
		return;
	if (c->busy) { /* what it could still find is older than the event */
		evtimer_del(c->deadline);
		c->busy = false;
		c->ops->abort(c);
	}
	v.ended_us = v.started_us;
	va_start(ap, fmt);
	vsnprintf(v.text, sizeof(v.text), fmt, ap);
	va_end(ap);
	text_clean(v.text);
	if (tell(c, &v) && active(c) && !evtimer_pending(c->timer, NULL))
		plan(c);
}

static int
init_address(struct check *c)
{
	if (c->conf->kind != CHECK_DNS && c->conf->kind != CHECK_TCP)
		return 0;
	if (c->conf->target == TARGET_FIXED && c->conf->server != NULL)
		return (addr_parse(&c->address, &c->address_len, c->conf->server, c->conf->port));
	if (c->conf->target == TARGET_SERVICE && c->nprefixes > 0)
		return 0;
	errno = EINVAL;
	return -1;
}

static int
init(struct check *c, struct check_context *ctx)
{
	c->ctx = ctx;
	if (init_address(c) == -1)
		return -1;
	c->timer = evtimer_new(ctx->base, on_timer, c);
	c->deadline = evtimer_new(ctx->base, on_deadline, c);
	if (c->timer == NULL || c->deadline == NULL) {
		errno = ENOMEM;
		return -1;
	}
	return c->ops->init(c);
}

struct check *
check_new(struct check_context *ctx, const char *service, const struct conf_check *conf,
    const struct prefix *service_prefixes, size_t nprefixes, verdict_fn *fn, void *arg)
{
	const struct check_ops *ops;
	struct check *c;
	int saved;

	if ((unsigned int)conf->kind >= CHECK_KINDS) {
		errno = EINVAL;
		return NULL;
	}
	ops = kinds[conf->kind];
	if ((c = calloc(1, sizeof(*c) + ops->size)) == NULL)
		return NULL;
	c->service = service;
	c->conf = conf;
	c->ops = ops;
	c->device = &no_device;
	c->prefixes = service_prefixes;
	c->nprefixes = nprefixes;
	c->fn = fn;
	c->arg = arg;
	if (init(c, ctx) == 0)
		return c;
	saved = errno;
	if (c->timer != NULL)
		event_free(c->timer);
	if (c->deadline != NULL)
		event_free(c->deadline);
	free(c);
	errno = saved;
	return NULL;
}

void
check_set_device(struct check *c, const struct device *device)
{
	c->device = device;
}

void
check_free(struct check *c)
{
	if (c == NULL)
		return;
	if (c->calling)
		c->freed = true;
	else
		destroy(c);
}

void
check_start(struct check *c)
{
	if (c->started)
		return;
	c->started = true;
	if (active(c))
		begin(c);
}

void
check_now(struct check *c)
{
	if (active(c) && !c->busy && !c->calling)
		probe(c);
}

void
check_hurry(struct check *c, bool undecided)
{
	int64_t now;

	if (c->hurry == undecided)
		return;
	c->hurry = undecided;
	/* Before the first probe the origin stands; while one is under way its end plans. */
	if (!evtimer_pending(c->timer, NULL) || c->slot == 0)
		return;
	now = clock_us();
	c->due = c->slot + period(c);
	if (c->due < now)
		c->due = now;
	arm(c, now);
}

void
check_target_announced(struct check *c, bool announced)
{
	if (c->conf->target != TARGET_SERVICE || c->announced == announced)
		return;
	c->announced = announced;
	if (announced && c->started)
		begin(c);
	else if (!announced)
		stop(c);
}

const struct conf_check *
check_conf(const struct check *c)
{
	return c->conf;
}

void *
check_state(struct check *c)
{
	return c->state;
}

struct check_context *
check_ctx(struct check *c)
{
	return c->ctx;
}

const char *
check_service(const struct check *c)
{
	return c->service;
}

const struct prefix *
check_prefixes(struct check *c, size_t *n)
{
	*n = c->nprefixes;
	return c->prefixes;
}

const struct sockaddr *
check_address(struct check *c, int *len)
{
	if (c->conf->target == TARGET_SERVICE)
		addr_from_prefix(
		    &c->address, &c->address_len, &c->prefixes[c->turn], c->conf->port);
	*len = (int)c->address_len;
	return (const struct sockaddr *)&c->address;
}

const struct device *
check_device(const struct check *c)
{
	return c->device;
}

const char *
check_strerror(const struct check *c, int error)
{
	if (c->device->name[0] != '\0' && error == ENODEV)
		return "the device of its VRF is not here; if the VRF is a network namespace, run "
		       "zanycastd in it";
	if (c->device->name[0] != '\0' && error == EPERM)
		return "a socket cannot be bound to the device of its VRF before Linux 5.7";
	return strerror(error);
}

const char *
check_where(const struct check *c, char *buf, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&c->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&c->address;
	char host[INET6_ADDRSTRLEN] = "?";

	if (c->address.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
	else if (c->address.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
	snprintf(buf, size, "%s#%u", host, c->conf->port);
	return buf;
}
