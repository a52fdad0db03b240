/*
 * Finding the dialect: the questions, their order, and what each answer, silence
 * or close means. Never sends anything that changes a route. For session_find.c only;
 * must not know sockets, clocks or events.
 */
#ifndef ZAPI_DETECT_H
#define ZAPI_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zapi/dialect.h"

enum detect_verdict {
	DETECT_WAIT,	  /* send what is in ask, if anything; silence counts after wait */
	DETECT_FOUND,	  /* dialect is set */
	DETECT_RECONNECT, /* go on at once, on a new connection */
	DETECT_OVER,	  /* this was no answer; from the beginning, later */
	DETECT_HUNG,	  /* nobody answers */
	DETECT_REFUSED,	  /* answered by what is in no table */
};

struct detect {
	const struct zapi_dialect *dialect;
	const struct zapi_dialect *alternative; /* not told apart yet, or NULL */
	const struct zapi_dialect *last;	/* of an earlier connection; set by the owner */
	bool hello_done;			/* HELLO was answered on this connection */
	bool fence_open;			/* a lookup of ours is still to be answered */
	int wait;				/* milliseconds */
	size_t ask_len;
	uint8_t ask[64];
	uint16_t error; /* the number that the first question was answered with; 0: none */
	char text[144]; /* how it was found, or what was seen */
	/* private */
	uint8_t step, closed;
	bool patient;
};

void detect_init(struct detect *);
/* True before the first question, and again after every verdict but WAIT and RECONNECT. */
bool detect_at_start(const struct detect *);
/*
 * The length of the first whole message of any version, 0: more bytes are needed,
 * -1: no ZAPI at all.
 */
int detect_frame(const uint8_t *buf, size_t len);

/* A connection stands, one message came, none came for `wait`, zebra closed. */
enum detect_verdict detect_connected(struct detect *);
enum detect_verdict detect_message(struct detect *, const uint8_t *buf, size_t len);
enum detect_verdict detect_silence(struct detect *);
enum detect_verdict detect_closed(struct detect *);

#endif
