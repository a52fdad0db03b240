"""Drained by an operator: withdrawn until undrained, whatever ends meanwhile."""

import json
import signal

from lab import boottime_us
from scene import TAG


def drain(scene):
    scene.start()
    scene.ns1.zanycast.ctl("drain", "resolver", "new memory")
    scene.wait_clean()


def service(scene):
    return scene.show("services")[0]


def test_drain_and_undrain(scene):
    """drain and undrain"""
    drain(scene)
    assert service(scene)["state"] == "drained" and service(scene)["reason"] == "new memory"
    scene.event("service.drained")
    scene.stays_gone()
    scene.ns1.zanycast.ctl("undrain", "resolver")
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_drain_survives_the_engine(scene):
    """a drain survives SIGKILL of the engine"""
    drain(scene)
    since = boottime_us()
    scene.ns1.zanycast.signal(signal.SIGKILL, "engine")
    scene.event("engine.start", since)
    scene.stays_gone(3)
    assert service(scene)["drained"] and service(scene)["reason"] == "new memory"
    scene.ns1.zanycast.ctl("undrain", "resolver")
    scene.wait_via("ns1")


def test_drain_survives_a_restart(scene):
    """a drain survives a restart and a reload"""
    drain(scene)
    scene.ns1.zanycast.stop(20)
    assert "resolver" in json.dumps(json.loads(
        (scene.ns1.dir / "state" / "drains.json").read_text()))
    scene.again()
    scene.stays_gone(3)
    assert service(scene)["state"] == "drained"
    since = boottime_us()
    scene.ns1.zanycast.reload()
    scene.event("config.loaded", since)
    scene.stays_gone()
    scene.ns1.zanycast.ctl("undrain", "resolver")
    scene.wait_via("ns1")


def test_undrained_and_dead(scene):
    """undrained while the service is dead: stays withdrawn"""
    drain(scene)
    scene.ns1.dns.kill()
    scene.ns1.zanycast.ctl("undrain", "resolver")
    scene.event("service.undrained")
    scene.stays_gone()
    scene.ns1.dns.start()
    scene.wait_via("ns1")
