"""What the daemons of one machine are told: the published recipes as they are, then what is this
machine's own. Text from data, and nothing else: namespaces and virtual machines take it alike."""

import pathlib
import re

RECIPES = pathlib.Path(__file__).parent.parent / "frr-configs"
DAEMON_OF = {"ospf": "ospfd", "ospf6": "ospf6d", "rip": "ripd", "ripng": "ripngd", "bgp": "bgpd"}
PROTOCOL_OF = {daemon: protocol for protocol, daemon in DAEMON_OF.items()}
EVERY_ROUTER = re.compile(r"(?m)^(router (?:ospf6?|ripn?g?|bgp \d+)|interface \S+)$")
INTERFACE = re.compile(r"(?m)^interface eth0\n(?: .*\n)*exit\n")

# OSPF raises a network in 10 s at its own pace, in 2 s without; settled() is at its pace again.
RAISING = {"ospf": ["timers throttle lsa all 0", "timers lsa min-arrival 0"],
           "ospf6": ["timers lsa min-arrival 0"]}
OSPF_WORD = {"ospf": "ip ospf", "ospf6": "ipv6 ospf6"}
HELLO = {"brisk": ("1", "4"), "default": ("10", "40")}


class Config:
    """The files of one machine.

    specs      topology.load()'s; name: which of them it is
    protocols  ospf ospf6 rip ripng bgp
    recipe     of sites: a file of the protocol's directory in frr-configs (access-list, tag, ranked),
               a directory with a file for each daemon (quagga), or None: nothing is redistributed
    more       directories of frr-configs that add to it on every machine (ospf-fast, rip-bfd)
    brisk      OSPF says hello every second, and misses a neighbour after 4; else every 10, after 40
    release    (major, minor) of the FRR
    vrf        the name of the VRF that all of it is in, or None
    """

    def __init__(self, specs, name, protocols, recipe="access-list", more=(), brisk=True,
                 release=(8, 4), vrf=None):
        self.specs, self.spec, self.name = specs, specs[name], name
        self.protocols = tuple(protocols)
        self.recipe, self.more = recipe, tuple(more)
        self.brisk, self.release, self.vrf = brisk, release, vrf

    @property
    def daemons(self):
        """zebra first; mgmtd, which the release has or not, is not among them."""
        bfd = ["bfdd"] if any((RECIPES / m / "bfdd.conf").exists() for m in self.more) else []
        return ["zebra", *bfd, *(DAEMON_OF[p] for p in self.protocols)]

    def text(self, daemon, raising=False):
        """A daemon's file. raising: as it is until the network has converged."""
        own = [f"hostname {self.name}"] if daemon == "zebra" else []
        protocol = PROTOCOL_OF.get(daemon)
        if protocol:
            if raising and protocol in RAISING:
                own += ["router " + protocol, *(" " + line for line in RAISING[protocol]), "exit"]
            own += getattr(self, "_" + protocol)(raising)
        own = "\n".join(["!", "! this node", "!", "log timestamp precision 6", *own]) + "\n"
        return self.of_vrf(self._published(daemon) + own)

    def of_vrf(self, text):
        """Lines of a configuration, as they are for the VRF."""
        return EVERY_ROUTER.sub(rf"\1 vrf {self.vrf}", text) if self.vrf else text

    # -- back to the protocol's own pace, once the network has converged --------------

    def unhurried(self, protocol):
        """Lines that end what RAISING began."""
        if protocol not in RAISING or protocol + "-fast" in self.more:
            return []
        return [self.of_vrf("router " + protocol), *("no " + line for line in RAISING[protocol])]

    def hello(self, protocol, which):
        """Lines that set one of OSPF's two intervals to its default on all interfaces, "hello-interval"
        or "dead-interval"; none where they stay as they are."""
        if protocol not in OSPF_WORD or self.brisk or protocol + "-fast" in self.more:
            return []
        default = HELLO["default"][which == "dead-interval"]
        return [line for port in self.spec.ports
                for line in (self.of_vrf(f"interface {port.name}"),
                             f"{OSPF_WORD[protocol]} {which} {default}", "exit")]

    # -- the recipes -----------------------------------------------------------------

    def _published(self, daemon):
        parts = [self._recipe(daemon)] if daemon in PROTOCOL_OF else []
        parts += [self._adapted(path.read_text()) for m in self.more
                  if (path := RECIPES / m / (daemon + ".conf")).exists()]
        return "".join(parts)

    def _recipe(self, daemon):
        """What a site, or the router beside it, loads to redistribute."""
        if not self.recipe:
            return ""
        directory = RECIPES / PROTOCOL_OF[daemon]
        if self.spec.role == "router":
            path = directory / f"{self.recipe}-router.conf"
            return self._adapted(path.read_text()) if path.exists() else ""
        path = directory / f"{self.recipe}.conf"
        return (path if path.exists() else RECIPES / self.recipe / f"{daemon}.conf").read_text()

    def _adapted(self, text):
        """An example's interface eth0 stands for each that leads to a router or a site."""
        def each(match):
            return "".join(match[0].replace("eth0", port.name) for port in self._ports())
        text = INTERFACE.sub(each, text)
        return re.sub(r"(?m)^router bgp \d+$", f"router bgp {self.spec.asn}", text)

    def _ports(self):
        return [port for port in self.spec.ports if not self._client(port)]

    @staticmethod
    def _client(port):
        return port.peer.startswith("c")

    # -- this machine ----------------------------------------------------------------

    def _hello(self, protocol, raising):
        """(hello, dead) that this machine's own lines set, or None."""
        if protocol + "-fast" in self.more:
            return None
        return HELLO["brisk"] if self.brisk or raising else None

    def _ospf(self, raising):
        yield "router ospf"
        yield f" ospf router-id {self.spec.router_id}"
        for port in self.spec.ports:
            yield f" network {port.v4.network} area 0"
        yield "exit"
        for port in self.spec.ports:
            yield f"interface {port.name}"
            yield from self._ospf_interface("ospf", port, raising)

    def _ospf6(self, raising):
        yield "router ospf6"
        yield f" ospf6 router-id {self.spec.router_id}"
        if self.release < (8, 0):
            yield from (f" interface {port.name} area 0" for port in self.spec.ports)
        yield "exit"
        for port in self.spec.ports:
            yield f"interface {port.name}"
            if self.release >= (8, 0):
                yield " ipv6 ospf6 area 0"
            yield from self._ospf_interface("ospf6", port, raising)

    def _ospf_interface(self, protocol, port, raising):
        word = OSPF_WORD[protocol]
        yield f" {word} network point-to-point"
        if hello := self._hello(protocol, raising):
            yield f" {word} hello-interval {hello[0]}"
            yield f" {word} dead-interval {hello[1]}"
        yield f" {word} cost {20 if port.second else 10}"
        if self._client(port):
            yield f" {word} passive"
        yield "exit"

    def _rip(self, _):
        yield "router rip"
        yield " version 2"
        yield from self._rip_common("ALL")
        yield "access-list ALL seq 5 permit any"

    def _ripng(self, _):
        yield "router ripng"
        yield from self._rip_common("ALL6")
        yield "ipv6 access-list ALL6 seq 5 permit any"

    def _rip_common(self, everything):
        for port in self.spec.ports:
            yield f" network {port.name}"
            if self._client(port):
                yield f" passive-interface {port.name}"
            if port.second and self.spec.role == "router" and "rip-ecmp" not in self.more:
                # in place of the 1 that a hop costs
                yield f" offset-list {everything} in 2 {port.name}"
        yield "exit"

    def _bgp(self, _):
        yield f"router bgp {self.spec.asn}"
        yield f" bgp router-id {self.spec.router_id}"
        yield " no bgp default ipv4-unicast"
        yield " no bgp ebgp-requires-policy"
        yield " no bgp network import-check"
        yield " neighbor ALL peer-group"
        for family, attr in (("ipv4", "v4"), ("ipv6", "v6")):
            for port in self._ports():
                address = getattr(port, "peer_" + attr)
                yield f" neighbor {address} remote-as {self.specs[port.peer].asn}"
                yield f" neighbor {address} peer-group ALL"
                yield f" neighbor {address} timers connect 1"
            yield f" address-family {family} unicast"
            for port in self.spec.ports:
                if self.spec.role == "router":
                    yield f"  network {getattr(port, attr).network}"
            for port in self._ports():
                yield from self._bgp_neighbour(getattr(port, "peer_" + attr), port)
            yield " exit-address-family"
        yield "exit"

    def _bgp_neighbour(self, address, port):
        yield f"  neighbor {address} activate"
        if self.spec.role == "site":  # both sites are one AS, and should hear each other
            yield f"  neighbor {address} allowas-in 1"
        elif any(p.second for p in self.spec.ports) and not port.second and self.recipe != "ranked":
            yield f"  neighbor {address} weight 100"
