"""zebra and the routing daemons end, hang, and come late."""

import signal

import pytest

from lab import PREFIX4, boottime_us, wait
from scene import PATIENCE, TAG

# FRR takes 10 s to notice a new zebra, OSPF some to be neighbours again
FRR = 60


@pytest.fixture
def frr(scene):
    """ns1's FRR, which the test will hurt: the lab is raised anew after it."""
    scene.spoilt = True
    return scene.ns1.frr


@pytest.mark.core
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_zebra_restarted(scene, frr, how):
    """zebra alone restarted or killed: said, announced anew, no flap"""
    scene.start()
    scene.zebra_alone = True
    with scene.no_flap() as since:
        getattr(frr, how)("zebra")
        scene.event("zebra.lost", since)
        frr.start("zebra")
        scene.event("zebra.up", since)
        scene.wait_state("announced")
        scene.wait_entries(TAG)


@pytest.mark.core
def test_zebra_hangs(scene, frr):
    """zebra hangs: zebra.stuck, exit status 4; it goes on: all well"""
    scene.start()
    since = boottime_us()
    frr.hang("zebra")
    scene.event("zebra.stuck", since)
    status, words = scene.ns1.zanycast.ctl("show", check=False)
    assert status == 4 and "stuck" in words
    frr.resume("zebra")
    scene.event("zebra.up", since)
    scene.wait_state("announced")
    scene.wait_via("ns1")
    scene.wait_entries(TAG)
    assert scene.ns1.zanycast.ctl("show", check=False)[0] == 0


def test_dies_while_zebra_hangs(scene, frr):
    """the service dies while zebra hangs: withdrawn once zebra goes on"""
    scene.start()
    since = boottime_us()
    frr.hang("zebra")
    scene.event("zebra.stuck", since)
    scene.ns1.dns.kill()
    scene.event("service.down", since)
    scene.wait_no_alias()
    frr.resume("zebra")
    scene.wait_clean()
    scene.stays_gone()


def test_sigterm_while_zebra_hangs(scene, frr):
    """SIGTERM while zebra hangs: the addresses go at once, the routes when it goes on"""
    scene.start()
    since = boottime_us()
    frr.hang("zebra")
    scene.event("zebra.stuck", since)
    scene.ns1.zanycast.signal(signal.SIGTERM)
    scene.wait_no_alias()
    frr.resume("zebra")
    assert scene.ns1.zanycast.process.wait(PATIENCE) == 0
    scene.wait_gone()
    scene.wait_entries()


def test_zebra_hangs_on(scene, frr):
    """SIGTERM while zebra hangs, and it hangs on: ends all the same, and says what may be left"""
    scene.start()
    since = boottime_us()
    frr.hang("zebra")
    scene.event("zebra.stuck", since)
    assert scene.ns1.zanycast.stop(PATIENCE) == 1
    assert "zebra hangs" in scene.ns1.zanycast.log()
    assert not scene.aliases()
    scene.ns1.dns.kill()
    frr.resume("zebra")
    if scene.release.number >= (10, 2):  # it may keep them: the end of aliases and client met
        scene.again()
    scene.wait_gone()
    scene.wait_entries()


def test_zebra_absent_at_start(scene, frr):
    """FRR absent at start, comes late: announced"""
    frr.stop()
    scene.start(announced=False)
    scene.event("service.up")
    assert scene.show("zebra")["state"] == "down"
    frr.start()
    scene.wait_via("ns1", timeout=FRR)
    scene.wait_entries(TAG)


def test_dead_service_and_zebra_absent(scene, frr):
    """FRR absent, service dead, FRR comes: nothing is announced"""
    frr.stop()
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    frr.start()
    scene.event("zebra.up")
    wait(lambda: scene.r1.fib("10.128.5.0/24") and scene.states(), PATIENCE)
    scene.wait_settled_gone()


@pytest.mark.core
def test_frr_restarted(scene, frr):
    """the whole FRR restarted: announced again"""
    scene.start()
    since = boottime_us()
    frr.restart()
    scene.event("zebra.up", since)
    scene.wait_state("announced")
    scene.wait_settled_via("ns1", FRR)
    scene.wait_entries(TAG)
    # the new daemons listen
    scene.ns1.dns.kill()
    scene.wait_gone(FRR)


def test_frr_restarted_and_dead(scene, frr):
    """the service dies while FRR is down: not announced by the new one"""
    scene.start()
    since = boottime_us()
    frr.kill()
    scene.event("zebra.lost", since)
    scene.ns1.dns.kill()
    scene.event("service.down", since)
    scene.wait_no_alias()
    frr.start()
    scene.event("zebra.up", since)
    scene.wait_settled_gone(FRR)
    scene.wait_entries()


def test_daemons_restarted(scene, frr):
    """ospfd, ripd … restarted: announced again, and withdrawn if need be"""
    scene.start()
    scene.let_it_be_known()
    frr.restart(*scene.daemons)
    scene.wait_settled_via("ns1", FRR)
    assert set(scene.states().values()) == {"announced"}
    scene.ns1.dns.kill()
    scene.wait_gone(FRR)


def test_daemons_killed(scene, frr):
    """ospfd, ripd … killed and started again: announced"""
    scene.start()
    scene.let_it_be_known()
    frr.kill(*scene.daemons)
    frr.start(*scene.daemons)
    scene.wait_settled_via("ns1", FRR)
    scene.lab.wait(lambda: frr.vty("zebra", "show ip route " + PREFIX4), 10)
    scene.ns1.dns.kill()
    scene.wait_gone(FRR)
