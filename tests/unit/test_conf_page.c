/*
 * zanycast.conf(5) and the table: the page's options are those of the table, each
 * option's example is right, and so are the examples of the page.
 * ZC_UPDATE_PAGE=1 writes the options into the page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "conf/table.h"

static FILE *
open_page(const char *mode)
{
	const char *srcdir = getenv("srcdir");
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/injector/zanycast.conf.5", srcdir != NULL ? srcdir : ".");
	f = fopen(path, mode);
	assert_non_null(f);
	return f;
}

static char *
read_page(void)
{
	char *text = calloc(1, 65536);
	FILE *f = open_page("r");

	assert_non_null(text);
	assert_true(fread(text, 1, 65535, f) < 65535);
	fclose(f);
	return text;
}

static void
test_options(void **state)
{
	char *was, *is = NULL;
	size_t len;
	FILE *in, *out;

	(void)state;
	if (strcmp(ZC_RUN_DIR ZC_STATE_DIR ZC_USER ZC_GROUP ZC_ZSERV,
		"/run/zanycast/var/lib/zanycastzanycastzanycast/run/frr/zserv.api") != 0)
		skip(); /* configured otherwise: the page has the usual defaults */
	in = open_page("r");
	out = open_memstream(&is, &len);
	assert_non_null(out);
	table_page(in, out);
	fclose(in);
	fclose(out);
	if (getenv("ZC_UPDATE_PAGE") != NULL) {
		out = open_page("w");
		fputs(is, out);
		fclose(out);
	}
	was = read_page();
	assert_string_equal(was, is);
	free(was);
	free(is);
}

/* NULL, or the messages. */
static char *
read_text(const char *text)
{
	char path[] = "/tmp/zanycast-page-XXXXXX";
	struct conf_errors errors;
	struct conf *c;
	int fd = mkstemp(path);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	c = conf_read(path, NULL, &errors);
	unlink(path);
	conf_free(c);
	return errors.text;
}

static void
test_examples(void **state)
{
	char *page = read_page(), *p = page, *end, *why;
	int n = 0;

	(void)state;
	while ((p = strstr(p, ".\\\" example\n")) != NULL) {
		p = strchr(p, '\n') + 1;
		end = strstr(p, ".\\\" end");
		assert_non_null(end);
		*end = '\0';
		if ((why = read_text(p)) != NULL)
			fail_msg("%s", why);
		p = end + 1;
		n++;
	}
	assert_int_equal(n, 4);
	free(page);
}

static void
example(const char *before, const struct keyword *k, const char *after)
{
	char text[1024], *why;

	snprintf(text, sizeof(text), "%s %s = %s %s", before, k->name, k->example, after);
	why = read_text(text);
	/* A host need not have the programs and users of examples. */
	if (why != NULL && strstr(why, "No such file") == NULL &&
	    strstr(why, "no such user") == NULL && strstr(why, "no such group") == NULL)
		fail_msg("%s: %s", text, why);
	free(why);
}

#define LISTENER "check l { kind = listener protocol = udp port = 53 }"

static const char *
company(enum check_kind kind, const char *name)
{
	static const struct {
		const char *name, *text;
	} needed[CHECK_KINDS][4] = {
		[CHECK_DNS] = { { "query", "query = 'example.com A'" } },
		[CHECK_TCP] = { { "port", "port = 80" } },
		[CHECK_EXEC] = { { "command", "command = /bin/sh" } },
		[CHECK_LISTENER] = { { "port", "port = 80 " }, { "protocol", "protocol = udp" } },
	};
	static char text[128];

	snprintf(text, sizeof(text), "kind = %s ", word_name(check_kind_words, kind));
	for (int i = 0; needed[kind][i].name != NULL; i++)
		if (strcmp(needed[kind][i].name, name) != 0)
			strcat(text, needed[kind][i].text);
	return text;
}

static void
test_each_option(void **state)
{
	const struct keyword *k;
	char before[256];

	(void)state;
	for (unsigned int b = BLOCK_TOP; b < BLOCK_SERVICE; b++)
		for (k = block_keywords[b]; k->name != NULL; k++) {
			snprintf(before, sizeof(before), "%s %s", block_names[b],
			    b == BLOCK_TOP ? "" : "{");
			example(before, k, b == BLOCK_TOP ? "" : "}");
		}
	for (k = block_keywords[BLOCK_SERVICE]; k->name != NULL; k++) {
		snprintf(before, sizeof(before), "service s { %s %s",
		    strcmp(k->name, "prefixes") != 0 ? "prefixes = { 10.1.1.1, 2001:db8::1 }" : "",
		    strcmp(k->name, "filter") != 0 ? "filter = tag" : "");
		example(before, k, LISTENER "}");
	}
	for (k = block_keywords[BLOCK_CHECK] + 1; k->name != NULL; k++)
		for (unsigned int kind = 0; kind < CHECK_KINDS; kind++) {
			if ((k->kinds & 1u << kind) == 0)
				continue;
			snprintf(before, sizeof(before),
			    "service s { prefixes = 10.1.1.1 " LISTENER " check c { %s",
			    company((enum check_kind)kind, k->name));
			example(before, k, "} }");
		}
}

/* A default, written out, is in its range; and every row says all it should. */
static void
test_rows(void **state)
{
	(void)state;
	for (unsigned int b = 0; b < BLOCKS; b++)
		for (const struct keyword *k = block_keywords[b]; k->name != NULL; k++) {
			assert_non_null(k->text);
			assert_non_null(k->example);
			assert_true((k->def == NULL) != (k->otherwise == NULL));
			assert_true(k->min <= k->max);
			assert_int_equal(k->kinds != 0, b == BLOCK_CHECK);
			assert_int_equal(
			    k->words != NULL, k->type == VALUE_WORD || k->type == VALUE_WORDS);
			assert_ptr_equal(keyword_find((enum block)b, k->name), k);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_each_option),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
