"""The lab's nodes as machines that vagrant has raised, worked over ssh: what scenarios ask of a
node of the lab (lab/network.py), these do, too."""

import contextlib
import json
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile

from lab import LabError, boottime_us, topology, wait
from lab.netns import run

HERE = pathlib.Path(__file__).resolve().parent
TREE = "/opt/zanycast"
BOOT_S = 300


class Ssh:
    """A machine as the place where a program runs, as root. One connection serves all of them."""

    def __init__(self, name, config):
        self.name = name
        self._ssh = ["ssh", "-F", str(config), name]

    def argv(self, argv):
        return [*self._ssh, "sudo " + shlex.join(map(str, argv))]

    def leave(self):
        """Forget the connection: the machine goes away."""
        subprocess.run([*self._ssh, "-O", "exit"], check=False, capture_output=True)


class Unit:
    """A service of systemd, in the words of the lab's Daemon."""

    def __init__(self, machine, name):
        self.machine, self.name = machine, name

    def _systemctl(self, *args, **kw):
        return self.machine.exec(["systemctl", *args, self.name], **kw)

    def start(self):
        self._systemctl("reset-failed", check=False)
        self._systemctl("start")

    def stop(self):
        self._systemctl("stop")

    def signal_group(self, sig):
        self._systemctl("kill", "-s", str(int(sig)), "--kill-whom=all")

    def hang(self):
        self.signal_group(signal.SIGSTOP)

    def resume(self):
        self.signal_group(signal.SIGCONT)

    def kill(self):
        self.signal_group(signal.SIGKILL)

    def running(self):
        return self._systemctl("is-active", check=False).strip() == "active"

    def property(self, name):
        return self._systemctl("show", "--value", "-p", name).strip()


class Server(Unit):
    """named. Who was killed is dead until start(); a killed one that hung goes, too."""

    def kill(self):
        with contextlib.suppress(LabError):  # it is dead already
            super().kill()
        self.stop()


class Zanycast(Unit):
    """zanycastd: systemd starts it again when it is killed."""

    def ctl(self, *args):
        return json.loads(self.machine.exec(["zanycastctl", "-j", *args]) or "{}")

    def announces(self, prefix):
        with contextlib.suppress(LabError):  # it may be on its way
            return any(r["prefix"] == prefix and r["state"] == "announced"
                       for r in self.ctl("show", "routes")["routes"])
        return False

    def wait_announced(self, prefix, timeout):
        wait(lambda: self.announces(prefix), timeout,
             f"{self.machine.name} to announce {prefix}", step=0.5)


class Machine:
    """One node, by the name that it has in the Vagrantfile."""

    def __init__(self, lab, spec):
        self.lab, self.spec, self.name = lab, spec, spec.name
        self.dir = lab.dir
        self.ns = Ssh(spec.name, lab.config)
        here = {str(p.v4.ip): p.peer for p in spec.ports}
        self.peer = {link["ifname"]: here[a["local"]]
                     for link in json.loads(self.exec(["ip", "-j", "-4", "addr"]))
                     for a in link["addr_info"] if a["local"] in here}
        self.frr = Unit(self, "frr")
        self.dns = Server(self, "named")
        self.zanycast = Zanycast(self, "zanycast")

    def exec(self, argv, **kw):
        return run(self.ns.argv(argv), stdin=subprocess.DEVNULL, **kw)

    def via(self, prefix):
        """The neighbours that the kernel sends this prefix to."""
        family = "-6" if ":" in prefix else "-4"
        said = self.exec(["ip", "-j", family, "route", "show", "exact", prefix])
        routes = json.loads(said or "[]")
        hops = [hop for route in routes for hop in route.get("nexthops", [route])]
        return {self.peer[hop["dev"]] for hop in hops if hop.get("dev") in self.peer}

    def provision(self, setup, service, *steps):
        self.exec([f"{TREE}/lab/provision", self.name, self.lab.variant, setup, service, *steps])

    # -- addresses and links ---------------------------------------------------------

    def alias_add(self, prefix):
        label = [] if ":" in prefix else ["label", "lo:0"]
        self.exec(["ip", "addr", "replace", prefix, "dev", "lo", *label])

    def alias_del(self, prefix):
        self.exec(["ip", "addr", "del", prefix, "dev", "lo"], check=False)

    def freeze(self):
        """Nothing comes from it any more. Between machines are bridges: the others keep theirs."""
        self._links("down")

    def unplug(self):
        """The carrier is gone at both ends."""
        self._links("down")
        for end, dev in self._far_ends():
            end.exec(["ip", "link", "set", dev, "down"])

    def plug(self):
        for end, dev in self._far_ends():
            end.exec(["ip", "link", "set", dev, "up"])
        self._links("up")

    def _links(self, state):
        self.exec(["sh", "-c", "; ".join(f"ip link set {dev} {state}" for dev in self.peer)])

    def _far_ends(self):
        for peer in self.peer.values():
            end = self.lab.node(peer)
            yield from ((end, dev) for dev, here in end.peer.items() if here == self.name)

    # -- power -----------------------------------------------------------------------

    def boot_id(self):
        return self.exec(["cat", "/proc/sys/kernel/random/boot_id"], timeout=20)

    def reboot(self):
        """Cleanly, and without waiting: that is wait_booted()'s, told the boot_id() of before."""
        self.exec(["systemctl", "--no-block", "reboot"])
        self.ns.leave()

    def wait_booted(self, before):
        def booted():
            with contextlib.suppress(LabError, subprocess.TimeoutExpired):
                return self.boot_id() != before
        wait(booted, BOOT_S, f"{self.name} to boot", step=2)
        self.exec(["systemctl", "is-system-running", "--wait"], check=False)

    def clock_us(self):
        """Its CLOCK_BOOTTIME less ours, as well as a login can tell."""
        script = "import sys, time\nfor _ in sys.stdin:\n" \
            "    print(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000, flush=True)"
        found = []
        with subprocess.Popen(self.ns.argv(["python3", "-c", script]), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as there:
            for _ in range(10):
                began = boottime_us()
                there.stdin.write("\n")
                there.stdin.flush()
                said = int(there.stdout.readline())
                took = boottime_us() - began
                found.append((took, said - began - took // 2))
            there.stdin.close()
        return min(found)[1]


class Machines:
    """Those that are up. with Machines() as lab: lab.node("r1")"""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self._folder.name)
        self.config = self.dir / "ssh"
        common = f"Host *\n  ControlMaster auto\n  ControlPath {self.dir}/%n\n" \
            "  ControlPersist 600\n  ServerAliveInterval 10\n  LogLevel ERROR\n"
        known = pathlib.Path(os.environ.get("VAGRANT_DOTFILE_PATH", HERE / ".vagrant"))
        made = {path.parts[-3] for path in known.glob("machines/*/*/id")}
        said = subprocess.run(["vagrant", "ssh-config", *made], cwd=HERE, text=True, check=False,
                              capture_output=True)
        self.config.write_text(said.stdout + common)
        names = [line.split()[1] for line in said.stdout.splitlines() if line.startswith("Host ")]
        if not names:
            raise LabError(f"no machine is up (vagrant up): {said.stderr.strip()}")
        first = Ssh(names[0], self.config)
        self.variant, self.setup, self.service = run(
            first.argv(["cat", "/etc/zanycast-lab/state"]), stdin=subprocess.DEVNULL).split()
        specs = topology.load(self.variant)
        self.nodes = {name: Machine(self, specs[name]) for name in names}
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.ns.leave()
        self._folder.cleanup()

    def node(self, name):
        if name not in self.nodes:
            raise LabError(f"{name} is not up; these are: {' '.join(self.nodes)}")
        return self.nodes[name]
