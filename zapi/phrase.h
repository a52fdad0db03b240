/*
 * Fields in a bounded buffer, as words for people ("tag 53") or as members of a JSON
 * object ("tag":53). What comes from a stranger is escaped in both. Must not know messages.
 */
#ifndef ZAPI_PHRASE_H
#define ZAPI_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phrase_form { PHRASE_TEXT, PHRASE_JSON };

struct phrase {
	char *buf;
	size_t size, used; /* used < size; there is always a '\0' behind it */
	enum phrase_form form;
	bool cut;   /* something did not fit; nothing was added since */
	bool begun; /* the next field, or item of a list, needs a separator */
};

/* size > 0 */
void phrase_init(struct phrase *, enum phrase_form, char *buf, size_t size);

/* "key 53"; "key":53 */
void phrase_number(struct phrase *, const char *key, uint64_t value);
/* "key value"; "key":"value" */
void phrase_string(struct phrase *, const char *key, const char *value);
/* "value"; "key":"value" */
void phrase_word(struct phrase *, const char *key, const char *value);
/* "key"; "key":true */
void phrase_fact(struct phrase *, const char *key);
/* "key 00 1f"; "key":"001f" */
void phrase_hex(struct phrase *, const char *key, const uint8_t *bytes, size_t len);

/* A list: "key a,b"; "key":["a","b"] */
void phrase_list(struct phrase *, const char *key);
void phrase_item(struct phrase *, const char *value);
void phrase_list_end(struct phrase *);

/* Objects, in a list or alone: text puts nothing around them. key NULL: none. */
void phrase_open(struct phrase *, const char *key, char bracket);
void phrase_close(struct phrase *, char bracket);

#endif
