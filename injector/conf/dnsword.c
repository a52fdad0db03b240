/*
 * The words of DNS that the file may use: record types, rcodes, and what a
 * domain name looks like. Sends nothing and knows no option.
 */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "conf/value.h"

static const struct word rr_types[] = { { "A", 1 }, { "NS", 2 }, { "CNAME", 5 }, { "SOA", 6 },
	{ "PTR", 12 }, { "HINFO", 13 }, { "MX", 15 }, { "TXT", 16 }, { "RP", 17 }, { "AFSDB", 18 },
	{ "AAAA", 28 }, { "LOC", 29 }, { "SRV", 33 }, { "NAPTR", 35 }, { "KX", 36 }, { "CERT", 37 },
	{ "DNAME", 39 }, { "APL", 42 }, { "DS", 43 }, { "SSHFP", 44 }, { "IPSECKEY", 45 },
	{ "RRSIG", 46 }, { "NSEC", 47 }, { "DNSKEY", 48 }, { "DHCID", 49 }, { "NSEC3", 50 },
	{ "NSEC3PARAM", 51 }, { "TLSA", 52 }, { "SMIMEA", 53 }, { "HIP", 55 }, { "CDS", 59 },
	{ "CDNSKEY", 60 }, { "OPENPGPKEY", 61 }, { "CSYNC", 62 }, { "ZONEMD", 63 }, { "SVCB", 64 },
	{ "HTTPS", 65 }, { "SPF", 99 }, { "EUI48", 108 }, { "EUI64", 109 }, { "ANY", 255 },
	{ "URI", 256 }, { "CAA", 257 }, { NULL, 0 } };

static const struct word rcodes[] = { { "NOERROR", 0 }, { "FORMERR", 1 }, { "SERVFAIL", 2 },
	{ "NXDOMAIN", 3 }, { "NOTIMP", 4 }, { "REFUSED", 5 }, { "YXDOMAIN", 6 }, { "YXRRSET", 7 },
	{ "NXRRSET", 8 }, { "NOTAUTH", 9 }, { "NOTZONE", 10 }, { "DSOTYPENI", 11 },
	{ "BADVERS", 16 }, { "BADKEY", 17 }, { "BADTIME", 18 }, { "BADMODE", 19 },
	{ "BADNAME", 20 }, { "BADALG", 21 }, { "BADTRUNC", 22 }, { "BADCOOKIE", 23 }, { NULL, 0 } };

/* One of the words in any case, or PREFIXnnn up to max. */
static int
find(const struct word *words, const char *prefix, int64_t max, const char *name)
{
	size_t n = strlen(prefix);
	int64_t number;

	for (; words->name != NULL; words++)
		if (strcasecmp(words->name, name) == 0)
			return (int)words->value;
	if (strncasecmp(name, prefix, n) == 0 && number_parse(name + n, &number) == NULL &&
	    number <= max)
		return (int)number;
	return -1;
}

int
rr_type(const char *name)
{
	return find(rr_types, "TYPE", UINT16_MAX, name);
}

int
rcode_number(const char *name)
{
	return find(rcodes, "RCODE", 23, name);
}

/* One byte of a label, escaped or not. Returns what follows, NULL: bad. */
static const char *
label_byte(const char *p)
{
	if (*p != '\\')
		return *p > ' ' && *p < 0x7f ? p + 1 : NULL;
	if (isdigit((unsigned char)p[1])) {
		if (!isdigit((unsigned char)p[2]) || !isdigit((unsigned char)p[3]) ||
		    (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0') > 255)
			return NULL;
		return p + 4;
	}
	return p[1] > ' ' && p[1] < 0x7f ? p + 2 : NULL;
}

const char *
domain_check(const char *name)
{
	size_t label = 0, total = 1;

	if (strcmp(name, ".") == 0)
		return NULL;
	if (*name == '\0')
		return "the name is empty: the root is written as a dot";
	while (*name != '\0') {
		if (*name == '.') {
			if (label == 0)
				return "a label is empty: there is a dot too many";
			label = 0;
			name++;
			continue;
		}
		if ((name = label_byte(name)) == NULL)
			return "a character cannot stand there: write it as \\DDD, and "
			       "international names in their xn-- form";
		total += label++ == 0 ? 2 : 1;
		if (label > 63)
			return "a label has more than 63 bytes";
		if (total > 255)
			return "the name has more than 255 bytes";
	}
	return NULL;
}
