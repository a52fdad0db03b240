/*
 * What a service manager is told of us, a datagram each time, as sd_notify(3)
 * has it. Never waits for the manager.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

struct notify {
	int fd;		     /* connected; -1: nobody wants to know */
	int64_t watchdog_ms; /* so long without WATCHDOG=1, and we are killed; 0: never */
};

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, and connects before
 * anything is given up that is needed for it.
 */
void notify_open(struct notify *);
/* Lines of VARIABLE=value. False: it could not be sent now. */
bool notify_tell(const struct notify *, const char *text);

/* The address that NOTIFY_SOCKET names, "/path" or "@abstract": its length, 0: it is none. */
socklen_t notify_address(const char *name, struct sockaddr_un *);
/* WATCHDOG_USEC in ms, 0: no watchdog, or not for us. Either text may be NULL. */
int64_t notify_watchdog(const char *usec, const char *pid, pid_t self);

#endif
