"""A machine of its own as a node of the lab: the files that it needs beside its distribution's.
What its daemons are told is what those of the namespaces are told; interfaces are found by their
address.

  python3 -m lab.machine [-r ROOT] NODE VARIANT SETUP unicast|static|anycast

writes them below ROOT, / if not said. lab/provision is who calls it.
"""

import argparse
import dataclasses
import ipaddress
import json
import pathlib
import re

from . import nameserver, topology, zanycast
from .config import Config
from .netns import run
from .releases import release
from .setups import SETUPS

# What a site does with the service: nothing; the address stands on lo and is redistributed for as
# long as the machine lives, as many do it; or zanycastd decides.
SERVICES = ("unicast", "static", "anycast")

UNIT = """\
[Unit]
Description=Addresses and routes of {node}, a node of zanycast's lab
After=network.target NetworkManager-wait-online.service
Before=named.service zanycast.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/sbin/ip -batch /etc/zanycast-lab/network

[Install]
WantedBy=multi-user.target
"""

# A link that comes back has its addresses; an answer may come by another way than the query.
SYSCTLS = {"ipv6/conf/all/keep_addr_on_down": 1, "ipv4/conf/all/rp_filter": 0}

# Who is killed stays dead: what that costs is what the lab shows.
NO_RESTART = "[Service]\nRestart=no\n"

# Whose file is it? By a part of its path.
SIGNS = {"frr": "/frr/", "named": "named", "zanycast-lab": "zanycast-lab/network"}


@dataclasses.dataclass(frozen=True)
class System:
    """Where a family of distributions keeps what."""

    named_conf: str
    named_dir: str  # named may write there


DEBIAN = System("/etc/bind/named.conf", "/var/cache/bind")
REDHAT = System("/etc/named.conf", "/var/named/data")


class Machine:
    """files() of one node. ports: {address: interface}; without one the lab's names are taken."""

    def __init__(self, system, node, variant, setup, service, ports=None, frr=(8, 4)):
        self.system, self.variant, self.service = system, variant, service
        self.setup = SETUPS[setup]
        self.specs = topology.load(variant)
        self.spec = self.specs[node]
        if ports:
            for port in self.spec.ports:
                port.name = ports[port.v4.ip]
        recipe = {"unicast": None, "static": "access-list", "anycast": self.setup.recipe}[service]
        self.config = Config(self.specs, node, [self.setup.proto], recipe=recipe,
                             more=self.setup.more, brisk=False, release=frr)

    def files(self):
        """{path: text}."""
        found = {
            "/etc/zanycast-lab/network": self._network(),
            "/etc/zanycast-lab/state": f"{self.variant} {self.setup.name} {self.service}\n",
            "/etc/zanycast-lab/daemons": " ".join(self._daemons()) + "\n",
            "/etc/systemd/system/zanycast-lab.service": UNIT.format(node=self.spec.name),
            "/etc/sysctl.d/90-zanycast-lab.conf": "".join(
                f"net/{key} = {value}\n"
                for key, value in (topology.sysctls(self.spec) | SYSCTLS).items())}
        if self.spec.role != "client":
            found["/etc/frr/vtysh.conf"] = "no service integrated-vtysh-config\n"
            found |= {f"/etc/frr/{d}.conf": self.config.text(d) for d in self.config.daemons}
        if self.spec.role == "site":
            found |= self._site()
        return found

    def _network(self):
        """For ip -batch. An address of the service that stands there now is not this setup's."""
        lines = topology.addressing(self.spec)
        if self.spec.role == "site":
            lines += [f"addr flush dev lo to {p}" for p in (topology.PREFIX4, topology.PREFIX6)]
            if self.service == "static":
                label = "" if ":" in self.setup.prefix else "label lo:0"
                lines += [f"addr replace {self.setup.prefix} dev lo {label}"]
        return "\n".join(lines) + "\n"

    def _daemons(self):
        """The services of this machine, in the order in which they are started."""
        frr = ["frr"] if self.spec.role != "client" else []
        site = ["named"] if self.spec.role == "site" else []
        return frr + site + (["zanycast"] if site and self.service == "anycast" else [])

    def _site(self):
        folder = self.system.named_dir
        found = {
            self.system.named_conf: nameserver.named(self.spec, folder, "/run/named/named.pid"),
            f"{folder}/home.zone": nameserver.zone(self.spec),
            "/etc/systemd/system/named.service.d/zanycast-lab.conf": NO_RESTART}
        if self.service == "anycast":
            # named binds an address when it is there
            options = zanycast.resolver(self.spec, self.config.protocols, self.config.recipe,
                                        [self.setup.prefix]) | {"alias": "held"}
            found["/etc/zanycast/zanycast.conf"] = zanycast.render("service", "resolver", options)
        return found


def switched(text, daemons):
    """FRR's /etc/frr/daemons with these on, and no other."""
    return re.sub(r"(?m)^(\w+)=(?:yes|no)$", lambda m: m[1] + (
        "=yes" if m[1] in daemons or m[1] == "vtysh_enable" else "=no"), text)


def interfaces():
    """{address: interface} of this machine."""
    out = run(["ip", "-j", "-4", "addr"])
    return {ipaddress.ip_address(a["local"]): link["ifname"]
            for link in json.loads(out) for a in link["addr_info"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("-r", dest="root", type=pathlib.Path)
    parser.add_argument("node", choices=topology.DATA["nodes"])
    parser.add_argument("variant", choices=topology.DATA["variants"])
    parser.add_argument("setup", choices=SETUPS)
    parser.add_argument("service", choices=SERVICES)
    args = parser.parse_args()

    root = args.root or pathlib.Path("/")
    system = DEBIAN if (root / "etc/debian_version").exists() else REDHAT
    has_frr = topology.DATA["nodes"][args.node]["role"] != "client"
    machine = Machine(system, args.node, args.variant, args.setup, args.service,
                      ports=None if args.root else interfaces(),
                      frr=release().number if has_frr else None)
    files = machine.files()
    switches = root / "etc/frr/daemons"
    if has_frr:
        files["/etc/frr/daemons"] = switched(switches.read_text(), machine.config.daemons)
        # one for all would be read in place of the daemons' own
        for old in [switches.with_name("frr.conf"), *switches.parent.glob("*d.conf")]:
            if f"/etc/frr/{old.name}" not in files:
                old.unlink(missing_ok=True)
    write(root, files)


def write(root, files):
    """What differs, and for lab/provision the units that have to hear of it."""
    stale = set()
    for name, text in files.items():
        path = root / name.lstrip("/")
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            stale |= {unit for unit, sign in SIGNS.items() if sign in name}
    with open(root / "etc/zanycast-lab/stale", "a", encoding="ascii") as file:
        file.writelines(f"{unit}\n" for unit in stale)


if __name__ == "__main__":
    main()
