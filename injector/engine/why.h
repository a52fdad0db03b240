/*
 * The chain from check to network in words, for `zanycastctl why`.
 */
#ifndef ENGINE_WHY_H
#define ENGINE_WHY_H

#include <stddef.h>
#include <stdint.h>

struct member;
struct world;

/* The routing daemon that is to let a prefix out, as far as the file says: "ospfd". */
const char *why_daemon(const struct member *, size_t prefix);

typedef void why_line_fn(void *arg, const char *line);

/* Calls fn for each line, in the order the data goes: checks, service, lease, routes, zebra. */
void why_words(const struct world *, const struct member *, int64_t now_us, why_line_fn *, void *);

#endif
