/*
 * Which prefixes are followed beyond zebra, and at which daemons.
 */
#include "beyond/beyond.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "base/clock.h"
#include "beyond/state.h"
#include "conf/conf.h"

#define FIRST_MS 1000

static const struct {
	unsigned int protocol;
	int family; /* AF_UNSPEC: both */
} carries[DAEMONS] = {
	[OSPF] = { PROTO_OSPF, AF_INET },
	[OSPF6] = { PROTO_OSPF6, AF_INET6 },
	[RIP] = { PROTO_RIP, AF_INET },
	[RIPNG] = { PROTO_RIPNG, AF_INET6 },
	[BGP] = { PROTO_BGP, AF_UNSPEC },
};

static int
by_prefix(const void *a, const void *b)
{
	return prefix_compare(
	    &((const struct follow *)a)->prefix, &((const struct follow *)b)->prefix);
}

static struct follow *
find(struct beyond_watch *w, const struct prefix *p)
{
	struct follow key = { .prefix = *p }, **found;

	found = tfind(&key, &w->tree, by_prefix);
	return found != NULL ? *found : NULL;
}

bool
beyond_concerns(const struct follow *f, int index)
{
	return (f->protocols & carries[index].protocol) != 0 &&
	    (carries[index].family == AF_UNSPEC || carries[index].family == f->prefix.family);
}

struct beyond_watch *
beyond_new(struct event_base *base, const char *vty_dir, beyond_fn *fn, beyond_daemon_fn *daemon_fn,
    void *arg)
{
	struct beyond_watch *w = calloc(1, sizeof(*w));
	struct daemon *d;
	int i, saved;

	if (w == NULL)
		return NULL;
	w->fn = fn;
	w->daemon_fn = daemon_fn;
	w->arg = arg;
	TAILQ_INIT(&w->follows);
	for (i = 0; i < DAEMONS; i++) {
		d = &w->daemons[i];
		d->watch = w;
		d->index = i;
		if (beyond_ask_init(d, base, vty_dir) == -1) {
			saved = errno;
			beyond_free(w);
			errno = saved;
			return NULL;
		}
	}
	return w;
}

void
beyond_free(struct beyond_watch *w)
{
	struct follow *f;
	int i;

	if (w == NULL)
		return;
	while ((f = TAILQ_FIRST(&w->follows)) != NULL) {
		tdelete(f, &w->tree, by_prefix);
		TAILQ_REMOVE(&w->follows, f, entry);
		free(f);
	}
	for (i = 0; i < DAEMONS; i++)
		beyond_ask_free(&w->daemons[i]);
	free(w);
}

static struct follow *
add(struct beyond_watch *w, const struct prefix *p)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->prefix = *p;
	if (tsearch(f, &w->tree, by_prefix) == NULL) {
		free(f);
		errno = ENOMEM;
		return NULL;
	}
	TAILQ_INSERT_TAIL(&w->follows, f, entry);
	w->changes++;
	return f;
}

/* Those that may have nothing to follow any more. */
static void
look_again(struct beyond_watch *w)
{
	struct daemon *d;

	for (d = w->daemons; d < w->daemons + DAEMONS; d++)
		if (d->told.asked)
			beyond_ask_by(d, clock_ms() + FIRST_MS);
}

int
beyond_follow(
    struct beyond_watch *w, const struct prefix *p, unsigned int protocols, enum held held)
{
	struct follow *f = find(w, p);
	int64_t due = clock_ms() + FIRST_MS;
	struct daemon *d;

	if (f == NULL && (f = add(w, p)) == NULL)
		return -1;
	if (f->protocols != protocols)
		look_again(w);
	f->protocols = protocols;
	for (d = w->daemons; d < w->daemons + DAEMONS; d++) {
		if (deaf_holds(&f->of[d->index].pair, held))
			f->told = BEYOND_UNKNOWN;
		f->of[d->index].due = due;
		f->of[d->index].asked = false;
		/* An answer under way is about what was before. */
		beyond_ask_forget(d, f);
		if (beyond_concerns(f, d->index) && !deaf_is_at_rest(&f->of[d->index].pair))
			beyond_ask_by(d, due);
	}
	return 0;
}

void
beyond_forget(struct beyond_watch *w, const struct prefix *p)
{
	struct follow *f = find(w, p);
	int i;

	if (f == NULL)
		return;
	for (i = 0; i < DAEMONS; i++)
		beyond_ask_forget(&w->daemons[i], f);
	tdelete(f, &w->tree, by_prefix);
	TAILQ_REMOVE(&w->follows, f, entry);
	w->changes++;
	free(f);
	look_again(w);
}

void
beyond_zebra(struct beyond_watch *w, int pid)
{
	deaf_zebra_up(&w->zebra, pid, clock_ms());
}
