/*
 * The keeper's children of one configuration: an engine, and the runner beside
 * it. Starts them, sends and receives their packets, starts them again when
 * they die. Knows no route and believes nothing.
 */
#ifndef KEEPER_OFFSPRING_H
#define KEEPER_OFFSPRING_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/ipc.h"
#include "conf/conf.h"

#define OFFSPRING_QUIT_MS 3000 /* an engine gives itself a second */

struct event_base;
struct offspring;

struct offspring_ops {
	/* An engine was started: tell it all it must know, IPC_BEGIN last. */
	void (*started)(void *arg, struct offspring *);
	void (*message)(void *arg, struct offspring *, const struct ipc_msg *);
	/* It was behind, and has read all that it was sent. */
	void (*caught_up)(void *arg, struct offspring *);
	/* It died, and what will be done ("exit status 1; the next starts in 200 ms"). */
	void (*died)(void *arg, struct offspring *, const char *how, bool backing_off);
	/* After offspring_quit(): both are gone, it may be freed. */
	void (*gone)(void *arg, struct offspring *);
};

/* control_fd stays the caller's. conf must outlive it. NULL with errno. Starts at once. */
struct offspring *offspring_new(struct event_base *, const struct conf *, int control_fd,
    const struct offspring_ops *, void *arg);
/* Kills what still lives. */
void offspring_free(struct offspring *);

const struct conf *offspring_conf(const struct offspring *);
/* Queued when the engine does not read; one that does not read for long is killed. */
void offspring_send(struct offspring *, const struct ipc_msg *);
/* So many packets wait for it to read. */
size_t offspring_behind(const struct offspring *);
/* clock_ms() of its last packet. */
int64_t offspring_heard_at(const struct offspring *);
/* It hangs: kill it, another is started. */
void offspring_kill(struct offspring *, const char *why);
/* IPC_QUIT, and no restart; killed when it does not end within OFFSPRING_QUIT_MS. */
void offspring_quit(struct offspring *);
bool offspring_is_quitting(const struct offspring *);
/* A child ended: true when it was one of these. */
bool offspring_reap(struct offspring *, pid_t pid, int status);

/* In the child: the descriptors of base/ipc.h are open; runs the role named in argv. */
#define OFFSPRING_ENGINE "zanycastd: engine"
#define OFFSPRING_RUNNER "zanycastd: runner"

#endif
