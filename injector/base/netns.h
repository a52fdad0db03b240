/*
 * Which network namespace a thing is in, as seen from ours, without any right.
 */
#ifndef BASE_NETNS_H
#define BASE_NETNS_H

#include <stdbool.h>

enum netns {
	NETNS_OURS,
	NETNS_OTHER,
	NETNS_UNKNOWN, /* it cannot be seen from here */
};

/* The one of that name in /run/netns (ip-netns(8)). */
enum netns netns_named(const char *name);
/*
 * The one of the process that listens at a Unix socket. OTHER: nobody in ours listens at a path
 * that ends like this one, so that mounts and symbolic links deceive nobody.
 */
enum netns netns_of_listener(const char *path);

#endif
