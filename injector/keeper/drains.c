/*
 * Drains in a JSON file: {"SERVICE": {"drained": true, "reason": "…", "boot": "…"}}.
 */
#include "keeper/drains.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define FILE_MAX (1 << 20)

struct drains {
	char path[256];
	char boot[40]; /* names this boot of the host */
	struct json_object *all;
};

static void
read_boot(char *boot, size_t size)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd != -1 ? read(fd, boot, size - 1) : -1;

	if (fd != -1)
		close(fd);
	boot[n > 0 ? n : 0] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
}

static struct json_object *
read_file(const char *path)
{
	struct json_object *all = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char aside[280];

	if (fd == -1) {
		if (errno != ENOENT)
			log_warn("%s: nothing is drained by it", path);
		return NULL;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		all = json_object_from_fd(fd);
	close(fd);
	if (json_object_is_type(all, json_type_object))
		return all;
	json_object_put(all);
	snprintf(aside, sizeof(aside), "%s.bad", path);
	log_warnx(
	    "%s: not what was written there; nothing is drained by it, kept as %s", path, aside);
	(void)rename(path, aside);
	return NULL;
}

struct drains *
drains_open(const char *dir)
{
	struct drains *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	if (mkdir(dir, 0750) == -1 && errno != EEXIST)
		log_warn("%s: drains will not survive a restart", dir);
	snprintf(d->path, sizeof(d->path), "%s/drains.json", dir);
	read_boot(d->boot, sizeof(d->boot));
	d->all = read_file(d->path);
	if (d->all == NULL && (d->all = json_object_new_object()) == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
drains_close(struct drains *d)
{
	if (d == NULL)
		return;
	json_object_put(d->all);
	free(d);
}

static const char *
text_of(struct json_object *entry, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(entry, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

bool
drains_get(const struct drains *d, const char *service, bool start_drained, const char **reason)
{
	struct json_object *entry, *drained;
	const char *boot;

	*reason = NULL;
	if (!json_object_object_get_ex(d->all, service, &entry) ||
	    !json_object_object_get_ex(entry, "drained", &drained)) {
		*reason = start_drained ? "start = drained" : NULL;
		return start_drained;
	}
	if (json_object_get_boolean(drained)) {
		*reason = text_of(entry, "reason");
		return true;
	}
	boot = text_of(entry, "boot");
	if (start_drained && (boot == NULL || strcmp(boot, d->boot) != 0)) {
		*reason = "start = drained";
		return true;
	}
	return false;
}

static int
write_file(const struct drains *d)
{
	char fresh[280];
	int fd, ok;

	snprintf(fresh, sizeof(fresh), "%s.new", d->path);
	(void)unlink(fresh); /* of a write that did not end; and no link is followed */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd == -1)
		return -1;
	ok = json_object_to_fd(fd, d->all, JSON_C_TO_STRING_PRETTY) == 0 && fsync(fd) == 0;
	close(fd);
	return ok ? rename(fresh, d->path) : -1;
}

int
drains_set(struct drains *d, const char *service, bool on, const char *reason)
{
	struct json_object *entry = json_object_new_object();

	if (entry == NULL)
		return -1;
	json_object_object_add(entry, "drained", json_object_new_boolean(on));
	if (on && reason != NULL && reason[0] != '\0')
		json_object_object_add(entry, "reason", json_object_new_string(reason));
	json_object_object_add(entry, "boot", json_object_new_string(d->boot));
	json_object_object_add(d->all, service, entry);
	return write_file(d);
}
