/*
 * Between reading the files and understanding them: where the parser's process
 * gives up its rights.
 */
#ifndef CONF_READ_H
#define CONF_READ_H

#include "conf/raw.h"
#include "conf/source.h"

/* NULL when there is any error, also one that is in the report already. */
struct conf *conf_understand(struct sources *, struct report *, struct conf_errors *);

/* What may travel as JSON. */
#define CONF_JSON_MAX (16 * 1024 * 1024)

#endif
