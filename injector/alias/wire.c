/*
 * Netlink messages about addresses, links and routes, read and built by libnl's
 * attribute functions. Keeps no state and opens no socket.
 */
#include "alias/wire.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <errno.h>
#include <string.h>

#include "base/clock.h"

#define KERNEL_METRIC 256 /* of the routes the kernel makes for IPv6 addresses */

/* The address of an attribute; false: it has not the size of the family. */
static bool
read_prefix(struct prefix *p, uint8_t family, uint8_t len, const struct nlattr *a)
{
	int size = family == AF_INET ? 4 : 16;

	if (a == NULL || nla_len(a) != size || len > 8 * size)
		return false;
	memset(p, 0, sizeof(*p));
	p->family = family;
	p->len = len;
	memcpy(p->addr, nla_data(a), (size_t)size);
	return true;
}

static void
read_lifetime(struct alias_address *out, const struct nlattr *a, int64_t now)
{
	struct ifa_cacheinfo info;

	out->permanent = true;
	out->valid_until = CLOCK_NEVER;
	if (a == NULL || nla_len(a) < (int)sizeof(info))
		return;
	memcpy(&info, nla_data(a), sizeof(info));
	if (info.ifa_valid == ALIAS_FOREVER)
		return;
	out->permanent = false;
	out->valid_until = now + (int64_t)info.ifa_valid * 1000;
}

static enum alias_news
read_address(struct nlmsghdr *h, int64_t now, struct alias_address *out)
{
	static const struct nla_policy policy[IFA_MAX + 1] = {
		[IFA_LABEL] = { .type = NLA_STRING },
		[IFA_FLAGS] = { .type = NLA_U32 },
	};
	struct nlattr *a[IFA_MAX + 1];
	struct ifaddrmsg head;
	struct nlattr *local, *address;
	uint32_t flags;

	if (nlmsg_datalen(h) < (int)sizeof(head))
		return ALIAS_NEWS_BAD;
	memcpy(&head, nlmsg_data(h), sizeof(head));
	if (head.ifa_family != AF_INET && head.ifa_family != AF_INET6)
		return ALIAS_NEWS_OTHER;
	if (nlmsg_parse(h, sizeof(head), a, IFA_MAX, policy) < 0)
		return ALIAS_NEWS_BAD;
	memset(out, 0, sizeof(*out));
	/* With a peer IFA_ADDRESS is the peer; IPv6 has IFA_LOCAL only then. */
	local = a[IFA_LOCAL] != NULL ? a[IFA_LOCAL] : a[IFA_ADDRESS];
	address = a[IFA_ADDRESS] != NULL ? a[IFA_ADDRESS] : a[IFA_LOCAL];
	if (head.ifa_index == 0 ||
	    !read_prefix(&out->address, head.ifa_family, head.ifa_prefixlen, local) ||
	    !read_prefix(&out->network, head.ifa_family, head.ifa_prefixlen, address))
		return ALIAS_NEWS_BAD;
	out->network = prefix_network(&out->network);
	out->ifindex = head.ifa_index;
	flags = a[IFA_FLAGS] != NULL ? nla_get_u32(a[IFA_FLAGS]) : head.ifa_flags;
	out->noprefixroute = (flags & IFA_F_NOPREFIXROUTE) != 0;
	if (a[IFA_LABEL] != NULL)
		nla_strlcpy(out->label, a[IFA_LABEL], sizeof(out->label));
	read_lifetime(out, a[IFA_CACHEINFO], now);
	return h->nlmsg_type == RTM_NEWADDR ? ALIAS_NEWS_ADDRESS : ALIAS_NEWS_ADDRESS_GONE;
}

/* info: IFLA_LINKINFO, or NULL. */
static bool
is_kind(struct nlattr *info, const char *kind)
{
	struct nlattr *found =
	    info != NULL ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND) : NULL;
	char text[16];

	if (found == NULL)
		return false;
	nla_strlcpy(text, found, sizeof(text));
	return strcmp(text, kind) == 0;
}

static enum alias_news
read_link(struct nlmsghdr *h, struct alias_link *out)
{
	struct nlattr *name, *master;
	struct ifinfomsg head;

	if (nlmsg_datalen(h) < (int)sizeof(head))
		return ALIAS_NEWS_BAD;
	memcpy(&head, nlmsg_data(h), sizeof(head));
	/* AF_BRIDGE: it joined or left a bridge, and is not gone. */
	if (head.ifi_family != AF_UNSPEC)
		return ALIAS_NEWS_OTHER;
	name = nlmsg_find_attr(h, sizeof(head), IFLA_IFNAME);
	if (head.ifi_index <= 0 || name == NULL || nla_len(name) < 1)
		return ALIAS_NEWS_BAD;
	memset(out, 0, sizeof(*out));
	out->ifindex = (uint32_t)head.ifi_index;
	out->up = (head.ifi_flags & IFF_UP) != 0;
	nla_strlcpy(out->name, name, sizeof(out->name));
	master = nlmsg_find_attr(h, sizeof(head), IFLA_MASTER);
	if (master != NULL && nla_len(master) >= (int)sizeof(out->master))
		out->master = nla_get_u32(master);
	out->is_vrf = is_kind(nlmsg_find_attr(h, sizeof(head), IFLA_LINKINFO), "vrf");
	return h->nlmsg_type == RTM_NEWLINK ? ALIAS_NEWS_LINK : ALIAS_NEWS_LINK_GONE;
}

enum alias_news
alias_wire_read(const void *msg, size_t len, int64_t now, struct alias_address *address,
    struct alias_link *link)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(uintptr_t)msg; /* libnl knows no const */

	if (len > INT32_MAX || !nlmsg_ok(h, (int)len))
		return ALIAS_NEWS_BAD;
	switch (h->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return read_address(h, now, address);
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return read_link(h, link);
	default:
		return ALIAS_NEWS_OTHER;
	}
}

/*
 * How an address gets a lifetime only if it is there. Without NLM_F_CREATE the kernel
 * creates an absent one all the same, IPv4 and IPv6 (Linux 6.18; it says that user space
 * relies on it), so a look before would leave a moment in which an expired address comes
 * back. But one that is to be created with IFA_F_MCAUTOJOIN has to be a multicast
 * address: EINVAL for ours, while a change of one that is there ignores the flag (IPv4) or
 * merely shows it ("autojoin" of ip(8), IPv6). So the kernel itself decides, under its own
 * lock. Kernels before 4.1 don't know the flag: there the look before has to do.
 */
struct nl_msg *
alias_wire_address(enum alias_verb verb, const struct prefix *p, uint32_t ifindex,
    const char *label, uint32_t seconds)
{
	struct ifaddrmsg head = { .ifa_family = p->family,
		.ifa_prefixlen = p->len,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = ifindex };
	struct ifa_cacheinfo life = { .ifa_prefered = seconds, .ifa_valid = seconds };
	/* NODAD: usable at once. */
	uint32_t flags = p->family == AF_INET6 ? IFA_F_NODAD : 0;
	int size = p->family == AF_INET ? 4 : 16, how = NLM_F_REQUEST | NLM_F_ACK;
	struct nl_msg *m;

	if (verb == ALIAS_VERB_SET)
		how |= NLM_F_CREATE | NLM_F_REPLACE;
	if (verb == ALIAS_VERB_CHANGE) {
		how |= NLM_F_REPLACE;
		flags |= IFA_F_MCAUTOJOIN;
	}
	head.ifa_flags = (uint8_t)flags;
	m = nlmsg_alloc_simple(verb == ALIAS_VERB_DELETE ? RTM_DELADDR : RTM_NEWADDR, how);
	if (m == NULL || nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO) < 0 ||
	    nla_put(m, IFA_LOCAL, size, p->addr) < 0 || nla_put(m, IFA_ADDRESS, size, p->addr) < 0)
		goto fail;
	if (verb == ALIAS_VERB_DELETE)
		return m;
	if (nla_put_u32(m, IFA_FLAGS, flags) < 0 ||
	    nla_put(m, IFA_CACHEINFO, (int)sizeof(life), &life) < 0)
		goto fail;
	if (p->family == AF_INET && label[0] != '\0' && nla_put_string(m, IFA_LABEL, label) < 0)
		goto fail;
	return m;
fail:
	nlmsg_free(m);
	errno = ENOMEM;
	return NULL;
}

struct nl_msg *
alias_wire_get(const struct prefix *p, uint32_t ifindex)
{
	struct ifaddrmsg head = {
		.ifa_family = p->family, .ifa_prefixlen = p->len, .ifa_index = ifindex
	};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_GETADDR, NLM_F_REQUEST | NLM_F_ACK);

	if (m == NULL || nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO) < 0 ||
	    nla_put(m, IFA_ADDRESS, 16, p->addr) < 0) {
		nlmsg_free(m);
		errno = ENOMEM;
		return NULL;
	}
	return m;
}

struct nl_msg *
alias_wire_leftover(const struct prefix *p, uint32_t ifindex)
{
	struct rtmsg head = { .rtm_family = p->family,
		.rtm_dst_len = p->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_KERNEL,
		.rtm_scope = RT_SCOPE_NOWHERE };
	int size = p->family == AF_INET ? 4 : 16;
	struct nl_msg *m = nlmsg_alloc_simple(RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK);

	if (m == NULL || nlmsg_append(m, &head, sizeof(head), NLMSG_ALIGNTO) < 0 ||
	    nla_put(m, RTA_DST, size, p->addr) < 0 || nla_put_u32(m, RTA_OIF, ifindex) < 0 ||
	    nla_put_u32(m, RTA_PRIORITY, KERNEL_METRIC) < 0) {
		nlmsg_free(m);
		errno = ENOMEM;
		return NULL;
	}
	return m;
}

static struct nl_msg *
dump(int type, const void *head, size_t len)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP);

	if (m != NULL && nlmsg_append(m, (void *)(uintptr_t)head, len, NLMSG_ALIGNTO) == 0)
		return m;
	nlmsg_free(m);
	errno = ENOMEM;
	return NULL;
}

struct nl_msg *
alias_wire_dump_links(void)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = dump(RTM_GETLINK, &head, sizeof(head));

	if (m != NULL && nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) == 0)
		return m;
	nlmsg_free(m);
	return NULL;
}

struct nl_msg *
alias_wire_dump_addresses(void)
{
	struct ifaddrmsg head = { .ifa_family = AF_UNSPEC };

	return dump(RTM_GETADDR, &head, sizeof(head));
}
