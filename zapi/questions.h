/*
 * Lookups that zebra has not answered yet. It answers in the order of asking, so
 * this is a ring. Must not know what is asked, or why.
 */
#ifndef ZAPI_QUESTIONS_H
#define ZAPI_QUESTIONS_H

#include <stddef.h>
#include <stdint.h>

#define QUESTIONS_MAX 1024

enum asker {
	ASKED_BY_DETECTION,
	ASKED_FOR_DUMP,
	ASKED_FOR_VRF,
	ASKED_FOR_LIFE,
	ASKED_AS_FENCE,
	ASKED_BY_CALLER
};

struct question {
	enum asker asker;
	uint32_t vrf;	/* that is asked, and answers */
	uint32_t about; /* ASKED_FOR_VRF: whose dump it ends */
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
/* A VRF other than the default one is gone: nobody answers what was asked of it. */
void questions_drop(struct questions *, uint32_t vrf);
void questions_clear(struct questions *);

#endif
