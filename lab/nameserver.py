"""Name servers: each answers test.home with its site's address, and its own name to CH TXT."""

import pathlib
import shutil

from .netns import Daemon
from .topology import SERVICE

ZONE = """\
$TTL 60
@ IN SOA {site}.home. hostmaster.home. 1 3600 600 86400 60
@ IN NS {site}.home.
{site} IN A {answer}
test IN A {answer}
"""

# Bound address by address: a wildcard socket of nsd would answer a query to the service
# address from another one. ip-freebind lets it start before the address is there.
NSD = """\
server:
  server-count: {workers}
{addresses}
  ip-freebind: yes
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

NAMED = """\
options {{
  directory "{dir}";
  pid-file "{dir}/named.pid";
  session-keyfile none;
  listen-on {{ any; }};
  listen-on-v6 {{ any; }};
  recursion no;
  dnssec-validation no;
  server-id "{site}";
  hostname "{site}";
  managed-keys-directory "{dir}";
}};
controls {{ }};
zone "home" {{ type primary; file "{dir}/home.zone"; }};
"""


class NameServer(Daemon):
    """kind: nsd, named or dnsmasq. kill() is SIGKILL to every process of it."""

    def __init__(self, node, kind="nsd", workers=1, reuseport=False):
        self.dir = pathlib.Path(node.dir, "dns")
        super().__init__(node.ns, f"{kind} of {node.name}", node.dir / "dns.log")
        self.node = node
        self.kind = kind
        self.workers = workers
        self.reuseport = reuseport

    def start(self):
        super().start(getattr(self, "_" + self.kind)())
        self.node.wait(self.answers, 10, f"{self.name} to answer; see {self.logfile}")

    def answers(self):
        return self.node.ask("127.0.0.1", timeout=0.2) == self.node.spec.answer

    def _write(self, name, text):
        self.dir.mkdir(exist_ok=True)
        (self.dir / "home.zone").write_text(
            ZONE.format(site=self.node.name, answer=self.node.spec.answer))
        path = self.dir / name
        path.write_text(text)
        return path

    def _nsd(self):
        here = ["127.0.0.1", "::1", SERVICE["v4"], SERVICE["v6"]]
        here += [str(a.ip) for p in self.node.spec.ports for a in (p.v4, p.v6)]
        conf = self._write("nsd.conf", NSD.format(
            dir=self.dir, site=self.node.name, workers=self.workers,
            reuseport="yes" if self.reuseport else "no",
            addresses="\n".join(f"  ip-address: {a}" for a in here)))
        return [shutil.which("nsd") or "/usr/sbin/nsd", "-d", "-c", conf]

    def _named(self):
        conf = self._write("named.conf", NAMED.format(dir=self.dir, site=self.node.name))
        return ["/usr/sbin/named", "-g", "-n", str(self.workers), "-c", conf]

    def _dnsmasq(self):
        conf = self._write("dnsmasq.conf", "".join(f"{line}\n" for line in (
            "keep-in-foreground", "no-resolv", "no-hosts", "user=root", "local=/home/",
            f"address=/test.home/{self.node.spec.answer}",
            f"txt-record=id.server,{self.node.name}", f"pid-file={self.dir}/dnsmasq.pid")))
        return ["/usr/sbin/dnsmasq", "-C", conf]
