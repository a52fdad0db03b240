/*
 * tcp: connects, may say something and wait for a text. Must not know why.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"
#include "checks/connection.h"

#define HEARD_MAX 4096 /* the text must come within so many bytes */

struct tcp_check {
	struct check *check;
	struct connection *connection;
	bool ready;
	size_t heard;
	char buf[HEARD_MAX];
};

static int
tcp_init(struct check *c)
{
	struct tcp_check *t = check_state(c);

	t->check = c;
	return 0;
}

static void
tcp_abort(struct check *c)
{
	struct tcp_check *t = check_state(c);

	connection_free(t->connection);
	t->connection = NULL;
}

static void
tcp_failed(struct tcp_check *t, int error)
{
	char where[80];

	tcp_abort(t->check);
	check_where(t->check, where, sizeof(where));
	check_done(
	    t->check, cause_from_errno(error), "%s: %s", where, check_strerror(t->check, error));
}

static void
tcp_ready(void *arg)
{
	struct tcp_check *t = arg;
	char where[80];

	t->ready = true;
	if (check_conf(t->check)->expect != NULL)
		return;
	tcp_abort(t->check);
	check_done(
	    t->check, CAUSE_OK, "connected to %s", check_where(t->check, where, sizeof(where)));
}

static void
tcp_data(void *arg, const uint8_t *data, size_t size)
{
	struct tcp_check *t = arg;
	const char *expect = check_conf(t->check)->expect;
	size_t room = sizeof(t->buf) - t->heard;

	memcpy(t->buf + t->heard, data, size < room ? size : room);
	t->heard += size < room ? size : room;
	if (memmem(t->buf, t->heard, expect, strlen(expect)) != NULL) {
		tcp_abort(t->check);
		check_done(t->check, CAUSE_OK, "\"%s\" came", expect);
	} else if (t->heard == sizeof(t->buf)) {
		tcp_abort(t->check);
		check_done(
		    t->check, CAUSE_UNEXPECTED, "no \"%s\" within %d bytes", expect, HEARD_MAX);
	}
}

static void
tcp_closed(void *arg, int error)
{
	struct tcp_check *t = arg;
	int heard = (int)t->heard;
	char where[80];

	check_where(t->check, where, sizeof(where));
	if (error != 0)
		tcp_failed(t, error);
	else if (heard == 0) {
		tcp_abort(t->check);
		check_done(t->check, CAUSE_CLOSED, "%s closed without a word", where);
	} else {
		tcp_abort(t->check);
		check_done(t->check, CAUSE_UNEXPECTED, "no \"%.40s\", but \"%.*s\"",
		    check_conf(t->check)->expect, heard < 80 ? heard : 80, t->buf);
	}
}

static const struct connection_ops ops = {
	.ready = tcp_ready,
	.data = tcp_data,
	.closed = tcp_closed,
};

static void
tcp_start(struct check *c)
{
	struct tcp_check *t = check_state(c);
	const char *text = check_conf(c)->send;
	const struct sockaddr *to;
	int len;

	t->heard = 0;
	t->ready = false;
	to = check_address(c, &len);
	t->connection = connection_open(check_ctx(c)->base, check_device(c), to, (socklen_t)len,
	    &ops, t, text, text != NULL ? strlen(text) : 0);
	if (t->connection == NULL)
		tcp_failed(t, errno);
}

static void
tcp_describe_timeout(struct check *c, char *buf, size_t size)
{
	struct tcp_check *t = check_state(c);
	const struct conf_check *conf = check_conf(c);
	char where[80];

	check_where(c, where, sizeof(where));
	if (!t->ready)
		snprintf(
		    buf, size, "%s: no connection within %lld ms", where, (long long)conf->timeout);
	else
		snprintf(buf, size,
		    "%s: connected, %zu bytes came, but no \"%.40s\" within %lld ms", where,
		    t->heard, conf->expect, (long long)conf->timeout);
}

const struct check_ops check_tcp = {
	.name = "tcp",
	.size = sizeof(struct tcp_check),
	.init = tcp_init,
	.free = tcp_abort,
	.start = tcp_start,
	.abort = tcp_abort,
	.describe_timeout = tcp_describe_timeout,
};
