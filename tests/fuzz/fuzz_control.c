/*
 * Lines of the control socket: whatever arrives, there is an answer for it, and
 * the world is still one that can be shown.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/test_control_help.h"
#include "engine/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
request(struct small_world *w, bool may_change, const char *line, size_t len)
{
	struct json_object *answer, *ok;
	enum request_outcome outcome;
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return;
	memcpy(copy, line, len);
	copy[len] = '\0';
	outcome = request_handle(w->world, &w->actions, may_change, copy, len, &answer);
	free(copy);
	if (outcome == REQUEST_RELOAD && !may_change)
		abort();
	if (outcome != REQUEST_ANSWERED)
		return;
	if (answer == NULL || !json_object_object_get_ex(answer, "ok", &ok))
		abort();
	if (strchr(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN), '\n') != NULL)
		abort();
	json_object_put(answer);
}

/* Each line of the input, as somebody who may only look or as one who may do all. */
static void
requests(struct small_world *w, bool may_change, const char *line, size_t size)
{
	const char *end;
	size_t len;

	while (size > 0) {
		end = memchr(line, '\n', size);
		len = end != NULL ? (size_t)(end - line) : size;
		request(w, may_change, line, len);
		line += len + (end != NULL);
		size -= len + (end != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct small_world w;

	if (small_world_open(&w) == 0) {
		requests(&w, false, (const char *)data, size);
		if (w.drains + w.checks_now + w.reloads + w.leaves > 0)
			abort();
		requests(&w, true, (const char *)data, size);
	}
	small_world_close(&w);
	return 0;
}
