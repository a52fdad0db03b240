/*
 * The plan of one prefix: compares what is wanted with what kernel and zebra
 * really hold and names the next action. Level-triggered and pure: it is asked
 * again after everything that happens, takes `now`, and touches nothing. Why
 * each rule stands is told in doc/plan.md.
 */
#ifndef KEEPER_PLAN_H
#define KEEPER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/pace.h"

#define PLAN_ECHO_MS 1000     /* an echo that takes longer is asked for again */
#define PLAN_NATIVE_MS 200    /* the native entry is not waited for longer */
#define PLAN_PULSE_MS 50      /* how long a pulse stands */
#define PLAN_RIP_PULSE_MS 200 /* … for RIP, after a restart of zebra */
#define PLAN_RIP_WAIT_MS 5000 /* … and how long the new ripd is given to listen */
#define PLAN_TRIES 3	      /* repairs in quick succession; then once a second: a conflict */
#define PLAN_BACKOFF_MS 1000
#define PLAN_QUIET_MS 10000 /* so long undisturbed: the count of repairs begins anew */
#define PLAN_RENEW_MS 500   /* renewals of an alias, and tries of them, are so far apart */

enum plan_want { WANT_UNDECIDED, WANT_ON, WANT_OFF };
enum plan_alias { PLAN_ALIAS_ABSENT, PLAN_ALIAS_LEASED, PLAN_ALIAS_PERMANENT };

/* What does not change while a prefix is announced. */
struct plan_rules {
	bool has_alias;	 /* managed or held */
	bool held;	 /* the alias stays while withdrawn */
	bool keep;	 /* a permanent alias stays permanent */
	bool tag_filter; /* entries without our tag are let out by nobody */
	bool rip;	 /* RIP or RIPng carry it */
	int64_t hold, linger, lifetime;
	int64_t phase; /* below a third of lifetime: when the first renewal of an alias comes */
	/* traits of the zebra at hand */
	bool u_after_native, echo_has_tag;
	int64_t twice; /* ms: the network hears a second change so late */
	bool askable;  /* it can be asked what it holds of the prefix */
	uint8_t deletes, deletes_at_start;
};

/* What is the case now. */
struct plan_view {
	enum plan_want want;
	uint32_t tag;
	bool session;	       /* zebra takes routes */
	bool link;	       /* the interface exists and is up */
	bool refused;	       /* the prefix is a network of somebody else's interface */
	bool leaving;	       /* we exit: nothing is held any more */
	enum plan_alias alias; /* on our interface */
	int64_t valid_until;   /* of a leased one */
	bool zebra_knows;      /* zebra told of the address on our interface */
	bool others_ask;       /* zebra is being asked about another prefix */
	uint32_t stir;	       /* counts what others did to the address or the link */
	bool unread;	       /* it is known that zebra has not read what it was told last */
	int64_t busy_at; /* when zebra told last what it was asked before this; 0: it did not */
};

enum plan_action {
	PLAN_WAIT,	  /* until step.wake, or until something happens */
	PLAN_ALIAS_ADD,	  /* also: give the one that is there its lifetime */
	PLAN_ALIAS_RENEW, /* only if it is there now */
	PLAN_ALIAS_DELETE,
	PLAN_ANNOUNCE, /* { deletes, add with step.tag } */
	PLAN_WITHDRAW, /* { deletes } */
	PLAN_LOOKUP,   /* ask whether zebra's RIB has it; answer by plan_looked_up() */
};

struct plan_step {
	enum plan_action action;
	uint32_t tag;
	unsigned int deletes;
	bool pulse;	 /* an announcement that is to be taken back at once */
	int64_t wake;	 /* CLOCK_NEVER: nothing to wait for but events */
	const char *why; /* a phrase for the debug log and `why`; "": at rest */
};

enum plan_echo { ECHO_NONE, ECHO_ON, ECHO_OFF };

/* Its memory. Fields are the plan's own but for what the keeper shows. */
struct plan {
	/* zebra's last word, and when it changed */
	enum plan_echo echo;
	uint32_t echo_tag;
	uint32_t echoes;    /* counts all +P and -P of this session */
	uint32_t echo_stir; /* view.stir then */
	struct pace pace;   /* of the network behind zebra */
	bool told_ours;	    /* our tag was told since the last -P */

	int64_t session_at; /* when the session came up; 0: it is not */
	bool swept;	    /* the deletes of a start were sent in this session */
	bool orphaned;	    /* announced when a session was lost, and not yet withdrawn since */

	enum plan_action sent; /* PLAN_ANNOUNCE or _WITHDRAW whose echo is awaited, else _WAIT */
	int64_t sent_at;
	uint32_t sent_tag;  /* of the last announcement */
	uint32_t sent_stir; /* view.stir when zebra was told last */
	uint32_t seen_stir; /* … at the last look */
	int64_t stir_at;    /* when the last stirs began */

	int64_t alias_at;      /* when we added the alias; 0: never */
	uint32_t alias_echoes; /* plan.echoes then */
	bool adopted;	       /* the alias has our lifetime: added or renewed by us */
	bool fresh;	       /* … and was not renewed since */
	int64_t renewed_at;    /* or tried to */
	int64_t gone_at;       /* when it was found missing */

	/* at the last look */
	enum plan_want wanted;
	uint32_t wanted_tag;
	bool left, was_there;
	bool settled; /* and was it all as it should be? */

	unsigned int repairs;
	int64_t repaired_at;

	enum plan_action failed; /* what kernel or socket refused last, else _WAIT */
	int64_t failed_at;

	bool unheeded; /* the withdrawal that was sent last was a second one */
	bool pulsing;
	int64_t pulse_at;
	int64_t asked_at;
	enum { RIB_UNKNOWN, RIB_ASKED, RIB_EMPTY, RIB_HOLDS } rib;
};

void plan_init(struct plan *);
/* The session came up (all of its first dump was heard), or ended. */
void plan_session(struct plan *, bool up, int64_t now);
/* … and it is the zebra of the session before: the routing daemons have lost nothing. */
void plan_same_zebra(struct plan *);
/* zebra told +P or -P; tag 0: none. */
void plan_heard(struct plan *, const struct plan_rules *, const struct plan_view *, bool on,
    uint32_t tag, int64_t now);
void plan_looked_up(struct plan *, bool found);
/* What to do next. Ask again after plan_did(), until it says PLAN_WAIT. */
struct plan_step
plan_next(struct plan *, const struct plan_rules *, const struct plan_view *, int64_t now);
/* The step was carried out; failed: by an error of kernel or socket. */
void plan_did(
    struct plan *, const struct plan_view *, const struct plan_step *, bool failed, int64_t now);

/* Is everything as wanted, nothing awaited? */
bool plan_is_settled(const struct plan *, const struct plan_rules *, const struct plan_view *);
bool plan_in_conflict(const struct plan *);

#endif
