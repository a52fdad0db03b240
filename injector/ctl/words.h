/*
 * Words a user types, completed when there is one way to do so.
 */
#ifndef CTL_WORDS_H
#define CTL_WORDS_H

#include <stddef.h>

enum word_match { WORD_FOUND, WORD_UNKNOWN, WORD_AMBIGUOUS };

/* Which of n words is meant: the same, or the only one that begins so. */
enum word_match word_find(const char *typed, const char *const words[], size_t n, size_t *place);
/* To stderr: what is wrong with it, and the words there are. */
void word_complain(
    enum word_match, const char *what, const char *typed, const char *const words[], size_t n);

#endif
