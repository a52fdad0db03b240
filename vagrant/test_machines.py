"""What only a whole machine can show: the unit under a real systemd, and VRF devices, which not
every kernel has. vagrant/test runs this when the machines are up and run OSPF with zanycast."""

import contextlib
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
# pylint: disable=wrong-import-position
from lab import PREFIX4, SERVICE, wait
from machines import TREE, Machines

PATIENCE = 120  # seconds; emulated machines are slow


@pytest.fixture(scope="module")
def lab():
    with Machines() as up:
        yield up


@pytest.fixture
def ns1(lab):
    site = lab.node("ns1")
    wait(lambda: site.zanycast.announces(PREFIX4) and lab.node("r1").via(PREFIX4) == {"ns1"},
         PATIENCE, "ns1 to be used", step=0.5)
    return site


@contextlib.contextmanager
def no_route_event(r1):
    """The router beside the site hears nothing of the service's route meanwhile."""
    def told(address):
        r1.exec(["sh", "-c", f"ip route add blackhole {address}; ip route del blackhole {address}"])
        return address in r1.exec(["cat", "/run/routes"])

    r1.exec(["systemd-run", "-q", "--unit=routes", "--collect",
             "-p", "StandardOutput=truncate:/run/routes", "ip", "monitor", "route"])
    try:
        wait(lambda: told("192.0.2.1"), PATIENCE, "ip monitor to listen", step=0.5)
        yield
        wait(lambda: told("192.0.2.2"), PATIENCE, "ip monitor to have told everything", step=0.5)
        assert SERVICE["v4"] not in r1.exec(["cat", "/run/routes"])
    finally:
        r1.exec(["systemctl", "stop", "routes"])


def new_main(unit, old):
    wait(lambda: unit.running() and unit.property("MainPID") not in ("0", old), PATIENCE,
         "systemd to start it again", step=0.5)


def test_answers(lab, ns1):
    """the client is served by the near site, through one router"""
    said = lab.node("c1").exec(["ping", "-c", "3", "-W", "5", SERVICE["v4"]])
    assert "ttl=63" in said
    assert ns1.zanycast.property("Type") == "notify"


def test_router_ids(lab, ns1):
    """router ids are the lab's, and Vagrant's own network is in no routing protocol"""
    for node in (ns1, lab.node("r1")):
        assert f"Router ID: {node.spec.router_id}" in node.exec(["vtysh", "-c", "show ip ospf"])
        assert "eth0" not in node.exec(["vtysh", "-c", "show ip ospf interface"])


def test_restart(lab, ns1):
    """systemctl restart: another process, and no route event at the router"""
    old = ns1.zanycast.property("MainPID")
    with no_route_event(lab.node("r1")):
        ns1.exec(["systemctl", "restart", "zanycast"])
        new_main(ns1.zanycast, old)
        ns1.zanycast.wait_announced(PREFIX4, PATIENCE)


def test_reload(lab, ns1):
    """systemctl reload: the same process, no route event at the router; a bad file is refused"""
    old = ns1.zanycast.property("MainPID")
    conf = "/etc/zanycast/zanycast.conf"
    with no_route_event(lab.node("r1")):
        ns1.exec(["systemctl", "reload", "zanycast"])
        ns1.zanycast.wait_announced(PREFIX4, PATIENCE)
        ns1.exec(["sh", "-c", f"cp {conf} /tmp/good && echo nonsense >>{conf}"])
        try:
            done = subprocess.run(ns1.ns.argv(["systemctl", "reload", "zanycast"]), check=False,
                                  stdin=subprocess.DEVNULL, capture_output=True)
            assert done.returncode
        finally:
            ns1.exec(["sh", "-c", f"cat /tmp/good >{conf}"])
    assert ns1.zanycast.property("MainPID") == old


def test_killed(ns1):
    """kill -9 of all its processes: systemd starts it again"""
    old = ns1.zanycast.property("MainPID")
    ns1.zanycast.kill()
    new_main(ns1.zanycast, old)
    ns1.zanycast.wait_announced(PREFIX4, PATIENCE)
    assert int(ns1.zanycast.property("NRestarts")) >= 1


def test_watchdog(ns1):
    """a keeper that hangs: the watchdog ends it, and systemd starts it again"""
    old = ns1.zanycast.property("MainPID")
    assert ns1.zanycast.property("WatchdogUSec") != "0"
    ns1.exec(["kill", "-STOP", old])
    new_main(ns1.zanycast, old)
    ns1.zanycast.wait_announced(PREFIX4, PATIENCE)
    assert "Watchdog timeout" in ns1.exec(["journalctl", "-u", "zanycast", "--no-pager"])


def test_stop(lab, ns1):
    """systemctl stop withdraws; start announces"""
    ns1.zanycast.stop()
    wait(lambda: lab.node("r1").via(PREFIX4) == {"ns2"}, PATIENCE, "r1 to use ns2", step=0.5)
    ns1.zanycast.start()
    wait(lambda: lab.node("r1").via(PREFIX4) == {"ns1"}, PATIENCE, "r1 to use ns1", step=0.5)


def test_vrf_device(lab):
    """VRFs that are devices: the namespace tests of them, in a kernel that has such"""
    there = lab.node("c1")
    there.exec(["modprobe", "vrf"])
    said = there.exec([f"{TREE}/tests/netns/run", "-n", "1", "-rs", "test_vrf.py", "-k",
                       "device and ospf"], timeout=900)
    print(said)
    assert " passed" in said and "skipped" not in said
