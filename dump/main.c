/*
 * zapidump: the options, and which of the two it does: a proxy, or a file.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump/play.h"
#include "dump/proxy.h"

enum { EXIT_USAGE = 2 };

static void __attribute__((noreturn)) usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: zapidump [-jx] [-d dialect] file\n"
	    "       zapidump [-jx] [-d dialect] [-w file] -p zebra tap\n"
	    "  -d, --dialect NAME|RELEASE|auto|none  [auto]\n"
	    "  -j, --json                            one object a line\n"
	    "  -p, --proxy                           pass on what comes, zebra's socket to tap\n"
	    "  -w, --write FILE                      record it, too\n"
	    "  -x, --hex                             show all bytes of each message\n");
	exit(status);
}

struct options {
	const struct zapi_dialect *dialect;
	bool raw, json, hex, proxy;
	const char *recording;
};

static void
take_dialect(struct options *o, const char *name)
{
	size_t i;

	o->raw = strcmp(name, "none") == 0;
	o->dialect = zapi_dialect_find(name);
	if (o->dialect != NULL || o->raw || strcmp(name, "auto") == 0)
		return;
	fprintf(stderr, "zapidump: no dialect is called %s; there are auto, none", name);
	for (i = 0; i < zapi_dialect_count; i++)
		fprintf(stderr, ", %s", zapi_dialects[i].name);
	fprintf(stderr, ", and releases such as 8.4.4\n");
	exit(EXIT_USAGE);
}

static void
take_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = { { "dialect", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' }, { "json", no_argument, NULL, 'j' },
		{ "proxy", no_argument, NULL, 'p' }, { "write", required_argument, NULL, 'w' },
		{ "hex", no_argument, NULL, 'x' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "d:hjpw:x", names, NULL)) != -1) {
		switch (c) {
		case 'd':
			take_dialect(o, optarg);
			break;
		case 'h':
			usage(0);
		case 'j':
			o->json = true;
			break;
		case 'p':
			o->proxy = true;
			break;
		case 'w':
			o->recording = optarg;
			break;
		case 'x':
			o->hex = true;
			break;
		default:
			usage(EXIT_USAGE);
		}
	}
	if (argc - optind != (o->proxy ? 2 : 1) || (o->recording != NULL && !o->proxy))
		usage(EXIT_USAGE);
}

static int
play(const struct options *o, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	static struct print print;
	char error[1024];

	if (file == NULL)
		err(EXIT_FAILURE, "%s", path);
	print_init(&print, stdout, o->json, o->hex);
	if (play_file(file, o->dialect, o->raw, &print, error, sizeof(error)) == -1) {
		fflush(stdout);
		errx(EXIT_FAILURE, "%s: %s", path, error);
	}
	fclose(file);
	if (fflush(stdout) == EOF || ferror(stdout))
		err(EXIT_FAILURE, "standard output");
	return EXIT_SUCCESS;
}

static int
tap(const struct options *o, const char *zebra, const char *path)
{
	struct proxy_options options = { .zebra = zebra,
		.tap = path,
		.dialect = o->dialect,
		.raw = o->raw,
		.lines = { .json = o->json, .hex = o->hex, .recording = o->recording } };

	return proxy_run(&options);
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };

	take_options(&o, argc, argv);
	return o.proxy ? tap(&o, argv[optind], argv[optind + 1]) : play(&o, argv[optind]);
}
