/*
 * The file in force: its tenants and routes, and how another takes its place.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/keeper.h"
#include "keeper/state.h"
#include "keeper/vrf.h"

#define RENEWALS_MAX 300 /* a second, of all aliases; see lifetime in zanycast.conf(5) */

void
configure_log(const struct keeper *k, struct conf *conf)
{
	if (k->start->debug) {
		conf->log_target = LOG_TARGET_STDERR;
		conf->log_level = LOG_LEVEL_DEBUG;
	} else if (k->start->pidfile != NULL) /* in the background nobody reads stderr */
		conf->log_target = LOG_TARGET_SYSLOG;
	log_open("zanycastd", conf->log_target, conf->log_level);
}

struct route *
configure_route(const struct keeper *k, const struct conf_service *service, size_t prefix)
{
	const struct vrf *vrf = vrfs_named(k->world.vrfs, service->vrf);

	return route_table_find(k->routes, vrf, &service->prefixes[prefix]);
}

static void
apply_prefixes(struct keeper *k, struct tenant *tenant)
{
	const struct conf_service *service = &k->conf->services[tenant->place];
	struct route **end = &tenant->routes;

	for (uint32_t i = 0; i < service->nprefixes; i++) {
		struct route *route = configure_route(k, service, i);

		if (route != NULL)
			route_configure(route, service);
		else if ((route = route_new(
			      &k->world, &service->prefixes[i], service, serve_route)) == NULL ||
		    route_table_add(k->routes, route) == -1)
			fatal("memory");
		*route_place(route) = (struct route_place){ .service = tenant->place, .prefix = i };
		*end = route;
		end = &route_place(route)->sibling;
	}
}

/* Routes and tenants of k->conf; those of the file before it that are not in it are dropped. */
void
configure_apply(struct keeper *k)
{
	int64_t now = clock_ms();

	serve_no_news(k); /* the engine of this file is told everything when it starts */
	for (struct tenant *t = k->tenants.first; t != NULL; t = t->next) {
		t->dropped = true;
		t->routes = t->due = NULL;
	}
	for (size_t i = 0; i < route_table_count(k->routes); i++)
		route_configure(route_table_at(k->routes, i), NULL);
	for (uint32_t s = 0; s < k->conf->nservices; s++) {
		const struct conf_service *service = &k->conf->services[s];
		struct tenant *t = tenants_find(&k->tenants, service->name);
		const char *reason;

		if (t == NULL) {
			t = tenant_new(service, service->lifetime, now);
			if (t == NULL || tenants_add(&k->tenants, t) == -1)
				fatal("memory");
			t->drained = drains_get(
			    k->drains, t->name, service->start == START_DRAINED, &reason);
			if (reason != NULL)
				snprintf(t->drain_reason, sizeof(t->drain_reason), "%s", reason);
		}
		tenant_configure(t, service, now);
		t->place = s;
		apply_prefixes(k, t);
	}
}

/* The kernel takes the longer for an address the more there are, and we wait for it. */
static void
warn_of_renewals(const struct conf *conf)
{
	int64_t aliases = 0, each_1000_s = 0;

	for (size_t i = 0; i < conf->nservices; i++) {
		const struct conf_service *s = &conf->services[i];

		if (s->alias == ALIAS_NONE)
			continue;
		aliases += (int64_t)s->nprefixes;
		each_1000_s += (int64_t)s->nprefixes * 3000000 / s->lifetime;
	}
	if (each_1000_s / 1000 > RENEWALS_MAX)
		log_warnx(
		    "%lld aliases are renewed %lld times a second, more than the %d that can be "
		    "relied on: make lifetime longer, or use alias = none with addresses of "
		    "your own, or one shorter prefix for many",
		    (long long)aliases, (long long)each_1000_s / 1000, RENEWALS_MAX);
}

/* Every route looks at its world under the file in force; dropped ones are withdrawn. */
void
configure_begin(struct keeper *k)
{
	for (size_t i = 0; i < route_table_count(k->routes); i++) {
		struct route *route = route_table_at(k->routes, i);

		if (route_place(route)->dropped)
			route_end(route);
	}
	for (struct tenant *t = k->tenants.first; t != NULL; t = t->next)
		apply_tenant(k, t);
	warn_of_renewals(k->conf);
	k->judge_at = 0; /* leases came, or were made shorter */
	serve_judge(k);
}

static void
tell_one(struct offspring *o, bool ok, const char *text)
{
	struct ipc_msg msg = { .type = IPC_RELOADED };

	msg.reloaded.ok = ok;
	snprintf(msg.reloaded.text, sizeof(msg.reloaded.text), "%s", text);
	if (o != NULL)
		offspring_send(o, &msg);
}

/* Whoever of the two asked. */
static void
tell_reloaded(struct keeper *k, bool ok, const char *text)
{
	tell_one(k->engine, ok, text);
	tell_one(k->old_engine, ok, text);
}

static void
refuse_conf(struct keeper *k, const char *errors)
{
	serve_publish(k, &EVENT("config.refused", LOG_LEVEL_ERR, .text = errors));
	log_warn_lines(errors);
	tell_reloaded(k, false, errors);
	manager_refused(k->manager, "the file has errors: the one before it is in force");
}

/* What only a start can change. */
static const char *
needs_restart(const struct conf *a, const struct conf *b)
{
	if (strcmp(a->zebra_socket, b->zebra_socket) != 0)
		return "zebra socket";
	if (strcmp(a->dialect, b->dialect) != 0)
		return "zebra dialect";
	if (strcmp(a->run_dir, b->run_dir) != 0)
		return "run_dir";
	if (strcmp(a->state_dir, b->state_dir) != 0)
		return "state_dir";
	if (strcmp(a->control_group, b->control_group) != 0)
		return "control_group";
	return NULL;
}

static bool
is_going(const struct keeper *k)
{
	return k->world.leaving || (k->engine != NULL && offspring_is_quitting(k->engine));
}

/* Two engines are enough: the one that works, and the one that is to come. */
static void
make_room(struct keeper *k)
{
	if (k->old_engine != NULL && !offspring_is_quitting(k->old_engine)) {
		offspring_free(k->engine); /* it was never ready */
		conf_free(k->conf);
		return;
	}
	if (k->old_engine != NULL)
		offspring_free(k->old_engine);
	conf_free(k->old_conf);
	k->old_engine = k->engine;
	k->old_conf = k->conf;
}

static void
take_conf(struct keeper *k, struct conf *conf, struct offspring *engine)
{
	const char *what = needs_restart(k->conf, conf);
	char text[160];

	snprintf(text, sizeof(text), "%zu services%s%s", conf->nservices,
	    what != NULL ? "; takes effect at the next start only: " : "",
	    what != NULL ? what : "");
	serve_publish(k, &EVENT("config.loaded", LOG_LEVEL_NOTICE, .text = text));
	tell_reloaded(k, true, text);
	make_room(k);
	k->conf = conf;
	k->engine = engine;
	k->failing = false;
	configure_apply(k);
	configure_begin(k);
	k->dropped = route_table_sweep(k->routes);
	tenants_sweep(&k->tenants);
}

static void
on_reloaded(void *arg, struct conf *conf, const char *errors)
{
	struct keeper *k = arg;
	struct conf_errors networks = { 0 };
	struct offspring *engine = NULL;

	k->reload = NULL;
	if (conf != NULL && keeper_check_networks(conf, &networks) != 0)
		errors = networks.text;
	if (conf != NULL && errors == NULL && is_going(k))
		errors = "zanycastd is leaving";
	if (conf != NULL && errors == NULL) {
		configure_log(k, conf);
		engine = offspring_new(k->base, conf, k->control_fd, &serve_ops, k);
		if (engine == NULL)
			errors = strerror(errno);
	}
	if (engine != NULL)
		take_conf(k, conf, engine);
	else {
		refuse_conf(k, errors);
		conf_free(conf);
	}
	free(networks.text);
	configure_pending(k);
}

/* Until the engine of the last one works, or is seen to fail, another reload waits. */
static bool
is_reloading(const struct keeper *k)
{
	return k->reload != NULL || (k->old_engine != NULL && !k->failing);
}

void
configure_reload(struct keeper *k, struct offspring *asker)
{
	if (is_going(k))
		return;
	if (is_reloading(k)) {
		if (asker != NULL)
			tell_one(asker, false, "a reload is under way already");
		else
			k->reload_again = true; /* the file may be newer than what was read */
		return;
	}
	k->reload_again = false;
	manager_reloading(k->manager);
	k->reload =
	    reload_start(k->base, k->start->file, k->start->dir, k->conf->user, on_reloaded, k);
	if (k->reload == NULL)
		refuse_conf(k, strerror(errno));
}

void
configure_pending(struct keeper *k)
{
	if (k->reload_again)
		configure_reload(k, NULL);
}

static void
add_error(struct conf_errors *errors, const char *line)
{
	char *text = NULL;

	if (asprintf(&text, "%s%s", errors->text != NULL ? errors->text : "", line) == -1)
		return;
	free(errors->text);
	errors->text = text;
	errors->count++;
}

static void
check_service(
    struct aliases *aliases, const struct conf_service *service, struct conf_errors *errors)
{
	const char *interface = service->interface != NULL ? service->interface : service->vrf;
	uint32_t ifindex = aliases_link(aliases, interface, NULL);

	if (ifindex == 0 && strcmp(service->vrf, CONF_VRF_DEFAULT) != 0)
		return; /* where its aliases will be, zebra has yet to say */
	for (size_t i = 0; i < service->nprefixes; i++) {
		char name[PREFIX_STRLEN], line[256];
		struct alias_info info;

		if (!aliases_is_network(aliases, &service->prefixes[i], ifindex, &info))
			continue;
		/* an alias of ours, on the interface of the file before: it will move */
		if (prefix_is_host(&service->prefixes[i]) && !info.permanent)
			continue;
		snprintf(line, sizeof(line),
		    "%s:%u: service %s: %s is a connected network of %s: a withdrawal would take "
		    "the host's own route: use another prefix, or interface = %s\n",
		    service->file, service->line, service->name,
		    prefix_print(&service->prefixes[i], name), info.interface, info.interface);
		add_error(errors, line);
	}
}

unsigned int
keeper_check_networks(const struct conf *conf, struct conf_errors *errors)
{
	static const struct alias_ops nobody;
	struct event_base *base = event_base_new();
	struct aliases *aliases = base != NULL ? aliases_new(base, &nobody, NULL) : NULL;
	size_t before = errors->count;

	if (aliases == NULL)
		add_error(errors, "the kernel's addresses cannot be read\n");
	for (size_t i = 0; aliases != NULL && i < conf->nservices; i++)
		check_service(aliases, &conf->services[i], errors);
	if (aliases != NULL)
		aliases_free(aliases);
	if (base != NULL)
		event_base_free(base);
	return (unsigned int)(errors->count - before);
}
