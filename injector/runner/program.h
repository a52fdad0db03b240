/*
 * A program of the configuration as a process of its own group and session,
 * with nothing of ours.
 */
#ifndef RUNNER_PROGRAM_H
#define RUNNER_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/* Whom to become; what the system knew of him when first asked. */
struct runner_user {
	struct runner_user *next;
	char *name;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int ngroups;
};

/* Looks in list first, adds what it finds. NULL with errno (ENOENT: no such user). */
const struct runner_user *runner_user(struct runner_user **list, const char *name);
void runner_users_free(struct runner_user **list);

struct program {
	char *const *argv; /* argv[0] is a path */
	char *const *env;
	const struct runner_user *user; /* NULL: as we are */
	const char *input;		/* NULL: /dev/null */
};

/*
 * Starts it. Returns its pid, or -1 with errno. output: where what it prints can be read;
 * failed: an int comes out of it, an errno, if it could not become the program. Both do not block.
 */
pid_t program_start(const struct program *, int *output, int *failed);

#endif
