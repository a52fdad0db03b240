/*
 * The query of a dns check as bytes, and the judgement of an answer's bytes.
 */
#ifndef CHECKS_DNS_MESSAGE_H
#define CHECKS_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/cause.h"
#include "conf/conf.h"

#define DNS_HEADER 12

struct dns_message;

enum dns_reading {
	DNS_READ,	    /* judged: the finding holds */
	DNS_TRUNCATED,	    /* ask again over TCP */
	DNS_OTHER_QUESTION, /* not the answer to this: wait on */
};

struct dns_finding {
	enum cause cause;
	char text[120];
};

/* NULL with errno; EINVAL: the name is none. conf must outlive it. */
struct dns_message *dns_message_new(const struct conf_check *);
void dns_message_free(struct dns_message *);

/* The query; its id (the first two bytes) is zero. */
const uint8_t *dns_message_wire(const struct dns_message *, size_t *size);

/* An answer whose sender and id are right. stream: it came over TCP. */
enum dns_reading dns_message_read(const struct dns_message *, const uint8_t *data, size_t size,
    bool stream, struct dns_finding *);

#endif
