/*
 * Network namespaces by the files that name them, and by /proc/net/unix, which
 * lists the sockets of the reader's own.
 */
#include "base/netns.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SOCKET_LISTENS 0x10000 /* __SO_ACCEPTCON of linux/net.h */

enum netns
netns_named(const char *name)
{
	static const char *const folders[] = { "/run/netns", "/var/run/netns" };
	struct stat ours, named;
	char path[PATH_MAX];

	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
	    stat("/proc/self/ns/net", &ours) == -1)
		return NETNS_UNKNOWN;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (stat(path, &named) == 0)
			return named.st_dev == ours.st_dev && named.st_ino == ours.st_ino
			    ? NETNS_OURS
			    : NETNS_OTHER;
	}
	return NETNS_UNKNOWN;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Num RefCount Protocol Flags Type St Inode Path */
static bool
listens_at(char *line, const char *name)
{
	unsigned int flags;
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	return sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &path) == 1 && path > 0 &&
	    (flags & SOCKET_LISTENS) != 0 && line[path] == '/' &&
	    strcmp(last_part(line + path), name) == 0;
}

enum netns
netns_of_listener(const char *path)
{
	char real[PATH_MAX], *line = NULL;
	enum netns found = NETNS_OTHER;
	size_t size = 0;
	FILE *list;

	if (realpath(path, real) == NULL || (list = fopen("/proc/self/net/unix", "re")) == NULL)
		return NETNS_UNKNOWN;
	if (getline(&line, &size, list) == -1) /* its head */
		found = NETNS_UNKNOWN;
	while (found == NETNS_OTHER && getline(&line, &size, list) != -1)
		if (listens_at(line, last_part(real)))
			found = NETNS_OURS;
	if (ferror(list))
		found = NETNS_UNKNOWN;
	free(line);
	fclose(list);
	return found;
}
