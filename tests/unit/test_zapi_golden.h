/*
 * Reader of tests/golden/: sessions with real zebras, one file for each. Shared
 * by the tests of zapi/; what the bytes mean is said only where a test fails.
 */
#ifndef TEST_ZAPI_GOLDEN_H
#define TEST_ZAPI_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zapi/message.h"

enum golden_kind { GOLDEN_PROBE, GOLDEN_SESSION, GOLDEN_TO, GOLDEN_FROM };

struct golden_line {
	enum golden_kind kind;
	bool closed; /* GOLDEN_PROBE: zebra closed the connection */
	char name[64];
	uint8_t *bytes; /* a heap block of exactly len bytes */
	size_t len;
};

struct golden {
	char release[64]; /* as the file is called */
	const struct zapi_dialect *dialect;
	struct golden_line *lines;
	size_t count;
};

#define GOLDEN_FILES 26
extern const char *const golden_files[GOLDEN_FILES];

/* Fails the test if the file cannot be read. */
struct golden *golden_load(const char *release);
void golden_free(struct golden *);
/* Fails the test, with the message in words and bytes. */
void golden_fail(const struct golden *, const struct golden_line *, const char *why);
/* Fails it with both messages in words, unless they are the same bytes. */
void golden_equal(const struct zapi_dialect *, enum zapi_direction, const uint8_t *got,
    size_t got_len, const uint8_t *want, size_t want_len);
/* Bytes of a string of hex digits; blanks and bars are skipped. */
size_t golden_hex(const char *text, uint8_t *buf, size_t size);

#endif
