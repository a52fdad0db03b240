/*
 * Three processes of one program: who was called and waits for the start, the
 * parent, the keeper. The parent hears from the keeper what a service manager hears.
 */
#include "keeper/respawn.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "keeper/succession.h"

/* Counted in looks of ours, so that a machine that stood still is given time. */
#define LOOK_MS 1000
#define START_LOOKS 20 /* a keeper must work, or be gone, by then */
#define HUNG_LOOKS 5   /* so long without a word: it hangs. Its aliases live longer */

struct parent {
	struct keeper_start *start;
	struct succession succession;
	sigset_t signals, before;
	int signal_fd, link; /* link: to the keeper */
	int starter;	     /* is told how the start went; -1: it was */
	pid_t keeper;	     /* 0: none */
	int64_t next_at;     /* the next one starts, clock_ms() */
	int patience;	     /* looks left */
	bool reload;	     /* SIGHUP came before it could be passed on */
};

static void
open_log(const struct parent *p)
{
	log_open(
	    "zanycastd", p->start->debug ? LOG_TARGET_STDERR : LOG_TARGET_SYSLOG, LOG_LEVEL_INFO);
}

static void
tell_starter(struct parent *p, int status)
{
	unsigned char byte = (unsigned char)status;

	if (p->starter == -1)
		return;
	log_echo(-1);
	if (!p->start->debug)
		/* who has the answer has its terminal back */
		(void)child_mute(STDIN_FILENO, STDERR_FILENO);
	(void)!write(p->starter, &byte, sizeof(byte));
	close(p->starter);
	p->starter = -1;
}

static void __attribute__((noreturn)) end(struct parent *p, int status)
{
	pidfile_remove(p->start->pidfile);
	tell_starter(p, status);
	exit(status);
}

/* Another, or the end. */
static void
bury(struct parent *p, struct succession_fate fate)
{
	int64_t wait = succession_died(&p->succession, fate, clock_ms());

	if (wait == SUCCESSION_ENDS)
		end(p, p->succession.status);
	log_warnx("the next keeper starts in %lld ms", (long long)wait);
	p->next_at = clock_ms() + wait;
}

/* Short of memory, perhaps because of whom it was killed for: later. */
static void
fail_to_start(struct parent *p, const int link[2])
{
	log_warn("a keeper cannot be started");
	if (link[0] != -1)
		close(link[0]);
	if (link[1] != -1)
		close(link[1]);
	bury(p, (struct succession_fate){ .killed = true, .value = SIGKILL });
}

/* The child: true. */
static bool
start_keeper(struct parent *p)
{
	int link[2] = { -1, -1 };
	pid_t pid;

	p->patience = START_LOOKS;
	p->next_at = CLOCK_NEVER;
	succession_started(&p->succession, clock_ms());
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) == -1 ||
	    (pid = fork()) == -1) {
		fail_to_start(p, link);
		return false;
	}
	if (pid != 0) {
		p->keeper = pid;
		close(link[1]);
		p->link = link[0];
		return false;
	}
	close(link[0]);
	close(p->signal_fd);
	if (p->starter != -1)
		close(p->starter);
	log_echo(-1);
	open_log(p);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	p->start->notify = (struct notify){ .fd = link[1], .watchdog_ms = HUNG_LOOKS * LOOK_MS };
	return true;
}

static void
signal_keeper(const struct parent *p, int number)
{
	if (p->keeper != 0)
		kill(p->keeper, number);
}

/* The same signals mean the same to keeper and parent. */
static void
on_signal(struct parent *p, int number)
{
	switch (number) {
	case SIGCHLD:
		return;
	case SIGHUP:
		if (p->succession.ready)
			signal_keeper(p, SIGHUP);
		p->reload = !p->succession.ready;
		return;
	default:
		succession_end(&p->succession);
		signal_keeper(p, number);
		if (p->keeper == 0) {
			log_warnx("the keeper had died: aliases end by their lifetime");
			end(p, 1);
		}
	}
}

static void
on_word(struct parent *p, const char *word)
{
	if (p->succession.ready)
		p->patience = HUNG_LOOKS;
	if (strncmp(word, "READY=1", 7) != 0 || p->succession.ready)
		return;
	succession_ready(&p->succession);
	p->patience = HUNG_LOOKS;
	tell_starter(p, 0);
	if (p->reload)
		signal_keeper(p, SIGHUP);
	p->reload = false;
}

static void
hear_keeper(struct parent *p)
{
	char word[256];
	ssize_t n;

	while ((n = recv(p->link, word, sizeof(word) - 1, MSG_DONTWAIT)) > 0) {
		word[n] = '\0';
		on_word(p, word);
	}
	if (n == 0) { /* its death follows */
		close(p->link);
		p->link = -1;
	}
}

static void
lose_patience(struct parent *p)
{
	struct succession *s = &p->succession;

	p->patience = START_LOOKS;
	if (!s->ever_ready && !s->ending) {
		log_warnx("zanycastd does not work %d s after its start and is stopped: its log "
			  "says why",
		    START_LOOKS * LOOK_MS / 1000);
		succession_end(s);
		signal_keeper(p, SIGTERM);
		return;
	}
	log_warnx("the keeper hangs: killed");
	signal_keeper(p, SIGKILL);
}

static void
reap_keeper(struct parent *p)
{
	struct succession_fate fate;
	int status;

	if (p->keeper == 0 || waitpid(p->keeper, &status, WNOHANG) != p->keeper)
		return;
	hear_keeper(p); /* its last words */
	if (p->link != -1)
		close(p->link);
	p->link = -1;
	p->keeper = 0;
	fate.killed = WIFSIGNALED(status);
	fate.value = (unsigned int)(fate.killed ? WTERMSIG(status) : WEXITSTATUS(status));
	if (fate.killed || fate.value != 0)
		log_warnx(
		    "the keeper ended: %s %u", fate.killed ? "signal" : "exit status", fate.value);
	bury(p, fate);
}

/* Until something happens, or it is time to look. */
static void
wait_a_while(struct parent *p)
{
	struct pollfd ends[] = { { p->signal_fd, POLLIN, 0 }, { p->link, POLLIN, 0 } };
	int64_t ms = p->keeper != 0 ? LOOK_MS : p->next_at - clock_ms();
	struct signalfd_siginfo info;

	if (poll(ends, 2, ms < 0 ? 0 : (int)ms) == 0 && p->keeper != 0 && --p->patience == 0)
		lose_patience(p);
	if (ends[1].revents != 0)
		hear_keeper(p);
	if (ends[0].revents != 0 && read(p->signal_fd, &info, sizeof(info)) == sizeof(info))
		on_signal(p, (int)info.ssi_signo);
}

/* Returns in keepers. */
static void
live(struct parent *p)
{
	for (;;) {
		if (p->keeper == 0 && clock_ms() >= p->next_at && start_keeper(p))
			return;
		wait_a_while(p);
		reap_keeper(p);
	}
}

static void
take_pidfile(struct pidfile *pidfile, const char *path)
{
	if (pidfile_take(pidfile, path) == 0)
		return;
	if (errno == EWOULDBLOCK)
		errx(1, "%s: zanycastd runs already: stop it first, or choose another file by -p",
		    path);
	err(1, "%s", path);
}

/* The parent's answer; none: it was killed. */
static void __attribute__((noreturn)) wait_for_start(int fd)
{
	unsigned char status = 1;

	while (read(fd, &status, sizeof(status)) == -1 && errno == EINTR)
		;
	_exit(status);
}

static void
catch_signals(struct parent *p)
{
	static const int numbers[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1 };

	sigemptyset(&p->signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&p->signals, numbers[i]);
	sigprocmask(SIG_BLOCK, &p->signals, &p->before);
	p->signal_fd = signalfd(-1, &p->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->signal_fd == -1)
		err(1, "signals");
	signal(SIGPIPE, SIG_IGN);
}

void
respawn(const char *path, struct keeper_start *start)
{
	struct parent p = { .start = start, .link = -1 };
	int answer[2];
	pid_t pid;

	take_pidfile(start->pidfile, path);
	if (pipe2(answer, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		err(1, "the background");
	if (pid != 0) {
		close(answer[1]);
		wait_for_start(answer[0]);
	}
	close(answer[0]);
	p.starter = answer[1];
	if (setsid() == -1 || chdir("/") == -1)
		err(1, "the background");
	(void)child_mute(STDIN_FILENO, STDOUT_FILENO);
	catch_signals(&p);
	pidfile_write(start->pidfile);
	open_log(&p);
	if (!start->debug) /* for who waits; later syslog has them alone */
		log_echo(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
	live(&p);
}
