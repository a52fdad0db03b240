/*
 * What engine and keeper say to each other over a SOCK_SEQPACKET pair: one
 * message a packet, a fixed head and a fixed body. Both ends run the same
 * binary, so layouts agree; the keeper still believes no number it is told.
 */
#ifndef BASE_IPC_H
#define BASE_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

#define IPC_BLOB_MAX 4096
#define IPC_TEXT_MAX 448 /* a reason in words, and what it means */
#define IPC_ALIVE_MS 1000

/* Descriptors that a process of ours finds open when it starts. */
enum ipc_fd { IPC_FD_LINK = 3, IPC_FD_CONF = 4, IPC_FD_CONTROL = 5, IPC_FD_RUNNER = 6 };

enum ipc_type {
	/* engine → keeper */
	IPC_READY,	/* checks run; the one before may go */
	IPC_ALIVE,	/* every IPC_ALIVE_MS, whatever else is said */
	IPC_LEASE,	/* struct ipc_lease: fresh passes of service */
	IPC_REVOKE,	/* struct ipc_revoke: service is down */
	IPC_CHECKPOINT, /* struct ipc_blob: what a new engine should know of service */
	IPC_DRAIN,	/* struct ipc_drain: to be kept */
	IPC_RELOAD,	/* read the file again; answered by IPC_RELOADED */
	IPC_LEAVE,	/* exit without withdrawing */
	IPC_LISTEN,	/* struct ipc_listen: does a client want IPC_EVENT? (hooks always do) */
	/* keeper → engine */
	IPC_RESTORE,  /* struct ipc_blob of an engine before this one */
	IPC_DRAINED,  /* struct ipc_drain as it stands now */
	IPC_ROUTE,    /* struct ipc_route: a route as it stands now */
	IPC_ZEBRA,    /* struct ipc_zebra */
	IPC_DAEMON,   /* struct ipc_daemon: a routing daemon as it stands now */
	IPC_EVENT,    /* struct ipc_event: for monitor and hooks */
	IPC_RELOADED, /* struct ipc_reloaded */
	IPC_BEGIN,    /* all of the above was told: start the checks */
	IPC_QUIT,     /* flush and exit */
	IPC_TYPES,
};

struct ipc_lease {
	int64_t until; /* clock_ms() */
	uint32_t tag;
};

struct ipc_revoke {
	char cause[16], check[64];
	int64_t verdict_us;
};

struct ipc_blob {
	uint16_t len;
	uint8_t data[IPC_BLOB_MAX];
};

struct ipc_drain {
	bool on;
	char reason[160];
};

struct ipc_listen {
	bool on;
};

enum route_state {
	ROUTE_UNDECIDED,
	ROUTE_WITHDRAWN,
	ROUTE_ANNOUNCING,
	ROUTE_ANNOUNCED,
	ROUTE_WITHDRAWING,
	ROUTE_CONFLICT,
	ROUTE_REFUSED,
	ROUTE_STATES,
};
enum alias_state {
	ALIAS_STATE_NONE, /* alias = none */
	ALIAS_STATE_ABSENT,
	ALIAS_STATE_LEASED,
	ALIAS_STATE_PERMANENT,
	ALIAS_STATE_FOREIGN,
	ALIAS_STATES,
};
/* FLUSHING is only what a daemon answers: it takes the route back. struct ipc_route has NO then. */
enum beyond { BEYOND_UNKNOWN, BEYOND_YES, BEYOND_NO, BEYOND_FLUSHING };

struct ipc_route {
	uint32_t prefix; /* place in the service's prefixes */
	enum route_state state;
	enum alias_state alias;
	enum beyond beyond;
	bool echo;		/* zebra's last word on it is "there is one" */
	bool protected;		/* the kernel ends it when all of us die */
	bool pending;		/* a change of the file waits for the next announcement */
	uint32_t tag, echo_tag; /* echo_tag 0: none */
	bool leased;		/* for as long as the lease of its service */
	int64_t since_us;
	char interface[16]; /* of the alias; "": not known before zebra told of the VRF */
	char text[160];	    /* what it waits for, or why it is refused */
};

enum zebra_state {
	ZEBRA_DOWN,
	ZEBRA_DETECTING,
	ZEBRA_SYNCING,
	ZEBRA_UP,
	ZEBRA_STUCK,
	ZEBRA_REFUSED,
	ZEBRA_STATES
};

struct ipc_zebra {
	enum zebra_state state;
	int64_t since_us;
	char dialect[24], serves[64], release[32], text[IPC_TEXT_MAX];
};

enum hearing { HEARING_UNKNOWN, HEARING_HEARS, HEARING_DEAF, HEARING_FLUSHING, HEARINGS };

#define IPC_DAEMONS 5

struct ipc_daemon {
	uint32_t place; /* below IPC_DAEMONS, the same for the same daemon */
	enum hearing hearing;
	bool asked; /* else a service names its protocol no more: nothing is known */
	int64_t since_us;
	uint32_t stale;	   /* prefixes that it announces and zebra does not hold */
	uint32_t missing;  /* … that zebra holds and it does not announce any more */
	uint32_t flushing; /* … that it takes back, and a neighbour does not let go */
	char name[16], release[32];
	/* the first of them, with blanks between; stale ones first; flushing ones only alone */
	char prefixes[200];
	char remedy[200], cost[64];
};

struct ipc_event {
	enum log_level level;
	int64_t at_us, took_us, tag;
	/* empty: not set */
	char name[32], service[64], prefix[64], vrf[40], check[64], cause[16], from[16], to[16],
	    dialect[24], release[32];
	char daemon[16], text[IPC_TEXT_MAX];
};

struct ipc_reloaded {
	bool ok;
	char text[2048];
};

struct ipc_msg {
	enum ipc_type type;
	uint32_t service; /* place in the configuration both ends hold */
	union {
		struct ipc_lease lease;
		struct ipc_revoke revoke;
		struct ipc_blob blob;
		struct ipc_drain drain;
		struct ipc_listen listen;
		struct ipc_route route;
		struct ipc_zebra zebra;
		struct ipc_daemon daemon;
		struct ipc_event event;
		struct ipc_reloaded reloaded;
	};
};

const char *route_state_name(enum route_state);
const char *alias_state_name(enum alias_state);
const char *beyond_name(enum beyond);
const char *zebra_state_name(enum zebra_state);
const char *hearing_name(enum hearing);
/* Is something wrong with the daemon? Then it has a remedy. */
bool hearing_ails(enum hearing);

/* The bytes of struct ipc_msg that a message of this type uses. */
size_t ipc_size(enum ipc_type);

/* Sends without blocking. 0, or -1 with errno (EAGAIN: the other end does not read). */
int ipc_send(int fd, const struct ipc_msg *);
/*
 * Receives one message: 1; 0 at the end of the other side; -1 with errno: EAGAIN, or EBADMSG for
 * one that is too short, of no known type, or with a string that does not end.
 */
int ipc_receive(int fd, struct ipc_msg *);

/* An event as a message, and back; strings of the second point into the message. */
void ipc_from_event(struct ipc_msg *, const struct log_event *);
struct log_event ipc_to_event(const struct ipc_msg *);

#endif
