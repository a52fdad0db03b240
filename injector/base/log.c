/*
 * Where log lines go, and what an event looks like as one.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_LEN 1024
#define GATHERED_MAX 4096 /* what a pipe that can be written to takes as a whole */

/* The one piece of state every file may use without being handed it. */
static struct {
	char process[32];
	pid_t pid; /* 0: not opened yet. getpid() for each line would cost as much as the line */
	enum log_target target;
	enum log_level most;
	int syslog; /* -1: not connected */
	bool gathers;
	size_t len; /* of gathered */
	char gathered[GATHERED_MAX];
} out = { .process = "zanycastd", .most = LOG_LEVEL_INFO, .syslog = -1 };

static int
process_id(void)
{
	return (int)(out.pid != 0 ? out.pid : getpid());
}

static void
close_syslog(void)
{
	if (out.syslog != -1)
		close(out.syslog);
	out.syslog = -1;
}

static void
open_syslog(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };

	close_syslog();
	out.syslog = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (out.syslog != -1 && connect(out.syslog, (const struct sockaddr *)&un, sizeof(un)) == -1)
		close_syslog();
}

void
log_open(const char *process, enum log_target target, enum log_level most)
{
	log_flush();
	snprintf(out.process, sizeof(out.process), "%s", process);
	out.pid = getpid();
	out.target = target;
	out.most = most;
	if (target == LOG_TARGET_SYSLOG)
		open_syslog();
	else
		close_syslog();
}

enum log_level
log_level(void)
{
	return out.most;
}

const char *
log_level_name(enum log_level level)
{
	static const char *const names[] = { "err", "warning", "notice", "info", "debug" };

	return names[level];
}

static int
syslog_priority(enum log_level level)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

	return priorities[level];
}

/*
 * Whoever reads the other end of a pipe may have stopped: a line may be lost, a lease must not.
 * What can be written to at all takes as much as is gathered.
 */
static void
write_out(const char *lines, size_t len)
{
	struct pollfd end = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&end, 1, 0) == 1)
		(void)!write(STDERR_FILENO, lines, len);
}

void
log_flush(void)
{
	int saved = errno;

	if (out.len > 0)
		write_out(out.gathered, out.len);
	out.len = 0;
	errno = saved;
}

void
log_gather(bool on)
{
	log_flush();
	out.gathers = on;
}

static void
write_line(enum log_level level, const char *line, size_t len)
{
	if (out.len + len > sizeof(out.gathered))
		log_flush();
	memcpy(out.gathered + out.len, line, len);
	out.len += len;
	if (!out.gathers || level <= LOG_LEVEL_WARNING || out.most == LOG_LEVEL_DEBUG)
		log_flush();
}

/* syslog(3) would wait for a syslogd that hangs. A new one is found by the next line. */
static void
write_syslog(enum log_level level, int64_t at_us, const char *line)
{
	char whole[LINE_MAX_LEN + 96], when[32];
	time_t now = (time_t)(clock_wall(at_us) / 1000000);
	struct tm tm;
	int n;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	n = snprintf(whole, sizeof(whole), "<%d>%s %s[%d]: %s: %s",
	    LOG_DAEMON | syslog_priority(level), when, out.process, process_id(),
	    log_level_name(level), line);
	for (int i = 0; i < 2; i++) {
		if (out.syslog != -1 &&
		    (send(out.syslog, whole, (size_t)n, MSG_NOSIGNAL) != -1 || errno == EAGAIN))
			return;
		open_syslog();
	}
}

/* A line never carries a control byte, whoever sent the text it quotes. */
static void
make_printable(char *line)
{
	for (; *line != '\0'; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7f)
			*line = ' ';
}

static void
put_line(enum log_level level, int64_t at_us, char *line)
{
	char when[CLOCK_STRLEN], whole[LINE_MAX_LEN + 96];
	int saved = errno, n;

	make_printable(line);
	switch (out.target) {
	case LOG_TARGET_SYSLOG:
		write_syslog(level, at_us, line);
		break;
	case LOG_TARGET_JOURNAL: /* it stamps the time itself; "<N>" is its priority */
		n = snprintf(whole, sizeof(whole), "<%d>%s\n", syslog_priority(level), line);
		write_line(level, whole, (size_t)n);
		break;
	case LOG_TARGET_STDERR:
		n = snprintf(whole, sizeof(whole), "%s %s[%d] %s: %s\n", clock_print(at_us, when),
		    out.process, process_id(), log_level_name(level), line);
		write_line(level, whole, (size_t)n);
		break;
	}
	errno = saved;
}

static void __attribute__((format(printf, 2, 0)))
put_text(enum log_level level, const char *fmt, va_list ap, const char *reason)
{
	char line[LINE_MAX_LEN];
	int n;

	if (level > out.most)
		return;
	n = vsnprintf(line, sizeof(line), fmt, ap);
	if (reason != NULL && n >= 0 && (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, ": %s", reason);
	put_line(level, clock_us(), line);
}

#define PUT(level, fmt, reason)                   \
	do {                                      \
		va_list ap;                       \
		int saved = errno;                \
		va_start(ap, fmt);                \
		put_text(level, fmt, ap, reason); \
		va_end(ap);                       \
		errno = saved;                    \
	} while (0)

void
log_warn(const char *fmt, ...)
{
	PUT(LOG_LEVEL_WARNING, fmt, strerror(errno));
}

void
log_warnx(const char *fmt, ...)
{
	PUT(LOG_LEVEL_WARNING, fmt, NULL);
}

void
log_info(const char *fmt, ...)
{
	PUT(LOG_LEVEL_INFO, fmt, NULL);
}

void
log_debug(const char *fmt, ...)
{
	PUT(LOG_LEVEL_DEBUG, fmt, NULL);
}

void
fatal(const char *fmt, ...)
{
	PUT(LOG_LEVEL_ERR, fmt, strerror(errno));
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	PUT(LOG_LEVEL_ERR, fmt, NULL);
	exit(1);
}

struct line {
	char *buf;
	int size, len;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *fmt, ...)
{
	int room = line->size - line->len, n;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(line->buf + line->len, (size_t)room, fmt, ap);
	va_end(ap);
	line->len += n < room ? n : room - 1;
}

static void
add_char(struct line *line, char c)
{
	if (line->len >= line->size - 1)
		return;
	line->buf[line->len++] = c;
	line->buf[line->len] = '\0';
}

static void
add_text(struct line *line, const char *text)
{
	for (; *text != '\0'; text++)
		add_char(line, *text);
}

static void
add_field(struct line *line, const char *name, const char *value)
{
	bool quoted;

	if (value == NULL || value[0] == '\0')
		return;
	quoted = strpbrk(value, " \"=") != NULL;
	add_char(line, ' ');
	add_text(line, name);
	add_text(line, quoted ? "=\"" : "=");
	for (; *value != '\0'; value++) {
		if (*value == '"')
			add_char(line, '\\');
		add_char(line, *value);
	}
	if (quoted)
		add_char(line, '"');
}

int
log_format(const struct log_event *ev, char *buf, int size)
{
	struct line line = { buf, size, 0 };

	add_text(&line, ev->name);
	add_field(&line, "service", ev->service);
	add_field(&line, "prefix", ev->prefix);
	add_field(&line, "vrf", ev->vrf);
	add_field(&line, "check", ev->check);
	add_field(&line, "cause", ev->cause);
	add_field(&line, "from", ev->from);
	add_field(&line, "to", ev->to);
	if (ev->took_us > 0)
		add(&line, " took=%lld.%03dms", (long long)(ev->took_us / 1000),
		    (int)(ev->took_us % 1000));
	if (ev->tag > 0)
		add(&line, " tag=%lld", (long long)ev->tag);
	add_field(&line, "dialect", ev->dialect);
	add_field(&line, "release", ev->release);
	add_field(&line, "daemon", ev->daemon);
	add_field(&line, "text", ev->text);
	return line.len;
}

void
log_event(const struct log_event *ev)
{
	char line[LINE_MAX_LEN];

	if (ev->level > out.most)
		return;
	log_format(ev, line, sizeof(line));
	put_line(ev->level, ev->at_us != 0 ? ev->at_us : clock_us(), line);
}
