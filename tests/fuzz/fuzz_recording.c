/*
 * Any bytes as a recorded file, printed in each form and in the dialect it names or tells.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dump/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print_it(const uint8_t *data, size_t size, bool json, bool raw)
{
	static struct print print;
	char error[256], *out = NULL;
	size_t len = 0;
	FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
	FILE *to = open_memstream(&out, &len);

	if (in != NULL && to != NULL) {
		print_init(&print, to, json, size % 2 == 0);
		if (play_file(in, NULL, raw, &print, error, sizeof(error)) == -1 &&
		    error[0] == '\0')
			abort();
	}
	if (in != NULL)
		fclose(in);
	if (to != NULL)
		fclose(to);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	print_it(data, size, false, false);
	print_it(data, size, true, false);
	print_it(data, size, false, true);
	return 0;
}
