/*
 * The table of remedies, and the command of the one that fits.
 */
#include "beyond/remedy.h"

#include <stdio.h>
#include <string.h>

#define LINE 128
#define RESTART "systemctl restart frr"

/* Where redistributing anew is enough: from that release on. Else only a restart leaves nothing. */
static const struct anew {
	const char *daemon, *router;
	unsigned int major, minor;
	const char *cost;
} anews[] = {
	/* 7.5 hears again, but does not take back what is stale */
	{ "ospfd", "router ospf", 8, 4, "its routes are gone for 6 to 7 s" },
	/* 8.4 loses all of them, and they do not come back */
	{ "ospf6d", "router ospf6", 10, 3, "its routes are gone for 5 to 6 s" },
	{ "ripd", "router rip", 8, 4, "its routes are gone for 1 to 3 s" },
	{ "ripngd", "router ripng", 8, 4, "its routes are gone for 1 to 3 s" },
	/* bgpd hears again and keeps what is stale, on all releases */
};

static const struct anew *
find_anew(const char *daemon, const struct zapi_release *release)
{
	size_t i;

	if (release == NULL || release->quagga)
		return NULL;
	for (i = 0; i < sizeof(anews) / sizeof(anews[0]); i++)
		if (strcmp(anews[i].daemon, daemon) == 0 &&
		    zapi_release_compare(release, anews[i].major, anews[i].minor) >= 0)
			return &anews[i];
	return NULL;
}

/* Nothing that a shell, or we, would read otherwise than meant. */
static bool
is_plain(const char *line)
{
	return line[strspn(line,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.: ")] == '\0';
}

/*
 * The "redistribute connected …" of that router, without its indent. False: there is none, more
 * than one router, or a line that is not understood.
 */
static bool
redistribution(const char *config, const char *router, char found[LINE])
{
	char line[LINE];
	const char *at, *end;
	bool here = false;
	int routers = 0, lines = 0;
	size_t len;

	for (at = config; *at != '\0'; at = *end != '\0' ? end + 1 : end) {
		end = at + strcspn(at, "\n");
		len = (size_t)(end - at);
		if (len >= LINE)
			continue;
		memcpy(line, at, len);
		line[len] = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (line[0] != ' ') {
			here = strcmp(line, router) == 0;
			routers += strncmp(line, router, strlen(router)) == 0 &&
			    (line[strlen(router)] == '\0' || line[strlen(router)] == ' ');
		} else if (here && strncmp(line, " redistribute connected", 23) == 0) {
			snprintf(found, LINE, "%s", line + 1);
			lines++;
		}
	}
	return routers == 1 && lines == 1 && is_plain(found);
}

void
remedy_restart(struct remedy *remedy)
{
	snprintf(remedy->command, sizeof(remedy->command), "%s", RESTART);
	remedy->cost = "all routes of this host are gone for 5 to 16 s";
}

void
remedy_find(struct remedy *remedy, const char *daemon, const struct zapi_release *release,
    const char *config)
{
	const struct anew *anew = find_anew(daemon, release);
	char line[LINE];
	int n;

	if (anew != NULL && config != NULL && redistribution(config, anew->router, line)) {
		n = snprintf(remedy->command, sizeof(remedy->command),
		    "vtysh -c 'configure terminal' -c '%s' -c 'no redistribute connected' -c '%s'",
		    anew->router, line);
		remedy->cost = anew->cost;
		if (n < (int)sizeof(remedy->command))
			return;
	}
	remedy_restart(remedy);
}
