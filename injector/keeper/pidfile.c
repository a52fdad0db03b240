/*
 * Locked by flock(2), which goes with the last process that has it open.
 */
#include "keeper/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* Is the file that we hold still the one of that path? Its last owner may have removed it. */
static bool
is_there(const struct pidfile *p)
{
	struct stat ours, there;

	return fstat(p->fd, &ours) == 0 && lstat(p->path, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

int
pidfile_take(struct pidfile *p, const char *path)
{
	p->path = path;
	for (;;) {
		p->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (p->fd == -1)
			return -1;
		if (flock(p->fd, LOCK_EX | LOCK_NB) == -1) {
			int saved = errno;

			close(p->fd);
			errno = saved;
			return -1;
		}
		if (is_there(p))
			return 0;
		close(p->fd);
	}
}

void
pidfile_write(const struct pidfile *p)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(p->fd, 0) == -1 || pwrite(p->fd, text, (size_t)len, 0) != len)
		log_warn("%s: init scripts will not find zanycastd", p->path);
}

void
pidfile_remove(struct pidfile *p)
{
	if (is_there(p) && unlink(p->path) == -1)
		log_warn("%s", p->path);
	close(p->fd);
}
