/*
 * What follows from one row of the table: its range in words, the checks of
 * one text, and its part of the man page. Knows no other option beside it.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/addr.h"
#include "conf/table.h"
#include "zapi/dialect.h"

const struct keyword *
keyword_find(enum block block, const char *name)
{
	if (block >= BLOCKS)
		return NULL;
	for (const struct keyword *k = block_keywords[block]; k->name != NULL; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

bool
keyword_is_list(const struct keyword *k)
{
	switch (k->type) {
	case VALUE_WORDS:
	case VALUE_RCODES:
	case VALUE_PREFIXES:
	case VALUE_STRINGS:
	case VALUE_COMMAND:
		return true;
	default:
		return false;
	}
}

char *
keyword_range(const struct keyword *k, char *buf, size_t size)
{
	char from[TIME_STRLEN], to[TIME_STRLEN];

	switch (k->type) {
	case VALUE_TIME:
		snprintf(buf, size, "%s to %s", time_print(k->min, from), time_print(k->max, to));
		break;
	case VALUE_NUMBER16:
	case VALUE_NUMBER32:
		snprintf(buf, size, "%lld to %lld", (long long)k->min, (long long)k->max);
		break;
	case VALUE_REQUIRE:
		snprintf(
		    buf, size, "all, any or %lld to %lld", (long long)k->min, (long long)k->max);
		break;
	case VALUE_WORD:
	case VALUE_WORDS:
		words_list(k->words, buf, size);
		break;
	case VALUE_YESNO:
		snprintf(buf, size, "yes or no");
		break;
	default:
		snprintf(buf, size, "up to %lld %s", (long long)k->max,
		    keyword_is_list(k) ? "values" : "bytes");
		break;
	}
	return buf;
}

static const char *
check_account(const char *text)
{
	if (!isalnum((unsigned char)text[0]) && text[0] != '_')
		return "is not the name of an account: write a name, not a number or a list";
	for (const char *p = text; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("_.-$", *p) == NULL)
			return "is not the name of an account";
	return NULL;
}

static const char *
check_path(const char *text)
{
	size_t n = strlen(text);

	if (text[0] != '/')
		return "is not an absolute path: begin with a slash";
	if (strstr(text, "/../") != NULL || (n > 2 && strcmp(text + n - 3, "/..") == 0))
		return "goes up with ..: write where it really is";
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "has a control character";
	return NULL;
}

static const char *
check_interface(const char *text)
{
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return "is not the name of an interface";
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == ':')
			return "is a label: write the interface alone, the rest in label";
		if (!isgraph((unsigned char)*p) || *p == '/')
			return "is not the name of an interface";
	}
	return NULL;
}

static const char *
check_vrf(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!isgraph((unsigned char)*p) || *p == '/')
			return "is not the name of a VRF";
	return text[0] == '.' ? "is not the name of a VRF" : NULL;
}

static const char *
check_address(const char *text)
{
	struct sockaddr_storage ss;
	socklen_t len;

	if (addr_parse(&ss, &len, text, 1) == -1)
		return "is not an address: names are not looked up";
	return NULL;
}

const char *
keyword_check_text(const struct keyword *k, const char *text)
{
	size_t n = strlen(text);

	if (keyword_is_list(k))
		return n > 4096 ? "is too long: up to 4096 bytes" : NULL;
	if (n > (size_t)k->max)
		return "is too long";
	if (n == 0 && k->min > 0)
		return "is empty";
	switch (k->type) {
	case VALUE_ACCOUNT:
		return check_account(text);
	case VALUE_PATH:
		return check_path(text);
	case VALUE_INTERFACE:
		return check_interface(text);
	case VALUE_VRF:
		return check_vrf(text);
	case VALUE_ADDRESS:
		return check_address(text);
	case VALUE_DIALECT:
		if (strcmp(text, "auto") == 0 || zapi_dialect_find(text) != NULL)
			return NULL;
		return "is no dialect we know: write auto, or a release as in \"frr 8.4\"";
	default:
		return NULL;
	}
}

static void
page_keyword(const struct keyword *k, enum block block, FILE *out)
{
	char range[128];
	const char *glue = " Pq ";
	unsigned int every = 0;

	fprintf(out, ".It Ic %s", k->name);
	for (const struct word *w = check_kind_words; w->name != NULL; w++)
		every |= 1u << w->value;
	for (const struct word *w = check_kind_words; w->name != NULL; w++) {
		if (block != BLOCK_CHECK || k->kinds == every || (k->kinds & 1u << w->value) == 0)
			continue;
		fprintf(out, "%s%s", glue, w->name);
		glue = ", ";
	}
	fprintf(out, "\n%s", k->text);
	keyword_range(k, range, sizeof(range));
	fprintf(out, "Range: %s.\n", range);
	if (k->def != NULL)
		fprintf(out, "Default: %s.\n", k->def[0] == '"' ? "empty" : k->def);
	else
		fprintf(out, "Default: %s.\n", k->otherwise);
	fprintf(out, "Example:\n.Ql %s = ", k->name);
	for (const char *e = k->example; *e != '\0'; e++)
		fputs(*e == '\\' ? "\\e" : *e == '"' ? "\\(dq" : (char[]){ *e, '\0' }, out);
	fputs(" .\n", out);
}

void
table_page(FILE *in, FILE *out)
{
	static const char begins[] = ".\\\" options ", ends[] = ".\\\" end";
	char line[1024];
	bool skipping = false;

	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, ends, strlen(ends)) == 0)
			skipping = false;
		if (skipping)
			continue;
		fputs(line, out);
		if (strncmp(line, begins, strlen(begins)) != 0)
			continue;
		skipping = true;
		line[strcspn(line, "\n")] = '\0';
		for (unsigned int b = 0; b < BLOCKS; b++) {
			if (strcmp(line + strlen(begins), b == 0 ? "top" : block_names[b]) != 0)
				continue;
			for (const struct keyword *k = block_keywords[b]; k->name != NULL; k++)
				page_keyword(k, (enum block)b, out);
		}
	}
}
