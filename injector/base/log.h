/*
 * Log lines to stderr, syslog or the journal. Transitions are events: a stable
 * name of doc/words.md and its fields; the rest is text. Saves and restores errno.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG, LOG_TARGET_JOURNAL };

/* What happened; unset fields are NULL or 0. */
struct log_event {
	const char *name; /* "service.down" */
	enum log_level level;
	int64_t at_us; /* clock_us(); 0: now */
	const char *service, *prefix, *vrf, *check, *cause, *from, *to, *dialect, *release, *daemon,
	    *text;
	int64_t took_us;
	int64_t tag;
};
#define EVENT(n, l, ...) ((struct log_event){ .name = (n), .level = (l), ##__VA_ARGS__ })

void log_open(const char *process, enum log_target, enum log_level most);
/*
 * on: lines wait for log_flush(), or until there are many. Warnings and errors do not wait, nor
 * does anything when LOG_LEVEL_DEBUG is logged or goes to syslog. To be flushed before a fork().
 */
void log_gather(bool on);
void log_flush(void);
/*
 * Warnings and errors go to fd, too, whatever the target: for who waits for a start. It is closed
 * when another takes its place, -1: none.
 */
void log_echo(int fd);
enum log_level log_level(void);
const char *log_level_name(enum log_level);
void log_event(const struct log_event *);
/*
 * The line without time and process: "service.down service=… text=\"…\"", without control bytes.
 * Returns its length.
 */
int log_format(const struct log_event *, char *buf, int size);

/* The plain ones add strerror(errno), the x ones do not. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Each line of a text as one of its own. */
void log_warn_lines(const char *text);
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Start-up only: a line, then exit(1). */
void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
