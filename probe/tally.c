/*
 * tally: who answered when, who did not, and how that is printed. Knows no
 * socket and no clock; bounded in all it keeps, whatever the network sends.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/tally.h"

#define IDS 65536
#define SPANS_MAX 4096	 /* changes and gaps that are remembered */
#define SILENT_US 100000 /* unanswered for so long: said live */

enum query_state { UNUSED, OPEN, ANSWERED, FAILED };

struct query {
	int64_t sent_us;
	uint64_t seq;
	enum query_state state;
};

/* A stretch of answers of one site, and the silence in front of it. */
struct span {
	int site;
	int ttl;
	int64_t from_us;
	int64_t to_us;
	int64_t gap_us;
	uint64_t answers;
	uint64_t first_lost; /* sequence numbers of the silence */
	uint64_t lost;
};

struct tally {
	FILE *out;
	int json;
	int64_t timeout_us;
	int64_t start_us;
	struct names names;
	struct query query[IDS];
	uint64_t seq;  /* of the next query, from 1 */
	uint64_t best; /* highest that was answered */
	int silent;
	uint64_t answered, late, errors, refused, bogus;
	char site[SITES_MAX + 1][SITE_LEN];
	int n_sites;
	struct span span[SPANS_MAX];
	int n_spans;
	uint64_t forgotten; /* spans beyond SPANS_MAX */
	int64_t longest_us;
};

int
names_add(struct names *names, const char *text)
{
	const char *eq = strchr(text, '=');
	size_t left;

	if (eq == NULL || eq == text || eq[1] == '\0' || names->n == SITES_MAX)
		return -1;
	left = (size_t)(eq - text);
	if (left >= SITE_LEN || strlen(eq + 1) >= SITE_LEN)
		return -1;
	memcpy(names->answer[names->n], text, left);
	names->answer[names->n][left] = '\0';
	strcpy(names->site[names->n], eq + 1);
	names->n++;
	return 0;
}

struct tally *
tally_new(FILE *out, int json, int64_t timeout_us, const struct names *names)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->out = out;
	t->json = json;
	t->timeout_us = timeout_us;
	t->names = *names;
	t->seq = 1;
	strcpy(t->site[SITES_MAX], "other");
	setvbuf(out, NULL, _IOLBF, 0);
	return t;
}

static double
seconds(const struct tally *t, int64_t at)
{
	return (double)(at - t->start_us) / 1e6;
}

static double
ms(int64_t us)
{
	return (double)us / 1e3;
}

void
tally_start(struct tally *t, int64_t now, int64_t interval_us)
{
	t->start_us = now;
	if (t->json)
		fprintf(t->out,
		    "{\"at_us\":%" PRId64 ",\"event\":\"start\","
		    "\"interval_us\":%" PRId64 "}\n",
		    now, interval_us);
	else
		fprintf(t->out, "%10.3f  asking every %g ms\n", 0.0, ms(interval_us));
}

static struct query *
slot(struct tally *t, uint64_t seq)
{
	return &t->query[seq % IDS];
}

uint16_t
tally_sent(struct tally *t, int64_t now)
{
	struct query *q = slot(t, t->seq);

	q->sent_us = now;
	q->seq = t->seq;
	q->state = OPEN;
	return (uint16_t)(t->seq++ % IDS);
}

/* Names are printed between quotes and on terminals: plain letters only. */
static void
clean(char *to, const char *from)
{
	size_t i;

	for (i = 0; i < SITE_LEN - 1 && from[i] != '\0'; i++)
		to[i] = isgraph((unsigned char)from[i]) && from[i] != '"' && from[i] != '\\'
		    ? from[i]
		    : '_';
	to[i] = '\0';
}

static int
site_of(struct tally *t, const char *text)
{
	char bare[SITE_LEN], name[SITE_LEN];
	size_t len = strlen(text);
	int i;

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"' && len - 2 < SITE_LEN) {
		memcpy(bare, text + 1, len - 2);
		bare[len - 2] = '\0';
		text = bare;
	}
	clean(name, text);
	for (i = 0; i < t->names.n; i++)
		if (strcmp(t->names.answer[i], text) == 0)
			clean(name, t->names.site[i]);
	for (i = 0; i < t->n_sites; i++)
		if (strcmp(t->site[i], name) == 0)
			return i;
	if (t->n_sites == SITES_MAX)
		return SITES_MAX; /* "other" */
	strcpy(t->site[t->n_sites], name);
	return t->n_sites++;
}

static void
print_span(const struct tally *t, const struct span *s, const struct span *last)
{
	const char *from = last == NULL ? NULL : t->site[last->site];

	if (t->json) {
		fprintf(t->out,
		    "{\"at_us\":%" PRId64 ",\"event\":\"%s\","
		    "\"site\":\"%s\",\"from\":",
		    s->from_us, last != NULL && last->site == s->site ? "gap" : "site",
		    t->site[s->site]);
		if (from == NULL)
			fputs("null", t->out);
		else
			fprintf(t->out, "\"%s\"", from);
		fprintf(t->out, ",\"ttl\":%d,\"gap_us\":%" PRId64 ",\"lost\":%" PRIu64 "}\n",
		    s->ttl, s->gap_us, s->lost);
		return;
	}
	fprintf(t->out, "%10.3f  %s answers%s", seconds(t, s->from_us), t->site[s->site],
	    last != NULL && last->site == s->site ? " again" : "");
	if (s->ttl > 0)
		fprintf(t->out, ", TTL %d", s->ttl);
	if (s->gap_us > 0)
		fprintf(t->out, ": nobody for %.1f ms, %" PRIu64 " %s lost", ms(s->gap_us), s->lost,
		    s->lost == 1 ? "query" : "queries");
	fputc('\n', t->out);
}

/* Were others lost before this answer? A silence that was told ends aloud, too, if all were only late. */
static int
ends_a_gap(const struct tally *t, uint64_t seq)
{
	return seq > t->best + 1 || (t->silent && seq > t->best);
}

static void
new_span(struct tally *t, int site, int ttl, uint64_t seq, int64_t now)
{
	struct span *last, s;

	last = t->n_spans == 0 ? NULL : &t->span[t->n_spans - 1];
	memset(&s, 0, sizeof(s));
	s.site = site;
	s.ttl = ttl;
	s.from_us = s.to_us = now;
	if (ends_a_gap(t, seq)) {
		s.first_lost = t->best + 1;
		s.lost = seq - s.first_lost;
		s.gap_us = now - (last == NULL ? t->start_us : last->to_us);
		if (s.gap_us > t->longest_us)
			t->longest_us = s.gap_us;
	}
	print_span(t, &s, last);
	if (t->n_spans == SPANS_MAX) {
		t->n_spans--;
		t->forgotten++;
	}
	t->span[t->n_spans++] = s;
}

/* An answer that was overtaken: its query was taken for lost, and is not. */
static void
overtaken(struct tally *t, uint64_t seq)
{
	struct span *s;

	for (s = t->span + t->n_spans; s-- > t->span;)
		if (seq >= s->first_lost) {
			if (s->lost > 0)
				s->lost--;
			return;
		}
}

void
tally_answer(struct tally *t, uint16_t id, const char *text, int ttl, int64_t now)
{
	struct query *q = &t->query[id];
	struct span *s;
	int site;

	if (q->state != OPEN) {
		t->bogus++;
		return;
	}
	if (now - q->sent_us > t->timeout_us) {
		q->state = FAILED;
		t->late++;
		return;
	}
	q->state = ANSWERED;
	t->answered++;
	site = site_of(t, text);
	s = t->n_spans == 0 ? NULL : &t->span[t->n_spans - 1];
	if (q->seq < t->best)
		overtaken(t, q->seq);
	if (s == NULL || s->site != site || ends_a_gap(t, q->seq))
		new_span(t, site, ttl, q->seq, now);
	t->silent = 0;
	s = &t->span[t->n_spans - 1];
	s->answers++;
	s->to_us = now;
	if (q->seq > t->best)
		t->best = q->seq;
}

void
tally_error(struct tally *t, uint16_t id)
{
	struct query *q = &t->query[id];

	if (q->state == OPEN) {
		q->state = FAILED;
		t->errors++;
	} else
		t->bogus++;
}

void
tally_refused(struct tally *t)
{
	t->refused++;
}

void
tally_bogus(struct tally *t)
{
	t->bogus++;
}

void
tally_tick(struct tally *t, int64_t now)
{
	const struct query *q = slot(t, t->best + 1);
	int64_t since;

	if (t->silent || q->seq != t->best + 1 || now - q->sent_us < SILENT_US)
		return;
	t->silent = 1;
	since = t->n_spans == 0 ? t->start_us : t->span[t->n_spans - 1].to_us;
	if (t->json)
		fprintf(t->out,
		    "{\"at_us\":%" PRId64 ",\"event\":\"silent\","
		    "\"since_us\":%" PRId64 "}\n",
		    now, since);
	else
		fprintf(t->out, "%10.3f  nobody answers since %.3f\n", seconds(t, now),
		    seconds(t, since));
}

int
tally_open(const struct tally *t)
{
	int i;

	for (i = 0; i < IDS; i++)
		if (t->query[i].state == OPEN)
			return 1;
	return 0;
}

static void
print_json(const struct tally *t, uint64_t sent, int64_t now)
{
	const struct span *s;
	int i;

	fprintf(t->out,
	    "{\"at_us\":%" PRId64 ",\"event\":\"end\",\"sent\":%" PRIu64 ",\"answered\":%" PRIu64
	    ",\"lost\":%" PRIu64 ",\"late\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"refused\":%" PRIu64
	    ",\"bogus\":%" PRIu64 ",\"longest_gap_us\":%" PRId64 ",\"forgotten\":%" PRIu64
	    ",\"spans\":[",
	    now, sent, t->answered, sent - t->answered, t->late, t->errors, t->refused, t->bogus,
	    t->longest_us, t->forgotten);
	for (i = 0; i < t->n_spans; i++) {
		s = &t->span[i];
		fprintf(t->out,
		    "%s{\"site\":\"%s\",\"from_us\":%" PRId64 ",\"to_us\":%" PRId64
		    ",\"answers\":%" PRIu64 ",\"gap_us\":%" PRId64 ",\"lost\":%" PRIu64
		    ",\"ttl\":%d}",
		    i == 0 ? "" : ",", t->site[s->site], s->from_us, s->to_us, s->answers,
		    s->gap_us, s->lost, s->ttl);
	}
	fputs("]}\n", t->out);
}

static void
print_text(const struct tally *t, uint64_t sent, int64_t now)
{
	const struct span *s;
	uint64_t lost = sent - t->answered;
	int i;

	fprintf(t->out,
	    "\n      from          to  who        answers"
	    "   nobody before   lost\n");
	for (i = 0; i < t->n_spans; i++) {
		s = &t->span[i];
		fprintf(t->out,
		    "%10.3f  %10.3f  %-8s  %8" PRIu64 "  %11.1f ms"
		    "  %5" PRIu64 "\n",
		    seconds(t, s->from_us), seconds(t, s->to_us), t->site[s->site], s->answers,
		    ms(s->gap_us), s->lost);
	}
	if (t->forgotten > 0)
		fprintf(t->out, "(%" PRIu64 " more changes are not listed)\n", t->forgotten);
	if (t->best + 1 < t->seq)
		fprintf(t->out, "%10.3f  %10.3f  nobody\n",
		    t->n_spans == 0 ? 0.0 : seconds(t, t->span[t->n_spans - 1].to_us),
		    seconds(t, now));
	fprintf(t->out,
	    "%" PRIu64 " queries, %" PRIu64 " answered, %" PRIu64
	    " lost (%.2f %%); longest silence %.1f ms\n",
	    sent, t->answered, lost, sent == 0 ? 0.0 : 100.0 * (double)lost / (double)sent,
	    ms(t->longest_us));
	if (t->late + t->errors + t->refused + t->bogus > 0)
		fprintf(t->out,
		    "late %" PRIu64 ", without data %" PRIu64 ", refused %" PRIu64
		    ", not for us %" PRIu64 "\n",
		    t->late, t->errors, t->refused, t->bogus);
}

int
tally_end(struct tally *t, int64_t now)
{
	uint64_t sent = t->seq - 1;
	int status = t->answered == 0;

	if (t->json)
		print_json(t, sent, now);
	else
		print_text(t, sent, now);
	free(t);
	return status;
}
