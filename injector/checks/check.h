/*
 * A check probes one thing and gives a verdict. It keeps its own schedule and
 * knows no service. One file per kind implements struct check_ops.
 */
#ifndef CHECKS_CHECK_H
#define CHECKS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/cause.h"
#include "conf/conf.h"

struct event_base;
struct sockaddr;
struct check;
struct device;
struct runner_link; /* runner/link.h: starts programs for exec checks */

struct verdict {
	enum cause cause; /* CAUSE_OK: pass */
	bool final;	  /* an event proves it: `fall` need not be waited for (listener) */
	int64_t started;  /* clock_ms() at the probe's start: a pass is proof of this moment */
	int64_t started_us, ended_us;
	char text[160]; /* one line for people: "SERVFAIL from 127.0.0.1#53" */
};

typedef void verdict_fn(void *arg, const struct verdict *);

/* What all checks of one engine share. */
struct check_context {
	struct event_base *base;
	struct runner_link *runner;
	struct dns_sockets *dns;	 /* dns.c: the sockets shared by all dns checks */
	struct listener_watch *listener; /* listener.c: one sock_diag subscription for all */
};
int check_context_init(struct check_context *, struct event_base *, struct runner_link *);
void check_context_free(struct check_context *);

/*
 * Makes a check that is not yet running. service: the name by which the runner finds it in its
 * own configuration. service_prefixes: what `target = service` and a listener without an
 * address (listen.family 0) ask. service, conf and prefixes must outlive the check. NULL with
 * errno.
 */
struct check *check_new(struct check_context *, const char *service, const struct conf_check *conf,
    const struct prefix *service_prefixes, size_t nprefixes, verdict_fn *fn, void *arg);
/* Its sockets are of that VRF. Before check_start(); device must outlive the check. */
void check_set_device(struct check *, const struct device *device);
/* May be called from the verdict's function, too. */
void check_free(struct check *);

/* Starts its schedule, the first probe within a random part of `fast`. */
void check_start(struct check *);
/* A probe now, out of turn; the schedule stays. No effect while one is under way. */
void check_now(struct check *);
/* true: use `fast` until told otherwise. */
void check_hurry(struct check *, bool undecided);
/* TARGET_SERVICE: probe only while the address is announced; true = it is. A check of this
 * target that is not announced gives no verdicts. */
void check_target_announced(struct check *, bool announced);

const struct conf_check *check_conf(const struct check *);

/*
 * A kind. All are driven by check.c, which holds schedule and timeout: start() begins one probe
 * and reports by check_done() exactly once, unless abort() came first.
 */
struct check_ops {
	const char *name;
	size_t size; /* of the kind's own state, zeroed */
	int (*init)(struct check *);
	void (*free)(struct check *);
	void (*start)(struct check *);
	void (*abort)(struct check *); /* the timeout ran out, or the check goes away */
	/* words for a timeout, or NULL; may look at what came so far */
	void (*describe_timeout)(struct check *, char *buf, size_t size);
};
extern const struct check_ops check_dns, check_tcp, check_exec, check_listener;

/* For the kinds only. */
void *check_state(struct check *);
struct check_context *check_ctx(struct check *);
const char *check_service(const struct check *);
/*
 * The address to ask at this probe: the server, or one of the service's. The turn goes on with
 * each pass and stays at an address that fails, so that one dead address of several is seen.
 */
const struct sockaddr *check_address(struct check *, int *len);
/* Never NULL. */
const struct device *check_device(const struct check *);
/* A failed socket call in words, those of the check's VRF, too. */
const char *check_strerror(const struct check *, int error);
/* That address for people: "127.0.0.1#53". Returns buf. */
const char *check_where(const struct check *, char *buf, size_t size);
const struct prefix *check_prefixes(struct check *, size_t *n);
void
check_done(struct check *, enum cause, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* An event between probes (listener): a final verdict at once. */
void
check_event(struct check *, enum cause, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
