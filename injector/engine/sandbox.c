/*
 * Gives up everything root could do. Happens once, before the first byte of a
 * stranger is read.
 */
#include "config.h"

#include "engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif
#ifdef HAVE_SECCOMP
#include <linux/netlink.h>
#include <seccomp.h>
#endif

#include "base/log.h"
#include "conf/conf.h"

#define DESCRIPTORS 16384

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

gid_t
sandbox_group(const char *name)
{
	struct group *group = getgrnam(name);

	return group != NULL ? group->gr_gid : (gid_t)-1;
}

static void
become(const struct conf *conf)
{
	struct passwd *user;
	gid_t gid = sandbox_group(conf->group);

	if (geteuid() != 0)
		return;
	user = getpwnam(conf->user);
	if (user == NULL)
		fatalx("user %s does not exist: make it (useradd --system --no-create-home %s) or "
		       "set `user`",
		    conf->user, conf->user);
	if (gid == (gid_t)-1)
		fatalx("group %s does not exist: make it (groupadd --system %s) or set `group`",
		    conf->group, conf->group);
	if (user->pw_uid == 0)
		fatalx("user %s is root: the engine needs a user of its own", conf->user);
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1)
		fatal("can't become group %s", conf->group);
	if (setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == -1)
		fatal("can't become user %s", conf->user);
	if (setuid(0) == 0)
		fatalx("still root after becoming %s", conf->user);
}

static void
drop_capabilities(void)
{
#ifdef HAVE_LIBCAP_NG
	capng_clear(CAPNG_SELECT_ALL);
	/* without CAP_SETPCAP the bounding set stays; what it bounds can't be had anyhow */
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		fatalx("can't drop capabilities");
#endif
}

static void
limit(int resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) == -1)
		return;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
		most = now.rlim_max;
	now.rlim_cur = now.rlim_max = most;
	if (setrlimit((__rlimit_resource_t)resource, &now) == -1)
		log_warn("can't set a resource limit");
}

void
sandbox_enter(const struct conf *conf)
{
	become(conf);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("can't forbid new privileges");
	drop_capabilities();
	/* who becomes another is forgotten: nobody outlives the keeper, not even when stopped */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	limit(RLIMIT_NOFILE, DESCRIPTORS);
	limit(RLIMIT_NPROC, 0);
	if (log_level() != LOG_LEVEL_DEBUG)
		limit(RLIMIT_CORE, 0);
	if (sandbox_filter() == -1) {
		if (errno != ENOSYS && errno != EINVAL)
			fatal("can't filter system calls");
		log_warnx("the kernel has no seccomp: system calls are not filtered");
	}
}

/*
 * The system calls an engine needs, and no others. What is in neither list fails with ENOSYS, which
 * libc knows how to live with: a filter must not take a healthy service down because some libc asks
 * for a newer call. What only an intruder wants ends the process.
 */
#if !defined(HAVE_SECCOMP) || defined(SANITIZED)

int
sandbox_filter(void)
{
	return 0;
}

#else

/* Whatever their arguments are. Nothing here makes a process, a file or a mapping to execute. */
static const int allowed[] = {
	/* descriptors */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(fcntl),
	SCMP_SYS(fcntl64),
	SCMP_SYS(ioctl),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fstatat64),
	SCMP_SYS(stat),
	SCMP_SYS(stat64),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2),
	SCMP_SYS(close_range),
	/* waiting */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64),
	SCMP_SYS(select),
	SCMP_SYS(_newselect),
	SCMP_SYS(pselect6),
	SCMP_SYS(pselect6_time64),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_settime64),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),
	SCMP_SYS(pause),
	/* sockets; socket() itself is below */
	SCMP_SYS(socketpair),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(accept4),
	SCMP_SYS(accept),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(sendto),
	SCMP_SYS(send),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recv),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvmmsg_time64),
	SCMP_SYS(shutdown),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getsockopt),
	/* time, chance, who we are */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_getres_time64),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(getuid32),
	SCMP_SYS(geteuid),
	SCMP_SYS(geteuid32),
	SCMP_SYS(getgid),
	SCMP_SYS(getgid32),
	SCMP_SYS(getegid),
	SCMP_SYS(getegid32),
	SCMP_SYS(getresuid),
	SCMP_SYS(getresgid),
	SCMP_SYS(getgroups),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(getrlimit),
	SCMP_SYS(ugetrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(times),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu),
	/* memory; mmap() and mprotect() are below */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(membarrier),
	/* signals and the end */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigpending),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(rt_sigsuspend),
	SCMP_SYS(sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(rseq),
};

/* No engine asks for these. */
static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(bpf),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(open_by_handle_at),
};

/* 0, or an errno. */
static int
add_lists(scmp_filter_ctx filter)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; error == 0 && i < sizeof(deadly) / sizeof(deadly[0]); i++)
		error = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	return -error;
}

#define ALLOW_IF(call, ...) seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__)
#define DENY_IF(call, ...) \
	seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(call), __VA_ARGS__)

/* Signals to ourselves only (abort, assert). */
static int
add_signals(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp self = { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 };
	int error = ALLOW_IF(tgkill, 1, self);

	return error != 0 ? -error : -ALLOW_IF(kill, 1, self);
}

/* Files are opened for reading only; memory is never executable; sockets are of few families. */
static int
add_conditions(scmp_filter_ctx filter)
{
	static const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	static const int domains[] = { AF_INET, AF_INET6, AF_UNIX };
	size_t i;
	int error;

	error = ALLOW_IF(openat, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));
	if (error == 0)
		error = ALLOW_IF(open, 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0));
	if (error == 0)
		error = ALLOW_IF(mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (error == 0)
		error = ALLOW_IF(mmap2, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (error == 0)
		error = ALLOW_IF(mprotect, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (i = 0; error == 0 && i < sizeof(domains) / sizeof(domains[0]); i++)
		error = ALLOW_IF(socket, 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)domains[i], 0));
	if (error == 0)
		error = ALLOW_IF(socket, 2, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
		    SCMP_A2(SCMP_CMP_EQ, NETLINK_SOCK_DIAG, 0));
	if (error == 0)
		error = DENY_IF(mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	return -error;
}

int
sandbox_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int error;

	if (filter == NULL) {
		errno = ENOMEM;
		return -1;
	}
	error = add_lists(filter);
	if (error == 0)
		error = add_conditions(filter);
	if (error == 0)
		error = add_signals(filter);
	if (error == 0)
		error = -seccomp_load(filter);
	seccomp_release(filter);
	errno = error;
	return error != 0 ? -1 : 0;
}

#endif
