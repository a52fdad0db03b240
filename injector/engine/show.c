/*
 * Objects for zanycastctl and hooks: reads the world, changes nothing. Which
 * fields there are is said in doc/words.md.
 */
#include "engine/show.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/why.h"
#include "engine/world.h"

typedef struct json_object object;

static void
add(object *o, const char *key, object *value)
{
	if (o == NULL || json_object_object_add(o, key, value) != 0)
		json_object_put(value);
}

static void
add_text(object *o, const char *key, const char *text)
{
	add(o, key, json_object_new_string(text != NULL ? text : ""));
}

static void
add_number(object *o, const char *key, int64_t value)
{
	add(o, key, json_object_new_int64(value));
}

static void
add_bool(object *o, const char *key, bool value)
{
	add(o, key, json_object_new_boolean(value));
}

/* Milliseconds with three digits behind the point. */
static void
add_ms(object *o, const char *key, int64_t us)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%.3f", (double)us / 1000);
	add(o, key, json_object_new_double_s((double)us / 1000, digits));
}

static void
add_time(object *o, const char *key, int64_t at_us)
{
	char text[CLOCK_STRLEN];

	clock_print(at_us, text);
	if (strlen(text) > 24) /* to milliseconds */
		memcpy(text + 23, "Z", 2);
	add_text(o, key, text);
}

static object *
array_add(object *array, object *value)
{
	if (array == NULL || json_object_array_add(array, value) != 0)
		json_object_put(value);
	return array;
}

/* The check that a service down is down for, or NULL. */
static const struct standing *
culprit(const struct member *m)
{
	if (m->service.state != SERVICE_DOWN || m->culprit >= m->conf->nchecks)
		return NULL;
	return &m->service.checks[m->culprit];
}

static object *
service_object(const struct member *m)
{
	object *o = json_object_new_object(), *prefixes = json_object_new_array();
	char text[PREFIX_STRLEN];
	size_t i;

	for (i = 0; i < m->conf->nprefixes; i++)
		array_add(
		    prefixes, json_object_new_string(prefix_print(&m->conf->prefixes[i], text)));
	add_text(o, "name", m->conf->name);
	add_text(o, "state", service_state_name(m->service.state));
	add_time(o, "since", m->service.since * 1000);
	add_number(o, "require", m->conf->require);
	add_bool(o, "drained", m->service.drained);
	add_text(o, "reason", m->service.drained ? m->reason : "");
	add_text(o, "cause", culprit(m) != NULL ? cause_name(culprit(m)->cause) : "");
	add_text(o, "check", culprit(m) != NULL ? m->conf->checks[m->culprit].name : "");
	add_number(o, "checks_up", (int64_t)service_count(&m->service, UP));
	add_number(o, "checks", (int64_t)m->conf->nchecks);
	add(o, "prefixes", prefixes);
	return o;
}

object *
show_services(const struct world *w)
{
	object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < w->conf->nservices; i++)
		array_add(array, service_object(&w->members[i]));
	return array;
}

static object *
route_object(const struct member *m, size_t i)
{
	static const char *const modes[] = { "managed", "held", "none" };
	const struct ipc_route *r = &m->routes[i];
	object *o = json_object_new_object();
	int64_t left = m->lease_until - clock_ms();
	char text[PREFIX_STRLEN];

	add_text(o, "prefix", prefix_print(&m->conf->prefixes[i], text));
	add_text(o, "vrf", m->conf->vrf);
	add_text(o, "service", m->conf->name);
	add_text(o, "state", route_state_name(r->state));
	add_time(o, "since", r->since_us);
	add_text(o, "alias", alias_state_name(r->alias));
	add_text(o, "mode", modes[m->conf->alias]);
	add_text(o, "interface", r->interface);
	add_text(o, "label", m->conf->label);
	add_number(o, "tag", r->tag);
	add_number(o, "echo_tag", r->echo_tag);
	add_text(o, "beyond", beyond_name(r->beyond));
	add_text(o, "daemon", why_daemon(m, i));
	add_bool(o, "protected", r->protected);
	add_bool(o, "pending", r->pending);
	add_number(o, "lease_ms", !r->leased || left < 0 ? 0 : left);
	add_text(o, "text", r->text);
	return o;
}

static object *
routes_of(object *array, const struct member *m)
{
	size_t i;

	for (i = 0; i < m->conf->nprefixes; i++)
		array_add(array, route_object(m, i));
	return array;
}

object *
show_routes(const struct world *w)
{
	object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < w->conf->nservices; i++)
		routes_of(array, &w->members[i]);
	return array;
}

static object *
check_object(const struct member *m, size_t i, int64_t now_us)
{
	static const char *const kinds[] = { "dns", "tcp", "exec", "listener" };
	const struct conf_check *conf = &m->conf->checks[i];
	const struct standing *st = &m->service.checks[i];
	const struct result *last = history_get(&m->histories[i], 0);
	object *o = json_object_new_object();

	add_text(o, "service", m->conf->name);
	add_text(o, "name", conf->name);
	add_text(o, "kind", kinds[conf->kind]);
	add_text(o, "state", decided_name(st->state));
	add_time(o, "since", st->since * 1000);
	add_text(o, "cause", last != NULL ? cause_name(last->cause) : "");
	add_text(o, "text", last != NULL ? last->text : "");
	if (last != NULL) {
		add_ms(o, "last_ms", now_us - last->at_us);
		add_ms(o, "took_ms", last->took_us);
	}
	add_number(o, "passes", st->passing ? st->run : 0);
	add_number(o, "fails", st->passing ? 0 : st->run);
	add_number(o, "interval_ms", conf->interval);
	add_bool(o, "asleep", st->dormant);
	add_number(
	    o, "held_ms", st->held_until * 1000 > now_us ? st->held_until - now_us / 1000 : 0);
	return o;
}

object *
show_checks(const struct world *w, int64_t now_us)
{
	object *array = json_object_new_array();
	size_t i, k;

	for (i = 0; i < w->conf->nservices; i++)
		for (k = 0; k < w->members[i].conf->nchecks; k++)
			array_add(array, check_object(&w->members[i], k, now_us));
	return array;
}

/* The words of a text, set apart by blanks. */
static object *
words_of(const char *text)
{
	object *array = json_object_new_array();
	size_t len;

	for (; *text != '\0'; text += len) {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len > 0)
			array_add(array, json_object_new_string_len(text, (int)len));
	}
	return array;
}

static object *
daemon_object(const struct ipc_daemon *d)
{
	object *o = json_object_new_object();

	add_text(o, "name", d->name);
	add_text(o, "release", d->release);
	add_text(o, "state", hearing_name(d->hearing));
	add_time(o, "since", d->since_us);
	add_number(o, "stale", d->stale);
	add_number(o, "missing", d->missing);
	add_number(o, "flushing", d->flushing);
	add(o, "prefixes", words_of(d->prefixes));
	add_text(o, "remedy", d->remedy);
	add_text(o, "cost", d->cost);
	return o;
}

static object *
daemons_of(const struct world *w)
{
	object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < IPC_DAEMONS; i++)
		if (w->daemons[i].asked)
			array_add(array, daemon_object(&w->daemons[i]));
	return array;
}

object *
show_zebra(const struct world *w)
{
	object *o = json_object_new_object();
	int64_t announced = 0, prefixes = 0;
	size_t i;

	for (i = 0; i < w->conf->nservices; i++) {
		prefixes += (int64_t)w->members[i].conf->nprefixes;
		announced += (int64_t)w->members[i].announced;
	}
	add_text(o, "state", zebra_state_name(w->zebra.state));
	add_time(o, "since", w->zebra.since_us);
	add_text(o, "dialect", w->zebra.dialect);
	add_text(o, "serves", w->zebra.serves);
	add_text(o, "release", w->zebra.release);
	add_text(o, "socket", w->conf->zebra_socket);
	add_text(o, "text", w->zebra.text);
	add_number(o, "routes_announced", announced);
	add_number(o, "prefixes", prefixes);
	add(o, "daemons", daemons_of(w));
	return o;
}

static object *
results(const struct history *h, int64_t now_us)
{
	object *array = json_object_new_array(), *o;
	const struct result *r;
	size_t back;

	for (back = 0; (r = history_get(h, back)) != NULL; back++) {
		o = json_object_new_object();
		add_ms(o, "ago_ms", now_us - r->at_us);
		add_text(o, "cause", cause_name(r->cause));
		add_ms(o, "took_ms", r->took_us);
		add_text(o, "text", r->text);
		array_add(array, o);
	}
	return array;
}

static void
add_line(void *arg, const char *line)
{
	array_add(arg, json_object_new_string(line));
}

object *
show_why(const struct world *w, const struct member *m, int64_t now_us)
{
	object *o = json_object_new_object(), *checks = json_object_new_array(), *check;
	object *words = json_object_new_array();
	size_t i;

	for (i = 0; i < m->conf->nchecks; i++) {
		check = check_object(m, i, now_us);
		add(check, "results", results(&m->histories[i], now_us));
		array_add(checks, check);
	}
	why_words(w, m, now_us, add_line, words);
	add(o, "service", service_object(m));
	add(o, "checks", checks);
	add(o, "routes", routes_of(json_object_new_array(), m));
	add(o, "words", words);
	return o;
}

object *
show_event(const struct log_event *ev)
{
	object *o = json_object_new_object();
	char text[CLOCK_STRLEN];
	const struct {
		const char *key, *value;
	} fields[] = {
		{ "service", ev->service },
		{ "prefix", ev->prefix },
		{ "vrf", ev->vrf },
		{ "check", ev->check },
		{ "cause", ev->cause },
		{ "from", ev->from },
		{ "to", ev->to },
		{ "dialect", ev->dialect },
		{ "release", ev->release },
		{ "daemon", ev->daemon },
		{ "text", ev->text },
	};
	size_t i;

	add_text(o, "time", clock_print(ev->at_us, text));
	add_number(o, "at_us", ev->at_us);
	add_text(o, "event", ev->name);
	add_text(o, "level", log_level_name(ev->level));
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value != NULL && fields[i].value[0] != '\0')
			add_text(o, fields[i].key, fields[i].value);
	if (ev->took_us > 0)
		add_ms(o, "took_ms", ev->took_us);
	if (ev->tag > 0)
		add_number(o, "tag", ev->tag);
	return o;
}
