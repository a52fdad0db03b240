/*
 * Collects cells, then prints them in columns. No colours, no lines: fit for
 * eyes and for awk.
 */
#include "ctl/table.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 12

struct table {
	size_t columns, width[COLUMNS_MAX];
	char **cells;
	size_t n, size;
};

/* As it looks on a terminal: continuation bytes of UTF-8 take no place. */
static size_t
width_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void
put(struct table *t, char *text)
{
	size_t column = t->n % t->columns;

	if (t->n == t->size) {
		t->size = t->size * 2 + 64;
		t->cells = reallocarray(t->cells, t->size, sizeof(*t->cells));
		if (t->cells == NULL)
			err(1, "memory");
	}
	if (width_of(text) > t->width[column])
		t->width[column] = width_of(text);
	t->cells[t->n++] = text;
}

struct table *
table_new(const char *headings)
{
	struct table *t = calloc(1, sizeof(*t));
	char *copy = strdup(headings), *rest = copy, *word;

	if (t == NULL || copy == NULL)
		err(1, "memory");
	for (t->columns = 1; *headings != '\0'; headings++)
		t->columns += *headings == ' ';
	while ((word = strsep(&rest, " ")) != NULL)
		table_add(t, "%s", word);
	free(copy);
	return t;
}

void
table_add(struct table *t, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		err(1, "memory");
	put(t, text);
}

static void
print_row(const struct table *t, char *const row[])
{
	size_t i, k, last = 0;

	for (i = 0; i < t->columns; i++)
		if (row[i][0] != '\0')
			last = i;
	for (i = 0; i <= last; i++) {
		fputs(row[i][0] != '\0' ? row[i] : "-", stdout);
		for (k = width_of(row[i][0] != '\0' ? row[i] : "-");
		     i < last && k < t->width[i] + 2; k++)
			putchar(' ');
	}
	putchar('\n');
}

void
table_print(struct table *t)
{
	size_t i;

	for (i = 0; i + t->columns <= t->n; i += t->columns)
		print_row(t, &t->cells[i]);
	for (i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}
