/*
 * One run of a program, from its start to its report.
 */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/link.h"

struct event_base;
struct program;
struct run;

/* Called at most once, before run_check_end() says that the run is over. */
typedef void run_report_fn(void *arg, uint32_t ticket, const struct runner_result *);

/*
 * leave_group: what the program leaves behind of itself is left alone when it ends by itself.
 * NULL with errno.
 */
struct run *run_start(struct event_base *, const struct program *, uint32_t ticket,
    int64_t timeout_ms, bool leave_group, run_report_fn *, void *arg);

uint32_t run_ticket(const struct run *);
bool run_is_over(const struct run *); /* reported or cancelled: only its end is awaited */
void run_cancel(struct run *);
/* After SIGCHLD: has it ended? Then it is reported and may be freed. */
bool run_check_end(struct run *);
/* Kills what still runs. */
void run_free(struct run *);

#endif
