"""What a client of a containerised site sees: the site lives in containers on a host that is a
router, packaging/container/ has it. Called by `lab run container`."""

import time

from . import PREFIX4, Lab
from .demo import Screen, death, report

PICTURE = """
         host h1                                     pod  name server, FRR, zanycastd: a container each
  c1 ─── ospfd ─── br-anycast ─── eth0 ── pod             in one network namespace
           └────── r4 ── ns2                         ns2  the other site
"""
LIFE = "looking on: the container answers c1"


def back(screen, title, start):
    screen.say(f"\n* {title}")
    screen.zero()
    start()
    screen.until(lambda: screen.probe.site == "pod", 60, "waiting for the container to answer")
    screen.during(3, LIFE)


def show():
    """The container's deaths and returns, printed as they happen; LabError when it fails."""
    print(PICTURE)
    began = time.monotonic()
    with Lab(variant="container", more=("ospf-fast",), tag="container") as lab:
        print(f"up and converged after {time.monotonic() - began:.1f} s; starting zanycastd at ns2")
        pod, h1 = lab.node("pod").pod, lab.node("h1")
        with Screen(lab, router="h1") as screen:
            lab.node("ns2").zanycast.start()
            screen.until(lambda: h1.via(PREFIX4) == {"br-anycast"}, 60, "waiting for h1 to use it")
            screen.say(f"h1 has a route to {PREFIX4} and no address: {address_of(h1)}")
            screen.probe.__enter__()
            screen.during(3, LIFE)
            death(screen, "its name server is killed and stays dead", pod.services["dns"].kill)
            back(screen, "its name server is started again", pod.services["dns"].start)
            screen.say("\n* zanycastd is killed (kill -9, all its processes); restart: always")
            screen.zero()
            pod.services["zanycastd"].crash()
            screen.during(4, "h1 sees nothing of it")
            death(screen, "the whole container is killed: every process, its namespaces, its interface",
                  pod.kill)
            back(screen, "the container is started again", pod.start)
        report(screen.probe.summary, ())
    print(f"\n{time.monotonic() - began:.0f} s, and nothing of it is left.")


def address_of(node):
    """Where the service's address is on a node, in a word."""
    devices = [link["ifname"] for link in node.ns.ip_json("link")]
    return ", ".join(d for d in devices if PREFIX4 in node.addresses(d)) or "on no interface"


if __name__ == "__main__":
    show()
