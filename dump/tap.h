/*
 * The socket file that clients find in place of zebra's. Must not know who connects.
 */
#ifndef DUMP_TAP_H
#define DUMP_TAP_H

#include <stddef.h>
#include <sys/stat.h>

struct tap {
	const char *path;
	const char *like; /* zebra's socket: mode and owner are taken from it */
	int fd;		  /* -1: closed */
	struct stat made; /* the file, as we made it */
};

void tap_init(struct tap *, const char *path, const char *like);
/* May it be made? 0, or -1 and in text why not: what is there is nobody's leftover. */
int tap_check(const struct tap *, char *text, size_t size);
/* Makes the file and listens, non-blocking. 0, or -1 and in text why not. */
int tap_open(struct tap *, char *text, size_t size);
/* Removes the file, if it is still the one that was made. */
void tap_close(struct tap *);

#endif
