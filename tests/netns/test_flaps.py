"""A server that comes and goes faster than the network can follow."""

import random
import time

import pytest

from client import Port
from lab import boottime_us

LISTENER = {"kind": "listener", "protocol": "tcp", "port": 5300, "address": "127.0.0.1"}


@pytest.fixture
def port(scene):
    port = Port(scene.ns1)
    port.open()
    scene.after(port.close)
    return port


def flutter(port, seconds):
    """Open and closed for 1 to 300 ms, for that long; ends closed."""
    rng = random.Random(53)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        port.close()
        time.sleep(rng.uniform(0.001, 0.3))
        port.open()
        time.sleep(rng.uniform(0.001, 0.3))
    port.close()


def start(scene):
    listener = LISTENER | {"interval": "50ms", "timeout": "50ms", "rise": 1, "fall": 1}
    scene.start(checks={"port": listener})


def test_flutters_and_dies(scene, port):
    """flaps faster than the protocol, ends dead: not in the FIB"""
    start(scene)
    flutter(port, 4)
    scene.wait_state("withdrawn")
    scene.wait_settled_gone()
    scene.wait_clean()


def test_flutters_and_lives(scene, port):
    """flaps faster than the protocol, ends alive: in the FIB"""
    start(scene)
    flutter(port, 4)
    port.open()
    scene.wait_state("announced")
    scene.wait_via("ns1")
    scene.wait_entries(53)


def test_short_life(scene, port):
    """withdrawn right after it was announced: the router hears it"""
    since = boottime_us()
    listener = LISTENER | {"interval": "50ms", "timeout": "50ms", "rise": 1, "fall": 1}
    scene.start(checks={"port": listener}, announced=False)
    scene.event("route.announced", since)
    port.close()
    scene.wait_state("withdrawn")
    scene.wait_settled_gone()  # RIP tells the announcement at once, its end up to 5 s later
    scene.wait_clean()
