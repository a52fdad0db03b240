/*
 * Any bytes as one message of any dialect in any direction. First byte: dialect;
 * second: direction; the rest is the message, its length made right.
 */
#include <stdlib.h>
#include <string.h>

#include "zapi/expected.h"
#include "zapi/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

/* What was understood can be said again, and means the same. */
static void
check_again(const struct zapi_dialect *d, const struct zapi_msg *msg)
{
	struct zapi_msg again;
	uint8_t buf[128];
	size_t len;

	len = zapi_encode_route_add(d, 0, &msg->route.prefix, msg->route.ifindex, msg->route.metric,
	    msg->route.tag, buf, sizeof(buf));
	check(len > 0);
	check(zapi_decode(d, ZAPI_TO_ZEBRA, buf, len, &again) == 0);
	check(again.trailing == 0);
	check(memcmp(&again.route.prefix, &msg->route.prefix, sizeof(again.route.prefix)) == 0);
	check(again.route.ifindex == msg->route.ifindex);
}

/* It can be said in words, of which a terminal understands each. */
static void
check_words(const struct zapi_dialect *d, enum zapi_direction direction, const struct zapi_msg *msg,
    enum phrase_form form, size_t size)
{
	char *text = malloc(size);
	struct phrase p;
	size_t i;

	if (text == NULL)
		return;
	phrase_init(&p, form, text, size);
	zapi_words(&p, d, direction, msg);
	check(p.used < size && text[p.used] == '\0');
	check(size < ZAPI_WORDS_MAX || !p.cut);
	for (i = 0; i < p.used; i++)
		check(text[i] >= 0x20 && text[i] < 0x7f);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum zapi_direction direction;
	char expected[ZAPI_EXPECTED_MAX];
	const struct zapi_dialect *d;
	struct zapi_msg msg;
	uint8_t *copy;

	if (size < 2 + 4 || size - 2 > ZAPI_MESSAGE_MAX)
		return 0;
	d = &zapi_dialects[data[0] % zapi_dialect_count];
	size -= 2;
	copy = malloc(size);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 2, size);
	copy[0] = (uint8_t)(size >> 8);
	copy[1] = (uint8_t)size;
	copy[2] = d->marker;
	copy[3] = d->version;
	direction = data[1] & 1 ? ZAPI_TO_ZEBRA : ZAPI_FROM_ZEBRA;
	if (zapi_decode(d, direction, copy, size, &msg) == 0) {
		check(msg.trailing <= size);
		if (msg.command == ZAPI_REDIST_ADD || msg.command == ZAPI_REDIST_DEL)
			check_again(d, &msg);
		check_words(d, direction, &msg, PHRASE_TEXT, ZAPI_WORDS_MAX);
		check_words(d, direction, &msg, PHRASE_JSON, ZAPI_WORDS_MAX);
		check_words(d, direction, &msg, PHRASE_JSON, 1 + size % 100);
	} else {
		zapi_expected(d, direction, msg.command, expected, sizeof(expected));
	}
	free(copy);
	return 0;
}
