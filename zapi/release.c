/*
 * A release of FRR or Quagga, read from what they print of themselves. The text
 * comes from outside: nothing of it is trusted, and only harmless bytes are kept.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "zapi/release.h"

#define NUMBER_MAX 99	     /* of major and minor */
#define PATCH_MAX 999999999u /* Quagga 1.0.20161017 */
#define DIGITS_MAX 9	     /* zeros in front, too: all three numbers find room in the text */
#define FIRST_OF_FRR 2

/* "zebra --version" does not say whose zebra it is. */
enum maker { ANY, FRR, QUAGGA };

static const struct {
	const char *name;
	enum maker maker;
} makers[] = { { "frrouting", FRR }, { "frr", FRR }, { "quagga", QUAGGA },
	{ "zebra version", ANY } };

static enum maker
skip_maker(const char **p)
{
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		size_t len = strlen(makers[i].name);

		if (strncasecmp(*p, makers[i].name, len) != 0 ||
		    ((*p)[len] != ' ' && (*p)[len] != '-'))
			continue;
		*p += len + 1;
		return makers[i].maker;
	}
	return ANY;
}

static int
parse_number(const char **p, unsigned int max, unsigned int *number)
{
	size_t digits = 0;

	if (!isdigit((unsigned char)**p))
		return -1;
	for (*number = 0; isdigit((unsigned char)**p); (*p)++) {
		unsigned int digit = (unsigned int)(**p - '0');

		if (digits++ == DIGITS_MAX || *number > (max - digit) / 10)
			return -1;
		*number = *number * 10 + digit;
	}
	return 0;
}

static void
keep(char *text, size_t size, const char *p)
{
	size_t len = 0;

	while (
	    isalnum((unsigned char)p[len]) || (p[len] != '\0' && strchr(".+-~_", p[len]) != NULL))
		len++;
	if (len >= size)
		len = size - 1;
	memcpy(text, p, len);
	text[len] = '\0';
}

int
zapi_release_parse(struct zapi_release *r, const char *text)
{
	enum maker maker;
	const char *p = text, *start;

	memset(r, 0, sizeof(*r));
	while (isspace((unsigned char)*p))
		p++;
	maker = skip_maker(&p);
	start = p;
	if (parse_number(&p, NUMBER_MAX, &r->major) == -1 || *p++ != '.' ||
	    parse_number(&p, NUMBER_MAX, &r->minor) == -1)
		return -1;
	if (*p == '.' && isdigit((unsigned char)p[1])) {
		p++;
		if (parse_number(&p, PATCH_MAX, &r->patch) == -1)
			return -1;
	}
	if (isalpha((unsigned char)*p))
		return -1;
	r->quagga = r->major < FIRST_OF_FRR;
	if (maker != ANY && r->quagga != (maker == QUAGGA))
		return -1;
	keep(r->text, sizeof(r->text), start);
	return 0;
}

int
zapi_release_compare(const struct zapi_release *r, unsigned int major, unsigned int minor)
{
	if (r->major != major)
		return r->major < major ? -1 : 1;
	return r->minor == minor ? 0 : r->minor < minor ? -1 : 1;
}
