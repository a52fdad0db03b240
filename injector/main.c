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
#include "runner/link.h"
#include "zapi/dialect.h"

#define CONF_JSON_MAX (16 << 20)

static void __attribute__((noreturn)) usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: zanycastd [-dtV] [-c directory] [-f file]\n"
	    "       zanycastd --dialects\n"
	    "  -c  every *.conf of directory belongs to the file [conf.d beside it]\n"
	    "  -d  log what is decided and why, to standard error\n"
	    "  -f  the configuration [%s/zanycast.conf]\n"
	    "  -t  test the file, print what is wrong, exit 0 or 1\n"
	    "  -V  print the version\n",
	    ZC_CONF_DIR);
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

static int
daemon_main(const char *file, const char *dir, bool debug)
{
	struct conf_errors errors = { 0 };
	struct conf *conf;

	if (geteuid() != 0)
		errx(1, "must be started as root: it adds addresses and opens zebra's socket");
	conf = conf_read_apart(file, dir, ZC_USER, &errors);
	if (conf == NULL) {
		fputs(errors.text != NULL ? errors.text : "out of memory\n", stderr);
		return 1;
	}
	free(errors.text);
	return keeper_run(conf, file, dir, debug);
}

int
main(int argc, char *argv[])
{
	const char *file = ZC_CONF_DIR "/zanycast.conf", *dir = NULL;
	char *found = NULL;
	bool debug = false;
	int option, test = 0, status;

	if (argc > 0 &&
	    (strcmp(argv[0], OFFSPRING_ENGINE) == 0 || strcmp(argv[0], OFFSPRING_RUNNER) == 0))
		return child_main(argv[0]);
	if (argc == 2 && strcmp(argv[1], "--dialects") == 0)
		return list_dialects();
	while ((option = getopt(argc, argv, "c:df:htV")) != -1) {
		switch (option) {
		case 'c':
			dir = optarg;
			break;
		case 'd':
			debug = true;
			break;
		case 'f':
			file = optarg;
			break;
		case 't':
			test = 1;
			break;
		case 'V':
			printf("zanycastd %s\n", PACKAGE_VERSION);
			return 0;
		default:
			usage(option == 'h' ? 0 : 2);
		}
	}
	if (optind != argc)
		usage(2);
	if (dir == NULL)
		dir = found = default_dir(file);
	else if (access(dir, R_OK | X_OK) == -1)
		err(1, "%s", dir);
	status = test ? test_file(file, dir) : daemon_main(file, dir, debug);
	free(found);
	return status;
}
