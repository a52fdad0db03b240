/*
 * What the file says, as it was written: sections, options, values as text, each
 * with its place; and the messages about it. Knows no meaning.
 */
#ifndef CONF_RAW_H
#define CONF_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/source.h"
#include "conf/table.h"

struct place {
	const struct source *file; /* NULL: nowhere */
	unsigned int line;	   /* 0: the file as such */
};

struct raw_value {
	char *text;
	unsigned int line;
};

struct raw_option {
	const struct keyword *key;
	struct place place;
	struct raw_value *values;
	size_t nvalues;
	bool told; /* something was said about it: spare people what follows from that */
};

/* A word nobody knows: an option, or a section. */
struct raw_unknown {
	char *name;
	bool section;
	struct place place;
};

struct raw_section {
	enum block block;
	char *title; /* NULL: none */
	struct place place;
	struct raw_option *options;
	size_t noptions;
	struct raw_children {
		struct raw_section **list;
		size_t count;
	} children[BLOCKS + 1]; /* by block */
	struct raw_unknown *unknown;
	size_t nunknown;
};

struct raw_section *raw_new(enum block, const char *title, struct place);
void raw_free(struct raw_section *);
struct raw_section *raw_add_child(struct raw_section *, struct raw_section *child);
/* The option there, or NULL. */
struct raw_option *raw_option(const struct raw_section *, const char *name);
struct raw_option *raw_add_option(struct raw_section *, const struct keyword *, struct place);
void raw_add_value(struct raw_option *, const char *text, unsigned int line);
void raw_add_unknown(struct raw_section *, const char *name, bool section, struct place);
/* The n-th child of that block, or NULL. */
struct raw_section *raw_child(const struct raw_section *, enum block, size_t n);

struct message {
	struct place place;
	size_t order;
	char *text;
};

struct report {
	const struct raw_section *root; /* NULL: no file, the messages only count */
	struct message *messages;
	size_t count;
};

void report_at(struct report *, struct place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* In file order, as struct conf_errors wants them; the report is empty then. */
void report_finish(struct report *, struct conf_errors *);
/* Text as it may be shown: short, and without control characters. Returns buf. */
#define SHOW_STRLEN 72
char *show(const char *text, char buf[SHOW_STRLEN]);

/* Memory for the parser, which may end when there is none. */
void *must_alloc(size_t count, size_t size);
void *must_grow(void *, size_t count, size_t size);
char *must_dup(const char *);

#endif
