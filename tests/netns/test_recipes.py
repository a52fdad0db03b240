"""Recipes of frr-configs/ that no other test loads: each in a lab of its own, with all protocols
of a family at once."""

import pytest

from lab import PREFIX4, PREFIX6, Lab, LabError, wait
from lab.zanycast import CHECKS

V4, V6 = "ospf rip bgp".split(), "ospf6 ripng bgp".split()
OTHER = "10.128.225.9/32", "fd80:225::9/128"
PATIENCE = 40  # seconds; RIP's other way comes with an update


def announced(lab, **service):
    for site in lab.sites:
        site.zanycast.configure(**service)
        site.zanycast.start()
    for site in lab.sites:
        site.zanycast.wait_announced()


def swap_ranks(lab):
    for site, tag in zip(lab.sites, (54, 53)):
        site.zanycast.configure(tag=tag)
        site.zanycast.reload()
        site.zanycast.wait_event("config.loaded")


@pytest.mark.parametrize("proto", ["ospf", "rip", "bgp", "ospf6", "ripng"])
def test_ranked(version, proto):
    """ranked.conf: all go to the primary; the tags change places, and so do the sites"""
    prefix = PREFIX6 if proto in ("ospf6", "ripng") else PREFIX4
    more = ("rip-tuned", "ripng-tuned") if proto in ("rip", "ripng") else ()
    with Lab(proto=proto, variant="chain", recipe="ranked", more=more, frr=version) as lab:
        ends = lab.node("r1"), lab.node("r4")
        announced(lab)
        wait(lambda: [r.via(prefix) for r in ends] == [{"ns1"}, {"r3"}], PATIENCE, "ns1 to be used")
        swap_ranks(lab)
        wait(lambda: [r.via(prefix) for r in ends] == [{"r2"}, {"ns2"}], PATIENCE, "ns2 to be used")
        lab.node("ns2").dns.kill()
        wait(lambda: [r.via(prefix) for r in ends] == [{"ns1"}, {"r3"}], PATIENCE, "ns1 to take over")


@pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
def test_quagga(version, family):
    """quagga/: FRR takes Quagga's files; the permitted prefix is let out, another is not"""
    prefix, other = (p[family is V6] for p in ((PREFIX4, PREFIX6), OTHER))
    for proto in family:
        with Lab(proto=proto, recipe="quagga", frr=version) as lab:
            r1, ns1 = lab.node("r1"), lab.node("ns1")
            ns1.zanycast.configure(prefixes=[prefix, other], checks={"soa": CHECKS["soa"]})
            ns1.zanycast.start()
            for mine in (prefix, other):
                ns1.zanycast.wait_event("route.announced", prefix=mine)
            wait(lambda: r1.via(prefix) == {"ns1"}, PATIENCE, f"{proto} to let {prefix} out")
            if proto == "ripng" and lab.release.number >= (10, 0):
                continue  # takes a distribute-list and does not use it; Quagga's did
            with pytest.raises(LabError):
                wait(lambda: r1.via(other), 3, "what must not happen")
