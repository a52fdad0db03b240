/*
 * Lines on their way to a terminal, a pipe or a file that may be read slowly. Nobody waits
 * for it: lines queue up to a bound, and none is lost without being told. Must not know what
 * they say.
 */
#ifndef DUMP_OUT_H
#define DUMP_OUT_H

#include <stddef.h>

#define OUT_MAX (16u << 20)

struct event_base;
struct out;

/* It cannot be written any more; errnum says why. Called once. */
typedef void out_broken_fn(void *arg, int errnum);

/* The descriptor stays the caller's. NULL with errno. */
struct out *out_new(struct event_base *, int fd, out_broken_fn *fn, void *arg);
/* 0, or -1: too much waits already, nothing was taken. */
int out_put(struct out *, const char *text, size_t len);
/* Writes what waits, for so long at most; returns the bytes that are left. */
size_t out_drain(struct out *, int ms);
void out_free(struct out *);

#endif
