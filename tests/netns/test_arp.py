"""What the file in packaging/sysctl is for: the neighbours of a server with the address on lo."""

import pytest

from lab import PREFIX4, SERVICE
from owners import ROOT

ADDRESS = SERVICE["v4"]
SERVER = "10.128.5.2"
SYSCTLS = ROOT / "packaging" / "sysctl" / "90-zanycast.conf"


def asks(scene, route):
    """The answer r1 gets by that route, from a server that has to ask for r1's MAC address."""
    scene.r1.ns.ip(f"route replace {ADDRESS} {route}", f"neigh flush to {ADDRESS}")
    assert scene.r1.ask(SERVER)  # r1 knows the server, so its question does not make it known
    scene.ns1.ns.ip("neigh flush dev to-r1")
    return scene.r1.ask(ADDRESS, timeout=0.5)


def known(scene):
    """Has r1 a MAC address for the service's address?"""
    found = scene.r1.ns.ip_json("neigh", "show", "dev", "to-ns1")
    return any(n["dst"] == ADDRESS and "lladdr" in n for n in found)


@pytest.mark.only("ospf", "tag")
def test_arp(scene):
    """with the sysctls no neighbour learns the address, routes serve"""
    for key in ("arp_announce", "arp_ignore"):
        scene.after(scene.ns1.ns.sysctl, f"ipv4/conf/all/{key}", 0)
    scene.after(scene.r1.ns.ip, f"route del {ADDRESS}")
    scene.ns1.alias_add(PREFIX4)
    through, on_link = f"via {SERVER}", "dev to-ns1"
    assert asks(scene, through) and known(scene), "the default: its ARP requests tell everybody"
    assert asks(scene, on_link) and known(scene), "the default: it answers ARP for lo"
    scene.ns1.exec(["sysctl", "-q", "-p", SYSCTLS])
    assert asks(scene, through) and not known(scene)
    assert not asks(scene, on_link) and not known(scene)
