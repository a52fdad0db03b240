/*
 * Which release is it? Asked of zebra itself over its vty socket; where nobody answers there, or
 * somebody else, of the program behind its socket. Decides nothing.
 */
#ifndef KEEPER_IDENTITY_H
#define KEEPER_IDENTITY_H

#include <stdbool.h>
#include <sys/socket.h>

#include "zapi/release.h"

struct event_base;
struct identity;

/* how: in words. NULL, NULL: nobody says. */
typedef void identity_fn(void *arg, const struct zapi_release *, const char *how);

/* vty_dir is copied. NULL with errno. */
struct identity *identity_new(struct event_base *, const char *vty_dir, identity_fn *fn, void *arg);
void identity_free(struct identity *);
/*
 * peer: the process that has taken our connection. Answered once, from the loop and within
 * VTY_TIMEOUT_MS + VERSION_MS; a question that was asked before is answered no more.
 */
void identity_ask(struct identity *, const struct ucred *peer);
/* Was it our child that the parent has waited for? */
bool identity_reap(struct identity *, pid_t pid);

#endif
