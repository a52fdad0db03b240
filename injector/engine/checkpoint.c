/*
 * What an engine leaves to the next one, as bytes the keeper holds unread.
 * Checks are named, so that a changed file maps what is still there. No proof.
 */
#include "engine/service.h"

#include <string.h>

#define VERSION 1
#define HEAD 11	 /* version, state, drained, since */
#define ENTRY 29 /* what follows a check's name */

struct bytes {
	uint8_t *at, *end;
};

static void
put(struct bytes *b, uint64_t value, int size)
{
	while (size-- > 0) {
		*b->at++ = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t
get(struct bytes *b, int size)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < size; i++)
		value |= (uint64_t)*b->at++ << (8 * i);
	return value;
}

size_t
service_save(const struct service *s, uint8_t *buf, size_t size)
{
	struct bytes b = { buf, buf + size };
	const struct standing *st;
	size_t i, len;

	if (size < HEAD)
		return 0;
	put(&b, VERSION, 1);
	put(&b, s->state, 1);
	put(&b, s->drained, 1);
	put(&b, (uint64_t)s->since, 8);
	for (i = 0; i < s->conf->nchecks; i++) {
		st = &s->checks[i];
		len = strlen(s->conf->checks[i].name);
		if (len > UINT8_MAX || (size_t)(b.end - b.at) < 1 + len + ENTRY)
			continue;
		put(&b, len, 1);
		memcpy(b.at, s->conf->checks[i].name, len);
		b.at += len;
		put(&b, st->state, 1);
		put(&b, st->passing, 1);
		put(&b, st->cause, 1);
		put(&b, st->dormant, 1);
		put(&b, st->run, 4);
		put(&b, (uint64_t)st->since, 8);
		put(&b, (uint64_t)st->hold, 5);
		put(&b, (uint64_t)st->held_until, 8);
	}
	return (size_t)(b.at - buf);
}

/* A check as it was saved; false: not ours. */
static bool
take(struct bytes *b, struct standing *st, int64_t now)
{
	uint64_t state = get(b, 1), passing = get(b, 1), cause = get(b, 1), dormant = get(b, 1);

	*st = (struct standing){ .run = (unsigned int)get(b, 4) };
	st->since = (int64_t)get(b, 8);
	st->hold = (int64_t)get(b, 5);
	st->held_until = (int64_t)get(b, 8);
	if (state > DOWN || passing > 1 || cause >= CAUSES || dormant > 1 ||
	    st->hold > SERVICE_HOLD_MAX || st->held_until < 0)
		return false;
	st->state = (enum decided)state;
	st->passing = passing;
	st->cause = (enum cause)cause;
	st->dormant = dormant;
	if (st->since > now || st->since < 0)
		st->since = now;
	if (st->held_until > now + SERVICE_HOLD_MAX)
		st->held_until = now + SERVICE_HOLD_MAX;
	if (dormant && st->state == UP)
		st->state = UNDECIDED;
	if (!dormant || st->state != DOWN)
		st->held_until = 0;
	else if (st->held_until == 0)
		st->held_until = now;
	return true;
}

static void
place(struct service *s, const char *name, size_t len, const struct standing *saved)
{
	const struct conf_check *conf = s->conf->checks;
	size_t i;

	for (i = 0; i < s->conf->nchecks; i++) {
		if (strlen(conf[i].name) != len || memcmp(conf[i].name, name, len) != 0)
			continue;
		s->checks[i] = *saved;
		if (conf[i].target == TARGET_SERVICE)
			continue;
		if (saved->dormant) /* it asked the service, and asks something else now */
			s->checks[i].state = UNDECIDED;
		s->checks[i].dormant = false;
		s->checks[i].held_until = 0;
	}
}

/* Walks the entries; s is NULL at the first walk, which only looks whether all is sound. */
static int
walk(struct service *s, struct bytes b, int64_t now)
{
	struct standing saved;
	const char *name;
	size_t len;

	while (b.at < b.end) {
		len = (size_t)get(&b, 1);
		if ((size_t)(b.end - b.at) < len + ENTRY)
			return -1;
		name = (const char *)b.at;
		b.at += len;
		if (!take(&b, &saved, now))
			return -1;
		if (s != NULL)
			place(s, name, len, &saved);
	}
	return 0;
}

int
service_restore(struct service *s, const uint8_t *buf, size_t len, int64_t now)
{
	struct bytes b = { (uint8_t *)(uintptr_t)buf, (uint8_t *)(uintptr_t)buf + len };
	uint64_t state, drained;
	int64_t since;

	if (len < HEAD || get(&b, 1) != VERSION)
		return -1;
	state = get(&b, 1);
	drained = get(&b, 1);
	since = (int64_t)get(&b, 8);
	if (state >= SERVICE_STATES || drained > 1 || walk(NULL, b, now) == -1)
		return -1;
	walk(s, b, now);
	s->drained = drained;
	if (state == SERVICE_DRAINED && !drained)
		state = SERVICE_UNDECIDED;
	s->state = drained ? SERVICE_DRAINED : (enum service_state)state;
	s->since = since > now || since < 0 ? now : since;
	service_tick(s, now);
	return 0;
}
