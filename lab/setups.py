"""The routing protocols as people run them: what the lab's cells, its demo and its benchmarks take
their networks from. Each is a recipe of frr-configs and what it adds."""

from dataclasses import dataclass

from . import topology
from .netns import LabError
from .network import Lab
from .releases import release


@dataclass(frozen=True)
class Setup:
    """One way to run a network. recipe is that of sites with zanycastd; sites without it let out
    what their access-list permits, as everybody does."""

    name: str
    title: str
    proto: str
    more: tuple = ()
    recipe: str = "tag"
    variant: str = "chain"
    since: tuple = (0, 0)   # the first FRR that can do it
    newer: str = "10.3"     # what tests/frr/fetch has of them

    @property
    def prefix(self):
        return topology.PREFIX6 if self.proto in ("ospf6", "ripng") else topology.PREFIX4

    @property
    def server(self):
        return self.prefix.partition("/")[0]

    @property
    def ecmp(self):
        return "rip-ecmp" in self.more

    def _frr(self):
        """The FRR of this setup: what everything runs on, or one that is new enough."""
        return None if release().number >= self.since else self.newer

    def missing(self):
        """Why it cannot run here, and what to do; None when it can."""
        try:
            release(self._frr())
        except LabError as error:
            return str(error)
        return None

    def lab(self, variant=None, zanycast=True, **options):
        """A Lab, not raised yet, with every timer as the setup says. named answers, as in most places."""
        options = {"frr": self._frr(), "variant": variant or self.variant, "dns": "named"} | options
        return Lab(proto=self.proto, recipe=self.recipe if zanycast else "access-list",
                   more=self.more, brisk=False, **options)


SETUPS = {s.name: s for s in (
    Setup("rip", "RIP, default timers: 30, 180, 120 s", "rip"),
    Setup("rip-tuned", "RIP, timers 5, 15, 10 s", "rip", more=("rip-tuned",)),
    Setup("rip-ecmp", "RIP, default timers, two sites at equal cost", "rip", more=("rip-ecmp",),
          variant="site"),
    Setup("rip-bfd", "RIP, default timers, BFD", "rip", more=("rip-bfd",), since=(9, 0)),
    Setup("ospf", "OSPF, hello 10 s, dead 40 s", "ospf"),
    Setup("ospf-fast", "OSPF, hello 1 s, dead 4 s, nothing gathered", "ospf", more=("ospf-fast",)),
    Setup("ospf-bfd", "OSPF, default timers, BFD", "ospf", more=("ospf-bfd",)),
    Setup("bgp", "BGP, an AS a router, the secondary prepends", "bgp", recipe="ranked"),
    Setup("bgp-bfd", "BGP with BFD", "bgp", more=("bgp-bfd",), recipe="ranked"),
    Setup("ospf6", "OSPFv3, IPv6, hello 10 s, dead 40 s", "ospf6"),
    Setup("ripng", "RIPng, IPv6, default timers", "ripng"),
)}
