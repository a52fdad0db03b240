/*
 * A conf as JSON text, by the same tables as the file: conf_to_json. Knows no
 * option by its name but the ones that are made of two.
 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "conf/table.h"

static struct json_object *
string_or_null(const char *s)
{
	return s != NULL ? json_object_new_string(s) : NULL;
}

static struct json_object *
strings(char *const *list, size_t n)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(array, json_object_new_string(list[i]));
	return array;
}

static struct json_object *
prefixes(const struct prefix *list, size_t n)
{
	struct json_object *array = json_object_new_array();
	char text[PREFIX_STRLEN];

	for (size_t i = 0; i < n; i++)
		json_object_array_add(array, json_object_new_string(prefix_print(&list[i], text)));
	return array;
}

static struct json_object *
write_number(const struct keyword *k, const char *field)
{
	int64_t n;
	uint32_t n32;
	uint16_t n16;

	if (k->type == VALUE_TIME)
		memcpy(&n, field, sizeof(n));
	else if (k->type == VALUE_NUMBER16) {
		memcpy(&n16, field, sizeof(n16));
		n = n16;
	} else {
		memcpy(&n32, field, sizeof(n32));
		n = n32;
	}
	if (k->type == VALUE_WORD)
		return string_or_null(word_name(k->words, n32));
	return json_object_new_int64(n);
}

static struct json_object *
write_listen(const struct conf_check *c)
{
	char text[PREFIX_STRLEN];

	if (c->any_address)
		return json_object_new_string("any");
	return c->listen.family == AF_UNSPEC
	    ? NULL
	    : json_object_new_string(prefix_print(&c->listen, text));
}

static struct json_object *
write_value(const struct keyword *k, const void *base)
{
	const struct conf_service *s = base;
	const struct conf_check *c = base;
	const char *field = (const char *)base + k->offset;
	char *text;
	size_t n;
	bool yes;

	switch (k->type) {
	case VALUE_TIME:
	case VALUE_NUMBER16:
	case VALUE_NUMBER32:
	case VALUE_WORD:
	case VALUE_WORDS:
	case VALUE_REQUIRE:
	case VALUE_RCODES:
		return write_number(k, field);
	case VALUE_YESNO:
		memcpy(&yes, field, sizeof(yes));
		return json_object_new_boolean(yes);
	case VALUE_LISTEN:
		return write_listen(c);
	case VALUE_PREFIXES:
		return prefixes(s->prefixes, s->nprefixes);
	case VALUE_STRINGS:
		return strings(c->answers, c->nanswers);
	case VALUE_COMMAND:
		for (n = 0; c->argv[n] != NULL; n++)
			;
		return strings(c->argv, n);
	default:
		memcpy(&text, field, sizeof(text));
		return string_or_null(text);
	}
}

static struct json_object *
write_block(enum block block, const void *base, unsigned int kinds)
{
	struct json_object *o = json_object_new_object();

	for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
		if (k->offset != NOWHERE && (block != BLOCK_CHECK || (k->kinds & kinds) != 0))
			json_object_object_add(o, k->name, write_value(k, base));
	return o;
}

static struct json_object *
write_service(const struct conf_service *s)
{
	struct json_object *o = write_block(BLOCK_SERVICE, s, 0), *checks, *check;

	json_object_object_add(o, "name", json_object_new_string(s->name));
	json_object_object_add(o, "file", json_object_new_string(s->file));
	json_object_object_add(o, "line", json_object_new_int64(s->line));
	checks = json_object_new_array();
	for (size_t i = 0; i < s->nchecks; i++) {
		const struct conf_check *c = &s->checks[i];

		check = write_block(BLOCK_CHECK, c, 1u << c->kind);
		json_object_object_add(check, "name", json_object_new_string(c->name));
		json_object_object_add(check, "line", json_object_new_int64(c->line));
		if (c->kind == CHECK_DNS)
			json_object_object_add(check, "type", json_object_new_int64(c->qtype));
		json_object_array_add(checks, check);
	}
	json_object_object_add(o, "checks", checks);
	return o;
}

char *
conf_to_json(const struct conf *conf)
{
	struct json_object *o = write_block(BLOCK_TOP, conf, 0), *services;
	const char *text;
	char *copy = NULL;

	for (unsigned int b = BLOCK_LOG; b < BLOCK_SERVICE; b++)
		json_object_object_add(o, block_names[b], write_block((enum block)b, conf, 0));
	services = json_object_new_array();
	for (size_t i = 0; i < conf->nservices; i++)
		json_object_array_add(services, write_service(&conf->services[i]));
	json_object_object_add(o, "services", services);
	text = json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		copy = strdup(text);
	json_object_put(o);
	if (copy == NULL)
		errno = ENOMEM;
	return copy;
}
