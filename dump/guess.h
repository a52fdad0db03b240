/*
 * The dialect of recorded messages, told from the messages themselves: the one that leaves
 * the fewest of them unread. Must not know where they come from.
 */
#ifndef DUMP_GUESS_H
#define DUMP_GUESS_H

#include <stddef.h>

#include "zapi/message.h"

#define GUESS_DIALECTS 64

struct guess {
	size_t messages;
	size_t faults[GUESS_DIALECTS]; /* as in zapi_dialects */
};

void guess_init(struct guess *);
/* One whole message. */
void guess_message(struct guess *, enum zapi_direction, const void *bytes, size_t len);
/*
 * The best dialects: their number, at most size of them in best. 0: no dialect fits any
 * message.
 */
size_t guess_best(const struct guess *, const struct zapi_dialect **best, size_t size);

#endif
