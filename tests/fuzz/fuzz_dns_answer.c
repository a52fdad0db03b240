/*
 * Bytes as a server may send them, judged as the answer to fixed queries.
 */
#include <stdlib.h>
#include <string.h>

#include "checks/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct dns_message *
make(struct conf_check *conf, uint16_t type, char **answers, size_t n)
{
	static char name[] = "example.com.";

	conf->qname = name;
	conf->qtype = type;
	conf->rcodes = 1;
	conf->answers = answers;
	conf->nanswers = n;
	return dns_message_new(conf);
}

/* The first byte chooses the query and whether the rest came over TCP. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char address[] = "192.0.2.1", text[] = "\"a text\"", soa[] = "x. y. 1 2 3 4 5";
	static char *a[] = { address }, *txt[] = { text }, *any[] = { address, soa };
	static struct conf_check conf[3];
	static struct dns_message *messages[3];
	struct dns_finding f;
	uint8_t *copy;

	if (messages[0] == NULL) {
		messages[0] = make(&conf[0], 1, a, 1);
		messages[1] = make(&conf[1], 16, txt, 1);
		messages[2] = make(&conf[2], 6, any, 2);
	}
	if (size < 1)
		return 0;
	/* of exactly that size, so that a sanitizer sees each byte read behind it */
	copy = malloc(size - 1 > 0 ? size - 1 : 1);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 1, size - 1);
	memset(&f, 0, sizeof(f));
	if (dns_message_read(messages[data[0] % 3], copy, size - 1, (data[0] & 0x80) != 0, &f) ==
		DNS_READ &&
	    ((unsigned int)f.cause >= CAUSES || memchr(f.text, '\0', sizeof(f.text)) == NULL))
		abort();
	free(copy);
	return 0;
}
