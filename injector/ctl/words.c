/*
 * Finds the word that was meant, and names the ones there are when none was.
 */
#include "ctl/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
begins(const char *word, const char *typed)
{
	return strncmp(word, typed, strlen(typed)) == 0;
}

enum word_match
word_find(const char *typed, const char *const words[], size_t n, size_t *place)
{
	enum word_match match = WORD_UNKNOWN;
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(words[i], typed) == 0) {
			*place = i;
			return WORD_FOUND;
		}
		if (typed[0] == '\0' || !begins(words[i], typed))
			continue;
		match = match == WORD_UNKNOWN ? WORD_FOUND : WORD_AMBIGUOUS;
		*place = i;
	}
	return match;
}

void
word_complain(
    enum word_match match, const char *what, const char *typed, const char *const words[], size_t n)
{
	size_t i, said = 0;

	if (match == WORD_AMBIGUOUS)
		fprintf(stderr, "zanycastctl: %s %s may mean", what, typed);
	else
		fprintf(
		    stderr, "zanycastctl: no %s %s; there %s", what, typed, n == 1 ? "is" : "are");
	for (i = 0; i < n; i++)
		if (match == WORD_UNKNOWN || begins(words[i], typed))
			fprintf(stderr, "%s %s", said++ > 0 ? "," : "", words[i]);
	fprintf(stderr, "%s\n", said == 0 ? " none" : "");
}
