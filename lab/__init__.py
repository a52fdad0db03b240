"""The lab: anycast sites, routers and clients in network namespaces, with real FRR.

    with Lab(proto="ospf") as lab:
        ns1, r1 = lab.node("ns1"), lab.node("r1")
        ns1.zanycast.start()
        ns1.zanycast.wait_announced()
        lab.wait(lambda: r1.via(PREFIX4) == {"ns1"}, 10)
        ns1.dns.kill()
        lab.wait(lambda: not r1.via(PREFIX4), 5)

Needs root. Every stamp is CLOCK_BOOTTIME in microseconds.
"""

from .netns import Daemon, LabError, Namespace, boottime_us, wait
from .network import Lab, Node, clean, tags
from .probe import Probe
from .releases import release
from .tap import Tap
from .topology import PREFIX4, PREFIX6, SERVICE, SITE_OF_ANSWER
from .watch import RouteWatch
from .zapi import BareClient

__all__ = ["BareClient", "Daemon", "Lab", "LabError", "Namespace", "Node", "PREFIX4", "PREFIX6",
           "Probe", "RouteWatch", "SERVICE", "SITE_OF_ANSWER", "Tap", "boottime_us", "clean",
           "release", "tags", "wait"]
