"""What the routing daemon does not let out."""

from scene import BOUND, SOA

OTHER = ["10.128.225.9/32", "fd80:225::9/128"]


def test_not_permitted(scene):
    """a prefix the access-list denies: stays at zebra, and is said"""
    scene.prefixes = OTHER
    scene.start(announced=False, checks={"soa": SOA, "bound": BOUND | {"address": "any"}})
    scene.wait_state("announced")
    scene.lab.wait(lambda: {r["beyond"] for r in scene.show("routes")} == {"no"}, 40)
    for prefix in OTHER:
        scene.event("route.unheard", prefix=prefix)
    assert {r["beyond"] for r in scene.show("routes")} == {"no"}
    assert not any(scene.via())
    words = "\n".join(scene.client().ask(cmd="why", service="resolver")["words"])
    assert "does not let" in words
    assert scene.ns1.zanycast.stop(20) == 0


def test_permitted(scene):
    """a prefix that is let out is seen beyond zebra"""
    scene.start()
    scene.lab.wait(lambda: {r["beyond"] for r in scene.show("routes")} == {"yes"}, 40)
