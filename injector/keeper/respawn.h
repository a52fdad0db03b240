/*
 * zanycastd -b: a small parent in the background that starts a keeper again when
 * it dies or hangs, soon enough for the next one to find its aliases alive.
 */
#ifndef KEEPER_RESPAWN_H
#define KEEPER_RESPAWN_H

#include "keeper/keeper.h"

/*
 * Returns in every keeper only, as its process, with start->notify and start->pidfile set. The
 * calling process ends with 0 when the first keeper works, else not before its reason stands on
 * stderr; the parent ends as succession.h says.
 */
void respawn(const char *pidfile, struct keeper_start *start);

#endif
