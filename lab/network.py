"""Lab: nodes, links and what runs on them, raised and taken down as one."""

import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import tempfile

import dns.exception
import dns.message
import dns.rdatatype

from . import topology
from .frr import Frr
from .nameserver import NameServer
from .netns import Daemon, LabError, Namespace, run, send, wait
from .pod import Pod
from .tap import Tap
from .releases import release
from .zanycast import Zanycast

V6 = {"ospf6", "ripng", "bgp"}
V4 = {"ospf", "rip", "bgp"}
VRF_TABLE = 10
OUTSIDE = ".out"  # ends the name of the namespace where the FRR of a VRF runs


class Node:
    """One machine: lab.node("ns1"). What it has depends on its role:
    .frr on sites and routers, .dns, .zanycast and .tap on sites; .pod, .dns and .zanycast on the
    container."""

    def __init__(self, lab, spec):
        self.lab = lab
        self.spec = spec
        self.name = spec.name
        self.ns = Namespace(f"zc-{lab.tag}-{spec.name}")
        self.vrf = lab.vrf if spec.role == "site" else None
        self.vrf_device = self.vrf if lab.vrf_by == "device" else None
        netns = self.vrf and not self.vrf_device
        self.outside = Namespace(self.ns.name + OUTSIDE) if netns else None
        self.dir = lab.dir / spec.name
        self.frr = self.dns = self.zanycast = self.tap = self.pod = None
        self._daemons = 0

    wait = staticmethod(wait)

    def prefixes(self):
        """The service's prefixes that the lab's protocols can carry."""
        protocols = {*self.lab.protocols}
        return [p for p, able in ((topology.PREFIX4, V4), (topology.PREFIX6, V6)) if protocols & able]

    def exec(self, argv, **kw):
        """What a command in this node printed; LabError when it fails, unless check=False."""
        return run(self.ns.argv(argv), **kw)

    def daemon(self, name):
        """A Daemon for a program of the caller's own."""
        self._daemons += 1
        return Daemon(self.ns, f"{name} of {self.name}", self.dir / f"{name}-{self._daemons}.log")

    # -- addresses and routes --------------------------------------------------------

    def addresses(self, dev="lo"):
        """{prefix: the object of ip -j addr} of an interface."""
        found = self.ns.ip_json("addr", "show", "dev", dev)
        return {f"{a['local']}/{a['prefixlen']}": a for i in found for a in i.get("addr_info", [])}

    def alias_add(self, prefix, *options):
        """The address on lo, as somebody else than zanycastd would add it; never an error."""
        label = ["label", "lo:0"] if ":" not in prefix else ["nodad"]
        with contextlib.suppress(LabError):
            self.ns.ip(" ".join(["addr", "add", prefix, "dev", "lo", *label, *options]))

    def alias_del(self, prefix):
        with contextlib.suppress(LabError):
            self.ns.ip(f"addr del {prefix} dev lo")

    def fib(self, prefix, *args):
        """The kernel's routes for exactly this prefix (objects of ip -j route)."""
        family = "-6" if ":" in prefix else "-4"
        bare = prefix.removesuffix("/32").removesuffix("/128")
        table = ("vrf", self.vrf_device) if self.vrf_device else ()
        return [r for r in self.ns.ip_json(family, "route", "show", *table, "exact", prefix, *args)
                if r["dst"] in (prefix, bare)]

    def via(self, prefix):
        """The neighbours the kernel sends this prefix to: {"ns1"}, or more with equal cost."""
        hops = [h for r in self.fib(prefix) for h in r.get("nexthops", [r])]
        return {h["dev"].removeprefix("to-") for h in hops if "dev" in h}

    # -- asking ----------------------------------------------------------------------

    def ask(self, server, name=topology.SERVICE["query"], kind="A", klass="IN",
            source_port=0, timeout=1.0):
        """The first answer's text of a DNS server as seen from this node, or None."""
        query = dns.message.make_query(name, kind, klass)
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        with self.ns.entered():
            sock = socket.socket(family, socket.SOCK_DGRAM)
        with sock, contextlib.suppress(OSError, dns.exception.DNSException):
            sock.settimeout(timeout)
            sock.bind(("", source_port))
            sock.connect((server, 53))
            sock.send(query.to_wire())
            reply = dns.message.from_wire(sock.recv(4096))
            if query.is_response(reply) and reply.answer:
                return reply.answer[-1][0].to_text().strip('"')
        return None

    def site(self, server=topology.SERVICE["v4"], **kw):
        """Which site answers: "ns1", "ns2" or None."""
        return topology.SITE_OF_ANSWER.get(self.ask(server, **kw))

    # -- power -----------------------------------------------------------------------

    def freeze(self):
        """Silently dead: every process stopped, the links stay up. thaw() ends it."""
        send(self.ns.pids(), signal.SIGSTOP)

    def thaw(self):
        send(self.ns.pids(), signal.SIGCONT)

    def unplug(self):
        """All its links lose their carrier; addresses stay, as a machine's own set-up keeps them."""
        self.ns.sysctl("ipv6/conf/all/keep_addr_on_down", 1)
        self.ns.ip(*(f"link set {port.name} down" for port in self.spec.ports))

    def plug(self):
        self.ns.ip(*(f"link set {port.name} up" for port in self.spec.ports))


class Lab:
    """with Lab(proto="ospf") as lab: ...

    variant   "site" (ns1, ns2, r1, c1), "chain" (two sites, four routers, two clients), "alone"
              (ns1, without any link); ring=True is the chain closed by a link r4-r1; "container" (a
              site in containers on the router h1, c1 at h1, behind it r4 and the site ns2)
    proto     a name or several: ospf ospf6 rip ripng bgp; (): zebra alone
    recipe    of the sites: "access-list", "tag", "ranked" (ns2 is the secondary), "quagga"
    more      directories of frr-configs that every node loads, too: "ospf-fast", "rip-bfd"; with
              "rip-ecmp" both sites have the same metric
    brisk     OSPF says hello every second; else at its default, every ten
    dns       nsd, unbound, named, dnsmasq, or None for no name servers
    vrf       the sites' links are in this VRF of their FRR. vrf_by: "netns", and FRR runs outside of
              their namespaces; or "device", if the kernel has such
    frr       which FRR, by the name that tests/frr/fetch has for it; None: $ZANYCAST_FRR, or the host's
    tag       part of the names of everything; a leftover of the same tag is removed first

    zanycastd is not started: node.zanycast.start(), when the test has configured it.
    """

    def __init__(self, proto="ospf", variant="site", ring=False, recipe="access-list",
                 more=(), brisk=True, dns="nsd", vrf=None, vrf_by="netns", frr=None, tag=None, keep=False):
        self.protocols = (proto,) if isinstance(proto, str) else tuple(proto)
        self.variant = "ring" if ring else variant
        self.release = release(frr)
        self.vrf, self.vrf_by = vrf, vrf_by
        self.tag = tag or f"{os.getpid():x}-{id(self) >> 4 & 0xfff:x}"
        self.dir = directory(self.tag)
        self.keep = keep
        self._lock = None
        self.specs = topology.load(self.variant)
        self.nodes = {name: Node(self, spec) for name, spec in self.specs.items()}
        for node in self.nodes.values():
            if node.spec.role == "container":
                node.pod = Pod(node)
            elif node.spec.role != "client":
                node.frr = Frr(node, self.protocols, recipe=recipe, more=more, brisk=brisk)
            if node.spec.role == "site":
                node.dns = NameServer(node, dns) if dns else None
                node.zanycast = Zanycast(node, node.frr.in_vrf([]))
                node.tap = Tap(node)

    def node(self, name):
        return self.nodes[name]

    wait = staticmethod(wait)

    @property
    def sites(self):
        return [n for n in self.nodes.values() if n.spec.role == "site"]

    @property
    def pods(self):
        return [n.pod for n in self.nodes.values() if n.pod]

    @property
    def routers(self):
        return [n for n in self.nodes.values() if n.spec.role == "router"]

    def __enter__(self):
        try:
            return self.up()
        except BaseException:
            self.down()
            raise

    def __exit__(self, *_):
        if not self.keep:
            self.down()

    def up(self, converged=True):
        """Raise it all; returns when every node has a route to every site's network."""
        self._claim()
        clean(self.tag)
        self.dir.mkdir(mode=0o755)
        self._wire()
        frrs = [n.frr for n in self.nodes.values() if n.frr]
        servers = [n.dns for n in self.sites if n.dns]
        for frr in frrs:
            frr.write()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for done in [*[pool.submit(f.start) for f in frrs], *[pool.submit(d.start) for d in servers]]:
                done.result()
        for pod in self.pods:
            pod.start()
        if converged:
            self.settle()
        return self

    def settle(self):
        """Wait until all is converged, then give the protocols their own pace. A hello whose intervals
        are not one's own is not heard: each step is everybody's."""
        wait(self.converged, 90, f"lab {self.tag} to converge")
        frrs = [n.frr for n in self.nodes.values() if n.frr]
        for frr in frrs:
            frr.settle()
        wait(lambda: all(frr.heard_of() for frr in frrs), 30,
             "OSPF's neighbours to be waited for at the default pace")
        for frr in frrs:
            frr.settle_hello()

    def _claim(self):
        """The tag is ours while this process lives: the name of an abstract socket."""
        self._lock = socket.socket(socket.AF_UNIX)
        try:
            self._lock.bind(f"\0zanycast-lab-{self.tag}")
        except OSError:
            self._lock.close()
            self._lock = None
            raise LabError(f"the lab {self.tag} is in use by another process") from None

    def _wire(self):
        for node in self.nodes.values():
            node.dir.mkdir(mode=0o755)
            if node.pod:
                continue  # which makes its own, whenever it is started
            node.ns.create()
            if node.outside:
                node.outside.create()
            for key, value in topology.sysctls(node.spec).items():
                node.ns.sysctl(key, value)
        done = set()
        for node in self.nodes.values():
            for port in node.spec.ports:
                if self.nodes[port.peer].pod:
                    node.ns.ip(f"link add {port.name} type bridge")
                elif not node.pod and (port.peer, node.name) not in done:
                    done.add((node.name, port.peer))
                    node.ns.ip(f"link add {port.name} type veth peer name to-{node.name} "
                               f"netns {self.nodes[port.peer].ns.name}")
        for node in self.nodes.values():
            if node.pod:
                continue
            lines = []
            if node.vrf_device:
                lines += [f"link add {node.vrf_device} type vrf table {VRF_TABLE}",
                          f"link set {node.vrf_device} up",
                          f"addr add 127.0.0.1/8 dev {node.vrf_device}"]
                lines += [f"link set {p.name} master {node.vrf_device}" for p in node.spec.ports]
            node.ns.ip(*lines, *topology.addressing(node.spec))

    def converged(self):
        """Does every router and site know the network of every site?"""
        families = [f for f, able in (("v4", V4), ("v6", V6)) if {*self.protocols} & able]
        nets = [str(getattr(s.spec.ports[0], f).network) for s in self.sites for f in families]
        return all(node.fib(net) for node in self.nodes.values() if node.frr for net in nets)

    def down(self):
        """Take it down; nothing of it is left, whatever state it was in."""
        if not self._lock:
            return
        with held_interrupts():  # no Ctrl-C in the middle of tidying up
            for pod in self.pods:
                pod.kill()
            clean(self.tag)
            for node in [n for n in self.nodes.values() if not n.pod]:
                for daemon in (node.dns, node.zanycast, node.tap):
                    if daemon and daemon.process:
                        daemon.process.wait(5)
            self._lock.close()
            self._lock = None


def directory(tag):
    return pathlib.Path(tempfile.gettempdir(), "zc-" + tag)


def tags():
    """The labs that are up, or were left behind."""
    names = [p.name for p in pathlib.Path("/run/netns").glob("zc-*-*")]
    return sorted({n.removeprefix("zc-").rpartition("-")[0] for n in names})


def clean(tag):
    """Remove whatever a lab of this tag has left: processes, namespaces, files."""
    names = [n + where for n in topology.DATA["nodes"] for where in ("", OUTSIDE)]
    spaces = [s for s in (Namespace(f"zc-{tag}-{n}") for n in names) if s.exists()]
    for space in spaces:
        send(space.pids(), signal.SIGKILL)
    for space in spaces:
        space.delete()
    shutil.rmtree(directory(tag), ignore_errors=True)


@contextlib.contextmanager
def held_interrupts():
    """SIGINT and SIGTERM wait until the block is done (main thread only: others never get them)."""
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)
