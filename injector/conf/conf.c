/*
 * The configuration as a whole: read in this process, looked into, freed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/fill.h"
#include "conf/parse.h"
#include "conf/read.h"

static void
free_check(struct conf_check *c)
{
	free(c->name);
	free(c->server);
	free(c->qname);
	for (size_t i = 0; c->answers != NULL && i < c->nanswers; i++)
		free(c->answers[i]);
	free(c->answers);
	free(c->send);
	free(c->expect);
	for (size_t i = 0; c->argv != NULL && c->argv[i] != NULL; i++)
		free(c->argv[i]);
	free(c->argv);
	free(c->user);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nservices; i++) {
		struct conf_service *s = &c->services[i];

		for (size_t k = 0; k < s->nchecks; k++)
			free_check(&s->checks[k]);
		free(s->checks);
		free(s->prefixes);
		free(s->name);
		free(s->label);
		free(s->vrf);
		free(s->interface);
		free(s->file);
	}
	free(c->services);
	free(c->run_dir);
	free(c->state_dir);
	free(c->user);
	free(c->group);
	free(c->control_group);
	free(c->zebra_socket);
	free(c->dialect);
	free(c->vty_dir);
	free(c->hook);
	free(c->hook_user);
	free(c);
}

void
conf_errors_free(struct conf_errors *errors)
{
	free(errors->text);
	*errors = (struct conf_errors){ .text = NULL };
}

struct conf *
conf_understand(struct sources *sources, struct report *r, struct conf_errors *errors)
{
	struct raw_section *root;
	struct conf *c = NULL;
	bool readable = r->count == 0;

	root = raw_new(BLOCK_TOP, NULL, (struct place){ sources->files, 0 });
	for (size_t i = 0; readable && i < sources->count; i++)
		readable = lexical_clean(&sources->files[i], r) == 0 &&
		    parse_source(root, &sources->files[i], r) == 0;
	if (readable) {
		r->root = root;
		report_unknown(root, r);
		c = fill(root, r);
		validate(c, r);
		validate_host(c, r);
	}
	report_finish(r, errors);
	if (errors->count > 0) {
		conf_free(c);
		c = NULL;
	}
	raw_free(root);
	return c;
}

struct conf *
conf_read(const char *file, const char *dir, struct conf_errors *errors)
{
	struct sources sources = { .files = NULL };
	struct report r = { .root = NULL };
	struct conf *c;

	*errors = (struct conf_errors){ .text = NULL };
	sources_load(&sources, file, dir, &r);
	c = conf_understand(&sources, &r, errors);
	sources_free(&sources);
	return c;
}
