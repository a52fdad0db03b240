/*
 * What the two files of the plan know of each other: plan.c (its memory) and plan_decide.c (the next
 * step, from that memory).
 */
#ifndef KEEPER_PLAN_STATE_H
#define KEEPER_PLAN_STATE_H

#include "keeper/plan.h"

static inline int64_t
plan_later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t
plan_sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* plan.c */
/* A tag that is ours, or was until a moment ago. */
bool plan_is_ours(const struct plan *, const struct plan_view *, uint32_t tag);
/* Is our tag zebra's last word, behind all that others did? */
bool plan_is_announced(const struct plan *, const struct plan_view *);
/*
 * When is an echo late? zebra tells in order: not as long as it tells what it was asked before this
 * (and sent_at is moved while zebra has not read the message).
 */
int64_t plan_echo_due(const struct plan *, const struct plan_view *);
/* Is there nothing to delete, or nothing that we may? */
bool plan_alias_may_stay(const struct plan_rules *, const struct plan_view *);

/* plan_decide.c: changes nothing. */
struct plan_step
plan_decide(const struct plan *, const struct plan_rules *, const struct plan_view *, int64_t now);
struct plan_step plan_wait(int64_t wake, const char *why);

#endif
