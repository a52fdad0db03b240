/*
 * Reader of tests/golden/. Files are found below $srcdir, which automake sets;
 * without it below the current directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_golden.h"

#define LINE_MAX_LEN 65536

const char *const golden_files[GOLDEN_FILES] = { "quagga-0.99.22.4", "quagga-0.99.24.1",
	"quagga-1.0.20161017", "quagga-1.2.4", "frr-2.0.2", "frr-3.0.4", "frr-4.0.1", "frr-5.0.2",
	"frr-6.0.3", "frr-7.0.1", "frr-7.1", "frr-7.2.1", "frr-7.3.1", "frr-7.4", "frr-7.5.1",
	"frr-8.0.1", "frr-8.1", "frr-8.2.2", "frr-8.4.4", "frr-9.1.3", "frr-10.0.5", "frr-10.1.5",
	"frr-10.2.6", "frr-10.3", "frr-10.5.4", "frr-10.7.1" };

static int
digit(int c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

size_t
golden_hex(const char *text, uint8_t *buf, size_t size)
{
	size_t nibbles = 0;

	for (; *text != '\0' && *text != '#'; text++) {
		if (!isxdigit((unsigned char)*text))
			continue;
		assert_true(nibbles / 2 < size);
		if (nibbles % 2 == 0)
			buf[nibbles / 2] = (uint8_t)(digit(*text) << 4);
		else
			buf[nibbles / 2] |= (uint8_t)digit(*text);
		nibbles++;
	}
	assert_true(nibbles % 2 == 0);
	return nibbles / 2;
}

static struct golden_line *
add_line(struct golden *g, enum golden_kind kind, const char *text)
{
	const char *name = strstr(text, "# ");
	struct golden_line *line;

	g->lines = realloc(g->lines, (g->count + 1) * sizeof(*g->lines));
	assert_non_null(g->lines);
	line = &g->lines[g->count++];
	memset(line, 0, sizeof(*line));
	line->kind = kind;
	if (name != NULL)
		snprintf(
		    line->name, sizeof(line->name), "%.*s", (int)strcspn(name + 2, "\n"), name + 2);
	return line;
}

static void
add_bytes(struct golden *g, enum golden_kind kind, const char *text)
{
	static uint8_t buf[LINE_MAX_LEN / 2];
	struct golden_line *line = add_line(g, kind, text);

	line->len = golden_hex(text, buf, sizeof(buf));
	line->bytes = malloc(line->len);
	assert_non_null(line->bytes);
	memcpy(line->bytes, buf, line->len);
}

static void
add_text(struct golden *g, char *text)
{
	if (strncmp(text, "dialect ", 8) == 0) {
		text[strcspn(text, "\n")] = '\0';
		g->dialect = zapi_dialect_find(text + 8);
	} else if (strncmp(text, "probe ", 6) == 0) {
		add_line(g, GOLDEN_PROBE, text)->closed = strncmp(text + 6, "closed", 6) == 0;
	} else if (strncmp(text, "session", 7) == 0) {
		add_line(g, GOLDEN_SESSION, text);
	} else if (text[0] == '>') {
		add_bytes(g, GOLDEN_TO, text + 1);
	} else if (text[0] == '<') {
		add_bytes(g, GOLDEN_FROM, text + 1);
	}
}

struct golden *
golden_load(const char *release)
{
	const char *srcdir = getenv("srcdir");
	static char text[LINE_MAX_LEN];
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
	while (fgets(text, sizeof(text), f) != NULL)
		add_text(g, text);
	fclose(f);
	if (g->dialect == NULL)
		fail_msg("%s: no dialect of the table", path);
	return g;
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
