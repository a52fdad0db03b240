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
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_LEN 1024
#define PIPE_MAX 4096	   /* what a pipe that can be written to takes as a whole */
#define GATHERED_MAX 65536 /* a file takes everything */

/* The one piece of state every file may use without being handed it. */
static struct {
	char who[48]; /* "zanycastd[4711]"; "": not opened yet */
	enum log_target target;
	enum log_level most;
	int syslog; /* -1: not connected */
	int echo;   /* -1: none */
	bool gathers;
	size_t len, room; /* of gathered */
	char gathered[GATHERED_MAX];
} out = { .most = LOG_LEVEL_INFO, .syslog = -1, .echo = -1, .room = PIPE_MAX };

static void
name_process(const char *process)
{
	snprintf(out.who, sizeof(out.who), "%s[%d]", process, (int)getpid());
}

static const char *
who(void)
{
	if (out.who[0] == '\0')
		name_process("zanycastd");
	return out.who;
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
	name_process(process);
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

/* A text that is built from its parts; what does not fit is cut off. */
struct line {
	char *buf;
	int size, len;
};

static void
add_bytes(struct line *line, const char *bytes, size_t len)
{
	size_t room = (size_t)(line->size - 1 - line->len);

	if (len > room)
		len = room;
	memcpy(line->buf + line->len, bytes, len);
	line->len += (int)len;
	line->buf[line->len] = '\0';
}

static void
add_text(struct line *line, const char *text)
{
	add_bytes(line, text, strlen(text));
}

static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *fmt, ...)
{
	int room = line->size - line->len, n;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(line->buf + line->len, (size_t)room, fmt, ap);
	va_end(ap);
	line->len += n < room ? n : room - 1;
}

/*
 * Whoever reads the other end of a pipe may have stopped: a line may be lost, a lease must not.
 * What can be written to at all takes as much as is gathered.
 */
static void
write_out(int fd, const char *lines, size_t len)
{
	struct pollfd end = { .fd = fd, .events = POLLOUT };

	if (poll(&end, 1, 0) == 1)
		(void)!write(fd, lines, len);
}

void
log_flush(void)
{
	int saved = errno;

	if (out.len > 0)
		write_out(STDERR_FILENO, out.gathered, out.len);
	out.len = 0;
	errno = saved;
}

void
log_gather(bool on)
{
	struct stat st;

	log_flush();
	out.gathers = on;
	out.room = fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode) ? GATHERED_MAX : PIPE_MAX;
}

static void
write_line(enum log_level level, const char *line, size_t len)
{
	if (out.len + len > out.room)
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
	n = snprintf(whole, sizeof(whole), "<%d>%s %s: %s: %s", LOG_DAEMON | syslog_priority(level),
	    when, who(), log_level_name(level), line);
	for (int i = 0; i < 2; i++) {
		if (out.syslog != -1 &&
		    (send(out.syslog, whole, (size_t)n, MSG_NOSIGNAL) != -1 || errno == EAGAIN))
			return;
		open_syslog();
	}
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A line never carries a control byte, whoever sent the text it quotes. */
static void
make_printable(char *line)
{
	for (; *line != '\0'; line++)
		if (is_control(*line))
			*line = ' ';
}

void
log_echo(int fd)
{
	if (out.echo != -1)
		close(out.echo);
	out.echo = fd;
}

static void
write_echo(const char *text)
{
	char buf[LINE_MAX_LEN + 64];
	struct line line = { buf, sizeof(buf), 0 };

	add(&line, "%s: %s\n", who(), text);
	write_out(out.echo, buf, (size_t)line.len);
}

static void
put_line(enum log_level level, int64_t at_us, const char *line)
{
	char when[CLOCK_STRLEN], buf[LINE_MAX_LEN + 96];
	struct line whole = { buf, sizeof(buf), 0 };
	int saved = errno;

	if (out.echo != -1 && level <= LOG_LEVEL_WARNING)
		write_echo(line);
	switch (out.target) {
	case LOG_TARGET_SYSLOG:
		write_syslog(level, at_us, line);
		break;
	case LOG_TARGET_JOURNAL: /* it stamps the time itself; "<N>" is its priority */
		add(&whole, "<%d>", syslog_priority(level));
		break;
	case LOG_TARGET_STDERR: /* for each of many routes: without printf */
		add_text(&whole, clock_print(at_us, when));
		add_text(&whole, " ");
		add_text(&whole, who());
		add_text(&whole, " ");
		add_text(&whole, log_level_name(level));
		add_text(&whole, ": ");
		break;
	}
	if (out.target != LOG_TARGET_SYSLOG) {
		add_text(&whole, line);
		add_text(&whole, "\n");
		write_line(level, buf, (size_t)whole.len);
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
	make_printable(line);
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
log_warn_lines(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		log_warnx("%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
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

static void
add_quoted(struct line *line, const char *value)
{
	size_t plain;

	add_text(line, "\"");
	for (;; value += plain + 1) {
		plain = strcspn(value, "\"");
		add_bytes(line, value, plain);
		add_text(line, value[plain] != '\0' ? "\\\"" : "\"");
		if (value[plain] == '\0')
			return;
	}
}

/* Each of many routes has its fields written here: a value is looked through once. */
static void
add_field(struct line *line, const char *name, const char *value)
{
	bool quoted = false, control = false;
	int begin = line->len;
	size_t len;

	if (value == NULL || value[0] == '\0')
		return;
	for (len = 0; value[len] != '\0'; len++) {
		quoted |= value[len] == ' ' || value[len] == '"' || value[len] == '=';
		control |= is_control(value[len]);
	}
	add_text(line, " ");
	add_text(line, name);
	add_text(line, "=");
	if (quoted || control)
		add_quoted(line, value);
	else
		add_bytes(line, value, len);
	if (control)
		make_printable(line->buf + begin);
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
