/*
 * The short way from a verdict to the keeper. Whatever is said to people comes
 * after the bytes to the keeper. Knows no route but whether there is one.
 */
#include "engine/verdicts.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "checks/check.h"
#include "checks/text.h"
#include "engine/uplink.h"
#include "engine/world.h"

/* What a check's verdict is handed to. */
struct watch {
	struct verdicts *verdicts;
	struct check *check; /* NULL: it could not be made */
	size_t service, place;
};

struct verdicts {
	struct event_base *base;
	struct world *world;
	struct uplink *uplink;
	verdicts_event_fn *fn;
	void *arg;
	struct event *wake;	/* a sleeper may be tried again */
	struct watch **watches; /* by service and place */
	bool begun;
};

/* What made a service change, for the keeper and for people. */
struct reason {
	const char *check, *cause, *text; /* "" or NULL: nothing to say */
	int64_t at_us, took_us;
};

static void
publish(struct verdicts *v, struct log_event *ev)
{
	if (ev->at_us == 0)
		ev->at_us = clock_us();
	v->fn(v->arg, ev);
}

static void
offer_lease(struct verdicts *v, size_t service)
{
	struct member *m = &v->world->members[service];
	int64_t until = service_lease(&m->service);

	if (until <= m->lease_until || until <= clock_ms())
		return;
	if (uplink_lease(v->uplink, service, until, m->conf->tag))
		m->lease_until = until;
}

static void
revoke(struct verdicts *v, size_t service, const struct reason *reason)
{
	struct member *m = &v->world->members[service];

	uplink_revoke(v->uplink, service, reason->cause, reason->check, reason->at_us);
	m->lease_until = 0;
	m->revoked_us = reason->at_us;
}

static void
say_service(struct verdicts *v, size_t service, const struct service_change *change,
    const struct reason *reason)
{
	static const char *const names[] = { "service.undrained", "service.up", "service.down",
		"service.drained" };
	struct member *m = &v->world->members[service];
	struct log_event ev = EVENT(names[m->service.state], LOG_LEVEL_NOTICE);

	if (change->from == SERVICE_DRAINED)
		ev.name = "service.undrained";
	ev.at_us = reason->at_us; /* of the verdict: the keeper was told before anybody else */
	ev.service = m->conf->name;
	ev.check = reason->check;
	ev.cause = reason->cause;
	ev.from = service_state_name(change->from);
	ev.to = service_state_name(m->service.state);
	ev.took_us = reason->took_us;
	ev.tag = m->service.state == SERVICE_UP ? (int64_t)m->conf->tag : 0;
	ev.text = reason->text;
	publish(v, &ev);
}

/* The keeper first, people after it. */
static void
service_changed(struct verdicts *v, size_t service, const struct service_change *change,
    const struct reason *reason)
{
	enum service_state state = v->world->members[service].service.state;

	if (state == SERVICE_UP)
		offer_lease(v, service);
	else if (state != SERVICE_UNDECIDED)
		revoke(v, service, reason);
	say_service(v, service, change, reason);
}

static void
say_check(struct verdicts *v, const struct watch *w, const struct service_change *change,
    const struct reason *reason)
{
	struct member *m = &v->world->members[w->service];
	const struct standing *st = &m->service.checks[w->place];
	struct log_event ev = EVENT(st->state == UP ? "check.up" : "check.down", LOG_LEVEL_NOTICE);

	ev.at_us = reason->at_us; /* of the verdict: the keeper was told before anybody else */
	ev.service = m->conf->name;
	ev.check = reason->check;
	ev.cause = reason->cause;
	ev.from = decided_name(change->check_from);
	ev.to = decided_name(st->state);
	ev.took_us = reason->took_us;
	ev.text = reason->text;
	publish(v, &ev);
}

static void
say_debug(const struct member *m, const struct watch *w, const struct result *r)
{
	const struct standing *st = &m->service.checks[w->place];

	if (log_level() < LOG_LEVEL_DEBUG)
		return;
	log_debug("service %s check %s: %s in %.3f ms%s%s: %u in a row, check %s, service %s, "
		  "lease for %lld ms",
	    m->conf->name, m->conf->checks[w->place].name, cause_name(r->cause),
	    (double)r->took_us / 1000, r->text[0] != '\0' ? ": " : "", r->text, st->run,
	    decided_name(st->state), service_state_name(m->service.state),
	    (long long)(m->lease_until == 0 ? 0 : m->lease_until - clock_ms()));
}

static void
on_verdict(void *arg, const struct verdict *verdict)
{
	struct watch *w = arg;
	struct verdicts *v = w->verdicts;
	struct member *m = &v->world->members[w->service];
	struct history *history = &m->histories[w->place];
	int64_t took = verdict->ended_us - verdict->started_us, now = clock_ms();
	struct reason reason = { .check = m->conf->checks[w->place].name,
		.cause = verdict->cause == CAUSE_OK ? "" : cause_name(verdict->cause),
		.at_us = clock_us(),
		.took_us = took < 0 ? 0 : took };
	struct service_change change;

	if (m->service.checks[w->place].dormant)
		return;
	change = service_feed(
	    &m->service, w->place, verdict->cause, verdict->final, verdict->started, now);
	if (change.service_changed && m->service.state == SERVICE_DOWN) {
		m->culprit = w->place;
		revoke(v, w->service, &reason);
	} else if (m->service.state == SERVICE_UP && verdict->cause == CAUSE_OK)
		offer_lease(v, w->service);

	history_add(history, verdict->ended_us, reason.took_us, verdict->cause, verdict->text);
	reason.text = history_get(history, 0)->text;
	if (w->check != NULL)
		check_hurry(w->check, service_hurries(&m->service, w->place));
	if (change.check_changed)
		say_check(v, w, &change, &reason);
	if (change.service_changed)
		say_service(v, w->service, &change, &reason);
	if (change.check_changed || change.service_changed)
		uplink_checkpoint(v->uplink, w->service);
	say_debug(m, w, history_get(history, 0));
}

/* When the next sleeper may be tried again. */
static void
set_wake(struct verdicts *v)
{
	int64_t at = CLOCK_NEVER;
	struct timeval tv;
	size_t i;

	for (i = 0; i < v->world->conf->nservices; i++)
		if (service_wake(&v->world->members[i].service) < at)
			at = service_wake(&v->world->members[i].service);
	if (at == CLOCK_NEVER) {
		evtimer_del(v->wake);
		return;
	}
	tv = clock_span_ms(at - clock_ms());
	evtimer_add(v->wake, &tv);
}

/* The service changed without a verdict: because a check fell asleep, or may be tried again. */
static void
changed_by_sleep(
    struct verdicts *v, size_t service, const struct service_change *change, const char *text)
{
	struct reason reason = { "", "", text, clock_us(), 0 };

	if (change->service_changed)
		service_changed(v, service, change, &reason);
	if (change->service_changed || change->check_changed)
		uplink_checkpoint(v->uplink, service);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct verdicts *v = arg;
	struct service_change change;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < v->world->conf->nservices; i++) {
		change = service_tick(&v->world->members[i].service, clock_ms());
		changed_by_sleep(v, i, &change, "tries again what failed while announced");
	}
	set_wake(v);
}

struct verdicts *
verdicts_new(struct event_base *base, struct world *world, struct uplink *uplink,
    verdicts_event_fn *fn, void *arg)
{
	struct verdicts *v = calloc(1, sizeof(*v));
	size_t i, n = world->conf->nservices;

	if (v == NULL)
		return NULL;
	*v = (struct verdicts){
		.base = base, .world = world, .uplink = uplink, .fn = fn, .arg = arg
	};
	v->wake = evtimer_new(base, on_wake, v);
	v->watches = calloc(n + 1, sizeof(*v->watches));
	for (i = 0; v->watches != NULL && i < n; i++) {
		v->watches[i] = calloc(world->conf->services[i].nchecks + 1, sizeof(struct watch));
		if (v->watches[i] == NULL)
			break;
	}
	if (v->wake == NULL || v->watches == NULL || i < n) {
		verdicts_free(v);
		errno = ENOMEM;
		return NULL;
	}
	return v;
}

void
verdicts_free(struct verdicts *v)
{
	size_t i, k;

	if (v == NULL)
		return;
	for (i = 0; v->watches != NULL && v->watches[i] != NULL; i++) {
		for (k = 0; k < v->world->conf->services[i].nchecks; k++)
			if (v->watches[i][k].check != NULL)
				check_free(v->watches[i][k].check);
		free(v->watches[i]);
	}
	free(v->watches);
	if (v->wake != NULL)
		event_free(v->wake);
	free(v);
}

/* A check that can't be made is down for good: nobody would ever see it fail. */
static void
say_unmade(struct watch *w, int error)
{
	struct verdict verdict = { .cause = CAUSE_LOCAL, .final = true, .started = clock_ms() };

	verdict.started_us = verdict.ended_us = clock_us();
	snprintf(
	    verdict.text, sizeof(verdict.text), "the check could not be made: %s", strerror(error));
	on_verdict(w, &verdict);
}

static void
start_check(struct verdicts *v, struct check_context *ctx, size_t service, size_t place)
{
	const struct conf_service *conf = &v->world->conf->services[service];
	const struct standing *st = &v->world->members[service].service.checks[place];
	struct watch *w = &v->watches[service][place];

	w->verdicts = v;
	w->service = service;
	w->place = place;
	w->check = check_new(
	    ctx, conf->name, &conf->checks[place], conf->prefixes, conf->nprefixes, on_verdict, w);
	if (w->check == NULL) {
		say_unmade(w, errno);
		return;
	}
	check_set_device(w->check, &v->world->members[service].device);
	if (conf->checks[place].target == TARGET_SERVICE)
		check_target_announced(w->check, !st->dormant);
	check_hurry(w->check, service_hurries(&v->world->members[service].service, place));
	check_start(w->check);
}

void
verdicts_begin(struct verdicts *v, struct check_context *ctx)
{
	struct reason reason = { "", "", NULL, clock_us(), 0 };
	struct service *s;
	size_t i, k;

	v->begun = true;
	for (i = 0; i < v->world->conf->nservices; i++) {
		s = &v->world->members[i].service;
		service_announced(s, world_announces(&v->world->members[i]), clock_ms());
		if (s->state == SERVICE_DOWN || s->state == SERVICE_DRAINED)
			revoke(v, i, &reason);
	}
	for (i = 0; i < v->world->conf->nservices; i++)
		for (k = 0; k < v->world->conf->services[i].nchecks; k++)
			start_check(v, ctx, i, k);
	set_wake(v);
}

void
verdicts_announced(struct verdicts *v, size_t service)
{
	struct member *m = &v->world->members[service];
	bool announced = world_announces(m);
	struct service_change change;
	struct watch *w;
	size_t k;

	if (!v->begun)
		return;
	for (k = 0; k < m->conf->nchecks; k++) {
		w = &v->watches[service][k];
		if (m->conf->checks[k].target != TARGET_SERVICE || w->check == NULL ||
		    m->service.checks[k].dormant == !announced)
			continue;
		check_target_announced(w->check, announced);
		check_hurry(w->check, announced);
	}
	change = service_announced(&m->service, announced, clock_ms());
	changed_by_sleep(v, service, &change, "all that passed were checks that sleep now");
	set_wake(v);
}

void
verdicts_drain(struct verdicts *v, size_t service, bool on, const char *text)
{
	struct member *m = &v->world->members[service];
	struct service_change change;
	struct reason reason = { "", "", m->reason, clock_us(), 0 };

	change = service_drain(&m->service, on, clock_ms());
	snprintf(m->reason, sizeof(m->reason), "%s", text);
	text_clean(m->reason);
	if (!v->begun || !change.service_changed)
		return;
	service_changed(v, service, &change, &reason);
	uplink_checkpoint(v->uplink, service);
}

void
verdicts_check_now(struct verdicts *v, size_t service)
{
	struct member *m = &v->world->members[service];
	struct service_change change;
	size_t k;

	change = service_retry(&m->service, clock_ms());
	changed_by_sleep(v, service, &change, "an operator wants it tried now");
	set_wake(v);
	for (k = 0; k < m->conf->nchecks; k++)
		if (v->watches[service][k].check != NULL && !m->service.checks[k].dormant)
			check_now(v->watches[service][k].check);
}
