/*
 * zanycastd: options and start order, nothing else. The same program is engine
 * and runner when the keeper starts it by those names.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ipc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "engine/engine.h"
#include "keeper/keeper.h"
#include "keeper/offspring.h"
#include "keeper/respawn.h"
#include "runner/link.h"
#include "zapi/dialect.h"

#define CONF_JSON_MAX (16 << 20)

static void __attribute__((noreturn)) usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: zanycastd [-bdtV] [-c directory] [-f file] [-p pidfile]\n"
	    "       zanycastd --dialects\n"
	    "  -b  in the background, with a parent that starts it again when it dies\n"
	    "  -c  every *.conf of directory belongs to the file [conf.d beside it]\n"
	    "  -d  log what is decided and why, to standard error\n"
	    "  -f  the configuration [%s/zanycast.conf]\n"
	    "  -p  with -b: names the parent [%s]\n"
	    "  -t  test the file, print what is wrong, exit 0 or 1\n"
	    "  -V  print the version\n",
	    ZC_CONF_DIR, ZC_PID_FILE);
	exit(status);
}

/* What the keeper left for its child in IPC_FD_CONF. */
static struct conf *
inherited_conf(void)
{
	struct stat st;
	struct conf *conf = NULL;
	char *text = NULL;
	ssize_t n;

	if (fstat(IPC_FD_CONF, &st) == 0 && st.st_size > 0 && st.st_size <= CONF_JSON_MAX &&
	    (text = malloc((size_t)st.st_size)) != NULL &&
	    (n = read(IPC_FD_CONF, text, (size_t)st.st_size)) == st.st_size)
		conf = conf_from_json(text, (size_t)n);
	free(text);
	close(IPC_FD_CONF);
	if (conf == NULL)
		fatalx("no configuration from the keeper");
	return conf;
}

static int
child_main(const char *role)
{
	struct conf *conf = inherited_conf();
	int status;

	log_open(role, conf->log_target, conf->log_level);
	if (strcmp(role, OFFSPRING_ENGINE) == 0) {
		prctl(PR_SET_NAME, "zanycast-engine");
		status = engine_main(conf);
	} else {
		prctl(PR_SET_NAME, "zanycast-runner");
		status = runner_main(conf, IPC_FD_LINK);
	}
	conf_free(conf);
	return status;
}

static int
list_dialects(void)
{
	for (size_t i = 0; i < zapi_dialect_count; i++)
		printf("%-12s %s\n", zapi_dialects[i].name, zapi_dialects[i].serves);
	return 0;
}

static int
test_file(const char *file, const char *dir)
{
	struct conf_errors errors = { 0 };
	struct conf *conf = conf_read_apart(file, dir, ZC_USER, &errors);
	unsigned int bad = conf == NULL;

	if (conf != NULL)
		bad = keeper_check_networks(conf, &errors);
	if (errors.text != NULL)
		fputs(errors.text, stderr);
	if (bad == 0)
		printf("%s: %zu services, no error\n", file, conf->nservices);
	conf_free(conf);
	free(errors.text);
	return bad != 0;
}

/* conf.d beside the file; there may be none yet, at the next reload there may. */
static char *
default_dir(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *dir;

	if (asprintf(&dir, "%.*sconf.d", slash != NULL ? (int)(slash - file + 1) : 0, file) == -1)
		err(1, "memory");
	return dir;
}

/* Reads the file; under -b every keeper does it anew. */
static int
daemon_main(const struct keeper_start *start)
{
	struct conf_errors errors = { 0 };
	struct conf *conf;

	conf = conf_read_apart(start->file, start->dir, ZC_USER, &errors);
	if (conf == NULL) {
		fputs(errors.text != NULL ? errors.text : "out of memory\n", stderr);
		if (start->pidfile != NULL && !start->debug && errors.text != NULL)
			log_warn_lines(errors.text); /* a later keeper has no stderr */
		free(errors.text);
		return 1;
	}
	free(errors.text);
	return keeper_run(conf, start);
}

static int
foreground_main(struct keeper_start *start)
{
	notify_open(&start->notify);
	return daemon_main(start);
}

/* The same file from wherever the parent is. */
static char *
absolute(const char *path)
{
	char *whole = NULL, *here = NULL;

	if (path[0] == '/')
		whole = strdup(path);
	else if ((here = getcwd(NULL, 0)) != NULL && asprintf(&whole, "%s/%s", here, path) == -1)
		whole = NULL;
	if (whole == NULL)
		err(1, "%s", path);
	free(here);
	return whole;
}

static int
background_main(const struct keeper_start *asked, const char *pidfile_path)
{
	char *file = absolute(asked->file), *dir = absolute(asked->dir),
	     *path = absolute(pidfile_path);
	struct pidfile pidfile;
	struct keeper_start start = {
		.file = file, .dir = dir, .debug = asked->debug, .pidfile = &pidfile
	};
	int status;

	respawn(path, &start);
	status = daemon_main(&start);
	free(file);
	free(dir);
	free(path);
	return status;
}

struct options {
	struct keeper_start start;
	const char *pidfile;
	bool background, test;
};

static void
read_options(struct options *o, int argc, char *argv[])
{
	int option;

	while ((option = getopt(argc, argv, "bc:df:hp:tV")) != -1) {
		switch (option) {
		case 'b':
			o->background = true;
			break;
		case 'c':
			o->start.dir = optarg;
			break;
		case 'd':
			o->start.debug = true;
			break;
		case 'f':
			o->start.file = optarg;
			break;
		case 'p':
			o->pidfile = optarg;
			break;
		case 't':
			o->test = true;
			break;
		case 'V':
			printf("zanycastd %s\n", PACKAGE_VERSION);
			exit(0);
		default:
			usage(option == 'h' ? 0 : 2);
		}
	}
	if (optind != argc || (o->pidfile != NULL && !o->background))
		usage(2);
}

int
main(int argc, char *argv[])
{
	struct options o = { .start.file = ZC_CONF_DIR "/zanycast.conf" };
	char *found = NULL;
	int status;

	if (argc > 0 &&
	    (strcmp(argv[0], OFFSPRING_ENGINE) == 0 || strcmp(argv[0], OFFSPRING_RUNNER) == 0))
		return child_main(argv[0]);
	if (argc == 2 && strcmp(argv[1], "--dialects") == 0)
		return list_dialects();
	read_options(&o, argc, argv);
	if (o.start.dir == NULL)
		o.start.dir = found = default_dir(o.start.file);
	else if (access(o.start.dir, R_OK | X_OK) == -1)
		err(1, "%s", o.start.dir);
	if (!o.test && geteuid() != 0)
		errx(1, "must be started as root: it adds addresses and opens zebra's socket");
	if (o.test)
		status = test_file(o.start.file, o.start.dir);
	else if (o.background)
		status = background_main(&o.start, o.pidfile != NULL ? o.pidfile : ZC_PID_FILE);
	else
		status = foreground_main(&o.start);
	free(found);
	return status;
}
