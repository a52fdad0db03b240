"""ifupdown has the service's address in a stanza of /etc/network/interfaces."""

import pytest

from lab import PREFIX4, LabError, boottime_us
from owners import Ifupdown
from scene import TAG


@pytest.fixture
def ifupdown(scene):
    return Ifupdown(scene.ns1)


@pytest.fixture
def static(scene):
    """With the stanza that most have: iface lo:1 inet static."""
    return Ifupdown(scene.ns1, "interfaces-static")


@pytest.mark.only("ospf", "access-list")
def test_up_then_zanycastd(scene, static):
    """ifup, then zanycastd (managed): adopted; dead: gone; ifdown, too"""
    static.up()
    scene.start()
    scene.wait_leased()
    assert scene.aliases()[PREFIX4]["label"] == "lo:1"
    scene.event("alias.adopted")
    scene.wait_entries(TAG)
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()
    assert static.thinks_up()
    static.down()  # says that the address is not there, and is content
    assert not static.thinks_up()


@pytest.mark.only("ospf", "tag")
def test_held(scene, ifupdown):
    """ifup, then zanycastd (held): the address stays, dead or alive"""
    scene.ns1.dns.kill()
    ifupdown.up()
    scene.start(alias="held", announced=False)
    scene.event("service.down")
    scene.wait_leased()
    scene.stays_gone()
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    scene.let_it_be_known()
    ifupdown.restart()
    scene.ns1.dns.kill()
    scene.wait_gone()
    scene.wait_leased()
    scene.stays_gone()
    scene.wait_entries()


@pytest.mark.only("ospf", "tag")
def test_zanycastd_then_up(scene, static):
    """zanycastd, then ifup: static fails, ours succeeds; no flap"""
    scene.start()
    with scene.no_flap():
        with pytest.raises(LabError, match="already assigned"):
            static.up()
        ours = Ifupdown(scene.ns1)
        ours.up()
        ours.restart()
        scene.wait_leased()
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.only("ospf", "tag")
def test_networking_restarted(scene, static):
    """restart of networking, static: the address goes, comes, is ours"""
    static.up()
    scene.start()
    scene.let_it_be_known()
    since = boottime_us()
    static.restart(check=False)  # ifup fails where zanycastd was the first
    scene.event("alias.lost", since)
    scene.wait_leased()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.only("ospf", "tag")
def test_down_is_no_drain(scene, static):
    """ifdown while announced: zanycastd puts it back; ifup then fails"""
    static.up()
    scene.start()
    since = boottime_us()
    static.down()
    scene.event("alias.lost", since)
    scene.wait_leased()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    with pytest.raises(LabError, match="already assigned"):
        static.up()
    scene.wait_entries(TAG)


@pytest.mark.only("tag")
def test_up_while_dead(scene, ifupdown):
    """ifup while the service is dead, tag: never announced, removed"""
    scene.start()
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()
    ifupdown.up()
    scene.wait_no_alias()
    scene.stays_gone()
    scene.wait_entries()


@pytest.mark.only("ospf", "access-list")
def test_up_while_dead_by_prefix(scene, ifupdown):
    """ifup while the service is dead, access-list: taken back"""
    scene.start()
    scene.let_it_be_known()
    scene.ns1.dns.kill()
    scene.wait_clean()
    ifupdown.up()  # zebra announces it by itself, for a moment
    scene.wait_no_alias()
    scene.wait_entries()
    scene.wait_settled_gone()


@pytest.mark.only("ospf")
def test_nobody_checks(scene, ifupdown):
    """no zanycastd: tag, nobody announces it; access-list, zebra does"""
    scene.ns1.dns.kill()
    ifupdown.up()
    scene.wait_entries(0)
    if scene.recipe == "tag":
        scene.stays_gone()
        return
    scene.wait_via("ns1")
    scene.start(announced=False)
    scene.wait_clean()


@pytest.mark.only("ospf", "tag")
def test_killed(scene, ifupdown):
    """ifup, zanycastd killed: the kernel ends what ifup has added"""
    ifupdown.up()
    scene.start(lifetime="3s")
    scene.let_it_be_known()
    scene.ns1.zanycast.kill()
    scene.wait_gone(10)
    assert not scene.aliases()
    assert ifupdown.thinks_up()


@pytest.mark.only("ospf", "tag")
def test_kept_and_killed(scene, ifupdown):
    """adopt = keep, zanycastd killed: nobody ends it"""
    ifupdown.up()
    scene.start(lifetime="3s", adopt="keep")
    scene.let_it_be_known()
    scene.ns1.zanycast.kill()
    scene.ns1.dns.kill()
    with scene.no_flap(4):
        pass
    assert len(scene.aliases()) == 2
    scene.again()
    scene.wait_gone()
    scene.wait_entries()
