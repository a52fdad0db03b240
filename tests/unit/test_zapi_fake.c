/*
 * A zebra in memory, made of golden sessions. Must not use the codec it helps to
 * test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_zapi_fake.h"

static const uint8_t no_route[] = { 203, 0, 113, 9 };

struct fake *
fake_new(const char *release)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->golden = golden_load(release);
	f->listening = true;
	return f;
}

void
fake_free(struct fake *f)
{
	golden_free(f->golden);
	free(f);
}

void
fake_become(struct fake *f, const char *release)
{
	golden_free(f->golden);
	f->golden = golden_load(release);
}

void
fake_say(struct fake *f, const uint8_t *buf, size_t len)
{
	if (f->mute)
		return;
	assert_true(f->out_len + len <= sizeof(f->out));
	memcpy(f->out + f->out_len, buf, len);
	f->out_len += len;
}

static uint16_t
number_of(const struct golden *g, const uint8_t *msg)
{
	size_t at = g->dialect->header - 2u;

	return (uint16_t)(msg[at] << 8 | msg[at + 1]);
}

static uint32_t
vrf_of(const struct golden *g, const uint8_t *msg)
{
	if (g->dialect->version < 5)
		return g->dialect->version < 3 ? 0 : (uint32_t)(msg[4] << 8 | msg[5]);
	return (uint32_t)msg[4] << 24 | (uint32_t)msg[5] << 16 | (uint32_t)msg[6] << 8 | msg[7];
}

static void
set_vrf(const struct golden *g, uint8_t *msg, uint32_t vrf)
{
	memset(msg + 4, 0, g->dialect->header - 6u);
	msg[g->dialect->header - 3] = (uint8_t)vrf;
}

void
fake_say_vrf(struct fake *f, enum zapi_command command)
{
	const struct zapi_dialect *d = f->golden->dialect;
	size_t len = d->header + d->vrf_name_offset + 36u;
	uint8_t buf[128] = { 0, (uint8_t)len, d->marker, d->version };

	set_vrf(f->golden, buf, f->vrf);
	buf[d->header - 1] = (uint8_t)d->command[command];
	if (d->vrf_name_offset > 4)
		memcpy(buf + d->header + 4, "cellar", 7);
	memcpy(buf + d->header + d->vrf_name_offset, "red", 4);
	fake_say(f, buf, len);
}

static size_t
session_start(const struct golden *g)
{
	size_t i = 0;

	while (g->lines[i].kind != GOLDEN_SESSION)
		i++;
	return i + 1;
}

/* All that came until the client spoke again. */
static void
say_from(struct fake *f, size_t line)
{
	const struct golden *g = f->golden;

	for (; line < g->count && g->lines[line].kind == GOLDEN_FROM; line++) {
		fake_say(f, g->lines[line].bytes, g->lines[line].len);
		if (f->vrf != 0 &&
		    number_of(g, g->lines[line].bytes) ==
			(uint16_t)g->dialect->command[ZAPI_VRF_ADD])
			fake_say_vrf(f, ZAPI_VRF_ADD);
	}
}

void
fake_connect(struct fake *f)
{
	f->open = true;
	f->closed = false;
	f->messages = 0;
	f->in_len = f->out_len = 0;
	f->connections++;
	say_from(f, session_start(f->golden));
	/* where the golden zebra told of no VRF it had none but the default one */
	if (f->vrf != 0 && f->golden->dialect->first >= 200 && f->golden->dialect->first < 500)
		fake_say_vrf(f, ZAPI_VRF_ADD);
}

/* A message of the golden client: the very same, or one of that number and length. */
static size_t
find_asked(const struct golden *g, const uint8_t *msg, size_t len, bool same)
{
	size_t i;

	for (i = session_start(g); i < g->count; i++) {
		const struct golden_line *line = &g->lines[i];

		if (line->kind != GOLDEN_TO || number_of(g, line->bytes) != number_of(g, msg))
			continue;
		if (same ? line->len == len && memcmp(line->bytes, msg, len) == 0
			 : line->len <= len)
			return i;
	}
	return 0;
}

static bool
knows_number(const struct golden *g, const uint8_t *msg)
{
	size_t i;

	for (i = session_start(g); i < g->count; i++)
		if (g->lines[i].kind == GOLDEN_TO &&
		    number_of(g, g->lines[i].bytes) == number_of(g, msg))
			return true;
	return false;
}

/* The answer for an address without a route, with the address that was asked for. */
static bool
answer_lookup(struct fake *f, const uint8_t *msg, size_t len)
{
	const struct golden *g = f->golden;
	size_t i, at;

	for (i = session_start(g); i < g->count; i++) {
		const struct golden_line *line = &g->lines[i];
		uint8_t answer[256];

		at = g->dialect->header;
		if (line->kind != GOLDEN_TO || number_of(g, line->bytes) != number_of(g, msg))
			continue;
		if (line->len >= at + 6 && memcmp(line->bytes + at + 2, no_route, 4) == 0)
			at += 2;
		else if (line->len < at + 4 || memcmp(line->bytes + at, no_route, 4) != 0)
			continue;
		assert_true(i + 1 < g->count && g->lines[i + 1].len <= sizeof(answer));
		if (len < line->len)
			return true;
		memcpy(answer, g->lines[i + 1].bytes, g->lines[i + 1].len);
		memcpy(answer + at, msg + at, 4);
		fake_say(f, answer, g->lines[i + 1].len);
		f->lookups++;
		return true;
	}
	return false;
}

static void
say_error(struct fake *f, const uint8_t *probe, uint32_t error)
{
	uint8_t buf[14] = { 0, 14, 0xfe, 6 };
	const struct golden_line *answer = &f->golden->lines[2];
	uint16_t number = f->error_number;

	/* the first probe of every file is the one that is answered so */
	if (answer->kind != GOLDEN_FROM || answer->bytes[4] != 0xff)
		return;
	if (number == 0)
		number = number_of(f->golden, answer->bytes);
	memcpy(buf + 4, probe + 4, 4);
	buf[8] = (uint8_t)(number >> 8);
	buf[9] = (uint8_t)number;
	memcpy(buf + 10, &error, sizeof(error));
	fake_say(f, buf, sizeof(buf));
}

static bool
is_route(const struct golden *g, const uint8_t *msg)
{
	static const enum zapi_command routes[] = { ZAPI_ROUTE_ADD, ZAPI_ROUTE_DEL,
		ZAPI_IPV4_ROUTE_ADD, ZAPI_IPV4_ROUTE_DEL, ZAPI_IPV6_ROUTE_ADD,
		ZAPI_IPV6_ROUTE_DEL };
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (g->dialect->command[routes[i]] == number_of(g, msg))
			return true;
	return false;
}

static void
answer(struct fake *f, const uint8_t *msg, size_t len)
{
	const struct golden *g = f->golden;
	uint32_t vrf = vrf_of(g, msg);
	size_t line;

	f->messages++;
	if (f->close_after > 0 && f->messages >= f->close_after) {
		f->closed = true;
		return;
	}
	if (vrf != 0 && vrf == f->vrf) {
		f->in_vrf++; /* it has nothing to tell */
	} else if (vrf != 0) {
		say_error(f, msg, 1);
	} else if (is_route(g, msg)) {
		f->routes++;
	} else if (!knows_number(g, msg)) {
		say_error(f, msg, 2);
	} else if ((line = find_asked(g, msg, len, true)) != 0 ||
	    (!answer_lookup(f, msg, len) && (line = find_asked(g, msg, len, false)) != 0)) {
		say_from(f, line + 1);
	}
}

void
fake_write(struct fake *f, const uint8_t *buf, size_t len)
{
	const struct zapi_dialect *d = f->golden->dialect;
	size_t done = 0;

	if (f->closed)
		return;
	assert_true(f->in_len + len <= sizeof(f->in));
	memcpy(f->in + f->in_len, buf, len);
	f->in_len += len;
	while (!f->closed && f->in_len - done >= d->header) {
		const uint8_t *msg = f->in + done;
		size_t length = (size_t)(msg[0] << 8 | msg[1]);

		if (msg[2] != d->marker || msg[3] != d->version || length < d->header) {
			f->foreign++;
			f->closed = true;
		} else if (f->in_len - done >= length) {
			answer(f, msg, length);
			done += length;
		} else {
			break;
		}
	}
	f->in_len -= done;
	memmove(f->in, f->in + done, f->in_len);
}
