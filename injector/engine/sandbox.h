/*
 * Giving up rights: what an engine that was taken over can't do any more.
 */
#ifndef ENGINE_SANDBOX_H
#define ENGINE_SANDBOX_H

#include <sys/types.h>

struct conf;

/* The group of that name, or (gid_t)-1. To be asked before sandbox_enter(). */
gid_t sandbox_group(const char *name);

/*
 * Becomes conf->user and conf->group when root, for ever; no capabilities, limits on resources, and
 * (with libseccomp) only the system calls an engine needs. Ends the process when it can't.
 */
void sandbox_enter(const struct conf *);

/* Of sandbox_enter(): the filter of system calls alone. 0, or -1 with errno. */
int sandbox_filter(void);

#endif
