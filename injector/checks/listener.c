/*
 * listener: is a socket bound to protocol, address and port? Says so at each
 * interval, and at once when the last such socket goes. Must not know netlink.
 */
#include "checks/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"
#include "checks/device.h"
#include "checks/listener_watch.h"

struct listener_check {
	struct check *check;
	struct listener_user user;
	bool passed; /* the latest that was told */
};

static bool
all_zero(const uint8_t *addr, size_t n)
{
	while (n > 0 && addr[n - 1] == 0)
		n--;
	return n == 0;
}

/* Does the socket get what is sent to p, or, p being a network, to one address of it? */
static bool
socket_serves(const struct bound_socket *s, const struct prefix *p)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct prefix at = { .family = s->family };
	bool any;

	if (s->family == AF_INET6 && memcmp(s->addr, mapped, sizeof(mapped)) == 0) {
		at.family = AF_INET;
		memcpy(at.addr, s->addr + sizeof(mapped), 4);
	} else
		memcpy(at.addr, s->addr, s->family == AF_INET ? 4 : 16);
	at.len = at.family == AF_INET ? 32 : 128;
	any = all_zero(at.addr, sizeof(at.addr));
	if (at.family == p->family)
		return any || prefix_covers(p, &at);
	return any && at.family == AF_INET6 && !s->v6only;
}

/* Does what comes in by the check's VRF reach the socket? index: of the VRF's device. */
static bool
is_in_vrf(const struct check *c, uint32_t index, const struct bound_socket *s)
{
	const struct device *d = check_device(c);

	if (d->name[0] == '\0')
		return true;
	return s->device == 0 ? d->unbound[check_conf(c)->transport] : s->device == index;
}

/* p NULL: whatever it is bound to. */
static bool
one_serves(struct check *c, const struct bound_socket *list, size_t n, const struct prefix *p)
{
	uint32_t index = check_device(c)->name[0] != '\0' ? device_index(check_device(c)) : 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_in_vrf(c, index, &list[i]) && (p == NULL || socket_serves(&list[i], p)))
			return true;
	}
	return false;
}

/* The first address that nobody serves goes into missing. */
static bool
all_served(struct check *c, const struct bound_socket *list, size_t n, char *missing)
{
	const struct conf_check *conf = check_conf(c);
	const struct prefix *want = &conf->listen;
	size_t i, count = 1;

	snprintf(missing, PREFIX_STRLEN, "any address");
	if (conf->any_address)
		return one_serves(c, list, n, NULL);
	if (conf->listen.family == 0)
		want = check_prefixes(c, &count);
	for (i = 0; i < count; i++) {
		if (!one_serves(c, list, n, &want[i])) {
			prefix_print(&want[i], missing);
			if (prefix_is_host(&want[i]))
				missing[strcspn(missing, "/")] = '\0';
			return false;
		}
	}
	return true;
}

static void
listener_failed(struct listener_check *l, bool asked, int error)
{
	const char *hint =
	    error == ENOENT ? " (kernel modules inet_diag, tcp_diag, udp_diag?)" : "";

	if (asked)
		check_done(l->check, CAUSE_LOCAL, "sock_diag: %s%s", strerror(error), hint);
	else
		check_now(l->check);
}

static void
listener_found(void *arg, bool asked, int error, const struct bound_socket *list, size_t n)
{
	struct listener_check *l = arg;
	const struct conf_check *conf = check_conf(l->check);
	const char *protocol = conf->transport == TRANSPORT_TCP ? "tcp" : "udp";
	char missing[PREFIX_STRLEN], elsewhere[64] = "";
	bool passed = l->passed;

	if (error != 0) {
		listener_failed(l, asked, error);
		return;
	}
	l->passed = all_served(l->check, list, n, missing);
	if (n > 0) /* the server lives */
		snprintf(elsewhere, sizeof(elsewhere), ", %zu elsewhere: bound before it came?", n);
	if (!l->passed && passed)
		check_event(l->check, CAUSE_NO_SOCKET, "no %s socket at %s#%u any more", protocol,
		    missing, conf->port);
	else if (!l->passed && asked)
		check_done(l->check, CAUSE_NO_SOCKET, "no %s socket at %s#%u%s", protocol, missing,
		    conf->port, elsewhere);
	else if (l->passed && asked)
		check_done(l->check, CAUSE_OK, "%zu %s socket%s at port %u", n, protocol,
		    n == 1 ? "" : "s", conf->port);
	else /* a new socket, or one of several went: no proof of an interval */
		l->passed = passed;
}

static int
listener_init(struct check *c)
{
	struct listener_check *l = check_state(c);
	const struct conf_check *conf = check_conf(c);
	size_t n;

	check_prefixes(c, &n);
	if (!conf->any_address && conf->listen.family == 0 && n == 0) {
		errno = EINVAL;
		return -1;
	}
	l->check = c;
	l->user.arg = l;
	l->user.found = listener_found;
	return listener_watch_add(check_ctx(c)->listener, &l->user, conf->transport, conf->port);
}

static void
listener_free(struct check *c)
{
	struct listener_check *l = check_state(c);

	listener_watch_remove(check_ctx(c)->listener, &l->user);
}

static void
listener_start(struct check *c)
{
	struct listener_check *l = check_state(c);

	listener_watch_ask(check_ctx(c)->listener, &l->user);
}

static void
listener_abort(struct check *c)
{
	struct listener_check *l = check_state(c);

	l->user.asked = l->user.tell = false;
}

const struct check_ops check_listener = {
	.name = "listener",
	.size = sizeof(struct listener_check),
	.init = listener_init,
	.free = listener_free,
	.start = listener_start,
	.abort = listener_abort,
};
