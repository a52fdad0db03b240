"""Reloads that meet each other or a standstill."""

import signal
import threading
import time

import pytest

from lab import boottime_us, wait

pytestmark = pytest.mark.once


def reload(scene, since, count=1):
    scene.ns1.zanycast.reload()
    wait(lambda: len(scene.ns1.zanycast.events("config.loaded", since)) >= count, 10,
         f"reload {count}")


def hold(scene):
    return [s["require"] for s in scene.show("services")]


def test_hangup_during_a_reload(scene):
    """SIGHUP during a reload: the file is read again behind it"""
    scene.start()
    with scene.no_flap() as since:
        reload(scene, since)
        scene.configure(require="any")
        scene.ns1.zanycast.reload()
        scene.ns1.zanycast.reload()
        wait(lambda: hold(scene) == [1], 10, "the second file")


def test_old_engine_hangs(scene):
    """an engine that hangs: a reload takes its place, and the next one too"""
    scene.start()
    with scene.no_flap() as since:
        old = scene.ns1.zanycast.signal(signal.SIGSTOP, "engine")
        reload(scene, since)
        scene.configure(require="any")
        reload(scene, since, 2)
        wait(lambda: hold(scene) == [1], 10, "the second file")
        wait(lambda: old not in scene.ns1.ns.pids(), 5, "the old engine to end")


def test_asked_meanwhile(scene):
    """zanycastctl while one engine takes the place of another: always answered"""
    scene.start()
    answers, over = [], threading.Event()

    def ask():
        while not over.is_set():
            answers.append(scene.ns1.zanycast.ctl("show", check=False))
    asking = [threading.Thread(target=ask) for _ in range(3)]
    since = boottime_us()
    for thread in asking:
        thread.start()
    try:
        for count in range(1, 9):
            reload(scene, since, count)
    finally:
        over.set()
        for thread in asking:
            thread.join()
    assert len(answers) > 3
    assert not [words for status, words in answers if status not in (0, 4)]


def test_interface_moves(scene):
    """reload with another interface: pending while announced, no flap"""
    scene.start()
    with scene.no_flap() as since:
        scene.configure(interface="to-r1", label="")
        reload(scene, since)
        wait(lambda: all(r["pending"] for r in scene.show("routes")), 5, "it to be pending")
    scene.ns1.zanycast.ctl("drain", "resolver")
    scene.wait_gone()
    wait(lambda: not scene.aliases(), 10, "the alias on lo to go")
    scene.ns1.zanycast.ctl("undrain", "resolver")
    scene.wait_via("ns1")
    assert not scene.aliases(), "still on lo"


def test_keeper_and_engine_stand_still(scene):
    """all stand still beyond the lease, the service dies: it is not announced again"""
    slow = {"kind": "dns", "server": "127.0.0.1", "query": "test.home A",
            "interval": "3s", "timeout": "400ms", "fast": "100ms"}
    scene.start(lifetime="3s", checks={"soa": slow})
    scene.ns1.zanycast.signal(signal.SIGSTOP, "engine")
    scene.ns1.zanycast.signal(signal.SIGSTOP, "keeper")
    scene.ns1.dns.kill()
    time.sleep(10)
    since = boottime_us()
    scene.ns1.zanycast.signal(signal.SIGCONT, "keeper")
    scene.event("lease.expired", since)
    scene.stays_gone()
    assert not scene.ns1.zanycast.events("alias.added", since)
