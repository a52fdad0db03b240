/*
 * What is looked at beyond zebra, shared by the three files that are its one
 * idea: beyond.c (who is followed), ask.c (questions to one daemon), note.c
 * (what the answers mean, and who is told).
 */
#ifndef BEYOND_STATE_H
#define BEYOND_STATE_H

#include <sys/queue.h>

#include "beyond/beyond.h"
#include "beyond/deaf.h"
#include "beyond/filter.h"
#include "beyond/parse.h"
#include "zapi/release.h"

struct event;
struct vty;

enum { OSPF, OSPF6, RIP, RIPNG, BGP, DAEMONS };
_Static_assert(DAEMONS == IPC_DAEMONS, "each is told with its place");

/* A prefix that is followed. */
struct follow {
	struct prefix prefix;
	unsigned int protocols;
	struct {
		int64_t due;
		bool asked;
		enum beyond answer;
		struct deaf_pair pair;
	} of[DAEMONS];
	enum beyond told;
	bool news; /* told may be old */
	TAILQ_ENTRY(follow) entry;
};

enum question {
	ASK_NOTHING,
	ASK_PREFIX,
	ASK_TABLE,
	ASK_FILTER, /* RIP: its lists, then */
	ASK_MAPS,   /* … the route-map that uses them */
	ASK_RELEASE,
	ASK_CONFIG, /* of a deaf one: how its remedy is to be typed */
};

struct daemon {
	struct beyond_watch *watch;
	int index;
	struct vty *vty;
	struct vty *mgmtd; /* RIP */
	struct event *timer;
	int64_t wake; /* when the timer fires; CLOCK_NEVER: it does not */
	enum question question;
	int64_t asked_at;
	struct follow *current; /* ASK_PREFIX; NULL: forgotten meanwhile */
	struct beyond_rows rows;
	char *lists;   /* between ASK_FILTER and the end of ASK_MAPS */
	bool too_long; /* its table was; OSPF is asked for each prefix then */

	struct deaf_daemon deaf;
	bool released, configured; /* these two were asked of this process */
	bool knows_release;
	struct zapi_release release;
	char *config;
	struct ipc_daemon told;
};

struct beyond_watch {
	beyond_fn *fn;
	beyond_daemon_fn *daemon_fn;
	void *arg;
	struct daemon daemons[DAEMONS];
	struct deaf_zebra zebra;
	TAILQ_HEAD(, follow) follows;
	void *tree; /* the same, by prefix */
	bool news;
	unsigned int changes; /* of the list */
};

/* beyond.c: does this daemon carry it? */
bool beyond_concerns(const struct follow *, int index);

/* ask.c. NULL or -1 with errno. */
int beyond_ask_init(struct daemon *, struct event_base *, const char *vty_dir);
void beyond_ask_free(struct daemon *);
const char *beyond_ask_name(const struct daemon *);
/* Something is due at that moment (clock_ms()): no later. */
void beyond_ask_by(struct daemon *, int64_t due);
/* Nobody is to be told of this one's answer. */
void beyond_ask_forget(struct daemon *, const struct follow *);

/* note.c */
void beyond_note(struct daemon *, struct follow *, enum beyond answer, int64_t again);
/* Adds up what the daemon said of all, and tells when that is news. */
void beyond_note_daemon(struct daemon *);
/* Tells what is news of prefixes. They may be followed and forgotten in there. */
void beyond_tell(struct beyond_watch *);

#endif
