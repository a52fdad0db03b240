/*
 * The keeper's state, shared by the five files that are its one idea: keeper.c
 * (life), serve.c (the engine), apply.c (from leases to routes), hear.c (zebra and kernel),
 * configure.c (the file).
 */
#ifndef KEEPER_STATE_H
#define KEEPER_STATE_H

#include "alias/alias.h"
#include "base/ipc.h"
#include "conf/conf.h"
#include "keeper/drains.h"
#include "keeper/identity.h"
#include "keeper/keeper.h"
#include "keeper/manager.h"
#include "keeper/offspring.h"
#include "keeper/reload.h"
#include "keeper/route.h"
#include "keeper/route_table.h"
#include "keeper/tenant.h"
#include "zapi/session.h"

struct keeper {
	struct event_base *base;
	struct conf *conf, *old_conf; /* old: of the engine that is about to go */
	const struct keeper_start *start;
	struct manager *manager;
	int control_fd;
	struct route_world world;
	struct route_table *routes;
	size_t dropped; /* of the routes: not in the file, to be withdrawn */
	struct tenants tenants;
	struct drains *drains;
	struct offspring *engine, *old_engine;
	struct identity *identity;
	struct reload *reload;
	bool reload_again; /* asked for while another was under way */
	bool failing;	   /* the new engine died before it was ready; the old one works on */
	struct event *signals[5];
	struct event *judge, *watch, *look, *late, *deadline, *apply, *tell;
	int64_t judge_at;		 /* no lease ends sooner */
	bool engine_silent;		 /* at the last look */
	bool orphan;			 /* -b: the parent is gone, the pidfile is ours */
	bool monitored;			 /* a client of the engine wants events */
	size_t events_lost;		 /* since the engine is behind */
	struct route *news, **last_news; /* routes that the engine may not know as they are */
	int64_t first_news_at;		 /* when the first of them came */
	bool news_come;			 /* since the last look */
	struct ipc_zebra zebra;
	struct ipc_daemon daemons[IPC_DAEMONS];
	pid_t zebra_pid;    /* of the last session */
	bool zebra_is_same; /* as in the session before */
	int status;
};

/* keeper.c */
void keeper_leave(struct keeper *);
/* The engine of the file in force works. */
void keeper_ready(struct keeper *);

/* serve.c: what the engine says and is told. */
extern const struct offspring_ops serve_ops;
/* An event: to the log, and to the engine's monitor and hooks. arg is the keeper. */
void serve_publish(void *arg, const struct log_event *);
/*
 * A route may not be what the engine knows: it will be told, with others that wait for that. News
 * go out some at a time, so that much of it is no hindrance, and what changes again is told once.
 */
void serve_route(void *arg, struct route *);
void serve_news(struct keeper *);
void serve_no_news(struct keeper *);
void serve_zebra(struct keeper *);
void serve_daemon(struct keeper *, size_t place);
/* Which leases have run out? To be asked before anything is believed, also after a SIGSTOP. */
void serve_judge(struct keeper *);
/* Does the engine still speak? Asked every IPC_ALIVE_MS. */
void serve_watch(struct keeper *);

/* apply.c: the routes of a tenant want what its lease wants. Many take more than one turn. */
void apply_tenant(struct keeper *, struct tenant *);
void apply_more(struct keeper *);

/* configure.c: the route of a service's prefix, by its place; NULL: none. */
struct route *configure_route(const struct keeper *, const struct conf_service *, size_t prefix);

/* hear.c: what zebra and the kernel say. */
extern const struct alias_ops hear_alias_ops;
void hear_zebra(void *arg, const struct zapi_event *);
/* What zebra is, as it or its program says; NULL: nobody does. */
void hear_identity(void *arg, const struct zapi_release *, const char *how);
void hear_beyond(void *arg, const struct prefix *, enum beyond);
void hear_daemon(void *arg, const struct ipc_daemon *);
/* No zebra came since we began: said once. */
void hear_nothing(struct keeper *);
/* All routes look at their world. */
void hear_look(struct keeper *);

/* configure.c: the file. */
/* Where the log goes by that file, or by -d; its engine is told the same. */
void configure_log(const struct keeper *, struct conf *);
void configure_apply(struct keeper *);
/* Routes begin to want; dropped ones are withdrawn. */
void configure_begin(struct keeper *);
/* asker: the engine that is told how it went; NULL: a signal. */
void configure_reload(struct keeper *, struct offspring *asker);
/* What kept a reload from beginning is over. */
void configure_pending(struct keeper *);

#endif
