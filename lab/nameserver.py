"""Name servers: each answers test.home with its site's address, and its own name to CH TXT."""

import pathlib
import shutil

from .netns import Daemon, LabError
from .topology import SERVICE

ZONE = """\
$TTL 60
@ IN SOA {site}.home. hostmaster.home. 1 3600 600 86400 60
@ IN NS {site}.home.
{site} IN A {answer}
test IN A {answer}
"""

# Bound address by address: a wildcard socket of nsd or unbound would answer a query to the service
# address from another one. ip-freebind lets them start before the address is there.
NSD = """\
server:
  server-count: {workers}
{addresses}
  ip-freebind: {freebind}
  reuseport: {reuseport}
  username: ""
  chroot: ""
  zonesdir: "{dir}"
  database: ""
  zonelistfile: "{dir}/zone.list"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
  pidfile: "{dir}/nsd.pid"
  identity: "{site}"
  hide-version: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: home
  zonefile: home.zone
"""

UNBOUND = """\
server:
  num-threads: {workers}
{addresses}
  ip-freebind: {freebind}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: "{dir}/unbound.pid"
  use-syslog: no
  do-daemonize: no
  identity: "{site}"
  local-zone: "home." static
  local-data: "test.home. 60 IN A {answer}"
remote-control:
  control-enable: no
"""

NAMED = """\
options {{
  directory "{dir}";
  pid-file "{pid}";
  session-keyfile none;
  listen-on {{ {v4} }};
  listen-on-v6 {{ {v6} }};
  automatic-interface-scan {scan};
  interface-interval 0;
  recursion no;
  dnssec-validation no;
  server-id "{site}";
  hostname "{site}";
  managed-keys-directory "{dir}";
}};
controls {{ }};
zone "home" {{ type primary; file "{dir}/home.zone"; }};
"""


def zone(spec):
    """The file of the zone "home" at a site."""
    return ZONE.format(site=spec.name, answer=spec.answer)


def named(spec, folder, pid, v4="any;", v6="any;", scan="yes"):
    """named.conf of a site. folder is named's own; v4, v6: what it listens on."""
    return NAMED.format(dir=folder, pid=pid, site=spec.name, v4=v4, v6=v6, scan=scan)


class NameServer(Daemon):
    """kind: nsd, unbound, named or dnsmasq. kill() is SIGKILL to every process of it.

    once: the service's addresses are bound at the start or never, as many are configured. While
    they are not on the host named starts without them, and the others do not start.
    before: a command that starts it, e.g. setpriv with less rights.
    """

    def __init__(self, node, kind="nsd", workers=1, reuseport=False, once=False, before=()):
        self.dir = pathlib.Path(node.dir, "dns")
        super().__init__(node.ns, f"{kind} of {node.name}", node.dir / "dns.log")
        self.node = node
        self.kind = kind
        self.workers = workers
        self.reuseport = reuseport
        self.once = once
        self.before = before

    def start(self):
        """Returns when it answers; LabError with its words when it ends instead."""
        super().start([*self.before, *getattr(self, "_" + self.kind)()])
        self.node.wait(lambda: self.answers() or not self.running(), 10,
                       f"{self.name} to answer; see {self.logfile}")
        if not self.running():
            raise LabError(f"{self.name} does not run:\n{self.log()[-2000:]}")

    def answers(self):
        return self.node.ask("127.0.0.1", timeout=0.2) == self.node.spec.answer

    def _write(self, name, text):
        self.dir.mkdir(exist_ok=True)
        (self.dir / "home.zone").write_text(zone(self.node.spec))
        path = self.dir / name
        path.write_text(text)
        return path

    def _addresses(self):
        ports = [str(a.ip) for p in self.node.spec.ports for a in (p.v4, p.v6)]
        return ["127.0.0.1", "::1", SERVICE["v4"], SERVICE["v6"], *ports]

    def _nsd(self):
        conf = self._write("nsd.conf", NSD.format(
            dir=self.dir, site=self.node.name, workers=self.workers,
            reuseport=yes(self.reuseport), freebind=yes(not self.once),
            addresses="\n".join(f"  ip-address: {a}" for a in self._addresses())))
        return [shutil.which("nsd") or "/usr/sbin/nsd", "-d", "-c", conf]

    def _unbound(self):
        conf = self._write("unbound.conf", UNBOUND.format(
            dir=self.dir, site=self.node.name, workers=self.workers, freebind=yes(not self.once),
            answer=self.node.spec.answer,
            addresses="\n".join(f"  interface: {a}" for a in self._addresses())))
        return ["/usr/sbin/unbound", "-d", "-c", conf]

    def _named(self):
        v4, v6 = ("".join(f"{a}; " for a in self._addresses() if (":" in a) == six)
                  for six in (False, True)) if self.once else ("any;", "any;")
        conf = self._write("named.conf", named(
            self.node.spec, self.dir, self.dir / "named.pid", v4, v6, yes(not self.once)))
        return ["/usr/sbin/named", "-g", "-n", str(self.workers), "-c", conf]

    def _dnsmasq(self):
        conf = self._write("dnsmasq.conf", "".join(f"{line}\n" for line in (
            "keep-in-foreground", "no-resolv", "no-hosts", "user=root", "local=/home/",
            "bind-interfaces" if self.once else "bind-dynamic",
            *(f"listen-address={a}" for a in self._addresses()),
            f"address=/test.home/{self.node.spec.answer}",
            f"txt-record=id.server,{self.node.name}", f"pid-file={self.dir}/dnsmasq.pid")))
        return ["/usr/sbin/dnsmasq", "-C", conf]


def yes(flag):
    return "yes" if flag else "no"
