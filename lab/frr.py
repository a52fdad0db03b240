"""FRR on one node: its files, its daemons, their vty sockets. Nothing of the host's FRR is touched."""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import socket
import stat

from .config import DAEMON_OF, Config
from .netns import LabError, alive, send, wait, run
from .releases import LIBDIR

# Started by the lab and by watchfrr alike, so that a daemon is started one way only.
CONTROL = """\
#!/bin/sh
# frrctl start|stop|restart DAEMON...|all : the FRR daemons of {node}, inside its namespace
dir={dir}
pid() {{ cat $dir/$1.pid 2>/dev/null; }}
runs() {{ p=$(pid $1) && grep -q "$dir/$1.pid" /proc/$p/cmdline 2>/dev/null; }}
start() {{
	runs $1 && return 0
	options=$($inside {libdir}/$1 --help)
	file= vrfs=
	case $options in *config_file*) file="-f $dir/$1.conf" ;; esac  # else mgmtd reads it, from /etc/frr
	case $options in *vrfwnetns*) vrfs={vrfs} ;; esac
	$inside {libdir}/$1 $vrfs -d -u frr -g frr $file -i $dir/$1.pid -z $dir/zserv.api \\
	    --vty_socket $dir -P 0 --log file:$dir/$1.log --log-level informational \\
	    >$dir/$1.out 2>&1 || {{ cat $dir/$1.out >&2; return 1; }}
}}
stop() {{
	runs $1 || return 0
	kill -TERM $(pid $1) 2>/dev/null
	i=0
	while runs $1; do
		i=$((i + 1))
		[ $i -gt 60 ] && kill -KILL $(pid $1) 2>/dev/null
		[ $i -gt 80 ] && return 1
		sleep 0.05
	done
	rm -f $dir/$1.pid
}}
# FRR has files at fixed places, too. This mount namespace (of ip netns exec) gets its own. A release
# that is not the host's runs in its own root, where it sees the host's kernel and the lab's files.
root={root}
inside=${{root:+chroot $root}}
if [ -n "$root" ] && ! [ $root$dir -ef $dir ]; then
	mount -t tmpfs tmpfs $root/tmp && mkdir -p $root$dir && mount --bind $dir $root$dir || exit 1
	for shared in dev proc sys etc/passwd etc/group; do
		mount --rbind /$shared $root/$shared || exit 1
	done
fi
if [ -n "$root" ] && [ -n "{vrfs}" ]; then
	mkdir -p $root/var/run/netns && mount --move /run/netns $root/var/run/netns || exit 1
fi
mkdir -p $dir/tmp
for fixed in run/frr var/run/frr etc/frr var/tmp/frr var/lib/frr; do
	[ -d $root/$fixed ] || [ $fixed = var/lib/frr ] || mkdir -p $root/$fixed || exit 1
	case $fixed in var/[tl]*) own=$dir/tmp ;; *) own=$dir ;; esac
	[ ! -d $root/$fixed ] || [ $root/$fixed -ef $own ] || mount --bind $own $root/$fixed || exit 1
done
verb=$1; shift
[ "$1" = all ] && set -- {daemons}
case $verb in
start|stop) for d; do $verb $d || exit 1; done ;;
restart) for d; do stop $d || exit 1; done; for d; do start $d || exit 1; done ;;
*) echo "frrctl: $verb?" >&2; exit 2 ;;
esac
"""


# A namespace is a VRF by its name in /run/netns, where those of all labs are.
IN_VRF = """\
#!/bin/sh
# in-vrf PROGRAM... : with a /run/netns that has nothing in it but {vrf}
exec 3</run/netns/{ns} && mount -t tmpfs tmpfs /run/netns && touch /run/netns/{vrf} &&
mount --bind /proc/self/fd/3 /run/netns/{vrf} || exit 1
exec "$@" 3<&-
"""


class Frr:
    """zebra and the routing daemons of one node. The daemons are named as their programs are
    (zebra, ospfd, ...). options: recipe, more and brisk of Config."""

    def __init__(self, node, protocols, **options):
        self.node = node
        self.dir = node.dir / "frr"
        self.release = node.lab.release
        self.vrf = node.vrf
        self.config = Config(node.lab.specs, node.name, protocols, release=self.release.number,
                             vrf=self.vrf, **options)
        self.protocols = self.config.protocols
        self.recipe = self.config.recipe
        self.raising = True
        self.ns = node.outside or node.ns
        self.daemons = self.config.daemons
        if self.release.has("mgmtd"):
            self.daemons.insert(0, "mgmtd")

    @property
    def zserv(self):
        return self.dir / "zserv.api"

    def write(self):
        """The run directory with every file in it, anew."""
        self.dir.mkdir(parents=True, exist_ok=True)
        shutil.chown(self.dir, "frr", "frr")
        self.dir.chmod(0o755)
        self._write_files()
        ctl = self._file("frrctl", CONTROL.format(
            node=self.node.name, dir=self.dir, libdir=LIBDIR, daemons=" ".join(self.daemons),
            root=self.release.root or "", vrfs="--vrfwnetns" if self.node.outside else ""))
        ctl.chmod(ctl.stat().st_mode | stat.S_IXUSR)
        if self.node.outside:
            in_vrf = self._file("in-vrf", IN_VRF.format(
                vrf=self.vrf, ns=self.node.ns.name))
            in_vrf.chmod(in_vrf.stat().st_mode | stat.S_IXUSR)

    def in_vrf(self, argv):
        """A command that sees the VRF's namespace by the name it has here."""
        return [self.dir / "in-vrf", *argv] if self.node.outside else argv

    def _write_files(self):
        for daemon in self.config.daemons:
            text = "" if self.vrf and daemon != "zebra" else self.config.text(daemon, self.raising)
            self._file(daemon + ".conf", text)

    # -- the protocol's own pace, when the lab has converged -------------------------

    def settle(self):
        """From now on the protocols go at the pace that was asked for, but for OSPF's hello-interval:
        settle_hello() follows when every node has taken the dead interval and heard_of() all."""
        self.raising = False
        self._write_files()
        for protocol in self.protocols:
            self._tell(protocol, self.config.unhurried(protocol))
            self._tell(protocol, self.config.hello(protocol, "dead-interval"))

    def settle_hello(self):
        for protocol in self.protocols:
            self._tell(protocol, self.config.hello(protocol, "hello-interval"))

    def heard_of(self):
        """Will each neighbour that is to be heard every 10 s be waited for longer than that?"""
        return all(wait_s > 10 for protocol in self.protocols
                   if self.config.hello(protocol, "dead-interval")
                   for wait_s in self._neighbour_waits(protocol))

    def _neighbour_waits(self, protocol):
        """Seconds until each neighbour will be missed."""
        command = "show ip ospf neighbor" if protocol == "ospf" else "show ipv6 ospf6 neighbor"
        text = json.dumps(self.json(DAEMON_OF[protocol], command))
        for ms in re.findall(r'"(?:deadTimeMsecs|routerDeadIntervalTimerDueMsec)": (\d+)', text):
            yield int(ms) / 1000
        for hours, minutes, seconds in re.findall(r'"deadTime": "(\d+):(\d+):(\d+)"', text):
            yield int(hours) * 3600 + int(minutes) * 60 + int(seconds)

    def _tell(self, protocol, lines):
        if lines:
            self.configure(DAEMON_OF[protocol], *lines)

    def _file(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path

    # -- daemons ---------------------------------------------------------------------

    def _control(self, verb, daemons):
        run(self.ns.argv(self.in_vrf([self.dir / "frrctl", verb, *(daemons or self.daemons)])),
            stdin=-3, timeout=60)

    def start(self, *daemons):
        self._control("start", daemons)
        if self.vrf:
            for protocol in self.protocols:
                if not daemons or DAEMON_OF[protocol] in daemons:
                    self._load(protocol)

    def _load(self, protocol):
        """A daemon learns from zebra that VRFs are namespaces: what its file said of interfaces
        would be about others of the same names, so it is told by vty, later."""
        wait(lambda: re.search(rf"(?m)^{protocol}\s", self.vty("zebra", "show zebra client summary")),
             10, f"zebra of {self.node.name} to meet {protocol}")
        text = re.sub(r"(?m)^(!.*)?\n", "", self.config.text(DAEMON_OF[protocol], self.raising))
        blocks = re.findall(r"(?m)^\S.*\n(?: .*\n)*(?:exit\n)?", text)
        # what a router of a VRF refers to must be there: ripd of 8.4 looks for it once only
        blocks.sort(key=lambda block: block.startswith("router"))
        lines = [line.strip() for line in "".join(blocks).splitlines()]

        def told():  # 7.5 refuses lines of a VRF it has not heard of
            with contextlib.suppress(LabError):
                self.configure(DAEMON_OF[protocol], *lines)
                return True
            return False
        wait(told, 10, f"{DAEMON_OF[protocol]} of {self.node.name} to take its configuration")

    def stop(self, *daemons):
        """SIGTERM, and wait for the end; all daemons when none is named."""
        self._control("stop", daemons or reversed(self.daemons))

    def restart(self, *daemons):
        self.stop(*daemons)
        self.start(*daemons)

    def pid(self, daemon):
        """Its pid, or None when it does not run."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.dir / f"{daemon}.pid").read_text())
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            if str(self.dir).encode() in line and alive(pid):
                return pid
        return None

    def alive(self, daemon):
        return self.pid(daemon) is not None

    def signal(self, sig, *daemons):
        for daemon in daemons or self.daemons:
            pid = self.pid(daemon)
            if pid is None:
                raise LabError(f"{daemon} of {self.node.name} does not run")
            send([pid], sig)

    def kill(self, *daemons):
        """SIGKILL; returns when they are dead."""
        pids = [self.pid(d) for d in daemons or self.daemons]
        self.signal(signal.SIGKILL, *daemons)
        wait(lambda: not any(map(alive, pids)), 5, f"{daemons} to die")

    def hang(self, *daemons):
        self.signal(signal.SIGSTOP, *daemons)

    def resume(self, *daemons):
        self.signal(signal.SIGCONT, *daemons)

    def watch(self, *options):
        """Put watchfrr over the daemons, as Debian does: a Daemon. options: watchfrr's own, such as
        --min-restart-interval=1."""
        ctl, pidfile = self.dir / "frrctl", self.dir / "watchfrr.pid"
        pidfile.unlink(missing_ok=True)
        watchfrr = self.node.daemon("watchfrr")
        watchfrr.start([
            LIBDIR / "watchfrr", "-S", self.dir, "-p", pidfile,
            "-r", f"{ctl} restart %s", "-s", f"{ctl} start %s", "-k", f"{ctl} stop %s",
            *options, *self.daemons])
        wait(lambda: pidfile.exists() or not watchfrr.running(), 5, "watchfrr to start")
        if not watchfrr.running():
            raise LabError(f"watchfrr of {self.node.name} did not start:\n{watchfrr.log()[-500:]}")
        return watchfrr

    # -- asking ----------------------------------------------------------------------

    def vty(self, daemon, *commands):
        """The answer to the last of the commands, asked of the daemon's vty socket."""
        with socket.socket(socket.AF_UNIX) as vty:
            vty.settimeout(5)
            vty.connect(str(self.dir / f"{daemon}.vty"))
            for command in ("enable", *commands):
                vty.sendall(command.encode() + b"\0")
                answer = b""
                while answer[-4:-1] != b"\0\0\0":
                    data = vty.recv(65536)
                    if not data:
                        raise LabError(f"{daemon} of {self.node.name} closed its vty: {command}")
                    answer += data
                if answer[-1]:
                    raise LabError(f"{daemon} of {self.node.name}: {command}: status "
                                   f"{answer[-1]}: {answer[:-4].decode().strip()}")
        return answer[:-4].decode()

    def keeper(self, daemon):
        """Who takes the lines of its configuration: since FRR 10 mgmtd, for some."""
        return "mgmtd" if daemon in ("ripd", "ripngd") and "mgmtd" in self.daemons else daemon

    def configure(self, daemon, *lines):
        self.vty(self.keeper(daemon), "configure terminal", *lines, "end")

    def json(self, daemon, command):
        return json.loads(self.vty(daemon, command + " json") or "{}")

    def log(self, daemon):
        path = self.dir / f"{daemon}.log"
        return path.read_text(errors="replace") if path.exists() else ""
