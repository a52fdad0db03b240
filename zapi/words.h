/*
 * Messages as words, or as the members of a JSON object: what zapidump prints and failing
 * tests show. Takes decoded messages; must not know where they come from.
 */
#ifndef ZAPI_WORDS_H
#define ZAPI_WORDS_H

#include "zapi/message.h"
#include "zapi/phrase.h"

/* No message needs more, in either form. */
#define ZAPI_WORDS_MAX 4096

/*
 * The fields of a message behind its name: "connect 10.1.53.1/32 dev 1 metric 20 tag 53".
 * Nothing for a command that this client has no use for.
 */
void zapi_words(
    struct phrase *, const struct zapi_dialect *, enum zapi_direction, const struct zapi_msg *);

#endif
