/*
 * Lines about what passed: aligned and brief for people, or one JSON object a line. Must not
 * know where the messages come from.
 */
#ifndef DUMP_PRINT_H
#define DUMP_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "zapi/message.h"
#include "zapi/phrase.h"

#define PRINT_NO_TIME INT64_MIN
/* A whole message in hex, and all that is said of it. */
#define PRINT_LINE_MAX (2 * ZAPI_MESSAGE_MAX + 8192)

struct print {
	FILE *file;
	enum phrase_form form;
	bool hex; /* a hex dump of every message */
	char line[PRINT_LINE_MAX];
};

/* One piece of the stream of one connection. */
struct passed {
	int64_t at_us; /* of the wall clock, or PRINT_NO_TIME */
	unsigned int connection;
	enum zapi_direction direction;
	const uint8_t *bytes;
	size_t len;
	bool whole; /* a message; else bytes that are none */
};

void print_init(struct print *, FILE *, bool json, bool hex);
/* d NULL: of an unknown dialect, only numbers are printed. */
void print_passed(struct print *, const struct zapi_dialect *d, const struct passed *);
/* The name of its message, as far as it has one. */
const char *print_name(const struct zapi_dialect *, const struct passed *);
/* Something about a connection, or about zebra when it is 0. event is for programs. */
void print_event(
    struct print *, int64_t at_us, unsigned int connection, const char *event, const char *text);

#endif
