/*
 * What strangers sent, made fit for one line of a log or of JSON.
 */
#ifndef CHECKS_TEXT_H
#define CHECKS_TEXT_H

#include <stddef.h>

/* In place: control characters become blanks, what is not UTF-8 '?', blanks at the end go. */
void text_clean(char *);
/* The first line of text that is not empty, at most size - 1 bytes of it. Returns buf. */
const char *text_first_line(char *buf, size_t size, const char *text);

#endif
