/*
 * The permission to announce one service: it must be renewed by fresh passes
 * and runs out by itself. Pure: times come in, states go out.
 */
#ifndef KEEPER_LEASE_H
#define KEEPER_LEASE_H

#include <stdbool.h>
#include <stdint.h>

enum lease_state {
	LEASE_UNDECIDED, /* no verdict since we began: touch nothing */
	LEASE_LIVE,	 /* announce, until `until` */
	LEASE_EXPIRED,	 /* no renewal came in time */
	LEASE_REVOKED,	 /* the service is down, drained or dropped */
};

/* Times are clock_ms(). */
struct lease {
	enum lease_state state;
	int64_t until;	 /* end of LIVE or UNDECIDED */
	int64_t longest; /* no renewal may reach further ahead */
	uint32_t tag;
};

/*
 * Undecided for `patience` at most: what a predecessor left announced has that long to be
 * claimed, as its aliases have.
 */
void lease_init(struct lease *, int64_t patience, int64_t longest, uint32_t tag, int64_t now);

/* Is there an `until` that counts? */
bool lease_may_end(const struct lease *);
/* Must be called before anything else of a lease is believed. true: it expired just now. */
bool lease_judge(struct lease *, int64_t now);

/*
 * A renewal. Refused (-1) when its end has passed already or lies too far ahead; never shortens a
 * live lease. Judge first.
 */
int lease_renew(struct lease *, int64_t until, uint32_t tag, int64_t now);
void lease_revoke(struct lease *);
/* The longest was changed: what was granted by another is no longer either. */
void lease_limit(struct lease *, int64_t longest, int64_t now);

#endif
