/*
 * The query of a dns check as bytes, and the judgement of an answer's bytes:
 * the one place that knows ldns, of which it uses the packet functions only.
 * Must not know sockets or who asks.
 */
#include "config.h"

#include "checks/dns_message.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldns/ldns.h>

struct dns_message {
	const struct conf_check *conf;
	uint8_t *wire;
	size_t size;
	char **wanted; /* conf->answers as ldns prints them, NULL where it can't */
};

/* The data of an RR as text, fields with a blank between; a malloc'd string or NULL. */
static char *
rdata_text(const ldns_rr *rr)
{
	ldns_buffer *buf = ldns_buffer_new(128);
	char *text = NULL;
	size_t i;

	if (buf == NULL)
		return NULL;
	for (i = 0; i < ldns_rr_rd_count(rr); i++) {
		if (i > 0)
			ldns_buffer_printf(buf, " ");
		if (ldns_rdf2buffer_str(buf, ldns_rr_rdf(rr, i)) != LDNS_STATUS_OK)
			goto out;
	}
	text = ldns_buffer_export2str(buf);
out:
	ldns_buffer_free(buf);
	return text;
}

/* "2001:DB8::0:1" as ldns would print it; NULL: it is not data of that type. */
static char *
canonical(uint16_t type, const char *data)
{
	char *name = ldns_rr_type2str((ldns_rr_type)type), *line = NULL, *text = NULL;
	ldns_rr *rr = NULL;

	if (name == NULL || asprintf(&line, ". 0 IN %s %s", name, data) == -1)
		goto out;
	if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) == LDNS_STATUS_OK)
		text = rdata_text(rr);
out:
	if (rr != NULL)
		ldns_rr_free(rr);
	free(line);
	free(name);
	return text;
}

/* ldns writes into 64 KiB and cuts that down: a copy leaves no holes between checks. */
static int
copy_wire(struct dns_message *m, const ldns_pkt *pkt)
{
	uint8_t *wire = NULL;
	size_t size;

	if (ldns_pkt2wire(&wire, pkt, &size) != LDNS_STATUS_OK || size <= DNS_HEADER + 4)
		goto out;
	if ((m->wire = malloc(size)) == NULL)
		goto out;
	memcpy(m->wire, wire, size);
	m->size = size;
out:
	free(wire);
	return m->wire == NULL ? -1 : 0;
}

static int
build_wire(struct dns_message *m)
{
	const struct conf_check *conf = m->conf;
	ldns_rdf *name = NULL;
	ldns_pkt *pkt;
	int result;

	if (ldns_str2rdf_dname(&name, conf->qname) != LDNS_STATUS_OK) {
		errno = EINVAL;
		return -1;
	}
	/* takes the name over */
	pkt = ldns_pkt_query_new(
	    name, (ldns_rr_type)conf->qtype, LDNS_RR_CLASS_IN, conf->recurse ? LDNS_RD : 0);
	if (pkt == NULL) {
		ldns_rdf_deep_free(name);
		errno = ENOMEM;
		return -1;
	}
	ldns_pkt_set_id(pkt, 0);
	result = copy_wire(m, pkt);
	ldns_pkt_free(pkt);
	if (result == -1)
		errno = ENOMEM;
	return result;
}

struct dns_message *
dns_message_new(const struct conf_check *conf)
{
	struct dns_message *m = calloc(1, sizeof(*m));
	size_t i;
	int saved;

	if (m == NULL)
		return NULL;
	m->conf = conf;
	m->wanted = calloc(conf->nanswers + 1, sizeof(*m->wanted));
	if (m->wanted == NULL || build_wire(m) == -1) {
		saved = errno;
		dns_message_free(m);
		errno = saved;
		return NULL;
	}
	for (i = 0; i < conf->nanswers; i++)
		m->wanted[i] = canonical(conf->qtype, conf->answers[i]);
	return m;
}

void
dns_message_free(struct dns_message *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; m->wanted != NULL && i < m->conf->nanswers; i++)
		free(m->wanted[i]);
	free(m->wanted);
	free(m->wire);
	free(m);
}

const uint8_t *
dns_message_wire(const struct dns_message *m, size_t *size)
{
	*size = m->size;
	return m->wire;
}

/* The question section is ours; case does not count. Bytes of length are below 'A'. */
static bool
same_question(const struct dns_message *m, const uint8_t *data)
{
	size_t i, name_end = m->size - 4;

	for (i = DNS_HEADER; i < name_end; i++) {
		if (tolower(data[i]) != tolower(m->wire[i]))
			return false;
	}
	return memcmp(data + name_end, m->wire + name_end, 4) == 0;
}

static enum dns_reading
found(struct dns_finding *f, enum cause cause, const char *text)
{
	f->cause = cause;
	snprintf(f->text, sizeof(f->text), "%s", text);
	return DNS_READ;
}

static const char *
rcode_name(unsigned int rcode, char *buf, size_t size)
{
	const ldns_lookup_table *entry = ldns_lookup_by_id(ldns_rcodes, (int)rcode);

	if (entry != NULL)
		return entry->name;
	snprintf(buf, size, "RCODE%u", rcode);
	return buf;
}

static bool
same_data(const char *want, const char *got)
{
	size_t len;

	if (want == NULL)
		return false;
	if (strcasecmp(want, got) == 0)
		return true;
	/* a name without its last dot */
	len = strlen(want);
	return len > 0 && strncasecmp(want, got, len) == 0 && strcmp(got + len, ".") == 0;
}

/* Is wanted answer i among the answers? last: text of one of the others, for people. */
static bool
has_answer(const struct dns_message *m, const ldns_rr_list *list, size_t i, char **last)
{
	size_t n, count = ldns_rr_list_rr_count(list);
	char *text;
	bool same;

	for (n = 0; n < count; n++) {
		ldns_rr *rr = ldns_rr_list_rr(list, n);

		if (ldns_rr_get_type(rr) != (ldns_rr_type)m->conf->qtype)
			continue;
		if ((text = rdata_text(rr)) == NULL)
			continue;
		same = same_data(m->wanted[i], text) || same_data(m->conf->answers[i], text);
		free(*last);
		*last = text;
		if (same)
			return true;
	}
	return false;
}

static enum dns_reading
judge(const struct dns_message *m, const ldns_pkt *pkt, struct dns_finding *f)
{
	unsigned int rcode = (unsigned int)ldns_pkt_get_rcode(pkt);
	char *got = NULL, name[16];
	size_t i;

	rcode |= (unsigned int)ldns_pkt_edns_extended_rcode(pkt) << 4;
	found(f, CAUSE_OK, rcode_name(rcode, name, sizeof(name)));
	if (rcode >= 32 || (m->conf->rcodes & (UINT32_C(1) << rcode)) == 0) {
		f->cause = CAUSE_RCODE;
		return DNS_READ;
	}
	for (i = 0; i < m->conf->nanswers; i++) {
		if (has_answer(m, ldns_pkt_answer(pkt), i, &got))
			continue;
		f->cause = CAUSE_ANSWER;
		if (got != NULL)
			snprintf(
			    f->text, sizeof(f->text), "no %s, but %s", m->conf->answers[i], got);
		else
			snprintf(
			    f->text, sizeof(f->text), "no %s: no such data", m->conf->answers[i]);
		break;
	}
	free(got);
	return DNS_READ;
}

enum dns_reading
dns_message_read(const struct dns_message *m, const uint8_t *data, size_t size, bool stream,
    struct dns_finding *f)
{
	unsigned int questions;
	enum dns_reading reading;
	ldns_pkt *pkt = NULL;

	if (size < DNS_HEADER) {
		snprintf(f->text, sizeof(f->text), "%zu bytes are no DNS message", size);
		f->cause = CAUSE_MALFORMED;
		return DNS_READ;
	}
	if (!LDNS_QR_WIRE(data) || LDNS_OPCODE_WIRE(data) != LDNS_PACKET_QUERY)
		return found(f, CAUSE_MALFORMED, "not an answer to a query");
	questions = LDNS_QDCOUNT(data);
	if (questions > 1 || (questions == 1 && size < m->size))
		return found(f, CAUSE_MALFORMED, "a broken question section");
	/* Servers that could not read the query repeat no question. */
	if (questions == 0 ? LDNS_RCODE_WIRE(data) == 0 : !same_question(m, data))
		return DNS_OTHER_QUESTION;
	if (LDNS_TC_WIRE(data)) {
		if (!stream)
			return DNS_TRUNCATED;
		return found(f, CAUSE_MALFORMED, "truncated, over TCP");
	}
	if (ldns_wire2pkt(&pkt, data, size) != LDNS_STATUS_OK)
		return found(f, CAUSE_MALFORMED, "records that don't parse");
	reading = judge(m, pkt, f);
	ldns_pkt_free(pkt);
	return reading;
}
