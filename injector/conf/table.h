/*
 * The options of the file, one table a block: name, type, range, default and
 * what the man page says. Parser, range checks, hints, JSON and page use it.
 */
#ifndef CONF_TABLE_H
#define CONF_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"
#include "conf/value.h"

enum block {
	BLOCK_TOP,
	BLOCK_LOG,
	BLOCK_ZEBRA,
	BLOCK_HOOK,
	BLOCK_SERVICE,
	BLOCK_CHECK,
	BLOCKS,
	BLOCK_UNKNOWN = BLOCKS, /* a section the file should not have */
};

enum value_type {
	VALUE_STRING,	 /* char * */
	VALUE_PATH,	 /* char *: absolute */
	VALUE_ACCOUNT,	 /* char *: a user or group */
	VALUE_INTERFACE, /* char * */
	VALUE_VRF,	 /* char * */
	VALUE_DIALECT,	 /* char *: "auto" or the name of a row */
	VALUE_ADDRESS,	 /* char *: an address */
	VALUE_TIME,	 /* int64_t, ms */
	VALUE_NUMBER16,	 /* uint16_t */
	VALUE_NUMBER32,	 /* uint32_t */
	VALUE_WORD,	 /* an enum */
	VALUE_WORDS,	 /* unsigned int: bits */
	VALUE_YESNO,	 /* bool */
	VALUE_REQUIRE,	 /* unsigned int: all, any or a number */
	VALUE_QUERY,	 /* conf_check.qname and .qtype */
	VALUE_RCODES,	 /* uint32_t: bits */
	VALUE_LISTEN,	 /* conf_check.any_address and .listen */
	VALUE_PREFIXES,	 /* conf_service.prefixes */
	VALUE_STRINGS,	 /* conf_check.answers */
	VALUE_COMMAND,	 /* conf_check.argv */
};

#define NOWHERE SIZE_MAX

struct keyword {
	const char *name;
	enum value_type type;
	int64_t min, max;	  /* ms, numbers, bytes of a string, items of a list */
	const char *def;	  /* as one would write it; NULL: none, or made from others */
	const char *otherwise;	  /* what it is then, for the man page */
	unsigned int kinds;	  /* check: a bit per kind it belongs to */
	const struct word *words; /* VALUE_WORD, VALUE_WORDS */
	size_t offset;		  /* NOWHERE: a default for the checks of the service */
	const char *example;	  /* the value, as one would write it */
	const char *text;	  /* mdoc */
};

extern const struct keyword *const block_keywords[BLOCKS]; /* each ends with name NULL */
extern const char *const block_names[BLOCKS];		   /* "service"; "" for BLOCK_TOP */
extern const struct word check_kind_words[];

const struct keyword *keyword_find(enum block, const char *name);
/* Is it one whose value is a list in braces? */
bool keyword_is_list(const struct keyword *);
/* "1 to 65535", "50ms to 1h", "a, b or c". Returns buf. */
char *keyword_range(const struct keyword *, char *buf, size_t size);

/*
 * What is wrong with a string, an account, a path …; NULL: nothing. Looks at the text alone,
 * not at this host.
 */
const char *keyword_check_text(const struct keyword *, const char *text);

/*
 * Copies a man page, with what stands between ".\" options BLOCK" and ".\" end" made anew.
 */
void table_page(FILE *in, FILE *out);

#endif
