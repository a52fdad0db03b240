"""The address on lo: ours, somebody else's, held, none."""

import pytest

from lab import PREFIX4, PREFIX6, boottime_us, wait
from scene import TAG


def test_label_and_lifetime(scene):
    """the alias is plain, has its label and a lifetime that is renewed"""
    scene.start(lifetime="3s")
    aliases = scene.aliases()
    assert aliases[PREFIX4]["label"] == "lo:1"
    assert not any(a.get("noprefixroute") for a in aliases.values())
    assert all(0 <= a["valid_life_time"] <= 3 for a in aliases.values())
    with scene.no_flap(5):
        pass


@pytest.mark.core
def test_deleted_by_hand(scene):
    """ip addr del of our alias: back, and announced"""
    scene.start()
    since = boottime_us()
    for prefix in scene.prefixes:
        scene.ns1.ns.ip(f"addr del {prefix} dev lo")
        scene.event("alias.lost", since, prefix=prefix)
    scene.wait_leased()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_deleted_and_dead(scene):
    """ip addr del of our alias, then the service dies: withdrawn"""
    scene.start()
    scene.let_it_be_known()
    for prefix in scene.prefixes:
        scene.ns1.ns.ip(f"addr del {prefix} dev lo")
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.stays_gone()


@pytest.mark.core
def test_made_permanent(scene):
    """ip addr replace makes it permanent: gets its lifetime back, no flap"""
    scene.start()
    with scene.no_flap():
        for prefix in scene.prefixes:
            scene.ns1.ns.ip(f"addr replace {prefix} dev lo valid_lft forever preferred_lft forever")
        scene.wait_leased()
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.core
def test_added_elsewhere(scene):
    """the same address on another interface: said; the service dies: none is ours"""
    scene.start()
    since = boottime_us()
    for prefix in scene.prefixes:
        scene.ns1.ns.ip(f"addr add {prefix} dev to-r1" + (" nodad" if ":" in prefix else ""))
    scene.after(lambda: [scene.ns1.ns.ip(f"addr del {p} dev to-r1") for p in scene.prefixes])
    scene.wait_state("announced")
    scene.wait_via("ns1")
    scene.ns1.dns.kill()
    scene.event("service.down", since)
    scene.wait_no_alias()
    assert len(scene.aliases("to-r1")) == 2, "somebody else's address was removed"


@pytest.mark.core
def test_there_at_start(scene):
    """the address is there at start (ifupdown): adopted, one entry, withdrawn"""
    for prefix in scene.prefixes:
        scene.ns1.alias_add(prefix)
    scene.start()
    scene.wait_leased()
    scene.wait_entries(TAG)
    scene.event("alias.adopted")
    scene.ns1.dns.kill()
    scene.wait_clean()


def leftovers(scene):
    """Routes of the service's IPv6 address that the kernel left on lo."""
    return [r for r in scene.ns1.fib(PREFIX6) if r.get("dev") == "lo"]


def test_no_route_left_behind(scene):
    """IPv6: the kernel's route on lo goes with the address, after a crash too"""
    scene.start(lifetime="3s")
    scene.ns1.zanycast.kill()
    scene.wait_gone(10)
    assert leftovers(scene), "this kernel leaves nothing: the test tests nothing"
    scene.ns1.dns.kill()
    scene.again()
    scene.event("service.down")
    wait(lambda: not leftovers(scene), 10, "the route of the predecessor to go")
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()
    assert not leftovers(scene)


@pytest.mark.only("tag")
def test_kept(scene):
    """adopt = keep: a permanent address stays, the route goes"""
    for prefix in scene.prefixes:
        scene.ns1.alias_add(prefix)
    scene.start(adopt="keep")
    assert {r["protected"] for r in scene.show("routes")} == {False}
    scene.ns1.dns.kill()
    scene.wait_gone()
    scene.stays(lambda: len(scene.aliases()) == 2, 1.5, "the addresses to stay")
    scene.wait_entries()


@pytest.mark.core
@pytest.mark.only("tag")
def test_held(scene):
    """alias = held: the address stays while the route goes and comes"""
    scene.start(alias="held")
    since = boottime_us()
    scene.ns1.dns.kill()
    scene.wait_gone()
    scene.wait_entries()
    scene.stays(lambda: len(scene.aliases()) == 2, 1.5, "the addresses to stay")
    assert not scene.ns1.zanycast.events("alias.removed", since)
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    assert scene.ns1.zanycast.stop(20) == 0
    assert not scene.aliases()
    scene.wait_gone()


@pytest.mark.only("tag")
def test_held_at_start(scene):
    """alias = held, service dead at start: address, no route, lo flaps"""
    scene.ns1.dns.kill()
    scene.start(alias="held", announced=False)
    scene.wait_leased()
    scene.event("service.down")
    scene.ns1.ns.ip("link set lo down", "link set lo up")
    scene.wait_leased()
    scene.stays_gone(3)
    scene.wait_entries()


@pytest.mark.core
def test_none(scene):
    """alias = none: no address, UNPROTECTED, announced and withdrawn"""
    scene.start(alias="none")
    assert not scene.aliases()
    assert {r["protected"] for r in scene.show("routes")} == {False}
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_gone()
    scene.wait_entries()


def test_none_and_killed(scene):
    """alias = none, all killed, service dead, new start: withdrawn"""
    scene.start(alias="none")
    scene.ns1.zanycast.kill()
    scene.ns1.dns.kill()
    scene.again()
    scene.wait_gone()
    scene.wait_entries()


@pytest.mark.core
def test_lo_down_and_up(scene):
    """lo down and up: announced again"""
    scene.start()
    scene.let_it_be_known()
    since = boottime_us()
    scene.ns1.ns.ip("link set lo down")
    scene.event("link.down", since)
    scene.wait_gone()
    scene.ns1.ns.ip("link set lo up")
    scene.event("link.up", since)
    scene.wait_via("ns1")
    scene.wait_leased()
    scene.wait_entries(TAG)


def test_lo_flaps_while_withdrawn(scene):
    """lo down and up while withdrawn: nothing is announced"""
    scene.start()
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.ns1.ns.ip("link set lo down", "link set lo up")
    scene.stays_gone(2)
    assert PREFIX6 not in scene.aliases()
