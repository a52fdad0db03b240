/*
 * All routes of a keeper, found by VRF and prefix.
 */
#ifndef KEEPER_ROUTE_TABLE_H
#define KEEPER_ROUTE_TABLE_H

#include <stddef.h>

#include "base/addr.h"

struct route;
struct vrf;
struct route_table;

struct route_table *route_table_new(void);
/* Frees the routes too. */
void route_table_free(struct route_table *);

struct route *route_table_find(struct route_table *, const struct vrf *, const struct prefix *);
/* 0, or -1 with ENOMEM. The route is the table's. */
int route_table_add(struct route_table *, struct route *);
/* Frees the dropped ones that are done: how many are not? */
size_t route_table_sweep(struct route_table *);

/* In no order that lasts. */
size_t route_table_count(const struct route_table *);
struct route *route_table_at(const struct route_table *, size_t place);

#endif
