/*
 * Which services an operator drained, kept in a file so that it survives a
 * restart. An undrain of a service that starts drained holds until the next boot.
 */
#ifndef KEEPER_DRAINS_H
#define KEEPER_DRAINS_H

#include <stdbool.h>

struct drains;

/* dir/drains.json is read; a file that does not parse is said and put aside. NULL with errno. */
struct drains *drains_open(const char *dir);
void drains_close(struct drains *);

/* Is it drained? start_drained decides when no operator did. *reason: NULL or words. */
bool
drains_get(const struct drains *, const char *service, bool start_drained, const char **reason);
/* Written before it returns; -1 with errno: it holds, but not over a restart. */
int drains_set(struct drains *, const char *service, bool on, const char *reason);

#endif
