/*
 * The kernel's sock_diag: which sockets are bound to a port, and which of them
 * were destroyed.
 */
#ifndef CHECKS_SOCK_DIAG_H
#define CHECKS_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"

/* A socket as the kernel tells it. */
struct bound_socket {
	uint64_t cookie; /* no other socket ever has it */
	uint8_t family;
	bool v6only;
	bool serves; /* TCP: it listens; UDP: it is not connected */
	uint16_t port;
	uint32_t device; /* the index of what it is bound to; 0: to none */
	uint8_t addr[16];
};
typedef void bound_socket_fn(void *arg, const struct bound_socket *);

/*
 * The netlink messages of one packet. seq: of the answers wanted, 0 for events. Returns 1: more
 * will come, 0: done, -1 with errno: the kernel said so, or EBADMSG. data is aligned to 4.
 */
int sock_diag_read(const void *data, size_t size, uint32_t seq, bound_socket_fn *, void *arg);

/* Calls the function for each serving socket of both families at port. -1 with errno. */
struct sock_diag;
struct sock_diag *sock_diag_new(void);
void sock_diag_free(struct sock_diag *);
int sock_diag_dump(struct sock_diag *, enum transport, uint16_t port, bound_socket_fn *, void *arg);

/*
 * Events of destroyed sockets. A descriptor to wait at, -1 with errno (EINVAL: the kernel has no
 * such events) as long as none was subscribed.
 */
int sock_diag_subscribe(struct sock_diag *, enum transport);
/* Events of these cookies only; when the kernel refuses, of all sockets. */
void sock_diag_filter(struct sock_diag *, const uint64_t *cookies, size_t n);
/* Reads what waits. -1 with errno = ENOBUFS: events were lost; else 0. */
int sock_diag_events(struct sock_diag *, bound_socket_fn *, void *arg);

#endif
