"""The site ns1 as a machine that boots by an init script: what `make install` installs, its own
/etc, and a mount namespace around each command that shows them in their places."""

import contextlib
import pathlib
import shutil
import signal
import subprocess

from lab import LabError, wait
from lab.netns import alive, children, run, send
from lab.zanycast import build_dir

FUNCTIONS = pathlib.Path(__file__).with_name("functions")
OF_THE_SYSTEM = ("passwd", "group", "nsswitch.conf", "ld.so.cache", "localtime")
OPTIONS_OF = {"debian": "default", "redhat": "sysconfig"}
LOCKS = "/var/lock"
# the script's view of the machine; the rest of it is the host's
ENTER = """
mount --make-rprivate /
mount --bind "$1/etc" /etc
mount --bind "$1/lock" "$2"
mount --bind "$1/sbin" "$3"
[ ! -d /run/systemd ] || mount -t tmpfs none /run/systemd
shift 3
exec "$@"
"""


def installed(where):
    """make install, once: the folders as the build calls them."""
    if not where.exists():
        build = str(build_dir())  # one worker after the other: make may find something to do
        run(["flock", build, "make", "-C", build, "install", f"DESTDIR={where}"])
    return where


def found(stage, name):
    return next(stage.rglob(name))


class Host:
    """kind: whose script, debian or redhat."""

    def __init__(self, site, kind, stage):
        self.site, self.kind = site, kind
        self.zanycast = site.zanycast
        self.dir = site.dir / "host"
        self.etc, self.sbin = self.dir / "etc", self.dir / "sbin"
        self.pidfile = self.dir / "zanycastd.pid"
        self.program = self.sbin / "zanycastd"
        self.sbindir = "/" / found(stage, "zanycastd").parent.relative_to(stage)
        shutil.rmtree(self.dir, ignore_errors=True)
        self.sbin.mkdir(parents=True)
        (self.dir / "lock/subsys").mkdir(parents=True)
        shutil.copy(found(stage, "zanycastd"), self.program)
        self._etc(found(stage, f"zanycast.{kind}"), found(stage, "zanycast.default"))
        for where in (self.zanycast.run_dir, site.dir / "state"):
            where.mkdir(exist_ok=True)

    def _etc(self, script, options):
        for where in ("init.d", "default", "sysconfig", "zanycast"):
            (self.etc / where).mkdir(parents=True)
        for name in OF_THE_SYSTEM:
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(pathlib.Path("/etc", name), self.etc / name)
        shutil.copytree("/etc/alternatives", self.etc / "alternatives", symlinks=True)
        shutil.copy(FUNCTIONS, self.etc / "init.d/functions")
        shutil.copy(script, self.etc / "init.d/zanycast")
        self.options = self.etc / OPTIONS_OF[self.kind] / "zanycast"
        shutil.copy(options, self.options)
        self.zanycast.conf = self.etc / "zanycast/zanycast.conf"
        self.set_options("-d")

    def set_options(self, words):
        """The file of options, as an operator edits it."""
        text = self.options.read_text().split("# -- tests\n")[0]
        self.options.write_text(f'{text}# -- tests\nPIDFILE={self.pidfile}\nOPTIONS="{words}"\n')

    def argv(self, argv):
        places = [self.dir, pathlib.Path(LOCKS).resolve(), self.sbindir]
        return self.site.ns.argv(["/bin/sh", "-ec", ENTER, "sh", *places, *argv])

    def script(self, *verb, user=None, timeout=30):
        """The exit status and what was printed. Standard error is the daemon's, too, under -d."""
        argv = ["/etc/init.d/zanycast", *verb]
        if user:
            argv = ["setpriv", f"--reuid={user}", "--clear-groups", "--", *argv]
        seen = len(self.zanycast.log())
        with open(self.zanycast.logfile, "ab") as log:
            done = subprocess.run(self.argv(argv), stdin=subprocess.DEVNULL, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=log, timeout=timeout)
        return done.returncode, done.stdout + self.zanycast.log()[seen:]

    def does(self, *verb, status=0):
        """The verb, and the exit status it must have."""
        got, said = self.script(*verb)
        assert got == status, f"{' '.join(verb)}: exit {got}, not {status}\n{said}"
        return said

    # -- its processes -----------------------------------------------------------------

    @property
    def parent(self):
        """The pid in the pidfile, or None."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(self.pidfile.read_text())
        return None

    @property
    def keeper(self):
        """The living child of the parent, or None."""
        mine = self._children(self.parent)
        return mine[0] if len(mine) == 1 and alive(mine[0]) else None

    @staticmethod
    def proc(pid):
        return pathlib.Path("/proc", str(pid))

    @staticmethod
    def _children(pid):
        with contextlib.suppress(OSError, TypeError):
            text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
            return [int(p) for p in text.split()]
        return []

    def kill(self, who, sig=signal.SIGKILL):
        """who: "parent" or "keeper"; its pid."""
        pid = getattr(self, who)
        if not pid:
            raise LabError(f"no {who} to signal")
        send([pid], sig)
        return pid

    def next_keeper(self, before, timeout=30):
        """The one after that pid, when it answers."""
        def look():
            return self.keeper not in (None, before) and self.zanycast.ctl("show", check=False)[0] != 3
        wait(look, timeout, f"another keeper than {before}")
        return self.keeper

    def stale(self):
        """As after a power cut: the pidfile names a process that is no more."""
        done = subprocess.Popen(["true"])
        done.wait()
        self.pidfile.write_text(f"{done.pid}\n")

    def break_file(self):
        text = self.zanycast.conf.read_text()
        self.zanycast.conf.write_text(text + "nonsense = 1\n")
        return lambda: self.zanycast.conf.write_text(text)

    def down(self):
        """Nothing of it is left running."""
        def gone():
            pids = [p for p in self.site.ns.pids() if self._is_ours(p)]
            send([c for p in pids for c in [p, *children(p)]], signal.SIGKILL)
            return not pids
        wait(gone, 10, "zanycastd to die")

    @staticmethod
    def _is_ours(pid):
        with contextlib.suppress(OSError):
            name = pathlib.Path(f"/proc/{pid}/comm").read_text()
            return name.startswith("zanycast") and alive(pid)
        return False
