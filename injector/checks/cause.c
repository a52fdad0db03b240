/*
 * The closed list of causes: names, sentences, and what an errno means.
 * Knows no check.
 */
#include "checks/cause.h"

#include <errno.h>
#include <stddef.h>

static const struct {
	const char *name, *text;
} causes[CAUSES] = {
	[CAUSE_OK] = { "ok", "it passed" },
	[CAUSE_TIMEOUT] = { "timeout", "no (right) answer came within the timeout" },
	[CAUSE_REFUSED] = { "refused",
	    "the port is closed: ICMP port unreachable, or RST at connect" },
	[CAUSE_UNREACHABLE] = { "unreachable", "no route to it, or the network said so" },
	[CAUSE_CLOSED] = { "closed", "the connection ended before the answer was whole" },
	[CAUSE_MALFORMED] = { "malformed", "the answer is not DNS" },
	[CAUSE_RCODE] = { "rcode", "the answer's rcode is not among those wanted" },
	[CAUSE_ANSWER] = { "answer", "the data asked for is not in the answer" },
	[CAUSE_UNEXPECTED] = { "unexpected", "the expected text did not come" },
	[CAUSE_EXIT] = { "exit", "the program ended with a bad exit status" },
	[CAUSE_SIGNAL] = { "signal", "the program was ended by a signal" },
	[CAUSE_START] = { "start", "the program could not be started" },
	[CAUSE_NO_SOCKET] = { "no-socket", "no socket is bound there" },
	[CAUSE_LOCAL] = { "local",
	    "our own fault: descriptors, memory, or a socket that can't be made" },
};

const char *
cause_name(enum cause cause)
{
	return (unsigned int)cause < CAUSES ? causes[cause].name : "local";
}

const char *
cause_text(enum cause cause)
{
	return ((unsigned int)cause < CAUSES ? causes[cause].text : causes[CAUSE_LOCAL].text);
}

enum cause
cause_from_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return CAUSE_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case ENONET:
	case EACCES:
	case ENOPROTOOPT:
		return CAUSE_UNREACHABLE;
	case ETIMEDOUT:
		return CAUSE_TIMEOUT;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return CAUSE_CLOSED;
	default:
		return CAUSE_LOCAL;
	}
}
