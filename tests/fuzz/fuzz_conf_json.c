/*
 * conf_from_json on whatever bytes: what it takes must come out the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *first, *second;
	struct conf *c, *again;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if ((c = conf_from_json(text, size)) != NULL) {
		first = conf_to_json(c);
		again = conf_from_json(first, strlen(first));
		if (again == NULL)
			abort();
		second = conf_to_json(again);
		if (strcmp(first, second) != 0)
			abort();
		free(first);
		free(second);
		conf_free(again);
		conf_free(c);
	}
	free(text);
	return 0;
}
