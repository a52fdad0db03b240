/*
 * The engine's end of the link to the runner, the process that starts exec
 * checks and hooks outside the sandbox. The runner starts only what the
 * configuration names: the engine asks by place in it.
 */
#ifndef RUNNER_LINK_H
#define RUNNER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RUNNER_OUTPUT_MAX 4096 /* the tail of what a program printed */

struct event_base;
struct runner_link;
struct conf;

struct runner_result {
	int error;	    /* errno when it could not be started, else 0 */
	int status;	    /* as of waitpid() */
	bool timed_out;	    /* its group was killed: a failure whatever the status */
	const char *output; /* the tail, zero-terminated; valid in the call only */
};
typedef void runner_done_fn(void *arg, const struct runner_result *);

/* fd: a SOCK_SEQPACKET pair's end; owned from here on. NULL with errno. */
struct runner_link *runner_link_new(struct event_base *, int fd);
void runner_link_free(struct runner_link *);

/* A ticket > 0 that names the run, or -1 with errno (EPIPE: the runner is gone). Never blocks. */
int runner_run_check(struct runner_link *, const char *service, const char *check,
    int64_t timeout_ms, runner_done_fn *fn, void *arg);
/* env: "NAME=value" strings, NULL at the end; input goes to standard input. */
int runner_run_hook(struct runner_link *, char *const env[], const char *input, int64_t timeout_ms,
    runner_done_fn *fn, void *arg);
/* Kills the group of a run; its callback will not be called. */
void runner_cancel(struct runner_link *, int ticket);

/* The runner's main: serves fd until it is closed, then kills what still runs. */
int runner_main(const struct conf *, int fd);

#endif
