/*
 * dns: asks a server one question over UDP, over TCP when the answer is cut
 * short or the file says so. Must not know ldns or who else asks.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "checks/check.h"
#include "checks/dns_message.h"
#include "checks/dns_sockets.h"
#include "checks/dns_stream.h"

struct dns_check {
	struct check *check;
	struct dns_message *message;
	struct dns_query query;
	struct dns_stream *stream;
	bool over_tcp;
	unsigned int wrong_id, wrong_question;
};

static void
dns_abort(struct check *c)
{
	struct dns_check *d = check_state(c);

	dns_cancel(&d->query);
	dns_stream_free(d->stream);
	d->stream = NULL;
}

static void
dns_failed(void *arg, int error)
{
	struct dns_check *d = arg;
	const char *over = d->over_tcp ? " over TCP" : "";
	char where[80];

	dns_abort(d->check);
	check_where(d->check, where, sizeof(where));
	if (error == 0)
		check_done(d->check, CAUSE_CLOSED, "%s ended%s within the answer", where, over);
	else
		check_done(d->check, cause_from_errno(error), "%s%s: %s", where, over,
		    check_strerror(d->check, error));
}

static void
dns_found(struct dns_check *d, const struct dns_finding *f)
{
	char where[80];

	dns_abort(d->check);
	check_where(d->check, where, sizeof(where));
	check_done(
	    d->check, f->cause, "%s from %s%s", f->text, where, d->over_tcp ? " over TCP" : "");
}

static void
dns_stream_answer(void *arg, const uint8_t *data, size_t size)
{
	struct dns_check *d = arg;
	struct dns_finding f;

	if (size < 2 || !dns_stream_is_ours(d->stream, data)) {
		d->wrong_id++;
		return;
	}
	if (dns_message_read(d->message, data, size, true, &f) == DNS_READ)
		dns_found(d, &f);
	else
		d->wrong_question++;
}

static const struct dns_stream_ops stream_ops = {
	.answer = dns_stream_answer,
	.failed = dns_failed,
};

static void
ask_stream(struct dns_check *d, const struct sockaddr *to, socklen_t len)
{
	struct check_context *ctx = check_ctx(d->check);
	const uint8_t *wire;
	size_t size;

	d->over_tcp = true;
	wire = dns_message_wire(d->message, &size);
	d->stream = dns_stream_open(ctx->base, check_device(d->check), to, len, wire, size,
	    dns_random_id(ctx->dns), &stream_ops, d);
	if (d->stream == NULL)
		dns_failed(d, errno);
}

static void
dns_answer(void *arg, const uint8_t *data, size_t size)
{
	struct dns_check *d = arg;
	const struct sockaddr *to;
	struct dns_finding f;
	int len;

	switch (dns_message_read(d->message, data, size, false, &f)) {
	case DNS_READ:
		dns_found(d, &f);
		break;
	case DNS_TRUNCATED:
		dns_cancel(&d->query);
		to = check_address(d->check, &len);
		ask_stream(d, to, (socklen_t)len);
		break;
	case DNS_OTHER_QUESTION:
		d->wrong_question++;
		break;
	}
}

static int
dns_init(struct check *c)
{
	struct dns_check *d = check_state(c);

	d->check = c;
	d->query.arg = d;
	d->query.answer = dns_answer;
	d->query.failed = dns_failed;
	d->message = dns_message_new(check_conf(c));
	return d->message == NULL ? -1 : 0;
}

static void
dns_free(struct check *c)
{
	struct dns_check *d = check_state(c);

	dns_abort(c);
	dns_message_free(d->message);
}

static void
dns_start(struct check *c)
{
	struct dns_check *d = check_state(c);
	const struct sockaddr *to;
	const uint8_t *wire;
	size_t size;
	int len;

	d->wrong_id = d->wrong_question = 0;
	d->query.wrong_id = d->query.wrong_source = 0;
	d->over_tcp = false;
	to = check_address(c, &len);
	if (check_conf(c)->transport == TRANSPORT_TCP) {
		ask_stream(d, to, (socklen_t)len);
		return;
	}
	wire = dns_message_wire(d->message, &size);
	if (dns_send(check_ctx(c)->dns, check_device(c), &d->query, to, (socklen_t)len, wire,
		size) == -1)
		dns_failed(d, errno);
}

static void
count(char *buf, size_t size, const char **join, unsigned int n, const char *what)
{
	size_t len = strlen(buf);

	if (n == 0)
		return;
	snprintf(
	    buf + len, size - len, "%s%u %s %s", *join, n, n == 1 ? "answer" : "answers", what);
	*join = ", ";
}

static void
dns_describe_timeout(struct check *c, char *buf, size_t size)
{
	struct dns_check *d = check_state(c);
	const char *join = "; ";
	char where[80];

	check_where(c, where, sizeof(where));
	snprintf(buf, size, "no answer from %s%s within %lld ms", where,
	    d->over_tcp ? " over TCP" : "", (long long)check_conf(c)->timeout);
	count(buf, size, &join, d->wrong_id + d->query.wrong_id, "with a wrong id");
	count(buf, size, &join, d->query.wrong_source, "from a wrong address");
	count(buf, size, &join, d->wrong_question, "to another question");
}

const struct check_ops check_dns = {
	.name = "dns",
	.size = sizeof(struct dns_check),
	.init = dns_init,
	.free = dns_free,
	.start = dns_start,
	.abort = dns_abort,
	.describe_timeout = dns_describe_timeout,
};
