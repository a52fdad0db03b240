/*
 * The engine: the unprivileged process that runs checks, makes services of
 * them, asks the keeper for leases, and answers zanycastctl.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "conf/conf.h"

/*
 * Runs until the keeper says so or goes away; returns the exit status. The descriptors of
 * base/ipc.h are open; conf was read from IPC_FD_CONF. Gives up its rights first.
 */
int engine_main(const struct conf *);

#endif
