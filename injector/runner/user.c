/*
 * Users of programs, looked up once: the system's directory may be slow.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "runner/program.h"

#define GROUPS_MOST 1024

static int
find_groups(struct runner_user *u)
{
	u->ngroups = GROUPS_MOST;
	u->groups = calloc(GROUPS_MOST, sizeof(*u->groups));
	if (u->groups == NULL)
		return -1;
	if (getgrouplist(u->name, u->gid, u->groups, &u->ngroups) == -1)
		u->ngroups = GROUPS_MOST; /* the first of them */
	return 0;
}

const struct runner_user *
runner_user(struct runner_user **list, const char *name)
{
	struct runner_user *u;
	struct passwd *pw;

	for (u = *list; u != NULL; u = u->next) {
		if (strcmp(u->name, name) == 0)
			return u;
	}
	errno = 0;
	if ((pw = getpwnam(name)) == NULL) {
		if (errno != EMFILE && errno != ENFILE && errno != ENOMEM)
			errno = ENOENT;
		return NULL;
	}
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return NULL;
	u->uid = pw->pw_uid;
	u->gid = pw->pw_gid;
	u->name = strdup(name);
	if (u->name == NULL || find_groups(u) == -1) {
		free(u->name);
		free(u);
		errno = ENOMEM;
		return NULL;
	}
	u->next = *list;
	*list = u;
	return u;
}

void
runner_users_free(struct runner_user **list)
{
	struct runner_user *u;

	while ((u = *list) != NULL) {
		*list = u->next;
		free(u->name);
		free(u->groups);
		free(u);
	}
}
