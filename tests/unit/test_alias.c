/*
 * Aliases in a kernel: a network namespace of the test's own, real expiries,
 * real overruns. The module is included, for its sockets.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link/veth.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "alias/alias.c"
#include "alias/table.h"

#define LO 1u
#define MANY 3000

struct seen {
	struct event_base *base;
	struct aliases *aliases;
	struct nl_sock *other; /* somebody else's */
	int changed, overrun, links, link_ups, changed_after_overrun;
	char link[16];
};

static void
on_changed(void *arg)
{
	struct seen *s = arg;

	s->changed++;
	if (s->overrun > 0)
		s->changed_after_overrun++;
}

static void
on_link(void *arg, uint32_t ifindex, const char *name, bool up)
{
	struct seen *s = arg;

	assert_int_not_equal(ifindex, 0);
	s->links++;
	s->link_ups += up;
	snprintf(s->link, sizeof(s->link), "%s", name);
}

static void
on_overrun(void *arg)
{
	((struct seen *)arg)->overrun++;
}

static const struct alias_ops ops = { on_changed, on_link, on_overrun };

static struct prefix
P(const char *text) {
	struct prefix p;
	char address[PREFIX_STRLEN], *slash;

	/* Bits behind the length are welcome here. */
	snprintf(address, sizeof(address), "%s", text);
	if ((slash = strchr(address, '/')) != NULL)
		*slash = '\0';
	assert_int_equal(prefix_parse(&p, address), 0);
	if (slash != NULL)
		p.len = (uint8_t)atoi(slash + 1);
	return p;
}

static void
link_flags(const char *name, bool up)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &r), 0);
	r.ifr_flags = (short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
	close(fd);
}

/* Somebody else adds (seconds) or deletes (0) an address. 0, or an errno. */
static int
other(struct nl_sock *sock, const char *text, uint32_t ifindex, const char *label, uint32_t seconds)
{
	struct prefix p = P(text);
	enum alias_verb verb = seconds == 0 ? ALIAS_VERB_DELETE : ALIAS_VERB_SET;

	return netlink_ask(
		   sock, alias_wire_address(verb, &p, ifindex, label, seconds), NULL, NULL) == 0
	    ? 0
	    : errno;
}

static void
other_noprefixroute(const char *text, uint32_t ifindex)
{
	struct nl_sock *s = netlink_open(NULL);
	struct rtnl_addr *a = rtnl_addr_alloc();
	struct nl_addr *local;

	assert_int_equal(nl_addr_parse(text, AF_UNSPEC, &local), 0);
	rtnl_addr_set_ifindex(a, (int)ifindex);
	rtnl_addr_set_flags(a, IFA_F_NOPREFIXROUTE);
	assert_int_equal(rtnl_addr_set_local(a, local), 0);
	nl_socket_enable_auto_ack(s);
	assert_int_equal(rtnl_addr_add(s, a, 0), 0);
	nl_addr_put(local);
	rtnl_addr_put(a);
	netlink_close(s);
}

static bool
leftover(const char *hex)
{
	char line[256];
	bool found = false;
	unsigned int metric;
	FILE *f = fopen("/proc/net/ipv6_route", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, hex, 32) == 0 &&
		    sscanf(line, "%*s %*s %*s %*s %*s %x", &metric) == 1 && metric == 256)
			found = true;
	}
	fclose(f);
	return found;
}

static void
turn(struct seen *s)
{
	event_base_loop(s->base, EVLOOP_NONBLOCK);
}

#define UNTIL(s, cond)                                                 \
	do {                                                           \
		int64_t until_ = clock_ms() + 5000;                    \
		while (turn(s), !(cond)) {                             \
			if (clock_ms() > until_)                       \
				fail_msg("not within 5 s: %s", #cond); \
			usleep(2000);                                  \
		}                                                      \
	} while (0)

static int
setup(void **state)
{
	struct seen *s = calloc(1, sizeof(*s));

	link_flags("lo", true);
	s->base = event_base_new();
	s->other = netlink_open(NULL);
	s->aliases = aliases_new(s->base, &ops, s);
	assert_non_null(s->other);
	assert_non_null(s->aliases);
	turn(s);
	assert_int_equal(s->changed + s->links + s->overrun, 0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct seen *s = *state;

	aliases_free(s->aliases);
	netlink_close(s->other);
	event_base_free(s->base);
	free(s);
	return 0;
}

static void
test_add_find_renew_delete(void **state)
{
	static const char *const texts[] = { "10.1.53.1/32", "2001:db8:53::1/128" };
	struct seen *s = *state;
	struct alias_info info;
	int64_t first;
	size_t i;

	assert_int_equal(aliases_link(s->aliases, "lo", NULL), LO);
	assert_int_equal(aliases_link(s->aliases, "nosuch", NULL), 0);
	for (i = 0; i < 2; i++) {
		struct prefix p = P(texts[i]);

		turn(s);
		s->changed = 0;
		assert_false(aliases_find(s->aliases, &p, 0, &info));
		assert_int_equal(alias_add(s->aliases, &p, LO, "lo:1", 9500), 0);
		assert_int_equal(s->changed, 0); /* from the loop only */
		assert_true(aliases_find(s->aliases, &p, LO, &info));
		assert_true(prefix_equal(&info.address, &p));
		assert_string_equal(info.interface, "lo");
		assert_string_equal(info.label, i == 0 ? "lo:1" : "");
		assert_false(info.permanent || info.noprefixroute);
		assert_in_range(info.valid_until - clock_ms(), 9000, 10000);
		UNTIL(s, s->changed == 1);
		first = info.valid_until;
		usleep(5000);
		assert_int_equal(alias_renew(s->aliases, &p, LO, "lo:1", 20000), 0);
		turn(s);
		assert_int_equal(s->changed, 1); /* a renewal is not told */
		assert_true(aliases_find(s->aliases, &p, 0, &info));
		assert_true(info.valid_until >= first + 9000);
		assert_false(aliases_find(s->aliases, &p, 77, &info));
		assert_int_equal(alias_delete(s->aliases, &p, LO), 0);
		assert_false(aliases_find(s->aliases, &p, 0, &info));
		UNTIL(s, s->changed == 2);
		assert_int_equal(alias_delete(s->aliases, &p, LO), 0);
		assert_int_equal(alias_delete(s->aliases, &p, 4711), 0);
	}
	assert_false(leftover("20010db8005300000000000000000001"));
	assert_int_equal(s->overrun, 0);
}

static void
test_refuses_lifetimes(void **state)
{
	struct seen *s = *state;
	struct prefix p = P("10.1.53.1");
	static const int64_t bad[] = { 0, -1, CLOCK_NEVER, INT64_C(1000) * INT32_MAX };
	size_t i;

	for (i = 0; i < 4; i++) {
		assert_int_equal(alias_add(s->aliases, &p, LO, "", bad[i]), -1);
		assert_int_equal(errno, EINVAL);
		assert_int_equal(alias_renew(s->aliases, &p, LO, "", bad[i]), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_int_equal(alias_add(s->aliases, &p, 4711, "", 1000), -1);
	assert_int_equal(errno, ENODEV);
}

/* Expired: seen, not revived by a renewal, and the IPv6 route swept. */
static void
test_expiry(void **state)
{
	struct seen *s = *state;
	struct prefix p4 = P("10.1.53.1"), p6 = P("2001:db8:53::1");
	struct alias_info info;

	assert_int_equal(alias_add(s->aliases, &p4, LO, "", 1000), 0);
	assert_int_equal(alias_add(s->aliases, &p6, LO, "", 1000), 0);
	UNTIL(s, s->changed > 0);
	UNTIL(s,
	    !aliases_find(s->aliases, &p4, 0, &info) && !aliases_find(s->aliases, &p6, 0, &info));
	assert_int_equal(alias_renew(s->aliases, &p4, LO, "", 9000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(alias_renew(s->aliases, &p6, LO, "", 9000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(other(s->other, "10.1.53.1", LO, "", 0), EADDRNOTAVAIL);
	assert_int_equal(other(s->other, "2001:db8:53::1", LO, "", 0), EADDRNOTAVAIL);
	assert_true(leftover("20010db8005300000000000000000001"));
	alias_sweep(s->aliases, &p6, LO);
	assert_false(leftover("20010db8005300000000000000000001"));
	alias_sweep(s->aliases, &p6, LO);
	alias_sweep(s->aliases, &p4, LO);

	/* While the address is there, its route stays. */
	assert_int_equal(alias_add(s->aliases, &p6, LO, "", 9000), 0);
	alias_sweep(s->aliases, &p6, LO);
	assert_true(leftover("20010db8005300000000000000000001"));
	assert_int_equal(alias_delete(s->aliases, &p6, LO), 0);
	assert_false(leftover("20010db8005300000000000000000001"));
}

/* The kernel's own answer, without the look: what alias/wire.c says of it. */
static void
test_change_creates_nothing(void **state)
{
	static const char *const texts[] = { "10.1.53.1", "2001:db8:53::1" };
	struct seen *s = *state;
	struct alias_info info;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct prefix p = P(texts[i]);

		assert_int_equal(
		    netlink_ask(
			s->other, alias_wire_address(ALIAS_VERB_CHANGE, &p, LO, "", 5), NULL, NULL),
		    -1);
		assert_int_equal(errno, EINVAL);
		turn(s);
		assert_false(aliases_find(s->aliases, &p, 0, &info));
	}
}

/* Somebody deletes and adds exclusively while we renew: EEXIST would be a revival. */
static void
test_renew_races(void **state)
{
	static const char *const texts[] = { "10.1.53.1", "2001:db8:53::1" };
	struct seen *s = *state;
	struct nl_sock *sock;
	struct nl_msg *m;
	int status, i;
	pid_t pid;

	if ((pid = fork()) == 0) {
		sock = netlink_open(NULL);
		for (i = 0; i < 2000; i++) {
			struct prefix p = P(texts[i % 2]);

			m = alias_wire_address(ALIAS_VERB_SET, &p, LO, "", 50);
			nlmsg_hdr(m)->nlmsg_flags &= (uint16_t)~NLM_F_REPLACE;
			nlmsg_hdr(m)->nlmsg_flags |= NLM_F_EXCL;
			if (netlink_ask(sock, m, NULL, NULL) == -1 ||
			    other(sock, texts[i % 2], LO, "", 0) != 0)
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
		struct prefix p = P(texts[i % 2]);

		if (alias_renew(s->aliases, &p, LO, "", 90000) == -1)
			assert_int_equal(errno, ENOENT);
	}
	assert_int_equal(status, 0);
	assert_true(i > 100);
}

static void
test_adopts(void **state)
{
	static const char *const texts[] = { "10.1.53.1", "2001:db8:53::1" };
	struct seen *s = *state;
	struct alias_info info;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct prefix p = P(texts[i]);

		turn(s);
		s->changed = 0;
		assert_int_equal(other(s->other, texts[i], LO, "lo:7", ALIAS_FOREVER), 0);
		UNTIL(s, aliases_find(s->aliases, &p, LO, &info));
		assert_int_equal(s->changed, 1);
		assert_true(info.permanent);
		assert_true(info.valid_until == CLOCK_NEVER);
		assert_int_equal(alias_add(s->aliases, &p, LO, "lo:1", 5000), 0);
		UNTIL(s, s->changed == 2);
		assert_true(aliases_find(s->aliases, &p, LO, &info));
		assert_false(info.permanent);
		assert_string_equal(info.label, i == 0 ? "lo:7" : "");
		assert_int_equal(alias_delete(s->aliases, &p, LO), 0);
	}
	/* IPv4 keeps noprefixroute, IPv6 loses it. */
	for (i = 0; i < 2; i++) {
		struct prefix p = P(texts[i]);

		other_noprefixroute(texts[i], LO);
		assert_int_equal(alias_add(s->aliases, &p, LO, "", 5000), 0);
		assert_true(aliases_find(s->aliases, &p, LO, &info));
		assert_int_equal(info.noprefixroute, i == 0);
		assert_int_equal(alias_delete(s->aliases, &p, LO), 0);
	}
}

static void
test_other_lengths(void **state)
{
	struct seen *s = *state;
	struct prefix p4 = P("10.1.53.1/32"), p6 = P("2001:db8:53::1/128");
	struct alias_info info;

	assert_int_equal(other(s->other, "10.1.53.1/24", LO, "", ALIAS_FOREVER), 0);
	assert_int_equal(other(s->other, "2001:db8:53::1/64", LO, "", ALIAS_FOREVER), 0);
	UNTIL(s, aliases_find(s->aliases, &p6, LO, &info));
	assert_int_equal(info.address.len, 64);
	assert_int_equal(alias_renew(s->aliases, &p4, LO, "", 5000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(alias_renew(s->aliases, &p6, LO, "", 5000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(alias_add(s->aliases, &p6, LO, "", 5000), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(alias_add(s->aliases, &p4, LO, "", 5000), 0);
	assert_true(aliases_find(s->aliases, &p4, LO, &info));
	assert_int_equal(info.address.len, 32);
	assert_int_equal(alias_delete(s->aliases, &p4, LO), 0);
	assert_true(aliases_find(s->aliases, &p4, LO, &info));
	assert_int_equal(info.address.len, 24);
	assert_true(info.permanent);
	assert_int_equal(other(s->other, "10.1.53.1/24", LO, "", 0), 0);
	assert_int_equal(other(s->other, "2001:db8:53::1/64", LO, "", 0), 0);
}

/* A pair of links comes or goes. */
static void
veths(bool add)
{
	struct nl_sock *s = nl_socket_alloc();
	struct rtnl_link *l = rtnl_link_alloc();

	assert_int_equal(nl_connect(s, NETLINK_ROUTE), 0);
	rtnl_link_set_name(l, "va");
	if (add)
		assert_int_equal(rtnl_link_veth_add(s, "va", "vb", getpid()), 0);
	else
		assert_int_equal(rtnl_link_delete(s, l), 0);
	rtnl_link_put(l);
	nl_socket_free(s);
}

static void
test_networks_and_links(void **state)
{
	struct seen *s = *state;
	struct prefix net = P("10.7.0.0/16"), host = P("10.7.0.9"), none = P("10.0.0.0/8");
	struct alias_info info;
	uint32_t veth;
	bool up = true;

	veths(true);
	UNTIL(s, s->links == 2);
	assert_int_not_equal(veth = aliases_link(s->aliases, "va", &up), 0);
	assert_false(up);
	link_flags("va", true);
	UNTIL(s, s->link_ups == 1);
	assert_string_equal(s->link, "va");
	assert_int_equal(other(s->other, "10.7.0.9/16", veth, "", ALIAS_FOREVER), 0);
	UNTIL(s, aliases_is_network(s->aliases, &net, LO, &info));
	assert_string_equal(info.interface, "va");
	assert_false(aliases_is_network(s->aliases, &net, veth, &info));
	assert_false(aliases_is_network(s->aliases, &host, LO, &info));
	assert_false(aliases_is_network(s->aliases, &none, LO, &info));
	assert_true(aliases_find(s->aliases, &host, 0, &info));
	assert_int_equal(info.ifindex, veth);
	assert_false(aliases_find(s->aliases, &host, LO, &info));

	/* Down and up before anybody looks: both are told. */
	s->links = s->link_ups = 0;
	link_flags("va", false);
	link_flags("va", true);
	UNTIL(s, s->links == 2);
	assert_int_equal(s->link_ups, 1);
	link_flags("lo", false);
	UNTIL(s, s->links == 3);
	assert_string_equal(s->link, "lo");
	aliases_link(s->aliases, "lo", &up);
	assert_false(up);
	link_flags("lo", true);
	UNTIL(s, s->link_ups == 2);

	s->changed = s->links = 0;
	veths(false);
	UNTIL(s, s->links == 2);
	assert_int_equal(s->changed, 1);
	assert_int_equal(aliases_link(s->aliases, "va", NULL), 0);
	assert_false(aliases_find(s->aliases, &host, 0, &info));
}

/* The same in another VRF is nobody's business. */
static void
test_vrfs(void **state)
{
	struct alias_table *t = alias_table_new();
	static const struct alias_link links[] = { { 1, "lo", true, false, 0 },
		{ 2, "red", true, true, 0 }, { 3, "eth0", true, false, 2 },
		{ 4, "br0", true, false, 0 }, { 5, "eth1", true, false, 4 } };
	struct alias_address a = { .permanent = true };
	struct prefix p;

	(void)state;
	assert_int_equal(prefix_parse(&p, "10.1.53.1/32"), 0);
	a.address = a.network = p;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_int_equal(alias_table_link(t, &links[i]), 0);
	a.ifindex = 3;
	assert_int_equal(alias_table_address(t, &a), 1);
	assert_non_null(alias_table_find(t, &p, 0));
	assert_null(alias_table_find_beside(t, &p, 1));
	assert_null(alias_table_network(t, &p, ALIAS_BESIDE, 1));
	assert_null(alias_table_find_beside(t, &p, 3));
	assert_non_null(alias_table_find_beside(t, &p, 2));
	assert_non_null(alias_table_network(t, &p, ALIAS_BESIDE, 2));
	a.ifindex = 5; /* a bridge is no VRF */
	assert_int_equal(alias_table_address(t, &a), 1);
	assert_int_equal(alias_table_find_beside(t, &p, 1)->ifindex, 5);
	assert_int_equal(alias_table_network(t, &p, ALIAS_BESIDE, 1)->ifindex, 5);
	assert_int_equal(alias_table_find_beside(t, &p, 2)->ifindex, 3);
	assert_int_equal(alias_table_find_beside(t, &p, 0)->ifindex, 5);
	alias_table_free(t);
}

static void
many(bool add)
{
	struct nl_sock *sock;
	char text[32];
	int i, status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		sock = netlink_open(NULL);
		for (i = 0; i < MANY; i++) {
			snprintf(text, sizeof(text), "10.64.%d.%d", i / 250, i % 250);
			if (other(sock, text, LO, "", add ? 600 : 0) != 0)
				_exit(1);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static size_t
count(struct seen *s)
{
	struct alias_info info;
	char text[32];
	size_t n = 0;
	int i;

	for (i = 0; i < MANY; i++) {
		struct prefix p;

		snprintf(text, sizeof(text), "10.64.%d.%d", i / 250, i % 250);
		p = P(text);
		n += aliases_find(s->aliases, &p, LO, &info);
	}
	return n;
}

static void
test_overrun(void **state)
{
	struct seen *s = *state;
	struct prefix p = P("10.64.0.7");
	int small = 2048;

	assert_int_equal(setsockopt(netlink_fd(s->aliases->events), SOL_SOCKET, SO_RCVBUF, &small,
			     sizeof(small)),
	    0);
	many(true);
	UNTIL(s, s->overrun == 1);
	assert_int_equal(s->changed_after_overrun, 1);
	assert_int_equal(count(s), MANY);
	many(false);
	/* A verb notices it, too, and answers from what is true now. */
	assert_int_equal(alias_renew(s->aliases, &p, LO, "", 5000), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(s->overrun, 1);
	assert_int_equal(count(s), 0);
	UNTIL(s, s->overrun == 2);
}

/* With room for them all no event is lost; the next one finds all by its dump. */
static void
test_many(void **state)
{
	struct seen *s = *state, second = { 0 };

	many(true);
	UNTIL(s, count(s) == MANY);
	second.base = s->base;
	assert_non_null(second.aliases = aliases_new(s->base, &ops, &second));
	assert_int_equal(count(&second), MANY);
	many(false);
	UNTIL(s, count(s) == 0);
	UNTIL(s, count(&second) == 0);
	aliases_free(second.aliases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_add_find_renew_delete),
		T(test_refuses_lifetimes),
		T(test_expiry),
		T(test_change_creates_nothing),
		T(test_renew_races),
		T(test_adopts),
		T(test_other_lengths),
		T(test_networks_and_links),
		T(test_vrfs),
		T(test_overrun),
		T(test_many),
	};

	if (unshare(CLONE_NEWNET) == -1 && unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1) {
		fprintf(stderr,
		    "test_alias: needs a network namespace of its own: run it as root, "
		    "or allow user namespaces (unshare: %s)\n",
		    strerror(errno));
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
