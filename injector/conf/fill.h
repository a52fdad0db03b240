/*
 * From raw to struct conf: each value alone (fill), all of them together
 * (validate), and against this host (host).
 */
#ifndef CONF_FILL_H
#define CONF_FILL_H

#include "conf/raw.h"

/* A conf with all that could be understood, the rest zero; what could not is reported. */
struct conf *fill(const struct raw_section *root, struct report *);

/*
 * What options say together: prefixes, labels, times, protocols. Also what is asked of a conf
 * that came as JSON; the report has no root then, and only counts.
 */
void validate(const struct conf *, struct report *);

/* Programs that are missing or may not be run, users and groups that do not exist. */
void validate_host(const struct conf *, struct report *);

/* Whose option is meant: a service, a check of it, or (-1) none. */
struct where {
	int service, check;
	enum block block;   /* for those of no service */
	const char *option; /* NULL: the section as such */
	size_t value;	    /* which of the option's values */
	bool once;	    /* nothing more about this option */
};

/* Unless something was said about that option already. */
void report_where(struct report *, struct where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "file:line" of it. Returns buf. */
char *place_print(const struct report *, struct where, char *buf, size_t size);
/* Is it in the file? */
bool is_written(const struct report *, struct where);

#define OF_SERVICE(s, o) ((struct where){ .service = (int)(s), .check = -1, .option = (o) })
#define OF_CHECK(s, c, o) ((struct where){ .service = (int)(s), .check = (int)(c), .option = (o) })
#define OF_BLOCK(b, o) ((struct where){ .service = -1, .check = -1, .block = (b), .option = (o) })

#endif
