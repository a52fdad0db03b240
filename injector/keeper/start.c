/*
 * Lock, control socket, capabilities.
 */
#include "config.h"

#include "keeper/start.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

#include "base/log.h"

/* The same socket by another way of writing it is the same zebra. */
static void
canonical(const char *path, char *out, size_t size)
{
	char whole[PATH_MAX], folder[PATH_MAX], *dir;
	const char *slash = strrchr(path, '/');

	snprintf(folder, sizeof(folder), "%s", path);
	dir = dirname(folder);
	if (realpath(dir, whole) == NULL)
		snprintf(whole, sizeof(whole), "%s", dir);
	snprintf(out, size, "%s/%s", whole, slash != NULL ? slash + 1 : path);
}

/*
 * A name in the abstract namespace: it belongs to the network namespace whose routes zebra keeps,
 * and the kernel frees it with the process, however that ends.
 */
void
start_lock(const char *socket_path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char path[2 * PATH_MAX];
	const char *tail;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), n;

	canonical(socket_path, path, sizeof(path));
	tail = strlen(path) > 90 ? path + strlen(path) - 90 : path;
	n = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "zanycast:%s", tail);
	if (fd == -1)
		fatal("socket");
	if (bind(fd, (struct sockaddr *)&un,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0)
		return; /* the descriptor stays open on purpose */
	if (errno != EADDRINUSE)
		fatal("the lock for %s", socket_path);
	fatalx("another zanycastd serves %s already: stop it first (zanycastctl leave keeps its "
	       "routes for the next one)",
	    socket_path);
}

static gid_t
group_id(const char *name)
{
	struct group *group = getgrnam(name);

	if (group == NULL)
		fatalx("group %s does not exist: addgroup --system %s, or set group in the file",
		    name, name);
	return group->gr_gid;
}

int
start_control(const struct conf *conf)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	gid_t gid = group_id(conf->control_group);
	int fd, n;

	umask(022); /* whoever started us */
	if (mkdir(conf->run_dir, 0755) == -1 && errno != EEXIST)
		fatal("%s", conf->run_dir);
	n = snprintf(un.sun_path, sizeof(un.sun_path), "%s/control.sock", conf->run_dir);
	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		fatalx(
		    "%s/control.sock: too long for a socket: set a shorter run_dir", conf->run_dir);
	start_lock(un.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("socket");
	/* the lock is ours: whoever bound it before is dead */
	if (unlink(un.sun_path) == -1 && errno != ENOENT)
		fatal("%s", un.sun_path);
	/* made with its mode, and never a link followed: run_dir may be somebody else's */
	umask(0117);
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		fatal("%s", un.sun_path);
	umask(022);
	if (lchown(un.sun_path, 0, gid) == -1)
		fatal("%s", un.sun_path);
	if (listen(fd, 64) == -1)
		fatal("%s", un.sun_path);
	return fd;
}

void
start_capabilities(void)
{
#ifdef HAVE_LIBCAP_NG
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN, CAP_SETUID,
		CAP_SETGID, CAP_KILL, CAP_DAC_OVERRIDE, CAP_CHOWN, -1) != 0 ||
	    capng_apply(CAPNG_SELECT_CAPS) != 0)
		fatalx("capabilities cannot be given up; zanycastd must be started as root");
#endif
}
