/*
 * The socket to zebra on libevent: connects, reads and writes for a
 * zapi_session, and writes at once what a verb queued. Knows no route.
 */
#ifndef KEEPER_ZEBRA_H
#define KEEPER_ZEBRA_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "zapi/session.h"

struct event_base;
struct zebra;

/* path is copied. forced may be NULL. fn gets every event of the session. NULL with errno. */
struct zebra *zebra_new(struct event_base *, const char *path, const struct zapi_dialect *forced,
    zapi_event_fn *fn, void *arg);
void zebra_free(struct zebra *);

/* The process behind the socket, 0 while there is none or it lives in another pid namespace. */
pid_t zebra_peer(const struct zebra *);
enum zapi_state zebra_session_state(const struct zebra *);
const struct zapi_dialect *zebra_dialect(const struct zebra *);
enum zapi_vrf_backend zebra_vrf_backend(const struct zebra *);

/*
 * As the verbs of zapi_session; the bytes are on the socket when they return, unless
 * the socket is full: zebra_backlog() says how many wait.
 */
int zebra_announce(struct zebra *, uint32_t vrf, const struct zapi_prefix *, uint32_t ifindex,
    uint32_t tag, unsigned int deletes);
int zebra_withdraw(struct zebra *, uint32_t vrf, const struct zapi_prefix *, uint32_t ifindex,
    unsigned int deletes);
int zebra_lookup(struct zebra *, uint32_t vrf, const struct zapi_prefix *);
int zebra_subscribe(struct zebra *, uint32_t vrf);
size_t zebra_backlog(const struct zebra *);

#endif
