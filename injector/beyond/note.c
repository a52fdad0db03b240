/*
 * What the answers mean: is a prefix let out, is a daemon deaf; and who is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "beyond/remedy.h"
#include "beyond/state.h"

/* YES: somebody says so. NO: somebody, and nobody else. Before all were asked: as told. */
static enum beyond
verdict(const struct follow *f)
{
	enum beyond answer = BEYOND_UNKNOWN;
	bool waits = false;
	int i;

	for (i = 0; i < DAEMONS; i++) {
		if (!beyond_concerns(f, i))
			continue;
		waits |= !f->of[i].asked;
		if (f->of[i].asked && f->of[i].answer == BEYOND_YES)
			return BEYOND_YES;
		if (f->of[i].asked && f->of[i].answer == BEYOND_NO)
			answer = BEYOND_NO;
	}
	return waits ? f->told : answer;
}

void
beyond_note(struct daemon *d, struct follow *f, enum beyond answer, int64_t again)
{
	struct deaf_pair *pair = &f->of[d->index].pair;

	f->of[d->index].asked = true;
	f->of[d->index].answer = answer == BEYOND_FLUSHING ? BEYOND_NO : answer;
	f->of[d->index].due = again;
	deaf_says(&d->deaf, pair, &d->watch->zebra, answer, clock_ms());
	if (pair->held == HELD_YES)
		f->news = d->watch->news = true;
}

void
beyond_tell(struct beyond_watch *w)
{
	struct follow *f;
	struct prefix p;
	enum beyond now;
	unsigned int changes;

	while (w->news) {
		w->news = false;
		changes = w->changes;
		TAILQ_FOREACH (f, &w->follows, entry) {
			if (!f->news)
				continue;
			f->news = false;
			if ((now = verdict(f)) == f->told)
				continue;
			f->told = now;
			p = f->prefix;
			w->fn(w->arg, &p, now);
			if (changes != w->changes) {
				w->news = true;
				break;
			}
		}
	}
}

/* Whole names only, as many as there is room for. */
static void
name_those(struct daemon *d, enum deaf_face face, char *text, size_t size)
{
	char name[PREFIX_STRLEN];
	struct follow *f;
	size_t len;

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		if (!beyond_concerns(f, d->index) ||
		    deaf_judge(&d->deaf, &f->of[d->index].pair, &d->watch->zebra, clock_ms()) !=
			face)
			continue;
		prefix_print(&f->prefix, name);
		len = strlen(text);
		if (len + 1 + strlen(name) >= size)
			return;
		snprintf(text + len, size - len, "%s%s", len > 0 ? " " : "", name);
	}
}

static void
describe(struct daemon *d, const struct deaf_sum *sum, struct ipc_daemon *now)
{
	struct remedy remedy;

	now->hearing = d->deaf.hearing;
	now->stale = (uint32_t)sum->stale;
	now->missing = (uint32_t)sum->missing;
	now->flushing = (uint32_t)sum->unconfirmed;
	snprintf(now->name, sizeof(now->name), "%s", beyond_ask_name(d));
	if (d->knows_release)
		snprintf(now->release, sizeof(now->release), "%s", d->release.text);
	if (now->hearing == HEARING_DEAF) {
		name_those(d, DEAF_STALE, now->prefixes, sizeof(now->prefixes));
		name_those(d, DEAF_MISSING, now->prefixes, sizeof(now->prefixes));
		remedy_find(&remedy, now->name, d->knows_release ? &d->release : NULL, d->config);
	} else if (now->hearing == HEARING_FLUSHING) {
		name_those(d, DEAF_FLUSHING, now->prefixes, sizeof(now->prefixes));
		remedy_restart(&remedy);
	} else {
		return;
	}
	snprintf(now->remedy, sizeof(now->remedy), "%s", remedy.command);
	snprintf(now->cost, sizeof(now->cost), "%s", remedy.cost);
}

void
beyond_note_daemon(struct daemon *d)
{
	struct ipc_daemon now;
	struct deaf_sum sum = { 0 };
	struct follow *f;
	enum deaf_face face;

	memset(&now, 0, sizeof(now)); /* compared as bytes */
	now.place = (uint32_t)d->index;
	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		if (!beyond_concerns(f, d->index))
			continue;
		now.asked = true;
		face = deaf_judge(&d->deaf, &f->of[d->index].pair, &d->watch->zebra, clock_ms());
		deaf_add(&sum, &f->of[d->index].pair, face);
	}
	deaf_conclude(&d->deaf, &sum, &d->watch->zebra, clock_ms());
	if (!now.asked)
		d->deaf.hearing = HEARING_UNKNOWN;
	/* Told with its release and its remedy, or not yet. */
	if (d->deaf.hearing != HEARING_UNKNOWN && !d->released)
		return;
	if (d->deaf.hearing == HEARING_DEAF && !d->configured)
		return;
	describe(d, &sum, &now);
	now.since_us =
	    d->told.asked && now.hearing == d->told.hearing ? d->told.since_us : clock_us();
	if (memcmp(&now, &d->told, sizeof(now)) == 0)
		return;
	d->told = now;
	d->watch->daemon_fn(d->watch->arg, &now);
}
