"""10,000 prefixes at one zebra: told once each, whatever becomes of it meanwhile."""

import collections
import re

import pytest

from client import Port
from lab import Lab, boottime_us, wait

pytestmark = pytest.mark.xdist_group("scale")

COUNT = 10000
PREFIXES = [f"10.64.{i // 256}.{i % 256}/32" for i in range(COUNT)]
CHECKS = {"port": {"kind": "listener", "protocol": "tcp", "port": 5300, "interval": "500ms"}}
SERVICE = {"alias": "none", "hold": "0s", "linger": "0s", "checks": CHECKS}
ON_THE_WAY = 640 << 10  # bytes that zanycastd, sockets and zapidump hold at most, for a zebra that hangs


@pytest.fixture(scope="module")
def lab(version):
    with Lab(proto=(), variant="alone", dns=None, frr=version) as lab:
        yield lab


@pytest.fixture
def site(lab):
    site = Site(lab.node("ns1"))
    yield site
    site.close()


class Site:
    """zanycastd before a zebra; the services are up while the port is open."""

    def __init__(self, node):
        self.node, self.zanycast, self.port = node, node.zanycast, Port(node, "0.0.0.0")
        self.read = 0
        # messages of a start: deletes, of LOCAL, too; of an announcement: deletes and an add
        number = node.frr.release.number
        self.sweep = 4 + (number >= (10, 0))
        self.u = (1 if number >= (10, 2) else 3) + (number >= (10, 0)) + 1

    def start(self, services=None, tap=False):
        services = services or {"many": {"prefixes": PREFIXES, **SERVICE}}
        self.node.tap.wanted |= tap
        self.zanycast.configure(services=services)
        self.zanycast.start()
        self.zanycast.wait_event("zebra.up", 30)
        self.wait_said("service.down", len(services))

    def close(self):
        self.port.close()
        self.zanycast.kill()
        self.zanycast.logfile.unlink(missing_ok=True)
        self.node.tap.rest()
        if not self.node.frr.alive("zebra"):
            self.node.frr.start("zebra")
        self.node.frr.resume("zebra")
        self.node.frr.restart("zebra")

    def said(self, word):
        """How often since the last wait_said()."""
        return self.zanycast.log()[self.read:].count(f": {word} ")

    def wait_said(self, word, times, timeout=60):
        wait(lambda: self.said(word) >= times, timeout, f"{times} times {word}", step=0.1)
        assert self.said(word) == times
        self.read = len(self.zanycast.log())

    def entries(self):
        """{prefix: how often zebra has it}."""
        lines = self.node.frr.vty("zebra", "show ip route connected").splitlines()
        found = [re.match(r"C[ >*]*(10\.64\.\S+) .*connected, lo", line) for line in lines]
        return collections.Counter(f[1] if "/" in f[1] else f[1] + "/32" for f in found if f)

    def assert_all_once(self):
        entries = self.entries()
        assert len(entries) == COUNT
        assert set(entries.values()) == {1}

    def up_and_down(self):
        self.port.open()
        self.wait_said("route.announced", COUNT)
        self.assert_all_once()
        self.port.close()
        self.wait_said("route.withdrawn", COUNT)
        assert not self.entries()

    def assert_peace(self):
        log = self.zanycast.log()
        assert "plan.conflict" not in log
        assert "engine.died" not in log


def test_all_announced_and_withdrawn(site):
    site.start()
    for _ in range(2):
        site.up_and_down()
    site.assert_peace()


def test_thousand_services(site):
    """10 prefixes each, all up and down in the same moment"""
    site.start({f"s{i}": {"prefixes": PREFIXES[i::1000], **SERVICE} for i in range(1000)})
    site.up_and_down()
    site.assert_peace()


def sent_since(site, recorded):
    """Bytes to zebra behind that place of the recording; quicker than to play it."""
    lines = site.node.tap.recording.read_bytes()[recorded:].splitlines()
    return sum(len(line.split()[1]) // 2 for line in lines if line.startswith(b"> "))


def test_zebra_pauses(site):
    """SIGSTOP, shorter than zebra.stuck: what waits for zebra is not sent again"""
    site.start(tap=True)
    wait(lambda: len(site.node.tap.sent()) >= site.sweep * COUNT, 20, "the deletes of a start", step=1)
    for word, move, messages in (("route.announced", site.port.open, site.u),
                                 ("route.withdrawn", site.port.close, site.u - 1)):
        before, recorded = len(site.node.tap.sent()), site.node.tap.recording.stat().st_size
        site.node.frr.hang("zebra")
        paused = boottime_us()
        move()
        wait(lambda at=paused: boottime_us() - at > 1300000, 5)
        assert site.said(word) == 0
        # what is on its way is bounded, though zapidump would take it all
        assert 0 < sent_since(site, recorded) < ON_THE_WAY
        site.node.frr.resume("zebra")
        site.wait_said(word, COUNT)
        assert len(site.node.tap.sent()) - before == messages * COUNT
        assert "zebra.stuck" not in site.zanycast.log()
        assert len(site.entries()) == (COUNT if word == "route.announced" else 0)
    site.assert_peace()


def test_a_death_among_many(site):
    """a service that dies while 10,000 prefixes are announced is not withdrawn behind them"""
    one, port = "10.63.0.1/32", Port(site.node, "0.0.0.0", 5301)
    checks = {"port": {**CHECKS["port"], "port": 5301}}
    site.start({"one": {**SERVICE, "prefixes": [one], "checks": checks},
                "many": {"prefixes": PREFIXES, **SERVICE}}, tap=True)
    try:
        port.open()
        site.wait_said("route.announced", 1)
        wait(lambda: len(site.node.tap.sent()) >= site.sweep * COUNT, 20, "the deletes of a start", step=1)
        before = len(site.node.tap.sent())
        site.node.frr.hang("zebra")  # nobody knows when: all 10,000 are to be told still
        site.port.open()
        wait(lambda: site.said("route.announcing") > 0, 5, step=0.01)
        port.close()
        wait(lambda: site.said("route.withdrawing") == 1, 5, step=0.01)
    finally:
        site.node.frr.resume("zebra")
        port.close()
    site.wait_said("route.announced", COUNT)
    told = site.node.tap.told()[before:]
    place = next(i for i, m in enumerate(told) if m.get("prefix") == one)
    assert place < site.u * COUNT / 2
    site.assert_peace()


def test_zebra_is_stuck(site):
    """SIGSTOP, longer than that: a new session, and nothing is lost"""
    site.start()
    site.node.frr.hang("zebra")
    site.port.open()
    site.zanycast.wait_event("zebra.stuck", 20)
    assert site.said("route.announced") == 0
    site.node.frr.resume("zebra")
    wait(lambda: site.said("route.announced") >= COUNT, 60, "all to be announced", step=0.1)
    site.assert_all_once()
    site.assert_peace()


def test_zebra_dies_in_the_middle(site):
    site.start()
    site.port.open()
    wait(lambda: site.said("route.announced") > 0, 20, step=0.001)
    site.node.frr.kill("zebra")
    assert site.said("route.announced") < COUNT
    site.node.frr.start("zebra")
    wait(lambda: set(states(site)) == {"announced"}, 60, "all to be announced", step=0.5)
    site.assert_all_once()
    site.port.close()
    wait(lambda: set(states(site)) == {"withdrawn"}, 60, "all to be withdrawn", step=0.5)
    assert not site.entries()
    site.assert_peace()


def states(site):
    """{state: how many routes}"""
    return collections.Counter(site.zanycast.routes().values())


def test_unchanged_reload(site):
    """not one message about a route, and nothing is withdrawn"""
    site.start(tap=True)
    site.port.open()
    site.wait_said("route.announced", COUNT)
    before = len(site.node.tap.sent())
    for _ in range(2):
        old = site.zanycast.process_named("engine")
        site.zanycast.reload()
        wait(lambda o=old: site.zanycast.process_named("engine") not in (None, o), 20)
        wait(lambda o=old: o not in site.zanycast.pids(), 20, "the old engine to go")
    assert states(site) == {"announced": COUNT}
    assert len(site.node.tap.sent()) == before
    site.assert_all_once()
    site.assert_peace()
