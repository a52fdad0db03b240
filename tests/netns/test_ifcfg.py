"""network-scripts have the service's address in ifcfg-lo:0. Debian has none: what runs here is a
stand-in that gives their commands."""

import pytest

from lab import PREFIX4, boottime_us, wait
from owners import NetworkScripts
from scene import TAG

pytestmark = pytest.mark.only("ospf", "tag")


@pytest.fixture
def scripts(scene):
    scene.prefixes = [PREFIX4]
    return NetworkScripts(scene.ns1)


def test_up_then_zanycastd(scene, scripts):
    """ifup lo:0, then zanycastd (held): adopted; again: no flap"""
    scene.ns1.dns.kill()
    scripts.up()
    scene.start(alias="held", label="lo:0", announced=False)
    scene.wait_leased()
    scene.stays_gone(1)
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    with scene.no_flap():
        scripts.up()
        scripts.up("lo")
        scene.wait_leased()
    assert scene.aliases()[PREFIX4]["label"] == "lo:0"
    scene.wait_entries(TAG)
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_gone()
    scripts.up()
    scene.stays_gone()
    scene.wait_entries()


def test_down_while_announced(scene, scripts):
    """ifdown lo:0 while announced: zanycastd puts it back"""
    scripts.up()
    scene.start(label="lo:0")
    since = boottime_us()
    scripts.down()
    scene.event("alias.lost", since)
    scene.wait_via("ns1")
    scene.wait_leased()
    scene.wait_entries(TAG)


def test_network_restarted(scene, scripts):
    """service network restart, lo goes down: announced again"""
    scripts.up()
    scene.start(label="lo:0")
    scene.let_it_be_known()
    since = boottime_us()
    scripts.restart()
    scene.event("alias.lost", since)
    scene.wait_via("ns1")
    scene.wait_leased()
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_clean()


def test_a_label_without_a_file(scene, scripts):
    """ifup lo flushes labels that have no file: zanycastd puts it back"""
    scene.start()
    assert scene.aliases()[PREFIX4]["label"] == "lo:1"
    since = boottime_us()
    scripts.up("lo")
    # gone and back in a moment: zanycastd may see only who has it now
    wait(lambda: {"alias.lost", "alias.adopted"} & {
        e.name for e in scene.ns1.zanycast.events(since_us=since)}, 20, "zanycastd to see it")
    scene.wait_via("ns1")
    scene.wait_leased()
    scene.wait_entries(TAG)
