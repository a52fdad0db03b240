/*
 * The configuration: every file of tests/unit/conf with the messages beside it,
 * files that are none, conf.d, and what is made of a good one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/parse.h"

static char dir[] = "/tmp/zanycast-conf-XXXXXX";

static const char *
srcdir(void)
{
	const char *s = getenv("srcdir");

	return s != NULL ? s : ".";
}

static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;
	size_t n;

	if (f == NULL)
		return NULL;
	text = calloc(1, 65536);
	assert_non_null(text);
	n = fread(text, 1, 65535, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* Messages without the directories. */
static char *
without_dir(const char *text, const char *prefix)
{
	char *out = calloc(1, strlen(text) + 1), *p = out;
	size_t n = strlen(prefix);

	assert_non_null(out);
	while (*text != '\0') {
		if (strncmp(text, prefix, n) == 0 && text[n] == '/')
			text += n + 1;
		else
			*p++ = *text++;
	}
	return out;
}

static void
write_text(const char *name, const char *text, size_t len)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	chmod(path, 0644);
}

static void
clear(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf %s/*", dir);
	assert_int_equal(system(command), 0);
}

/* Reads main.conf, and conf.d if it is there; expect NULL: it must be fine. */
static struct conf *
read_tmp(const char *expect)
{
	char file[PATH_MAX], sub[PATH_MAX], *got;
	struct conf_errors errors;
	struct conf *c;

	snprintf(file, sizeof(file), "%s/main.conf", dir);
	snprintf(sub, sizeof(sub), "%s/conf.d", dir);
	c = conf_read(file, sub, &errors);
	got = errors.text != NULL ? without_dir(errors.text, dir) : NULL;
	if (expect == NULL) {
		if (got != NULL)
			fail_msg("refused: %s", got);
		assert_non_null(c);
	} else {
		assert_null(c);
		assert_non_null(got);
		assert_string_equal(got, expect);
		assert_true(errors.count > 0);
	}
	free(got);
	conf_errors_free(&errors);
	return c;
}

static void
refuse_text(const char *text, const char *expect)
{
	clear();
	write_text("main.conf", text, strlen(text));
	read_tmp(expect);
}

static void
same_after_json(const struct conf *c)
{
	char *first = conf_to_json(c), *second;
	struct conf *again = conf_from_json(first, strlen(first));

	assert_non_null(again);
	second = conf_to_json(again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	conf_free(again);
}

static void
one_file(const char *base, const char *name)
{
	char path[PATH_MAX + 300], expected[PATH_MAX + 300], *err, *got;
	struct conf_errors errors;
	struct conf *c;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	snprintf(expected, sizeof(expected), "%.*s.err", (int)strlen(path) - 5, path);
	c = conf_read(path, NULL, &errors);
	got = without_dir(errors.text != NULL ? errors.text : "", base);
	if (getenv("ZC_UPDATE_ERR") != NULL && c == NULL) {
		FILE *f = fopen(expected, "w");

		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	err = slurp(expected);
	if (strncmp(name, "good", 4) == 0) {
		if (c == NULL)
			fail_msg("%s: %s", name, got);
		same_after_json(c);
	} else {
		if (err == NULL)
			fail_msg("%s: nothing says what is wrong with it; we say %s", name, got);
		assert_null(c);
		assert_string_equal(got, err);
	}
	conf_free(c);
	conf_errors_free(&errors);
	free(got);
	free(err);
}

static void
test_files(void **state)
{
	char base[PATH_MAX];
	struct dirent *e;
	int n = 0;
	DIR *d;

	(void)state;
	snprintf(base, sizeof(base), "%s/tests/unit/conf", srcdir());
	d = opendir(base);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (len > 5 && strcmp(e->d_name + len - 5, ".conf") == 0) {
			one_file(base, e->d_name);
			n++;
		}
	}
	closedir(d);
	assert_true(n >= 10);
}

static const struct conf_service *
service_of(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (strcmp(c->services[i].name, name) == 0)
			return &c->services[i];
	fail_msg("no service %s", name);
	return NULL;
}

static void
test_example(void **state)
{
	struct conf_errors errors;
	char path[PATH_MAX];
	struct conf *c;

	(void)state;
	snprintf(path, sizeof(path), "%s/injector/zanycast.conf.example", srcdir());
	c = conf_read(path, NULL, &errors);
	if (c == NULL)
		fail_msg("%s", errors.text);
	assert_non_null(service_of(c, "resolver"));
	conf_free(c);
}

#define SERVICE "service s { prefixes = 10.1.53.1 "
#define LISTENER "check l { kind = listener protocol = udp port = 53 } "

static void
test_defaults(void **state)
{
	static const char text[] =
	    SERVICE "check d { kind = dns query = 'example.com SOA' } "
		    "check t { kind = tcp port = 80 interval = 200ms } }\n"
		    "service r { prefixes = 10.1.53.2 protocol = rip require = any " LISTENER "}\n";
	const struct conf_service *s;
	const struct conf_check *d, *t;
	struct conf *c;

	(void)state;
	clear();
	write_text("main.conf", text, sizeof(text) - 1);
	c = read_tmp(NULL);
	s = service_of(c, "s");
	d = &s->checks[0];
	t = &s->checks[1];
	assert_string_equal(c->dialect, "auto");
	assert_string_equal(c->control_group, c->group);
	assert_null(c->hook);
	assert_int_equal(c->hook_timeout, 10000);
	assert_string_equal(s->interface, "lo");
	assert_string_equal(s->label, "");
	assert_int_equal(s->tag, 53);
	assert_int_equal(s->hold, 1500);
	assert_int_equal(s->linger, 1000);
	assert_int_equal(s->lifetime, 10000);
	assert_int_equal(s->require, 2);
	assert_int_equal(d->interval, 1000);
	assert_int_equal(d->timeout, 500);
	assert_int_equal(d->fast, 250);
	assert_int_equal(d->rise, 2);
	assert_int_equal(d->fall, 2);
	assert_int_equal(d->port, 53);
	assert_int_equal(d->qtype, 6);
	assert_int_equal(d->rcodes, 1);
	assert_false(d->recurse);
	assert_string_equal(d->qname, "example.com");
	assert_string_equal(d->server, "127.0.0.1");
	assert_int_equal(t->timeout, 200);
	assert_int_equal(t->fast, 100);
	s = service_of(c, "r");
	assert_int_equal(s->hold, 0);
	assert_int_equal(s->require, 1);
	assert_int_equal(s->checks[0].listen.family, AF_UNSPEC);
	assert_false(s->checks[0].any_address);
	conf_free(c);
}

static void
test_service_defaults(void **state)
{
	static const char text[] = SERVICE
	    "interval = 2s timeout = 1500ms fall = 5 " LISTENER
	    "check m { kind = listener protocol = tcp port = 53 address = any interval = 3s "
	    "fall = 1 } }";
	const struct conf_service *s;
	struct conf *c;

	(void)state;
	clear();
	write_text("main.conf", text, sizeof(text) - 1);
	c = read_tmp(NULL);
	s = service_of(c, "s");
	assert_int_equal(s->checks[0].interval, 2000);
	assert_int_equal(s->checks[0].timeout, 1500);
	assert_int_equal(s->checks[0].fast, 500);
	assert_int_equal(s->checks[0].fall, 5);
	assert_int_equal(s->checks[1].interval, 3000);
	assert_int_equal(s->checks[1].timeout, 1500);
	assert_int_equal(s->checks[1].fast, 750);
	assert_int_equal(s->checks[1].fall, 1);
	assert_true(s->checks[1].any_address);
	conf_free(c);
}

static void
test_not_a_file(void **state)
{
	char path[PATH_MAX], *big;

	(void)state;
	clear();
	read_tmp("main.conf: cannot be read: No such file or directory\n");
	snprintf(path, sizeof(path), "%s/main.conf", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	read_tmp("main.conf: is no plain file: a configuration must be one\n");
	clear();
	assert_int_equal(mkdir(path, 0755), 0);
	read_tmp("main.conf: is a directory: name a file\n");
	clear();
	big = malloc(1024 * 1024 + 1);
	assert_non_null(big);
	memset(big, '\n', 1024 * 1024 + 1);
	write_text("main.conf", big, 1024 * 1024 + 1);
	read_tmp("main.conf: is larger than 1 MiB: that is no configuration\n");
	write_text("main.conf", big, 1024 * 1024);
	conf_free(read_tmp(NULL));
	free(big);
	write_text("main.conf", "", 0);
	conf_free(read_tmp(NULL));
	chmod(path, 0666);
	read_tmp("main.conf: may be written by everybody: chmod o-w\n");
}

static void
test_bytes(void **state)
{
	(void)state;
	clear();
	write_text("main.conf", "user = a\n\0b", 11);
	read_tmp("main.conf:2: a zero byte: is this a text file?\n");
	write_text("main.conf", "user = \"a\0b\"", 12);
	read_tmp("main.conf:1: a string cannot hold a zero byte\n");
	write_text("main.conf", "user = a\0b", 10);
	read_tmp("main.conf:1: a zero byte: is this a text file?\n");
	write_text("main.conf", "\x01", 1);
	read_tmp("main.conf:1: a control character: is this a text file?\n");
	write_text("main.conf", "\xef\xbb\xbf# hello\r\nlog { level = debug }\r\n", 35);
	conf_free(read_tmp(NULL));
}

static void
test_syntax(void **state)
{
	static const char quotes[] =
	    "main.conf:1: ( ) * + // and /* need quotes around the value\n";

	(void)state;
	refuse_text("log {\n level = debug\n", "main.conf:1: this { is never closed\n");
	refuse_text("\n}\n", "main.conf:2: this } closes nothing: there is one too many above\n");
	refuse_text("user = \"abc\n\"",
	    "main.conf:1: this string does not end on its line: close "
	    "it, or write \\n for a new line\n");
	refuse_text("user = 'abc", "main.conf:1: this string never ends: close it\n");
	refuse_text("user = abc /* x\n\n",
	    "main.conf:1: this comment never ends: close it with "
	    "*/\n");
	refuse_text(
	    "user = ${USER}", "main.conf:1: ${...} is not replaced here: write the value\n");
	refuse_text("user = \"${USER}\"",
	    "main.conf:1: ${...} is not replaced here: write the "
	    "value, or put it between single quotes\n");
	refuse_text("user = \"a\\000b\"", "main.conf:1: a string cannot hold a zero byte\n");
	refuse_text("user = \"a\\x0\"", "main.conf:1: a string cannot hold a zero byte\n");
	refuse_text("include(\"/etc/passwd\")", quotes);
	refuse_text("user = a*b", quotes);
	refuse_text("user = a//b", quotes);
	refuse_text("user = a+b", quotes);
	refuse_text("a{b{c{d{e{}}}}}", "main.conf:1: too many braces inside one another\n");
	refuse_text("user\n= =", "main.conf:2: syntax: unexpected token '='\n");
	refuse_text("service { }", "main.conf:1: syntax: missing title for section 'service'\n");
	refuse_text("log x { }", "main.conf:1: syntax: missing opening brace for section 'log'\n");
	refuse_text("user root", "main.conf:1: syntax: missing equal sign after option 'user'\n");
	refuse_text("'log|level' = debug",
	    "main.conf:1: syntax: no sub-section title/index for "
	    "'log'\n");
	refuse_text("'#' = 1", "main.conf:1: syntax: '#' cannot be set here\n");
	refuse_text("root { } root { }", "main.conf:1: root: unknown word\n");
	refuse_text("user = my self\nlog = x",
	    "main.conf:1: self is neither an option nor a section: a value with blanks needs "
	    "quotes\n");
}

static void
test_comments_keep_lines(void **state)
{
	(void)state;
	refuse_text(
	    "/* one */ # two\n/* three\n four */ // five\nprefixes = { a, # six\n b }\ntagg = 1",
	    "main.conf:4: prefixes does not belong to the top level: it is for service\n"
	    "main.conf:6: tagg: unknown word at the top level: see zanycast.conf(5)\n");
	refuse_text(
	    "service s { prefixes = { 10.1.1.1, /* x */\n 10.1.1.1, # y\n 10.1.1.x } " LISTENER "}",
	    "main.conf:2: prefixes = 10.1.1.1/32 is listed twice: also in service s at "
	    "main.conf:1\n"
	    "main.conf:3: prefixes = 10.1.1.x is not a prefix: write ADDRESS or ADDRESS/LENGTH\n");
}

#define VRF(name, more) "service " name " { prefixes = 10.1.53.1 " more " " LISTENER "}\n"

static void
test_vrfs(void **state)
{
	static const char good[] = VRF("a", "") VRF("b", "vrf = red") VRF("c", "vrf = blue")
	    VRF("d", "vrf = green interface = dummy0 label = 'dummy0:1'")
		VRF("e", "vrf = e label = 'lo:1'") VRF("f", "vrf = f label = 'f:1'");
	struct conf *c;

	(void)state;
	clear();
	write_text("main.conf", good, sizeof(good) - 1);
	c = read_tmp(NULL);
	assert_string_equal(service_of(c, "a")->vrf, "default");
	assert_string_equal(service_of(c, "a")->interface, "lo");
	assert_string_equal(service_of(c, "b")->vrf, "red");
	assert_null(service_of(c, "b")->interface);
	assert_string_equal(service_of(c, "d")->interface, "dummy0");
	conf_free(c);
	refuse_text(VRF("a", "vrf = red") VRF("b", "") VRF("c", "vrf = red"),
	    "main.conf:3: prefixes = 10.1.53.1/32 is listed twice: also in service a at "
	    "main.conf:1\n");
	refuse_text(VRF("a", "vrf = red label = 'blue:1'"),
	    "main.conf:1: label = blue:1 must be red: and some characters, as in red:1\n");
	refuse_text(VRF("a", "vrf = ''"), "main.conf:1: vrf = \"\" is empty\n");
	refuse_text(VRF("a", "vrf = '../x'"), "main.conf:1: vrf = ../x is not the name of a VRF\n");
}

static void
test_conf_d(void **state)
{
	static const char main_conf[] = "log { level = debug }\nuser = root\n";
	static const char a[] = SERVICE LISTENER "}\nlog { target = syslog }";
	static const char b[] = "\nuser = root\nservice s { prefixes = 10.1.53.1 " LISTENER "}";
	char path[PATH_MAX];
	struct conf *c;

	(void)state;
	clear();
	snprintf(path, sizeof(path), "%s/conf.d", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	write_text("main.conf", main_conf, strlen(main_conf));
	write_text("conf.d/20-s.conf", a, strlen(a));
	write_text("conf.d/.hidden.conf", "broken", 6);
	write_text("conf.d/#20-s.conf#", "broken", 6);
	write_text("conf.d/#20-s.conf", "broken", 6);
	write_text("conf.d/20-s.conf~", "broken", 6);
	write_text("conf.d/20-s.conf.dpkg-old", "broken", 6);
	c = read_tmp(NULL);
	assert_int_equal(c->log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(c->log_target, LOG_TARGET_SYSLOG);
	assert_int_equal(c->nservices, 1);
	conf_free(c);
	write_text("conf.d/30-s.conf", b, strlen(b));
	read_tmp(
	    "conf.d/30-s.conf:2: user is set twice: also at main.conf:2\n"
	    "conf.d/30-s.conf:3: service s is defined twice: also at conf.d/20-s.conf:1\n"
	    "conf.d/30-s.conf:3: prefixes = 10.1.53.1/32 is listed twice: also in service s at "
	    "conf.d/20-s.conf:1\n");
	write_text("conf.d/30-s.conf", "x", 1);
	read_tmp("conf.d/30-s.conf:1: x is neither an option nor a section: a value with blanks "
		 "needs quotes\n");
}

static void
test_programs(void **state)
{
	char text[PATH_MAX], path[PATH_MAX], expect[2 * PATH_MAX];

	(void)state;
	clear();
	snprintf(text, sizeof(text), SERVICE "check e { kind = exec command = %s/prog } }", dir);
	write_text("main.conf", text, strlen(text));
	read_tmp("main.conf:1: command = prog: No such file or directory\n");
	write_text("prog", "#!/bin/sh\n", 10);
	snprintf(path, sizeof(path), "%s/prog", dir);
	snprintf(expect, sizeof(expect),
	    "main.conf:1: command = prog may not be executed by "
	    "%s: see its mode\n",
	    "root");
	snprintf(text, sizeof(text),
	    SERVICE "check e { kind = exec user = root command = %s/prog } }", dir);
	write_text("main.conf", text, strlen(text));
	read_tmp(expect);
	chmod(path, 0755);
	conf_free(read_tmp(NULL));
	if (geteuid() != 0)
		return; /* the file is ours, and we may be nobody */
	chmod(path, 0700);
	snprintf(text, sizeof(text),
	    SERVICE "check e { kind = exec user = nobody command = %s/prog } "
		    "}",
	    dir);
	write_text("main.conf", text, strlen(text));
	read_tmp("main.conf:1: command = prog may not be executed by nobody: see its mode\n");
}

/* Far more unknown words than we care to learn: still an answer, and a bounded one. */
static void
test_many_errors(void **state)
{
	char *text = calloc(1, 65536), *p = text, path[PATH_MAX];
	struct conf_errors errors;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 1000; i++)
		p += sprintf(p, "service s%d { }\n", i);
	clear();
	write_text("main.conf", text, (size_t)(p - text));
	snprintf(path, sizeof(path), "%s/main.conf", dir);
	assert_null(conf_read(path, NULL, &errors));
	assert_int_equal(errors.count, 2000);
	assert_non_null(strstr(errors.text, "main.conf: and 1900 more\n"));
	conf_errors_free(&errors);
	p = text;
	for (int i = 0; i < 100; i++)
		p += sprintf(p, "word%d = %d\n", i, i);
	write_text("main.conf", text, (size_t)(p - text));
	assert_null(conf_read(path, NULL, &errors));
	assert_non_null(strstr(errors.text, "main.conf:32: word31: unknown word at"));
	assert_non_null(strstr(errors.text, "main.conf:33: word32: unknown word\n"));
	conf_errors_free(&errors);
	free(text);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	clear();
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_service_defaults),
		cmocka_unit_test(test_not_a_file),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_comments_keep_lines),
		cmocka_unit_test(test_vrfs),
		cmocka_unit_test(test_conf_d),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_many_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
