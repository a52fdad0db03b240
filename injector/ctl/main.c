/*
 * zanycastctl: what is said on the command line becomes requests, and answers
 * become lines and an exit status.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/client.h"
#include "ctl/print.h"
#include "ctl/words.h"

#define EXIT_DONE 0
#define EXIT_REFUSED 1
#define EXIT_USAGE 2
#define EXIT_NOBODY 3
#define EXIT_WRONG 4 /* show: something is not as it should be */

#define RECONNECT_MS 2000 /* a reload is a new engine */
#define RETRY_NS 50000000
#define ASK_TRIES 3

typedef struct json_object object;

struct call {
	const char *socket;
	struct client *client;
	bool json;
	char **words; /* behind the command's */
	int n;
	int tries; /* of so many engines it may be asked */
};

static void __attribute__((noreturn)) usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: zanycastctl [-jV] [-s socket] command\n"
	    "  show [services | routes | checks | zebra]\n"
	    "  why service\n"
	    "  drain service [reason]\n"
	    "  undrain service\n"
	    "  check service\n"
	    "  reload\n"
	    "  leave\n"
	    "  monitor\n"
	    "  -j  print JSON\n"
	    "  -s  the control socket [%s/control.sock]\n",
	    ZC_RUN_DIR);
	exit(status);
}

static void __attribute__((noreturn)) nobody(const struct call *call, int error)
{
	if (error == EACCES || error == EPERM)
		errx(EXIT_REFUSED, "may not connect to %s: only root and its group may",
		    call->socket);
	if (error == ETIMEDOUT)
		errx(EXIT_NOBODY, "zanycastd does not answer at %s", call->socket);
	errx(EXIT_NOBODY, "no zanycastd at %s: %s", call->socket, strerror(error));
}

static void
add(object *o, const char *key, const char *text)
{
	object *value = json_object_new_string(text);

	if (o == NULL || value == NULL || json_object_object_add(o, key, value) != 0)
		err(EXIT_REFUSED, "memory");
}

static object *
request(const char *command)
{
	object *o = json_object_new_object();

	add(o, "cmd", command);
	return o;
}

/* Errors of a file are lines of their own. */
static void __attribute__((noreturn)) print_error(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	errx(EXIT_REFUSED, "%.*s", (int)len, text);
}

/* A new engine, or none. */
static bool
reconnect(struct call *call)
{
	static const struct timespec pause = { 0, RETRY_NS };
	int64_t deadline = clock_ms() + RECONNECT_MS;

	client_close(call->client);
	call->client = NULL;
	while (call->client == NULL && clock_ms() < deadline) {
		nanosleep(&pause, NULL);
		call->client = client_open(call->socket);
	}
	return call->client != NULL;
}

/* Says it and hears a line: NULL with errno. */
static object *
exchange(struct call *call, object *o)
{
	return client_send(call->client, o) == 0 ? client_receive(call->client, CLIENT_TIMEOUT_MS)
						 : NULL;
}

/* The daemon's answer when it is a good one; a bad one is printed, and that is it. */
static object *
ask(struct call *call, object *o)
{
	object *answer = exchange(call, o), *value;
	int tries;

	/* a reload: the engine that took the connection was replaced before it answered */
	for (tries = 1; answer == NULL && (errno == ECONNRESET || errno == EPIPE) &&
	     tries < call->tries && reconnect(call);
	     tries++)
		answer = exchange(call, o);
	if (answer == NULL)
		nobody(call, errno);
	json_object_put(o);
	if (json_object_object_get_ex(answer, "ok", &value) && json_object_get_boolean(value))
		return answer;
	if (call->json)
		puts(json_object_to_json_string_ext(answer, JSON_LINE));
	if (!json_object_object_get_ex(answer, "error", &value))
		errx(EXIT_REFUSED, "refused without a word");
	print_error(json_object_get_string(value));
}

static void
print_json(object *answer)
{
	puts(json_object_to_json_string_ext(answer, JSON_LINE));
}

static object *
ask_show(struct call *call, const char *what)
{
	object *o = request("show");

	add(o, "what", what);
	return ask(call, o);
}

static int
show_one(struct call *call, const char *what)
{
	object *answer = ask_show(call, what);
	bool well;

	if (call->json) {
		print_json(answer);
		well = print_is_well(what, answer);
	} else
		well = print_show(what, answer);
	json_object_put(answer);
	return well ? EXIT_DONE : EXIT_WRONG;
}

/* Zebra, services and routes; as JSON in one object. */
static int
show_all(struct call *call)
{
	static const char *const parts[] = { "zebra", "services", "routes" };
	object *all = json_object_new_object(), *answer, *part;
	bool well = true;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		answer = ask_show(call, parts[i]);
		well = print_is_well(parts[i], answer) && well;
		if (i > 0 && !call->json)
			putchar('\n');
		if (!call->json)
			print_show(parts[i], answer);
		else if (json_object_object_get_ex(answer, parts[i], &part))
			json_object_object_add(all, parts[i], json_object_get(part));
		json_object_put(answer);
	}
	if (call->json)
		print_json(all);
	json_object_put(all);
	return well ? EXIT_DONE : EXIT_WRONG;
}

static int
run_show(struct call *call, const char *command)
{
	static const char *const whats[] = { "services", "routes", "checks", "zebra" };
	enum word_match match;
	size_t place;

	(void)command;
	if (call->n == 0)
		return show_all(call);
	match = word_find(call->words[0], whats, sizeof(whats) / sizeof(whats[0]), &place);
	if (match == WORD_FOUND)
		return show_one(call, whats[place]);
	word_complain(match, "list", call->words[0], whats, sizeof(whats) / sizeof(whats[0]));
	return EXIT_USAGE;
}

/* The service that the first word means, to be freed. */
static char *
service_name(struct call *call)
{
	object *answer = ask_show(call, "services"), *array = NULL, *name;
	const char **names;
	char *found = NULL;
	enum word_match match;
	size_t i, n, place;

	json_object_object_get_ex(answer, "services", &array);
	n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
	names = calloc(n + 1, sizeof(*names));
	if (names == NULL)
		err(EXIT_REFUSED, "memory");
	for (i = 0; i < n; i++)
		names[i] =
		    json_object_object_get_ex(json_object_array_get_idx(array, i), "name", &name)
		    ? json_object_get_string(name)
		    : "";
	match = word_find(call->words[0], names, n, &place);
	if (match != WORD_FOUND)
		word_complain(match, "service", call->words[0], names, n);
	else if ((found = strdup(names[place])) == NULL)
		err(EXIT_REFUSED, "memory");
	free(names);
	json_object_put(answer);
	if (found == NULL)
		exit(EXIT_REFUSED);
	return found;
}

static void
add_service(struct call *call, object *o)
{
	char *name = service_name(call);

	add(o, "service", name);
	free(name);
}

/* All words behind the service, with blanks between. */
static void
add_reason(const struct call *call, object *o)
{
	char reason[512] = "";
	size_t len = 0;
	int i;

	for (i = 1; i < call->n && len < sizeof(reason); i++)
		len += (size_t)snprintf(
		    reason + len, sizeof(reason) - len, "%s%s", i > 1 ? " " : "", call->words[i]);
	add(o, "reason", reason);
}

static void
finish(struct call *call, object *answer)
{
	object *text;

	if (call->json)
		print_json(answer);
	else if (json_object_object_get_ex(answer, "text", &text) &&
	    json_object_get_string_len(text) > 0)
		puts(json_object_get_string(text));
	json_object_put(answer);
}

static int
run_why(struct call *call, const char *command)
{
	object *o = request(command), *answer;

	add_service(call, o);
	answer = ask(call, o);
	if (call->json)
		print_json(answer);
	else
		print_why(answer);
	json_object_put(answer);
	return EXIT_DONE;
}

static int
run_on_service(struct call *call, const char *command)
{
	object *o = request(command);

	add_service(call, o);
	if (call->n > 1)
		add_reason(call, o);
	finish(call, ask(call, o));
	return EXIT_DONE;
}

static int
run_plain(struct call *call, const char *command)
{
	finish(call, ask(call, request(command)));
	return EXIT_DONE;
}

/* Prints events until the connection ends. */
static void
follow(struct call *call)
{
	object *ev;

	while ((ev = client_receive(call->client, -1)) != NULL) {
		if (call->json)
			print_json(ev);
		else
			print_event(ev);
		fflush(stdout);
		json_object_put(ev);
	}
}

static int
run_monitor(struct call *call, const char *command)
{
	do {
		json_object_put(ask(call, request(command)));
		follow(call);
	} while (reconnect(call));
	warnx("zanycastd is gone");
	return EXIT_NOBODY;
}

static const struct command {
	const char *name;
	int least, most; /* words behind it */
	int (*run)(struct call *, const char *command);
	int tries;
} commands[] = {
	{ "show", 0, 1, run_show, ASK_TRIES },
	{ "why", 1, 1, run_why, ASK_TRIES },
	{ "drain", 1, 64, run_on_service, ASK_TRIES },
	{ "undrain", 1, 1, run_on_service, ASK_TRIES },
	{ "check", 1, 1, run_on_service, ASK_TRIES },
	{ "reload", 0, 0, run_plain, ASK_TRIES },
	{ "leave", 0, 0, run_plain, 1 },
	{ "monitor", 0, 0, run_monitor, ASK_TRIES },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *
find_command(const char *typed)
{
	const char *names[COMMANDS];
	enum word_match match;
	size_t i, place;

	for (i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	match = word_find(typed, names, COMMANDS, &place);
	if (match == WORD_FOUND)
		return &commands[place];
	word_complain(match, "command", typed, names, COMMANDS);
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct call call = { .socket = ZC_RUN_DIR "/control.sock" };
	const struct command *command;
	int option, status;

	while ((option = getopt(argc, argv, "+hjs:V")) != -1)
		switch (option) {
		case 'j':
			call.json = true;
			break;
		case 's':
			call.socket = optarg;
			break;
		case 'V':
			printf("zanycastctl %s\n", PACKAGE_VERSION);
			return EXIT_DONE;
		default:
			usage(option == 'h' ? EXIT_DONE : EXIT_USAGE);
		}
	if (optind == argc)
		usage(EXIT_USAGE);
	command = find_command(argv[optind]);
	call.words = argv + optind + 1;
	call.n = argc - optind - 1;
	if (command == NULL)
		return EXIT_USAGE;
	call.tries = command->tries;
	if (call.n < command->least || call.n > command->most)
		usage(EXIT_USAGE);
	call.client = client_open(call.socket);
	if (call.client == NULL)
		nobody(&call, errno);
	status = command->run(&call, command->name);
	client_close(call.client);
	return status;
}
