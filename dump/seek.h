/*
 * Is zebra there, and which dialect does it speak: one connection of our own, that asks by
 * a zapi session and stays open as long as zebra lives. Must not know the proxy's clients.
 */
#ifndef DUMP_SEEK_H
#define DUMP_SEEK_H

#include <stdbool.h>

struct event_base;
struct seek;
struct zapi_dialect;

/*
 * here: zebra answers; d is its dialect, or NULL when it was not asked or is in no table.
 * Told again when more is known of the same zebra. Not here: it is gone, or was never there.
 * text says how, or why; valid in the call only.
 */
typedef void seek_fn(void *arg, bool here, const struct zapi_dialect *d, const char *text);

/* ask false: only whether it is there. Begins in the loop. NULL with errno. */
struct seek *seek_new(struct event_base *, const char *path, bool ask, seek_fn *fn, void *arg);
void seek_free(struct seek *);

/* Connects to a Unix socket without waiting: a non-blocking descriptor, or -1 with errno. */
int seek_connect(const char *path);

#endif
