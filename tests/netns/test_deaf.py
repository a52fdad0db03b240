"""Routing daemons that outlive their zebra hear no connected route of the next one."""

import re
import shlex
import time

import pytest

from lab import PREFIX4, PREFIX6, Lab, LabError, boottime_us, wait
from scene import PATIENCE, TAG

# 10 s until daemons could know, 10 s of difference, 5 s between two questions
DEAF = 60
FLUSH = 240  # ospfd forgets what it has flushed after 120 s; said after 150 s
CHANGE = 10  # s; so late does OSPF send a change
FAMILY_OF = {"ospfd": 4, "ospf6d": 6, "ripd": 4, "ripngd": 6}


@pytest.fixture
def frr(scene):
    """ns1's FRR, whose zebra is going to be killed: the lab is raised anew after it."""
    scene.spoilt = True
    return scene.ns1.frr


def hearing(scene):
    """{daemon: what show zebra says of it}"""
    return {d["name"]: d for d in scene.show("zebra")["daemons"]}


def wait_hearing(scene, state, daemons, timeout=DEAF):
    def look():
        found = hearing(scene)
        return all(d in found and found[d]["state"] == state for d in daemons)
    try:
        wait(look, timeout, f"{daemons} to be {state}")
    except LabError as error:
        raise LabError(f"{error}; they are {hearing(scene)}") from None


def announcing(scene):
    """The daemons of which the router has a route."""
    via = dict(zip((6 if ":" in p else 4 for p in scene.prefixes), scene.via()))
    return [d for d in scene.daemons if via[FAMILY_OF[d]]]


def replace_zebra(scene, frr):
    since = boottime_us()
    scene.zebra_alone = True
    frr.kill("zebra")
    scene.event("zebra.lost", since)
    frr.start("zebra")
    scene.event("zebra.up", since)
    return since


def die_unheard(scene, frr):
    """zebra alone is replaced, then the service dies: when zebra went, and who has not heard it."""
    scene.start()
    wait_hearing(scene, "hears", scene.daemons)
    since = replace_zebra(scene, frr)
    scene.wait_state("announced")
    scene.wait_entries(TAG)
    scene.ns1.dns.kill()
    scene.wait_state("withdrawn")
    time.sleep(CHANGE)
    deaf = announcing(scene)
    # ospf6d of 10.3 has heard a zebra that came back at once
    assert deaf == scene.daemons or scene.lab.release.number >= (10, 0) and deaf
    return since, deaf


def apply(frr, daemon, remedy):
    """What an operator is told to type."""
    words = shlex.split(remedy)
    if words[0] == "vtysh":
        assert words[1::2] == ["-c"] * (len(words) // 2), remedy
        frr.vty(frr.keeper(daemon), *words[2::2], "end")  # as vtysh finds it
    else:
        assert words == ["systemctl", "restart", "frr"], remedy
        frr.restart(daemon)


def heard_or_told(scene, frr):
    """All of it is let out, or somebody is told to be deaf: those, who have had their remedy again."""
    def told():
        return {d: found["remedy"] for d, found in hearing(scene).items() if found["state"] == "deaf"}
    wait(lambda: told() or all(v == {"ns1"} for v in scene.via()), DEAF,
         "the prefixes to be let out, or daemon.deaf")
    deaf = told()
    for daemon, remedy in deaf.items():
        apply(frr, daemon, remedy)
    return {*deaf}


def test_stale(scene, frr):
    """zebra alone restarted, then the service dies: daemon.deaf with its remedy, which helps"""
    since, deaf = die_unheard(scene, frr)
    for daemon in deaf:
        event = scene.event("daemon.deaf", since, DEAF, daemon=daemon)
        assert "still announces" in event["text"] and "remedy: " in event["text"]
    assert announcing(scene) == deaf
    wait_hearing(scene, "deaf", deaf)
    status, words = scene.ns1.zanycast.ctl("show", "zebra", check=False)
    assert status == 4, words
    why = "\n".join(scene.client().ask(cmd="why", service="resolver")["words"])
    for daemon, found in hearing(scene).items():
        if daemon not in deaf:
            assert found["state"] == "hears"
            continue
        stale = [p for p in scene.prefixes if (":" in p) == (FAMILY_OF[daemon] == 6)]
        assert found["release"] and found["prefixes"] == stale and found["stale"] == 1, found
        assert f"{daemon} {found['release']} is deaf" in why
        apply(frr, daemon, found["remedy"])
        scene.event("daemon.hears", since, DEAF, daemon=daemon)
    wait_hearing(scene, "hears", scene.daemons)
    assert scene.ns1.zanycast.ctl("show", "zebra", check=False)[0] == 0
    scene.wait_gone(DEAF)
    # and they do hear
    scene.ns1.dns.start()
    again = heard_or_told(scene, frr)
    # mgmtd may take a line that comes right behind another and keep it to itself
    assert not again or "mgmtd" in frr.daemons and again <= {"ripd", "ripngd"}
    scene.wait_via("ns1", timeout=DEAF)


@pytest.mark.only("tag")
def test_half_a_remedy(scene, frr):
    """half the remedy is typed, the service comes back: daemon.deaf again; the rest of it helps"""
    since, deaf = die_unheard(scene, frr)
    wait_hearing(scene, "deaf", deaf)
    remedies = {d: shlex.split(hearing(scene)[d]["remedy"]) for d in deaf}
    daemon = next((d for d, words in remedies.items() if words[0] == "vtysh"), None)
    if not daemon:
        pytest.skip(f"these have no remedy of two lines: {remedies}")
    terminal, router, no_redistribute, redistribute = remedies[daemon][2::2]
    frr.vty(frr.keeper(daemon), terminal, router, no_redistribute, "end")
    scene.event("daemon.hears", since, DEAF, daemon=daemon)
    since = boottime_us()
    scene.ns1.dns.start()
    event = scene.event("daemon.deaf", since, DEAF, daemon=daemon)
    assert "does not announce" in event["text"]
    since = boottime_us()
    frr.vty(frr.keeper(daemon), terminal, router, redistribute, "end")
    scene.event("daemon.hears", since, DEAF, daemon=daemon)
    frr.restart(*(d for d in scene.daemons if d != daemon))
    scene.wait_via("ns1", timeout=DEAF)


def test_missing(scene, frr):
    """zebra alone restarted while the service is down: announced, and the daemons do not know"""
    scene.start()
    scene.lab.wait(lambda: {r["beyond"] for r in scene.show("routes")} == {"yes"}, PATIENCE)
    scene.ns1.dns.kill()
    scene.wait_gone()
    since = replace_zebra(scene, frr)
    scene.ns1.dns.start()
    scene.wait_state("announced")
    scene.event("daemon.deaf", since, DEAF)
    known = announcing(scene)  # FRR 10's ospf6d may hear a zebra that comes back so soon
    assert not known or scene.release.number >= (10, 0)
    for daemon in scene.daemons:
        if daemon not in known:
            event = scene.event("daemon.deaf", since, DEAF, daemon=daemon)
            assert "does not announce" in event["text"]
    frr.restart(*scene.daemons)
    wait_hearing(scene, "hears", scene.daemons)
    scene.wait_via("ns1", timeout=DEAF)


def test_both_restarted(scene, frr):
    """zebra and daemons restarted, the service dies and comes back: nobody is deaf"""
    scene.start()
    wait_hearing(scene, "hears", scene.daemons)
    since = boottime_us()
    frr.restart()
    scene.event("zebra.up", since)
    scene.wait_via("ns1", timeout=DEAF)
    scene.ns1.dns.kill()
    scene.wait_gone(DEAF)
    wait_hearing(scene, "hears", scene.daemons)
    assert not scene.ns1.zanycast.events("daemon.deaf")


def lsa(node, origin):
    """Sequence number and checksum of that router's LSA of the service, as this node has it."""
    text = node.frr.vty("ospfd", "show ip ospf database external " + PREFIX4.split("/")[0])
    found = re.search(rf"Advertising Router: {re.escape(origin)}\s+LS Seq Number: (\S+)\s+"
                      r"Checksum: (\S+)", text)
    assert found, f"no LSA of {origin} at {node.name}:\n{text}"
    return found.groups()


def is_confused(scene):
    """Have site and router two different LSAs of one sequence number?"""
    text = scene.ns1.frr.vty("ospfd", "show ip ospf database")
    origin = re.search(r"OSPF Router with ID \((\S+)\)", text)[1]
    (number, one), (same, other) = lsa(scene.ns1, origin), lsa(scene.r1, origin)
    return number == same and one != other


@pytest.mark.only("ospf", "access-list")
def test_flushing(scene, frr):
    """ospfd killed amid its first announcement, then the service dies: gone, or daemon.flushing"""
    # Since FRR 10.2 zebra's own entry of an alias is told first, here for certain; the neighbour hears
    # of ours 5 s later. It has the first LSA of the old ospfd, which differs from the new one's.
    if scene.release.number >= (10, 2):
        scene.ns1.alias_add(PREFIX4)
        wait(lambda: scene.r1.via(PREFIX4) == {"ns1"}, PATIENCE, "the first announcement", step=0.01)
    scene.start(announced=False)
    scene.event("route.announced", prefix=PREFIX4)
    frr.kill("ospfd")
    frr.start("ospfd")
    scene.wait_settled_via("ns1", DEAF)
    since, scene.confused = boottime_us(), is_confused(scene)
    scene.ns1.dns.kill()
    try:
        scene.wait_gone()
        if not scene.confused and scene.release.number >= (10, 6):
            pytest.skip("the router had heard of our entry before ospfd was killed")
        return
    except LabError:
        # ospfd 10.6 and 10.7 answer the router's LSA by theirs, which is the older one, for ever
        if not scene.confused:
            raise
    event = scene.event("daemon.flushing", since, FLUSH, daemon="ospfd")
    assert f"has taken back {PREFIX4}" in event["text"], event
    assert scene.via()[0] == {"ns1"}
    status, words = scene.ns1.zanycast.ctl("show", "zebra", check=False)
    assert status == 4, words
    found = hearing(scene)["ospfd"]
    assert found["state"] == "flushing" and found["flushing"] == 1, found
    assert found["prefixes"] == [PREFIX4]
    why = "\n".join(scene.client().ask(cmd="why", service="resolver")["words"])
    assert f"ospfd {found['release']} is flushing" in why
    assert not scene.ns1.zanycast.events("daemon.hears", since)
    apply(frr, "ospfd", found["remedy"])
    scene.event("daemon.hears", since, DEAF, daemon="ospfd")
    scene.wait_gone(DEAF)


def test_bgp(version):
    """zebra alone restarted under bgpd, the service dies: deaf for both families; it restarts"""
    with Lab(proto="bgp", frr=version) as lab:
        ns1, r1 = lab.node("ns1"), lab.node("r1")
        ns1.zanycast.start()
        ns1.zanycast.wait_announced()
        lab.wait(lambda: all(r1.via(p) == {"ns1"} for p in (PREFIX4, PREFIX6)), PATIENCE)
        since = boottime_us()
        ns1.frr.kill("zebra")
        ns1.zanycast.wait_event("zebra.lost", PATIENCE, since)
        ns1.frr.start("zebra")
        ns1.zanycast.wait_event("zebra.up", PATIENCE, since)
        ns1.dns.kill()
        ns1.zanycast.wait_event("daemon.deaf", DEAF, since, daemon="bgpd")
        found, = ns1.zanycast.ctl("show", "zebra", check=False)[1:]
        assert '"stale":2' in found and PREFIX4 in found and PREFIX6 in found
        ns1.frr.restart("bgpd")
        ns1.zanycast.wait_event("daemon.hears", DEAF, since, daemon="bgpd")
        lab.wait(lambda: not any(r1.via(p) for p in (PREFIX4, PREFIX6)), PATIENCE)
