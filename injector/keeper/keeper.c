/*
 * The keeper's life: made, run by signals, ended with or without withdrawing.
 */
#include "keeper/keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "beyond/beyond.h"
#include "keeper/start.h"
#include "keeper/state.h"
#include "keeper/vrf.h"
#include "keeper/zebra.h"

#define QUIT_S 2 /* how long an engine has to end */
/* How long a withdrawal at exit may take: behind hold and linger OSPF's second change, and this. */
#define LEAVE_SLACK_MS (PACE_TWICE_MS + 3000)

void
keeper_leave(struct keeper *k)
{
	serve_publish(k,
	    &EVENT("daemon.leave", LOG_LEVEL_NOTICE,
		.text = "routes stay for as long as their aliases live"));
	manager_stopping(k->manager, (QUIT_S + 1) * 1000, "leaving: routes stay for a while");
	event_base_loopbreak(k->base);
}

void
keeper_ready(struct keeper *k)
{
	char status[64];

	snprintf(status, sizeof(status), "%zu services are checked", k->conf->nservices);
	log_echo(-1); /* whoever waits for our start is about to know what it came to */
	manager_ready(k->manager, status);
}

/* Routes need no parent. Who looks for it finds us: the same signals mean the same. */
static void
on_parent_gone(void *arg)
{
	struct keeper *k = arg;

	pidfile_write(k->start->pidfile);
	k->orphan = true;
	log_warnx("the parent was killed: zanycastd goes on, but nobody starts it again when it "
		  "dies: restart it at leisure");
}

static bool
all_withdrawn(struct keeper *k)
{
	for (size_t i = 0; i < route_table_count(k->routes); i++)
		if (!route_is_withdrawn(route_table_at(k->routes, i)))
			return false;
	return true;
}

/*
 * May we go? Not from a zebra that hangs: it would find the end of our aliases and of our connection
 * together when it goes on, and FRR 10.3 then keeps the routes. What is told to it now is read then.
 */
static bool
has_left(struct keeper *k)
{
	return all_withdrawn(k) && k->zebra.state != ZEBRA_STUCK;
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct keeper *k = arg;

	(void)fd, (void)what;
	if (k->zebra.state == ZEBRA_STUCK)
		log_warnx(
		    "zebra hangs: it may announce our routes still when it goes on: restart FRR, "
		    "or start zanycastd again to have them withdrawn");
	if (!all_withdrawn(k))
		log_warnx("not all was withdrawn in time: aliases end by their lifetime");
	k->status = 1;
	event_base_loopbreak(k->base);
}

static void
stop(struct keeper *k)
{
	int64_t longest = 0;
	struct timeval tv;

	if (k->world.leaving) { /* asked twice */
		k->status = 1;
		event_base_loopbreak(k->base);
		return;
	}
	serve_publish(k, &EVENT("daemon.stop", LOG_LEVEL_NOTICE, .text = "withdrawing everything"));
	k->world.leaving = true;
	for (size_t i = 0; i < k->conf->nservices; i++) {
		const struct conf_service *s = &k->conf->services[i];

		longest = s->hold + s->linger > longest ? s->hold + s->linger : longest;
	}
	tv = clock_span_ms(longest + LEAVE_SLACK_MS);
	event_add(k->deadline, &tv);
	manager_stopping(
	    k->manager, longest + LEAVE_SLACK_MS + (QUIT_S + 1) * 1000, "withdrawing everything");
	for (size_t i = 0; i < route_table_count(k->routes); i++)
		route_end(route_table_at(k->routes, i));
}

static void
reap(struct keeper *k)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!identity_reap(k->identity, pid) &&
		    (k->engine == NULL || !offspring_reap(k->engine, pid, status)))
			if (k->old_engine != NULL)
				offspring_reap(k->old_engine, pid, status);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct keeper *k = arg;

	(void)what;
	switch (number) {
	case SIGCHLD:
		reap(k);
		break;
	case SIGHUP:
		configure_reload(k, NULL);
		break;
	case SIGUSR1:
		keeper_leave(k);
		break;
	default:
		stop(k);
	}
}

static void
on_judge(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	serve_judge(arg);
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	serve_judge(arg); /* timers stand still while the host sleeps, leases do not */
	serve_watch(arg);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	hear_look(arg);
}

static void
on_apply(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	apply_more(arg);
}

static void
on_tell(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	serve_news(arg);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	hear_nothing(arg);
}

static void
make_events(struct keeper *k)
{
	static const int numbers[] = { SIGCHLD, SIGHUP, SIGUSR1, SIGTERM, SIGINT };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		k->signals[i] = evsignal_new(k->base, numbers[i], on_signal, k);
		if (k->signals[i] == NULL || event_add(k->signals[i], NULL) == -1)
			fatal("signals");
	}
	k->judge = evtimer_new(k->base, on_judge, k);
	k->watch = event_new(k->base, -1, EV_PERSIST, on_watch, k);
	k->look = evtimer_new(k->base, on_look, k);
	k->apply = evtimer_new(k->base, on_apply, k);
	k->tell = evtimer_new(k->base, on_tell, k);
	k->late = evtimer_new(k->base, on_late, k);
	k->deadline = evtimer_new(k->base, on_deadline, k);
	if (k->judge == NULL || k->watch == NULL || k->look == NULL || k->apply == NULL ||
	    k->tell == NULL || k->late == NULL || k->deadline == NULL)
		fatal("events");
	event_add(k->watch, &(struct timeval){ IPC_ALIVE_MS / 1000, 0 });
	signal(SIGPIPE, SIG_IGN);
}

static const struct zapi_dialect *
forced_dialect(const struct conf *conf)
{
	return strcmp(conf->dialect, "auto") == 0 ? NULL : zapi_dialect_find(conf->dialect);
}

static void
make_world(struct keeper *k)
{
	k->world.base = k->base;
	k->world.event = serve_publish;
	k->world.arg = k;
	k->world.aliases = aliases_new(k->base, &hear_alias_ops, k);
	if (k->world.aliases == NULL)
		fatal("the kernel's addresses cannot be read");
	k->world.zebra =
	    zebra_new(k->base, k->conf->zebra_socket, forced_dialect(k->conf), hear_zebra, k);
	if (k->world.zebra == NULL)
		fatal("%s", k->conf->zebra_socket);
	k->identity = identity_new(k->base, k->conf->vty_dir, hear_identity, k);
	k->world.vrfs = vrfs_new(k->world.zebra, k->conf->zebra_socket);
	k->world.beyond = beyond_new(k->base, k->conf->vty_dir, hear_beyond, hear_daemon, k);
	k->routes = route_table_new();
	k->drains = drains_open(k->conf->state_dir);
	if (k->identity == NULL || k->world.vrfs == NULL || k->world.beyond == NULL ||
	    k->routes == NULL || k->drains == NULL)
		fatal("memory");
	k->zebra.since_us = clock_us();
	event_add(k->late, &(struct timeval){ ZAPI_ANSWER_MS / 1000, 0 });
}

static void
free_keeper(struct keeper *k)
{
	if (k->old_engine != NULL)
		offspring_free(k->old_engine);
	offspring_free(k->engine);
	k->engine = NULL;
	manager_free(k->manager);
	if (k->orphan)
		pidfile_remove(k->start->pidfile);
	route_table_free(k->routes);
	vrfs_free(k->world.vrfs);
	zebra_free(k->world.zebra);
	identity_free(k->identity);
	beyond_free(k->world.beyond);
	aliases_free(k->world.aliases);
	drains_close(k->drains);
	reload_cancel(k->reload);
	tenants_free(&k->tenants);
	for (size_t i = 0; i < sizeof(k->signals) / sizeof(k->signals[0]); i++)
		event_free(k->signals[i]);
	event_free(k->judge);
	event_free(k->watch);
	event_free(k->look);
	event_free(k->apply);
	event_free(k->tell);
	event_free(k->late);
	event_free(k->deadline);
	event_base_free(k->base);
	conf_free(k->old_conf);
	conf_free(k->conf);
}

/* It has hooks to run and clients to answer; the leases are over. */
static void
let_engine_go(struct keeper *k)
{
	const struct timeval patience = { QUIT_S, 0 };

	event_base_loopexit(k->base, &patience);
	offspring_quit(k->engine);
	event_base_dispatch(k->base);
}

/*
 * Who waits for the start reads there what is wrong with it. What the keeper starts has no stderr
 * that would hold the terminal when the start is over.
 */
static void
echo_to_stderr(void)
{
	log_echo(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
	if (child_mute(STDERR_FILENO, STDERR_FILENO) == -1)
		fatal("/dev/null");
}

int
keeper_run(struct conf *conf, const struct keeper_start *start)
{
	struct keeper k = { .conf = conf, .start = start };

	if (start->pidfile != NULL && !start->debug)
		echo_to_stderr();
	configure_log(&k, conf);
	start_lock(conf->zebra_socket);
	k.control_fd = start_control(conf);
	k.base = event_base_new();
	if (k.base == NULL)
		fatal("the event loop");
	k.manager =
	    manager_new(k.base, &start->notify, start->pidfile != NULL ? on_parent_gone : NULL, &k);
	if (k.manager == NULL)
		fatal("memory");
	make_events(&k);
	serve_no_news(&k);
	make_world(&k);
	start_capabilities();
	configure_apply(&k);
	serve_publish(&k, &EVENT("daemon.start", LOG_LEVEL_NOTICE, .text = start->file));
	k.engine = offspring_new(k.base, conf, k.control_fd, &serve_ops, &k);
	if (k.engine == NULL)
		fatal("the engine");
	configure_begin(&k);
	log_gather(true); /* what is said waits for what is done in a turn of the loop */
	while (!event_base_got_break(k.base)) {
		event_base_loop(k.base, EVLOOP_ONCE);
		if (k.world.leaving && has_left(&k))
			break;
		log_flush();
		if (k.dropped > 0)
			k.dropped = route_table_sweep(k.routes);
	}
	log_gather(false);
	let_engine_go(&k);
	free_keeper(&k);
	return k.status;
}
