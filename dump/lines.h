/*
 * What is said of the connections: lines on the output, and a recording where one is wanted.
 * Nobody waits for the output; lines that it does not take are counted. Must not know sockets.
 */
#ifndef DUMP_LINES_H
#define DUMP_LINES_H

#include <stdbool.h>

#include "dump/out.h"
#include "dump/print.h"

struct event_base;
struct lines;

struct lines_options {
	bool json, hex;
	const char *recording; /* path of a file that must not exist yet, or NULL */
};

/* Prints on standard output; broken is told when that is impossible. Faults end the process. */
struct lines *
lines_new(struct event_base *, const struct lines_options *, out_broken_fn *broken, void *arg);
/* Writes what waits, and closes the recording. False: some of it could not be written. */
bool lines_end(struct lines *);

/* Something about a connection, or about zebra when it is 0; event is for programs. */
void lines_say(struct lines *, unsigned int connection, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void lines_dialect(struct lines *, const struct zapi_dialect *);
void lines_opened(struct lines *, unsigned int connection, const char *by);
/* at_us is set here. */
void lines_passed(struct lines *, const struct zapi_dialect *, struct passed);
void lines_closed(struct lines *, unsigned int connection, const char *by);

#endif
