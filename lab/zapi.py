"""A bare ZAPI client, for the releases that the lab runs: no checks, no lease, no memory.

It announces and withdraws in the instant it is told to. The benchmarks measure with it what
the network alone costs; tests use it to make a mess that zanycastd has to clean up.
"""

import ipaddress
import socket
import struct
import threading
import typing

from .netns import LabError, boottime_us, wait

CONNECT, LOCAL, TAG_BIT = 2, 3, 0x08
LO = 1


def _message(command, body=b""):
    return struct.pack(">HBBIH", 10 + len(body), 0xfe, 6, 0, command) + body


def _route(prefix, message, kind=CONNECT):
    net = ipaddress.ip_network(prefix)
    size = (net.prefixlen + 7) // 8
    family = socket.AF_INET if net.version == 4 else socket.AF_INET6
    return struct.pack(">BHIIBBB", kind, 0, 0, message, 1, family, net.prefixlen) \
        + net.network_address.packed[:size]


class Numbers(typing.NamedTuple):
    """Of messages, and the length of the one that differs in it."""

    hello: int
    route_add: int
    route_delete: int
    redistribute_add: int
    echo_add: int
    echo_del: int
    hello_len: int


# from this release on; routes have the same bytes in all of them
DIALECTS = {
    (7, 5): Numbers(18, 8, 9, 11, 33, 34, 9),
    (8, 2): Numbers(18, 8, 9, 11, 30, 31, 9),
    (10, 0): Numbers(19, 9, 10, 12, 31, 32, 8),
}


def numbers(release):
    return DIALECTS[max(first for first in DIALECTS if first <= release.number)]


def subscription(of):
    """What a client says first: HELLO, and that it wants connected routes of both families."""
    return _message(of.hello, bytes(of.hello_len)) + b"".join(
        _message(of.redistribute_add, struct.pack(">BBH", afi, CONNECT, 0)) for afi in (1, 2))


class BareClient:
    """Connected to a node's zebra and subscribed to its connected routes."""

    def __init__(self, node):
        self.node = node
        self.numbers = numbers(node.frr.release)
        self.echo = {}      # prefix: tag last told (0 = none), absent = withdrawn or never told
        self.told_us = {}   # prefix: when
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(node.frr.zserv))
        self.write(subscription(self.numbers))
        threading.Thread(target=self._read, daemon=True).start()

    def add(self, prefix, tag=53, ifindex=LO):
        """ROUTE_ADD as bytes: type CONNECT, one IFINDEX nexthop, metric 0."""
        return _message(self.numbers.route_add, _route(prefix, 0x0d)
                        + struct.pack(">HIBBI", 1, 0, 1, 0, ifindex) + struct.pack(">II", 0, tag))

    def delete(self, prefix, kind=CONNECT):
        return _message(self.numbers.route_delete, _route(prefix, 0, kind))

    def deletes(self, prefix):
        """All that it takes to delete a prefix, whoever else has added it."""
        local = [self.delete(prefix, LOCAL)] if self.node.frr.release.number >= (10, 0) else []
        return [*local, *[self.delete(prefix)] * 3]

    def write(self, *messages):
        """Messages in one write, as they are."""
        self._socket.sendall(b"".join(messages))

    def announce(self, *prefixes, tag=53, timeout=5):
        """Alias on lo, then exactly one entry with our tag; returns when zebra has told it."""
        for prefix in prefixes:
            self.node.alias_add(prefix)
        wait(lambda: all(p in self.echo for p in prefixes), timeout, "zebra to tell of the alias")
        self.put(*prefixes, tag=tag)
        wait(lambda: all(self.echo.get(p) == tag for p in prefixes), timeout,
             f"zebra of {self.node.name} to tell {prefixes}")

    def put(self, *prefixes, tag=53):
        """Exactly one entry of each, in one write: no alias, no waiting."""
        self.write(*(m for p in prefixes for m in (*self.deletes(p), self.add(p, tag))))

    def withdraw(self, *prefixes):
        """Written and gone: no waiting, the alias stays."""
        self.write(*(m for p in prefixes for m in self.deletes(p)))

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        buffer = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            buffer += data
            while len(buffer) >= 10:
                length, _, _, _, command = struct.unpack(">HBBIH", buffer[:10])
                if length < 10:
                    raise LabError("ZAPI: header of zebra makes no sense")
                if len(buffer) < length:
                    break
                if command in (self.numbers.echo_add, self.numbers.echo_del):
                    self._told(command, buffer[10:length])
                buffer = buffer[length:]

    def _told(self, command, body):
        kind, _, _, message, _, family, bits = struct.unpack(">BHIIBBB", body[:14])
        size, width = (bits + 7) // 8, 4 if family == socket.AF_INET else 16
        if kind != CONNECT:
            return
        prefix = f"{ipaddress.ip_address(body[14:14 + size].ljust(width, bytes(1)))}/{bits}"
        # metric, tag and MTU are the last words of an echo
        tag = struct.unpack(">I", body[-8:-4])[0] if message & TAG_BIT else 0
        if command == self.numbers.echo_add:
            self.echo[prefix] = tag
        else:
            self.echo.pop(prefix, None)
        self.told_us[prefix] = boottime_us()
