"""Two sites with one prefix."""

import pytest

from lab import boottime_us
from scene import TAG


def test_one_withdraws_then_both(scene):
    """two sites: one withdraws, then both: the route really goes"""
    scene.start(scene.ns1, scene.ns2)
    scene.ns1.dns.kill()
    scene.wait_via("ns2")
    scene.wait_entries(site=scene.ns1)
    scene.ns2.dns.kill()
    scene.wait_gone()
    scene.stays_gone()
    scene.ns2.dns.start()
    scene.wait_via("ns2")
    scene.ns1.dns.start()
    scene.wait_via("ns1")


def test_the_other_one_is_not_disturbed(scene):
    """two sites: the far one comes and goes, the near one's route stays"""
    scene.start(scene.ns1)
    with scene.no_flap():
        scene.start(scene.ns2, announced=False)
        scene.wait_state("announced", scene.ns2)
    with scene.no_flap():
        scene.ns2.zanycast.stop(20)
    scene.wait_entries(TAG)


@pytest.mark.only("ospf")
def test_no_gap_between_sites(scene):
    """two sites, OSPF: when one goes the other takes over at once"""
    scene.start(scene.ns1, scene.ns2)
    since = boottime_us()
    scene.ns1.dns.kill()
    scene.wait_via("ns2", timeout=10)
    assert not scene.lost(since), "the router had no route for a moment"
