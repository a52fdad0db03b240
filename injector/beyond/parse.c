/*
 * What ospfd, ospf6d, ripd, ripngd and bgpd print, read. Pure: no sockets, no
 * clock, no log.
 */
#include "beyond/parse.h"

#include <json-c/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OSPF_MAX_AGE 3600 /* RFC 2328: an LSA of that age is being flushed */
#define RIP_INFINITY 16
#define LINE 128 /* of a line; what we look for comes early */

const char *
beyond_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL && end[1] != '\0' ? end + 1 : NULL;
}

bool
beyond_parse_absent(const char *text)
{
	char line[80];

	while (*text == '\n')
		text++;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	return line[0] == '%' &&
	    (strstr(line, "instance not found") != NULL || strstr(line, "is not enabled") != NULL);
}

enum beyond
beyond_parse_ospf(const char *text, const struct prefix *p)
{
	char want[PREFIX_STRLEN], got[PREFIX_STRLEN];
	const char *at;
	char line[LINE];
	bool header = false, here = false;
	enum beyond answer = BEYOND_NO;
	unsigned int n, age = OSPF_MAX_AGE;

	if (beyond_parse_absent(text))
		return BEYOND_NO;
	prefix_print(p, want);
	want[strcspn(want, "/")] = '\0';
	for (at = text; at != NULL; at = beyond_line(at)) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		if (strncmp(line, "       OSPF Router with ID (", 28) == 0) {
			header = true;
		} else if (sscanf(line, " LS age: %u", &n) == 1) {
			age = n;
			here = false;
		} else if (sscanf(line, " Link State ID: %60s", got) == 1) {
			here = strcmp(want, got) == 0;
		} else if (sscanf(line, " Network Mask: /%u", &n) == 1) {
			if (here && n == p->len && age < OSPF_MAX_AGE)
				return BEYOND_YES;
			if (here && n == p->len)
				answer = BEYOND_FLUSHING;
		}
	}
	return header ? answer : BEYOND_UNKNOWN;
}

/* A string, or "" for anything else. */
static const char *
string_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static bool
is_true(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) && json_object_get_boolean(value);
}

/* Is there a path of our own making, and is it the best? */
static bool
bgp_is_ours(struct json_object *paths)
{
	struct json_object *path, *best;
	size_t i;

	for (i = 0; i < json_object_array_length(paths); i++) {
		path = json_object_array_get_idx(paths, i);
		if (json_object_is_type(path, json_type_object) && is_true(path, "sourced") &&
		    json_object_object_get_ex(path, "bestpath", &best) &&
		    json_object_is_type(best, json_type_object) && is_true(best, "overall"))
			return true;
	}
	return false;
}

enum beyond
beyond_parse_bgp(const char *text, const struct prefix *p)
{
	struct json_object *root = json_tokener_parse(text), *o;
	struct prefix got;
	enum beyond answer = BEYOND_UNKNOWN;

	if (!json_object_is_type(root, json_type_object))
		goto out;
	if (json_object_object_length(root) == 0) {
		answer = BEYOND_NO;
	} else if (strstr(string_of(root, "warning"), "instance not found") != NULL) {
		answer = BEYOND_NO;
	} else if (prefix_parse(&got, string_of(root, "prefix")) == 0 && prefix_equal(&got, p) &&
	    json_object_object_get_ex(root, "paths", &o) &&
	    json_object_is_type(o, json_type_array)) {
		answer = BEYOND_NO;
		if (bgp_is_ours(o) && json_object_object_get_ex(root, "advertisedTo", &o) &&
		    json_object_is_type(o, json_type_object) && json_object_object_length(o) > 0)
			answer = BEYOND_YES;
	}
out:
	json_object_put(root);
	return answer;
}

static int
by_prefix(const void *a, const void *b)
{
	return prefix_compare(
	    &((const struct beyond_row *)a)->prefix, &((const struct beyond_row *)b)->prefix);
}

/* Of the LSAs of one prefix the one that stands comes first. */
static int
flushing_last(const void *a, const void *b)
{
	int r = by_prefix(a, b);

	return r != 0
	    ? r
	    : ((const struct beyond_row *)a)->flushing - ((const struct beyond_row *)b)->flushing;
}

static int
add(struct beyond_rows *rows, const struct beyond_row *row)
{
	struct beyond_row *more;

	/* Grown at each power of two. */
	if ((rows->count & (rows->count - 1)) == 0) {
		more =
		    reallocarray(rows->row, rows->count > 0 ? 2 * rows->count : 1, sizeof(*more));
		if (more == NULL)
			return -1;
		rows->row = more;
	}
	rows->row[rows->count++] = *row;
	return 0;
}

static int
sorted(struct beyond_rows *rows, bool understood)
{
	size_t i, kept = 1;

	if (!understood) {
		beyond_rows_free(rows);
		return -1;
	}
	if (rows->count == 0)
		return 0;
	qsort(rows->row, rows->count, sizeof(*rows->row), flushing_last);
	/* one row a prefix: the first */
	for (i = 1; i < rows->count; i++)
		if (by_prefix(&rows->row[kept - 1], &rows->row[i]) != 0)
			rows->row[kept++] = rows->row[i];
	rows->count = kept;
	return 0;
}

const struct beyond_row *
beyond_rows_find(const struct beyond_rows *rows, const struct prefix *p)
{
	struct beyond_row key = { .prefix = *p };

	if (rows->count == 0)
		return NULL;
	return bsearch(&key, rows->row, rows->count, sizeof(*rows->row), by_prefix);
}

void
beyond_rows_free(struct beyond_rows *rows)
{
	free(rows->row);
	rows->row = NULL;
	rows->count = 0;
}

/* "LINK-ID ROUTER AGE SEQUENCE CHECKSUM E2 PREFIX [TAG]" below "AS External Link States". */
int
beyond_rows_ospf(struct beyond_rows *rows, const char *text)
{
	struct beyond_row row = { .redistributed = true };
	char line[LINE], prefix[PREFIX_STRLEN];
	const char *at;
	unsigned int age;
	bool ok = beyond_parse_absent(text), external = false;

	memset(rows, 0, sizeof(*rows));
	for (at = text; at != NULL; at = beyond_line(at)) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		if (strncmp(line, "       OSPF Router with ID (", 28) == 0)
			ok = true;
		else if (strstr(line, "Link States") != NULL)
			external = strstr(line, " AS External Link States") != NULL;
		else if (external &&
		    sscanf(line, "%*s %*s %u %*s %*s %*s %60s", &age, prefix) == 2 &&
		    prefix_parse(&row.prefix, prefix) == 0) {
			row.flushing = age >= OSPF_MAX_AGE;
			if (add(rows, &row) == -1)
				return sorted(rows, false);
		}
	}
	return sorted(rows, ok);
}

int
beyond_rows_ospf6(struct beyond_rows *rows, const char *text)
{
	struct beyond_row row = { .redistributed = true };
	char prefix[PREFIX_STRLEN];
	const char *at;
	char line[LINE];
	unsigned int age;
	bool ok = beyond_parse_absent(text), external = false;

	memset(rows, 0, sizeof(*rows));
	for (at = text; at != NULL; at = beyond_line(at)) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		if (strstr(line, "AS Scoped Link State Database") == line + strspn(line, " \t"))
			ok = true;
		else if (strncmp(line, "Age:", 4) == 0) {
			external = sscanf(line, "Age: %u Type: AS-External", &age) == 1;
			row.flushing = external && age >= OSPF_MAX_AGE;
		} else if (external && sscanf(line, " Prefix: %60s", prefix) == 1 &&
		    prefix_parse(&row.prefix, prefix) == 0 && add(rows, &row) == -1)
			return sorted(rows, false);
	}
	return sorted(rows, ok);
}

/*
 * "C(r) PREFIX NEXTHOP METRIC FROM TAG [TIME]"; RIPng breaks the line behind the prefix and
 * has FROM before METRIC. A route that is being withdrawn has the metric 16.
 */
static bool
rip_row(const char *text, struct beyond_row *row)
{
	char line[2 * LINE];
	char code[8], prefix[PREFIX_STRLEN];
	unsigned int metric, tag;
	int rest = 0;

	/* A piece of it: sscanf measures all it is given. */
	snprintf(line, sizeof(line), "%.*s", (int)sizeof(line) - 1, text);
	if (sscanf(line, "%7s %60s%n", code, prefix, &rest) != 2 ||
	    (strcmp(code, "C(r)") != 0 && strcmp(code, "C(i)") != 0) ||
	    prefix_parse(&row->prefix, prefix) == -1)
		return false;
	row->redistributed = code[2] == 'r';
	if (sscanf(line + rest, "%*s %u %*s %u", &metric, &tag) != 2 &&
	    sscanf(line + rest, "%*s %*s %u %u", &metric, &tag) != 2)
		return false;
	row->tag = tag;
	return metric < RIP_INFINITY;
}

/* What stands above it is another with each release. */
static bool
is_rip_heading(const char *text)
{
	char line[LINE], first[8], second[8], third[8];

	/* A piece of it: sscanf measures all it is given. */
	snprintf(line, sizeof(line), "%.*s", (int)sizeof(line) - 1, text);
	return sscanf(line, "%7s %7s %7s", first, second, third) == 3 &&
	    strcmp(first, "Network") == 0 && strcmp(second, "Next") == 0 &&
	    strcmp(third, "Hop") == 0;
}

int
beyond_rows_rip(struct beyond_rows *rows, const char *text)
{
	struct beyond_row row = { 0 };
	const char *line;
	bool ok = beyond_parse_absent(text);

	memset(rows, 0, sizeof(*rows));
	for (line = text; line != NULL; line = beyond_line(line)) {
		if (is_rip_heading(line))
			ok = true;
		else if (rip_row(line, &row) && add(rows, &row) == -1)
			return sorted(rows, false);
	}
	return sorted(rows, ok);
}
