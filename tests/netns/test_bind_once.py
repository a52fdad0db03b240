"""A name server that binds the service's address once, at its start, or follows it."""

import pytest

from lab import PREFIX4, SERVICE, LabError, wait
from lab.nameserver import NameServer
from scene import BOUND, CHECKS, PATIENCE, SOA, TAG

ANYWHERE = BOUND | {"address": "any"}
# what follows addresses may take a second, and users are answered from then on
USERS = SOA | {"target": "service", "fall": 20}
del USERS["server"]


def instead(scene, *args, **kw):
    """Another name server at ns1; it does not run yet."""
    kept = scene.ns1.dns

    def back():
        scene.ns1.dns.kill()
        scene.ns1.dns = kept

    kept.kill()
    scene.ns1.dns = NameServer(scene.ns1, *args, **kw)
    scene.after(back)
    return scene.ns1.dns


def served(scene):
    """Does the router get answers from the service's addresses?"""
    return all(scene.r1.ask(p.split("/")[0], timeout=0.3) for p in scene.prefixes)


@pytest.mark.only("ospf", "tag")
@pytest.mark.parametrize("kind", ["nsd", "unbound", "dnsmasq"])
def test_managed_once(scene, kind):
    """managed, a server that binds once: does not start, not announced"""
    dns = instead(scene, kind, once=True)
    scene.start(announced=False)
    with pytest.raises(LabError, match="ssign requested address"):
        dns.start()
    scene.event("service.down")
    scene.stays_gone(1)


@pytest.mark.only("ospf", "tag")
def test_managed_once_and_deaf(scene):
    """managed, named without the address: a listener check tells"""
    instead(scene, "named", once=True).start()
    scene.start(checks={"soa": SOA})
    assert not served(scene), "127.0.0.1 answers, and the service does not: the hole"
    scene.let_it_be_known()
    scene.configure(checks=CHECKS)
    scene.ns1.zanycast.reload()
    down = scene.event("check.down", check="bound")
    assert "elsewhere" in down["text"]
    scene.wait_clean()
    scene.stays_gone()


@pytest.mark.only("ospf", "tag")
@pytest.mark.parametrize("kind", ["nsd", "unbound", "named"])
def test_held_once(scene, kind):
    """held, a server that binds once: answers, fails, comes back"""
    dns = instead(scene, kind, once=True)
    scene.start(alias="held", announced=False)
    scene.wait_leased()
    dns.start()
    scene.wait_via("ns1")
    assert served(scene)
    scene.let_it_be_known()
    dns.kill()
    scene.wait_gone()
    assert len(scene.aliases()) == 2
    dns.start()
    scene.wait_via("ns1")
    assert served(scene)
    scene.wait_entries(TAG)


@pytest.mark.only("ospf", "access-list")
@pytest.mark.parametrize("kind", ["nsd", "unbound"])
def test_nonlocal(scene, kind):
    """managed, ip_nonlocal_bind: a server that binds once serves"""
    for family in ("ipv4", "ipv6"):
        scene.ns1.ns.sysctl(f"{family}/ip_nonlocal_bind", 1)
        scene.after(scene.ns1.ns.sysctl, f"{family}/ip_nonlocal_bind", 0)
    instead(scene, kind, once=True).start()
    scene.start()
    assert served(scene)


@pytest.mark.only("ospf", "tag")
@pytest.mark.parametrize("kind", ["named", "dnsmasq"])
def test_managed_followed(scene, kind):
    """managed, a server that follows addresses: asked as users ask"""
    if kind == "dnsmasq":  # of two addresses that come in one moment it may miss the second, for good
        scene.prefixes = [PREFIX4]
    instead(scene, kind).start()
    scene.start(checks={"soa": SOA, "bound": ANYWHERE, "users": USERS})
    wait(lambda: served(scene), 5, "answers")
    with scene.no_flap(2):
        pass


@pytest.mark.only("ospf", "tag")
def test_each_waits_for_the_other(scene):
    """managed, listener, a server that follows: waits; held: serves"""
    instead(scene, "named").start()
    scene.start(announced=False)
    assert "elsewhere" in scene.event("check.down", check="bound")["text"]
    scene.stays_gone(1)
    scene.ns1.zanycast.stop(20)
    scene.start(alias="held")
    assert served(scene)


@pytest.mark.only("ospf", "tag")
def test_without_the_right(scene):
    """named that may not bind port 53 later: held serves, managed not"""
    ports = "ipv4/ip_unprivileged_port_start"
    scene.after(scene.ns1.ns.sysctl, ports, 1024)
    dns = instead(scene, "named", before=["setpriv", "--bounding-set", "-net_bind_service"])

    def start():
        scene.ns1.ns.sysctl(ports, 53)
        dns.start()
        scene.ns1.ns.sysctl(ports, 1024)

    start()
    scene.start(checks={"soa": SOA})
    wait(lambda: "creating IPv4 interface lo:1 failed" in dns.log(), PATIENCE, "named to follow")
    assert not scene.r1.ask(SERVICE["v4"], timeout=0.3)
    assert scene.ns1.zanycast.stop(20) == 0
    dns.kill()
    scene.wait_gone()
    scene.start(alias="held", announced=False)
    scene.wait_leased()
    start()
    scene.wait_via("ns1")
    assert served(scene)
