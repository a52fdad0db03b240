/*
 * The parts of zapidump that have no socket: cutting streams, recordings and back, telling
 * the dialect, and lines about what makes no sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dump/frames.h"
#include "dump/guess.h"
#include "dump/play.h"
#include "dump/recording.h"
#include "tests/unit/test_zapi_golden.h"

struct cuts {
	size_t count, whole, bytes;
};

static void
count_cut(void *arg, const uint8_t *bytes, size_t len, bool whole)
{
	struct cuts *cuts = arg;

	assert_non_null(bytes);
	cuts->count++;
	cuts->whole += whole;
	cuts->bytes += len;
}

static size_t
join(const struct golden *g, enum golden_kind kind, uint8_t *buf, size_t size, size_t *messages)
{
	size_t len = 0, i;

	*messages = 0;
	for (i = 0; i < g->count; i++) {
		if (g->lines[i].kind != kind)
			continue;
		assert_true(len + g->lines[i].len <= size);
		memcpy(buf + len, g->lines[i].bytes, g->lines[i].len);
		len += g->lines[i].len;
		++*messages;
	}
	return len;
}

/* A stream in pieces of any size is the same messages. */
static void
test_frames(void **state)
{
	static uint8_t buf[65536];
	static struct frames frames;
	size_t f, piece, at;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++) {
		struct golden *g = golden_load(golden_files[f]);
		size_t messages, len = join(g, GOLDEN_FROM, buf, sizeof(buf), &messages);

		for (piece = 1; piece < 2000; piece = piece * 3 + 1) {
			struct cuts cuts = { 0 };

			frames_init(&frames);
			for (at = 0; at < len; at += piece)
				frames_feed(&frames, buf + at, len - at < piece ? len - at : piece,
				    count_cut, &cuts);
			frames_end(&frames, count_cut, &cuts);
			assert_int_equal(cuts.count, messages);
			assert_int_equal(cuts.whole, messages);
			assert_int_equal(cuts.bytes, len);
		}
		golden_free(g);
	}
}

/* What is none is handed over all the same, to the last byte; and so is a half message. */
static void
test_frames_astray(void **state)
{
	static const uint8_t hello[] = { 0, 6, 0xff, 2, 0, 1 };
	static const uint8_t nonsense[] = "GET / HTTP/1.0\r\n\r\n";
	static struct frames frames;
	struct cuts cuts = { 0 };

	(void)state;
	frames_init(&frames);
	frames_feed(&frames, hello, sizeof(hello), count_cut, &cuts);
	frames_feed(&frames, nonsense, sizeof(nonsense), count_cut, &cuts);
	frames_feed(&frames, hello, sizeof(hello), count_cut, &cuts);
	frames_end(&frames, count_cut, &cuts);
	assert_int_equal(cuts.whole, 1);
	assert_int_equal(cuts.bytes, 2 * sizeof(hello) + sizeof(nonsense));

	cuts = (struct cuts){ 0 };
	frames_init(&frames);
	frames_feed(&frames, hello, 5, count_cut, &cuts);
	assert_int_equal(cuts.count, 0);
	frames_end(&frames, count_cut, &cuts);
	assert_int_equal(cuts.count, 1);
	assert_int_equal(cuts.whole, 0);
	assert_int_equal(cuts.bytes, 5);
}

/* The messages of every recorded session tell their dialect, and none but theirs. */
static void
test_guess(void **state)
{
	const struct zapi_dialect *best[2];
	size_t f, i;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++) {
		struct golden *g = golden_load(golden_files[f]);
		struct guess guess;

		guess_init(&guess);
		for (i = 0; i < g->count; i++)
			if (g->lines[i].kind == GOLDEN_TO || g->lines[i].kind == GOLDEN_FROM)
				guess_message(&guess,
				    g->lines[i].kind == GOLDEN_TO ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA,
				    g->lines[i].bytes, g->lines[i].len);
		assert_int_equal(guess_best(&guess, best, 2), 1);
		assert_string_equal(best[0]->name, g->dialect->name);
		golden_free(g);
	}
}

/* Prints the text of a file; returns what is printed, to be freed. */
static char *
printed(const char *file, const char *dialect, bool json, bool hex, char *error, size_t size)
{
	const struct zapi_dialect *d = dialect != NULL ? zapi_dialect_find(dialect) : NULL;
	FILE *in = fmemopen((void *)(uintptr_t)file, strlen(file), "r");
	static struct print print;
	size_t len = 0;
	char *out = NULL;
	FILE *to = open_memstream(&out, &len);

	assert_non_null(in);
	assert_non_null(to);
	print_init(&print, to, json, hex);
	error[0] = '\0';
	play_file(in, d, false, &print, error, size);
	fclose(in);
	fclose(to);
	return out;
}

static void
test_lines(void **state)
{
	static const struct {
		const char *file, *dialect;
		bool json, hex;
		const char *want;
	} cases[] = {
		/* a number of no table */
		{ "dialect frr-8.3\nat 2026-11-21T13:44:06.123456Z\nsession 3\n"
		  "> 000bfe06000000000039ab\n",
		    NULL, false, false,
		    "    * zebra speaks frr-8.3 (FRR 8.3, 8.4, 8.5, 9.0)\n"
		    "13:44:06.123456   3 * session\n"
		    "13:44:06.123456   3 >  57 unknown                     11  body 1 byte: ab\n" },
		/* bytes behind the last field */
		{ "session\n< 0012fe06000000020076 01000000 00000001\n", "8.4", false, false,
		    "  1 * session\n"
		    "  1 < 118 ERROR                       18  vrf 2 no such vrf "
		    "trailing 4 bytes: 00 00 00 01\n" },
		/* a body that is too short */
		{ "session\n< 000cfe06000000000076 0100\n", "8.4", false, false,
		    "  1 * session\n"
		    "  1 < 118 ERROR                       12  does not fit frr-8.3 at byte 10 of "
		    "12: expected an error u32 in the byte order of the host\n"
		    "      0000   00 0c fe 06 00 00 00 00  00 76 01 00\n" },
		/* another version, half a message, no message */
		{ "session\n> 0008fe0400000000\n> 0010fe06\n> ffffffffff\n", "8.4", false, false,
		    "  1 * session\n"
		    "  1 >   0 unknown                      8  version 4\n"
		    "  1 >   ? bytes                        4  no whole message\n"
		    "      0000   00 10 fe 06\n"
		    "  1 >   ? bytes                        5  no whole message\n"
		    "      0000   ff ff ff ff ff\n" },
		{ "session\n> 000efe0600000000000b01020000\nclosed zebra\n", "8.4", false, true,
		    "  1 * session\n"
		    "  1 >  11 REDISTRIBUTE_ADD            14  connect ipv4\n"
		    "      0000   00 0e fe 06 00 00 00 00  00 0b 01 02 00 00\n"
		    "  1 * closed by zebra\n" },
		{ "session 2 # of \"x\"\n> 000efe0600000000000b01020000\n", "8.4", true, false,
		    "{\"connection\":2,\"event\":\"opened\",\"text\":\"session: of \\\"x\\\"\"}\n"
		    "{\"connection\":2,\"from\":\"client\",\"length\":14,\"number\":11,"
		    "\"name\":\"REDISTRIBUTE_ADD\",\"dialect\":\"frr-8.3\",\"vrf\":0,"
		    "\"type\":\"connect\",\"family\":\"ipv4\"}\n" },
		/* a dialect that ends in the middle */
		{ "dialect 8.4\nsession\n> 000afe06000000000000\ndialect none\n"
		  "> 000afe06000000000000\n",
		    NULL, false, false,
		    "    * zebra speaks frr-8.3 (FRR 8.3, 8.4, 8.5, 9.0)\n"
		    "  1 * session\n"
		    "  1 >   0 INTERFACE_ADD               10\n"
		    "    * zebra speaks none of the known dialects\n"
		    "  1 >   0 unknown                     10\n" },
	};
	char error[1024], *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = printed(cases[i].file, cases[i].dialect, cases[i].json, cases[i].hex, error,
		    sizeof(error));
		assert_string_equal(error, "");
		assert_string_equal(out, cases[i].want);
		free(out);
	}
}

static void
test_faults(void **state)
{
	static const struct {
		const char *file, *want;
	} cases[] = {
		{ "session\n> 000afe0600000000000\n", "line 2: what stands behind >" },
		{ "session\n\n> zz\n", "line 3: what stands behind >" },
		{ "dialect frr-1\n", "line 1: no dialect is called so" },
		{ "at noon\n", "line 1: a time looks like" },
		{ "at 2026-11-21T13:44:06.1Z\n", "line 1: a time looks like" },
		{ "session 0\n", "line 1: a connection has a number" },
		{ "hello\n", "line 1: a line begins with" },
		{ "session\n> 000afe06000000000000\n",
		    "it names no dialect, and its messages fit more than one: frr-6" },
		{ "session\n> 000afe07000000000000\n", "its messages fit none; say which" },
	};
	char error[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		free(printed(cases[i].file, NULL, false, false, error, sizeof(error)));
		if (strstr(error, cases[i].want) == NULL)
			fail_msg("%s: \"%s\"", cases[i].file, error);
	}
}

/* What a recorder writes is what a reader finds. */
static void
test_round_trip(void **state)
{
	static const uint8_t bytes[] = { 0, 10, 0xfe, 6, 0, 0, 0, 0, 0, 0 };
	int64_t at = INT64_C(1795269846123456);
	char *out = NULL, error[256], *again;
	struct recorder rec;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	(void)state;
	assert_non_null(to);
	recorder_begin(&rec, to, "a test");
	recorder_dialect(&rec, zapi_dialect_find("8.4"));
	recorder_opened(&rec, at - 1, 4, "zanycastd[812] of user 0");
	recorder_bytes(&rec, at, 4, ZAPI_TO_ZEBRA, bytes, sizeof(bytes), "INTERFACE_ADD");
	recorder_bytes(&rec, at, 4, ZAPI_FROM_ZEBRA, bytes, 3, "half a message");
	recorder_closed(&rec, at + 1, 4, "client");
	fclose(to);
	again = printed(out, NULL, false, false, error, sizeof(error));
	assert_string_equal(error, "");
	assert_string_equal(again,
	    "    * zebra speaks frr-8.3 (FRR 8.3, 8.4, 8.5, 9.0)\n"
	    "14:04:06.123455   4 * session: zanycastd[812] of user 0\n"
	    "14:04:06.123456   4 >   0 INTERFACE_ADD               10\n"
	    "14:04:06.123456   4 <   ? bytes                        3  no whole message\n"
	    "      0000   00 0a fe\n"
	    "14:04:06.123457   4 * closed by client\n");
	free(again);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_frames_astray),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
