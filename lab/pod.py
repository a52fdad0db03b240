"""packaging/container/compose.yaml, carried out without a container engine.

Each service of the file is a process in the pod's network and PID namespaces, with the root, the
volumes, the user and the capabilities that the file gives it, and nothing else; the image is the
host's programs. So what is shipped is what is tried: a right too few in the file, and the lab does
not come up.
"""

import pathlib
import shlex
import shutil
import signal
import threading

import yaml

from .netns import Daemon, LabError, pids_of
from .zanycast import ROOT, Zanycast, program

FOLDER = ROOT / "packaging" / "container"
BACKOFF = 0.1  # s, an engine's first one; it would double it for a service that dies again and again

# The image: the host's programs, what libc looks up, ours. Then what the service adds, read-only.
START = """\
set -eu
mount -t tmpfs -o mode=755 root {root}
cd {root}
mkdir etc proc dev var image
ln -s ../run var/run
for part in usr bin sbin lib lib64; do
	if [ -L /$part ]; then cp -P /$part $part; else mkdir $part; mount --bind /$part $part; fi
done
cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache etc
echo zanycast:x:64053:64053::/:/bin/false >>etc/passwd
echo zanycast:x:64053: >>etc/group
install -d -o frr -g frr -m 750 etc/frr
cp {programs} image
mount --rbind /dev dev
mount -t proc proc proc
{mounts}
mount -o remount,bind,ro {root}
exec chroot {root} env PATH={path} setpriv {rights} {command}
"""
PATH = "/image:/usr/sbin:/usr/bin:/sbin:/bin"
# Owners of what an image has where a new volume is mounted: the volume takes them over.
OWNERS = {"/run/frr": "frr"}


def rights(spec):
    """What setpriv(1) makes of cap_drop, cap_add, user and security_opt."""
    if spec["cap_drop"] != ["ALL"] or spec["security_opt"] != ["no-new-privileges:true"]:
        raise LabError("compose.yaml: a service that has more than it is given")
    added = "".join(f",+{name.lower()}" for name in spec.get("cap_add", []))
    user = spec.get("user")
    become = f" --reuid={user} --regid=$(id -g {user}) --clear-groups" if user else ""
    return f"--bounding-set=-all{added} --inh-caps=-all --no-new-privs{become}"


class Service:
    """One service of the file. .daemon is its process."""

    def __init__(self, pod, name, spec):
        self.pod = pod
        self.name = name
        self.spec = spec
        self.wanted = False
        node = pod.node
        if name == "zanycastd":
            self.daemon = Zanycast(node)
        else:
            self.daemon = Daemon(node.ns, f"{name} of {node.name}", node.dir / f"{name}.log")

    def start(self):
        with self.pod.policy:
            self.wanted = True
            self._start()

    def _start(self):
        root = self.pod.node.dir / f"{self.name}-root"
        root.mkdir(exist_ok=True)
        command = shlex.join(self.spec["command"])
        if self.spec.get("init"):  # collects those whose parent has died
            command = f"sh -c '{command} & wait'"
        programs = [program("zanycastd"), program("zanycastctl"), FOLDER / "frr-start"]
        script = START.format(
            root=root, path=PATH, programs=shlex.join(map(str, programs)), command=command,
            rights=rights(self.spec), mounts="\n".join(self._mounts()))
        shared = self.spec.get("pid") == "service:pod"
        with pids_of(self.pod.init.daemon.pid if shared else None):
            Daemon.start(self.daemon, ["sh", "-c", script])
        if isinstance(self.daemon, Zanycast):
            self.daemon.control = pathlib.Path(
                f"/proc/{self.daemon.pid}/root/run/zanycast/control.sock")

    def _mounts(self):
        for where in self.spec.get("tmpfs", []):
            yield f"mkdir -p .{where}"
            yield f"mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs .{where}"
        for volume in self.spec.get("volumes", []):
            source, where, *options = volume.split(":")
            source = FOLDER / source if source[0] == "." else self.pod.volume(source, where)
            yield f"mkdir -p .{where if source.is_dir() else pathlib.Path(where).parent}"
            yield f"[ -e .{where} ] || : >.{where}"
            yield f"mount --bind {source} .{where}"
            if "ro" in options:
                yield f"mount -o remount,bind,ro .{where}"

    def running(self):
        return self.daemon.running()

    def enter(self, argv):
        """A command line that runs in there, as root: compose exec."""
        return ["nsenter", f"--target={self.daemon.pid}", "--all",
                f"--root=/proc/{self.daemon.pid}/root", "env", f"PATH={PATH}", *map(str, argv)]

    def crash(self):
        """It dies; the pod starts it again."""
        self.daemon.kill()

    def kill(self):
        """It dies, and stays so until start()."""
        with self.pod.policy:
            self.wanted = False
            self.daemon.kill()

    def again(self):
        """As restart: always has it. What the process has left of its own goes with it."""
        if self.wanted and not self.running():
            self.daemon.signal_group(signal.SIGKILL)
            self._start()


class Pod:
    """The services of a node, in namespaces that last from start() to kill()."""

    def __init__(self, node):
        self.node = node
        self.file = yaml.safe_load((FOLDER / "compose.yaml").read_text())
        self.services = {n: Service(self, n, s) for n, s in self.file["services"].items()}
        self.init = self.services["pod"]
        self.policy = threading.RLock()  # held by who starts or ends a service
        self._over = None
        node.dns, node.zanycast = self.services["dns"], self.services["zanycastd"].daemon

    def volume(self, name, where):
        path = self.node.dir / "volumes" / name
        if not path.exists():
            path.mkdir(parents=True)
            if where in OWNERS:
                shutil.chown(path, OWNERS[where], OWNERS[where])
        return path

    def start(self):
        """As compose up -d: returns when all are started, whatever becomes of them."""
        self._wire()
        self._over = threading.Event()
        for service in self.services.values():
            service.start()
        threading.Thread(target=self._supervise, args=(self._over,), daemon=True).start()

    def _wire(self):
        """Namespace, interface and addresses, as the file has them."""
        node, network = self.node, self.file["networks"]["anycast"]
        subnet = network["ipam"]["config"][0]
        length = subnet["subnet"].partition("/")[2]
        address = self.init.spec["networks"]["anycast"]["ipv4_address"]
        host = node.lab.node(node.spec.ports[0].peer).ns
        node.ns.create()
        for key, value in self.init.spec["sysctls"].items():
            node.ns.sysctl(key.removeprefix("net.").replace(".", "/"), value)
        node.ns.ip(f"link add eth0 type veth peer name veth-{node.name} netns {host.name}",
                   f"addr add {address}/{length} dev eth0", "link set eth0 up",
                   f"route add default via {subnet['gateway']}")
        bridge = network["driver_opts"]["com.docker.network.bridge.name"]
        host.ip(f"link set veth-{node.name} master {bridge}", f"link set veth-{node.name} up")

    def _supervise(self, over):
        while not over.wait(BACKOFF):
            with self.policy:
                for service in self.services.values():
                    if not over.is_set():
                        service.again()

    def kill(self):
        """All of it at once, as when the container is killed: processes, namespaces, interface."""
        if not self._over:
            return
        with self.policy:
            self._over.set()
            self.init.daemon.signal_group(signal.SIGKILL)  # the kernel ends the others with it
            for service in reversed(self.services.values()):  # its own end waits for theirs
                service.kill()
        self.node.ns.delete()
        self._over = None
