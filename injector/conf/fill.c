/*
 * From raw to struct conf: each section by its table, each option by its row,
 * then what is made from others. Knows nothing that concerns two sections.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/fill.h"
#include "conf/store.h"

/* The same option twice is a mistake, whether in one file or in two. */
static void
report_twice(const struct raw_section *s, struct report *r)
{
	for (size_t i = 0; i < s->noptions; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct raw_option *first = &s->options[j], *again = &s->options[i];

			if (first->key != again->key)
				continue;
			report_at(r, again->place, "%s is set twice: also at %s:%u",
			    again->key->name, first->place.file->name, first->place.line);
			break;
		}
	}
}

/* One option of one section: as written, as the service says for its checks, or its default. */
static void
fill_option(const struct keyword *k, void *base, const struct raw_section *s,
    const struct raw_section *parent, struct report *r)
{
	struct raw_option *o = s != NULL ? raw_option(s, k->name) : NULL;
	struct raw_value value = { .text = NULL };
	struct raw_option made = { .key = k, .values = &value, .nvalues = 1 };
	const struct keyword *of_service = keyword_find(BLOCK_SERVICE, k->name);

	if (o == NULL && parent != NULL && of_service != NULL && of_service->offset == NOWHERE)
		o = raw_option(parent, k->name);
	if (o != NULL) {
		store_option(k, base, o, r);
		return;
	}
	if (k->def == NULL)
		return;
	value.text = must_dup(k->def[0] == '"' ? "" : k->def);
	store_option(k, base, &made, r);
	free(value.text);
}

static void
fill_block(enum block block, void *base, const struct raw_section *s, struct report *r)
{
	if (s != NULL)
		report_twice(s, r);
	for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
		fill_option(k, base, s, NULL, r);
}

static void
report_foreign(
    const struct raw_section *s, const struct keyword *k, enum check_kind kind, struct report *r)
{
	struct raw_option *o = raw_option(s, k->name);
	char list[64] = "";
	size_t used = 0;

	if (o == NULL)
		return;
	for (const struct word *w = check_kind_words; w->name != NULL; w++)
		if (k->kinds & 1u << w->value)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
			    used > 0 ? " and " : "", w->name);
	o->told = true;
	report_at(r, o->place, "%s does not belong to a check of kind %s: it is for %s", k->name,
	    word_name(check_kind_words, kind), list);
}

static void
fill_check_derived(struct conf_check *c, const struct raw_section *s,
    const struct raw_section *service, struct report *r)
{
	const struct raw_option *server = raw_option(s, "server");

	if (raw_option(s, "timeout") == NULL && raw_option(service, "timeout") == NULL)
		c->timeout = c->interval < 500 ? c->interval : 500;
	if (raw_option(s, "fast") == NULL && raw_option(service, "fast") == NULL) {
		c->fast = c->interval / 4 > 100 ? c->interval / 4 : 100;
		c->fast = c->fast < c->interval ? c->fast : c->interval;
	}
	if (c->kind == CHECK_DNS && raw_option(s, "port") == NULL)
		c->port = 53;
	if (c->target != TARGET_SERVICE)
		return;
	if (server != NULL)
		report_at(r, server->place,
		    "server and target = service are both given: "
		    "leave one of them out");
	free(c->server);
	c->server = NULL;
}

static void
fill_check(struct conf_check *c, const struct raw_section *s, const struct raw_section *service,
    struct report *r)
{
	static const char *const required[] = { "query", "command", "protocol", "port" };
	const struct keyword *kind = keyword_find(BLOCK_CHECK, "kind");
	const struct raw_option *o = raw_option(s, "kind");
	bool known;

	c->name = must_dup(s->title);
	c->line = s->place.line;
	report_twice(s, r);
	if (o == NULL)
		report_at(r, s->place,
		    "check %s has no kind: write kind = dns, tcp, exec or listener", c->name);
	else
		fill_option(kind, c, s, NULL, r);
	known = o != NULL && !o->told;
	for (const struct keyword *k = kind + 1; known && k->name != NULL; k++) {
		if ((k->kinds & 1u << c->kind) != 0)
			fill_option(k, c, s, service, r);
		else
			report_foreign(s, k, c->kind, r);
	}
	if (!known)
		return;
	fill_check_derived(c, s, service, r);
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		const struct keyword *k = keyword_find(BLOCK_CHECK, required[i]);

		if ((k->kinds & 1u << c->kind) != 0 && raw_option(s, k->name) == NULL &&
		    !(c->kind == CHECK_DNS && strcmp(k->name, "port") == 0))
			report_at(r, s->place, "check %s has no %s: write %s = %s", c->name,
			    k->name, k->name, k->example);
	}
}

static void
fill_require(struct conf_service *service, const struct raw_section *s, struct report *r)
{
	struct raw_option *o = raw_option(s, "require");

	if (o == NULL || service->require == REQUIRE_ALL)
		service->require = (unsigned int)service->nchecks;
	else if (service->require == REQUIRE_ANY)
		service->require = 1;
	else if (service->require > service->nchecks && !o->told && service->nchecks > 0)
		report_at(r, o->place,
		    "require = %u, but there %s only %zu check%s: it could never "
		    "be up",
		    service->require, service->nchecks == 1 ? "is" : "are", service->nchecks,
		    service->nchecks == 1 ? "" : "s");
}

static void
fill_service(struct conf_service *service, const struct raw_section *s, struct report *r)
{
	const struct raw_section *child;

	service->name = must_dup(s->title);
	service->file = must_dup(s->place.file->name);
	service->line = s->place.line;
	fill_block(BLOCK_SERVICE, service, s, r);
	if (service->interface == NULL && strcmp(service->vrf, CONF_VRF_DEFAULT) == 0)
		service->interface = must_dup("lo");
	if (raw_option(s, "hold") == NULL)
		service->hold = service->protocols == 0 ||
			(service->protocols & (PROTO_OSPF | PROTO_OSPF6)) != 0
		    ? 1500
		    : 0;
	while (raw_child(s, BLOCK_CHECK, service->nchecks) != NULL)
		service->nchecks++;
	service->checks = must_alloc(service->nchecks, sizeof(*service->checks));
	for (size_t i = 0; (child = raw_child(s, BLOCK_CHECK, i)) != NULL; i++)
		fill_check(&service->checks[i], child, s, r);
	fill_require(service, s, r);
}

static void
fill_top_derived(struct conf *c)
{
	char *slash;

	if (c->control_group == NULL)
		c->control_group = must_dup(c->group != NULL ? c->group : "");
	if (c->vty_dir != NULL)
		return;
	c->vty_dir = must_dup(c->zebra_socket != NULL ? c->zebra_socket : "/");
	slash = strrchr(c->vty_dir, '/');
	slash[slash == c->vty_dir] = '\0';
}

struct conf *
fill(const struct raw_section *root, struct report *r)
{
	struct conf *c = must_alloc(1, sizeof(*c));
	const struct raw_section *child;

	fill_block(BLOCK_TOP, c, root, r);
	for (unsigned int b = BLOCK_LOG; b < BLOCK_SERVICE; b++)
		fill_block((enum block)b, c, raw_child(root, (enum block)b, 0), r);
	fill_top_derived(c);
	while (raw_child(root, BLOCK_SERVICE, c->nservices) != NULL)
		c->nservices++;
	c->services = must_alloc(c->nservices, sizeof(*c->services));
	for (size_t i = 0; (child = raw_child(root, BLOCK_SERVICE, i)) != NULL; i++)
		fill_service(&c->services[i], child, r);
	return c;
}
