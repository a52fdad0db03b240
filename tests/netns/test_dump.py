"""zapidump between zanycastd and zebra: nothing is different, and everything is seen."""

import json

import pytest

from lab import boottime_us, wait
from lab.netns import run
from lab.zanycast import program
from scene import TAG

LATE = 20  # s; a recording is written at once, the machine may be busy


def heard(scene, *names, count=1, **fields):
    """Waits for so many messages of these names and fields, the last ones."""
    fields = {k.replace("sender", "from"): v for k, v in fields.items()}
    return wait(lambda: (found := scene.ns1.tap.messages(*names, **fields))[count - 1:] and found,
                LATE, f"{names} {fields} in:\n{scene.ns1.tap.words()}")


@pytest.mark.once
@pytest.mark.core
def test_through_the_tap(scene):
    """through zapidump: announced, withdrawn, and said so in words"""
    scene.start(tap=True)
    assert {m["dialect"] for m in heard(scene, "ROUTE_ADD")} == {
        scene.show("zebra")["dialect"]}
    for prefix in scene.prefixes:
        ours = heard(scene, "ROUTE_ADD", sender="client", prefix=prefix)[-1]
        assert ours["tag"] == TAG and ours["type"] == "connect" and "tag" in ours["message"]
        echo = heard(scene, "REDISTRIBUTE_ROUTE_ADD", sender="zebra", prefix=prefix, tag=TAG)[-1]
        assert "selected" in echo["flags"] and echo["nexthops"][0]["dev"] == 1
    since = boottime_us()
    scene.ns1.dns.kill()
    scene.event("service.down", since)
    scene.wait_clean()
    for prefix in scene.prefixes:
        heard(scene, "ROUTE_DELETE", sender="client", prefix=prefix)
        heard(scene, "REDISTRIBUTE_ROUTE_DEL", sender="zebra", prefix=prefix)
    odd = [m for m in scene.ns1.tap.messages() if "trailing" in m or "expected" in m]
    assert not odd, odd


@pytest.mark.once
@pytest.mark.core
def test_zebra_restarted_behind_the_tap(scene):
    """through zapidump: zebra restarted, its dialect is asked again, no flap"""
    scene.spoilt = True
    scene.start(tap=True)
    before = heard(scene, "HELLO", sender="client")
    with scene.no_flap() as since:
        scene.ns1.frr.stop("zebra")
        scene.event("zebra.lost", since)
        wait(lambda: not scene.ns1.tap.path.exists(), LATE, "the tap to go with zebra")
        scene.ns1.frr.start("zebra")
        scene.event("zebra.up", since)
        scene.wait_state("announced")
        scene.wait_entries(TAG)
    again = heard(scene, "HELLO", sender="client", count=len(before) + 1)[-1]
    for prefix in scene.prefixes:
        wait(lambda p=prefix: any(
            m["connection"] == again["connection"]
            for m in heard(scene, "ROUTE_ADD", sender="client", prefix=p)), LATE, "it to be told")
    assert scene.ns1.tap.log().count(" lost zebra at ") == 1, scene.ns1.tap.log()
    assert scene.ns1.tap.log().count("zebra speaks") == 2, scene.ns1.tap.log()


@pytest.mark.once
def test_dialect_is_told_by_the_messages(scene):
    """a recording without its head still prints in the right words"""
    scene.start(tap=True)
    named = heard(scene, "ROUTE_ADD")
    headless = scene.ns1.dir / "headless.txt"
    text = scene.ns1.tap.recording.read_text()
    headless.write_text("\n".join(l for l in text.splitlines() if not l.startswith("dialect")))
    out = run([program("zapidump"), "-jx", headless])
    told = [m for m in map(json.loads, out.splitlines()) if m.get("name") == "ROUTE_ADD"]
    assert told[:len(named)] == named
