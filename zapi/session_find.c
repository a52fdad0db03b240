/*
 * Whose zebra is it? The dialect is found by detect.c, and held against the release
 * that zebra says it is, which the owner of the socket asks for elsewhere. Where the
 * two do not agree nothing is sent, unless the operator has set the dialect.
 */
#include <stdio.h>

#include "zapi/session_state.h"

/* How long a dialect that is not sure waits for what is told; once contradicted, longer. */
#define TOLD_MS 500
#define CONTRADICTED_MS 5000

static void
know(struct zapi_session *s, const struct zapi_dialect *d, const char *how)
{
	s->dialect = d;
	session_emit(s, ZAPI_EVENT_DIALECT, NULL, how);
}

static const struct zapi_dialect *
newest(void)
{
	return &zapi_dialects[zapi_dialect_count - 1];
}

/* ", which speaks frr-8.2" */
static void
describe(const struct zapi_release *r, char *text, size_t size)
{
	const struct zapi_dialect *d = zapi_dialect_of(r);

	if (d != NULL)
		snprintf(text, size, "%s, which speaks %s", r->text, d->name);
	else if (zapi_release_compare(r, newest()->last / 100, newest()->last % 100) > 0)
		snprintf(text, size, "%s, newer than all we know", r->text);
	else
		snprintf(text, size, "%s, which we do not know", r->text);
}

static void
doubt(struct zapi_session *s)
{
	session_emit(s, ZAPI_EVENT_DOUBT, NULL, s->doubt);
}

/* May this dialect be spoken to a zebra that says it is that release? False: given up. */
static bool
accept(struct zapi_session *s, int64_t now)
{
	const struct zapi_dialect *d = s->dialect;
	char release[64], text[ZAPI_TEXT_MAX];

	s->doubt[0] = '\0';
	if (!s->released || zapi_dialect_of(&s->release) == d) {
		s->contradicted = s->contradicted && !s->released;
		return true;
	}
	describe(&s->release, release, sizeof(release));
	if (s->forced != NULL) {
		snprintf(s->doubt, sizeof(s->doubt),
		    "dialect = %s is set by hand, zebra says it is %s", d->name, release);
		doubt(s);
		return true;
	}
	if (d == newest() && zapi_release_compare(&s->release, d->last / 100, d->last % 100) > 0) {
		snprintf(s->doubt, sizeof(s->doubt),
		    "zebra says it is %s; it answers like %s and is used as such", release,
		    d->name);
		doubt(s);
		return true;
	}
	snprintf(text, sizeof(text),
	    "zebra says it is %s, but answers like %s (%s): nothing is announced; if it is to be "
	    "spoken to in %s, set dialect = %s in zebra { }",
	    release, d->name, s->detect.text, d->name, d->name);
	s->contradicted = true;
	session_give_up(s, ZAPI_EVENT_REFUSED, text, now);
	return false;
}

/* Two dialects are left: is it the other one that zebra says it speaks? */
static bool
told_other(struct zapi_session *s)
{
	const struct zapi_dialect *said = s->released ? zapi_dialect_of(&s->release) : NULL;
	bool other = s->alternative != NULL && said == s->alternative;

	if (said != NULL && (other || said == s->dialect))
		s->alternative = NULL;
	if (other)
		s->dialect = said;
	return other;
}

/* All is known that will be, or will be in time. */
static void
conclude(struct zapi_session *s, int64_t now)
{
	char how[ZAPI_TEXT_MAX];

	s->waits = false;
	s->dialect = s->detect.dialect;
	s->alternative = s->detect.alternative;
	snprintf(how, sizeof(how), "%s", s->detect.text);
	if (told_other(s))
		snprintf(
		    how, sizeof(how), "%s; zebra says it is %s", s->detect.text, s->release.text);
	if (!accept(s, now))
		return;
	know(s, s->dialect, how);
	session_begin(s, now);
}

static void
found(struct zapi_session *s, int64_t now)
{
	if (!s->told && (s->contradicted || s->detect.alternative != NULL)) {
		s->waits = true;
		s->due = now + (s->contradicted ? CONTRADICTED_MS : TOLD_MS);
		return;
	}
	conclude(s, now);
}

/* Answered by what is in no table. */
static void
refuse_unknown(struct zapi_session *s, int64_t now)
{
	const struct zapi_dialect *d = s->released ? zapi_dialect_of(&s->release) : NULL;
	char text[ZAPI_TEXT_MAX], release[64] = "";

	if (s->released)
		snprintf(release, sizeof(release), "; it says it is %s", s->release.text);
	if (d == NULL)
		d = newest();
	if (s->detect.error != 0)
		snprintf(text, sizeof(text),
		    "%s%s: nothing is announced; if it is to be spoken to in %s, set dialect = %s "
		    "in "
		    "zebra { }",
		    s->detect.text, release, d->name, d->name);
	else
		snprintf(text, sizeof(text),
		    "%s%s: nothing is announced; zanycastd --dialects lists what is known",
		    s->detect.text, release);
	session_give_up(s, ZAPI_EVENT_REFUSED, text, now);
}

static void
follow(struct zapi_session *s, enum detect_verdict verdict, int64_t now)
{
	switch (verdict) {
	case DETECT_WAIT:
		if (s->detect.ask_len == 0)
			break;
		s->due = now + s->detect.wait;
		if (outbuf_append(&s->out, s->detect.ask, s->detect.ask_len, BACKLOG_HARD) == -1)
			session_hang_up(s, "out of memory", now);
		break;
	case DETECT_FOUND:
		found(s, now);
		break;
	case DETECT_RECONNECT:
		s->at_once = true;
		session_hang_up(s, "asked again on a new connection", now);
		break;
	case DETECT_OVER:
		session_hang_up(s, "this was no answer", now);
		break;
	case DETECT_HUNG:
		session_give_up_stuck(s, now);
		break;
	case DETECT_REFUSED:
		refuse_unknown(s, now);
		break;
	}
}

void
find_connected(struct zapi_session *s, int64_t now)
{
	s->told = s->released = s->waits = false;
	s->alternative = NULL;
	s->doubt[0] = '\0';
	session_emit(s, ZAPI_EVENT_CONNECTED, NULL, NULL);
	if (s->forced != NULL) {
		know(s, s->forced, "set by hand");
		session_begin(s, now);
		return;
	}
	s->state = ZAPI_DETECTING;
	s->detect.last = s->dialect;
	follow(s, detect_connected(&s->detect), now);
}

/* While it waits for what is told, zebra may still answer a question of detection's. */
static void
heard_waiting(struct zapi_session *s, const uint8_t *buf, size_t len)
{
	struct zapi_msg msg;

	if (zapi_decode(s->detect.dialect, ZAPI_FROM_ZEBRA, buf, len, &msg) == 0 &&
	    msg.command == ZAPI_LOOKUP)
		s->detect.fence_open = false;
}

void
find_message(struct zapi_session *s, const uint8_t *buf, size_t len, int64_t now)
{
	outbuf_append(&s->early, buf, len, EARLY_MAX);
	if (s->waits)
		heard_waiting(s, buf, len);
	else
		follow(s, detect_message(&s->detect, buf, len), now);
}

void
find_silence(struct zapi_session *s, int64_t now)
{
	if (s->waits)
		conclude(s, now);
	else
		follow(s, detect_silence(&s->detect), now);
}

/* What the end of a connection says while the dialect is still being asked for. */
void
find_closed(struct zapi_session *s, int64_t now)
{
	enum detect_verdict verdict;

	if (s->waits)
		return;
	verdict = detect_closed(&s->detect);
	s->at_once = verdict == DETECT_RECONNECT;
	if (verdict == DETECT_REFUSED)
		refuse_unknown(s, now);
}

int
find_settle(struct zapi_session *s, const uint8_t *buf, size_t len, int rc, struct zapi_msg *msg)
{
	bool fits = rc == 0 && msg->trailing == 0, other_fits;
	const struct zapi_dialect *d = s->alternative;
	struct zapi_msg other;

	/* They differ in the width of a weight only: the first route that carries one decides. */
	if (msg->command != ZAPI_REDIST_ADD && msg->command != ZAPI_REDIST_DEL)
		return rc;
	other_fits = zapi_decode(d, ZAPI_FROM_ZEBRA, buf, len, &other) == 0 && other.trailing == 0;
	if (fits == other_fits)
		return rc;
	s->alternative = NULL;
	if (!other_fits)
		return rc;
	*msg = other;
	know(s, d, "the weight in a route");
	return 0;
}

void
zapi_session_told(struct zapi_session *s, const struct zapi_release *release, int64_t now)
{
	if (!s->connected || s->closing)
		return;
	s->told = true;
	if ((s->released = release != NULL))
		s->release = *release;
	if (s->waits) {
		conclude(s, now);
	} else if (s->state != ZAPI_DETECTING) {
		if (told_other(s))
			know(s, s->dialect, "zebra says so");
		accept(s, now);
	}
}

const struct zapi_release *
zapi_session_release(const struct zapi_session *s)
{
	return s->released ? &s->release : NULL;
}

const char *
zapi_session_doubt(const struct zapi_session *s)
{
	return s->doubt[0] != '\0' ? s->doubt : NULL;
}
