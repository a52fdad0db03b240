/*
 * The questions to one routing daemon, one at a time, and when they are asked.
 */
#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "beyond/state.h"
#include "beyond/vty.h"

#define AGAIN_MS 5000
#define GAP_MS 20	/* between two questions: a daemon has other things to do */
#define TABLE_SHARE 50	/* a table is asked for so many times rarer than it takes */
#define PREFIXES_MAX 16 /* OSPF: so many due at once are asked for one by one */

static const struct kind {
	const char *name;
	/* NULL: this daemon's is everybody's. It is asked for as a whole. */
	const char *table;
	bool one_by_one;    /* also, or only: each prefix */
	const char *router; /* RIP: its lists and route-map have to be asked for, too */
	int (*read)(struct beyond_rows *, const char *text);
} kinds[DAEMONS] = {
	[OSPF] = { "ospfd", "show ip ospf database self-originate", true, NULL, beyond_rows_ospf },
	[OSPF6] = { "ospf6d", "show ipv6 ospf6 database as-external self-originated detail", false,
	    NULL, beyond_rows_ospf6 },
	[RIP] = { "ripd", "show ip rip", false, "router rip", beyond_rows_rip },
	[RIPNG] = { "ripngd", "show ipv6 ripng", false, "router ripng", beyond_rows_rip },
	[BGP] = { "bgpd", NULL, true, NULL, NULL },
};

const char *
beyond_ask_name(const struct daemon *d)
{
	return kinds[d->index].name;
}

static bool
waits(const struct daemon *d, const struct follow *f)
{
	return beyond_concerns(f, d->index) && !deaf_is_at_rest(&f->of[d->index].pair);
}

static struct follow *
next_due(const struct daemon *d)
{
	struct follow *f, *first = NULL;

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		if (waits(d, f) && (first == NULL || f->of[d->index].due < first->of[d->index].due))
			first = f;
	}
	return first;
}

static size_t
count_due(const struct daemon *d, int64_t now)
{
	struct follow *f;
	size_t n = 0;

	TAILQ_FOREACH (f, &d->watch->follows, entry)
		n += waits(d, f) && f->of[d->index].due <= now;
	return n;
}

static void
wait_for(struct daemon *d, int64_t ms)
{
	struct timeval tv = clock_span_ms(ms);

	event_add(d->timer, &tv);
	d->wake = clock_ms() + ms;
}

static void
ask(struct daemon *d, enum question question, const char *command)
{
	d->question = question;
	d->asked_at = clock_ms();
	(void)vty_ask(d->vty, command); /* never asked while it is asked */
}

/* What has to be known of the daemon before it is told of. */
static bool
ask_of_itself(struct daemon *d)
{
	if (d->deaf.hearing == HEARING_UNKNOWN)
		return false;
	if (!d->released)
		ask(d, ASK_RELEASE, "show version");
	else if (d->deaf.hearing == HEARING_DEAF && !d->configured)
		ask(d, ASK_CONFIG, "show running-config");
	else
		return false;
	return true;
}

/* Nothing is asked now: when is the next question? The connection stays for short gaps. */
static void
plan(struct daemon *d)
{
	struct follow *f = next_due(d);
	int64_t left;

	d->question = ASK_NOTHING;
	d->current = NULL;
	beyond_note_daemon(d);
	if (ask_of_itself(d))
		return;
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

/* Now, and again later: the rarer the longer it took. */
static int64_t
again(const struct daemon *d)
{
	int64_t now = clock_ms(), pause = (now - d->asked_at) * TABLE_SHARE;

	return now + (pause > AGAIN_MS ? pause : AGAIN_MS);
}

/* All that were asked or are due, by the table; filter may be NULL: not known. */
static void
note_table(struct daemon *d, bool readable, const struct beyond_filter *filter)
{
	const struct beyond_row *row;
	int64_t now = clock_ms(), later = again(d);
	struct follow *f;
	enum beyond answer;

	TAILQ_FOREACH (f, &d->watch->follows, entry) {
		/* One that is too fresh would be missed for nothing. */
		if (!waits(d, f) || (!f->of[d->index].asked && f->of[d->index].due > now))
			continue;
		row = readable ? beyond_rows_find(&d->rows, &f->prefix) : NULL;
		answer = !readable  ? BEYOND_UNKNOWN
		    : row == NULL   ? BEYOND_NO
		    : row->flushing ? BEYOND_FLUSHING
				    : BEYOND_YES;
		if (row != NULL && kinds[d->index].router != NULL)
			answer = filter != NULL ? beyond_filter_judge(filter, row) : BEYOND_UNKNOWN;
		beyond_note(d, f, answer, later);
	}
	beyond_rows_free(&d->rows);
	free(d->lists);
	d->lists = NULL;
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

static bool
wants_table(const struct daemon *d)
{
	const struct kind *kind = &kinds[d->index];

	if (!kind->one_by_one)
		return true;
	return kind->table != NULL && !d->too_long && count_due(d, clock_ms()) > PREFIXES_MAX;
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
	else if (wants_table(d))
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
		if (waits(d, f) && f->of[d->index].due <= now)
			beyond_note(d, f, BEYOND_UNKNOWN, now + AGAIN_MS);
	}
}

static void
on_prefix(struct daemon *d, int status, const char *text)
{
	struct follow *f = d->current;
	enum beyond answer = BEYOND_UNKNOWN;

	if (status == VTY_NO_ANSWER) {
		note_silence(d);
		return;
	}
	if (f == NULL)
		return;
	if (text != NULL)
		answer = d->index == BGP ? beyond_parse_bgp(text, &f->prefix)
					 : beyond_parse_ospf(text, &f->prefix);
	beyond_note(d, f, answer, clock_ms() + AGAIN_MS);
}

static void
on_table(struct daemon *d, int status, const char *text)
{
	int r;

	if (status == VTY_TOO_LONG && kinds[d->index].one_by_one) {
		d->too_long = true; /* those that are due are asked for at once */
		return;
	}
	r = text != NULL ? kinds[d->index].read(&d->rows, text) : -1;
	if (r == 0 && kinds[d->index].router != NULL && d->rows.count > 0)
		ask(d, ASK_FILTER, "show running-config");
	else
		note_table(d, r == 0, NULL);
}

static void
on_filter(struct daemon *d, const char *lists)
{
	if (lists != NULL && (d->lists = strdup(lists)) != NULL)
		ask(d, ASK_MAPS, "show route-map");
	else
		note_table(d, false, NULL);
}

static void
on_maps(struct daemon *d, const char *maps)
{
	struct beyond_filter *filter =
	    maps != NULL ? beyond_filter_new(kinds[d->index].router, d->lists, maps) : NULL;

	note_table(d, maps != NULL, filter);
	beyond_filter_free(filter);
}

static void
on_release(struct daemon *d, const char *text)
{
	d->released = true;
	d->knows_release = text != NULL && zapi_release_parse(&d->release, text) == 0;
}

static void
on_config(struct daemon *d, const char *text)
{
	d->configured = true;
	free(d->config);
	d->config = text != NULL ? strdup(text) : NULL;
}

static bool
has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; text != NULL; text = beyond_line(text))
		if (strncmp(text, line, len) == 0 && strcspn(text, "\r\n") == len)
			return true;
	return false;
}

/* RIP's configuration is with mgmtd since FRR 10. True: it is asked there. */
static bool
ask_mgmtd(struct daemon *d, enum question question, const char *text)
{
	if (d->mgmtd == NULL || (text != NULL && has_line(text, kinds[d->index].router)))
		return false;
	d->question = question;
	(void)vty_ask(d->mgmtd, "show running-config");
	return true;
}

/* Another process than before: nothing is known of it. */
static void
on_process(struct daemon *d)
{
	d->released = d->configured = d->knows_release = d->too_long = false;
	free(d->config);
	d->config = NULL;
}

/* What it means was noted: go on. */
static void
finish(struct daemon *d)
{
	if (d->question == ASK_NOTHING)
		plan(d);
	beyond_tell(d->watch);
}

static void
on_answer(void *arg, int status, const char *text)
{
	struct daemon *d = arg;
	enum question asked = d->question;

	d->question = ASK_NOTHING;
	if (status >= 0 && deaf_process(&d->deaf, vty_peer(d->vty)))
		on_process(d);
	if (status != VTY_OK && status != VTY_WARNING)
		text = NULL;
	switch (asked) {
	case ASK_NOTHING:
		break;
	case ASK_PREFIX:
		on_prefix(d, status, text);
		break;
	case ASK_TABLE:
		on_table(d, status, text);
		break;
	case ASK_FILTER:
		if (!ask_mgmtd(d, asked, text))
			on_filter(d, text);
		break;
	case ASK_MAPS:
		on_maps(d, text);
		break;
	case ASK_RELEASE:
		on_release(d, text);
		break;
	case ASK_CONFIG:
		if (!ask_mgmtd(d, asked, text))
			on_config(d, text);
		break;
	}
	finish(d);
}

static void
on_mgmtd(void *arg, int status, const char *text)
{
	struct daemon *d = arg;
	enum question asked = d->question;

	d->question = ASK_NOTHING;
	if (status != VTY_OK && status != VTY_WARNING)
		text = NULL;
	if (asked == ASK_FILTER)
		on_filter(d, text);
	else
		on_config(d, text);
	vty_rest(d->mgmtd);
	finish(d);
}

static struct vty *
vty_of(struct daemon *d, struct event_base *base, const char *vty_dir, const char *name, vty_fn *fn)
{
	char path[2 * sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	if (snprintf(path, sizeof(path), "%s/%s.vty", vty_dir, name) < (int)sizeof(path))
		return vty_new(base, path, fn, d);
	errno = ENAMETOOLONG;
	return NULL;
}

int
beyond_ask_init(struct daemon *d, struct event_base *base, const char *vty_dir)
{
	d->wake = CLOCK_NEVER;
	d->vty = vty_of(d, base, vty_dir, kinds[d->index].name, on_answer);
	if (d->vty == NULL)
		return -1;
	if (kinds[d->index].router != NULL &&
	    (d->mgmtd = vty_of(d, base, vty_dir, "mgmtd", on_mgmtd)) == NULL)
		return -1;
	errno = ENOMEM;
	return (d->timer = event_new(base, -1, 0, on_timer, d)) != NULL ? 0 : -1;
}

void
beyond_ask_free(struct daemon *d)
{
	vty_free(d->vty);
	vty_free(d->mgmtd);
	if (d->timer != NULL)
		event_free(d->timer);
	beyond_rows_free(&d->rows);
	free(d->lists);
	free(d->config);
}

void
beyond_ask_by(struct daemon *d, int64_t due)
{
	if (d->question == ASK_NOTHING && d->wake > due)
		wait_for(d, due - clock_ms());
}

void
beyond_ask_forget(struct daemon *d, const struct follow *f)
{
	if (d->current == f)
		d->current = NULL;
}
