"""Services in a VRF "red". Either it is a namespace, and the site's FRR lives outside of it; in it are
the name server, zanycastd and the link to the router. Or it is a device, which not every kernel
has. Nothing of it may be in the default VRF."""

import contextlib
import json
import os
import signal

import pytest

from lab import PREFIX4, Lab, LabError, release, wait
from lab.netns import Namespace, run
from scene import CHECKS, FAMILIES, PATIENCE, without_probes

pytestmark = pytest.mark.xdist_group("vrf")
VRF = "red"
TRUE = {"kind": "exec", "command": ["/bin/true"]}


class Site:
    """ns1 with its router, in words for these tests."""

    def __init__(self, lab):
        self.lab, self.node, self.r1 = lab, lab.node("ns1"), lab.node("r1")
        self.zanycast = self.node.zanycast
        self.prefixes = self.node.prefixes()

    def start(self, services=None, **service):
        service = {"linger": "300ms", "checks": CHECKS} | service
        self.zanycast.configure(self.zanycast.config(services, **service))
        self.zanycast.start("-d")

    def wait_via(self, *names):
        wait(lambda: all(self.r1.via(p) == {*names} for p in self.prefixes), PATIENCE,
             f"r1 to send {self.prefixes} to {names or 'nobody'}")

    def wait_tagged(self):
        """The router has heard of our entry, not of zebra's own alone: ospfd of 10.6 and 10.7 that is
        started anew before that leaves it confused (test_deaf.py)."""
        def look():
            found = self.r1.frr.json("zebra", f"show ip route {PREFIX4}")[PREFIX4]
            return any(e.get("tag") == 53 for e in found)
        if "ospf" in self.lab.protocols:
            wait(look, PATIENCE, "r1 to have the tag")

    def show(self):
        _, out = self.zanycast.ctl("show", "routes", check=False)
        return json.loads(out)["routes"]

    def wait_said(self, state, text=""):
        def look():
            with contextlib.suppress(ValueError):
                return all(r["state"] == state and text in r["text"] for r in self.show())
        wait(look, PATIENCE, f"routes to be {state}: {text}")
        return self.show()

    def has(self, prefix, vrf):
        """Does zebra have a connected entry there? (A kernel's one may stay behind: an IPv6 address
        that expires leaves its route.)"""
        family = "ipv6" if ":" in prefix else "ip"
        try:
            text = self.node.frr.vty("zebra", f"show {family} route vrf {vrf} {prefix}")
        except LabError as error:
            if "status 1" not in str(error):  # not found
                raise
            return False
        return 'Known via "connected"' in text

    def nowhere(self):
        return not any(self.has(p, vrf) for p in self.prefixes for vrf in ("default", VRF))

    def wait_nowhere(self):
        wait(self.nowhere, PATIENCE, "zebra to have nothing left")

    def aliases(self):
        return [p for p in self.prefixes if p in self.node.addresses()]

    def names(self, *commands):
        """Commands of a shell where zebra finds the names of namespaces; NAME is that of the VRF."""
        name = f"{self.lab.release.root or ''}/var/run/netns/{VRF}"
        run(["nsenter", "-m", "-t", str(self.node.frr.pid("zebra")), "sh", "-ec",
             f"NAME={name}\n" + "\n".join(commands)])


def raised(family, version, by):
    """A lab of those that know VRFs: ospf6d since 8.0."""
    protocols = [p for p in FAMILIES[family] if p != "ospf6" or release(version).number >= (8, 0)]
    more = ("rip-tuned", "ripng-tuned") if family == "rip" else ()
    return Lab(proto=protocols, more=more, vrf=VRF, vrf_by=by, frr=version)


@pytest.fixture(scope="module", params=FAMILIES)
def lab(request, version):
    with raised(request.param, version, "netns") as up:
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
    for prefix in site.prefixes:
        assert site.has(prefix, VRF)
        assert not site.has(prefix, "default")
    event = site.zanycast.wait_event("route.announced")
    assert event["vrf"] == VRF
    site.node.dns.kill()
    site.wait_via()
    site.wait_said("withdrawn")
    site.wait_nowhere()
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
    site.wait_nowhere()


def test_new_zebra(site):
    """VRF: FRR is started anew"""
    site.start()
    site.wait_via("ns1")
    site.wait_tagged()
    site.node.frr.restart()
    site.zanycast.wait_event("zebra.lost")
    site.wait_via("ns1")
    site.wait_said("announced")


def test_unknown_then_known(site):
    """VRF: zebra does not know it yet, knows it, loses it, has it again"""
    if site.lab.release.number == (10, 3):
        pytest.skip("zebra of FRR 10.3 crashes (SIGSEGV in its dataplane) when a VRF's namespace goes")
    forget = ("umount -l $NAME", "rm $NAME")
    learn = ("touch $NAME", f"mount --bind /proc/{site.node.dns.pid}/ns/net $NAME")
    site.names(*forget)
    site.lab.wait(lambda: VRF not in site.node.frr.vty("zebra", "show vrf"), PATIENCE)
    site.start()
    site.zanycast.wait_event("service.up")
    site.wait_said("announcing", f"zebra knows no vrf {VRF} yet")
    assert site.nowhere()
    site.names(*learn)
    site.wait_said("announced")
    site.names(*forget)
    site.wait_said("announcing", f"zebra knows no vrf {VRF} yet")
    site.names(*learn)
    site.wait_said("announced")
    for prefix in site.prefixes:
        assert not site.has(prefix, "default")
    site.node.dns.kill()
    site.wait_said("withdrawn")
    site.node.frr.restart()  # the daemons of a VRF that went may stay without their links


def test_default_in_the_vrf(site):
    """VRF: a service without vrf, by a zanycastd that lives in the VRF's namespace, is refused"""
    site.start(vrf="default")
    site.zanycast.wait_event("service.up")
    site.wait_said("refused", "zebra runs in another network namespace")
    assert not site.aliases()
    assert site.nowhere()


def test_outside_of_the_vrf(site):
    """VRF: a service with vrf, by a zanycastd outside of the VRF's namespace, is refused"""
    site.zanycast.namespace = site.node.outside
    try:
        site.start(checks={"true": TRUE})
        site.zanycast.wait_event("service.up")
        site.wait_said("refused", f"ip netns exec {VRF} zanycastd")
        found = site.node.outside.ip_json("addr", "show", "dev", "lo")
        assert not [a for i in found for a in i["addr_info"] if a["local"] in " ".join(site.prefixes)]
        assert site.nowhere()
    finally:
        site.zanycast.kill()
        site.zanycast.namespace = site.node.ns


def test_no_vrfs_there(site):
    """VRF: one that nobody has is waited for, and said; a service beside it is not disturbed"""
    service = {"prefixes": site.prefixes, "linger": "300ms"}
    site.start({"resolver": service | {"vrf": VRF, "checks": CHECKS},
                "nowhere": service | {"vrf": "blue", "checks": {"true": TRUE}}})
    site.wait_via("ns1")
    wait(lambda: {(r["service"], r["state"]) for r in site.show()} ==
         {("resolver", "announced"), ("nowhere", "announcing")}, PATIENCE, "both states")
    text = [r["text"] for r in site.show() if r["service"] == "nowhere"]
    assert text == ["zebra knows no vrf blue yet"] * len(site.prefixes)
    site.zanycast.signal(signal.SIGTERM)
    site.wait_via()


# A VRF that is a device.

@pytest.fixture(scope="module")
def devices():
    """The reason why there are no such VRFs here, or nothing."""
    space = Namespace(f"zc-vrf-probe-{os.getpid()}")
    space.create()
    try:
        space.ip(f"link add {VRF} type vrf table 10")
    except LabError as error:
        pytest.skip(f"this kernel has no VRF devices: {error}")
    finally:
        space.delete()


@pytest.fixture(scope="module", params=FAMILIES)
def device_site(request, version, devices):  # pylint: disable=unused-argument
    with raised(request.param, version, "device") as up:
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
        assert {*site.prefixes} <= {*site.node.addresses(VRF)}
        for prefix in site.prefixes:
            assert site.has(prefix, VRF)
            assert not site.has(prefix, "default")
        if end == "down":
            flag.unlink()
        else:
            site.zanycast.kill()
        site.wait_via()
    finally:
        site.zanycast.kill()
    wait(lambda: not {*site.prefixes} & {*site.node.addresses(VRF)}, PATIENCE, "the aliases to end")


def test_device_same_prefix(device_site):
    """VRF that is a device: the same prefix in it and in the default VRF, both announced to zebra"""
    site = device_site
    service = {"prefixes": site.prefixes, "linger": "300ms", "lifetime": "3s", "checks": {"true": TRUE}}
    site.start({"inside": service | {"vrf": VRF}, "outside": service})
    try:
        site.wait_said("announced")
        for prefix in site.prefixes:
            for vrf in ("default", VRF):
                assert site.has(prefix, vrf)
        assert site.zanycast.stop(20) == 0
        site.wait_via()
    finally:
        site.zanycast.kill()


def test_device_checks(device_site):
    """VRF that is a device: checks ask inside of it, where the server answers or not"""
    site = device_site

    def accept(yes):
        for transport in ("tcp", "udp"):
            site.node.ns.sysctl(f"ipv4/{transport}_l3mdev_accept", yes)
        # what nsd answers by UDP would leave in the default VRF, and 127.0.0.1 is found there first
        here = str(site.node.spec.ports[0].v4.ip)
        checks = CHECKS | {"soa": CHECKS["soa"] | {"server": here, "transport": "tcp"}}
        site.start(label="", lifetime="3s", checks=checks)

    accept(0)
    try:
        site.zanycast.wait_event("check.down", check="bound")
        site.zanycast.wait_event("check.down", check="soa")
        site.zanycast.kill()
        accept(1)
        site.wait_via("ns1")
        site.node.dns.kill()
        site.wait_via()
    finally:
        site.zanycast.kill()
        if not site.node.dns.running():
            site.node.dns.start()
