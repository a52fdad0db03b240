/*
 * The file that names a daemon for init scripts. Who has it open and locked is alive,
 * so that a stale one is taken and a living one is not.
 */
#ifndef KEEPER_PIDFILE_H
#define KEEPER_PIDFILE_H

struct pidfile {
	const char *path;
	int fd;
};

/*
 * 0, or -1 with errno: EWOULDBLOCK, another process has it. The lock is that
 * of a process and of its children that keep it open.
 */
int pidfile_take(struct pidfile *, const char *path);
/* It names the calling process from now on. */
void pidfile_write(const struct pidfile *);
void pidfile_remove(struct pidfile *);

#endif
