/*
 * What strangers sent, made fit for one line of a log or of JSON. Knows
 * nothing else.
 */
#include "checks/text.h"

#include <stdbool.h>
#include <string.h>

/* The length of the UTF-8 character at s, which ends with a zero; 0: none that is right. */
static size_t
utf8_length(const unsigned char *s)
{
	size_t n, i;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* too long a form, surrogates, beyond U+10FFFF, controls U+0080–U+009F */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f) ||
	    (s[0] == 0xc2 && s[1] < 0xa0))
		return 0;
	return n;
}

void
text_clean(char *text)
{
	unsigned char *s = (unsigned char *)text;
	size_t n, len;

	while (*s != '\0') {
		if (*s < 0x20 || *s == 0x7f)
			*s++ = ' ';
		else if (*s < 0x80)
			s++;
		else if ((n = utf8_length(s)) > 0)
			s += n;
		else
			*s++ = '?';
	}
	for (len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
}

const char *
text_first_line(char *buf, size_t size, const char *text)
{
	size_t len;

	text += strspn(text, "\r\n\t ");
	len = strcspn(text, "\r\n");
	if (len > size - 1)
		len = size - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return buf;
}
