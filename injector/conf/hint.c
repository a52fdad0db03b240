/*
 * What to say of a word that nobody knows: the nearest one that would do there,
 * or the section it belongs into. Only talks.
 */
#include "config.h"

#include <string.h>

#include "conf/parse.h"

/* Where: "at the top level", "in log". */
static const char *
where_name(enum block block)
{
	static const char *const names[BLOCKS] = { "at the top level", "in log", "in zebra",
		"in hook", "in service", "in check" };

	return names[block];
}

static const char *
section_name(enum block block)
{
	return block == BLOCK_TOP ? "the top level" : block_names[block];
}

/* A block other than this one that has the word; BLOCKS: none. */
static enum block
elsewhere(enum block block, const char *name)
{
	for (unsigned int b = 0; b < BLOCKS; b++)
		if (b != block && keyword_find((enum block)b, name) != NULL)
			return (enum block)b;
	return BLOCKS;
}

static bool
is_block(const char *name)
{
	for (unsigned int b = BLOCK_LOG; b < BLOCKS; b++)
		if (strcmp(block_names[b], name) == 0)
			return true;
	return false;
}

static void
report_one(enum block block, const struct raw_unknown *u, struct report *r)
{
	struct nearest near = { .word = u->name };
	enum block other = elsewhere(block, u->name);
	char word[SHOW_STRLEN];

	show(u->name, word);
	for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
		nearest_try(&near, k->name);
	for (unsigned int b = BLOCK_LOG; b < BLOCKS; b++)
		if (block == (b == BLOCK_CHECK ? BLOCK_SERVICE : BLOCK_TOP))
			nearest_try(&near, block_names[b]);
	if (u->section && near.best == NULL && is_block(u->name))
		report_at(r, u->place, "%s cannot stand %s: is there a } %s above?", word,
		    where_name(block), block == BLOCK_TOP ? "too many" : "missing");
	else if (!u->section && other != BLOCKS && (near.best == NULL || near.distance > 1))
		report_at(r, u->place, "%s does not belong to %s: it is for %s", word,
		    section_name(block), section_name(other));
	else if (near.best != NULL)
		report_at(r, u->place, "%s: unknown word %s: did you mean %s?", word,
		    where_name(block), near.best);
	else
		report_at(r, u->place, "%s: unknown word %s: see zanycast.conf(5)", word,
		    where_name(block));
}

void
report_unknown(const struct raw_section *s, struct report *r)
{
	for (size_t i = 0; i < s->nunknown; i++)
		report_one(s->block, &s->unknown[i], r);
	for (size_t b = 0; b < BLOCKS; b++)
		for (size_t i = 0; i < s->children[b].count; i++)
			report_unknown(s->children[b].list[i], r);
}
