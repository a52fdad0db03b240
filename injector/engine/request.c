/*
 * Understands one request line and answers it. Everything here was sent by
 * somebody: it is parsed with bounds, and believed only within them.
 */
#include "engine/request.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "checks/text.h"
#include "engine/show.h"
#include "engine/world.h"

#define DEPTH_MAX 8

typedef struct json_object object;

struct request {
	const struct world *world;
	const struct request_actions *actions;
	object *body;
	object *answer;
	const struct member *member; /* for those that name a service */
};

object *
request_done(const char *text)
{
	object *o = json_object_new_object();

	if (o == NULL)
		return NULL;
	json_object_object_add(o, "ok", json_object_new_boolean(true));
	if (text != NULL)
		json_object_object_add(o, "text", json_object_new_string(text));
	return o;
}

object *
request_error(const char *code, const char *error)
{
	object *o = json_object_new_object();

	if (o == NULL)
		return NULL;
	json_object_object_add(o, "ok", json_object_new_boolean(false));
	json_object_object_add(o, "error", json_object_new_string(error));
	json_object_object_add(o, "code", json_object_new_string(code));
	return o;
}

/* A string of the request, or NULL: not there, or no string, or with a zero byte in it. */
static const char *
text_of(const struct request *rq, const char *key)
{
	object *value;

	if (!json_object_object_get_ex(rq->body, key, &value) ||
	    !json_object_is_type(value, json_type_string) ||
	    strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value))
		return NULL;
	return json_object_get_string(value);
}

static enum request_outcome
fail(struct request *rq, const char *code, const char *error)
{
	rq->answer = request_error(code, error);
	return REQUEST_ANSWERED;
}

static enum request_outcome
finish(struct request *rq, int result, const char *text)
{
	if (result == 0)
		rq->answer = request_done(text);
	else if (errno == EAGAIN || errno == EWOULDBLOCK)
		return fail(rq, "busy", "the keeper does not answer now: try again");
	else
		return fail(rq, "failed", strerror(errno));
	return REQUEST_ANSWERED;
}

static enum request_outcome
do_show(struct request *rq)
{
	const char *what = text_of(rq, "what");
	object *value;

	if (what == NULL)
		what = "";
	if (strcmp(what, "services") == 0)
		value = show_services(rq->world);
	else if (strcmp(what, "routes") == 0)
		value = show_routes(rq->world);
	else if (strcmp(what, "checks") == 0)
		value = show_checks(rq->world, clock_us());
	else if (strcmp(what, "zebra") == 0)
		value = show_zebra(rq->world);
	else
		return fail(rq, "usage", "show needs \"what\": services, routes, checks or zebra");
	rq->answer = request_done(NULL);
	if (rq->answer == NULL || json_object_object_add(rq->answer, what, value) != 0)
		json_object_put(value);
	return REQUEST_ANSWERED;
}

static enum request_outcome
do_why(struct request *rq)
{
	rq->answer = show_why(rq->world, rq->member, clock_us());
	if (rq->answer != NULL)
		json_object_object_add(rq->answer, "ok", json_object_new_boolean(true));
	return REQUEST_ANSWERED;
}

static size_t
place_of(const struct request *rq)
{
	return (size_t)(rq->member - rq->world->members);
}

static enum request_outcome
do_drain(struct request *rq)
{
	const char *given = text_of(rq, "reason");
	char reason[sizeof(rq->member->reason)], text[256];

	snprintf(reason, sizeof(reason), "%s", given != NULL ? given : "");
	text_clean(reason);
	if (rq->member->service.drained && strcmp(rq->member->reason, reason) == 0)
		return finish(rq, 0, "it was drained already");
	snprintf(text, sizeof(text), "%s is drained", rq->member->conf->name);
	return finish(rq, rq->actions->drain(rq->actions->arg, place_of(rq), true, reason), text);
}

static enum request_outcome
do_undrain(struct request *rq)
{
	char text[256];

	if (!rq->member->service.drained)
		return finish(rq, 0, "it was not drained");
	if (rq->actions->drain(rq->actions->arg, place_of(rq), false, "") == -1)
		return finish(rq, -1, NULL);
	snprintf(text, sizeof(text), "%s is drained no more: %s", rq->member->conf->name,
	    service_state_name(rq->member->service.state));
	return finish(rq, 0, text);
}

static enum request_outcome
do_check(struct request *rq)
{
	char text[256];
	size_t i, asleep = 0, n = rq->member->conf->nchecks;

	if (rq->actions->check(rq->actions->arg, place_of(rq)) == -1)
		return finish(rq, -1, NULL);
	for (i = 0; i < n; i++)
		asleep += rq->member->service.checks[i].dormant;
	snprintf(text, sizeof(text), "%zu of %zu checks of %s are made now", n - asleep, n,
	    rq->member->conf->name);
	return finish(rq, 0, text);
}

static enum request_outcome
do_reload(struct request *rq)
{
	if (rq->actions->reload(rq->actions->arg) == -1)
		return finish(rq, -1, NULL);
	return REQUEST_RELOAD;
}

static enum request_outcome
do_leave(struct request *rq)
{
	return finish(rq, rq->actions->leave(rq->actions->arg),
	    "zanycastd ends without withdrawing: start it again before the aliases run out");
}

static enum request_outcome
do_monitor(struct request *rq)
{
	(void)rq;
	return REQUEST_MONITOR;
}

static const struct command {
	const char *name;
	bool changes, names_service;
	enum request_outcome (*run)(struct request *);
} commands[] = {
	{ "show", false, false, do_show },
	{ "why", false, true, do_why },
	{ "monitor", false, false, do_monitor },
	{ "drain", true, true, do_drain },
	{ "undrain", true, true, do_undrain },
	{ "check", true, true, do_check },
	{ "reload", true, false, do_reload },
	{ "leave", true, false, do_leave },
};

static const struct command *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static enum request_outcome
dispatch(struct request *rq, bool may_change)
{
	const char *name = text_of(rq, "cmd"), *service = text_of(rq, "service");
	const struct command *command;

	if (name == NULL)
		return fail(rq, "usage", "a request is an object with \"cmd\", a string");
	command = find(name);
	if (command == NULL)
		return fail(rq, "unknown",
		    "no such command: there are show, why, monitor, drain, "
		    "undrain, check, reload and leave");
	if (command->changes && !may_change)
		return fail(rq, "denied",
		    "only root, the engine's user and the control group may "
		    "change anything");
	if (!command->names_service)
		return command->run(rq);
	if (service == NULL)
		return fail(rq, "usage", "this command needs \"service\", a string");
	rq->member = world_find(rq->world, service);
	if (rq->member == NULL)
		return fail(rq, "unknown", "there is no such service");
	return command->run(rq);
}

enum request_outcome
request_handle(const struct world *world, const struct request_actions *actions, bool may_change,
    const char *line, size_t len, object **answer)
{
	struct request rq = { .world = world, .actions = actions };
	struct json_tokener *tokener;
	enum request_outcome outcome;

	*answer = NULL;
	tokener = len <= REQUEST_MAX ? json_tokener_new_ex(DEPTH_MAX) : NULL;
	if (tokener != NULL) {
		rq.body = json_tokener_parse_ex(tokener, line, (int)len);
		/* a number or the like needs a byte behind it to be whole: not an object then */
		if (rq.body != NULL &&
		    strspn(line + json_tokener_get_parse_end(tokener), " \t\r") <
			len - json_tokener_get_parse_end(tokener)) {
			json_object_put(rq.body);
			rq.body = NULL;
		}
		json_tokener_free(tokener);
	}
	if (!json_object_is_type(rq.body, json_type_object)) {
		json_object_put(rq.body);
		*answer = request_error("usage", "a request is one line that holds a JSON object");
		return REQUEST_ANSWERED;
	}
	outcome = dispatch(&rq, may_change);
	json_object_put(rq.body);
	*answer = rq.answer;
	return outcome;
}
