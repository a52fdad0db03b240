/*
 * Why a check failed: the closed list of doc/words.md.
 */
#ifndef CHECKS_CAUSE_H
#define CHECKS_CAUSE_H

enum cause {
	CAUSE_OK,
	CAUSE_TIMEOUT,
	CAUSE_REFUSED,
	CAUSE_UNREACHABLE,
	CAUSE_CLOSED,
	CAUSE_MALFORMED,
	CAUSE_RCODE,
	CAUSE_ANSWER,
	CAUSE_UNEXPECTED,
	CAUSE_EXIT,
	CAUSE_SIGNAL,
	CAUSE_START,
	CAUSE_NO_SOCKET,
	CAUSE_LOCAL,
	CAUSES,
};

const char *cause_name(enum cause); /* "no-socket" */
const char *cause_text(enum cause); /* one sentence for the man page and `why` */
/* From an errno of connect(), send() or recv(): refused, unreachable, timeout, closed or local. */
enum cause cause_from_errno(int error);

#endif
