/*
 * What tests of checks share. Knows no kind of check.
 */
#include "config.h"

#include "test_check_help.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"

static void
on_tick(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void
rig_open(struct rig *rig, struct runner_link *runner)
{
	struct timeval tv = { .tv_usec = 20000 };

	rig->base = event_base_new();
	assert_non_null(rig->base);
	assert_int_equal(check_context_init(&rig->ctx, rig->base, runner), 0);
	rig->tick = event_new(rig->base, -1, EV_PERSIST, on_tick, NULL);
	event_add(rig->tick, &tv);
}

void
rig_close(struct rig *rig)
{
	check_context_free(&rig->ctx);
	event_free(rig->tick);
	event_base_free(rig->base);
}

void
rig_turn(struct rig *rig)
{
	event_base_loop(rig->base, EVLOOP_ONCE);
}

struct probed
probed_make(enum check_kind kind, const char *server, uint16_t port)
{
	struct probed p = { 0 };

	p.conf.name = (char *)(uintptr_t) "c";
	p.conf.kind = kind;
	p.conf.server = (char *)(uintptr_t)server;
	p.conf.port = port;
	p.conf.interval = 30;
	p.conf.fast = 10;
	p.conf.timeout = PATIENCE_MS;
	p.conf.rise = p.conf.fall = 2;
	p.conf.qname = (char *)(uintptr_t) "example.com.";
	p.conf.qtype = 1;
	p.conf.rcodes = 1;
	return p;
}

void
probed_told(void *arg, const struct verdict *v)
{
	struct probed *p = arg;

	if (p->n < sizeof(p->started_us) / sizeof(p->started_us[0]))
		p->started_us[p->n] = v->started_us;
	p->n++;
	if (v->cause == CAUSE_OK)
		p->passes++;
	assert_true(v->ended_us >= v->started_us);
	assert_true(v->started > 0);
	p->last = *v;
}

void
probed_start(struct rig *rig, struct probed *p, const struct prefix *prefixes, size_t nprefixes)
{
	p->check = check_new(&rig->ctx, "s", &p->conf, prefixes, nprefixes, probed_told, p);
	assert_non_null(p->check);
	check_start(p->check);
}

void
probed_expect(struct rig *rig, struct probed *p, enum cause cause, const char *words)
{
	unsigned int before = p->n;

	WAIT_FOR(rig, p->n > before);
	if (p->last.cause != cause || strstr(p->last.text, words) == NULL)
		fail_msg("%s \"%s\", not %s \"%s\"", cause_name(p->last.cause), p->last.text,
		    cause_name(cause), words);
}

void
probed_become(struct rig *rig, struct probed *p, enum cause cause, const char *words)
{
	unsigned int before = p->n;

	WAIT_FOR(
	    rig, p->n > before && p->last.cause == cause && strstr(p->last.text, words) != NULL);
}

void
probed_stop(struct probed *p)
{
	check_free(p->check);
	p->check = NULL;
}

int
bind_at(int type, const char *addr, uint16_t port, int v6only, bool reuseport)
{
	struct sockaddr_storage ss;
	socklen_t len;
	const int on = 1;
	int fd;

	assert_int_equal(addr_parse(&ss, &len, addr, port), 0);
	fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (reuseport)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 64), 0);
	return fd;
}

uint16_t
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	/* the port is at the same place in both families */
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

static void
on_datagram(int fd, short what, void *arg)
{
	struct server *s = arg;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	uint8_t buf[2048];
	ssize_t n;

	(void)what;
	while ((n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len)) >= 0) {
		s->asked++;
		s->fn(s, buf, (size_t)n, (struct sockaddr *)&from, len);
		len = sizeof(from);
	}
}

static void
close_peer(struct server *s)
{
	if (s->peer_event != NULL)
		event_free(s->peer_event);
	if (s->peer != -1)
		close(s->peer);
	s->peer_event = NULL;
	s->peer = -1;
}

static void
on_peer(int fd, short what, void *arg)
{
	struct server *s = arg;
	uint8_t buf[2048];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	(void)what;
	if (n <= 0) {
		close_peer(s);
		return;
	}
	s->asked++;
	s->fn(s, buf, (size_t)n, NULL, 0);
}

static void
on_accept(int fd, short what, void *arg)
{
	struct server *s = arg;

	(void)what;
	close_peer(s);
	s->peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (s->peer == -1)
		return;
	s->peer_event = event_new(s->rig->base, s->peer, EV_READ | EV_PERSIST, on_peer, s);
	event_add(s->peer_event, NULL);
	s->fn(s, NULL, 0, NULL, 0);
}

void
server_open(
    struct server *s, struct rig *rig, int type, const char *addr, uint16_t port, server_fn *fn)
{
	memset(s, 0, sizeof(*s));
	s->rig = rig;
	s->fn = fn;
	s->peer = -1;
	s->fd = bind_at(type, addr, port, 1, false);
	s->port = port_of(s->fd);
	s->event = event_new(rig->base, s->fd, EV_READ | EV_PERSIST,
	    type == SOCK_DGRAM ? on_datagram : on_accept, s);
	event_add(s->event, NULL);
}

void
server_close(struct server *s)
{
	close_peer(s);
	event_free(s->event);
	close(s->fd);
}

void
serve_nothing(
    struct server *s, const uint8_t *q, size_t n, const struct sockaddr *from, socklen_t len)
{
	(void)s;
	(void)q;
	(void)n;
	(void)from;
	(void)len;
}
