/*
 * Lookups that zebra has not answered yet, in the order of asking. Must not know
 * what is asked, or why.
 */
#include <errno.h>

#include "zapi/questions.h"

int
questions_push(struct questions *q, struct question question)
{
	if (q->count == QUESTIONS_MAX) {
		errno = ENOBUFS;
		return -1;
	}
	q->ring[(q->first + q->count++) % QUESTIONS_MAX] = question;
	return 0;
}

struct question *
questions_oldest(struct questions *q)
{
	return q->count > 0 ? &q->ring[q->first] : NULL;
}

struct question
questions_pop(struct questions *q)
{
	struct question question = q->ring[q->first];

	q->first = (q->first + 1) % QUESTIONS_MAX;
	q->count--;
	return question;
}

void
questions_drop(struct questions *q, uint32_t vrf)
{
	size_t count = q->count;

	q->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct question question = q->ring[(q->first + i) % QUESTIONS_MAX];

		if (question.vrf == vrf)
			continue;
		if (question.asker == ASKED_FOR_VRF && question.about == vrf)
			question.asker = ASKED_FOR_LIFE; /* it is answered, by the default VRF */
		q->ring[(q->first + q->count++) % QUESTIONS_MAX] = question;
	}
}

void
questions_clear(struct questions *q)
{
	q->first = q->count = 0;
}
