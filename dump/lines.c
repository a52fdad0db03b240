/*
 * Every word goes to the output and, if it belongs there, to the recording, in one order. Must
 * not know sockets.
 */
#include "dump/lines.h"

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dump/recording.h"

#define LAST_WORDS_MS 2000

struct lines {
	const struct lines_options *options;
	struct out *out;
	struct print print; /* to text */
	char *text;
	size_t text_len;
	unsigned long left_out;
	struct recorder recorder; /* file NULL: none, or no more */
	bool failed;
};

static int64_t
now_us(void)
{
	return clock_wall(clock_us());
}

/* What was printed since the last time goes out. */
static void
send_text(struct lines *l)
{
	if (fflush(l->print.file) == EOF)
		err(EXIT_FAILURE, "lines");
	if (out_put(l->out, l->text, l->text_len) == -1)
		l->left_out++;
	rewind(l->print.file);
}

static void
say_left_out(struct lines *l)
{
	unsigned long count = l->left_out;
	char text[80];

	if (count == 0)
		return;
	l->left_out = 0;
	snprintf(
	    text, sizeof(text), "%lu lines are left out: this output is read too slowly", count);
	print_event(&l->print, now_us(), 0, "lost", text);
	send_text(l);
	/* still no room: the count goes on */
	if (l->left_out > 0)
		l->left_out = count;
}

void
lines_say(struct lines *l, unsigned int connection, const char *event, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say_left_out(l);
	print_event(&l->print, now_us(), connection, event, text);
	send_text(l);
}

/* A recording that is not whole is no recording: it ends, and says so. */
static void
check_recording(struct lines *l)
{
	if (l->recorder.file == NULL ||
	    (fflush(l->recorder.file) == 0 && !ferror(l->recorder.file)))
		return;
	lines_say(l, 0, "lost", "the recording ends here: %s: %s", l->options->recording,
	    strerror(errno));
	warn("%s: the recording ends here", l->options->recording);
	l->failed = true;
	fclose(l->recorder.file);
	l->recorder.file = NULL;
}

void
lines_dialect(struct lines *l, const struct zapi_dialect *d)
{
	if (l->recorder.file != NULL)
		recorder_dialect(&l->recorder, d);
	check_recording(l);
}

void
lines_opened(struct lines *l, unsigned int connection, const char *by)
{
	lines_say(l, connection, "opened", "opened by %s", by);
	if (l->recorder.file != NULL)
		recorder_opened(&l->recorder, now_us(), connection, by);
	check_recording(l);
}

void
lines_passed(struct lines *l, const struct zapi_dialect *d, struct passed m)
{
	m.at_us = now_us();
	say_left_out(l);
	print_passed(&l->print, d, &m);
	send_text(l);
	if (l->recorder.file != NULL)
		recorder_bytes(&l->recorder, m.at_us, m.connection, m.direction, m.bytes, m.len,
		    print_name(d, &m));
	check_recording(l);
}

void
lines_closed(struct lines *l, unsigned int connection, const char *by)
{
	lines_say(l, connection, "closed", "closed by %s", by);
	if (l->recorder.file != NULL)
		recorder_closed(&l->recorder, now_us(), connection, by);
	check_recording(l);
}

static void
begin_recording(struct lines *l)
{
	FILE *file = fopen(l->options->recording, "wxe");

	if (file == NULL)
		err(EXIT_FAILURE, "%s", l->options->recording);
	/* a record is one write: who reads meanwhile finds whole lines */
	setvbuf(file, NULL, _IOFBF, RECORD_LINE_MAX);
	recorder_begin(&l->recorder, file, "What passed between a zebra and its clients.");
	check_recording(l);
}

struct lines *
lines_new(
    struct event_base *base, const struct lines_options *options, out_broken_fn *broken, void *arg)
{
	struct lines *l = calloc(1, sizeof(*l));
	FILE *text;

	if (l == NULL)
		err(EXIT_FAILURE, "start");
	l->options = options;
	text = open_memstream(&l->text, &l->text_len);
	l->out = out_new(base, STDOUT_FILENO, broken, arg);
	if (text == NULL || l->out == NULL)
		err(EXIT_FAILURE, "standard output");
	print_init(&l->print, text, options->json, options->hex);
	if (options->recording != NULL)
		begin_recording(l);
	return l;
}

bool
lines_end(struct lines *l)
{
	bool whole;

	say_left_out(l);
	if (out_drain(l->out, LAST_WORDS_MS) > 0)
		warnx("standard output is not read: the last lines are lost");
	out_free(l->out);
	if (l->recorder.file != NULL && fclose(l->recorder.file) == EOF) {
		warn("%s", l->options->recording);
		l->failed = true;
	}
	fclose(l->print.file);
	free(l->text);
	whole = !l->failed;
	free(l);
	return whole;
}
