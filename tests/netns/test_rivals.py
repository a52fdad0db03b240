"""Others who talk to zebra about our prefix, and what a predecessor left behind."""

import pytest

from lab import PREFIX4, BareClient, boottime_us, wait
from lab.zapi import add
from scene import TAG


@pytest.fixture
def rival(scene):
    """A second ZAPI client at ns1."""
    return scene.enter(BareClient(scene.ns1))


def test_duplicate_by_hand(scene, rival):
    """somebody adds the prefix too, then the service dies: none is left"""
    scene.start()
    with scene.no_flap():
        rival.write(*(add(p, TAG) for p in scene.prefixes))
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.stays_gone()


def test_deleted_by_a_rival(scene, rival):
    """somebody deletes our route at zebra: back"""
    scene.start()
    since = boottime_us()
    rival.withdraw(*scene.prefixes)
    for prefix in scene.prefixes:
        wait(lambda p=prefix: scene.watch.lost(p, since), 20, "the router to lose it")
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_another_tag_by_a_rival(scene, rival):
    """somebody replaces our route by one with another tag: ours again"""
    from lab.zapi import delete
    scene.start()
    rival.write(*(m for p in scene.prefixes for m in (*[delete(p)] * 3, add(p, 99))))
    wait(lambda: all(rival.echo.get(p) == TAG for p in scene.prefixes), 20, "our tag again")
    scene.wait_entries(TAG)
    scene.wait_via("ns1")


def test_announced_while_withdrawn(scene, rival):
    """somebody announces the prefix of a dead service: taken back"""
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    since = boottime_us()
    rival.write(*(add(p, TAG) for p in scene.prefixes))
    wait(lambda: all(rival.told_us.get(p, 0) > since for p in scene.prefixes), 10)
    scene.wait_clean()
    scene.stays_gone()


def test_orphans(scene):
    """orphans of a killed predecessor, service dead: withdrawn at the start"""
    with BareClient(scene.ns1) as predecessor:
        predecessor.announce(*scene.prefixes)
        predecessor.write(*(add(p, TAG) for p in scene.prefixes))
    scene.wait_via("ns1")
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.wait_clean()


def test_orphans_adopted(scene):
    """orphans of a killed predecessor, service alive: one entry, no flap"""
    with BareClient(scene.ns1) as predecessor:
        predecessor.announce(*scene.prefixes)
        predecessor.write(*(add(p, TAG) for p in scene.prefixes))
    scene.wait_via("ns1")
    with scene.no_flap():
        scene.start(announced=False)
        scene.wait_state("announced")
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.only("access-list")
def test_a_network_of_the_host(scene):
    """a prefix that is a network of the host is refused at load"""
    scene.configure(prefixes=["10.128.5.0/24"], alias="none")
    scene.ns1.zanycast.start(ready=False)
    assert scene.ns1.zanycast.process.wait(10) == 1
    assert "connected network of to-r1" in scene.ns1.zanycast.log()
    assert scene.r1.fib("10.128.5.0/24")
    assert PREFIX4 not in scene.ns1.addresses()
