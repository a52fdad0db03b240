/*
 * A VRF as the checks see it. Whether it is a device is not asked of zebra, which
 * may not be there yet: it is one unless it is our own network namespace.
 */
#include "checks/device.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/netns.h"
#include "conf/conf.h"

static bool
is_set(const char *path)
{
	FILE *f = fopen(path, "re");
	bool set = f != NULL && fgetc(f) == '1';

	if (f != NULL)
		fclose(f);
	return set;
}

struct device
device_of_vrf(const char *vrf)
{
	struct device d = { .name = "" };

	if (strcmp(vrf, CONF_VRF_DEFAULT) == 0 || netns_named(vrf) == NETNS_OURS)
		return d;
	snprintf(d.name, sizeof(d.name), "%.15s", vrf);
	d.unbound[TRANSPORT_UDP] = is_set("/proc/sys/net/ipv4/udp_l3mdev_accept");
	d.unbound[TRANSPORT_TCP] = is_set("/proc/sys/net/ipv4/tcp_l3mdev_accept");
	return d;
}

int
device_bind(int fd, const struct device *d)
{
	if (d->name[0] == '\0')
		return 0;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, d->name, (socklen_t)strlen(d->name));
}

/* By way of a socket: the sandbox knows no question by name. */
uint32_t
device_index(const struct device *d)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), index = 0;
	socklen_t len = sizeof(index);

	if (fd == -1)
		return 0;
	if (device_bind(fd, d) == -1 ||
	    getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, &len) == -1)
		index = 0;
	close(fd);
	return (uint32_t)index;
}
