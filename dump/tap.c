/*
 * Making a socket file: never in the place of something that lives, never for a moment more
 * open than it should be. Must not know who connects.
 */
#include "dump/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dump/seek.h"

#define BACKLOG 64
#define OPEN_MIN_US 100000 /* shorter connections hurt a zebra that is just starting */

void
tap_init(struct tap *t, const char *path, const char *like)
{
	memset(t, 0, sizeof(*t));
	t->path = path;
	t->like = like;
	t->fd = -1;
}

static int
refuse(char *text, size_t size, const char *path, const char *why)
{
	snprintf(text, size, "%s: %s", path, why);
	return -1;
}

int
tap_check(const struct tap *t, char *text, size_t size)
{
	struct stat st, zebra;
	int fd;

	if (strlen(t->path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return refuse(text, size, t->path, strerror(ENAMETOOLONG));
	if (lstat(t->path, &st) == -1)
		return errno == ENOENT ? 0 : refuse(text, size, t->path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return refuse(text, size, t->path, "this is no socket, it is not replaced");
	if (stat(t->like, &zebra) == 0 && zebra.st_dev == st.st_dev && zebra.st_ino == st.st_ino)
		return refuse(text, size, t->path, "this is zebra's own socket");
	fd = seek_connect(t->path);
	if (fd == -1 && errno == ECONNREFUSED)
		return 0;
	if (fd != -1) {
		usleep(OPEN_MIN_US);
		close(fd);
	}
	return refuse(text, size, t->path, "somebody listens there, it is not replaced");
}

/* By descriptor: the name may mean another file by now. */
static int
set_rights(struct tap *t)
{
	int file = open(t->path, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc = -1;
	struct stat like = { 0 };
	char proc[64];

	if (file == -1 || fstat(file, &t->made) == -1 || !S_ISSOCK(t->made.st_mode))
		goto out;
	if (stat(t->like, &like) == -1) {
		rc = 0; /* zebra's went away: only we may use it */
		goto out;
	}
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", file);
	/* only root can give a file away; without that it stays closed to others */
	if (like.st_uid != t->made.st_uid || like.st_gid != t->made.st_gid)
		if (fchownat(file, "", like.st_uid, like.st_gid, AT_EMPTY_PATH) == -1)
			goto out;
	rc = chmod(proc, like.st_mode & 0777);
out:
	if (file != -1)
		close(file);
	return rc;
}

int
tap_open(struct tap *t, char *text, size_t size)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mask;
	int rc;

	if (tap_check(t, text, size) == -1)
		return -1;
	memcpy(addr.sun_path, t->path, strlen(t->path) + 1);
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd == -1)
		return refuse(text, size, t->path, strerror(errno));
	unlink(t->path); /* a leftover, as was seen */
	mask = umask(0177);
	rc = bind(t->fd, (const struct sockaddr *)&addr, sizeof(addr));
	umask(mask);
	if (rc == 0 && set_rights(t) == 0 && listen(t->fd, BACKLOG) == 0)
		return 0;
	refuse(text, size, t->path, strerror(errno));
	tap_close(t);
	return -1;
}

void
tap_close(struct tap *t)
{
	struct stat st;

	if (t->fd == -1)
		return;
	if (lstat(t->path, &st) == 0 && st.st_dev == t->made.st_dev && st.st_ino == t->made.st_ino)
		unlink(t->path);
	close(t->fd);
	t->fd = -1;
}
