/*
 * A release of FRR or Quagga, as they print it of themselves and as operators
 * write it. Knows no dialect.
 */
#ifndef ZAPI_RELEASE_H
#define ZAPI_RELEASE_H

#include <stdbool.h>

struct zapi_release {
	bool quagga;			  /* all below 2.0, and nothing else */
	unsigned int major, minor, patch; /* patch: 0 if there is none */
	char text[32]; /* "7.5.1-1.1+deb11u4": letters, digits and .+-~_ only; cut if longer */
};

/*
 * Reads "FRRouting 8.4.4 (r1) on Linux", "Quagga 1.2.4", "zebra version 10.3", "frr-8.4",
 * "10.8-dev"; what follows the release may be anything. Returns 0, or -1: this is none.
 */
int zapi_release_parse(struct zapi_release *, const char *text);
/* Below, at or above 0, as the release is older, of that line, or newer. */
int zapi_release_compare(const struct zapi_release *, unsigned int major, unsigned int minor);

#endif
