/*
 * Finding the dialect: a table of questions, from the longest header to the
 * shortest, because a zebra looks at a message only when it has as many bytes as
 * its own header. Must not know sockets, clocks or events.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "zapi/detect.h"
#include "zapi/message.h"
#include "zapi/wire.h"

#define VERSION_6 6
#define NO_SUCH_VRF 0xffffffff
#define NO_HANDLER 2
#define PATIENCE 2 /* factor, once an answer was late */
#define CLOSES_BELIEVED 3
#define SHOWN_BYTES 24 /* capabilities are 22 at most */

enum step {
	STEP_PROBE, /* must be the first */
	STEP_HELLO_7_3,
	STEP_HELLO_8_0,
	STEP_HELLO_8_2,
	STEP_NAME_8_2,
	STEP_HELLO_10_0,
	STEP_HELLO_10_2,
	STEP_LOOKUP_10_2,
	STEP_HELLO_7_2,
	STEP_HELLO_6,
	STEP_VERSION_5,
	STEP_VERSION_4,
	STEP_VERSION_3,
	STEP_VERSION_2,
	STEP_UNKNOWN,
	/* instead of a next step */
	END_NONE,
	END_OVER,
	END_HUNG,
	END_REFUSED,
};

enum question { ASK_NO_SUCH_VRF, ASK_HELLO, ASK_INTERFACES, ASK_LOOKUP };

static const struct {
	const char *asked; /* in words */
	enum question question;
	enum zapi_command answer;
	int wait;
	uint8_t several; /* more than one candidate fits: next step */
	bool either;	 /* ... take the last, and remember the first */
	uint8_t denied;	 /* zebra has no handler for the question: next step */
	uint8_t silence, closed;
	const char *by_silence;	   /* found so */
	const char *by_fence;	   /* a lookup sent behind the question was answered first */
	const char *candidates[5]; /* the question is asked in the words of the first */
} steps[] = {
	[STEP_PROBE] = { "a vrf that does not exist", ASK_NO_SUCH_VRF, ZAPI_ERROR, 1000,
	    .several = END_NONE, .denied = END_NONE, .silence = STEP_HELLO_7_2,
	    .closed = STEP_VERSION_5, .candidates = { "frr-6" } },
	[STEP_HELLO_7_3] = { "a short hello", ASK_HELLO, ZAPI_CAPABILITIES, 2000,
	    .several = END_NONE, .denied = END_REFUSED, .silence = END_HUNG, .closed = END_OVER,
	    .by_fence = "frr-7.4", .candidates = { "frr-7.3" } },
	[STEP_HELLO_8_0] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 2000, .several = END_NONE,
	    .denied = END_REFUSED, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-8.0", "frr-9.1" } },
	[STEP_HELLO_8_2] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 2000, .several = STEP_NAME_8_2,
	    .denied = STEP_HELLO_10_0, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-8.2", "frr-8.3" } },
	[STEP_NAME_8_2] = { "interfaces", ASK_INTERFACES, ZAPI_INTERFACE_ADD, 2000,
	    .several = END_NONE, .denied = END_REFUSED, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-8.2", "frr-8.3" } },
	[STEP_HELLO_10_0] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 2000, .several = END_NONE,
	    .either = true, .denied = END_REFUSED, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-10.0", "frr-10.1" } },
	[STEP_HELLO_10_2] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 2000,
	    .several = STEP_LOOKUP_10_2, .denied = END_REFUSED, .silence = END_HUNG,
	    .closed = END_OVER, .candidates = { "frr-10.2", "frr-10.3", "frr-10.5", "frr-10.6" } },
	[STEP_LOOKUP_10_2] = { "a lookup", ASK_LOOKUP, ZAPI_LOOKUP, 2000, .several = END_REFUSED,
	    .denied = END_REFUSED, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-10.3", "frr-10.2", "frr-10.5" } },
	[STEP_HELLO_7_2] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 500, .several = END_NONE,
	    .denied = END_NONE, .silence = STEP_HELLO_6, .closed = END_OVER,
	    .candidates = { "frr-7.2" } },
	[STEP_HELLO_6] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 500, .several = END_NONE,
	    .denied = END_NONE, .silence = END_HUNG, .closed = END_OVER,
	    .candidates = { "frr-6", "frr-7.0", "frr-7.1", "frr-7.2" } },
	[STEP_VERSION_5] = { "hello of version 5", ASK_HELLO, ZAPI_CAPABILITIES, 1000,
	    .several = END_NONE, .denied = END_NONE, .silence = END_HUNG, .closed = STEP_VERSION_4,
	    .by_silence = "frr-4", .candidates = { "frr-5" } },
	[STEP_VERSION_4] = { "interfaces in version 4", ASK_INTERFACES, ZAPI_INTERFACE_ADD, 1000,
	    .several = END_NONE, .denied = END_NONE, .silence = END_OVER, .closed = STEP_VERSION_3,
	    .candidates = { "frr-2", "frr-3" } },
	[STEP_VERSION_3] = { "interfaces in version 3", ASK_INTERFACES, ZAPI_INTERFACE_ADD, 1000,
	    .several = END_NONE, .denied = END_NONE, .silence = END_OVER, .closed = STEP_VERSION_2,
	    .candidates = { "quagga-1.0", "quagga-1.1" } },
	[STEP_VERSION_2] = { "interfaces in version 2", ASK_INTERFACES, ZAPI_INTERFACE_ADD, 1000,
	    .several = END_NONE, .denied = END_NONE, .silence = END_OVER, .closed = END_REFUSED,
	    .candidates = { "quagga-0.99" } },
	[STEP_UNKNOWN] = { "hello", ASK_HELLO, ZAPI_CAPABILITIES, 500, .several = END_REFUSED,
	    .denied = END_REFUSED, .silence = END_REFUSED, .closed = END_REFUSED,
	    .candidates = { "frr-10.6" } },
};

#define CANDIDATES (sizeof(steps[0].candidates) / sizeof(steps[0].candidates[0]))

static const struct {
	uint16_t error;
	uint8_t step;
} by_error[] = {
	{ 105, STEP_HELLO_7_3 },
	{ 117, STEP_HELLO_8_0 },
	{ 118, STEP_HELLO_8_2 },
	{ 120, STEP_HELLO_10_2 },
};

void
detect_init(struct detect *d)
{
	memset(d, 0, sizeof(*d));
}

bool
detect_at_start(const struct detect *d)
{
	return d->step == STEP_PROBE;
}

static size_t
header_of(uint8_t marker, uint8_t version)
{
	if (marker == 0xfe)
		return version == 5 || version == VERSION_6 ? 10 : version == 4 ? 8 : 0;
	if (marker == 0xff)
		return version == 3 ? 8 : version == 2 ? 6 : 0;
	return 0;
}

int
detect_frame(const uint8_t *buf, size_t len)
{
	struct wire_reader r;
	uint16_t length;
	size_t header;

	if (len < 4)
		return 0;
	wire_reader_init(&r, buf, len);
	length = wire_get_u16(&r);
	header = header_of(buf[2], buf[3]);
	if (header == 0 || length < header)
		return -1;
	return length <= len ? length : 0;
}

static void
say_found(struct detect *d, const char *how)
{
	if (d->error != 0)
		snprintf(d->text, sizeof(d->text), "error %u, %s %s", (unsigned int)d->error, how,
		    steps[d->step].asked);
	else
		snprintf(d->text, sizeof(d->text), "%s %s", how, steps[d->step].asked);
}

static enum detect_verdict
found(struct detect *d, const struct zapi_dialect *dialect, const char *how)
{
	d->dialect = dialect;
	say_found(d, how);
	d->step = STEP_PROBE;
	d->patient = false;
	d->closed = 0;
	return DETECT_FOUND;
}

/* With the message that fits nothing, or NULL. */
static enum detect_verdict
refuse(struct detect *d, const char *why, const uint8_t *buf, size_t len)
{
	size_t i, used;

	used = (size_t)snprintf(d->text, sizeof(d->text),
	    "this zebra speaks none of the known dialects (error number %u, %s",
	    (unsigned int)d->error, why);
	for (i = 0; buf != NULL && i < len && i < SHOWN_BYTES; i++)
		used += (size_t)snprintf(
		    d->text + used, sizeof(d->text) - used, "%s%02x", i == 0 ? " " : "", buf[i]);
	snprintf(d->text + used, sizeof(d->text) - used, ")");
	d->step = STEP_PROBE;
	return DETECT_REFUSED;
}

static void
put_question(struct detect *d)
{
	static const struct zapi_prefix nowhere = { AF_INET, 32, { 255, 255, 255, 255 } };
	const struct zapi_dialect *words = zapi_dialect_find(steps[d->step].candidates[0]);

	switch (steps[d->step].question) {
	case ASK_NO_SUCH_VRF:
		d->ask_len = zapi_encode_interface_add(words, NO_SUCH_VRF, d->ask, sizeof(d->ask));
		break;
	case ASK_HELLO:
		d->ask_len = zapi_encode_hello(words, d->ask, sizeof(d->ask));
		break;
	case ASK_INTERFACES:
		d->ask_len = zapi_encode_interface_add(words, 0, d->ask, sizeof(d->ask));
		break;
	case ASK_LOOKUP:
		d->ask_len = zapi_encode_lookup(words, 0, &nowhere, d->ask, sizeof(d->ask));
		break;
	}
	if (steps[d->step].by_fence != NULL)
		d->ask_len += zapi_encode_lookup(
		    words, 0, &nowhere, d->ask + d->ask_len, sizeof(d->ask) - d->ask_len);
}

static void
put_step(struct detect *d, enum step step)
{
	d->step = (uint8_t)step;
	d->wait = steps[step].wait;
	if (step == STEP_PROBE && d->patient)
		d->wait *= PATIENCE;
	put_question(d);
}

/* To the next step, or to one of the ends. */
static enum detect_verdict
go_on(struct detect *d, uint8_t next, const char *why)
{
	if (next == END_NONE)
		return DETECT_WAIT;
	if (next == END_REFUSED)
		return refuse(d, why, NULL, 0);
	if (next < END_NONE) {
		put_step(d, (enum step)next);
		return DETECT_WAIT;
	}
	d->step = STEP_PROBE;
	if (next == END_OVER)
		return DETECT_OVER;
	d->patient = false;
	return DETECT_HUNG;
}

enum detect_verdict
detect_connected(struct detect *d)
{
	d->dialect = d->alternative = NULL;
	d->hello_done = d->fence_open = false;
	d->error = 0;
	return go_on(d, d->step, "");
}

enum detect_verdict
detect_silence(struct detect *d)
{
	const char *name = steps[d->step].by_silence;

	d->ask_len = 0;
	if (name != NULL)
		return found(d, zapi_dialect_find(name), "no answer to");
	return go_on(d, steps[d->step].silence, "no capabilities");
}

enum detect_verdict
detect_closed(struct detect *d)
{
	uint8_t next = steps[d->step].closed;

	d->ask_len = 0;
	/*
	 * A zebra that is about to end closes, too. One that spoke version 6 before is
	 * asked again before anything is said in another version: to be turned away in
	 * the first moments of its life can cost a zebra its routes.
	 */
	if (d->step == STEP_PROBE && d->last != NULL && d->last->version == VERSION_6 &&
	    ++d->closed < CLOSES_BELIEVED)
		next = END_OVER;
	if (next >= END_NONE)
		return go_on(d, next, "it closes whatever version it is spoken to in");
	d->step = next;
	return DETECT_RECONNECT;
}

static enum detect_verdict
got_error_number(struct detect *d, uint16_t number)
{
	const struct zapi_dialect *only = NULL;
	size_t i;

	d->error = number;
	for (i = 0; i < sizeof(by_error) / sizeof(by_error[0]); i++)
		if (by_error[i].error == number)
			return go_on(d, by_error[i].step, "");
	for (i = 0; i < zapi_dialect_count; i++)
		if (zapi_dialects[i].error_number == number)
			only = &zapi_dialects[i];
	if (only != NULL)
		return found(d, only, "the answer to");
	return go_on(d, STEP_UNKNOWN, "");
}

/* The first question is open: only its answer counts, or a greeting. */
static enum detect_verdict
first_answer(struct detect *d, const struct zapi_msg *msg)
{
	if (msg->vrf == NO_SUCH_VRF)
		return got_error_number(d, msg->number);
	/* frr-6 alone tells of the default vrf unasked */
	if (msg->command == ZAPI_VRF_ADD && msg->trailing == 0)
		return go_on(d, STEP_HELLO_6, "");
	return DETECT_WAIT;
}

/* An answer to the first question after it was given up. */
static bool
is_late(const struct detect *d, const uint8_t *buf, size_t len)
{
	const struct zapi_dialect *words = zapi_dialect_find("frr-6");
	struct zapi_msg msg;

	if (d->step != STEP_HELLO_7_2 && d->step != STEP_HELLO_6)
		return false;
	/* the number may have a meaning here; only the header counts */
	zapi_decode(words, ZAPI_FROM_ZEBRA, buf, len, &msg);
	return buf[3] == VERSION_6 && msg.vrf == NO_SUCH_VRF;
}

struct fits {
	const struct zapi_dialect *first, *last;
	size_t count;
	bool numbered; /* the number is that of an answer, at least */
	bool denied, fence;
};

static void
try_candidates(const struct detect *d, const uint8_t *buf, size_t len, struct fits *fits)
{
	enum zapi_command answer = steps[d->step].answer;
	size_t i;

	memset(fits, 0, sizeof(*fits));
	for (i = 0; i < CANDIDATES && steps[d->step].candidates[i] != NULL; i++) {
		const struct zapi_dialect *c = zapi_dialect_find(steps[d->step].candidates[i]);
		struct zapi_msg msg;
		int rc = zapi_decode(c, ZAPI_FROM_ZEBRA, buf, len, &msg);

		fits->numbered = fits->numbered || msg.command == answer;
		fits->denied = fits->denied ||
		    (rc == 0 && msg.command == ZAPI_ERROR && msg.error == NO_HANDLER);
		fits->fence = fits->fence ||
		    (rc == 0 && msg.command == ZAPI_LOOKUP && steps[d->step].by_fence != NULL);
		if (rc == -1 || msg.trailing > 0 || msg.command != answer)
			continue;
		fits->first = fits->first != NULL ? fits->first : c;
		fits->last = c;
		fits->count++;
	}
}

static enum detect_verdict
fitting(struct detect *d, const struct fits *fits)
{
	bool only = fits->count == 1;

	if (steps[d->step].answer == ZAPI_CAPABILITIES)
		d->hello_done = true;
	if (!only && !steps[d->step].either)
		return go_on(d, steps[d->step].several, "more than one fits");
	d->alternative = only ? NULL : fits->first;
	d->fence_open = steps[d->step].by_fence != NULL;
	return found(d, fits->last, "the answer to");
}

enum detect_verdict
detect_message(struct detect *d, const uint8_t *buf, size_t len)
{
	struct zapi_msg msg;
	struct fits fits;

	d->ask_len = 0;
	if (d->step == STEP_PROBE) {
		zapi_decode(zapi_dialect_find("frr-6"), ZAPI_FROM_ZEBRA, buf, len, &msg);
		return first_answer(d, &msg);
	}
	if (is_late(d, buf, len)) {
		d->patient = true;
		d->step = STEP_PROBE;
		return DETECT_RECONNECT;
	}
	try_candidates(d, buf, len, &fits);
	if (d->step == STEP_UNKNOWN)
		return fits.numbered ? refuse(d, "capabilities", buf, len) : DETECT_WAIT;
	if (fits.count > 0)
		return fitting(d, &fits);
	if (fits.numbered)
		return refuse(d, "message", buf, len);
	if (fits.denied)
		return go_on(d, steps[d->step].denied, "it knows no hello");
	if (fits.fence)
		return found(d, zapi_dialect_find(steps[d->step].by_fence), "no answer to");
	return DETECT_WAIT;
}
