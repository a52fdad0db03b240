/*
 * What zebra and the kernel say, sorted to the routes it is about.
 */
#include <event2/event.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "beyond/beyond.h"
#include "keeper/state.h"
#include "keeper/vrf.h"
#include "keeper/zebra.h"

/* All that comes in one turn is looked at once. */
static void
look_soon(struct keeper *k)
{
	event_active(k->look, EV_TIMEOUT, 0);
}

/* Zebra. */

static void
note_dialect(struct keeper *k)
{
	const struct zapi_dialect *dialect = zebra_dialect(k->world.zebra);

	if (dialect == NULL)
		return;
	snprintf(k->zebra.dialect, sizeof(k->zebra.dialect), "%s", dialect->name);
	snprintf(k->zebra.serves, sizeof(k->zebra.serves), "%s", dialect->serves);
}

/* What a session that is up leaves to be said; NULL when nothing. */
static const char *
misgiving(const struct zebra *zebra)
{
	const char *doubt = zebra_doubt(zebra);

	if (doubt == NULL && zebra_peer(zebra).pid == 0)
		return "zebra is in another PID namespace: its process looks like any other, so "
		       "a daemon that a new zebra has left deaf is not found; share one with it";
	return doubt;
}

static void
zebra_is(struct keeper *k, enum zebra_state state, const char *text)
{
	k->zebra.state = state;
	k->zebra.since_us = clock_us();
	if (text == NULL && state == ZEBRA_UP)
		text = misgiving(k->world.zebra);
	snprintf(k->zebra.text, sizeof(k->zebra.text), "%s", text != NULL ? text : "");
	note_dialect(k);
	serve_zebra(k);
}

static const char *
release_or_null(const struct keeper *k)
{
	return k->zebra.release[0] != '\0' ? k->zebra.release : NULL;
}

static void
sessions_of(struct keeper *k, const struct vrf *vrf, bool up, bool same)
{
	if (k->world.asking != NULL && route_vrf(k->world.asking) == vrf)
		k->world.asking = NULL;
	for (size_t i = 0; i < route_table_count(k->routes); i++) {
		struct route *route = route_table_at(k->routes, i);

		if (route_vrf(route) == vrf)
			route_session(route, up, same);
	}
}

static void
no_sessions(struct keeper *k)
{
	vrfs_session(k->world.vrfs, false);
	k->world.asking = NULL;
	for (size_t i = 0; i < route_table_count(k->routes); i++)
		route_session(route_table_at(k->routes, i), false, false);
}

static void
new_sessions(struct keeper *k)
{
	pid_t peer = zebra_peer(k->world.zebra).pid;

	vrfs_session(k->world.vrfs, true);
	k->zebra_is_same = peer != 0 && peer == k->zebra_pid;
	k->zebra_pid = peer;
	beyond_zebra(k->world.beyond, peer);
	k->world.asking = NULL;
	for (size_t i = 0; i < route_table_count(k->routes); i++) {
		struct route *route = route_table_at(k->routes, i);

		if (vrf_is_default(route_vrf(route)))
			route_session(route, true, k->zebra_is_same);
		else
			route_run(
			    route); /* its VRF follows; or it is known now what it waits for */
	}
}

static void
heard_vrf(struct keeper *k, const struct zapi_msg *msg)
{
	const struct vrf *vrf = vrfs_heard(k->world.vrfs, msg);

	if (vrf != NULL)
		sessions_of(k, vrf, false, false);
}

static void
vrf_ready(struct keeper *k, uint32_t id)
{
	const struct vrf *vrf = vrfs_ready(k->world.vrfs, id);

	if (vrf != NULL)
		sessions_of(k, vrf, true, k->zebra_is_same && !vrf->renewed);
}

static void
session_lost(struct keeper *k, enum zebra_state state, const char *name, const char *text)
{
	char words[IPC_TEXT_MAX];

	snprintf(words, sizeof(words), "%s; routing daemons go on announcing what they know",
	    text != NULL ? text : "the connection ended");
	if (k->zebra.state != state)
		serve_publish(k,
		    &EVENT(name, LOG_LEVEL_ERR, .from = zebra_state_name(k->zebra.state),
			.to = zebra_state_name(state), .text = words));
	zebra_is(k, state, text);
	no_sessions(k);
}

void
hear_nothing(struct keeper *k)
{
	char words[160];

	if (k->zebra.state != ZEBRA_DOWN || zebra_session_state(k->world.zebra) != ZAPI_DOWN)
		return;
	snprintf(
	    words, sizeof(words), "nobody answers at %s: is FRR running?", k->conf->zebra_socket);
	serve_publish(k, &EVENT("zebra.lost", LOG_LEVEL_ERR, .to = "down", .text = words));
	zebra_is(k, ZEBRA_DOWN, words);
}

static void
session_up(struct keeper *k)
{
	const struct zapi_dialect *dialect = zebra_dialect(k->world.zebra);

	serve_publish(k,
	    &EVENT("zebra.up", LOG_LEVEL_NOTICE, .from = zebra_state_name(k->zebra.state),
		.to = "up", .dialect = dialect != NULL ? dialect->name : NULL,
		.release = release_or_null(k)));
	zebra_is(k, ZEBRA_UP, NULL);
	new_sessions(k);
}

static struct route *
route_of(struct keeper *k, uint32_t vrf_id, const struct zapi_prefix *prefix)
{
	struct prefix p = { .family = prefix->family, .len = prefix->len };
	const struct vrf *vrf = vrfs_by_id(k->world.vrfs, vrf_id);

	memcpy(p.addr, prefix->addr, sizeof(p.addr));
	return vrf != NULL ? route_table_find(k->routes, vrf, &p) : NULL;
}

static void
heard_route(struct keeper *k, const struct zapi_msg *msg)
{
	struct route *route;

	if (msg->route.type != ZAPI_TYPE_CONNECT)
		return;
	if ((route = route_of(k, msg->vrf, &msg->route.prefix)) != NULL)
		route_heard(route, &msg->route, msg->command == ZAPI_REDIST_ADD);
}

static void
heard_address(struct keeper *k, const struct zapi_msg *msg)
{
	struct route *route = route_of(k, msg->vrf, &msg->address.prefix);

	if (route != NULL)
		route_address(route, &msg->address, msg->command == ZAPI_ADDRESS_ADD);
}

static void
heard_interface(struct keeper *k, const struct zapi_msg *msg)
{
	const struct vrf *vrf = vrfs_by_id(k->world.vrfs, msg->vrf);
	bool up = (msg->interface.flags & IFF_UP) != 0 && msg->command != ZAPI_INTERFACE_DOWN &&
	    msg->command != ZAPI_INTERFACE_DELETE;

	if (vrf == NULL || vrf->users == 0)
		return;
	for (size_t i = 0; i < route_table_count(k->routes); i++) {
		struct route *route = route_table_at(k->routes, i);

		if (route_vrf(route) == vrf)
			route_link(route, msg->interface.ifindex, up);
	}
}

static void
looked_up(struct keeper *k, const struct zapi_msg *msg)
{
	struct route *route = k->world.asking;

	k->world.asking = NULL;
	if (route != NULL)
		route_looked_up(route, &msg->lookup);
	look_soon(k); /* another may have a question, too */
}

/* It goes on, but the operator should know. */
static void
doubted(struct keeper *k, const char *text)
{
	serve_publish(k,
	    &EVENT("zebra.unknown", LOG_LEVEL_WARNING, .text = text,
		.dialect = zebra_dialect(k->world.zebra)->name, .release = release_or_null(k)));
	if (k->zebra.state == ZEBRA_UP)
		snprintf(k->zebra.text, sizeof(k->zebra.text), "%s", text);
	serve_zebra(k);
}

void
hear_identity(void *arg, const struct zapi_release *release, const char *how)
{
	struct keeper *k = arg;
	const char *text = release != NULL ? release->text : "";
	bool news = strcmp(k->zebra.release, text) != 0;

	snprintf(k->zebra.release, sizeof(k->zebra.release), "%s", text);
	if (news && release != NULL)
		serve_publish(
		    k, &EVENT("zebra.release", LOG_LEVEL_INFO, .release = text, .text = how));
	if (news)
		serve_zebra(k);
	zebra_told(k->world.zebra, release);
}

static void
connected(struct keeper *k)
{
	struct ucred peer = zebra_peer(k->world.zebra);

	identity_ask(k->identity, &peer);
}

void
hear_zebra(void *arg, const struct zapi_event *ev)
{
	struct keeper *k = arg;

	switch (ev->kind) {
	case ZAPI_EVENT_CONNECTED:
		connected(k);
		break;
	case ZAPI_EVENT_DIALECT:
		serve_publish(k,
		    &EVENT("zebra.dialect", LOG_LEVEL_INFO, .text = ev->text,
			.dialect = zebra_dialect(k->world.zebra)->name,
			.release = release_or_null(k)));
		if (k->zebra.state == ZEBRA_UP) { /* the first route told two apart */
			note_dialect(k);
			serve_zebra(k);
		}
		break;
	case ZAPI_EVENT_DOUBT:
		doubted(k, ev->text);
		break;
	case ZAPI_EVENT_UP:
		session_up(k);
		break;
	case ZAPI_EVENT_LOST: /* the end of one that is stuck or refused is no news */
		if (k->zebra.state != ZEBRA_STUCK && k->zebra.state != ZEBRA_REFUSED)
			session_lost(k, ZEBRA_DOWN, "zebra.lost", ev->text);
		break;
	case ZAPI_EVENT_STUCK:
		session_lost(k, ZEBRA_STUCK, "zebra.stuck", ev->text);
		break;
	case ZAPI_EVENT_REFUSED:
		session_lost(k, ZEBRA_REFUSED, "zebra.refused", ev->text);
		break;
	case ZAPI_EVENT_ROUTE:
		heard_route(k, ev->msg);
		break;
	case ZAPI_EVENT_ADDRESS:
		heard_address(k, ev->msg);
		break;
	case ZAPI_EVENT_INTERFACE:
		heard_interface(k, ev->msg);
		break;
	case ZAPI_EVENT_LOOKUP:
		looked_up(k, ev->msg);
		break;
	case ZAPI_EVENT_VRF:
		heard_vrf(k, ev->msg);
		break;
	case ZAPI_EVENT_VRF_READY:
		vrf_ready(k, ev->vrf);
		break;
	}
}

/* The kernel. */

void
hear_look(struct keeper *k)
{
	for (size_t i = 0; i < route_table_count(k->routes); i++)
		route_run(route_table_at(k->routes, i));
}

static void
on_alias_changed(void *arg)
{
	look_soon(arg);
}

static void
on_link(void *arg, uint32_t ifindex, const char *name, bool up)
{
	struct keeper *k = arg;
	bool ours = false;

	(void)ifindex;
	for (size_t i = 0; i < route_table_count(k->routes) && !ours; i++)
		ours = strcmp(route_interface(route_table_at(k->routes, i)), name) == 0;
	if (ours)
		serve_publish(k,
		    &EVENT(up ? "link.up" : "link.down", up ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERR,
			.text = name));
	look_soon(k);
}

static void
on_overrun(void *arg)
{
	serve_publish(arg,
	    &EVENT("netlink.overrun", LOG_LEVEL_WARNING,
		.text = "kernel events were lost; all addresses were read again"));
	look_soon(arg);
}

const struct alias_ops hear_alias_ops = { on_alias_changed, on_link, on_overrun };

void
hear_beyond(void *arg, const struct prefix *prefix, enum beyond beyond)
{
	struct keeper *k = arg;
	const struct vrf *vrf = vrfs_by_id(k->world.vrfs, 0); /* no other is asked of */
	struct route *route = route_table_find(k->routes, vrf, prefix);

	if (route != NULL)
		route_beyond(route, beyond);
}

/* "8.4.4 still announces PREFIX and 2 more, which zebra does not hold; remedy: COMMAND" */
static void
say_ailment(const struct ipc_daemon *d, char *text, size_t size)
{
	bool flushing = d->hearing == HEARING_FLUSHING;
	uint32_t all = flushing ? d->flushing : d->stale + d->missing;
	int first = (int)strcspn(d->prefixes, " ");
	char more[24] = "";

	if (all > 1)
		snprintf(more, sizeof(more), " and %u more", all - 1);
	snprintf(text, size, "%s %s %.*s%s, %s; remedy: %s", d->release,
	    flushing	       ? "has taken back"
		: d->stale > 0 ? "still announces"
			       : "does not announce",
	    first, d->prefixes, more,
	    flushing ? "and a neighbour does not confirm it: users may still be sent here; look at "
		       "its neighbours"
		: d->stale > 0 ? "which zebra does not hold"
			       : "which zebra holds",
	    d->remedy);
}

void
hear_daemon(void *arg, const struct ipc_daemon *d)
{
	struct keeper *k = arg;
	enum hearing before = k->daemons[d->place].hearing;
	const char *from = hearing_name(before), *to = hearing_name(d->hearing);
	char text[400];

	k->daemons[d->place] = *d;
	if (hearing_ails(d->hearing) && d->hearing != before) {
		say_ailment(d, text, sizeof(text));
		serve_publish(k,
		    &EVENT(d->hearing == HEARING_DEAF ? "daemon.deaf" : "daemon.flushing",
			LOG_LEVEL_ERR, .from = from, .to = to, .daemon = d->name, .text = text));
	} else if (!hearing_ails(d->hearing) && hearing_ails(before)) {
		serve_publish(k,
		    &EVENT("daemon.hears", LOG_LEVEL_NOTICE, .from = from, .to = to,
			.daemon = d->name,
			.text = !d->asked	     ? "no service names its protocol any more"
			    : before == HEARING_DEAF ? "it follows zebra again"
			    : d->hearing == HEARING_UNKNOWN
			    ? "it does not answer any more"
			    : "all that it takes back now is confirmed"));
	}
	serve_daemon(k, d->place);
}
