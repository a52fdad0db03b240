/*
 * RIP's daemons list what they redistribute, denied or not: what their route-map
 * makes of a route is worked out here, from "show running-config" (lists, names)
 * and "show route-map" (the clauses the daemon really obeys). Pure.
 */
#ifndef BEYOND_FILTER_H
#define BEYOND_FILTER_H

#include "beyond/parse.h"

struct beyond_filter;

/*
 * router: "router rip" or "router ripng"; the configuration may have both. NULL: no memory.
 */
struct beyond_filter *beyond_filter_new(const char *router, const char *config, const char *maps);
void beyond_filter_free(struct beyond_filter *);
/* UNKNOWN when anything matters that is not understood. */
enum beyond beyond_filter_judge(const struct beyond_filter *, const struct beyond_row *);

#endif
