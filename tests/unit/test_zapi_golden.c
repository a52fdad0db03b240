/*
 * The sessions of tests/golden/, as lists. Files are found below $srcdir, which automake sets;
 * without it below the current directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dump/print.h"
#include "dump/recording.h"
#include "tests/unit/test_zapi_golden.h"

const char *const golden_files[GOLDEN_FILES] = { "quagga-0.99.22.4", "quagga-0.99.24.1",
	"quagga-1.0.20161017", "quagga-1.2.4", "frr-2.0.2", "frr-3.0.4", "frr-4.0.1", "frr-5.0.2",
	"frr-6.0.3", "frr-7.0.1", "frr-7.1", "frr-7.2.1", "frr-7.3.1", "frr-7.4", "frr-7.5.1",
	"frr-8.0.1", "frr-8.1", "frr-8.2.2", "frr-8.4.4", "frr-9.1.3", "frr-10.0.5", "frr-10.1.5",
	"frr-10.2.6", "frr-10.3", "frr-10.5.4", "frr-10.7.1" };

static struct golden_line *
add_line(struct golden *g, enum golden_kind kind, const struct record *r)
{
	struct golden_line *line;

	g->lines = realloc(g->lines, (g->count + 1) * sizeof(*g->lines));
	assert_non_null(g->lines);
	line = &g->lines[g->count++];
	memset(line, 0, sizeof(*line));
	line->kind = kind;
	snprintf(line->name, sizeof(line->name), "%s", r->comment);
	return line;
}

static void
add_bytes(struct golden *g, const struct record *r)
{
	struct golden_line *line =
	    add_line(g, r->direction == ZAPI_TO_ZEBRA ? GOLDEN_TO : GOLDEN_FROM, r);

	line->len = r->len;
	line->bytes = malloc(line->len);
	assert_non_null(line->bytes);
	memcpy(line->bytes, r->bytes, line->len);
}

static void
add_record(struct golden *g, const struct record *r)
{
	if (r->kind == RECORD_DIALECT)
		g->dialect = r->dialect;
	else if (r->kind == RECORD_PROBE)
		add_line(g, GOLDEN_PROBE, r)->closed = r->closed;
	else if (r->kind == RECORD_SESSION)
		add_line(g, GOLDEN_SESSION, r);
	else if (r->kind == RECORD_BYTES)
		add_bytes(g, r);
}

struct golden *
golden_load(const char *release)
{
	const char *srcdir = getenv("srcdir");
	static char text[RECORD_LINE_MAX];
	static struct record record;
	const char *error;
	struct golden *g;
	char path[512];
	FILE *f;

	snprintf(
	    path, sizeof(path), "%s/tests/golden/%s.txt", srcdir != NULL ? srcdir : ".", release);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s cannot be read: run from the top of the tree, or set srcdir", path);
	g = calloc(1, sizeof(*g));
	assert_non_null(g);
	snprintf(g->release, sizeof(g->release), "%s", release);
	while (fgets(text, sizeof(text), f) != NULL) {
		if (record_parse(text, &record, &error) == -1)
			fail_msg("%s: %s: %s", path, error, text);
		add_record(g, &record);
	}
	fclose(f);
	if (g->dialect == NULL)
		fail_msg("%s: no dialect of the table", path);
	return g;
}

size_t
golden_hex(const char *text, uint8_t *buf, size_t size)
{
	size_t len;

	assert_int_equal(record_hex(text, buf, size, &len), 0);
	return len;
}

static void
show(const char *what, const struct zapi_dialect *d, enum zapi_direction direction,
    const uint8_t *bytes, size_t len)
{
	static struct print print;
	struct passed m = { .at_us = PRINT_NO_TIME,
		.direction = direction,
		.bytes = bytes,
		.len = len,
		.whole = true };

	fprintf(stderr, "%s:\n", what);
	print_init(&print, stderr, false, true);
	print_passed(&print, d, &m);
}

void
golden_fail(const struct golden *g, const struct golden_line *line, const char *why)
{
	show(line->name, g->dialect, line->kind == GOLDEN_TO ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA,
	    line->bytes, line->len);
	fail_msg("%s: %s %s", g->release, line->name, why);
}

void
golden_equal(const struct zapi_dialect *d, enum zapi_direction direction, const uint8_t *got,
    size_t got_len, const uint8_t *want, size_t want_len)
{
	if (got_len == want_len && memcmp(got, want, want_len) == 0)
		return;
	show("got", d, direction, got, got_len);
	show("wanted", d, direction, want, want_len);
	fail_msg("%s: not the same message", d->name);
}

void
golden_free(struct golden *g)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		free(g->lines[i].bytes);
	free(g->lines);
	free(g);
}
