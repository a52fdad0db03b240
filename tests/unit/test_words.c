/*
 * Words for messages: fields that no recorded session has, escapes, and what happens where
 * they do not fit. Whole sessions in words are compared by dump/test-sessions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_golden.h"
#include "zapi/expected.h"
#include "zapi/words.h"

static char text[ZAPI_WORDS_MAX];

static const char *
words_of(enum phrase_form form, const char *dialect, enum zapi_direction direction,
    const struct zapi_msg *msg)
{
	struct phrase p;

	phrase_init(&p, form, text, sizeof(text));
	zapi_words(&p, zapi_dialect_find(dialect), direction, msg);
	assert_false(p.cut);
	assert_int_equal(strlen(text), p.used);
	return text;
}

static void
test_names(void **state)
{
	struct zapi_msg msg = { .command = ZAPI_REDISTRIBUTE_ADD,
		.subscription = { .family = AF_INET6, .type = 3 } };

	(void)state;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg), "static ipv6");
	assert_string_equal(words_of(PHRASE_TEXT, "10.0", ZAPI_TO_ZEBRA, &msg), "local ipv6");
	msg.subscription.type = 23;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg), "sharp ipv6");
	assert_string_equal(words_of(PHRASE_TEXT, "10.0", ZAPI_TO_ZEBRA, &msg), "babel ipv6");
	msg.subscription.type = 24;
	assert_string_equal(words_of(PHRASE_TEXT, "5.0", ZAPI_TO_ZEBRA, &msg), "pbr ipv6");
	assert_string_equal(words_of(PHRASE_TEXT, "4.0", ZAPI_TO_ZEBRA, &msg), "type-24 ipv6");
	msg.subscription.type = 255;
	msg.subscription.instance = 7;
	msg.subscription.family = 0;
	assert_string_equal(words_of(PHRASE_TEXT, "10.0", ZAPI_TO_ZEBRA, &msg),
	    "type-255 instance 7 ipv4 and ipv6");
}

/* What daemons other than ours send: gateways, several of them, bits without a name. */
static void
test_route(void **state)
{
	struct zapi_msg msg = { .command = ZAPI_ROUTE_ADD,
		.route = { .type = 6,
		    .prefix = { AF_INET, 24, { 192, 0, 2 } },
		    .flags = 0x8000,
		    .message = 0x8000000f,
		    .has_tag = true,
		    .tag = 4000000000,
		    .metric = 20,
		    .distance = 110,
		    .nexthops = { .count = 3,
			.kept = { { .type = 3,
				      .family = AF_INET,
				      .gateway = { 10, 0, 0, 1 },
				      .ifindex = 3,
				      .flags = 0x81 },
			    { .type = 6 }, { .type = 9, .vrf = 4, .weight = 7 } } } } };

	(void)state;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg),
	    "ospf 192.0.2.0/24 via 10.0.0.1 dev 3 nexthop-flags onlink,0x80 blackhole "
	    "nexthop-type 9 in-vrf 4 weight 7 distance 110 metric 20 tag 4000000000 "
	    "flags 0x8000 message nexthop,distance,metric,tag,0x80000000");
	assert_string_equal(words_of(PHRASE_JSON, "8.4", ZAPI_TO_ZEBRA, &msg),
	    "\"type\":\"ospf\",\"prefix\":\"192.0.2.0/24\",\"nexthops\":[{\"via\":\"10.0.0.1\","
	    "\"dev\":3,\"nexthop-flags\":[\"onlink\",\"0x80\"]},{\"blackhole\":true},"
	    "{\"nexthop-type\":9,\"in-vrf\":4,\"weight\":7}],\"distance\":110,\"metric\":20,"
	    "\"tag\":4000000000,\"flags\":[\"0x8000\"],\"message\":[\"nexthop\",\"distance\","
	    "\"metric\",\"tag\",\"0x80000000\"]");
	msg.route.nexthops.count = 64;
	assert_non_null(
	    strstr(words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg), "more-nexthops 56"));
}

static void
test_question_and_answer(void **state)
{
	struct zapi_msg msg = { .command = ZAPI_LOOKUP,
		.lookup = { .prefix = { AF_INET, 32, { 192, 0, 2, 1 } } } };

	(void)state;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg), "192.0.2.1");
	assert_string_equal(
	    words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "192.0.2.1 found nothing");
}

static void
test_others(void **state)
{
	struct zapi_msg msg = { .command = ZAPI_ERROR, .error = 2 };

	(void)state;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "no such command");
	msg.error = 9;
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "error 9");
	msg = (struct zapi_msg){ .command = ZAPI_HELLO,
		.hello = { .type = 9, .instance = 1, .session = 5 } };
	assert_string_equal(
	    words_of(PHRASE_TEXT, "8.4", ZAPI_TO_ZEBRA, &msg), "client bgp instance 1 session 5");
	msg = (struct zapi_msg){ .command = ZAPI_NOTIFY_OWNER,
		.route = { .note = 2, .prefix = { AF_INET, 8, { 10 } } } };
	assert_string_equal(
	    words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "10.0.0.0/8 installed");
	msg = (struct zapi_msg){ .command = ZAPI_OTHER };
	assert_string_equal(words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "");
}

/* A name that is not made of letters must reach neither a terminal nor a parser. */
static void
test_escapes(void **state)
{
	struct zapi_msg msg = { .command = ZAPI_VRF_ADD, .vrf_info.name = "a\"\\\033[2J\xff" };

	(void)state;
	assert_string_equal(
	    words_of(PHRASE_TEXT, "8.4", ZAPI_FROM_ZEBRA, &msg), "a\"\\\\\\x1b[2J\\xff");
	assert_string_equal(words_of(PHRASE_JSON, "8.4", ZAPI_FROM_ZEBRA, &msg),
	    "\"vrf-name\":\"a\\\"\\\\\\u001b[2J\\u00ff\"");
}

/* Every size is kept; what fits is the beginning of the whole. */
static void
test_bounds(void **state)
{
	struct golden *g = golden_load("frr-8.4.4");
	char whole[ZAPI_WORDS_MAX], *small;
	struct zapi_msg msg;
	size_t i, size;

	(void)state;
	for (i = 0; i < g->count; i++) {
		const struct golden_line *line = &g->lines[i];
		enum zapi_direction direction =
		    line->kind == GOLDEN_TO ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA;

		if (line->len == 0 ||
		    zapi_decode(g->dialect, direction, line->bytes, line->len, &msg) == -1)
			continue;
		snprintf(whole, sizeof(whole), "%s",
		    words_of(PHRASE_JSON, g->dialect->name, direction, &msg));
		for (size = 1; size <= strlen(whole) + 1; size++) {
			struct phrase p;

			small = malloc(size);
			assert_non_null(small);
			phrase_init(&p, PHRASE_JSON, small, size);
			zapi_words(&p, g->dialect, direction, &msg);
			assert_int_equal(p.cut, size <= strlen(whole));
			assert_int_equal(strncmp(small, whole, strlen(small)), 0);
			assert_true(strlen(small) < size);
			free(small);
		}
	}
	golden_free(g);
}

/* There is an expectation for everything that can fail to fit, and it is whole. */
static void
test_expected(void **state)
{
	char expected[ZAPI_EXPECTED_MAX];
	size_t i, c;

	(void)state;
	for (i = 0; i < zapi_dialect_count; i++)
		for (c = 0; c < ZAPI_COMMANDS; c++) {
			zapi_expected(&zapi_dialects[i], ZAPI_FROM_ZEBRA, (enum zapi_command)c,
			    expected, sizeof(expected));
			assert_in_range(strlen(expected), 1, sizeof(expected) - 2);
		}
	zapi_expected(
	    zapi_dialect_find("10.1"), ZAPI_TO_ZEBRA, ZAPI_ROUTE_ADD, expected, sizeof(expected));
	assert_non_null(strstr(expected, "weight u64"));
	assert_non_null(strstr(expected, "message u32"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_question_and_answer),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
