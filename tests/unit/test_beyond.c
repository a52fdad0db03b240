/*
 * Does the daemon let a route out: what real daemons print, read; and the
 * questions, asked of a vty server in this process that may also misbehave.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "beyond/beyond.h"
#include "beyond/filter.h"
#include "beyond/parse.h"
#include "beyond/vty.h"
#include "conf/conf.h"
#include "test_beyond_data.h"

static struct prefix
P(const char *text) {
	struct prefix p;

	assert_int_equal(prefix_parse(&p, text), 0);
	return p;
}

static void
test_ospf(void **state)
{
	struct prefix yes = P("10.1.53.1/32"), no = P("10.1.54.1/32"), wider = P("10.1.53.1/32");

	(void)state;
	assert_int_equal(beyond_parse_ospf(ospf_yes, &yes), BEYOND_YES);
	assert_int_equal(beyond_parse_ospf(ospf_no, &no), BEYOND_NO);
	assert_int_equal(beyond_parse_ospf(ospf_yes, &no), BEYOND_NO);
	wider.len = 31;
	assert_int_equal(beyond_parse_ospf(ospf_yes, &wider), BEYOND_NO);
	assert_int_equal(beyond_parse_ospf(ospf_maxage, &yes), BEYOND_FLUSHING);
	assert_int_equal(beyond_parse_ospf(ospf_maxage, &wider), BEYOND_NO);
	assert_int_equal(
	    beyond_parse_ospf("% OSPF is not enabled in vrf default\n", &yes), BEYOND_NO);
	assert_int_equal(beyond_parse_ospf("", &yes), BEYOND_UNKNOWN);
	assert_int_equal(beyond_parse_ospf("% Unknown command\n", &yes), BEYOND_UNKNOWN);
}

static void
test_bgp(void **state)
{
	struct prefix p4 = P("10.1.53.1"), p6 = P("2001:db8:53::1"), other = P("10.1.53.2");

	(void)state;
	assert_int_equal(beyond_parse_bgp(bgp4_yes, &p4), BEYOND_YES);
	assert_int_equal(beyond_parse_bgp(bgp6_yes, &p6), BEYOND_YES);
	assert_int_equal(beyond_parse_bgp(bgp_no, &p4), BEYOND_NO);
	assert_int_equal(beyond_parse_bgp(bgp_learned, &p4), BEYOND_NO); /* another's */
	assert_int_equal(beyond_parse_bgp(bgp_alone, &p4), BEYOND_NO);	 /* no neighbour */
	assert_int_equal(
	    beyond_parse_bgp("{\"warning\":\"Default BGP instance not found\"}", &p4), BEYOND_NO);
	assert_int_equal(beyond_parse_bgp(bgp4_yes, &other), BEYOND_UNKNOWN);
	assert_int_equal(beyond_parse_bgp("{\"warning\":null}", &p4), BEYOND_UNKNOWN);
	assert_int_equal(beyond_parse_bgp("{\"prefix\":[1]}", &p4), BEYOND_UNKNOWN);
	assert_int_equal(beyond_parse_bgp("[]", &p4), BEYOND_UNKNOWN);
	assert_int_equal(beyond_parse_bgp("", &p4), BEYOND_UNKNOWN);
}

static void
test_tables(void **state)
{
	struct prefix p4 = P("10.1.53.1"), d4 = P("10.1.54.1"), i4 = P("10.77.0.0/24");
	struct prefix p6 = P("2001:db8:53::1"), d6 = P("2001:db8:54::1"), i6 = P("fd77::/64");
	struct beyond_rows r;

	(void)state;
	assert_int_equal(beyond_rows_rip(&r, rip_table), 0);
	assert_int_equal(r.count, 4);
	assert_true(beyond_rows_find(&r, &p4)->redistributed);
	assert_non_null(beyond_rows_find(&r, &d4)); /* listed, though denied */
	assert_false(beyond_rows_find(&r, &i4)->redistributed);
	assert_null(beyond_rows_find(&r, &p6));
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_rip(&r, rip_gone), 0);
	assert_null(beyond_rows_find(&r, &p4));
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_rip(&r, rip_learned), 0);
	assert_null(beyond_rows_find(&r, &p4));
	beyond_rows_free(&r);

	assert_int_equal(beyond_rows_rip(&r, ripng_table), 0);
	assert_non_null(beyond_rows_find(&r, &p6));
	assert_false(beyond_rows_find(&r, &i6)->redistributed);
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_rip(&r, ripng_gone), 0);
	assert_null(beyond_rows_find(&r, &p6));
	assert_non_null(beyond_rows_find(&r, &d6));
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_rip(&r, ripng_learned), 0);
	assert_null(beyond_rows_find(&r, &p6));
	beyond_rows_free(&r);

	/* There the second LSA is flushed, the fourth is its successor. */
	assert_int_equal(beyond_rows_ospf6(&r, ospf6), 0);
	assert_int_equal(r.count, 3);
	assert_false(beyond_rows_find(&r, &p6)->flushing);
	assert_true(beyond_rows_find(&r, &d6)->flushing);
	beyond_rows_free(&r);

	assert_int_equal(beyond_rows_rip(&r, rip_table_103), 0);
	assert_int_equal(r.count, 2);
	assert_int_equal(beyond_rows_find(&r, &p4)->tag, 53);
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_rip(&r, ripng_table_103), 0);
	assert_int_equal(r.count, 2);
	assert_int_equal(beyond_rows_find(&r, &p6)->tag, 53);
	beyond_rows_free(&r);

	/* Of its own: one of each kind; one external is on its way out. */
	assert_int_equal(beyond_rows_ospf(&r, ospf_table), 0);
	assert_int_equal(r.count, 2);
	assert_false(beyond_rows_find(&r, &p4)->flushing);
	assert_true(beyond_rows_find(&r, &d4)->flushing);
	beyond_rows_free(&r);
	assert_int_equal(beyond_rows_ospf(&r, "% OSPF is not enabled in vrf default\n"), 0);
	assert_int_equal(r.count, 0);
	assert_int_equal(beyond_rows_ospf(&r, "% Unknown command\n"), -1);

	assert_int_equal(beyond_rows_rip(&r, "% RIP instance not found\n"), 0);
	assert_int_equal(r.count, 0);
	assert_int_equal(beyond_rows_ospf6(&r, "% OSPFv3 instance not found\n"), 0);
	assert_int_equal(beyond_rows_rip(&r, "something else\n"), -1);
	assert_int_equal(beyond_rows_ospf6(&r, ""), -1);
}

/* One route-map, as "show running-config" and "show route-map" have it. */
#define ROUTER "router rip\n redistribute connected route-map M\nexit\n!\n"
#define MAP(entries)                                                             \
	"RIP:\nroute-map: L Invoked: 0\n permit, sequence 5 Invoked 1\n  Match " \
	"clauses:\nroute-map: M Invoked: 2 Optimization: enabled\n" entries
#define ENTRY(action, match, end)                                       \
	" " action ", sequence 10 Invoked 16\n  Match clauses:\n" match \
	"  Set clauses:\n    metric 3\n  Call clause:\n  Action:\n    " end "\n"
#define OUT "Exit routemap"

static void
test_filters(void **state)
{
	static const struct {
		const char *config, *maps, *prefix;
		uint32_t tag;
		enum beyond want;
	} cases[] = {
		{ rip_config, rip_maps, "10.1.53.1", 0, BEYOND_YES },
		{ rip_config, rip_maps, "10.1.54.1", 0, BEYOND_NO },
		/* ripngd 8.4.4 takes a match it does not obey. */
		{ ripng_config, ripng_maps, "2001:db8:53::1", 0, BEYOND_YES },
		{ ripng_config, ripng_maps, "2001:db8:54::1", 0, BEYOND_YES },
		{ "router rip\n redistribute connected\n", "", "10.1.53.1", 0, BEYOND_YES },
		{ "router rip\n network e0\n", "", "10.1.53.1", 0, BEYOND_UNKNOWN },
		{ "router rip\n redistribute connected\n distribute-list A out e0\n", "",
		    "10.1.53.1", 0, BEYOND_UNKNOWN },
		{ "router rip\n redistribute connected\n distribute-list A in e0\n", "",
		    "10.1.53.1", 0, BEYOND_YES },
#define RIPNG(line)                                                               \
	"router ripng\n redistribute connected\n ipv6 distribute-list " line "\n" \
	"exit\nipv6 access-list A seq 5 permit 2001:db8:53::1/128\n"
		{ RIPNG("A out"), "", "2001:db8:53::1", 0, BEYOND_YES },
		{ RIPNG("A out"), "", "2001:db8:54::1", 0, BEYOND_NO },
		/* mgmtd's has both. */
		{ RIPNG("A out") "router rip\n redistribute connected route-map M\n", "",
		    "2001:db8:53::1", 0, BEYOND_YES },
		{ RIPNG("A out") "router rip\n redistribute connected\n", "", "10.1.53.1", 0,
		    BEYOND_YES },
		{ RIPNG("A out e0"), "", "2001:db8:53::1", 0, BEYOND_UNKNOWN },
		{ RIPNG("prefix A out"), "", "2001:db8:53::1", 0, BEYOND_NO },
		{ RIPNG("A in"), "", "2001:db8:54::1", 0, BEYOND_YES },
		{ ROUTER, "RIP:\n", "10.1.53.1", 0, BEYOND_UNKNOWN }, /* no such map */
		{ ROUTER, MAP(""), "10.1.53.1", 0, BEYOND_NO },
		{ ROUTER, MAP(ENTRY("permit", "", OUT)), "10.1.53.1", 0, BEYOND_YES },
		{ ROUTER, MAP(ENTRY("permit", "", "Continue to next entry")), "10.1.53.1", 0,
		    BEYOND_UNKNOWN },
		{ ROUTER, MAP(ENTRY("permit", "    tag 53\n", OUT)), "10.1.53.1", 53, BEYOND_YES },
		{ ROUTER, MAP(ENTRY("permit", "    tag 53\n", OUT)), "10.1.53.1", 0, BEYOND_NO },
		{ ROUTER, MAP(ENTRY("deny", "    tag 53\n", OUT) ENTRY("permit", "", OUT)),
		    "10.1.53.1", 53, BEYOND_NO },
		{ ROUTER, MAP(ENTRY("permit", "    metric 1\n", OUT)), "10.1.53.1", 53,
		    BEYOND_UNKNOWN },
		{ ROUTER, MAP(ENTRY("permit", "    metric 1\n    tag 5\n", OUT)), "10.1.53.1", 53,
		    BEYOND_NO },
		{ ROUTER, MAP(ENTRY("permit", "    tag 5\n    metric 1\n", OUT)), "10.1.53.1", 53,
		    BEYOND_NO },
#define LIST(lines) ROUTER lines, MAP(ENTRY("permit", "    ip address A\n", OUT))
#define PLIST(lines) ROUTER lines, MAP(ENTRY("permit", "    ip address prefix-list A\n", OUT))
		{ LIST(""), "10.1.53.1", 0, BEYOND_NO },
		{ LIST("ipv6 access-list A seq 5 permit any\n"), "10.1.53.1", 0, BEYOND_NO },
		{ LIST("access-list A permit any\n"), "10.1.53.1", 0, BEYOND_YES },
		{ LIST("access-list A remark permit any\n"), "10.1.53.1", 0, BEYOND_NO },
		{ LIST("access-list A seq 5 deny 10.1.53.1/32\naccess-list A seq 6 permit any\n"),
		    "10.1.53.1", 0, BEYOND_NO },
		{ LIST("access-list A seq 5 permit 10.1.0.0/16 exact-match\n"), "10.1.53.1", 0,
		    BEYOND_NO },
		{ LIST("access-list A seq 5 permit 10.1.53.0 0.0.0.255\n"), "10.1.53.1", 0,
		    BEYOND_YES },
		{ LIST("access-list A seq 5 permit 10.1.53.0 0.0.0.255\n"), "10.1.54.1", 0,
		    BEYOND_NO },
		{ LIST("access-list A seq 5 permit host 10.1.53.1\n"), "10.1.53.1", 0, BEYOND_YES },
		{ LIST("access-list A seq 5 permit ip 10.1.53.0 0.0.0.255 any\n"), "10.1.53.1", 0,
		    BEYOND_UNKNOWN },
		{ PLIST("ip prefix-list A seq 5 permit 10.1.53.0/24 le 32\n"), "10.1.53.1", 0,
		    BEYOND_YES },
		{ PLIST("ip prefix-list A seq 5 permit 10.1.53.0/24\n"), "10.1.53.1", 0,
		    BEYOND_NO },
		{ PLIST("ip prefix-list A seq 5 permit 10.1.53.0/24 ge 25\n"), "10.1.53.1", 0,
		    BEYOND_YES },
		{ PLIST("ip prefix-list A seq 5 permit 10.1.53.0/24 ge 25 le 31\n"), "10.1.53.1", 0,
		    BEYOND_NO },
		{ PLIST("ip prefix-list A seq 5 permit any\n"), "10.1.53.1", 0, BEYOND_YES },
		{ PLIST("ip prefix-list A description x\n"), "10.1.53.1", 0, BEYOND_NO },
		{ PLIST("ip prefix-list A seq 5 permit what\n"), "10.1.53.1", 0, BEYOND_UNKNOWN },
	};
	struct beyond_filter *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct beyond_row row = {
			.prefix = P(cases[i].prefix), .tag = cases[i].tag, .redistributed = true
		};

		f = beyond_filter_new(
		    strstr(cases[i].config, "router ripng") != NULL && row.prefix.family == AF_INET6
			? "router ripng"
			: "router rip",
		    cases[i].config, cases[i].maps);
		assert_non_null(f);
		if (beyond_filter_judge(f, &row) != cases[i].want)
			fail_msg("case %zu: %d", i, (int)beyond_filter_judge(f, &row));
		beyond_filter_free(f);
	}
}

static void
test_ends(void **state)
{
	int status = -1;

	(void)state;
	assert_int_equal(vty_end("", 0, &status), -1);
	assert_int_equal(vty_end("text", 4, &status), -1);
	assert_int_equal(vty_end("text\0\0\0", 7, &status), -1);
	assert_int_equal(vty_end("text\0\0\0\1", 8, &status), 4);
	assert_int_equal(status, 1);
	assert_int_equal(vty_end("\0\0\0\0", 4, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(vty_end("te\0t", 4, &status), -2);
	assert_int_equal(vty_end("t\0\0x", 4, &status), -2);
	assert_int_equal(vty_end("t\0\0\0\0more", 9, &status), -2);
}

/* A vty server of one daemon. */
enum manner { ANSWERS, PIECES, SILENT, ENDLESS, BABBLES, HANGS_UP };

struct server {
	struct world *world;
	char path[96];
	int listener, peer;
	struct event *accepts, *reads;
	enum manner manner;
	int status;
	unsigned int connections, questions;
	char last[512];
	pid_t child;
	/* what to say to a question that begins so */
	const char *to[6], *say[6];
};

struct world {
	struct event_base *base;
	char folder[64];
	struct server servers[2];
	/* what was told */
	unsigned int told;
	enum beyond yes, no;
	struct ipc_daemon daemon;
	unsigned int daemons;
	/* vty_fn */
	unsigned int answers;
	int status;
	char text[64];
};

static void
reply(struct server *s, const char *text, int status)
{
	char *buf = calloc(1, strlen(text) + 4);
	size_t len = strlen(text) + 4, i;

	memcpy(buf, text, len - 4);
	buf[len - 1] = (char)status;
	for (i = 0; i < len; i++) {
		if (s->manner == PIECES && i % 7 == 0)
			usleep(300);
		if (s->manner == PIECES)
			assert_int_equal(send(s->peer, buf + i, 1, MSG_NOSIGNAL), 1);
	}
	if (s->manner != PIECES)
		assert_int_equal(send(s->peer, buf, len, MSG_NOSIGNAL), len);
	free(buf);
}

static void
serve_question(struct server *s, const char *question)
{
	static char block[8192];
	size_t i;

	if (strcmp(question, "enable") == 0) {
		reply(s, "", 0);
		return;
	}
	s->questions++;
	snprintf(s->last, sizeof(s->last), "%s", question);
	switch (s->manner) {
	case SILENT:
		return;
	case HANGS_UP:
		shutdown(s->peer, SHUT_RDWR);
		return;
	case BABBLES:
		assert_int_equal(send(s->peer, "a\0b\0c\0\0\0\0", 9, MSG_NOSIGNAL), 9);
		return;
	case ENDLESS:
		if ((s->child = fork()) != 0)
			return;
		memset(block, 'x', sizeof(block));
		while (send(s->peer, block, sizeof(block), MSG_NOSIGNAL) > 0)
			continue;
		_exit(0);
	case ANSWERS:
	case PIECES:
		break;
	}
	for (i = 0; i < 6 && s->to[i] != NULL; i++) {
		if (strncmp(question, s->to[i], strlen(s->to[i])) == 0) {
			reply(s, s->say[i], s->status);
			return;
		}
	}
	reply(s, "% Unknown command\n", 2);
}

static void
on_question(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	char buf[512] = "";
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0), i;

	(void)what;
	if (n <= 0) {
		event_del(s->reads);
		return;
	}
	for (i = 0; i < n; i += (ssize_t)strlen(buf + i) + 1)
		serve_question(s, buf + i);
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;

	(void)what;
	if (s->reads != NULL) {
		event_free(s->reads);
		close(s->peer);
	}
	s->peer = accept(fd, NULL, NULL);
	s->connections++;
	s->reads = event_new(s->world->base, s->peer, EV_READ | EV_PERSIST, on_question, s);
	event_add(s->reads, NULL);
}

static struct server *
serve(struct world *w, int i, const char *daemon)
{
	struct server *s = &w->servers[i];
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	s->world = w;
	snprintf(s->path, sizeof(s->path), "%s/%s.vty", w->folder, daemon);
	memcpy(at.sun_path, s->path, sizeof(s->path));
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->listener, 5), 0);
	s->accepts = event_new(w->base, s->listener, EV_READ | EV_PERSIST, on_accept, s);
	event_add(s->accepts, NULL);
	return s;
}

static void
stop(struct server *s)
{
	if (s->accepts == NULL)
		return;
	event_free(s->accepts);
	close(s->listener);
	if (s->reads != NULL) {
		event_free(s->reads);
		close(s->peer);
	}
	/* It holds the client's end, too, and would never notice its close. */
	if (s->child > 0 && kill(s->child, SIGKILL) == 0)
		assert_int_equal(waitpid(s->child, NULL, 0), s->child);
	unlink(s->path);
	memset(s, 0, sizeof(*s));
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->folder, sizeof(w->folder), "/tmp/test_beyond.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	w->base = event_base_new();
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	stop(&w->servers[0]);
	stop(&w->servers[1]);
	rmdir(w->folder);
	event_base_free(w->base);
	free(w);
	return 0;
}

#define UNTIL(w, cond)                                                         \
	do {                                                                   \
		int64_t until_ = clock_ms() + 8000;                            \
		while (event_base_loop((w)->base, EVLOOP_NONBLOCK), !(cond)) { \
			if (clock_ms() > until_)                               \
				fail_msg("not within 8 s: %s", #cond);         \
			usleep(1000);                                          \
		}                                                              \
	} while (0)

static void
on_answer(void *arg, int status, const char *text)
{
	struct world *w = arg;

	w->answers++;
	w->status = status;
	snprintf(w->text, sizeof(w->text), "%.60s", text != NULL ? text : "(none)");
}

static void
test_vty(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ripd");
	struct vty *v = vty_new(w->base, s->path, on_answer, w);
	static const enum manner bad[] = { SILENT, BABBLES, HANGS_UP, ENDLESS };
	char path[200];
	size_t i;

	s->to[0] = "show one";
	s->say[0] = "one\n";
	s->to[1] = "show two";
	s->say[1] = "";
	assert_int_equal(vty_ask(v, "show one"), 0);
	assert_int_equal(w->answers, 0);
	assert_int_equal(vty_ask(v, "show one"), -1);
	assert_int_equal(errno, EBUSY);
	UNTIL(w, w->answers == 1);
	assert_int_equal(w->status, 0);
	assert_string_equal(w->text, "one\n");
	s->manner = PIECES;
	s->status = 1;
	assert_int_equal(vty_ask(v, "show two"), 0);
	UNTIL(w, w->answers == 2);
	assert_int_equal(w->status, 1);
	assert_string_equal(w->text, "");
	assert_int_equal(s->connections, 1); /* kept until the rest */
	vty_rest(v);
	assert_int_equal(vty_ask(v, "show three"), 0);
	UNTIL(w, w->answers == 3);
	assert_int_equal(w->status, 2);
	assert_int_equal(s->connections, 2);
	for (i = 0; i < 4; i++) {
		s->manner = bad[i];
		assert_int_equal(vty_ask(v, "show one"), 0);
		UNTIL(w, w->answers == 4 + i);
		assert_int_equal(w->status, bad[i] == ENDLESS ? VTY_TOO_LONG : VTY_NO_ANSWER);
	}
	assert_int_equal(vty_peer(v), getpid());
	s->manner = ANSWERS;
	assert_int_equal(vty_ask(v, "show one"), 0);
	UNTIL(w, w->answers == 8);
	assert_string_equal(w->text, "one\n");
	/* It goes while we are idle, and is not there any more. */
	stop(s);
	UNTIL(w, w->answers == 8);
	assert_int_equal(vty_ask(v, "show one"), 0);
	UNTIL(w, w->answers == 9);
	assert_int_equal(w->status, VTY_NO_ANSWER);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(vty_ask(v, path), 0); /* would fit; a longer one not */
	vty_free(v);
	assert_null(vty_new(w->base, path, on_answer, w));
	assert_int_equal(errno, ENAMETOOLONG);
}

static void
on_beyond(void *arg, const struct prefix *p, enum beyond answer)
{
	struct world *w = arg;

	w->told++;
	if (p->addr[p->family == AF_INET ? 2 : 5] == 53)
		w->yes = answer;
	else
		w->no = answer;
}

static void
on_daemon(void *arg, const struct ipc_daemon *d)
{
	struct world *w = arg;

	w->daemons++;
	w->daemon = *d;
}

static void
test_follows_ospf(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ospfd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	struct prefix yes = P("10.1.53.1/32"), no = P("10.1.54.1/32"), six = P("2001:db8::1");
	int64_t begin = clock_ms();

	s->to[0] = "show ip ospf database external 10.1.53.1 self-originate";
	s->say[0] = ospf_yes;
	s->to[1] = "show ip ospf database external 10.1.54.1 self-originate";
	s->say[1] = ospf_no;
	s->to[2] = "show version";
	s->say[2] = "FRRouting 8.4.4 (r1) on Linux(6.1.0).\nCopyright\n";
	assert_int_equal(beyond_follow(b, &yes, PROTO_OSPF, HELD_YES), 0);
	assert_int_equal(beyond_follow(b, &no, PROTO_OSPF, HELD_YES), 0);
	assert_int_equal(beyond_follow(b, &six, PROTO_OSPF, HELD_YES), 0);
	UNTIL(w, w->told == 2);
	assert_in_range(clock_ms() - begin, 990, 2500);
	assert_int_equal(w->yes, BEYOND_YES);
	assert_int_equal(w->no, BEYOND_NO);
	UNTIL(w, w->daemon.hearing == HEARING_HEARS);
	assert_int_equal(s->questions, 3); /* and its release */
	assert_int_equal(s->connections, 1);
	assert_string_equal(w->daemon.name, "ospfd");
	assert_string_equal(w->daemon.release, "8.4.4");
	/* The access-list was changed; told at the next round. */
	beyond_forget(b, &no);
	beyond_forget(b, &no);
	s->say[0] = ospf_maxage;
	UNTIL(w, w->told == 3);
	assert_int_equal(w->yes, BEYOND_NO);
	assert_in_range(clock_ms() - begin, 5000, 8000);
	assert_int_equal(s->questions, 4);
	/* Nobody there any more. */
	stop(s);
	assert_int_equal(beyond_follow(b, &yes, PROTO_OSPF, HELD_YES), 0);
	UNTIL(w, w->told == 4);
	assert_int_equal(w->yes, BEYOND_UNKNOWN);
	beyond_free(b);
}

/* What zebra does not hold is asked for until the daemon has let it go. */
static void
test_follows_withdrawn(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ospfd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	struct prefix p = P("10.1.53.1/32"), other = P("10.1.54.1/32");
	unsigned int asked;

	s->to[0] = "show ip ospf database external 10.1.53.1 self-originate";
	s->say[0] = ospf_yes;
	s->to[1] = "show version";
	s->say[1] = "% Unknown command\n";
	s->to[2] = "show ip ospf database external 10.1.54.1 self-originate";
	s->say[2] = ospf_no;
	s->to[3] = "show running-config";
	s->say[3] = "router ospf\n redistribute connected\n";
	assert_int_equal(beyond_follow(b, &p, PROTO_OSPF, HELD_NO), 0);
	assert_int_equal(beyond_follow(b, &other, PROTO_OSPF, HELD_UNKNOWN), 0);
	UNTIL(w, w->daemon.hearing == HEARING_HEARS);
	assert_string_equal(w->daemon.release, "");
	UNTIL(w, s->questions == 3); /* it has not let it go yet */
	UNTIL(w, w->daemon.hearing == HEARING_DEAF);
	assert_int_equal(w->daemon.stale, 1);
	assert_int_equal(w->daemon.missing, 0);
	assert_string_equal(w->daemon.prefixes, "10.1.53.1/32");
	assert_string_equal(w->daemon.remedy, "systemctl restart frr");
	assert_true(w->daemon.cost[0] != '\0');
	s->say[0] = ospf_no;
	UNTIL(w, w->daemon.hearing == HEARING_HEARS);
	asked = s->questions;
	assert_int_equal(beyond_follow(b, &other, PROTO_OSPF, HELD_NO), 0);
	UNTIL(w, s->questions == asked + 1);
	assert_non_null(strstr(s->last, "10.1.54.1"));
	assert_int_equal(w->told, 0); /* nothing to say of what zebra does not hold */
	/* No service names OSPF any more. */
	assert_int_equal(beyond_follow(b, &p, 0, HELD_NO), 0);
	beyond_forget(b, &other);
	UNTIL(w, !w->daemon.asked);
	beyond_free(b);
}

/* Many prefixes: one question. Is the table too long, each one. */
static void
test_follows_many(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ospfd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	char text[32];
	struct prefix p;
	int i;

	s->to[0] = "show ip ospf database self-originate";
	s->say[0] = ospf_table;
	s->to[1] = "show version";
	s->say[1] = "FRRouting 10.3 (r1)\n";
	s->to[2] = "show ip ospf database external";
	s->say[2] = ospf_no;
	for (i = 1; i <= 20; i++) {
		snprintf(text, sizeof(text), "10.1.53.%d", i);
		p = P(text);
		assert_int_equal(beyond_follow(b, &p, PROTO_OSPF, HELD_YES), 0);
	}
	UNTIL(w, w->told == 20);
	UNTIL(w, s->questions == 2);
	s->manner = ENDLESS;
	UNTIL(w, s->questions == 3);
	UNTIL(w, s->child > 0);
	s->manner = ANSWERS;
	UNTIL(w, s->questions >= 23);
	assert_non_null(strstr(s->last, "external"));
	beyond_free(b);
}

/* RIP by table and route-map, beside a BGP that is not there. */
static void
test_follows_rip(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ripd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	struct prefix yes = P("10.1.53.1/32"), no = P("10.1.54.1/32");

	s->to[0] = "show ip rip";
	s->say[0] = rip_table;
	s->to[1] = "show running-config";
	s->say[1] = rip_config;
	s->to[2] = "show route-map";
	s->say[2] = rip_maps;
	assert_int_equal(beyond_follow(b, &yes, PROTO_RIP | PROTO_BGP, HELD_YES), 0);
	assert_int_equal(beyond_follow(b, &no, PROTO_RIP | PROTO_BGP, HELD_YES), 0);
	UNTIL(w, w->told == 2);
	assert_int_equal(w->yes, BEYOND_YES);
	assert_int_equal(w->no, BEYOND_NO);
	assert_in_range(s->questions, 3, 4); /* and its release */
	beyond_free(b);
}

/* FRR 10: mgmtd has the configuration. */
static void
test_follows_mgmtd(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "ripd"), *m = serve(w, 1, "mgmtd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	struct prefix yes = P("10.1.53.1/32"), no = P("10.1.54.1/32");

	s->to[0] = "show ip rip";
	s->say[0] = rip_table;
	s->to[1] = "show running-config";
	s->say[1] = "frr version 10.3\n!\naccess-list A seq 5 permit any\n";
	s->to[2] = "show route-map";
	s->say[2] = rip_maps;
	m->to[0] = "show running-config";
	m->say[0] = rip_config;
	assert_int_equal(beyond_follow(b, &yes, PROTO_RIP, HELD_YES), 0);
	assert_int_equal(beyond_follow(b, &no, PROTO_RIP, HELD_YES), 0);
	UNTIL(w, w->told == 2);
	assert_int_equal(w->yes, BEYOND_YES);
	assert_int_equal(w->no, BEYOND_NO);
	/* It went. */
	stop(m);
	UNTIL(w, w->told == 4);
	assert_int_equal(w->yes, BEYOND_UNKNOWN);
	beyond_free(b);
}

/* Asked of a daemon that does not answer; forgotten while it is asked. */
static void
test_silence(void **state)
{
	struct world *w = *state;
	struct server *s = serve(w, 0, "bgpd"), *t = serve(w, 1, "ospfd");
	struct beyond_watch *b = beyond_new(w->base, w->folder, on_beyond, on_daemon, w);
	struct prefix yes = P("10.1.53.1/32"), no = P("10.1.54.1/32");

	s->manner = SILENT;
	t->to[0] = "show ip ospf";
	t->say[0] = ospf_no;
	assert_int_equal(beyond_follow(b, &yes, PROTO_BGP, HELD_YES), 0);
	assert_int_equal(beyond_follow(b, &no, PROTO_BGP | PROTO_OSPF, HELD_YES), 0);
	UNTIL(w, s->questions == 1);
	assert_string_equal(s->last, "show bgp ipv4 unicast 10.1.53.1/32 json");
	beyond_forget(b, &yes);
	/* Not before all were asked. */
	UNTIL(w, t->questions >= 1);
	assert_int_equal(w->told, 0);
	UNTIL(w, w->told == 1);
	assert_int_equal(w->no, BEYOND_NO);
	assert_int_equal(w->yes, BEYOND_UNKNOWN);
	assert_int_equal(beyond_follow(b, &yes, 0, HELD_YES), 0);
	beyond_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		cmocka_unit_test(test_ospf),
		cmocka_unit_test(test_bgp),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_ends),
		T(test_vty),
		T(test_follows_ospf),
		T(test_follows_withdrawn),
		T(test_follows_many),
		T(test_follows_rip),
		T(test_follows_mgmtd),
		T(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
