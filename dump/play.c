/*
 * From the records of a file to lines. Must not know sockets.
 */
#include "dump/play.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump/frames.h"
#include "dump/guess.h"
#include "dump/recording.h"

struct play {
	FILE *file;
	unsigned int number; /* of the line */
	struct record record;
	char line[RECORD_LINE_MAX];
	/* where we are */
	const struct zapi_dialect *dialect;
	unsigned int connection, connections;
	int64_t at_us;
	struct print *print;
	struct guess *guess;
	char *error;
	size_t size;
};

/* 1: there is a record, 0: the file is over, -1: a fault. */
static int
next_record(struct play *p)
{
	const char *why = "the line is too long";
	size_t len;

	p->number++;
	if (fgets(p->line, sizeof(p->line), p->file) == NULL) {
		if (!ferror(p->file))
			return 0;
		why = strerror(errno);
	} else {
		len = strlen(p->line);
		if (len + 1 < sizeof(p->line) || p->line[len - 1] == '\n')
			if (record_parse(p->line, &p->record, &why) == 0)
				return 1;
	}
	snprintf(p->error, p->size, "line %u: %s", p->number, why);
	return -1;
}

static void
print_bytes(void *arg, const uint8_t *bytes, size_t len, bool whole)
{
	struct play *p = arg;
	struct passed m = { .at_us = p->at_us,
		.connection = p->connection,
		.direction = p->record.direction,
		.bytes = bytes,
		.len = len,
		.whole = whole };

	print_passed(p->print, p->dialect, &m);
}

static void
guess_bytes(void *arg, const uint8_t *bytes, size_t len, bool whole)
{
	struct play *p = arg;

	if (whole)
		guess_message(p->guess, p->record.direction, bytes, len);
}

/* A line holds whole messages: one that lacks some bytes takes none of the next line. */
static void
cut_line(struct play *p, frames_fn *fn)
{
	static struct frames frames;

	frames_init(&frames);
	frames_feed(&frames, p->record.bytes, p->record.len, fn, p);
	frames_end(&frames, fn, p);
}

static void
enter_connection(struct play *p, const char *what)
{
	unsigned int number = p->record.connection;
	char text[sizeof(p->record.comment) + 16];

	p->connection = number != 0 ? number : p->connections + 1;
	if (p->connection <= p->connections)
		return;
	p->connections = p->connection;
	snprintf(text, sizeof(text), "%s%s%s", what, p->record.comment[0] != '\0' ? ": " : "",
	    p->record.comment);
	print_event(p->print, p->at_us, p->connection, "opened", text);
}

static void
play_dialect(struct play *p, bool named)
{
	const struct zapi_dialect *d = p->record.dialect;
	char text[160];

	if (!named)
		return;
	p->dialect = d;
	if (d != NULL)
		snprintf(text, sizeof(text), "zebra speaks %s (%s)", d->name, d->serves);
	else
		snprintf(text, sizeof(text), "zebra speaks none of the known dialects");
	print_event(p->print, p->at_us, 0, "dialect", text);
}

/* named: the dialect is the one the file names. */
static void
play_record(struct play *p, bool named)
{
	char text[80];

	switch (p->record.kind) {
	case RECORD_NOTHING:
		break;
	case RECORD_DIALECT:
		play_dialect(p, named);
		break;
	case RECORD_PROBE:
		enter_connection(p, p->record.closed ? "probe, closed by zebra" : "probe");
		break;
	case RECORD_SESSION:
		enter_connection(p, "session");
		break;
	case RECORD_AT:
		p->at_us = p->record.at_us;
		break;
	case RECORD_BYTES:
		cut_line(p, print_bytes);
		break;
	case RECORD_CLOSED:
		snprintf(text, sizeof(text), "closed by %s", p->record.comment);
		print_event(p->print, p->at_us, p->connection, "closed", text);
		break;
	}
}

static int
ask_for_dialect(struct play *p, const struct zapi_dialect *const *best, size_t count)
{
	size_t used, i;

	used = (size_t)snprintf(p->error, p->size, "it names no dialect, and its messages %s",
	    count == 0 ? "fit none" : "fit more than one:");
	for (i = 0; i < count && used < p->size; i++)
		used += (size_t)snprintf(p->error + used, p->size - used, " %s", best[i]->name);
	if (used < p->size)
		snprintf(p->error + used, p->size - used, "; say which with --dialect");
	return -1;
}

/* The first pass over the file: does it name its dialect, or do the messages tell? */
static int
find_dialect(struct play *p, bool *named)
{
	const struct zapi_dialect *best[GUESS_DIALECTS];
	struct guess guess;
	size_t count;
	int more;

	*named = false;
	guess_init(&guess);
	p->guess = &guess;
	while ((more = next_record(p)) == 1) {
		if (p->record.kind == RECORD_DIALECT)
			*named = true;
		else if (p->record.kind == RECORD_BYTES)
			cut_line(p, guess_bytes);
	}
	if (more == -1)
		return -1;
	if (fseek(p->file, 0, SEEK_SET) == -1) {
		snprintf(p->error, p->size,
		    "it cannot be read twice to find the dialect; say it with --dialect");
		return -1;
	}
	p->number = 0;
	if (*named || guess.messages == 0)
		return 0;
	count = guess_best(&guess, best, GUESS_DIALECTS);
	if (count != 1)
		return ask_for_dialect(p, best, count);
	p->dialect = best[0];
	return 0;
}

static int
play(struct play *p, const struct zapi_dialect *forced, bool raw)
{
	bool named = false;
	int more;

	p->dialect = forced;
	if (forced == NULL && !raw && find_dialect(p, &named) == -1)
		return -1;
	while ((more = next_record(p)) == 1)
		play_record(p, named);
	return more;
}

int
play_file(FILE *file, const struct zapi_dialect *forced, bool raw, struct print *print, char *error,
    size_t size)
{
	struct play *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL) {
		snprintf(error, size, "%s", strerror(errno));
		return -1;
	}
	p->file = file;
	p->print = print;
	p->at_us = PRINT_NO_TIME;
	p->error = error;
	p->size = size;
	rc = play(p, forced, raw);
	free(p);
	return rc;
}
