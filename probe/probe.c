/*
 * zanycast-probe: asks one anycast server a DNS query every few milliseconds
 * and says which site answers, when that changes, and for how long nobody did.
 * It only asks and listens; what it says is in tally.c.
 */
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <ldns/ldns.h>

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe/tally.h"

#define QUERY_MAX 512
#define ANSWER_MAX 4096
#define CATCH_UP 16 /* queries sent at once after a late wake-up */

struct options {
	const char *server;
	const char *port;
	const char *source_port;
	const char *name;
	const char *type;
	const char *class;
	int64_t interval_us;
	int64_t duration_us;
	int64_t timeout_us;
	int realtime;
	int json;
};

struct probe {
	int sock;
	int timer;
	int signals;
	int epoll;
	uint8_t query[QUERY_MAX];
	size_t query_len;
	ldns_rr *question;
	struct tally *tally;
	int64_t end_us;	    /* no query after it; 0 = none */
	int64_t give_up_us; /* don't wait for answers after it */
	int64_t timeout_us;
};

static void __attribute__((noreturn)) usage(void)
{
	fprintf(stderr,
	    "usage: zanycast-probe [-jr] [-c class] [-d duration] [-i interval]\n"
	    "                      [-m answer=site] [-P port] [-p source-port]\n"
	    "                      [-t type] [-w timeout] server [name]\n");
	exit(2);
}

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static struct timespec
from_us(int64_t us)
{
	struct timespec ts;

	ts.tv_sec = (time_t)(us / 1000000);
	ts.tv_nsec = (long)(us % 1000000 * 1000);
	return ts;
}

/* "5", "5ms", "1.5s", "200us", "2m": microseconds; a bare number is ms. */
static int64_t
duration(const char *text, const char *what)
{
	static const struct {
		const char *unit;
		double us;
	} units[] = {
		{ "", 1e3 },
		{ "us", 1 },
		{ "ms", 1e3 },
		{ "s", 1e6 },
		{ "m", 60e6 },
		{ "h", 3600e6 },
	};
	char *end;
	double value;
	size_t i;

	errno = 0;
	value = strtod(text, &end);
	if (end != text && errno == 0 && value > 0 && value < 1e9)
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strcmp(end, units[i].unit) == 0 && value * units[i].us >= 1 &&
			    value * units[i].us < 1e12)
				return (int64_t)(value * units[i].us);
	errx(2, "%s: not a duration: %s", what, text);
}

static const char *
port_number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 1 || n > 65535)
		errx(2, "not a port: %s", text);
	return text;
}

static void
make_query(struct probe *p, const struct options *opt)
{
	ldns_rdf *name = NULL;
	ldns_rr_type type = ldns_get_rr_type_by_name(opt->type);
	ldns_rr_class class = ldns_get_rr_class_by_name(opt->class);
	ldns_pkt *pkt;
	uint8_t *wire;

	if (type == 0)
		errx(2, "not a type: %s", opt->type);
	if (class == 0)
		errx(2, "not a class: %s", opt->class);
	if (ldns_str2rdf_dname(&name, opt->name) != LDNS_STATUS_OK)
		errx(2, "not a name: %s", opt->name);
	pkt = ldns_pkt_query_new(name, type, class, 0);
	if (pkt == NULL || ldns_pkt2wire(&wire, pkt, &p->query_len) != LDNS_STATUS_OK ||
	    p->query_len > sizeof(p->query))
		errx(1, "no query can be made of %s", opt->name);
	memcpy(p->query, wire, p->query_len);
	p->question = ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(pkt), 0));
	ldns_pkt_free(pkt);
	free(wire);
}

static int
open_socket(const struct options *opt)
{
	struct addrinfo hints, *to, *from;
	int error, on = 1, sock;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if ((error = getaddrinfo(opt->server, opt->port, &hints, &to)) != 0)
		errx(2, "%s: %s", opt->server, gai_strerror(error));
	hints.ai_family = to->ai_family;
	hints.ai_flags |= AI_PASSIVE;
	if ((error = getaddrinfo(NULL, opt->source_port, &hints, &from)) != 0)
		errx(2, "%s: %s", opt->source_port, gai_strerror(error));
	sock = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock == -1)
		err(1, "socket");
	if (bind(sock, from->ai_addr, from->ai_addrlen) == -1)
		err(1, "source port %s", opt->source_port);
	/* connected: the kernel keeps other senders out and tells refusals */
	if (connect(sock, to->ai_addr, to->ai_addrlen) == -1)
		err(1, "%s", opt->server);
	if (to->ai_family == AF_INET)
		error = setsockopt(sock, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	else
		error = setsockopt(sock, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
	if (error == -1)
		warn("the answers' TTL won't be known");
	freeaddrinfo(to);
	freeaddrinfo(from);
	return sock;
}

static void
ask(struct probe *p)
{
	uint16_t id = tally_sent(p->tally, now_us());

	p->query[0] = (uint8_t)(id >> 8);
	p->query[1] = (uint8_t)(id & 0xff);
	if (send(p->sock, p->query, p->query_len, 0) == -1)
		tally_refused(p->tally);
}

static int
is_ours(const struct probe *p, const ldns_pkt *pkt)
{
	const ldns_rr_list *question = ldns_pkt_question(pkt);

	return ldns_pkt_qr(pkt) && ldns_rr_list_rr_count(question) == 1 &&
	    ldns_rr_compare(ldns_rr_list_rr(question, 0), p->question) == 0;
}

/* The data of the last answer record (behind any CNAME) as text, or NULL. */
static char *
answer_text(const ldns_pkt *pkt)
{
	const ldns_rr_list *answer = ldns_pkt_answer(pkt);
	size_t n = ldns_rr_list_rr_count(answer);
	const ldns_rr *rr;

	if (ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NOERROR || n == 0)
		return NULL;
	rr = ldns_rr_list_rr(answer, n - 1);
	if (ldns_rr_rd_count(rr) == 0)
		return NULL;
	return ldns_rdf2str(ldns_rr_rdf(rr, 0));
}

static int
hop_limit(struct msghdr *msg)
{
	struct cmsghdr *c;
	int ttl = 0;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT))
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	return ttl;
}

static void
take(struct probe *p, const uint8_t *wire, size_t len, int ttl, int64_t at_us)
{
	ldns_pkt *pkt;
	char *text;

	if (ldns_wire2pkt(&pkt, wire, len) != LDNS_STATUS_OK) {
		tally_bogus(p->tally);
		return;
	}
	if (!is_ours(p, pkt))
		tally_bogus(p->tally);
	else if ((text = answer_text(pkt)) == NULL)
		tally_error(p->tally, ldns_pkt_id(pkt));
	else {
		tally_answer(p->tally, ldns_pkt_id(pkt), text, ttl, at_us);
		free(text);
	}
	ldns_pkt_free(pkt);
}

static void
receive(struct probe *p)
{
	uint8_t wire[ANSWER_MAX];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = wire, .iov_len = sizeof(wire) };
	struct msghdr msg;
	ssize_t n;
	int i;

	for (i = 0; i < 64; i++) {
		memset(&msg, 0, sizeof(msg));
		msg.msg_iov = &iov;
		msg.msg_iovlen = 1;
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		if ((n = recvmsg(p->sock, &msg, 0)) == -1) {
			if (errno == EAGAIN || errno == EINTR)
				return;
			tally_refused(p->tally);
		} else
			take(p, wire, (size_t)n, hop_limit(&msg), now_us());
	}
}

static void
tick(struct probe *p)
{
	uint64_t due;
	int64_t now = now_us();

	if (read(p->timer, &due, sizeof(due)) != sizeof(due))
		return;
	if (p->end_us != 0 && now >= p->end_us) {
		if (p->give_up_us == 0)
			p->give_up_us = now + p->timeout_us;
	} else
		for (; due > 0 && due <= CATCH_UP; due--)
			ask(p);
	tally_tick(p->tally, now);
}

static void
watch(const struct probe *p, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .fd = fd } };

	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
}

static void
prepare(struct probe *p, const struct options *opt)
{
	struct itimerspec when;
	struct sched_param fifo = { .sched_priority = 1 };
	sigset_t stop;
	int64_t start;

	make_query(p, opt);
	p->sock = open_socket(opt);
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	p->signals = signalfd(-1, &stop, SFD_CLOEXEC);
	p->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->signals == -1 || p->timer == -1 || p->epoll == -1)
		err(1, "timer");
	watch(p, p->sock);
	watch(p, p->signals);
	watch(p, p->timer);
	if (opt->realtime && sched_setscheduler(0, SCHED_FIFO, &fifo) == -1)
		warn("SCHED_FIFO");
	start = now_us() + opt->interval_us;
	when.it_value = from_us(start);
	when.it_interval = from_us(opt->interval_us);
	if (timerfd_settime(p->timer, TFD_TIMER_ABSTIME, &when, NULL) == -1)
		err(1, "timerfd_settime");
	p->timeout_us = opt->timeout_us;
	if (opt->duration_us != 0)
		p->end_us = start + opt->duration_us;
}

static void
run(struct probe *p)
{
	struct epoll_event ev[3];
	int i, n;

	while (p->give_up_us == 0 || (now_us() < p->give_up_us && tally_open(p->tally))) {
		if ((n = epoll_wait(p->epoll, ev, 3, -1)) == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++) {
			if (ev[i].data.fd == p->sock)
				receive(p);
			else if (ev[i].data.fd == p->timer)
				tick(p);
			else {
				struct signalfd_siginfo info;

				if (read(p->signals, &info, sizeof(info)) != sizeof(info))
					continue;
				if (p->end_us != 0 && now_us() >= p->end_us)
					return; /* the second one: at once */
				p->end_us = now_us();
			}
		}
	}
}

int
main(int argc, char **argv)
{
	struct options opt = {
		.port = "53",
		.source_port = "0",
		.type = "A",
		.class = "IN",
		.interval_us = 5000,
		.timeout_us = 500000,
	};
	struct probe p;
	struct names names;
	int ch;

	memset(&p, 0, sizeof(p));
	memset(&names, 0, sizeof(names));
	while ((ch = getopt(argc, argv, "c:d:i:jm:P:p:rt:w:")) != -1)
		switch (ch) {
		case 'c':
			opt.class = optarg;
			break;
		case 'd':
			opt.duration_us = duration(optarg, "-d");
			break;
		case 'i':
			opt.interval_us = duration(optarg, "-i");
			break;
		case 'j':
			opt.json = 1;
			break;
		case 'm':
			if (names_add(&names, optarg) == -1)
				errx(2,
				    "-m: %d times answer=site at most, "
				    "%d letters each: %s",
				    SITES_MAX, SITE_LEN - 1, optarg);
			break;
		case 'P':
			opt.port = port_number(optarg);
			break;
		case 'p':
			opt.source_port = port_number(optarg);
			break;
		case 'r':
			opt.realtime = 1;
			break;
		case 't':
			opt.type = optarg;
			break;
		case 'w':
			opt.timeout_us = duration(optarg, "-w");
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 2)
		usage();
	opt.server = argv[0];
	opt.name = argc == 2 ? argv[1] : "test.home";
	if (opt.timeout_us / opt.interval_us >= TALLY_WINDOW)
		errx(2, "-w: more than %d queries would be open", TALLY_WINDOW);

	p.tally = tally_new(stdout, opt.json, opt.timeout_us, &names);
	if (p.tally == NULL)
		err(1, "tally");
	prepare(&p, &opt);
	tally_start(p.tally, now_us(), opt.interval_us);
	run(&p);
	ldns_rr_free(p.question);
	return tally_end(p.tally, now_us());
}
