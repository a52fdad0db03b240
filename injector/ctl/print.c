/*
 * Tables and lines from the objects of doc/words.md. What is wrong must catch
 * the eye; what is missing in an object is empty here.
 */
#include "ctl/print.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "ctl/table.h"

#define AGE_STRLEN 32
#define NOTE_LEN 512
#define RESULTS_SHOWN 5

typedef struct json_object object;

static const char *
text_of(object *o, const char *key)
{
	object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static double
number_of(object *o, const char *key)
{
	object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_double(value) : 0;
}

static bool
bool_of(object *o, const char *key)
{
	object *value;

	return json_object_object_get_ex(o, key, &value) && json_object_get_boolean(value);
}

static bool
is(object *o, const char *key, const char *text)
{
	return strcmp(text_of(o, key), text) == 0;
}

static object *
array_of(object *o, const char *key)
{
	object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_array))
		return NULL;
	return value;
}

static size_t
count(object *array)
{
	return array == NULL ? 0 : json_object_array_length(array);
}

/* "0.4 ms", "3.2 s", "3m02s", "2h05m", "3d02h" */
static const char *
age(double ms, char buf[AGE_STRLEN])
{
	long s = (long)(ms / 1000);

	if (ms < 1000)
		snprintf(buf, AGE_STRLEN, "%.1fms", ms < 0 ? 0 : ms);
	else if (s < 60)
		snprintf(buf, AGE_STRLEN, "%.1fs", ms / 1000);
	else if (s < 3600)
		snprintf(buf, AGE_STRLEN, "%ldm%02lds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, AGE_STRLEN, "%ldh%02ldm", s / 3600, s / 60 % 60);
	else
		snprintf(buf, AGE_STRLEN, "%ldd%02ldh", s / 86400, s / 3600 % 24);
	return buf;
}

/* How long ago the moment of `since` is. */
static const char *
since(object *o, char buf[AGE_STRLEN])
{
	const char *text = text_of(o, "since"), *rest;
	struct tm tm = { 0 };
	struct timespec now;
	double ms;

	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	clock_gettime(CLOCK_REALTIME, &now);
	if (rest == NULL)
		return "";
	ms = (double)(now.tv_sec - timegm(&tm)) * 1000 + (double)now.tv_nsec / 1e6;
	if (*rest == '.' && strlen(rest) >= 4)
		ms -= (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
	return age(ms, buf);
}

/* Notes are set apart by semicolons. */
static void
note(char buf[NOTE_LEN], const char *before, const char *text)
{
	size_t len = strlen(buf);

	snprintf(buf + len, NOTE_LEN - len, "%s%s%s", len > 0 ? "; " : "", before, text);
}

static void
add_service(struct table *t, object *o)
{
	char buf[AGE_STRLEN], notes[NOTE_LEN] = "";
	object *prefixes = array_of(o, "prefixes");
	size_t i;

	if (!is(o, "cause", ""))
		snprintf(notes, sizeof(notes), "%s: %s", text_of(o, "check"), text_of(o, "cause"));
	if (!is(o, "reason", ""))
		note(notes, "", text_of(o, "reason"));
	table_add(t, "%s", text_of(o, "name"));
	table_add(t, "%s", text_of(o, "state"));
	table_add(t, "%s", since(o, buf));
	table_add(t, "%.0f/%.0f", number_of(o, "checks_up"), number_of(o, "checks"));
	table_add(t, "%.0f", number_of(o, "require"));
	if (count(prefixes) > 0)
		table_add(t, "%s", json_object_get_string(json_object_array_get_idx(prefixes, 0)));
	else
		table_add(t, "%s", "");
	table_add(t, "%s", notes);
	for (i = 1; i < count(prefixes); i++) {
		table_add(t, " ");
		table_add(t, " ");
		table_add(t, " ");
		table_add(t, " ");
		table_add(t, " ");
		table_add(t, "%s", json_object_get_string(json_object_array_get_idx(prefixes, i)));
		table_add(t, "%s", "");
	}
}

static bool
is_unheard(object *o)
{
	return is(o, "state", "announced") && is(o, "beyond", "no");
}

static void
add_route(struct table *t, object *o)
{
	char buf[AGE_STRLEN], notes[NOTE_LEN] = "";
	bool out = is(o, "state", "announced") || is(o, "state", "announcing");

	if (is_unheard(o))
		snprintf(
		    notes, sizeof(notes), "unheard: %s does not let it out", text_of(o, "daemon"));
	if (!is(o, "vrf", "") && !is(o, "vrf", "default"))
		note(notes, "vrf ", text_of(o, "vrf"));
	if (out && !bool_of(o, "protected"))
		note(notes, "", "UNPROTECTED");
	if (bool_of(o, "pending"))
		note(notes, "", "pending: the file's change waits for the next announcement");
	if (!is(o, "text", ""))
		note(notes, "", text_of(o, "text"));
	table_add(t, "%s", text_of(o, "prefix"));
	table_add(t, "%s", text_of(o, "service"));
	table_add(t, "%s", text_of(o, "state"));
	table_add(t, "%s", since(o, buf));
	table_add(t, "%.0f", number_of(o, "tag"));
	table_add(t, "%s", text_of(o, "alias"));
	table_add(t, "%s", is(o, "label", "") ? text_of(o, "interface") : text_of(o, "label"));
	table_add(t, "%s", text_of(o, "beyond"));
	table_add(t, "%s", notes);
}

static void
add_check(struct table *t, object *o)
{
	char buf[AGE_STRLEN], notes[NOTE_LEN] = "";

	if (number_of(o, "held_ms") > 0)
		note(notes, "tried again in ", age(number_of(o, "held_ms"), buf));
	else if (bool_of(o, "asleep"))
		note(notes, "", "asleep until the service is announced");
	if (!is(o, "text", ""))
		note(notes, "", text_of(o, "text"));
	table_add(t, "%s", text_of(o, "service"));
	table_add(t, "%s", text_of(o, "name"));
	table_add(t, "%s", text_of(o, "kind"));
	table_add(t, "%s", text_of(o, "state"));
	table_add(t, "%s", since(o, buf));
	table_add(t, "%s", is(o, "cause", "") ? "" : age(number_of(o, "last_ms"), buf));
	table_add(t, "%s", is(o, "cause", "") ? "" : age(number_of(o, "took_ms"), buf));
	table_add(t, "%s", text_of(o, "cause"));
	table_add(t, "%s", notes);
}

static bool
ails(object *daemon)
{
	return is(daemon, "state", "deaf") || is(daemon, "state", "flushing");
}

/* What is wrong with it, then what to type. */
static void
print_ailment(object *o)
{
	object *prefixes = array_of(o, "prefixes");
	double stale = number_of(o, "stale"), missing = number_of(o, "missing"),
	       flushing = is(o, "state", "flushing") ? number_of(o, "flushing") : 0;
	size_t i;

	printf("  ");
	if (flushing > 0)
		printf("%.0f taken back that a neighbour does not let go", flushing);
	if (stale > 0)
		printf("%.0f announced that zebra does not hold", stale);
	if (missing > 0)
		printf("%s%.0f not announced that zebra holds", stale > 0 ? ", " : "", missing);
	if (stale + missing + flushing == 0)
		printf("nothing differs now, but it does not follow zebra");
	for (i = 0; i < count(prefixes); i++)
		printf("%s%s", i == 0 ? ": " : ", ",
		    json_object_get_string(json_object_array_get_idx(prefixes, i)));
	printf("%s\n  remedy (%s):\n    %s\n",
	    (double)count(prefixes) < stale + missing + flushing ? ", …" : "", text_of(o, "cost"),
	    text_of(o, "remedy"));
}

static void
print_daemon(object *o)
{
	char buf[AGE_STRLEN];
	const char *state = is(o, "state", "deaf") ? "DEAF"
	    : is(o, "state", "flushing")	   ? "FLUSHING"
						   : text_of(o, "state");

	printf("%s%s%s: %s for %s\n", text_of(o, "name"), is(o, "release", "") ? "" : " ",
	    text_of(o, "release"), state, since(o, buf));
	if (ails(o))
		print_ailment(o);
}

static void
print_zebra(object *o)
{
	char buf[AGE_STRLEN];
	object *daemons = array_of(o, "daemons");
	size_t i;
	bool up = is(o, "state", "up");
	const char *state = is(o, "state", "stuck") ? "STUCK" : text_of(o, "state");

	printf("zebra %s for %s", state, since(o, buf));
	if (!is(o, "dialect", ""))
		printf(", %s", text_of(o, "dialect"));
	if (!is(o, "serves", ""))
		printf(" (%s)", text_of(o, "serves"));
	if (!is(o, "release", ""))
		printf(", release %s", text_of(o, "release"));
	printf(", %.0f of %.0f prefixes announced", number_of(o, "routes_announced"),
	    number_of(o, "prefixes"));
	if (!is(o, "text", ""))
		printf(": %s", text_of(o, "text"));
	printf("%s%s\n", up ? "" : "; socket ", up ? "" : text_of(o, "socket"));
	for (i = 0; i < count(daemons); i++)
		print_daemon(json_object_array_get_idx(daemons, i));
}

static const struct list {
	const char *what, *headings;
	void (*add)(struct table *, object *);
} lists[] = {
	{ "services", "SERVICE STATE FOR UP REQUIRE PREFIX NOTE", add_service },
	{ "routes", "PREFIX SERVICE STATE FOR TAG ALIAS ON BEYOND NOTE", add_route },
	{ "checks", "SERVICE CHECK KIND STATE FOR AGO TOOK CAUSE NOTE", add_check },
};

static bool
entry_is_well(const char *what, object *o)
{
	if (strcmp(what, "services") == 0)
		return !is(o, "state", "down");
	if (strcmp(what, "routes") == 0)
		return !is_unheard(o) && !is(o, "state", "conflict") && !is(o, "state", "refused");
	return true;
}

static bool
all_hear(object *daemons)
{
	size_t i;

	for (i = 0; i < count(daemons); i++)
		if (ails(json_object_array_get_idx(daemons, i)))
			return false;
	return true;
}

bool
print_is_well(const char *what, object *answer)
{
	object *value;
	size_t i;

	if (!json_object_object_get_ex(answer, what, &value))
		return false;
	if (json_object_is_type(value, json_type_object))
		return is(value, "state", "up") && all_hear(array_of(value, "daemons"));
	for (i = 0; i < count(array_of(answer, what)); i++)
		if (!entry_is_well(what, json_object_array_get_idx(value, i)))
			return false;
	return true;
}

bool
print_show(const char *what, object *answer)
{
	object *array = array_of(answer, what), *zebra;
	struct table *t;
	size_t i, k;

	if (json_object_object_get_ex(answer, "zebra", &zebra))
		print_zebra(zebra);
	for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		if (strcmp(lists[k].what, what) != 0)
			continue;
		t = table_new(lists[k].headings);
		for (i = 0; i < count(array); i++)
			lists[k].add(t, json_object_array_get_idx(array, i));
		table_print(t);
	}
	return print_is_well(what, answer);
}

static void
add_results(struct table *t, object *check)
{
	object *results = array_of(check, "results"), *o;
	char buf[AGE_STRLEN];
	size_t i;

	for (i = 0; i < count(results) && i < RESULTS_SHOWN; i++) {
		o = json_object_array_get_idx(results, i);
		table_add(t, "%s", text_of(check, "name"));
		table_add(t, "%s", age(number_of(o, "ago_ms"), buf));
		table_add(t, "%s", text_of(o, "cause"));
		table_add(t, "%s", age(number_of(o, "took_ms"), buf));
		table_add(t, "%s", text_of(o, "text"));
	}
}

void
print_why(object *answer)
{
	object *words = array_of(answer, "words"), *checks = array_of(answer, "checks");
	struct table *t = table_new("CHECK AGO CAUSE TOOK TEXT");
	size_t i;

	for (i = 0; i < count(words); i++)
		puts(json_object_get_string(json_object_array_get_idx(words, i)));
	putchar('\n');
	for (i = 0; i < count(checks); i++)
		add_results(t, json_object_array_get_idx(checks, i));
	table_print(t);
}

void
print_event(object *o)
{
	const struct log_event ev = {
		.name = text_of(o, "event"),
		.service = text_of(o, "service"),
		.prefix = text_of(o, "prefix"),
		.vrf = text_of(o, "vrf"),
		.check = text_of(o, "check"),
		.cause = text_of(o, "cause"),
		.from = text_of(o, "from"),
		.to = text_of(o, "to"),
		.dialect = text_of(o, "dialect"),
		.release = text_of(o, "release"),
		.daemon = text_of(o, "daemon"),
		.text = text_of(o, "text"),
		.took_us = (int64_t)(number_of(o, "took_ms") * 1000),
		.tag = (int64_t)number_of(o, "tag"),
	};
	char line[1024];

	log_format(&ev, line, sizeof(line));
	printf("%s %s: %s\n", text_of(o, "time"), text_of(o, "level"), line);
}
