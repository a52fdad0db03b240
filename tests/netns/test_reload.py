"""A new file: the same, another, a broken one."""

import pytest

from lab import PREFIX4, PREFIX6, boottime_us, wait
from scene import CHECKS, TAG

FAR = 54


def reload(scene, word="config.loaded"):
    """SIGHUP, and the event that says what became of it; then the new engine runs."""
    since = boottime_us()
    old = scene.ns1.zanycast.process_named("engine")
    scene.ns1.zanycast.reload()
    event = scene.event(word, since)
    if word == "config.loaded":
        wait(lambda: scene.ns1.zanycast.process_named("engine") not in (None, old), 20)
        wait(lambda: old not in scene.ns1.zanycast.pids(), 20, "the old engine to go")
    return event


def test_unchanged(scene):
    """reload, nothing changed: not one ZAPI message about a route"""
    scene.start(tap=True)
    scene.wait_entries(TAG)
    before = scene.ns1.tap.sent()
    assert before
    with scene.no_flap():
        reload(scene)
        reload(scene)
    assert scene.ns1.tap.sent() == before
    assert set(scene.states().values()) == {"announced"}
    # and it still works
    scene.ns1.dns.kill()
    scene.wait_clean()


def test_reload_of_a_dead_service(scene):
    """reload while the service is down: stays withdrawn"""
    scene.ns1.dns.kill()
    scene.start(announced=False)
    scene.event("service.down")
    reload(scene)
    scene.stays_gone()
    scene.ns1.dns.start()
    scene.wait_via("ns1")


def test_adds_and_drops(scene):
    """reload that adds a prefix, then drops one: the other stays"""
    both = scene.prefixes
    scene.prefixes = [PREFIX4]
    scene.start()
    with scene.no_flap():
        scene.configure(prefixes=both)
        reload(scene)
        wait(lambda: scene.r1.via(PREFIX6) == {"ns1"}, 40, "the new prefix")
    scene.prefixes = [PREFIX6]
    with scene.no_flap():
        scene.configure(prefixes=[PREFIX6])
        reload(scene)
        wait(lambda: not scene.r1.via(PREFIX4), 40, "the dropped prefix to go")
    wait(lambda: PREFIX4 not in scene.ns1.addresses(), 10, "its alias to go")
    assert list(scene.states()) == [PREFIX6]


def test_drops_the_service(scene):
    """reload that drops a service: withdrawn"""
    scene.start()
    other = {"other": {"prefixes": ["10.128.225.9/32"], "checks": {
        "no": {"kind": "tcp", "port": 9, "interval": "300ms"}}}}
    scene.ns1.zanycast.configure(services=other)
    reload(scene)
    scene.wait_clean()


def permit(scene, tag):
    """The tag recipe lets out another tag, too."""
    if scene.recipe != "tag":
        return
    for daemon in scene.daemons:
        match = [] if daemon == "ripngd" else [{
            "ospfd": "match ip address ANYCAST", "ripd": "match ip address ANYCAST",
            "ospf6d": "match ipv6 address prefix-list ANYCAST"}[daemon]]
        scene.ns1.frr.configure(daemon, "route-map ZANYCAST permit 20", f"match tag {tag}", *match)
    scene.spoilt = True


@pytest.mark.core
def test_changes_the_tag(scene):
    """reload with another tag: told, no flap"""
    permit(scene, FAR)
    scene.start()
    with scene.no_flap(3.0):
        scene.configure(tag=FAR)
        reload(scene)
        scene.wait_entries(FAR)
        scene.wait_state("announced")
    assert {r["echo_tag"] for r in scene.show("routes")} == {FAR}
    scene.ns1.dns.kill()
    scene.wait_clean()


def test_broken(scene):
    """reload of a broken file: the old one goes on, file and line said"""
    scene.start()
    good = scene.ns1.zanycast.conf.read_text()
    line = next(i for i, l in enumerate(good.splitlines(), 1) if "interval" in l)
    with scene.no_flap() as since:
        scene.ns1.zanycast.configure(good.replace("400ms", "400 parsecs", 1))
        event = reload(scene, "config.refused")
        said = str(event) + scene.ns1.zanycast.log()
        assert f"zanycast.conf:{line}" in said, said[-2000:]
        status, words = scene.ns1.zanycast.ctl("reload", check=False)
        assert status == 1 and f"zanycast.conf:{line}" in words
        assert not scene.ns1.zanycast.events("engine.start", since)
    scene.ns1.dns.kill()
    scene.wait_clean()


@pytest.mark.only("access-list")
def test_new_check(scene):
    """reload with a check that fails: not announced for long"""
    scene.start()
    checks = CHECKS | {"no": {"kind": "tcp", "port": 9, "interval": "300ms", "timeout": "300ms"}}
    scene.configure(checks=checks)
    reload(scene)
    scene.wait_clean()
