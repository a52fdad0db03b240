"""Network namespaces and the processes in them."""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time

CLONE_NEWNET = 0x40000000
CLONE_NEWPID = 0x20000000
_libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The lab itself failed, not the thing that is tested in it."""


def boottime_us():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wait(cond, timeout=10.0, what="", step=0.02):
    """The first true value of cond(); LabError when there is none in time."""
    end = time.monotonic() + timeout
    while True:
        value = cond()
        if value:
            return value
        if time.monotonic() > end:
            raise LabError(f"not within {timeout:g} s: {what or cond}")
        time.sleep(step)


def alive(pid):
    """Does the process run (a zombie does not)?"""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def children(pid):
    """All descendants of a process, parents first."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def send(pids, sig):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)


def checked(call, *args):
    """A function of libc; LabError with what it says when it fails."""
    if call(*args):
        raise LabError(f"{call.__name__}: {os.strerror(ctypes.get_errno())}")


@contextlib.contextmanager
def pids_of(pid):
    """What this thread starts meanwhile is in the PID namespace of that process; in a new one, whose
    init it is, with None."""
    back = os.open("/proc/thread-self/ns/pid_for_children", os.O_RDONLY)
    there = os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY) if pid else None
    try:
        if pid:
            checked(_libc.setns, there, CLONE_NEWPID)
        else:
            checked(_libc.unshare, CLONE_NEWPID)
        yield
    finally:
        checked(_libc.setns, back, CLONE_NEWPID)
        for fd in (back, there):
            if fd is not None:
                os.close(fd)


def run(argv, check=True, **kw):
    """What a program printed; LabError with its own words when it failed, unless check=False."""
    kw = {"text": True, "capture_output": True} | kw
    done = subprocess.run(argv, check=False, **kw)
    if check and done.returncode:
        raise LabError(f"{' '.join(argv)}: exit {done.returncode}: "
                       f"{(done.stderr or done.stdout or '').strip()}")
    return done.stdout


class Namespace:
    """A named namespace (ip-netns(8))."""

    def __init__(self, name):
        self.name = name

    def create(self):
        run(["ip", "netns", "add", self.name])
        with self.entered():
            for family, key, value in (
                    ("ipv6", "accept_dad", 0), ("ipv6", "dad_transmits", 0),
                    ("ipv6", "accept_ra", 0), ("ipv4", "rp_filter", 0)):
                for scope in ("all", "default"):
                    self._sysctl(f"{family}/conf/{scope}/{key}", value)
        self.ip("link set lo up")

    def sysctl(self, key, value):
        """Set net.KEY, written with slashes, in this namespace."""
        with self.entered():
            self._sysctl(key, value)

    @staticmethod
    def _sysctl(key, value):
        pathlib.Path("/proc/sys/net", key).write_text(str(value))

    def exists(self):
        return os.path.exists(f"/run/netns/{self.name}")

    def pids(self):
        out = subprocess.run(["ip", "netns", "pids", self.name], text=True,
                             capture_output=True, check=False).stdout
        return [int(p) for p in out.split()]

    def delete(self):
        """End what runs in it, then the namespace itself."""
        if not self.exists():
            return
        with contextlib.suppress(LabError):
            wait(self._emptied, 5, f"processes of {self.name} to end")
        run(["ip", "netns", "del", self.name])

    def _emptied(self):
        pids = [p for p in self.pids() if alive(p)]
        send(pids, signal.SIGKILL)
        return not pids

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in the namespace: for sockets and /proc/sys/net."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            self._setns(there)
            yield
        finally:
            self._setns(back)
            os.close(back)
            os.close(there)

    @staticmethod
    def _setns(fd):
        checked(_libc.setns, fd, CLONE_NEWNET)

    def ip(self, *lines):
        """Commands of ip(8), one a string, in one process."""
        run(["ip", "-n", self.name, "-batch", "-"], input="\n".join(lines) + "\n")

    def ip_json(self, *args):
        out = run(["ip", "-n", self.name, "-j", *args])
        return json_or_empty(out)

    def argv(self, argv):
        return ["ip", "netns", "exec", self.name, *map(str, argv)]


def json_or_empty(text):
    return json.loads(text) if text.strip() else []


class Daemon:
    """A program in a namespace that stays in the foreground, in a session of its own.

    The session matters twice: a Ctrl-C meant for the lab does not reach it, and everything
    it forks (unless it goes away on purpose) is reached by one signal to the group.
    """

    def __init__(self, namespace, name, logfile):
        self.namespace = namespace
        self.name = name
        self.logfile = pathlib.Path(logfile)
        self.process = None

    def start(self, argv, **kw):
        if self.running():
            raise LabError(f"{self.name} runs already")
        with open(self.logfile, "ab") as log:
            self.process = subprocess.Popen(
                self.namespace.argv(argv), start_new_session=True,
                **({"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | kw))

    @property
    def pid(self):
        return self.process.pid if self.process else None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def pids(self):
        """The started process first, then all it has started."""
        return [self.pid, *children(self.pid)] if self.running() else []

    def signal_group(self, sig):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, sig)

    def kill(self):
        """SIGKILL to all of it; returns when it is gone."""
        if self.process:
            pids = self.pids()
            self.signal_group(signal.SIGKILL)
            send(pids, signal.SIGKILL)
            self.process.wait(5)
            wait(lambda: not any(map(alive, pids)), 5, f"{self.name} to die")

    def stop(self, timeout=10, sig=signal.SIGTERM):
        """Ask it to end; returns its exit status."""
        if not self.running():
            return self.process.returncode if self.process else None
        self.process.send_signal(sig)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name} does not end within {timeout} s") from None

    def hang(self):
        self.signal_group(signal.SIGSTOP)

    def resume(self):
        self.signal_group(signal.SIGCONT)

    def log(self):
        return self.logfile.read_text(errors="replace") if self.logfile.exists() else ""
