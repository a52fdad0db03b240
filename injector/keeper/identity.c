/*
 * Asks zebra's vty, then its program. Another zebra may answer in that directory: only the
 * process at the other end of our session is believed. In another PID namespace both have the number
 * 0, and the directory has to do.
 */
#include "keeper/identity.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "beyond/vty.h"
#include "keeper/version.h"

struct identity {
	struct event_base *base;
	identity_fn *fn;
	void *arg;
	struct ucred peer;
	struct vty *vty;
	struct version *version;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static void
on_version(void *arg, const char *said)
{
	struct identity *i = arg;
	struct zapi_release release;

	if (said != NULL && zapi_release_parse(&release, said) == 0)
		i->fn(i->arg, &release, "the program behind its socket says so");
	else
		i->fn(i->arg, NULL, NULL);
}

static void
ask_program(struct identity *i)
{
	version_free(i->version);
	i->version = version_ask(i->base, &i->peer, on_version, i);
}

static void
on_vty(void *arg, int status, const char *text)
{
	struct identity *i = arg;
	bool same = status == VTY_OK && vty_peer(i->vty) == i->peer.pid;
	struct zapi_release release;

	same = same && zapi_release_parse(&release, text) == 0;
	vty_rest(i->vty);
	if (same)
		i->fn(i->arg, &release, "it says so on its vty");
	else
		ask_program(i);
}

void
identity_ask(struct identity *i, const struct ucred *peer)
{
	i->peer = *peer;
	version_free(i->version);
	i->version = NULL;
	vty_free(i->vty);
	i->vty = vty_new(i->base, i->path, on_vty, i);
	if (i->vty == NULL || vty_ask(i->vty, "show version") == -1)
		ask_program(i);
}

struct identity *
identity_new(struct event_base *base, const char *vty_dir, identity_fn *fn, void *arg)
{
	struct identity *i = calloc(1, sizeof(*i));
	int n;

	if (i == NULL)
		return NULL;
	i->base = base;
	i->fn = fn;
	i->arg = arg;
	n = snprintf(i->path, sizeof(i->path), "%s/zebra.vty", vty_dir);
	if (n < 0 || (size_t)n >= sizeof(i->path)) {
		free(i);
		errno = ENAMETOOLONG;
		return NULL;
	}
	return i;
}

void
identity_free(struct identity *i)
{
	if (i == NULL)
		return;
	vty_free(i->vty);
	version_free(i->version);
	free(i);
}

bool
identity_reap(struct identity *i, pid_t pid)
{
	return i != NULL && version_reap(i->version, pid);
}
