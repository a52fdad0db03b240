/*
 * Messages that belong together: queued whole or not at all. Must not know
 * whether anybody reads them.
 */
#ifndef ZAPI_BATCH_H
#define ZAPI_BATCH_H

#include "zapi/message.h"
#include "zapi/outbuf.h"

/* All return 0, or -1 with errno = ENOBUFS or EINVAL. */

/* HELLO if it is still to be said, interfaces, connected routes of both families. */
int batch_subscribe(const struct zapi_dialect *, bool hello, struct outbuf *, size_t limit);
/* The same of another VRF; also when it was subscribed before: all is told anew. */
int batch_subscribe_vrf(const struct zapi_dialect *, uint32_t vrf, struct outbuf *, size_t limit);
/* { [DEL(LOCAL)] DEL x deletes [ADD] }; tag NULL: without the add. */
int batch_route(const struct zapi_dialect *, uint32_t vrf, const struct zapi_prefix *,
    uint32_t ifindex, const uint32_t *tag, unsigned int deletes, struct outbuf *, size_t limit);

#endif
