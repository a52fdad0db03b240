/*
 * Where in the file an option stands, for messages about what was understood.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "conf/fill.h"

static const struct raw_section *
section_at(const struct report *r, struct where w)
{
	const struct raw_section *s = r->root;

	if (s == NULL || (w.service < 0 && w.block == BLOCK_TOP))
		return s;
	if (w.service < 0)
		return raw_child(s, w.block, 0);
	s = raw_child(s, BLOCK_SERVICE, (size_t)w.service);
	return s == NULL || w.check < 0 ? s : raw_child(s, BLOCK_CHECK, (size_t)w.check);
}

static struct raw_option *
option_at(const struct report *r, struct where w)
{
	const struct raw_section *s = section_at(r, w);

	return s == NULL || w.option == NULL ? NULL : raw_option(s, w.option);
}

static struct place
place_at(const struct report *r, struct where w)
{
	const struct raw_section *s = section_at(r, w);
	const struct raw_option *o = option_at(r, w);
	struct place place = { .file = NULL };

	if (s == NULL && r->root != NULL)
		s = r->root;
	if (s != NULL)
		place = s->place;
	if (o != NULL)
		place = o->place;
	if (o != NULL && w.value < o->nvalues)
		place.line = o->values[w.value].line;
	return place;
}

void
report_where(struct report *r, struct where w, const char *fmt, ...)
{
	struct raw_option *o = option_at(r, w);
	char text[900];
	va_list ap;

	if (o != NULL && o->told)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report_at(r, place_at(r, w), "%s", text);
	if (o != NULL && w.once)
		o->told = true;
}

char *
place_print(const struct report *r, struct where w, char *buf, size_t size)
{
	struct place place = place_at(r, w);

	snprintf(buf, size, "%s:%u", place.file != NULL ? place.file->name : "", place.line);
	return buf;
}

bool
is_written(const struct report *r, struct where w)
{
	return option_at(r, w) != NULL;
}
