/*
 * One option's values into the struct, by its row of the table: types, ranges,
 * words. Knows no other option beside it.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/store.h"
#include "zapi/dialect.h"

struct store {
	const struct keyword *key;
	char *field; /* into the struct */
	char *base;
	struct raw_option *option;
	struct report *report;
};

static void wrong(const struct store *, size_t value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "tag = 70000 is out of range: 1 to 65535" */
static void
wrong(const struct store *s, size_t value, const char *fmt, ...)
{
	struct place place = s->option->place;
	char text[512], shown[SHOW_STRLEN];
	va_list ap;

	place.line = s->option->values[value].line;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->option->told = true;
	report_at(s->report, place, "%s = %s %s", s->key->name,
	    s->option->values[value].text[0] != '\0' ? show(s->option->values[value].text, shown)
						     : "\"\"",
	    text);
}

static void
wrong_word(const struct store *s, size_t value)
{
	struct nearest near = { .word = s->option->values[value].text };
	char list[128];

	for (const struct word *w = s->key->words; w->name != NULL; w++)
		nearest_try(&near, w->name);
	words_list(s->key->words, list, sizeof(list));
	if (near.best != NULL)
		wrong(s, value, "is unknown: did you mean %s? (%s)", near.best, list);
	else
		wrong(s, value, "is unknown: write %s", list);
}

static void
set_number(const struct store *s, int64_t n)
{
	uint16_t n16 = (uint16_t)n;
	uint32_t n32 = (uint32_t)n;

	if (s->key->offset == NOWHERE)
		return;
	if (s->key->type == VALUE_TIME)
		memcpy(s->field, &n, sizeof(n));
	else if (s->key->type == VALUE_NUMBER16)
		memcpy(s->field, &n16, sizeof(n16));
	else
		memcpy(s->field, &n32, sizeof(n32));
}

static void
store_number(const struct store *s, const char *text)
{
	const char *why;
	char range[64];
	int64_t n = 0;

	if (s->key->type == VALUE_TIME)
		why = time_parse(text, &n);
	else
		why = number_parse(text, &n);
	if (why != NULL)
		wrong(s, 0, "%s", why);
	else if (n < s->key->min || n > s->key->max)
		wrong(s, 0, "is out of range: %s", keyword_range(s->key, range, sizeof(range)));
	else
		set_number(s, n);
}

static void
store_require(const struct store *s, const char *text)
{
	if (strcmp(text, "all") == 0)
		set_number(s, REQUIRE_ALL);
	else if (strcmp(text, "any") == 0)
		set_number(s, REQUIRE_ANY);
	else if (strspn(text, "0123456789") != strlen(text))
		wrong(s, 0, "is unknown: write all, any or a number");
	else
		store_number(s, text);
}

static void
store_yesno(const struct store *s, const char *text)
{
	bool yes = strcmp(text, "yes") == 0;

	if (!yes && strcmp(text, "no") != 0)
		wrong(s, 0, "is unknown: write yes or no");
	memcpy(s->field, &yes, sizeof(yes));
}

static void
store_words(const struct store *s)
{
	unsigned int bits = 0, value;

	for (size_t i = 0; i < s->option->nvalues; i++) {
		const struct word *w = word_find(s->key->words, s->option->values[i].text);

		if (w == NULL) {
			wrong_word(s, i);
			continue;
		}
		value = w->value;
		bits |= value;
		if (s->key->type == VALUE_WORD)
			memcpy(s->field, &value, sizeof(value));
	}
	if (s->key->type == VALUE_WORDS)
		memcpy(s->field, &bits, sizeof(bits));
}

static void
store_text(const struct store *s, const char *text)
{
	const char *why = keyword_check_text(s->key, text);
	char *copy;

	if (why != NULL)
		wrong(s, 0, "%s", why);
	if (why == NULL && s->key->type == VALUE_DIALECT && strcmp(text, "auto") != 0)
		text = zapi_dialect_find(text)->name;
	copy = must_dup(text);
	memcpy(s->field, &copy, sizeof(copy));
}

static void
store_query(const struct store *s, const char *text)
{
	struct conf_check *c = (void *)s->base;
	size_t n = strcspn(text, " \t");
	const char *type = text + n + strspn(text + n, " \t"), *why;
	int number;

	c->qname = must_dup(text);
	c->qname[n] = '\0';
	if (*type == '\0') {
		wrong(s, 0, "has no type: write a name and a type, as in \"example.com SOA\"");
		return;
	}
	if ((why = domain_check(c->qname)) != NULL)
		wrong(s, 0, "is no query: %s", why);
	else if ((number = rr_type(type)) == -1)
		wrong(s, 0, "has an unknown type: those without a name are written as TYPE65");
	else if (number == 0 || number == 41 || (number >= 249 && number <= 254))
		wrong(s, 0, "cannot be asked: that type is for transfers and signatures");
	else
		c->qtype = (uint16_t)number;
}

static void
store_rcodes(const struct store *s)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < s->option->nvalues; i++) {
		int n = rcode_number(s->option->values[i].text);

		if (n == -1)
			wrong(s, i, "is no rcode: write NOERROR, NXDOMAIN, or a number as RCODE12");
		else
			bits |= 1u << n;
	}
	memcpy(s->field, &bits, sizeof(bits));
}

static void
store_listen(const struct store *s, const char *text)
{
	struct conf_check *c = (void *)s->base;

	c->any_address = strcmp(text, "any") == 0;
	if (!c->any_address &&
	    (prefix_parse(&c->listen, text) == -1 || !prefix_is_host(&c->listen)))
		wrong(s, 0, "is not an address: write one, or any");
}

static void
store_prefixes(const struct store *s)
{
	struct conf_service *service = (void *)s->base;
	size_t n = s->option->nvalues;
	char hint[160];

	service->prefixes = must_alloc(n, sizeof(*service->prefixes));
	for (size_t i = 0; i < n; i++) {
		struct prefix *p = &service->prefixes[service->nprefixes];
		const char *text = s->option->values[i].text;
		const char *why = prefix_read(p, text, hint, sizeof(hint));

		if (why == NULL)
			why = prefix_refuse(p, hint, sizeof(hint));
		if (why != NULL) {
			wrong(s, i, "%s", why);
			p->family = AF_UNSPEC;
		}
		service->nprefixes++; /* keeps its number: messages find their line by it */
	}
	s->option->told = false; /* the others may have faults of their own */
}

static void
store_strings(const struct store *s)
{
	struct conf_check *c = (void *)s->base;
	size_t n = s->option->nvalues;
	char **list = must_alloc(n + 1, sizeof(char *));

	for (size_t i = 0; i < n; i++) {
		const char *why = keyword_check_text(s->key, s->option->values[i].text);

		if (why == NULL && s->option->values[i].text[0] == '\0' &&
		    s->key->type == VALUE_STRINGS)
			why = "is empty";
		if (why != NULL)
			wrong(s, i, "%s", why);
		list[i] = must_dup(s->option->values[i].text);
	}
	if (s->key->type == VALUE_COMMAND) {
		c->argv = list;
		if (list[0][0] != '/')
			wrong(s, 0, "is not an absolute path: begin with a slash");
		return;
	}
	c->answers = list;
	c->nanswers = n;
}

/* Too many values, or for a list more than it may have. */
static bool
too_many(const struct store *s)
{
	bool list = keyword_is_list(s->key);
	size_t max = list ? (size_t)s->key->max : 1;

	if (s->option->nvalues <= max)
		return false;
	s->option->told = true;
	report_at(s->report, s->option->place, "%s has %zu values: it takes %s%lld", s->key->name,
	    s->option->nvalues, list ? "no more than " : "", (long long)max);
	return true;
}

void
store_option(const struct keyword *k, void *base, struct raw_option *o, struct report *r)
{
	struct store s = { .key = k, .base = base, .option = o, .report = r };
	const char *text = o->values[0].text;

	s.field = s.base + (k->offset == NOWHERE ? 0 : k->offset);
	if (o->told || too_many(&s))
		return;
	switch (k->type) {
	case VALUE_TIME:
	case VALUE_NUMBER16:
	case VALUE_NUMBER32:
		store_number(&s, text);
		break;
	case VALUE_REQUIRE:
		store_require(&s, text);
		break;
	case VALUE_YESNO:
		store_yesno(&s, text);
		break;
	case VALUE_WORD:
	case VALUE_WORDS:
		store_words(&s);
		break;
	case VALUE_QUERY:
		store_query(&s, text);
		break;
	case VALUE_RCODES:
		store_rcodes(&s);
		break;
	case VALUE_LISTEN:
		store_listen(&s, text);
		break;
	case VALUE_PREFIXES:
		store_prefixes(&s);
		break;
	case VALUE_STRINGS:
	case VALUE_COMMAND:
		store_strings(&s);
		break;
	default:
		store_text(&s, text);
		break;
	}
}
