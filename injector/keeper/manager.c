/*
 * Words for the manager, and the pulse.
 */
#include "keeper/manager.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define RETRY_MS 1000 /* without a watchdog: what could not be said is said again */

struct manager {
	struct notify notify;
	struct event *pulse, *hears;
	void (*gone)(void *arg);
	void *arg;
	int64_t pulse_ms;
	int64_t silent; /* pulses since an engine spoke: so a standstill of ours does not count */
	bool ready, unsaid, engine_lost;
	char word[256]; /* the last one */
};

static void __attribute__((format(printf, 2, 3))) say(struct manager *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->word, sizeof(m->word), fmt, ap);
	va_end(ap);
	m->unsaid = !notify_tell(&m->notify, m->word);
}

bool
manager_gives_pulse(int64_t silent, int64_t pulse_ms)
{
	return silent * pulse_ms < MANAGER_ENGINE_LOST_MS;
}

static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct manager *m = arg;
	bool is_lost;

	(void)fd, (void)what;
	if (m->unsaid)
		m->unsaid = !notify_tell(&m->notify, m->word);
	if (m->notify.watchdog_ms == 0)
		return;
	is_lost = !manager_gives_pulse(m->silent++, m->pulse_ms);
	if (!is_lost)
		(void)notify_tell(&m->notify, "WATCHDOG=1");
	else if (!m->engine_lost)
		log_warnx("no engine spoke for %d s, whatever was tried: zanycastd is to be "
			  "started anew",
		    MANAGER_ENGINE_LOST_MS / 1000);
	m->engine_lost = is_lost;
}

/* A parent writes nothing: it is its end. */
static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct manager *m = arg;
	char byte;

	(void)what;
	if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) != 0)
		return;
	event_free(m->hears);
	m->hears = NULL;
	event_del(m->pulse);
	close(fd);
	m->notify = (struct notify){ .fd = -1 };
	m->gone(m->arg);
}

struct manager *
manager_new(
    struct event_base *base, const struct notify *notify, void (*gone)(void *arg), void *arg)
{
	struct manager *m = calloc(1, sizeof(*m));
	struct timeval tv;

	if (m == NULL)
		return NULL;
	m->notify = *notify;
	m->gone = gone;
	m->arg = arg;
	m->pulse_ms = notify->watchdog_ms > 1 ? notify->watchdog_ms / 2 : RETRY_MS;
	tv = clock_span_ms(m->pulse_ms);
	m->pulse = event_new(base, -1, EV_PERSIST, on_pulse, m);
	m->hears = event_new(base, notify->fd, EV_READ | EV_PERSIST, on_end, m);
	if (m->pulse == NULL || m->hears == NULL) {
		manager_free(m);
		return NULL;
	}
	if (notify->fd != -1)
		event_add(m->pulse, &tv);
	if (gone != NULL)
		event_add(m->hears, NULL);
	return m;
}

void
manager_free(struct manager *m)
{
	if (m->pulse != NULL)
		event_free(m->pulse);
	if (m->hears != NULL)
		event_free(m->hears);
	if (m->notify.fd != -1)
		close(m->notify.fd);
	free(m);
}

void
manager_ready(struct manager *m, const char *status)
{
	m->ready = true;
	say(m, "READY=1\nMAINPID=%d\nSTATUS=%s", (int)getpid(), status);
}

/* Its own clock, not ours: it stands still while the host sleeps. */
void
manager_reloading(struct manager *m)
{
	struct timespec ts;

	if (!m->ready)
		return;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	say(m, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reading the configuration",
	    (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}

void
manager_refused(struct manager *m, const char *status)
{
	if (m->ready)
		manager_ready(m, status);
}

void
manager_stopping(struct manager *m, int64_t ms, const char *status)
{
	say(m, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64 "\nSTATUS=%s", ms * 1000, status);
}

void
manager_heard_engine(struct manager *m)
{
	m->silent = 0;
}
