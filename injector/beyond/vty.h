/*
 * One question at a time to one FRR daemon over its vty socket, answered by the
 * event loop within 2 s and 4 MiB. Knows no command.
 */
#ifndef BEYOND_VTY_H
#define BEYOND_VTY_H

#include <stdbool.h>
#include <stddef.h>

#define VTY_ANSWER_MAX (4 * 1024 * 1024) /* OSPF's table of 40,000 routes */
#define VTY_TIMEOUT_MS 2000
#define VTY_COMMAND_MAX 256

struct event_base;
struct vty;

enum {
	VTY_TOO_LONG = -2,
	VTY_NO_ANSWER = -1,
	VTY_OK = 0,
	VTY_WARNING = 1
}; /* above: FRR's other errors */

/* text ends with a NUL and is valid until the next verb, in the call only; NULL with the negative ones. */
typedef void vty_fn(void *arg, int status, const char *text);

/* path is copied. NULL with errno. */
struct vty *vty_new(struct event_base *, const char *path, vty_fn *fn, void *arg);
void vty_free(struct vty *);
/* 0: fn is called, never from in here, and may ask again; -1 with EBUSY or EMSGSIZE. */
int vty_ask(struct vty *, const char *command);
/* The process that answers, or answered last; 0: in another pid namespace, or there was none. */
int vty_peer(const struct vty *);
/* Closes the connection, which else stays for the next question. Not while one is asked. */
void vty_rest(struct vty *);

/*
 * The end of an answer, three NULs and a status: the length of its text, -1: not yet
 * whole, -2: not an answer.
 */
long vty_end(const char *buf, size_t len, int *status);

#endif
