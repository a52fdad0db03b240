/*
 * A world for tests of what looks at one: two services, three routes, and
 * actions that are only counted.
 */
#ifndef TEST_CONTROL_HELP_H
#define TEST_CONTROL_HELP_H

#include "engine/request.h"
#include "engine/world.h"

struct small_world {
	struct conf conf;
	struct conf_service services[2];
	struct conf_check checks[3];
	struct prefix prefixes[3];
	struct world *world;
	int drains, checks_now, reloads, leaves, error; /* error: what the next action fails with */
	bool listens;
	struct request_actions actions;
};

/* 0, or -1 without memory. */
int small_world_open(struct small_world *);
void small_world_close(struct small_world *);

#endif
