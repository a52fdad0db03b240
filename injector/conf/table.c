/*
 * The options of the file as data. A new option is a row here, and a line in
 * validate.c if it must agree with others. Parses nothing.
 */
#include "config.h"

#include "conf/table.h"

#define ONE(kind) (1u << CHECK_##kind)
#define EVERY (ONE(DNS) | ONE(TCP) | ONE(EXEC) | ONE(LISTENER))
#define TOP(field) .offset = offsetof(struct conf, field)
#define SERVICE(field) .offset = offsetof(struct conf_service, field)
#define CHECK(field, of) .offset = offsetof(struct conf_check, field), .kinds = (of)
#define MS(from, to) .type = VALUE_TIME, .min = (from), .max = (to)
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define TEXT_MAX 1024

static const struct word targets[] = { { "stderr", LOG_TARGET_STDERR },
	{ "syslog", LOG_TARGET_SYSLOG }, { "journal", LOG_TARGET_JOURNAL }, { NULL, 0 } };
static const struct word levels[] = { { "err", LOG_LEVEL_ERR }, { "warning", LOG_LEVEL_WARNING },
	{ "notice", LOG_LEVEL_NOTICE }, { "info", LOG_LEVEL_INFO }, { "debug", LOG_LEVEL_DEBUG },
	{ NULL, 0 } };
static const struct word aliases[] = { { "managed", ALIAS_MANAGED }, { "held", ALIAS_HELD },
	{ "none", ALIAS_NONE }, { NULL, 0 } };
static const struct word adopts[] = { { "lease", ADOPT_LEASE }, { "keep", ADOPT_KEEP },
	{ NULL, 0 } };
static const struct word filters[] = { { "prefix", FILTER_PREFIX }, { "tag", FILTER_TAG },
	{ NULL, 0 } };
static const struct word protocols[] = { { "ospf", PROTO_OSPF }, { "ospf6", PROTO_OSPF6 },
	{ "rip", PROTO_RIP }, { "ripng", PROTO_RIPNG }, { "bgp", PROTO_BGP }, { NULL, 0 } };
static const struct word starts[] = { { "enabled", START_ENABLED }, { "drained", START_DRAINED },
	{ NULL, 0 } };
static const struct word whom[] = { { "server", TARGET_FIXED }, { "service", TARGET_SERVICE },
	{ NULL, 0 } };
static const struct word transports[] = { { "udp", TRANSPORT_UDP }, { "tcp", TRANSPORT_TCP },
	{ NULL, 0 } };
const struct word check_kind_words[] = { { "dns", CHECK_DNS }, { "tcp", CHECK_TCP },
	{ "exec", CHECK_EXEC }, { "listener", CHECK_LISTENER }, { NULL, 0 } };

static const struct keyword top_keywords[] = {
	{ "run_dir", VALUE_PATH, 2, 94, .def = ZC_RUN_DIR, TOP(run_dir), .example = "/run/zanycast",
	    .text = "Directory of the control socket\n.Pa control.sock .\n"
		    "A change takes effect at the next start.\n" },
	{ "state_dir", VALUE_PATH, 2, TEXT_MAX, .def = ZC_STATE_DIR, TOP(state_dir),
	    .example = "/var/lib/zanycast",
	    .text = "Directory of what outlives a restart:\n.Pa drains.json .\n" },
	{ "user", VALUE_ACCOUNT, 1, 31, .def = ZC_USER, TOP(user), .example = "zanycast",
	    .text = "User of the engine, which runs the checks and has no rights.\n" },
	{ "group", VALUE_ACCOUNT, 1, 31, .def = ZC_GROUP, TOP(group), .example = "zanycast",
	    .text = "Group of the engine.\n" },
	{ "control_group", VALUE_ACCOUNT, 1, 31, .otherwise = "the value of group",
	    TOP(control_group), .example = "netops",
	    .text = "Members may use the control socket, and drain services by it.\n" },
	{ "vty_dir", VALUE_PATH, 2, 96, .otherwise = "the directory of zebra's socket",
	    TOP(vty_dir), .example = "/run/frr",
	    .text =
		"Where the routing daemons have their vty sockets\n.Pq Pa zebra.vty , ospfd.vty .\n"
		"They are asked whether an announced route is really let out.\n" },
	{ .name = NULL },
};

static const struct keyword log_keywords[] = {
	{ "target", VALUE_WORD, .words = targets, .def = "stderr", TOP(log_target),
	    .example = "syslog", .text = "Where log lines go.\n" },
	{ "level", VALUE_WORD, .words = levels, .def = "info", TOP(log_level), .example = "debug",
	    .text = "The least urgent level that is still logged.\n"
		    "Transitions are\n.Cm notice\nor more urgent;\n.Cm debug\n"
		    "explains each decision.\n" },
	{ .name = NULL },
};

static const struct keyword zebra_keywords[] = {
	{ "socket", VALUE_PATH, 2, 107, .def = ZC_ZSERV, TOP(zebra_socket),
	    .example = "/run/frr/zserv.api",
	    .text = "The ZAPI socket of zebra.\nA change takes effect at the next start.\n" },
	{ "dialect", VALUE_DIALECT, 1, 63, .def = "auto", TOP(dialect), .example = "\"frr 10.3\"",
	    .text = "What zebra speaks:\n.Cm auto\nto find out, or a release or the name of a "
		    "dialect.\n"
		    "Only needed where detection says it is in doubt.\n" },
	{ .name = NULL },
};

static const struct keyword hook_keywords[] = {
	{ "program", VALUE_PATH, 2, TEXT_MAX, .otherwise = "no hook", TOP(hook),
	    .example = "/usr/local/sbin/anycast-event",
	    .text = "Run for each transition, one at a time and in order, with the event in\n"
		    "its environment and as JSON on its standard input; see\n"
		    ".Xr zanycastd 8 .\n" },
	{ "user", VALUE_ACCOUNT, 1, 31, .otherwise = "the engine's user", TOP(hook_user),
	    .example = "nagios", .text = "User the program runs as.\n" },
	{ "timeout", MS(100, 10 * MINUTE), .def = "10s", TOP(hook_timeout), .example = "30s",
	    .text = "A program that runs longer is killed, with its process group.\n" },
	{ .name = NULL },
};

#define INTERVAL "interval", MS(50, HOUR)
#define TIMEOUT "timeout", MS(1, MINUTE)
#define FAST "fast", MS(50, HOUR)
#define RISE "rise", VALUE_NUMBER32, 1, 100
#define FALL "fall", VALUE_NUMBER32, 1, 100
#define FOR_CHECKS \
	.offset = NOWHERE, .otherwise = "none", .text = "Default for the checks of this service.\n"

static const struct keyword service_keywords[] = {
	{ "prefixes", VALUE_PREFIXES, 1, 16384, SERVICE(prefixes), .otherwise = "none: required",
	    .example = "{ 10.1.53.1/32, 2001:db8:53::1/128 }",
	    .text = "What to announce; without a length it is a host's.\n"
		    "A prefix that is not a host's needs\n.Ql alias = none .\n"
		    "Bits behind the length must be zero, and a prefix belongs to one service of a "
		    "VRF.\n"
		    "Refused are default routes, loopback, link-local, multicast and\n"
		    "reserved networks, and whatever covers one of them.\n" },
	{ "label", VALUE_STRING, 0, 15, .def = "\"\"", SERVICE(label), .example = "\"lo:1\"",
	    .text = "Label of the IPv4 aliases: the interface, a colon and some characters.\n"
		    "IPv6 knows no labels.\n" },
	{ "vrf", VALUE_VRF, 1, 35, .def = CONF_VRF_DEFAULT, SERVICE(vrf), .example = "red",
	    .text = "The VRF of the announced routes, as zebra calls it, and of the checks; see\n"
		    ".Sx VRFS\nin\n.Xr zanycastd 8 .\n" },
	{ "interface", VALUE_INTERFACE, 1, 15, SERVICE(interface),
	    .otherwise = "lo; in a VRF that is a device, that device", .example = "dummy0",
	    .text = "The interface of the aliases and of the announced routes.\n" },
	{ "alias", VALUE_WORD, .words = aliases, .def = "managed", SERVICE(alias),
	    .example = "held",
	    .text = "Who puts the address on the interface, and when; see\n.Sx ALIASES .\n" },
	{ "adopt", VALUE_WORD, .words = adopts, .def = "lease", SERVICE(adopt), .example = "keep",
	    .text = "What to do with an address that is there already and has no lifetime:\n"
		    ".Cm lease\ngives it one, so that the kernel can end it;\n.Cm keep\n"
		    "leaves it as it is, and the service is UNPROTECTED.\n" },
	{ "tag", VALUE_NUMBER32, 1, 65535, .def = "53", SERVICE(tag), .example = "53",
	    .text = "The tag of the routes, for\n.Ql match tag\nin a route-map.\n"
		    "RIP carries 16 bits of it, hence the range.\n" },
	{ "filter", VALUE_WORD, .words = filters, .def = "prefix", SERVICE(filter),
	    .example = "tag",
	    .text = "What the routing daemon's filter looks at; see\n.Sx FILTERS .\n" },
	{ "protocol", VALUE_WORDS, 0, 5, .words = protocols, SERVICE(protocols),
	    .otherwise = "not said", .example = "{ ospf, ospf6 }",
	    .text = "The protocols that carry the prefixes.\n"
		    "Decides\n.Cm hold ,\nwhat is done when zebra was restarted, and which daemon "
		    "is asked\n"
		    "whether the route is let out.\n" },
	{ "hold", MS(0, MINUTE), SERVICE(hold),
	    .otherwise = "1.5s with ospf or ospf6 in protocol, or none named; else 0",
	    .example = "1.5s",
	    .text = "Least time from an announcement to its withdrawal; see\n.Sx TIMES .\n" },
	{ "linger", MS(0, HOUR), .def = "1s", SERVICE(linger), .example = "3s",
	    .text = "How long a managed alias stays after the withdrawal was seen, so that\n"
		    "packets that are still under way are answered.\n" },
	{ "lifetime", MS(3 * SECOND, HOUR), .def = "10s", SERVICE(lifetime), .example = "30s",
	    .text =
		"Lifetime of the alias in the kernel, renewed at a third of it; see\n"
		".Sx TIMES .\n"
		"The kernel renews some thousand addresses a second: with more than 1,000 aliases\n"
		"on a host make it longer, or use\n.Ql alias = none .\n" },
	{ "require", VALUE_REQUIRE, 1, 64, .def = "all", SERVICE(require), .example = "any",
	    .text = "How many of the checks must be up:\n.Cm all , any\nor a number.\n" },
	{ "start", VALUE_WORD, .words = starts, .def = "enabled", SERVICE(start),
	    .example = "drained",
	    .text = "The state at the first start.\n"
		    "What\n.Xr zanycastctl 8\nlast said about this service counts more.\n" },
	{ INTERVAL, FOR_CHECKS, .example = "1s" },
	{ TIMEOUT, FOR_CHECKS, .example = "500ms" },
	{ FAST, FOR_CHECKS, .example = "250ms" },
	{ RISE, FOR_CHECKS, .example = "2" },
	{ FALL, FOR_CHECKS, .example = "2" },
	{ .name = NULL },
};

static const struct keyword check_keywords[] = {
	{ "kind", VALUE_WORD, .words = check_kind_words, CHECK(kind, EVERY),
	    .otherwise = "none: required", .example = "dns", .text = "What is done; see above.\n" },
	{ INTERVAL, .def = "1s", CHECK(interval, EVERY), .example = "2s",
	    .text = "Time from the start of one probe to the start of the next.\n" },
	{ TIMEOUT, .otherwise = "500ms, or interval if that is shorter", CHECK(timeout, EVERY),
	    .example = "300ms",
	    .text = "A probe without an answer for so long has failed.\n"
		    "May not be longer than\n.Cm interval ,\nso that probes never pile up.\n" },
	{ FAST,
	    .otherwise = "a quarter of interval, but at least 100ms, and never more than interval",
	    CHECK(fast, EVERY), .example = "100ms",
	    .text = "The interval while the check is undecided: after the first failure, or the\n"
		    "first pass of one that was down.\n"
		    "A probe never begins before the one before it has ended.\n" },
	{ RISE, .def = "2", CHECK(rise, EVERY), .example = "3",
	    .text = "So many passes in a row make it up.\nThe first result decides at start.\n" },
	{ FALL, .def = "2", CHECK(fall, EVERY), .example = "3",
	    .text = "So many failures in a row make it down.\n" },
	{ "target", VALUE_WORD, .words = whom, .def = "server", CHECK(target, ONE(DNS) | ONE(TCP)),
	    .example = "service",
	    .text = "Whom to ask:\n.Cm server ,\nor the\n.Cm service Ns 's\n"
		    "own addresses while they are announced.\n"
		    "A check of a service that is not announced says nothing, so there must be\n"
		    "another one beside it.\n" },
	{ "server", VALUE_ADDRESS, 1, 63, .def = "127.0.0.1", CHECK(server, ONE(DNS) | ONE(TCP)),
	    .example = "::1", .text = "The address to ask; not with\n.Ql target = service .\n" },
	{ "port", VALUE_NUMBER16, 1, 65535,
	    .otherwise = "53 for dns; required for tcp and listener",
	    CHECK(port, ONE(DNS) | ONE(TCP) | ONE(LISTENER)), .example = "53",
	    .text = "The port to ask, or to look at.\n" },
	{ "transport", VALUE_WORD, .words = transports, .def = "udp", CHECK(transport, ONE(DNS)),
	    .example = "tcp",
	    .text = "How to ask.\nA truncated answer by UDP is asked for again by TCP.\n" },
	{ "query", VALUE_QUERY, 1, TEXT_MAX, .otherwise = "none: required", CHECK(qname, ONE(DNS)),
	    .example = "\"example.com SOA\"",
	    .text = "Name and type to ask for.\nTypes without a name are written\n.Li TYPE65 .\n"
		    "A name with backslashes stands in single quotes.\n" },
	{ "recurse", VALUE_YESNO, .def = "no", CHECK(recurse, ONE(DNS)), .example = "yes",
	    .text = "Whether recursion is desired.\n" },
	{ "rcode", VALUE_RCODES, 1, 24, .def = "NOERROR", CHECK(rcodes, ONE(DNS)),
	    .example = "{ NOERROR, NXDOMAIN }",
	    .text = "The rcodes that pass.\nThose without a name are written\n.Li RCODE12 .\n" },
	{ "answer", VALUE_STRINGS, 0, 64, .otherwise = "any", CHECK(answers, ONE(DNS)),
	    .example = "{ 192.0.2.1 }",
	    .text = "Data, in the form of a zone file, each of which must be in the answer\n"
		    "with the type that was asked for.\n" },
	{ "send", VALUE_STRING, 1, TEXT_MAX, .otherwise = "nothing", CHECK(send, ONE(TCP)),
	    .example = "\"QUIT\\r\\n\"", .text = "Sent once connected.\n" },
	{ "expect", VALUE_STRING, 1, TEXT_MAX, .otherwise = "nothing: to connect is enough",
	    CHECK(expect, ONE(TCP)), .example = "\"220 \"",
	    .text = "Must occur in what comes back.\n" },
	{ "command", VALUE_COMMAND, 1, 64, .otherwise = "none: required", CHECK(argv, ONE(EXEC)),
	    .example = "{ \"/usr/lib/nagios/plugins/check_dns\", \"-H\", \"example.com\" }",
	    .text = "A program by its absolute path, and its arguments.\n"
		    "No shell reads them.\nIts environment has\n"
		    ".Ev ZANYCAST_SERVICE , ZANYCAST_CHECK\nand\n.Ev ZANYCAST_VRF .\n"
		    "Exit status 0 passes;\n"
		    "at the timeout its process group is killed.\n" },
	{ "user", VALUE_ACCOUNT, 1, 31, .otherwise = "the engine's user", CHECK(user, ONE(EXEC)),
	    .example = "nagios", .text = "User the program runs as.\n" },
	{ "nagios", VALUE_YESNO, .def = "no", CHECK(nagios, ONE(EXEC)), .example = "yes",
	    .text = "Whether a warning, exit status 1, passes too.\n" },
	{ "protocol", VALUE_WORD, .words = transports, .otherwise = "none: required",
	    CHECK(transport, ONE(LISTENER)), .example = "udp",
	    .text = "The protocol of the socket.\n" },
	{ "address", VALUE_LISTEN, 1, 63, .otherwise = "the addresses of the service",
	    CHECK(listen, ONE(LISTENER)), .example = "127.0.0.1",
	    .text = "The address a socket must be bound to; one bound to the wildcard serves,\n"
		    "too.\n.Cm any\ntakes a socket bound to whatever address.\n" },
	{ .name = NULL },
};

const struct keyword *const block_keywords[BLOCKS] = {
	[BLOCK_TOP] = top_keywords,
	[BLOCK_LOG] = log_keywords,
	[BLOCK_ZEBRA] = zebra_keywords,
	[BLOCK_HOOK] = hook_keywords,
	[BLOCK_SERVICE] = service_keywords,
	[BLOCK_CHECK] = check_keywords,
};

const char *const block_names[BLOCKS] = {
	[BLOCK_TOP] = "",
	[BLOCK_LOG] = "log",
	[BLOCK_ZEBRA] = "zebra",
	[BLOCK_HOOK] = "hook",
	[BLOCK_SERVICE] = "service",
	[BLOCK_CHECK] = "check",
};
