/*
 * What a routing daemon may print, whatever its bytes: the end of an answer, and
 * every parser of it. The first byte chooses the parser.
 */
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "beyond/filter.h"
#include "beyond/parse.h"
#include "beyond/remedy.h"
#include "beyond/vty.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const char *text, const struct prefix *p)
{
	const struct beyond_row row = { .prefix = *p, .tag = 53, .redistributed = true };
	const char *maps = strstr(text, "route-map: ");
	struct beyond_filter *f = beyond_filter_new(
	    p->family == AF_INET ? "router rip" : "router ripng", text, maps != NULL ? maps : "");

	if (f != NULL && beyond_filter_judge(f, &row) > BEYOND_NO)
		abort();
	beyond_filter_free(f);
}

static void
table(int read(struct beyond_rows *, const char *), const char *text, const struct prefix *p)
{
	struct beyond_rows rows;
	const struct beyond_row *row;

	if (read(&rows, text) == -1)
		return;
	row = beyond_rows_find(&rows, p);
	if (row != NULL && !prefix_equal(&row->prefix, p))
		abort();
	beyond_rows_free(&rows);
}

/* Of what a daemon prints, nothing gets into a command that a shell could take amiss. */
static void
remedy(const char *config)
{
	static const struct zapi_release release = { .major = 10, .minor = 3 };
	static const char *const daemons[] = { "ospfd", "ospf6d", "ripd", "ripngd", "bgpd" };
	struct remedy remedy;
	size_t i, quotes;
	const char *at;

	for (i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		remedy_find(&remedy, daemons[i], &release, config);
		for (at = remedy.command, quotes = 0; *at != '\0'; at++)
			quotes += *at == '\'';
		if (strpbrk(remedy.command, "\"`$;&|<>\\\n\r") != NULL ||
		    (quotes != 0 && quotes != 8))
			abort();
	}
}

static void
parse(uint8_t which, const char *text)
{
	struct prefix p4, p6;

	if (prefix_parse(&p4, "10.1.53.1/32") == -1 ||
	    prefix_parse(&p6, "2001:db8:53::1/128") == -1)
		abort();
	switch (which % 8) {
	case 0:
		(void)beyond_parse_ospf(text, &p4);
		break;
	case 1:
		(void)beyond_parse_bgp(text, &p4);
		(void)beyond_parse_bgp(text, &p6);
		break;
	case 2:
		table(beyond_rows_ospf6, text, &p6);
		break;
	case 3:
		table(beyond_rows_rip, text, &p4);
		table(beyond_rows_rip, text, &p6);
		break;
	case 6:
		table(beyond_rows_ospf, text, &p4);
		break;
	case 7:
		remedy(text);
		break;
	default:
		judge(text, &p4);
		judge(text, &p6);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	int status;
	long end;

	if (size == 0 || (text = malloc(size)) == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	end = vty_end(text, size - 1, &status);
	if (end >= 0 && ((size_t)end != size - 1 - 4 || strlen(text) != (size_t)end))
		abort();
	text[size - 1] = '\0';
	parse(data[0], text);
	free(text);
	return 0;
}
