/*
 * Columns of text as wide as they must be.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>

struct table;

/* Headings separated by one blank. Ends the program without memory. */
struct table *table_new(const char *headings);
/* Fills the next cell, row by row. */
void table_add(struct table *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints it, rows and all, and frees it. */
void table_print(struct table *);

#endif
