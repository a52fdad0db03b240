"""systemd-networkd manages lo, with the service's address in its file or without it."""

import pytest

from lab import PREFIX4, PREFIX6, boottime_us, wait
from owners import Networkd
from scene import PATIENCE, TAG

pytestmark = pytest.mark.only("ospf", "tag")


@pytest.fixture
def networkd(scene):
    networkd = Networkd(scene.ns1)
    scene.after(networkd.stop)
    return networkd


def test_held(scene, networkd):
    """networkd, then zanycastd (held): adopted; networkd restarted"""
    networkd.start()
    assert [*scene.aliases()] == [PREFIX4]
    scene.ns1.dns.kill()
    scene.start(alias="held", announced=False)
    scene.wait_leased()
    scene.stays_gone(1)
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    with scene.no_flap():
        networkd.restart()
        scene.wait_leased()
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_gone()
    networkd.restart()
    scene.wait_leased()
    scene.stays_gone()
    scene.wait_entries()


def test_reconfigured(scene, networkd):
    """networkctl reconfigure lo while announced: back, with a lifetime"""
    networkd.start()
    scene.start()
    scene.let_it_be_known()
    since = boottime_us()
    networkd.reconfigure()
    scene.event("alias.lost", since, prefix=PREFIX4)
    networkd.wait_configured()
    scene.wait_leased()
    scene.wait_state("announced")
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    assert not [e for e in scene.ns1.zanycast.events("alias.lost") if e["prefix"] == PREFIX6]
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()


def test_reconfigured_while_dead(scene, networkd):
    """networkctl reconfigure lo, service dead (managed): never announced"""
    networkd.start()
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    scene.wait_no_alias()
    since = boottime_us()
    networkd.reconfigure()
    scene.event("alias.removed", since, prefix=PREFIX4)
    scene.wait_no_alias()
    scene.stays_gone()
    scene.wait_entries()


def test_killed(scene, networkd):
    """zanycastd killed: the kernel ends the address, networkd lets it"""
    networkd.start()
    scene.start(lifetime="3s")
    scene.let_it_be_known()
    scene.ns1.zanycast.kill()
    scene.wait_gone(10)
    scene.stays(lambda: not scene.aliases(), 1, "the address to stay away")


def test_not_in_its_file(scene, networkd):
    """networkd has lo without the address: it leaves zanycastd's alone"""
    networkd.lists()
    networkd.start()
    scene.start()
    with scene.no_flap():
        networkd.reconfigure()
        networkd.wait_configured()
        networkd.restart()
    scene.wait_leased()
    assert not scene.ns1.zanycast.events("alias.lost")


def test_ipv6_in_its_file(scene, networkd):
    """IPv6 in its file: networkd fails at reconfigure, the address is back"""
    networkd.lists(PREFIX4, PREFIX6)
    networkd.start()
    scene.start(lifetime="3s")
    wait(lambda: scene.aliases()[PREFIX6].get("autojoin"), PATIENCE, "the first renewal")
    scene.let_it_be_known()
    networkd.reconfigure()
    wait(lambda: networkd.setup() == "failed", PATIENCE, "networkd to fail")
    scene.wait_leased()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
