/*
 * From text to raw: the lexical rules that libconfuse does not keep, and the
 * parse itself. Knows the names of the options, not what they mean.
 */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include "conf/raw.h"

/*
 * Takes comments out and refuses what libconfuse would read as something else: braces that are
 * not closed, ${…}, characters it drops. 0, or -1 with the reason reported.
 */
int lexical_clean(struct source *, struct report *);

/* Adds one file to root. 0, or -1: its syntax is wrong, which was reported. */
int parse_source(struct raw_section *root, struct source *, struct report *);

/* Says of each unknown word which one may have been meant. */
void report_unknown(const struct raw_section *root, struct report *);

#endif
