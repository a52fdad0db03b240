/*
 * A connection to the daemon: whole lines in, whole lines out, with limits.
 * What the lines say is not its business.
 */
#include "ctl/client.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define ANSWER_MAX (16 << 20)
#define READ_SIZE 65536

struct client {
	int fd;
	char *buf;
	size_t len, size;
	size_t looked; /* bytes that hold no end of line */
};

struct client *
client_open(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct client *c;
	int saved;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(addr.sun_path, path, strlen(path));
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd != -1 && connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return c;
	saved = errno;
	client_close(c);
	errno = saved;
	return NULL;
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	if (c->fd != -1)
		close(c->fd);
	free(c->buf);
	free(c);
}

static int
send_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(fd, text, len, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int
client_send(struct client *c, struct json_object *o)
{
	size_t len;
	const char *text = json_object_to_json_string_length(o, JSON_LINE, &len);

	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	return send_all(c->fd, text, len) == -1 ? -1 : send_all(c->fd, "\n", 1);
}

static bool
make_room(struct client *c)
{
	char *larger;

	if (c->size - c->len >= READ_SIZE)
		return true;
	if (c->size >= ANSWER_MAX) {
		errno = EBADMSG;
		return false;
	}
	larger = realloc(c->buf, c->size * 2 + READ_SIZE);
	if (larger == NULL)
		return false;
	c->buf = larger;
	c->size = c->size * 2 + READ_SIZE;
	return true;
}

/* More bytes: 0, or -1 with errno. deadline in clock_ms(). */
static int
read_more(struct client *c, int64_t deadline)
{
	struct pollfd poller = { .fd = c->fd, .events = POLLIN };
	int64_t left = -1;
	ssize_t n;

	if (!make_room(c))
		return -1;
	if (deadline != CLOCK_NEVER) {
		left = deadline - clock_ms();
		if (left < 0)
			left = 0;
	}
	n = poll(&poller, 1, (int)left);
	if (n == 0)
		errno = ETIMEDOUT;
	if (n <= 0)
		return n == -1 && errno == EINTR ? 0 : -1;
	n = recv(c->fd, c->buf + c->len, c->size - c->len, 0);
	if (n == 0)
		errno = ECONNRESET;
	if (n <= 0)
		return n == -1 && errno == EINTR ? 0 : -1;
	c->len += (size_t)n;
	return 0;
}

/* Takes a line out of what has arrived, as an object. */
static struct json_object *
take_line(struct client *c, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *o = NULL;

	if (tokener != NULL)
		o = json_tokener_parse_ex(tokener, c->buf, (int)len);
	json_tokener_free(tokener);
	c->len -= len;
	c->looked = 0;
	memmove(c->buf, c->buf + len, c->len);
	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		errno = EBADMSG;
		return NULL;
	}
	return o;
}

struct json_object *
client_receive(struct client *c, int timeout_ms)
{
	int64_t deadline = timeout_ms < 0 ? CLOCK_NEVER : clock_ms() + timeout_ms;
	char *end;

	for (;;) {
		end = c->len > c->looked ? memchr(c->buf + c->looked, '\n', c->len - c->looked)
					 : NULL;
		if (end != NULL)
			return take_line(c, (size_t)(end - c->buf) + 1);
		c->looked = c->len;
		if (read_more(c, deadline) == -1)
			return NULL;
	}
}
