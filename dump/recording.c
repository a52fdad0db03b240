/*
 * Reading and writing of recorded sessions. Must not know what messages mean.
 */
#include "dump/recording.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define DIALECT_NAME_MAX 64

static int
digit(int c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* Up to the end of the line, or to its comment. */
int
record_hex(const char *text, uint8_t *bytes, size_t size, size_t *len)
{
	size_t nibbles = 0;

	for (; *text != '\0' && *text != '#'; text++) {
		if (isspace((unsigned char)*text) || *text == '|')
			continue;
		if (!isxdigit((unsigned char)*text) || nibbles / 2 >= size)
			return -1;
		if (nibbles % 2 == 0)
			bytes[nibbles / 2] = (uint8_t)(digit(*text) << 4);
		else
			bytes[nibbles / 2] |= (uint8_t)digit(*text);
		nibbles++;
	}
	*len = nibbles / 2;
	return nibbles % 2 == 0 ? 0 : -1;
}

/* What stands behind a keyword; NULL: it is another word. */
static const char *
behind(const char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	if (strncmp(line, keyword, len) != 0)
		return NULL;
	if (line[len] != '\0' && !isspace((unsigned char)line[len]))
		return NULL;
	return line + len + strspn(line + len, " \t");
}

static int
parse_dialect(const char *text, struct record *r, const char **error)
{
	char name[DIALECT_NAME_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "#\r\n"), text);
	while (name[0] != '\0' && isspace((unsigned char)name[strlen(name) - 1]))
		name[strlen(name) - 1] = '\0';
	r->kind = RECORD_DIALECT;
	r->dialect = zapi_dialect_find(name);
	if (r->dialect != NULL || strcmp(name, "none") == 0)
		return 0;
	*error = "no dialect is called so";
	return -1;
}

static int
parse_at(const char *text, struct record *r, const char **error)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	unsigned int us = 0;
	int used = 0;
	time_t seconds;

	r->kind = RECORD_AT;
	if (rest != NULL && sscanf(rest, ".%6uZ%n", &us, &used) == 1 && used == 8) {
		seconds = timegm(&tm);
		r->at_us = (int64_t)seconds * 1000000 + us;
		if (seconds >= 0)
			return 0;
	}
	*error = "a time looks like 2026-11-21T13:44:06.123456Z";
	return -1;
}

static int
parse_session(const char *text, struct record *r, const char **error)
{
	unsigned long number;
	char *end;

	r->kind = RECORD_SESSION;
	if (!isdigit((unsigned char)text[0]))
		return 0;
	number = strtoul(text, &end, 10);
	if (number > 0 && number < UINT32_MAX && (*end == '\0' || isspace((unsigned char)*end))) {
		r->connection = (unsigned int)number;
		return 0;
	}
	*error = "a connection has a number from 1";
	return -1;
}

static int
parse_bytes(const char *line, struct record *r, const char **error)
{
	r->kind = RECORD_BYTES;
	r->direction = line[0] == '>' ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA;
	if (record_hex(line + 1, r->bytes, sizeof(r->bytes), &r->len) == 0)
		return 0;
	*error = "what stands behind > or < is hex, two digits a byte, 65535 bytes at most";
	return -1;
}

static void
take_comment(const char *line, struct record *r)
{
	const char *comment = strchr(line, '#');

	r->comment[0] = '\0';
	if (comment == NULL)
		return;
	comment += 1 + strspn(comment + 1, " ");
	snprintf(r->comment, sizeof(r->comment), "%.*s", (int)strcspn(comment, "\r\n"), comment);
}

int
record_parse(const char *line, struct record *r, const char **error)
{
	const char *text;

	r->kind = RECORD_NOTHING;
	r->dialect = NULL;
	r->closed = false;
	r->connection = 0;
	r->at_us = 0;
	r->len = 0;
	take_comment(line, r);
	if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
		return 0;
	if (line[0] == '>' || line[0] == '<')
		return parse_bytes(line, r, error);
	if ((text = behind(line, "dialect")) != NULL)
		return parse_dialect(text, r, error);
	if ((text = behind(line, "at")) != NULL)
		return parse_at(text, r, error);
	if ((text = behind(line, "session")) != NULL)
		return parse_session(text, r, error);
	if ((text = behind(line, "probe")) != NULL) {
		r->kind = RECORD_PROBE;
		r->closed = behind(text, "closed") != NULL;
		return 0;
	}
	if ((text = behind(line, "closed")) != NULL) {
		r->kind = RECORD_CLOSED;
		snprintf(
		    r->comment, sizeof(r->comment), "%.*s", (int)strcspn(text, " #\r\n"), text);
		return 0;
	}
	*error = "a line begins with dialect, probe, session, at, closed, >, < or #";
	return -1;
}

void
recorder_begin(struct recorder *rec, FILE *file, const char *head)
{
	*rec = (struct recorder){ .file = file };
	fprintf(file, "# %s\n# \"> hex\" went to zebra, \"< hex\" came from it.\n", head);
}

void
recorder_dialect(struct recorder *rec, const struct zapi_dialect *d)
{
	fprintf(rec->file, "dialect %s\n", d != NULL ? d->name : "none");
}

static void
put_time(struct recorder *rec, int64_t at_us)
{
	char text[CLOCK_STRLEN];

	if (at_us != rec->at_us)
		fprintf(rec->file, "at %s\n", clock_print_wall(at_us, text));
	rec->at_us = at_us;
}

static void
put_place(struct recorder *rec, int64_t at_us, unsigned int connection)
{
	if (connection != rec->connection)
		fprintf(rec->file, "session %u\n", connection);
	rec->connection = connection;
	put_time(rec, at_us);
}

void
recorder_opened(struct recorder *rec, int64_t at_us, unsigned int connection, const char *who)
{
	put_time(rec, at_us);
	fprintf(rec->file, "session %u  # %s\n", connection, who);
	rec->connection = connection;
}

void
recorder_bytes(struct recorder *rec, int64_t at_us, unsigned int connection,
    enum zapi_direction direction, const uint8_t *bytes, size_t len, const char *comment)
{
	size_t i;

	put_place(rec, at_us, connection);
	fputs(direction == ZAPI_TO_ZEBRA ? "> " : "< ", rec->file);
	for (i = 0; i < len; i++)
		fprintf(rec->file, "%02x", bytes[i]);
	fprintf(rec->file, "  # %s\n", comment);
}

void
recorder_closed(struct recorder *rec, int64_t at_us, unsigned int connection, const char *who)
{
	put_place(rec, at_us, connection);
	fprintf(rec->file, "closed %s\n", who);
}
