/*
 * The codec against bytes of real zebras: all messages of all golden sessions in
 * their direction, our own messages byte by byte, every message cut short at every
 * length, and the table of dialects itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_golden.h"
#include "zapi/message.h"

static const struct zapi_prefix p4 = { AF_INET, 32, { 10, 1, 53, 1 } };
static const struct zapi_prefix p6 = { AF_INET6, 128,
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 0x53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } };

static const struct zapi_dialect *
dialect(const char *name)
{
	const struct zapi_dialect *d = zapi_dialect_find(name);

	if (d == NULL)
		fail_msg("no dialect %s", name);
	return d;
}

static void
test_find(void **state)
{
	static const char *const words[][2] = { { "frr-8.3", "frr-8.3" }, { "8.4.4", "frr-8.3" },
		{ "frr-8.4", "frr-8.3" }, { "FRR 9.0.1", "frr-8.3" }, { "frr 10.3", "frr-10.3" },
		{ "10.4.4-1", "frr-10.3" }, { "10.8-dev", "frr-10.6" }, { "10.7", "frr-10.6" },
		{ "7.5.1-1.1+deb11u4", "frr-7.5" }, { "2.0.2", "frr-2" }, { "frr-3", "frr-3" },
		{ "3.0", "frr-3" }, { "quagga-1.2.4", "quagga-1.1" },
		{ "1.0.20161017", "quagga-1.0" }, { "Quagga 0.99.24.1", "quagga-0.99" },
		{ "0.99", "quagga-0.99" }, { "0.99.21", "quagga-0.99" }, { "0.99.20", NULL },
		{ "quagga-8.4", NULL }, { "frr-1.2.4", NULL }, { "10.9", NULL }, { "11.0", NULL },
		{ "9.2", NULL }, { "", NULL }, { "8", NULL }, { "8.", NULL }, { "8.4x", NULL },
		{ "frr-", NULL }, { "frr", NULL }, { "8.444", NULL }, { "8.4 or 9.1", NULL },
		{ "99999999999999999999.1", NULL }, { "-8.4", NULL } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct zapi_dialect *d = zapi_dialect_find(words[i][0]);

		if (words[i][1] == NULL)
			assert_null(d);
		else
			assert_string_equal(d != NULL ? d->name : "none", words[i][1]);
	}
}

/* No number has two meanings that zebra could say, and releases rise from row to row. */
static void
test_table(void **state)
{
	size_t i, j, k;

	(void)state;
	assert_int_equal(zapi_dialect_count, 25);
	for (i = 0; i < zapi_dialect_count; i++) {
		const struct zapi_dialect *d = &zapi_dialects[i];

		assert_ptr_equal(zapi_dialect_find(d->name), d);
		assert_true(d->first <= d->last);
		if (i > 0)
			assert_true(d->first > zapi_dialects[i - 1].last);
		assert_true(d->traits.deletes >= 1 && d->traits.deletes_at_start == 4);
		assert_int_equal(d->traits.has_local, d->type_local != 0);
		for (j = 0; j < ZAPI_COMMANDS; j++)
			for (k = 0; k < j; k++)
				assert_true(d->command[j] < 0 || d->command[j] != d->command[k]);
	}
}

static void
check_whole(const struct golden *g, const struct golden_line *line, struct zapi_msg *msg)
{
	enum zapi_direction direction = line->kind == GOLDEN_TO ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA;

	assert_int_equal(zapi_frame(g->dialect, line->bytes, line->len), line->len);
	if (zapi_decode(g->dialect, direction, line->bytes, line->len, msg) == -1)
		golden_fail(g, line, "does not decode");
	if (msg->trailing != 0)
		golden_fail(g, line, "leaves bytes");
	if (msg->command == ZAPI_OTHER)
		golden_fail(g, line, "has no meaning");
}

/* The command must be the one the daemon calls so. */
static void
check_name(const struct golden *g, const struct golden_line *line, const struct zapi_msg *msg)
{
	static const struct {
		enum zapi_command command;
		const char *names[4];
	} names[] = {
		{ ZAPI_INTERFACE_ADD, { "INTERFACE_ADD" } },
		{ ZAPI_INTERFACE_DELETE, { "INTERFACE_DELETE" } },
		{ ZAPI_INTERFACE_UP, { "INTERFACE_UP" } },
		{ ZAPI_INTERFACE_DOWN, { "INTERFACE_DOWN" } },
		{ ZAPI_ADDRESS_ADD, { "INTERFACE_ADDRESS_ADD" } },
		{ ZAPI_ADDRESS_DEL, { "INTERFACE_ADDRESS_DELETE" } },
		{ ZAPI_ROUTE_ADD, { "ROUTE_ADD" } },
		{ ZAPI_ROUTE_DEL, { "ROUTE_DELETE" } },
		{ ZAPI_IPV4_ROUTE_ADD, { "IPV4_ROUTE_ADD" } },
		{ ZAPI_IPV4_ROUTE_DEL, { "IPV4_ROUTE_DELETE" } },
		{ ZAPI_IPV6_ROUTE_ADD, { "IPV6_ROUTE_ADD" } },
		{ ZAPI_IPV6_ROUTE_DEL, { "IPV6_ROUTE_DELETE" } },
		{ ZAPI_REDIST_ADD,
		    { "REDISTRIBUTE_ROUTE_ADD", "REDISTRIBUTE_IPV4_ADD",
			"REDISTRIBUTE_IPV6_ADD" } },
		{ ZAPI_REDIST_DEL,
		    { "REDISTRIBUTE_ROUTE_DEL", "REDISTRIBUTE_IPV4_DEL",
			"REDISTRIBUTE_IPV6_DEL" } },
		{ ZAPI_LOOKUP,
		    { "IPV4_NEXTHOP_LOOKUP", "IPV6_NEXTHOP_LOOKUP", "IPV4_NEXTHOP_LOOKUP_MRIB",
			"NEXTHOP_LOOKUP" } },
		{ ZAPI_LINK_PARAMS, { "INTERFACE_LINK_PARAMS" } },
		{ ZAPI_CAPABILITIES, { "CAPABILITIES" } },
		{ ZAPI_VRF_ADD, { "VRF_ADD" } },
		{ ZAPI_HELLO, { "HELLO" } },
		{ ZAPI_ROUTER_ID_ADD, { "ROUTER_ID_ADD" } },
		{ ZAPI_ROUTER_ID_UPDATE, { "ROUTER_ID_UPDATE" } },
		{ ZAPI_REDISTRIBUTE_ADD, { "REDISTRIBUTE_ADD" } },
		{ ZAPI_REDISTRIBUTE_DEL, { "REDISTRIBUTE_DELETE" } },
		{ ZAPI_NEXTHOP_REGISTER, { "NEXTHOP_REGISTER" } },
		{ ZAPI_NEXTHOP_UNREGISTER, { "NEXTHOP_UNREGISTER" } },
		{ ZAPI_NEXTHOP_UPDATE, { "NEXTHOP_UPDATE" } },
		{ ZAPI_NOTIFY_REQUEST, { "ROUTE_NOTIFY_REQUEST" } },
	};
	static const char quagga[][2][32] = { { "IPV4_ROUTE_ADD", "IPV6_ROUTE_ADD" },
		{ "IPV4_ROUTE_DELETE", "IPV6_ROUTE_DELETE" } };
	size_t i, j;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (j = 0; names[i].command == msg->command && j < 4; j++)
			if (names[i].names[j] != NULL && strcmp(line->name, names[i].names[j]) == 0)
				return;
	for (i = 0; i < 2; i++)
		for (j = 0; msg->command == ZAPI_REDIST_ADD + i && j < 2; j++)
			if (strcmp(line->name, quagga[i][j]) == 0)
				return;
	if (strcmp(line->name, "NEXTHOP_LOOKUP_MRIB") == 0 && msg->command == ZAPI_LOOKUP)
		return;
	golden_fail(g, line, "decoded as another command");
}

/* What we would send for the same purpose; 0: something we never send. */
static size_t
encode_again(const struct zapi_dialect *d, const struct zapi_msg *m, uint8_t *buf, size_t size)
{
	switch (m->command) {
	case ZAPI_HELLO:
		return zapi_encode_hello(d, buf, size);
	case ZAPI_INTERFACE_ADD:
		return zapi_encode_interface_add(d, m->vrf, buf, size);
	case ZAPI_REDISTRIBUTE_ADD:
	case ZAPI_REDISTRIBUTE_DEL:
		return zapi_encode_redistribute(d, m->command == ZAPI_REDISTRIBUTE_ADD, m->vrf,
		    m->subscription.family, m->subscription.type, buf, size);
	case ZAPI_LOOKUP:
		return zapi_encode_lookup(d, m->vrf, &m->lookup.prefix, buf, size);
	case ZAPI_ROUTE_ADD:
	case ZAPI_IPV4_ROUTE_ADD:
	case ZAPI_IPV6_ROUTE_ADD:
		return zapi_encode_route_add(d, m->vrf, &m->route.prefix, m->route.ifindex,
		    m->route.metric, m->route.tag, buf, size);
	case ZAPI_ROUTE_DEL:
	case ZAPI_IPV4_ROUTE_DEL:
	case ZAPI_IPV6_ROUTE_DEL:
		/* with a nexthop only where it must be, without one only where it may be */
		if ((m->route.ifindex != 0) != d->traits.delete_needs_nexthop)
			return 0;
		return zapi_encode_route_del(
		    d, m->vrf, m->route.type, &m->route.prefix, m->route.ifindex, buf, size);
	default:
		return 0;
	}
}

static void
test_sessions(void **state)
{
	size_t f, i;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++) {
		struct golden *g = golden_load(golden_files[f]);
		size_t encoded = 0, session = 0;
		struct zapi_msg msg;
		uint8_t buf[256];

		while (g->lines[session].kind != GOLDEN_SESSION)
			session++;
		for (i = session + 1; i < g->count; i++) {
			const struct golden_line *line = &g->lines[i];
			size_t len;

			check_whole(g, line, &msg);
			check_name(g, line, &msg);
			if (line->kind != GOLDEN_TO)
				continue;
			len = encode_again(g->dialect, &msg, buf, sizeof(buf));
			if (len == 0)
				continue;
			golden_equal(g->dialect, ZAPI_TO_ZEBRA, buf, len, line->bytes, line->len);
			encoded++;
		}
		/* hello, interfaces, redistribution, adds, deletes, lookups */
		assert_true(encoded >= 10);
		golden_free(g);
	}
}

/* Every message, cut anywhere: a decoder may only look at what is there. */
static void
test_truncation(void **state)
{
	size_t f, i, len;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++) {
		struct golden *g = golden_load(golden_files[f]);
		struct zapi_msg msg;

		for (i = 0; i < g->count; i++) {
			const struct golden_line *line = &g->lines[i];
			enum zapi_direction direction =
			    line->kind == GOLDEN_TO ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA;

			for (len = 0; len < line->len; len++) {
				uint8_t *cut = malloc(len > 0 ? len : 1);

				memcpy(cut, line->bytes, len);
				assert_int_equal(
				    zapi_decode(g->dialect, direction, cut, len, &msg), -1);
				if (len >= g->dialect->header) { /* as if it was meant so */
					cut[0] = (uint8_t)(len >> 8);
					cut[1] = (uint8_t)len;
					zapi_decode(g->dialect, direction, cut, len, &msg);
				}
				free(cut);
			}
		}
		golden_free(g);
	}
}

/* Other dialects' bytes must never be read outside of the message. */
static void
test_every_dialect_reads_all(void **state)
{
	size_t f, i, j;

	(void)state;
	for (f = 0; f < GOLDEN_FILES; f++) {
		struct golden *g = golden_load(golden_files[f]);
		struct zapi_msg msg;

		for (i = 0; i < g->count; i++)
			for (j = 0; g->lines[i].bytes != NULL && j < zapi_dialect_count; j++) {
				zapi_decode(&zapi_dialects[j], ZAPI_FROM_ZEBRA, g->lines[i].bytes,
				    g->lines[i].len, &msg);
				zapi_decode(&zapi_dialects[j], ZAPI_TO_ZEBRA, g->lines[i].bytes,
				    g->lines[i].len, &msg);
			}
		golden_free(g);
	}
}

/* Interfaces are what tells neighbours apart before any route is seen. */
static void
test_interfaces_are_exact(void **state)
{
	static const char *const pairs[][2] = { { "frr-8.2.2", "frr-8.3" },
		{ "frr-8.4.4", "frr-8.2" }, { "frr-2.0.2", "frr-3" }, { "frr-3.0.4", "frr-2" },
		{ "quagga-1.0.20161017", "quagga-1.1" }, { "quagga-1.2.4", "quagga-1.0" },
		{ "frr-10.7.1", "frr-10.5" }, { "frr-10.5.4", "frr-10.6" },
		{ "frr-7.1", "frr-7.2" } };
	size_t p, i, seen;

	(void)state;
	for (p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
		struct golden *g = golden_load(pairs[p][0]);
		const struct zapi_dialect *other = dialect(pairs[p][1]);
		struct zapi_msg msg;

		for (i = 0, seen = 0; i < g->count; i++) {
			if (g->lines[i].kind != GOLDEN_FROM ||
			    strcmp(g->lines[i].name, "INTERFACE_ADD") != 0)
				continue;
			assert_int_equal(zapi_decode(other, ZAPI_FROM_ZEBRA, g->lines[i].bytes,
					     g->lines[i].len, &msg),
			    -1);
			seen++;
		}
		assert_true(seen >= 3);
		golden_free(g);
	}
}

enum kind { HELLO, INTERFACES, SUBSCRIBE4, ADD4, ADD6, DEL4, LOOKUP4 };

static const struct {
	const char *dialect;
	enum kind kind;
	const char *hex;
} sent[] = {
	{ "quagga-0.99", ADD4, "001aff020007 0200090001 200a013501 010100000001 00000014" },
	{ "quagga-0.99", DEL4, "0016ff020008 02000100 01200a0135010101 00000001" },
	{ "quagga-1.1", ADD4,
	    "0020ff0300000007 0200290001 200a013501 010100000001 00000014 00000035" },
	{ "quagga-1.1", HELLO, "0009ff0300000017 00" },
	{ "quagga-1.1", SUBSCRIBE4, "0009ff030000000b 02" },
	{ "frr-3", ADD6,
	    "0031fe0400000008 02000000000000190001 8020010db8005300000000000000000001"
	    "010100000001 00000014 00000035" },
	{ "frr-4", ADD4,
	    "002cfe05000000000007 020000000000000d01 02200a013501 0001 00000000 0100000001"
	    "00000014 00000035" },
	{ "frr-5", ADD4,
	    "002cfe05000000000007 020000000000000d01 02200a013501 0001 00000000 0100000001"
	    "00000014 00000035" },
	{ "frr-6", ADD4,
	    "002cfe06000000000007 020000000000000d01 02200a013501 0001 00000000 0100000001"
	    "00000014 00000035" },
	{ "frr-7.1", ADD4,
	    "002dfe06000000000007 020000000000000d01 02200a013501 000100000000010000000001"
	    "00000014 00000035" },
	{ "frr-7.2", ADD4,
	    "002dfe06000000000008 020000000000000d01 02200a013501 000100000000010000000001"
	    "00000014 00000035" },
	{ "frr-8.3", ADD4,
	    "0030fe06000000000008 020000000000000000000d01 02200a013501"
	    "0001000000000100000000010000001400000035" },
	{ "frr-8.3", DEL4, "001cfe06000000000009 020000000000000000000001 02200a013501" },
	{ "frr-8.3", HELLO, "0013fe06000000000012 000000000000000000" },
	{ "frr-8.3", INTERFACES, "000afe06000000000000" },
	{ "frr-10.0", ADD6,
	    "003cfe06000000000009 020000000000000000000d01 0a8020010db8005300000000000000000001"
	    "000100000000010000000001 00000014 00000035" },
	{ "frr-10.6", DEL4, "001cfe0600000000000a 020000000000000000000001 02200a013501" },
	{ "frr-10.0", HELLO, "0012fe06000000000013 0000000000000000" },
	{ "frr-10.0", SUBSCRIBE4, "000efe0600000000000c 01020000" },
	{ "frr-10.3", LOOKUP4, "0011fe06000000000028 0002 0a013501 01" },
	{ "frr-10.2", LOOKUP4, "0010fe06000000000028 0002 0a013501" },
	{ "quagga-1.0", LOOKUP4, "000cff030000000f 0a013501" },
};

static size_t
encode(const struct zapi_dialect *d, enum kind kind, uint8_t *buf, size_t size)
{
	switch (kind) {
	case HELLO:
		return zapi_encode_hello(d, buf, size);
	case INTERFACES:
		return zapi_encode_interface_add(d, 0, buf, size);
	case SUBSCRIBE4:
		return zapi_encode_redistribute(d, true, 0, AF_INET, ZAPI_TYPE_CONNECT, buf, size);
	case ADD4:
		return zapi_encode_route_add(d, 0, &p4, 1, 20, 53, buf, size);
	case ADD6:
		return zapi_encode_route_add(d, 0, &p6, 1, 20, 53, buf, size);
	case DEL4:
		return zapi_encode_route_del(d, 0, ZAPI_TYPE_CONNECT, &p4, 1, buf, size);
	case LOOKUP4:
		return zapi_encode_lookup(d, 0, &p4, buf, size);
	}
	return 0;
}

static void
test_sent(void **state)
{
	uint8_t want[128], buf[128];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		const struct zapi_dialect *d = dialect(sent[i].dialect);

		len = golden_hex(sent[i].hex, want, sizeof(want));
		golden_equal(
		    d, ZAPI_TO_ZEBRA, buf, encode(d, sent[i].kind, buf, sizeof(buf)), want, len);
	}
}

/* A buffer too small by any number of bytes is noticed, and not written behind. */
static void
test_no_room(void **state)
{
	size_t i, kind, size, len;
	uint8_t buf[128];

	(void)state;
	for (i = 0; i < zapi_dialect_count; i++)
		for (kind = HELLO; kind <= LOOKUP4; kind++) {
			len = encode(&zapi_dialects[i], (enum kind)kind, buf, sizeof(buf));
			assert_true(len > 0);
			for (size = 0; size < len; size++) {
				uint8_t *small = malloc(size > 0 ? size : 1);

				assert_int_equal(
				    encode(&zapi_dialects[i], (enum kind)kind, small, size), 0);
				free(small);
			}
		}
}

static void
check_round_trip(const struct zapi_dialect *d, const struct zapi_prefix *prefix, uint32_t tag)
{
	struct zapi_msg msg;
	uint8_t buf[128];
	size_t len;

	len = zapi_encode_route_add(d, 0, prefix, 7, 0, tag, buf, sizeof(buf));
	assert_int_equal(zapi_decode(d, ZAPI_TO_ZEBRA, buf, len, &msg), 0);
	assert_int_equal(msg.trailing, 0);
	assert_int_equal(msg.route.type, ZAPI_TYPE_CONNECT);
	assert_int_equal(msg.route.ifindex, 7);
	assert_int_equal(msg.route.metric, 0);
	assert_int_equal(msg.route.has_tag, tag != 0 && d->bits.tag != 0);
	assert_int_equal(msg.route.tag, d->bits.tag != 0 ? tag : 0);
	assert_memory_equal(&msg.route.prefix, prefix, sizeof(*prefix));
	len = zapi_encode_route_del(d, 0, 3, prefix, 7, buf, sizeof(buf));
	assert_int_equal(zapi_decode(d, ZAPI_TO_ZEBRA, buf, len, &msg), 0);
	assert_int_equal(msg.trailing, 0);
	assert_int_equal(msg.route.type, 3);
	assert_int_equal(msg.route.ifindex, d->traits.delete_needs_nexthop ? 7 : 0);
	assert_memory_equal(&msg.route.prefix, prefix, sizeof(*prefix));
}

static void
test_round_trip(void **state)
{
	struct zapi_prefix prefix;
	size_t i, len;

	(void)state;
	for (i = 0; i < zapi_dialect_count; i++) {
		for (len = 0; len <= 32; len++) {
			prefix = (struct zapi_prefix){ AF_INET, (uint8_t)len, { 0 } };
			if (len > 0)
				prefix.addr[(len - 1) / 8] = (uint8_t)(0x80 >> (len - 1) % 8);
			check_round_trip(&zapi_dialects[i], &prefix, 53);
			check_round_trip(&zapi_dialects[i], &prefix, 0);
		}
		for (len = 0; len <= 128; len++) {
			prefix = (struct zapi_prefix){ AF_INET6, (uint8_t)len, { 0 } };
			if (len > 0)
				prefix.addr[(len - 1) / 8] = (uint8_t)(0x80 >> (len - 1) % 8);
			check_round_trip(&zapi_dialects[i], &prefix, 65535);
		}
	}
}

static void
test_impossible(void **state)
{
	struct zapi_prefix bad = { AF_INET, 33, { 0 } };
	uint8_t buf[128];
	struct zapi_msg msg;

	(void)state;
	assert_int_equal(zapi_encode_route_add(dialect("8.4"), 0, &bad, 1, 0, 53, buf, 128), 0);
	assert_int_equal(zapi_encode_lookup(dialect("frr-8.2"), 0, &p6, buf, 128), 0);
	assert_int_equal(zapi_encode_interface_add(dialect("frr-3"), 65536, buf, 128), 0);
	assert_int_equal(zapi_encode_interface_add(dialect("quagga-0.99"), 1, buf, 128), 0);
	assert_true(zapi_encode_interface_add(dialect("quagga-1.0"), 65535, buf, 128) > 0);
	/* bits behind the length of a prefix are not passed on */
	golden_hex("0030fe06000000000008 020000000000000000000d01 02200a013501"
		   "0001000000000100000000010000001400000035",
	    buf, sizeof(buf));
	buf[23] = 25;
	buf[27] = 0xff;
	assert_int_equal(zapi_decode(dialect("8.4"), ZAPI_TO_ZEBRA, buf, 48, &msg), 0);
	assert_int_equal(msg.route.prefix.addr[3], 0x80);
	buf[23] = 33;
	assert_int_equal(zapi_decode(dialect("8.4"), ZAPI_TO_ZEBRA, buf, 48, &msg), -1);
}

static const struct {
	const char *dialect;
	const char *hex;
	bool has_tag;
} echoes[] = {
	{ "quagga-1.1",
	    "0027ff0300000007 02103f 200a013501 0100000000 0100000001 00 00000014"
	    "00000000 00000035",
	    true },
	{ "quagga-0.99", "001dff020007 02100f 200a013501 0100000000 0100000001 00 00000014",
	    false },
	{ "frr-3",
	    "002cfe0400000020 020000000000103f 200a013501 0100000000 0100000001 00"
	    "00000014 00000035 00000000",
	    true },
	{ "frr-5",
	    "0031fe05000000000025 02000000000010 1f00 02200a013501 0001 00000000 01 00000001"
	    "00 00000014 00000035 00000000",
	    true },
	{ "frr-8.3",
	    "0039fe0600000000001e 020000000000080000001f01 02200a013501"
	    "000100000000010400000001 00000001 00 00000014 00000035 00000000",
	    true },
	{ "frr-10.3",
	    "003dfe0600000000001f 020000000000080000001f01 02200a013501"
	    "000100000000010400000001 0000000000000001 00 00000014 00000035 00000000",
	    true },
};

static void
test_echoes(void **state)
{
	struct zapi_msg msg;
	uint8_t buf[128];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(echoes) / sizeof(echoes[0]); i++) {
		len = golden_hex(echoes[i].hex, buf, sizeof(buf));
		assert_int_equal(
		    zapi_decode(dialect(echoes[i].dialect), ZAPI_FROM_ZEBRA, buf, len, &msg), 0);
		assert_int_equal(msg.trailing, 0);
		assert_int_equal(msg.command, ZAPI_REDIST_ADD);
		assert_int_equal(msg.route.type, ZAPI_TYPE_CONNECT);
		assert_true(msg.route.selected);
		assert_memory_equal(&msg.route.prefix, &p4, sizeof(p4));
		assert_int_equal(msg.route.ifindex, 1);
		assert_int_equal(msg.route.metric, 20);
		assert_int_equal(msg.route.has_tag, echoes[i].has_tag);
		assert_int_equal(msg.route.tag, echoes[i].has_tag ? 53 : 0);
	}
}

/* The width of a weight is what tells frr-10.0 from frr-10.1. */
static void
test_weight_decides(void **state)
{
	struct zapi_msg msg;
	uint8_t buf[128];
	size_t len;

	(void)state;
	len = golden_hex("0039fe0600000000001f 020000000000080000001f01 02200a013501"
			 "000100000000010400000001 00000001 00 00000014 00000035 00000000",
	    buf, sizeof(buf));
	assert_int_equal(zapi_decode(dialect("10.0"), ZAPI_FROM_ZEBRA, buf, len, &msg), 0);
	assert_int_equal(msg.trailing, 0);
	assert_int_equal(zapi_decode(dialect("10.1"), ZAPI_FROM_ZEBRA, buf, len, &msg), -1);
}

/* A lookup tells these three apart, whether a route is found or not. */
static void
test_lookup_decides(void **state)
{
	static const char *const zebras[] = { "frr-10.2.6", "frr-10.3", "frr-10.5.4" };
	static const char *const dialects[] = { "frr-10.2", "frr-10.3", "frr-10.5" };
	size_t z, i, j, answers;

	(void)state;
	for (z = 0; z < 3; z++) {
		struct golden *g = golden_load(zebras[z]);
		struct zapi_msg msg;

		for (i = 0, answers = 0; i < g->count; i++) {
			const struct golden_line *line = &g->lines[i];

			if (line->kind != GOLDEN_FROM || strstr(line->name, "LOOKUP") == NULL)
				continue;
			for (j = 0; j < 3; j++) {
				int rc = zapi_decode(dialect(dialects[j]), ZAPI_FROM_ZEBRA,
				    line->bytes, line->len, &msg);

				assert_int_equal(rc == 0 && msg.trailing == 0, j == z);
			}
			answers++;
		}
		assert_int_equal(answers, 4);
		golden_free(g);
	}
}

static void
test_frame(void **state)
{
	const struct zapi_dialect *d = dialect("8.4");
	uint8_t buf[] = { 0, 10, 0xfe, 6, 0, 0, 0, 0, 0, 0, 0, 12 };
	size_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		assert_int_equal(zapi_frame(d, buf, i), 0);
	assert_int_equal(zapi_frame(d, buf, 10), 10);
	assert_int_equal(zapi_frame(d, buf, 12), 10);
	assert_int_equal(zapi_frame(dialect("frr-5"), buf, 10), -1);
	assert_int_equal(zapi_frame(dialect("quagga-1.1"), buf, 10), -1);
	buf[1] = 9;
	assert_int_equal(zapi_frame(d, buf, 10), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_every_dialect_reads_all),
		cmocka_unit_test(test_interfaces_are_exact),
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_echoes),
		cmocka_unit_test(test_weight_decides),
		cmocka_unit_test(test_lookup_decides),
		cmocka_unit_test(test_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
