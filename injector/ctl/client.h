/*
 * The other end of the control socket: asks in lines, hears lines.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

struct client;
struct json_object;

/* How an object becomes a line: json_object_to_json_string_ext(). */
#define JSON_LINE (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define CLIENT_TIMEOUT_MS 10000

/* NULL with errno: nobody listens at path, or one may not connect. */
struct client *client_open(const char *path);
void client_close(struct client *);

/* Sends an object as a line. 0, or -1 with errno. The object stays the caller's. */
int client_send(struct client *, struct json_object *);
/*
 * The next line as an object of the caller's. NULL with errno: ETIMEDOUT, ECONNRESET at the end of
 * the connection, EBADMSG for what is no answer. timeout_ms -1: waits as long as it takes.
 */
struct json_object *client_receive(struct client *, int timeout_ms);

#endif
