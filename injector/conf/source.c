/*
 * Reads the files of the configuration whole: only plain files, bounded, so that
 * a FIFO or a device in their place does no harm. Knows nothing of their content.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/raw.h"
#include "conf/source.h"

/* NULL, or what is wrong. */
static const char *
check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "is a directory: name a file";
	if (!S_ISREG(st.st_mode))
		return "is no plain file: a configuration must be one";
	if ((st.st_mode & S_IWOTH) != 0)
		return "may be written by everybody: chmod o-w";
	if (st.st_size > SOURCES_SIZE)
		return "is larger than 1 MiB: that is no configuration";
	return NULL;
}

static const char *
read_all(int fd, struct source *s, size_t max)
{
	char *text = must_alloc(max + 2, 1);
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, max + 1 - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || (len += (size_t)n) > max) {
			free(text);
			return n == -1 ? strerror(errno)
				       : "all files together are larger than 1 MiB";
		}
	}
	s->text = text;
	s->len = len;
	return NULL;
}

static void
load(struct sources *all, const char *name, struct report *r)
{
	struct source *s = &all->files[all->count];
	const char *why;
	int fd;

	s->name = must_dup(name);
	all->count++;
	/* O_NONBLOCK: the open of a FIFO would wait for a writer. */
	if ((fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) == -1) {
		report_at(r, (struct place){ s, 0 }, "cannot be read: %s", strerror(errno));
		return;
	}
	why = check_file(fd);
	if (why == NULL)
		why = read_all(fd, s, SOURCES_SIZE - all->size);
	close(fd);
	if (why != NULL)
		report_at(r, (struct place){ s, 0 }, "%s", why);
	all->size += s->len;
}

static int
is_wanted(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && e->d_name[0] != '#' && n > 5 &&
	    strcmp(e->d_name + n - 5, ".conf") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

void
sources_load(struct sources *all, const char *file, const char *dir, struct report *r)
{
	struct dirent **names = NULL;
	int n = 0, error = 0;

	if (dir != NULL && (n = scandir(dir, &names, is_wanted, by_bytes)) == -1) {
		error = errno;
		n = 0;
	}
	all->files = must_alloc((size_t)n + 2, sizeof(*all->files));
	load(all, file, r);
	if (error != 0 && error != ENOENT) {
		struct source *s = &all->files[all->count++];

		s->name = must_dup(dir);
		report_at(r, (struct place){ s, 0 }, "cannot be read: %s", strerror(error));
	}
	if (n > SOURCES_MAX)
		report_at(r, (struct place){ &all->files[0], 0 }, "%d files in %s: no more than %d",
		    n, dir, SOURCES_MAX);
	for (int i = 0; i < n; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", dir, names[i]->d_name) == -1)
			abort();
		if (i < SOURCES_MAX)
			load(all, path, r);
		free(path);
		free(names[i]);
	}
	free(names);
}

void
sources_free(struct sources *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->files[i].name);
		free(all->files[i].text);
	}
	free(all->files);
	*all = (struct sources){ .files = NULL };
}
