/*
 * Words of the file as values, and back: durations, numbers, names, and which
 * known word an unknown one may have been. Knows no option and no section.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf/value.h"

const struct word *
word_find(const struct word *words, const char *name)
{
	for (; words->name != NULL; words++)
		if (strcmp(words->name, name) == 0)
			return words;
	return NULL;
}

const char *
word_name(const struct word *words, unsigned int value)
{
	for (; words->name != NULL; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

char *
words_list(const struct word *words, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; words->name != NULL && used < size; words++) {
		const char *glue = used == 0 ? "" : words[1].name != NULL ? ", " : " or ";
		int n = snprintf(buf + used, size - used, "%s%s", glue, words->name);

		used += n > 0 ? (size_t)n : 0;
	}
	return buf;
}

/* Levenshtein's, and two neighbours that changed places count as one. */
#define NEAREST_MAX 32

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
distance(const char *a, const char *b)
{
	size_t d[NEAREST_MAX + 1][NEAREST_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > NEAREST_MAX || nb > NEAREST_MAX)
		return NEAREST_MAX;
	for (size_t i = 0; i <= na; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		for (size_t j = 1; j <= nb; j++) {
			size_t change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = least(change, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[na][nb];
}

void
nearest_try(struct nearest *n, const char *candidate)
{
	size_t length = strlen(n->word), d = distance(n->word, candidate);
	bool beginning = length >= 3 && strncmp(n->word, candidate, length) == 0;

	if (beginning)
		d = 1;
	if (d > (length < 4 ? 1 : length < 7 ? 2 : 3))
		return;
	if (n->best == NULL || d < n->distance) {
		n->best = candidate;
		n->distance = d;
	}
}

/* Digits with at most one point, as thousandths. Returns what follows, or NULL. */
static const char *
thousandths(const char *text, int64_t *value)
{
	int64_t v = 0;
	int decimals = -1;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text) || (*text == '.' && decimals < 0); text++) {
		if (*text == '.') {
			decimals = 0;
			continue;
		}
		if (decimals >= 3 || v > INT64_C(1000000000000))
			return NULL;
		v = v * 10 + (*text - '0');
		decimals += decimals >= 0;
	}
	if (decimals == 0)
		return NULL;
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++)
		v *= 10;
	*value = v;
	return text;
}

const char *
time_parse(const char *text, int64_t *ms)
{
	static const struct word units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { NULL, 0 } };
	const struct word *unit;
	const char *rest;
	int64_t value;

	if ((rest = thousandths(text, &value)) == NULL)
		return "is not a time: write a number and a unit, as in 500ms or 1.5s";
	if (*rest == '\0' && value == 0) {
		*ms = 0;
		return NULL;
	}
	if (*rest == '\0')
		return "has no unit: write ms, s, m or h behind the number";
	if ((unit = word_find(units, rest)) == NULL)
		return "has no unit we know: use ms, s, m or h";
	if (value > INT64_MAX / unit->value)
		return "is not a time: too many digits";
	value *= unit->value;
	if (value % 1000 != 0)
		return "is finer than a millisecond: round it";
	*ms = value / 1000;
	return NULL;
}

char *
time_print(int64_t ms, char buf[TIME_STRLEN])
{
	if (ms == 0)
		snprintf(buf, TIME_STRLEN, "0");
	else if (ms % 3600000 == 0)
		snprintf(buf, TIME_STRLEN, "%lldh", (long long)(ms / 3600000));
	else if (ms % 60000 == 0)
		snprintf(buf, TIME_STRLEN, "%lldm", (long long)(ms / 60000));
	else if (ms >= 1000 && ms % 1000 == 0)
		snprintf(buf, TIME_STRLEN, "%llds", (long long)(ms / 1000));
	else if (ms >= 1000 && ms % 100 == 0)
		snprintf(buf, TIME_STRLEN, "%lld.%llds", (long long)(ms / 1000),
		    (long long)(ms % 1000 / 100));
	else
		snprintf(buf, TIME_STRLEN, "%lldms", (long long)ms);
	return buf;
}

const char *
number_parse(const char *text, int64_t *number)
{
	int64_t v = 0;

	if (*text == '\0')
		return "is not a number: write decimal digits only";
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return "is not a number: write decimal digits only";
		if (v > INT64_C(100000000000000))
			return "is not a number of this world: too many digits";
		v = v * 10 + (*text - '0');
	}
	*number = v;
	return NULL;
}

bool
name_is_good(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 63 || !isalnum((unsigned char)name[0]))
		return false;
	for (; *name != '\0'; name++)
		if (!isascii((unsigned char)*name) ||
		    (!isalnum((unsigned char)*name) && strchr("_.-", *name) == NULL))
			return false;
	return true;
}
