/*
 * Lookups that zebra has not answered yet. It answers in the order of asking, so
 * this is a ring. Must not know what is asked, or why.
 */
#ifndef ZAPI_QUESTIONS_H
#define ZAPI_QUESTIONS_H

#include <stddef.h>
#include <stdint.h>

#define QUESTIONS_MAX 1024

enum asker { ASKED_BY_DETECTION, ASKED_FOR_DUMP, ASKED_FOR_LIFE, ASKED_BY_CALLER };

struct question {
	enum asker asker;
	int64_t asked;
	uint64_t end;  /* of its bytes in the stream of those sent */
	uint64_t seen; /* how far that stream was at the last look */
};

struct questions {
	size_t first, count;
	struct question ring[QUESTIONS_MAX];
};

/* 0, or -1 with errno = ENOBUFS. */
int questions_push(struct questions *, struct question);
/* NULL: none. */
struct question *questions_oldest(struct questions *);
/* There must be one. */
struct question questions_pop(struct questions *);
void questions_clear(struct questions *);

#endif
