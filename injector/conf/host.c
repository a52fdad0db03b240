/*
 * The configuration against this host: accounts that must exist and programs
 * that must run, at load and not at three in the morning. Changes nothing.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/fill.h"

#define GROUPS_MAX 256

static void
validate_group(struct where at, const char *name, struct report *r)
{
	if (name != NULL && is_written(r, at) && getgrnam(name) == NULL)
		report_where(
		    r, at, "%s = %s: no such group: create it, or name another", at.option, name);
}

static void
validate_user(struct where at, const char *name, struct report *r)
{
	if (name != NULL && is_written(r, at) && getpwnam(name) == NULL)
		report_where(
		    r, at, "%s = %s: no such user: create it, or name another", at.option, name);
}

/* By the mode alone; a user that does not exist may what anybody may. */
static bool
may_execute(const struct stat *st, const char *user)
{
	const struct passwd *pw = user != NULL ? getpwnam(user) : NULL;
	gid_t groups[GROUPS_MAX];
	int n = GROUPS_MAX;

	if (pw == NULL || pw->pw_uid == 0)
		return (st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	if (st->st_uid == pw->pw_uid)
		return (st->st_mode & S_IXUSR) != 0;
	if (getgrouplist(user, pw->pw_gid, groups, &n) == -1)
		return (st->st_mode & (S_IXGRP | S_IXOTH)) != 0;
	for (int i = 0; i < n; i++)
		if (st->st_gid == groups[i])
			return (st->st_mode & S_IXGRP) != 0;
	return (st->st_mode & S_IXOTH) != 0;
}

static void
validate_program(struct where at, const char *path, const char *user, struct report *r)
{
	char shown[SHOW_STRLEN];
	struct stat st;

	if (path == NULL || path[0] != '/')
		return;
	show(path, shown);
	if (stat(path, &st) == -1) {
		/* This process may have less rights than the one that will start it. */
		if (errno != EACCES)
			report_where(r, at, "%s = %s: %s", at.option, shown, strerror(errno));
	} else if (S_ISDIR(st.st_mode))
		report_where(
		    r, at, "%s = %s is a directory: name the program in it", at.option, shown);
	else if (!S_ISREG(st.st_mode))
		report_where(r, at, "%s = %s is no plain file", at.option, shown);
	else if (!may_execute(&st, user))
		report_where(r, at, "%s = %s may not be executed by %s: see its mode", at.option,
		    shown, user != NULL ? user : "anybody");
}

void
validate_host(const struct conf *c, struct report *r)
{
	validate_user(OF_BLOCK(BLOCK_TOP, "user"), c->user, r);
	validate_group(OF_BLOCK(BLOCK_TOP, "group"), c->group, r);
	validate_group(OF_BLOCK(BLOCK_TOP, "control_group"), c->control_group, r);
	validate_user(OF_BLOCK(BLOCK_HOOK, "user"), c->hook_user, r);
	validate_program(OF_BLOCK(BLOCK_HOOK, "program"), c->hook,
	    c->hook_user != NULL ? c->hook_user : c->user, r);
	for (size_t i = 0; i < c->nservices; i++)
		for (size_t k = 0; k < c->services[i].nchecks; k++) {
			const struct conf_check *check = &c->services[i].checks[k];

			if (check->kind != CHECK_EXEC || check->argv == NULL)
				continue;
			validate_user(OF_CHECK(i, k, "user"), check->user, r);
			validate_program(OF_CHECK(i, k, "command"), check->argv[0],
			    check->user != NULL ? check->user : c->user, r);
		}
}
