/*
 * Is a routing daemon deaf? One that outlives its zebra hears no connected route
 * of the next: it goes on announcing what zebra has dropped, and keeps quiet about
 * what zebra has got since. Or is it not believed: does it take back what zebra has
 * dropped, and a neighbour keeps it? Judged from what both say of each prefix. Pure:
 * takes `now`, touches nothing.
 */
#ifndef BEYOND_DEAF_H
#define BEYOND_DEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipc.h"

#define DEAF_MS 10000	     /* so long both must have differed */
#define DEAF_RETURN_MS 10000 /* daemons of FRR <= 8.4 come to a new zebra so late */
/*
 * ospfd and ospf6d look every 60 s which of the LSAs that they flush may go: those that all neighbours
 * have confirmed, and none while a neighbour is about to learn the whole database. Who stays for so
 * long was found unconfirmed twice.
 */
#define DEAF_FLUSH_MS 150000
#define DEAF_SILENT_MS 60000 /* so long without an answer, and it is not known any more */

/* Does zebra hold the prefix? UNKNOWN: it is dead, or the entry is somebody else's. */
enum held { HELD_UNKNOWN, HELD_YES, HELD_NO };

/* The zebra of our session. */
struct deaf_zebra {
	unsigned int count; /* a new process, a new number; 0: none yet */
	int64_t up_at;	    /* when its session came up */
	int pid;	    /* 0: in another pid namespace */
};

/* A routing daemon. */
struct deaf_daemon {
	int pid;	      /* of who answered last; 0: not known */
	unsigned int process; /* a new process, a new number; 0: not known */
	unsigned int heard;   /* the zebra that it was last seen to follow */
	unsigned int trusted; /* … and not only in taking back what it was found deaf for */
	enum hearing hearing;
	unsigned int accused; /* the process that was found deaf */
	int64_t answered_at;  /* last, anything at all */
};

/* One prefix at one daemon. */
struct deaf_pair {
	enum held held;
	enum beyond says; /* the daemon, last; UNKNOWN: it was not asked or did not answer */
	bool fresh;	  /* … since zebra's side changed */
	int64_t said_at;
	int64_t differs_at;   /* seen first; 0: they agree, or one is not known */
	int64_t flushing_at;  /* it began to say so; 0: its last answer was another */
	unsigned int process; /* of what it says */
	unsigned int zebra;   /* under which both last said yes; 0: never in this process */
};

enum deaf_face {
	DEAF_NOT,
	DEAF_MISSING,  /* zebra holds it, the daemon that let it out under another zebra does not */
	DEAF_STALE,    /* zebra does not hold it, the daemon announces it: a dead service */
	DEAF_FLUSHING, /* … has taken it back, and a neighbour goes on sending users here */
};

/* Our session with zebra came up. pid 0: it may be another one each time. */
void deaf_zebra_up(struct deaf_zebra *, int pid, int64_t now);
/* That process answered us. True: it is not the one before. */
bool deaf_process(struct deaf_daemon *, int pid);
/* What is known of the daemon's answer is old, if this is news. True: it is. */
bool deaf_holds(struct deaf_pair *, enum held);
void deaf_says(
    struct deaf_daemon *, struct deaf_pair *, const struct deaf_zebra *, enum beyond, int64_t now);
enum deaf_face deaf_judge(
    const struct deaf_daemon *, const struct deaf_pair *, const struct deaf_zebra *, int64_t now);
/* Both say no: only news of zebra's side can change that. */
bool deaf_is_at_rest(const struct deaf_pair *);

/* All pairs of a daemon, added up. */
struct deaf_sum {
	size_t asked;	    /* with a fresh answer */
	size_t differing;   /* stale, however short, or not asked again of a new process */
	size_t unconfirmed; /* were flushing for long when last answered, by whomever */
	size_t stale, missing, flushing; /* judged so */
};
void deaf_add(struct deaf_sum *, const struct deaf_pair *, enum deaf_face);
/*
 * What becomes of the daemon. Who was found deaf stays so, also when zebra comes to hold what it
 * announces, until it is another process or follows a change; who was found flushing, until all that
 * it flushed was asked for again, or it is silent.
 */
void deaf_conclude(
    struct deaf_daemon *, const struct deaf_sum *, const struct deaf_zebra *, int64_t now);

#endif
