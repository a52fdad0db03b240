/*
 * libconfuse's half: from a text to raw sections, each value with its line.
 * libconfuse stops at the first word it does not know; such words are taught to
 * it and the text is read again, so that all of them are found. Knows no meaning.
 */
#include "config.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"

#define LEARN_MAX 32
#define STACK_MAX 8
#define OPTIONS_MAX 40 /* the longest table and its sections */

/* An option of every section, set by its default: so we hear of its opening brace. */
#define OPENED "#"

/* What an unknown word looks like: found out by trying in this order. */
enum form { FORM_OPTION, FORM_SECTION, FORM_TITLED, FORMS };

struct learnt {
	enum block block;
	enum form form;
	char *name;
	unsigned int line;
};

struct parser {
	struct source *source;
	struct learnt learnt[LEARN_MAX];
	size_t nlearnt;

	/* of one attempt */
	struct raw_section *root;
	struct raw_section *stack[STACK_MAX];
	cfg_t *confuse[STACK_MAX];
	size_t depth;
	char message[256]; /* the first error */
	char word[64];	   /* what it is about */
	enum { ERROR_NONE, ERROR_UNKNOWN, ERROR_FORM, ERROR_OTHER } error;
	unsigned int line;
};

/* libconfuse hands its callbacks no pointer of ours, and is not reentrant itself. */
static struct parser *current;

static struct place
here(const struct parser *p, const cfg_t *cfg)
{
	return (struct place){ p->source, (unsigned int)cfg->line };
}

static enum block
block_of(const struct parser *p, const char *name)
{
	if (p->depth == 0)
		return BLOCK_TOP;
	for (unsigned int b = BLOCK_LOG; b < BLOCKS; b++) {
		enum block outside = b == BLOCK_CHECK ? BLOCK_SERVICE : BLOCK_TOP;

		if (strcmp(block_names[b], name) == 0 && p->stack[p->depth - 1]->block == outside)
			return (enum block)b;
	}
	return BLOCK_UNKNOWN;
}

/* log, zebra and hook may be written in pieces: they are one section. */
static struct raw_section *
section_for(struct raw_section *parent, enum block block, const char *title, struct place place)
{
	struct raw_section *s = NULL;

	if (block != BLOCK_SERVICE && block != BLOCK_CHECK && block != BLOCK_UNKNOWN)
		s = raw_child(parent, block, 0);
	return s != NULL ? s : raw_add_child(parent, raw_new(block, title, place));
}

static int
open_section(struct parser *p, cfg_t *cfg)
{
	enum block block = block_of(p, cfg->name);

	if (p->depth == STACK_MAX || (p->depth > 0 && p->confuse[p->depth - 1] == cfg))
		return -1; /* somebody wrote the option OPENED */
	if (p->depth > 0 && block == BLOCK_UNKNOWN)
		raw_add_unknown(p->stack[p->depth - 1], cfg->name, true, here(p, cfg));
	p->confuse[p->depth] = cfg;
	p->stack[p->depth] = p->depth == 0
	    ? p->root
	    : section_for(p->stack[p->depth - 1], block, cfg->title, here(p, cfg));
	p->depth++;
	return 0;
}

static int
on_close(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)cfg;
	(void)opt;
	current->depth--;
	return 0;
}

/* "a|b" makes libconfuse set an option of another section. */
static bool
is_of(const cfg_t *cfg, const cfg_opt_t *opt)
{
	for (const cfg_opt_t *o = cfg->opts; o->name != NULL; o++)
		if (o == opt)
			return true;
	return false;
}

static void
add_value(struct parser *p, cfg_t *cfg, const cfg_opt_t *opt, const char *value)
{
	struct raw_section *section = p->stack[p->depth - 1];
	const struct keyword *key = keyword_find(section->block, opt->name);
	struct raw_option *o = NULL;

	if (key == NULL) {
		if (section->block != BLOCK_UNKNOWN && opt->nvalues == 1)
			raw_add_unknown(section, opt->name, false, here(p, cfg));
		return;
	}
	/* The first value of an assignment; more of them, or +=, come with a higher number. */
	if (opt->nvalues > 1)
		for (size_t i = 0; i < section->noptions; i++)
			if (section->options[i].key == key)
				o = &section->options[i];
	if (o == NULL)
		o = raw_add_option(section, key, here(p, cfg));
	raw_add_value(o, value, (unsigned int)cfg->line);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parser *p = current;

	*(const char **)result = "";
	if (strcmp(opt->name, OPENED) == 0 && open_section(p, cfg) == 0)
		return 0;
	if (p->depth == 0 || p->confuse[p->depth - 1] != cfg || !is_of(cfg, opt) ||
	    strcmp(opt->name, OPENED) == 0) {
		cfg_error(cfg, "'%s' cannot be set here", opt->name);
		return -1;
	}
	add_value(p, cfg, opt, value);
	return 0;
}

static void on_error(cfg_t *, const char *fmt, va_list) __attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	static const char *const forms[] = { "no such option '",
		"missing equal sign after option '", "missing opening brace for section '",
		"missing title for section '" };
	struct parser *p = current;
	size_t i, n;

	if (p->error != ERROR_NONE)
		return;
	vsnprintf(p->message, sizeof(p->message), fmt, ap);
	p->line = (unsigned int)cfg->line;
	p->error = ERROR_OTHER;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		n = strlen(forms[i]);
		if (strncmp(p->message, forms[i], n) != 0)
			continue;
		p->error = i == 0 ? ERROR_UNKNOWN : ERROR_FORM;
		snprintf(p->word, sizeof(p->word), "%s", p->message + n);
		p->word[strcspn(p->word, "'")] = '\0';
	}
}

/* The options of one block for libconfuse: all lists of strings; what they mean comes later. */
static cfg_opt_t *
options_for(const struct parser *p, enum block block)
{
	static char opened[] = "{x}";
	cfg_opt_t *opts = must_alloc(OPTIONS_MAX + LEARN_MAX, sizeof(*opts)), *o = opts;

	*o++ = (cfg_opt_t){ .name = OPENED,
		.type = CFGT_STR,
		.flags = CFGF_LIST,
		.def.parsed = opened,
		.parsecb = on_value };
	if (block != BLOCK_UNKNOWN)
		for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
			*o++ = (cfg_opt_t){ .name = k->name,
				.type = CFGT_STR,
				.flags = CFGF_LIST,
				.parsecb = on_value };
	for (unsigned int b = BLOCK_LOG; b < BLOCKS; b++) {
		if (block != (b == BLOCK_CHECK ? BLOCK_SERVICE : BLOCK_TOP))
			continue;
		*o++ = (cfg_opt_t){ .name = block_names[b],
			.type = CFGT_SEC,
			.flags = CFGF_MULTI | (b >= BLOCK_SERVICE ? CFGF_TITLE : 0),
			.subopts = options_for(p, (enum block)b),
			.validcb = on_close };
	}
	for (size_t i = 0; i < p->nlearnt; i++) {
		const struct learnt *l = &p->learnt[i];

		if (l->block != block)
			continue;
		*o = (cfg_opt_t){
			.name = l->name, .type = CFGT_STR, .flags = CFGF_LIST, .parsecb = on_value
		};
		if (l->form != FORM_OPTION)
			*o = (cfg_opt_t){ .name = l->name,
				.type = CFGT_SEC,
				.flags = CFGF_MULTI | (l->form == FORM_TITLED ? CFGF_TITLE : 0),
				.subopts = options_for(p, BLOCK_UNKNOWN),
				.validcb = on_close };
		o++;
	}
	return opts;
}

static void
options_free(cfg_opt_t *opts)
{
	for (cfg_opt_t *o = opts; o->name != NULL; o++)
		if (o->subopts != NULL)
			options_free(o->subopts);
	free(opts);
}

/* One attempt. 0, or -1 with p->error and its company set. */
static int
attempt(struct parser *p)
{
	cfg_opt_t *opts = options_for(p, BLOCK_TOP);
	FILE *text = NULL;
	cfg_t *cfg;
	int rc = CFG_SUCCESS;

	raw_free(p->root);
	p->root = raw_new(BLOCK_TOP, NULL, (struct place){ p->source, 0 });
	p->depth = 0;
	p->error = ERROR_NONE;
	p->message[0] = p->word[0] = '\0';
	p->line = 1;
	current = p;
	if ((cfg = cfg_init(opts, CFGF_NONE)) == NULL)
		abort();
	cfg_set_error_function(cfg, on_error);
	if (p->source->len > 0) {
		if ((text = fmemopen(p->source->text, p->source->len, "r")) == NULL)
			abort();
		rc = cfg_parse_fp(cfg, text);
		fclose(text);
	}
	cfg_free(cfg);
	options_free(opts);
	if (rc != CFG_SUCCESS && p->error == ERROR_NONE)
		p->error = ERROR_OTHER;
	return rc == CFG_SUCCESS ? 0 : -1;
}

/* Learns from a failed attempt. -1: there is nothing to be learnt, it is the syntax. */
static int
learn(struct parser *p)
{
	enum block block = p->depth > 0 ? p->stack[p->depth - 1]->block : BLOCK_TOP;
	struct learnt *l = NULL;

	if (p->error == ERROR_OTHER || p->word[0] == '\0' || strpbrk(p->word, "|=#") != NULL ||
	    strcmp(p->word, "root") == 0 /* libconfuse's own */)
		return -1;
	for (size_t i = 0; i < p->nlearnt; i++)
		if (p->learnt[i].block == block && strcmp(p->learnt[i].name, p->word) == 0)
			l = &p->learnt[i];
	if (p->error == ERROR_FORM) {
		if (l == NULL || block == BLOCK_UNKNOWN || l->form + 1 == FORMS)
			return -1;
		l->form++;
		return 0;
	}
	if (l != NULL || p->nlearnt == LEARN_MAX)
		return -1;
	p->learnt[p->nlearnt++] =
	    (struct learnt){ .block = block, .name = must_dup(p->word), .line = p->line };
	return 0;
}

/* The word that was learnt, and then did not fit whatever was tried; NULL: none. */
static const struct learnt *
misfit(const struct parser *p)
{
	if (p->nlearnt > 0 && strcmp(p->message, "premature end of file") == 0)
		return &p->learnt[p->nlearnt - 1];
	for (size_t i = 0; i < p->nlearnt && p->error == ERROR_FORM; i++)
		if (strcmp(p->learnt[i].name, p->word) == 0)
			return &p->learnt[i];
	return NULL;
}

/* Messages of libconfuse in words of ours. */
static void
report_syntax(const struct parser *p, struct report *r)
{
	const struct learnt *l = misfit(p);
	char word[SHOW_STRLEN];

	if (l != NULL)
		report_at(r, (struct place){ p->source, l->line },
		    "%s is neither an option nor a section: a value with blanks needs quotes",
		    show(l->name, word));
	else if (p->error == ERROR_UNKNOWN)
		report_at(r, (struct place){ p->source, p->line }, "%s: unknown word",
		    show(p->word, word));
	else
		report_at(r, (struct place){ p->source, p->line }, "syntax: %s",
		    p->message[0] != '\0' ? p->message : "this cannot be read");
}

/* Adds what one file says to what the files before it said. */
static void
merge(struct raw_section *root, struct raw_section *from)
{
	for (size_t i = 0; i < from->noptions; i++) {
		struct raw_option *o = &from->options[i];

		raw_add_option(root, o->key, o->place);
		root->options[root->noptions - 1] = *o;
	}
	from->noptions = 0;
	for (unsigned int b = 0; b <= BLOCKS; b++) {
		for (size_t i = 0; i < from->children[b].count; i++) {
			struct raw_section *child = from->children[b].list[i], *there = NULL;

			if (b < BLOCK_SERVICE)
				there = raw_child(root, (enum block)b, 0);
			if (there != NULL)
				merge(there, child);
			else
				raw_add_child(root, child);
		}
		from->children[b].count = 0;
	}
	for (size_t i = 0; i < from->nunknown; i++)
		raw_add_unknown(
		    root, from->unknown[i].name, from->unknown[i].section, from->unknown[i].place);
	raw_free(from);
}

int
parse_source(struct raw_section *root, struct source *source, struct report *r)
{
	struct parser p = { .source = source };
	int rc;

	while ((rc = attempt(&p)) == -1)
		if (learn(&p) == -1)
			break;
	if (rc == -1) {
		report_unknown(p.root, r);
		report_syntax(&p, r);
		raw_free(p.root);
	} else
		merge(root, p.root);
	for (size_t i = 0; i < p.nlearnt; i++)
		free(p.learnt[i].name);
	current = NULL;
	return rc;
}
