/*
 * One line from a client of the control socket, and its answer. Bytes in, an
 * object out: no socket.
 */
#ifndef ENGINE_REQUEST_H
#define ENGINE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;
struct world;

#define REQUEST_MAX 65536

/* What a client may ask to be done; service is a place in the configuration. 0, or -1 with errno. */
struct request_actions {
	int (*drain)(void *arg, size_t service, bool on, const char *reason);
	int (*check)(void *arg, size_t service);
	int (*reload)(void *arg); /* its answer comes later */
	int (*leave)(void *arg);
	void (*listen)(
	    void *arg, bool on); /* the first one monitors, the last one does no longer */
	void *arg;
};

enum request_outcome { REQUEST_ANSWERED, REQUEST_MONITOR, REQUEST_RELOAD };

/*
 * line ends with a zero byte at len. answer: an object of the caller's, or NULL when there is no memory or the outcome is another than
 * REQUEST_ANSWERED. may_change: is this a client that may do more than look?
 */
enum request_outcome request_handle(const struct world *, const struct request_actions *,
    bool may_change, const char *line, size_t len, struct json_object **answer);

/* {"ok": true, "text": …} and {"ok": false, "error": …, "code": …}; NULL without memory. */
struct json_object *request_done(const char *text);
struct json_object *request_error(const char *code, const char *error);

#endif
