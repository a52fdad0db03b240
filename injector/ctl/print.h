/*
 * Answers of the daemon for people.
 */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include <stdbool.h>

struct json_object;

/* `what` of show, as its answer has it; true: all is well with it. */
bool print_show(const char *what, struct json_object *answer);
/* The same judgement without printing. */
bool print_is_well(const char *what, struct json_object *answer);
void print_why(struct json_object *answer);
/* An event of `monitor`, as the log has it. */
void print_event(struct json_object *event);

#endif
