/*
 * Reading the file again without stopping the keeper: a child parses it, the
 * result comes over a pipe.
 */
#ifndef KEEPER_RELOAD_H
#define KEEPER_RELOAD_H

#include "conf/conf.h"

struct event_base;
struct reload;

/* conf: the new one, now the callback's; or NULL and errors in words, a line each. Called once. */
typedef void reload_fn(void *arg, struct conf *conf, const char *errors);

/* Nobody waits for it any more; it may be NULL. */
void reload_cancel(struct reload *);

/* NULL with errno. It frees itself after the callback. */
struct reload *reload_start(struct event_base *, const char *file, const char *dir,
    const char *user, reload_fn *fn, void *arg);

#endif
