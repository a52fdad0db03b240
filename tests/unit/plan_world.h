/*
 * A kernel, a zebra and a network for one plan, with a hand clock: what is
 * known of real ones, per family of versions. It carries out the plan's steps
 * as the keeper does, and checks each of them against the promises.
 */
#ifndef PLAN_WORLD_H
#define PLAN_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keeper/plan.h"

#define WORLD_TAG 53
#define WORLD_NEVER INT64_MAX

/* Families of zebras. */
struct world_zebra {
	const char *name;
	bool u_after_native, echo_has_tag;
	bool stacks;	/* equal adds make entries beside each other */
	bool refcounts; /* an address beside an entry makes none */
	bool has_local; /* … and a later add is hidden by the local entry */
	bool end_lies;	/* of two entries one goes with the alias: told as if both did */
	bool unasked;	/* … and it cannot be asked what it holds */
	uint8_t deletes;
	int64_t second_change; /* ms: the network hears it so late */
};

extern const struct world_zebra world_zebras[];
extern const size_t world_nzebras;

enum world_who { WHO_NATIVE, WHO_FOREIGN, WHO_OURS, WHO_OTHER };

struct world_entry {
	enum world_who who;
	uint32_t tag, id;
	bool active, after_local;
};

enum world_event_kind {
	EV_ADDRESS,	/* zebra hears of the address on our interface: .on */
	EV_FOREIGN,	/* … on another one */
	EV_LINK,	/* zebra hears of the link */
	EV_TELL,	/* zebra's queue is worked off */
	EV_NATIVE_TELL, /* … for the entry of an address */
	EV_MESSAGE,	/* a message of ours arrives */
	EV_DELIVER,	/* a message of zebra arrives */
	EV_EXPIRE,	/* the kernel ends the address */
	EV_CONNECT,	/* the session is made again */
	EV_ZEBRA_START,
};

struct world_event {
	enum world_event_kind kind;
	int64_t at;
	uint64_t order;
	uint32_t epoch; /* of session, zebra or alias: older ones are void */
	bool on;
	uint32_t tag;
	unsigned int deletes;
	int what; /* EV_MESSAGE: enum plan_action; EV_DELIVER: enum world_message */
};

enum world_message { MSG_ROUTE, MSG_ADDRESS, MSG_FOREIGN, MSG_LINK, MSG_LOOKUP, MSG_UP };

#define WORLD_EVENTS 256
#define WORLD_ENTRIES 16
#define WORLD_LOG 8192

struct world {
	const struct world_zebra *zebra;
	struct plan plan;
	struct plan_rules rules;
	struct plan_view view;
	int64_t now, wake;
	uint64_t seed, order;
	bool quick;   /* every latency is the shortest: for tables */
	bool ipv6;    /* the kernel deletes the address when the link goes down */
	int64_t slow; /* zebra's answers come so much later */
	int fail;     /* so many of the next steps of this kind fail */
	enum plan_action fail_action;

	struct world_event events[WORLD_EVENTS];
	size_t nevents;

	/* the kernel */
	enum plan_alias alias;
	int64_t valid_until;
	bool foreign, link;
	uint32_t alias_epoch;

	/* zebra */
	bool alive, local;
	struct world_entry entries[WORLD_ENTRIES];
	size_t nentries;
	uint32_t next_id, told_id, zebra_epoch;
	bool zebra_address, zebra_foreign, zebra_link;
	bool native_pending, native_overtaken;
	int64_t zebra_reads_at, zebra_tells_at;

	/* the network: what zebra told last, whoever listened */
	bool net_on;
	uint32_t net_tag;
	bool net_ours; /* with our tag since the last end */
	bool stale;    /* … which cannot be known */

	/* our session */
	bool session, connecting;
	uint32_t session_epoch;
	bool heard_on, heard_link;
	uint32_t heard_tag;

	/* for the judges */
	bool rip_orphan, rib_empty;
	bool unseen; /* a duplicate that nobody was told of */
	bool heard_let_out;
	int64_t out_at, out_at_old, off_at;
	uint32_t last_tag; /* that we sent */
	int64_t failed_at;
	unsigned int actions, messages;
	int64_t recent[16]; /* times of the last actions */

	char log[WORLD_LOG]; /* the actions, a letter each, as tables have them */
	size_t nlog;
	const char *broken; /* a promise that was broken, NULL: none */

	/* what follows is not begun anew by world_init() */
	char trace[WORLD_LOG * 8];
	size_t ntrace;
	bool tracing; /* for a human who looks for the cause */
};

void world_init(struct world *, const struct world_zebra *, uint64_t seed);
/* Time goes on; everything that is due happens. */
void world_run(struct world *, int64_t ms);
/* Asks the plan, as the keeper does after everything that happens. */
void world_ask(struct world *);

void world_want(struct world *, enum plan_want);
void world_tag(struct world *, uint32_t tag);
void world_leave(struct world *);
void world_connect(struct world *);
void world_lose_session(struct world *, int64_t back_in);
void world_stop_zebra(struct world *);
void world_start_zebra(struct world *, int64_t in, int64_t session_in);
void world_set_alias(struct world *, enum plan_alias, int64_t lifetime);
void world_set_foreign(struct world *, bool);
void world_set_link(struct world *, bool);
void world_other_adds(struct world *, uint32_t tag);
void world_other_deletes(struct world *);

/* Is everything as wanted? NULL, or what is not. */
const char *world_judge(const struct world *);
/* What was done since it was asked last, for tables; it is forgotten then. */
const char *world_actions(struct world *);
uint64_t world_random(struct world *, uint64_t below);
const char *world_trace(const struct world *);

#endif
