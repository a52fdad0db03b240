/*
 * A conf as JSON and back: exact, and nothing else is taken. What is refused here
 * never reaches a process with rights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

static char *good;

static void
refused(const char *text)
{
	struct conf *c;

	errno = 0;
	c = conf_from_json(text, strlen(text));
	if (c != NULL)
		fail_msg("was taken: %s", text);
	assert_int_equal(errno, EINVAL);
}

static void
test_same(void **state)
{
	struct conf *c = conf_from_json(good, strlen(good));
	char *again;

	(void)state;
	assert_non_null(c);
	again = conf_to_json(c);
	assert_string_equal(again, good);
	assert_int_equal(c->nservices, 2);
	assert_int_equal(c->services[0].nprefixes, 3);
	assert_int_equal(c->services[0].nchecks, 7);
	assert_string_equal(c->services[0].checks[3].send, "QUIT\r\n\x01\377");
	assert_string_equal(c->services[0].checks[4].argv[0], "/bin/sh");
	assert_string_equal(c->services[0].checks[4].argv[2], "");
	assert_null(c->services[0].checks[4].argv[3]);
	free(again);
	conf_free(c);
}

static void
test_truncated(void **state)
{
	size_t n = strlen(good);
	char *longer = malloc(n + 2);

	(void)state;
	assert_non_null(longer);
	for (size_t i = 0; i < n; i++)
		assert_null(conf_from_json(good, i));
	snprintf(longer, n + 2, "%sx", good);
	refused(longer);
	refused("");
	refused("[]");
	refused("{}");
	refused("null");
	refused("[[[[[[[[[[[[[[[[[[[[");
	free(longer);
}

static void
try_without(struct json_object *root, struct json_object *o, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, key, &value));
	json_object_get(value);
	json_object_object_del(o, key);
	refused(json_object_to_json_string(root));
	json_object_object_add(o, key, json_object_new_object());
	refused(json_object_to_json_string(root));
	json_object_object_add(o, key, json_object_new_int64(INT64_MAX));
	refused(json_object_to_json_string(root));
	json_object_object_add(o, key, json_object_new_int64(-1));
	refused(json_object_to_json_string(root));
	json_object_object_add(o, key, json_object_new_string_len("a\0b", 3));
	refused(json_object_to_json_string(root));
	json_object_object_add(o, key, json_object_new_array());
	if (strcmp(key, "answer") != 0 && strcmp(key, "services") != 0)
		refused(json_object_to_json_string(root));
	json_object_object_add(o, key, value);
}

/* Each member of each object: missing, of another type, and one too many. */
static void
walk(struct json_object *root, struct json_object *o)
{
	char *keys[64];
	int n = 0;

	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			walk(root, json_object_array_get_idx(o, i));
	if (!json_object_is_type(o, json_type_object))
		return;
	json_object_object_foreach (o, key, value) {
		walk(root, value);
		keys[n++] = strdup(key);
	}
	while (n-- > 0) {
		try_without(root, o, keys[n]);
		free(keys[n]);
	}
	json_object_object_add(o, "more", NULL);
	refused(json_object_to_json_string(root));
	json_object_object_del(o, "more");
}

static void
test_members(void **state)
{
	struct json_object *root = json_tokener_parse(good);

	(void)state;
	walk(root, root);
	json_object_put(root);
}

/* What no file could have said. */
static void
test_meaning(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "\"10.0.0.2/32\"", "\"10.0.0.1/32\"" },
		{ "\"10.0.0.2/32\"", "\"127.0.0.1/32\"" },
		{ "\"10.0.0.2/32\"", "\"10.0.0.0/24\"" },
		{ "\"10.0.0.2/32\"", "\"10.0.0.2/8\"" },
		{ "\"require\":4", "\"require\":8" },
		{ "\"require\":4", "\"require\":0" },
		{ "\"tag\":65535", "\"tag\":65536" },
		{ "\"protocol\":31", "\"protocol\":32" },
		{ "\"filter\":\"tag\"", "\"filter\":\"prefix\"" },
		{ "\"name\":\"net\"", "\"name\":\"a\"" },
		{ "\"name\":\"net\"", "\"name\":\"a b\"" },
		{ "\"kind\":\"tcp\"", "\"kind\":\"dns\"" },
		{ "\"target\":\"service\"", "\"target\":\"server\"" },
		{ "\"server\":\"::1\"", "\"server\":\"host\"" },
		{ "\"server\":\"::1\"", "\"server\":null" },
		{ "\"run_dir\":\"/run/zc\"", "\"run_dir\":\"run\"" },
		{ "\"run_dir\":\"/run/zc\"", "\"run_dir\":null" },
		{ "\"/bin/sh\",\"-c\"", "\"sh\",\"-c\"" },
		{ "\"user\":\"root\"", "\"user\":\"../x\"" },
		{ "\"interface\":\"lo\"", "\"interface\":\"l/o\"" },
		{ "\"interface\":\"lo\"", "\"interface\":null" },
		{ "\"vrf\":\"default\"", "\"vrf\":null" },
		{ "\"vrf\":\"default\"", "\"vrf\":\"a/b\"" },
		{ "\"label\":\"lo:x\"", "\"label\":\"lox\"" },
		{ "\"lifetime\":3000", "\"lifetime\":2999" },
		{ "\"timeout\":60000,\"fast\"", "\"timeout\":60001,\"fast\"" },
		{ "\"timeout\":60000,\"fast\"", "\"timeout\":6e4,\"fast\"" },
		{ "\"dialect\":\"quagga", "\"dialect\":\"quogga" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char *at = strstr(good, changes[i].from), *text;

		if (at == NULL)
			fail_msg("%s is not there: %s", changes[i].from, good);
		text = calloc(1, strlen(good) + 64);
		assert_non_null(text);
		memcpy(text, good, (size_t)(at - good));
		strcat(text, changes[i].to);
		strcat(text, at + strlen(changes[i].from));
		refused(text);
		free(text);
	}
}

static int
setup(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct conf_errors errors;
	char path[PATH_MAX];
	struct conf *c;

	(void)state;
	snprintf(
	    path, sizeof(path), "%s/tests/unit/conf/good-all.conf", srcdir != NULL ? srcdir : ".");
	if ((c = conf_read(path, NULL, &errors)) == NULL)
		return -1;
	good = conf_to_json(c);
	conf_free(c);
	return good == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(good);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_meaning),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
