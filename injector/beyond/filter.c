/*
 * A route-map with its access-lists and prefix-lists, as FRR means them, in
 * three values: yes, no, and not understood. Pure: no sockets, no log.
 */
#include "beyond/filter.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE 256
#define NAME 64
#define RULES_MAX 4096

enum rule_kind { RULE_ACCESS, RULE_PREFIX, RULE_ENTRY, RULE_MATCH };
enum match_kind { MATCH_ACCESS, MATCH_PREFIX, MATCH_TAG, MATCH_OTHER };

/* A line of a list, or of the route-map: entries, each followed by its matches. */
struct rule {
	enum rule_kind kind;
	bool permit, odd; /* odd: not understood */
	char name[NAME];  /* of the list */
	struct prefix prefix;
	uint32_t wildcard; /* access-list, old form: bits that don't matter */
	bool any, wild, exact;
	unsigned int ge, le; /* prefix-list; 0: not said */
	enum match_kind match;
	uint32_t tag;
};

struct beyond_filter {
	struct rule *rule;
	size_t count;
	char map[NAME]; /* of the connected routes; "": none */
	char out[NAME]; /* the list for all interfaces; "": none */
	enum rule_kind out_kind;
	bool redistributes;
	bool odd;   /* lists that filter what goes out of an interface */
	bool found; /* the route-map */
};

/* The next word of a line, cut off; NULL at its end. */
static char *
word(char **line)
{
	char *w;

	do {
		w = strsep(line, " \t");
	} while (w != NULL && *w == '\0');
	return w;
}

static bool
is(const char *w, const char *what)
{
	return w != NULL && strcmp(w, what) == 0;
}

static struct rule *
add(struct beyond_filter *f, enum rule_kind kind)
{
	struct rule *more;

	if (f->count == RULES_MAX) {
		f->odd = true;
		return NULL;
	}
	if ((f->count & (f->count - 1)) == 0) {
		more = reallocarray(f->rule, f->count > 0 ? 2 * f->count : 1, sizeof(*more));
		if (more == NULL) {
			f->odd = true;
			return NULL;
		}
		f->rule = more;
	}
	memset(&f->rule[f->count], 0, sizeof(*f->rule));
	f->rule[f->count].kind = kind;
	return &f->rule[f->count++];
}

/* "any", "P/L [exact-match]", "host A", "A WILDCARD" and "A" of an access-list. */
static void
read_access(struct rule *r, char **line)
{
	char *w = word(line), *next;
	struct in_addr wildcard = { 0 };

	if (is(w, "any")) {
		r->any = true;
	} else if (w != NULL && strchr(w, '/') != NULL) {
		r->odd = prefix_parse(&r->prefix, w) == -1;
		next = word(line);
		r->exact = is(next, "exact-match");
		r->odd |= next != NULL && !r->exact;
	} else {
		if (is(w, "host"))
			w = word(line);
		next = word(line);
		r->wild = true;
		r->odd = w == NULL || inet_pton(AF_INET, w, r->prefix.addr) != 1 ||
		    (next != NULL && inet_pton(AF_INET, next, &wildcard) != 1);
		r->prefix.family = AF_INET;
		r->wildcard = wildcard.s_addr;
	}
	r->odd |= word(line) != NULL;
}

/* "any" and "P/L [ge N] [le N]" of a prefix-list. */
static void
read_prefix(struct rule *r, char **line)
{
	char *w = word(line), *n;

	r->any = is(w, "any");
	if (!r->any)
		r->odd = w == NULL || prefix_parse(&r->prefix, w) == -1;
	while ((w = word(line)) != NULL) {
		n = word(line);
		if (n == NULL)
			r->odd = true;
		else if (is(w, "ge"))
			r->ge = (unsigned int)strtoul(n, NULL, 10);
		else if (is(w, "le"))
			r->le = (unsigned int)strtoul(n, NULL, 10);
		else
			r->odd = true;
	}
}

/* "access-list NAME [seq N] permit|deny …", behind its first word. */
static void
read_list(struct beyond_filter *f, enum rule_kind kind, bool six, char **line)
{
	char *name = word(line), *w = word(line);
	struct rule *r;

	if (is(w, "seq")) {
		(void)word(line);
		w = word(line);
	}
	if (name == NULL || is(w, "remark") || is(w, "description") || (r = add(f, kind)) == NULL)
		return;
	/* IPv4's and IPv6's lists have names of their own. */
	snprintf(r->name, sizeof(r->name), "%c%s", six ? '6' : '4', name);
	r->permit = is(w, "permit");
	if (!r->permit && !is(w, "deny"))
		r->odd = true;
	else if (kind == RULE_ACCESS)
		read_access(r, line);
	else
		read_prefix(r, line);
}

/* "[prefix] NAME out" of a distribute-list; with an interface behind it: not understood. */
static void
read_outgoing(struct beyond_filter *f, bool six, char *line)
{
	char *name = word(&line), *w;

	f->out_kind = RULE_ACCESS;
	if (is(name, "prefix")) {
		f->out_kind = RULE_PREFIX;
		name = word(&line);
	}
	w = word(&line);
	if (name == NULL || !is(w, "out"))
		return;
	f->odd |= word(&line) != NULL || f->out[0] != '\0';
	snprintf(f->out, sizeof(f->out), "%c%s", six ? '6' : '4', name);
}

/* A line of that router. */
static void
read_router(struct beyond_filter *f, char *line)
{
	char *w = word(&line);

	if (is(w, "redistribute") && is(word(&line), "connected")) {
		f->redistributes = true;
		while ((w = word(&line)) != NULL) {
			if (is(w, "route-map") && (w = word(&line)) != NULL)
				snprintf(f->map, sizeof(f->map), "%s", w);
		}
	} else if (is(w, "distribute-list")) {
		read_outgoing(f, false, line);
	} else if (is(w, "ipv6")) {
		if (is(word(&line), "distribute-list"))
			read_outgoing(f, true, line);
	} else if (is(w, "offset-list")) {
		while ((w = word(&line)) != NULL)
			f->odd |= is(w, "out");
	}
}

static void
read_config(struct beyond_filter *f, const char *name, const char *config)
{
	const char *at;
	char buf[LINE], *line, *w;
	bool router = false, six;

	for (at = config; at != NULL; at = beyond_line(at)) {
		snprintf(buf, sizeof(buf), "%.*s", (int)strcspn(at, "\r\n"), at);
		line = buf;
		if (buf[0] == ' ') {
			if (router)
				read_router(f, line);
			continue;
		}
		router = strcmp(buf, name) == 0;
		w = word(&line);
		six = is(w, "ipv6");
		if (six || is(w, "ip"))
			w = word(&line);
		if (is(w, "access-list"))
			read_list(f, RULE_ACCESS, six, &line);
		else if (is(w, "prefix-list"))
			read_list(f, RULE_PREFIX, six, &line);
	}
}

/* "ip address NAME", "ip address prefix-list NAME", "tag N". */
static void
read_match(struct rule *r, char *line)
{
	char *w = word(&line), *value;
	bool six = is(w, "ipv6");

	r->match = MATCH_OTHER;
	if (is(w, "tag") && (value = word(&line)) != NULL) {
		r->match = MATCH_TAG;
		r->tag = (uint32_t)strtoul(value, NULL, 10);
	} else if ((six || is(w, "ip")) && is(word(&line), "address") &&
	    (w = word(&line)) != NULL) {
		value = word(&line);
		if (value != NULL && !is(w, "prefix-list"))
			return;
		r->match = value != NULL ? MATCH_PREFIX : MATCH_ACCESS;
		snprintf(
		    r->name, sizeof(r->name), "%c%s", six ? '6' : '4', value != NULL ? value : w);
	}
}

static void
read_map(struct beyond_filter *f, const char *maps)
{
	enum { CLAUSES, MATCHES, CALLS, ACTIONS } part = CLAUSES;
	struct rule *entry = NULL, *r;
	char line[LINE], name[NAME];
	const char *at;
	size_t first = 0;
	bool here = false;

	for (at = maps; at != NULL; at = beyond_line(at)) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\r\n"), at);
		if (sscanf(line, "route-map: %63s", name) == 1) {
			here = strcmp(name, f->map) == 0;
			f->found |= here;
		}
		if (!here)
			continue;
		if (strncmp(line, " permit, ", 9) == 0 || strncmp(line, " deny, ", 7) == 0) {
			first = f->count;
			if ((entry = add(f, RULE_ENTRY)) == NULL)
				return;
			entry->permit = line[1] == 'p';
			part = CLAUSES;
		} else if (strncmp(line, "    ", 4) != 0) {
			part = strcmp(line, "  Match clauses:") == 0 ? MATCHES
			    : strcmp(line, "  Call clause:") == 0    ? CALLS
			    : strcmp(line, "  Action:") == 0	     ? ACTIONS
								     : CLAUSES;
		} else if (part == MATCHES && entry != NULL) {
			if ((r = add(f, RULE_MATCH)) == NULL)
				return;
			read_match(r, line);
			entry = &f->rule[first]; /* it may have moved */
		} else if (entry != NULL &&
		    (part == CALLS ||
			(part == ACTIONS && strcmp(line, "    Exit routemap") != 0))) {
			entry->odd = true;
		}
	}
}

struct beyond_filter *
beyond_filter_new(const char *router, const char *config, const char *maps)
{
	struct beyond_filter *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	read_config(f, router, config);
	if (f->map[0] != '\0')
		read_map(f, maps);
	return f;
}

void
beyond_filter_free(struct beyond_filter *f)
{
	if (f == NULL)
		return;
	free(f->rule);
	free(f);
}

static bool
rule_matches(const struct rule *r, const struct prefix *p)
{
	uint32_t a, b;

	if (r->any)
		return true;
	if (r->wild) {
		memcpy(&a, p->addr, sizeof(a));
		memcpy(&b, r->prefix.addr, sizeof(b));
		return p->family == AF_INET && ((a ^ b) & ~r->wildcard) == 0;
	}
	if (!prefix_covers(&r->prefix, p))
		return false;
	if (r->kind == RULE_ACCESS)
		return !r->exact || r->prefix.len == p->len;
	if (r->ge == 0 && r->le == 0)
		return r->prefix.len == p->len;
	return p->len >= r->ge && (r->le == 0 || p->len <= r->le);
}

/* The first line that matches decides; no line, no list: no. */
static enum beyond
judge_list(
    const struct beyond_filter *f, enum rule_kind kind, const char *name, const struct prefix *p)
{
	const struct rule *r;
	size_t i;

	for (i = 0; i < f->count; i++) {
		r = &f->rule[i];
		if (r->kind != kind || strcmp(r->name, name) != 0)
			continue;
		if (r->odd)
			return BEYOND_UNKNOWN;
		if (rule_matches(r, p))
			return r->permit ? BEYOND_YES : BEYOND_NO;
	}
	return BEYOND_NO;
}

static enum beyond
judge_match(const struct beyond_filter *f, const struct rule *r, const struct beyond_row *row)
{
	switch (r->match) {
	case MATCH_ACCESS:
		return judge_list(f, RULE_ACCESS, r->name, &row->prefix);
	case MATCH_PREFIX:
		return judge_list(f, RULE_PREFIX, r->name, &row->prefix);
	case MATCH_TAG:
		return r->tag == row->tag ? BEYOND_YES : BEYOND_NO;
	case MATCH_OTHER:
		break;
	}
	return BEYOND_UNKNOWN;
}

/* The first entry of which all matches say yes decides; without one: no. */
static enum beyond
judge_map(const struct beyond_filter *f, const struct beyond_row *row)
{
	const struct rule *entry;
	enum beyond all, one;
	size_t i = 0;

	while (i < f->count) {
		entry = &f->rule[i++];
		if (entry->kind != RULE_ENTRY)
			continue;
		all = BEYOND_YES;
		for (; i < f->count && f->rule[i].kind == RULE_MATCH; i++) {
			one = judge_match(f, &f->rule[i], row);
			if (one == BEYOND_NO || all == BEYOND_YES)
				all = one;
		}
		if (all == BEYOND_UNKNOWN || (all == BEYOND_YES && entry->odd))
			return BEYOND_UNKNOWN;
		if (all == BEYOND_YES)
			return entry->permit ? BEYOND_YES : BEYOND_NO;
	}
	return BEYOND_NO;
}

static enum beyond
judge_redistribution(const struct beyond_filter *f, const struct beyond_row *row)
{
	if (!row->redistributed)
		return BEYOND_YES;
	if (!f->redistributes)
		return BEYOND_UNKNOWN;
	if (f->map[0] == '\0')
		return BEYOND_YES;
	return f->found ? judge_map(f, row) : BEYOND_UNKNOWN;
}

enum beyond
beyond_filter_judge(const struct beyond_filter *f, const struct beyond_row *row)
{
	enum beyond answer, listed = BEYOND_YES;

	if (f->odd)
		return BEYOND_UNKNOWN;
	if (f->out[0] != '\0')
		listed = judge_list(f, f->out_kind, f->out, &row->prefix);
	answer = judge_redistribution(f, row);
	return answer == BEYOND_YES || listed == BEYOND_NO ? listed : answer;
}
