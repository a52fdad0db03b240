/*
 * What tests of checks share: a loop, a check with what it told, and UDP and
 * TCP servers of this very process that answer as a test likes.
 */
#ifndef TEST_CHECK_HELP_H
#define TEST_CHECK_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <event2/event.h>

#include "base/clock.h"
#include "checks/check.h"

#define PATIENCE_MS 10000 /* how long a condition may take on a busy machine */

struct rig {
	struct event_base *base;
	struct check_context ctx;
	struct event *tick;
};
void rig_open(struct rig *, struct runner_link *);
void rig_close(struct rig *);
void rig_turn(struct rig *); /* one round of the loop, 20 ms at most */

#define WAIT_FOR(rig, cond)                                \
	do {                                               \
		int64_t until_ = clock_ms() + PATIENCE_MS; \
		while (!(cond) && clock_ms() < until_)     \
			rig_turn(rig);                     \
		assert_true(cond);                         \
	} while (0)

struct probed {
	struct conf_check conf;
	struct check *check;
	unsigned int n, passes;
	struct verdict last;
	int64_t started_us[256]; /* of the first verdicts */
};
/* A conf with times and accepted rcode 0; the test fills in the rest. */
struct probed probed_make(enum check_kind, const char *server, uint16_t port);
void probed_start(struct rig *, struct probed *, const struct prefix *, size_t nprefixes);
void probed_told(void *arg, const struct verdict *);
/* Waits for one more verdict; it must be of that cause, its text hold the words. */
void probed_expect(struct rig *, struct probed *, enum cause, const char *words);
/* The same, whatever comes before: what was under way may still be of before. */
void probed_become(struct rig *, struct probed *, enum cause, const char *words);
void probed_stop(struct probed *);

struct server;
typedef void server_fn(
    struct server *, const uint8_t *data, size_t size, const struct sockaddr *from, socklen_t len);
struct server {
	struct rig *rig;
	int fd, peer;
	uint16_t port;
	unsigned int asked;
	server_fn *fn;
	void *arg;
	struct event *event, *peer_event;
};
/* Port 0: any. A TCP server serves one connection at a time; size 0: it was just made. */
void
server_open(struct server *, struct rig *, int type, const char *addr, uint16_t port, server_fn *);
void server_close(struct server *);
/* A server_fn that never answers. */
server_fn serve_nothing;

/* A socket bound there, no server behind it; type is SOCK_DGRAM or SOCK_STREAM (listens). */
int bind_at(int type, const char *addr, uint16_t port, int v6only, bool reuseport);
uint16_t port_of(int fd);

#endif
