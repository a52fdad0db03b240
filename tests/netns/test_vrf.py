"""Services in a VRF "red". Either it is a namespace, and the site's FRR lives outside of it; in it are
the name server, zanycastd and the link to the router. Or it is a device, which not every kernel
has. Nothing of it may be in the default VRF."""

import contextlib
import json
import signal

import pytest

from lab import PREFIX4, PREFIX6, Lab, LabError, wait
from lab.netns import Namespace, run
from scene import CHECKS, FAMILIES, PATIENCE, without_probes

pytestmark = pytest.mark.xdist_group("vrf")
VRF = "red"
TRUE = {"kind": "exec", "command": ["/bin/true"]}
PREFIXES = (PREFIX4, PREFIX6)


class Site:
    """ns1 with its router, in words for these tests."""

    def __init__(self, lab):
        self.lab, self.node, self.r1 = lab, lab.node("ns1"), lab.node("r1")
        self.zanycast = self.node.zanycast

    def start(self, services=None, **service):
        service = {"linger": "300ms", "checks": CHECKS} | service
        self.zanycast.configure(self.zanycast.config(services, **service))
        self.zanycast.start("-d")

    def wait_via(self, *names):
        wait(lambda: all(self.r1.via(p) == {*names} for p in PREFIXES), PATIENCE,
             f"r1 to send {PREFIXES} to {names or 'nobody'}")

    def show(self):
        _, out = self.zanycast.ctl("show", "routes", check=False)
        return json.loads(out)["routes"]

    def wait_said(self, state, text=""):
        def look():
            with contextlib.suppress(ValueError):
                return all(r["state"] == state and text in r["text"] for r in self.show())
        wait(look, PATIENCE, f"routes to be {state}: {text}")
        return self.show()

    def entries(self, prefix, vrf):
        """What zebra has of it in that VRF, as text."""
        family = "ipv6" if ":" in prefix else "ip"
        try:
            return self.node.frr.vty("zebra", f"show {family} route vrf {vrf} {prefix}")
        except LabError as error:
            return "" if "status 1" in str(error) else pytest.fail(str(error))

    def aliases(self):
        return [p for p in PREFIXES if p in self.node.addresses()]

    def names(self, *commands):
        """Commands of a shell where zebra finds the names of namespaces."""
        where = ["nsenter", "-m", "-t", str(self.node.frr.pid("zebra"))]
        if self.lab.release.root:
            where += ["chroot", self.lab.release.root]
        run([*where, "sh", "-ec", "\n".join(commands)])


@pytest.fixture(scope="module", params=FAMILIES)
def lab(request):
    timers = FAMILIES["rip"] if request.param == "rip" else ()
    with Lab(proto=FAMILIES[request.param], timers=timers, vrf=VRF) as up:
        yield up


@pytest.fixture
def site(lab):
    site = Site(lab)
    if not site.node.dns.running():
        site.node.dns.start()
    yield site
    site.zanycast.kill()
    print(without_probes(site.zanycast.log()))
    site.zanycast.logfile.unlink(missing_ok=True)
    wait(lambda: not site.aliases(), PATIENCE, "the aliases to end")
    site.wait_via()


def test_comes_and_goes(site):
    """VRF: the routes are in it and in no other, and go with the service"""
    site.start()
    site.wait_via("ns1")
    for route in site.wait_said("announced"):
        assert (route["vrf"], route["interface"], route["echo_tag"]) == (VRF, "lo", 53)
    for prefix in PREFIXES:
        assert "connected" in site.entries(prefix, VRF)
        assert not site.entries(prefix, "default")
    event = site.zanycast.wait_event("route.announced")
    assert event["vrf"] == VRF
    site.node.dns.kill()
    site.wait_via()
    site.wait_said("withdrawn")
    assert not any(site.entries(p, VRF) for p in PREFIXES)
    site.node.dns.start()
    site.wait_via("ns1")
    assert site.zanycast.stop(20) == 0
    site.wait_via()


def test_killed(site):
    """VRF: a zanycastd that is killed announces no longer than its aliases live"""
    site.start(lifetime="3s")
    site.wait_via("ns1")
    site.zanycast.kill()
    site.wait_via()
    assert not any(site.entries(p, VRF) for p in PREFIXES)


def test_new_zebra(site):
    """VRF: FRR is started anew"""
    site.start()
    site.wait_via("ns1")
    site.node.frr.restart()
    site.zanycast.wait_event("zebra.lost")
    site.wait_via("ns1")
    site.wait_said("announced")


def test_unknown_then_known(site):
    """VRF: zebra does not know it yet, knows it, loses it, has it again"""
    forget = (f"umount -l /run/netns/{VRF}", f"rm /run/netns/{VRF}")
    learn = (f"touch /run/netns/{VRF}",
             f"mount --bind /proc/{site.node.dns.pid}/ns/net /run/netns/{VRF}")
    site.names(*forget)
    site.lab.wait(lambda: VRF not in site.node.frr.vty("zebra", "show vrf"), PATIENCE)
    site.start()
    site.zanycast.wait_event("service.up")
    site.wait_said("announcing", f"zebra knows no vrf {VRF} yet")
    assert not any(site.entries(p, "default") for p in PREFIXES)
    site.names(*learn)
    site.wait_said("announced")
    site.names(*forget)
    site.wait_said("announcing", f"zebra knows no vrf {VRF} yet")
    site.names(*learn)
    site.wait_said("announced")
    for prefix in PREFIXES:
        assert not site.entries(prefix, "default")
    site.node.dns.kill()
    site.wait_said("withdrawn")
    site.node.frr.restart()  # the daemons of a VRF that went may stay without their links


def test_default_in_the_vrf(site):
    """VRF: a service without vrf, by a zanycastd that lives in the VRF's namespace, is refused"""
    site.start(vrf="default")
    site.zanycast.wait_event("service.up")
    site.wait_said("refused", "zebra runs in another network namespace")
    assert not site.aliases()
    for vrf in ("default", VRF):
        assert not any(site.entries(p, vrf) for p in PREFIXES)


def test_outside_of_the_vrf(site):
    """VRF: a service with vrf, by a zanycastd outside of the VRF's namespace, is refused"""
    site.zanycast.namespace = site.node.outside
    try:
        site.start(checks={"true": TRUE})
        site.zanycast.wait_event("service.up")
        site.wait_said("refused", f"ip netns exec {VRF} zanycastd")
        found = site.node.outside.ip_json("addr", "show", "dev", "lo")
        assert not [a for i in found for a in i["addr_info"] if a["local"] in " ".join(PREFIXES)]
        for vrf in ("default", VRF):
            assert not any(site.entries(p, vrf) for p in PREFIXES)
    finally:
        site.zanycast.kill()
        site.zanycast.namespace = site.node.ns


def test_no_vrfs_there(site):
    """VRF: one that nobody has is waited for, and said; a service beside it is not disturbed"""
    service = {"checks": CHECKS, "linger": "300ms"}
    site.start({"resolver": {"prefixes": PREFIXES, "vrf": VRF, **service},
                "nowhere": {"prefixes": PREFIXES, "vrf": "blue", **service}})
    site.wait_via("ns1")
    wait(lambda: {(r["service"], r["state"]) for r in site.show()} ==
         {("resolver", "announced"), ("nowhere", "announcing")}, PATIENCE, "both states")
    text = [r["text"] for r in site.show() if r["service"] == "nowhere"]
    assert text == ["zebra knows no vrf blue yet"] * 2
    site.zanycast.signal(signal.SIGTERM)
    site.wait_via()


# A VRF that is a device.

@pytest.fixture(scope="module")
def devices():
    """The reason why there are no such VRFs here, or nothing."""
    space = Namespace("zc-vrf-probe")
    space.create()
    try:
        space.ip(f"link add {VRF} type vrf table 10")
    except LabError as error:
        pytest.skip(f"this kernel has no VRF devices: {error}")
    finally:
        space.delete()


@pytest.fixture(scope="module", params=FAMILIES)
def device_site(request, devices):  # pylint: disable=unused-argument
    timers = FAMILIES["rip"] if request.param == "rip" else ()
    with Lab(proto=FAMILIES[request.param], timers=timers, vrf=VRF, vrf_by="device") as up:
        yield Site(up)


@pytest.mark.parametrize("end", ["down", "killed"])
def test_device(device_site, end):
    """VRF that is a device: aliases on it, routes in it, gone with the service or zanycastd"""
    site, flag = device_site, device_site.node.dir / "flag"
    flag.touch()
    site.start(lifetime="3s", label="", checks={"flag": {
        "kind": "exec", "command": ["/usr/bin/test", "-e", str(flag)], "interval": "200ms"}})
    try:
        site.wait_via("ns1")
        for route in site.wait_said("announced"):
            assert (route["vrf"], route["interface"]) == (VRF, VRF)
        assert not site.aliases()  # on lo
        assert {*PREFIXES} <= {*site.node.addresses(VRF)}
        for prefix in PREFIXES:
            assert "connected" in site.entries(prefix, VRF)
            assert not site.entries(prefix, "default")
        if end == "down":
            flag.unlink()
        else:
            site.zanycast.kill()
        site.wait_via()
    finally:
        site.zanycast.kill()
    wait(lambda: not {*PREFIXES} & {*site.node.addresses(VRF)}, PATIENCE, "the aliases to end")


def test_device_same_prefix(device_site):
    """VRF that is a device: the same prefix in it and in the default VRF, both announced to zebra"""
    site = device_site
    service = {"prefixes": PREFIXES, "linger": "300ms", "lifetime": "3s", "checks": {"true": TRUE}}
    site.start({"inside": service | {"vrf": VRF}, "outside": service})
    try:
        site.wait_said("announced")
        for prefix in PREFIXES:
            for vrf in ("default", VRF):
                assert "connected" in site.entries(prefix, vrf)
        assert site.zanycast.stop(20) == 0
        site.wait_via()
    finally:
        site.zanycast.kill()


def test_device_checks(device_site):
    """VRF that is a device: checks ask inside of it, where the server answers or not"""
    site = device_site
    site.node.ns.sysctl("ipv4/udp_l3mdev_accept", 0)
    site.start(label="", lifetime="3s")
    try:
        site.zanycast.wait_event("check.down", check="bound")
        site.zanycast.wait_event("check.down", check="soa")
        site.zanycast.kill()
        site.node.ns.sysctl("ipv4/udp_l3mdev_accept", 1)
        site.start(label="", lifetime="3s")
        site.wait_via("ns1")
        site.node.dns.kill()
        site.wait_via()
    finally:
        site.zanycast.kill()
        site.node.dns.start()
