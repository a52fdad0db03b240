/*
 * Asks the routing daemons, one question at a time each, whether they let our
 * routes out, and tells when the answer changes. Decides nothing.
 */
#include "keeper/beyond.h"

#include <event2/event.h>
#include <sys/queue.h>

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "keeper/beyond_filter.h"
#include "keeper/beyond_parse.h"
#include "keeper/vty.h"

#define FIRST_MS 1000
#define AGAIN_MS 5000
#define GAP_MS 20 /* between two questions: a daemon has other things to do */

enum { OSPF, OSPF6, RIP, RIPNG, BGP, DAEMONS };

struct kind {
	const char *name;
	unsigned int protocol;
	int family; /* AF_UNSPEC: both */
	/* A table is asked for as a whole, other daemons once for each prefix. */
	const char *table;
	bool filter; /* RIP: its route-map has to be asked for, too */
};

static const struct kind kinds[DAEMONS] = {
	[OSPF] = { "ospfd", PROTO_OSPF, AF_INET, NULL, false },
	[OSPF6] = { "ospf6d", PROTO_OSPF6, AF_INET6,
	    "show ipv6 ospf6 database as-external self-originated detail", false },
	[RIP] = { "ripd", PROTO_RIP, AF_INET, "show ip rip", true },
	[RIPNG] = { "ripngd", PROTO_RIPNG, AF_INET6, "show ipv6 ripng", true },
	[BGP] = { "bgpd", PROTO_BGP, AF_UNSPEC, NULL, false },
};

/* A prefix that is followed. */
struct follow {
	struct prefix prefix;
	unsigned int protocols;
	struct {
		int64_t due;
		bool asked;
		enum beyond answer;
	} of[DAEMONS];
	enum beyond told;
	bool news; /* told may be old */
	TAILQ_ENTRY(follow) entry;
};

enum question { ASK_NOTHING, ASK_PREFIX, ASK_TABLE, ASK_CONFIG, ASK_MAPS };

struct daemon {
	struct beyond_watch *watch;
	int index;
	struct vty *vty;
	struct event *timer;
	int64_t wake; /* when the timer fires; CLOCK_NEVER: it does not */
	enum question question;
	struct follow *current; /* ASK_PREFIX; NULL: forgotten meanwhile */
	struct beyond_rows rows;
	char *config; /* between ASK_CONFIG and the end of ASK_MAPS */
};

struct beyond_watch {
	beyond_fn *fn;
	void *arg;
	struct daemon daemons[DAEMONS];
	TAILQ_HEAD(, follow) follows;
	void *tree; /* the same, by prefix */
	bool news;
	unsigned int changes; /* of the list */
};

static int
by_prefix(const void *a, const void *b)
{
	const struct prefix *p = &((const struct follow *)a)->prefix;
	const struct prefix *q = &((const struct follow *)b)->prefix;
	int r = memcmp(p->addr, q->addr, sizeof(p->addr));

	if (r == 0)
		r = (int)p->family - (int)q->family;
	return r != 0 ? r : (int)p->len - (int)q->len;
}

static struct follow *
find(struct beyond_watch *w, const struct prefix *p)
{
	struct follow key = { .prefix = *p }, **found;

	found = tfind(&key, &w->tree, by_prefix);
	return found != NULL ? *found : NULL;
}

static bool
concerns(const struct follow *f, int index)
{
	const struct kind *k = &kinds[index];

	return (f->protocols & k->protocol) != 0 &&
	    (k->family == AF_UNSPEC || k->family == f->prefix.family);
}

/* YES: somebody says so. NO: somebody, and nobody else. Before all were asked: as told. */
static enum beyond
verdict(const struct follow *f)
{
	enum beyond answer = BEYOND_UNKNOWN;
	bool waits = false;
	int i;

	for (i = 0; i < DAEMONS; i++) {
		if (!concerns(f, i))
			continue;
		waits |= !f->of[i].asked;
		if (f->of[i].asked && f->of[i].answer == BEYOND_YES)
			return BEYOND_YES;
		if (f->of[i].asked && f->of[i].answer == BEYOND_NO)
			answer = BEYOND_NO;
	}
	return waits ? f->told : answer;
}

static void
note(struct beyond_watch *w, struct follow *f, int index, enum beyond answer)
{
	f->of[index].asked = true;
	f->of[index].answer = answer;
	f->of[index].due = clock_ms() + AGAIN_MS;
	f->news = w->news = true;
}

/* Who is told may follow and forget prefixes: begin anew then. */
static void
tell(struct beyond_watch *w)
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

/* The follow that is due the longest or next. NULL: none of this daemon. */
static struct follow *
next_due(const struct daemon *d)
{
	struct follow *f, *first = NULL;

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		if (concerns(f, d->index) &&
		    (first == NULL || f->of[d->index].due < first->of[d->index].due))
			first = f;
	}
	return first;
}

static void
wait_for(struct daemon *d, int64_t ms)
{
	struct timeval tv = clock_span_ms(ms);

	event_add(d->timer, &tv);
	d->wake = clock_ms() + ms;
}

/* Nothing is asked now: when is the next question? The connection stays for short gaps. */
static void
plan(struct daemon *d)
{
	struct follow *f = next_due(d);
	int64_t left;

	d->question = ASK_NOTHING;
	d->current = NULL;
	if (f == NULL) {
		vty_rest(d->vty);
		event_del(d->timer);
		d->wake = CLOCK_NEVER;
		return;
	}
	left = f->of[d->index].due - clock_ms();
	if (left > GAP_MS)
		vty_rest(d->vty);
	wait_for(d, left > GAP_MS ? left : GAP_MS);
}

/* All that were asked or are due, by the table; filter may be NULL: not known. */
static void
note_table(struct daemon *d, bool readable, const struct beyond_filter *filter)
{
	const struct beyond_row *row;
	int64_t now = clock_ms();
	struct follow *f;
	enum beyond answer;

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		/* One that is too fresh would be missed for nothing. */
		if (!concerns(f, d->index) || (!f->of[d->index].asked && f->of[d->index].due > now))
			continue;
		row = readable ? beyond_rows_find(&d->rows, &f->prefix) : NULL;
		answer = !readable ? BEYOND_UNKNOWN : row == NULL ? BEYOND_NO : BEYOND_YES;
		if (row != NULL && kinds[d->index].filter)
			answer = filter != NULL ? beyond_filter_judge(filter, row) : BEYOND_UNKNOWN;
		note(d->watch, f, d->index, answer);
	}
	beyond_rows_free(&d->rows);
	free(d->config);
	d->config = NULL;
}

static void
ask(struct daemon *d, enum question question, const char *command)
{
	d->question = question;
	(void)vty_ask(d->vty, command); /* never asked while it is asked */
}

static void
ask_prefix(struct daemon *d, struct follow *f)
{
	char text[PREFIX_STRLEN], command[VTY_COMMAND_MAX];

	prefix_print(&f->prefix, text);
	if (d->index == BGP) {
		snprintf(command, sizeof(command), "show bgp %s unicast %s json",
		    f->prefix.family == AF_INET ? "ipv4" : "ipv6", text);
	} else {
		text[strcspn(text, "/")] = '\0';
		snprintf(command, sizeof(command),
		    "show ip ospf database external %s self-originate", text);
	}
	d->current = f;
	ask(d, ASK_PREFIX, command);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct follow *f = next_due(d);

	(void)fd;
	(void)what;
	d->wake = CLOCK_NEVER;
	if (f == NULL || f->of[d->index].due > clock_ms())
		plan(d);
	else if (kinds[d->index].table != NULL)
		ask(d, ASK_TABLE, kinds[d->index].table);
	else
		ask_prefix(d, f);
}

/* A daemon that does not answer is not asked for each prefix. */
static void
note_silence(struct daemon *d)
{
	struct follow *f;
	int64_t now = clock_ms();

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		if (concerns(f, d->index) && f->of[d->index].due <= now)
			note(d->watch, f, d->index, BEYOND_UNKNOWN);
	}
}

static void
on_table(struct daemon *d, const char *text)
{
	int r =
	    d->index == OSPF6 ? beyond_rows_ospf6(&d->rows, text) : beyond_rows_rip(&d->rows, text);

	if (r == 0 && kinds[d->index].filter && d->rows.count > 0)
		ask(d, ASK_CONFIG, "show running-config");
	else
		note_table(d, r == 0, NULL);
}

static void
on_maps(struct daemon *d, const char *maps)
{
	struct beyond_filter *filter = beyond_filter_new(d->config, maps);

	note_table(d, true, filter);
	beyond_filter_free(filter);
}

static void
on_answer(void *arg, int status, const char *text)
{
	struct daemon *d = arg;
	enum question asked = d->question;

	d->question = ASK_NOTHING;
	if (status != VTY_OK && status != VTY_WARNING)
		text = NULL;
	if (asked == ASK_PREFIX) {
		if (status == VTY_NO_ANSWER)
			note_silence(d);
		else if (d->current != NULL)
			note(d->watch, d->current, d->index,
			    text == NULL	  ? BEYOND_UNKNOWN
				: d->index == BGP ? beyond_parse_bgp(text, &d->current->prefix)
						  : beyond_parse_ospf(text, &d->current->prefix));
	} else if (text == NULL) {
		note_table(d, false, NULL);
	} else if (asked == ASK_TABLE) {
		on_table(d, text);
	} else if (asked == ASK_CONFIG) {
		if ((d->config = strdup(text)) != NULL)
			ask(d, ASK_MAPS, "show route-map");
		else
			note_table(d, false, NULL);
	} else {
		on_maps(d, text);
	}
	if (d->question == ASK_NOTHING)
		plan(d);
	tell(d->watch);
}

struct beyond_watch *
beyond_new(struct event_base *base, const char *vty_dir, beyond_fn *fn, void *arg)
{
	struct beyond_watch *w = calloc(1, sizeof(*w));
	char path[2 * sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	struct daemon *d;
	int i, saved;

	if (w == NULL)
		return NULL;
	w->fn = fn;
	w->arg = arg;
	TAILQ_INIT(&w->follows);
	for (i = 0; i < DAEMONS; i++) {
		d = &w->daemons[i];
		d->watch = w;
		d->index = i;
		d->wake = CLOCK_NEVER;
		errno = ENAMETOOLONG;
		if (snprintf(path, sizeof(path), "%s/%s.vty", vty_dir, kinds[i].name) >=
			(int)sizeof(path) ||
		    (d->vty = vty_new(base, path, on_answer, d)) == NULL)
			goto fail;
		errno = ENOMEM;
		if ((d->timer = event_new(base, -1, 0, on_timer, d)) == NULL)
			goto fail;
	}
	return w;
fail:
	saved = errno;
	beyond_free(w);
	errno = saved;
	return NULL;
}

void
beyond_free(struct beyond_watch *w)
{
	struct follow *f;
	struct daemon *d;

	if (w == NULL)
		return;
	while ((f = TAILQ_FIRST(&w->follows)) != NULL) {
		tdelete(f, &w->tree, by_prefix);
		TAILQ_REMOVE(&w->follows, f, entry);
		free(f);
	}
	for (d = w->daemons; d < w->daemons + DAEMONS; d++) {
		vty_free(d->vty);
		if (d->timer != NULL)
			event_free(d->timer);
		beyond_rows_free(&d->rows);
		free(d->config);
	}
	free(w);
}

int
beyond_follow(struct beyond_watch *w, const struct prefix *p, unsigned int protocols)
{
	struct follow *f = find(w, p);
	struct daemon *d;

	if (f == NULL) {
		if ((f = calloc(1, sizeof(*f))) == NULL)
			return -1;
		f->prefix = *p;
		if (tsearch(f, &w->tree, by_prefix) == NULL) {
			free(f);
			errno = ENOMEM;
			return -1;
		}
		TAILQ_INSERT_TAIL(&w->follows, f, entry);
		w->changes++;
	}
	f->protocols = protocols;
	for (d = w->daemons; d < w->daemons + DAEMONS; d++) {
		f->of[d->index].due = clock_ms() + FIRST_MS;
		f->of[d->index].asked = false;
		/* An answer under way is about what was before. */
		if (d->current == f)
			d->current = NULL;
		if (d->question == ASK_NOTHING && concerns(f, d->index) &&
		    d->wake > f->of[d->index].due)
			wait_for(d, FIRST_MS);
	}
	return 0;
}

void
beyond_forget(struct beyond_watch *w, const struct prefix *p)
{
	struct follow *f = find(w, p);
	struct daemon *d;

	if (f == NULL)
		return;
	for (d = w->daemons; d < w->daemons + DAEMONS; d++) {
		if (d->current == f)
			d->current = NULL;
	}
	tdelete(f, &w->tree, by_prefix);
	TAILQ_REMOVE(&w->follows, f, entry);
	w->changes++;
	free(f);
}
