/*
 * Counting what each dialect cannot make sense of. Must not know files.
 */
#include "dump/guess.h"

#include <string.h>

void
guess_init(struct guess *g)
{
	memset(g, 0, sizeof(*g));
}

void
guess_message(struct guess *g, enum zapi_direction direction, const void *bytes, size_t len)
{
	size_t i;

	g->messages++;
	for (i = 0; i < zapi_dialect_count && i < GUESS_DIALECTS; i++) {
		struct zapi_msg msg;
		int rc = zapi_decode(&zapi_dialects[i], direction, bytes, len, &msg);

		g->faults[i] += rc == -1 || msg.trailing > 0 || msg.command == ZAPI_OTHER;
	}
}

size_t
guess_best(const struct guess *g, const struct zapi_dialect **best, size_t size)
{
	size_t least = g->messages, count = 0, i;

	for (i = 0; i < zapi_dialect_count && i < GUESS_DIALECTS; i++)
		least = g->faults[i] < least ? g->faults[i] : least;
	if (least == g->messages)
		return 0;
	for (i = 0; i < zapi_dialect_count && i < GUESS_DIALECTS; i++) {
		if (g->faults[i] != least)
			continue;
		if (count < size)
			best[count] = &zapi_dialects[i];
		count++;
	}
	return count;
}
