/*
 * What the body of a message should have been, in words: said of one that does not fit.
 */
#ifndef ZAPI_EXPECTED_H
#define ZAPI_EXPECTED_H

#include "zapi/message.h"

/* Enough for each of them. */
#define ZAPI_EXPECTED_MAX 512

/* "type u8, instance u16, flags u32, …" */
void zapi_expected(
    const struct zapi_dialect *, enum zapi_direction, enum zapi_command, char *buf, size_t size);

#endif
