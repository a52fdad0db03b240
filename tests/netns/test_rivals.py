"""Others who talk to zebra about our prefix, and what a predecessor left behind."""

import time

import pytest

from lab import BareClient, boottime_us, wait
from lab.zanycast import program
from scene import TAG


@pytest.fixture
def rival(scene):
    """A second ZAPI client at ns1."""
    return scene.enter(BareClient(scene.ns1))


@pytest.mark.core
def test_duplicate_by_hand(scene, rival):
    """somebody adds the prefix too, then the service dies: none is left"""
    scene.start()
    with scene.no_flap():
        rival.write(*(rival.add(p, TAG) for p in scene.prefixes))
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.stays_gone()


def ours_again(scene, rival, since):
    """zebra has told it since then, and with our tag last."""
    return all(rival.told_us[p] > since and rival.echo.get(p) == TAG for p in scene.prefixes)


def test_deleted_by_a_rival(scene, rival):
    """somebody deletes our route at zebra: back"""
    scene.start()
    since = boottime_us()
    rival.withdraw(*scene.prefixes)
    wait(lambda: ours_again(scene, rival, since), 20, "our route again")
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_another_tag_by_a_rival(scene, rival):
    """somebody replaces our route by one with another tag: ours again"""
    scene.start()
    since = boottime_us()
    rival.put(*scene.prefixes, tag=99)
    wait(lambda: ours_again(scene, rival, since), 20, "our tag again")
    scene.wait_entries(TAG)
    scene.wait_via("ns1")


def test_announced_while_withdrawn(scene, rival):
    """somebody announces the prefix of a dead service: taken back"""
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    scene.wait_state("withdrawn")
    # the deletes of a start come within 0.2 s: zebra would tell nothing of both
    time.sleep(0.5)
    since = boottime_us()
    rival.write(*(rival.add(p, TAG) for p in scene.prefixes))
    wait(lambda: all(rival.told_us.get(p, 0) > since for p in scene.prefixes), 10)
    scene.wait_clean()
    scene.wait_settled_gone()  # RIP tells it late, both ways


@pytest.mark.core
def test_orphans(scene):
    """orphans of a killed predecessor, service dead: withdrawn at the start"""
    with BareClient(scene.ns1) as predecessor:
        predecessor.announce(*scene.prefixes)
        predecessor.write(*(predecessor.add(p, TAG) for p in scene.prefixes))
    scene.wait_via("ns1")
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.wait_clean()


def test_orphans_adopted(scene):
    """orphans of a killed predecessor, service alive: one entry, no flap"""
    with BareClient(scene.ns1) as predecessor:
        predecessor.announce(*scene.prefixes)
        predecessor.write(*(predecessor.add(p, TAG) for p in scene.prefixes))
    scene.wait_via("ns1")
    with scene.no_flap():
        scene.start(announced=False)
        scene.wait_state("announced")
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.only("access-list")
def test_a_network_of_the_host(scene):
    """a prefix that is a network of the host: refused, left alone"""
    scene.prefixes = ["10.128.5.0/24"]
    scene.start(alias="none", announced=False)
    scene.event("route.refused", prefix=scene.prefixes[0])
    scene.event("service.up")
    assert scene.states() == {scene.prefixes[0]: "refused"}
    assert scene.entries() == [[0]]
    assert scene.ns1.zanycast.stop(10) == 0
    assert scene.entries() == [[0]]
    line = f"{program('zanycastd')} -t -f {scene.ns1.zanycast.conf} 2>&1; true"
    assert "connected network of to-r1" in scene.ns1.exec(["sh", "-c", line])
