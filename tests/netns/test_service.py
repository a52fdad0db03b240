"""The name server dies, hangs, comes back, and is late."""

import signal

import pytest

from client import Port
from lab import boottime_us
from scene import BOUND, PATIENCE, SOA, TAG


@pytest.mark.core
def test_dies_and_comes_back(scene):
    """service killed, and back: exactly one entry, then none"""
    scene.start()
    scene.wait_entries(TAG)
    since = boottime_us()
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.event("service.down", since)
    assert set(scene.states().values()) == {"withdrawn"}
    scene.ns1.dns.start()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


def test_hangs_and_comes_back(scene):
    """service hangs (SIGSTOP), and goes on"""
    scene.start()
    since = boottime_us()
    scene.ns1.dns.hang()
    scene.event("check.down", since, check="soa", cause="timeout")
    scene.wait_clean()
    scene.ns1.dns.resume()
    scene.wait_via("ns1")
    scene.wait_entries(TAG)


@pytest.mark.core
def test_nothing_before_the_first_success(scene):
    """service dead at start: nothing is announced before the first pass"""
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    scene.stays_gone()
    assert not scene.aliases() and scene.entries() == [[], []]
    scene.ns1.dns.start()
    scene.wait_via("ns1")


def test_reload_of_the_server(scene):
    """a SIGHUP of the name server makes no flap"""
    scene.start()
    with scene.no_flap():
        scene.ns1.dns.process.send_signal(signal.SIGHUP)
    assert set(scene.states().values()) == {"announced"}


def test_what_users_ask(scene):
    """target = service: users get no answer, withdrawn"""
    port = Port(scene.ns1, address=scene.prefixes[0].split("/")[0], port=5353)
    port.open()
    scene.after(port.close)
    own = {"kind": "tcp", "target": "service", "port": 5353, "interval": "300ms",
           "timeout": "300ms", "fall": 2}
    scene.prefixes = scene.prefixes[:1]
    scene.start(checks={"soa": SOA, "own": own})
    since = boottime_us()
    port.close()
    scene.event("check.down", since, check="own")
    scene.wait_gone()
    assert scene.event("service.down", since)
    port.open()
    scene.wait_via("ns1", timeout=2 * PATIENCE)


@pytest.mark.only("access-list")
def test_any_of_two(scene):
    """require = any: one of two checks fails, no flap; both, withdrawn"""
    port = Port(scene.ns1)
    port.open()
    scene.after(port.close)
    tcp = {"kind": "tcp", "port": 5300, "interval": "300ms", "timeout": "300ms"}
    scene.start(require="any", checks={"soa": SOA, "port": tcp})
    with scene.no_flap() as since:
        port.close()
        scene.event("check.down", since, check="port")
    scene.ns1.dns.kill()
    scene.wait_gone()


@pytest.mark.only("access-list")
def test_exec(scene):
    """an exec check decides, and is killed when it hangs"""
    flag = scene.ns1.dir / "flag"
    flag.write_text("")
    scene.after(lambda: flag.unlink(missing_ok=True))
    command = ["/bin/sh", "-c", f"test -e {flag} || sleep 60"]
    slow = {"kind": "exec", "command": command, "interval": "400ms", "timeout": "300ms"}
    scene.start(checks={"bound": BOUND, "flag": slow})
    since = boottime_us()
    flag.unlink()
    scene.event("check.down", since, check="flag", cause="timeout")
    scene.wait_gone()
    flag.write_text("")
    scene.wait_via("ns1")
