/*
 * The socket to zebra on libevent: connects, reads and writes for a
 * zapi_session, and writes what the verbs queued when a turn of the loop ends. Knows no route.
 */
#ifndef KEEPER_ZEBRA_H
#define KEEPER_ZEBRA_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "zapi/session.h"

struct event_base;
struct zebra;

/* path is copied. forced may be NULL. fn gets every event of the session. NULL with errno. */
struct zebra *zebra_new(struct event_base *, const char *path, const struct zapi_dialect *forced,
    zapi_event_fn *fn, void *arg);
void zebra_free(struct zebra *);

/*
 * The process behind the socket, and its user. pid 0: there is none, or it lives in another pid
 * namespace.
 */
struct ucred zebra_peer(const struct zebra *);
/* As zapi_session_told/_doubt. */
void zebra_told(struct zebra *, const struct zapi_release *);
const char *zebra_doubt(const struct zebra *);
enum zapi_state zebra_session_state(const struct zebra *);
const struct zapi_dialect *zebra_dialect(const struct zebra *);
enum zapi_vrf_backend zebra_vrf_backend(const struct zebra *);

/*
 * As the verbs of zapi_session. The bytes are on the socket when the turn of the loop ends, in as
 * few writes as can be, unless the socket is full or zebra lags behind: then as it reads.
 */
int zebra_announce(struct zebra *, uint32_t vrf, const struct zapi_prefix *, uint32_t ifindex,
    uint32_t tag, unsigned int deletes);
int zebra_withdraw(struct zebra *, uint32_t vrf, const struct zapi_prefix *, uint32_t ifindex,
    unsigned int deletes);
int zebra_lookup(struct zebra *, uint32_t vrf, const struct zapi_prefix *);
int zebra_subscribe(struct zebra *, uint32_t vrf);
/* One route's echo is awaited, or no more: while they are many, they are read many at a time. */
void zebra_await(struct zebra *, bool awaited);
/* Does more wait than the next write will take? */
bool zebra_is_behind(const struct zebra *);
/* As of zapi_session. */
uint64_t zebra_queued(const struct zebra *);
bool zebra_unread(const struct zebra *, uint64_t position);
int64_t zebra_read_at(const struct zebra *);

#endif
