/*
 * What engine and runner say to each other: one packet a message, a fixed head
 * and texts, each with its zero. Both ends are the same binary; the runner
 * still believes nothing it is told.
 */
#ifndef RUNNER_PROTOCOL_H
#define RUNNER_PROTOCOL_H

#include <stdint.h>

#define RUNNER_TEXTS_MAX 32768

enum runner_what {
	RUNNER_CHECK = 1, /* texts: service, check */
	RUNNER_HOOK,	  /* texts: input, then "NAME=value" each */
	RUNNER_CANCEL,	  /* no texts */
};

struct runner_request {
	int64_t timeout_ms;
	uint32_t what;
	uint32_t ticket;
	uint32_t size; /* of the texts that follow */
	uint32_t zero;
};

struct runner_report {
	uint32_t ticket;
	int32_t error;
	int32_t status;
	uint32_t timed_out;
	uint32_t size; /* of the output that follows */
	uint32_t zero;
};

#endif
