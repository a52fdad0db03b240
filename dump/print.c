/*
 * The layout of the lines; the words in them are those of zapi/words.h. Must not know sockets.
 */
#include "dump/print.h"

#include <string.h>

#include "base/clock.h"
#include "dump/frames.h"
#include "zapi/expected.h"
#include "zapi/names.h"
#include "zapi/words.h"

#define BESIDE 32 /* bytes that are shown in the line itself */
#define PER_ROW 16

void
print_init(struct print *p, FILE *file, bool json, bool hex)
{
	p->file = file;
	p->form = json ? PHRASE_JSON : PHRASE_TEXT;
	p->hex = hex;
}

static void
put_time(struct print *p, int64_t at_us)
{
	char text[CLOCK_STRLEN];

	if (at_us == PRINT_NO_TIME)
		return;
	clock_print_wall(at_us, text);
	/* 13:44:06.123456 */
	fprintf(p->file, "%.15s ", text + strlen("2026-11-21T"));
}

static void
put_rows(struct print *p, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (i % PER_ROW == 0)
			fprintf(p->file, "%s      %04zx ", i > 0 ? "\n" : "", i);
		fprintf(p->file, "%s%02x", i % 8 == 0 ? "  " : " ", bytes[i]);
	}
	fputs(len > 0 ? "\n" : "", p->file);
}

/* What is known of one message. */
struct sight {
	const struct zapi_dialect *d; /* NULL: it is of another, or of an unknown one */
	struct frame_header header;
	bool headed; /* header is right */
	bool fits;
	struct zapi_msg msg;
};

static void
look(const struct zapi_dialect *d, const struct passed *m, struct sight *s)
{
	memset(s, 0, sizeof(*s));
	s->msg.command = ZAPI_OTHER;
	s->headed = m->whole && frame_header(m->bytes, m->len, &s->header);
	if (!s->headed || d == NULL || zapi_frame(d, m->bytes, m->len) != (int)m->len)
		return;
	s->d = d;
	s->fits = zapi_decode(d, m->direction, m->bytes, m->len, &s->msg) == 0;
}

const char *
print_name(const struct zapi_dialect *d, const struct passed *m)
{
	struct sight s;

	look(d, m, &s);
	return s.headed ? zapi_command_name(s.msg.command) : "no whole message";
}

/* The bytes that nothing else in the line speaks of. */
static void
say_bytes(struct phrase *p, const char *key, const uint8_t *bytes, size_t len)
{
	char label[40];

	if (len == 0)
		return;
	if (p->form == PHRASE_JSON) {
		phrase_hex(p, key, bytes, len);
		return;
	}
	snprintf(label, sizeof(label), "%s %zu byte%s:", key, len, len == 1 ? "" : "s");
	phrase_hex(p, label, bytes, len < BESIDE ? len : BESIDE);
	if (len > BESIDE)
		phrase_fact(p, "...");
}

static void
say_misfit(struct phrase *p, const struct passed *m, const struct sight *s)
{
	size_t at = m->len - s->msg.trailing;
	char expected[ZAPI_EXPECTED_MAX], text[ZAPI_EXPECTED_MAX + 100];

	zapi_expected(s->d, m->direction, s->msg.command, expected, sizeof(expected));
	if (p->form == PHRASE_JSON) {
		phrase_string(p, "expected", expected);
		phrase_number(p, "fault-at", at);
		return;
	}
	snprintf(text, sizeof(text), "does not fit %s at byte %zu of %zu: expected %s", s->d->name,
	    at, m->len, expected);
	phrase_word(p, "misfit", text);
}

/* Everything behind the name and the length; true: the bytes must be shown, too. */
static bool
say(struct phrase *p, const struct zapi_dialect *d, const struct passed *m, const struct sight *s)
{
	if (!s->headed) {
		phrase_word(p, "fault", m->whole ? "shorter than a header" : "no whole message");
		return true;
	}
	if (s->header.vrf != 0 || p->form == PHRASE_JSON)
		phrase_number(p, "vrf", s->header.vrf);
	if (s->d == NULL) {
		if (d != NULL || s->header.version != 6)
			phrase_number(p, "version", s->header.version);
		say_bytes(p, "body", m->bytes + s->header.body, m->len - s->header.body);
		return false;
	}
	if (!s->fits) {
		say_misfit(p, m, s);
		return true;
	}
	if (s->msg.command == ZAPI_OTHER) {
		say_bytes(p, "body", m->bytes + s->header.body, m->len - s->header.body);
		return false;
	}
	zapi_words(p, s->d, m->direction, &s->msg);
	say_bytes(p, "trailing", m->bytes + m->len - s->msg.trailing, s->msg.trailing);
	return false;
}

static void
print_text(
    struct print *p, const struct zapi_dialect *d, const struct passed *m, const struct sight *s)
{
	const char *name = s->d != NULL ? zapi_command_name(s->msg.command) : "unknown";
	struct phrase phrase;
	bool rows;

	phrase_init(&phrase, PHRASE_TEXT, p->line, sizeof(p->line));
	rows = say(&phrase, d, m, s) || p->hex;
	put_time(p, m->at_us);
	fprintf(p->file, "%3u %c ", m->connection, m->direction == ZAPI_TO_ZEBRA ? '>' : '<');
	if (s->headed)
		fprintf(p->file, "%3u %-24s", (unsigned int)s->header.number, name);
	else
		fprintf(p->file, "  ? %-24s", "bytes");
	fprintf(p->file, " %5zu%s%s\n", m->len, p->line[0] != '\0' ? "  " : "", p->line);
	if (rows)
		put_rows(p, m->bytes, m->len);
}

static void
say_place(struct phrase *p, int64_t at_us, unsigned int connection)
{
	char text[CLOCK_STRLEN];

	if (at_us != PRINT_NO_TIME)
		phrase_string(p, "at", clock_print_wall(at_us, text));
	if (connection != 0)
		phrase_number(p, "connection", connection);
}

static void
print_json(
    struct print *p, const struct zapi_dialect *d, const struct passed *m, const struct sight *s)
{
	struct phrase phrase;
	bool rows;

	phrase_init(&phrase, PHRASE_JSON, p->line, sizeof(p->line));
	phrase_open(&phrase, NULL, '{');
	say_place(&phrase, m->at_us, m->connection);
	phrase_string(&phrase, "from", m->direction == ZAPI_TO_ZEBRA ? "client" : "zebra");
	phrase_number(&phrase, "length", m->len);
	if (s->headed)
		phrase_number(&phrase, "number", s->header.number);
	if (s->d != NULL && s->msg.command != ZAPI_OTHER)
		phrase_string(&phrase, "name", zapi_command_name(s->msg.command));
	if (s->d != NULL)
		phrase_string(&phrase, "dialect", s->d->name);
	rows = say(&phrase, d, m, s) || p->hex;
	if (rows)
		phrase_hex(&phrase, "hex", m->bytes, m->len);
	phrase_close(&phrase, '}');
	fprintf(p->file, "%s\n", p->line);
}

void
print_passed(struct print *p, const struct zapi_dialect *d, const struct passed *m)
{
	struct sight s;

	look(d, m, &s);
	if (p->form == PHRASE_JSON)
		print_json(p, d, m, &s);
	else
		print_text(p, d, m, &s);
}

void
print_event(
    struct print *p, int64_t at_us, unsigned int connection, const char *event, const char *text)
{
	struct phrase phrase;

	phrase_init(&phrase, p->form, p->line, sizeof(p->line));
	if (p->form == PHRASE_JSON) {
		phrase_open(&phrase, NULL, '{');
		say_place(&phrase, at_us, connection);
		phrase_string(&phrase, "event", event);
		phrase_string(&phrase, "text", text);
		phrase_close(&phrase, '}');
		fprintf(p->file, "%s\n", p->line);
		return;
	}
	phrase_word(&phrase, "text", text);
	put_time(p, at_us);
	if (connection != 0)
		fprintf(p->file, "%3u * %s\n", connection, p->line);
	else
		fprintf(p->file, "    * %s\n", p->line);
}
