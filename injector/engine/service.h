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

/* One check's standing. */
struct standing {
	enum decided state;
	unsigned int run; /* passes or failures in a row */
	bool passing;	  /* what the run is of */
	int64_t proof;	  /* start of the last passing probe; 0: none */
	int64_t since;	  /* of state */
	enum cause cause; /* of the last verdict */
	bool dormant;	  /* target = service while not announced: neither proof nor hindrance */
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

int service_init(struct service *, const struct conf_service *, int64_t now);
void service_free(struct service *);

/* A verdict of check `place`. final: down at once, whatever fall says. started, now: clock_ms(). */
struct service_change service_feed(struct service *, size_t place, enum cause, bool final,
    int64_t started, int64_t now);
struct service_change service_drain(struct service *, bool on, int64_t now);
/* Checks of target = service wake when the service is announced and sleep when not. */
void service_announced(struct service *, bool announced, int64_t now);
/* Is this check in between (a run that has not yet decided)? Then it should hurry. */
bool service_hurries(const struct service *, size_t place);

/*
 * The end of the lease that the passes so far are worth (clock_ms()), or 0: none. Never later than
 * what the `require`th freshest proof gives: fall × interval + timeout + 1 s behind its start.
 */
int64_t service_lease(const struct service *);

#endif
