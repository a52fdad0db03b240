/*
 * A conf from JSON text, by the same tables as the file: conf_from_json. A process
 * with rights reads here what one without wrote, so nothing is believed that types,
 * ranges and validate.c do not say.
 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "conf/fill.h"
#include "conf/read.h"

#define DEPTH_MAX 8
#define STRING_MAX 4096

/* One object that is read: every member must be asked for. */
struct in {
	struct json_object *object;
	int used;
	bool bad;
};

static struct json_object *
member(struct in *in, const char *name)
{
	struct json_object *o = NULL;

	if (!json_object_object_get_ex(in->object, name, &o))
		in->bad = true;
	in->used++;
	return o;
}

static int64_t
read_number(struct in *in, struct json_object *o, int64_t min, int64_t max)
{
	int64_t n = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : min - 1;

	if (n >= min && n <= max)
		return n;
	in->bad = true;
	return min;
}

/* Never NULL: what is no string is bad, and empty. */
static const char *
read_string(struct in *in, struct json_object *o)
{
	const char *s;

	if (json_object_is_type(o, json_type_string)) {
		s = json_object_get_string(o);
		if (strlen(s) == (size_t)json_object_get_string_len(o) && strlen(s) <= STRING_MAX)
			return s;
	}
	in->bad = true;
	return "";
}

/* The length of an array, within bounds. */
static size_t
read_length(struct in *in, struct json_object *o, size_t min, size_t max)
{
	size_t n = json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;

	if (json_object_is_type(o, json_type_array) && n >= min && n <= max)
		return n;
	in->bad = true;
	return 0;
}

static void
read_text(struct in *in, const struct keyword *k, struct json_object *o, char *field)
{
	const char *text;
	char *copy;

	if (o == NULL)
		return;
	text = read_string(in, o);
	in->bad |= keyword_check_text(k, text) != NULL;
	copy = must_dup(text);
	memcpy(field, &copy, sizeof(copy));
}

static char **
read_strings(struct in *in, const struct keyword *k, struct json_object *o, size_t *n)
{
	char **list;

	*n = read_length(in, o, (size_t)k->min, (size_t)k->max);
	list = must_alloc(*n + 1, sizeof(char *));
	for (size_t i = 0; i < *n; i++) {
		list[i] = must_dup(read_string(in, json_object_array_get_idx(o, i)));
		in->bad |= keyword_check_text(k, list[i]) != NULL;
		in->bad |= list[i][0] == '\0' && k->type == VALUE_STRINGS;
	}
	return list;
}

static void
read_prefixes(struct in *in, const struct keyword *k, struct json_object *o, struct conf_service *s)
{
	size_t n = read_length(in, o, (size_t)k->min, (size_t)k->max);

	s->prefixes = must_alloc(n, sizeof(*s->prefixes));
	for (; s->nprefixes < n; s->nprefixes++)
		if (prefix_parse(&s->prefixes[s->nprefixes],
			read_string(in, json_object_array_get_idx(o, s->nprefixes))) == -1)
			in->bad = true;
}

static void
read_listen(struct in *in, struct json_object *o, struct conf_check *c)
{
	const char *text = o != NULL ? read_string(in, o) : NULL;

	if (text == NULL)
		return;
	c->any_address = strcmp(text, "any") == 0;
	if (!c->any_address &&
	    (prefix_parse(&c->listen, text) == -1 || !prefix_is_host(&c->listen)))
		in->bad = true;
}

static void
read_numbers(struct in *in, const struct keyword *k, struct json_object *o, char *field)
{
	const struct word *w;
	int64_t min = k->min, max = k->max, n = 0;
	uint32_t n32;
	uint16_t n16;

	if (k->type == VALUE_WORD) {
		if ((w = word_find(k->words, read_string(in, o))) == NULL)
			in->bad = true;
		else
			n = w->value;
	} else {
		if (k->type == VALUE_WORDS) {
			min = max = 0;
			for (w = k->words; w->name != NULL; w++)
				max |= w->value;
		} else if (k->type == VALUE_RCODES) {
			min = 1;
			max = (1 << 24) - 1;
		}
		n = read_number(in, o, min, max);
	}
	n32 = (uint32_t)n;
	n16 = (uint16_t)n;
	if (k->type == VALUE_TIME)
		memcpy(field, &n, sizeof(n));
	else if (k->type == VALUE_NUMBER16)
		memcpy(field, &n16, sizeof(n16));
	else
		memcpy(field, &n32, sizeof(n32));
}

static void
read_value(struct in *in, const struct keyword *k, void *base)
{
	struct json_object *o = member(in, k->name);
	char *field = (char *)base + k->offset;
	struct conf_check *c = base;
	bool yes = json_object_get_boolean(o);
	size_t n;

	switch (k->type) {
	case VALUE_TIME:
	case VALUE_NUMBER16:
	case VALUE_NUMBER32:
	case VALUE_WORD:
	case VALUE_WORDS:
	case VALUE_REQUIRE:
	case VALUE_RCODES:
		read_numbers(in, k, o, field);
		break;
	case VALUE_YESNO:
		in->bad |= !json_object_is_type(o, json_type_boolean);
		memcpy(field, &yes, sizeof(yes));
		break;
	case VALUE_LISTEN:
		read_listen(in, o, c);
		break;
	case VALUE_PREFIXES:
		read_prefixes(in, k, o, base);
		break;
	case VALUE_STRINGS:
		c->answers = read_strings(in, k, o, &c->nanswers);
		break;
	case VALUE_COMMAND:
		c->argv = read_strings(in, k, o, &n);
		in->bad |= n == 0 || c->argv[0][0] != '/';
		break;
	default:
		read_text(in, k, o, field);
		break;
	}
}

/* All members asked for? Returns whether it was good. */
static bool
finish(struct in *in)
{
	return !in->bad && json_object_object_length(in->object) == in->used;
}

static void
read_block(struct in *in, enum block block, void *base, unsigned int kinds)
{
	for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
		if (k->offset != NOWHERE && (block != BLOCK_CHECK || (k->kinds & kinds) != 0))
			read_value(in, k, base);
}

static bool
read_check(struct json_object *o, struct conf_check *c)
{
	struct in in = { .object = o };
	const struct word *kind;

	c->name = must_dup("");
	if (!json_object_is_type(o, json_type_object))
		return false;
	free(c->name);
	c->name = must_dup(read_string(&in, member(&in, "name")));
	c->line = (unsigned int)read_number(&in, member(&in, "line"), 0, INT32_MAX);
	kind = word_find(check_kind_words, read_string(&in, member(&in, "kind")));
	if (kind == NULL)
		return false;
	in.used--; /* it is read again */
	read_block(&in, BLOCK_CHECK, c, 1u << kind->value);
	if (c->kind == CHECK_DNS) {
		c->qtype = (uint16_t)read_number(&in, member(&in, "type"), 1, UINT16_MAX);
		in.bad |= c->qname == NULL || domain_check(c->qname) != NULL;
	}
	if (c->kind == CHECK_DNS || c->kind == CHECK_TCP)
		in.bad |= (c->server == NULL) != (c->target == TARGET_SERVICE);
	return finish(&in);
}

static bool
read_service(struct json_object *o, struct conf_service *s)
{
	struct in in = { .object = o };
	struct json_object *checks;
	size_t n;

	s->name = must_dup("");
	if (!json_object_is_type(o, json_type_object))
		return false;
	free(s->name);
	s->name = must_dup(read_string(&in, member(&in, "name")));
	s->file = must_dup(read_string(&in, member(&in, "file")));
	s->line = (unsigned int)read_number(&in, member(&in, "line"), 0, INT32_MAX);
	read_block(&in, BLOCK_SERVICE, s, 0);
	checks = member(&in, "checks");
	n = read_length(&in, checks, 1, 64);
	s->checks = must_alloc(n, sizeof(*s->checks));
	for (; s->nchecks < n; s->nchecks++)
		in.bad |= !read_check(
		    json_object_array_get_idx(checks, s->nchecks), &s->checks[s->nchecks]);
	in.bad |= s->label == NULL || s->vrf == NULL ||
	    (s->interface == NULL && strcmp(s->vrf, CONF_VRF_DEFAULT) == 0);
	return finish(&in);
}

static bool
read_conf(struct json_object *o, struct conf *c)
{
	struct in in = { .object = o };
	struct json_object *services;
	struct report r = { .root = NULL };
	size_t n;

	if (!json_object_is_type(o, json_type_object))
		return false;
	read_block(&in, BLOCK_TOP, c, 0);
	for (unsigned int b = BLOCK_LOG; b < BLOCK_SERVICE; b++) {
		struct in block = { .object = member(&in, block_names[b]) };

		if (!json_object_is_type(block.object, json_type_object))
			return false;
		read_block(&block, (enum block)b, c, 0);
		in.bad |= !finish(&block);
	}
	services = member(&in, "services");
	n = read_length(&in, services, 0, SOURCES_SIZE / 16);
	c->services = must_alloc(n, sizeof(*c->services));
	for (; c->nservices < n; c->nservices++)
		in.bad |= !read_service(
		    json_object_array_get_idx(services, c->nservices), &c->services[c->nservices]);
	if (!finish(&in) || c->run_dir == NULL || c->state_dir == NULL || c->user == NULL ||
	    c->group == NULL || c->control_group == NULL || c->zebra_socket == NULL ||
	    c->dialect == NULL || c->vty_dir == NULL)
		return false;
	validate(c, &r);
	return r.count == 0;
}

struct conf *
conf_from_json(const char *text, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *o = NULL;
	struct conf *c = NULL;

	if (len > CONF_JSON_MAX || (tokener = json_tokener_new_ex(DEPTH_MAX)) == NULL) {
		errno = EINVAL;
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tokener, text, (int)len);
	if (json_tokener_get_error(tokener) == json_tokener_success && o != NULL) {
		c = must_alloc(1, sizeof(*c));
		if (!read_conf(o, c)) {
			conf_free(c);
			c = NULL;
		}
	}
	json_tokener_free(tokener);
	json_object_put(o);
	if (c == NULL)
		errno = EINVAL;
	return c;
}
