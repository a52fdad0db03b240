/*
 * What the engine says becomes leases; what routes become is told to the engine.
 * Its numbers are places in the file it was started with, and no more is believed.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/state.h"

#define HUNG_MS (4 * IPC_ALIVE_MS) /* so long without a word: it hangs */
#define NEWS_AT_ONCE 64		   /* in one turn of the loop */
#define NEWS_QUIET_MS 50	   /* so long none, and they are told: zebra rests for tens of ms */
#define NEWS_LATE_MS 1000	   /* ... or if the first of them is so old */
#define EVENTS_BEHIND 16384	   /* so many packets behind: events are in the log, that must do */

/* Events: the log, and the engine's monitor and hooks. */

void
serve_publish(void *arg, const struct log_event *ev)
{
	struct keeper *k = arg;
	struct log_event stamped;
	struct ipc_msg msg;

	if (ev->at_us == 0) {
		stamped = *ev;
		stamped.at_us = clock_us();
		ev = &stamped;
	}
	log_event(ev);
	if (k->engine == NULL || (!k->monitored && k->conf->hook == NULL))
		return;
	if (offspring_behind(k->engine) >= EVENTS_BEHIND) {
		k->events_lost++;
		return;
	}
	ipc_from_event(&msg, ev);
	offspring_send(k->engine, &msg);
}

/*
 * Routes. The engine shows them and decides nothing by them: while many change it waits, so that zebra
 * has the machine.
 */

static void
wait_for_news(struct keeper *k, int64_t ms)
{
	struct timeval tv = clock_span_ms(ms);

	event_add(k->tell, &tv);
}

void
serve_route(void *arg, struct route *route)
{
	struct keeper *k = arg;
	struct route_place *place = route_place(route);

	if (place->dropped)
		return;
	k->news_come = true;
	if (place->is_news)
		return;
	place->is_news = true;
	place->next_news = NULL;
	*k->last_news = route;
	k->last_news = &place->next_news;
	if (k->news == route) {
		k->first_news_at = clock_ms();
		wait_for_news(k, NEWS_QUIET_MS);
	}
}

void
serve_news(struct keeper *k)
{
	bool come = k->news_come;

	if (k->engine == NULL || offspring_behind(k->engine) > 0)
		return; /* on_engine_caught_up() or its next start goes on */
	k->news_come = false;
	if (come && clock_ms() < k->first_news_at + NEWS_LATE_MS) {
		wait_for_news(k, NEWS_QUIET_MS);
		return;
	}
	for (int i = 0; i < NEWS_AT_ONCE && k->news != NULL; i++) {
		struct route *route = k->news;
		struct route_place *place = route_place(route);
		struct ipc_msg msg = { .type = IPC_ROUTE, .service = place->service };

		k->news = place->next_news;
		if (k->news == NULL)
			k->last_news = &k->news;
		place->is_news = false;
		if (route_news(route, &msg.route))
			offspring_send(k->engine, &msg);
	}
	if (k->news != NULL)
		wait_for_news(k, 0);
}

void
serve_no_news(struct keeper *k)
{
	k->news = NULL;
	k->last_news = &k->news;
}

/* Leases. */

/* To be judged again at that moment, or sooner. */
static void
arm_judge(struct keeper *k, int64_t at)
{
	struct timeval tv;

	k->judge_at = at;
	if (at == CLOCK_NEVER) {
		event_del(k->judge);
		return;
	}
	tv = clock_span_ms(at - clock_ms());
	event_add(k->judge, &tv);
}

/*
 * Before anything is believed: which leases have run out? Also after a SIGSTOP. Renewals only move
 * ends away: most of the times none can have come.
 */
void
serve_judge(struct keeper *k)
{
	int64_t now = clock_ms(), next = CLOCK_NEVER;

	if (now < k->judge_at)
		return;
	for (struct tenant *t = k->tenants.first; t != NULL; t = t->next) {
		bool was_live = t->lease.state == LEASE_LIVE;

		if (lease_judge(&t->lease, now)) {
			if (was_live && !t->drained)
				serve_publish(k,
				    &EVENT("lease.expired", LOG_LEVEL_ERR, .service = t->name,
					.text = "no fresh pass came in time"));
			apply_tenant(k, t);
		} else if (lease_may_end(&t->lease) && t->lease.until < next)
			next = t->lease.until;
	}
	arm_judge(k, next);
}

/* Two looks in a row: after a standstill of ours its words wait to be read. */
void
serve_watch(struct keeper *k)
{
	bool silent = k->engine != NULL && clock_ms() - offspring_heard_at(k->engine) >= HUNG_MS;

	if (silent && k->engine_silent) {
		offspring_kill(k->engine, "it hangs: not a word for seconds");
		silent = false;
	}
	k->engine_silent = silent;
}

/* What the engine says. Its numbers are places in the file it was started with. */

static void
on_lease(struct keeper *k, struct tenant *t, const struct ipc_lease *lease)
{
	enum lease_state before = t->lease.state;
	int64_t now = clock_ms();

	if (t->dropped || t->drained ||
	    lease_renew(&t->lease, lease->until, t->lease.tag, now) == -1)
		return;
	if (t->lease.until < k->judge_at)
		arm_judge(k, t->lease.until);
	if (before != LEASE_LIVE)
		log_debug(
		    "%s: lease granted for %lld ms", t->name, (long long)(lease->until - now));
	apply_tenant(k, t);
}

static void
on_drain(struct keeper *k, struct tenant *t, const struct ipc_drain *drain)
{
	struct ipc_msg msg = { .type = IPC_DRAINED, .drain = *drain };

	t->drained = drain->on;
	snprintf(t->drain_reason, sizeof(t->drain_reason), "%s", drain->reason);
	if (drain->on)
		lease_revoke(&t->lease);
	apply_tenant(k, t); /* a disk takes its time */
	if (drains_set(k->drains, t->name, drain->on, drain->reason) == -1)
		log_warn("%s: the drain holds, but will not survive a restart", t->name);
	if (t->dropped || k->engine == NULL)
		return;
	msg.service = t->place;
	offspring_send(k->engine, &msg);
}

static void
on_engine_ready(struct keeper *k, struct offspring *o)
{
	if (o != k->engine)
		return;
	keeper_ready(k);
	if (k->old_engine == NULL)
		return;
	k->failing = false;
	offspring_quit(k->old_engine);
}

static void
on_service_message(struct keeper *k, struct tenant *t, const struct ipc_msg *msg)
{
	switch (msg->type) {
	case IPC_LEASE:
		on_lease(k, t, &msg->lease);
		break;
	case IPC_REVOKE:
		if (t->lease.state == LEASE_REVOKED)
			break;
		lease_revoke(&t->lease);
		apply_tenant(k, t);
		break;
	case IPC_CHECKPOINT:
		t->checkpoint = msg->blob;
		break;
	case IPC_DRAIN:
		on_drain(k, t, &msg->drain);
		break;
	default:
		break;
	}
}

static void
on_message(void *arg, struct offspring *o, const struct ipc_msg *msg)
{
	struct keeper *k = arg;
	const struct conf *conf = offspring_conf(o);
	struct tenant *t;

	manager_heard_engine(k->manager);
	if (k->world.leaving)
		return;
	/* its proofs are of a file that is not in force; the other engine speaks for itself */
	if (offspring_is_quitting(o) && (msg->type == IPC_LEASE || msg->type == IPC_CHECKPOINT))
		return;
	switch (msg->type) {
	case IPC_READY:
		on_engine_ready(k, o);
		return;
	case IPC_RELOAD:
		configure_reload(k, o);
		return;
	case IPC_LEAVE:
		keeper_leave(k);
		return;
	case IPC_LISTEN:
		k->monitored = o == k->engine ? msg->listen.on : k->monitored;
		return;
	case IPC_LEASE:
	case IPC_REVOKE:
	case IPC_CHECKPOINT:
	case IPC_DRAIN:
		break;
	default:
		return;
	}
	if (msg->service >= conf->nservices)
		return;
	serve_judge(k);
	t = tenants_find(&k->tenants, conf->services[msg->service].name);
	if (t != NULL)
		on_service_message(k, t, msg);
}

/* All that an engine must know of a service, by its place in the file it was started with. */
static void
tell_service(struct keeper *k, struct offspring *o, uint32_t place)
{
	const struct conf_service *service = &offspring_conf(o)->services[place];
	struct tenant *t = tenants_find(&k->tenants, service->name);
	struct ipc_msg msg = { .type = IPC_RESTORE, .service = place };

	if (t == NULL)
		return;
	msg.blob = t->checkpoint;
	if (t->checkpoint.len != 0)
		offspring_send(o, &msg);
	msg = (struct ipc_msg){ .type = IPC_DRAINED, .service = place };
	msg.drain.on = t->drained;
	memcpy(msg.drain.reason, t->drain_reason, sizeof(msg.drain.reason));
	offspring_send(o, &msg);
	for (uint32_t i = 0; i < service->nprefixes; i++) {
		struct route *route = configure_route(k, service, i);

		if (route == NULL)
			continue;
		msg = (struct ipc_msg){ .type = IPC_ROUTE, .service = place };
		route_show(route, &msg.route);
		msg.route.prefix = i;
		offspring_send(o, &msg);
	}
}

/* Also the old one of a reload whose new one does not come up: somebody must check. */
static void
on_engine_started(void *arg, struct offspring *o)
{
	struct keeper *k = arg;
	struct ipc_msg msg;

	if (o == k->engine)
		k->monitored = false;
	for (uint32_t i = 0; i < offspring_conf(o)->nservices; i++)
		tell_service(k, o, i);
	msg = (struct ipc_msg){ .type = IPC_ZEBRA, .zebra = k->zebra };
	offspring_send(o, &msg);
	for (size_t i = 0; i < IPC_DAEMONS; i++) {
		msg = (struct ipc_msg){ .type = IPC_DAEMON, .daemon = k->daemons[i] };
		offspring_send(o, &msg);
	}
	serve_publish(k, &EVENT("engine.start", LOG_LEVEL_INFO));
	msg = (struct ipc_msg){ .type = IPC_BEGIN };
	offspring_send(o, &msg);
	event_add(k->tell, &(struct timeval){ 0, 0 });
}

static void
on_engine_caught_up(void *arg, struct offspring *o)
{
	struct keeper *k = arg;

	if (o != k->engine)
		return;
	if (k->events_lost > 0)
		log_warnx("%zu events were not told to clients and hooks: there were too many at "
			  "once, all are in this log",
		    k->events_lost);
	k->events_lost = 0;
	serve_news(k);
}

static void
on_engine_died(void *arg, struct offspring *o, const char *how, bool backing_off)
{
	struct keeper *k = arg;

	serve_publish(k, &EVENT("engine.died", LOG_LEVEL_ERR, .text = how));
	if (backing_off)
		serve_publish(k, &EVENT("engine.backoff", LOG_LEVEL_WARNING, .text = how));
	if (o != k->engine || k->old_engine == NULL || offspring_is_quitting(k->old_engine))
		return;
	k->failing = true;
	manager_refused(k->manager, "the engine of the new file dies: the one before it works on");
	configure_pending(k);
}

static void
on_engine_gone(void *arg, struct offspring *o)
{
	struct keeper *k = arg;

	if (o == k->engine) { /* we exit */
		event_base_loopbreak(k->base);
		return;
	}
	offspring_free(o);
	conf_free(k->old_conf);
	k->old_engine = NULL;
	k->old_conf = NULL;
	configure_pending(k);
}

const struct offspring_ops serve_ops = { on_engine_started, on_message, on_engine_caught_up,
	on_engine_died, on_engine_gone };

void
serve_zebra(struct keeper *k)
{
	struct ipc_msg msg = { .type = IPC_ZEBRA, .zebra = k->zebra };

	if (k->engine != NULL)
		offspring_send(k->engine, &msg);
}

void
serve_daemon(struct keeper *k, size_t place)
{
	struct ipc_msg msg = { .type = IPC_DAEMON, .daemon = k->daemons[place] };

	if (k->engine != NULL)
		offspring_send(k->engine, &msg);
}
