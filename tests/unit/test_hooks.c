/*
 * The hooks' queue in front of a runner that the test plays: order, limits,
 * failures, and what a hook is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "engine/hooks.h"
#include "runner/link.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

/* Instead of the real one. */
struct runner_link {
	int error;  /* of the next start; 0: it starts */
	bool quick; /* ends within the call that starts it */
	int runs;
	runner_done_fn *done;
	void *arg;
	char env[1024], input[1024];
};

struct rig {
	struct conf conf;
	struct runner_link runner;
	struct hooks *hooks;
	int failures;
	char text[256];
};

static void
end_run(struct runner_link *runner, int error, int status, bool timed_out, const char *output)
{
	const struct runner_result result = { error, status, timed_out, output };
	runner_done_fn *done = runner->done;

	assert_non_null(done);
	runner->done = NULL;
	done(runner->arg, &result);
}

int
runner_run_hook(struct runner_link *runner, char *const env[], const char *input,
    int64_t timeout_ms, runner_done_fn *fn, void *arg)
{
	size_t i;

	assert_null(runner->done); /* one at a time */
	assert_int_equal(timeout_ms, 3000);
	if (runner->error != 0) {
		errno = runner->error;
		return -1;
	}
	runner->done = fn;
	runner->arg = arg;
	runner->env[0] = '\0';
	for (i = 0; env[i] != NULL; i++)
		snprintf(runner->env + strlen(runner->env),
		    sizeof(runner->env) - strlen(runner->env), "%s|", env[i]);
	snprintf(runner->input, sizeof(runner->input), "%s", input);
	runner->runs++;
	if (runner->quick)
		end_run(runner, 0, 0, false, "");
	return runner->runs;
}

static void
on_failure(void *arg, struct log_event *ev)
{
	struct rig *r = arg;

	assert_string_equal(ev->name, "hook.failed");
	snprintf(r->text, sizeof(r->text), "%s", ev->text);
	r->failures++;
	hooks_offer(r->hooks, ev); /* is not itself a hook */
}

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	*state = r;
	if (r == NULL)
		return -1;
	r->conf.hook = TEXT("/bin/hook");
	r->conf.hook_timeout = 3000;
	r->hooks = hooks_new(&r->conf, &r->runner, on_failure, r);
	return r->hooks == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	hooks_free(r->hooks);
	free(r);
	return 0;
}

static void
offer(struct rig *r, const char *name, const char *text)
{
	struct log_event ev = EVENT(name, LOG_LEVEL_NOTICE, .text = text, .at_us = clock_us());

	hooks_offer(r->hooks, &ev);
}

static void
test_what_a_hook_is_told(void **state)
{
	struct rig *r = *state;
	struct log_event ev = EVENT("service.down", LOG_LEVEL_NOTICE, .service = "web",
	    .check = "port", .cause = "refused", .from = "up", .to = "down", .tag = 53,
	    .text = "evil\nLD_PRELOAD=x \xff", .at_us = clock_us());
	struct json_object *o, *value;

	hooks_offer(r->hooks, &ev);
	assert_int_equal(r->runner.runs, 1);
	assert_string_equal(r->runner.env,
	    "ZANYCAST_EVENT=service.down|ZANYCAST_SERVICE=web|ZANYCAST_CHECK=port|"
	    "ZANYCAST_CAUSE=refused|ZANYCAST_FROM=up|ZANYCAST_TO=down|ZANYCAST_TAG=53|"
	    "ZANYCAST_TEXT=evil LD_PRELOAD=x ?|");
	o = json_tokener_parse(r->runner.input);
	assert_true(json_object_object_get_ex(o, "event", &value));
	assert_string_equal(json_object_get_string(value), "service.down");
	json_object_put(o);
	assert_ptr_equal(
	    strchr(r->runner.input, '\n'), r->runner.input + strlen(r->runner.input) - 1);
}

static void
test_in_order_one_at_a_time(void **state)
{
	static const char *const names[] = { "service.up", "route.announcing", "route.announced",
		"zebra.lost" };
	struct rig *r = *state;
	char expected[64];
	size_t i;

	for (i = 0; i < 4; i++)
		offer(r, names[i], NULL);
	offer(r, "check.up", NULL); /* those are no hooks */
	offer(r, "zebra.up", NULL);
	for (i = 0; i < 4; i++) {
		assert_int_equal(r->runner.runs, i + 1);
		snprintf(expected, sizeof(expected), "ZANYCAST_EVENT=%s|", names[i]);
		assert_string_equal(r->runner.env, expected);
		assert_false(hooks_idle(r->hooks));
		end_run(&r->runner, 0, 0, false, "");
	}
	assert_true(hooks_idle(r->hooks));
	assert_int_equal(r->runner.runs, 4);
	assert_int_equal(r->failures, 0);
}

static void
fails_with(struct rig *r, int error, int status, bool timed_out, const char *text)
{
	offer(r, "service.up", NULL);
	end_run(&r->runner, error, status, timed_out, "disk \x1b full\nand more");
	assert_non_null(strstr(r->text, text));
}

static void
test_failures(void **state)
{
	struct rig *r = *state;

	fails_with(r, ENOENT, 0, false, "/bin/hook for service.up could not be started: No such");
	fails_with(r, 0, 2 << 8, false, "exited with status 2: disk   full");
	assert_null(strchr(r->text, '\n'));
	fails_with(r, 0, 9, false, "ended by signal 9");
	fails_with(r, 0, 9, true, "longer than 3000 ms");
	assert_int_equal(r->failures, 4);
	r->runner.error = EPIPE;
	offer(r, "service.down", NULL);
	assert_non_null(strstr(r->text, "could not be started: Broken pipe"));
	assert_true(hooks_idle(r->hooks));
	r->runner.error = 0;
	offer(r, "service.up", NULL);
	assert_int_equal(r->runner.runs, 5);
}

static void
test_full_queue(void **state)
{
	struct rig *r = *state;
	char text[16];
	int i;

	for (i = 0; i < HOOKS_QUEUE + 11; i++) {
		snprintf(text, sizeof(text), "%d", i);
		offer(r, "service.up", text);
	}
	assert_int_equal(r->failures, 1); /* said once */
	assert_non_null(strstr(r->text, "is behind: 256 events wait"));
	assert_non_null(strstr(r->runner.env, "TEXT=0|"));
	end_run(&r->runner, 0, 0, false, "");
	assert_non_null(strstr(r->runner.env, "TEXT=11|")); /* 1 to 10 were dropped */
	while (!hooks_idle(r->hooks))
		end_run(&r->runner, 0, 0, false, "");
	assert_non_null(strstr(r->runner.env, "TEXT=266|"));
	assert_int_equal(r->runner.runs, HOOKS_QUEUE + 1);
	assert_int_equal(r->failures, 2);
	assert_non_null(strstr(r->text, "10 events were dropped"));
}

static void
test_ends_within_the_call(void **state)
{
	struct rig *r = *state;
	int i;

	offer(r, "service.up", NULL);
	for (i = 0; i < 100; i++)
		offer(r, "service.down", NULL);
	r->runner.quick = true;
	end_run(&r->runner, 0, 0, false, NULL);
	assert_int_equal(r->runner.runs, 101);
	assert_true(hooks_idle(r->hooks));
}

static void
test_no_hook(void **state)
{
	struct rig *r = *state;

	r->conf.hook = NULL;
	offer(r, "service.up", NULL);
	assert_int_equal(r->runner.runs, 0);
	assert_true(hooks_idle(r->hooks));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_a_hook_is_told),
		TEST(test_in_order_one_at_a_time),
		TEST(test_failures),
		TEST(test_full_queue),
		TEST(test_ends_within_the_call),
		TEST(test_no_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
