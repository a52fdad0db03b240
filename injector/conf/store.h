/*
 * One option's values into the struct, by its row of the table.
 */
#ifndef CONF_STORE_H
#define CONF_STORE_H

#include "conf/raw.h"

#define REQUIRE_ALL 0u
#define REQUIRE_ANY UINT32_MAX

/* Checks and stores; base: the struct of the row's block. What is wrong is reported. */
void store_option(const struct keyword *, void *base, struct raw_option *, struct report *);

/* NULL, or why it is no prefix; may make the text in buf. */
const char *prefix_read(struct prefix *, const char *text, char *buf, size_t size);
/* NULL, or why nobody may announce it. */
const char *prefix_refuse(const struct prefix *, char *buf, size_t size);

#endif
