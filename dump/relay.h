/*
 * One client and its connection to zebra: bytes pass in both directions, as they come. Each
 * direction holds a bounded number of them; then its reader waits. Must not know ZAPI.
 */
#ifndef DUMP_RELAY_H
#define DUMP_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zapi/message.h"

#define RELAY_MAX 65536 /* bytes that wait in one direction, about */

struct event_base;
struct relay;

struct relay_ops {
	/* Bytes were read and go on. */
	void (*passed)(void *arg, enum zapi_direction, const uint8_t *bytes, size_t len);
	/* Both directions have ended. The relay is gone when this returns. */
	void (*over)(void *arg, bool by_zebra);
};

/* Takes both descriptors, which are non-blocking, also when it fails. NULL with errno. */
struct relay *
relay_new(struct event_base *, int client, int zebra, const struct relay_ops *, void *arg);
/* Ends both connections. */
void relay_free(struct relay *);

#endif
