"""zanycastd's own processes end, hang and come back."""

import signal
import time

import pytest

from lab import LabError, boottime_us, wait
from scene import PATIENCE, TAG

LIFETIME = {"lifetime": "3s"}  # where its end is waited for


@pytest.mark.core
def test_sigterm(scene):
    """SIGTERM: withdraws, removes its aliases, exits 0"""
    scene.start()
    assert scene.ns1.zanycast.stop(PATIENCE) == 0
    assert not scene.aliases()
    scene.wait_gone(10)
    scene.wait_entries()
    scene.event("daemon.stop")


@pytest.mark.core
def test_sigusr1_and_a_new_one(scene):
    """SIGUSR1 and a new start: no flap"""
    scene.start()
    with scene.no_flap() as since:
        assert scene.ns1.zanycast.leave() == 0
        assert scene.aliases(), "leave took the aliases off"
        scene.again()
        scene.event("route.announced", since)
    scene.event("daemon.leave")
    scene.wait_entries(TAG)


def test_restart_of_a_dead_service(scene):
    """SIGUSR1, the service dies, a new start: withdrawn"""
    scene.start()
    scene.ns1.zanycast.leave()
    scene.ns1.dns.kill()
    scene.again()
    scene.wait_clean()


def test_leave(scene):
    """zanycastctl leave and a new start: no flap"""
    scene.start()
    with scene.no_flap() as since:
        scene.ns1.zanycast.ctl("leave")
        scene.ns1.zanycast.process.wait(5)
        scene.again()
        scene.event("route.announced", since)


@pytest.mark.core
@pytest.mark.parametrize("who", ["engine", "runner"])
def test_sigkill_of_a_child(scene, who):
    """SIGKILL of the engine or of the runner: no flap"""
    scene.start()
    with scene.no_flap() as since:
        pid = scene.ns1.zanycast.signal(signal.SIGKILL, who)
        scene.event("engine.died", since)
        scene.event("engine.start", since)
        wait(lambda: scene.ns1.zanycast.process_named(who) not in (None, pid), PATIENCE)
    # the new one watches
    scene.ns1.dns.kill()
    scene.wait_clean()


def test_sigstop_of_the_engine(scene):
    """SIGSTOP of the engine: withdrawn when the lease runs out"""
    scene.start()
    scene.let_it_be_known()
    since = boottime_us()
    scene.ns1.zanycast.signal(signal.SIGSTOP, "engine")
    scene.event("lease.expired", since)
    for prefix in scene.prefixes:
        scene.event("route.withdrawn", since, prefix=prefix)
    if scene.proto == "ospf":  # ripd tells the second of two changes only, if they come quickly
        wait(lambda: all(scene.watch.lost(p, since) for p in scene.prefixes), PATIENCE,
             "the router to lose it")
    # the keeper ends what hangs, and the next one finds the service well
    scene.event("engine.died", since)
    scene.wait_state("announced")
    scene.wait_via("ns1")


def test_sigstop_of_the_engine_and_dead(scene):
    """SIGSTOP of the engine, then the service dies: withdrawn, stays so"""
    scene.start()
    scene.ns1.zanycast.signal(signal.SIGSTOP, "engine")
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.stays_gone()


def test_engine_dies_again_and_again(scene):
    """an engine that dies again and again: back-off, the lease ends"""
    scene.start()
    since = boottime_us()
    end = time.monotonic() + PATIENCE
    while any(scene.via()):
        assert time.monotonic() < end, "still announced without an engine that lives"
        try:
            scene.ns1.zanycast.signal(signal.SIGKILL, "engine")
        except LabError:
            time.sleep(0.001)
    scene.event("engine.backoff", since)
    scene.event("lease.expired", since)
    scene.wait_via("ns1")


@pytest.mark.core
@pytest.mark.parametrize("what", ["keeper", "everything"])
def test_sigkill_withdraws(scene, what):
    """SIGKILL of the keeper or of all: the kernel withdraws"""
    scene.start(**LIFETIME)
    kill(scene, what)
    scene.wait_gone(10)
    assert not scene.aliases()
    scene.wait_entries()


@pytest.mark.core
@pytest.mark.parametrize("what", ["keeper", "everything"])
def test_sigkill_and_a_new_one(scene, what):
    """SIGKILL of the keeper or of all, and a new start: no flap"""
    scene.start()
    with scene.no_flap() as since:
        kill(scene, what)
        scene.again()
        scene.event("route.announced", since)
    scene.wait_entries(TAG)


def kill(scene, what):
    if what == "everything":
        scene.ns1.zanycast.kill()
    else:
        pids = scene.ns1.zanycast.pids()
        scene.ns1.zanycast.signal(signal.SIGKILL)
        scene.ns1.zanycast.process.wait(5)
        left = [p for p in pids if (scene.ns1.ns.pids().count(p))]
        wait(lambda: not {*left} & {*scene.ns1.ns.pids()}, 5, "engine and runner to end with it")


@pytest.mark.core
def test_sigkill_and_a_dead_service(scene):
    """SIGKILL of all, the service dies, a new start: withdrawn"""
    scene.start()
    scene.ns1.zanycast.kill()
    scene.ns1.dns.kill()
    scene.again()
    scene.wait_clean()


def test_sigstop_of_the_keeper(scene):
    """SIGSTOP of the keeper: the kernel withdraws; SIGCONT: back"""
    scene.start(**LIFETIME)
    scene.ns1.zanycast.signal(signal.SIGSTOP)
    scene.wait_gone(10)
    scene.ns1.zanycast.signal(signal.SIGCONT)
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_sigstop_of_the_keeper_and_dead(scene):
    """SIGSTOP of the keeper, the service dies, SIGCONT: not announced"""
    scene.start(**LIFETIME)
    scene.ns1.zanycast.signal(signal.SIGSTOP)
    scene.ns1.dns.kill()
    scene.wait_gone(10)
    scene.ns1.zanycast.signal(signal.SIGCONT)
    scene.wait_state("withdrawn")
    scene.stays_gone()


def test_one_instance(scene):
    """a second zanycastd for the same zebra is refused, no flap"""
    scene.start()
    second = scene.ns1.daemon("zanycastd")
    with scene.no_flap():
        second.start([scene.ns1.zanycast.process.args[4], "-f", scene.ns1.zanycast.conf])
        assert second.process.wait(10) != 0
    assert "another zanycastd" in second.log()
