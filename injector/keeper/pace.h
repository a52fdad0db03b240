/*
 * The pace of the network behind zebra: what of one prefix it was told, and from when on it hears the
 * next change. OSPF overhears what comes too soon; RIP and BGP do not, their `hold` is 0. Pure; all
 * times are clock_ms(). Why each number is as it is: doc/plan.md.
 */
#ifndef KEEPER_PACE_H
#define KEEPER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_GAP_MS 1200    /* least time from a withdrawal to the next announcement */
#define PACE_TWICE_MS 10000 /* the latest that OSPF neighbours hear a second change of the first */

struct pace {
	bool out; /* the network sees it */
	/* when it is sent its last change, 0: none; if a first dump told of it that moment, or long
	 * before */
	int64_t out_at[2];
	int64_t off_at; /* the -P that ended the last announcement; 0: none */
};

/* The session came up: what its first dump told, nobody knows since when; or it ended. */
void pace_session(struct pace *, bool up, int64_t now);
/* The network is told of it (again, if it was). twice: ms, how late it hears a second change. */
void pace_changed(struct pace *, int64_t twice, int64_t now);
void pace_ended(struct pace *, int64_t now);

/* Before this moment a withdrawal would be overheard by OSPF neighbours. */
int64_t pace_held_until(const struct pace *, int64_t hold);
/* Before this moment an announcement would be missed by them. */
int64_t pace_gap_until(const struct pace *, int64_t hold);

#endif
