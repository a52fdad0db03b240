/*
 * Makes a text safe for libconfuse's scanner, which accepts a file that ends in
 * the middle, drops characters it does not know, counts lines wrongly after some
 * comments and puts the environment into ${…}. Knows no option.
 */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "conf/parse.h"

#define DEPTH_MAX 4 /* service, check, list, and one to spare */

struct scan {
	char *p;
	const char *end;
	unsigned int line;
	unsigned int open[DEPTH_MAX]; /* the lines of the open braces */
	unsigned int depth;
	const char *error;
	unsigned int error_line;
};

static void
fail(struct scan *s, unsigned int line, const char *error)
{
	s->error = error;
	s->error_line = line;
}

static void
blank(struct scan *s, size_t n)
{
	memset(s->p, ' ', n);
	s->p += n;
}

static void
blank_to_end_of_line(struct scan *s)
{
	while (s->p < s->end && *s->p != '\n')
		blank(s, 1);
}

static void
blank_comment(struct scan *s)
{
	unsigned int begin = s->line;

	blank(s, 2);
	while (strncmp(s->p, "*/", 2) != 0) {
		if (s->p >= s->end) {
			fail(s, begin, "this comment never ends: close it with */");
			return;
		}
		if (*s->p == '\n') {
			s->line++;
			s->p++;
		} else
			blank(s, 1);
	}
	blank(s, 2);
}

/* \0, \000, \x0: the value would end there. */
static bool
makes_zero(const char *p)
{
	if (p[1] == 'x' && isxdigit((unsigned char)p[2]))
		return p[2] == '0' && (!isxdigit((unsigned char)p[3]) || p[3] == '0');
	if (p[1] != '0')
		return false;
	return (p[2] < '1' || p[2] > '7') && (p[2] != '0' || p[3] < '1' || p[3] > '7');
}

static void
skip_string(struct scan *s)
{
	unsigned int begin = s->line;
	char quote = *s->p++;

	for (; s->p < s->end && *s->p != quote; s->p++) {
		if (*s->p == '\n') {
			fail(s, begin,
			    "this string does not end on its line: close it, or "
			    "write \\n for a new line");
			return;
		}
		if (quote == '"' && s->p[0] == '$' && s->p[1] == '{') {
			fail(s, s->line,
			    "${...} is not replaced here: write the value, or "
			    "put it between single quotes");
			return;
		}
		if (*s->p == '\0') {
			fail(s, s->line, "a string cannot hold a zero byte");
			return;
		}
		if (*s->p != '\\')
			continue;
		if (quote == '"' && makes_zero(s->p)) {
			fail(s, s->line, "a string cannot hold a zero byte");
			return;
		}
		if (s->p[1] != '\n' && s->p + 1 < s->end)
			s->p++;
	}
	if (s->p >= s->end)
		fail(s, begin, "this string never ends: close it");
	s->p++;
}

static void
brace(struct scan *s)
{
	if (*s->p == '{' && s->depth == DEPTH_MAX)
		fail(s, s->line, "too many braces inside one another");
	else if (*s->p == '{')
		s->open[s->depth++] = s->line;
	else if (s->depth == 0)
		fail(s, s->line, "this } closes nothing: there is one too many above");
	else
		s->depth--;
	s->p++;
}

static void
bare_word(struct scan *s)
{
	while (
	    s->p < s->end && !isspace((unsigned char)*s->p) && strchr("#\"'={},", *s->p) == NULL) {
		unsigned char c = (unsigned char)*s->p;

		if (c == '+' && s->p[1] == '=')
			break;
		if (c == '$' && s->p[1] == '{')
			fail(s, s->line, "${...} is not replaced here: write the value");
		else if (c < ' ' || c == 0x7f)
			fail(s, s->line, "a control character: is this a text file?");
		else if (strchr("()*+", c) != NULL ||
		    (c == '/' && (s->p[1] == '/' || s->p[1] == '*')))
			fail(s, s->line, "( ) * + // and /* need quotes around the value");
		if (s->error != NULL)
			return;
		s->p++;
	}
}

static void
scan_token(struct scan *s)
{
	switch (*s->p) {
	case '\0':
		fail(s, s->line, "a zero byte: is this a text file?");
		break;
	case '\n':
		s->line++;
		s->p++;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\f':
	case '\v':
		blank(s, 1);
		break;
	case '#':
		blank_to_end_of_line(s);
		break;
	case '"':
	case '\'':
		skip_string(s);
		break;
	case '{':
	case '}':
		brace(s);
		break;
	case '=':
	case ',':
		s->p++;
		break;
	case '+':
		if (s->p[1] != '=')
			bare_word(s);
		else
			s->p += 2;
		break;
	case '/':
		if (s->p[1] == '/')
			blank_to_end_of_line(s);
		else if (s->p[1] == '*')
			blank_comment(s);
		else
			bare_word(s);
		break;
	default:
		bare_word(s);
	}
}

int
lexical_clean(struct source *source, struct report *r)
{
	struct scan s = { .p = source->text, .end = source->text + source->len, .line = 1 };

	if (source->len >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		blank(&s, 3); /* a byte order mark */
	while (s.p < s.end && s.error == NULL)
		scan_token(&s);
	if (s.error == NULL && s.depth > 0)
		fail(&s, s.open[s.depth - 1], "this { is never closed");
	if (s.error == NULL)
		return 0;
	report_at(r, (struct place){ source, s.error_line }, "%s", s.error);
	return -1;
}
