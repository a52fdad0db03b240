/*
 * What the engine knows, as the JSON of doc/words.md. Each function returns an
 * object of its own, or NULL when there is no memory.
 */
#ifndef ENGINE_SHOW_H
#define ENGINE_SHOW_H

#include <stdint.h>

/* How an object becomes a line: json_object_to_json_string_ext(). */
#define JSON_LINE (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct log_event;
struct json_object;
struct member;
struct world;

struct json_object *show_services(const struct world *);
struct json_object *show_routes(const struct world *);
struct json_object *show_checks(const struct world *, int64_t now_us);
struct json_object *show_zebra(const struct world *);

/* One service from end to end: objects, and the chain in words. */
struct json_object *show_why(const struct world *, const struct member *, int64_t now_us);

/* As `monitor` prints it and hooks read it. */
struct json_object *show_event(const struct log_event *);

#endif
