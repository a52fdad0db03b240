"""What a node's kernel does to its routes, as it happens: for "within 40 ms" and "not once"."""

import ipaddress
import select
import socket
import struct
import sys
import threading
from dataclasses import dataclass

from .netns import boottime_us

RTM_NEWROUTE, RTM_DELROUTE = 24, 25
RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE = 0x40, 0x400
RTA_DST, RTA_OIF = 1, 4
NLM_F_REPLACE = 0x100


@dataclass
class RouteEvent:
    at_us: int
    verb: str      # "add", "replace" or "del"
    prefix: str
    table: int
    via: str | None  # the neighbour, where there is one and no more


class RouteWatch:
    """with RouteWatch(router) as watch: ... watch.lost(prefix, since_us)"""

    def __init__(self, node):
        self.events = []
        self._peers = {i["ifindex"]: i["ifname"].removeprefix("to-")
                       for i in node.ns.ip_json("link", "show") if i["ifname"] != "lo"}
        with node.ns.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((0, RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE))
        self._done, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.close()
        self._thread.join()
        self._socket.close()
        self._done.close()

    def of(self, prefix, since_us=0, table=254):
        return [e for e in self.events
                if e.prefix == prefix and e.at_us >= since_us and e.table == table]

    def lost(self, prefix, since_us=0):
        """When the prefix went (del), or None; one way replaced by another is not a loss."""
        return next((e.at_us for e in self.of(prefix, since_us) if e.verb == "del"), None)

    def came(self, prefix, since_us=0):
        return next((e.at_us for e in self.of(prefix, since_us) if e.verb != "del"), None)

    def _read(self):
        while True:
            ready, _, _ = select.select([self._socket, self._done], [], [])
            if self._done in ready:
                return
            data = self._socket.recv(65536)
            now = boottime_us()
            while len(data) >= 16:
                length, kind, flags, _, _ = struct.unpack("=IHHII", data[:16])
                if kind in (RTM_NEWROUTE, RTM_DELROUTE):
                    self._route(now, kind, flags, data[16:length])
                data = data[(length + 3) & ~3:]

    def _route(self, now, kind, flags, body):
        family, bits, _, _, table = struct.unpack("=BBBBB", body[:5])
        attrs, rest = {}, body[12:]
        while len(rest) >= 4:
            size, attr = struct.unpack("=HH", rest[:4])
            if size < 4:
                return
            attrs[attr] = rest[4:size]
            rest = rest[(size + 3) & ~3:]
        if RTA_DST not in attrs:
            return
        prefix = f"{ipaddress.ip_address(attrs[RTA_DST])}/{bits}"
        verb = "del" if kind == RTM_DELROUTE else "replace" if flags & NLM_F_REPLACE else "add"
        via = self._peers.get(int.from_bytes(attrs.get(RTA_OIF, b""), sys.byteorder))
        self.events.append(RouteEvent(now, verb, prefix, table, via))
