/*
 * A service as its checks see it: pure. It folds verdicts by rise, fall and
 * require into one state, and says until when the passes are proof. No clock,
 * no socket, no log: time comes in, states go out.
 */
#ifndef ENGINE_SERVICE_H
#define ENGINE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/cause.h"
#include "conf/conf.h"

enum decided { UNDECIDED, UP, DOWN };
enum service_state { SERVICE_UNDECIDED, SERVICE_UP, SERVICE_DOWN, SERVICE_DRAINED, SERVICE_STATES };
const char *decided_name(enum decided);
const char *service_state_name(enum service_state);

/*
 * A check of target = service that went down falls asleep with its service. It stays down for
 * `hold`, then the service may try again: 10 s, doubled each time, 5 min at most; forgotten once
 * the check was up for 5 min. Another check that was down and is up again ends the wait.
 */
#define SERVICE_HOLD_MIN 10000
#define SERVICE_HOLD_MAX 300000
#define SERVICE_HOLD_FORGET 300000

/* One check's standing. */
struct standing {
	enum decided state;
	unsigned int run;   /* passes or failures in a row */
	bool passing;	    /* what the run is of */
	int64_t proof;	    /* start of the last passing probe; 0: none */
	int64_t since;	    /* of state */
	enum cause cause;   /* of the last verdict */
	bool dormant;	    /* target = service while not announced: neither proof nor hindrance */
	int64_t hold;	    /* how long a sleeper stays down; 0: it never went down */
	int64_t held_until; /* asleep and down until then; 0: not */
};

struct service {
	const struct conf_service *conf;
	struct standing *checks; /* conf->nchecks */
	enum service_state state;
	int64_t since;
	bool drained;
};

/* What one input changed. */
struct service_change {
	bool check_changed, service_changed;
	enum decided check_from;
	enum service_state from;
};

/* Begins undecided, or drained when the file says start = drained. -1 with errno. */
int service_init(struct service *, const struct conf_service *, int64_t now);
void service_free(struct service *);

/*
 * A verdict of check `place`. final: down at once, whatever fall says. started, now: clock_ms().
 * The first result decides; but in a service that is up, and for target = service, `fall` holds
 * for the first failures too: no single lost packet takes anything down.
 */
struct service_change
service_feed(struct service *, size_t place, enum cause, bool final, int64_t started, int64_t now);
struct service_change service_drain(struct service *, bool on, int64_t now);
/* Checks of target = service wake when the service is announced and sleep when not. */
struct service_change service_announced(struct service *, bool announced, int64_t now);
/* Lets those go whose hold is over; service_wake: when that is next, or INT64_MAX. */
struct service_change service_tick(struct service *, int64_t now);
int64_t service_wake(const struct service *);
/* An operator wants it tried now: ends every hold. */
struct service_change service_retry(struct service *, int64_t now);
/* Is this check in between (a run that has not yet decided)? Then it should hurry. */
bool service_hurries(const struct service *, size_t place);

/*
 * How many checks must be up: `require` less the sleepers, at least one. A service becomes up
 * when as many have a pass that still is proof, and down when fewer can be.
 */
size_t service_needs(const struct service *);
size_t service_count(const struct service *, enum decided);

/*
 * The end of the lease that the passes so far are worth (clock_ms()), or 0: none. Never later than
 * what the `require`th freshest proof gives: fall × interval + timeout + 1 s behind its start.
 */
int64_t service_lease(const struct service *);

/*
 * What an engine leaves to the next one: states by name of check, no proof. Returns the length, 0
 * when size is too small for anything; checks that find no room start undecided.
 */
size_t service_save(const struct service *, uint8_t *buf, size_t size);
/* 0, or -1: not what service_save wrote; then nothing has changed. */
int service_restore(struct service *, const uint8_t *buf, size_t len, int64_t now);

#endif
