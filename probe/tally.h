/*
 * tally: who answered when, who did not, and how that is printed. Knows no
 * socket and no clock; bounded in all it keeps, whatever the network sends.
 */
#ifndef PROBE_TALLY_H
#define PROBE_TALLY_H

#include <stdint.h>
#include <stdio.h>

#define TALLY_WINDOW 32768 /* queries that may be open at a time */
#define SITES_MAX 32
#define SITE_LEN 64

/* The names that answers are given: "10.128.1.1" is "ns1". */
struct names {
	int n;
	char answer[SITES_MAX][SITE_LEN];
	char site[SITES_MAX][SITE_LEN];
};

/* Takes "answer=site"; -1 when it is not that, or too long or too many. */
int names_add(struct names *, const char *);

struct tally;

/* timeout_us: an answer that takes longer is late, its query lost. */
struct tally *tally_new(FILE *, int json, int64_t timeout_us, const struct names *);
void tally_start(struct tally *, int64_t now, int64_t interval_us);
/* The id that the query to be sent now must carry. */
uint16_t tally_sent(struct tally *, int64_t now);
void tally_answer(struct tally *, uint16_t id, const char *text, int ttl, int64_t now);
void tally_error(struct tally *, uint16_t id);
void tally_refused(struct tally *);
void tally_bogus(struct tally *);
/* Often enough: says it live when nobody answers. */
void tally_tick(struct tally *, int64_t now);
/* May a query still be answered in time? */
int tally_open(const struct tally *);
/* Prints the summary and frees. 0, or 1 when nobody ever answered. */
int tally_end(struct tally *, int64_t now);

#endif
