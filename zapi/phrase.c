/*
 * Fields as words or as JSON (RFC 8259), in a bounded buffer. Must not know messages.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "zapi/phrase.h"

void
phrase_init(struct phrase *p, enum phrase_form form, char *buf, size_t size)
{
	*p = (struct phrase){ .buf = buf, .size = size, .form = form };
	buf[0] = '\0';
}

static void __attribute__((format(printf, 2, 3))) add(struct phrase *p, const char *fmt, ...)
{
	size_t room = p->size - p->used;
	va_list ap;
	int len;

	if (p->cut)
		return;
	va_start(ap, fmt);
	len = vsnprintf(p->buf + p->used, room, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= room) {
		p->buf[p->used] = '\0';
		p->cut = true;
		return;
	}
	p->used += (size_t)len;
}

/* ASCII only: neither a terminal nor a parser is told what a stranger wants it to be told. */
static void
add_escaped(struct phrase *p, const char *text)
{
	bool json = p->form == PHRASE_JSON;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f)
			add(p, json ? "\\u%04x" : "\\x%02x", (unsigned int)c);
		else if (c == '\\' || (json && c == '"'))
			add(p, "\\%c", c);
		else
			add(p, "%c", c);
	}
}

static void
separate(struct phrase *p)
{
	if (p->begun)
		add(p, "%c", p->form == PHRASE_JSON ? ',' : ' ');
	p->begun = true;
}

static void
add_key(struct phrase *p, const char *key)
{
	separate(p);
	add(p, p->form == PHRASE_JSON ? "\"%s\":" : "%s ", key);
}

static void
add_value(struct phrase *p, const char *value)
{
	const char *quote = p->form == PHRASE_JSON ? "\"" : "";

	add(p, "%s", quote);
	add_escaped(p, value);
	add(p, "%s", quote);
}

void
phrase_number(struct phrase *p, const char *key, uint64_t value)
{
	add_key(p, key);
	add(p, "%" PRIu64, value);
}

void
phrase_string(struct phrase *p, const char *key, const char *value)
{
	add_key(p, key);
	add_value(p, value);
}

void
phrase_word(struct phrase *p, const char *key, const char *value)
{
	if (p->form == PHRASE_JSON)
		add_key(p, key);
	else
		separate(p);
	add_value(p, value);
}

void
phrase_fact(struct phrase *p, const char *key)
{
	if (p->form == PHRASE_TEXT) {
		separate(p);
		add(p, "%s", key);
		return;
	}
	add_key(p, key);
	add(p, "true");
}

void
phrase_hex(struct phrase *p, const char *key, const uint8_t *bytes, size_t len)
{
	bool json = p->form == PHRASE_JSON;
	size_t i;

	add_key(p, key);
	if (json)
		add(p, "\"");
	for (i = 0; i < len; i++)
		add(p, "%s%02x", json || i == 0 ? "" : " ", bytes[i]);
	if (json)
		add(p, "\"");
}

void
phrase_list(struct phrase *p, const char *key)
{
	add_key(p, key);
	if (p->form == PHRASE_JSON)
		add(p, "[");
	p->begun = false;
}

void
phrase_item(struct phrase *p, const char *value)
{
	if (p->begun)
		add(p, ",");
	p->begun = true;
	add_value(p, value);
}

void
phrase_list_end(struct phrase *p)
{
	if (p->form == PHRASE_JSON)
		add(p, "]");
	p->begun = true;
}

void
phrase_open(struct phrase *p, const char *key, char bracket)
{
	if (p->form == PHRASE_TEXT)
		return;
	if (key != NULL)
		add_key(p, key);
	else
		separate(p);
	add(p, "%c", bracket);
	p->begun = false;
}

void
phrase_close(struct phrase *p, char bracket)
{
	if (p->form == PHRASE_JSON)
		add(p, "%c", bracket);
	p->begun = true;
}
