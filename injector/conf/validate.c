/*
 * What options say together. The same is asked of what came from the file and of
 * what came as JSON. Knows no host: see host.c.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "conf/fill.h"
#include "conf/store.h"

static const char *
text_of(const char *s)
{
	return s != NULL ? s : "";
}

static bool
has_family(const struct conf_service *s, uint8_t family)
{
	for (size_t i = 0; i < s->nprefixes; i++)
		if (s->prefixes[i].family == family)
			return true;
	return false;
}

/* "lo:1", of printable characters. */
static bool
is_label_of(const char *label, const char *interface)
{
	size_t len = strlen(interface);
	const char *p;

	for (p = label; *p > ' ' && *p < 0x7f; p++)
		;
	return strncmp(label, interface, len) == 0 && label[len] == ':' && label[len + 1] != '\0' &&
	    *p == '\0';
}

static void
validate_label(const struct conf_service *s, int n, struct report *r)
{
	/* a VRF's own: zebra will say which of the two it is */
	const char *interface = s->interface != NULL ? s->interface : text_of(s->vrf);
	const char *label = text_of(s->label);
	struct where at = OF_SERVICE(n, "label");

	if (label[0] == '\0')
		return;
	if (!is_label_of(label, interface) && (s->interface != NULL || !is_label_of(label, "lo")))
		report_where(r, at, "label = %s must be %s: and some characters, as in %s:1", label,
		    interface, interface);
	else if (s->alias == ALIAS_NONE)
		report_where(r, at, "label = %s has no effect with alias = none: remove it", label);
	else if (s->nprefixes > 0 && !has_family(s, AF_INET))
		report_where(r, at,
		    "label = %s: labels exist for IPv4 only, and %s has no such prefix", label,
		    s->name);
}

static void
validate_protocols(const struct conf_service *s, int n, struct report *r)
{
	bool ip4 = has_family(s, AF_INET), ip6 = has_family(s, AF_INET6);
	bool takes4 = (s->protocols & (PROTO_OSPF | PROTO_RIP | PROTO_BGP)) != 0;
	bool takes6 = (s->protocols & (PROTO_OSPF6 | PROTO_RIPNG | PROTO_BGP)) != 0;

	if (s->protocols == 0 || (takes4 && ip4) || (takes6 && ip6))
		return;
	if (ip4 && !ip6)
		report_where(r, OF_SERVICE(n, "protocol"),
		    "protocol: ospf6 and ripng carry IPv6, but "
		    "all prefixes of %s are IPv4: use ospf, rip or bgp",
		    s->name);
	else if (ip6 && !ip4)
		report_where(r, OF_SERVICE(n, "protocol"),
		    "protocol: ospf and rip carry IPv4, but "
		    "all prefixes of %s are IPv6: use ospf6, ripng or bgp",
		    s->name);
}

static void
validate_prefixes(const struct conf_service *s, int n, struct report *r)
{
	char text[PREFIX_STRLEN], why[160];

	if (s->nprefixes == 0)
		report_where(r, OF_SERVICE(n, "prefixes"),
		    "service %s has no prefixes: write prefixes = "
		    "{ 10.1.53.1/32 }, or the like",
		    s->name);
	for (size_t i = 0; i < s->nprefixes; i++) {
		const struct prefix *p = &s->prefixes[i];
		struct where at = OF_SERVICE(n, "prefixes");

		at.value = i;
		if (p->family == AF_UNSPEC && r->root != NULL)
			continue; /* was reported */
		prefix_print(p, text);
		if (prefix_refuse(p, why, sizeof(why)) != NULL)
			report_where(r, at, "prefixes = %s %s", text, why);
		if (!prefix_is_host(p) && s->alias != ALIAS_NONE)
			report_where(r, at,
			    "prefixes = %s is a network: only alias = none goes with "
			    "it, an address would make all of it a network of this host",
			    text);
	}
}

/* Where to complain of two times that do not fit: the narrowest place that says one. */
static struct where
where_time(const struct report *r, int n, int c, const char *name)
{
	if (is_written(r, OF_CHECK(n, c, name)))
		return OF_CHECK(n, c, name);
	if (is_written(r, OF_CHECK(n, c, "interval")))
		return OF_CHECK(n, c, "interval");
	if (is_written(r, OF_SERVICE(n, name))) {
		struct where w = OF_SERVICE(n, name);

		w.once = true; /* and not for every check of it */
		return w;
	}
	return OF_CHECK(n, c, NULL);
}

static void
validate_times(const struct conf_check *c, int n, int i, struct report *r)
{
	char longer[TIME_STRLEN], interval[TIME_STRLEN];

	if (c->interval == 0)
		return; /* was reported */
	time_print(c->interval, interval);
	if (c->timeout > c->interval)
		report_where(r, where_time(r, n, i, "timeout"),
		    "check %s: timeout %s is longer than "
		    "interval %s: probes would pile up",
		    c->name, time_print(c->timeout, longer), interval);
	if (c->fast > c->interval)
		report_where(r, where_time(r, n, i, "fast"),
		    "check %s: fast %s is slower than "
		    "interval %s: make it shorter",
		    c->name, time_print(c->fast, longer), interval);
}

static void
validate_answers(const struct conf_check *c, int n, int i, struct report *r)
{
	uint8_t addr[16];

	if (c->nanswers > 0 && (c->rcodes & 1) == 0)
		report_where(r, OF_CHECK(n, i, "answer"),
		    "answer is asked for, but rcode does not "
		    "take NOERROR: add it, or leave answer out");
	for (size_t k = 0; k < c->nanswers && (c->qtype == 1 || c->qtype == 28); k++) {
		struct where at = OF_CHECK(n, i, "answer");

		at.value = k;
		if (inet_pton(c->qtype == 1 ? AF_INET : AF_INET6, c->answers[k], addr) != 1)
			report_where(r, at,
			    "answer = %.80s is no %s address, so it would never come",
			    c->answers[k], c->qtype == 1 ? "IPv4" : "IPv6");
	}
}

static void
validate_check(const struct conf_service *s, int n, int i, struct report *r)
{
	const struct conf_check *c = &s->checks[i];
	char place[512], shown[SHOW_STRLEN];

	if (!name_is_good(c->name))
		report_where(r, OF_CHECK(n, i, NULL),
		    "check %s: a name is made of letters, digits, _ "
		    ". and -, up to 63",
		    show(c->name, shown));
	for (int k = 0; k < i; k++) {
		if (strcmp(s->checks[k].name, c->name) != 0)
			continue;
		report_where(r, OF_CHECK(n, i, NULL), "check %s is defined twice: also at %s",
		    show(c->name, shown),
		    place_print(r, OF_CHECK(n, k, NULL), place, sizeof(place)));
		break;
	}
	validate_times(c, n, i, r);
	if (c->kind == CHECK_DNS)
		validate_answers(c, n, i, r);
}

static void
validate_checks(const struct conf_service *s, int n, struct report *r)
{
	bool starts = false;

	if (s->nchecks == 0)
		report_where(r, OF_SERVICE(n, NULL),
		    "service %s has no checks: a service that nobody "
		    "looks at is not announced",
		    s->name);
	if (s->nchecks > 64)
		report_where(r, OF_SERVICE(n, NULL), "service %s has %zu checks: no more than 64",
		    s->name, s->nchecks);
	for (size_t i = 0; i < s->nchecks && i < 64; i++) {
		validate_check(s, n, (int)i, r);
		starts |= s->checks[i].target == TARGET_FIXED;
	}
	if (s->nchecks > 0 && !starts)
		report_where(r, OF_CHECK(n, 0, "target"),
		    "all checks of %s have target = service, and "
		    "ask only while it is announced: add one that asks the server itself",
		    s->name);
}

struct seen {
	const char *vrf;
	const struct prefix *prefix;
	struct where at;
};

static int
compare_prefixes(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int d = strcmp(x->vrf, y->vrf);

	if (d == 0)
		d = memcmp(x->prefix, y->prefix, sizeof(*x->prefix));
	if (d == 0)
		d = x->at.service - y->at.service;
	return d != 0 ? d : x->at.value < y->at.value ? -1 : 1;
}

static void
validate_no_prefix_twice(const struct conf *conf, struct report *r)
{
	char text[PREFIX_STRLEN], place[512];
	struct seen *all;
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].nprefixes;
	all = must_alloc(n, sizeof(*all));
	n = 0;
	for (size_t i = 0; i < conf->nservices; i++)
		for (size_t k = 0; k < conf->services[i].nprefixes; k++) {
			if (conf->services[i].prefixes[k].family == AF_UNSPEC)
				continue;
			all[n] = (struct seen){ text_of(conf->services[i].vrf),
				&conf->services[i].prefixes[k], OF_SERVICE(i, "prefixes") };
			all[n++].at.value = k;
		}
	qsort(all, n, sizeof(*all), compare_prefixes);
	for (size_t i = 1; i < n; i++)
		if (strcmp(all[i - 1].vrf, all[i].vrf) == 0 &&
		    prefix_equal(all[i - 1].prefix, all[i].prefix))
			report_where(r, all[i].at,
			    "prefixes = %s is listed twice: also in service %s "
			    "at %s",
			    prefix_print(all[i].prefix, text),
			    conf->services[all[i - 1].at.service].name,
			    place_print(r, all[i - 1].at, place, sizeof(place)));
	free(all);
}

static int
compare_names(const void *a, const void *b)
{
	const struct conf_service *const *x = a, *const *y = b;
	int d = strcmp((*x)->name, (*y)->name);

	return d != 0 ? d : *x < *y ? -1 : 1;
}

static void
validate_names(const struct conf *conf, struct report *r)
{
	const struct conf_service **all = must_alloc(conf->nservices, sizeof(*all));
	char place[512], shown[SHOW_STRLEN];

	for (size_t i = 0; i < conf->nservices; i++) {
		all[i] = &conf->services[i];
		if (!name_is_good(all[i]->name))
			report_where(r, OF_SERVICE(i, NULL),
			    "service %s: a name is made of letters, "
			    "digits, _ . and -, up to 63",
			    show(all[i]->name, shown));
	}
	qsort(all, conf->nservices, sizeof(*all), compare_names);
	for (size_t i = 1; i < conf->nservices; i++)
		if (strcmp(all[i - 1]->name, all[i]->name) == 0)
			report_where(r, OF_SERVICE(all[i] - conf->services, NULL),
			    "service %s is defined twice: also at %s", show(all[i]->name, shown),
			    place_print(r, OF_SERVICE(all[i - 1] - conf->services, NULL), place,
				sizeof(place)));
	free(all);
}

void
validate(const struct conf *conf, struct report *r)
{
	validate_names(conf, r);
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct conf_service *s = &conf->services[i];
		int n = (int)i;

		validate_prefixes(s, n, r);
		validate_label(s, n, r);
		validate_protocols(s, n, r);
		validate_checks(s, n, r);
		if (s->alias == ALIAS_HELD && s->filter != FILTER_TAG)
			report_where(r, OF_SERVICE(n, "alias"),
			    "alias = held needs filter = tag: "
			    "zebra announces a held address by itself, without the tag, each time "
			    "the interface comes up");
		if (s->nchecks > 0 && (s->require < 1 || s->require > s->nchecks))
			r->count += r->root == NULL; /* of the file it was said already */
	}
	validate_no_prefix_twice(conf, r);
}
