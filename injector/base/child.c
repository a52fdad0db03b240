/*
 * What a child gives up before it touches anything that is not ours.
 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS 65536 /* that an old kernel has to close one by one */

void
child_limit(int resource, rlim_t most)
{
	struct rlimit rl = { most, most };

	(void)setrlimit((__rlimit_resource_t)resource, &rl);
}

int
child_mute(int first, int last)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), failed = null == -1;

	for (int fd = first; !failed && fd <= last; fd++)
		failed = dup2(null, fd) == -1;
	if (null > STDERR_FILENO)
		close(null);
	return failed ? -1 : 0;
}

void
child_separate(int last)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	bool closed = false;
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#ifdef SYS_close_range
	closed = syscall(SYS_close_range, last + 1, ~0u, 0) == 0;
#endif
	for (int fd = last + 1; !closed && fd < DESCRIPTORS; fd++)
		(void)close(fd);
	child_limit(RLIMIT_CORE, 0);
	child_limit(RLIMIT_FSIZE, 0);
}

int
child_become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) == -1 || setgid(gid) == -1 || setuid(uid) == -1)
		return -1;
	if (uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	child_limit(RLIMIT_NPROC, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the change of user took it away */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
