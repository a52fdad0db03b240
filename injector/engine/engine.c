/*
 * The life of an engine: gives up its rights, hears the keeper, lets the parts
 * work, and goes when told to. Decides nothing about any service itself.
 */
#include "engine/engine.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ipc.h"
#include "base/log.h"
#include "checks/check.h"
#include "engine/control.h"
#include "engine/hooks.h"
#include "engine/sandbox.h"
#include "engine/uplink.h"
#include "engine/verdicts.h"
#include "engine/world.h"
#include "runner/link.h"

#define MESSAGES_AT_ONCE 64
#define QUIT_STEP_US 10000
#define QUIT_STEPS 100 /* a second for hooks and clients to end */

struct engine {
	const struct conf *conf;
	gid_t control_group;
	struct event_base *base;
	struct event *link, *alive, *quit_step;
	struct world *world;
	struct uplink *uplink;
	struct runner_link *runner;
	struct check_context checks;
	bool has_checks;
	struct verdicts *verdicts;
	struct hooks *hooks;
	struct control *control; /* from IPC_BEGIN on */
	bool quitting;
	int quit_steps;
	int status;
};

static void
show_event_to_all(struct engine *e, const struct log_event *ev)
{
	if (e->control != NULL)
		control_publish(e->control, ev);
	if (e->hooks != NULL)
		hooks_offer(e->hooks, ev);
}

static void
on_event(void *arg, const struct log_event *ev)
{
	log_event(ev);
	show_event_to_all(arg, ev);
}

static void
on_hook_event(void *arg, struct log_event *ev)
{
	ev->at_us = clock_us();
	on_event(arg, ev);
}

static int
act_drain(void *arg, size_t service, bool on, const char *reason)
{
	struct engine *e = arg;

	/* what the keeper does not know would be forgotten with this engine */
	if (uplink_drain(e->uplink, service, on, reason) == -1)
		return -1;
	verdicts_drain(e->verdicts, service, on, reason);
	return 0;
}

static int
act_check(void *arg, size_t service)
{
	struct engine *e = arg;

	verdicts_check_now(e->verdicts, service);
	return 0;
}

static int
act_reload(void *arg)
{
	struct engine *e = arg;

	return uplink_reload(e->uplink);
}

static int
act_leave(void *arg)
{
	struct engine *e = arg;

	return uplink_leave(e->uplink);
}

static void
act_listen(void *arg, bool on)
{
	struct engine *e = arg;

	uplink_listen(e->uplink, on);
}

static void
save(void *arg, size_t service, struct ipc_blob *blob)
{
	struct engine *e = arg;

	blob->len = (uint16_t)service_save(
	    &e->world->members[service].service, blob->data, sizeof(blob->data));
}

static void
end(struct engine *e, int status)
{
	e->status = status;
	event_base_loopbreak(e->base);
}

static void
restore(struct engine *e, const struct ipc_msg *msg)
{
	struct member *m = &e->world->members[msg->service];

	if (service_restore(&m->service, msg->blob.data, msg->blob.len, clock_ms()) == -1)
		log_warnx("service %s: its state before can't be read: it begins undecided",
		    m->conf->name);
	else
		log_debug("service %s: goes on as %s", m->conf->name,
		    service_state_name(m->service.state));
}

static void
begin(struct engine *e)
{
	const struct request_actions actions = { act_drain, act_check, act_reload, act_leave,
		act_listen, e };

	if (e->control != NULL) /* said twice */
		return;
	e->control = control_new(e->base, IPC_FD_CONTROL, e->control_group, e->world, &actions);
	if (e->control == NULL) {
		log_warn("can't serve the control socket");
		end(e, 1);
		return;
	}
	verdicts_begin(e->verdicts, &e->checks);
	if (uplink_ready(e->uplink) == -1) {
		log_warn("the keeper does not hear that checks run");
		end(e, 1);
	}
}

static void
on_quit_step(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval step = { 0, QUIT_STEP_US };
	struct engine *e = arg;

	(void)fd;
	(void)what;
	if ((hooks_idle(e->hooks) && (e->control == NULL || control_idle(e->control))) ||
	    e->quit_steps++ >= QUIT_STEPS)
		end(e, 0);
	else
		event_add(e->quit_step, &step);
}

/* Checks end at once: another engine makes them, or nobody needs them any more. */
static void
quit(struct engine *e)
{
	if (e->quitting)
		return;
	e->quitting = true;
	verdicts_free(e->verdicts);
	e->verdicts = NULL;
	if (e->control != NULL)
		control_close(e->control);
	on_quit_step(-1, 0, e);
}

static void
take_route(struct engine *e, const struct ipc_msg *msg)
{
	const struct member *m = &e->world->members[msg->service];
	bool before = world_announces(m);

	world_take(e->world, msg);
	if (e->verdicts != NULL && world_announces(m) != before)
		verdicts_announced(e->verdicts, msg->service);
}

/* What concerns a service, or events for people. */
static void
take(struct engine *e, const struct ipc_msg *msg)
{
	struct log_event ev;

	switch (msg->type) {
	case IPC_RESTORE:
		if (e->control == NULL)
			restore(e, msg);
		break;
	case IPC_DRAINED:
		if (e->verdicts != NULL)
			verdicts_drain(e->verdicts, msg->service, msg->drain.on, msg->drain.reason);
		break;
	case IPC_ROUTE:
		take_route(e, msg);
		break;
	case IPC_ZEBRA:
	case IPC_DAEMON:
		world_take(e->world, msg);
		break;
	case IPC_EVENT: /* logged by the keeper */
		ev = ipc_to_event(msg);
		show_event_to_all(e, &ev);
		break;
	case IPC_RELOADED:
		if (e->control != NULL)
			control_reloaded(e->control, msg->reloaded.ok, msg->reloaded.text);
		break;
	case IPC_BEGIN:
		begin(e);
		break;
	case IPC_QUIT:
		quit(e);
		break;
	default:
		log_warnx("the keeper sent a message of type %d", (int)msg->type);
	}
}

static void
on_link(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	struct ipc_msg msg;
	int i, result;

	(void)what;
	for (i = 0; i < MESSAGES_AT_ONCE; i++) {
		result = ipc_receive(fd, &msg);
		if (result == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (result == 1 && msg.service < e->conf->nservices + (e->conf->nservices == 0)) {
			take(e, &msg);
			continue;
		}
		if (e->quitting) { /* what is under way may still end */
			event_del(e->link);
			return;
		}
		if (result == 0)
			log_warnx("the keeper is gone");
		else if (result == -1)
			log_warn("the link to the keeper");
		else if (result == 1)
			log_warnx("the keeper named service %u, which is not there", msg.service);
		end(e, 1);
		return;
	}
}

/* The keeper alone says when to go: a signal for the whole group is not for us. */
static void
ignore_signals(void)
{
	static const int signals[] = { SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

static void
on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warnx("libevent: %s", text);
	else
		log_debug("libevent: %s", text);
}

static void
on_alive(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;

	(void)fd, (void)what;
	uplink_alive(e->uplink);
}

static int
set_up(struct engine *e)
{
	const struct timeval alive = { IPC_ALIVE_MS / 1000, 0 };

	event_set_log_callback(on_libevent_log);
	e->base = event_base_new();
	if (e->base == NULL || e->world == NULL)
		return -1;
	e->uplink = uplink_new(e->base, IPC_FD_LINK, e->conf->nservices, save, e);
	e->runner = runner_link_new(e->base, IPC_FD_RUNNER);
	if (e->uplink == NULL || e->runner == NULL ||
	    check_context_init(&e->checks, e->base, e->runner) == -1)
		return -1;
	e->has_checks = true;
	e->verdicts = verdicts_new(e->base, e->world, e->uplink, on_event, e);
	e->hooks = hooks_new(e->conf, e->runner, on_hook_event, e);
	e->link = event_new(e->base, IPC_FD_LINK, EV_READ | EV_PERSIST, on_link, e);
	e->alive = event_new(e->base, -1, EV_PERSIST, on_alive, e);
	e->quit_step = evtimer_new(e->base, on_quit_step, e);
	if (e->verdicts == NULL || e->hooks == NULL || e->link == NULL || e->alive == NULL ||
	    e->quit_step == NULL || event_add(e->alive, &alive) == -1)
		return -1;
	return event_add(e->link, NULL);
}

static void
tear_down(struct engine *e)
{
	control_free(e->control);
	verdicts_free(e->verdicts);
	if (e->has_checks)
		check_context_free(&e->checks);
	hooks_free(e->hooks);
	if (e->runner != NULL)
		runner_link_free(e->runner);
	uplink_free(e->uplink);
	if (e->link != NULL)
		event_free(e->link);
	if (e->alive != NULL)
		event_free(e->alive);
	if (e->quit_step != NULL)
		event_free(e->quit_step);
	world_free(e->world);
	if (e->base != NULL)
		event_base_free(e->base);
}

int
engine_main(const struct conf *conf)
{
	struct engine e = { .conf = conf, .status = 1 };

	ignore_signals();
	e.control_group = sandbox_group(conf->control_group);
	if (e.control_group == (gid_t)-1)
		log_warnx("group %s does not exist: only root may use zanycastctl to change things",
		    conf->control_group);
	e.world = world_new(conf, clock_ms()); /* it looks where the sandbox would not let it */
	sandbox_enter(conf);
	if (set_up(&e) == -1)
		log_warn("the engine can't start");
	else
		event_base_dispatch(e.base);
	tear_down(&e);
	return e.status;
}
