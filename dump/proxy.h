/*
 * Between zebra and its clients: takes connections while zebra is there, and prints and
 * records what passes.
 */
#ifndef DUMP_PROXY_H
#define DUMP_PROXY_H

#include <stdbool.h>

#include "dump/lines.h"

struct zapi_dialect;

struct proxy_options {
	const char *zebra, *tap; /* paths of sockets */
	const struct zapi_dialect *dialect;
	bool raw; /* no dialect; else dialect NULL: ask */
	struct lines_options lines;
};

/* Until a signal. Returns an exit status; faults at the start end the process. */
int proxy_run(const struct proxy_options *);

#endif
