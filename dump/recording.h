/*
 * Recorded sessions, as text: one line, one record. The format is described in zapidump(8);
 * the sessions in tests/golden are written in it. Must not know what messages mean.
 */
#ifndef DUMP_RECORDING_H
#define DUMP_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "zapi/message.h"

/* The longest line: a message, and a comment behind it. */
#define RECORD_LINE_MAX (2 * ZAPI_MESSAGE_MAX + 4096)

enum record_kind {
	RECORD_NOTHING, /* empty, or a comment */
	RECORD_DIALECT, /* dialect; NULL: of no table */
	RECORD_PROBE,	/* a connection of a question or two; closed */
	RECORD_SESSION, /* connection: the lines that follow belong to it */
	RECORD_AT,	/* at_us: when what follows passed */
	RECORD_BYTES,	/* direction, bytes, len */
	RECORD_CLOSED,	/* the connection ended */
};

struct record {
	enum record_kind kind;
	const struct zapi_dialect *dialect;
	bool closed;
	unsigned int connection; /* 0: one more */
	int64_t at_us;		 /* of the wall clock */
	enum zapi_direction direction;
	char comment[64]; /* behind '#', cut where it is longer */
	size_t len;
	uint8_t bytes[ZAPI_MESSAGE_MAX];
};

/* 0, or -1 and in *error what is wrong with the line. */
int record_parse(const char *line, struct record *, const char **error);
/* Bytes of hex digits; blanks and bars between them are skipped. -1: no such text, or too much. */
int record_hex(const char *text, uint8_t *bytes, size_t size, size_t *len);

/* Writes records; what was said already is not said again. */
struct recorder {
	FILE *file;
	unsigned int connection;
	int64_t at_us;
};

void recorder_begin(struct recorder *, FILE *, const char *head);
void recorder_dialect(struct recorder *, const struct zapi_dialect *);
/* who: what is known of the client */
void recorder_opened(struct recorder *, int64_t at_us, unsigned int connection, const char *who);
void recorder_bytes(struct recorder *, int64_t at_us, unsigned int connection, enum zapi_direction,
    const uint8_t *, size_t len, const char *comment);
/* who: "client" or "zebra" */
void recorder_closed(struct recorder *, int64_t at_us, unsigned int connection, const char *who);

#endif
