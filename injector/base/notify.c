/*
 * NOTIFY_SOCKET and its datagrams.
 */
#include "base/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

socklen_t
notify_address(const char *name, struct sockaddr_un *un)
{
	size_t len = strlen(name);

	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(un->sun_path))
		return 0;
	memcpy(un->sun_path, name, len);
	if (name[0] == '@')
		un->sun_path[0] = '\0';
	else
		len++; /* a path ends, an abstract name is as long as it is */
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* The whole text is a number from 1 to INT64_MAX. */
static bool
is_number(const char *text, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number > 0;
}

int64_t
notify_watchdog(const char *usec, const char *pid, pid_t self)
{
	int64_t us, whose;

	if (usec == NULL || !is_number(usec, &us))
		return 0;
	if (pid != NULL && (!is_number(pid, &whose) || whose != self))
		return 0;
	return us < 1000 ? 1 : us / 1000;
}

void
notify_open(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un;
	socklen_t len = name != NULL ? notify_address(name, &un) : 0;

	*n = (struct notify){ .fd = -1 };
	if (len > 0 && (n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) != -1 &&
	    connect(n->fd, (struct sockaddr *)&un, len) == -1) {
		log_warn("NOTIFY_SOCKET %s: the service manager will not hear of us", name);
		close(n->fd);
		n->fd = -1;
	} else if (name != NULL && len == 0)
		log_warnx(
		    "NOTIFY_SOCKET %s: not an address: the service manager will not hear of us",
		    name);
	if (n->fd != -1)
		n->watchdog_ms =
		    notify_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), getpid());
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

bool
notify_tell(const struct notify *n, const char *text)
{
	return n->fd == -1 || send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) != -1;
}
