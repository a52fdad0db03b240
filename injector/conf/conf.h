/*
 * The configuration, checked and ready: plain data that every process may read.
 * It is made by the parser (a process of its own) and travels as JSON.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/log.h"

#define CONF_VRF_DEFAULT "default"

enum check_kind { CHECK_DNS, CHECK_TCP, CHECK_EXEC, CHECK_LISTENER, CHECK_KINDS };
enum check_target { TARGET_FIXED, TARGET_SERVICE };
enum transport { TRANSPORT_UDP, TRANSPORT_TCP };
enum alias_mode { ALIAS_MANAGED, ALIAS_HELD, ALIAS_NONE };
enum filter { FILTER_PREFIX, FILTER_TAG };
/* A permanent address found: give it a lifetime, or leave it. */
enum adopt { ADOPT_LEASE, ADOPT_KEEP };
enum start_state { START_ENABLED, START_DRAINED };
enum protocol { PROTO_OSPF = 1, PROTO_OSPF6 = 2, PROTO_RIP = 4, PROTO_RIPNG = 8, PROTO_BGP = 16 };

/* Strings are owned by the conf and never NULL unless it says so. Times are ms. */
struct conf_check {
	char *name;
	enum check_kind kind;
	enum check_target target;
	int64_t interval, timeout, fast; /* fast: the interval while undecided */
	unsigned int rise, fall;

	char *server; /* dns, tcp: an address; NULL with TARGET_SERVICE */
	uint16_t port;
	enum transport transport; /* dns; listener: its protocol */

	char *qname;	 /* dns */
	uint16_t qtype;	 /* dns: RR type number */
	bool recurse;	 /* dns: the RD bit */
	uint32_t rcodes; /* dns: a bit per accepted rcode, 0–23 */
	char **answers;	 /* dns: each must be the data of an answer of qtype, presentation form */
	size_t nanswers;

	char *send, *expect; /* tcp; NULL: none */

	char **argv; /* exec; ends with NULL; argv[0] is an absolute path */
	char *user;  /* exec; NULL: the engine's user */
	bool nagios; /* exec */

	bool any_address;     /* listener: any address serves */
	struct prefix listen; /* listener: else this one (its wildcard serves too); or,
				 with family 0, the service's own */

	unsigned int line; /* in file, for messages */
};

struct conf_service {
	char *name;
	struct prefix *prefixes;
	size_t nprefixes;
	char *label;	 /* "lo:1", or "" */
	char *vrf;	 /* CONF_VRF_DEFAULT unless it is another */
	char *interface; /* NULL: the VRF's own; never with the default one */
	enum alias_mode alias;
	enum adopt adopt;
	uint32_t tag;
	enum filter filter;
	unsigned int protocols; /* enum protocol, or 0: not said */
	int64_t hold, linger, lifetime;
	unsigned int require; /* how many checks must be up: all = nchecks, any = 1 */
	enum start_state start;
	struct conf_check *checks;
	size_t nchecks;
	char *file;
	unsigned int line;
};

struct conf {
	char *run_dir, *state_dir;
	char *user, *group;
	char *control_group; /* = group unless said */
	enum log_target log_target;
	enum log_level log_level;
	char *zebra_socket;
	char *dialect;	 /* "auto" or a name */
	char *vty_dir;	 /* where zebra.vty, ospfd.vty … are: the socket's folder unless said */
	char *hook;	 /* NULL: none */
	char *hook_user; /* NULL: the engine's user */
	int64_t hook_timeout;
	struct conf_service *services;
	size_t nservices;
};

void conf_free(struct conf *);

/*
 * As JSON text, and back. conf_to_json: a malloc'd string, NULL with errno.
 * conf_from_json: NULL with errno = EINVAL when it is not what conf_to_json wrote; bounded.
 */
char *conf_to_json(const struct conf *);
struct conf *conf_from_json(const char *text, size_t len);

/* Messages of a refused file: "file:line: what is wrong: what to do", a line each. */
struct conf_errors {
	char *text; /* owned; NULL: none */
	size_t count;
};
void conf_errors_free(struct conf_errors *);

/*
 * Reads file and all *.conf of dir (NULL: none), in this process: libconfuse may exit. NULL
 * when there is any error; the first of syntax, all of meaning.
 */
struct conf *conf_read(const char *file, const char *dir, struct conf_errors *);

/*
 * The same in a helper process that gives up its rights, so that a parser that exits, crashes or
 * hangs hurts nobody. user: who to become when root; one that does not exist: 65534; NULL: stay.
 * Blocks for at most 5 s.
 */
struct conf *
conf_read_apart(const char *file, const char *dir, const char *user, struct conf_errors *);

#endif
