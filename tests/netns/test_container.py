"""A site in containers, as packaging/container/compose.yaml has it, on a host that is a router: the
address is the container's alone, and the host forwards to the other site when it dies."""

import contextlib
import os
import pathlib
import signal

import pytest

from lab import PREFIX4, Lab, LabError, RouteWatch, boottime_us, wait
from lab.netns import run
from lab.pod import FOLDER
from scene import PATIENCE

pytestmark = pytest.mark.xdist_group("container")
HERE = "br-anycast"
POD_ID = "10.128.255.13"


class Host:
    """h1 with its pod, in words for these tests."""

    def __init__(self, lab):
        self.lab, self.h1, self.c1 = lab, lab.node("h1"), lab.node("c1")
        self.pod, self.zanycast = lab.node("pod").pod, lab.node("pod").zanycast
        self.service = self.pod.services

    def wait_via(self, where):
        wait(lambda: self.h1.via(PREFIX4) == {where}, PATIENCE, f"h1 to send {PREFIX4} to {where}")

    def wait_site(self, site):
        wait(lambda: self.c1.site(timeout=0.3) == site, PATIENCE, f"c1 to be answered by {site}")

    def ospf(self, what):
        return self.h1.frr.vty("ospfd", f"show ip ospf {what}")

    def taken_back(self):
        """Is nothing that the container announced still of use to h1?"""
        entries = self.ospf("database external").split("LS age: ")[1:]
        return all(e.startswith("3600") for e in entries if f"Advertising Router: {POD_ID}" in e)

    def healthy(self):
        """What the file's healthcheck says, run where an engine runs it."""
        kind, *command = self.service["zanycastd"].spec["healthcheck"]["test"]
        assert kind == "CMD"
        with contextlib.suppress(LabError):
            return bool(self.inside("zanycastd", *command))
        return False

    def inside(self, service, *command):
        """What a command in a container printed: compose exec."""
        return run(self.service[service].enter(command))


@pytest.fixture(scope="module")
def lab():
    with Lab(variant="container", more=("ospf-fast",)) as up:
        ns2 = up.node("ns2")
        ns2.zanycast.start()
        ns2.zanycast.wait_announced()
        yield up


@pytest.fixture
def host(lab, request):
    """The container is in use, the other site stands by."""
    host = Host(lab)
    if not lab.node("pod").ns.exists():
        host.pod.start()
    for service in host.service.values():
        if not service.wanted:
            service.start()
    host.wait_via(HERE)
    host.wait_site("pod")
    wait(host.healthy, PATIENCE, "the container to be healthy")
    yield host
    for service in host.service.values():
        print(f"== {service.name}\n{service.daemon.log()[-4000:]}")


def test_not_on_the_host(host):
    """container: announced by its own OSPF; the host has a route and no address"""
    assert PREFIX4 not in host.h1.addresses()
    assert PREFIX4 not in host.h1.addresses(HERE)
    route, = host.h1.fib(PREFIX4)
    assert (route["protocol"], route["gateway"]) == ("ospf", "10.128.5.2")


def test_known_across_containers(host):
    """container: zanycastd, in one of its own, knows zebra and ospfd by their processes"""
    pids = {int(host.inside("zanycastd", "cat", f"/run/frr/{d}.pid")) for d in ("zebra", "ospfd")}
    comms = {host.inside("zanycastd", "cat", f"/proc/{pid}/comm").strip() for pid in pids}
    assert comms == {"zebra", "ospfd"}
    said = host.zanycast.events("zebra.release")[-1]
    assert said["text"] == "it says so on its vty"
    wait(lambda: host.zanycast.ctl("show", "zebra")["zebra"]["daemons"], PATIENCE, "ospfd to be known")
    zebra = host.zanycast.ctl("show", "zebra")["zebra"]
    assert (zebra["release"], zebra["text"]) == (said["release"], "")


def test_host_lines(host):
    """container: what host.conf gives the host's ospfd is what the lab's host has"""
    wanted = (FOLDER / "host.conf").read_text().splitlines()
    wanted = [line for line in wanted if line[0] != "!" and line != "exit"]
    has = host.h1.frr.config.text("ospfd").splitlines()
    assert [line for line in wanted if line not in has] == []


def test_name_server_dies(host):
    """container: its name server is killed: the host forwards to the other site"""
    host.service["dns"].kill()
    host.wait_via("r4")
    host.wait_site("ns2")
    assert not host.healthy()
    host.service["dns"].start()
    host.wait_via(HERE)


def test_all_of_it_dies(host):
    """container: killed as a whole, its interface gone: the host forwards to the other site; it is
    started again: back"""
    host.pod.kill()
    host.wait_via("r4")
    host.wait_site("ns2")
    host.pod.start()
    host.wait_via(HERE)
    host.wait_site("pod")


def test_comes_back_without_its_name_server(host):
    """container: killed and started again, its name server dead: what the network still has of it is
    not used"""
    dns = host.service["dns"].spec
    command = dns["command"]
    host.pod.kill()
    host.wait_via("r4")
    with RouteWatch(host.h1) as watch:
        since = boottime_us()
        dns["command"] = ["sleep", "infinity"]
        try:
            host.pod.start()
            wait(lambda: "Full" in host.ospf("neighbor"), PATIENCE, "h1 to meet the container")
            wait(host.taken_back, PATIENCE, "it to take back what it announced before")
            host.zanycast.wait_event("check.down", PATIENCE, since)
        finally:
            dns["command"] = command
            host.service["dns"].crash()
        assert not watch.of(PREFIX4, since)


def test_zanycastd_dies(host):
    """container: zanycastd is killed and started again by the policy: the host's route stays"""
    before = host.zanycast.pid
    with RouteWatch(host.h1) as watch:
        since = boottime_us()
        host.service["zanycastd"].crash()
        host.zanycast.wait_event("alias.adopted", PATIENCE, since)
        host.zanycast.wait_announced(PATIENCE, since)
        wait(host.healthy, PATIENCE, "the container to be healthy")
        assert not watch.of(PREFIX4, since)
    assert host.zanycast.pid != before


def test_frr_dies(host):
    """container: zebra is killed: ospfd ends with it, both come again, nobody is left deaf"""
    since = boottime_us()
    zebra, = [p for p in host.service["frr"].daemon.pids()
              if pathlib.Path(f"/proc/{p}/comm").read_text() == "zebra\n"]
    os.kill(zebra, signal.SIGKILL)
    host.zanycast.wait_event("zebra.lost", PATIENCE, since)
    host.zanycast.wait_announced(PATIENCE, since)
    host.wait_via(HERE)
    wait(host.healthy, PATIENCE, "the container to be healthy")
    assert not host.zanycast.events("daemon.deaf", since)


def test_pid_namespaces_apart(host):
    """container: zanycastd in a PID namespace of its own: it works, and says what it does not see"""
    spec = host.service["zanycastd"].spec
    shared = spec.pop("pid")
    try:
        since = boottime_us()
        host.service["zanycastd"].crash()
        host.zanycast.wait_event("zebra.release", PATIENCE, since)
        wait(host.healthy, PATIENCE, "the container to be healthy")
        assert "PID namespace" in host.inside("zanycastd", "zanycastctl", "show", "zebra")
        host.service["dns"].kill()
        host.wait_via("r4")
    finally:
        spec["pid"] = shared
        host.service["zanycastd"].crash()
