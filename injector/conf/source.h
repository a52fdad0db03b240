/*
 * The text of the configuration: the files, read whole and bounded, in order.
 * Knows nothing of what is in them.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <stddef.h>

#define SOURCES_SIZE (1024 * 1024) /* of all files together */
#define SOURCES_MAX 256

struct report;

struct source {
	char *name;
	char *text; /* zero-terminated; NULL: could not be read */
	size_t len;
};

struct sources {
	struct source *files;
	size_t count;
	size_t size;
};

/* Reads file, and *.conf of dir (NULL: none) in lexical order; what is wrong is reported. */
void sources_load(struct sources *, const char *file, const char *dir, struct report *);
void sources_free(struct sources *);

#endif
