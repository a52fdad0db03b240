/*
 * The device of a VRF, to which sockets of its checks are bound: what they ask
 * is then asked inside of the VRF.
 */
#ifndef CHECKS_DEVICE_H
#define CHECKS_DEVICE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct device {
	char name[IFNAMSIZ]; /* "": no VRF, or one that is the network namespace we are in */
	bool unbound[2];     /* by enum transport: sockets bound to no device serve it, too */
};

/* Looks at files, so before the sandbox. */
struct device device_of_vrf(const char *vrf);
/* 0, or -1 with errno; ENODEV: there is none. EPERM: Linux before 5.7. */
int device_bind(int fd, const struct device *);
/* Its index now; 0: there is none. */
uint32_t device_index(const struct device *);

#endif
