/*
 * What numbers are called: commands, types of routes, errors. As data; must not know messages.
 */
#ifndef ZAPI_NAMES_H
#define ZAPI_NAMES_H

#include <stdint.h>

#include "zapi/dialect.h"

/* "ROUTE_ADD"; one meaning has one name in all dialects. "unknown" for ZAPI_OTHER. */
const char *zapi_command_name(enum zapi_command);
/* "connect". NULL: the type has no name, or not the same one in all releases of the dialect. */
const char *zapi_type_name(const struct zapi_dialect *, uint8_t type);
/* "no such vrf". NULL: no name. */
const char *zapi_error_name(uint32_t error);
/* What became of a route, as its owner is told: "installed". NULL: no name. */
const char *zapi_note_name(uint32_t note);

#endif
