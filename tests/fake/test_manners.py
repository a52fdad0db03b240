"""A zebra with bad manners: late, in pieces, dying in the middle, full of rubbish."""

import struct
import time

from dialects import DIALECTS
from lab import boottime_us, wait
from stage import CLOSED, PATIENCE, TAG


def ends_well(stage):
    """Good manners again: all is announced, and withdrawn."""
    stage.serve(True)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_late(stage):
    """each word comes 150 ms late: announced, withdrawn"""
    stage.zebra.manners.delay = 0.15
    stage.start()
    stage.wait_announced()
    stage.up_and_down()


def test_pieces(stage):
    """each word comes in pieces of 3 bytes"""
    stage.zebra.manners.chunk = 3
    stage.zebra.manners.pause = 0.0005
    stage.start()
    stage.wait_announced()
    ends_well(stage)


def test_slow_reader(stage):
    """zebra reads 5 bytes at a time"""
    stage.zebra.manners.reads = 5
    stage.zebra.manners.read_pause = 0.001
    stage.start()
    stage.wait_announced()
    ends_well(stage)


def test_mute(stage):
    """zebra takes connections and says nothing; then it speaks"""
    stage.zebra.manners.mute = True
    stage.start()
    stage.event("service.up")
    stage.wait_zebra(*CLOSED, "detecting")
    wait(lambda: stage.zebra.connections >= 2, PATIENCE, "a second try")
    assert stage.zebra_state() != "up" and not stage.lies()
    assert not stage.zebra.requests, "routes were sent to a zebra that says nothing"
    stage.zebra.manners.mute = False
    stage.zebra.hang_up()  # what it did not say is never said
    ends_well(stage)


def test_goes_mute(stage):
    """zebra falls silent while announced, the service dies, zebra speaks again"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.manners.mute = True
    stage.event("zebra.stuck", since)
    stage.serve(False)
    stage.event("service.down", since)
    wait(lambda: not stage.addresses(), PATIENCE, "the aliases to go without zebra")
    stage.zebra.manners.mute = False
    stage.wait_gone()


def test_mid_queue(stage):
    """zebra dies amid the messages of one write, comes again empty, and once with what it had"""
    stage.zebra.start()
    stage.zebra.manners.dies_after = 3
    stage.start(zebra=False)
    for keeping in (False, True):
        wait(lambda: not stage.zebra.alive, PATIENCE, "zebra to die")
        stage.zebra.manners.dies_after = None if keeping else 5
        stage.zebra.start(keeping=keeping)
    stage.wait_announced()
    stage.zebra.manners.dies_after = 2
    stage.serve(False)
    wait(lambda: not stage.zebra.alive, PATIENCE, "zebra to die")
    stage.zebra.start(keeping=True)
    stage.wait_gone()


def test_half_a_message(stage):
    """zebra hangs up in the middle of a word"""
    stage.zebra.start()
    stage.zebra.manners.cut = "ECHO_ADD"
    stage.start()
    wait(lambda: stage.zebra.manners.cut is None, PATIENCE, "the word")
    stage.wait_announced()
    stage.zebra.manners.cut = "ECHO_DEL"
    stage.serve(False)
    wait(lambda: stage.zebra.manners.cut is None, PATIENCE, "the word")
    stage.wait_gone()
    ends_well(stage)


def longer(by):
    """Interfaces, routes and addresses whose bodies are so many bytes longer, or shorter."""
    def garble(name, data):
        if not name.startswith(("ECHO", "INTERFACE", "ADDRESS")):
            return data
        data = data[:by] if by < 0 else data + bytes(by)
        return struct.pack(">H", len(data)) + data[2:]
    return garble


def test_short_bodies(stage):
    """bodies are a byte too short: refused, never called announced; then all is well"""
    stage.zebra.manners.garble = longer(-1)
    stage.start()
    wait(lambda: any(map(stage.daemon.events, ("zebra.refused", "zebra.lost", "zebra.stuck"))),
         PATIENCE, "zebra to be refused")
    assert not stage.lies()
    stage.zebra.manners.garble = None
    ends_well(stage)


def test_long_bodies(stage):
    """echoes are a byte too long: taken as they are, as a later release may have made them"""
    stage.start()
    stage.wait_announced()
    stage.zebra.manners.garble = longer(1)
    stage.serve(False)
    stage.wait_gone()
    stage.zebra.manners.garble = None
    ends_well(stage)


def test_garbage(stage):
    """garbage, another marker or an impossible length in mid-session: a new session"""
    d = stage.zebra.dialect
    kinds = (bytes(64), b"\xff" * 64, b"GET / HTTP/1.0\r\n\r\n",
             struct.pack(">HBBQ", 3, d.marker, d.version, 0))
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.say(kinds[list(DIALECTS).index(d.name) % len(kinds)], "garbage")
    stage.event("zebra.up", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_no_zebra(stage):
    """something else answers on the socket: nothing is sent; then a zebra comes"""
    stage.zebra.manners.garble = lambda name, data: b"HTTP/1.0 400 no\r\n\r\n"
    stage.start()
    stage.event("service.up")
    wait(lambda: stage.zebra.connections >= 3 or stage.zebra_state() == "refused", PATIENCE,
         "several tries")
    assert not stage.zebra.requests and not stage.lies()
    stage.zebra.manners.garble = None
    ends_well(stage)


def test_unknown_number(stage):
    """an ERROR number of a release that nobody knows: refused; then a known one comes"""
    if not stage.zebra.dialect.has(7.03):
        return unknown_echo(stage)
    wire = stage.zebra.wire
    at = stage.zebra.dialect.header - 2

    def garble(name, data):
        return data[:at] + struct.pack(">H", 299) + data[at + 2:] if name == "ERROR" else data
    stage.zebra.manners.garble = garble
    stage.start()
    stage.wait_zebra("refused")
    assert not stage.zebra.requests
    stage.zebra.manners.garble = None
    assert wire.number["ERROR"] != 299
    return ends_well(stage)


def unknown_echo(stage):
    """Older ones have no ERROR: a message of an unknown number, in mid-session, is passed over."""
    d = stage.zebra.dialect
    stage.start()
    stage.wait_announced()
    body = b"\x2a" * 40
    head = struct.pack(">HBB", d.header + len(body), d.marker, d.version)
    stage.zebra.say(head + bytes(d.header - 6) + struct.pack(">H", 299) + body, "number 299")
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_stops_reading(stage):
    """zebra stops reading; the service dies; it reads on: withdrawn"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.manners.reads = 1
    stage.zebra.manners.read_pause = 1000
    stage.event("zebra.stuck", since)
    stage.serve(False)
    stage.event("service.down", since)
    wait(lambda: not stage.addresses(), PATIENCE, "the aliases to go without zebra")
    stage.zebra.manners.reads = 65536
    stage.zebra.manners.read_pause = 0
    stage.zebra.read_again()
    stage.wait_gone()


def test_crowd(stage):
    """sixty prefixes to a zebra that reads slowly: all announced, all withdrawn"""
    stage.prefixes += [f"10.1.54.{n}/32" for n in range(1, 59)]
    stage.zebra.manners.reads = 400
    stage.zebra.manners.read_pause = 0.002
    stage.start()
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_another(stage):
    """zebra is replaced by the dialect before while the service is down: a new one is found"""
    names = list(DIALECTS)
    other = names[names.index(stage.dialect) - 1]
    stage.start()
    stage.wait_announced()
    stage.zebra.die()
    stage.serve(False)
    stage.event("service.down")
    time.sleep(0.2)
    stage.zebra.start(other, keeping=True)
    stage.tag = TAG if "tag" in stage.zebra.dialect.bits else 0
    stage.event("zebra.up")
    stage.wait_gone()
    ends_well(stage)
