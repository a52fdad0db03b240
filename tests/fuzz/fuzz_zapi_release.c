/*
 * Any text as the release of a zebra: what is kept of it is printable, and read
 * again it is the same release.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "zapi/dialect.h"
#include "zapi/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zapi_release release, again;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (zapi_release_parse(&release, text) == 0) {
		for (const char *p = release.text; *p != '\0'; p++)
			if (!isgraph((unsigned char)*p))
				abort();
		if (zapi_release_parse(&again, release.text) == -1 ||
		    zapi_release_compare(&again, release.major, release.minor) != 0 ||
		    zapi_dialect_of(&again) != zapi_dialect_of(&release))
			abort();
	}
	(void)zapi_dialect_find(text);
	free(text);
	return 0;
}
