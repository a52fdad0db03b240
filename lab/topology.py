"""The networks of topology.json as objects: who is linked to whom, by which addresses."""

from __future__ import annotations  # for Python 3.9

import ipaddress
import json
import pathlib
from dataclasses import dataclass, field

DATA = json.loads(pathlib.Path(__file__).with_name("topology.json").read_text())
SERVICE = DATA["service"]
NETWORK = DATA["network"]  # all of it
PREFIX4 = SERVICE["v4"] + "/32"
PREFIX6 = SERVICE["v6"] + "/128"
SITE_OF_ANSWER = {n["answer"]: name for name, n in DATA["nodes"].items() if "answer" in n}


@dataclass
class Port:
    """One end of a link: the interface, what it is called here and what is behind it."""

    name: str
    peer: str
    v4: ipaddress.IPv4Interface
    v6: ipaddress.IPv6Interface
    peer_v4: ipaddress.IPv4Address
    peer_v6: ipaddress.IPv6Address
    second: bool  # the way to the site that is used only when the first is gone


@dataclass
class NodeSpec:
    name: str
    role: str
    router_id: str | None
    asn: int | None
    answer: str | None
    secondary: bool  # where the sites are ranked
    ports: list[Port] = field(default_factory=list)


def load(variant):
    """{name: NodeSpec} of one variant; one that it does not name, alone or in a link, does
    not exist."""
    specs = {}

    def node(name):
        data = DATA["nodes"][name]
        return specs.setdefault(name, NodeSpec(
            name, data["role"], data.get("id"), data.get("asn"), data.get("answer"),
            data.get("secondary", False)))

    for key in DATA["variants"][variant]:
        a, linked, b = key.partition("-")
        if not linked:
            node(a)
            continue
        link = DATA["links"][key]
        v4 = [ipaddress.ip_interface(x) for x in link["v4"]]
        v6 = [ipaddress.ip_interface(x) for x in link["v6"]]
        second = link.get("second", False)
        names = link.get("ports", ("to-" + b, "to-" + a))
        for me, (here, there) in enumerate(((a, b), (b, a))):
            node(here).ports.append(Port(
                names[me], there, v4[me], v6[me], v4[1 - me].ip, v6[1 - me].ip, second))
    return specs


def addressing(spec):
    """What gives a node its addresses and routes, again and again if need be: lines for ip -batch."""
    lines = []
    for port in spec.ports:
        lines += [f"addr replace {port.v4} dev {port.name}",
                  f"addr replace {port.v6} dev {port.name} nodad",
                  f"link set {port.name} up"]
        if spec.role == "client":
            lines += [f"route replace {NETWORK['v4']} via {port.peer_v4}",
                      f"route replace {NETWORK['v6']} via {port.peer_v6}"]
    return lines


def sysctls(spec):
    """{key below net, with slashes: value}. Each flow keeps to its path where paths cost the same."""
    router = int(spec.role == "router")
    return {"ipv4/ip_forward": router, "ipv6/conf/all/forwarding": router,
            "ipv4/fib_multipath_hash_policy": 1, "ipv6/fib_multipath_hash_policy": 1}
