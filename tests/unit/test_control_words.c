/*
 * What zanycastctl makes of typed words and of answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/client.h"
#include "ctl/print.h"
#include "ctl/words.h"

static void
test_words(void **state)
{
	static const char *const words[] = { "drain", "check", "checks", "show", "services" };
	size_t place;

	(void)state;
	assert_int_equal(word_find("dr", words, 5, &place), WORD_FOUND);
	assert_int_equal(place, 0);
	assert_int_equal(word_find("check", words, 5, &place), WORD_FOUND);
	assert_int_equal(place, 1); /* the same wins over the longer one */
	assert_int_equal(word_find("chec", words, 5, &place), WORD_AMBIGUOUS);
	assert_int_equal(word_find("s", words, 5, &place), WORD_AMBIGUOUS);
	assert_int_equal(word_find("sh", words, 5, &place), WORD_FOUND);
	assert_int_equal(word_find("shown", words, 5, &place), WORD_UNKNOWN);
	assert_int_equal(word_find("", words, 5, &place), WORD_UNKNOWN);
	assert_int_equal(word_find("x", words, 0, &place), WORD_UNKNOWN);
}

static bool
well(const char *what, const char *text)
{
	struct json_object *o = json_tokener_parse(text);
	bool result = print_is_well(what, o);

	json_object_put(o);
	return result;
}

static void
test_what_is_wrong(void **state)
{
	(void)state;
	assert_true(
	    well("services", "{\"services\":[{\"state\":\"up\"},{\"state\":\"drained\"}]}"));
	assert_false(well("services", "{\"services\":[{\"state\":\"up\"},{\"state\":\"down\"}]}"));
	assert_true(well("zebra", "{\"zebra\":{\"state\":\"up\"}}"));
	assert_false(well("zebra", "{\"zebra\":{\"state\":\"stuck\"}}"));
	assert_true(well("routes", "{\"routes\":[{\"state\":\"withdrawn\",\"beyond\":\"no\"}]}"));
	assert_false(well("routes", "{\"routes\":[{\"state\":\"announced\",\"beyond\":\"no\"}]}"));
	assert_false(well("routes", "{\"routes\":[{\"state\":\"conflict\"}]}"));
	assert_true(well("checks", "{\"checks\":[{\"state\":\"down\"}]}"));
	assert_false(well("services", "{}"));
	assert_true(well("services", "{\"services\":[]}"));
}

/* The far end of a client, at a path of its own. */
static int
accept_one(struct client **c)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), far;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/zc-words-%d.sock", (int)getpid());
	unlink(addr.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	*c = client_open(addr.sun_path);
	assert_non_null(*c);
	far = accept(fd, NULL, NULL);
	close(fd);
	unlink(addr.sun_path);
	return far;
}

static void
test_client(void **state)
{
	static const char answers[] = "{\"ok\":true}\n{\"n\":2}\nnonsense\n";
	struct json_object *o;
	struct client *c;
	int far = accept_one(&c);

	(void)state;
	assert_int_equal(write(far, answers, strlen(answers)), strlen(answers));
	o = client_receive(c, 1000);
	assert_string_equal(
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), "{\"ok\":true}");
	assert_int_equal(client_send(c, o), 0);
	json_object_put(o);
	o = client_receive(c, 1000);
	assert_non_null(o);
	json_object_put(o);
	assert_null(client_receive(c, 1000));
	assert_int_equal(errno, EBADMSG);
	assert_null(client_receive(c, 10));
	assert_int_equal(errno, ETIMEDOUT);
	close(far);
	assert_null(client_receive(c, 1000));
	assert_int_equal(errno, ECONNRESET);
	client_close(c);
	assert_null(client_open("/nowhere/control.sock"));
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
