/*
 * Words of the file as values, and back: durations, numbers, names, DNS types.
 * Knows no option and no section.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	const char *name;
	unsigned int value;
};

/* By exact name; NULL: none. */
const struct word *word_find(const struct word *, const char *name);
const char *word_name(const struct word *, unsigned int value);
/* "a, b or c". Returns buf. */
char *words_list(const struct word *, char *buf, size_t size);

/* The word nearest to one that is unknown: start with { .word = w }, try all, look at best. */
struct nearest {
	const char *word;
	const char *best; /* NULL: none is near enough */
	size_t distance;
};
void nearest_try(struct nearest *, const char *candidate);

/* "1.5s" as ms. NULL, or why not. */
const char *time_parse(const char *text, int64_t *ms);
#define TIME_STRLEN 32
/* In the largest unit that needs no more than a decimal point: "1.5s". Returns buf. */
char *time_print(int64_t ms, char buf[TIME_STRLEN]);
/* A whole decimal number that is not negative. NULL, or why not. */
const char *number_parse(const char *text, int64_t *);

/* Of a service or check: goes into logs, metrics and environments. */
bool name_is_good(const char *);

/* The number of a record type ("SOA", "TYPE65"); -1: unknown. */
int rr_type(const char *name);
/* The number of an rcode ("NXDOMAIN", "RCODE3"), 0-23; -1: unknown. */
int rcode_number(const char *name);
/* Is it a domain name in presentation form? NULL, or why not. */
const char *domain_check(const char *name);

#endif
