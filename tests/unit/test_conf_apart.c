/*
 * The parser's process: what it gives up, and what becomes of one that crashes,
 * hangs, lies or talks without end. What it would do with a text is put in its
 * place here, by the first word of the text.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define CONF_APART_MS 1500
#define conf_understand fake_understand
#include "conf/apart.c"
#undef conf_understand

#include <limits.h>
#include <sys/stat.h>

struct conf *conf_understand(struct sources *, struct report *, struct conf_errors *);

static char file[] = "/tmp/zanycast-apart-XXXXXX";

/* What it can still reach, as an error text. */
static void
tell(struct conf_errors *errors)
{
	struct rlimit core;
	int fds = 0;

	for (int i = 0; i < 1024; i++)
		fds += i != CHILD_FD && i > 2 && fcntl(i, F_GETFD) != -1;
	getrlimit(RLIMIT_CORE, &core);
	if (asprintf(&errors->text, "uid %d gid %d groups %d fds %d core %d sigusr1 %s\n\x1b[2Jx",
		(int)geteuid(), (int)getegid(), getgroups(0, NULL), fds, (int)core.rlim_cur,
		signal(SIGUSR1, SIG_IGN) == SIG_DFL ? "default" : "ours") == -1)
		abort();
}

struct conf *
fake_understand(struct sources *sources, struct report *r, struct conf_errors *errors)
{
	const char *text = sources->files[0].text;

	if (text == NULL)
		return conf_understand(sources, r, errors);
	if (strncmp(text, "crash", 5) == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strncmp(text, "hang", 4) == 0)
		for (;;)
			sleep(1);
	if (strncmp(text, "exit", 4) == 0)
		exit(2); /* as libconfuse's scanner does */
	if (strncmp(text, "quiet", 5) == 0)
		_exit(0);
	if (strncmp(text, "lie", 3) == 0) {
		(void)answer('C', "{\"services\":[]}");
		_exit(0);
	}
	if (strncmp(text, "flood", 5) == 0) {
		static char much[1 << 16];

		memset(much, '{', sizeof(much) - 1);
		for (;;)
			(void)answer('C', much);
	}
	if (strncmp(text, "tell", 4) == 0) {
		tell(errors);
		return NULL;
	}
	return conf_understand(sources, r, errors);
}

static void
put(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
refused(const char *text, const char *expect)
{
	char line[PATH_MAX];
	struct conf_errors errors;

	put(text);
	assert_null(conf_read_apart(file, NULL, NULL, &errors));
	snprintf(line, sizeof(line), "%s:%s", file, expect);
	assert_non_null(errors.text);
	assert_string_equal(errors.text, line);
	assert_int_equal(errors.count, 1);
	conf_errors_free(&errors);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

static void
test_bad_ends(void **state)
{
	(void)state;
	refused("crash", " the parser crashed: Segmentation fault\n");
	refused("hang", " the parser did not end within 2 s, and was killed\n");
	refused("exit", " the parser gave up with status 2\n");
	refused("quiet", " the parser gave up with status 0\n");
	refused("lie", " the parser gave an answer that is no configuration\n");
	refused("flood", " the parser's answer is too large\n");
	refused(
	    "user = root\ntag = 1", "2: tag does not belong to the top level: it is for service\n");
}

static void
test_unreadable(void **state)
{
	struct conf_errors errors;

	(void)state;
	assert_null(conf_read_apart("/nonexistent/zanycast.conf", NULL, NULL, &errors));
	assert_string_equal(
	    errors.text, "/nonexistent/zanycast.conf: cannot be read: No such file or directory\n");
	conf_errors_free(&errors);
}

static void
test_good(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct conf_errors errors;
	struct conf *here, *apart;
	char path[PATH_MAX], *a, *b;

	(void)state;
	snprintf(
	    path, sizeof(path), "%s/tests/unit/conf/good-all.conf", srcdir != NULL ? srcdir : ".");
	here = conf_read(path, NULL, &errors);
	apart = conf_read_apart(path, "/nonexistent/conf.d", NULL, &errors);
	assert_non_null(here);
	assert_non_null(apart);
	a = conf_to_json(here);
	b = conf_to_json(apart);
	assert_string_equal(a, b);
	free(a);
	free(b);
	conf_free(here);
	conf_free(apart);
}

/* Somebody else's SIGCHLD takes the child away: what it said still counts. */
static void
test_child_is_taken(void **state)
{
	struct conf_errors errors;
	struct conf *c;

	(void)state;
	put("user = root\n");
	signal(SIGCHLD, SIG_IGN);
	c = conf_read_apart(file, NULL, NULL, &errors);
	signal(SIGCHLD, SIG_DFL);
	assert_non_null(c);
	assert_string_equal(c->user, "root");
	conf_free(c);
}

static void
on_signal(int s)
{
	(void)s;
}

static void
test_rights(void **state)
{
	struct conf_errors errors;
	struct passwd *nobody = getpwnam("nobody");
	int fd = dup(2);
	char expect[256];

	(void)state;
	put("tell");
	chmod(file, 0600);
	signal(SIGUSR1, on_signal);
	if (geteuid() == 0 && nobody != NULL)
		snprintf(expect, sizeof(expect),
		    "uid %d gid %d groups 0 fds 0 core 0 sigusr1 "
		    "default\n?[2Jx",
		    (int)nobody->pw_uid, (int)nobody->pw_gid);
	else
		snprintf(expect, sizeof(expect),
		    "uid %d gid %d groups %d fds 0 core 0 sigusr1 "
		    "default\n?[2Jx",
		    (int)geteuid(), (int)getegid(), getgroups(0, NULL));
	assert_null(conf_read_apart(file, NULL, nobody != NULL ? "nobody" : NULL, &errors));
	assert_string_equal(errors.text, expect);
	conf_errors_free(&errors);
	signal(SIGUSR1, SIG_DFL);
	close(fd);
	if (geteuid() != 0)
		return;
	assert_null(conf_read_apart(file, NULL, "no-such-user-zc", &errors));
	assert_memory_equal(errors.text, "uid 65534 gid 65534 groups 0 ", 29);
	conf_errors_free(&errors);
}

static int
setup(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	if (fd != -1)
		close(fd);
	return fd == -1 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_ends),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_child_is_taken),
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
