"""The fake's table is held against the daemon's, and its words against recorded zebras."""

import pathlib
import socket
import time

import pytest

from dialects import DIALECTS
from lab import Namespace, wait
from lab.netns import run
from lab.zanycast import program
from record import Record
from stage import PREFIX4, PREFIX6
from wire import Wire, packed
from zebra import Zebra

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
MAC = "02:00:00:00:00:0"
# what the fake does not say: it has no kernel routes, and watches no nexthops
OTHER_METRICS = {"quagga-0.99.22.4"}  # 1 where the later ones of the dialect say 0
UNSAID = {"NEXTHOP_UPDATE", "NEXTHOP_REGISTER", "NEXTHOP_UNREGISTER", "LOOKUP", "LOOKUP6"}


def test_same_rows():
    """zanycastd --dialects lists what is tried here, in this order"""
    lines = run([program("zanycastd"), "--dialects"]).splitlines()
    assert [line.split(maxsplit=1) for line in lines if line] == \
        [[d.name, d.serves] for d in DIALECTS.values()]


class Recording:
    """A file of tests/golden: probes [(bytes, closed)], and the session as [(sign, …)]."""

    def __init__(self, path):
        self.path, self.dialect, self.probes, self.session = path, None, [], None
        for line in path.read_text().splitlines():
            self._line(line)

    def _line(self, line):
        sign, _, rest = line.partition(" ")
        if sign == "dialect":
            self.dialect = rest
        elif sign == "session":
            self.session = []
        elif sign == "probe":
            self.probes.append(None)
            self.closed = rest.startswith("closed")
        elif sign in "<>" and self.session is not None:
            self.session.append((sign, bytes.fromhex(rest.partition("#")[0])))
        elif sign == "#" and self.session is not None:
            self.session.append((sign, rest))
        elif sign == ">":
            self.probes[-1] = (bytes.fromhex(rest), self.closed)


class Client:
    """Reads whole messages of the dialect."""

    def __init__(self, zebra):
        self.zebra, self.wire = zebra, zebra.wire
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(5)
        self.data = b""
        before = zebra.connections
        self.socket.connect(str(zebra.path))
        wait(lambda: zebra.connections > before, 20, "the fake to take the connection")

    def quiet(self):
        """All that was said until nothing more is under way."""
        found = []
        self.socket.setblocking(False)
        end = time.monotonic() + 0.03
        settled = False
        while time.monotonic() < end or not settled:
            settled = self.zebra.settled()  # before the look: what it said is there then
            try:
                self.data += self.socket.recv(65536)
                end = time.monotonic() + 0.03
            except BlockingIOError:
                time.sleep(0.002)
        while self.data:
            length = int.from_bytes(self.data[:2], "big")
            found.append(self.data[:length])
            self.data = self.data[length:]
        return found


def name_of(wire, message):
    d = wire.dialect
    return wire.name.get(int.from_bytes(message[d.header - 2:d.header], "big"), "?")


def comparable(wire, messages, outline=False):
    """Without what the fake does not say, and what differs from one machine to the next; outline:
    names and lengths alone."""
    ours = [packed(p) for p in (PREFIX4, PREFIX6)]
    found = []
    for message in messages:
        name = name_of(wire, message)
        if name in UNSAID:
            continue
        # frr-7.1 repeats the routes of others, and tells of link-local ones
        if wire.dialect.name == "frr-7.1" and name == "ECHO_ADD" and \
                not any(p in message for p in ours):
            continue
        if name in ("CAPABILITIES", "VRF_ADD"):  # paths it was built for, names, tables
            message = message[:wire.dialect.header] + bytes(len(message) - wire.dialect.header)
        found.append(f"{name} {len(message) if outline else message.hex()}")
    return found


@pytest.fixture
def recorded(site, tmp_path):
    """A namespace like the one the recordings were made in: lo, vb, va."""
    namespace = Namespace(site.name + "g")
    namespace.delete()
    namespace.create()
    namespace.ip(f"link add vb index 2 address {MAC}b type veth peer name va index 3 "
                 f"address {MAC}a", "link set vb up", "link set va up",
                 "addr add 10.98.0.1/24 dev va", "addr add fd98::1/64 dev va")
    def up():
        return {a["local"] for i in namespace.ip_json("addr", "show") for a in i["addr_info"]
                if not a.get("tentative")} >= {"fe80::ff:fe00:a", "fe80::ff:fe00:b"}
    wait(up, 10, "the link-local addresses")
    zebras = []

    def start(dialect):
        record = Record(tmp_path / "zebra.txt", dialect)
        zebras.append(Zebra(dialect, tmp_path / "zserv.api", namespace, record))
        zebras[-1].start()
        return zebras[-1]
    yield namespace, start
    for zebra in zebras:
        zebra.close()
        zebra.record.close()
    namespace.delete()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda p: p.stem)
def test_recorded(recorded, path):
    """the fake, told what a recorded zebra was told, says what that one said"""
    recording = Recording(path)
    namespace, start = recorded
    zebra = start(recording.dialect)
    client, heard, expected = Client(zebra), [], []
    for sign, what in [*recording.session, ("#", "the end")]:
        if sign == "<":
            expected.append(what)
            continue
        heard, expected = (comparable(client.wire, found, path.stem in OTHER_METRICS)
                           for found in (client.quiet(), expected))
        assert heard == expected, "\n".join(["", "fake:", *heard, "zebra:", *expected])
        heard, expected = [], []
        read = zebra.record.text().count("\n> ")
        if sign == ">":
            client.socket.sendall(what)
            wait(lambda n=read: zebra.record.text().count("\n> ") > n, 20, "it to be read")
        elif what.startswith("address"):
            _, address, verb, _, _ = what.split()
            namespace.ip(f"addr {'add' if verb == 'added' else 'del'} {address} dev lo")
            wait(lambda: f"{address} {verb}" in zebra.record.text().rpartition("\n> ")[2], 20,
                 "the fake to hear of it")
        elif what.startswith("vb"):
            return


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda p: p.stem)
def test_probed(recorded, path):
    """… and ends the connection at the same wrong versions"""
    recording = Recording(path)
    zebra = recorded[1](recording.dialect)
    assert recording.probes
    for sent, closed in recording.probes:
        client = Client(zebra)
        client.socket.sendall(sent)
        client.socket.settimeout(0.3)
        ended = False
        try:
            while not ended:
                ended = not client.socket.recv(65536)
        except TimeoutError:
            pass
        except ConnectionResetError:
            ended = True
        assert ended == closed, sent.hex()
        client.socket.close()


def test_every_dialect_is_recorded():
    """each row has a recording that says so"""
    assert {Recording(p).dialect for p in GOLDEN.glob("*.txt")} == {*DIALECTS}
    assert all(Wire(d).number["INTERFACE_ADD"] in (0, 1) for d in DIALECTS.values())
