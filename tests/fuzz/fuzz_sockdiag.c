/*
 * Bytes as if the kernel's sock_diag had sent them.
 */
#include <stdlib.h>
#include <string.h>

#include "checks/sock_diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
seen(void *arg, const struct bound_socket *s)
{
	uint64_t *sum = arg;

	*sum += s->cookie + s->port + s->addr[15];
}

/* The first byte: answers to a dump, or events. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile uint64_t result;
	uint64_t sum = 0;
	uint8_t *copy;

	if (size < 1)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 1, size - 1);
	sock_diag_read(copy, size - 1, data[0] % 2, seen, &sum);
	result = sum;
	(void)result;
	free(copy);
	return 0;
}
