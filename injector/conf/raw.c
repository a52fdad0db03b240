/*
 * What the file says, as it was written, each value with its place; and the
 * messages about it, put in order at the end. Knows no meaning.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/raw.h"

#define MESSAGES_MAX 100

void *
must_alloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (p == NULL)
		abort();
	return p;
}

/* Room for one more, doubled at each power of two. */
void *
must_grow(void *old, size_t count, size_t size)
{
	void *p;

	if ((count & (count - 1)) != 0)
		return old;
	if ((p = reallocarray(old, count > 0 ? count * 2 : 1, size)) == NULL)
		abort();
	return p;
}

char *
must_dup(const char *text)
{
	char *p = strdup(text);

	if (p == NULL)
		abort();
	return p;
}

struct raw_section *
raw_new(enum block block, const char *title, struct place place)
{
	struct raw_section *s = must_alloc(1, sizeof(*s));

	s->block = block;
	s->title = title != NULL ? must_dup(title) : NULL;
	s->place = place;
	return s;
}

void
raw_free(struct raw_section *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->noptions; i++) {
		for (size_t j = 0; j < s->options[i].nvalues; j++)
			free(s->options[i].values[j].text);
		free(s->options[i].values);
	}
	for (size_t b = 0; b <= BLOCKS; b++) {
		for (size_t i = 0; i < s->children[b].count; i++)
			raw_free(s->children[b].list[i]);
		free(s->children[b].list);
	}
	for (size_t i = 0; i < s->nunknown; i++)
		free(s->unknown[i].name);
	free(s->options);
	free(s->unknown);
	free(s->title);
	free(s);
}

struct raw_section *
raw_add_child(struct raw_section *s, struct raw_section *child)
{
	struct raw_children *c = &s->children[child->block];

	c->list = must_grow(c->list, c->count, sizeof(struct raw_section *));
	return c->list[c->count++] = child;
}

struct raw_option *
raw_option(const struct raw_section *s, const char *name)
{
	for (size_t i = 0; i < s->noptions; i++)
		if (strcmp(s->options[i].key->name, name) == 0)
			return &s->options[i];
	return NULL;
}

struct raw_option *
raw_add_option(struct raw_section *s, const struct keyword *key, struct place place)
{
	struct raw_option *o;

	s->options = must_grow(s->options, s->noptions, sizeof(*o));
	o = &s->options[s->noptions++];
	*o = (struct raw_option){ .key = key, .place = place };
	return o;
}

void
raw_add_value(struct raw_option *o, const char *text, unsigned int line)
{
	o->values = must_grow(o->values, o->nvalues, sizeof(*o->values));
	o->values[o->nvalues++] = (struct raw_value){ .text = must_dup(text), .line = line };
}

void
raw_add_unknown(struct raw_section *s, const char *name, bool section, struct place place)
{
	s->unknown = must_grow(s->unknown, s->nunknown, sizeof(*s->unknown));
	s->unknown[s->nunknown++] = (struct raw_unknown){ must_dup(name), section, place };
}

struct raw_section *
raw_child(const struct raw_section *s, enum block block, size_t n)
{
	return n < s->children[block].count ? s->children[block].list[n] : NULL;
}

char *
show(const char *text, char buf[SHOW_STRLEN])
{
	size_t i;

	for (i = 0; text[i] != '\0' && i < SHOW_STRLEN - 1; i++)
		buf[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
	buf[i] = '\0';
	if (text[i] != '\0')
		memcpy(buf + SHOW_STRLEN - 4, "...", 4);
	return buf;
}

void
report_at(struct report *r, struct place place, const char *fmt, ...)
{
	struct message *m;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->root == NULL && place.file == NULL) {
		r->count++; /* of JSON: that there is one is enough */
		return;
	}
	r->messages = must_grow(r->messages, r->count, sizeof(*r->messages));
	m = &r->messages[r->count];
	*m = (struct message){ place, r->count, must_dup(text) };
	r->count++;
}

/* By file, line, and the order in which they were found. Files lie in one array. */
static int
compare(const void *a, const void *b)
{
	const struct message *x = a, *y = b;

	if (x->place.file != y->place.file)
		return x->place.file < y->place.file ? -1 : 1;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void
print_message(FILE *out, const struct message *m)
{
	if (m->place.file != NULL)
		fprintf(out, "%s:", m->place.file->name);
	if (m->place.line != 0)
		fprintf(out, "%u:", m->place.line);
	fprintf(out, " %s\n", m->text);
}

void
report_finish(struct report *r, struct conf_errors *errors)
{
	size_t len;
	FILE *out;

	if (r->count > 0) {
		qsort(r->messages, r->count, sizeof(*r->messages), compare);
		if ((out = open_memstream(&errors->text, &len)) == NULL)
			abort();
		for (size_t i = 0; i < r->count && i < MESSAGES_MAX; i++)
			print_message(out, &r->messages[i]);
		if (r->count > MESSAGES_MAX)
			fprintf(out, "%s: and %zu more\n", r->messages[0].place.file->name,
			    r->count - MESSAGES_MAX);
		if (fclose(out) != 0)
			abort();
	}
	errors->count = r->count;
	for (size_t i = 0; i < r->count; i++)
		free(r->messages[i].text);
	free(r->messages);
	*r = (struct report){ .root = NULL };
}
