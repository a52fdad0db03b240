/*
 * The VRFs of zebra: a list by name, numbers as zebra tells them, and the judgement
 * whether aliases of this process are in the VRF whose routes they stand for.
 */
#include "keeper/vrf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/netns.h"
#include "keeper/zebra.h"

#define UNUSED_MAX 4096 /* VRFs that no service names are kept for a later file, so many */

struct vrfs {
	struct zebra *zebra;
	const char *path;
	struct vrf *list; /* the default one first */
	size_t count;
	char default_name[37]; /* how zebra calls the default one */
};

static struct vrf *
find(const struct vrfs *all, const char *name)
{
	struct vrf *v = all->list;

	while (v != NULL && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static struct vrf *
add(struct vrfs *all, const char *name)
{
	struct vrf *v = calloc(1, sizeof(*v));
	struct vrf **end = &all->list;

	if (v == NULL)
		return NULL;
	snprintf(v->name, sizeof(v->name), "%s", name);
	snprintf(v->waits, sizeof(v->waits), "zebra knows no vrf %s yet", name);
	while (*end != NULL)
		end = &(*end)->next;
	*end = v;
	all->count++;
	return v;
}

struct vrfs *
vrfs_new(struct zebra *zebra, const char *path)
{
	struct vrfs *all = calloc(1, sizeof(*all));
	struct vrf *v = all != NULL ? add(all, CONF_VRF_DEFAULT) : NULL;

	if (v == NULL) {
		free(all);
		return NULL;
	}
	all->zebra = zebra;
	all->path = path;
	v->told = v->ready = true;
	return all;
}

void
vrfs_free(struct vrfs *all)
{
	struct vrf *v;

	while ((v = all->list) != NULL) {
		all->list = v->next;
		free(v);
	}
	free(all);
}

bool
vrf_is_default(const struct vrf *v)
{
	return strcmp(v->name, CONF_VRF_DEFAULT) == 0;
}

bool
vrf_takes_routes(const struct vrf *v)
{
	return v->told && v->ready && v->refusal[0] == '\0';
}

/* What concerns no single VRF of those that are not told. */
static void
judge_untold(struct vrfs *all, struct vrf *v, bool session)
{
	const struct zapi_dialect *dialect = zebra_dialect(all->zebra);

	v->refusal[0] = '\0';
	if (session && dialect != NULL && dialect->command[ZAPI_VRF_ADD] < 0)
		snprintf(v->refusal, sizeof(v->refusal),
		    "this zebra (%s) knows no VRFs: leave vrf out", dialect->name);
	else if (strcmp(v->name, all->default_name) == 0)
		snprintf(v->refusal, sizeof(v->refusal),
		    "%s is zebra's name of the default VRF: leave vrf out", v->name);
}

/* A link of the VRF is in zebra's own namespace, so the alias must be there as well. */
static void
judge_by_zebra(const struct vrfs *all, struct vrf *v)
{
	v->refusal[0] = '\0';
	if (netns_of_listener(all->path) == NETNS_OTHER)
		snprintf(v->refusal, sizeof(v->refusal),
		    "zebra runs in another network namespace: run zanycastd there, or set vrf if "
		    "zebra has this namespace as a VRF");
}

static void
judge_by_netns(struct vrf *v, const char *netns)
{
	v->refusal[0] = '\0';
	switch (netns_named(netns)) {
	case NETNS_OURS:
		break;
	case NETNS_OTHER:
		snprintf(v->refusal, sizeof(v->refusal),
		    "vrf %s is network namespace %s: run zanycastd in it: ip netns exec %s "
		    "zanycastd",
		    v->name, netns, netns);
		break;
	case NETNS_UNKNOWN:
		snprintf(v->refusal, sizeof(v->refusal),
		    "vrf %s is network namespace %s, and there is no /run/netns/%s to compare "
		    "this one with",
		    v->name, netns, netns);
		break;
	}
}

/* Where zebra does not say how it makes VRFs: one that is a device is numbered like it. */
static bool
is_netns(const struct vrfs *all, const struct zapi_msg *msg)
{
	switch (zebra_vrf_backend(all->zebra)) {
	case ZAPI_VRF_BY_DEVICE:
		return false;
	case ZAPI_VRF_BY_NETNS:
		return true;
	default:
		return if_nametoindex(msg->vrf_info.name) != msg->vrf &&
		    netns_named(msg->vrf_info.netns) != NETNS_UNKNOWN;
	}
}

static void
judge_told(const struct vrfs *all, struct vrf *v, const struct zapi_msg *msg)
{
	bool netns = is_netns(all, msg);

	if (netns)
		judge_by_netns(v, msg->vrf_info.netns);
	else
		judge_by_zebra(all, v);
	snprintf(v->device, sizeof(v->device), "%.15s", netns ? "lo" : v->name);
}

/* Asks for its routes and links, once somebody wants to announce there. */
static void
subscribe(struct vrfs *all, struct vrf *v)
{
	if (v->users > 0 && v->told && !v->ready && v->refusal[0] == '\0' &&
	    zebra_subscribe(all->zebra, v->id) == -1)
		log_warn("vrf %s: zebra cannot be asked for its routes", v->name);
}

struct vrf *
vrf_get(struct vrfs *all, const char *name)
{
	struct vrf *v = find(all, name);

	if (v == NULL && (v = add(all, name)) != NULL)
		judge_untold(all, v, zebra_session_state(all->zebra) == ZAPI_UP);
	if (v != NULL && v->users++ == 0 && !vrf_is_default(v))
		subscribe(all, v);
	return v;
}

void
vrf_put(struct vrf *v)
{
	v->users--;
}

const struct vrf *
vrfs_named(const struct vrfs *all, const char *name)
{
	return find(all, name);
}

struct vrf *
vrfs_by_id(const struct vrfs *all, uint32_t id)
{
	struct vrf *v = all->list;

	while (v != NULL && !(v->told && v->id == id))
		v = v->next;
	return v;
}

/* Those that nobody names and zebra has not told. */
static void
forget_unused(struct vrfs *all)
{
	struct vrf **at = &all->list->next;

	while (*at != NULL) {
		struct vrf *v = *at;

		if (v->users > 0 || v->told) {
			at = &v->next;
			continue;
		}
		*at = v->next;
		free(v);
		all->count--;
	}
}

void
vrfs_session(struct vrfs *all, bool up)
{
	if (up)
		judge_by_zebra(all, all->list);
	else
		all->default_name[0] = '\0';
	for (struct vrf *v = all->list->next; v != NULL; v = v->next) {
		if (!up) /* no address is put where it was refused, zebra or not */
			v->told = v->ready = v->renewed = false;
		else if (!v->told)
			judge_untold(all, v, true);
	}
	forget_unused(all);
}

static void
heard_default(struct vrfs *all, const char *name)
{
	struct vrf *v;

	if (strcmp(name, CONF_VRF_DEFAULT) == 0)
		return;
	snprintf(all->default_name, sizeof(all->default_name), "%s", name);
	if ((v = find(all, name)) != NULL)
		judge_untold(all, v, false);
}

struct vrf *
vrfs_heard(struct vrfs *all, const struct zapi_msg *msg)
{
	const char *name = msg->vrf_info.name;
	bool on = msg->command == ZAPI_VRF_ADD;
	struct vrf *v;

	if (msg->vrf == 0) {
		heard_default(all, name);
		return NULL;
	}
	if (strcmp(name, CONF_VRF_DEFAULT) == 0)
		return NULL;
	v = find(all, name);
	if (v == NULL && (!on || all->count >= UNUSED_MAX || (v = add(all, name)) == NULL))
		return NULL;
	if (on && v->told && v->id == msg->vrf)
		return NULL; /* said twice */
	if (on && vrfs_by_id(all, msg->vrf) != NULL)
		return NULL; /* two of one number: which it is cannot be known */
	v->renewed |= v->told;
	v->ready = false;
	v->told = on;
	v->id = msg->vrf;
	if (on) {
		judge_told(all, v, msg);
		subscribe(all, v);
	} else {
		judge_untold(all, v, false);
		forget_unused(all);
		v = find(all, name);
	}
	return v != NULL && v->users > 0 ? v : NULL;
}

struct vrf *
vrfs_ready(struct vrfs *all, uint32_t id)
{
	struct vrf *v = vrfs_by_id(all, id);

	if (v == NULL || vrf_is_default(v))
		return NULL;
	v->ready = true;
	return v;
}
