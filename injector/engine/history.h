/*
 * The last results of one check, for `why`.
 */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "checks/cause.h"

#define HISTORY_LEN 16

struct result {
	int64_t at_us, took_us; /* at: the end of the probe */
	enum cause cause;
	char text[160];
};

struct history {
	struct result ring[HISTORY_LEN];
	size_t count; /* of all there ever were */
};

void history_add(struct history *, int64_t at_us, int64_t took_us, enum cause, const char *text);
/* The one `back` places before the newest, or NULL. */
const struct result *history_get(const struct history *, size_t back);

#endif
