/*
 * Bodies that carry nexthops: routes, nexthop updates, lookups. For message.c
 * only; must not know headers or command numbers.
 */
#ifndef ZAPI_BODY_H
#define ZAPI_BODY_H

#include "zapi/message.h"
#include "zapi/wire.h"

/*
 * Each reads one body. What is wrong shows in reader->bad; a nexthop of an unknown
 * kind ends the reading and leaves the rest as trailing bytes.
 */
void route_get_unified(const struct zapi_dialect *, struct wire_reader *, struct zapi_route *);
/* The old forms: what zebra tells, and what a client asks for. */
void route_get_echo(
    const struct zapi_dialect *, uint8_t family, struct wire_reader *, struct zapi_route *);
void route_get_request(
    const struct zapi_dialect *, uint8_t family, struct wire_reader *, struct zapi_route *);
void lookup_get_update(const struct zapi_dialect *, struct wire_reader *, struct zapi_lookup *);
/* family: of the command where the dialect has one per family. */
void lookup_get_answer(
    const struct zapi_dialect *, uint8_t family, struct wire_reader *, struct zapi_lookup *);

#endif
