"""What lab/provision gives a machine of its own: every file is taken by the program that it is for, and
what is missing is asked of the distribution's own installer, here a stand-in."""

import os
import pathlib
import subprocess

import pytest

from lab import release, topology
from lab.config import DAEMON_OF
from lab.machine import SERVICES, switched
from lab.netns import run
from lab.setups import SETUPS
from lab.zanycast import program

LAB = pathlib.Path(__file__).resolve().parent.parent.parent / "lab"
SWITCHES = "zebra=no\nospfd=no\nripd=yes\nbgpd=no\nospf6d=no\nripngd=no\n\nvtysh_enable=yes\nospfd_options=\"-A 127.0.0.1\"\n"
STAND_IN = """\
#!/bin/sh
echo "${0##*/} $*" >>"$LOG"
case ${0##*/} in rpm | dpkg-query) [ "$LACKS" ] && for lacks in $LACKS; do
	case " $* " in *" $lacks "*) exit 1 ;; esac
done; printf 'install ok installed' ;; esac
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "etc/frr").mkdir(parents=True)
    (tmp_path / "etc/frr/daemons").write_text(SWITCHES)
    (tmp_path / "etc/debian_version").write_text("12.0\n")
    return tmp_path


def provision(root, *args, **env):
    return run([str(LAB / "provision"), *args], env=os.environ | {"PROVISION_ROOT": str(root)} | env)


@pytest.mark.skipif(release().root is not None, reason="machines have the FRR of their distribution")
@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("node", ["ns1", "ns2", "r1"])
def test_rendered(root, node, setup):
    """machines: every file of every setup is taken by its program"""
    if SETUPS[setup].since > release().number:
        pytest.skip(f"{setup} needs a newer FRR")
    for service in SERVICES:
        provision(root, node, "chain", setup, service, "render")
        daemon = DAEMON_OF[SETUPS[setup].proto]
        assert f"\n{daemon}=yes\n" in (root / "etc/frr/daemons").read_text()
        for path in (root / "etc/frr").glob("*d.conf"):
            run([f"/usr/lib/frr/{path.stem}", "-C", "-f", str(path), "-i", str(root / "pid")])
        if node != "r1":
            run(["named-checkconf", str(root / "etc/bind/named.conf")])
        conf = root / "etc/zanycast/zanycast.conf"
        if service == "anycast" and node != "r1":
            run([program("zanycastd"), "-t", "-f", str(conf)])
        stands = f"addr replace {SETUPS[setup].prefix} dev lo" in (
            root / "etc/zanycast-lab/network").read_text()
        assert stands == (service == "static" and node != "r1")


def test_red_hat(root):
    """machines: where Red Hat keeps named's files, and what it may write"""
    (root / "etc/debian_version").unlink()
    provision(root, "ns1", "chain", "rip", "anycast", "render")
    conf = root / "etc/named.conf"
    conf.write_text(conf.read_text().replace("/var/named", f"{root}/var/named"))
    run(["named-checkconf", "-z", str(conf)])


def test_switched():
    """machines: /etc/frr/daemons has on what the setup needs, and its options as they were"""
    text = switched(SWITCHES, ["zebra", "ospfd"])
    assert text == SWITCHES.replace("ospfd=no", "ospfd=yes").replace("ripd=yes", "ripd=no").replace(
        "zebra=no", "zebra=yes")


@pytest.mark.parametrize("system", ["debian", "redhat"])
@pytest.mark.parametrize("lacks", [[], ["frr"], ["frr", "bind"]])
def test_installed(root, tmp_path, system, lacks):
    """machines: only what is missing is asked for, of apt or dnf"""
    if system == "redhat":
        (root / "etc/debian_version").unlink()
    else:
        lacks = [{"bind": "bind9"}.get(p, p) for p in lacks]
    daemon = root / "usr/sbin/zanycastd"
    daemon.parent.mkdir(parents=True)
    daemon.touch(mode=0o755)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("rpm", "dnf", "dpkg-query", "apt-get"):
        (commands / name).write_text(STAND_IN)
        (commands / name).chmod(0o755)
    log = tmp_path / "log"
    provision(root, "ns1", "chain", "rip", "anycast", "install", LOG=str(log), LACKS=" ".join(lacks),
              PATH=f"{commands}:{os.environ['PATH']}")
    said = [line for line in log.read_text().splitlines() if line.startswith(("dnf", "apt-get"))]
    if not lacks:
        assert not said
    else:
        assert said[-1].startswith("apt-get install" if system == "debian" else "dnf -y -q install")
        assert said[-1].split()[-len(lacks):] == lacks


def test_refused(root):
    """machines: a node or setup that there is none of is an error"""
    for wrong in (["ns9", "chain", "rip"], ["ns1", "chain", "rap"], ["ns1", "knot", "rip"]):
        done = subprocess.run([LAB / "provision", *wrong, "anycast", "render"], check=False,
                              env=os.environ | {"PROVISION_ROOT": str(root)}, capture_output=True)
        assert done.returncode


def test_links_fit():
    """machines: no node has more links than VirtualBox has cards, eth0 apart"""
    for variant in topology.DATA["variants"]:
        assert all(len(spec.ports) <= 7 for spec in topology.load(variant).values())
