/*
 * Says how a service came to be where it is, and what to do where something
 * is in the way. Reads the world only.
 */
#include "engine/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "checks/text.h"
#include "engine/world.h"

#define AGE_STRLEN 32
#define LINE_LEN 800

struct teller {
	const struct world *world;
	const struct member *m;
	int64_t now_us;
	why_line_fn *fn;
	void *arg;
};

/* A sentence that grows. */
struct line {
	char text[LINE_LEN];
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) say(struct line *line, const char *fmt, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line->text + line->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		line->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void
tell(struct teller *t, struct line *line)
{
	text_clean(line->text); /* a cut may have hit a letter */
	t->fn(t->arg, line->text);
	line->len = 0;
	line->text[0] = '\0';
}

/* "0.4 ms", "3.2 s", "3 min 2 s", "2 h 5 min", "3 d 2 h" */
static const char *
age(int64_t us, char buf[AGE_STRLEN])
{
	long long s = us / 1000000;

	if (us < 0)
		us = s = 0;
	if (us < 1000000)
		snprintf(buf, AGE_STRLEN, "%.1f ms", (double)us / 1000);
	else if (s < 60)
		snprintf(buf, AGE_STRLEN, "%.1f s", (double)us / 1e6);
	else if (s < 3600)
		snprintf(buf, AGE_STRLEN, "%lld min %lld s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, AGE_STRLEN, "%lld h %lld min", s / 3600, s / 60 % 60);
	else
		snprintf(buf, AGE_STRLEN, "%lld d %lld h", s / 86400, s / 3600 % 24);
	return buf;
}

static void
say_result(struct line *line, const struct result *r)
{
	say(line, "%s", cause_name(r->cause));
	if (r->text[0] != '\0')
		say(line, ": %s", r->text);
}

static void
tell_check(struct teller *t, size_t i)
{
	const struct conf_check *conf = &t->m->conf->checks[i];
	const struct standing *st = &t->m->service.checks[i];
	const struct result *last = history_get(&t->m->histories[i], 0);
	struct line line = { .len = 0 };
	char since[AGE_STRLEN], ago[AGE_STRLEN];
	bool failing = last != NULL && last->cause != CAUSE_OK;

	age(t->now_us - st->since * 1000, since);
	say(&line, "check %s: %s", conf->name, decided_name(st->state));
	if (st->state != UNDECIDED)
		say(&line, " for %s", since);
	if (st->dormant && st->state == UNDECIDED)
		say(&line, ": asleep until the service is announced");
	else if (last == NULL)
		say(&line, ": no result yet");
	else if (failing) {
		say(&line, st->state == UP ? ", but failing: " : ": ");
		say_result(&line, last);
		if (st->run > 0)
			say(&line, " (%u in a row, fall %u)", st->run, conf->fall);
	} else {
		say(&line, ": passed %s ago", age(t->now_us - last->at_us, ago));
		say(&line, " in %s", age(last->took_us, ago));
		if (st->state == DOWN)
			say(&line, " (%u in a row, rise %u)", st->run, conf->rise);
	}
	if (st->held_until * 1000 > t->now_us)
		say(&line, "; asks the service's own address, so the service may try again in %s",
		    age(st->held_until * 1000 - t->now_us, ago));
	tell(t, &line);
}

static void
tell_service(struct teller *t)
{
	const struct service *s = &t->m->service;
	struct line line = { .len = 0 };
	char since[AGE_STRLEN];

	say(&line, "service %s: %s for %s: ", t->m->conf->name, service_state_name(s->state),
	    age(t->now_us - s->since * 1000, since));
	if (s->drained)
		say(&line, "%s (end it with: zanycastctl undrain %s)",
		    t->m->reason[0] != '\0' ? t->m->reason : "an operator wants it so",
		    t->m->conf->name);
	else
		say(&line, "%zu of %zu required checks up", service_count(s, UP), service_needs(s));
	if (!s->drained && s->state == SERVICE_UNDECIDED)
		say(&line, ", nothing is announced before the first success");
	tell(t, &line);
}

static void
tell_lease(struct teller *t)
{
	const struct member *m = t->m;
	struct line line = { .len = 0 };
	int64_t left = m->lease_until * 1000 - t->now_us;
	char text[AGE_STRLEN];

	if (m->lease_until != 0 && left > 0)
		say(&line, "lease: good for another %s without a fresh pass", age(left, text));
	else if (m->lease_until != 0)
		say(&line, "lease: ran out %s ago: no fresh pass came in time", age(-left, text));
	else if (m->revoked_us != 0)
		say(&line, "lease: revoked %s ago", age(t->now_us - m->revoked_us, text));
	else if (m->service.state == SERVICE_UP)
		say(&line, "lease: none yet: waits for a fresh pass of the required checks");
	else
		say(&line, "lease: none");
	tell(t, &line);
}

const char *
why_daemon(const struct member *m, size_t i)
{
	unsigned int named = m->conf->protocols;
	bool v6 = m->conf->prefixes[i].family == AF_INET6;

	if (named == 0)
		return "the routing daemon";
	if (named & (v6 ? PROTO_OSPF6 : PROTO_OSPF))
		return v6 ? "ospf6d" : "ospfd";
	if (named & (v6 ? PROTO_RIPNG : PROTO_RIP))
		return v6 ? "ripngd" : "ripd";
	return (named & PROTO_BGP) ? "bgpd" : "the routing daemon";
}

/* zebra has it and nobody beyond hears of it: the one thing that only the operator can mend. */
static void
tell_unheard(struct teller *t, size_t i, const char *prefix)
{
	struct line line = { .len = 0 };

	say(&line, "beyond zebra: unheard: %s does not let %s out: ", why_daemon(t->m, i), prefix);
	if (t->m->conf->filter == FILTER_TAG)
		say(&line, "its `redistribute connected route-map …` must permit `match tag %u`",
		    t->m->routes[i].tag);
	else
		say(&line,
		    "the access-list or prefix-list of its `redistribute connected` must "
		    "permit %s",
		    prefix);
	tell(t, &line);
}

static void
say_withdrawn(struct teller *t, struct line *line, const struct ipc_route *r)
{
	int64_t took = r->since_us - t->m->revoked_us;
	char text[AGE_STRLEN];

	if (t->m->revoked_us != 0 && took >= 0 && took < 60 * INT64_C(1000000))
		say(line, ", zebra confirmed it %s after the revocation", age(took, text));
}

static void
say_route(struct teller *t, struct line *line, const struct ipc_route *r)
{
	const struct conf_service *conf = t->m->conf;

	switch (r->state) {
	case ROUTE_ANNOUNCED:
		say(line, ", seen back from zebra with tag %u", r->echo_tag);
		break;
	case ROUTE_ANNOUNCING:
		say(line, ", not yet seen back from zebra");
		break;
	case ROUTE_WITHDRAWING:
		say(line, ", zebra has not yet confirmed it");
		break;
	case ROUTE_WITHDRAWN:
		say_withdrawn(t, line, r);
		break;
	case ROUTE_CONFLICT:
		say(line, ", somebody undoes what we do: look who else owns the prefix");
		break;
	default:
		break;
	}
	if (r->alias == ALIAS_STATE_FOREIGN)
		say(line, "; its address is on another interface than %s", r->interface);
	else if (conf->alias != ALIAS_NONE)
		say(line, "; address %s on %s", alias_state_name(r->alias),
		    r->interface[0] != '\0' ? r->interface : "no interface yet");
	if (!r->protected && (r->state == ROUTE_ANNOUNCED || r->state == ROUTE_ANNOUNCING))
		say(line, "; UNPROTECTED: nothing takes it back when zanycastd is killed");
	if (r->pending)
		say(line, "; a change of the file waits for the next announcement");
	if (r->text[0] != '\0')
		say(line, "; %s", r->text);
}

static void
tell_route(struct teller *t, size_t i)
{
	const struct ipc_route *r = &t->m->routes[i];
	struct line line = { .len = 0 };
	char prefix[PREFIX_STRLEN], since[AGE_STRLEN];

	prefix_print(&t->m->conf->prefixes[i], prefix);
	say(&line, "route %s", prefix);
	if (strcmp(t->m->conf->vrf, CONF_VRF_DEFAULT) != 0)
		say(&line, " in vrf %s", t->m->conf->vrf);
	say(&line, ": %s for %s", route_state_name(r->state), age(t->now_us - r->since_us, since));
	say_route(t, &line, r);
	tell(t, &line);
	if (r->state != ROUTE_ANNOUNCED)
		return;
	if (r->beyond == BEYOND_NO)
		tell_unheard(t, i, prefix);
	else if (r->beyond == BEYOND_YES) {
		say(&line, "beyond zebra: %s lets %s out", why_daemon(t->m, i), prefix);
		tell(t, &line);
	}
}

static void
tell_zebra(struct teller *t)
{
	const struct ipc_zebra *z = &t->world->zebra;
	struct line line = { .len = 0 };
	char since[AGE_STRLEN];

	say(&line, "zebra: %s for %s", zebra_state_name(z->state),
	    age(t->now_us - z->since_us, since));
	if (z->dialect[0] != '\0')
		say(&line, ", %s%s%s%s", z->dialect, z->serves[0] != '\0' ? " (" : "", z->serves,
		    z->serves[0] != '\0' ? ")" : "");
	if (z->release[0] != '\0')
		say(&line, ", release %s", z->release);
	if (z->text[0] != '\0')
		say(&line, ": %s", z->text);
	if (z->state != ZEBRA_UP)
		say(&line, "; nothing is announced or withdrawn through %s now",
		    t->world->conf->zebra_socket);
	tell(t, &line);
}

static bool
may_carry(const struct conf_service *conf, const char *daemon)
{
	static const struct {
		const char *name;
		unsigned int protocol;
	} daemons[] = { { "ospfd", PROTO_OSPF }, { "ospf6d", PROTO_OSPF6 }, { "ripd", PROTO_RIP },
		{ "ripngd", PROTO_RIPNG }, { "bgpd", PROTO_BGP } };
	size_t i;

	for (i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (strcmp(daemons[i].name, daemon) == 0)
			return (conf->protocols & daemons[i].protocol) != 0;
	return false;
}

/* Whatever zebra is told, a deaf daemon does not follow, and one that is flushing is not followed. */
static void
tell_ailment(struct teller *t, const struct ipc_daemon *d)
{
	struct line line = { .len = 0 };
	char since[AGE_STRLEN];

	if (!d->asked || !hearing_ails(d->hearing) || !may_carry(t->m->conf, d->name) ||
	    strcmp(t->m->conf->vrf, CONF_VRF_DEFAULT) != 0)
		return;
	say(&line, "beyond zebra: %s%s%s is %s for %s: ", d->name, d->release[0] != '\0' ? " " : "",
	    d->release, hearing_name(d->hearing), age(t->now_us - d->since_us, since));
	if (d->hearing == HEARING_DEAF)
		say(&line,
		    "it follows zebra no more, %u announced that zebra does not hold, %u not "
		    "announced that it holds",
		    d->stale, d->missing);
	else
		say(&line, "%u taken back that a neighbour does not let go", d->flushing);
	if (d->prefixes[0] != '\0')
		say(&line, " (%s)", d->prefixes);
	say(&line, "; remedy (%s): %s", d->cost, d->remedy);
	tell(t, &line);
}

void
why_words(const struct world *w, const struct member *m, int64_t now_us, why_line_fn *fn, void *arg)
{
	struct teller t = { w, m, now_us, fn, arg };
	size_t i;

	for (i = 0; i < m->conf->nchecks; i++)
		tell_check(&t, i);
	tell_service(&t);
	tell_lease(&t);
	for (i = 0; i < m->conf->nprefixes; i++)
		tell_route(&t, i);
	tell_zebra(&t);
	for (i = 0; i < IPC_DAEMONS; i++)
		tell_ailment(&t, &w->daemons[i]);
}
