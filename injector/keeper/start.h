/*
 * What the keeper sets up once, before it begins: the lock, the control
 * socket, its capabilities. Each says what is wrong and what to do, and exits.
 */
#ifndef KEEPER_START_H
#define KEEPER_START_H

#include "conf/conf.h"

/* One instance per socket, zebra's or our own. Held until the process ends. */
void start_lock(const char *socket_path);
/* run_dir is made when it is missing. Returns the listening socket, not blocking. */
int start_control(const struct conf *);
/* Keeps what words.md lists, no more. */
void start_capabilities(void);

#endif
