"""What the router sees of a restart, and of deaths that the parent mends."""

import signal

import pytest

from lab import boottime_us, wait
from lab.netns import alive
from scene import PATIENCE, TAG


def begin(scene, host):
    scene.rest()
    host.does("start")
    scene.wait_via("ns1")
    scene.wait_state("announced")


def test_restart_and_stop(scene, host):
    """restart: no flap; stop: withdrawn, no alias left"""
    begin(scene, host)
    with scene.no_flap() as since:
        host.does("restart")
        scene.event("route.announced", since)
    scene.event("daemon.leave", since)
    scene.wait_entries(TAG)
    host.does("stop")
    assert not scene.aliases()
    scene.wait_gone(10)


def test_reload(scene, debian):
    """reload: the new tag, no flap, the same keeper"""
    begin(scene, debian)
    keeper = debian.keeper
    with scene.no_flap():
        scene.configure(linger="400ms")
        debian.does("reload")
        scene.event("config.loaded")
    assert debian.keeper == keeper


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGSEGV])
def test_keeper_dies(scene, debian, sig):
    """the keeper is killed, and its successor: no flap"""
    begin(scene, debian)
    parent = debian.parent
    with scene.no_flap():
        for _ in range(2):
            since = boottime_us()
            debian.next_keeper(debian.kill("keeper", sig))
            scene.event("route.announced", since)
    assert debian.parent == parent
    assert f"the keeper ended: signal {int(sig)}" in scene.ns1.zanycast.log()
    scene.wait_entries(TAG)


def test_keeper_hangs(scene, debian):
    """the keeper hangs: the parent kills it within its aliases' lifetime, no flap"""
    begin(scene, debian)
    with scene.no_flap() as since:
        debian.next_keeper(debian.kill("keeper", signal.SIGSTOP))
        scene.event("route.announced", since)


def test_parent_dies(scene, debian):
    """the parent is killed: the keeper goes on and has the pidfile; a restart mends it, no flap"""
    begin(scene, debian)
    keeper = debian.keeper
    with scene.no_flap() as since:
        debian.kill("parent")
        wait(lambda: debian.parent == keeper, PATIENCE, "the pidfile to name the keeper")
        debian.does("status")
        debian.does("start")
        debian.does("reload")
        assert debian.parent == keeper
        debian.does("restart")
        scene.event("route.announced", since)
        assert debian.keeper
    debian.kill("parent")
    wait(lambda: not debian.keeper, PATIENCE, "the keeper to be alone")
    debian.does("stop")
    assert not scene.aliases() and not debian.pidfile.exists()


def test_keeper_refuses_to_come_back(scene, debian):
    """killed, and its file has errors by now: the parent gives up, the kernel withdraws"""
    scene.configure(lifetime="3s")
    begin(scene, debian)
    debian.break_file()
    parent = debian.parent
    debian.kill("keeper")
    wait(lambda: not alive(parent), PATIENCE, "the parent to give up")
    debian.does("status", status=3)
    scene.wait_gone(10)


def test_leave_ends_the_parent(scene, debian):
    """zanycastctl leave: keeper and parent end, a start takes over, no flap"""
    begin(scene, debian)
    with scene.no_flap() as since:
        scene.ns1.zanycast.ctl("leave")
        wait(lambda: not debian.pidfile.exists(), PATIENCE, "the parent to end")
        debian.does("start")
        scene.event("route.announced", since)
