/*
 * A recorded file, printed. Must not know sockets.
 */
#ifndef DUMP_PLAY_H
#define DUMP_PLAY_H

#include <stdio.h>

#include "dump/print.h"

/*
 * Prints all records of the file. forced: the dialect to print them in; NULL: the one the
 * file names, else the one its messages tell (then the file must be one that can be read
 * twice). raw: in none. 0, or -1 and a text that says what is wrong, and where.
 */
int play_file(
    FILE *, const struct zapi_dialect *forced, bool raw, struct print *, char *error, size_t size);

#endif
